//! From a tree to a plan.

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::Timestamp;
use gatewatch_syntax::eql::Query;

use crate::checked::{Body, Checked, Term};
use crate::schema::AskedAt;
use crate::{Condition, Keys, Plan, PlanBody, SamplePlan, Schema, SequencePlan, Step, check};

/// What surrounds a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The field that holds the event category.
    pub event_category_field: String,
    /// What `now` means in queries and filters. Without it date math that needs a clock is refused.
    pub now: Option<Timestamp>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            event_category_field: "event.category".to_owned(),
            now: None,
        }
    }
}

/// Checks a query against a schema and compiles it. `text` is what the tree was read from; explanations and messages
/// quote it.
///
/// # Errors
///
/// Every problem found, in the order of their places. Each says with its `stage` at which point Elasticsearch would
/// refuse the query.
pub fn compile(
    query: &Query,
    text: &str,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Plan, Vec<Diagnostic>> {
    let schema = AskedAt {
        schema,
        now: options.now,
    };
    plan(check(query, text, &schema, options)?, &schema)
}

/// Compiles a checked query. `schema` is the one it was checked against.
///
/// # Errors
///
/// Patterns and address blocks that cannot be used.
pub fn plan(checked: Checked, schema: &dyn Schema) -> Result<Plan, Vec<Diagnostic>> {
    let mut planner = Planner {
        schema,
        problems: Vec::new(),
    };
    let body = match checked.body {
        Body::Event(condition) => planner.condition(&condition).map(PlanBody::Event),
        Body::Sequence {
            terms,
            until,
            maxspan,
        } => {
            let steps = planner.steps(&terms);
            let until = until.map(|until| planner.step(&until, terms.len()));
            match (steps, until) {
                (Some(steps), None) => Some((steps, None)),
                (Some(steps), Some(Some(until))) => Some((steps, Some(until))),
                _ => None,
            }
            .map(|(steps, until)| {
                PlanBody::Sequence(SequencePlan {
                    steps,
                    until,
                    maxspan,
                })
            })
        }
        Body::Sample { terms } => planner
            .steps(&terms)
            .map(|steps| PlanBody::Sample(SamplePlan { steps })),
    };
    match body {
        Some(body) if planner.problems.is_empty() => Ok(Plan {
            body,
            pipes: checked.pipes,
            warnings: checked.warnings,
        }),
        _ => Err(planner.problems),
    }
}

struct Planner<'a> {
    schema: &'a dyn Schema,
    problems: Vec<Diagnostic>,
}

impl Planner<'_> {
    fn condition(&mut self, expression: &crate::checked::Expression) -> Option<Condition> {
        match Condition::new(expression, self.schema) {
            Ok(condition) => Some(condition),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn step(&mut self, term: &Term, index: usize) -> Option<Step> {
        Some(Step {
            condition: self.condition(&term.condition)?,
            keys: Keys::new(term.keys.clone()),
            missing: term.missing,
            term: index,
        })
    }

    /// The steps of all terms, `runs` written out; all terms are compiled even after a problem.
    fn steps(&mut self, terms: &[Term]) -> Option<Vec<Step>> {
        let steps: Vec<Option<Step>> = terms
            .iter()
            .enumerate()
            .map(|(index, term)| self.step(term, index))
            .collect();
        let mut expanded = Vec::new();
        for (step, term) in steps.into_iter().zip(terms) {
            let step = step?;
            for _ in 0..term.runs.max(1) {
                expanded.push(step.clone());
            }
        }
        Some(expanded)
    }
}
