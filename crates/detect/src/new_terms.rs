//! Values that were not seen before.
//!
//! A combination of values is new in an event when no event of the rule had it in the time that the rule remembers before
//! it. Elastic asks that of each run's window against the time from `history_window_start` to the window's start; here
//! each event has a window of its own, so that the answer does not depend on when a rule ran.

use std::collections::{BTreeMap, HashMap};

use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;

use crate::hits::{decode_values, encode_values};

/// What rules of type new_terms have seen, by the rule's id: combinations of values, and when they were seen last.
/// It is given to a scan and holds more after it.
#[derive(Clone, Debug, Default)]
pub struct KnownTerms {
    rules: BTreeMap<String, HashMap<Box<[u8]>, i64>>,
}

impl KnownTerms {
    /// Notes that a combination of values was seen.
    pub fn insert(&mut self, rule: &str, terms: &[KeyValue], seen: Timestamp) {
        let mut key = Vec::new();
        encode_values(&mut key, terms);
        let known = self.rules.entry(rule.to_owned()).or_default();
        let last = known.entry(key.into()).or_insert(seen.nanos());
        *last = (*last).max(seen.nanos());
    }

    /// Everything, in order of the rules' ids, then of the values' bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Vec<KeyValue>, Timestamp)> {
        self.rules.iter().flat_map(|(rule, known)| {
            let mut sorted: Vec<(&[u8], i64)> = known
                .iter()
                .map(|(terms, seen)| (terms.as_ref(), *seen))
                .collect();
            sorted.sort_unstable();
            sorted.into_iter().filter_map(move |(terms, seen)| {
                Some((
                    rule.as_str(),
                    decode_values(terms)?,
                    Timestamp::from_nanos(seen),
                ))
            })
        })
    }

    /// How many combinations are known.
    pub fn len(&self) -> usize {
        self.rules.values().map(HashMap::len).sum()
    }

    /// Is none known?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn take(&mut self, rule: &str) -> HashMap<Box<[u8]>, i64> {
        self.rules.remove(rule).unwrap_or_default()
    }

    pub(crate) fn put(&mut self, rule: &str, known: HashMap<Box<[u8]>, i64>) {
        if !known.is_empty() {
            self.rules.insert(rule.to_owned(), known);
        }
    }
}

/// Tells what is new. Takes events in order of time.
#[derive(Debug)]
pub(crate) struct NewTermsMachine {
    seen: HashMap<Box<[u8]>, i64>,
    /// How long a combination is remembered, in nanoseconds.
    memory: i64,
    /// Bytes of state to hold at most.
    budget: usize,
    held: usize,
    /// Combinations forgotten for lack of memory.
    pub(crate) forgotten: u64,
    buffer: Vec<u8>,
}

/// What an entry costs beside its bytes.
const ENTRY: usize = 56;

impl NewTermsMachine {
    pub(crate) fn new(seen: HashMap<Box<[u8]>, i64>, memory: i64, budget: usize) -> Self {
        let held = seen.keys().map(|terms| terms.len() + ENTRY).sum();
        Self {
            seen,
            memory,
            budget,
            held,
            forgotten: 0,
            buffer: Vec::new(),
        }
    }

    /// Notes a combination; true when it is new.
    pub(crate) fn push(&mut self, terms: &[KeyValue], time: Timestamp) -> bool {
        self.buffer.clear();
        encode_values(&mut self.buffer, terms);
        let now = time.nanos();
        if let Some(last) = self.seen.get_mut(self.buffer.as_slice()) {
            let forgotten = now.saturating_sub(*last) > self.memory;
            *last = (*last).max(now);
            return forgotten;
        }
        self.held += self.buffer.len() + ENTRY;
        self.seen.insert(self.buffer.as_slice().into(), now);
        if self.held > self.budget {
            self.make_room(now);
        }
        true
    }

    /// Forgets what is too old to matter, and beyond the budget the oldest quarter of the rest.
    fn make_room(&mut self, now: i64) {
        let memory = self.memory;
        self.seen
            .retain(|_, last| now.saturating_sub(*last) <= memory);
        self.measure();
        if self.held <= self.budget {
            return;
        }
        let mut times: Vec<i64> = self.seen.values().copied().collect();
        let quarter = times.len() / 4;
        let (_, &mut oldest, _) = times.select_nth_unstable(quarter);
        let before = self.seen.len();
        self.seen.retain(|_, last| *last > oldest);
        self.forgotten += (before - self.seen.len()) as u64;
        self.measure();
    }

    fn measure(&mut self) {
        self.held = self.seen.keys().map(|terms| terms.len() + ENTRY).sum();
    }

    /// What is known now.
    pub(crate) fn finish(self) -> HashMap<Box<[u8]>, i64> {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use gatewatch_event::Timestamp;
    use gatewatch_query::KeyValue;

    use super::{KnownTerms, NewTermsMachine};

    fn push(machine: &mut NewTermsMachine, term: i64, time: i64) -> bool {
        machine.push(&[KeyValue::Long(term)], Timestamp::from_nanos(time))
    }

    #[test]
    fn a_value_is_new_once_and_again_when_it_is_forgotten() {
        let mut machine = NewTermsMachine::new(HashMap::new(), 10, usize::MAX);
        let seen: Vec<bool> = [(1, 0), (1, 5), (2, 6), (1, 15), (1, 26), (2, 16)]
            .into_iter()
            .map(|(term, time)| push(&mut machine, term, time))
            .collect();
        assert_eq!(seen, [true, false, true, false, true, false]);
    }

    #[test]
    fn what_is_known_is_carried_over() {
        let mut known = KnownTerms::default();
        known.insert("r", &[KeyValue::Long(1)], Timestamp::from_nanos(3));
        let mut machine = NewTermsMachine::new(known.take("r"), 10, usize::MAX);
        assert!(!push(&mut machine, 1, 5));
        assert!(!push(&mut machine, 1, 2), "it was seen, though later");
        assert!(push(&mut machine, 2, 5));
        known.put("r", machine.finish());
        let all: Vec<_> = known.iter().collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].2, Timestamp::from_nanos(5));
    }

    #[test]
    fn a_budget_forgets_the_oldest_and_counts_it() {
        let mut machine = NewTermsMachine::new(HashMap::new(), i64::MAX, 10_000);
        for number in 0..1000 {
            assert!(push(&mut machine, number, number));
        }
        assert!(machine.forgotten > 0 && machine.held <= 10_000);
        assert!(!push(&mut machine, 999, 1000));
    }
}
