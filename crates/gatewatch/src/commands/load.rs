//! Loads rules from the shipped pack and from files.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::Timestamp;
use gatewatch_query::EcsSchema;
use gatewatch_rules::{
    CompiledRule, NotRun, Rule, RuleSeverity, RuleSource, compile_at, shipped_pack,
};

use crate::report::problems;

/// The extension of the test cases beside a rule: not a rule.
const CASES: &str = ".test.toml";

/// Rules that were asked for.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Those that run, by path.
    pub rules: Vec<CompiledRule>,
    /// Those that do not, with the reason.
    pub not_run: Vec<(Arc<Rule>, NotRun)>,
}

/// A rule file as text: its path and its content.
pub type RuleText = (String, String);

/// The rule files at `paths`: files as named, directories walked for `*.toml`.
pub fn rule_files(paths: &[PathBuf]) -> anyhow::Result<Vec<RuleText>> {
    files(paths, &["toml"])
}

/// Files that may hold rules or exceptions: files as named, directories walked for `*.toml` and `*.ndjson`.
pub fn source_files(paths: &[PathBuf]) -> anyhow::Result<Vec<RuleText>> {
    files(paths, &["toml", "ndjson"])
}

fn files(paths: &[PathBuf], extensions: &[&str]) -> anyhow::Result<Vec<RuleText>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .with_context(|| format!("cannot open the rules at {}", path.display()))?;
        let before = files.len();
        if metadata.is_dir() {
            collect(path, extensions, &mut files)?;
            if files.len() == before {
                bail!(
                    "there is no rule (*.{}) below {}",
                    extensions.join(", *."),
                    path.display()
                );
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    files
        .into_iter()
        .map(|path| {
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = String::from_utf8(bytes)
                .with_context(|| format!("{} is not UTF-8 text", path.display()))?;
            Ok((path.display().to_string(), text))
        })
        .collect()
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, extensions, files)?;
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
            && !path.to_string_lossy().ends_with(CASES)
        {
            files.push(path);
        }
    }
    Ok(())
}

/// All rule texts: the pack unless left out, then those at `paths`.
pub fn texts(paths: &[PathBuf], pack: bool) -> anyhow::Result<Vec<RuleText>> {
    let mut texts: Vec<RuleText> = Vec::new();
    if pack {
        texts.extend(shipped_pack().map(|(path, text)| (path.to_owned(), text.to_owned())));
    }
    texts.extend(rule_files(paths)?);
    Ok(texts)
}

/// Reads and compiles rules. A rule that is no valid file or whose query is wrong is an error that shows every problem;
/// a rule of a type that does not run is kept apart. `now` is what date math in queries counts from.
pub fn load(
    texts: Vec<RuleText>,
    least: Option<RuleSeverity>,
    now: Option<Timestamp>,
) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut complaints = Vec::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    for (path, text) in texts {
        let source = RuleSource::read(&path, &text);
        let in_file = |problem: &Diagnostic| problems::in_file(&path, &text, problem);
        complaints.extend(source.problems.iter().map(in_file));
        if source.rules.is_empty() && source.others.is_empty() && source.problems.is_empty() {
            complaints.push(format!("error: {path} holds no rule"));
        }
        for of_file in &source.rules {
            let rule = match of_file.rule() {
                Ok(rule) => Arc::new(rule),
                Err(found) => {
                    let shown = found
                        .iter()
                        .map(|problem| problems::in_file(&of_file.path, &of_file.text, problem));
                    complaints.extend(shown);
                    continue;
                }
            };
            if let Some(first) = ids.insert(rule.id.clone(), rule.path.clone()) {
                complaints.push(format!(
                    "error: {} and {first} have the same rule_id {}",
                    rule.path, rule.id
                ));
                continue;
            }
            if least.is_some_and(|least| rule.severity < least) {
                continue;
            }
            match compile_at(Arc::clone(&rule), &EcsSchema, now) {
                Ok(compiled) => loaded.rules.push(compiled),
                Err(NotRun::Query(found)) => {
                    let shown = found
                        .iter()
                        .map(|problem| problems::in_query(&rule, problem));
                    complaints.extend(shown);
                }
                Err(reason) => loaded.not_run.push((rule, reason)),
            }
        }
    }
    if complaints.is_empty() {
        return Ok(loaded);
    }
    let count = complaints.len();
    bail!(
        "{} in the rules:\n\n{}",
        if count == 1 {
            "one problem".to_owned()
        } else {
            format!("{count} problems")
        },
        complaints.join("\n")
    )
}
