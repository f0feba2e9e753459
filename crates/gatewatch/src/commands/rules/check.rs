//! `gatewatch rules check`

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use gatewatch_detect::Engine;
use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::JsonEvent;
use gatewatch_query::EcsSchema;
use gatewatch_rules::{CompiledRule, NotRun, Rule, compile, parse_cases, shipped_cases};
use serde_json::json;

use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesCheckFlags;
use crate::output;
use crate::report::problems;
use crate::report::text::count;

/// A fault that a check found: where, and what.
struct Fault {
    path: String,
    code: String,
    shown: String,
}

/// Checks rules and runs their cases.
pub(super) fn run(flags: &RulesCheckFlags) -> anyhow::Result<Ending> {
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
            Err(NotRun::Type(_) | NotRun::Language(_) | NotRun::NoIndicators | NotRun::Part(_)) => {
            }
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
