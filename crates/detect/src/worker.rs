//! Puts the questions of all rules to events, on one thread.

mod bare;
mod glimpse;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use gatewatch_event::{Anchor, Event, FieldType, Known, Timestamp, Value, coerce};
use gatewatch_query::{Condition, KeyValue, Rows, RuntimeError, Specialised};
use gatewatch_rules::RuleType;

use crate::cache::CachedEvent;
use crate::dispatch::{Candidates, Dispatcher};
use crate::engine::{Ask, Clock, Engine};
use crate::hits::{HitStore, NewHit, encode_row, encode_values};
use crate::index::Indices;
use crate::shown::FirstHits;
use crate::store::{DocumentRef, DocumentStore};

pub use glimpse::{Glimpse, Sight};

/// Can an event be read again after all events were seen?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Its document is kept at once.
    Never,
    /// Its document is kept only if it is an alert by itself. Most steps of sequences lead nowhere, and a document costs
    /// more than all the rest of an event.
    Later,
}

/// A rule whose query failed over an event.
#[derive(Debug, Clone)]
pub struct RuleFailure {
    /// The rule's place in the engine.
    pub rule: usize,
    /// Over how many events it failed.
    pub events: u64,
    /// The first failure.
    pub first: RuntimeError,
    /// The position of the first failure: the smallest over all workers is the one to show.
    position: u64,
}

impl RuleFailure {
    /// Joins what two workers saw of one rule.
    pub(crate) fn merge(&mut self, other: Self) {
        self.events += other.events;
        if other.position < self.position {
            self.position = other.position;
            self.first = other.first;
        }
    }
}

/// Matches events on one thread.
#[derive(Debug)]
pub struct Worker<'e> {
    engine: &'e Engine,
    indices: Indices<'e>,
    /// The first is the kind of which nothing is known: it serves when there are too many.
    kinds: Vec<Kind>,
    /// How many kinds have a dispatcher.
    dispatchers: usize,
    candidates: Candidates,
    /// Room for the questions that an event answers with yes.
    matching: Vec<usize>,
    /// Kinds by name: `None` for those that no rule wants.
    identities: HashMap<Box<str>, Option<u32>>,
    first_hits: FirstHits,
    /// The keys of the hit that is being kept, encoded.
    key: Vec<u8>,
    pub(crate) store: DocumentStore,
    pub(crate) hits: HitStore,
    pub(crate) failures: HashMap<usize, RuleFailure>,
    /// By rule and exception: how many events it removed, and the last of them.
    pub(crate) excepted: HashMap<(usize, usize), (u64, u64)>,
    /// The earliest time of an event that a rule with a history saw.
    pub(crate) earliest: Option<Timestamp>,
    /// Events that name no index, and so are seen by every rule.
    pub(crate) without_index: u64,
    buffer: Vec<u8>,
}

/// A kind of events.
#[derive(Debug)]
struct Kind {
    /// The questions that are open.
    open: Vec<Open>,
    /// A question is answered with yes by every event.
    all_match: bool,
    /// Which rules see an event depends on the event.
    index_unknown: bool,
    /// No index is known for the kind, so that every rule sees it.
    without_index: bool,
    /// How many questions were put to its events, while that matters.
    put: usize,
    dispatcher: Option<Dispatcher>,
    /// The open questions as they are put to events that were not read as a whole; none before there are such events.
    near: Vec<Option<Condition>>,
    /// The only question, where a hit is no more than keys and time, see [`bare`].
    bare: Option<usize>,
}

/// A question that is open for a kind.
#[derive(Debug)]
struct Open {
    ask: usize,
    /// What is left of its condition; `None` if that always holds.
    condition: Option<Condition>,
    /// It holds where the keys have values, which is found out when they are read.
    by_keys: bool,
    /// Of an event that can be read again a hit has no more than its keys and its time.
    needs_little: bool,
}

impl Open {
    fn new(ask: usize, condition: Option<Condition>, engine: &Engine) -> Self {
        let Ask {
            rule,
            keys,
            is_alert,
            ..
        } = &engine.asks()[ask];
        // Exceptions count what they remove, and that has the keys.
        let is_counted = !engine.rules()[*rule].exceptions.is_empty();
        let by_keys = match (&condition, keys) {
            (Some(condition), Some(keys)) => !is_counted && condition.asks_for_keys(keys),
            _ => false,
        };
        Self {
            ask,
            condition,
            by_keys,
            needs_little: !is_alert && !is_counted,
        }
    }
}

/// So few questions are put one after the other.
const FEW_QUESTIONS: usize = 4;
/// Fewer questions than this cost less than a dispatcher.
const MANY_QUESTIONS: usize = 1_000;
/// Dispatchers of one worker: each holds the texts of its rules once more.
const MAX_DISPATCHERS: usize = 256;

impl Kind {
    /// A kind of which it is not known in which index its events lie.
    fn new(open: Vec<Open>) -> Self {
        Self {
            all_match: open.iter().any(|open| open.condition.is_none()),
            open,
            index_unknown: true,
            without_index: false,
            put: 0,
            dispatcher: None,
            near: Vec::new(),
            bare: None,
        }
    }

    /// Counts the questions of an event; says whether a dispatcher is worth making now.
    fn wants_dispatcher(&mut self) -> bool {
        if self.open.len() <= FEW_QUESTIONS || self.put > MANY_QUESTIONS {
            return false;
        }
        self.put += self.open.len();
        self.put > MANY_QUESTIONS
    }

    /// The place of the next question at or after `from`.
    fn next(&self, from: usize, candidates: &Candidates) -> Option<usize> {
        match &self.dispatcher {
            Some(_) => candidates.next(from),
            None => (from < self.open.len()).then_some(from),
        }
    }
}

/// Kinds remembered by name; more than this (a log made to have endless kinds) are folded anew each time.
const MAX_IDENTITIES: usize = 4096;
/// Kinds held at once by one worker; events of further ones are asked everything.
const MAX_KINDS: usize = 65_536;
/// Combinations of values of one event that a new_terms rule looks at, as Kibana does.
const MAX_NEW_TERMS: usize = 100;

/// What came of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All rules are asked.
    Whole,
    /// The event lies before what is looked at: it is history for rules that need it.
    History,
}

/// What is kept of an event for a question.
struct Prepared {
    /// The encoded keys, if they are one row; room for more.
    key: Vec<u8>,
    /// The keys, if they are several rows.
    several: Vec<Vec<KeyValue>>,
    values: Vec<KeyValue>,
    time: Option<Timestamp>,
    tiebreak: Option<KeyValue>,
}

/// How an event is asked.
#[derive(Clone, Copy)]
struct Asked {
    position: u64,
    again: Again,
    part: Part,
}

impl<'e> Worker<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Self {
        let share = engine.options().memory / engine.options().workers.max(1) / 4;
        let open = (0..engine.asks().len())
            .map(|ask| Open::new(ask, Some(engine.asks()[ask].condition.clone()), engine))
            .collect();
        Self {
            engine,
            indices: Indices::new(engine.indices()),
            kinds: vec![Kind::new(open)],
            dispatchers: 0,
            candidates: Candidates::default(),
            matching: Vec::new(),
            identities: HashMap::new(),
            first_hits: FirstHits::default(),
            key: Vec::new(),
            store: DocumentStore::new(share),
            hits: HitStore::new(share),
            failures: HashMap::new(),
            excepted: HashMap::new(),
            earliest: None,
            without_index: 0,
            buffer: Vec::new(),
        }
    }

    /// The number under which events of this kind are to be given to [`event`](Self::event); `None` when no rule can
    /// match any of them.
    pub fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        if let Some(name) = known.identity()
            && let Some(&answer) = self.identities.get(name)
        {
            return answer;
        }
        let seen_by = self.indices.of_kind(known);
        let mut open = Vec::new();
        for (index, ask) in self.engine.asks().iter().enumerate() {
            if seen_by.as_ref().is_some_and(|seen_by| !seen_by[ask.rule]) {
                continue;
            }
            match ask.condition.specialise(known) {
                Specialised::Never => {}
                Specialised::Always => open.push(Open::new(index, None, self.engine)),
                Specialised::Residual(condition) => {
                    open.push(Open::new(index, Some(condition), self.engine));
                }
            }
        }
        let answer = if open.is_empty() {
            None
        } else {
            if self.kinds.len() >= MAX_KINDS {
                return Some(0);
            }
            let number = u32::try_from(self.kinds.len()).expect("bounded by MAX_KINDS");
            let mut kind = Kind {
                index_unknown: seen_by.is_none(),
                without_index: self.indices.is_unnamed(known),
                ..Kind::new(open)
            };
            kind.bare = bare::only_question(&kind, self.engine);
            self.kinds.push(kind);
            Some(number)
        };
        if let Some(name) = known.identity()
            && self.identities.len() < MAX_IDENTITIES
        {
            self.identities.insert(name.into(), answer);
        }
        answer
    }

    /// What an event of this kind has if any rule matches it or fails over it: at least one of these. `None` when nothing of the
    /// kind can be said.
    pub fn anchors(&self, kind: u32) -> Option<Vec<Anchor>> {
        let kind = self.kinds.get(usize::try_from(kind).ok()?)?;
        let mut all = Vec::new();
        for open in &kind.open {
            all.extend(open.condition.as_ref()?.anchors()?);
        }
        Some(all)
    }

    /// May any rule match this event, or fail over it? [`event`](Self::event) does nothing with one of which this says no. Asked
    /// where an event's fields can be read at little cost and the rest cannot.
    pub fn may_match(&mut self, kind: u32, event: &dyn Event) -> bool {
        let place = kind as usize;
        let of_kind = &self.kinds[place];
        // Of whole events it is counted which name no index.
        if of_kind.index_unknown || of_kind.without_index || of_kind.all_match {
            return true;
        }
        self.dispatch_kind(place);
        let cached = CachedEvent::new(event);
        let kind = &mut self.kinds[place];
        kind.make_near();
        if let Some(dispatcher) = &kind.dispatcher {
            dispatcher.candidates(&cached, &mut self.candidates);
        }
        let mut from = 0;
        while let Some(entry) = kind.next(from, &self.candidates) {
            from = entry + 1;
            let condition = kind.near[entry].as_ref();
            if condition.is_none_or(|condition| condition.may_match(&cached)) {
                return true;
            }
        }
        false
    }

    /// Makes a dispatcher for a kind that an event was met of, if that is worth it now.
    fn dispatch_kind(&mut self, place: usize) {
        if self.kinds[place].wants_dispatcher() && self.dispatchers < MAX_DISPATCHERS {
            let conditions = self.kinds[place].open.iter();
            let dispatcher = Dispatcher::new(conditions.map(|open| open.condition.as_ref()));
            self.kinds[place].dispatcher = Some(dispatcher);
            self.dispatchers += 1;
        }
    }

    /// Puts the open questions of its kind to an event. `position` orders events of equal time and must not depend on
    /// threads; by it an event is asked for again, see [`Engine::to_read_again`]. Says
    /// whether any rule's term matched.
    ///
    /// # Errors
    ///
    /// When a hit cannot be kept (the temporary file cannot be written).
    pub fn event(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
        again: Again,
    ) -> io::Result<bool> {
        if again == Again::Later
            && let Some(is_hit) = self.keep_bare(kind, event, position)?
        {
            return Ok(is_hit);
        }
        self.dispatch(kind, event, position, again, Part::Whole)
    }

    /// The same for an event that lies before what is looked at: rules that ask what was seen before learn from it, and it
    /// raises no alert.
    ///
    /// # Errors
    ///
    /// As for [`event`](Self::event).
    pub fn history(&mut self, kind: u32, event: &dyn Event, position: u64) -> io::Result<()> {
        self.dispatch(kind, event, position, Again::Later, Part::History)
            .map(drop)
    }

    fn dispatch(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
        again: Again,
        part: Part,
    ) -> io::Result<bool> {
        let mut candidates = std::mem::take(&mut self.candidates);
        let place = kind as usize;
        self.dispatch_kind(place);
        let cached;
        let event = if self.kinds[place].open.len() > 1 {
            cached = CachedEvent::new(event);
            &cached
        } else {
            event
        };
        if let Some(dispatcher) = &self.kinds[place].dispatcher {
            dispatcher.candidates(event, &mut candidates);
        }
        let asked = self.ask(
            place,
            event,
            Asked {
                position,
                again,
                part,
            },
            &candidates,
        );
        self.candidates = candidates;
        asked
    }

    /// Puts the questions of a kind, those among the candidates if it has a dispatcher.
    fn ask(
        &mut self,
        kind: usize,
        event: &dyn Event,
        asked: Asked,
        candidates: &Candidates,
    ) -> io::Result<bool> {
        let Asked { position, part, .. } = asked;
        let mut document = None;
        let mut any = false;
        let seen_by = self.seen_by(kind, event);
        let mut from = 0;
        while let Some(entry) = self.kinds[kind].next(from, candidates) {
            from = entry + 1;
            let open = &self.kinds[kind].open[entry];
            let index = open.ask;
            let rule = self.engine.asks()[index].rule;
            if seen_by.as_ref().is_some_and(|seen_by| !seen_by[rule]) {
                continue;
            }
            if part == Part::History && !self.has_history(rule) {
                continue;
            }
            let matched = match &open.condition {
                Some(condition) if !open.by_keys => condition.matches(event),
                _ => Ok(true),
            };
            match matched {
                Ok(false) => {}
                Ok(true) if self.is_excepted(rule, event, position) => {}
                Ok(true) => {
                    any |= self.hit(index, event, asked, &mut document)?;
                }
                Err(error) => self.failed(rule, error, position),
            }
        }
        Ok(any)
    }

    fn has_history(&self, rule: usize) -> bool {
        has_history(self.engine, rule)
    }

    /// For each rule, whether it sees the event; `None` when all that are asked do.
    fn seen_by(&mut self, kind: usize, event: &dyn Event) -> Option<Arc<[bool]>> {
        let kind = &self.kinds[kind];
        if kind.without_index {
            self.without_index += 1;
        }
        if !kind.index_unknown {
            return None;
        }
        let (seen_by, named) = self.indices.of_event(event);
        self.without_index += u64::from(!named);
        Some(seen_by)
    }

    /// Does an exception of the rule remove the event? It counts for every exception that does, once for each event.
    fn is_excepted(&mut self, rule: usize, event: &dyn Event, position: u64) -> bool {
        let mut excepted = false;
        for (number, exception) in self.engine.rules()[rule].exceptions.iter().enumerate() {
            match exception.condition.matches(event) {
                Ok(false) => {}
                Ok(true) => {
                    excepted = true;
                    self.excepted
                        .entry((rule, number))
                        .and_modify(|(events, last)| {
                            if *last != position {
                                *events += 1;
                                *last = position;
                            }
                        })
                        .or_insert((1, position));
                }
                Err(error) => self.failed(rule, error, position),
            }
        }
        excepted
    }

    /// Keeps the hits of an event for a question. False when the event lacks a mandatory key, so that it is none after all.
    fn hit(
        &mut self,
        index: usize,
        event: &dyn Event,
        asked: Asked,
        document: &mut Option<DocumentRef>,
    ) -> io::Result<bool> {
        let Asked {
            position,
            again,
            part,
        } = asked;
        let ask = &self.engine.asks()[index];
        let prepared = match self.prepare(index, event, part) {
            Ok(Some(prepared)) => prepared,
            Ok(None) => return Ok(false),
            Err(error) => {
                self.failed(ask.rule, error, position);
                return Ok(false);
            }
        };
        let needs_document = if ask.is_alert {
            let place = (prepared.time, position);
            ask.shown
                .is_none_or(|count| self.first_hits.take(ask.rule, count, place))
        } else {
            again == Again::Never
        };
        if document.is_none() && needs_document {
            self.buffer.clear();
            event.write_json(&mut self.buffer);
            *document = Some(self.store.push(&self.buffer)?);
        }
        self.keep(index, prepared, position, *document)?;
        Ok(true)
    }

    /// Reads what is kept of an event for a question; `None` when it lacks a mandatory key.
    fn prepare(
        &mut self,
        index: usize,
        event: &dyn Event,
        part: Part,
    ) -> Result<Option<Prepared>, RuntimeError> {
        let ask = &self.engine.asks()[index];
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let several = match encode_row(&mut key, ask.keys.as_ref(), event) {
            Rows::One => Vec::new(),
            Rows::None => {
                self.key = key;
                return Ok(None);
            }
            Rows::Any => {
                let rows = ask.keys.as_ref().map(|keys| keys.extract(event));
                let rows = rows.transpose()?.unwrap_or_default();
                // A key behind the one with several values may have none.
                if rows.is_empty() {
                    return Ok(None);
                }
                rows
            }
        };
        let Some(values) = self.values(ask, event, part)? else {
            return Ok(None);
        };
        let tiebreak = match ask.tiebreaker.as_ref().map(|keys| keys.extract(event)) {
            Some(Ok(mut rows)) => rows.pop().and_then(|mut row| row.pop()),
            _ => None,
        };
        Ok(Some(Prepared {
            key,
            several,
            values,
            time: time(ask.clock, event),
            tiebreak: tiebreak.filter(|value| *value != KeyValue::Null),
        }))
    }

    /// Keeps what was read of an event for a question.
    fn keep(
        &mut self,
        index: usize,
        prepared: Prepared,
        position: u64,
        document: Option<DocumentRef>,
    ) -> io::Result<()> {
        let ask = &self.engine.asks()[index];
        let Prepared {
            mut key,
            mut several,
            values,
            time,
            tiebreak,
        } = prepared;
        if self.has_history(ask.rule) {
            if several.first().is_some_and(|row| row.len() > 1) {
                several.truncate(MAX_NEW_TERMS);
            }
            self.earliest = match (self.earliest, time) {
                (Some(earliest), Some(time)) => Some(earliest.min(time)),
                (earliest, time) => earliest.or(time),
            };
        }
        let terms = self.engine.terms(ask.rule);
        let mut keep = |key: &[u8]| {
            let hit = NewHit {
                term: ask.term,
                time,
                position,
                key,
                values: &values,
                tiebreak: tiebreak.as_ref(),
                document,
            };
            self.hits.push(ask.rule, terms, &hit)
        };
        if several.is_empty() {
            keep(&key)?;
        }
        for row in several {
            key.clear();
            encode_values(&mut key, &row);
            keep(&key)?;
        }
        self.key = key;
        Ok(())
    }

    /// What the type of the rule needs of the event beside its keys; `None` when the event is no hit after all.
    fn values(
        &self,
        ask: &Ask,
        event: &dyn Event,
        part: Part,
    ) -> Result<Option<Vec<KeyValue>>, RuntimeError> {
        if part == Part::History {
            return Ok(Some(vec![KeyValue::Boolean(true)]));
        }
        if let Some(threat) = self.engine.threat(ask.rule) {
            return threat.matches(event);
        }
        let Some(counted) = &ask.counted else {
            return Ok(Some(Vec::new()));
        };
        let rows = counted.extract(event)?;
        Ok(Some(
            rows.into_iter()
                .flatten()
                .filter(|value| *value != KeyValue::Null)
                .collect(),
        ))
    }

    fn failed(&mut self, rule: usize, error: RuntimeError, position: u64) {
        self.failures
            .entry(rule)
            .and_modify(|failure| failure.events += 1)
            .or_insert(RuleFailure {
                rule,
                events: 1,
                first: error,
                position,
            });
    }
}

/// Does the rule ask what was seen before?
fn has_history(engine: &Engine, rule: usize) -> bool {
    matches!(engine.rules()[rule].rule.rule_type, RuleType::NewTerms(_))
}

/// The time of an event by a rule's clock.
fn time(clock: Clock, event: &dyn Event) -> Option<Timestamp> {
    let Clock::Field { field, or_event } = clock else {
        return event.timestamp();
    };
    let mut found = None;
    event.visit(field, &mut |value| {
        if let Ok(Value::Date(time)) = coerce(value, FieldType::DateNanos) {
            found = Some(time);
        }
        false
    });
    if found.is_none() && or_event {
        return event.timestamp();
    }
    found
}
