//! A condition as logic over leaves, and the ways to make it true.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::{Event, Field};
use gatewatch_query::checked::{AnyField, Expression, FieldReference, Kind};
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
    /// `text_says_all`: predicates of one text are the same.
    pub(crate) fn new(
        expression: &Expression,
        schema: &dyn Schema,
        text_says_all: bool,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut lowering = Lowering {
            schema,
            leaves: Vec::new(),
            by_text: text_says_all.then(HashMap::new),
            nested: Vec::new(),
        };
        let root = lowering.node(expression)?;
        Ok(Self {
            root,
            leaves: lowering.leaves,
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
struct Lowering<'a> {
    schema: &'a dyn Schema,
    leaves: Vec<Leaf>,
    /// By text, where the text says all: in EQL it does, in KQL a list of values becomes several questions of one text.
    by_text: Option<HashMap<Arc<str>, usize>>,
    /// The nested fields around a part.
    nested: Vec<Arc<str>>,
}

impl Lowering<'_> {
    fn node(&mut self, expression: &Expression) -> Result<Node, Vec<Diagnostic>> {
        Ok(match &expression.kind {
            Kind::Constant(constant) => Node::Constant(*constant == Constant::Boolean(true)),
            Kind::And(parts) => Node::All(self.all(parts)?),
            Kind::Or(parts) => Node::Any(self.all(parts)?),
            Kind::Not(part) => {
                let inner = self.node(part)?;
                if let Node::Leaf(leaf) = inner {
                    self.leaves[leaf].opposite = part.text == expression.text;
                }
                Node::Not(Box::new(inner))
            }
            // Its parts are asked of one object at the path: made events have no second.
            Kind::Nested { path, body } => {
                self.nested.push(Arc::clone(path));
                let inner = self.node(body);
                self.nested.pop();
                inner?
            }
            _ => Node::Leaf(self.leaf(expression)?),
        })
    }

    fn all(&mut self, parts: &[Expression]) -> Result<Vec<Node>, Vec<Diagnostic>> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    fn leaf(&mut self, expression: &Expression) -> Result<usize, Vec<Diagnostic>> {
        let known = self
            .by_text
            .as_ref()
            .and_then(|known| known.get(&expression.text));
        if let Some(&known) = known {
            return Ok(known);
        }
        let mut whole = expression.clone();
        for path in self.nested.iter().rev() {
            whole = Expression {
                kind: Kind::Nested {
                    path: Arc::clone(path),
                    body: Box::new(whole),
                },
                ..expression.clone()
            };
        }
        let asked = match &expression.kind {
            Kind::AnyField(any) => one_field(any, expression),
            _ => expression.clone(),
        };
        let mut fields: Vec<FieldReference> = Vec::new();
        for field in asked.field_references() {
            if !fields.iter().any(|known| known.field == field.field) {
                fields.push(field.clone());
            }
        }
        self.leaves.push(Leaf {
            expression: asked,
            condition: Condition::new(&whole, self.schema)?,
            opposite: false,
            fields,
        });
        let index = self.leaves.len() - 1;
        if let Some(by_text) = &mut self.by_text {
            by_text.insert(Arc::clone(&expression.text), index);
        }
        Ok(index)
    }
}

/// A question about every field whose name matches, put to one of them.
fn one_field(any: &AnyField, expression: &Expression) -> Expression {
    let declared = any
        .declared
        .iter()
        .find_map(|(name, asked)| Some((Arc::clone(name), *asked.first()?)));
    let undeclared = any
        .other
        .map(|question| (Arc::from(any.names.replace('*', "value")), question));
    let chosen = declared.or(undeclared);
    let question = chosen.and_then(|(name, question)| {
        let mut question = any.questions.get(question)?.clone();
        rename(&mut question, &name);
        question.text = Arc::clone(&expression.text);
        Some(question)
    });
    question.unwrap_or_else(|| expression.clone())
}

/// Gives the fields of a question another name.
fn rename(expression: &mut Expression, name: &Arc<str>) {
    match &mut expression.kind {
        Kind::Field(field) => {
            field.name = Arc::clone(name);
            field.field = Field::new(name);
        }
        Kind::Call { arguments, .. } => arguments.iter_mut().for_each(|part| rename(part, name)),
        Kind::And(parts) | Kind::Or(parts) => parts.iter_mut().for_each(|part| rename(part, name)),
        Kind::In { operand, .. }
        | Kind::Match { operand, .. }
        | Kind::Between { operand, .. }
        | Kind::Words { operand, .. }
        | Kind::Exists(operand)
        | Kind::IsNull(operand)
        | Kind::Not(operand)
        | Kind::Compare { left: operand, .. } => rename(operand, name),
        _ => {}
    }
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
