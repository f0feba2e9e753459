//! Index mappings: what Elasticsearch knows of the fields of an index, and documents seen through them.
//!
//! A [`Mapping`] is read from the JSON that Elasticsearch takes and gives (`{"mappings": {"properties": {...}}}`). What it
//! does not declare is mapped from the documents, as dynamic mapping does, by [`Mapping::observe`]. It is a
//! [`Schema`](crate::Schema) for queries, and [`MappedEvent`] answers for a document with typed values: aliases and
//! sub-fields followed, `null_value` and `ignore_above` applied, arrays of objects flattened.
//!
//! ```
//! use gatewatch_event::{Event, Field, Value};
//! use gatewatch_query::mapping::{MappedEvent, Mapping};
//!
//! let mapping = Mapping::from_json(&serde_json::json!({
//!     "mappings": {"properties": {
//!         "host": {"properties": {"ip": {"type": "ip"}}},
//!         "address": {"type": "alias", "path": "host.ip"},
//!     }}
//! })).expect("a mapping");
//! let document = serde_json::json!({"host": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]});
//! let event = MappedEvent::new(&mapping, document.as_object().expect("an object"), None);
//! assert_eq!(event.all(Field::new("address")).len(), 2);
//! assert!(matches!(event.first(Field::new("address")), Some(Value::Ip(_))));
//! ```

mod date_fields;
mod date_format;
mod date_pattern;
mod dynamic;
mod event;
mod field;
mod parse;
mod schema;
mod template;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;

pub use date_format::{DEFAULT_DATE_FORMAT, DEFAULT_DATE_NANOS_FORMAT, DateFormat};
pub use event::MappedEvent;
pub use field::MappedField;
pub use template::simple_match;

use dynamic::DynamicRules;

/// An index mapping, see the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// By full name: leaves, sub-fields, aliases, objects, nested objects.
    fields: HashMap<String, MappedField>,
    /// Runtime fields shadow the others.
    runtime: HashMap<String, MappedField>,
    /// Names of objects that no declaration names, only the path of a member.
    implied: HashSet<String>,
    dynamic: DynamicRules,
}

/// A mapping that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// The field, or an empty text for the mapping as a whole.
    pub field: String,
    /// What is wrong with it, in Elasticsearch's words where it has any.
    pub reason: String,
}

impl MappingError {
    pub(super) fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failed to parse mapping: {}", self.reason)
    }
}

impl std::error::Error for MappingError {}

impl Mapping {
    /// The field of this name, an alias followed; objects too.
    pub fn get(&self, name: &str) -> Option<&MappedField> {
        if let Some(field) = self.runtime.get(name) {
            return Some(field);
        }
        let field = self.fields.get(name)?;
        match &field.alias {
            Some(target) => self.fields.get(target),
            None => Some(field),
        }
    }

    /// All fields that can hold values, sub-fields and aliases among them, by name.
    pub fn leaves(&self) -> Vec<(&str, &MappedField)> {
        let mut leaves: Vec<(&str, &MappedField)> = self
            .fields
            .keys()
            .chain(self.runtime.keys())
            .filter_map(|name| Some((name.as_str(), self.get(name)?)))
            .filter(|(_, field)| field.is_leaf())
            .collect();
        leaves.sort_unstable_by_key(|(name, _)| *name);
        leaves.dedup_by_key(|(name, _)| *name);
        leaves
    }

    /// Is there an object of this name?
    pub fn is_object(&self, name: &str) -> bool {
        self.implied.contains(name) || self.fields.get(name).is_some_and(|field| !field.is_leaf())
    }

    /// Remembers that these names are objects: every beginning of the path.
    fn imply_parents(&mut self, path: &str) {
        for (at, _) in path.match_indices('.') {
            let parent = &path[..at];
            if !self.implied.contains(parent) {
                self.implied.insert(parent.to_owned());
            }
        }
    }
}
