//! Rules of every type over small sets of events.

use std::sync::Arc;

use gatewatch_detect::{Again, Alert, Engine, EngineOptions, IndicatorStore, KnownTerms, Outcome};
use gatewatch_event::{Document, JsonEvent, NothingKnown};
use gatewatch_query::{Condition, EcsSchema, Options, PlanBody};
use gatewatch_rules::{CompiledRule, Exception, Rule, compile};
use gatewatch_syntax::eql::parse_query;
use serde_json::{Value as Json, json};

/// A compiled rule of this type; `rest` holds its other keys.
fn rule(rest: Json) -> CompiledRule {
    let mut object = json!({
        "rule_id": "00000000-0000-4000-8000-0000000000bb", "name": "A rule", "description": "-",
        "severity": "low", "risk_score": 21, "query": "",
    });
    let (Json::Object(object), Json::Object(rest)) = (&mut object, rest) else {
        panic!("objects")
    };
    object.extend(rest);
    let rule = Rule::from_json("test", object.clone()).expect("valid");
    compile(Arc::new(rule), &EcsSchema).expect("it runs")
}

/// An event some seconds after a fixed instant.
fn at(seconds: u32, mut event: Json) -> Json {
    let (minutes, second) = (seconds / 60, seconds % 60);
    let (hour, minute) = (9 + minutes / 60, minutes % 60);
    event["@timestamp"] = json!(format!("2026-01-05T{hour:02}:{minute:02}:{second:02}.000Z"));
    event
}

fn outcome(engine: &Engine, events: &[Json]) -> Outcome {
    engine
        .run(events.iter().cloned().map(JsonEvent::new))
        .expect("it runs")
}

fn alerts(rules: Vec<CompiledRule>, events: &[Json]) -> Vec<Alert> {
    let engine = Engine::new(rules);
    let outcome = outcome(&engine, events);
    outcome
        .matches
        .iter()
        .map(|found| engine.alert(&outcome, found).expect("readable"))
        .collect()
}

fn field(alert: &Alert, name: &str) -> Json {
    alert
        .document
        .to_document()
        .get(name)
        .cloned()
        .unwrap_or_default()
}

fn threshold(rest: Json) -> CompiledRule {
    rule(json!({"type": "threshold", "from": "now-6m", "interval": "5m", "threshold": rest}))
}

#[test]
fn a_group_is_an_alert_when_it_grows_large() {
    let events: Vec<Json> = (0..7)
        .map(|n| {
            at(
                n,
                json!({"source": {"ip": "192.0.2.1"}, "user": {"name": format!("u{}", n % 3)}}),
            )
        })
        .collect();
    let large = threshold(
        json!({"field": ["source.ip"], "value": 5, "cardinality": [{"field": "user.name", "value": 3}]}),
    );
    let found = alerts(vec![large], &events);
    assert_eq!(found.len(), 1);
    assert_eq!(
        field(&found[0], "kibana.alert.threshold_result"),
        json!({
            "count": 7, "from": "2026-01-05T09:00:00.000Z",
            "terms": [{"field": "source.ip", "value": "192.0.2.1"}],
            "cardinality": [{"field": "user.name", "value": 3}],
        })
    );
    assert_eq!(field(&found[0], "source.ip"), json!("192.0.2.1"));
    assert_eq!(
        field(&found[0], "@timestamp"),
        json!("2026-01-05T09:00:06.000Z")
    );
    assert_eq!(field(&found[0], "user.name"), Json::Null);
    assert_eq!(found[0].events, 1);
    assert!(found[0].last.is_some(), "the last event is at hand");
    for too_much in [
        json!({"field": ["source.ip"], "value": 8}),
        json!({"field": ["source.ip"], "value": 5, "cardinality": [{"field": "user.name", "value": 4}]}),
        json!({"field": ["source.ip", "host.name"], "value": 1}),
    ] {
        assert!(alerts(vec![threshold(too_much)], &events).is_empty());
    }
}

#[test]
fn several_values_put_an_event_into_several_groups() {
    let events = [
        at(0, json!({"a": ["x", "y"], "b": ["1", "2"]})),
        at(1, json!({"a": "x", "b": "2"})),
    ];
    let found = alerts(
        vec![threshold(json!({"field": ["a", "b"], "value": 2}))],
        &events,
    );
    let groups: Vec<String> = found
        .iter()
        .map(|alert| format!("{}{}", field(alert, "a"), field(alert, "b")))
        .collect();
    assert_eq!(groups, ["\"x\"\"2\""]);
    assert_eq!(
        alerts(
            vec![threshold(json!({"field": ["a", "b"], "value": 1}))],
            &events
        )
        .len(),
        4
    );
    // Without fields all events are one group.
    assert_eq!(
        alerts(vec![threshold(json!({"field": [], "value": 2}))], &events).len(),
        1
    );
}

#[test]
fn a_burst_across_two_runs_is_found_and_counted_once() {
    // Five minutes from the fourth minute on: no run at a whole five minutes with a look-back of six sees all of it.
    let burst: Vec<Json> = (0..6)
        .map(|n| at(240 + n * 60, json!({"a": "x"})))
        .collect();
    let found = alerts(vec![threshold(json!({"field": ["a"], "value": 6}))], &burst);
    assert_eq!(found.len(), 1);
    let slow: Vec<Json> = (0..6).map(|n| at(n * 73, json!({"a": "x"}))).collect();
    assert!(alerts(vec![threshold(json!({"field": ["a"], "value": 6}))], &slow).is_empty());
    let long: Vec<Json> = (0..40).map(|n| at(n * 30, json!({"a": "x"}))).collect();
    let found = alerts(vec![threshold(json!({"field": ["a"], "value": 6}))], &long);
    let counts: Vec<u64> = found
        .iter()
        .filter_map(|alert| field(alert, "kibana.alert.threshold_result")["count"].as_u64())
        .collect();
    assert_eq!(
        counts,
        [13, 13, 13],
        "the last event begins a window that stays small"
    );
}

fn new_terms(fields: &[&str]) -> CompiledRule {
    rule(json!({"type": "new_terms", "new_terms_fields": fields, "history_window_start": "now-7d"}))
}

#[test]
fn what_was_not_seen_is_new() {
    let events = [
        at(
            0,
            json!({"user": {"name": "a"}, "source": {"ip": ["192.0.2.1", "192.0.2.2"]}}),
        ),
        at(
            1,
            json!({"user": {"name": "a"}, "source": {"ip": "192.0.2.1"}}),
        ),
        at(
            2,
            json!({"user": {"name": "b"}, "source": {"ip": "192.0.2.1"}}),
        ),
        at(3, json!({"user": {"name": "c"}})),
    ];
    let terms = |fields: &[&str]| -> Vec<String> {
        alerts(vec![new_terms(fields)], &events)
            .iter()
            .map(|alert| field(alert, "kibana.alert.new_terms").to_string())
            .collect()
    };
    assert_eq!(terms(&["user.name"]), [r#"["a"]"#, r#"["b"]"#, r#"["c"]"#]);
    assert_eq!(
        terms(&["user.name", "source.ip"]),
        [
            r#"["a","192.0.2.1"]"#,
            r#"["a","192.0.2.2"]"#,
            r#"["b","192.0.2.1"]"#
        ]
    );
}

#[test]
fn history_and_state_make_values_known() {
    let engine = Engine::new(vec![new_terms(&["user.name"])]);
    let mut known = KnownTerms::default();
    let mut run = |history: &[&str], now: &[&str]| {
        let mut worker = engine.worker();
        let kind = worker.kind(&NothingKnown).expect("wanted");
        let event = |name: &str| JsonEvent::new(at(0, json!({"user": {"name": name}})));
        for (position, name) in (0..).zip(history) {
            worker.history(kind, &event(name), position).expect("kept");
        }
        for (position, name) in (100..).zip(now) {
            worker
                .event(kind, &event(name), position, Again::Never)
                .expect("kept");
        }
        engine
            .finish(vec![worker], &mut known)
            .expect("joined")
            .matches
            .len()
    };
    assert_eq!(run(&["a"], &["a", "b"]), 1);
    assert_eq!(run(&[], &["a", "b", "c"]), 1, "the state holds a and b");
    assert_eq!(run(&[], &["c"]), 0);
}

fn threat_match(mapping: Json) -> CompiledRule {
    rule(json!({
        "type": "threat_match", "query": "*:*", "threat_query": "threat.feed.name: lab", "threat_index": ["logs-ti_*"],
        "threat_mapping": mapping,
    }))
}

fn with_indicators(compiled: CompiledRule, indicators: &[Json], events: &[Json]) -> Vec<Alert> {
    let mut store = IndicatorStore::default();
    for indicator in indicators {
        let Json::Object(map) = indicator.clone() else {
            panic!("an object")
        };
        store.push(&Document::from_map(map)).expect("kept");
    }
    let engine = Engine::with(vec![compiled], store, EngineOptions::default());
    let outcome = outcome(&engine, events);
    outcome
        .matches
        .iter()
        .map(|found| engine.alert(&outcome, found).expect("readable"))
        .collect()
}

#[test]
fn an_indicator_is_found_in_events() {
    let indicators = [
        json!({"_id": "one", "threat": {"feed": {"name": "lab"}, "indicator": {"ip": "192.0.2.1", "host": "h1"}}}),
        json!({"threat": {"feed": {"name": "lab"}, "indicator": {"ip": "198.51.100.0/24", "host": "h2"}}}),
        json!({"threat": {"feed": {"name": "other"}, "indicator": {"ip": "203.0.113.9"}}}),
    ];
    let events = [
        at(
            0,
            json!({"source": {"ip": "192.0.2.1"}, "host": {"name": "h1"}}),
        ),
        at(
            1,
            json!({"destination": {"ip": ["203.0.113.1", "198.51.100.77"]}, "host": {"name": "x"}}),
        ),
        at(2, json!({"source": {"ip": "203.0.113.9"}})),
        at(3, json!({"host": {"name": "h1"}})),
    ];
    let either = json!([
        {"entries": [{"field": "source.ip", "type": "mapping", "value": "threat.indicator.ip"}]},
        {"entries": [{"field": "destination.ip", "type": "mapping", "value": "threat.indicator.ip"}]},
    ]);
    let found = with_indicators(threat_match(either), &indicators, &events);
    assert_eq!(found.len(), 2);
    assert_eq!(
        field(&found[0], "threat.enrichments"),
        json!([{
            "indicator": {"ip": "192.0.2.1", "host": "h1"},
            "matched": {"atomic": "192.0.2.1", "field": "source.ip", "id": "one", "index": null, "type": "indicator_match_rule"},
            "feed": {"name": "lab"},
        }])
    );
    assert_eq!(
        field(&found[1], "threat.enrichments")[0]["matched"]["atomic"],
        "198.51.100.77"
    );
    for (negate, expect) in [(false, 1), (true, 0)] {
        let both = json!([{"entries": [
            {"field": "host.name", "type": "mapping", "value": "threat.indicator.host", "negate": negate},
            {"field": "source.ip", "type": "mapping", "value": "threat.indicator.ip"},
        ]}]);
        let found = with_indicators(threat_match(both), &indicators, &events);
        assert_eq!(found.len(), expect, "negate: {negate}");
    }
}

#[test]
fn alerts_of_a_group_are_joined() {
    let events: Vec<Json> = [
        (0, "a"),
        (60, "a"),
        (240, "b"),
        (299, "a"),
        (301, "a"),
        (4000, "a"),
    ]
    .into_iter()
    .map(|(time, name)| at(time, json!({"user": {"name": name}})))
    .collect();
    let counts = |suppression: Json, events: &[Json]| -> Vec<(String, u64)> {
        let compiled =
            rule(json!({"type": "query", "interval": "5m", "alert_suppression": suppression}));
        alerts(vec![compiled], events)
            .iter()
            .map(|alert| {
                let more = field(alert, "kibana.alert.suppression.docs_count");
                let terms = field(alert, "kibana.alert.suppression.terms");
                (terms[0]["value"].to_string(), more.as_u64().unwrap_or(99))
            })
            .collect()
    };
    let text = |name: &str| format!("\"{name}\"");
    // A run lasts five minutes.
    assert_eq!(
        counts(json!({"group_by": ["user.name"]}), &events),
        [
            (text("a"), 2),
            (text("b"), 0),
            (text("a"), 0),
            (text("a"), 0)
        ]
    );
    assert_eq!(
        counts(
            json!({"group_by": ["user.name"], "duration": {"value": 1, "unit": "h"}}),
            &events
        ),
        [(text("a"), 3), (text("b"), 0), (text("a"), 0)]
    );
    let missing = [at(0, json!({"x": 1})), at(1, json!({"x": 1}))];
    assert_eq!(
        counts(json!({"group_by": ["user.name"]}), &missing),
        [("null".to_owned(), 1)]
    );
    assert_eq!(
        counts(
            json!({"group_by": ["user.name"], "missing_fields_strategy": "doNotSuppress"}),
            &missing
        ),
        [("null".to_owned(), 99), ("null".to_owned(), 99)]
    );
    let several = [
        at(0, json!({"user": {"name": ["a", "b"]}})),
        at(1, json!({"user": {"name": "b"}})),
    ];
    assert_eq!(
        counts(json!({"group_by": ["user.name"]}), &several),
        [(text("a"), 0), (text("b"), 1)]
    );
}

#[test]
fn the_event_decides_severity_score_and_name() {
    let compiled = rule(json!({
        "type": "query", "building_block_type": "default", "rule_name_override": "message",
        "severity_mapping": [
            {"field": "event.severity", "operator": "equals", "value": "73", "severity": "high"},
            {"field": "event.severity", "operator": "equals", "value": "73", "severity": "medium"},
        ],
        "risk_score_mapping": [{"field": "event.risk_score", "operator": "equals", "value": ""}],
    }));
    let events = [at(
        0,
        json!({"event": {"severity": 73, "risk_score": 88}, "message": "From the vendor"}),
    )];
    let found = alerts(vec![compiled], &events);
    let alert = &found[0];
    assert_eq!(field(alert, "kibana.alert.severity"), "high");
    assert_eq!(field(alert, "kibana.alert.risk_score"), 88.0);
    assert_eq!(field(alert, "kibana.alert.rule.name"), "From the vendor");
    assert_eq!(field(alert, "kibana.alert.building_block_type"), "default");
    assert_eq!(field(alert, "kibana.alert.original_event.severity"), 73);
    assert_eq!(alert.severity.as_str(), "high");
}

#[test]
fn a_sequence_gives_blocks_and_a_shell() {
    let compiled = rule(json!({
        "type": "eql", "language": "eql", "severity": "high",
        "query": "sequence by host.id [any where event.code == \"1\"] [any where event.code == \"2\"]",
    }));
    let events = [
        at(
            0,
            json!({"_id": "x", "_index": "logs-lab-default", "event": {"code": "1"}, "host": {"id": "h"}}),
        ),
        at(1, json!({"event": {"code": "2"}, "host": {"id": "h"}})),
    ];
    let found = alerts(vec![compiled.clone()], &events);
    let shell = &found[0];
    assert_eq!(shell.blocks.len(), 2);
    let id = field(shell, "kibana.alert.uuid");
    assert_eq!(field(shell, "kibana.alert.depth"), 2);
    assert_eq!(field(shell, "kibana.alert.building_block_type"), Json::Null);
    for (number, block) in shell.blocks.iter().enumerate() {
        let get = |name: &str| block.own().get(name).cloned().unwrap_or_default();
        assert_eq!(get("kibana.alert.group.index"), number);
        assert_eq!(get("kibana.alert.group.id"), id);
        assert_eq!(get("kibana.alert.depth"), 1);
        assert_eq!(get("kibana.alert.building_block_type"), "default");
        assert_eq!(get("event.kind"), "signal");
        assert_eq!(get("_id"), Json::Null);
    }
    let ancestors = field(shell, "kibana.alert.ancestors");
    let ancestors = ancestors.as_array().expect("a list");
    assert_eq!(ancestors.len(), 4);
    assert_eq!(
        ancestors[1],
        json!({"id": "x", "type": "event", "index": "logs-lab-default", "depth": 0})
    );
    assert_eq!(
        ancestors[0]["id"],
        *shell.blocks[0]
            .own()
            .get("kibana.alert.uuid")
            .expect("an id")
    );
    // The same events in another order of reading and with others between them give the same ids.
    let mut more = vec![at(0, json!({"event": {"code": "9"}}))];
    more.extend(events.iter().rev().cloned());
    let again = alerts(vec![compiled], &more);
    assert_eq!(field(&again[0], "kibana.alert.uuid"), id);
}

#[test]
fn exceptions_remove_events_before_anything_is_joined() {
    let condition = |text: &str| -> Condition {
        let tree = parse_query(text).into_result().expect("well formed");
        let plan = gatewatch_query::compile(&tree, text, &EcsSchema, &Options::default());
        match plan.expect("sound").body {
            PlanBody::Event(condition) => condition,
            _ => panic!("an event query"),
        }
    };
    let mut compiled = rule(json!({
        "type": "eql", "language": "eql",
        "query": "sequence by host.id [any where event.code == \"1\"] [any where event.code in (\"1\", \"2\")]",
    }));
    compiled.exceptions.push(Exception {
        name: "known host".into(),
        condition: condition("any where user.name == \"svc\""),
    });
    let events = [
        at(0, json!({"event": {"code": "1"}, "host": {"id": "h"}})),
        at(
            1,
            json!({"event": {"code": "1"}, "host": {"id": "h"}, "user": {"name": "svc"}}),
        ),
        at(2, json!({"event": {"code": "2"}, "host": {"id": "h"}})),
    ];
    let engine = Engine::new(vec![compiled]);
    let outcome = outcome(&engine, &events);
    assert_eq!(outcome.matches.len(), 1);
    assert_eq!(
        outcome.excepted,
        [(0, 0, 1)],
        "counted once, though two steps asked"
    );
    assert_eq!(
        outcome.matches[0]
            .time
            .map(|time| time.to_string())
            .as_deref(),
        Some("2026-01-05T09:00:02.000Z")
    );
}

#[test]
fn a_rule_sees_the_indices_it_names() {
    let of = |id: &str, index: Json| rule(json!({"rule_id": id, "type": "query", "index": index}));
    let rules = vec![
        of("a", json!(["logs-okta*", "filebeat-*"])),
        of("b", json!(["logs-system.security-*"])),
        of("c", json!([])),
    ];
    let events = [
        at(
            0,
            json!({"gatewatch": {"index": ["logs-okta.system-default", "filebeat-*"]}}),
        ),
        at(
            1,
            json!({"gatewatch": {"index": "logs-system.security-default"}}),
        ),
        at(2, json!({"x": 1})),
    ];
    let seen = |options: EngineOptions| -> (Vec<(usize, u64)>, u64) {
        let engine = Engine::with(rules.clone(), IndicatorStore::default(), options);
        let outcome = outcome(&engine, &events);
        let mut counts = vec![0u64; 3];
        for found in &outcome.matches {
            counts[found.rule] += 1;
        }
        (
            counts.into_iter().enumerate().collect(),
            outcome.without_index,
        )
    };
    assert_eq!(
        seen(EngineOptions::default()),
        (vec![(0, 2), (1, 2), (2, 3)], 1)
    );
    let all = EngineOptions {
        ignore_index: true,
        ..EngineOptions::default()
    };
    assert_eq!(seen(all), (vec![(0, 3), (1, 3), (2, 3)], 0));
}

#[test]
fn little_memory_gives_the_same_answers() {
    let rules = || {
        vec![
            rule(json!({
                "rule_id": "s", "type": "eql", "language": "eql",
                "query": "sequence by user.id [any where event.code == \"1\"] [any where event.code == \"2\"]",
            })),
            rule(
                json!({"rule_id": "t", "type": "threshold", "from": "now-1h", "threshold": {"field": ["user.id"], "value": 3}}),
            ),
            rule(
                json!({"rule_id": "n", "type": "new_terms", "new_terms_fields": ["user.id"], "history_window_start": "now-7d"}),
            ),
        ]
    };
    let events: Vec<Json> = (0..30_000u32)
        .map(|n| {
            let code = if n % 7 == 6 { "2" } else { "1" };
            at(n / 10, json!({"event": {"code": code}, "user": {"id": format!("user-{}", n * 7919 % 6000)}}))
        })
        .collect();
    let run = |memory: usize| {
        let options = EngineOptions {
            memory,
            ..EngineOptions::default()
        };
        let engine = Engine::with(rules(), IndicatorStore::default(), options);
        let outcome = outcome(&engine, &events);
        let dropped: Vec<String> = outcome
            .notes
            .iter()
            .filter(|(_, note)| note.contains("bound on memory"))
            .map(|(rule, note)| format!("{rule}: {note}"))
            .collect();
        let found: Vec<String> = outcome
            .matches
            .iter()
            .map(|found| {
                format!(
                    "{} {:?} {:?} {:?}",
                    found.rule, found.time, found.join_keys, found.detail
                )
            })
            .collect();
        (found, dropped)
    };
    let (plenty, dropped) = run(usize::MAX / 4);
    assert!(
        dropped.is_empty() && plenty.len() > 5000,
        "{}",
        plenty.len()
    );
    let (little, dropped) = run(1 << 20);
    assert_eq!(dropped, [""; 0]);
    assert_eq!(little, plenty);
    let (_, dropped) = run(32 << 10);
    assert!(!dropped.is_empty(), "what is dropped is said");
}

/// The place of the rule, the time of an alert, and its document.
type Built = (usize, String, Json);

#[test]
fn where_only_the_first_alerts_are_looked_at_they_are_the_same() {
    let query = |id: &str, query: &str, rest: Json| {
        let mut all = json!({"rule_id": id, "type": "eql", "language": "eql", "query": query});
        let (Json::Object(all_keys), Json::Object(rest)) = (&mut all, rest) else {
            panic!("objects")
        };
        all_keys.extend(rest);
        rule(all)
    };
    let rules = || {
        vec![
            query("a", "any where n % 4 == 0", json!({})),
            query("b", "any where n % 3 == 0", json!({})),
            query(
                "joined",
                "any where n % 4 == 1",
                json!({"alert_suppression": {"group_by": ["user.name"]}}),
            ),
            query(
                "graver",
                "any where n % 5 == 0",
                json!({"severity_mapping": [{"field": "user.name", "operator": "equals", "severity": "high", "value": "u1"}]}),
            ),
            query(
                "s",
                "sequence by user.name [any where n % 4 == 2] [any where n % 4 == 3]",
                json!({}),
            ),
        ]
    };
    // Their times go up and down.
    let events: Vec<Json> = (0..200u32)
        .map(|n| {
            at(
                n * 7919 % 211,
                json!({"n": n, "user": {"name": format!("u{}", n % 3)}}),
            )
        })
        .collect();
    let run = |shown: Option<usize>| -> (Vec<Option<Built>>, usize) {
        let options = EngineOptions {
            shown,
            ..EngineOptions::default()
        };
        let engine = Engine::with(rules(), IndicatorStore::default(), options);
        let mut worker = engine.worker();
        let kind = worker.kind(&NothingKnown).expect("wanted");
        for (position, event) in (0..).zip(&events) {
            worker
                .event(kind, &JsonEvent::new(event.clone()), position, Again::Later)
                .expect("kept");
        }
        let mut outcome = engine
            .finish(vec![worker], &mut KnownTerms::default())
            .expect("joined");
        let again = engine.to_read_again(&outcome);
        for position in &again {
            let event = &events[usize::try_from(*position).expect("small")];
            outcome
                .give(*position, &JsonEvent::new(event.clone()))
                .expect("kept");
        }
        engine.suppress(&mut outcome).expect("readable");
        let built = engine
            .shown(&outcome)
            .map(|(found, is_shown)| {
                is_shown.then(|| {
                    let alert = engine.alert(&outcome, found).expect("readable");
                    let document = alert.document.to_document().into_json();
                    (found.rule, format!("{:?}", found.time), document)
                })
            })
            .collect();
        (built, again.len())
    };
    let (all, again) = run(None);
    assert!(all.iter().all(Option::is_some) && again > 20);
    for count in [1, 3, 1000] {
        let (some, again_of_some) = run(Some(count));
        assert_eq!(some.len(), all.len());
        let mut before = [0; 5];
        for (some, all) in some.iter().zip(&all) {
            let of = all.as_ref().expect("all are built").0;
            let is_first = before[of] < count;
            before[of] += 1;
            if is_first || of == 2 || of == 3 {
                assert_eq!(some, all);
            } else {
                assert!(some.is_none());
            }
        }
        assert_eq!(again_of_some < again, count < 1000);
    }
}

#[test]
fn an_alert_is_the_same_however_much_of_its_event_is_parsed() {
    let rule_of = |rest: Json| {
        let mut all = json!({"type": "eql", "language": "eql", "query": "any where true"});
        let (Json::Object(keys), Json::Object(rest)) = (&mut all, rest) else {
            panic!("objects")
        };
        keys.extend(rest);
        rule(all)
    };
    let events = [
        json!({"event": {"category": ["process"], "kind": "event"}, "process": {"name": "a"}, "winlog": {"x": [1, 2.5, null, "é\n"]}}),
        json!({"message": "no event", "log": {"file": {"path": "/x"}, "offset": 5}, "gatewatch": {"input": {"path": "/x"}}}),
        json!({"kibana": {"alert": {"uuid": "u", "depth": 2}}, "signal": {"a": 1}, "_id": "id", "_index": "i", "_score": 1, "z": {}}),
        json!({"event.kind": "event", "log.file.path": "/y", "user.name": "dotted", "related": {"ip": []}, "event": "no object"}),
        json!({"data_stream": {"type": "logs", "dataset": "d", "namespace": "n"}, "tags": ["t"], "source": {"ip": "192.0.2.1", "port": 5}}),
    ];
    let events: Vec<Json> = (0..).zip(events).map(|(n, event)| at(n, event)).collect();
    // A rule that takes something from its events needs all of them.
    let mapped =
        json!({"risk_score_mapping": [{"field": "no.such", "operator": "equals", "value": ""}]});
    let plain = alerts(vec![rule_of(json!({}))], &events);
    let parsed = alerts(vec![rule_of(mapped)], &events);
    assert_eq!(plain.len(), events.len());
    for (plain, parsed) in plain.iter().zip(&parsed) {
        let written = serde_json::to_string(&plain.document).expect("written");
        let mut changed = plain.document.clone();
        assert_eq!(changed.own_mut(), parsed.document.own());
        assert_eq!(plain.document.own(), parsed.document.own());
        assert_eq!(
            plain.document.own().as_map().keys().collect::<Vec<_>>(),
            parsed.document.own().as_map().keys().collect::<Vec<_>>(),
        );
        assert_eq!(
            written,
            plain.document.to_document().into_json().to_string()
        );
    }
}
