//! `suricata.eve`: what is left of an event when the fields of ECS are taken out.

use serde_json::{Map, Value as Json};

use crate::source::mapping::View;

/// Members of the event that are fields of ECS.
const MOVED: [&str; 9] = [
    "timestamp",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
    "ether",
    "app_proto",
    "community_id",
];

/// The same of objects inside the event.
const MOVED_INSIDE: [(&str, &[&str]); 5] = [
    ("alert", &["action", "severity"]),
    (
        "flow",
        &[
            "pkts_toserver",
            "pkts_toclient",
            "bytes_toserver",
            "bytes_toclient",
            "start",
            "end",
        ],
    ),
    (
        "http",
        &[
            "http_method",
            "status",
            "hostname",
            "url",
            "http_refer",
            "length",
            "http_user_agent",
            "http_port",
        ],
    ),
    ("fileinfo", &["filename", "size"]),
    (
        "dns",
        &[
            "aa", "tc", "rd", "ra", "qr", "version", "flags", "grouped", "answers",
        ],
    ),
];

/// Metadata of rules that lie beside the rule's name.
const METADATA: [&str; 16] = [
    "attack_target",
    "capec_id",
    "classtype",
    "cve",
    "cvss_v2_base",
    "cvss_v2_temporal",
    "cvss_v3_base",
    "cvss_v3_temporal",
    "cwe_id",
    "hostile",
    "infected",
    "malware",
    "priority",
    "protocols",
    "rule_source",
    "sid",
];

/// Metadata of rules that are fields of ECS.
const ECS_METADATA: [&str; 6] = [
    "filename",
    "mitre_attack",
    "mitre_tactic_id",
    "mitre_tactic_name",
    "mitre_technique_id",
    "mitre_technique_name",
];

/// The object.
pub(super) fn object(view: &View<'_>) -> Option<Json> {
    let mut event = view.record.json?.to_json();
    let map = event.as_object_mut()?;
    for key in MOVED {
        map.shift_remove(key);
    }
    for (object, keys) in MOVED_INSIDE {
        if let Some(Json::Object(inner)) = map.get_mut(object) {
            for key in keys {
                inner.shift_remove(*key);
            }
        }
    }
    if let Some(Json::Object(alert)) = map.get_mut("alert") {
        metadata(alert);
    }
    if let Some(id) = map.get_mut("flow_id")
        && id.is_number()
    {
        *id = Json::from(id.to_string());
    }
    if let Some(Json::String(kind)) = map.get_mut("event_type") {
        kind.make_ascii_lowercase();
    }
    if let Some(Json::String(name)) = map.get_mut("tls").and_then(|tls| tls.get_mut("sni"))
        && name.ends_with('.')
    {
        name.pop();
    }
    map.retain(|_, value| value.as_object().is_none_or(|inner| !inner.is_empty()));
    Some(event)
}

/// Brings what Elastic knows of a rule's metadata to its place.
fn metadata(alert: &mut Map<String, Json>) {
    let Some(Json::Object(mut metadata)) = alert.shift_remove("metadata") else {
        return;
    };
    for key in ECS_METADATA {
        metadata.shift_remove(key);
    }
    for key in METADATA {
        if let Some(value) = metadata.shift_remove(key) {
            alert.insert(key.to_owned(), value);
        }
    }
    for key in ["created_at", "updated_at"] {
        if let Some(value) = metadata.shift_remove(key) {
            let day = match &value {
                Json::Array(days) => days.first().and_then(Json::as_str),
                other => other.as_str(),
            };
            if let Some(date) = day.and_then(date) {
                alert.insert(key.to_owned(), Json::from(date));
            }
        }
    }
    if !metadata.is_empty() {
        alert.insert("metadata".to_owned(), Json::Object(metadata));
    }
}

/// `2010_09_23` and `2010-09-23` as a date.
fn date(day: &str) -> Option<String> {
    let day = day.replace('_', "-");
    let date: jiff::civil::Date = day.parse().ok()?;
    Some(format!("{date}T00:00:00.000Z"))
}
