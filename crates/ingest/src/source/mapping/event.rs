//! A record as an ECS event.

use std::cell::OnceCell;

use gatewatch_event::{Document, Event, Field, Timestamp, Value, document_values};
use serde_json::{Map, Value as Json};

use super::entry::{Emit, From};
use super::kind::{Kind, Slot, Table};
use super::parts::Parts;
use super::record::Record;
use super::source::Source;
use super::view::{View, header};

/// A record seen through the table of its kind: any field on demand, or the whole document. The record is taken apart when
/// the first field is asked for that needs it.
pub struct SourceEvent<'a> {
    source: &'static dyn Source,
    table: &'static Table,
    record: &'a Record<'a>,
    beside: Option<&'a dyn Event>,
    parts: OnceCell<Parts<'a>>,
}

impl<'a> SourceEvent<'a> {
    /// Sees `record`, which must be of this source and kind.
    pub fn new(source: &'static dyn Source, kind: &'static Kind, record: &'a Record<'a>) -> Self {
        Self {
            source,
            table: kind.table(source),
            record,
            beside: None,
            parts: OnceCell::new(),
        }
    }

    /// Adds the fields that came with the record, which say what the table does not.
    #[must_use]
    pub fn beside(self, beside: Option<&'a dyn Event>) -> Self {
        Self { beside, ..self }
    }

    fn view(&self) -> View<'_> {
        let parts = self.parts.get_or_init(|| {
            let mut parts = Parts::default();
            self.source.take_apart(self.record, &mut parts);
            parts
        });
        View {
            record: self.record,
            parts,
            table: self.table,
        }
    }

    /// Visits a field of the table; what the header alone answers does not take the record apart.
    fn visit_slot(&self, slot: &Slot, emit: Emit<'_>) {
        if let Some(values) = &slot.constant {
            for value in values {
                if !emit(value.borrowed()) {
                    return;
                }
            }
            return;
        }
        if slot.entry.turn.is_none() {
            let at_hand = match slot.entry.from {
                From::Header(part) => header(self.record, part),
                From::Time => self.record.time().map(Value::Date),
                From::Message => Some(Value::from(self.record.message())),
                From::Raw => Some(Value::from(self.record.raw)),
                _ => return slot.visit(&self.view(), emit),
            };
            if let Some(value) = at_hand {
                emit(value);
            }
            return;
        }
        slot.visit(&self.view(), emit);
    }

    fn visit_mapped(&self, field: Field, emit: Emit<'_>) {
        if let Some(slot) = self.table.slot(field) {
            self.visit_slot(slot, emit);
        } else if let Some(indices) = self.table.indices(field) {
            for index in indices {
                if !emit(index.borrowed()) {
                    return;
                }
            }
        } else if let Some((slot, rest)) = self.table.open(field) {
            slot.visit_member(rest, &self.view(), emit);
        }
    }
}

impl Slot {
    /// Calls `emit` with each value.
    pub(super) fn visit(&self, view: &View<'_>, emit: Emit<'_>) {
        if let Some(values) = &self.constant {
            for value in values {
                if !emit(value.borrowed()) {
                    return;
                }
            }
            return;
        }
        match self.entry.turn {
            None => self.visit_plain(view, emit),
            Some(turn) => {
                self.visit_plain(view, &mut |value| turn(value, view).is_none_or(&mut *emit))
            }
        }
    }

    fn visit_plain(&self, view: &View<'_>, emit: Emit<'_>) {
        let mut one = |value: Option<Value<'_>>| {
            if let Some(value) = value {
                emit(value);
            }
        };
        match self.entry.from {
            From::Header(part) => one(view.header(part)),
            From::Time => one(view.record.time().map(Value::Date)),
            From::Message => one(Some(Value::from(view.record.message()))),
            From::Raw => one(Some(Value::from(view.record.raw))),
            From::Part(part) => {
                view.visit(part, emit);
            }
            From::First(parts) => {
                if let Some(part) = parts.iter().find(|part| view.has(part)) {
                    view.visit(part, emit);
                }
            }
            From::Parts(parts) => distinct(emit, |emit| {
                parts.iter().all(|part| view.visit(part, emit));
            }),
            From::Fields(paths) => distinct(emit, |emit| {
                for path in paths {
                    view.field(path, emit);
                }
            }),
            From::Call(call) => call(view, emit),
            From::Fixed(_)
            | From::Number(_)
            | From::Flag(_)
            | From::Nothing
            | From::Open(_)
            | From::Object(_) => {}
        }
    }

    /// Calls `emit` with the values of a member of an open object.
    fn visit_member(&self, name: &str, view: &View<'_>, emit: Emit<'_>) {
        match self.entry.from {
            From::Open(members) => {
                members(view, &mut |member, value| member != name || emit(value))
            }
            From::Object(object) => match object(view) {
                Some(Json::Object(object)) => {
                    document_values(&object, name, emit);
                }
                // A list of objects: each has the member.
                Some(Json::Array(list)) => {
                    for item in &list {
                        if let Json::Object(object) = item
                            && !document_values(object, name, emit)
                        {
                            return;
                        }
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// The object that an open entry makes.
    fn object(&self, view: &View<'_>) -> Option<Json> {
        match self.entry.from {
            From::Open(members) => {
                let mut object = Map::new();
                members(view, &mut |member, value| {
                    // A name that comes twice has several values.
                    match object.get_mut(member) {
                        Some(Json::Array(values)) => values.push(json(&value)),
                        Some(known) => *known = Json::Array(vec![known.take(), json(&value)]),
                        None => {
                            object.insert(member.to_owned(), json(&value));
                        }
                    }
                    true
                });
                (!object.is_empty()).then_some(Json::Object(object))
            }
            From::Object(object) => object(view),
            _ => None,
        }
    }
}

/// Hands on each value once, if there is something left of it.
fn distinct(emit: Emit<'_>, visit: impl FnOnce(Emit<'_>)) {
    let mut seen: Vec<Value<'static>> = Vec::new();
    visit(&mut |value| {
        let empty = matches!(&value, Value::Str(text) if text.is_empty());
        if empty || seen.contains(&value) {
            return true;
        }
        seen.push(value.clone().into_owned());
        emit(value)
    });
}

/// As objects inside of documents show it: Elasticsearch's `date` has milliseconds.
fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Date(time) => Json::from(time.to_iso(3)),
        other => other.to_json(),
    }
}

impl Event for SourceEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        let Some(beside) = self.beside else {
            return self.visit_mapped(field, visit);
        };
        let mut seen = false;
        self.visit_mapped(field, &mut |value| {
            seen = true;
            visit(value)
        });
        if !seen {
            beside.visit(field, visit);
        }
    }

    fn document(&self) -> Document {
        let mut document = Document::new();
        let view = self.view();
        for slot in self.table.slots() {
            let path = slot.entry.path;
            if let Some(object) = slot.object(&view) {
                document.set(path, object);
                continue;
            }
            let mut values = Vec::new();
            self.visit_slot(slot, &mut |value| {
                values.push(match value {
                    Value::Date(time) => {
                        Json::from(self.source.time_form(path, &view, time).text(time))
                    }
                    other => other.to_json(),
                });
                true
            });
            match (slot.array, values.len()) {
                (_, 0) => {}
                (false, 1) => document.set(path, values.swap_remove(0)),
                _ => document.set(path, Json::Array(values)),
            }
        }
        if let Some(beside) = self.beside {
            fill(
                &mut document,
                beside.document().as_map(),
                &mut String::new(),
            );
        }
        document
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let mut found = None;
        self.visit(Field::new("@timestamp"), &mut |value| {
            if let Ok(Value::Date(time)) =
                gatewatch_event::coerce(value, gatewatch_event::FieldType::DateNanos)
            {
                found = Some(time);
            }
            false
        });
        found
    }
}

/// Sets what the document does not have yet.
pub(crate) fn fill(document: &mut Document, map: &Map<String, Json>, path: &mut String) {
    for (key, value) in map {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        match value {
            Json::Object(inner) if matches!(document.get(path), Some(Json::Object(_))) => {
                fill(document, inner, path);
            }
            _ => document.set_if_absent(path, value.clone()),
        }
        path.truncate(length);
    }
}
