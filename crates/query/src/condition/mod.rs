//! Compiled conditions over one event.

mod anchors;
mod beyond;
mod explain;
mod leaf;
mod merge;
mod needles;
mod node;

use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::{Event, Field, Known};

use crate::checked::Expression;
use crate::{Keys, RuntimeError, Schema};

pub use explain::{Description, Explanation, Outcome};
use node::Node;

/// A condition over one event, compiled. Cloning is cheap: the parts are shared.
///
/// ```
/// use gatewatch_event::JsonEvent;
/// use gatewatch_query::{EcsSchema, Options, PlanBody, compile};
/// use gatewatch_syntax::eql::parse_query;
///
/// let text = r#"authentication where event.outcome == "success" and not cidrMatch(source.ip, "192.0.2.0/24")"#;
/// let query = parse_query(text).into_result().expect("it is well formed");
/// let plan = compile(&query, text, &EcsSchema, &Options::default()).expect("it is sound");
/// let PlanBody::Event(condition) = &plan.body else { unreachable!("it looks for single events") };
///
/// let event = JsonEvent::new(serde_json::json!({
///     "event": {"category": ["authentication"], "outcome": "success"},
///     "source": {"ip": "198.51.100.7"},
/// }));
/// assert_eq!(condition.matches(&event), Ok(true));
/// ```
#[derive(Clone, Debug)]
pub struct Condition {
    root: Node,
}

/// What is left of a condition for a kind of events.
#[derive(Clone, Debug)]
pub enum Specialised {
    /// No event of the kind matches.
    Never,
    /// Every event of the kind matches.
    Always,
    /// It depends on the event.
    Residual(Condition),
}

impl Condition {
    /// Compiles a checked condition.
    ///
    /// # Errors
    ///
    /// Patterns and address blocks that cannot be used.
    pub fn new(expression: &Expression, schema: &dyn Schema) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let root = Node::new(expression, schema, &mut problems);
        if problems.is_empty() {
            Ok(Self { root })
        } else {
            Err(problems)
        }
    }

    /// The condition that is the same for every event.
    pub fn constant(value: bool) -> Self {
        Self {
            root: Node::Constant(value),
        }
    }

    /// The answer, if it is the same for every event.
    pub fn as_constant(&self) -> Option<bool> {
        match self.root {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Does the event meet the condition?
    ///
    /// # Errors
    ///
    /// When a part that decides the answer fails, see [`RuntimeError`]. The answer never depends on the order in which
    /// parts are asked: `and` is false if any part is false, `or` true if any is true, even when another part fails. Of
    /// several failures, the first in the text of the query is given.
    pub fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        self.root.matches(event)
    }

    /// Does the event meet the condition, or does it fail over it?
    pub fn may_match(&self, event: &dyn Event) -> bool {
        !matches!(self.matches(event), Ok(false))
    }

    /// The same condition, which asks for the least deeply nested fields first: for events in which deep ones are dear.
    #[must_use]
    pub fn nearest_first(&self) -> Self {
        Self {
            root: self.root.nearest_first(),
        }
    }

    /// The fields that it may ask for, each once, in order of their names.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.root.fields(&mut fields);
        fields.sort_unstable_by_key(|field| field.name());
        fields.dedup();
        fields
    }

    /// Says for every part what became of it over this event. Slow: for people.
    pub fn explain(&self, event: &dyn Event) -> Explanation {
        self.root.explain(event)
    }

    /// Says how every part is answered. For people.
    pub fn describe(&self) -> Description {
        self.root.describe()
    }

    /// What is left of it for events of which this is known. For every such event the answer is the same as that of
    /// the whole condition. Cheap: parts that stay as they are are shared.
    ///
    /// What is left is made for speed: several questions about one field are one. Explain with the whole condition.
    pub fn specialise(&self, known: &dyn Known) -> Specialised {
        let changed = self.root.specialise(known);
        match changed.as_ref().unwrap_or(&self.root) {
            Node::Constant(true) => Specialised::Always,
            Node::Constant(false) => Specialised::Never,
            left => Specialised::Residual(Self {
                root: left.merged(),
            }),
        }
    }

    /// Both conditions.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            root: Node::both(&self.root, &other.root),
        }
    }

    /// Any of both conditions.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            root: Node::either(&self.root, &other.root),
        }
    }

    /// The opposite: true where the condition is false. Where it fails, so does this.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            root: self.root.negated(),
        }
    }

    /// Literals of which every matching event holds at least one, byte for byte, in the text of a field for which
    /// `verbatim` is true (the raw bytes hold its values as they are). `None` when nothing of the kind can be said. It is
    /// the first of the [`needle_sets`](Condition::needle_sets).
    ///
    /// Literals have 3 bytes or more of printable ASCII without the characters that JSON writers escape.
    pub fn needles(&self, verbatim: &dyn Fn(Field) -> bool) -> Option<Vec<String>> {
        self.needle_sets(verbatim).into_iter().next()
    }

    /// Sets of literals: every matching event holds at least one literal of *each* set. The one whose shortest literal is
    /// longest comes first. Whoever knows which literals are common in a source may prefer another, or ask for several.
    pub fn needle_sets(&self, verbatim: &dyn Fn(Field) -> bool) -> Vec<Vec<String>> {
        needles::needle_sets(&self.root, verbatim)
    }

    /// What events have that meet the condition: at least one of these. `None` when nothing of the kind can be said; none
    /// at all when no event meets it. Of several such sets, the one that seems to let the fewest events through.
    ///
    /// An event that has none of them cannot make the condition fail either.
    pub fn anchors(&self) -> Option<Vec<gatewatch_event::Anchor>> {
        anchors::anchors(&self.root)
    }

    /// Several such sets: events that meet the condition, or over which it fails, have one of *each*. Empty when nothing can be
    /// said.
    pub fn needs(&self) -> Vec<Vec<gatewatch_event::Anchor>> {
        anchors::needs(&self.root)
    }

    /// Does it ask for nothing but whether these keys, mandatory ones, have a value? [`Keys::extract`](crate::Keys::extract) finds that
    /// out as well.
    pub fn asks_for_keys(&self, keys: &Keys) -> bool {
        self.root.asks_for_keys(keys)
    }

    /// Do the two share their compiled form, so that one answer serves both?
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (Node::Constant(a), Node::Constant(b)) => a == b,
            (Node::Leaf(a), Node::Leaf(b)) => Arc::ptr_eq(a, b),
            (Node::Not(a), Node::Not(b)) => Arc::ptr_eq(a, b),
            (Node::All(a), Node::All(b)) | (Node::Any(a), Node::Any(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}
