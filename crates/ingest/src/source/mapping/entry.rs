//! One line of a mapping table: an ECS field and where its values come from.

use gatewatch_event::Value;
use serde_json::Value as Json;

use super::turn::Turn;
use super::view::View;

/// Takes the values of a field, in order, until it returns `false`.
pub type Emit<'e> = &'e mut dyn FnMut(Value<'_>) -> bool;

/// Calls its argument with the name and value of each member of an object, until that returns `false`.
pub type Members = fn(&View<'_>, &mut dyn FnMut(&str, Value<'_>) -> bool);

/// Does a document show the field as an array even where it holds one value?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Only where it holds several.
    One,
    /// Always.
    Many,
    /// As ECS says.
    Ecs,
}

/// A part of the syslog header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The host.
    Host,
    /// The host that passed the line on.
    Relay,
    /// The program.
    Program,
    /// Its process id.
    Pid,
    /// The number in `<PRI>`.
    Priority,
    /// The facility in it, as a number.
    Facility,
    /// The severity in it, as a number.
    Severity,
    /// The version of RFC 5424.
    Version,
    /// `MSGID` of RFC 5424.
    MessageId,
    /// Structured data of RFC 5424, as written.
    StructuredData,
}

/// Where the values of a field come from.
#[derive(Clone, Copy)]
pub enum From {
    /// The same texts in every event of the kind.
    Fixed(&'static [&'static str]),
    /// The same number.
    Number(i64),
    /// The same truth.
    Flag(bool),
    /// No value: takes away what the source's common fields say.
    Nothing,
    /// The parts of this name (in JSON: the values at this path).
    Part(&'static str),
    /// The first of these parts that is there.
    First(&'static [&'static str]),
    /// All of these parts, each value once.
    Parts(&'static [&'static str]),
    /// A part of the syslog header.
    Header(Header),
    /// The time of the record.
    Time,
    /// What stands behind the syslog header.
    Message,
    /// The whole line.
    Raw,
    /// The values of other fields of the event, each once. They must not come from other fields themselves.
    Fields(&'static [&'static str]),
    /// Anything else.
    Call(fn(&View<'_>, Emit<'_>)),
    /// An object with members that are not known beforehand: the path is its name. Members are keys as they are.
    Open(Members),
    /// An object as it is, with all its members, or an array of objects: the path is its name.
    Object(fn(&View<'_>) -> Option<Json>),
}

/// A field and where its values come from.
#[derive(Clone, Copy)]
pub struct Entry {
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    pub(super) from: From,
    pub(super) turn: Option<Turn>,
}

impl Entry {
    /// A field and where its values come from.
    pub const fn new(path: &'static str, from: From) -> Self {
        Self {
            path,
            shape: Shape::Ecs,
            from,
            turn: None,
        }
    }

    /// Constants.
    pub const fn fixed(path: &'static str, values: &'static [&'static str]) -> Self {
        Self::new(path, From::Fixed(values))
    }

    /// A part, as it is.
    pub const fn part(path: &'static str, part: &'static str) -> Self {
        Self::new(path, From::Part(part))
    }

    /// A part, turned.
    pub const fn turned(path: &'static str, part: &'static str, turn: Turn) -> Self {
        Self::part(path, part).turn(turn)
    }

    /// A part of the syslog header.
    pub const fn header(path: &'static str, part: Header) -> Self {
        Self::new(path, From::Header(part))
    }

    /// The values of other fields, each once: `related.*`.
    pub const fn fields(path: &'static str, paths: &'static [&'static str]) -> Self {
        Self::new(path, From::Fields(paths))
    }

    /// Whatever a function emits.
    pub const fn call(path: &'static str, call: fn(&View<'_>, Emit<'_>)) -> Self {
        Self::new(path, From::Call(call))
    }

    /// No value, whatever the source's common fields say.
    pub const fn nothing(path: &'static str) -> Self {
        Self::new(path, From::Nothing)
    }

    /// Every value goes through `turn`, which may drop it.
    #[must_use]
    pub const fn turn(self, turn: Turn) -> Self {
        Self {
            turn: Some(turn),
            ..self
        }
    }

    /// An array in documents, whatever ECS says.
    #[must_use]
    pub const fn many(self) -> Self {
        Self {
            shape: Shape::Many,
            ..self
        }
    }

    /// No array in documents, whatever ECS says.
    #[must_use]
    pub const fn one(self) -> Self {
        Self {
            shape: Shape::One,
            ..self
        }
    }

    /// The field.
    pub fn path(&self) -> &'static str {
        self.path
    }

    pub(super) fn is_array(&self) -> bool {
        match self.shape {
            Shape::One => false,
            Shape::Many => true,
            Shape::Ecs => gatewatch_event::ecs_is_array(self.path),
        }
    }
}
