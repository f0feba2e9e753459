//! The typed model reads both forms of a rule, and every published one.

use std::path::PathBuf;

use gatewatch_rules::{Cardinality, Language, MissingFields, Rule, RuleSeverity, RuleType};
use serde_json::{Map, Value as Json, json};

const HEAD: &str = r#"
[rule]
rule_id = "00000000-0000-4000-8000-000000000002"
name = "A rule"
description = "What it finds."
severity = "low"
risk_score = 21
query = "user.name: *"
"#;

fn toml(rest: &str) -> Rule {
    Rule::parse("a.toml", &format!("{HEAD}{rest}")).expect("valid")
}

fn api(mut json: Json) -> Result<Rule, Vec<&'static str>> {
    let object = json.as_object_mut().expect("an object");
    for (key, value) in [
        ("rule_id", json!("00000000-0000-4000-8000-000000000002")),
        ("name", json!("A rule")),
        ("description", json!("What it finds.")),
        ("severity", json!("low")),
        ("risk_score", json!(21)),
        ("query", json!("user.name: *")),
    ] {
        object.entry(key).or_insert(value);
    }
    Rule::from_json("export.ndjson:1", std::mem::take(object))
        .map_err(|problems| problems.iter().map(|problem| problem.code).collect())
}

#[test]
fn the_two_forms_of_new_terms_are_the_same() {
    let from_toml = toml(
        "type = \"new_terms\"\n[rule.new_terms]\nfield = \"new_terms_fields\"\nvalue = [\"source.ip\", \"user.name\"]\n[[rule.new_terms.history_window_start]]\nfield = \"history_window_start\"\nvalue = \"now-7d\"\n",
    );
    let from_api = api(
        json!({"type": "new_terms", "new_terms_fields": ["source.ip", "user.name"], "history_window_start": "now-7d"}),
    )
    .expect("valid");
    assert_eq!(from_toml.rule_type, from_api.rule_type);
    let RuleType::NewTerms(terms) = from_api.rule_type else {
        panic!("it is a new_terms rule")
    };
    assert_eq!(terms.fields, ["source.ip", "user.name"]);
    assert_eq!(terms.history_window_start, "now-7d");
    assert_eq!(from_api.language, Some(Language::Kuery));
}

#[test]
fn a_threshold_has_fields_or_none() {
    let rule = toml(
        "type = \"threshold\"\nfrom = \"now-1h\"\ninterval = \"30m\"\n[rule.threshold]\nfield = [\"host.name\"]\nvalue = 5\n[[rule.threshold.cardinality]]\nfield = \"user.name\"\nvalue = 3\n",
    );
    let RuleType::Threshold(threshold) = &rule.rule_type else {
        panic!("it is a threshold rule")
    };
    assert_eq!((threshold.fields.len(), threshold.value), (1, 5));
    assert_eq!(
        threshold.cardinality,
        [Cardinality {
            field: "user.name".into(),
            value: 3
        }]
    );
    assert_eq!(rule.look_back(), 3_600_000_000_000);
    assert_eq!(rule.run_interval(), 1_800_000_000_000);
    for field in [json!(""), json!([]), json!([""])] {
        let rule = api(json!({"type": "threshold", "threshold": {"field": field, "value": 2}}));
        let RuleType::Threshold(threshold) = rule.expect("valid").rule_type else {
            panic!("it is a threshold rule")
        };
        assert!(threshold.fields.is_empty());
    }
    for bad in [
        json!({"field": "a"}),
        json!({"field": "a", "value": 0}),
        json!({"field": [1], "value": 1}),
        json!([]),
    ] {
        assert_eq!(
            api(json!({"type": "threshold", "threshold": bad})),
            Err(vec!["rule-key-type"])
        );
    }
    assert_eq!(
        api(json!({"type": "threshold"})),
        Err(vec!["rule-key-missing"])
    );
}

#[test]
fn an_indicator_match_is_read() {
    let rule = api(json!({
        "type": "threat_match", "threat_query": "*:*", "threat_index": ["logs-ti_*"],
        "threat_mapping": [
            {"entries": [{"field": "source.ip", "type": "mapping", "value": "threat.indicator.ip"}]},
            {"entries": [
                {"field": "url.domain", "type": "mapping", "value": "threat.indicator.url.domain"},
                {"field": "host.name", "type": "mapping", "value": "threat.indicator.host", "negate": true},
            ]},
        ],
    }))
    .expect("valid");
    let RuleType::ThreatMatch(threat) = rule.rule_type else {
        panic!("it is an indicator match rule")
    };
    assert_eq!(threat.mapping.len(), 2);
    assert!(threat.mapping[1][1].negate && !threat.mapping[1][0].negate);
    assert_eq!(threat.indicator_path, "threat.indicator");
    assert_eq!(
        api(
            json!({"type": "threat_match", "threat_query": "*", "threat_mapping": [{"entries": []}]})
        ),
        Err(vec!["rule-key-type"])
    );
}

#[test]
fn the_options_are_read() {
    let rule = api(json!({
        "type": "query",
        "alert_suppression": {"group_by": ["host.name"], "duration": {"value": 5, "unit": "h"}, "missing_fields_strategy": "doNotSuppress"},
        "severity_mapping": [{"field": "event.severity", "operator": "equals", "value": "73", "severity": "high"}],
        "risk_score_mapping": [{"field": "event.risk_score", "operator": "equals", "value": ""}],
        "exceptions_list": [{"id": "x", "list_id": "lab", "type": "detection", "namespace_type": "single"}],
        "building_block_type": "default", "timestamp_override": "event.ingested", "timestamp_field": "", "max_signals": 5,
        "filters": [{"meta": {"negate": true}, "query": {"exists": {"field": "a"}}}], "rule_name_override": null,
    }))
    .expect("valid");
    let suppression = rule.alert_suppression.expect("it has one");
    assert_eq!(suppression.duration, Some(5 * 3_600_000_000_000));
    assert_eq!(suppression.missing_fields, MissingFields::DoNotSuppress);
    assert_eq!(rule.severity_mapping[0].severity, RuleSeverity::High);
    assert_eq!(rule.risk_score_mapping.as_deref(), Some("event.risk_score"));
    assert_eq!(rule.exceptions_list[0].list_id, "lab");
    assert_eq!(rule.building_block_type.as_deref(), Some("default"));
    assert_eq!(rule.timestamp_override.as_deref(), Some("event.ingested"));
    assert_eq!(
        (rule.timestamp_field, rule.rule_name_override),
        (None, None)
    );
    assert_eq!((rule.max_signals, rule.filters.len()), (Some(5), 1));
    assert_eq!(
        (rule.from.as_str(), rule.interval.as_str()),
        ("now-6m", "5m")
    );
}

#[test]
fn what_does_not_fit_is_named() {
    for (rule, code) in [
        (json!({"type": "query", "language": "eql"}), "rule-language"),
        (json!({"type": "eql", "language": "kuery"}), "rule-language"),
        (json!({"type": "query", "filters": "x"}), "rule-key-type"),
        (json!({"type": "query", "index": [1]}), "rule-key-type"),
        (
            json!({"type": "query", "alert_suppression": {"duration": {"value": 0, "unit": "s"}}}),
            "rule-key-type",
        ),
        (
            json!({"type": "query", "alert_suppression": {"missing_fields_strategy": "drop"}}),
            "rule-key-type",
        ),
        (
            json!({"type": "query", "severity_mapping": [{"field": "a"}]}),
            "rule-key-type",
        ),
        (
            json!({"type": "query", "exceptions_list": [{}]}),
            "rule-key-type",
        ),
        (
            json!({"type": "new_terms", "new_terms_fields": ["a", "b", "c", "d"], "history_window_start": "now-7d"}),
            "rule-new-terms",
        ),
    ] {
        assert_eq!(api(rule.clone()), Err(vec![code]), "{rule}");
    }
}

#[test]
fn every_published_rule_is_read() {
    let shared = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(shared.join("elastic/rules.jsonl")) else {
        eprintln!("SKIPPED: the shared rules are not here");
        return;
    };
    let mut count = 0;
    for line in text.lines() {
        let mut object: Map<String, Json> = serde_json::from_str(line).expect("JSON");
        let name = object["name"].to_string();
        object.insert("description".into(), json!("left out of the shared file"));
        let rule = Rule::from_json("rules.jsonl", object)
            .unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert!(!matches!(rule.rule_type, RuleType::Other(_)), "{name}");
        count += 1;
    }
    assert!(count > 1800, "{count}");
}
