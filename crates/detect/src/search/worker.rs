//! What one thread finds.

use std::collections::{BinaryHeap, HashMap, HashSet};

use gatewatch_event::{Anchor, Event, Known, Timestamp};
use gatewatch_query::{Condition, KeyValue, RuntimeError, Specialised};

use super::collect::{Form, Search};
use super::limits::Direction;
use super::moment::Moment;
use super::rank::{Rank, Ranked};
use crate::sequence::{Hit, JoinKey};

/// What stands for an event in a hit: the worker that keeps it, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    worker: u32,
    place: u32,
}

/// The first failure over an event, by term.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    term: usize,
    position: u64,
    error: RuntimeError,
}

/// Takes events on one thread. `E` stands for an event in the answer: its document, or where it can be read again.
#[derive(Debug)]
pub struct SearchWorker<'s, E> {
    search: &'s Search,
    /// For each kind of event, what is left of the questions.
    kinds: Vec<Vec<(u16, Option<Condition>)>>,
    ranked: BinaryHeap<Ranked<E>>,
    /// Its number among the workers of the search.
    number: u32,
    hits: Vec<Hit<Kept>>,
    /// Hits of a sequence without a time.
    timeless: u64,
    kept: Vec<E>,
    keys: HashSet<JoinKey>,
    failures: Vec<Failure>,
    matched: u64,
}

/// Kinds held at once by one worker; events of further ones are asked everything.
const MAX_KINDS: usize = 65_536;

impl<'s, E> SearchWorker<'s, E> {
    pub(super) fn new(search: &'s Search) -> Self {
        let all = search.asks.iter().map(|ask| Some(ask.condition.clone()));
        Self {
            search,
            kinds: vec![(0..).zip(all).collect()],
            ranked: BinaryHeap::new(),
            number: search.next_worker(),
            hits: Vec::new(),
            timeless: 0,
            kept: Vec::new(),
            keys: HashSet::new(),
            failures: Vec::new(),
            matched: 0,
        }
    }

    /// The number under which events of this kind are to be given to [`event`](Self::event); `None` when none of them can
    /// match.
    pub fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let mut open = Vec::new();
        for (term, ask) in (0..).zip(&self.search.asks) {
            match ask.condition.specialise(known) {
                Specialised::Never => {}
                Specialised::Always => open.push((term, None)),
                Specialised::Residual(condition) => open.push((term, Some(condition))),
            }
        }
        if open.is_empty() {
            return None;
        }
        if let Some(same) = self.kinds.iter().position(|kind| same_kind(kind, &open)) {
            return u32::try_from(same).ok();
        }
        if self.kinds.len() >= MAX_KINDS {
            return Some(0);
        }
        self.kinds.push(open);
        u32::try_from(self.kinds.len() - 1).ok()
    }

    /// What an event of this kind has if it meets a condition, or one fails over it: at least one of these. `None` when nothing of
    /// the kind can be said.
    pub fn anchors(&self, kind: u32) -> Option<Vec<Anchor>> {
        let mut all = Vec::new();
        for (_, condition) in self.kinds.get(usize::try_from(kind).ok()?)? {
            all.extend(condition.as_ref()?.anchors()?);
        }
        Some(all)
    }

    /// May an event meet a condition, or one fail over it? [`event`](Self::event) does nothing with one of which this says no.
    pub fn may_match(&self, kind: u32, event: &dyn Event) -> bool {
        let kind = usize::try_from(kind)
            .ok()
            .and_then(|kind| self.kinds.get(kind));
        kind.is_none_or(|kind| {
            kind.iter().any(|(_, condition)| {
                let condition = condition.as_ref();
                condition.is_none_or(|condition| condition.may_match(event))
            })
        })
    }

    /// Puts the questions of its kind to an event. `position` says where it stands among all events; it must not depend on
    /// threads. `keep` is called at most once, when the event can be in the answer. Says whether the event met a condition.
    ///
    /// # Errors
    ///
    /// When `keep` fails.
    pub fn event<X>(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
        keep: impl FnOnce() -> Result<E, X>,
    ) -> Result<bool, X> {
        let mut keep = Some(keep);
        let mut moment: Option<Moment> = None;
        let mut kept: Option<u32> = None;
        let kind = usize::try_from(kind).unwrap_or(0);
        let count = self.kinds.get(kind).map_or(0, Vec::len);
        let mut any = false;
        for at in 0..count {
            let (term, condition) = &self.kinds[kind][at];
            let term = *term;
            let matched = condition
                .as_ref()
                .map_or(Ok(true), |condition| condition.matches(event));
            match matched {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => {
                    self.failed(term.into(), position, error);
                    continue;
                }
            }
            any = true;
            let sequence = matches!(self.search.form, Form::Sequence { .. });
            if moment.is_none() {
                match self.moment(event, sequence) {
                    Ok(found) => moment = Some(found),
                    Err(error) => {
                        self.failed(term.into(), position, error);
                        break;
                    }
                }
            }
            let Some(moment) = &moment else { break };
            match &self.search.form {
                Form::Event => {
                    let rank = Rank::new(moment, position);
                    if self.has_room(&rank)
                        && let Some(keep) = keep.take()
                    {
                        let event = keep()?;
                        self.rank(rank, event);
                    }
                }
                Form::Sequence { .. } | Form::Sample { .. } => {
                    let rows = match self.search.asks[usize::from(term)].keys.extract(event) {
                        Ok(rows) => rows,
                        Err(error) => {
                            self.failed(term.into(), position, error);
                            continue;
                        }
                    };
                    if rows.is_empty() {
                        continue;
                    }
                    let place = match (kept, keep.take()) {
                        (None, Some(keep)) => {
                            self.kept.push(keep()?);
                            let place = u32::try_from(self.kept.len() - 1).unwrap_or(u32::MAX);
                            kept = Some(place);
                            place
                        }
                        (place, _) => place.unwrap_or(0),
                    };
                    self.add_hits(term, moment, position, rows, place);
                }
            }
        }
        self.matched += u64::from(any);
        Ok(any)
    }

    /// Samples look at no time.
    fn moment(&self, event: &dyn Event, sequence: bool) -> Result<Moment, RuntimeError> {
        if matches!(self.search.form, Form::Sample { .. }) {
            return Ok(Moment {
                time: None,
                tiebreak: None,
            });
        }
        self.search.options.order.moment(event, sequence)
    }

    fn add_hits(
        &mut self,
        term: u16,
        moment: &Moment,
        position: u64,
        rows: Vec<Vec<KeyValue>>,
        place: u32,
    ) {
        let sample = matches!(self.search.form, Form::Sample { .. });
        let Some(time) = moment.time.or(sample.then_some(Timestamp::from_nanos(0))) else {
            self.timeless += 1;
            return;
        };
        for row in rows {
            let key = match self.keys.get(row.as_slice()) {
                Some(key) => key.clone(),
                None => {
                    let key: JoinKey = row.into();
                    self.keys.insert(key.clone());
                    key
                }
            };
            self.hits.push(Hit {
                time,
                tiebreak: moment.tiebreak.clone(),
                position,
                term,
                key,
                event: Kept {
                    worker: self.number,
                    place,
                },
            });
        }
    }

    /// Can an event of this rank be in the answer?
    fn has_room(&self, rank: &Rank) -> bool {
        let limits = &self.search.options.limits;
        if self.ranked.len() < limits.most() {
            return true;
        }
        self.ranked
            .peek()
            .is_some_and(|worst| match limits.direction() {
                Direction::Head => *rank < worst.rank,
                Direction::Tail => *rank > worst.rank,
            })
    }

    fn rank(&mut self, rank: Rank, event: E) {
        let limits = &self.search.options.limits;
        let tail = limits.direction() == Direction::Tail;
        self.ranked.push(Ranked { rank, tail, event });
        if self.ranked.len() > limits.most() {
            self.ranked.pop();
        }
    }

    fn failed(&mut self, term: usize, position: u64, error: RuntimeError) {
        match self
            .failures
            .iter_mut()
            .find(|failure| failure.term == term)
        {
            Some(failure) if failure.position <= position => {}
            Some(failure) => {
                failure.position = position;
                failure.error = error;
            }
            None => self.failures.push(Failure {
                term,
                position,
                error,
            }),
        }
    }
}

fn same_kind(left: &[(u16, Option<Condition>)], right: &[(u16, Option<Condition>)]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            left.0 == right.0
                && match (&left.1, &right.1) {
                    (None, None) => true,
                    (Some(left), Some(right)) => left.is_same(right),
                    _ => false,
                }
        })
}

/// What all workers found.
pub(super) struct Gathered<E> {
    pub(super) ranked: Vec<Ranked<E>>,
    pub(super) hits: Vec<Hit<Kept>>,
    pub(super) timeless: u64,
    kept: HashMap<u32, Vec<E>>,
    pub(super) failures: Vec<Failure>,
    pub(super) matched: u64,
}

impl<E> Default for Gathered<E> {
    fn default() -> Self {
        Self {
            ranked: Vec::new(),
            hits: Vec::new(),
            timeless: 0,
            kept: HashMap::new(),
            failures: Vec::new(),
            matched: 0,
        }
    }
}

impl<E> Gathered<E> {
    /// The event that a hit stands for.
    pub(super) fn event(&self, kept: Kept) -> &E {
        &self.kept[&kept.worker][kept.place as usize]
    }

    pub(super) fn take(&mut self, worker: SearchWorker<'_, E>) {
        self.ranked.extend(worker.ranked.into_vec());
        if self.hits.is_empty() {
            self.hits = worker.hits;
        } else {
            self.hits.extend(worker.hits);
        }
        self.timeless += worker.timeless;
        self.kept.insert(worker.number, worker.kept);
        self.failures.extend(worker.failures);
        self.matched += worker.matched;
    }

    /// The failure that lets the search fail.
    pub(super) fn fail(&self, form: &Form) -> Result<(), RuntimeError> {
        let has_hits = |term: usize| self.hits.iter().any(|hit| usize::from(hit.term) == term);
        let counts = |failure: &&Failure| match form {
            Form::Event => true,
            Form::Sequence { first, .. } => failure.term == *first || has_hits(*first),
            Form::Sample { .. } => (0..failure.term).all(has_hits),
        };
        let first = self
            .failures
            .iter()
            .filter(counts)
            .min_by_key(|failure| (failure.position, failure.term));
        match first {
            Some(failure) => Err(failure.error.clone()),
            None => Ok(()),
        }
    }
}
