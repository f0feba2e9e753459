//! Hits: events that met a term of a rule, kept small, in memory up to a budget and in a temporary file beyond it.

mod codec;
mod keys;
mod merge;
mod parts;
mod records;
mod store;

use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;

use crate::store::DocumentRef;

pub(crate) use codec::{decode_values, encode_row, encode_values};
pub(crate) use keys::KeySet;
pub(crate) use merge::HitFiles;
pub(crate) use parts::Parts;
pub(crate) use store::HitStore;

/// An event that took a term of a rule, with one combination of its keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Which term of the rule.
    pub term: u32,
    /// The time by which the rule orders events.
    pub time: Option<Timestamp>,
    /// Where the event stands among all events read: orders what has equal times.
    pub position: u64,
    /// Join keys, a group, or new terms.
    pub key: Vec<KeyValue>,
    /// What else the type of the rule needs of the event.
    pub values: Vec<KeyValue>,
    pub tiebreak: Option<KeyValue>,
    /// `None` for an event that can be read again, should it be part of an alert.
    pub document: Option<DocumentRef>,
}

/// A hit that is to be kept: a [`Hit`] whose key is encoded, borrowed from where its parts lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewHit<'a> {
    pub term: u32,
    pub time: Option<Timestamp>,
    pub position: u64,
    /// As [`encode_values`] or [`encode_row`] wrote it.
    pub key: &'a [u8],
    pub values: &'a [KeyValue],
    pub tiebreak: Option<&'a KeyValue>,
    pub document: Option<DocumentRef>,
}

/// The terms of a rule whose hits differ from those of others.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// Its `until`, see [`rank`].
    pub until: Option<u32>,
    /// The last one of a sequence that takes an event. Its hits are kept by themselves: their keys tell which of the others are of use.
    pub last: Option<u32>,
}

impl Hit {
    /// The hit as it was before it was kept. Its key is encoded into `key`.
    pub(crate) fn to_keep<'a>(&'a self, key: &'a mut Vec<u8>) -> NewHit<'a> {
        key.clear();
        encode_values(key, &self.key);
        NewHit {
            term: self.term,
            time: self.time,
            position: self.position,
            key,
            values: &self.values,
            tiebreak: self.tiebreak.as_ref(),
            document: self.document,
        }
    }
}

/// What orders the hits of a rule: the time, events without one first; then the tiebreaker and the position of the
/// event; of one event the later terms first and `until`, which has the rank 0, last of all.
pub(crate) fn rank(term: u32, until: Option<u32>) -> u32 {
    match until {
        Some(until) if term == until => 0,
        _ => term.saturating_add(1),
    }
}
