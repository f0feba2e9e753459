//! The events of a set before they are written: which step each is for, its values, its time.

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::Field;
use gatewatch_query::checked::{Body, Checked, FieldReference, Term};
use gatewatch_query::{Key, Schema, SchemaType};
use serde_json::Value as Json;

use crate::assign::Assignment;
use crate::draft::{Draft, Stuck, draft};
use crate::formula::Formula;
use crate::random::Random;
use crate::values::usual;

/// Milliseconds between two events, where nothing demands less.
const GAP: i64 = 1000;

/// What a rule looks for.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) steps: Vec<Step>,
    pub(crate) until: Option<Step>,
    pub(crate) maxspan: Option<i64>,
    /// Do the steps come in order?
    pub(crate) ordered: bool,
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
    pub(crate) fn new(checked: &Checked, schema: &dyn Schema) -> Result<Self, Vec<Diagnostic>> {
        let step = |term: &Term| -> Result<Step, Vec<Diagnostic>> {
            Ok(Step {
                formula: Formula::new(&term.condition, schema)?,
                keys: term.keys.clone(),
                missing: term.missing,
                runs: term.runs.max(1),
            })
        };
        let steps = |terms: &[Term]| terms.iter().map(step).collect::<Result<Vec<_>, _>>();
        Ok(match &checked.body {
            Body::Event(condition) => Self {
                steps: vec![Step {
                    formula: Formula::new(condition, schema)?,
                    keys: Vec::new(),
                    missing: false,
                    runs: 1,
                }],
                until: None,
                maxspan: None,
                ordered: false,
            },
            Body::Sequence {
                terms,
                until,
                maxspan,
            } => Self {
                steps: steps(terms)?,
                until: until.as_ref().map(step).transpose()?,
                maxspan: *maxspan,
                ordered: true,
            },
            Body::Sample { terms } => Self {
                steps: steps(terms)?,
                until: None,
                maxspan: None,
                ordered: false,
            },
        })
    }

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
        match self.maxspan {
            Some(maxspan) => GAP.min(maxspan / slots.max(1)),
            None => GAP,
        }
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
        Ok(Plot { events, keys })
    }
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
