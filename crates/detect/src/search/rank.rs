//! The order of single events in an answer.

use std::cmp::Ordering;

use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;

use super::moment::Moment;
use crate::sequence::missing_last;

/// Where an event stands in the order of an answer: by time, tiebreaker and position; what is missing comes last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rank {
    time: Option<Timestamp>,
    tiebreak: Option<KeyValue>,
    position: u64,
}

impl Rank {
    pub(super) fn new(moment: &Moment, position: u64) -> Self {
        Self {
            time: moment.time,
            tiebreak: moment.tiebreak.clone(),
            position,
        }
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let times = match (self.time, other.time) {
            (Some(left), Some(right)) => left.cmp(&right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        times
            .then_with(|| missing_last(self.tiebreak.as_ref(), other.tiebreak.as_ref()))
            .then_with(|| self.position.cmp(&other.position))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An event with its rank. The greatest in the heap is the one to drop first: the last of all, or for a tail the first.
#[derive(Clone, Debug)]
pub(super) struct Ranked<E> {
    pub(super) rank: Rank,
    pub(super) tail: bool,
    pub(super) event: E,
}

impl<E> Ord for Ranked<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.rank.cmp(&other.rank);
        if self.tail { order.reverse() } else { order }
    }
}

impl<E> PartialOrd for Ranked<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Ranked<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Ranked<E> {}
