//! An audit event in either of its forms.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::format::json::LazyJson;
use crate::source::mapping::{Parts, Record, View};

/// The categories of Azure's records that hold audit events.
pub(super) const AKS_CATEGORIES: [&str; 2] = ["kube-audit", "kube-audit-admin"];

/// The parts that entries name, as paths of keys: the same in a record that is the event itself.
const PARTS: [&[&str]; 11] = [
    &["apiVersion"],
    &["auditID"],
    &["verb"],
    &["user", "username"],
    &["user", "uid"],
    &["userAgent"],
    &["requestURI"],
    &["objectRef", "namespace"],
    &["objectRef", "name"],
    &["objectRef", "resource"],
    &["sourceIPs"],
];

/// What Elastic names the keys of Azure's records.
const AKS_KEYS: [(&[&str], &str); 8] = [
    (&["category"], "category"),
    (&["properties", "containerID"], "container_id"),
    (&["operationName"], "operation_name"),
    (&["properties", "pod"], "pod"),
    (&["resourceId"], "resource_id"),
    (&["serviceBuild"], "service_build"),
    (&["properties", "stream"], "stream"),
    (&["time"], "time"),
];

/// An audit event.
pub(super) enum Audit<'a> {
    /// The record itself.
    Plain(LazyJson<'a>),
    /// What Azure's record holds as text.
    Wrapped(Json),
}

impl<'a> Audit<'a> {
    /// The event of a record; `None` where the text in Azure's record is no JSON object.
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        let json = record.json?;
        let Some(log) = json.get("properties").and_then(|inner| inner.get("log")) else {
            return Some(Self::Plain(json));
        };
        let inner: Json = serde_json::from_str(&log.as_str()?).ok()?;
        inner.is_object().then_some(Self::Wrapped(inner))
    }

    /// The text at a path of keys.
    pub(super) fn text(&self, keys: &[&str]) -> Option<Cow<'_, str>> {
        match self {
            Self::Plain(json) => at(*json, keys)?.scalar_text(),
            Self::Wrapped(json) => scalar(keys.iter().try_fold(json, |json, key| json.get(key))?),
        }
    }

    /// Does the list at a path of keys hold this text?
    pub(super) fn lists(&self, keys: &[&str], text: &str) -> bool {
        match self {
            Self::Plain(json) => at(*json, keys).is_some_and(|list| {
                list.elements()
                    .any(|item| item.as_str().as_deref() == Some(text))
            }),
            Self::Wrapped(json) => keys
                .iter()
                .try_fold(json, |json, key| json.get(key))
                .and_then(Json::as_array)
                .is_some_and(|list| list.iter().any(|item| item.as_str() == Some(text))),
        }
    }
}

fn at<'a>(json: LazyJson<'a>, keys: &[&str]) -> Option<LazyJson<'a>> {
    keys.iter().try_fold(json, |json, key| json.get(key))
}

fn scalar(json: &Json) -> Option<Cow<'_, str>> {
    match json {
        Json::String(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) => Some(Cow::Owned(number.to_string())),
        Json::Bool(flag) => Some(Cow::Owned(flag.to_string())),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The parts of an event that Azure's record holds.
pub(super) fn push(json: &Json, parts: &mut Parts<'_>) {
    for keys in PARTS {
        let Some(found) = keys.iter().try_fold(json, |json, key| json.get(key)) else {
            continue;
        };
        let list = found
            .as_array()
            .map_or(std::slice::from_ref(found), Vec::as_slice);
        for text in list.iter().filter_map(scalar) {
            parts.push(keys.join("."), text.into_owned());
        }
    }
}

/// `kubernetes.audit`: the event under its own names. Keys of annotations have their dots turned; what is empty is left
/// out, and so is the metadata of request and answer, as in Elastic's pipeline.
pub(super) fn object(view: &View<'_>) -> Option<Json> {
    let (mut event, aks) = match Audit::of(view.record)? {
        Audit::Plain(json) => (json.to_json(), None),
        Audit::Wrapped(inner) => (inner, view.record.json.map(aks)),
    };
    let map = event.as_object_mut()?;
    for key in ["requestObject", "responseObject"] {
        if let Some(Json::Object(object)) = map.get_mut(key) {
            object.remove("metadata");
        }
    }
    if let Some(Json::Object(annotations)) = map.get_mut("annotations") {
        *annotations = std::mem::take(annotations)
            .into_iter()
            .map(|(key, value)| (key.replace('.', "_"), value))
            .collect();
    }
    if let Some(aks) = aks {
        map.insert("aks_metadata".to_owned(), aks);
    }
    prune(&mut event).then_some(event)
}

fn aks(json: LazyJson<'_>) -> Json {
    let mut metadata = Map::new();
    for (keys, name) in AKS_KEYS {
        if let Some(value) = at(json, keys) {
            metadata.insert(name.to_owned(), value.to_json());
        }
    }
    Json::Object(metadata)
}

/// Takes out what is empty; false when nothing is left. The depth is that which the reader of JSON allows.
fn prune(json: &mut Json) -> bool {
    match json {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => {
            items.retain_mut(prune);
            !items.is_empty()
        }
        Json::Object(map) => {
            map.retain(|_, value| prune(value));
            !map.is_empty()
        }
        Json::Bool(_) | Json::Number(_) => true,
    }
}
