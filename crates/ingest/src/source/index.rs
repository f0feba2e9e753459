//! In which of Elastic's indices an event would lie.
//!
//! Rules name the indices they look at, and an event may come to Elasticsearch by several ways: a Windows logon through
//! Elastic Agent (`logs-system.security-*`), through Winlogbeat (`winlogbeat-*`), or from a collector of forwarded events
//! (`logs-windows.forwarded-*`). So a rule sees an event if it looks at *any* index that the event could lie in. What decides,
//! the first that is there:
//!
//! 1. `_index`, as exports from Elasticsearch hold it;
//! 2. `data_stream.*`, `event.dataset`, `event.module` and `agent.type`, all of them together, with [`ALIASES`];
//! 3. nothing: no index is known, and every rule sees the event.
//!
//! A source needs to do nothing but to set `event.dataset`, as Elastic's integrations do.

use gatewatch_event::{Event, Field, INDEX_FIELD, Known, Value};

/// Datasets, by how they begin, and the other indices in which the same events lie when they come another way.
const ALIASES: &[(&str, &[&str])] = &[
    ("system.security", WINDOWS),
    ("system.system", WINDOWS),
    ("system.application", WINDOWS),
    ("windows.", WINDOWS),
    ("endpoint.", &[]),
    ("auditd_manager.", &["auditbeat-*"]),
    ("network_traffic.", &["packetbeat-*"]),
    // All others are modules of Filebeat as well.
    ("", &["filebeat-*"]),
];

const WINDOWS: &[&str] = &["winlogbeat-*", "logs-windows.forwarded-*"];

/// The modules of Winlogbeat have other names than the datasets of Elastic Agent.
const WINLOGBEAT_MODULES: &[(&str, &str)] = &[
    ("security", "logs-system.security-*"),
    ("sysmon", "logs-windows.sysmon_operational-*"),
    ("powershell", "logs-windows.powershell*"),
];

/// Agents that write to indices of their own names.
const BEATS: &[&str] = &[
    "auditbeat",
    "filebeat",
    "heartbeat",
    "metricbeat",
    "packetbeat",
    "winlogbeat",
];

/// The fields that decide.
pub(crate) const DECIDING: [&str; 7] = [
    "_index",
    "data_stream.dataset",
    "data_stream.type",
    "data_stream.namespace",
    "event.dataset",
    "event.module",
    "agent.type",
];

/// The names of the indices; `first` gives the first value of a field.
fn names(first: &dyn Fn(&str) -> Option<String>) -> Vec<Value<'static>> {
    if let Some(index) = first("_index") {
        return vec![Value::from(without_generation(&index).to_owned())];
    }
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    let stream = first("data_stream.dataset");
    let mut datasets: Vec<String> = stream.into_iter().collect();
    datasets.extend(first("event.dataset").filter(|dataset| !datasets.contains(dataset)));
    for dataset in &datasets {
        let part = |field: &str| first(field).unwrap_or_else(|| "*".to_owned());
        let (kind, namespace) = (part("data_stream.type"), part("data_stream.namespace"));
        add(&format!("{kind}-{dataset}-{namespace}"));
        let aliases = ALIASES.iter().find(|(start, _)| dataset.starts_with(start));
        for alias in aliases.iter().flat_map(|(_, names)| *names) {
            add(alias);
        }
    }
    if datasets.is_empty()
        && let Some(module) = first("event.module")
    {
        match WINLOGBEAT_MODULES.iter().find(|(name, _)| *name == module) {
            Some((_, stream)) => {
                add(stream);
                WINDOWS.iter().for_each(|name| add(name));
            }
            None => {
                add(&format!("logs-{module}.*"));
                add("filebeat-*");
            }
        }
    }
    if let Some(agent) = first("agent.type")
        && BEATS.contains(&agent.as_str())
    {
        add(&format!("{agent}-*"));
    }
    names.into_iter().map(Value::from).collect()
}

/// The name of the data stream that a backing index (`.ds-NAME-2026.01.05-000001`) belongs to; any other name as it is.
fn without_generation(index: &str) -> &str {
    let Some(rest) = index.strip_prefix(".ds-") else {
        return index;
    };
    let cut = |text: &'_ str| text.rsplit_once('-').map(|(before, _)| before.len());
    cut(rest)
        .and_then(|end| cut(&rest[..end]))
        .map_or(rest, |end| &rest[..end])
}

/// The indices that an event would lie in.
pub(crate) fn of_event(event: &dyn Event) -> Vec<Value<'static>> {
    names(&|name| Some(event.first(Field::new(name))?.text().into_owned()))
}

/// The indices that every event of a kind would lie in; `None` where that is not known.
pub(crate) fn of_kind(known: &dyn Known) -> Option<Vec<Value<'static>>> {
    if let Some(names) = known.known(Field::new(INDEX_FIELD))
        && !names.is_empty()
    {
        return Some(names.to_vec());
    }
    for name in DECIDING {
        known.known(Field::new(name))?;
    }
    Some(names(&|name| {
        let values = known.known(Field::new(name))?;
        Some(values.first()?.text().into_owned())
    }))
}

#[cfg(test)]
mod tests {
    use gatewatch_event::JsonEvent;
    use serde_json::{Value as Json, json};

    use super::of_event;

    #[track_caller]
    fn check(event: Json, expect: &[&str]) {
        let names: Vec<String> = of_event(&JsonEvent::new(event))
            .iter()
            .map(|name| name.text().into_owned())
            .collect();
        assert_eq!(names, expect);
    }

    #[test]
    fn indices_by_what_an_event_says() {
        check(json!({}), &[]);
        check(json!({"message": "x", "agent": {"type": "custom"}}), &[]);
        check(
            json!({"data_stream": {"type": "logs", "dataset": "system.security", "namespace": "default"}}),
            &[
                "logs-system.security-default",
                "winlogbeat-*",
                "logs-windows.forwarded-*",
            ],
        );
        check(
            json!({"event": {"dataset": "okta.system", "module": "okta"}}),
            &["*-okta.system-*", "filebeat-*"],
        );
        check(
            json!({"event": {"module": "okta"}}),
            &["logs-okta.*", "filebeat-*"],
        );
        check(
            json!({"event": {"module": "security"}, "agent": {"type": "winlogbeat"}}),
            &[
                "logs-system.security-*",
                "winlogbeat-*",
                "logs-windows.forwarded-*",
            ],
        );
        check(json!({"agent": {"type": "auditbeat"}}), &["auditbeat-*"]);
        check(
            json!({"event": {"dataset": "endpoint.events.process"}}),
            &["*-endpoint.events.process-*"],
        );
        check(
            json!({"_index": ".ds-logs-okta.system-default-2026.01.05-000003", "event": {"dataset": "x"}}),
            &["logs-okta.system-default"],
        );
        check(json!({"_index": "winlogbeat-8.9.0"}), &["winlogbeat-8.9.0"]);
        check(json!({"_index": ".ds-x"}), &["x"]);
    }
}
