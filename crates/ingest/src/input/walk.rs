//! Paths to files.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use gatewatch_event::Timestamp;
use walkdir::WalkDir;

use crate::{Place, Problem, ProblemKind};

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// The path as named or found; `-` is standard input.
    pub path: Arc<str>,
    /// Its size in bytes; unknown for standard input and pipes.
    pub size: Option<u64>,
    /// When it was last changed: dates lines that carry no year.
    pub modified: Option<Timestamp>,
}

/// What [`find`] found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, sorted by path, each once.
    pub files: Vec<InputFile>,
    /// Paths that cannot be read.
    pub problems: Vec<Problem>,
    /// How many of the paths that were named cannot be opened.
    pub unopened: usize,
}

fn place(path: &str) -> Place {
    Place {
        path: Arc::from(path),
        offset: 0,
        record_id: None,
    }
}

/// The files at `paths`: a file itself, all files below a directory (links inside are not followed, so a loop cannot
/// trap), `-` for standard input. The order of `paths` does not matter.
pub fn find(paths: &[String]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path == "-" {
            found.files.push(InputFile {
                path: Arc::from("-"),
                size: None,
                modified: None,
            });
            continue;
        }
        match named(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, &mut found),
            Ok(metadata) => found.files.push(input_file(path, &metadata)),
            Err(error) => {
                found.unopened += 1;
                found.problems.push(unreadable(path, &error.to_string()));
            }
        }
    }
    found.files.sort();
    found.files.dedup_by(|a, b| a.path == b.path);
    found.problems.sort();
    found.problems.dedup();
    found
}

/// What a path that was named is, if it can be opened. A pipe is not tried: that would wait for its other end.
fn named(path: &str) -> io::Result<fs::Metadata> {
    let metadata = fs::metadata(path)?;
    if metadata.is_file() {
        fs::File::open(path)?;
    }
    Ok(metadata)
}

fn walk(folder: &str, found: &mut Found) {
    for entry in WalkDir::new(folder) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let path = entry.path().to_string_lossy();
                match entry.metadata() {
                    Ok(metadata) => found.files.push(input_file(&path, &metadata)),
                    Err(error) => found.problems.push(unreadable(&path, &error.to_string())),
                }
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(Path::new(folder)).to_string_lossy();
                let reason = error
                    .io_error()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                found.problems.push(unreadable(&path, &reason));
            }
        }
    }
}

fn unreadable(path: &str, reason: &str) -> Problem {
    Problem {
        place: place(path),
        kind: ProblemKind::File,
        reason: format!("cannot be opened: {reason}"),
    }
}

fn input_file(path: &str, metadata: &fs::Metadata) -> InputFile {
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|age| i64::try_from(age.as_nanos()).ok())
        .map(Timestamp::from_nanos);
    InputFile {
        path: Arc::from(path),
        size: metadata.is_file().then_some(metadata.len()),
        modified,
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_folder_is_walked_in_order_and_a_missing_path_is_named() {
        let here = env!("CARGO_MANIFEST_DIR").to_owned();
        let found = find(&[
            format!("{here}/src"),
            format!("{here}/src/lib.rs"),
            "/no/such/file".into(),
        ]);
        let paths: Vec<&str> = found.files.iter().map(|file| file.path.as_ref()).collect();
        assert!(paths.is_sorted());
        assert_eq!(
            paths
                .iter()
                .filter(|path| path.ends_with("src/lib.rs"))
                .count(),
            1
        );
        assert_eq!((found.problems.len(), found.unopened), (1, 1));
        assert!(found.problems[0].reason.starts_with("cannot be opened"));
    }
}
