//! The published cases of the pack: every positive fires its rule, every near miss stays silent.

mod support;

use std::sync::Arc;

use gatewatch_detect::Engine;
use gatewatch_event::JsonEvent;
use gatewatch_query::EcsSchema;
use gatewatch_rules::{Rule, compile, parse_cases, shipped_cases, shipped_pack};
use serde_json::Value as Json;

fn shipped() -> Vec<Rule> {
    shipped_pack()
        .map(|(path, text)| Rule::parse(path, text).expect(path))
        .collect()
}

fn alerts(rule: &Rule, documents: Vec<Json>) -> usize {
    let compiled = compile(Arc::new(rule.clone()), &EcsSchema).expect("shipped rules compile");
    Engine::new(vec![compiled])
        .run(documents.into_iter().map(JsonEvent::new))
        .expect("in memory")
        .matches
        .len()
}

#[test]
fn the_cases_beside_the_rules_pass() {
    let rules = shipped();
    for (path, text) in shipped_cases() {
        let rule = rules
            .iter()
            .find(|rule| rule.path == path)
            .expect("a case beside a rule");
        for case in parse_cases(text).expect("valid cases") {
            let raised = alerts(rule, case.documents()) as u64;
            assert_eq!(raised, case.alerts, "{path}: {}", case.name);
        }
    }
}

/// Events of the published design: `_repeat` and `_step` (seconds) write repetitions.
fn written_out(events: &[Json]) -> Vec<Json> {
    let mut millis = 1_767_225_600_000i64;
    let mut documents = Vec::new();
    for event in events {
        let repeat = event["_repeat"].as_u64().unwrap_or(1);
        let step = event["_step"].as_i64().unwrap_or(1);
        for _ in 0..repeat {
            let mut document = event.clone();
            document["@timestamp"] = millis.into();
            documents.push(document);
            millis += step * 1000;
        }
    }
    documents
}

#[test]
fn the_published_cases_of_the_shipped_rules_hold() {
    let Some(path) = support::shared("pack/rules.json") else {
        return;
    };
    let design: Json =
        serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let rules = shipped();
    let mut seen = 0;
    for published in design["rules"].as_array().expect("rules") {
        let id = published["id"].as_str().expect("an id");
        let Some(rule) = rules
            .iter()
            .find(|rule| rule.path.ends_with(&format!("/{id}.toml")))
        else {
            continue;
        };
        seen += 1;
        let list = |key: &str| published[key].as_array().cloned().unwrap_or_default();
        if rule.query.trim_start().starts_with("sequence") {
            assert_eq!(alerts(rule, written_out(&list("positive"))), 1, "{id}");
            assert_eq!(alerts(rule, written_out(&list("negative"))), 0, "{id}");
        } else {
            for event in list("positive") {
                assert_eq!(alerts(rule, written_out(&[event])), 1, "{id}");
            }
            for event in list("negative") {
                assert_eq!(alerts(rule, written_out(&[event])), 0, "{id}");
            }
        }
    }
    assert_eq!(seen, 20);
}
