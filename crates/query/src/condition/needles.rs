//! Literals that every matching event holds.

use gatewatch_event::Field;

use super::leaf::{Leaf, Question};
use super::node::Node;

/// Shorter literals are everywhere.
const SHORTEST: usize = 3;
/// More literals than this say too little.
const MOST: usize = 1_000;

/// See [`Condition::needles`](super::Condition::needles).
pub(super) fn needles(node: &Node, verbatim: &dyn Fn(Field) -> bool) -> Option<Vec<String>> {
    let mut literals: Vec<String> = find(node, verbatim)?
        .iter()
        .map(|&text| text.to_owned())
        .collect();
    literals.sort_unstable();
    literals.dedup();
    Some(literals)
}

fn find<'a>(node: &'a Node, verbatim: &dyn Fn(Field) -> bool) -> Option<Vec<&'a str>> {
    match node {
        // Of several sets that all must be met, the one that is hardest to meet.
        Node::All(group) => group
            .parts
            .iter()
            .filter_map(|part| find(part, verbatim))
            .max_by_key(|literals| rarity(literals)),
        // Of several that may be met, all together; if one says nothing, nothing can be said.
        Node::Any(group) => {
            let mut all = Vec::new();
            for part in &group.parts {
                // A part that never matches needs nothing.
                if matches!(part, Node::Constant(false)) {
                    continue;
                }
                all.extend(find(part, verbatim)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        Node::Leaf(leaf) => of_leaf(leaf, verbatim),
        Node::Constant(_) | Node::Not(_) => None,
    }
}

/// How little a set of literals lets through: the shortest one is the weakest; fewer are better.
fn rarity(literals: &[&str]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = literals.iter().map(|text| text.len()).min().unwrap_or(0);
    (shortest, std::cmp::Reverse(literals.len()))
}

fn of_leaf<'a>(leaf: &'a Leaf, verbatim: &dyn Fn(Field) -> bool) -> Option<Vec<&'a str>> {
    let Question::Test(slot, test) = &leaf.question else {
        return None;
    };
    if !verbatim(slot.field) {
        return None;
    }
    let literals = test.literals()?;
    if literals.is_empty() || literals.len() > MOST {
        return None;
    }
    literals.into_iter().map(plain_part).collect()
}

/// The longest part of a text that every writer of JSON leaves as it is; `None` if it is too short.
fn plain_part(text: &str) -> Option<&str> {
    text.split(|c: char| !is_plain(c))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() >= SHORTEST)
}

/// Some writers escape what HTML gives a meaning, or the slash.
fn is_plain(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ')
        && !matches!(c, '"' | '\\' | '/' | '<' | '>' | '&' | '\'' | '=' | '+')
}
