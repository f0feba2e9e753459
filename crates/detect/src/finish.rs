//! Joins the hits of all workers to matches.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use gatewatch_event::Timestamp;
use gatewatch_query::{KeyValue, PlanBody};
use gatewatch_rules::{RuleType, Threshold, before_now};

use crate::KnownTerms;
use crate::engine::Engine;
use crate::hits::{Hit, HitFiles, KeySet, Parts};
use crate::new_terms::NewTermsMachine;
use crate::outcome::{Detail, EventRef, Match, Outcome};
use crate::sample::{SampleBounds, SampleCollector};
use crate::sequence::{self, Bounds, Finished, SequenceCounts, SequenceMachine};
use crate::store::DocumentStore;
use crate::threshold::{Member, ThresholdMachine};
use crate::worker::{RuleFailure, Worker};

/// What a rule of type new_terms remembers when its `history_window_start` cannot be read: seven days, the usual value.
const DEFAULT_HISTORY: i64 = 7 * 86_400 * 1_000_000_000;

/// Into how many parts the keys of a rule are divided, one number after the other, until the state of each part fits into
/// memory. What does not fit even then is dropped and reported.
const PARTS: [usize; 3] = [1, 8, 64];

impl EventRef {
    fn of(worker: u32, hit: &Hit) -> Self {
        Self {
            worker,
            position: hit.position,
            document: hit.document,
        }
    }
}

/// What is left of the matches of a rule after trying with a number of parts.
struct Tried {
    matches: Vec<Match>,
    without_time: u64,
    /// What was dropped for lack of memory.
    dropped: Option<String>,
}

impl Engine {
    /// Joins what the workers found. The answer does not depend on how events were spread over workers. `known` is what
    /// rules of type new_terms have seen before; afterwards it holds what they have seen now as well.
    ///
    /// # Errors
    ///
    /// When the temporary file of hits cannot be written or read.
    pub fn finish(&self, workers: Vec<Worker<'_>>, known: &mut KnownTerms) -> io::Result<Outcome> {
        let mut failures: Vec<Option<RuleFailure>> = self.rules().iter().map(|_| None).collect();
        let mut excepted: HashMap<(usize, usize), u64> = HashMap::new();
        let (mut stores, mut hits) = (Vec::new(), Vec::new());
        let (mut without_index, mut earliest) = (0, None::<Timestamp>);
        for worker in workers {
            for (rule, failure) in worker.failures {
                match &mut failures[rule] {
                    Some(first) => first.merge(failure),
                    empty => *empty = Some(failure),
                }
            }
            for (exception, (events, _)) in worker.excepted {
                *excepted.entry(exception).or_default() += events;
            }
            without_index += worker.without_index;
            earliest = match (earliest, worker.earliest) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            stores.push(worker.store);
            hits.push(worker.hits);
        }
        let mut excepted: Vec<(usize, usize, u64)> = excepted
            .into_iter()
            .map(|((rule, number), events)| (rule, number, events))
            .collect();
        excepted.sort_unstable();
        let mut outcome = Outcome {
            matches: Vec::new(),
            failures: failures.into_iter().flatten().collect(),
            notes: Vec::new(),
            excepted,
            without_index,
            stores,
            again: HashMap::new(),
            again_store: DocumentStore::new(self.options().memory / 4),
        };
        let files = HitFiles::new(hits)?;
        for rule in files.rules() {
            self.join(rule, &files, known, earliest, &mut outcome)?;
        }
        outcome
            .matches
            .sort_by_key(|found| (found.time, found.position, found.rule));
        Ok(outcome)
    }

    /// Bytes for the state of one rule.
    fn state_budget(&self) -> usize {
        self.options().memory / 2
    }

    fn join(
        &self,
        rule: usize,
        files: &HitFiles,
        known: &mut KnownTerms,
        earliest: Option<Timestamp>,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        match (
            &self.rules()[rule].plan.body,
            &self.rules()[rule].rule.rule_type,
        ) {
            (PlanBody::Event(_), RuleType::Threshold(threshold)) => {
                self.in_parts(rule, files, None, outcome, |parts, is_last| {
                    self.join_threshold(rule, threshold, parts, is_last)
                })
            }
            (PlanBody::Event(_), RuleType::NewTerms(terms)) => {
                let memory = before_now(&terms.history_window_start).unwrap_or(DEFAULT_HISTORY);
                self.join_new_terms(rule, memory, files, known, earliest, outcome)
            }
            (PlanBody::Event(_), _) => self.join_events(rule, files, outcome),
            (PlanBody::Sequence(_), _) => {
                let keys = self.completing_keys(rule, files)?;
                self.in_parts(rule, files, keys.as_ref(), outcome, |parts, is_last| {
                    self.join_sequence(rule, parts, is_last)
                })
            }
            (PlanBody::Sample(plan), _) => self.join_sample(rule, plan.steps.len(), files, outcome),
        }
    }

    /// The keys that have an event for the last step of a sequence: with any other none is complete. Mostly the last step is rare,
    /// and the first ones, such as failed logins, are not. `None` when there are too many to be kept.
    fn completing_keys(&self, rule: usize, files: &HitFiles) -> io::Result<Option<KeySet>> {
        match self.terms(rule).last {
            Some(_) => files.last_keys(rule, self.state_budget() / 4),
            None => Ok(None),
        }
    }

    /// Tries with more and more parts until nothing is dropped. Hits without one of the `keys` are of no use.
    fn in_parts(
        &self,
        rule: usize,
        files: &HitFiles,
        keys: Option<&KeySet>,
        outcome: &mut Outcome,
        join: impl Fn(&Parts<'_>, bool) -> io::Result<Tried>,
    ) -> io::Result<()> {
        for count in PARTS {
            let parts = Parts::new(files, (rule, self.terms(rule).until), keys, count)?;
            let is_last = count == PARTS[PARTS.len() - 1];
            let tried = join(&parts, is_last)?;
            if tried.dropped.is_some() && !is_last {
                continue;
            }
            outcome.matches.extend(tried.matches);
            note_timeless(rule, tried.without_time, outcome);
            if let Some(dropped) = tried.dropped {
                outcome.notes.push((rule, dropped));
            }
            break;
        }
        Ok(())
    }

    fn join_events(&self, rule: usize, files: &HitFiles, outcome: &mut Outcome) -> io::Result<()> {
        let is_threat = self.threat(rule).is_some();
        let mut hits = files.of_rule(rule, None)?;
        while let Some((worker, hit)) = hits.next()? {
            let event = EventRef::of(worker, &hit);
            outcome.matches.push(Match {
                rule,
                time: hit.time,
                join_keys: Vec::new(),
                events: vec![Some(event)],
                detail: if is_threat {
                    Detail::Threat(hit.values)
                } else {
                    Detail::None
                },
                suppressed: None,
                position: hit.position,
            });
        }
        Ok(())
    }

    fn join_sequence(&self, rule: usize, parts: &Parts<'_>, is_last: bool) -> io::Result<Tried> {
        let mut tried = Tried::new();
        let Some(shape) = self.shape(rule) else {
            return Ok(tried);
        };
        let bounds = Bounds {
            bytes: self.state_budget(),
            ..Bounds::default()
        };
        let mut all: Vec<Finished<EventRef>> = Vec::new();
        let mut counts = SequenceCounts::default();
        'parts: for part in 0..parts.count() {
            let mut machine = SequenceMachine::new(shape.clone(), bounds);
            let mut hits = parts.hits(part)?;
            while let Some((worker, hit)) = hits.next()? {
                let Some(time) = hit.time else {
                    tried.without_time += 1;
                    continue;
                };
                let event = EventRef::of(worker, &hit);
                machine.push(sequence::Hit {
                    time,
                    tiebreak: hit.tiebreak,
                    position: hit.position,
                    term: u16::try_from(hit.term).unwrap_or(u16::MAX),
                    key: Arc::from(hit.key),
                    event,
                });
                if machine.counts().dropped() > 0 && !is_last {
                    counts = machine.counts();
                    break 'parts;
                }
            }
            let (finished, of_part) = machine.finish();
            all.extend(finished);
            counts = counts.plus(of_part);
        }
        if parts.count() > 1 {
            all.sort_by(Finished::order);
        }
        tried.dropped = bound_note(&counts);
        tried.matches.extend(all.into_iter().map(|sequence| Match {
            rule,
            time: Some(sequence.last.time),
            join_keys: sequence.key.to_vec(),
            events: sequence.events,
            detail: Detail::None,
            suppressed: None,
            position: sequence.last.position,
        }));
        Ok(tried)
    }

    fn join_threshold(
        &self,
        rule: usize,
        threshold: &Threshold,
        parts: &Parts<'_>,
        is_last: bool,
    ) -> io::Result<Tried> {
        let distinct = threshold.cardinality.first().map_or(0, |of| of.value);
        let span = self.rules()[rule].rule.look_back();
        let mut tried = Tried::new();
        let mut dropped = 0;
        for part in 0..parts.count() {
            let budget = self.state_budget();
            let mut machine = ThresholdMachine::new(threshold.value, distinct, span, budget);
            let mut hits = parts.hits(part)?;
            while let Some((worker, hit)) = hits.next()? {
                let Some(time) = hit.time else {
                    tried.without_time += 1;
                    continue;
                };
                let event = EventRef::of(worker, &hit);
                let member = Member {
                    time,
                    position: hit.position,
                    event,
                    values: hit.values,
                };
                machine.push(hit.key, member);
                if machine.dropped > 0 && !is_last {
                    break;
                }
            }
            let (reached, of_part) = machine.finish();
            dropped += of_part;
            tried.matches.extend(reached.into_iter().map(|of| Match {
                rule,
                time: Some(of.last),
                join_keys: Vec::new(),
                events: vec![Some(of.event)],
                position: of.position,
                suppressed: None,
                detail: Detail::Threshold {
                    group: of.group,
                    from: of.first,
                    count: of.count,
                    distinct: of.distinct,
                },
            }));
        }
        // Groups come in no particular order, and one event may end several.
        tried.matches.sort_by(|a, b| {
            (a.time, a.position)
                .cmp(&(b.time, b.position))
                .then_with(|| group_of(a).cmp(group_of(b)))
        });
        tried.dropped = (dropped > 0).then(|| {
            format!(
                "{dropped} events were not counted for the bound on memory: alerts may be missing"
            )
        });
        Ok(tried)
    }

    fn join_new_terms(
        &self,
        rule: usize,
        memory: i64,
        files: &HitFiles,
        known: &mut KnownTerms,
        earliest: Option<Timestamp>,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        let id = &self.rules()[rule].rule.id;
        let before = known.take(id);
        let had_history = !before.is_empty();
        let mut machine = NewTermsMachine::new(before, memory, self.state_budget());
        let (mut without_time, mut young) = (0, 0u64);
        let mut hits = files.of_rule(rule, None)?;
        while let Some((worker, hit)) = hits.next()? {
            let Some(time) = hit.time else {
                without_time += 1;
                continue;
            };
            let is_history = !hit.values.is_empty();
            if !machine.push(&hit.key, time) || is_history {
                continue;
            }
            let covered = earliest
                .is_some_and(|earliest| time.nanos().saturating_sub(earliest.nanos()) >= memory);
            young += u64::from(!covered && !had_history);
            let event = EventRef::of(worker, &hit);
            outcome.matches.push(Match {
                rule,
                time: Some(time),
                join_keys: Vec::new(),
                events: vec![Some(event)],
                position: hit.position,
                suppressed: None,
                detail: Detail::NewTerms(hit.key),
            });
        }
        note_timeless(rule, without_time, outcome);
        if young > 0 {
            outcome.notes.push((
                rule,
                format!(
                    "{young} of its alerts are for values that had no full history to be seen in: the logs reach back less than its history window ({} days), and no --state was given; they may not be new",
                    memory / (86_400 * 1_000_000_000)
                ),
            ));
        }
        if machine.forgotten > 0 {
            outcome.notes.push((
                rule,
                format!(
                    "{} values were forgotten for the bound on memory: some alerts may be for values that are not new",
                    machine.forgotten
                ),
            ));
        }
        known.put(id, machine.finish());
        Ok(())
    }

    fn join_sample(
        &self,
        rule: usize,
        filters: usize,
        files: &HitFiles,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        let mut collector = SampleCollector::new(filters, 1, SampleBounds::default());
        let mut hits = files.of_rule(rule, None)?;
        while let Some((worker, hit)) = hits.next()? {
            let event = SampleEvent {
                event: EventRef::of(worker, &hit),
                time: hit.time,
            };
            collector.push(hit.term as usize, Arc::from(hit.key), hit.position, event);
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
                detail: Detail::None,
                suppressed: None,
                position,
            });
        }
        if refused > 0 {
            outcome.notes.push((
                rule,
                format!("{refused} candidate events were left out for the bound on memory: alerts may be missing"),
            ));
        }
        Ok(())
    }
}

impl Tried {
    fn new() -> Self {
        Self {
            matches: Vec::new(),
            without_time: 0,
            dropped: None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct SampleEvent {
    event: EventRef,
    time: Option<Timestamp>,
}

fn group_of(found: &Match) -> &[KeyValue] {
    match &found.detail {
        Detail::Threshold { group, .. } => group,
        _ => &[],
    }
}

fn note_timeless(rule: usize, events: u64, outcome: &mut Outcome) {
    if events > 0 {
        outcome.notes.push((
            rule,
            format!("{events} matching events have no time and were left out: its type of rule looks at spans of time"),
        ));
    }
}

/// What the bounds of a sequence cost, in words.
fn bound_note(counts: &SequenceCounts) -> Option<String> {
    let dropped = counts.dropped();
    (dropped > 0).then(|| {
        format!(
            "{dropped} unfinished sequences or remembered events were dropped for the bound on memory: the answer may be incomplete"
        )
    })
}
