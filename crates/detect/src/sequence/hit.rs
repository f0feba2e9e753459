//! What goes into the machine and what comes out.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;

/// The values of the join keys, in the order of the query; empty without keys. Cloning is cheap.
pub type JoinKey = Arc<[KeyValue]>;

/// An event met a term of a sequence. An event that meets several terms, or has several combinations of join keys,
/// gives one hit for each.
#[derive(Clone, Debug)]
pub struct Hit<E> {
    /// The time of the event.
    pub time: Timestamp,
    /// The value of the tiebreaker field.
    pub tiebreak: Option<KeyValue>,
    /// Where the event stands among all events: decides when time and tiebreaker are equal. Different events have
    /// different positions, and all hits of one event the same.
    pub position: u64,
    /// Which term was met, counted from 0; `until` counts as one past the last.
    pub term: u16,
    /// The join keys.
    pub key: JoinKey,
    /// The event, or what stands for it.
    pub event: E,
}

impl<E> Hit<E> {
    /// The order in which a machine must be given its hits: by time, tiebreaker (a missing one last) and position, and
    /// those of one event by term, the later terms first and `until` last. `until_term` is the number of that term.
    pub fn order(&self, other: &Self, until_term: u16) -> Ordering {
        let rank = |hit: &Self| {
            let until = hit.term == until_term;
            (until, Reverse(hit.term))
        };
        self.place(other).then_with(|| rank(self).cmp(&rank(other)))
    }

    /// The order of the events behind two hits.
    pub(super) fn place(&self, other: &Self) -> Ordering {
        self.time
            .cmp(&other.time)
            .then_with(|| missing_last(self.tiebreak.as_ref(), other.tiebreak.as_ref()))
            .then_with(|| self.position.cmp(&other.position))
    }

    pub(super) fn ordinal(&self) -> Ordinal {
        Ordinal {
            time: self.time,
            tiebreak: self.tiebreak.clone(),
            position: self.position,
        }
    }
}

/// Where an event stands in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordinal {
    /// Its time.
    pub time: Timestamp,
    /// The value of the tiebreaker field.
    pub tiebreak: Option<KeyValue>,
    /// Its position among all events.
    pub position: u64,
}

impl Ord for Ordinal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time
            .cmp(&other.time)
            .then_with(|| missing_last(self.tiebreak.as_ref(), other.tiebreak.as_ref()))
            .then_with(|| self.position.cmp(&other.position))
    }
}

impl PartialOrd for Ordinal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders two tiebreakers: an event without one comes after those that have one.
pub(crate) fn missing_last(left: Option<&KeyValue>, right: Option<&KeyValue>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// A sequence that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished<E> {
    /// The join keys.
    pub key: JoinKey,
    /// The events, step by step; `None` stands where a missing event was asked for.
    pub events: Vec<Option<E>>,
    /// Where the last event stands.
    pub last: Ordinal,
}

impl<E> Finished<E> {
    /// The order of an answer: by the last event, then by the keys that it completed.
    pub fn order(&self, other: &Self) -> Ordering {
        self.last
            .cmp(&other.last)
            .then_with(|| shown_order(&self.key, &other.key))
    }
}

/// The order of keys as they are shown: addresses as text.
fn shown_order(left: &JoinKey, right: &JoinKey) -> Ordering {
    left.iter()
        .zip(right.iter())
        .map(|pair| match pair {
            (KeyValue::Ip(left), KeyValue::Ip(right)) => left.to_string().cmp(&right.to_string()),
            (left, right) => left.cmp(right),
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
