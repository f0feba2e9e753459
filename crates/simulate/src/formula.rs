//! A condition as logic over leaves, and the ways to make it true.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::{Event, Field};
use gatewatch_query::checked::{Expression, FieldReference, Kind};
use gatewatch_query::{Condition, Constant, Schema};

use crate::random::Random;

/// A condition over one event.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    root: Node,
    pub(crate) leaves: Vec<Leaf>,
    whole: Condition,
}

#[derive(Clone, Debug)]
enum Node {
    Constant(bool),
    Leaf(usize),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// A predicate: true or false of an event, whatever else is asked.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) expression: Expression,
    condition: Condition,
    /// Does its text say the opposite, as that of `x != y` does, which is `not (x == y)`?
    opposite: bool,
    /// The fields that it names, each once.
    pub(crate) fields: Vec<FieldReference>,
}

/// What a leaf has to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) leaf: usize,
    pub(crate) holds: bool,
}

impl Leaf {
    /// Does it give this answer? A failure is no answer.
    pub(crate) fn gives(&self, holds: bool, event: &dyn Event) -> bool {
        self.condition.matches(event) == Ok(holds)
    }

    /// In words, that it gives this answer.
    pub(crate) fn said(&self, holds: bool) -> String {
        const LONGEST: usize = 160;
        let not = if holds == self.opposite { "not " } else { "" };
        let text = &self.expression.text;
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut line = match self.fields.first() {
            // A value in a list of KQL's stands apart from its field.
            Some(field) if !text.contains(field.name.as_ref()) => {
                format!("{not}{}: {words}", field.name)
            }
            _ => format!("{not}{words}"),
        };
        if let Some((at, _)) = line.char_indices().nth(LONGEST) {
            line.truncate(at);
            line.push('…');
        }
        line
    }

    pub(crate) fn asks(&self, field: Field) -> bool {
        self.fields.iter().any(|reference| reference.field == field)
    }
}

impl Formula {
    pub(crate) fn new(
        expression: &Expression,
        schema: &dyn Schema,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut leaves = Leaves::default();
        let root = node(expression, schema, &mut leaves)?;
        Ok(Self {
            root,
            leaves: leaves.all,
            whole: Condition::new(expression, schema)?,
        })
    }

    pub(crate) fn matches(&self, event: &dyn Event) -> bool {
        self.whole.matches(event) == Ok(true)
    }

    /// Is it the same for every event?
    pub(crate) fn as_constant(&self) -> Option<bool> {
        self.whole.as_constant()
    }

    /// Is there a leaf that asks for the field?
    pub(crate) fn asks(&self, field: Field) -> bool {
        self.leaves.iter().any(|leaf| leaf.asks(field))
    }

    /// Needs that together make the condition true; of alternatives, one is drawn. `None` where the draw led to a part
    /// that is never true.
    pub(crate) fn branch(&self, random: &mut Random) -> Option<Vec<Need>> {
        let mut needs = Vec::new();
        choose(&self.root, true, random, &mut needs).then_some(needs)
    }
}

/// The leaves found so far. One that stands in the condition twice is one leaf.
#[derive(Default)]
struct Leaves {
    all: Vec<Leaf>,
    /// By its text and its fields: a value in a list of KQL's does not name its field.
    by_text: HashMap<(Arc<str>, Vec<Field>), usize>,
}

fn node(
    expression: &Expression,
    schema: &dyn Schema,
    leaves: &mut Leaves,
) -> Result<Node, Vec<Diagnostic>> {
    let mut all = |parts: &[Expression]| {
        parts
            .iter()
            .map(|part| node(part, schema, leaves))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match &expression.kind {
        Kind::Constant(constant) => Node::Constant(*constant == Constant::Boolean(true)),
        Kind::And(parts) => Node::All(all(parts)?),
        Kind::Or(parts) => Node::Any(all(parts)?),
        Kind::Not(part) => {
            let inner = node(part, schema, leaves)?;
            if let Node::Leaf(leaf) = inner {
                leaves.all[leaf].opposite = part.text == expression.text;
            }
            Node::Not(Box::new(inner))
        }
        _ => {
            let mut fields: Vec<FieldReference> = Vec::new();
            for field in expression.field_references() {
                if !fields.iter().any(|known| known.field == field.field) {
                    fields.push(field.clone());
                }
            }
            let names = fields.iter().map(|field| field.field).collect();
            let key = (Arc::clone(&expression.text), names);
            if let Some(&known) = leaves.by_text.get(&key) {
                return Ok(Node::Leaf(known));
            }
            leaves.all.push(Leaf {
                expression: expression.clone(),
                condition: Condition::new(expression, schema)?,
                opposite: false,
                fields,
            });
            let index = leaves.all.len() - 1;
            leaves.by_text.insert(key, index);
            Node::Leaf(index)
        }
    })
}

fn choose(node: &Node, goal: bool, random: &mut Random, needs: &mut Vec<Need>) -> bool {
    match node {
        Node::Constant(value) => *value == goal,
        Node::Leaf(leaf) => {
            if let Some(known) = needs.iter().find(|need| need.leaf == *leaf) {
                return known.holds == goal;
            }
            needs.push(Need {
                leaf: *leaf,
                holds: goal,
            });
            true
        }
        Node::Not(part) => choose(part, !goal, random, needs),
        Node::All(parts) | Node::Any(parts) => {
            if matches!(node, Node::All(_)) == goal {
                return parts.iter().all(|part| choose(part, goal, random, needs));
            }
            let open: Vec<&Node> = parts
                .iter()
                .filter(|part| !is_constant(part, !goal))
                .collect();
            match random.pick(&open) {
                Some(part) => choose(part, goal, random, needs),
                None => false,
            }
        }
    }
}

fn is_constant(node: &Node, wanted: bool) -> bool {
    matches!(node, Node::Constant(value) if *value == wanted)
}
