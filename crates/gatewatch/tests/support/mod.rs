//! Runs the built program as a user would.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::print_stdout, reason = "a skipped comparison must be said")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// The folder of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The shared folder with data that is no part of the project, if it is here.
pub fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("GATEWATCH_SHARED")
        .map_or_else(|| root().join("../shared"), PathBuf::from)
        .join(what);
    if folder.exists() {
        Some(folder)
    } else {
        println!("skipped: there is no shared folder with {what}");
        None
    }
}

/// Runs gatewatch in the project's folder.
pub fn gatewatch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gatewatch"))
        .args(arguments)
        .current_dir(root())
        .env_remove("NO_COLOR")
        .output()
        .expect("the program was built")
}

/// Runs gatewatch; it must end with 0. Gives what it wrote on stdout.
pub fn stdout(arguments: &[&str]) -> String {
    let output = gatewatch(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The lines of stdout as JSON.
pub fn documents(arguments: &[&str]) -> Vec<Json> {
    stdout(arguments)
        .lines()
        .map(|line| serde_json::from_str(line).expect("one document a line"))
        .collect()
}

/// The value at a dotted path.
pub fn at<'a>(document: &'a Json, path: &str) -> &'a Json {
    path.split('.').fold(document, |json, part| &json[part])
}

/// The value at a dotted path as text; empty when it is not there.
pub fn text(document: &Json, path: &str) -> String {
    match at(document, path) {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rows of a tab-separated file, by column name.
pub fn table(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let content = std::fs::read_to_string(path).expect("readable");
    let mut lines = content.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines
        .map(|line| {
            header
                .iter()
                .zip(line.split('\t'))
                .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
                .collect()
        })
        .collect()
}
