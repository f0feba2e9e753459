//! What a query asks for, ready to run.

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::Field;

use crate::{Condition, Keys};

/// A query, checked and compiled.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to look for.
    pub body: PlanBody,
    /// `head` and `tail`, in order. Empty for a sample.
    pub pipes: Vec<Pipe>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Diagnostic>,
}

impl Plan {
    /// The fields that its conditions and keys may ask for, each once, in order of their names.
    pub fn fields(&self) -> Vec<Field> {
        let keys = match &self.body {
            PlanBody::Event(_) => Vec::new(),
            PlanBody::Sequence(sequence) => sequence
                .steps
                .iter()
                .chain(&sequence.until)
                .flat_map(|step| step.keys.fields())
                .collect(),
            PlanBody::Sample(sample) => sample
                .steps
                .iter()
                .flat_map(|step| step.keys.fields())
                .collect(),
        };
        let mut fields: Vec<Field> = self
            .conditions()
            .into_iter()
            .flat_map(Condition::fields)
            .chain(keys)
            .collect();
        fields.sort_unstable_by_key(|field| field.name());
        fields.dedup();
        fields
    }

    /// All conditions: of the event query, or of every step, `until` last.
    pub fn conditions(&self) -> Vec<&Condition> {
        match &self.body {
            PlanBody::Event(condition) => vec![condition],
            PlanBody::Sequence(sequence) => sequence
                .steps
                .iter()
                .chain(&sequence.until)
                .map(|step| &step.condition)
                .collect(),
            PlanBody::Sample(sample) => sample.steps.iter().map(|step| &step.condition).collect(),
        }
    }
}

/// What to look for.
#[derive(Clone, Debug)]
pub enum PlanBody {
    /// Single events.
    Event(Condition),
    /// Events in order.
    Sequence(SequencePlan),
    /// Events in any order with equal keys.
    Sample(SamplePlan),
}

/// Events in order.
#[derive(Clone, Debug)]
pub struct SequencePlan {
    /// The steps, `runs` written out: a term `with runs=3` is three steps with the same [`Step::term`].
    pub steps: Vec<Step>,
    /// What ends a sequence early.
    pub until: Option<Step>,
    /// The longest time from the first event to the last, in milliseconds.
    pub maxspan: Option<i64>,
}

/// Events in any order with equal keys.
#[derive(Clone, Debug)]
pub struct SamplePlan {
    /// The filters.
    pub steps: Vec<Step>,
}

/// One step of a sequence or sample.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which events take it: the term's condition with its category, and `key != null` for its mandatory keys
    /// (except in `until`).
    pub condition: Condition,
    /// Its join keys: the shared ones, then its own.
    pub keys: Keys,
    /// No such event may occur.
    pub missing: bool,
    /// Which term of the query it comes from, counted from 0; steps of one term have equal conditions and keys, so
    /// one answer serves them all. `until` counts as one past the last term.
    pub term: usize,
}

/// `head` or `tail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pipe {
    /// Which end is kept.
    pub kind: PipeKind,
    /// How many are kept.
    pub count: u32,
}

/// Which end a pipe keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeKind {
    /// The first.
    Head,
    /// The last.
    Tail,
}
