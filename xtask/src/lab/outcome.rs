//! What a lab leaves behind: its logs, checked, go into the corpus; its ground truth into `TRUTH.tsv`; what each file
//! is into the table of `README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use walkdir::WalkDir;

/// Bytes of one log.
const MAX_BYTES: u64 = 200 * 1024;
/// Written by the scripts: see `finish` and `describe` in `tools.sh`.
const TRUTH: &str = ".truth";
const DESCRIPTIONS: &str = ".describe";
/// The first line of `TRUTH.tsv`; the rows hold the same columns.
const HEAD: &str = "file\tfrom\tto\tlines\tat\toutcome\tmethod\tuser\taddress\twhat\n";
/// Between these lines of `README.md` lies the table.
const BEGIN: &str = "<!-- lab: written by `cargo xtask lab` -->\n";
const END: &str = "<!-- /lab -->\n";

/// Moves what was made in `made` to `folder` of `corpus`, unless a log is too long or shows where it was made.
pub fn keep(made: &Path, folder: &str, corpus: &Path) -> anyhow::Result<()> {
    let kernel =
        |name: &str| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap_or_default();
    let workspace = corpus
        .parent()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    let secrets = [
        format!(" {} ", kernel("hostname").trim()),
        kernel("osrelease").trim().to_owned(),
        workspace,
    ];
    let logs = logs(made)?;
    let faults: Vec<String> = logs
        .iter()
        .filter_map(|log| fault(&made.join(log), log, &secrets))
        .collect();
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    if logs.is_empty() {
        bail!("no log was written");
    }
    let target = corpus.join(folder);
    if target.exists() {
        fs::remove_dir_all(&target)
            .with_context(|| format!("cannot replace {}", target.display()))?;
    }
    for log in &logs {
        let to = target.join(log);
        fs::create_dir_all(to.parent().unwrap_or(&target))?;
        fs::copy(made.join(log), &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    let path = corpus.join("TRUTH.tsv");
    let old = fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
    let new = read(&made.join(TRUTH))?;
    fs::write(&path, truth(&old, folder, &new)).context("cannot write TRUTH.tsv")?;
    let path = corpus.join("README.md");
    let old = fs::read_to_string(&path).context("cannot read README.md")?;
    let new = read(&made.join(DESCRIPTIONS))?;
    fs::write(&path, table(&old, folder, &new)?).context("cannot write README.md")
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("the script left no {}", path.display()))
}

/// The logs below `made`, relative to it, sorted.
fn logs(made: &Path) -> anyhow::Result<Vec<String>> {
    let mut logs = Vec::new();
    for entry in WalkDir::new(made).sort_by_file_name() {
        let entry = entry?;
        let relative = entry.path().strip_prefix(made)?.display().to_string();
        if entry.file_type().is_file() && relative != TRUTH && relative != DESCRIPTIONS {
            logs.push(relative);
        }
    }
    Ok(logs)
}

fn fault(path: &Path, log: &str, secrets: &[String]) -> Option<String> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Some(format!("{log}: {error}")),
    };
    if bytes.is_empty() {
        return Some(format!("{log} is empty"));
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Some(format!(
            "{log}: {} bytes, more than {MAX_BYTES}",
            bytes.len()
        ));
    }
    let text = String::from_utf8_lossy(&bytes);
    let secret = secrets
        .iter()
        .find(|secret| !secret.trim().is_empty() && text.contains(secret.as_str()))?;
    Some(format!(
        "{log} shows where it was made: `{}`",
        secret.trim()
    ))
}

/// `old` with the rows of `folder` replaced by those of `new`, whose files are relative to `folder`.
fn truth(old: &str, folder: &str, new: &str) -> String {
    let inside = format!("{folder}/");
    let mut rows: Vec<String> = old
        .lines()
        .skip(1)
        .filter(|row| !row.starts_with(&inside))
        .map(str::to_owned)
        .collect();
    rows.extend(new.lines().map(|row| format!("{inside}{row}")));
    // Stable, so that the rows of a file stay in the order of its lines.
    rows.sort_by(|left, right| left.split('\t').next().cmp(&right.split('\t').next()));
    let mut text = HEAD.to_owned();
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// `old` with the rows of `folder` in the table replaced by those of `new` (file, daemon, what; separated by tabs).
fn table(old: &str, folder: &str, new: &str) -> anyhow::Result<String> {
    let parts = old
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let Some((before, (rows, after))) = parts else {
        bail!("README.md has no table of the labs");
    };
    let inside = format!("| `{folder}/");
    let mut kept: Vec<String> = rows
        .lines()
        .filter(|row| row.starts_with("| `") && !row.starts_with(&inside))
        .map(str::to_owned)
        .collect();
    kept.extend(new.lines().map(|row| {
        let cells: Vec<&str> = row.splitn(3, '\t').collect();
        format!(
            "{inside}{}` | {} |",
            cells.first().unwrap_or(&""),
            cells.get(1..).unwrap_or_default().join(" | ")
        )
    }));
    kept.sort();
    let rows = kept.join("\n");
    Ok(format!(
        "{before}{BEGIN}| file | written by | what |\n|---|---|---|\n{rows}\n{END}{after}"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{BEGIN, END, HEAD, table, truth};
    use crate::root;

    #[test]
    fn the_truth_fits_the_logs() {
        let corpus = root().join("corpus");
        let text = std::fs::read_to_string(corpus.join("TRUTH.tsv")).expect("readable");
        let rows = text.strip_prefix(HEAD).expect("the columns");
        let mut files = BTreeSet::new();
        for row in rows.lines() {
            let cells: Vec<&str> = row.split('\t').collect();
            let [file, from, to, lines, _, outcome, ..] = cells[..] else {
                panic!("too few columns: {row}");
            };
            assert_eq!(cells.len(), 10, "{row}");
            assert!(
                ["success", "failure", "connection", "other"].contains(&outcome),
                "{row}"
            );
            let number = |text: &str| text.parse::<usize>().expect("a number");
            let log = std::fs::read(corpus.join(file)).expect("the log is there");
            let count = log.iter().filter(|byte| **byte == b'\n').count();
            assert!(1 <= number(from), "{row}");
            assert!(number(from) <= number(to) && number(to) <= count, "{row}");
            for line in lines.split(',').filter(|line| *line != "-") {
                assert!(
                    number(from) <= number(line) && number(line) <= number(to),
                    "{row}"
                );
            }
            files.insert(file.to_owned());
        }
        let page = std::fs::read_to_string(corpus.join("README.md")).expect("readable");
        for file in files {
            assert!(page.contains(&format!("| `{file}` | ")), "{file}");
        }
    }

    #[test]
    fn a_lab_replaces_its_own_rows_alone() {
        let old = format!("{HEAD}a/x.log\t1\nb/x.log\t1\nb/x.log\t2\nbb/x.log\t1\n");
        let new = truth(&old, "b", "y.log\t10\ny.log\t9\n");
        assert_eq!(
            new,
            format!("{HEAD}a/x.log\t1\nb/y.log\t10\nb/y.log\t9\nbb/x.log\t1\n")
        );
    }

    #[test]
    fn the_table_lies_between_its_marks() {
        let old = format!(
            "before\n{BEGIN}old\n| `a/x.log` | b | c |\n| `d/x.log` | e | f |\n{END}after\n"
        );
        let new = table(&old, "d", "y.log\tdaemon\twhat\n").expect("a table");
        assert_eq!(
            new,
            format!(
                "before\n{BEGIN}| file | written by | what |\n|---|---|---|\n\
                | `a/x.log` | b | c |\n| `d/y.log` | daemon | what |\n{END}after\n"
            )
        );
        assert!(table("no marks", "d", "").is_err());
    }
}
