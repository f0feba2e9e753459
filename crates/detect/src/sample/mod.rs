//! Samples: sets of distinct events, one for each filter, with the same join keys.
//!
//! [`SampleCollector`] takes the events that met a filter, in any order, and keeps for every key and filter only those
//! that an answer can need.
//!
//! ```
//! use gatewatch_detect::sample::{SampleBounds, SampleCollector};
//!
//! // sample [a] [b], without looking at keys
//! let mut collector = SampleCollector::new(2, 1, SampleBounds::default());
//! collector.push(0, [].into(), 7, "both");
//! collector.push(1, [].into(), 7, "both");
//! collector.push(1, [].into(), 9, "second only");
//! let samples = collector.finish(10);
//! assert_eq!(samples[0].events, ["both", "second only"]);
//! ```

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::sequence::JoinKey;

/// How much a collector may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleBounds {
    /// Candidate events, all keys and filters together. Beyond that, events are not taken and counted.
    pub candidates: usize,
}

impl Default for SampleBounds {
    fn default() -> Self {
        Self {
            candidates: 4_000_000,
        }
    }
}

/// A set of events with the same keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample<E> {
    /// The join keys.
    pub key: JoinKey,
    /// One event for each filter, in their order.
    pub events: Vec<E>,
}

/// Collects candidates and chooses among them, see the [module](self).
#[derive(Debug)]
pub struct SampleCollector<E> {
    filters: usize,
    per_key: usize,
    /// Candidates that one key needs of one filter.
    needed: usize,
    bounds: SampleBounds,
    keys: HashMap<JoinKey, Box<[Vec<Candidate<E>>]>>,
    held: usize,
    refused: u64,
}

#[derive(Clone, Debug)]
struct Candidate<E> {
    position: u64,
    event: E,
}

impl<E: Clone> SampleCollector<E> {
    /// An empty collector for so many filters and, at most, so many samples for each key.
    pub fn new(filters: usize, per_key: usize, bounds: SampleBounds) -> Self {
        Self {
            filters,
            per_key,
            // With so many candidates the other filters can take one each and there is still a different one for
            // every sample, so later ones change nothing.
            needed: per_key.saturating_add(filters).saturating_sub(1),
            bounds,
            keys: HashMap::new(),
            held: 0,
            refused: 0,
        }
    }

    /// Events that were not taken for the bound: an answer may be missing, or hold later events than it should.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Takes an event that met a filter, with one combination of its join keys. `position` is its place among all
    /// events: events with equal positions are the same.
    pub fn push(&mut self, filter: usize, key: JoinKey, position: u64, event: E) {
        if filter >= self.filters {
            return;
        }
        let full = self.held >= self.bounds.candidates;
        let filters = self.filters;
        let lists = match self.keys.get_mut(&key) {
            Some(lists) => lists,
            None if full => {
                self.refused += 1;
                return;
            }
            None => self
                .keys
                .entry(key)
                .or_insert_with(|| (0..filters).map(|_| Vec::new()).collect()),
        };
        let list = &mut lists[filter];
        let at = list.partition_point(|candidate| candidate.position < position);
        if at >= self.needed {
            return;
        }
        if list
            .get(at)
            .is_some_and(|candidate| candidate.position == position)
        {
            return;
        }
        if list.len() >= self.needed {
            list.pop();
            self.held -= 1;
        } else if full {
            self.refused += 1;
            return;
        }
        list.insert(at, Candidate { position, event });
        self.held += 1;
    }

    /// At most `size` samples: in ascending order of their keys, and for each key in the order in which going
    /// through the candidates of the first filter, then of the second and so on, finds them.
    pub fn finish(self, size: usize) -> Vec<Sample<E>> {
        self.finish_by(size, JoinKey::cmp)
    }

    /// The same with another order of the keys.
    pub fn finish_by(
        self,
        size: usize,
        order: impl Fn(&JoinKey, &JoinKey) -> Ordering,
    ) -> Vec<Sample<E>> {
        let mut keys: Vec<_> = self
            .keys
            .into_iter()
            .filter(|(_, lists)| lists.iter().all(|list| !list.is_empty()))
            .collect();
        // Keys that are equal in the given order, such as versions that differ in their build, must not change places.
        keys.sort_unstable_by(|left, right| {
            order(&left.0, &right.0).then_with(|| left.0.cmp(&right.0))
        });
        let mut samples = Vec::new();
        for (key, lists) in keys {
            if samples.len() >= size {
                break;
            }
            let room = (size - samples.len()).min(self.per_key);
            let mut choice = Choice {
                lists: &lists,
                wanted: room,
                found: Vec::new(),
            };
            choice.run();
            samples.extend(choice.found.into_iter().map(|events| Sample {
                key: key.clone(),
                events,
            }));
        }
        samples
    }
}

/// Chooses one event from each list, all different.
struct Choice<'a, E> {
    lists: &'a [Vec<Candidate<E>>],
    wanted: usize,
    found: Vec<Vec<E>>,
}

impl<'a, E: Clone> Choice<'a, E> {
    fn run(&mut self) {
        // Without this a long first list could be gone through in vain: whether any choice is possible depends on
        // as many candidates of each list as there are lists.
        let filters = self.lists.len();
        if !self.possible(&mut Vec::with_capacity(filters)) {
            return;
        }
        self.choose(&mut Vec::with_capacity(filters));
    }

    fn possible(&self, taken: &mut Vec<u64>) -> bool {
        let Some(list) = self.lists.get(taken.len()) else {
            return true;
        };
        list.iter().take(self.lists.len()).any(|candidate| {
            if taken.contains(&candidate.position) {
                return false;
            }
            taken.push(candidate.position);
            let possible = self.possible(taken);
            taken.pop();
            possible
        })
    }

    fn choose(&mut self, taken: &mut Vec<&'a Candidate<E>>) {
        let lists = self.lists;
        let Some(list) = lists.get(taken.len()) else {
            self.found.push(
                taken
                    .iter()
                    .map(|candidate| candidate.event.clone())
                    .collect(),
            );
            return;
        };
        for candidate in list {
            if self.found.len() >= self.wanted {
                return;
            }
            if taken
                .iter()
                .any(|other| other.position == candidate.position)
            {
                continue;
            }
            taken.push(candidate);
            self.choose(taken);
            taken.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SampleBounds, SampleCollector};
    use gatewatch_query::KeyValue;

    fn texts(keys: &[&str]) -> crate::sequence::JoinKey {
        keys.iter()
            .map(|key| KeyValue::Text((*key).into()))
            .collect()
    }

    fn collect(
        per_key: usize,
        size: usize,
        candidates: &[(usize, &str, u64)],
        filters: usize,
    ) -> Vec<(String, Vec<u64>)> {
        let mut collector = SampleCollector::new(filters, per_key, SampleBounds::default());
        for (filter, key, position) in candidates {
            collector.push(*filter, texts(&[key]), *position, *position);
        }
        collector
            .finish(size)
            .into_iter()
            .map(|sample| match &sample.key[0] {
                KeyValue::Text(text) => (text.to_string(), sample.events),
                other => panic!("no text: {other:?}"),
            })
            .collect()
    }

    #[test]
    fn no_event_serves_two_filters() {
        let hits = [(0, "k", 1), (1, "k", 1), (2, "k", 1), (2, "k", 2)];
        assert!(collect(1, 10, &hits, 3).is_empty());
        let hits = [
            (0, "k", 1),
            (0, "k", 2),
            (0, "k", 3),
            (1, "k", 1),
            (1, "k", 2),
            (2, "k", 1),
        ];
        assert_eq!(collect(1, 10, &hits, 3), [("k".to_owned(), vec![3, 2, 1])]);
    }

    #[test]
    fn keys_ascend_by_bytes_and_the_size_caps_them() {
        let hits = [(0, "doom", 1), (1, "doom", 2), (0, "GTA", 3), (1, "GTA", 4)];
        let all = collect(1, 10, &hits, 2);
        assert_eq!(
            all,
            [
                ("GTA".to_owned(), vec![3, 4]),
                ("doom".to_owned(), vec![1, 2])
            ]
        );
        assert_eq!(collect(1, 1, &hits, 2).len(), 1);
        assert!(collect(1, 0, &hits, 2).is_empty());
    }

    #[test]
    fn several_samples_of_a_key_differ() {
        let hits = [(0, "k", 1), (0, "k", 2), (0, "k", 4), (1, "k", 3)];
        let all = collect(5, 10, &hits, 2);
        let events: Vec<_> = all.into_iter().map(|(_, events)| events).collect();
        assert_eq!(events, [[1, 3], [2, 3], [4, 3]]);
    }

    #[test]
    fn only_the_first_candidates_are_kept() {
        let mut collector = SampleCollector::new(2, 1, SampleBounds::default());
        for position in (0..1000).rev() {
            collector.push(0, texts(&["k"]), position, position);
            collector.push(1, texts(&["k"]), position, position);
        }
        assert_eq!(collector.held, 4);
        assert_eq!(collector.finish(10)[0].events, [0, 1]);
    }

    #[test]
    fn what_the_bound_refuses_is_counted() {
        let mut collector = SampleCollector::new(2, 1, SampleBounds { candidates: 2 });
        collector.push(0, texts(&["a"]), 1, 1);
        collector.push(1, texts(&["a"]), 2, 2);
        collector.push(0, texts(&["b"]), 3, 3);
        assert_eq!(collector.refused(), 1);
        assert_eq!(collector.finish(10).len(), 1);
    }

    #[test]
    fn a_long_list_is_not_gone_through_in_vain() {
        let mut hits: Vec<(usize, &str, u64)> = (10..100_000).map(|at| (0, "k", at)).collect();
        hits.extend([(1, "k", 1), (2, "k", 1)]);
        assert!(collect(1_000_000, 10, &hits, 3).is_empty());
    }
}
