//! Joins the hits of all workers to alerts.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use gatewatch_event::{Event, NothingKnown, Timestamp};
use gatewatch_query::{KeyValue, PlanBody};

use crate::engine::{Again, Engine, Hit, RuleFailure, STORE_BUDGET, Worker};
use crate::sample::{SampleBounds, SampleCollector};
use crate::sequence::{self, Bounds, SequenceCounts, SequenceMachine, Shape};
use crate::store::{DocumentRef, DocumentStore};

/// An event of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRef {
    worker: u32,
    position: u64,
    document: Option<DocumentRef>,
}

impl EventRef {
    fn of(worker: u32, hit: &Hit) -> Self {
        Self {
            worker,
            position: hit.position,
            document: hit.document,
        }
    }
}

/// A finished match of a rule. The documents stay in the stores until they are asked for.
#[derive(Clone, Debug)]
pub struct Match {
    /// The rule's place in the engine.
    pub rule: usize,
    /// The time of the event, or of the last event of a sequence.
    pub time: Option<Timestamp>,
    /// The join keys of a sequence or sample.
    pub join_keys: Vec<KeyValue>,
    /// The event, or the events in the order of the query; `None` stands for a missing event.
    pub events: Vec<Option<EventRef>>,
    position: u64,
}

/// What all rules made of all events.
#[derive(Debug)]
pub struct Outcome {
    /// The matches, ordered by time, then by where their (last) event stands, then by rule.
    pub matches: Vec<Match>,
    /// Rules whose query failed over events.
    pub failures: Vec<RuleFailure>,
    /// What a rule had to leave out, in words: events without a time, state dropped for a bound.
    pub notes: Vec<(usize, String)>,
    stores: Vec<DocumentStore>,
    /// Documents that were read again, by position.
    again: HashMap<u64, DocumentRef>,
    again_store: DocumentStore,
}

/// What stands for an event that could not be read again.
const CHANGED: &[u8] =
    br#"{"error":{"message":"the event could not be read again: the log changed while it was scanned"}}"#;

impl Outcome {
    /// The JSON text of a matched event's document.
    ///
    /// # Errors
    ///
    /// When the temporary file that holds it cannot be read.
    pub fn document(&self, event: EventRef) -> io::Result<Vec<u8>> {
        match event.document {
            Some(document) => self.stores[event.worker as usize].get(document),
            None => match self.again.get(&event.position) {
                Some(document) => self.again_store.get(*document),
                None => Ok(CHANGED.to_vec()),
            },
        }
    }

    /// The positions of the events of matches whose documents were not kept, ascending: they must be read again and
    /// [given](Self::give) before alerts are built.
    pub fn to_read_again(&self) -> Vec<u64> {
        let mut positions: Vec<u64> = self
            .matches
            .iter()
            .flat_map(|found| found.events.iter().flatten())
            .filter(|event| event.document.is_none())
            .map(|event| event.position)
            .collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Gives the document of an event that was asked for by position.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    pub fn give(&mut self, position: u64, event: &dyn Event) -> io::Result<()> {
        let bytes = serde_json::to_vec(event.document().as_map()).map_err(io::Error::other)?;
        let document = self.again_store.push(&bytes)?;
        self.again.insert(position, document);
        Ok(())
    }
}

impl Engine {
    /// Runs all rules over events in memory, in the order given.
    ///
    /// # Errors
    ///
    /// When a matched event cannot be kept.
    pub fn run<E: Event>(&self, events: impl IntoIterator<Item = E>) -> io::Result<Outcome> {
        let mut worker = self.worker();
        if let Some(kind) = worker.kind(&NothingKnown) {
            for (position, event) in (0..).zip(events) {
                worker.event(kind, &event, position, Again::Never)?;
            }
        }
        Ok(self.finish(vec![worker]))
    }

    /// Joins what the workers found. The answer does not depend on how events were spread over workers.
    pub fn finish(&self, workers: Vec<Worker<'_>>) -> Outcome {
        let mut by_rule: Vec<Vec<(u32, Hit)>> = self.rules().iter().map(|_| Vec::new()).collect();
        let mut failures: Vec<Option<RuleFailure>> = self.rules().iter().map(|_| None).collect();
        let mut stores = Vec::with_capacity(workers.len());
        for (number, worker) in workers.into_iter().enumerate() {
            let number = u32::try_from(number).expect("fewer workers than 2^32");
            for hit in worker.hits {
                by_rule[self.ask(hit.ask).rule].push((number, hit));
            }
            for (rule, failure) in worker.failures {
                match &mut failures[rule] {
                    Some(first) => first.merge(failure),
                    empty => *empty = Some(failure),
                }
            }
            stores.push(worker.store);
        }
        let mut outcome = Outcome {
            matches: Vec::new(),
            failures: failures.into_iter().flatten().collect(),
            notes: Vec::new(),
            stores,
            again: HashMap::new(),
            again_store: DocumentStore::new(STORE_BUDGET),
        };
        for (rule, hits) in by_rule.into_iter().enumerate() {
            if !hits.is_empty() {
                self.join(rule, hits, &mut outcome);
            }
        }
        outcome
            .matches
            .sort_by_key(|found| (found.time, found.position, found.rule));
        outcome
    }

    fn join(&self, rule: usize, hits: Vec<(u32, Hit)>, outcome: &mut Outcome) {
        match &self.rules()[rule].plan.body {
            PlanBody::Event(_) => {
                outcome
                    .matches
                    .extend(hits.into_iter().map(|(worker, hit)| Match {
                        rule,
                        time: hit.time,
                        join_keys: Vec::new(),
                        events: vec![Some(EventRef::of(worker, &hit))],
                        position: hit.position,
                    }));
            }
            PlanBody::Sequence(plan) => {
                self.join_sequence(rule, Shape::of_plan(plan), hits, outcome);
            }
            PlanBody::Sample(_) => self.join_sample(rule, hits, outcome),
        }
    }

    fn join_sequence(
        &self,
        rule: usize,
        shape: Shape,
        hits: Vec<(u32, Hit)>,
        outcome: &mut Outcome,
    ) {
        let until_term = shape.until_term();
        let mut without_time = 0u64;
        let mut fed = Vec::with_capacity(hits.len());
        for (worker, hit) in hits {
            let Some(time) = hit.time else {
                without_time += 1;
                continue;
            };
            let event = EventRef::of(worker, &hit);
            let term = u16::try_from(self.ask(hit.ask).term).unwrap_or(u16::MAX);
            for key in hit.keys {
                fed.push(sequence::Hit {
                    time,
                    tiebreak: hit.tiebreak.clone(),
                    position: hit.position,
                    term,
                    key: Arc::from(key),
                    event,
                });
            }
        }
        fed.sort_by(|a, b| a.order(b, until_term));
        let mut machine = SequenceMachine::new(shape, Bounds::default());
        for hit in fed {
            machine.push(hit);
        }
        let (finished, counts) = machine.finish();
        outcome
            .matches
            .extend(finished.into_iter().map(|sequence| Match {
                rule,
                time: Some(sequence.last.time),
                join_keys: sequence.key.to_vec(),
                events: sequence.events,
                position: sequence.last.position,
            }));
        if without_time > 0 {
            outcome.notes.push((
                rule,
                format!(
                    "{without_time} matching events have no time and were left out of the sequence"
                ),
            ));
        }
        if let Some(note) = bound_note(&counts) {
            outcome.notes.push((rule, note));
        }
    }

    fn join_sample(&self, rule: usize, hits: Vec<(u32, Hit)>, outcome: &mut Outcome) {
        let PlanBody::Sample(plan) = &self.rules()[rule].plan.body else {
            return;
        };
        let mut collector = SampleCollector::new(plan.steps.len(), 1, SampleBounds::default());
        let mut hits = hits;
        hits.sort_by_key(|(_, hit)| hit.position);
        for (worker, hit) in hits {
            let event = EventRef::of(worker, &hit);
            for key in hit.keys {
                let event = SampleEvent {
                    event,
                    time: hit.time,
                };
                collector.push(self.ask(hit.ask).term, Arc::from(key), hit.position, event);
            }
        }
        let refused = collector.refused();
        for (position, sample) in (0..).zip(collector.finish(usize::MAX)) {
            outcome.matches.push(Match {
                rule,
                time: sample.events.iter().filter_map(|event| event.time).max(),
                join_keys: sample.key.to_vec(),
                events: sample
                    .events
                    .iter()
                    .map(|event| Some(event.event))
                    .collect(),
                position,
            });
        }
        if refused > 0 {
            outcome.notes.push((
                rule,
                format!("{refused} candidate events were left out for the bound on memory: alerts may be missing"),
            ));
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct SampleEvent {
    event: EventRef,
    time: Option<Timestamp>,
}

/// What the bounds of a sequence cost, in words.
fn bound_note(counts: &SequenceCounts) -> Option<String> {
    let dropped = counts.dropped_partials + counts.dropped_waiting + counts.dropped_leading;
    (dropped > 0).then(|| {
        format!(
            "{dropped} unfinished sequences or remembered events were dropped for the bound on memory: the answer may be incomplete"
        )
    })
}
