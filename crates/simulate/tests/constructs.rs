//! Each construct of the languages, alone.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use gatewatch_query::EcsSchema;
use gatewatch_rules::Rule;
use gatewatch_simulate::{BrokenKind, Refusal, Simulator};
use support::{Tally, eql, rule};

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
    let learning = rule(serde_json::json!({
        "type": "machine_learning", "machine_learning_job_id": "a", "anomaly_threshold": 50,
    }));
    assert!(refused(learning).contains("machine_learning"));
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
