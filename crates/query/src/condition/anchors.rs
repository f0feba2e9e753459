//! What an event must have for a condition to be worth asking.

use gatewatch_event::{Anchor, AnchorValue, Field};

use super::leaf::{Leaf, Question};
use super::node::Node;
use crate::evaluate::ValueTest;
use crate::text::fold;

/// A set of more anchors than this costs more than it saves.
const MOST: usize = 2_000;
/// A shorter literal is in too many texts.
const SHORTEST: usize = 3;

/// See [`Condition::anchors`](super::Condition::anchors).
pub(super) fn anchors(node: &Node) -> Option<Vec<Anchor>> {
    match node {
        Node::Constant(false) => Some(Vec::new()),
        Node::Constant(true) => None,
        Node::Leaf(leaf) => of_leaf(leaf),
        Node::Not(negation) => match &negation.part {
            Node::Leaf(leaf) => match &leaf.question {
                Question::Missing(slot) => Some(vec![present(slot.field)]),
                _ => None,
            },
            _ => None,
        },
        Node::All(group) => group
            .parts
            .iter()
            .filter_map(anchors)
            .max_by_key(|found| worth(found)),
        Node::Any(group) => {
            let mut all = Vec::new();
            for part in &group.parts {
                all.extend(anchors(part)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
    }
}

/// See [`Condition::needs`](super::Condition::needs).
pub(super) fn needs(node: &Node) -> Vec<Vec<Anchor>> {
    match node {
        Node::Constant(_) | Node::Leaf(_) | Node::Not(_) => anchors(node).into_iter().collect(),
        Node::All(group) => chosen(group.parts.iter().flat_map(needs).collect()),
        Node::Any(group) => {
            let parts: Vec<Vec<Vec<Anchor>>> = group.parts.iter().map(needs).collect();
            if parts.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            // What the parts need of one field is also needed, beside the best of each.
            let mut fields: Vec<Field> =
                parts[0].iter().filter_map(|set| only_field(set)).collect();
            fields.sort_unstable();
            fields.dedup();
            let of_field = |field: Field| joined(&parts, &|set| only_field(set) == Some(field));
            let mut all: Vec<Vec<Anchor>> = fields.into_iter().filter_map(of_field).collect();
            all.extend(joined(&parts, &|_| true));
            chosen(all)
        }
    }
}

/// The field that all anchors speak of.
fn only_field(anchors: &[Anchor]) -> Option<Field> {
    let first = anchors.first()?.field;
    anchors
        .iter()
        .all(|anchor| anchor.field == first)
        .then_some(first)
}

/// One set out of the best that `fit` of each part.
fn joined(parts: &[Vec<Vec<Anchor>>], fit: &dyn Fn(&[Anchor]) -> bool) -> Option<Vec<Anchor>> {
    let mut all = Vec::new();
    for sets in parts {
        let fitting = sets.iter().filter(|set| fit(set));
        all.extend(fitting.max_by_key(|set| worth(set))?.iter().cloned());
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// Sets beyond these tell little more.
const MOST_NEEDS: usize = 6;
/// Likewise of one field.
const MOST_OF_FIELD: usize = 2;

/// The sets that are worth looking for, the best first.
fn chosen(mut sets: Vec<Vec<Anchor>>) -> Vec<Vec<Anchor>> {
    sets.sort_by_cached_key(|set| std::cmp::Reverse(worth(set)));
    if sets.first().is_some_and(Vec::is_empty) {
        sets.truncate(1);
    }
    let mut kept: Vec<Vec<Anchor>> = Vec::new();
    for set in sets {
        let field = only_field(&set);
        let of_field = kept.iter().filter(|own| only_field(own) == field);
        let tells = kept.is_empty() || worth(&set).0 > 0;
        if tells && of_field.count() < MOST_OF_FIELD && !kept.contains(&set) {
            kept.push(set);
        }
        if kept.len() == MOST_NEEDS {
            break;
        }
    }
    kept
}

fn present(field: Field) -> Anchor {
    Anchor {
        field,
        value: AnchorValue::Present,
    }
}

fn of_leaf(leaf: &Leaf) -> Option<Vec<Anchor>> {
    match &leaf.question {
        Question::Missing(_) | Question::AnyField(_) | Question::Nested(_) => None,
        // One that may be an object need not have a value of its own.
        Question::Present(slot) => (!slot.is_dynamic()).then(|| vec![present(slot.field)]),
        // It fails over any event that has the field.
        Question::Test(_, test) if test.can_fail() => None,
        Question::Test(slot, test) => {
            let mut values = Vec::new();
            let said = of_test(test, &mut values) && values.len() <= MOST;
            Some(if said {
                values
                    .into_iter()
                    .map(|value| Anchor {
                        field: slot.field,
                        value,
                    })
                    .collect()
            } else {
                vec![present(slot.field)]
            })
        }
        // Any of the fields without which it is null will do; the last is seldom the host's or the event's.
        Question::Compute { slots, needed, .. } => slots
            .iter()
            .zip(needed)
            .filter(|(_, needed)| **needed)
            .map(|(slot, _)| vec![present(slot.field)])
            .max_by_key(|found| worth(found)),
    }
}

/// Adds what passing values are; false when that cannot be said.
fn of_test(test: &ValueTest, into: &mut Vec<AnchorValue>) -> bool {
    match test {
        ValueTest::AnyOf(tests) => tests.iter().all(|test| of_test(test, into)),
        ValueTest::Words(words) => words
            .needed()
            .is_some_and(|words| holds(words.iter().map(|word| &**word), into)),
        _ => match test.whole_texts() {
            Some(texts) => {
                into.extend(
                    texts
                        .iter()
                        .map(|text| AnchorValue::Equal(fold(text).into())),
                );
                true
            }
            None => test
                .folded_literals()
                .is_some_and(|literals| holds(literals.into_iter(), into)),
        },
    }
}

/// Adds that a value holds one of these; false when one of them is too short.
fn holds<'t>(literals: impl Iterator<Item = &'t str> + Clone, into: &mut Vec<AnchorValue>) -> bool {
    let usable = literals.clone().all(|text| text.len() >= SHORTEST);
    if usable {
        into.extend(literals.map(|text| AnchorValue::Holds(fold(text).into())));
    }
    usable
}

/// How few events a set lets through, by a guess: its weakest anchor, then their number.
fn worth(anchors: &[Anchor]) -> (usize, std::cmp::Reverse<usize>) {
    let weakest = anchors.iter().map(strength).min().unwrap_or(usize::MAX);
    (weakest, std::cmp::Reverse(anchors.len()))
}

/// Namespaces that nearly every event has: that one of their fields is there says nothing.
const ALWAYS_THERE: [&str; 7] = [
    "event.",
    "host.",
    "process.",
    "user.",
    "agent.",
    "@timestamp",
    "winlog.",
];
/// Fields of few different values: an equality over one of them lets much through.
const FEW_VALUES: [&str; 14] = [
    "event.type",
    "event.category",
    "event.kind",
    "event.outcome",
    "event.action",
    "event.module",
    "event.dataset",
    "event.provider",
    "host.os.",
    "agent.type",
    "data_stream.",
    "network.direction",
    "network.transport",
    "process.code_signature.",
];

/// Programs that run all the time: that an event speaks of one of them lets much through.
const USUAL_PROGRAMS: [&str; 8] = [
    "cmd.exe",
    "powershell.exe",
    "svchost.exe",
    "rundll32.exe",
    "explorer.exe",
    "bash",
    "sh",
    "python3",
];

fn strength(anchor: &Anchor) -> usize {
    let name = anchor.field.name();
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    match &anchor.value {
        AnchorValue::Present if begins(&ALWAYS_THERE) && !name.contains(".Ext.") => 0,
        AnchorValue::Present => 2,
        _ if begins(&FEW_VALUES) => 1,
        AnchorValue::Equal(text) if USUAL_PROGRAMS.contains(&&**text) => 3,
        AnchorValue::Equal(text) => 10 + text.len().min(30),
        AnchorValue::Holds(text) => text.len().min(30),
    }
}
