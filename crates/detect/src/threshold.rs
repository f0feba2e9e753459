//! Groups of events that grow large within a span of time.
//!
//! Elastic runs a threshold rule every `interval` over the last `from`, and does not count again what an alert of the same
//! group has counted. At which instants it runs is an accident of when it was switched on. A scan has no such accident: it
//! answers as the schedule would that suits the group best. A window as long as the look-back begins with an event of the
//! group; if the group is large enough in it, that is one alert, with all the events of the window, and the next
//! window begins with the first event after it; if not, it begins with the group's next event.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;
use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;

use crate::outcome::EventRef;

/// A group that grew large.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reached {
    pub(crate) group: Vec<KeyValue>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) count: u64,
    /// How many different values of the counted field there are.
    pub(crate) distinct: u64,
    /// The last event.
    pub(crate) event: EventRef,
    pub(crate) position: u64,
}

/// An event of a group.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) time: Timestamp,
    pub(crate) position: u64,
    pub(crate) event: EventRef,
    /// Its values of the counted field.
    pub(crate) values: Vec<KeyValue>,
}

/// Finds groups that grow large. Takes events in order of time.
#[derive(Debug)]
pub(crate) struct ThresholdMachine {
    value: u64,
    /// At least so many different values; 0 asks for none.
    distinct: u64,
    /// The length of a window in nanoseconds.
    span: i64,
    /// Bytes of state to hold at most.
    budget: usize,
    groups: HashMap<Vec<KeyValue>, Group, RandomState>,
    held: usize,
    reached: Vec<Reached>,
    /// Events not counted for lack of memory.
    pub(crate) dropped: u64,
}

#[derive(Debug, Default)]
struct Group {
    /// The events of the window, which begins with the first, until it is known to be large enough.
    members: VecDeque<Member>,
    /// How often each counted value occurs in the window.
    counted: HashMap<KeyValue, u64>,
    /// Once it is large enough only this is kept.
    large: Option<Large>,
    bytes: usize,
}

#[derive(Debug)]
struct Large {
    first: Timestamp,
    last: Member,
    count: u64,
}

fn bytes_of(values: &[KeyValue]) -> usize {
    values
        .iter()
        .map(|value| {
            size_of::<KeyValue>()
                + match value {
                    KeyValue::Text(text) => text.len() + 16,
                    _ => 0,
                }
        })
        .sum()
}

/// What a group costs beside its key and its members.
const GROUP: usize = 2 * size_of::<Group>() + 64;
/// What a value in the table of counted values costs beside the value.
const COUNTED: usize = 32;

impl ThresholdMachine {
    pub(crate) fn new(value: u64, distinct: u64, span: i64, budget: usize) -> Self {
        Self {
            value,
            distinct,
            span,
            budget,
            groups: HashMap::default(),
            held: 0,
            reached: Vec::new(),
            dropped: 0,
        }
    }

    pub(crate) fn push(&mut self, group: Vec<KeyValue>, member: Member) {
        let now = member.time;
        if self.held > self.budget {
            self.sweep(now);
        }
        let full = self.held > self.budget;
        let state = match self.groups.get_mut(&group) {
            Some(state) => state,
            None if full => {
                self.dropped += 1;
                return;
            }
            None => {
                self.held += GROUP + bytes_of(&group);
                self.groups.entry(group.clone()).or_default()
            }
        };
        self.held -= state.bytes;
        while let Some(found) = state.close(&group, now, self.span, self.value, self.distinct) {
            self.reached.extend(found);
        }
        if full && state.large.is_none() {
            self.dropped += 1;
        } else {
            state.add(member, self.value, self.distinct);
        }
        self.held += state.bytes;
    }

    /// Closes the windows that have ended and forgets groups without events.
    fn sweep(&mut self, now: Timestamp) {
        let (span, value, distinct) = (self.span, self.value, self.distinct);
        let reached = &mut self.reached;
        let mut held = 0;
        self.groups.retain(|group, state| {
            while let Some(found) = state.close(group, now, span, value, distinct) {
                reached.extend(found);
            }
            let keep = state.large.is_some() || !state.members.is_empty();
            if keep {
                held += state.bytes + GROUP + bytes_of(group);
            }
            keep
        });
        self.held = held;
    }

    /// No event comes any more. In no particular order.
    pub(crate) fn finish(mut self) -> (Vec<Reached>, u64) {
        for (group, state) in &mut self.groups {
            self.reached.extend(state.end(group));
        }
        (self.reached, self.dropped)
    }
}

impl Group {
    fn add(&mut self, member: Member, value: u64, distinct: u64) {
        for counted in &member.values {
            match self.counted.get_mut(counted) {
                Some(times) => *times += 1,
                None => {
                    self.bytes += bytes_of(std::slice::from_ref(counted)) + COUNTED;
                    self.counted.insert(counted.clone(), 1);
                }
            }
        }
        if let Some(large) = &mut self.large {
            large.count += 1;
            large.last = Member {
                values: Vec::new(),
                ..member
            };
            return;
        }
        self.bytes += size_of::<Member>() + bytes_of(&member.values);
        self.members.push_back(member);
        if self.is_large(value, distinct)
            && let (Some(first), Some(last)) = (self.members.front(), self.members.back())
        {
            self.large = Some(Large {
                first: first.time,
                last: last.clone(),
                count: self.members.len() as u64,
            });
            self.bytes -= self.member_bytes();
            self.members = VecDeque::new();
        }
    }

    fn member_bytes(&self) -> usize {
        self.members
            .iter()
            .map(|member| size_of::<Member>() + bytes_of(&member.values))
            .sum()
    }

    fn is_large(&self, value: u64, distinct: u64) -> bool {
        self.members.len() as u64 >= value && self.counted.len() as u64 >= distinct
    }

    /// Closes the window if it ended before `now`; `Some` means that the next window may have ended as well.
    fn close(
        &mut self,
        group: &[KeyValue],
        now: Timestamp,
        span: i64,
        value: u64,
        distinct: u64,
    ) -> Option<Option<Reached>> {
        let ended = |first: Timestamp| now.nanos().saturating_sub(first.nanos()) > span;
        if let Some(large) = &self.large {
            return ended(large.first).then(|| self.end(group));
        }
        if !ended(self.members.front()?.time) {
            return None;
        }
        // A window that is not large enough when it ends never was: it only grows.
        debug_assert!(!self.is_large(value, distinct));
        let first = self.members.pop_front()?;
        self.bytes -= size_of::<Member>() + bytes_of(&first.values);
        for counted in &first.values {
            if let Some(times) = self.counted.get_mut(counted) {
                *times -= 1;
                if *times == 0 {
                    self.counted.remove(counted);
                    self.bytes -= bytes_of(std::slice::from_ref(counted)) + COUNTED;
                }
            }
        }
        Some(None)
    }

    /// The window ends; gives the alert if it is large enough.
    fn end(&mut self, group: &[KeyValue]) -> Option<Reached> {
        let large = self.large.take()?;
        let distinct = self.counted.len() as u64;
        self.counted.clear();
        self.bytes = 0;
        Some(Reached {
            group: group.to_vec(),
            first: large.first,
            last: large.last.time,
            count: large.count,
            distinct,
            position: large.last.position,
            event: large.last.event,
        })
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Timestamp;
    use gatewatch_query::KeyValue;
    use proptest::prelude::*;

    use super::{Member, ThresholdMachine};
    use crate::outcome::EventRef;

    fn member(time: i64, position: u64, values: &[i64]) -> Member {
        Member {
            time: Timestamp::from_nanos(time),
            position,
            event: EventRef::default(),
            values: values.iter().map(|value| KeyValue::Long(*value)).collect(),
        }
    }

    /// Group, first and last time, count, distinct values.
    type Found = Vec<(i64, i64, i64, u64, u64)>;

    /// Events as (time, group, counted value).
    fn machine(
        events: &[(i64, i64, i64)],
        value: u64,
        distinct: u64,
        span: i64,
        budget: usize,
    ) -> (Found, u64) {
        let mut machine = ThresholdMachine::new(value, distinct, span, budget);
        for (position, (time, group, counted)) in (0..).zip(events) {
            machine.push(
                vec![KeyValue::Long(*group)],
                member(*time, position, &[*counted]),
            );
        }
        let (reached, dropped) = machine.finish();
        let mut found: Vec<_> = reached
            .into_iter()
            .map(|of| {
                let KeyValue::Long(group) = of.group[0] else {
                    panic!("groups are numbers")
                };
                (
                    group,
                    of.first.nanos(),
                    of.last.nanos(),
                    of.count,
                    of.distinct,
                )
            })
            .collect();
        found.sort_unstable();
        (found, dropped)
    }

    /// The same said plainly.
    fn plainly(events: &[(i64, i64, i64)], value: u64, distinct: u64, span: i64) -> Found {
        let mut groups: Vec<i64> = events.iter().map(|(_, group, _)| *group).collect();
        groups.sort_unstable();
        groups.dedup();
        let mut found = Vec::new();
        for group in groups {
            let of_group: Vec<_> = events.iter().filter(|event| event.1 == group).collect();
            let mut start = 0;
            while start < of_group.len() {
                let window: Vec<_> = of_group[start..]
                    .iter()
                    .take_while(|event| event.0 - of_group[start].0 <= span)
                    .collect();
                let mut counted: Vec<i64> = window.iter().map(|event| event.2).collect();
                counted.sort_unstable();
                counted.dedup();
                if window.len() as u64 >= value && counted.len() as u64 >= distinct {
                    let last = window[window.len() - 1].0;
                    found.push((
                        group,
                        of_group[start].0,
                        last,
                        window.len() as u64,
                        counted.len() as u64,
                    ));
                    start += window.len();
                } else {
                    start += 1;
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(
            steps in prop::collection::vec((0..4i64, 0..3i64, 0..4i64), 0..80),
            value in 1..5u64, distinct in 0..4u64, span in 0..12i64,
        ) {
            let mut time = 0;
            let events: Vec<_> = steps
                .into_iter()
                .map(|(step, group, counted)| { time += step; (time, group, counted) })
                .collect();
            let expect = plainly(&events, value, distinct, span);
            prop_assert_eq!(machine(&events, value, distinct, span, usize::MAX).0, expect.clone());
            // Little memory is enough while there is little at once: sweeping changes nothing.
            let (found, dropped) = machine(&events, value, distinct, span, 1500);
            if dropped == 0 {
                prop_assert_eq!(found, expect);
            }
        }
    }

    #[test]
    fn what_the_budget_refuses_is_counted() {
        let events: Vec<_> = (0..1000).map(|number| (0, number, 0)).collect();
        let (_, dropped) = machine(&events, 2, 0, 10, 10_000);
        assert!(dropped > 0);
    }
}
