//! The only place that writes to the terminal or to the output file.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;

use anyhow::Context as _;

use crate::flags::ColorChoice;

/// Says something to the person on stderr. What cannot be said is not worth failing for.
pub fn complain(text: &str) {
    let mut stderr = io::stderr().lock();
    if writeln!(stderr, "{text}").is_err() {
        // stderr is closed: there is nobody to tell.
    }
}

/// Where results go: the file of `-o`, or stdout.
pub fn results(file: Option<&Path>) -> anyhow::Result<Box<dyn Write + Send>> {
    match file {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(Box::new(BufWriter::new(file)))
        }
        None => Ok(Box::new(BufWriter::new(io::stdout()))),
    }
}

/// Is colour wanted on stdout?
pub fn color(choice: ColorChoice, to_file: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            !to_file
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && io::stdout().is_terminal()
        }
    }
}

/// The width of a terminal to write tables for.
pub fn is_terminal_stderr() -> bool {
    io::stderr().is_terminal()
}
