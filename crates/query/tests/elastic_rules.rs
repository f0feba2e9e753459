//! Elastic's own EQL rules are accepted, and their conditions match the events made for them.

mod support;

use std::collections::HashMap;

use gatewatch_event::JsonEvent;
use gatewatch_query::{Condition, EcsSchema, Options, Plan, PlanBody, compile};
use gatewatch_syntax::eql::parse_query;
use serde_json::Value as Json;

/// "Multiple Vault Web Credentials Read": its made events put letters into `winlog.process.pid`, which Elastic maps as a
/// long; Elasticsearch would refuse such a document.
const NO_DOCUMENT: &str = "44fc462c-1159-4fa8-b1b7-9b6296ab4f96";

fn plans() -> HashMap<String, Plan> {
    let mut plans = HashMap::new();
    let mut failures = Vec::new();
    for rule in support::elastic("rules.jsonl") {
        if rule["language"] != "eql" {
            continue;
        }
        let text = rule["query"].as_str().expect("a query");
        let mut options = Options::default();
        if let Some(field) = rule["event_category_override"].as_str() {
            options.event_category_field = field.to_owned();
        }
        let plan = parse_query(text)
            .into_result()
            .and_then(|query| compile(&query, text, &EcsSchema, &options));
        match plan {
            Ok(plan) => {
                let id = rule["rule_id"].as_str().expect("an id");
                plans.insert(id.to_owned(), plan);
            }
            Err(problems) => failures.push(format!("{}: {problems:?}", rule["name"])),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    plans
}

fn events(case: &Json) -> Vec<JsonEvent> {
    let events = case["events"].as_array().expect("events");
    events.iter().cloned().map(JsonEvent::new).collect()
}

fn matches_any(condition: &Condition, events: &[JsonEvent]) -> bool {
    events
        .iter()
        .any(|event| condition.matches(event).expect("no rule fails"))
}

#[test]
fn every_rule_matches_its_events_and_not_the_near_misses() {
    let plans = plans();
    let mut failures = Vec::new();
    let mut counts = [0; 3];
    for (index, file) in [
        "positives.jsonl",
        "near_misses.jsonl",
        "case_variants.jsonl",
    ]
    .into_iter()
    .enumerate()
    {
        for case in support::elastic(file) {
            let Some(plan) = case["rule_id"].as_str().and_then(|id| plans.get(id)) else {
                continue;
            };
            if case["rule_id"] == NO_DOCUMENT {
                continue;
            }
            let events = events(&case);
            let expect = match file {
                "positives.jsonl" => true,
                "near_misses.jsonl" => false,
                _ => case["expect"] == 1,
            };
            let holds = match &plan.body {
                PlanBody::Event(condition) => matches_any(condition, &events) == expect,
                // Every step must find an event; how they follow each other is the business of another crate.
                PlanBody::Sequence(sequence) if expect => sequence
                    .steps
                    .iter()
                    .filter(|step| !step.missing)
                    .all(|step| matches_any(&step.condition, &events)),
                PlanBody::Sample(sample) if expect => sample
                    .steps
                    .iter()
                    .all(|step| matches_any(&step.condition, &events)),
                _ => continue,
            };
            counts[index] += 1;
            if !holds {
                failures.push(format!(
                    "{file} {} set {} kind {}",
                    case["rule_id"], case["set"], case["kind"]
                ));
            }
        }
    }
    println!("{counts:?} cases");
    assert!(
        failures.is_empty(),
        "{}\n{} of {counts:?}",
        failures.join("\n"),
        failures.len()
    );
}
