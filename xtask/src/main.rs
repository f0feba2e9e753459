//! Chores of the project.
//!
//! `cargo xtask ecs FIELDS.csv` writes the table of ECS field types; `cargo xtask lab NAME...` makes logs of `corpus/`
//! with real daemons; `cargo xtask tidy` checks the house rules that no lint knows.

mod ecs;
mod lab;
mod tidy;

use std::path::{Path, PathBuf};

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["ecs", csv] => ecs::write(Path::new(csv), &root()),
        ["lab", ref names @ ..] => lab::run(names, &root()),
        ["tidy"] => tidy::check(&root()),
        _ => bail!(
            "usage: cargo xtask ecs FIELDS.csv | cargo xtask lab [NAME...] | cargo xtask tidy"
        ),
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}
