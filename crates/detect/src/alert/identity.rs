//! Ids that are the same in every run.

use gatewatch_event::Document;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// Fields that say where an event was read, not what it is: they are no part of an alert's identity.
pub(super) const PLACE_FIELDS: &[&str] = &["log.file.path", "gatewatch.input.path"];

/// A hash over what makes an alert.
pub(super) struct Identity(Sha256);

impl Identity {
    pub(super) fn new(rule: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(rule.as_bytes());
        Self(hasher)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// What identifies an event, and what it descends from.
pub(super) struct Known {
    /// Its JSON text, without the fields that say where it was read.
    pub(super) content: Vec<u8>,
    /// The event, before it those of an event that is an alert itself.
    pub(super) ancestors: Vec<Json>,
}

impl Known {
    pub(super) fn of(event: &Document) -> Self {
        Self::with(event, without_place(event))
    }

    /// The same, where its text without the place is known.
    pub(super) fn with(event: &Document, content: Vec<u8>) -> Self {
        Self {
            ancestors: ancestors_of(event, &content),
            content,
        }
    }
}

fn without_place(event: &Document) -> Vec<u8> {
    event.to_json_without(PLACE_FIELDS)
}

/// The hash of several parts, each of which is told from its neighbours.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| DIGITS[usize::from(digit)])
        .collect()
}

/// What stands for the `_id` of an event: its own, or a hash of what it holds.
pub(crate) fn document_id(event: &Document) -> String {
    id_of(event, &without_place(event))
}

/// The same, where its text without the place is known.
fn id_of(event: &Document, content: &[u8]) -> String {
    match event.get("_id").and_then(Json::as_str) {
        Some(id) => id.to_owned(),
        None => digest(&[content]),
    }
}

/// The index that an event lies in: its own, or the data stream that its mapping names; empty where neither is known.
fn index_name(event: &Document) -> String {
    let text = |name: &str| event.get(name).and_then(Json::as_str);
    if let Some(index) = text("_index") {
        return index.to_owned();
    }
    match (
        text("data_stream.type"),
        text("data_stream.dataset"),
        text("data_stream.namespace"),
    ) {
        (Some(kind), Some(dataset), Some(namespace)) => format!("{kind}-{dataset}-{namespace}"),
        _ => String::new(),
    }
}

fn ancestors_of(event: &Document, content: &[u8]) -> Vec<Json> {
    let index = index_name(event);
    let Some(uuid) = event.get("kibana.alert.uuid") else {
        return vec![
            json!({"id": id_of(event, content), "type": "event", "index": index, "depth": 0}),
        ];
    };
    let mut ancestors = event
        .get("kibana.alert.ancestors")
        .and_then(Json::as_array)
        .cloned()
        .unwrap_or_default();
    let depth = event
        .get("kibana.alert.depth")
        .and_then(Json::as_i64)
        .unwrap_or(1);
    let rule = event
        .get("kibana.alert.rule.uuid")
        .cloned()
        .unwrap_or_default();
    ancestors
        .push(json!({"id": uuid, "type": "signal", "index": index, "depth": depth, "rule": rule}));
    ancestors
}

/// The greatest depth among ancestors.
pub(super) fn depth(ancestors: &[Json]) -> i64 {
    ancestors
        .iter()
        .filter_map(|ancestor| ancestor.get("depth")?.as_i64())
        .max()
        .unwrap_or(0)
}
