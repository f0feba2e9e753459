//! `gatewatch rules explain`

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use anyhow::{Context as _, bail};
use gatewatch_event::JsonEvent;
use gatewatch_query::{EcsSchema, Explanation, Outcome};
use gatewatch_rules::{NotRun, Rule, case_start, compile_at};
use serde_json::{Value as Json, json};

use super::test::terms;
use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesExplainFlags;
use crate::output;
use crate::report::problems;
use crate::report::text::{cut, printable};

/// The largest document that is read.
const MAX_BYTES: u64 = 64 << 20;
/// Columns of a part of a query.
const WIDTH: usize = 100;

/// Explains a rule over events.
pub(super) fn run(flags: &RulesExplainFlags) -> anyhow::Result<Ending> {
    let rule = rule(flags)?;
    let compiled = match compile_at(Arc::clone(&rule), &EcsSchema, Some(case_start())) {
        Ok(compiled) => compiled,
        Err(NotRun::Query(found)) => {
            let all: Vec<String> = found
                .iter()
                .map(|problem| problems::in_query(&rule, problem))
                .collect();
            bail!("{} cannot be run:\n\n{}", rule.path, all.join("\n"));
        }
        Err(reason) => bail!("{} cannot be explained: {reason}", rule.path),
    };
    let terms = terms(&compiled);
    let mut out = output::results(None)?;
    for (number, event) in events(&flags.event)?.into_iter().enumerate() {
        let event = JsonEvent::new(event);
        for (label, condition) in &terms {
            let explanation = condition.explain(&event);
            if flags.json {
                let line = json!({"event": number + 1, "part": label, "explanation": as_json(&explanation)});
                writeln!(out, "{line}")?;
                continue;
            }
            let matches = match &explanation.outcome {
                Outcome::Decided(true) => "matches".to_owned(),
                Outcome::Failed(error) => format!("fails: {error}"),
                _ => "does not match".to_owned(),
            };
            writeln!(out, "event {}: {label} {matches}", number + 1)?;
            write!(out, "{}", outline(&explanation, 1))?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Ending::Done)
}

/// The rule: a file, or one of the pack and the other files by name.
fn rule(flags: &RulesExplainFlags) -> anyhow::Result<Arc<Rule>> {
    let path = Path::new(&flags.rule);
    let texts = if path.is_file() {
        load::rule_files(&[path.to_path_buf()])?
    } else {
        load::texts(&flags.rules, true)?
    };
    let mut rules = super::list::parsed(texts)?;
    if path.is_file() {
        match rules.len() {
            1 => return Ok(Arc::new(rules.remove(0))),
            several => bail!("{} holds {several} rules", flags.rule),
        }
    }
    super::show::find(&rules, &flags.rule).map(|rule| Arc::new(rule.clone()))
}

/// The documents of a file: one JSON value, or one a line.
fn events(path: &Path) -> anyhow::Result<Vec<Json>> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text)
    } else {
        fs::File::open(path)
            .with_context(|| format!("cannot open {}", path.display()))?
            .take(MAX_BYTES)
            .read_to_string(&mut text)
    };
    let read = read.with_context(|| format!("cannot read {}", path.display()))?;
    if read as u64 == MAX_BYTES {
        bail!("{} is larger than {MAX_BYTES} bytes", path.display());
    }
    let parsed: Result<Vec<Json>, _> = serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect();
    let parsed = parsed.with_context(|| format!("{} is no JSON", path.display()))?;
    let documents: Vec<Json> = parsed
        .into_iter()
        .flat_map(|json| match json {
            Json::Array(items) => items,
            one => vec![one],
        })
        .collect();
    if documents.is_empty() || !documents.iter().all(Json::is_object) {
        bail!("{} holds something else than JSON objects", path.display());
    }
    Ok(documents)
}

/// A mark for what a part gave.
fn mark(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Decided(true) => "yes".to_owned(),
        Outcome::Decided(false) => "no ".to_owned(),
        Outcome::Value(json) => format!("= {json}"),
        Outcome::Failed(error) => format!("failed: {error}"),
    }
}

/// A part of a query on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    cut(&printable(&words.join(" ")), WIDTH)
}

fn values(explanation: &Explanation) -> String {
    let mut out = String::new();
    for (field, values) in &explanation.values {
        let shown = match values.as_array() {
            Some(values) if values.is_empty() => "no value".to_owned(),
            Some(values) if values.len() == 1 => values[0].to_string(),
            _ => values.to_string(),
        };
        let _ = write!(
            out,
            "{}{field} = {}",
            if out.is_empty() { "" } else { ", " },
            cut(&printable(&shown), WIDTH)
        );
    }
    out
}

/// Every part of a condition with what it gave, a line each.
pub(super) fn outline(explanation: &Explanation, depth: usize) -> String {
    fn write(explanation: &Explanation, depth: usize, out: &mut String) {
        // `field != null` is made of a question of the same text, turned round.
        let same = match explanation.parts.as_slice() {
            [part] if part.text == explanation.text && part.parts.is_empty() => Some(part),
            _ => None,
        };
        let values = values(same.unwrap_or(explanation));
        let values = if values.is_empty() {
            String::new()
        } else {
            format!("   [{values}]")
        };
        let _ = writeln!(
            out,
            "{}{} {}{values}",
            "  ".repeat(depth),
            mark(&explanation.outcome),
            one_line(&explanation.text)
        );
        if same.is_none() {
            for part in &explanation.parts {
                write(part, depth + 1, out);
            }
        }
    }
    let mut out = String::new();
    write(explanation, depth, &mut out);
    out
}

/// The parts that make the answer what it is: of a false `and` the false parts, of a false `or` all. `wanted` is the
/// answer that is to be explained.
pub(super) fn deciding(explanation: &Explanation, wanted: bool) -> Vec<String> {
    fn collect(explanation: &Explanation, wanted: bool, out: &mut Vec<String>) {
        let mut parts: Vec<&Explanation> = explanation
            .parts
            .iter()
            .filter(|part| matches!(part.outcome, Outcome::Decided(_)))
            .collect();
        // The single part of a `not` answers the other way round.
        let turned = parts.len() == 1 && parts[0].outcome != explanation.outcome;
        let wanted = if turned { !wanted } else { wanted };
        parts.retain(|part| part.outcome == Outcome::Decided(wanted));
        if parts.is_empty() || turned {
            let mark = mark(&explanation.outcome);
            let values = values_below(explanation);
            let values = if values.is_empty() {
                values
            } else {
                format!("   [{values}]")
            };
            out.push(format!("{mark} {}{values}", one_line(&explanation.text)));
            return;
        }
        for part in parts {
            collect(part, wanted, out);
        }
    }
    fn values_below(explanation: &Explanation) -> String {
        let mut all = values(explanation);
        for part in &explanation.parts {
            let below = values_below(part);
            if !below.is_empty() {
                let _ = write!(all, "{}{below}", if all.is_empty() { "" } else { ", " });
            }
        }
        cut(&all, 2 * WIDTH)
    }
    let mut out = Vec::new();
    collect(explanation, wanted, &mut out);
    out
}

fn as_json(explanation: &Explanation) -> Json {
    let (kind, value) = match &explanation.outcome {
        Outcome::Decided(flag) => ("result", json!(flag)),
        Outcome::Value(json) => ("value", json.clone()),
        Outcome::Failed(error) => ("error", json!(error.to_string())),
    };
    let values: serde_json::Map<String, Json> = explanation.values.iter().cloned().collect();
    let mut json = json!({"text": explanation.text, kind: value});
    if let Some(span) = explanation.span {
        json["span"] = json!([span.start, span.end]);
    }
    if !values.is_empty() {
        json["values"] = Json::Object(values);
    }
    if !explanation.parts.is_empty() {
        json["parts"] = explanation.parts.iter().map(as_json).collect();
    }
    json
}
