//! The form of a sequence: how many steps, which of them missing, how long.

use gatewatch_query::SequencePlan;

/// One term of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermShape {
    /// No such event may occur.
    pub missing: bool,
    /// How many steps it makes: `with runs=3` makes three.
    pub runs: u16,
}

impl TermShape {
    /// `[..]`
    pub const fn once() -> Self {
        Self {
            missing: false,
            runs: 1,
        }
    }

    /// `![..]`
    pub const fn missing() -> Self {
        Self {
            missing: true,
            runs: 1,
        }
    }
}

/// The form of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// For each term, what a hit of it means.
    roles: Vec<Role>,
    /// For each step of the answer, whether it is a missing event.
    steps: Vec<bool>,
    /// Number of steps that take an event.
    stages: usize,
    /// Numbers of the gaps with missing terms, by the stage after them.
    gaps: Vec<Option<usize>>,
    gap_count: usize,
    leading: bool,
    trailing: bool,
    maxspan: Option<i64>,
}

/// What a hit of a term means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The event takes any of the stages `from..to`.
    Stages { from: usize, to: usize },
    /// It may not occur before the first event.
    Leading,
    /// It may not occur in the gap of this number.
    Between { gap: usize },
    /// It may not occur after the last event.
    Trailing,
}

impl Shape {
    /// The form of a sequence with these terms and, in nanoseconds, this longest time from the first event to the last.
    pub fn new(terms: Vec<TermShape>, maxspan: Option<i64>) -> Self {
        let stages = terms
            .iter()
            .filter(|term| !term.missing)
            .map(|term| usize::from(term.runs.max(1)))
            .sum();
        let mut shape = Self {
            roles: Vec::with_capacity(terms.len()),
            steps: Vec::new(),
            stages,
            gaps: vec![None; stages],
            gap_count: 0,
            leading: false,
            trailing: false,
            maxspan,
        };
        let mut stage = 0;
        for term in terms {
            let runs = usize::from(term.runs.max(1));
            shape.steps.extend(std::iter::repeat_n(term.missing, runs));
            let role = if !term.missing {
                let from = stage;
                stage += runs;
                Role::Stages { from, to: stage }
            } else if stage == 0 {
                shape.leading = true;
                Role::Leading
            } else if stage == stages {
                shape.trailing = true;
                Role::Trailing
            } else {
                let next = shape.gap_count;
                let gap = *shape.gaps[stage].get_or_insert(next);
                shape.gap_count = shape.gap_count.max(gap + 1);
                Role::Between { gap }
            };
            shape.roles.push(role);
        }
        shape
    }

    /// The form of a planned sequence.
    pub fn of_plan(plan: &SequencePlan) -> Self {
        let mut terms: Vec<TermShape> = Vec::new();
        let mut previous = None;
        for step in &plan.steps {
            match terms.last_mut() {
                Some(term) if previous == Some(step.term) => {
                    term.runs = term.runs.saturating_add(1);
                }
                _ => terms.push(TermShape {
                    missing: step.missing,
                    runs: 1,
                }),
            }
            previous = Some(step.term);
        }
        let maxspan = plan
            .maxspan
            .map(|milliseconds| milliseconds.saturating_mul(1_000_000));
        Self::new(terms, maxspan)
    }

    /// The number under which hits of `until` come.
    pub fn until_term(&self) -> u16 {
        u16::try_from(self.roles.len()).unwrap_or(u16::MAX)
    }

    /// The term without whose event no sequence is complete and that is not the first one, if there is one.
    pub fn last_term(&self) -> Option<u16> {
        let last = self.roles.iter().position(
            |role| matches!(role, Role::Stages { from, to } if *from > 0 && *to == self.stages),
        )?;
        u16::try_from(last).ok()
    }

    /// The longest time from the first event to the last, in nanoseconds.
    pub fn maxspan(&self) -> Option<i64> {
        self.maxspan
    }

    pub(super) fn role(&self, term: u16) -> Option<Role> {
        self.roles.get(usize::from(term)).copied()
    }

    pub(super) fn stages(&self) -> usize {
        self.stages
    }

    /// The number of the gap before a stage, when a missing term stands there.
    pub(super) fn gap_before(&self, stage: usize) -> Option<usize> {
        self.gaps.get(stage).copied().flatten()
    }

    pub(super) fn gap_count(&self) -> usize {
        self.gap_count
    }

    pub(super) fn leading(&self) -> bool {
        self.leading
    }

    pub(super) fn trailing(&self) -> bool {
        self.trailing
    }

    /// Puts the placeholders of missing events between the events.
    pub(super) fn lay_out<E>(&self, events: Vec<E>) -> Vec<Option<E>> {
        let mut events = events.into_iter();
        self.steps
            .iter()
            .map(|missing| if *missing { None } else { events.next() })
            .collect()
    }
}
