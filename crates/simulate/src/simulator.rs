//! From a rule to sets of events.

use std::sync::Arc;

use gatewatch_detect::Engine;
use gatewatch_event::{Document, Field, JsonEvent, Timestamp};
use gatewatch_query::{Options, Schema, check};
use gatewatch_rules::{NotRun, Rule, compile};
use gatewatch_syntax::eql::parse_query;
use serde_json::{Value as Json, json};

use crate::plot::{Plot, Shape};
use crate::random::Random;
use crate::set::{EventSet, Refusal};
use crate::values::{START_MILLIS, hexadecimal, host_name, user_name};

/// How often a set is tried.
const TRIES: u32 = 300;
/// Milliseconds from one set to the next, where the rule looks no further.
const BETWEEN_SETS: i64 = 3_600_000;

/// Makes events for one rule. The same rule, seed and set number give the same events.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) rule: Arc<Rule>,
    pub(crate) shape: Shape,
    engine: Engine,
    seed: u64,
}

impl Simulator {
    /// Reads the rule's query.
    ///
    /// # Errors
    ///
    /// When the rule is of a type that is not run, or its query has problems or is never true.
    pub fn new(rule: Arc<Rule>, schema: &dyn Schema, seed: u64) -> Result<Self, Refusal> {
        let compiled = compile(Arc::clone(&rule), schema).map_err(Refusal::NotRun)?;
        let query = |problems| Refusal::NotRun(NotRun::Query(problems));
        let mut options = Options::default();
        if let Some(field) = &rule.event_category_override {
            options.event_category_field.clone_from(field);
        }
        let tree = parse_query(&rule.query).into_result().map_err(query)?;
        let checked = check(&tree, &rule.query, schema, &options).map_err(query)?;
        let shape = Shape::new(&checked, schema).map_err(query)?;
        let never =
            |step: &crate::plot::Step| !step.missing && step.formula.as_constant() == Some(false);
        if shape.steps.iter().any(never) {
            return Err(Refusal::Never);
        }
        Ok(Self {
            rule,
            shape,
            engine: Engine::new(vec![compiled]),
            seed,
        })
    }

    /// A set that fires the rule, by itself: proven by running the rule over it.
    ///
    /// # Errors
    ///
    /// When none was found.
    pub fn firing(&self, number: u64) -> Result<EventSet, Refusal> {
        let (_, events) = self.fired(number)?;
        Ok(EventSet {
            number,
            broken: None,
            events,
        })
    }

    /// A set that fires the rule with how it came to be.
    pub(crate) fn fired(&self, number: u64) -> Result<(Plot, Vec<Document>), Refusal> {
        let mut last = String::new();
        for attempt in 0..TRIES {
            let mut random = self.random("firing", number, u64::from(attempt));
            match self.shape.plot(&mut random) {
                Ok(plot) => {
                    let events = self.written(&plot, number);
                    if self.fires(&events) {
                        return Ok((plot, events));
                    }
                    last = "events that meet each condition did not fire the rule".into();
                }
                Err(stuck) => last = stuck.0,
            }
        }
        Err(Refusal::NotFound { tries: TRIES, last })
    }

    /// The numbers for one purpose.
    pub(crate) fn random(&self, purpose: &str, number: u64, attempt: u64) -> Random {
        Random::new(self.seed, &[&self.rule.id, purpose], &[number, attempt])
    }

    /// Does the rule raise an alert over these events alone?
    pub(crate) fn fires(&self, events: &[Document]) -> bool {
        let events = events.iter().cloned().map(JsonEvent::from);
        self.engine
            .run(events)
            .is_ok_and(|outcome| !outcome.matches.is_empty())
    }

    /// When a set begins, in milliseconds: far enough from the others that no sequence reaches from one to the next.
    fn begins(&self, number: u64) -> i64 {
        let reach = self.shape.maxspan.unwrap_or(0).saturating_mul(4);
        let apart = BETWEEN_SETS.max(reach);
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        START_MILLIS.saturating_add(number.saturating_mul(apart))
    }

    /// The events as documents, in order of time, with the fields that every event of a host has.
    pub(crate) fn written(&self, plot: &Plot, number: u64) -> Vec<Document> {
        let mut random = self.random("host", number, 0);
        let everywhere: [(&str, Json); 5] = [
            ("ecs.version", json!("9.0.0")),
            ("event.kind", json!("event")),
            ("host.id", hexadecimal(32, &mut random).into()),
            ("host.name", host_name(&mut random).into()),
            ("user.name", user_name(&mut random).into()),
        ];
        let mut events: Vec<(i64, Document)> = plot
            .events
            .iter()
            .map(|event| {
                let time = self.begins(number).saturating_add(event.at);
                let mut document = Document::new();
                document.set(
                    "@timestamp",
                    Timestamp::from_millis(time).to_string().into(),
                );
                for (field, values) in event.draft.values.document().into_map() {
                    document.set(&field, values);
                }
                for (name, value) in &everywhere {
                    if !self.shape.asks(Field::new(name)) {
                        document.set_if_absent(name, value.clone());
                    }
                }
                (time, document)
            })
            .collect();
        events.sort_by_key(|(time, _)| *time);
        events.into_iter().map(|(_, document)| document).collect()
    }
}
