//! The events of a case.

use std::path::Path;

use anyhow::{Context as _, bail};
use gatewatch_event::{Event as _, JsonEvent, Known};
use gatewatch_ingest::{Consumer, Placed, Problem, ProblemKind, ReadOptions, find, units};
use gatewatch_query::{Condition, EcsSchema, Options, PlanBody, compile};
use gatewatch_rules::RuleCase;
use gatewatch_syntax::eql::parse_query;

use super::Events;
use crate::report::problems;

/// The most events that a case takes from a log.
const MAX_EVENTS: usize = 1_000_000;

/// The events of a log, then those written in the case.
pub(super) fn of(case: &RuleCase, folder: &Path) -> anyhow::Result<Events> {
    let mut events = Vec::new();
    if let Some(file) = &case.file {
        let path = folder.join(file);
        if !path.exists() {
            bail!("there is no log {}", path.display());
        }
        let filter = case.filter.as_deref().map(condition).transpose()?;
        events = read(&path, filter)?;
    }
    events.extend(case.documents().into_iter().map(JsonEvent::new));
    Ok(events)
}

fn condition(text: &str) -> anyhow::Result<Condition> {
    let plan = parse_query(text)
        .into_result()
        .and_then(|query| compile(&query, text, &EcsSchema, &Options::default()))
        .map_err(|found| {
            anyhow::anyhow!(
                "its filter cannot be used:\n\n{}",
                problems::in_text(text, &found)
            )
        })?;
    match plan.body {
        PlanBody::Event(condition) => Ok(condition),
        _ => bail!(
            "its filter must look for single events, such as: any where event.code == \"4625\""
        ),
    }
}

struct Reader {
    filter: Option<Condition>,
    events: Events,
    problems: Vec<Problem>,
    failure: Option<String>,
}

impl Consumer for Reader {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let wanted = match &self.filter {
            None => true,
            Some(condition) => condition.matches(event).unwrap_or_else(|error| {
                self.failure.get_or_insert_with(|| error.to_string());
                false
            }),
        };
        if wanted && self.events.len() < MAX_EVENTS {
            self.events.push(JsonEvent::from(event.document()));
        } else if wanted {
            let told =
                || format!("it takes more than {MAX_EVENTS} events of its log: give a filter");
            self.failure.get_or_insert_with(told);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read(path: &Path, filter: Option<Condition>) -> anyhow::Result<Events> {
    let found = find(&[path.display().to_string()]);
    let mut reader = Reader {
        filter,
        events: Vec::new(),
        problems: Vec::new(),
        failure: None,
    };
    for unit in units(&found.files) {
        unit.read(&ReadOptions::default(), &mut reader);
    }
    // What a log lacks for reading it whole would change what the case shows.
    let bad = reader
        .problems
        .iter()
        .find(|problem| problem.kind != ProblemKind::Assumption);
    if let Some(problem) = bad {
        bail!(
            "its log cannot be read: {}: {}",
            problem.place,
            problem.reason
        );
    }
    if let Some(failure) = reader.failure {
        bail!("{failure}");
    }
    if reader.events.is_empty() {
        return Err(anyhow::anyhow!("no event passes")).context("its log and filter give nothing");
    }
    Ok(reader.events)
}
