//! The `fields` that events are shown with.

use std::collections::BTreeMap;

use gatewatch_query::mapping::{DateFormat, MappedEvent, MappedField, Mapping};
use serde_json::{Map, Value as Json};

use super::error::SearchError;
use super::request::FieldRequest;

/// Which fields are shown, and how.
#[derive(Debug)]
pub(super) struct ShownFields<'m> {
    mapping: &'m Mapping,
    /// By name: a later request for a field takes the place of an earlier one.
    fields: BTreeMap<&'m str, Shown<'m>>,
    metadata: Vec<&'static str>,
    unmapped: Vec<String>,
}

#[derive(Debug)]
struct Shown<'m> {
    field: &'m MappedField,
    format: Option<DateFormat>,
}

impl<'m> ShownFields<'m> {
    /// Finds the fields that are asked for.
    pub(super) fn new(
        requests: &[FieldRequest],
        mapping: &'m Mapping,
    ) -> Result<Self, SearchError> {
        let mut shown = Self {
            mapping,
            fields: BTreeMap::new(),
            metadata: Vec::new(),
            unmapped: Vec::new(),
        };
        if requests.is_empty() {
            return Ok(shown);
        }
        let leaves = mapping.leaves();
        for request in requests {
            let format = request
                .format
                .as_deref()
                .map(DateFormat::new)
                .transpose()
                .map_err(|reason| SearchError::execution("illegal_argument_exception", reason))?;
            shown.metadata.extend(
                ["_id", "_index"]
                    .into_iter()
                    .filter(|name| *name == request.pattern),
            );
            if request.include_unmapped {
                shown.unmapped.push(request.pattern.clone());
            }
            for (name, field) in &leaves {
                if !fits(&request.pattern, name) {
                    continue;
                }
                if format.is_some() && !field.field_type().is_date() {
                    let reason = format!(
                        "Field [{name}] of type [{}] doesn't support formats.",
                        field.type_name()
                    );
                    return Err(SearchError::execution("illegal_argument_exception", reason));
                }
                let format = format.clone();
                shown.fields.insert(name, Shown { field, format });
            }
        }
        Ok(shown)
    }

    /// The `fields` of an event; `None` when there are none to show.
    pub(super) fn of_event(
        &self,
        id: &str,
        index: &str,
        event: &MappedEvent<'_>,
    ) -> Option<Map<String, Json>> {
        let mut out = Map::new();
        for name in &self.metadata {
            let value = if *name == "_id" { id } else { index };
            out.insert((*name).to_owned(), Json::from(vec![value]));
        }
        for (name, shown) in &self.fields {
            if shown.field.nested_parent().is_some() {
                continue;
            }
            let values = event.show_field(shown.field, shown.format.as_ref());
            if !values.is_empty() {
                out.insert((*name).to_owned(), Json::Array(values));
            }
        }
        self.add_nested(&mut out, index, event);
        self.add_unmapped(&mut out, event);
        (!out.is_empty()).then_some(out)
    }

    /// Members of nested objects are shown object by object, below the name of the nested field.
    fn add_nested(&self, out: &mut Map<String, Json>, index: &str, event: &MappedEvent<'_>) {
        let mut parents: BTreeMap<&str, Vec<(&str, &Shown<'m>)>> = BTreeMap::new();
        for (name, shown) in &self.fields {
            if let Some(parent) = shown.field.nested_parent() {
                parents.entry(parent).or_default().push((name, shown));
            }
        }
        for (parent, members) in parents {
            let mut objects = Vec::new();
            for object in event.nested_objects(parent) {
                // The fields know their whole path, so the object is put where it stands in the document.
                let mut outer = Map::new();
                outer.insert(parent.to_owned(), Json::Object(object.clone()));
                let inner = MappedEvent::new(self.mapping, &outer, Some(index));
                let mut shown_members = Map::new();
                for (name, shown) in &members {
                    let values = inner.show_field(shown.field, shown.format.as_ref());
                    if !values.is_empty() {
                        let short = name
                            .strip_prefix(parent)
                            .and_then(|rest| rest.strip_prefix('.'))
                            .unwrap_or(name);
                        shown_members.insert(short.to_owned(), Json::Array(values));
                    }
                }
                if !shown_members.is_empty() {
                    objects.push(Json::Object(shown_members));
                }
            }
            if !objects.is_empty() {
                out.insert(parent.to_owned(), Json::Array(objects));
            }
        }
    }

    /// Values that the mapping does not know, for those who asked for them.
    fn add_unmapped(&self, out: &mut Map<String, Json>, event: &MappedEvent<'_>) {
        if self.unmapped.is_empty() {
            return;
        }
        let mut found: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        scalars(
            "",
            &Json::Object(event.source().clone()),
            &mut |path, value| {
                let wanted = self.unmapped.iter().any(|pattern| fits(pattern, path));
                if wanted && self.mapping.get(path).is_none() {
                    found
                        .entry(path.to_owned())
                        .or_default()
                        .push(value.clone());
                }
            },
        );
        for (name, values) in found {
            out.insert(name, Json::Array(values));
        }
    }
}

/// Calls `visit` with the path and value of every scalar that is not null.
fn scalars(path: &str, value: &Json, visit: &mut dyn FnMut(&str, &Json)) {
    match value {
        Json::Null => {}
        Json::Array(items) => items.iter().for_each(|item| scalars(path, item, visit)),
        Json::Object(members) => {
            for (name, value) in members {
                let inner = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                scalars(&inner, value, visit);
            }
        }
        scalar => visit(path, scalar),
    }
}

/// Does a name fit a pattern in which `*` stands for any characters?
fn fits(pattern: &str, name: &str) -> bool {
    if pattern.contains('*') {
        gatewatch_query::mapping::simple_match(pattern, name)
    } else {
        pattern == name
    }
}
