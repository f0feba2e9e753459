//! A document seen through a mapping.

use gatewatch_event::{Document, Event, Field, FieldType, Timestamp, Value};
use serde_json::{Map, Value as Json};

use super::{DateFormat, MappedField, Mapping};

/// A document seen through a mapping: the values of a field have the field's type.
#[derive(Clone, Copy, Debug)]
pub struct MappedEvent<'a> {
    mapping: &'a Mapping,
    source: &'a Map<String, Json>,
    index: Option<&'a str>,
}

impl<'a> MappedEvent<'a> {
    /// The document `source` of an index, without its metadata.
    pub fn new(
        mapping: &'a Mapping,
        source: &'a Map<String, Json>,
        index: Option<&'a str>,
    ) -> Self {
        Self {
            mapping,
            source,
            index,
        }
    }

    /// The document.
    pub fn source(&self) -> &'a Map<String, Json> {
        self.source
    }

    /// Calls `visit` with the values of a field until it returns `false`.
    pub fn visit_field(&self, field: &MappedField, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        if let Some(constant) = &field.constant {
            visit(Value::from(constant.as_str()));
            return;
        }
        for path in field.sources() {
            let more = walk(self.source, path, &mut |json| {
                let json = match json {
                    Json::Null => field.null_value.as_ref(),
                    json => Some(json),
                };
                match json.and_then(|json| field.convert(json, self.index)) {
                    Some(value) => visit(value),
                    None => true,
                }
            });
            if !more {
                return;
            }
        }
    }

    /// The values of a field as the `fields` of an answer show them. Dates in the given format or the field's own;
    /// what has no type here (ranges, points, flattened objects) as it stands in the document.
    pub fn show_field(&self, field: &MappedField, format: Option<&DateFormat>) -> Vec<Json> {
        let mut shown = Vec::new();
        if matches!(
            field.field_type,
            FieldType::Unsupported | FieldType::Flattened
        ) {
            walk(self.source, &field.source, &mut |json| {
                if !json.is_null() {
                    shown.push(json.clone());
                }
                true
            });
            return shown;
        }
        let format = format.or_else(|| field.format(self.index));
        self.visit_field(field, &mut |value| {
            shown.push(field.show(&value, format));
            true
        });
        shown
    }

    /// The nested objects of a field, for [`show_field`](Self::show_field) on each.
    pub fn nested_objects(&self, path: &str) -> Vec<&'a Map<String, Json>> {
        let mut objects = Vec::new();
        walk(self.source, path, &mut |json| {
            if let Json::Object(object) = json {
                objects.push(object);
            }
            true
        });
        objects
    }
}

impl Event for MappedEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        if let Some(field) = self.mapping.get(field.name()) {
            self.visit_field(field, visit);
        } else if self.mapping.flattened_above(field.name()).is_some() {
            gatewatch_event::document_values(self.source, field.name(), visit);
        }
    }

    fn document(&self) -> Document {
        Document::from_map(self.source.clone())
    }

    fn timestamp(&self) -> Option<Timestamp> {
        match self.first(Field::new("@timestamp")) {
            Some(Value::Date(time)) => Some(time),
            _ => None,
        }
    }
}

/// Calls `visit` with everything that is not an array at a dotted path, through nested objects, dotted keys and arrays,
/// in the order of the document, until it returns `false`. Unlike
/// [`document_values`](gatewatch_event::document_values) it passes over neither nulls nor objects.
fn walk<'a>(
    map: &'a Map<String, Json>,
    path: &str,
    visit: &mut dyn FnMut(&'a Json) -> bool,
) -> bool {
    if let Some(value) = map.get(path)
        && !elements(value, visit)
    {
        return false;
    }
    for (at, _) in path.match_indices('.') {
        if let Some(value) = map.get(&path[..at])
            && !members(value, &path[at + 1..], visit)
        {
            return false;
        }
    }
    true
}

fn members<'a>(value: &'a Json, path: &str, visit: &mut dyn FnMut(&'a Json) -> bool) -> bool {
    match value {
        Json::Object(inner) => walk(inner, path, visit),
        Json::Array(items) => items.iter().all(|item| members(item, path, visit)),
        _ => true,
    }
}

fn elements<'a>(value: &'a Json, visit: &mut dyn FnMut(&'a Json) -> bool) -> bool {
    match value {
        Json::Array(items) => items.iter().all(|item| elements(item, visit)),
        other => visit(other),
    }
}
