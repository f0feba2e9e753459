//! Matches one query against any stream of events, on any number of threads.
//!
//! A [`Search`] holds what is asked. Each thread has a [`SearchWorker`]; [`Search::finish`] joins what they found. The
//! answer depends on the positions of the events only, not on how they were spread over threads.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering as AtomicOrdering};

use gatewatch_event::FieldType;
use gatewatch_query::{
    Condition, KeyValue, Keys, Plan, PlanBody, RuntimeError, SchemaType, Step, version_key,
};

use super::limits::{Direction, Limits};
use super::moment::EventOrder;
use super::worker::{Gathered, Kept, SearchWorker};
use crate::sample::{SampleBounds, SampleCollector};
use crate::sequence::{Bounds, Finished, JoinKey, SequenceCounts, SequenceMachine, Shape};

/// How a query is to be answered.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// How many items, and from which end. The pipes of the plan are part of it.
    pub limits: Limits,
    /// How many samples one join key may have.
    pub max_samples_per_key: usize,
    /// Where the order of events comes from.
    pub order: EventOrder,
    /// How much a sequence may keep.
    pub sequence_bounds: Bounds,
    /// How much a sample may keep.
    pub sample_bounds: SampleBounds,
}

impl SearchOptions {
    /// Everything that matches the plan, cut by its pipes only.
    pub fn unlimited(plan: &Plan) -> Self {
        Self {
            limits: Limits::new(usize::MAX, Direction::Tail, plan.pipes.clone()),
            max_samples_per_key: 1,
            order: EventOrder::default(),
            sequence_bounds: Bounds::default(),
            sample_bounds: SampleBounds::default(),
        }
    }
}

/// One query over many events, see the [module](super).
#[derive(Debug)]
pub struct Search {
    pub(super) form: Form,
    pub(super) asks: Vec<Ask>,
    pub(super) options: SearchOptions,
    workers: AtomicU32,
}

/// What the query looks for.
#[derive(Debug)]
pub(super) enum Form {
    Event,
    Sequence { shape: Shape, first: usize },
    Sample { filters: usize },
}

/// A question to every event.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) condition: Condition,
    pub(super) keys: Keys,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found<E> {
    /// The items of the answer.
    pub items: Items<E>,
    /// How many events met a condition of the query.
    pub matched: u64,
    /// What the machine of a sequence did.
    pub sequences: SequenceCounts,
    /// Events of a sample that were left out for the bound.
    pub refused: u64,
    /// Events of a sequence that have no time and were left out.
    pub timeless: u64,
}

/// The items of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Items<E> {
    /// Single events.
    Events(Vec<E>),
    /// Sequences or samples.
    Sequences(Vec<FoundSequence<E>>),
}

/// A sequence or sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSequence<E> {
    /// The join keys.
    pub key: JoinKey,
    /// The events; `None` stands for a missing event.
    pub events: Vec<Option<E>>,
}

impl Search {
    /// A search for what a plan asks.
    pub fn new(plan: &Plan, options: SearchOptions) -> Self {
        let ask = |step: &Step| Ask {
            condition: step.condition.clone(),
            keys: step.keys.clone(),
        };
        let (form, asks) = match &plan.body {
            PlanBody::Event(condition) => {
                let ask = Ask {
                    condition: condition.clone(),
                    keys: Keys::default(),
                };
                (Form::Event, vec![ask])
            }
            PlanBody::Sequence(sequence) => {
                let mut asks: Vec<Ask> = Vec::new();
                for step in sequence.steps.iter().chain(&sequence.until) {
                    if step.term == asks.len() {
                        asks.push(ask(step));
                    }
                }
                let first = sequence
                    .steps
                    .iter()
                    .find(|step| !step.missing)
                    .map_or(0, |step| step.term);
                let shape = Shape::of_plan(sequence);
                (Form::Sequence { shape, first }, asks)
            }
            PlanBody::Sample(sample) => {
                let filters = sample.steps.len();
                (
                    Form::Sample { filters },
                    sample.steps.iter().map(ask).collect(),
                )
            }
        };
        Self {
            form,
            asks,
            options,
            workers: AtomicU32::new(0),
        }
    }

    /// All conditions: for prefilters over raw bytes.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.asks.iter().map(|ask| &ask.condition)
    }

    /// A worker for one thread. It knows the kind 0, of which nothing is known.
    pub fn worker<E>(&self) -> SearchWorker<'_, E> {
        SearchWorker::new(self)
    }

    /// A number that no other worker has.
    pub(super) fn next_worker(&self) -> u32 {
        self.workers.fetch_add(1, AtomicOrdering::Relaxed)
    }

    /// Joins what the workers found.
    ///
    /// # Errors
    ///
    /// When a condition failed over an event: Elasticsearch lets the whole search fail then. Of several failures it is
    /// that of the first event. Failures of a term that is never asked, because an earlier one finds nothing, do not count.
    pub fn finish<E: Clone>(
        &self,
        workers: Vec<SearchWorker<'_, E>>,
    ) -> Result<Found<E>, RuntimeError> {
        let mut gathered = Gathered::default();
        for worker in workers {
            gathered.take(worker);
        }
        gathered.fail(&self.form)?;
        let mut found = Found {
            items: Items::Events(Vec::new()),
            matched: gathered.matched,
            sequences: SequenceCounts::default(),
            refused: 0,
            timeless: 0,
        };
        match &self.form {
            Form::Event => {
                gathered
                    .ranked
                    .sort_unstable_by(|left, right| left.rank.cmp(&right.rank));
                let events = gathered
                    .ranked
                    .into_iter()
                    .map(|ranked| ranked.event)
                    .collect();
                found.items = Items::Events(self.options.limits.apply(events));
            }
            Form::Sequence { shape, .. } => self.join_sequence(shape, gathered, &mut found),
            Form::Sample { filters } => self.join_sample(*filters, gathered, &mut found),
        }
        Ok(found)
    }

    fn join_sequence<E: Clone>(
        &self,
        shape: &Shape,
        mut gathered: Gathered<E>,
        found: &mut Found<E>,
    ) {
        let until = shape.until_term();
        found.timeless = gathered.timeless;
        let mut hits = std::mem::take(&mut gathered.hits);
        hits.sort_unstable_by(|left, right| left.order(right, until));
        let mut machine = SequenceMachine::new(shape.clone(), self.options.sequence_bounds);
        let mut finished: Vec<Finished<Kept>> = Vec::new();
        // Beyond this, what cannot be in the answer is dropped now and then.
        let room = self
            .options
            .limits
            .most()
            .saturating_mul(2)
            .saturating_add(1024);
        for hit in hits {
            machine.push(hit);
            finished.append(&mut machine.take_finished());
            if finished.len() > room {
                finished.sort_by(Finished::order);
                self.options.limits.trim(&mut finished);
            }
        }
        let (rest, counts) = machine.finish();
        found.sequences = counts;
        finished.extend(rest);
        finished.sort_by(Finished::order);
        let event = |kept: Kept| gathered.event(kept).clone();
        let sequences = self
            .options
            .limits
            .apply(finished)
            .into_iter()
            .map(|sequence| FoundSequence {
                key: sequence.key,
                events: sequence
                    .events
                    .into_iter()
                    .map(|place| place.map(event))
                    .collect(),
            })
            .collect();
        found.items = Items::Sequences(sequences);
    }

    fn join_sample<E: Clone>(
        &self,
        filters: usize,
        mut gathered: Gathered<E>,
        found: &mut Found<E>,
    ) {
        let mut hits = std::mem::take(&mut gathered.hits);
        // In the order of positions every candidate that is kept is kept for good.
        hits.sort_unstable_by_key(|hit| (hit.position, hit.term));
        let mut collector = SampleCollector::new(
            filters,
            self.options.max_samples_per_key,
            self.options.sample_bounds,
        );
        for hit in hits {
            collector.push(usize::from(hit.term), hit.key, hit.position, hit.event);
        }
        found.refused = collector.refused();
        let event = |kept: Kept| gathered.event(kept).clone();
        // Samples know no tail: the size counts from the first key.
        let samples = collector
            .finish_by(self.options.limits.most(), |left, right| {
                grouped_order(&self.asks[0].keys, left, right)
            })
            .into_iter()
            .map(|sample| FoundSequence {
                key: sample.key,
                events: sample
                    .events
                    .into_iter()
                    .map(|place| Some(event(place)))
                    .collect(),
            })
            .collect();
        found.items = Items::Sequences(samples);
    }
}

/// The order of the keys of samples, which an aggregation groups: versions as versions, addresses as IPv6 addresses.
fn grouped_order(keys: &Keys, left: &JoinKey, right: &JoinKey) -> Ordering {
    let address = |address: &IpAddr| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => *address,
    };
    left.iter()
        .zip(right.iter())
        .zip(keys.as_slice())
        .map(|(pair, key)| match (pair, key.source) {
            ((KeyValue::Ip(left), KeyValue::Ip(right)), _) => address(left).cmp(&address(right)),
            (
                (KeyValue::Text(left), KeyValue::Text(right)),
                Some((_, SchemaType::Declared(FieldType::Version))),
            ) => version_key(left).cmp(&version_key(right)),
            ((left, right), _) => left.cmp(right),
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
