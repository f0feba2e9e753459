//! A compiled condition over one event.

use gatewatch_diagnostic::Span;
use gatewatch_event::{Event, Field, Known};

use crate::{Constant, RuntimeError};

/// A condition over one event, compiled. Cloning is cheap: the parts are shared.
#[derive(Clone, Debug)]
pub struct Condition {
    constant: bool,
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

/// A part of a condition with what became of it over one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The part, as written in the query, or as Elasticsearch adds it.
    pub text: String,
    /// Its place in the query; `None` for what was added.
    pub span: Option<Span>,
    /// What it gave.
    pub outcome: Outcome,
    /// The values of the fields that it asks for, by name, as JSON.
    pub values: Vec<(String, serde_json::Value)>,
    /// Its own parts.
    pub parts: Vec<Explanation>,
}

/// What a part of a condition gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// True or false.
    Decided(bool),
    /// It is part of a value, not a condition of its own.
    Value(Constant),
    /// It failed.
    Failed(RuntimeError),
}

impl Condition {
    /// The condition that is the same for every event.
    pub fn constant(value: bool) -> Self {
        Self { constant: value }
    }

    /// The answer, if it is the same for every event.
    pub fn as_constant(&self) -> Option<bool> {
        Some(self.constant)
    }

    /// Does the event meet the condition?
    ///
    /// # Errors
    ///
    /// When a part that decides the answer fails, see [`RuntimeError`]. The answer never depends on the order in which
    /// parts are asked: `and` is false if any part is false, `or` true if any is true, even when another part fails.
    pub fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        let _ = event;
        Ok(self.constant)
    }

    /// The fields that it may ask for, each once, in order of their names.
    pub fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    /// Says for every part what became of it over this event. Slow: for people.
    pub fn explain(&self, event: &dyn Event) -> Explanation {
        let _ = event;
        Explanation {
            text: self.constant.to_string(),
            span: None,
            outcome: Outcome::Decided(self.constant),
            values: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// What is left of it for events of which this is known. For every such event the answer is the same as that of
    /// the whole condition. Cheap: parts that stay as they are are shared.
    pub fn specialise(&self, known: &dyn Known) -> Specialised {
        let _ = known;
        if self.constant {
            Specialised::Always
        } else {
            Specialised::Never
        }
    }

    /// Literals of which every matching event holds at least one, byte for byte, in the text of a field for which
    /// `verbatim` is true (the raw bytes hold its values as they are). `None` when nothing of the kind can be said.
    ///
    /// Literals have 3 bytes or more of printable ASCII without `"`, `\` and `/`, so that no JSON writer escapes them.
    pub fn needles(&self, verbatim: &dyn Fn(Field) -> bool) -> Option<Vec<String>> {
        let _ = verbatim;
        None
    }
}
