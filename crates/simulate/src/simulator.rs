//! From a rule to sets of events.

use std::sync::Arc;

use gatewatch_detect::{Engine, EngineOptions, IndicatorStore};
use gatewatch_event::{Document, Field, JsonEvent, Timestamp};
use gatewatch_query::Schema;
use gatewatch_rules::{CompiledRule, Rule, RuleType, compile_at};
use serde_json::{Value as Json, json};

use crate::assign::Assignment;
use crate::draft::{Stuck, draft};
use crate::lower::{Entry, Indicator, Lowering};
use crate::plot::{Plot, Shape, Step};
use crate::random::Random;
use crate::set::{EventSet, Refusal};
use crate::values::{START_MILLIS, hexadecimal, host_name, user_name, usual};

/// How often a set is tried.
const TRIES: u32 = 300;
/// How much may be drawn for all tries of a set.
const BUDGET: u64 = 2_000_000;
/// Milliseconds from one set to the next, where the rule looks no further.
const BETWEEN_SETS: i64 = 3_600_000;

/// Makes events for one rule. The same rule, seed and set number give the same events.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) rule: Arc<Rule>,
    pub(crate) shape: Shape,
    indicator: Option<Indicator>,
    compiled: CompiledRule,
    engine: Engine,
    seed: u64,
}

impl Simulator {
    /// Reads the rule's query. `now` in it is a fixed time, at which the first set begins.
    ///
    /// # Errors
    ///
    /// When the rule is of a type that is not run, or its query has problems or is never true.
    pub fn new(rule: Arc<Rule>, schema: &dyn Schema, seed: u64) -> Result<Self, Refusal> {
        let now = Timestamp::from_millis(START_MILLIS);
        let compiled = compile_at(Arc::clone(&rule), schema, Some(now)).map_err(Refusal::NotRun)?;
        let lowering = Lowering {
            rule: &rule,
            schema,
            now,
        };
        let shape = lowering.shape()?;
        let indicator = match &rule.rule_type {
            RuleType::ThreatMatch(threat) => lowering.indicator(threat)?,
            _ => None,
        };
        let never = |step: &Step| !step.missing && step.formula.as_constant() == Some(false);
        if shape.steps.iter().any(never) {
            return Err(Refusal::Never);
        }
        Ok(Self {
            rule,
            shape,
            indicator,
            engine: Engine::new(vec![compiled.clone()]),
            compiled,
            seed,
        })
    }

    /// A set that fires the rule, by itself: proven by running the rule over it.
    ///
    /// # Errors
    ///
    /// When none was found.
    pub fn firing(&self, number: u64) -> Result<EventSet, Refusal> {
        let (_, events, indicators) = self.fired(number)?;
        Ok(EventSet {
            number,
            broken: None,
            events,
            indicators,
        })
    }

    /// A set that fires the rule with how it came to be: its events and its indicators.
    pub(crate) fn fired(
        &self,
        number: u64,
    ) -> Result<(Plot, Vec<Document>, Vec<Document>), Refusal> {
        let mut last = String::new();
        let (mut tries, mut spent) = (0, 0);
        for attempt in 0..TRIES {
            if spent > BUDGET {
                break;
            }
            tries += 1;
            let mut random = self.random("firing", number, u64::from(attempt));
            let made = self.shape.plot(&mut random).and_then(|plot| {
                let indicators = self.indicators(&plot, &mut random)?;
                Ok((plot, indicators))
            });
            spent += random.spent();
            match made {
                Ok((plot, indicators)) => {
                    let events = self.written(&plot, number);
                    if self.fires(&events, &indicators) {
                        return Ok((plot, events, indicators));
                    }
                    last = "events that meet each condition did not fire the rule".into();
                }
                Err(stuck) => last = stuck.0,
            }
        }
        Err(Refusal::NotFound { tries, last })
    }

    /// An indicator that the first event holds.
    fn indicators(&self, plot: &Plot, random: &mut Random) -> Result<Vec<Document>, Stuck> {
        let (Some(indicator), Some(event)) = (&self.indicator, plot.events.first()) else {
            return Ok(Vec::new());
        };
        let mut pins = Assignment::default();
        for entry in &indicator.entries {
            let held = event
                .draft
                .values
                .get(entry.event.field)
                .unwrap_or_default();
            let value = if entry.negate {
                usual(&entry.indicator, random)
            } else {
                held.first().cloned().unwrap_or_default()
            };
            pins.set(entry.indicator.field, vec![value]);
        }
        let draft = draft(&indicator.formula, &pins, random)?;
        let mut document = Document::new();
        document.set(
            "@timestamp",
            Timestamp::from_millis(START_MILLIS).to_string().into(),
        );
        for (name, value) in draft.values.document().into_map() {
            document.set(&name, value);
        }
        Ok(vec![document])
    }

    /// What events and indicators share.
    pub(crate) fn entries(&self) -> &[Entry] {
        self.indicator
            .as_ref()
            .map_or(&[], |indicator| indicator.entries.as_slice())
    }

    /// The numbers for one purpose.
    pub(crate) fn random(&self, purpose: &str, number: u64, attempt: u64) -> Random {
        Random::new(self.seed, &[&self.rule.id, purpose], &[number, attempt])
    }

    /// Does the rule raise an alert over these events alone?
    pub(crate) fn fires(&self, events: &[Document], indicators: &[Document]) -> bool {
        let with_indicators;
        let engine = if indicators.is_empty() {
            &self.engine
        } else {
            let mut store = IndicatorStore::default();
            if indicators
                .iter()
                .any(|document| store.push(document).is_err())
            {
                return false;
            }
            let compiled = vec![self.compiled.clone()];
            with_indicators = Engine::with(compiled, store, EngineOptions::default());
            &with_indicators
        };
        engine
            .run(events.iter().cloned().map(JsonEvent::from))
            .is_ok_and(|outcome| !outcome.matches.is_empty())
    }

    /// When a set begins, in milliseconds: far enough from the others that no sequence reaches from one to the next.
    fn begins(&self, number: u64) -> i64 {
        let window = self.shape.group.as_ref().map(|group| group.window);
        let reach = self.shape.maxspan.or(window).unwrap_or(0).saturating_mul(4);
        let apart = BETWEEN_SETS.max(reach);
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        START_MILLIS.saturating_add(number.saturating_mul(apart))
    }

    /// The data set that the rule's index patterns name, so that a scan knows that the rule sees the events. `None` where
    /// no pattern names one in full, or the query itself says which.
    fn dataset(&self) -> Option<String> {
        let says = ["event.dataset", "event.module", "data_stream.dataset"];
        if says.iter().any(|name| self.shape.asks(Field::new(name))) {
            return None;
        }
        self.rule.index.iter().find_map(|pattern| {
            let dataset = pattern.strip_prefix("logs-")?;
            let dataset = dataset
                .strip_suffix("-*")
                .or_else(|| dataset.strip_suffix('*'))
                .unwrap_or(dataset);
            let named = !dataset.is_empty() && !dataset.contains(['*', '-', ':']);
            (named && !dataset.ends_with('.')).then(|| dataset.to_owned())
        })
    }

    /// The events as documents, in order of time, with the fields that every event of a host has.
    pub(crate) fn written(&self, plot: &Plot, number: u64) -> Vec<Document> {
        let mut random = self.random("host", number, 0);
        let dataset = self.dataset();
        let mut everywhere: Vec<(&str, Json)> = vec![
            ("ecs.version", json!("9.0.0")),
            ("event.kind", json!("event")),
            ("host.id", hexadecimal(32, &mut random).into()),
            ("host.name", host_name(&mut random).into()),
            ("user.name", user_name(&mut random).into()),
        ];
        if let Some(dataset) = &dataset {
            everywhere.push(("data_stream.type", json!("logs")));
            everywhere.push(("data_stream.dataset", json!(dataset)));
            everywhere.push(("data_stream.namespace", json!("default")));
            everywhere.push(("event.dataset", json!(dataset)));
        }
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
