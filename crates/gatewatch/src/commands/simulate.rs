//! `gatewatch simulate`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{NotRun, Rule};
use gatewatch_simulate::{EventSet, Refusal, Simulator};
use serde_json::json;

use super::{load, rules};
use crate::exit::Ending;
use crate::flags::SimulateFlags;
use crate::output;
use crate::report::problems;

/// Writes sets of events for one rule.
pub fn run(flags: &SimulateFlags) -> anyhow::Result<Ending> {
    let rule = Arc::new(wanted(&flags.rule)?);
    let simulator = Simulator::new(Arc::clone(&rule), &EcsSchema, flags.seed)
        .map_err(|refusal| explained(&rule, &refusal))?;
    let mut out = output::results(flags.output.as_deref())?;
    let mut indicators = flags
        .indicators
        .as_deref()
        .map(|path| output::results(Some(path)))
        .transpose()?;
    let mut count = 0;
    for number in 0..flags.sets {
        let mut sets = vec![
            simulator
                .firing(number)
                .map_err(|refusal| explained(&rule, &refusal))?,
        ];
        if flags.near_misses {
            sets.extend(
                simulator
                    .near_misses(number)
                    .map_err(|refusal| explained(&rule, &refusal))?,
            );
        }
        for set in sets {
            if flags.set.is_none_or(|wanted| wanted == count) {
                // Near misses have the indicators of the set that they come from.
                let new = set.broken.is_none() || flags.set.is_some();
                if let (Some(out), true) = (&mut indicators, new) {
                    for indicator in &set.indicators {
                        serde_json::to_writer(&mut *out, indicator.as_map())?;
                        writeln!(out)?;
                    }
                }
                write(&mut out, count, set)?;
            }
            count += 1;
        }
        if flags.set.is_some_and(|wanted| wanted < count) {
            break;
        }
    }
    if let Some(wanted) = flags.set
        && wanted >= count
    {
        bail!("there is no set {wanted}: {count} were made, counted from 0");
    }
    if let Some(indicators) = &mut indicators {
        indicators.flush()?;
    }
    out.flush()?;
    Ok(Ending::Done)
}

/// The rule in a file, or a shipped one.
fn wanted(text: &str) -> anyhow::Result<Rule> {
    let path = Path::new(text);
    if path
        .extension()
        .is_some_and(|extension| extension == "toml")
        || path.is_file()
    {
        let texts = load::rule_files(&[path.to_owned()])?;
        let mut rules = rules::parsed(texts)?;
        return rules
            .pop()
            .ok_or_else(|| anyhow!("there is no rule in {text}"));
    }
    let shipped = rules::parsed(load::texts(&[], true)?)?;
    rules::find(&shipped, text).cloned()
}

fn explained(rule: &Rule, refusal: &Refusal) -> anyhow::Error {
    let name = &rule.name;
    match refusal {
        Refusal::NotRun(NotRun::Query(found)) => {
            let all: Vec<String> = found
                .iter()
                .map(|problem| problems::in_query(rule, problem))
                .collect();
            anyhow!("`{name}` cannot be simulated:\n\n{}", all.join("\n"))
        }
        other => anyhow!("`{name}` cannot be simulated: {other}"),
    }
}

fn write(out: &mut dyn Write, number: u64, set: EventSet) -> anyhow::Result<()> {
    for mut event in set.events {
        event.set("gatewatch.simulate.set", json!(number));
        event.set("gatewatch.simulate.fires", json!(set.broken.is_none()));
        if let Some(broken) = &set.broken {
            let broken =
                json!({"kind": broken.kind.as_str(), "need": broken.need, "event": broken.event});
            event.set("gatewatch.simulate.broken", broken);
        }
        serde_json::to_writer(&mut *out, event.as_map())?;
        writeln!(out)?;
    }
    Ok(())
}
