//! A whole event as a JSON object.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json};

use crate::Value;

/// A whole event as nested JSON objects, keys in the order they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Map<String, Json>);

impl Document {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// The document that is this JSON object.
    pub fn from_map(map: Map<String, Json>) -> Self {
        Self(map)
    }

    /// Sets the field at a dotted path, making the objects on the way. A value in the way (a scalar where an object
    /// is needed) is kept, and the new one is stored under the dotted rest of the path beside it, so nothing is lost.
    pub fn set(&mut self, path: &str, value: Json) {
        set_in(&mut self.0, path, value);
    }

    /// Sets the field unless it is there already.
    pub fn set_if_absent(&mut self, path: &str, value: Json) {
        if self.get(path).is_none() {
            self.set(path, value);
        }
    }

    /// Appends a value: a field that is absent becomes the value, one that is there becomes an array.
    pub fn append(&mut self, path: &str, value: &Value<'_>) {
        let json = value.to_json();
        match self.get_mut(path) {
            Some(Json::Array(values)) => values.push(json),
            Some(existing) => {
                let first = existing.take();
                *existing = Json::Array(vec![first, json]);
            }
            None => self.set(path, json),
        }
    }

    /// The value at a dotted path, through nested objects and dotted keys alike.
    pub fn get(&self, path: &str) -> Option<&Json> {
        get_in(&self.0, path)
    }

    /// Is there a value at a dotted path, or below it, through arrays too? Nulls and empty arrays and objects are none.
    pub fn has(&self, path: &str) -> bool {
        let mut found = false;
        each_at(&self.0, path, &mut |value| {
            found = holds_value(value);
            !found
        });
        found
    }

    /// The objects at a dotted path, through arrays, in the order of the document.
    pub fn objects(&self, path: &str) -> Vec<&Map<String, Json>> {
        let mut found = Vec::new();
        each_at(&self.0, path, &mut |value| {
            collect_objects(value, &mut found);
            true
        });
        found
    }

    fn get_mut(&mut self, path: &str) -> Option<&mut Json> {
        get_in_mut(&mut self.0, path)
    }

    /// Takes the value at a dotted path out of the document.
    pub fn remove(&mut self, path: &str) -> Option<Json> {
        remove_in(&mut self.0, path)
    }

    /// The JSON text of the document as it would be if these fields were [removed](Self::remove), without a copy of the rest.
    /// Of a field that is spelled in two ways, both are left out.
    ///
    /// ```
    /// use gatewatch_event::Document;
    ///
    /// let mut document = Document::new();
    /// document.set("log.file.path", "auth.log".into());
    /// document.set("message", "hello".into());
    /// assert_eq!(document.to_json_without(&["log.file.path"]), br#"{"message":"hello"}"#);
    /// ```
    pub fn to_json_without(&self, fields: &[&str]) -> Vec<u8> {
        let without = Without {
            map: &self.0,
            paths: fields.to_vec(),
        };
        // Keys are texts and a vector takes everything, so this cannot fail.
        serde_json::to_vec(&without).unwrap_or_default()
    }

    /// The JSON object.
    pub fn as_map(&self) -> &Map<String, Json> {
        &self.0
    }

    /// The JSON object, owned.
    pub fn into_map(self) -> Map<String, Json> {
        self.0
    }

    /// The document as a JSON value.
    pub fn into_json(self) -> Json {
        Json::Object(self.0)
    }
}

/// An object without what lies at some paths.
struct Without<'a> {
    map: &'a Map<String, Json>,
    paths: Vec<&'a str>,
}

impl<'a> Without<'a> {
    /// The same for a member; `None` when all of it is left out.
    fn member(&self, key: &str, value: &'a Json) -> Option<Kept<'a>> {
        if self.paths.contains(&key) {
            return None;
        }
        let inside = |path: &&'a str| path.strip_prefix(key)?.strip_prefix('.');
        let paths: Vec<&str> = self.paths.iter().filter_map(inside).collect();
        let Json::Object(map) = value else {
            return Some(Kept::Whole(value));
        };
        if paths.is_empty() || map.is_empty() {
            return Some(Kept::Whole(value));
        }
        let without = Without { map, paths };
        let mut members = map.iter();
        members
            .any(|(key, value)| without.member(key, value).is_some())
            .then_some(Kept::Part(without))
    }
}

/// What is left of a value.
enum Kept<'a> {
    Whole(&'a Json),
    Part(Without<'a>),
}

impl Serialize for Without<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.map {
            match self.member(key, value) {
                None => {}
                Some(Kept::Whole(value)) => map.serialize_entry(key, value)?,
                Some(Kept::Part(part)) => map.serialize_entry(key, &part)?,
            }
        }
        map.end()
    }
}

fn set_in(map: &mut Map<String, Json>, path: &str, value: Json) {
    if let Some((head, rest)) = path.split_once('.') {
        match map.get_mut(head) {
            Some(Json::Object(inner)) => return set_in(inner, rest, value),
            None => {
                let mut inner = Map::new();
                set_in(&mut inner, rest, value);
                map.insert(head.to_owned(), Json::Object(inner));
                return;
            }
            Some(_) => {}
        }
    }
    map.insert(path.to_owned(), value);
}

fn get_in<'a>(map: &'a Map<String, Json>, path: &str) -> Option<&'a Json> {
    if let Some(value) = map.get(path) {
        return Some(value);
    }
    splits(path).find_map(|(head, rest)| match map.get(head) {
        Some(Json::Object(inner)) => get_in(inner, rest),
        _ => None,
    })
}

fn get_in_mut<'a>(map: &'a mut Map<String, Json>, path: &str) -> Option<&'a mut Json> {
    if map.contains_key(path) {
        return map.get_mut(path);
    }
    let (head, rest) = splits(path).find(|(head, rest)| {
        matches!(map.get(*head), Some(Json::Object(inner)) if get_in(inner, rest).is_some())
    })?;
    match map.get_mut(head) {
        Some(Json::Object(inner)) => get_in_mut(inner, rest),
        _ => None,
    }
}

fn remove_in(map: &mut Map<String, Json>, path: &str) -> Option<Json> {
    if map.contains_key(path) {
        return map.shift_remove(path);
    }
    let (head, rest) = splits(path).find(|(head, rest)| {
        matches!(map.get(*head), Some(Json::Object(inner)) if get_in(inner, rest).is_some())
    })?;
    let Some(Json::Object(inner)) = map.get_mut(head) else {
        return None;
    };
    let taken = remove_in(inner, rest);
    if inner.is_empty() {
        map.shift_remove(head);
    }
    taken
}

/// The ways to cut a dotted path in two.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.')
        .map(|(at, _)| (&path[..at], &path[at + 1..]))
}

/// Calls `visit` with every scalar at `path` in a JSON object: through nested objects, dotted keys, arrays of values
/// and arrays of objects, in document order, until `visit` returns `false`. Nulls are passed over.
pub fn document_values(
    map: &Map<String, Json>,
    path: &str,
    visit: &mut dyn FnMut(Value<'_>) -> bool,
) -> bool {
    if let Some(value) = map.get(path)
        && !scalars(value, visit)
    {
        return false;
    }
    for (head, rest) in splits(path) {
        if let Some(value) = map.get(head)
            && !members(value, rest, visit)
        {
            return false;
        }
    }
    true
}

/// Calls `visit` with the dotted name and each scalar of every field of a JSON object, in document order, until `visit`
/// returns `false`. Nulls are passed over.
pub fn document_fields(
    map: &Map<String, Json>,
    visit: &mut dyn FnMut(&str, Value<'_>) -> bool,
) -> bool {
    fields_below(map, &mut String::new(), visit)
}

fn fields_below(
    map: &Map<String, Json>,
    path: &mut String,
    visit: &mut dyn FnMut(&str, Value<'_>) -> bool,
) -> bool {
    let length = path.len();
    map.iter().all(|(key, value)| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        let go_on = values_at(value, path, visit);
        path.truncate(length);
        go_on
    })
}

fn values_at(
    value: &Json,
    path: &mut String,
    visit: &mut dyn FnMut(&str, Value<'_>) -> bool,
) -> bool {
    match value {
        Json::Object(inner) => fields_below(inner, path, visit),
        Json::Array(items) => items.iter().all(|item| values_at(item, path, visit)),
        other => Value::from_json(other).is_none_or(|value| visit(path, value)),
    }
}

/// Calls `visit` with everything at a dotted path, arrays whole, until it returns `false`.
fn each_at<'a>(
    map: &'a Map<String, Json>,
    path: &str,
    visit: &mut dyn FnMut(&'a Json) -> bool,
) -> bool {
    if let Some(value) = map.get(path)
        && !visit(value)
    {
        return false;
    }
    splits(path).all(|(head, rest)| map.get(head).is_none_or(|value| below(value, rest, visit)))
}

fn below<'a>(value: &'a Json, path: &str, visit: &mut dyn FnMut(&'a Json) -> bool) -> bool {
    match value {
        Json::Object(inner) => each_at(inner, path, visit),
        Json::Array(items) => items.iter().all(|item| below(item, path, visit)),
        _ => true,
    }
}

fn holds_value(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Array(items) => items.iter().any(holds_value),
        Json::Object(inner) => inner.values().any(holds_value),
        _ => true,
    }
}

fn collect_objects<'a>(value: &'a Json, found: &mut Vec<&'a Map<String, Json>>) {
    match value {
        Json::Object(inner) => found.push(inner),
        Json::Array(items) => items.iter().for_each(|item| collect_objects(item, found)),
        _ => {}
    }
}

fn members(value: &Json, path: &str, visit: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    match value {
        Json::Object(inner) => document_values(inner, path, visit),
        Json::Array(items) => items.iter().all(|item| members(item, path, visit)),
        _ => true,
    }
}

fn scalars(value: &Json, visit: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    match value {
        Json::Array(items) => items.iter().all(|item| scalars(item, visit)),
        other => Value::from_json(other).is_none_or(visit),
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, document_values};
    use serde_json::json;

    fn values(document: &Document, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        document_values(document.as_map(), path, &mut |value| {
            found.push(value.text().into_owned());
            true
        });
        found
    }

    fn sample() -> Document {
        match json!({"a": [{"b": 1}, {"b": [2, null, 3]}], "a.b": 4, "c": {"d.e": "x"}, "n": [], "o": {"p": null}})
        {
            serde_json::Value::Object(map) => Document::from_map(map),
            _ => unreachable!("an object was written"),
        }
    }

    #[test]
    fn all_fields_are_named_in_full() {
        let mut found = Vec::new();
        super::document_fields(sample().as_map(), &mut |name, value| {
            found.push(format!("{name}={}", value.text()));
            true
        });
        assert_eq!(found, ["a.b=1", "a.b=2", "a.b=3", "a.b=4", "c.d.e=x"]);
    }

    #[test]
    fn objects_have_what_their_members_have() {
        let document = sample();
        for (path, expect) in [
            ("a", true),
            ("a.b", true),
            ("c.d", false),
            ("c.d.e", true),
            ("n", false),
            ("o", false),
            ("o.p", false),
            ("x", false),
        ] {
            assert_eq!(document.has(path), expect, "{path}");
        }
        assert_eq!(document.objects("a").len(), 2);
        assert_eq!(document.objects("c.d.e").len(), 0);
    }

    #[test]
    fn paths_reach_through_objects_dots_and_arrays() {
        let document = sample();
        assert_eq!(values(&document, "a.b"), ["4", "1", "2", "3"]);
        assert_eq!(values(&document, "c.d.e"), ["x"]);
        assert!(values(&document, "n").is_empty());
        assert!(values(&document, "o.p").is_empty());
        assert!(values(&document, "c").is_empty());
    }

    #[test]
    fn fields_are_left_out_of_the_text() {
        for paths in [
            &["a"][..],
            &["a.b", "c.d.e"],
            &["o.p", "n"],
            &["c.d", "o"],
            &["x.y"],
            &["c.d.e", "a"],
        ] {
            let mut removed = sample();
            for path in paths {
                while removed.remove(path).is_some() {}
            }
            assert_eq!(
                String::from_utf8(sample().to_json_without(paths)),
                Ok(removed.into_json().to_string()),
                "{paths:?}"
            );
        }
    }

    #[test]
    fn setting_keeps_what_is_in_the_way() {
        let mut document = Document::new();
        document.set("a", json!(1));
        document.set("a.b", json!(2));
        document.set("x.y.z", json!(3));
        document.append("x.y.z", &crate::Value::from(4));
        assert_eq!(
            document.clone().into_json(),
            json!({"a": 1, "a.b": 2, "x": {"y": {"z": [3, 4]}}})
        );
        assert_eq!(document.remove("x.y.z"), Some(json!([3, 4])));
        assert_eq!(document.remove("a.b"), Some(json!(2)));
        assert_eq!(document.into_json(), json!({"a": 1}));
    }
}
