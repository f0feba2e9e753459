//! Each construct of the languages, alone.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use gatewatch_query::EcsSchema;
use gatewatch_rules::Rule;
use gatewatch_simulate::{BrokenKind, Refusal, Simulator};
use serde_json::json;
use support::{Tally, eql, kql, rule};

#[track_caller]
fn simulated(rule: Rule) -> BTreeSet<&'static str> {
    let query = rule.query.clone();
    let mut tally = Tally::default();
    tally.add(rule, 4);
    assert_eq!(tally.refused, [], "{query}");
    tally.misses.keys().map(|kind| kind.as_str()).collect()
}

#[test]
fn predicates_are_followed_backwards() {
    for condition in [
        r#"process.name == "a.exe""#,
        r#"process.name != "a.exe""#,
        r#"process.name : ("a*.exe", "b?.exe") and process.name : "*x*" and not process.name : "*y*""#,
        r#"process.name regex "[a-c]{3}[0-9]+""#,
        r#"process.name regex~ "ab|c.*d""#,
        r#"process.pid > 4 and process.pid <= 7 and process.pid != 6"#,
        r#"process.parent.pid == null and process.pid != null"#,
        r#"process.args == "-a" and process.args == "-b" and not process.args == "-c""#,
        r#"event.type == "start" and event.type == "connection""#,
        r#"process.command_line : "*one*" and process.command_line : "*two*" and length(process.command_line) > 90"#,
        r#"length(file.extension) == 0"#,
        r#"cidrMatch(source.ip, "10.0.0.0/8", "2001:db8::/32") and not cidrMatch(source.ip, "10.128.0.0/9")"#,
        r#"startsWith(process.name, "a") and endsWith~(process.name, "Z") and stringContains(process.name, "q")"#,
        r#"startsWith~(host.name, substring(user.name, 0, -1)) and endsWith(user.name, "$")"#,
        r#"substring(file.path, 0, length(file.path) - (length(file.name) + 1)) == "/srv/www""#,
        r#"startsWith(concat(user.domain, "."), concat(host.name, "."))"#,
        r#"endsWith(string(source.ip), "7")"#,
        r#"number(winlog.event_data.Level, 16) == 255"#,
        r#"process.pid + 3 == 10 and process.pid * 2 == 14"#,
        r#"modulo(process.pid, 4) == 1"#,
        r#"between(process.command_line, "<", ">") == "inner""#,
        r#"indexOf(process.command_line, "here") == 5"#,
        r#"indexOf(process.name, process.parent.name) == null and process.parent.name != null"#,
        r#"@timestamp >= "2026-01-01T00:00:00Z" and file.created < "2020-02-02T00:00:00Z""#,
        r#"dll.Ext.relative_file_creation_time <= 500 and not dll.code_signature.trusted == true"#,
        r#"(process.name == "a" or process.name == "b") and not (process.name == "a" and user.id == "0")"#,
    ] {
        let kinds = simulated(eql(&format!("process where {condition}")));
        assert!(kinds.contains("predicate"), "{condition}");
    }
}

#[test]
fn questions_of_kql_are_answered() {
    for query in [
        r#"process.name: a*.exe and not process.name: (*q* or "ay.exe")"#,
        "event.type: (start and connection)",
        "source.ip: (* and not (10.0.0.0/8 or 127.0.0.1)) and destination.port >= 1024",
        r#"message: ("two words" and other and pre*)"#,
        r"user.name: back\\slash\*star*",
        "aws.cloudtrail.flattened.*: secret",
        "vendor.object.*: (a* or b)",
        "@timestamp >= \"now-1d\" and event.ingested <= now",
        "process.name.caseless: lower* and process.name: *",
        "email.attachments: { file.name: a.exe and not file.extension: pdf }",
        "file.size > 5 and file.size <= 7 or not user.id: *",
        "vendor.flag: true and vendor.number: 5 and not vendor.other: null",
    ] {
        assert!(simulated(kql(query)).contains("predicate"), "{query}");
    }
}

#[test]
fn groups_are_as_large_as_a_threshold_asks() {
    let threshold = |threshold| {
        rule(json!({
            "type": "threshold", "language": "kuery", "query": "event.category: authentication and user.name: a*",
            "threshold": threshold,
        }))
    };
    assert_eq!(
        simulated(threshold(json!({
            "field": ["host.name"], "value": 5,
            "cardinality": [{"field": "user.name", "value": 3}],
        }))),
        BTreeSet::from(["cardinality", "count", "join", "predicate"])
    );
    assert_eq!(
        simulated(threshold(json!({"field": [], "value": 3}))),
        BTreeSet::from(["count", "predicate"])
    );
    let far = Arc::new(threshold(
        json!({"field": ["host.name"], "value": 1_000_000}),
    ));
    assert_eq!(
        Simulator::new(far, &EcsSchema, 0).expect_err("too many"),
        Refusal::TooMany {
            asked: 1_000_000,
            most: 20_000
        }
    );
}

#[test]
fn new_terms_have_values_and_filters_hold() {
    let kinds = simulated(rule(json!({
        "type": "new_terms", "language": "kuery", "query": "event.category: iam",
        "new_terms_fields": ["user.name", "source.ip"], "history_window_start": "now-7d",
        "filters": [{"meta": {"negate": true}, "query": {"wildcard": {"user.name": {"value": "*O*", "case_insensitive": true}}}}],
    })));
    assert_eq!(kinds, BTreeSet::from(["predicate"]));
}

#[test]
fn indicators_come_with_the_events_that_hold_them() {
    let kinds = simulated(rule(json!({
        "type": "threat_match", "language": "kuery", "query": "source.ip: 198.51.100.0/24",
        "threat_query": "@timestamp >= \"now-30d\" and threat.feed.name: list-*", "threat_index": ["logs-ti_*"], "threat_language": "kuery",
        "threat_mapping": [{"entries": [{"field": "source.ip", "type": "mapping", "value": "threat.indicator.ip"}]}],
    })));
    assert_eq!(kinds, BTreeSet::from(["indicator", "predicate"]));
}

#[test]
fn a_rule_made_to_be_hard_ends() {
    let wanted: Vec<String> = (0..400)
        .map(|number| {
            format!(r#"process.args : "*{number}x*" and not process.args : "*{number}*""#)
        })
        .collect();
    let hard = eql(&format!("process where {}", wanted.join(" and ")));
    let refused = Simulator::new(Arc::new(hard), &EcsSchema, 0)
        .and_then(|simulator| simulator.firing(0))
        .expect_err("it contradicts itself");
    assert!(matches!(refused, Refusal::NotFound { .. }), "{refused}");
}

#[test]
fn sequences_get_keys_times_and_order() {
    let kinds = simulated(eql(r#"sequence by host.id with maxspan=1m
             [process where process.name == "a"] by process.entity_id with runs=3
             ![file where file.name == "f"] by process.entity_id
             [network where destination.port == 443] by process.parent.entity_id
           until [process where event.type == "end"] by process.entity_id"#));
    let expect = [
        "count",
        "join",
        "maxspan",
        "missing",
        "order",
        "predicate",
        "until",
    ];
    assert_eq!(kinds, BTreeSet::from(expect));
}

#[test]
fn a_span_of_a_millisecond_holds_three_events() {
    simulated(eql(
        "sequence with maxspan=1ms [process where true] [file where true] [network where true]",
    ));
}

#[test]
fn samples_share_keys_in_any_order() {
    let kinds = simulated(eql(
        r#"sample by host.id [process where process.name == "a"] [file where file.name : "b*"]"#,
    ));
    assert_eq!(kinds, BTreeSet::from(["join", "predicate"]));
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let made = |seed, number| {
        let rule = Arc::new(eql(
            r#"process where process.name : "a*" and user.id != null"#,
        ));
        let simulator = Simulator::new(rule, &EcsSchema, seed).expect("it is simulated");
        (
            simulator.firing(number).expect("it fires"),
            simulator.near_misses(number).expect("it fires"),
        )
    };
    assert_eq!(made(1, 0), made(1, 0));
    assert_ne!(made(1, 0), made(2, 0));
    assert_ne!(made(1, 0), made(1, 1));
}

#[test]
fn what_cannot_be_simulated_says_why() {
    let refused = |rule| {
        Simulator::new(Arc::new(rule), &EcsSchema, 0)
            .and_then(|simulator| simulator.firing(0))
            .expect_err("it cannot be")
            .to_string()
    };
    assert_eq!(
        refused(eql("process where 1 == 2")),
        "its query is never true: it contradicts itself"
    );
    let contradiction = refused(eql(
        r#"process where process.pid > 5 and not process.pid > 3"#,
    ));
    assert!(
        contradiction.contains("process.pid > 5; not process.pid > 3"),
        "{contradiction}"
    );
    let problems = refused(eql("process where process.name = 5"));
    assert!(problems.contains("eql-single-equals"), "{problems}");
    let learning = rule(json!({
        "type": "machine_learning", "machine_learning_job_id": "a", "anomaly_threshold": 50,
    }));
    assert!(refused(learning).contains("machine learning"));
}

#[test]
fn a_near_miss_says_what_was_broken() {
    let rule = Arc::new(eql(
        r#"process where process.name != "a" and not user.name : "b*""#,
    ));
    let simulator = Simulator::new(rule, &EcsSchema, 0).expect("it is simulated");
    let needs: Vec<String> = simulator
        .near_misses(0)
        .expect("it fires")
        .into_iter()
        .filter_map(|set| set.broken)
        .inspect(|broken| assert_eq!(broken.kind, BrokenKind::Predicate))
        .map(|broken| broken.need)
        .collect();
    assert_eq!(
        needs,
        [
            r#"event.category == "process""#,
            r#"process.name != "a""#,
            r#"not user.name : "b*""#
        ]
    );
    assert!(matches!(
        Simulator::new(Arc::new(eql("process where false")), &EcsSchema, 0),
        Err(Refusal::Never)
    ));
}
