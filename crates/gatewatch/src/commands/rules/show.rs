//! `gatewatch rules show`

use std::io::Write as _;

use anyhow::bail;
use gatewatch_rules::Rule;

use super::list::parsed;
use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesShowFlags;
use crate::output;

/// Shows one rule.
pub(super) fn run(flags: &RulesShowFlags) -> anyhow::Result<Ending> {
    let rules = parsed(load::texts(&flags.rules, true)?)?;
    let rule = find(&rules, &flags.rule)?;
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

/// The rule of this id or name, or the only one of which a part of the name or path is so.
pub(crate) fn find<'r>(rules: &'r [Rule], text: &str) -> anyhow::Result<&'r Rule> {
    let wanted = text.to_lowercase();
    let exact = rules
        .iter()
        .find(|rule| rule.id == text || rule.name.to_lowercase() == wanted);
    Ok(match exact {
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
                [] => bail!("no rule is called `{}`: see `gatewatch rules list`", text),
                _ => {
                    let names: Vec<String> =
                        some.iter().map(|rule| format!("  {}", rule.name)).collect();
                    bail!(
                        "`{}` names {} rules:\n{}",
                        text,
                        some.len(),
                        names.join("\n")
                    );
                }
            }
        }
    })
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
