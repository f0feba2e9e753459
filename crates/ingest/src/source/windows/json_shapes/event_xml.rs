//! The XML of an event turned into JSON: elements are members, and attributes lie in one of several places.

use std::borrow::Cow;

use super::embedded::Embedded;
use super::text;
use crate::format::json::{JsonKind, LazyJson};

/// The member of an element that holds its attributes.
const ATTRIBUTES: &[&str] = &["#attributes", "$", "_attributes", "attributes"];

/// A part of `System`: an attribute of an element, or the element itself where `attribute` is empty.
pub(super) fn value<'a>(
    system: LazyJson<'a>,
    element: &str,
    attribute: &str,
) -> Option<LazyJson<'a>> {
    let inner = system.get(element);
    if attribute.is_empty() {
        return inner;
    }
    if let Some(inner) = inner.filter(|inner| inner.kind() == JsonKind::Object)
        && let Some(found) = of_element(inner, attribute)
    {
        return Some(found);
    }
    let beside = system
        .get(&format!("{element}_attributes"))
        .and_then(|attributes| attributes.get(attribute));
    // `"Provider": "name"`: an element with one attribute may be written as that alone.
    beside.or(inner.filter(|inner| {
        inner.kind() == JsonKind::String && matches!(attribute, "Name" | "SystemTime" | "UserID")
    }))
}

/// An attribute of an element: in a member for attributes, or as a member of its own, with or without `@`.
fn of_element<'a>(element: LazyJson<'a>, attribute: &str) -> Option<LazyJson<'a>> {
    ATTRIBUTES
        .iter()
        .find_map(|key| element.get(key)?.get(attribute))
        .or_else(|| element.get(&format!("@{attribute}")))
        .or_else(|| element.get(attribute))
}

/// Is this member of an element no child of it?
fn is_attribute(key: &str) -> bool {
    ATTRIBUTES.contains(&key)
        || key.starts_with('@')
        || key == "xmlns"
        || key == "#text"
        || key.ends_with("_attributes")
}

/// `EventData` as text inside the record.
pub(super) fn embedded(event: LazyJson<'_>) -> Embedded {
    event
        .get("EventData")
        .and_then(|data| data.as_str())
        .map_or_else(Embedded::default, |text| Embedded::parse(&text))
}

/// Every value of `EventData` that is not empty.
pub(super) fn each_data(event: LazyJson<'_>, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
    let mut place = 0;
    if let Some(data) = event.get("EventData") {
        each_value(data, &mut place, visit);
    }
}

pub(super) fn each_value(
    data: LazyJson<'_>,
    place: &mut usize,
    visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool,
) -> bool {
    match data.kind() {
        JsonKind::Object => data.members().all(|(key, value)| {
            if is_attribute(&key) {
                true
            } else if key == "Data" {
                each_data_element(value, place, visit)
            } else {
                each_text(value, &mut |text| {
                    *place += 1;
                    text.is_empty() || visit(&key, text::typed_guid(text))
                })
            }
        }),
        JsonKind::Array => data
            .elements()
            .all(|item| each_data_element(item, place, visit)),
        _ => true,
    }
}

/// A `Data` element, or several: named by an attribute, or by its place.
fn each_data_element(
    element: LazyJson<'_>,
    place: &mut usize,
    visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool,
) -> bool {
    if element.kind() == JsonKind::Array {
        return element
            .elements()
            .all(|item| each_data_element(item, place, visit));
    }
    let name = of_element(element, "Name").and_then(text::of);
    let value = ["#text", "Value", "_", "$t", "Text", "text"]
        .iter()
        .find_map(|key| element.get(key))
        .unwrap_or(element);
    each_text(value, &mut |text| {
        *place += 1;
        if text.is_empty() {
            return true;
        }
        match &name {
            Some(name) => visit(name, text::typed_guid(text)),
            None => visit(&format!("param{place}"), text::typed_guid(text)),
        }
    })
}

/// The texts of a value: one, those of an array, or that of an element with attributes. Empty ones have a place too.
fn each_text<'a>(value: LazyJson<'a>, visit: &mut dyn FnMut(Cow<'a, str>) -> bool) -> bool {
    match value.kind() {
        JsonKind::Array => value.elements().all(|item| each_text(item, visit)),
        JsonKind::Object => match value.get("#text") {
            Some(inner) => each_text(inner, visit),
            None => visit(text::of(value).unwrap_or_default()),
        },
        _ => visit(value.scalar_text().unwrap_or_default()),
    }
}

/// The tag of the single child of `UserData`, and the child.
fn user_data_child<'a>(event: LazyJson<'a>) -> Option<(Cow<'a, str>, LazyJson<'a>)> {
    event
        .get("UserData")?
        .members()
        .find(|(key, value)| !is_attribute(key) && value.kind() == JsonKind::Object)
}

pub(super) fn user_data_name<'a>(event: LazyJson<'a>) -> Option<Cow<'a, str>> {
    user_data_child(event).map(|(tag, _)| tag)
}

/// Every value below the child of `UserData`, by its tag.
pub(super) fn each_user_data(
    event: LazyJson<'_>,
    visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool,
) {
    if let Some((_, child)) = user_data_child(event) {
        each_leaf(child, visit);
    }
}

fn each_leaf(element: LazyJson<'_>, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) -> bool {
    element.members().all(|(key, value)| {
        if is_attribute(&key) {
            return true;
        }
        let inner = value.kind() == JsonKind::Object && value.get("#text").is_none();
        if inner {
            return each_leaf(value, visit);
        }
        each_text(value, &mut |text| {
            text.is_empty() || visit(&key, text::typed_guid(text))
        })
    })
}
