//! `gatewatch rules list`

use std::io::Write as _;

use anyhow::bail;
use gatewatch_rules::Rule;
use serde_json::json;

use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesListFlags;
use crate::output;
use crate::report::problems;
use crate::report::text::columns;

/// The rules of the texts; a file that is none is an error that shows every problem.
pub(crate) fn parsed(texts: Vec<load::RuleText>) -> anyhow::Result<Vec<Rule>> {
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

/// Lists rules.
pub(super) fn run(flags: &RulesListFlags) -> anyhow::Result<Ending> {
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
