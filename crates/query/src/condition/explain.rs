//! What became of a condition, for people.

use gatewatch_diagnostic::Span;
use gatewatch_event::Event;

use super::leaf::{Leaf, Question, each_combination};
use super::node::{Group, Node};
use crate::RuntimeError;
use crate::evaluate::{Chosen, Code};

/// A part of a condition with what became of it over one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The part, as written in the query, or as Elasticsearch adds it.
    pub text: String,
    /// Its place in the query; `None` for what was added.
    pub span: Option<Span>,
    /// What it gave.
    pub outcome: Outcome,
    /// The values of the fields that it asks for, by name, as JSON: an array, empty for a field without values. Only
    /// predicates have them.
    pub values: Vec<(String, serde_json::Value)>,
    /// Its own parts, in the order of the query.
    pub parts: Vec<Explanation>,
}

/// What a part of a condition gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// True or false.
    Decided(bool),
    /// A value that a predicate computes with, as JSON; of several combinations of values, for the one that makes the
    /// predicate true, or else for the first.
    Value(serde_json::Value),
    /// It failed.
    Failed(RuntimeError),
}

/// A part of a condition with the way it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The part, as written in the query, or as Elasticsearch adds it.
    pub text: String,
    /// Its place in the query; `None` for what was added.
    pub span: Option<Span>,
    /// How it is answered.
    pub method: String,
    /// What it costs, by rough order: parts of a group are asked from the cheapest on.
    pub cost: u32,
    /// Its own parts, in the order in which they are asked.
    pub parts: Vec<Description>,
}

impl Node {
    pub(super) fn explain(&self, event: &dyn Event) -> Explanation {
        let label = self.label();
        let outcome = match self.matches(event) {
            Ok(answer) => Outcome::Decided(answer),
            Err(error) => Outcome::Failed(error),
        };
        let (values, parts) = match self {
            Self::Constant(_) => (Vec::new(), Vec::new()),
            Self::Leaf(leaf) => match &leaf.question {
                Question::AnyField(test) => (test.answering(event), Vec::new()),
                Question::Nested(test) => {
                    let mut parts = Vec::new();
                    test.with_object(event, &mut |object| {
                        parts.push(test.body.explain(object));
                    });
                    (Vec::new(), parts)
                }
                _ => (values(leaf, event), computed(leaf, event)),
            },
            Self::Not(negation) => (Vec::new(), vec![negation.part.explain(event)]),
            Self::All(group) | Self::Any(group) => (Vec::new(), explained(group, event)),
        };
        Explanation {
            text: label.text.as_ref().to_owned(),
            span: label.span,
            outcome,
            values,
            parts,
        }
    }

    pub(super) fn describe(&self) -> Description {
        let label = self.label();
        let (method, parts) = match self {
            Self::Constant(value) => (format!("always {value}"), Vec::new()),
            Self::Leaf(leaf) => match &leaf.question {
                Question::Nested(test) => (leaf.method(), vec![test.body.describe()]),
                _ => (leaf.method(), Vec::new()),
            },
            Self::Not(negation) => ("not".to_owned(), vec![negation.part.describe()]),
            Self::All(group) => ("all".to_owned(), described(group)),
            Self::Any(group) => ("any".to_owned(), described(group)),
        };
        Description {
            text: label.text.as_ref().to_owned(),
            span: label.span,
            method,
            cost: self.cost(),
            parts,
        }
    }
}

/// The parts in the order of the text; what was added comes first.
fn explained(group: &Group, event: &dyn Event) -> Vec<Explanation> {
    let mut parts: Vec<Explanation> = group.parts.iter().map(|part| part.explain(event)).collect();
    parts.sort_by_key(|part| part.span.map(|span| span.start));
    parts
}

fn described(group: &Group) -> Vec<Description> {
    group.parts.iter().map(Node::describe).collect()
}

fn values(leaf: &Leaf, event: &dyn Event) -> Vec<(String, serde_json::Value)> {
    let mut values: Vec<(String, serde_json::Value)> = Vec::new();
    for slot in leaf.slots() {
        let name = slot.field.name();
        if values.iter().any(|(known, _)| known == name) {
            continue;
        }
        let found = event.all(slot.field);
        let json = found.iter().map(gatewatch_event::Value::to_json).collect();
        values.push((name.to_owned(), serde_json::Value::Array(json)));
    }
    values
}

/// The parts of a predicate that computes.
fn computed(leaf: &Leaf, event: &dyn Event) -> Vec<Explanation> {
    let Question::Compute { code, slots, .. } = &leaf.question else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let mut first = true;
    each_combination(event, slots, &mut |chosen| {
        let Ok(chosen) = chosen else {
            return false;
        };
        let holds = code.truth(chosen) == Ok(Some(true));
        if first || holds {
            parts = computed_parts(code, chosen);
        }
        first = false;
        !holds
    });
    parts
}

fn computed_parts(code: &Code, chosen: Option<&Chosen<'_>>) -> Vec<Explanation> {
    code.parts()
        .into_iter()
        .filter(|part| !part.is_constant())
        .map(|part| Explanation {
            text: part.text.as_ref().to_owned(),
            span: part.span,
            outcome: match part.compute(chosen) {
                Ok(value) => Outcome::Value(value.into_constant().to_json()),
                Err(error) => Outcome::Failed(error),
            },
            values: Vec::new(),
            parts: computed_parts(part, chosen),
        })
        .collect()
}

impl Leaf {
    fn method(&self) -> String {
        match &self.question {
            Question::Missing(_) => "the field is missing".into(),
            Question::Present(slot) if slot.is_dynamic() => {
                "the field, or one below it, is there".into()
            }
            Question::Present(_) => "the field is there".into(),
            Question::AnyField(_) => "all fields are gone through for names that match".into(),
            Question::Nested(_) => "any object of the nested field, each for itself".into(),
            Question::Test(slot, test) if slot.is_dynamic() => {
                format!("any value; {}", test.describe())
            }
            Question::Test(_, test) => format!("any value: {}", test.describe()),
            Question::Compute { slots, .. } => match slots.len() {
                0 => "computed".into(),
                1 => "computed for each value".into(),
                _ => "computed for each combination of values".into(),
            },
        }
    }
}
