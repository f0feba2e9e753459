//! What all rules made of all events.

use std::collections::HashMap;
use std::io;

use gatewatch_event::{Event, NothingKnown, Timestamp};
use gatewatch_query::KeyValue;

use crate::engine::Engine;
use crate::store::{DocumentRef, DocumentStore};
use crate::suppress::Suppressed;
use crate::worker::{Again, RuleFailure};

/// An event of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventRef {
    pub(crate) worker: u32,
    pub(crate) position: u64,
    pub(crate) document: Option<DocumentRef>,
}

/// A finished match of a rule. The documents stay in the stores until they are asked for.
#[derive(Clone, Debug)]
pub struct Match {
    /// The rule's place in the engine.
    pub rule: usize,
    /// The time of the event, or of the last event of a sequence or group.
    pub time: Option<Timestamp>,
    /// The join keys of a sequence or sample.
    pub join_keys: Vec<KeyValue>,
    /// The event, or the events in the order of the query; `None` stands for a missing event. Of a group, the last one.
    pub events: Vec<Option<EventRef>>,
    /// What the type of the rule says beside the events.
    pub detail: Detail,
    /// What was joined to this one.
    pub suppressed: Option<Suppressed>,
    pub(crate) position: u64,
}

/// What the type of the rule says of a match beside its events.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// A group grew large.
    Threshold {
        /// The values of its fields.
        group: Vec<KeyValue>,
        /// Its first event.
        from: Timestamp,
        /// How many events it has.
        count: u64,
        /// How many different values of the counted field.
        distinct: u64,
    },
    /// Values were not seen before.
    NewTerms(Vec<KeyValue>),
    /// Indicators were found: their numbers, in pairs of group and indicator.
    Threat(Vec<KeyValue>),
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
    /// How many events each exception removed: the rule, the exception's place in it, and the events.
    pub excepted: Vec<(usize, usize, u64)>,
    /// Events that name no index, so that every rule saw them.
    pub without_index: u64,
    pub(crate) stores: Vec<DocumentStore>,
    /// Documents that were read again, by position.
    pub(crate) again: HashMap<u64, DocumentRef>,
    pub(crate) again_store: DocumentStore,
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

    /// Gives the document of an event that was asked for by position.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    pub fn give(&mut self, position: u64, event: &dyn Event) -> io::Result<()> {
        let mut bytes = Vec::new();
        event.write_json(&mut bytes);
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
        let mut outcome = self.finish(vec![worker], &mut crate::KnownTerms::default())?;
        self.suppress(&mut outcome)?;
        Ok(outcome)
    }
}
