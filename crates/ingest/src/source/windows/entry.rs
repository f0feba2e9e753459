//! One line of a mapping table: an ECS field and where its values come from.

use std::borrow::Cow;

use gatewatch_event::Value;
use serde_json::{Map, Value as Json};

use super::view::View;

/// Takes the values of a field, in order, until it returns `false`.
pub(super) type Emit<'e> = &'e mut dyn FnMut(Value<'_>) -> bool;

/// Hands on the values that are there, each once.
pub(super) fn emit_distinct<'v>(
    values: impl IntoIterator<Item = Option<Value<'v>>>,
    emit: Emit<'_>,
) {
    let mut seen: Vec<Value<'v>> = Vec::new();
    for value in values.into_iter().flatten() {
        if !seen.contains(&value) {
            seen.push(value.clone());
            if !emit(value) {
                return;
            }
        }
    }
}

/// Turns the text of one value into what the field holds; `None` when the field is then absent.
pub(super) type Turn = for<'a> fn(Cow<'a, str>) -> Option<Value<'a>>;

/// Does a document show the field as an array even where it holds one value?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    Many,
}

/// Where the values of a field come from.
#[derive(Clone, Copy)]
pub(super) enum Extract {
    /// The same values in every event of the kind.
    Fixed(&'static [&'static str]),
    /// A value of `EventData`, as it is.
    Data(&'static str),
    /// A value of `EventData`, turned.
    Turned(&'static str, Turn),
    /// The first of these values of `EventData` that is there.
    First(&'static [&'static str]),
    /// The first of these values of `EventData` that is there, turned.
    FirstTurned(&'static [&'static str], Turn),
    /// A value of `UserData`, as it is.
    User(&'static str),
    /// A value of `UserData`, turned.
    UserTurned(&'static str, Turn),
    /// Anything else.
    Call(fn(&View<'_>, Emit<'_>)),
    /// An array of objects: the path names the array, and its members are fields of their own.
    Objects(fn(&View<'_>) -> Vec<Map<String, Json>>),
}

/// A field and where its values come from.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    pub(super) from: Extract,
}

impl Entry {
    /// A field of one value.
    pub(super) const fn one(path: &'static str, from: Extract) -> Self {
        Self {
            path,
            shape: Shape::One,
            from,
        }
    }

    /// A field that documents show as an array.
    pub(super) const fn many(path: &'static str, from: Extract) -> Self {
        Self {
            path,
            shape: Shape::Many,
            from,
        }
    }

    /// Calls `emit` with each value.
    pub(super) fn visit(&self, view: &View<'_>, emit: Emit<'_>) {
        let turned = |text: Option<Cow<'_, str>>, turn: Turn, emit: Emit<'_>| {
            if let Some(value) = text.and_then(turn) {
                emit(value);
            }
        };
        let plain: Turn = |text| Some(Value::Str(text));
        match self.from {
            Extract::Fixed(values) => {
                for value in values {
                    if !emit(Value::from(*value)) {
                        return;
                    }
                }
            }
            Extract::Data(name) => turned(view.data(name), plain, emit),
            Extract::Turned(name, turn) => turned(view.data(name), turn, emit),
            Extract::First(names) => turned(view.first(names), plain, emit),
            Extract::FirstTurned(names, turn) => turned(view.first(names), turn, emit),
            Extract::User(name) => turned(view.user_data(name), plain, emit),
            Extract::UserTurned(name, turn) => turned(view.user_data(name), turn, emit),
            Extract::Call(call) => call(view, emit),
            Extract::Objects(_) => {}
        }
    }
}

/// A value of `EventData` that the mapping moved into an ECS field, so that `winlog.event_data` no longer shows it.
#[derive(Clone, Copy)]
pub(super) struct Moved {
    pub(super) name: &'static str,
    /// Is this text moved? Without a test every text is.
    pub(super) when: Option<fn(&str) -> bool>,
}

impl Moved {
    /// Moved whatever it says.
    pub(super) const fn always(name: &'static str) -> Self {
        Self { name, when: None }
    }

    /// Moved when the test holds, kept otherwise.
    pub(super) const fn when(name: &'static str, test: fn(&str) -> bool) -> Self {
        Self {
            name,
            when: Some(test),
        }
    }
}

/// Entries, and what they move.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) entries: &'static [Entry],
    pub(super) moved: &'static [Moved],
}
