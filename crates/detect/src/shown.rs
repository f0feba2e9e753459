//! Which alerts will be looked at: the others are only counted, and their events need not be kept.

use std::collections::{BinaryHeap, HashMap};

use gatewatch_event::Timestamp;
use gatewatch_rules::Rule;

use crate::engine::Engine;
use crate::outcome::{Match, Outcome};

/// When an alert happened and where its event stands: matches are in this order.
type Place = (Option<Timestamp>, u64);

/// The first hits that one worker met of each rule, where these alone will be looked at.
#[derive(Debug, Default)]
pub(crate) struct FirstHits {
    /// By rule, the last of its first hits on top.
    of_rule: HashMap<usize, BinaryHeap<Place>>,
}

impl FirstHits {
    /// Is a hit among the first `count` of its rule so far? What is among the first in the end was so all the time.
    pub(crate) fn take(&mut self, rule: usize, count: usize, place: Place) -> bool {
        let first = self.of_rule.entry(rule).or_default();
        if first.len() < count {
            first.push(place);
            return true;
        }
        match first.peek_mut() {
            Some(mut last) if place < *last => {
                *last = place;
                true
            }
            _ => false,
        }
    }
}

/// How many alerts of a rule are looked at: the first ones, of `shown` that are of most rules; `None` for all.
pub(crate) fn shown_of(rule: &Rule, shown: Option<usize>) -> Option<usize> {
    // To join alerts, and to tell how grave they are, all events are needed.
    let needs_all = rule.alert_suppression.is_some() || !rule.severity_mapping.is_empty();
    shown.filter(|_| !needs_all)
}

impl Engine {
    /// For each match, in their order, whether its alert is looked at, see
    /// [`EngineOptions::shown`](crate::EngineOptions::shown).
    pub fn shown<'o>(&'o self, outcome: &'o Outcome) -> impl Iterator<Item = (&'o Match, bool)> {
        let mut before = vec![0usize; self.rules().len()];
        outcome.matches.iter().map(move |found| {
            let rule = &self.rules()[found.rule].rule;
            let is_shown =
                shown_of(rule, self.options().shown).is_none_or(|count| before[found.rule] < count);
            before[found.rule] += 1;
            (found, is_shown)
        })
    }

    /// The positions of the events of alerts that are looked at and whose documents were not kept, ascending: they must be
    /// read again and [given](Outcome::give) before alerts are built.
    pub fn to_read_again(&self, outcome: &Outcome) -> Vec<u64> {
        let mut positions: Vec<u64> = self
            .shown(outcome)
            .filter(|(_, is_shown)| *is_shown)
            .flat_map(|(found, _)| found.events.iter().flatten())
            .filter(|event| event.document.is_none())
            .map(|event| event.position)
            .collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::FirstHits;

    proptest! {
        #[test]
        fn the_first_of_all_are_taken(places in prop::collection::vec(0..20u64, 0..60), count in 0..8usize) {
            let places: Vec<_> = (0..).zip(places).map(|(at, time)| {
                let time = (time > 0).then(|| gatewatch_event::Timestamp::from_nanos(i64::try_from(time).expect("small")));
                (time, at)
            }).collect();
            let mut first = FirstHits::default();
            let taken: Vec<_> = places.iter().copied().filter(|place| first.take(7, count, *place)).collect();
            let mut sorted = places.clone();
            sorted.sort_unstable();
            for place in sorted.iter().take(count) {
                prop_assert!(taken.contains(place));
            }
            if places.is_sorted() {
                prop_assert_eq!(taken.len(), count.min(places.len()));
            }
        }
    }
}
