//! Literals that matching events hold.

use gatewatch_event::{Field, is_plain_in_json};

use super::leaf::{Leaf, Question};
use super::node::Node;

/// Shorter literals are everywhere.
const SHORTEST: usize = 3;
/// More literals than this say too little.
const MOST: usize = 1_000;

/// See [`Condition::needle_sets`](super::Condition::needle_sets).
pub(super) fn needle_sets(node: &Node, verbatim: &dyn Fn(Field) -> bool) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = find(node, verbatim)
        .into_iter()
        .map(|literals| {
            let mut literals: Vec<String> = literals.into_iter().map(str::to_owned).collect();
            literals.sort_unstable();
            literals.dedup();
            literals
        })
        .collect();
    sets.sort_by_cached_key(|literals| {
        let rarity = rarity(literals.iter().map(String::as_str));
        (std::cmp::Reverse(rarity), literals.clone())
    });
    sets.dedup();
    sets
}

/// The sets of which a matching event must meet each one.
fn find<'a>(node: &'a Node, verbatim: &dyn Fn(Field) -> bool) -> Vec<Vec<&'a str>> {
    match node {
        Node::All(group) => group
            .parts
            .iter()
            .flat_map(|part| find(part, verbatim))
            .collect(),
        // Of several that may be met, the best sets together; if one says nothing, nothing can be said.
        Node::Any(group) => {
            let mut all = Vec::new();
            for part in &group.parts {
                // A part that never matches needs nothing.
                if matches!(part, Node::Constant(false)) {
                    continue;
                }
                let best = find(part, verbatim)
                    .into_iter()
                    .max_by_key(|literals| rarity(literals.iter().copied()));
                let Some(best) = best else {
                    return Vec::new();
                };
                all.extend(best);
                if all.len() > MOST {
                    return Vec::new();
                }
            }
            vec![all]
        }
        Node::Leaf(leaf) => of_leaf(leaf, verbatim).into_iter().collect(),
        Node::Constant(_) | Node::Not(_) => Vec::new(),
    }
}

/// How little a set of literals lets through: the shortest one is the weakest; fewer are better.
fn rarity<'a>(literals: impl Iterator<Item = &'a str>) -> (usize, std::cmp::Reverse<usize>) {
    let (mut shortest, mut count) = (usize::MAX, 0);
    for literal in literals {
        shortest = shortest.min(literal.len());
        count += 1;
    }
    (shortest, std::cmp::Reverse(count))
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
    text.split(|c: char| !is_plain_in_json(c))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() >= SHORTEST)
}
