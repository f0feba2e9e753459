//! Matches events against all rules at once.
//!
//! Matching has no state between events and runs in any number of [`Worker`]s; each keeps its hits. [`Engine::finish`]
//! then orders the hits of all workers in time and joins them to alerts.

use std::sync::{Arc, OnceLock};

use gatewatch_query::{Condition, Keys, PlanBody};
use gatewatch_rules::{CompiledRule, RuleType};

use crate::alert::RuleFields;
use crate::hits::Terms;
use crate::index::IndexTable;
use crate::sequence::Shape;
use crate::shown::shown_of;
use crate::threat::{IndicatorStore, ThreatIndex};
use crate::worker::Worker;

/// Bytes of memory for hits, documents and the state of one rule, unless the caller sets another budget.
pub const DEFAULT_MEMORY: usize = 192 << 20;

/// How an engine runs.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Every rule sees every event, whatever its index patterns.
    pub ignore_index: bool,
    /// Bytes of memory for hits, documents and the state of one rule. Hits and documents beyond go to temporary files.
    pub memory: usize,
    /// How many workers there will be: they share the memory.
    pub workers: usize,
    /// Of each rule, how many alerts will be looked at, the first in time; `None` for all. The others are counted, but must
    /// not be [built](Engine::alert): their events are not kept.
    pub shown: Option<usize>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            ignore_index: false,
            memory: DEFAULT_MEMORY,
            workers: 1,
            shown: None,
        }
    }
}

/// All rules, compiled to the questions that are put to each event.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<CompiledRule>,
    /// For each rule, what its alerts say of it, once there is one.
    rule_fields: Vec<OnceLock<Arc<RuleFields>>>,
    asks: Vec<Ask>,
    /// For each rule with a sequence, its shape.
    shapes: Vec<Option<Shape>>,
    /// By rule.
    terms: Vec<Terms>,
    /// For each rule of type threat_match, what it looks for.
    threats: Vec<Option<ThreatIndex>>,
    indicators: IndicatorStore,
    indices: IndexTable,
    options: EngineOptions,
}

/// One question: does this event take this term of this rule?
#[derive(Debug)]
pub(crate) struct Ask {
    pub rule: usize,
    pub term: u32,
    pub condition: Condition,
    /// Join keys, groups or new terms; an event without a mandatory one is no hit.
    pub keys: Option<Keys>,
    /// What is counted of each event.
    pub counted: Option<Keys>,
    pub tiebreaker: Option<Keys>,
    pub clock: Clock,
    /// Is each hit an alert by itself, so that its document will be needed?
    pub is_alert: bool,
    /// If so, how many of them will be looked at, the first ones; `None` for all.
    pub shown: Option<usize>,
}

/// The time by which a rule orders events or cuts them into windows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// `@timestamp`
    Event,
    /// Another field; `@timestamp` where an event lacks it, unless the rule forbids that.
    Field {
        field: gatewatch_event::Field,
        or_event: bool,
    },
}

impl Engine {
    /// An engine for these rules, without indicators.
    pub fn new(rules: Vec<CompiledRule>) -> Self {
        Self::with(rules, IndicatorStore::default(), EngineOptions::default())
    }

    /// An engine for these rules that looks for these indicators.
    pub fn with(
        rules: Vec<CompiledRule>,
        indicators: IndicatorStore,
        options: EngineOptions,
    ) -> Self {
        let indices = if options.ignore_index {
            IndexTable::open(rules.len())
        } else {
            IndexTable::new(&rules)
        };
        let threats = rules
            .iter()
            .map(|compiled| ThreatIndex::new(compiled, &indicators))
            .collect();
        let shapes: Vec<Option<Shape>> = rules
            .iter()
            .map(|compiled| match &compiled.plan.body {
                PlanBody::Sequence(plan) => Some(Shape::of_plan(plan)),
                _ => None,
            })
            .collect();
        let terms = shapes
            .iter()
            .map(|shape| terms_of(shape.as_ref()))
            .collect();
        let mut asks = Vec::new();
        for (rule, compiled) in rules.iter().enumerate() {
            add_asks(rule, compiled, options.shown, &mut asks);
        }
        Self {
            rule_fields: rules.iter().map(|_| OnceLock::new()).collect(),
            rules,
            asks,
            shapes,
            terms,
            threats,
            indicators,
            indices,
            options,
        }
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// The options it was made with.
    pub fn options(&self) -> EngineOptions {
        self.options
    }

    /// Of a rule of type threat_match: how many of the indicators its threat query takes.
    pub fn indicators_of(&self, rule: usize) -> Option<usize> {
        self.threats[rule].as_ref().map(ThreatIndex::len)
    }

    pub(crate) fn rule_fields_slot(&self, rule: usize) -> &OnceLock<Arc<RuleFields>> {
        &self.rule_fields[rule]
    }

    pub(crate) fn asks(&self) -> &[Ask] {
        &self.asks
    }

    pub(crate) fn shape(&self, rule: usize) -> Option<&Shape> {
        self.shapes[rule].as_ref()
    }

    pub(crate) fn threat(&self, rule: usize) -> Option<&ThreatIndex> {
        self.threats[rule].as_ref()
    }

    pub(crate) fn indicators(&self) -> &IndicatorStore {
        &self.indicators
    }

    pub(crate) fn indices(&self) -> &IndexTable {
        &self.indices
    }

    /// All conditions: for prefilters over raw bytes.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.asks.iter().map(|ask| &ask.condition)
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker<'_> {
        Worker::new(self)
    }

    /// The terms of a rule whose hits differ from those of others.
    pub(crate) fn terms(&self, rule: usize) -> Terms {
        self.terms[rule]
    }
}

fn terms_of(shape: Option<&Shape>) -> Terms {
    Terms {
        until: shape.map(|shape| shape.until_term().into()),
        last: shape.and_then(Shape::last_term).map(u32::from),
    }
}

/// The questions of a rule, one for each different term.
fn add_asks(rule: usize, compiled: &CompiledRule, shown: Option<usize>, asks: &mut Vec<Ask>) {
    let of_windows = matches!(
        compiled.rule.rule_type,
        RuleType::Threshold(_) | RuleType::NewTerms(_)
    );
    let tiebreaker = compiled.rule.tiebreaker_field.as_ref().map(|name| {
        Keys::new(vec![gatewatch_query::Key {
            name: name.clone(),
            optional: true,
            source: Some((
                gatewatch_event::Field::new(name),
                gatewatch_query::SchemaType::Dynamic,
            )),
        }])
    });
    let mut add = |term: usize, condition: &Condition, keys: Option<&Keys>| {
        asks.push(Ask {
            rule,
            term: u32::try_from(term).unwrap_or(u32::MAX),
            condition: condition.clone(),
            keys: keys.cloned(),
            counted: (!compiled.counted.is_empty()).then(|| compiled.counted.clone()),
            tiebreaker: tiebreaker.clone(),
            clock: clock(compiled, of_windows),
            is_alert: keys.is_none(),
            shown: shown_of(&compiled.rule, shown),
        });
    };
    match &compiled.plan.body {
        PlanBody::Event(condition) => {
            add(0, condition, of_windows.then_some(&compiled.keys));
        }
        PlanBody::Sequence(sequence) => {
            let mut last = None;
            for step in sequence.steps.iter().chain(&sequence.until) {
                if last != Some(step.term) {
                    add(step.term, &step.condition, Some(&step.keys));
                    last = Some(step.term);
                }
            }
        }
        PlanBody::Sample(sample) => {
            for step in &sample.steps {
                add(step.term, &step.condition, Some(&step.keys));
            }
        }
    }
}

/// Windows are cut by `timestamp_override`; sequences are ordered by `timestamp_field`.
fn clock(compiled: &CompiledRule, of_windows: bool) -> Clock {
    let rule = &compiled.rule;
    let (name, or_event) = if of_windows {
        (
            &rule.timestamp_override,
            !rule.timestamp_override_fallback_disabled,
        )
    } else {
        (&rule.timestamp_field, false)
    };
    match name {
        Some(name) if name != "@timestamp" => Clock::Field {
            field: gatewatch_event::Field::new(name),
            or_event,
        },
        _ => Clock::Event,
    }
}
