//! Leaves: predicates that are true if any combination of values of their fields makes them true.

use std::cell::Cell;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use gatewatch_event::{Document, Event, Field, Known, Value};

use super::beyond::{AnyFieldTest, NestedTest};
use super::node::Node;
use crate::checked::{Expression, Kind};
use crate::evaluate::{Chosen, Code, Slot, ValueTest, field_test, lower};
use crate::value::Computed;
use crate::{RuntimeError, Schema, SchemaType, limits};

/// A predicate.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) question: Question,
    /// As written.
    pub(super) text: Arc<str>,
    pub(super) span: Option<Span>,
    /// What it costs, by rough order.
    pub(super) cost: u32,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// The field has no value.
    Missing(Slot),
    /// Any value of the field passes.
    Test(Slot, Arc<ValueTest>),
    /// The field has a value, or is an object with one.
    Present(Slot),
    /// Any value of any field of these names passes.
    AnyField(Arc<AnyFieldTest>),
    /// Any object of a nested field meets a condition.
    Nested(Arc<NestedTest>),
    /// Any combination of values makes the expression true.
    Compute {
        code: Code,
        slots: Box<[Slot]>,
        /// For each slot, whether the expression is null where the field has no value.
        needed: Box<[bool]>,
    },
}

/// Asking an event for a field costs about this much.
const VISIT: u32 = 10;
/// Asking an event for all of its fields costs about this much.
const VISIT_ALL: u32 = 1_000;
/// Computing costs about this much more.
const COMPUTE: u32 = 40;

impl Leaf {
    pub(super) fn new(
        expression: &Expression,
        schema: &dyn Schema,
    ) -> Result<Self, Box<Diagnostic>> {
        let (question, cost) = Self::question(expression, schema)?;
        Ok(Self {
            question,
            text: Arc::clone(&expression.text),
            span: expression.span,
            cost,
        })
    }

    /// A question about the values of one field.
    pub(super) fn test(slot: Slot, test: ValueTest, text: Arc<str>) -> Self {
        Self {
            cost: VISIT.saturating_add(test.cost()),
            question: Question::Test(slot, Arc::new(test)),
            text,
            span: None,
        }
    }

    fn question(
        expression: &Expression,
        schema: &dyn Schema,
    ) -> Result<(Question, u32), Box<Diagnostic>> {
        if let Kind::IsNull(operand) = &expression.kind
            && let Some(field) = operand.as_field()
        {
            let slot = Slot {
                field: field.field,
                field_type: field.field_type,
            };
            return Ok((Question::Missing(slot), VISIT));
        }
        match &expression.kind {
            Kind::Exists(operand) => {
                if let Some(field) = operand.as_field() {
                    let slot = Slot {
                        field: field.field,
                        field_type: field.field_type,
                    };
                    // The whole event may have to be looked through.
                    let cost = if slot.is_dynamic() { 5 * VISIT } else { VISIT };
                    return Ok((Question::Present(slot), cost));
                }
            }
            Kind::AnyField(any) => {
                let test = AnyFieldTest::new(any, schema)?;
                return Ok((Question::AnyField(Arc::new(test)), VISIT_ALL));
            }
            Kind::Nested { path, body } => {
                let mut problems = Vec::new();
                let body = Node::new(body, schema, &mut problems);
                if let Some(problem) = problems.into_iter().next() {
                    return Err(Box::new(problem));
                }
                let cost = VISIT_ALL.saturating_add(body.cost());
                let path = Field::new(path);
                return Ok((Question::Nested(Arc::new(NestedTest { path, body })), cost));
            }
            _ => {}
        }
        if let Some((field, test)) = field_test(expression, schema)? {
            let slot = Slot {
                field: field.field,
                field_type: field.field_type,
            };
            let cost = VISIT + test.cost();
            return Ok((Question::Test(slot, Arc::new(test)), cost));
        }
        let lowered = lower(expression, schema)?;
        if lowered.slots.len() > limits::FIELDS {
            let problem = Diagnostic::error(
                Stage::Planning,
                "query-too-many",
                format!(
                    "{} fields in one predicate are more than the {} allowed",
                    lowered.slots.len(),
                    limits::FIELDS
                ),
            );
            return Err(Box::new(match expression.span {
                Some(span) => problem.with_span(span),
                None => problem,
            }));
        }
        let fields = u32::try_from(lowered.slots.len()).unwrap_or(u32::MAX);
        let cost = fields.saturating_mul(VISIT).saturating_add(COMPUTE);
        let needed = lowered.code.needed(lowered.slots.len());
        let question = Question::Compute {
            code: lowered.code,
            slots: lowered.slots.into(),
            needed,
        };
        Ok((question, cost))
    }

    pub(super) fn slots(&self) -> &[Slot] {
        match &self.question {
            Question::Missing(slot) | Question::Present(slot) | Question::Test(slot, _) => {
                std::slice::from_ref(slot)
            }
            Question::Compute { slots, .. } => slots,
            Question::AnyField(_) | Question::Nested(_) => &[],
        }
    }

    pub(super) fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        let answer = match &self.question {
            Question::Missing(slot) => Ok(!has_value(event, *slot)),
            Question::Present(slot) if slot.is_dynamic() => Ok(event.has(slot.field)),
            Question::Present(slot) => Ok(has_value(event, *slot)),
            Question::AnyField(test) => test.matches(event),
            Question::Nested(test) => test.matches(event),
            Question::Test(slot, test) => any_passes(event, *slot, test),
            Question::Compute { code, slots, .. } => any_true(event, code, slots),
        };
        answer.map_err(|error| match self.span {
            Some(span) => error.at(span),
            None => error,
        })
    }

    /// The answer for all events of which this is known; `None` if it depends on the event.
    pub(super) fn decided(&self, known: &dyn Known) -> Option<bool> {
        if matches!(self.question, Question::AnyField(_) | Question::Nested(_)) {
            return None;
        }
        let all_known = self
            .slots()
            .iter()
            .all(|slot| known.known(slot.field).is_some());
        if all_known {
            // What fails must fail over the event, where it is reported.
            return self.matches(&KnownEvent(known)).ok();
        }
        if let Question::Compute { slots, needed, .. } = &self.question {
            let lacks = slots.iter().zip(needed).any(|(slot, needed)| {
                *needed && known.known(slot.field).is_some_and(<[_]>::is_empty)
            });
            if lacks {
                return Some(false);
            }
        }
        None
    }
}

fn has_value(event: &dyn Event, slot: Slot) -> bool {
    let mut found = false;
    event.visit(slot.field, &mut |value| {
        found = Computed::of_field(value, slot.field_type).is_some();
        !found
    });
    found
}

fn any_passes(event: &dyn Event, slot: Slot, test: &ValueTest) -> Result<bool, RuntimeError> {
    let mut passed = false;
    let mut failed = None;
    event.visit(slot.field, &mut |value| {
        if let Some(value) = Computed::of_field(value, slot.field_type) {
            match test.answer(&value) {
                Ok(answer) => passed = answer == Some(true),
                Err(error) => failed = Some(error),
            }
        }
        !passed
    });
    match failed {
        Some(error) if !passed => Err(error),
        _ => Ok(passed),
    }
}

fn any_true(event: &dyn Event, code: &Code, slots: &[Slot]) -> Result<bool, RuntimeError> {
    let (mut found, mut failed) = (false, None);
    each_combination(event, slots, &mut |chosen| {
        match chosen.and_then(|chosen| code.truth(chosen)) {
            Ok(truth) => found = truth == Some(true),
            Err(error) => failed = first_failure(failed.take(), error),
        }
        !found
    });
    match failed {
        Some(error) if !found => Err(error),
        _ => Ok(found),
    }
}

/// The failure to report of two: that of the earlier place, or the one seen first.
pub(super) fn first_failure(
    seen: Option<RuntimeError>,
    error: RuntimeError,
) -> Option<RuntimeError> {
    match seen {
        Some(seen) if seen.span.map(|span| span.start) <= error.span.map(|span| span.start) => {
            Some(seen)
        }
        _ => Some(error),
    }
}

/// Takes the values chosen for all slots, or the failure to go on choosing; says whether to go on.
type Take<'t> = dyn for<'c> FnMut(Result<Option<&'c Chosen<'c>>, RuntimeError>) -> bool + 't;

/// Goes through the combinations of values of the fields, null standing for a field without values.
pub(super) fn each_combination(event: &dyn Event, slots: &[Slot], take: &mut Take<'_>) {
    let search = Search {
        event,
        slots,
        tried: Cell::new(0),
    };
    search.each(0, None, take);
}

struct Search<'a> {
    event: &'a dyn Event,
    slots: &'a [Slot],
    tried: Cell<usize>,
}

impl Search<'_> {
    /// Chooses a value for slot `index` and those after it. `false` means that the search is over.
    fn each(&self, index: usize, before: Option<&Chosen<'_>>, take: &mut Take<'_>) -> bool {
        let Some(slot) = self.slots.get(index) else {
            self.tried.set(self.tried.get() + 1);
            if self.slots.len() > 1 && self.tried.get() > limits::COMBINATIONS {
                take(Err(RuntimeError::new(
                    "query-too-many-combinations",
                    format!(
                        "the fields have more than {} combinations of values",
                        limits::COMBINATIONS
                    ),
                )));
                return false;
            }
            return take(Ok(before));
        };
        let (mut go_on, mut any) = (true, false);
        self.event.visit(slot.field, &mut |value| {
            if let Some(value) = Computed::of_field(value, slot.field_type) {
                any = true;
                go_on = self.each(
                    index + 1,
                    Some(&Chosen {
                        index,
                        value: &value,
                        before,
                    }),
                    take,
                );
            }
            go_on
        });
        if any {
            return go_on;
        }
        self.each(
            index + 1,
            Some(&Chosen {
                index,
                value: &Computed::Null,
                before,
            }),
            take,
        )
    }
}

/// An event that has what is known of its kind, and nothing else.
struct KnownEvent<'a>(&'a dyn Known);

impl Event for KnownEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        for value in self.0.known(field).unwrap_or_default() {
            let borrowed = match value {
                Value::Str(text) => Value::from(text.as_ref()),
                other => other.clone(),
            };
            if !visit(borrowed) {
                return;
            }
        }
    }

    fn document(&self) -> Document {
        Document::new()
    }
}

impl Slot {
    /// Is the type of its values not declared?
    pub(super) fn is_dynamic(self) -> bool {
        self.field_type == SchemaType::Dynamic
    }
}
