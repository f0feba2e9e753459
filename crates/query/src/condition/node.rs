//! The logic of a condition: and, or, not over leaves, of two values.

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span};
use gatewatch_event::{Event, Field, Known};

use super::leaf::{Leaf, Question, first_failure};
use crate::checked::{Expression, Kind};
use crate::{Constant, Keys, RuntimeError, Schema};

/// A part of a condition.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(bool),
    Leaf(Arc<Leaf>),
    Not(Arc<Negation>),
    /// All parts.
    All(Arc<Group>),
    /// Any part.
    Any(Arc<Group>),
}

/// `not x`.
#[derive(Clone, Debug)]
pub(super) struct Negation {
    pub(super) part: Node,
    pub(super) label: Label,
}

/// Several parts, the cheapest first. The order cannot change the answer.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) parts: Box<[Node]>,
    pub(super) label: Label,
}

/// Where a part comes from.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) text: Arc<str>,
    pub(super) span: Option<Span>,
}

impl Label {
    fn of(expression: &Expression) -> Self {
        Self {
            text: Arc::clone(&expression.text),
            span: expression.span,
        }
    }
}

impl Node {
    pub(super) fn new(
        expression: &Expression,
        schema: &dyn Schema,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        match &expression.kind {
            // A condition that is null matches nothing.
            Kind::Constant(constant) => Self::Constant(*constant == Constant::Boolean(true)),
            Kind::And(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| Self::new(part, schema, problems))
                    .collect();
                Self::all(parts, Label::of(expression))
            }
            Kind::Or(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| Self::new(part, schema, problems))
                    .collect();
                Self::any(parts, Label::of(expression))
            }
            Kind::Not(part) => Self::Not(Arc::new(Negation {
                part: Self::new(part, schema, problems),
                label: Label::of(expression),
            })),
            _ => match Leaf::new(expression, schema) {
                Ok(leaf) => Self::Leaf(Arc::new(leaf)),
                Err(problem) => {
                    problems.push(*problem);
                    Self::Constant(false)
                }
            },
        }
    }

    /// Negations come late: most of them hold for most events, so that they decide little.
    pub(super) fn all(mut parts: Vec<Self>, label: Label) -> Self {
        const HOLDS_MOSTLY: u32 = 15;
        if parts.len() == 1 {
            return parts.remove(0);
        }
        parts.sort_by_key(|part| match part {
            Self::Not(_) => part.cost().saturating_add(HOLDS_MOSTLY),
            _ => part.cost(),
        });
        Self::All(Arc::new(Group {
            parts: parts.into(),
            label,
        }))
    }

    pub(super) fn any(mut parts: Vec<Self>, label: Label) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        parts.sort_by_key(Self::cost);
        Self::Any(Arc::new(Group {
            parts: parts.into(),
            label,
        }))
    }

    /// Both parts.
    pub(super) fn both(left: &Self, right: &Self) -> Self {
        match (left, right) {
            (Self::Constant(false), _) | (_, Self::Constant(false)) => Self::Constant(false),
            (Self::Constant(true), other) | (other, Self::Constant(true)) => other.clone(),
            _ => {
                let text = format!("({}) and ({})", left.label().text, right.label().text);
                let label = Label {
                    text: text.into(),
                    span: None,
                };
                Self::all(vec![left.clone(), right.clone()], label)
            }
        }
    }

    /// Does it ask for nothing but whether one of these mandatory keys has a value?
    pub(super) fn asks_for_keys(&self, keys: &Keys) -> bool {
        let leaf = match self {
            Self::All(group) => return group.parts.iter().all(|part| part.asks_for_keys(keys)),
            Self::Leaf(leaf) => leaf,
            Self::Not(negation) => match &negation.part {
                Self::Leaf(leaf) => leaf,
                _ => return false,
            },
            _ => return false,
        };
        let is_negated = matches!(self, Self::Not(_));
        let slot = match (&leaf.question, is_negated) {
            (Question::Present(slot), false) | (Question::Missing(slot), true) => slot,
            _ => return false,
        };
        let source = Some((slot.field, slot.field_type));
        let mut keys = keys.as_slice().iter();
        keys.any(|key| !key.optional && key.source == source)
    }

    /// Any of both parts.
    pub(super) fn either(left: &Self, right: &Self) -> Self {
        match (left, right) {
            (Self::Constant(true), _) | (_, Self::Constant(true)) => Self::Constant(true),
            (Self::Constant(false), other) | (other, Self::Constant(false)) => other.clone(),
            _ => {
                let text = format!("({}) or ({})", left.label().text, right.label().text);
                let label = Label {
                    text: text.into(),
                    span: None,
                };
                Self::any(vec![left.clone(), right.clone()], label)
            }
        }
    }

    /// The opposite.
    pub(super) fn negated(&self) -> Self {
        match self {
            Self::Constant(answer) => Self::Constant(!answer),
            Self::Not(negation) => negation.part.clone(),
            part => Self::Not(Arc::new(Negation {
                part: part.clone(),
                label: Label {
                    text: format!("not ({})", part.label().text).into(),
                    span: None,
                },
            })),
        }
    }

    pub(super) fn label(&self) -> Label {
        match self {
            Self::Constant(value) => Label {
                text: value.to_string().into(),
                span: None,
            },
            Self::Leaf(leaf) => Label {
                text: Arc::clone(&leaf.text),
                span: leaf.span,
            },
            Self::Not(negation) => negation.label.clone(),
            Self::All(group) | Self::Any(group) => group.label.clone(),
        }
    }

    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Constant(_) => 0,
            Self::Leaf(leaf) => leaf.cost,
            Self::Not(negation) => negation.part.cost(),
            Self::All(group) | Self::Any(group) => group
                .parts
                .iter()
                .fold(0, |sum, part| sum.saturating_add(part.cost())),
        }
    }

    /// The same with those parts first that ask for the least deeply nested fields.
    pub(super) fn nearest_first(&self) -> Self {
        let sorted = |group: &Group| {
            let mut parts: Box<[Self]> = group.parts.iter().map(Self::nearest_first).collect();
            parts.sort_by_key(Self::depth);
            Arc::new(Group {
                parts,
                label: group.label.clone(),
            })
        };
        match self {
            Self::Constant(_) | Self::Leaf(_) => self.clone(),
            Self::Not(negation) => Self::Not(Arc::new(Negation {
                part: negation.part.nearest_first(),
                label: negation.label.clone(),
            })),
            Self::All(group) => Self::All(sorted(group)),
            Self::Any(group) => Self::Any(sorted(group)),
        }
    }

    /// How deep the fields are nested that it asks for.
    fn depth(&self) -> usize {
        let mut fields = Vec::new();
        self.fields(&mut fields);
        let depth = |field: &Field| field.name().matches('.').count();
        fields.iter().map(depth).max().unwrap_or(0)
    }

    pub(super) fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Leaf(leaf) => leaf.matches(event),
            Self::Not(negation) => negation.part.matches(event).map(|matched| !matched),
            Self::All(group) => group.matches(event, false),
            Self::Any(group) => group.matches(event, true),
        }
    }

    pub(super) fn fields(&self, fields: &mut Vec<Field>) {
        match self {
            Self::Constant(_) => {}
            Self::Leaf(leaf) => {
                fields.extend(leaf.slots().iter().map(|slot| slot.field));
                if let Question::Nested(test) = &leaf.question {
                    fields.push(test.path);
                }
            }
            Self::Not(negation) => negation.part.fields(fields),
            Self::All(group) | Self::Any(group) => {
                for part in &group.parts {
                    part.fields(fields);
                }
            }
        }
    }

    /// The form for events of which this is known; `None` if it stays as it is.
    pub(super) fn specialise(&self, known: &dyn Known) -> Option<Self> {
        match self {
            Self::Constant(_) => None,
            Self::Leaf(leaf) => leaf.decided(known).map(Self::Constant),
            Self::Not(negation) => Some(match negation.part.specialise(known)? {
                Self::Constant(value) => Self::Constant(!value),
                part => Self::Not(Arc::new(Negation {
                    part,
                    label: negation.label.clone(),
                })),
            }),
            Self::All(group) => group.specialise(known, false, Self::All),
            Self::Any(group) => group.specialise(known, true, Self::Any),
        }
    }
}

impl Group {
    /// `winner` is the answer of one part that decides for all.
    fn matches(&self, event: &dyn Event, winner: bool) -> Result<bool, RuntimeError> {
        let mut failed = None;
        for part in &self.parts {
            match part.matches(event) {
                Ok(answer) if answer == winner => return Ok(winner),
                Ok(_) => {}
                Err(error) => failed = first_failure(failed, error),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(!winner),
        }
    }

    fn specialise(
        self: &Arc<Self>,
        known: &dyn Known,
        winner: bool,
        join: fn(Arc<Self>) -> Node,
    ) -> Option<Node> {
        // Nothing is built before a part changes; most groups of most kinds are decided at once.
        let mut kept: Option<Vec<Node>> = None;
        for (index, part) in self.parts.iter().enumerate() {
            match part.specialise(known) {
                Some(Node::Constant(value)) if value == winner => {
                    return Some(Node::Constant(winner));
                }
                Some(changed) => {
                    let kept = kept.get_or_insert_with(|| self.parts[..index].to_vec());
                    if !matches!(changed, Node::Constant(_)) {
                        kept.push(changed);
                    }
                }
                None => {
                    if let Some(kept) = &mut kept {
                        kept.push(part.clone());
                    }
                }
            }
        }
        let mut kept = kept?;
        Some(match kept.len() {
            0 => Node::Constant(!winner),
            1 => kept.remove(0),
            _ => join(Arc::new(Self {
                parts: kept.into(),
                label: self.label.clone(),
            })),
        })
    }
}
