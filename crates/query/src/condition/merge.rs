//! Several questions about one field asked at once, so that the event is asked for the field once.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_event::Field;

use super::leaf::{Leaf, Question};
use super::node::{Group, Label, Negation, Node};
use crate::evaluate::{Slot, ValueTest};

impl Node {
    /// The same condition with as few visits to fields as possible. Alternatives over one field are one question, and so
    /// are several `not`s that must hold. It says less to people than the form it was made from.
    pub(super) fn merged(&self) -> Self {
        match self {
            Self::Constant(_) | Self::Leaf(_) => self.clone(),
            Self::Not(negation) => Self::Not(Arc::new(Negation {
                part: negation.part.merged(),
                label: negation.label.clone(),
            })),
            Self::All(group) => {
                let parts = group.merged_parts();
                Self::all(merge(parts, true), group.label.clone())
            }
            Self::Any(group) => {
                let parts = group.merged_parts();
                Self::any(merge(parts, false), group.label.clone())
            }
        }
    }
}

impl Group {
    fn merged_parts(&self) -> Vec<Node> {
        self.parts.iter().map(Node::merged).collect()
    }
}

/// The test of a part that can be merged: a leaf, or a negated leaf.
fn test_of(part: &Node, negated: bool) -> Option<(&Arc<Leaf>, Slot, &Arc<ValueTest>)> {
    let leaf = match (part, negated) {
        (Node::Leaf(leaf), false) => leaf,
        (Node::Not(negation), true) => match &negation.part {
            Node::Leaf(leaf) => leaf,
            _ => return None,
        },
        _ => return None,
    };
    match &leaf.question {
        Question::Test(slot, test) if !test.can_fail() => Some((leaf, *slot, test)),
        _ => None,
    }
}

/// Joins the tests of each field. A group stands where the first of its tests stood.
fn merge(parts: Vec<Node>, negated: bool) -> Vec<Node> {
    let mut groups: Vec<(Option<Slot>, Vec<Node>)> = Vec::with_capacity(parts.len());
    let mut known: HashMap<Field, usize> = HashMap::new();
    for part in parts {
        let slot = test_of(&part, negated).map(|(_, slot, _)| slot);
        let group = slot.and_then(|slot| known.get(&slot.field));
        match group.and_then(|&at| groups.get_mut(at)) {
            Some((found, group)) if *found == slot => group.push(part),
            _ => {
                if let Some(slot) = slot {
                    known.insert(slot.field, groups.len());
                }
                groups.push((slot, vec![part]));
            }
        }
    }
    groups
        .into_iter()
        .map(|(slot, mut group)| match slot {
            Some(slot) if group.len() > 1 => joined(&group, slot, negated),
            _ => group.remove(0),
        })
        .collect()
}

/// One part that stands for several tests of one field.
fn joined(parts: &[Node], slot: Slot, negated: bool) -> Node {
    let leaves: Vec<(&Arc<Leaf>, &Arc<ValueTest>)> = parts
        .iter()
        .filter_map(|part| test_of(part, negated))
        .map(|(leaf, _, test)| (leaf, test))
        .collect();
    let texts: Vec<&str> = leaves.iter().map(|(leaf, _)| &*leaf.text).collect();
    let text: Arc<str> = texts.join(" or ").into();
    let tests = leaves.iter().map(|(_, test)| Arc::clone(test)).collect();
    let leaf = Node::Leaf(Arc::new(Leaf::test(
        slot,
        ValueTest::AnyOf(tests),
        Arc::clone(&text),
    )));
    if !negated {
        return leaf;
    }
    let label = Label {
        text: format!("not ({text})").into(),
        span: None,
    };
    Node::Not(Arc::new(Negation { part: leaf, label }))
}
