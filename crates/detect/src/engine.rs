//! Matches events against all rules at once.
//!
//! Matching has no state between events and runs in any number of [`Worker`]s; each keeps its hits. [`Engine::finish`]
//! then orders the hits of all workers in time and joins them to alerts.

use std::collections::HashMap;
use std::io;

use gatewatch_event::{Event, Known, Timestamp};
use gatewatch_query::{Condition, KeyValue, Keys, PlanBody, RuntimeError, Specialised};
use gatewatch_rules::CompiledRule;

use crate::cache::CachedEvent;
use crate::dispatch::{Candidates, Dispatcher};
use crate::store::{DocumentRef, DocumentStore};

/// How many bytes of documents one worker holds in memory before it uses a temporary file.
pub(crate) const STORE_BUDGET: usize = 16 << 20;

/// All rules, compiled to the questions that are put to each event.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<CompiledRule>,
    asks: Vec<Ask>,
}

/// One question: does this event take this term of this rule?
#[derive(Debug)]
pub(crate) struct Ask {
    pub rule: usize,
    pub term: usize,
    condition: Condition,
    keys: Option<Keys>,
    tiebreaker: Option<Keys>,
}

/// An event that took a term of a rule.
#[derive(Debug)]
pub(crate) struct Hit {
    pub ask: usize,
    pub time: Option<Timestamp>,
    /// Where the event stands among all events read: orders what has equal times.
    pub position: u64,
    pub keys: Vec<Vec<KeyValue>>,
    pub tiebreak: Option<KeyValue>,
    /// `None` for a step of a sequence whose event can be read again, should the sequence be completed.
    pub document: Option<DocumentRef>,
}

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

impl Engine {
    /// An engine for these rules.
    pub fn new(rules: Vec<CompiledRule>) -> Self {
        let mut asks = Vec::new();
        for (index, compiled) in rules.iter().enumerate() {
            let mut add = |term: usize, condition: &Condition, keys: Option<&Keys>| {
                asks.push(Ask {
                    rule: index,
                    term,
                    condition: condition.clone(),
                    keys: keys.cloned(),
                    tiebreaker: tiebreaker_keys(compiled),
                });
            };
            match &compiled.plan.body {
                PlanBody::Event(condition) => add(0, condition, None),
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
        Self { rules, asks }
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    pub(crate) fn ask(&self, index: usize) -> &Ask {
        &self.asks[index]
    }

    /// All conditions: for prefilters over raw bytes.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.asks.iter().map(|ask| &ask.condition)
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            engine: self,
            kinds: vec![Kind::new(
                (0..self.asks.len())
                    .map(|index| (index, Some(self.asks[index].condition.clone())))
                    .collect(),
            )],
            dispatchers: 0,
            candidates: Candidates::default(),
            identities: HashMap::new(),
            store: DocumentStore::new(STORE_BUDGET),
            hits: Vec::new(),
            failures: HashMap::new(),
            buffer: Vec::new(),
        }
    }
}

fn tiebreaker_keys(compiled: &CompiledRule) -> Option<Keys> {
    let name = compiled.rule.tiebreaker_field.as_ref()?;
    let field = gatewatch_event::Field::new(name);
    Some(Keys::new(vec![gatewatch_query::Key {
        name: name.clone(),
        optional: true,
        source: Some((field, gatewatch_query::SchemaType::Dynamic)),
    }]))
}

/// Matches events on one thread.
#[derive(Debug)]
pub struct Worker<'e> {
    engine: &'e Engine,
    /// The kinds met. The first is the kind of which nothing is known: it serves when there are too many.
    kinds: Vec<Kind>,
    /// How many kinds have a dispatcher.
    dispatchers: usize,
    candidates: Candidates,
    /// Kinds by name: `None` for those that no rule wants.
    identities: HashMap<Box<str>, Option<u32>>,
    pub(crate) store: DocumentStore,
    pub(crate) hits: Vec<Hit>,
    pub(crate) failures: HashMap<usize, RuleFailure>,
    buffer: Vec<u8>,
}

/// A kind of events.
#[derive(Debug)]
struct Kind {
    /// The questions that are open, with the condition that is left of each; `None` if it always holds.
    open: Vec<(usize, Option<Condition>)>,
    /// How many events of it were met, while that matters.
    met: u32,
    dispatcher: Option<Dispatcher>,
}

/// So few questions are put one after the other.
const FEW_QUESTIONS: usize = 4;
/// A kind of fewer events than this is not worth a dispatcher.
const MANY_EVENTS: u32 = 64;
/// Dispatchers of one worker: each holds the texts of its rules once more.
const MAX_DISPATCHERS: usize = 256;

impl Kind {
    fn new(open: Vec<(usize, Option<Condition>)>) -> Self {
        Self {
            open,
            met: 0,
            dispatcher: None,
        }
    }

    /// Counts an event; says whether a dispatcher is worth making now.
    fn wants_dispatcher(&mut self) -> bool {
        if self.open.len() <= FEW_QUESTIONS || self.met > MANY_EVENTS {
            return false;
        }
        self.met += 1;
        self.met > MANY_EVENTS
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

impl Worker<'_> {
    /// The number under which events of this kind are to be given to [`event`](Self::event); `None` when no rule can
    /// match any of them.
    pub fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        if let Some(name) = known.identity()
            && let Some(&answer) = self.identities.get(name)
        {
            return answer;
        }
        let mut open = Vec::new();
        for (index, ask) in self.engine.asks.iter().enumerate() {
            match ask.condition.specialise(known) {
                Specialised::Never => {}
                Specialised::Always => open.push((index, None)),
                Specialised::Residual(condition) => open.push((index, Some(condition))),
            }
        }
        let answer = if open.is_empty() {
            None
        } else {
            if self.kinds.len() >= MAX_KINDS {
                return Some(0);
            }
            let number = u32::try_from(self.kinds.len()).expect("bounded by MAX_KINDS");
            self.kinds.push(Kind::new(open));
            Some(number)
        };
        if let Some(name) = known.identity()
            && self.identities.len() < MAX_IDENTITIES
        {
            self.identities.insert(name.into(), answer);
        }
        answer
    }

    /// Puts the open questions of its kind to an event. `position` orders events of equal time and must not depend on
    /// threads; by it an event is asked for again, see [`Outcome::to_read_again`](crate::Outcome::to_read_again). Says
    /// whether any rule's term matched.
    ///
    /// # Errors
    ///
    /// When the document of a matched event cannot be kept (the temporary file cannot be written).
    pub fn event(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
        again: Again,
    ) -> io::Result<bool> {
        let mut candidates = std::mem::take(&mut self.candidates);
        let place = kind as usize;
        if self.kinds[place].wants_dispatcher() && self.dispatchers < MAX_DISPATCHERS {
            let conditions = self.kinds[place].open.iter();
            let dispatcher = Dispatcher::new(conditions.map(|(_, condition)| condition.as_ref()));
            self.kinds[place].dispatcher = Some(dispatcher);
            self.dispatchers += 1;
        }
        if let Some(dispatcher) = &self.kinds[place].dispatcher {
            dispatcher.candidates(event, &mut candidates);
        }
        let asked = self.ask(place, event, position, again, &candidates);
        self.candidates = candidates;
        asked
    }

    /// Puts the questions of a kind, those among the candidates if it has a dispatcher.
    fn ask(
        &mut self,
        kind: usize,
        event: &dyn Event,
        position: u64,
        again: Again,
        candidates: &Candidates,
    ) -> io::Result<bool> {
        let mut document = None;
        let mut any = false;
        let cached;
        let event = if self.kinds[kind].open.len() > 1 {
            cached = CachedEvent::new(event);
            &cached
        } else {
            event
        };
        let mut from = 0;
        while let Some(entry) = self.kinds[kind].next(from, candidates) {
            from = entry + 1;
            let (index, condition) = &self.kinds[kind].open[entry];
            let index = *index;
            let matched = match condition {
                None => Ok(true),
                Some(condition) => condition.matches(event),
            };
            match matched {
                Ok(false) => {}
                Ok(true) => {
                    any |= self.hit(index, event, position, again, &mut document)?;
                }
                Err(error) => self.failed(index, error, position),
            }
        }
        Ok(any)
    }

    /// Keeps a hit. False when the event lacks a mandatory join key, so that it is none after all.
    fn hit(
        &mut self,
        index: usize,
        event: &dyn Event,
        position: u64,
        again: Again,
        document: &mut Option<DocumentRef>,
    ) -> io::Result<bool> {
        let ask = &self.engine.asks[index];
        let keys = match ask.keys.as_ref().map(|keys| keys.extract(event)) {
            None => Vec::new(),
            Some(Ok(rows)) if rows.is_empty() => return Ok(false),
            Some(Ok(rows)) => rows,
            Some(Err(error)) => {
                self.failed(index, error, position);
                return Ok(false);
            }
        };
        let tiebreak = match ask.tiebreaker.as_ref().map(|keys| keys.extract(event)) {
            Some(Ok(mut rows)) => rows.pop().and_then(|mut row| row.pop()),
            _ => None,
        };
        let is_alert = ask.keys.is_none();
        if document.is_none() && (is_alert || again == Again::Never) {
            self.buffer.clear();
            serde_json::to_writer(&mut self.buffer, event.document().as_map())
                .map_err(io::Error::other)?;
            *document = Some(self.store.push(&self.buffer)?);
        }
        self.hits.push(Hit {
            ask: index,
            time: event.timestamp(),
            position,
            keys,
            tiebreak,
            document: *document,
        });
        Ok(true)
    }

    fn failed(&mut self, index: usize, error: RuntimeError, position: u64) {
        let rule = self.engine.asks[index].rule;
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
