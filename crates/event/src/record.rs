//! What readers hand out and evaluators ask.

use serde_json::Value as Json;

use crate::{Document, Field, Timestamp, Value, document_fields};

/// One event: answers "values of this field" from the raw record.
///
/// An implementation pulls only what is asked for; asking the same field twice may cost twice. Values come as the
/// source holds them (see [`Value`]); nulls and empty arrays are not values.
pub trait Event {
    /// Calls `visit` with each value of `field`, in the order of the document, until it returns `false`.
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool);

    /// The whole event, built from the same mapping that [`visit`](Event::visit) answers from.
    fn document(&self) -> Document;

    /// Appends the JSON text of [`document`](Event::document).
    fn write_json(&self, out: &mut Vec<u8>) {
        if !self.write_with(&[], out) {
            // Keys are texts and a vector takes everything, so this cannot fail.
            serde_json::to_writer(out, self.document().as_map()).unwrap_or_default();
        }
    }

    /// The same without building the document, with more fields, each where the event has none of that name and there is a
    /// value. False when an implementation knows no other way than the document; then nothing is appended.
    fn write_with(&self, _added: &[(&str, Option<Json>)], _out: &mut Vec<u8>) -> bool {
        false
    }

    /// Calls `visit` with the full name and each value of every field, until it returns `false`. For questions about fields
    /// whose names are patterns; slow unless an implementation knows better.
    fn visit_all(&self, visit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        document_fields(self.document().as_map(), visit);
    }

    /// Has the field a value, or, if it is an object, a member of it? Slow for a field that is not there, unless an
    /// implementation knows better: it may be an object then.
    fn has(&self, field: Field) -> bool {
        let mut found = false;
        self.visit(field, &mut |_| {
            found = true;
            false
        });
        found || self.document().has(field.name())
    }

    /// `@timestamp`. `None` when the record has none or it cannot be read.
    fn timestamp(&self) -> Option<Timestamp> {
        let mut found = None;
        self.visit(Field::new("@timestamp"), &mut |value| {
            if let Ok(Value::Date(time)) = crate::coerce(value, crate::FieldType::DateNanos) {
                found = Some(time);
            }
            false
        });
        found
    }

    /// The first value of `field`, owned.
    fn first(&self, field: Field) -> Option<Value<'static>> {
        let mut found = None;
        self.visit(field, &mut |value| {
            found = Some(value.into_owned());
            false
        });
        found
    }

    /// All values of `field`, owned.
    fn all(&self, field: Field) -> Vec<Value<'static>> {
        let mut found = Vec::new();
        self.visit(field, &mut |value| {
            found.push(value.into_owned());
            true
        });
        found
    }
}

/// The pseudo-field under which a kind, or an event, gives the names of the indices that Elastic's tools might put it into.
/// A name may hold `*` where a part of it is not known. No value: nothing is known of where it would lie. It is no part of
/// documents.
pub const INDEX_FIELD: &str = "gatewatch.index";

/// What holds for every event of one kind before any of them is read: the kind "Security 4624" has
/// `event.code` 4624 and no `process.command_line`. Evaluators fold conditions with it, so that most events are
/// decided by their kind alone.
pub trait Known {
    /// The values that `field` has in every event of the kind; an empty slice when no event of the kind has the
    /// field; `None` when it differs from event to event or is not known.
    fn known(&self, field: Field) -> Option<&[Value<'static>]>;

    /// A name for the kind: two kinds of the same name know the same, so what was folded for one serves the other.
    /// `None` when the kind is not to be remembered.
    fn identity(&self) -> Option<&str> {
        None
    }
}

/// The kind of which nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingKnown;

impl Known for NothingKnown {
    fn known(&self, _: Field) -> Option<&[Value<'static>]> {
        None
    }

    fn identity(&self) -> Option<&str> {
        Some("")
    }
}
