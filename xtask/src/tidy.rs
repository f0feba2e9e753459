//! House rules that no lint knows: the size of files and of the dependency list, and words that must not stand in code.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use walkdir::WalkDir;

/// Lines of one source file, tests included.
const MAX_LINES: usize = 800;
/// Packages in the lock file.
const MAX_PACKAGES: usize = 250;
/// Work that was put off: it belongs into an issue. Written in two parts, so that this file does not find itself.
const PUT_OFF: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME: later")];

/// Checks the tree below `root`.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let faults = faults(root)?;
    if faults.is_empty() {
        Ok(())
    } else {
        bail!("{} to tidy:\n{}", faults.len(), faults.join("\n"))
    }
}

fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for folder in ["crates", "xtask", "fuzz"] {
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let path = entry.path();
            if path.components().any(|part| part.as_os_str() == "target")
                || path.extension().is_none_or(|extension| extension != "rs")
            {
                continue;
            }
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(path).display();
            let lines = text.lines().count();
            if lines > MAX_LINES {
                faults.push(format!("  {shown}: {lines} lines, more than {MAX_LINES}"));
            }
            for (number, line) in text.lines().enumerate() {
                if PUT_OFF.iter().any(|word| line.contains(word)) {
                    faults.push(format!(
                        "  {shown}:{}: work put off: {}",
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    if packages > MAX_PACKAGES {
        faults.push(format!(
            "  Cargo.lock: {packages} packages, more than {MAX_PACKAGES}"
        ));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use crate::root;

    #[test]
    fn the_tree_is_tidy() {
        let faults = super::faults(&root()).expect("readable");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
