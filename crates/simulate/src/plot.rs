//! The events of a set before they are written: which step each is for, its values, its time.

use std::collections::HashSet;

use gatewatch_event::Field;
use gatewatch_query::checked::FieldReference;
use gatewatch_query::{Key, SchemaType};
use serde_json::Value as Json;

use crate::assign::Assignment;
use crate::draft::{Draft, Stuck, draft, own_needs, solve};
use crate::formula::Formula;
use crate::random::Random;
use crate::values::usual;

/// Milliseconds between two events, where nothing demands less.
const GAP: i64 = 1000;
/// How often each of several different values is tried.
const TRIES_A_VALUE: usize = 20;

/// What a rule looks for.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) steps: Vec<Step>,
    pub(crate) until: Option<Step>,
    pub(crate) maxspan: Option<i64>,
    /// Do the steps come in order?
    pub(crate) ordered: bool,
    /// How large a group of events has to be, for a threshold.
    pub(crate) group: Option<Group>,
}

/// A group of events that is large enough.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// So many events.
    pub(crate) count: usize,
    /// So many different values of a field.
    pub(crate) distinct: Option<(FieldReference, usize)>,
    /// All within so many milliseconds.
    pub(crate) window: i64,
}

/// One step of it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) formula: Formula,
    pub(crate) keys: Vec<Key>,
    pub(crate) missing: bool,
    pub(crate) runs: u32,
}

/// The events of one set.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) events: Vec<Plotted>,
    /// The value of each join key.
    pub(crate) keys: Vec<Option<Json>>,
}

/// An event of a set.
#[derive(Clone, Debug)]
pub(crate) struct Plotted {
    pub(crate) step: usize,
    pub(crate) draft: Draft,
    /// Milliseconds since the set began.
    pub(crate) at: i64,
}

impl Shape {
    /// Does any step, or key, ask for the field?
    pub(crate) fn asks(&self, field: Field) -> bool {
        self.steps.iter().chain(&self.until).any(|step| {
            step.formula.asks(field)
                || step
                    .keys
                    .iter()
                    .any(|key| key.source.is_some_and(|(source, _)| source == field))
        })
    }

    /// Milliseconds between two events.
    fn gap(&self) -> i64 {
        let slots = self
            .steps
            .iter()
            .map(|step| i64::from(step.runs))
            .sum::<i64>();
        let (span, slots) = match (&self.group, self.maxspan) {
            (Some(group), _) => (
                group.window,
                i64::try_from(group.count)
                    .unwrap_or(i64::MAX)
                    .saturating_add(1),
            ),
            (None, Some(maxspan)) => (maxspan, slots),
            (None, None) => return GAP,
        };
        GAP.min(span / slots.max(1))
    }

    /// Looks for the events of all steps.
    pub(crate) fn plot(&self, random: &mut Random) -> Result<Plot, Stuck> {
        let count = self.steps.first().map_or(0, |step| step.keys.len());
        let mut keys: Vec<Option<Json>> = vec![None; count];
        let mut drafts: Vec<Option<Draft>> = self.steps.iter().map(|_| None).collect();
        // Whichever step comes first decides the join keys, so that each gets its turn.
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        random.shuffle(&mut order);
        for index in order {
            let step = &self.steps[index];
            if !step.missing {
                drafts[index] = Some(step.draft(&mut keys, random)?);
            }
        }
        let gap = self.gap();
        let mut events = Vec::new();
        let mut at = 0;
        for (index, (step, draft)) in self.steps.iter().zip(drafts).enumerate() {
            for _ in 0..step.runs {
                if let Some(draft) = &draft {
                    events.push(Plotted {
                        step: index,
                        draft: draft.clone(),
                        at,
                    });
                }
                at += gap;
            }
        }
        let mut plot = Plot { events, keys };
        if let Some(group) = &self.group {
            self.multiply(group, &mut plot, gap, random)?;
        }
        Ok(plot)
    }

    /// As many events as the group needs, from the one that is there.
    fn multiply(
        &self,
        group: &Group,
        plot: &mut Plot,
        gap: i64,
        random: &mut Random,
    ) -> Result<(), Stuck> {
        let (Some(first), Some(step)) = (plot.events.pop(), self.steps.first()) else {
            return Ok(());
        };
        let different = match &group.distinct {
            Some((field, count)) => distinct(step, &first, field, *count, random)?,
            None => Vec::new(),
        };
        let mut at = first.at;
        for number in 0..group.count {
            let mut event = first.clone();
            event.at = at;
            if let (Some((field, _)), false) = (&group.distinct, different.is_empty()) {
                let value = different[number % different.len()].clone();
                event.draft.values.set(field.field, vec![value]);
            }
            plot.events.push(event);
            at = at.saturating_add(gap);
        }
        Ok(())
    }
}

/// So many different values of the field, each of which the event may have.
fn distinct(
    step: &Step,
    event: &Plotted,
    field: &FieldReference,
    count: usize,
    random: &mut Random,
) -> Result<Vec<Json>, Stuck> {
    let own = own_needs(&step.formula, &event.draft.needs, field);
    let mut values: Vec<Json> = Vec::new();
    let current = event.draft.values.get(field.field).unwrap_or_default();
    values.extend(current.first().cloned());
    let mut seen: HashSet<String> = values.iter().map(Json::to_string).collect();
    let mut tries = 0;
    let most = count.saturating_mul(TRIES_A_VALUE);
    while values.len() < count && tries < most && !random.is_exhausted() {
        tries += 1;
        let found = solve(field, &own, None, random)
            .and_then(|found| found.first().cloned())
            .map(|value| numbered(&value, values.len(), tries));
        for value in found.into_iter().flatten() {
            if values.len() == count || seen.contains(&value.to_string()) {
                continue;
            }
            let mut changed = event.draft.values.clone();
            changed.set(field.field, vec![value.clone()]);
            if step.formula.matches(&changed) {
                seen.insert(value.to_string());
                values.push(value);
            }
        }
    }
    if values.len() < count {
        return Err(Stuck(format!(
            "only {} of {count} different values of `{}` were found",
            values.len(),
            field.name
        )));
    }
    values.truncate(count);
    Ok(values)
}

/// The value, and after it the same with a number: a name that rarely differs becomes one of many.
fn numbered(value: &Json, number: usize, tries: usize) -> Vec<Json> {
    let mut values = vec![value.clone()];
    if let (Json::String(text), true) = (value, tries > number) {
        values.push(format!("{text}{number}").into());
    }
    values
}

impl Step {
    /// Looks for an event of this step that has these keys; keys that are open are decided by it.
    pub(crate) fn draft(
        &self,
        keys: &mut [Option<Json>],
        random: &mut Random,
    ) -> Result<Draft, Stuck> {
        let mut pins = Assignment::default();
        for (key, value) in self.keys.iter().zip(keys.iter()) {
            if let (Some((field, _)), Some(value)) = (key.source, value) {
                match pins.get(field) {
                    Some(other) if other != std::slice::from_ref(value) => {
                        return Err(Stuck(format!(
                            "`{}` is two keys of different value",
                            key.name
                        )));
                    }
                    _ => pins.set(field, vec![value.clone()]),
                }
            }
        }
        let mut found = draft(&self.formula, &pins, random)?;
        for (key, value) in self.keys.iter().zip(keys.iter_mut()) {
            let Some((field, field_type)) = key.source else {
                continue;
            };
            if found.values.get(field).is_none() {
                let reference = reference(key, field, field_type);
                found.values.set(field, vec![usual(&reference, random)]);
            }
            if value.is_none() {
                *value = found
                    .values
                    .get(field)
                    .and_then(|values| values.first().cloned());
            }
        }
        Ok(found)
    }
}

/// A join key as a field of a query.
pub(crate) fn reference(key: &Key, field: Field, field_type: SchemaType) -> FieldReference {
    FieldReference {
        name: key.name.as_str().into(),
        field,
        field_type,
    }
}
