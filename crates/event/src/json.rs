//! An event that is a JSON document in memory.

use crate::{Document, Event, Field, Value, document_fields, document_values};

/// An event held as a JSON document: for tests, for alerts fed back in, and for requests over small sets. Readers of
/// large logs use their own lazy forms.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonEvent(Document);

impl JsonEvent {
    /// The event of a JSON object; anything else is an event without fields.
    pub fn new(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Object(map) => Self(Document::from_map(map)),
            _ => Self(Document::new()),
        }
    }

    /// The document.
    pub fn inner(&self) -> &Document {
        &self.0
    }
}

impl From<Document> for JsonEvent {
    fn from(document: Document) -> Self {
        Self(document)
    }
}

impl Event for JsonEvent {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        document_values(self.0.as_map(), field.name(), visit);
    }

    fn visit_all(&self, visit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        document_fields(self.0.as_map(), visit);
    }

    fn has(&self, field: Field) -> bool {
        self.0.has(field.name())
    }

    fn document(&self) -> Document {
        self.0.clone()
    }
}
