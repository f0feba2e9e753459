//! The state machine against a simulator that is written for clarity: it keeps everything, looks at everything, and
//! follows the documented rules step by step.

use std::collections::BTreeSet;

use gatewatch_detect::sequence::{
    Bounds, Finished, Hit, JoinKey, SequenceMachine, Shape, TermShape,
};
use gatewatch_event::Timestamp;
use gatewatch_query::KeyValue;
use proptest::prelude::*;

/// An event: which terms it meets, and with which keys.
#[derive(Clone, Debug)]
struct Event {
    time: i64,
    tiebreak: Option<i64>,
    /// For each term, and `until` last, the keys under which it is met.
    keys: Vec<BTreeSet<u8>>,
}

#[derive(Clone, Debug)]
struct Case {
    terms: Vec<TermShape>,
    until: bool,
    maxspan: Option<i64>,
    /// In no order.
    events: Vec<Event>,
}

/// A finished sequence: key, events, placeholders between them.
type Answer = (u8, Vec<Option<usize>>);

fn key(value: u8) -> JoinKey {
    [KeyValue::Long(value.into())].into()
}

/// The order of events: time, tiebreaker with the missing one last, place.
fn ordered(case: &Case) -> Vec<usize> {
    let mut order: Vec<usize> = (0..case.events.len()).collect();
    order.sort_by_key(|at| {
        let event = &case.events[*at];
        (event.time, event.tiebreak.is_none(), event.tiebreak, *at)
    });
    order
}

struct Simulator<'a> {
    case: &'a Case,
    order: Vec<usize>,
    /// The term of each positive stage.
    stages: Vec<usize>,
}

impl<'a> Simulator<'a> {
    fn new(case: &'a Case) -> Self {
        let stages = case
            .terms
            .iter()
            .enumerate()
            .filter(|(_, term)| !term.missing)
            .flat_map(|(at, term)| std::iter::repeat_n(at, term.runs.into()))
            .collect();
        Self {
            case,
            order: ordered(case),
            stages,
        }
    }

    fn meets(&self, place: usize, term: usize, key: u8) -> bool {
        self.case.events[self.order[place]].keys[term].contains(&key)
    }

    fn time(&self, place: usize) -> i64 {
        self.case.events[self.order[place]].time
    }

    fn run(&self) -> Vec<Answer> {
        let keys: BTreeSet<u8> = self
            .case
            .events
            .iter()
            .flat_map(|event| event.keys.iter().flatten().copied())
            .collect();
        let mut found: Vec<(usize, u8, Vec<usize>)> = Vec::new();
        for key in keys {
            for places in self.positive(key) {
                if self.survives(key, &places) {
                    let last = *places.last().expect("a sequence has an event");
                    found.push((last, key, places));
                }
            }
        }
        found.sort();
        found
            .into_iter()
            .map(|(_, key, places)| (key, self.lay_out(&places)))
            .collect()
    }

    /// The machine over the positive terms: every sequence that is completed, as places in the order of events.
    fn positive(&self, key: u8) -> Vec<Vec<usize>> {
        let count = self.stages.len();
        let mut waiting: Vec<Vec<Vec<usize>>> = vec![Vec::new(); count];
        let mut done = Vec::new();
        for place in 0..self.order.len() {
            for stage in (0..count).rev() {
                if !self.meets(place, self.stages[stage], key) {
                    continue;
                }
                let mut sequence = if stage == 0 {
                    Vec::new()
                } else {
                    let list = &mut waiting[stage - 1];
                    let Some(at) = list.iter().rposition(|partial| partial[stage - 1] < place)
                    else {
                        continue;
                    };
                    list.drain(..=at).next_back().expect("one was found")
                };
                if let (Some(first), Some(last)) = (sequence.first(), sequence.last()) {
                    if self.too_long(self.time(*first), self.time(place)) {
                        continue;
                    }
                    let until = self.case.terms.len();
                    if self.case.until && (*last..place).any(|at| self.meets(at, until, key)) {
                        continue;
                    }
                }
                sequence.push(place);
                if stage + 1 == count {
                    done.push(sequence);
                } else {
                    waiting[stage].push(sequence);
                }
            }
        }
        done
    }

    fn too_long(&self, from: i64, to: i64) -> bool {
        self.case.maxspan.is_some_and(|maxspan| to - from > maxspan)
    }

    fn survives(&self, key: u8, places: &[usize]) -> bool {
        let first = self.time(places[0]);
        let last = self.time(places[places.len() - 1]);
        let times = |term: usize| {
            (0..self.order.len())
                .filter(move |place| self.meets(*place, term, key))
                .map(|place| self.time(place))
        };
        let (mut leading, mut trailing) = (false, false);
        let (mut latest_lead, mut earliest_trail) = (None, None);
        let mut stage = 0;
        for (at, term) in self.case.terms.iter().enumerate() {
            if !term.missing {
                stage += usize::from(term.runs);
            } else if stage == 0 {
                leading = true;
                latest_lead = latest_lead.max(times(at).filter(|time| *time < first).max());
            } else if stage == places.len() {
                trailing = true;
                let earliest = times(at).filter(|time| *time > last).min();
                earliest_trail = match (earliest_trail, earliest) {
                    (Some(one), Some(other)) => Some(i64::min(one, other)),
                    (one, other) => one.or(other),
                };
            } else {
                let (before, after) = (self.time(places[stage - 1]), self.time(places[stage]));
                if times(at).any(|time| before < time && time < after) {
                    return false;
                }
            }
        }
        match (leading, trailing, latest_lead, earliest_trail) {
            (false, false, _, _) | (true, _, None, _) | (_, true, _, None) => true,
            (true, true, Some(lead), Some(trail)) => self.too_long(lead, trail),
            (true, false, Some(lead), _) => self.too_long(lead, last),
            (false, true, _, Some(trail)) => self.too_long(first, trail),
        }
    }

    fn lay_out(&self, places: &[usize]) -> Vec<Option<usize>> {
        let mut places = places.iter();
        self.case
            .terms
            .iter()
            .flat_map(|term| std::iter::repeat_n(term.missing, term.runs.into()))
            .map(|missing| {
                (!missing).then(|| self.order[*places.next().expect("a place for each step")])
            })
            .collect()
    }
}

fn hits(case: &Case) -> Vec<Hit<usize>> {
    let until = u16::try_from(case.terms.len()).expect("few terms");
    let mut hits = Vec::new();
    for (at, event) in case.events.iter().enumerate() {
        for (term, keys) in event.keys.iter().enumerate() {
            if term == usize::from(until) && !case.until {
                continue;
            }
            hits.extend(keys.iter().map(|value| Hit {
                time: Timestamp::from_nanos(event.time),
                tiebreak: event.tiebreak.map(KeyValue::Long),
                position: at as u64,
                term: u16::try_from(term).expect("few terms"),
                key: key(*value),
                event: at,
            }));
        }
    }
    hits.sort_by(|left, right| left.order(right, until));
    hits
}

fn plain(finished: Vec<Finished<usize>>) -> Vec<Answer> {
    finished
        .into_iter()
        .map(|sequence| match sequence.key[0] {
            KeyValue::Long(value) => (u8::try_from(value).expect("small"), sequence.events),
            _ => unreachable!("keys are numbers"),
        })
        .collect()
}

fn run(case: &Case) -> Vec<Answer> {
    let shape = Shape::new(case.terms.clone(), case.maxspan);
    let mut machine = SequenceMachine::new(shape, Bounds::default());
    for hit in hits(case) {
        machine.push(hit);
    }
    let (finished, counts) = machine.finish();
    assert_eq!(counts.late, 0);
    assert_eq!(counts.dropped_partials, 0);
    plain(finished)
}

fn term() -> impl Strategy<Value = TermShape> {
    (proptest::bool::weighted(0.3), 1..=3u16)
        .prop_map(|(missing, runs)| TermShape { missing, runs })
}

fn event(terms: usize) -> impl Strategy<Value = Event> {
    let keys = proptest::collection::btree_set(0..3u8, 0..=2);
    let rare = prop_oneof![2 => Just(BTreeSet::new()), 1 => keys];
    (
        0..40i64,
        prop_oneof![Just(None), (0..3i64).prop_map(Some)],
        proptest::collection::vec(rare, terms + 1),
    )
        .prop_map(|(time, tiebreak, keys)| Event {
            time,
            tiebreak,
            keys,
        })
}

fn case() -> impl Strategy<Value = Case> {
    proptest::collection::vec(term(), 1..=5)
        .prop_filter("one term is positive", |terms| {
            terms.iter().any(|term| !term.missing)
        })
        .prop_flat_map(|terms| {
            let missing = terms.iter().any(|term| term.missing);
            let span = (0..25i64).prop_map(Some);
            let maxspan = if missing {
                span.boxed()
            } else {
                prop_oneof![Just(None), span].boxed()
            };
            let events = proptest::collection::vec(event(terms.len()), 0..30);
            (Just(terms), any::<bool>(), maxspan, events)
        })
        .prop_map(|(terms, until, maxspan, events)| Case {
            terms,
            until,
            maxspan,
            events,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_machine_and_the_simulator_agree(case in case()) {
        prop_assert_eq!(run(&case), Simulator::new(&case).run());
    }

    #[test]
    fn taking_early_gives_the_same(case in case(), every in 1..5usize) {
        let shape = Shape::new(case.terms.clone(), case.maxspan);
        let mut machine = SequenceMachine::new(shape, Bounds::default());
        let mut taken = Vec::new();
        for (at, hit) in hits(&case).into_iter().enumerate() {
            machine.push(hit);
            if at % every == 0 {
                taken.extend(machine.take_finished());
            }
        }
        taken.extend(machine.finish().0);
        taken.sort_by(Finished::order);
        prop_assert_eq!(plain(taken), run(&case));
    }

    #[test]
    fn the_bound_holds_and_what_it_costs_is_counted(case in case(), bound in 4..12usize) {
        let shape = Shape::new(case.terms.clone(), case.maxspan);
        let mut machine = SequenceMachine::new(shape, Bounds { partials: bound, ..Bounds::default() });
        for hit in hits(&case) {
            machine.push(hit);
            prop_assert!(machine.pending() <= bound);
        }
        let (finished, counts) = machine.finish();
        let dropped =
            counts.dropped_partials + counts.dropped_waiting + counts.dropped_leading;
        if dropped == 0 {
            prop_assert_eq!(plain(finished), run(&case));
        }
    }
}
