//! What of the events goes into an alert.

use gatewatch_event::Document;
use gatewatch_rules::{Rule, RuleType};
use serde_json::{Map, Value as Json};

use crate::outcome::{Detail, Match};

/// Fields of an event that are not copied: those of an alert that the event is itself, and Elasticsearch's metadata, which no
/// document may hold.
const NOT_COPIED: &[&str] = &[
    "kibana",
    "signal",
    "threshold_result",
    "_id",
    "_index",
    "_version",
    "_score",
    "_type",
    "_seq_no",
    "_primary_term",
];

/// An event without what is not copied.
pub(super) fn of_event(event: &Document) -> Document {
    own(event.clone())
}

/// The same of an event that is not needed any more.
pub(super) fn own(mut event: Document) -> Document {
    for name in NOT_COPIED {
        event.remove(name);
    }
    event
}

/// Does the alert speak of a group of events by the values that make the group?
pub(super) fn is_of_group(rule: &Rule, found: &Match) -> bool {
    matches!(
        (&found.detail, &rule.rule_type),
        (Detail::Threshold { .. }, RuleType::Threshold(_))
    )
}

/// The event; what all events of a sequence share; or the values of a group.
pub(super) fn body(rule: &Rule, found: &Match, events: &[Document]) -> Document {
    if let (Detail::Threshold { group, .. }, RuleType::Threshold(threshold)) =
        (&found.detail, &rule.rule_type)
    {
        let mut document = Document::new();
        for (field, value) in threshold.fields.iter().zip(group) {
            document.set(field, value.to_json());
        }
        return document;
    }
    if found.events.len() > 1 {
        let events: Vec<Document> = events.iter().map(of_event).collect();
        return shared(&events);
    }
    events.first().map(of_event).unwrap_or_default()
}

/// `event.*` and `data_stream.*` again under `kibana.alert`, because `event.kind` is about to be overwritten and the alert
/// lies in another data stream.
pub(super) fn copy_original(document: &mut Document) {
    for (from, to) in [
        ("event", "kibana.alert.original_event"),
        ("data_stream", "kibana.alert.original_data_stream"),
    ] {
        if let Some(object) = document.get(from).cloned()
            && object.is_object()
        {
            document.set(to, object);
        }
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
