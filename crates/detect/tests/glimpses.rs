//! What is taken at a glimpse must be what is taken of whole events.

use std::sync::Arc;

use gatewatch_detect::{
    Again, Engine, EngineOptions, Glimpse, IndicatorStore, KnownTerms, Sight, Worker,
};
use gatewatch_event::{Field, JsonEvent, Known, Value};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{CompiledRule, Rule, compile};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn rule(number: usize, rest: Json) -> CompiledRule {
    let mut object = json!({
        "rule_id": format!("00000000-0000-4000-8000-0000000000{number:02}"), "name": "A rule", "description": "-",
        "severity": "low", "risk_score": 21,
    });
    let (Json::Object(object), Json::Object(rest)) = (&mut object, rest) else {
        panic!("objects")
    };
    object.extend(rest);
    let rule = Rule::from_json("test", object.clone()).expect("valid");
    compile(Arc::new(rule), &EcsSchema).expect("it runs")
}

fn rules() -> Vec<CompiledRule> {
    let sequence = r#"sequence by user.name with maxspan=1m
        [any where event.action == "a"] [any where event.action == "b"]"#;
    [
        json!({"type": "threshold", "language": "kuery", "query": "event.kind:event",
            "threshold": {"field": ["host.name"], "value": 2}}),
        json!({"type": "threshold", "language": "kuery", "query": "event.action:a",
            "timestamp_override": "event.ingested",
            "threshold": {"field": [], "value": 2, "cardinality": [{"field": "user.name", "value": 2}]}}),
        json!({"type": "new_terms", "language": "kuery", "query": "event.kind:event",
            "new_terms_fields": ["host.name", "user.name"], "history_window_start": "now-1d"}),
        json!({"type": "eql", "language": "eql", "query": sequence}),
        json!({"type": "eql", "language": "eql", "query": r#"any where user.name == "x""#}),
        json!({"type": "eql", "language": "eql", "query": r#"any where event.action == "a" and process.pid / 0 == 1"#}),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, rest)| rule(number, rest))
    .collect()
}

/// All events have this kind.
struct Event([Value<'static>; 1]);

impl Known for Event {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        (field.name() == "event.kind").then_some(self.0.as_slice())
    }
}

fn kind(worker: &mut Worker<'_>) -> u32 {
    worker
        .kind(&Event([Value::from("event")]))
        .expect("some rule wants it")
}

fn events() -> impl Strategy<Value = Vec<Json>> {
    let name =
        || prop::sample::select(vec![json!("x"), json!("y"), json!(["y", "z"]), json!(null)]);
    let action = prop::sample::select(vec!["a", "b", "c"]);
    let event = (
        0..50u32,
        name(),
        name(),
        action,
        prop::option::of(0..50u32),
        any::<bool>(),
    );
    let event = event.prop_map(|(second, host, user, action, ingested, has_pid)| {
        let time = |second| format!("2026-01-05T09:00:{second:02}.000Z");
        json!({
            "@timestamp": time(second), "host": {"name": host}, "user": {"name": user},
            "event": {"kind": "event", "action": action, "ingested": ingested.map(time)},
            "process": {"pid": has_pid.then_some(1)},
        })
    });
    prop::collection::vec(event, 0..40)
}

/// What comes of the events, and of how many a glimpse was enough.
fn outcome(events: &[Json], glimpse: impl Fn(usize) -> Option<bool>) -> (String, usize) {
    let options = EngineOptions {
        ignore_index: true,
        ..EngineOptions::default()
    };
    let engine = Engine::with(rules(), IndicatorStore::default(), options);
    let mut worker = engine.worker();
    let kind = kind(&mut worker);
    let mut spared = 0;
    for (number, event) in events.iter().enumerate() {
        let event = JsonEvent::new(event.clone());
        let position = number as u64 + 1;
        let seen = glimpse(number).map(|is_sure| {
            let sight = Sight {
                shows_anchors: true,
                is_sure: &|| is_sure,
            };
            let seen = worker.glimpse(kind, &event, position, &sight);
            let seen = seen.expect("kept");
            assert!(is_sure || seen == Glimpse::Wanted);
            seen
        });
        match seen {
            Some(Glimpse::Taken | Glimpse::Unwanted) => spared += 1,
            Some(Glimpse::Wanted) | None => {
                worker
                    .event(kind, &event, position, Again::Later)
                    .expect("kept");
            }
        }
    }
    let mut known = KnownTerms::default();
    let outcome = engine.finish(vec![worker], &mut known).expect("joined");
    let failures: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| (failure.rule, failure.events, &failure.first))
        .collect();
    let said = format!("{:?} {failures:?} {:?}", outcome.matches, outcome.notes);
    (said, spared)
}

proptest! {
    #[test]
    fn a_glimpse_takes_what_the_whole_event_gives(events in events(), sure in prop::collection::vec(any::<bool>(), 40)) {
        let (whole, _) = outcome(&events, |_| None);
        let (seen, _) = outcome(&events, |_| Some(true));
        prop_assert_eq!(&seen, &whole);
        let (seen, _) = outcome(&events, |number| Some(sure[number]));
        prop_assert_eq!(&seen, &whole);
    }
}

/// All events have this action.
struct Action([Value<'static>; 1]);

impl Known for Action {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        (field.name() == "event.action").then_some(self.0.as_slice())
    }
}

/// What comes of the events by one rule, where the kind of an event is its action: of most of them the keys decide alone, and of those
/// nothing but keys and time is read unless they are taken at a glimpse.
fn by_action(rule: CompiledRule, events: &[Json], at_a_glimpse: bool) -> String {
    let options = EngineOptions {
        ignore_index: true,
        ..EngineOptions::default()
    };
    let engine = Engine::with(vec![rule], IndicatorStore::default(), options);
    let mut worker = engine.worker();
    let mut hits = 0;
    for (position, event) in (1..).zip(events) {
        let action = event["event"]["action"].as_str().expect("all have one");
        let Some(kind) = worker.kind(&Action([Value::from(action.to_owned())])) else {
            continue;
        };
        let event = JsonEvent::new(event.clone());
        let sight = Sight {
            shows_anchors: true,
            is_sure: &|| true,
        };
        let seen = match at_a_glimpse {
            true => worker
                .glimpse(kind, &event, position, &sight)
                .expect("kept"),
            false => Glimpse::Wanted,
        };
        hits += u64::from(match seen {
            Glimpse::Taken => true,
            Glimpse::Unwanted => false,
            Glimpse::Wanted => worker
                .event(kind, &event, position, Again::Later)
                .expect("kept"),
        });
    }
    let mut known = KnownTerms::default();
    let outcome = engine.finish(vec![worker], &mut known).expect("joined");
    format!("{hits} {:?} {:?}", outcome.matches, outcome.notes)
}

proptest! {
    #[test]
    fn what_keys_decide_is_kept_alike(events in events()) {
        let sequence = r#"sequence by user.name, ?host.name with maxspan=1m
            [any where event.action == "a"] with runs=2 [any where event.action == "b"] until [any where event.action == "c"]"#;
        for rest in [
            json!({"type": "eql", "language": "eql", "query": sequence}),
            json!({"type": "eql", "language": "eql", "query": sequence, "timestamp_field": "event.ingested"}),
            json!({"type": "eql", "language": "eql", "query": sequence, "tiebreaker_field": "process.pid"}),
            json!({"type": "threshold", "language": "kuery", "query": "event.action:a",
                "threshold": {"field": ["host.name"], "value": 2}}),
            json!({"type": "threshold", "language": "kuery", "query": "event.action:a",
                "threshold": {"field": [], "value": 2, "cardinality": [{"field": "user.name", "value": 2}]}}),
            json!({"type": "new_terms", "language": "kuery", "query": "event.action:a",
                "new_terms_fields": ["host.name"], "history_window_start": "now-1d"}),
        ] {
            let seen = by_action(rule(0, rest.clone()), &events, true);
            prop_assert_eq!(by_action(rule(0, rest), &events, false), seen);
        }
    }
}

#[test]
fn a_glimpse_is_enough_for_what_is_only_counted() {
    let event = |user: &str, action: &str| {
        json!({"@timestamp": "2026-01-05T09:00:00.000Z", "host": {"name": "h"}, "user": {"name": user},
            "event": {"kind": "event", "action": action}})
    };
    let events = [
        event("y", "b"),
        event("y", "c"),
        event("x", "c"),
        event("z", "b"),
    ];
    // All but the one that is an alert by itself.
    assert_eq!(outcome(&events, |_| Some(true)).1, 3);
}

#[test]
fn events_without_anchors_are_taken_for_what_all_have() {
    let options = EngineOptions {
        ignore_index: true,
        ..EngineOptions::default()
    };
    let engine = Engine::with(rules(), IndicatorStore::default(), options);
    let mut worker = engine.worker();
    let kind = kind(&mut worker);
    assert!(worker.glimpses_all(kind));
    assert_eq!(worker.anchors(kind), None);
    let beyond = worker.anchors_beyond_glimpse(kind).expect("all have some");
    assert!(
        beyond
            .iter()
            .all(|anchor| anchor.field.name() != "event.kind")
    );
    let event = JsonEvent::new(json!({"host": {"name": "h"}}));
    let sight = Sight {
        shows_anchors: false,
        is_sure: &|| true,
    };
    let seen = worker.glimpse(kind, &event, 1, &sight).expect("kept");
    assert_eq!(seen, Glimpse::Taken);
}
