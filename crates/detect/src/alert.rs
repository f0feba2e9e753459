//! The document of an alert.

use std::io;

use gatewatch_event::Document;
use gatewatch_rules::Rule;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::outcome::{Match, Outcome};

/// Fields that say where an event was read, not what it is: they are no part of an alert's identity.
const PLACE_FIELDS: &[&str] = &["log.file.path", "gatewatch.input.path"];

/// An alert, ready to be written.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The rule's place in the engine.
    pub rule: usize,
    /// The document: the event, or what the events of a sequence share, with the `kibana.alert.*` fields.
    pub document: Document,
    /// The events: one, or those of a sequence or sample in the order of the query.
    pub events: Vec<Document>,
}

impl Engine {
    /// Builds the alert of a match.
    ///
    /// The id is a hash of the rule's id and the events' content and place in their files (not of the files' paths), so
    /// two runs over one log give one alert. `@timestamp` and `kibana.alert.original_time` are the time of the event, or
    /// of the last event of a sequence: detection reads no clock.
    ///
    /// # Errors
    ///
    /// When the temporary file that holds the events cannot be read.
    pub fn alert(&self, outcome: &Outcome, found: &Match) -> io::Result<Alert> {
        let rule = &self.rules()[found.rule].rule;
        let mut hasher = Sha256::new();
        hasher.update(rule.id.as_bytes());
        let mut events = Vec::with_capacity(found.events.len());
        for event in found.events.iter().flatten() {
            let bytes = outcome.document(*event)?;
            let map: Map<String, Json> =
                serde_json::from_slice(&bytes).map_err(io::Error::other)?;
            let document = Document::from_map(map);
            hasher.update(identity(&document));
            events.push(document);
        }
        for key in &found.join_keys {
            hasher.update(key.to_json().to_string());
        }
        let id = hex(&hasher.finalize());
        let sequence = found.events.len() > 1;
        let mut document = if sequence {
            shared(&events)
        } else {
            events.first().cloned().unwrap_or_default()
        };
        document.remove("kibana");
        copy_original_event(&mut document);
        if let Some(time) = found.time {
            document.set("@timestamp", Json::from(time.to_string()));
            document.set("kibana.alert.original_time", Json::from(time.to_string()));
        }
        document.set("event.kind", Json::from("signal"));
        set_alert_fields(&mut document, rule, &id);
        if sequence {
            document.set("kibana.alert.depth", Json::from(2));
            document.set("kibana.alert.group.id", Json::from(id));
            let keys: Vec<Json> = found
                .join_keys
                .iter()
                .map(gatewatch_query::KeyValue::to_json)
                .collect();
            if !keys.is_empty() {
                document.set("gatewatch.sequence.join_keys", Json::Array(keys));
            }
            document.set(
                "gatewatch.sequence.events",
                Json::Array(with_gaps(found, &events)),
            );
        }
        Ok(Alert {
            rule: found.rule,
            document,
            events,
        })
    }
}

/// The events in the order of the query, null for a missing one.
fn with_gaps(found: &Match, events: &[Document]) -> Vec<Json> {
    let mut events = events.iter();
    found
        .events
        .iter()
        .map(|event| match event {
            Some(_) => events
                .next()
                .map_or(Json::Null, |document| document.clone().into_json()),
            None => Json::Null,
        })
        .collect()
}

fn identity(document: &Document) -> Vec<u8> {
    let mut document = document.clone();
    for field in PLACE_FIELDS {
        document.remove(field);
    }
    document.into_json().to_string().into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string");
            text
        })
}

/// `event.*` again under `kibana.alert.original_event.*`, because `event.kind` is about to be overwritten.
fn copy_original_event(document: &mut Document) {
    if let Some(event) = document.get("event").cloned()
        && event.is_object()
    {
        document.set("kibana.alert.original_event", event);
    }
}

fn set_alert_fields(document: &mut Document, rule: &Rule, id: &str) {
    let mut set = |name: &str, value: Json| document.set(&format!("kibana.alert.{name}"), value);
    set("uuid", Json::from(id));
    set("status", Json::from("active"));
    set("workflow_status", Json::from("open"));
    set("depth", Json::from(1));
    set("severity", Json::from(rule.severity.as_str()));
    set("risk_score", Json::from(rule.risk_score));
    if let Some(block) = &rule.building_block_type {
        set("building_block_type", Json::from(block.as_str()));
    }
    set("rule.rule_id", Json::from(rule.id.as_str()));
    set("rule.name", Json::from(rule.name.as_str()));
    set("rule.type", Json::from(rule.rule_type.to_string()));
    set("rule.category", Json::from("Event Correlation Rule"));
    set("rule.rule_type_id", Json::from("siem.eqlRule"));
    set("rule.producer", Json::from("siem"));
    set("rule.consumer", Json::from("siem"));
    set("rule.severity", Json::from(rule.severity.as_str()));
    set("rule.risk_score", Json::from(rule.risk_score));
    set("rule.description", Json::from(rule.description.as_str()));
    for key in [
        "tags",
        "author",
        "references",
        "false_positives",
        "license",
        "note",
    ] {
        if let Some(value) = rule.parameters.get(key) {
            set(&format!("rule.{key}"), value.clone());
        }
    }
    if !rule.index.is_empty() {
        set("rule.indices", json!(rule.index));
    }
    if let Some(threat) = rule.parameters.get("threat") {
        set("rule.threat", threat.clone());
    }
}

/// What all events of a sequence agree on: equal values are kept, arrays are intersected.
fn shared(events: &[Document]) -> Document {
    let mut events = events.iter();
    let Some(first) = events.next() else {
        return Document::new();
    };
    let mut common = first.as_map().clone();
    for event in events {
        common = intersect(&common, event.as_map());
    }
    Document::from_map(common)
}

fn intersect(left: &Map<String, Json>, right: &Map<String, Json>) -> Map<String, Json> {
    let mut common = Map::new();
    for (key, value) in left {
        let Some(other) = right.get(key) else {
            continue;
        };
        match (value, other) {
            (Json::Object(a), Json::Object(b)) => {
                let inner = intersect(a, b);
                if !inner.is_empty() {
                    common.insert(key.clone(), Json::Object(inner));
                }
            }
            (Json::Array(a), Json::Array(b)) => {
                let both: Vec<Json> = a.iter().filter(|item| b.contains(item)).cloned().collect();
                if !both.is_empty() {
                    common.insert(key.clone(), Json::Array(both));
                }
            }
            (a, b) if a == b => {
                common.insert(key.clone(), a.clone());
            }
            _ => {}
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::shared;
    use gatewatch_event::Document;
    use serde_json::{Value as Json, json};

    fn document(json: Json) -> Document {
        match json {
            Json::Object(map) => Document::from_map(map),
            _ => Document::new(),
        }
    }

    #[test]
    fn a_shell_holds_what_all_events_share() {
        let a = document(
            json!({"host": {"name": "a", "ip": ["192.0.2.1", "192.0.2.2"]}, "user": {"name": "x"}}),
        );
        let b =
            document(json!({"host": {"name": "a", "ip": ["192.0.2.2"]}, "user": {"name": "y"}}));
        assert_eq!(
            shared(&[a, b]).into_json(),
            json!({"host": {"name": "a", "ip": ["192.0.2.2"]}})
        );
        assert_eq!(shared(&[]).into_json(), json!({}));
    }
}
