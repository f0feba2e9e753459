//! Near misses: a set that fires, with one thing broken.

use gatewatch_event::Document;
use gatewatch_query::checked::FieldReference;
use serde_json::Value as Json;

use crate::draft::{Asked, own_needs, solve};
use crate::formula::Need;
use crate::plot::{Plot, Plotted, Step, reference};
use crate::random::Random;
use crate::set::{Broken, BrokenKind, EventSet, Refusal};
use crate::simulator::Simulator;
use crate::values::{near, usual};

/// How often one need is tried to be broken.
const TRIES: u64 = 6;
/// How late the last event comes, beyond the time allowed, in milliseconds.
const LATE: i64 = 1000;

impl Simulator {
    /// Near misses of the set of this number: sets in which one need is broken and all others are met, each proven not to
    /// fire. A need that cannot be broken alone (because another says the same, or an alternative takes over) has none.
    ///
    /// # Errors
    ///
    /// When no firing set was found.
    pub fn near_misses(&self, number: u64) -> Result<Vec<EventSet>, Refusal> {
        let (plot, _, indicators) = self.fired(number)?;
        let mut misses = Misses {
            number,
            indicators,
            sets: Vec::new(),
        };
        self.break_predicates(&plot, &mut misses);
        self.break_sequence(&plot, &mut misses);
        self.break_group(&plot, &mut misses);
        self.break_indicator(&plot, &mut misses);
        Ok(misses.sets)
    }

    /// Adds the set with this change, if it does not fire.
    fn missed(&self, changed: &Plot, broken: Broken, misses: &mut Misses) -> bool {
        let events = self.written(changed, misses.number);
        if events.is_empty() || self.fires(&events, &misses.indicators) {
            return false;
        }
        misses.sets.push(EventSet {
            number: misses.number,
            broken: Some(broken),
            events,
            indicators: misses.indicators.clone(),
        });
        true
    }

    fn break_predicates(&self, plot: &Plot, misses: &mut Misses) {
        let mut last = None;
        for (at, event) in plot.events.iter().enumerate() {
            // The runs of a step are alike: the first speaks for all.
            if last.replace(event.step) == Some(event.step) {
                continue;
            }
            let formula = &self.shape.steps[event.step].formula;
            for need in &event.draft.needs {
                let leaf = &formula.leaves[need.leaf];
                let broken = Broken {
                    kind: BrokenKind::Predicate,
                    need: leaf.said(need.holds),
                    event: at,
                };
                for attempt in 0..TRIES {
                    let mut random = self.random(&broken.need, misses.number, attempt);
                    let Some(changed) = self.without(event, *need, &mut random) else {
                        continue;
                    };
                    let mut plot = plot.clone();
                    plot.events[at] = changed;
                    if self.missed(&plot, broken.clone(), misses) {
                        break;
                    }
                }
            }
        }
    }

    /// The event with this one need broken.
    fn without(&self, event: &Plotted, need: Need, random: &mut Random) -> Option<Plotted> {
        let step = &self.shape.steps[event.step];
        let leaf = &step.formula.leaves[need.leaf];
        let mut fields: Vec<&FieldReference> = leaf.fields.iter().collect();
        random.shuffle(&mut fields);
        let flipped = Asked {
            leaf,
            holds: !need.holds,
        };
        for field in fields {
            let current = event.draft.values.get(field.field).unwrap_or_default();
            let others: Vec<Need> = event
                .draft
                .needs
                .iter()
                .filter(|other| other.leaf != need.leaf)
                .copied()
                .collect();
            let mut asked = own_needs(&step.formula, &others, field);
            let found = if leaf.fields.len() == 1 {
                asked.push(flipped);
                solve(field, &asked, Some(current), random)
            } else {
                changed_somehow(field, &asked, current, random)
            };
            let Some(found) = found else {
                continue;
            };
            // A join key that changes breaks the join as well; without a value there is no join to break.
            let is_key = step
                .keys
                .iter()
                .any(|key| key.source.is_some_and(|(source, _)| source == field.field));
            if is_key && !found.is_empty() {
                continue;
            }
            let mut changed = event.clone();
            changed.draft.values.set(field.field, found);
            let values = &changed.draft.values;
            let others_hold = others
                .iter()
                .all(|other| step.formula.leaves[other.leaf].gives(other.holds, values));
            if others_hold && leaf.gives(!need.holds, values) && !step.formula.matches(values) {
                return Some(changed);
            }
        }
        None
    }

    fn break_sequence(&self, plot: &Plot, misses: &mut Misses) {
        let Some(last) = plot.events.len().checked_sub(1) else {
            return;
        };
        let broken = |kind, need: String, event| Broken { kind, need, event };
        self.break_join(plot, misses);
        if let Some(maxspan) = self.shape.maxspan
            && last > 0
        {
            let mut late = plot.clone();
            late.events[last].at = plot.events[0]
                .at
                .saturating_add(maxspan)
                .saturating_add(LATE);
            let need = format!("maxspan of {maxspan} ms");
            self.missed(&late, broken(BrokenKind::Maxspan, need, last), misses);
        }
        if self.shape.ordered && last > 0 {
            let mut swapped = plot.clone();
            let at: Vec<i64> = plot.events.iter().map(|event| event.at).rev().collect();
            for (event, at) in swapped.events.iter_mut().zip(at) {
                event.at = at;
            }
            swapped.events.reverse();
            let need = "the order of the events".to_owned();
            self.missed(&swapped, broken(BrokenKind::Order, need, 0), misses);
        }
        for (index, step) in self.shape.steps.iter().enumerate() {
            if step.runs > 1 && !step.missing {
                let mut fewer = plot.clone();
                let Some(at) = plot.events.iter().position(|event| event.step == index) else {
                    continue;
                };
                fewer.events.remove(at);
                let need = format!("{} events of step {}", step.runs, index + 1);
                self.missed(&fewer, broken(BrokenKind::Count, need, at), misses);
            }
            if step.missing {
                let before = plot.events.iter().position(|event| event.step > index);
                let need = format!("no event of step {}", index + 1);
                let what = broken(BrokenKind::Missing, need, before.unwrap_or(last));
                self.insert(plot, step, before, what, misses);
            }
        }
        if let Some(until) = &self.shape.until
            && last > 0
        {
            let what = broken(BrokenKind::Until, "no event of until".into(), last);
            self.insert(plot, until, Some(last), what, misses);
        }
    }

    /// One event too few for the group, or one value.
    fn break_group(&self, plot: &Plot, misses: &mut Misses) {
        let (Some(group), Some(last)) = (&self.shape.group, plot.events.len().checked_sub(1))
        else {
            return;
        };
        if last > 0 {
            let mut fewer = plot.clone();
            fewer.events.pop();
            let broken = Broken {
                kind: BrokenKind::Count,
                need: format!("{} events", group.count),
                event: last,
            };
            self.missed(&fewer, broken, misses);
        }
        if let Some((field, count)) = &group.distinct
            && *count > 1
            && let Some(first) = plot.events[0].draft.values.get(field.field)
        {
            let mut fewer = plot.clone();
            let lost = fewer.events[count - 1]
                .draft
                .values
                .get(field.field)
                .map(<[Json]>::to_vec);
            for event in &mut fewer.events {
                if event.draft.values.get(field.field) == lost.as_deref() {
                    event.draft.values.set(field.field, first.to_vec());
                }
            }
            let broken = Broken {
                kind: BrokenKind::Cardinality,
                need: format!("{count} different values of {}", field.name),
                event: count - 1,
            };
            self.missed(&fewer, broken, misses);
        }
    }

    /// The event holds something else than the indicator.
    fn break_indicator(&self, plot: &Plot, misses: &mut Misses) {
        for entry in self.entries() {
            let mut random = self.random("indicator", misses.number, 0);
            let current = plot.events[0].draft.values.get(entry.event.field);
            let others = current
                .and_then(<[Json]>::first)
                .map(|first| near(entry.event.field.name(), first, &mut random));
            for other in others.into_iter().flatten() {
                let mut changed = plot.clone();
                changed.events[0]
                    .draft
                    .values
                    .set(entry.event.field, vec![other]);
                let step = &self.shape.steps[plot.events[0].step];
                let broken = Broken {
                    kind: BrokenKind::Indicator,
                    need: format!("{} as in the indicator", entry.event.name),
                    event: 0,
                };
                if step.formula.matches(&changed.events[0].draft.values)
                    && self.missed(&changed, broken, misses)
                {
                    break;
                }
            }
        }
    }

    /// The last event gets another join key.
    fn break_join(&self, plot: &Plot, misses: &mut Misses) {
        let Some(last) = plot.events.len().checked_sub(1).filter(|last| *last > 0) else {
            return;
        };
        let step = &self.shape.steps[plot.events[last].step];
        for key in &step.keys {
            let Some((field, field_type)) = key.source else {
                continue;
            };
            let mut random = self.random("join", misses.number, 0);
            let current = plot.events[last]
                .draft
                .values
                .get(field)
                .unwrap_or_default();
            let mut others: Vec<Json> = current
                .first()
                .map(|first| near(&key.name, first, &mut random))
                .unwrap_or_default();
            others.insert(0, usual(&reference(key, field, field_type), &mut random));
            for other in others {
                let mut changed = plot.clone();
                changed.events[last].draft.values.set(field, vec![other]);
                if !step.formula.matches(&changed.events[last].draft.values) {
                    continue;
                }
                let what = Broken {
                    kind: BrokenKind::Join,
                    need: format!("the same {}", key.name),
                    event: last,
                };
                if self.missed(&changed, what, misses) {
                    break;
                }
            }
        }
    }

    /// An event of this step, with the keys of the set, just before the event `before`, or after all.
    fn insert(
        &self,
        plot: &Plot,
        step: &Step,
        before: Option<usize>,
        broken: Broken,
        misses: &mut Misses,
    ) {
        for attempt in 0..TRIES * 4 {
            let mut random = self.random(&broken.need, misses.number, attempt);
            let mut keys = plot.keys.clone();
            let Ok(draft) = step.draft(&mut keys, &mut random) else {
                continue;
            };
            let mut changed = plot.clone();
            let place = before.unwrap_or(plot.events.len());
            let earlier = place.checked_sub(1).map(|earlier| plot.events[earlier].at);
            let at = match (earlier, plot.events.get(place).map(|event| event.at)) {
                (Some(earlier), Some(later)) => earlier + (later - earlier) / 2,
                (Some(earlier), None) => earlier + 1,
                (None, Some(later)) => later - 1,
                (None, None) => 0,
            };
            changed.events.insert(
                place,
                Plotted {
                    step: usize::MAX,
                    draft,
                    at,
                },
            );
            if self.missed(&changed, broken.clone(), misses) {
                return;
            }
        }
    }
}

/// The near misses of one set.
struct Misses {
    number: u64,
    indicators: Vec<Document>,
    sets: Vec<EventSet>,
}

/// Another value that still answers what is asked of the field alone.
fn changed_somehow(
    field: &FieldReference,
    asked: &[Asked<'_>],
    current: &[Json],
    random: &mut Random,
) -> Option<Vec<Json>> {
    if random.once_in(3) {
        return solve(field, asked, None, random);
    }
    solve(field, asked, Some(current), random)
}
