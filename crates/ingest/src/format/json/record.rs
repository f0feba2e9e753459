//! A JSON document that is an ECS event as it stands.

use gatewatch_event::{Document, Event, Field, Value};
use serde_json::Value as Json;

use super::{LazyJson, rewrite};

/// An ECS document: every field is where its name says.
#[derive(Clone, Copy, Debug)]
pub struct JsonRecord<'a> {
    json: LazyJson<'a>,
}

impl<'a> JsonRecord<'a> {
    /// The event that this object is.
    pub fn new(json: LazyJson<'a>) -> Self {
        Self { json }
    }

    /// The object.
    pub fn json(&self) -> LazyJson<'a> {
        self.json
    }
}

impl Event for JsonRecord<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        self.json.visit(field.name(), &mut |json| {
            json.value().is_none_or(&mut *visit)
        });
    }

    fn has(&self, field: Field) -> bool {
        self.json.has_value(field.name())
    }

    fn document(&self) -> Document {
        self.json.document()
    }

    fn write_with(&self, added: &[(&str, Option<Json>)], out: &mut Vec<u8>) -> bool {
        rewrite::write(self.json, added, out)
    }
}
