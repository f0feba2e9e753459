//! `gatewatch rules check`

use std::io::Write as _;

use gatewatch_diagnostic::{LineIndex, Severity, Source};
use gatewatch_rules::check::{Checked, Finding, check};
use serde_json::json;

use super::test::{self, Tested};
use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesCheckFlags;
use crate::output;
use crate::report::text::count;

/// Checks rules and runs their cases.
pub(super) fn run(flags: &RulesCheckFlags) -> anyhow::Result<Ending> {
    let texts = if flags.paths.is_empty() {
        load::texts(&[], true)?
    } else {
        load::source_files(&flags.paths)?
    };
    let checked = check(
        texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let tested = test::beside(&checked.runnable, flags.paths.is_empty(), None)?;
    let mut out = output::results(None)?;
    for finding in &checked.findings {
        if flags.no_notes && finding.problem.severity == Severity::Note {
            continue;
        }
        if flags.json {
            writeln!(out, "{}", as_json(finding))?;
        } else {
            writeln!(out, "{}", shown(finding))?;
        }
    }
    for fault in tested.faults() {
        if flags.json {
            writeln!(
                out,
                "{}",
                json!({"path": fault.path, "severity": "error", "code": fault.code, "message": fault.message, "name": fault.rule})
            )?;
        } else {
            writeln!(out, "{}", fault.shown)?;
        }
    }
    if !flags.json {
        writeln!(out, "{}", summary(&checked, &tested))?;
    }
    out.flush()?;
    let errors = checked.count(Severity::Error) > 0 || tested.failed() > 0;
    Ok(if errors {
        Ending::Refused
    } else if flags.strict && checked.count(Severity::Warning) > 0 {
        Ending::Found
    } else {
        Ending::Done
    })
}

fn summary(checked: &Checked, tested: &Tested) -> String {
    let errors = checked.count(Severity::Error) + tested.failed();
    format!(
        "{} checked, {} of {} passed: {}, {}, {}.",
        count(checked.rules, "rule", "rules"),
        tested.passed(),
        count(tested.cases.len() as u64, "case", "cases"),
        count(errors, "error", "errors"),
        count(checked.count(Severity::Warning), "warning", "warnings"),
        count(checked.count(Severity::Note), "note", "notes")
    )
}

fn shown(finding: &Finding) -> String {
    let shown = Source::new(&finding.text)
        .named(&finding.path)
        .with_first_line(finding.line)
        .render(&finding.problem);
    match finding.problem.span {
        Some(_) => shown,
        None if finding.line > 1 => format!("{}:{}: {shown}", finding.path, finding.line),
        None => format!("{}: {shown}", finding.path),
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let problem = &finding.problem;
    let index = LineIndex::new(&finding.text);
    let place = problem.span.map(|span| {
        let (start, end) = (index.position(span.start), index.position(span.end));
        let line = |line: u32| line.saturating_add(finding.line.saturating_sub(1));
        json!({"line": line(start.line), "column": start.column, "end_line": line(end.line), "end_column": end.column})
    });
    json!({
        "path": finding.path,
        "place": place.unwrap_or_else(|| json!({"line": finding.line})),
        "severity": problem.severity.as_str(),
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "rule_id": finding.rule_id,
        "name": finding.name,
    })
}
