//! Exceptions of a scan: which events the rules are not to see.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use gatewatch_diagnostic::{Diagnostic, Severity};
use gatewatch_event::Timestamp;
use gatewatch_query::EcsSchema;
use gatewatch_rules::exceptions::{Exceptions, Expiry, ValueLists};
use gatewatch_rules::{CompiledRule, Exception, RuleSource};

use super::load::{self, RuleText};
use crate::output;
use crate::report::problems;
use crate::report::text::printable;

/// The most problems that are shown; more are counted.
const SHOWN: usize = 20;

/// Where exceptions come from.
pub struct Sources<'a> {
    /// Files of rules: an export holds the exceptions of its rules.
    pub rules: &'a [RuleText],
    /// Files of exceptions, and directories of them.
    pub exceptions: &'a [PathBuf],
    /// Value lists: files, or directories of them.
    pub lists: &'a [PathBuf],
    /// What `now` means, if it was said: without it an item applies to events before it expires.
    pub now: Option<Timestamp>,
}

/// Gives the rules their exceptions. What cannot be applied is told on stderr: a rule then raises more alerts, not fewer. Says
/// whether all could be applied.
pub fn apply(rules: &mut [CompiledRule], from: &Sources<'_>) -> anyhow::Result<bool> {
    let given = load::source_files(from.exceptions)
        .context("exceptions are files of Kibana (NDJSON) or of Elastic's repository (TOML)")?;
    let mut complaints = Vec::new();
    let mut sources = Vec::new();
    // Whatever holds exceptions says so; most files of rules hold none, and reading thousands of them again takes time.
    let with_rules = from
        .rules
        .iter()
        .filter(|(_, text)| text.contains("exception"));
    for (path, text) in with_rules.chain(&given) {
        let source = RuleSource::read(path, text);
        // Problems of files with rules were told when the rules were read.
        if given.iter().any(|(known, _)| known == path) {
            complaints.extend(
                source
                    .problems
                    .iter()
                    .map(|problem| problems::in_file(path, text, problem)),
            );
        }
        if !source.others.is_empty() {
            sources.push(source);
        }
    }
    if !complaints.is_empty() {
        anyhow::bail!(
            "the exceptions cannot be read:\n\n{}",
            complaints.join("\n")
        );
    }
    let lists = value_lists(from.lists)?;
    let expiry = from.now.map_or(Expiry::EventTime, Expiry::At);
    let exceptions = Exceptions::read(&sources, &lists, &EcsSchema, expiry);
    let mut told: Vec<Diagnostic> = exceptions.problems.clone();
    for compiled in rules.iter_mut() {
        let (items, found) = exceptions.of_rule(&compiled.rule);
        told.extend(found);
        compiled
            .exceptions
            .extend(items.into_iter().map(|exception| Exception {
                name: format!("{}: {}", exception.list_name, exception.item.name),
                condition: exception.condition.clone(),
            }));
    }
    for problem in told.iter().take(SHOWN) {
        output::complain(&printable(&problem.to_string()));
    }
    if told.len() > SHOWN {
        output::complain(&format!(
            "… and {} more problems of exceptions",
            told.len() - SHOWN
        ));
    }
    if !from.exceptions.is_empty() {
        for list in exceptions.unused(rules.iter().map(|compiled| compiled.rule.as_ref())) {
            output::complain(&printable(&format!(
                "warning: no rule of this scan links to the exception list `{list}`: it has no effect"
            )));
        }
    }
    Ok(!told
        .iter()
        .any(|problem| problem.severity == Severity::Error))
}

/// The lists of files; a directory gives all its files.
fn value_lists(paths: &[PathBuf]) -> anyhow::Result<ValueLists> {
    let mut lists = ValueLists::new();
    for path in paths {
        let cannot = || format!("cannot read the value lists at {}", path.display());
        let mut files = Vec::new();
        if fs::metadata(path).with_context(cannot)?.is_dir() {
            for entry in fs::read_dir(path).with_context(cannot)? {
                let entry = entry.with_context(cannot)?;
                if entry.file_type().with_context(cannot)?.is_file() {
                    files.push(entry.path());
                }
            }
        } else {
            files.push(path.clone());
        }
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let bytes = fs::read(&file)
                .with_context(|| format!("cannot read the value list {}", file.display()))?;
            let text = String::from_utf8(bytes)
                .with_context(|| format!("the value list {} is not UTF-8 text", file.display()))?;
            lists.add(&name, &text)?;
        }
    }
    Ok(lists)
}
