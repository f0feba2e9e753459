//! The fields that every alert has.

use gatewatch_event::Document;
use gatewatch_rules::Rule;
use serde_json::{Map, Value as Json, json};

use super::Place;
use super::overrides::Overrides;

/// Parameters of a rule that alerts carry under `kibana.alert.rule`, as they stand in the rule.
const COPIED: &[&str] = &[
    "tags",
    "author",
    "references",
    "false_positives",
    "license",
    "note",
    "threat",
    "risk_score_mapping",
    "severity_mapping",
    "rule_name_override",
    "timestamp_override",
    "building_block_type",
    "exceptions_list",
    "actions",
    "throttle",
    "namespace",
    "timeline_id",
    "timeline_title",
    "meta",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
];

/// Long texts that are left out of `kibana.alert.rule.parameters`.
const LONG: &[&str] = &["note", "setup", "description"];

/// Kibana's own id of the rule, where it is known.
pub(super) fn rule_uuid(rule: &Rule) -> &str {
    rule.text("id").unwrap_or(&rule.id)
}

/// Sets all but what the alert says of its rule.
pub(super) fn set(document: &mut Document, rule: &Rule, of: &Overrides, place: Place<'_>) {
    let time = document.get("@timestamp").cloned();
    let mut set = |name: &str, value: Json| document.set(&format!("kibana.alert.{name}"), value);
    set("uuid", Json::from(place.id));
    set("status", Json::from("active"));
    set("workflow_status", Json::from("open"));
    set("workflow_tags", json!([]));
    set("workflow_assignee_ids", json!([]));
    if let Some(time) = time {
        set("start", time.clone());
        set("last_detected", time);
    }
    set("depth", Json::from(place.depth));
    set("severity", Json::from(of.severity.as_str()));
    set("risk_score", of.risk_score.clone());
    set("reason", Json::from(of.reason.as_str()));
    if let Some(block) = &rule.building_block_type {
        set("building_block_type", Json::from(block.as_str()));
    }
    if let Some(group) = place.group {
        set("group.id", Json::from(group));
    }
    if let Some(number) = place.number {
        set("group.index", Json::from(number));
    }
    document.set("kibana.space_ids", json!(["default"]));
}

/// What alerts say of their rule.
pub(super) fn rule_object(rule: &Rule, of: &Overrides) -> Map<String, Json> {
    let mut object = Map::new();
    let mut set = |name: &str, value: Json| {
        object.insert(name.to_owned(), value);
    };
    set("uuid", Json::from(rule_uuid(rule)));
    set("rule_id", Json::from(rule.id.as_str()));
    set("name", Json::from(of.name.as_str()));
    set("type", Json::from(rule.rule_type.name()));
    set("category", Json::from(rule.rule_type.category()));
    set("rule_type_id", Json::from(rule.rule_type.type_id()));
    set("producer", Json::from("siem"));
    set("consumer", Json::from("siem"));
    set("severity", Json::from(of.severity.as_str()));
    set("risk_score", of.risk_score.clone());
    set("description", Json::from(rule.description.as_str()));
    set("from", Json::from(rule.from.as_str()));
    set("to", Json::from(rule.text("to").unwrap_or("now")));
    set("interval", Json::from(rule.interval.as_str()));
    set("enabled", Json::from(true));
    for (name, otherwise) in [("version", 1), ("revision", 0)] {
        let value = rule.parameters.get(name).filter(|value| value.is_number());
        set(
            name,
            value.cloned().unwrap_or_else(|| Json::from(otherwise)),
        );
    }
    set("max_signals", Json::from(rule.max_signals.unwrap_or(100)));
    let immutable = rule.parameters.get("immutable").and_then(Json::as_bool);
    set("immutable", Json::from(immutable.unwrap_or(false)));
    for key in COPIED {
        if let Some(value) = rule.parameters.get(*key).filter(|value| !value.is_null()) {
            set(key, value.clone());
        }
    }
    if !rule.index.is_empty() {
        set("indices", json!(rule.index));
    }
    let parameters: Map<String, Json> = rule
        .parameters
        .iter()
        .filter(|(name, _)| !LONG.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    set("parameters", Json::Object(parameters));
    object
}
