//! `gatewatch rules`

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use gatewatch_detect::Engine;
use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::JsonEvent;
use gatewatch_query::EcsSchema;
use gatewatch_rules::{CompiledRule, NotRun, Rule, compile, parse_cases, shipped_cases};
use serde_json::json;

use super::load;
use crate::exit::Ending;
use crate::flags::{RulesCheckFlags, RulesCommand, RulesFlags, RulesListFlags, RulesShowFlags};
use crate::output;
use crate::report::problems;
use crate::report::text::{columns, count};

/// Lists, shows or checks rules.
pub fn run(flags: &RulesFlags) -> anyhow::Result<Ending> {
    match &flags.command {
        RulesCommand::List(flags) => list(flags),
        RulesCommand::Show(flags) => show(flags),
        RulesCommand::Check(flags) => check(flags),
    }
}

/// The rules of the texts; a file that is none is an error that shows every problem.
fn parsed(texts: Vec<load::RuleText>) -> anyhow::Result<Vec<Rule>> {
    let mut rules = Vec::new();
    for (path, text) in texts {
        match Rule::parse(&path, &text) {
            Ok(rule) => rules.push(rule),
            Err(found) => {
                let all: Vec<String> = found
                    .iter()
                    .map(|problem| problems::in_file(&path, &text, problem))
                    .collect();
                bail!("{path} is no valid rule:\n\n{}", all.join("\n"));
            }
        }
    }
    Ok(rules)
}

fn techniques(rule: &Rule) -> String {
    let mut ids: Vec<&str> = rule
        .threat
        .iter()
        .flat_map(|tactic| {
            tactic
                .techniques
                .iter()
                .map(|technique| technique.id.as_str())
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.join(" ")
}

fn list(flags: &RulesListFlags) -> anyhow::Result<Ending> {
    let mut rules = parsed(load::texts(&flags.rules, !flags.no_pack)?)?;
    rules.sort_by(|a, b| (b.severity, &a.name).cmp(&(a.severity, &b.name)));
    let mut out = output::results(None)?;
    if flags.json {
        for rule in &rules {
            let line = json!({
                "rule_id": rule.id, "name": rule.name, "severity": rule.severity.as_str(), "risk_score": rule.risk_score,
                "type": rule.rule_type.to_string(), "techniques": techniques(rule), "path": rule.path,
            });
            writeln!(out, "{line}")?;
        }
    } else {
        let rows: Vec<Vec<String>> = rules
            .iter()
            .map(|rule| {
                vec![
                    rule.severity.to_string(),
                    rule.rule_type.to_string(),
                    rule.name.clone(),
                    techniques(rule),
                    rule.path.clone(),
                ]
            })
            .collect();
        for line in columns(
            &["severity", "type", "name", "techniques", "file"],
            &rows,
            70,
        ) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Ending::Done)
}

fn show(flags: &RulesShowFlags) -> anyhow::Result<Ending> {
    let rules = parsed(load::texts(&flags.rules, true)?)?;
    let wanted = flags.rule.to_lowercase();
    let exact = rules
        .iter()
        .find(|rule| rule.id == flags.rule || rule.name.to_lowercase() == wanted);
    let rule = match exact {
        Some(rule) => rule,
        None => {
            let some: Vec<&Rule> = rules
                .iter()
                .filter(|rule| {
                    rule.name.to_lowercase().contains(&wanted)
                        || rule.path.to_lowercase().contains(&wanted)
                        || rule.id.starts_with(&wanted)
                })
                .collect();
            match some[..] {
                [only] => only,
                [] => bail!(
                    "no rule is called `{}`: see `gatewatch rules list`",
                    flags.rule
                ),
                _ => {
                    let names: Vec<String> =
                        some.iter().map(|rule| format!("  {}", rule.name)).collect();
                    bail!(
                        "`{}` names {} rules:\n{}",
                        flags.rule,
                        some.len(),
                        names.join("\n")
                    );
                }
            }
        }
    };
    let mut out = output::results(None)?;
    if flags.json {
        serde_json::to_writer_pretty(&mut out, &rule.parameters)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", told(rule))?;
    }
    out.flush()?;
    Ok(Ending::Done)
}

/// A rule as text for a person.
fn told(rule: &Rule) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{}\n{} (risk score {}), type {}, id {}\n{}\n\n{}\n\nQuery\n\n",
        rule.name,
        rule.severity,
        rule.risk_score,
        rule.rule_type,
        rule.id,
        rule.path,
        rule.description
    );
    for line in rule.query.trim().lines() {
        let _ = writeln!(text, "  {line}");
    }
    if !rule.threat.is_empty() {
        text.push_str("\nATT&CK\n\n");
        for tactic in &rule.threat {
            for technique in &tactic.techniques {
                let _ = writeln!(
                    text,
                    "  {} {}: {} {}",
                    tactic.id, tactic.name, technique.id, technique.name
                );
            }
        }
    }
    let false_positives = rule.list("false_positives");
    if !false_positives.is_empty() {
        text.push_str("\nFalse positives\n\n");
        for line in false_positives {
            let _ = writeln!(text, "  - {line}");
        }
    }
    if let Some(note) = rule.text("note") {
        let _ = write!(text, "\n{}\n", note.trim());
    }
    text
}

/// A fault that a check found: where, and what.
struct Fault {
    path: String,
    code: String,
    shown: String,
}

fn check(flags: &RulesCheckFlags) -> anyhow::Result<Ending> {
    let shipped = flags.paths.is_empty();
    let texts = load::texts(&flags.paths, shipped)?;
    let cases: HashMap<String, String> = if shipped {
        shipped_cases()
            .map(|(path, text)| (path, text.to_owned()))
            .collect()
    } else {
        beside(&texts)?
    };
    let mut faults = Vec::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    let (mut checked, mut ran, mut passed) = (0u64, 0u64, 0u64);
    for (path, text) in &texts {
        checked += 1;
        let rule =
            match Rule::parse(path, text) {
                Ok(rule) => Arc::new(rule),
                Err(found) => {
                    faults.extend(found.iter().map(|problem| {
                        fault(path, problem, problems::in_file(path, text, problem))
                    }));
                    continue;
                }
            };
        if let Some(first) = ids.insert(rule.id.clone(), path.clone()) {
            faults.push(Fault {
                path: path.clone(),
                code: "rule-id-twice".into(),
                shown: format!(
                    "error: {path} and {first} have the same rule_id {}",
                    rule.id
                ),
            });
        }
        match compile(Arc::clone(&rule), &EcsSchema) {
            Ok(compiled) => {
                let warnings = compiled.plan.warnings.iter();
                faults.extend(
                    warnings
                        .map(|problem| fault(path, problem, problems::in_query(&rule, problem))),
                );
                if let Some(text) = cases.get(path) {
                    run_cases(&compiled, text, &mut faults, &mut ran, &mut passed);
                }
            }
            Err(NotRun::Query(found)) => {
                faults.extend(
                    found
                        .iter()
                        .map(|problem| fault(path, problem, problems::in_query(&rule, problem))),
                );
            }
            Err(NotRun::Type(_)) => {}
        }
    }
    let mut out = output::results(None)?;
    for fault in &faults {
        if flags.json {
            writeln!(
                out,
                "{}",
                json!({"path": fault.path, "code": fault.code, "message": fault.shown})
            )?;
        } else {
            writeln!(out, "{}", fault.shown)?;
        }
    }
    if !flags.json {
        writeln!(
            out,
            "{} checked, {passed} of {} passed, {}.",
            count(checked, "rule", "rules"),
            count(ran, "case", "cases"),
            count(faults.len() as u64, "problem", "problems")
        )?;
    }
    out.flush()?;
    Ok(if faults.is_empty() {
        Ending::Done
    } else {
        Ending::Found
    })
}

fn fault(path: &str, problem: &Diagnostic, shown: String) -> Fault {
    Fault {
        path: path.to_owned(),
        code: problem.code.to_owned(),
        shown,
    }
}

/// The test cases beside rule files.
fn beside(texts: &[load::RuleText]) -> anyhow::Result<HashMap<String, String>> {
    let mut cases = HashMap::new();
    for (path, _) in texts {
        let Some(stem) = path.strip_suffix(".toml") else {
            continue;
        };
        let name = format!("{stem}.test.toml");
        if fs::exists(&name).unwrap_or(false) {
            let text = fs::read_to_string(&name).with_context(|| format!("cannot read {name}"))?;
            cases.insert(path.clone(), text);
        }
    }
    Ok(cases)
}

fn run_cases(
    compiled: &CompiledRule,
    text: &str,
    faults: &mut Vec<Fault>,
    ran: &mut u64,
    passed: &mut u64,
) {
    let path = &compiled.rule.path;
    let cases = match parse_cases(text) {
        Ok(cases) => cases,
        Err(found) => {
            faults.extend(found.iter().map(|problem| {
                fault(
                    path,
                    problem,
                    problems::in_file(&path.replace(".toml", ".test.toml"), text, problem),
                )
            }));
            return;
        }
    };
    let engine = Engine::new(vec![compiled.clone()]);
    for case in cases {
        *ran += 1;
        let events = case.documents().into_iter().map(JsonEvent::new);
        match engine.run(events) {
            Ok(outcome) if outcome.matches.len() as u64 == case.alerts => *passed += 1,
            Ok(outcome) => faults.push(Fault {
                path: path.clone(),
                code: "case-failed".into(),
                shown: format!(
                    "error: {path}: case `{}` expects {}, the rule raised {}",
                    case.name,
                    count(case.alerts, "alert", "alerts"),
                    outcome.matches.len()
                ),
            }),
            Err(error) => faults.push(Fault {
                path: path.clone(),
                code: "case-failed".into(),
                shown: format!(
                    "error: {path}: case `{}` could not be run: {error}",
                    case.name
                ),
            }),
        }
    }
}
