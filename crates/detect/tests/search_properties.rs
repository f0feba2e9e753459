//! What holds for every search: the answer does not depend on threads, kinds or order of arrival, it is what a plain
//! evaluation gives, and nothing panics.

use std::convert::Infallible;

use gatewatch_detect::search::{
    AnswerOptions, Direction, EventOrder, Items, Limits, Search, SearchOptions, answer,
};
use gatewatch_event::{Event, Field, JsonEvent, Known, Timestamp, Value};
use gatewatch_query::mapping::Mapping;
use gatewatch_query::{EcsSchema, Options, Pipe, PipeKind, Plan, PlanBody, compile};
use gatewatch_syntax::eql::parse_query;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const QUERIES: [&str; 9] = [
    "any where true",
    "process where process.pid > 2",
    "any where true | head 5 | tail 2",
    "any where true | tail 4 | head 3",
    "sequence by host.name [process where true] [any where process.pid < 3]",
    "sequence with maxspan=20ms [any where true] with runs=2 [file where true] until [process where process.pid == 4]",
    "sequence by host.name with maxspan=15ms ![file where true] [process where true] ![file where process.pid == 1] | head 3",
    "sample by host.name [process where true] [file where process.pid > 1]",
    "sample by ?host.name, process.pid [any where true] [any where true] [file where true]",
];

fn plan(text: &str) -> Plan {
    let query = parse_query(text)
        .into_result()
        .expect("the query is well formed");
    compile(&query, text, &EcsSchema, &Options::default()).expect("the query is sound")
}

#[derive(Clone, Debug)]
struct Happening {
    category: &'static str,
    json: Json,
}

fn happening() -> impl Strategy<Value = Happening> {
    let hosts = prop_oneof![
        Just(json!(null)),
        "[ab]".prop_map(Json::from),
        Just(json!(["a", "c"])),
    ];
    let time = prop_oneof![5 => (0..60i64).prop_map(Some), 1 => Just(None)];
    (
        prop_oneof![Just("process"), Just("file")],
        hosts,
        0..5i64,
        time,
    )
        .prop_map(|(category, host, pid, time)| Happening {
            category,
            json: json!({
                "event": {"category": category}, "host": {"name": host}, "process": {"pid": pid},
                "@timestamp": time.map(|time| Timestamp::from_millis(time).to_string()),
            }),
        })
}

/// What is known of all events of a category.
struct CategoryKnown([Value<'static>; 1]);

impl Known for CategoryKnown {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        (field.name() == "event.category").then_some(&self.0)
    }
}

fn options(plan: &Plan, size: usize, head: bool) -> SearchOptions {
    let position = if head {
        Direction::Head
    } else {
        Direction::Tail
    };
    SearchOptions {
        limits: Limits::new(size, position, plan.pipes.clone()),
        max_samples_per_key: 2,
        ..SearchOptions::unlimited(plan)
    }
}

/// The answer when events are spread over workers in the given way.
fn spread(
    search: &Search,
    events: &[Happening],
    order: &[usize],
    workers: usize,
    by_kind: bool,
) -> Items<u64> {
    let mut crew: Vec<_> = (0..workers).map(|_| search.worker::<u64>()).collect();
    for (turn, at) in order.iter().enumerate() {
        let worker = &mut crew[turn % workers];
        let event = &events[*at];
        let kind = if by_kind {
            match worker.kind(&CategoryKnown([Value::from(event.category)])) {
                Some(kind) => kind,
                None => continue,
            }
        } else {
            0
        };
        let position = *at as u64;
        let event = JsonEvent::new(event.json.clone());
        let Ok(_) = worker.event(kind, &event, position, || Ok::<_, Infallible>(position));
    }
    search.finish(crew).expect("nothing fails").items
}

/// Single events: all of them, ordered and cut.
fn plainly(plan: &Plan, limits: &Limits, events: &[Happening]) -> Option<Vec<u64>> {
    let PlanBody::Event(condition) = &plan.body else {
        return None;
    };
    let mut matched: Vec<(bool, Option<Timestamp>, u64)> = events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| {
            let event = JsonEvent::new(event.json.clone());
            let time = event.timestamp();
            condition
                .matches(&event)
                .expect("nothing fails")
                .then_some((time.is_none(), time, at as u64))
        })
        .collect();
    matched.sort_unstable();
    Some(
        limits
            .apply(matched)
            .into_iter()
            .map(|(_, _, at)| at)
            .collect(),
    )
}

fn any_json() -> impl Strategy<Value = Json> {
    let words = prop_oneof![
        Just("query"),
        Just("filter"),
        Just("fields"),
        Just("size"),
        Just("bool"),
        Just("must"),
        Just("should"),
        Just("term"),
        Just("terms"),
        Just("range"),
        Just("gte"),
        Just("lt"),
        Just("exists"),
        Just("field"),
        Just("match"),
        Just("value"),
        Just("wildcard"),
        Just("regexp"),
        Just("ids"),
        Just("values"),
        Just("runtime_mappings"),
        Just("type"),
        Just("long"),
        Just("format"),
        Just("yyyy"),
        Just("@timestamp"),
        Just("process.pid"),
        Just("any where true"),
        Just("now-1d"),
        Just("sequence by host.name [any where true] [any where true]"),
        Just("result_position"),
        Just("minimum_should_match"),
        Just("match_phrase"),
        Just("*"),
        Just("timestamp_field"),
        Just("tiebreaker_field"),
        Just("time_zone"),
        Just("+01:00"),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-2..2000i64).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        words.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 48, 4, move |inner| {
        let words = words.clone();
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            proptest::collection::vec((words, inner), 0..4).prop_map(|members| {
                Json::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_answer_does_not_depend_on_threads(
        events in proptest::collection::vec(happening(), 0..40),
        (seed, size, head) in (any::<u64>(), 0..12usize, any::<bool>()),
    ) {
        for text in QUERIES {
            let plan = plan(text);
            let options = options(&plan, size, head);
            let limits = options.limits.clone();
            let search = Search::new(&plan, options);
            let straight: Vec<usize> = (0..events.len()).collect();
            let expect = spread(&search, &events, &straight, 1, false);
            if let (Some(plain), Items::Events(found)) = (plainly(&plan, &limits, &events), &expect) {
                prop_assert_eq!(&plain, found, "{}", text);
            }
            let mut shuffled = straight.clone();
            shuffled.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1));
            for workers in [1, 2, 5] {
                for by_kind in [false, true] {
                    let found = spread(&search, &events, &shuffled, workers, by_kind);
                    prop_assert_eq!(&found, &expect, "{}", text);
                }
            }
        }
    }

    #[test]
    fn no_request_panics(body in any_json(), filter in any_json(), mapping in any_json(), document in any_json()) {
        let mut bodies = vec![body.clone()];
        for text in ["any where process.pid == 1", "sequence by host.name [any where true] [any where process.pid > 0]"] {
            let mut body = body.clone();
            if let Json::Object(members) = &mut body {
                members.insert("query".into(), text.into());
            }
            bodies.push(body);
            bodies.push(json!({"query": text, "filter": {"bool": {"must": filter}}}));
            bodies.push(json!({"query": text, "filter": filter, "fields": ["*"]}));
        }
        let mapping = Mapping::from_json(&mapping).unwrap_or_default();
        let documents = [document, json!({"@timestamp": 1, "process": {"pid": 1}, "host": {"name": "a"}})];
        let options = AnswerOptions { now: Some(Timestamp::from_millis(0)), ..AnswerOptions::default() };
        for body in bodies {
            match answer(&body, &mapping, documents.clone(), &options) {
                Ok(response) => prop_assert!(response["hits"].is_object()),
                Err(error) => prop_assert!(error.to_json()["error"]["type"].is_string()),
            }
        }
    }
}

#[test]
fn only_what_can_be_in_the_answer_is_kept() {
    let plan = plan("any where true | head 3");
    let search = Search::new(&plan, options(&plan, 10, false));
    let mut worker = search.worker::<u64>();
    let mut kept = 0;
    for position in 0..1000u64 {
        let time = Timestamp::from_millis(i64::try_from(position).expect("small")).to_string();
        let event = JsonEvent::new(json!({"@timestamp": time}));
        let Ok(_) = worker.event(0, &event, position, || {
            kept += 1;
            Ok::<_, Infallible>(position)
        });
    }
    assert_eq!(kept, 3);
    let found = search.finish(vec![worker]).expect("nothing fails");
    assert_eq!(found.items, Items::Events(vec![0, 1, 2]));
    assert_eq!(found.matched, 1000);
}

#[test]
fn a_kind_that_cannot_match_is_not_wanted() {
    let plan = plan("process where process.pid == 1");
    let search = Search::new(&plan, SearchOptions::unlimited(&plan));
    let mut worker = search.worker::<u64>();
    assert_eq!(worker.kind(&CategoryKnown([Value::from("file")])), None);
    let first = worker.kind(&CategoryKnown([Value::from("process")]));
    assert!(first.is_some());
}

#[test]
fn the_tiebreaker_orders_events_of_a_log() {
    let plan = plan("any where true");
    let order = EventOrder {
        tiebreaker: Some((
            Field::new("event.sequence"),
            gatewatch_query::SchemaType::Dynamic,
        )),
        ..EventOrder::default()
    };
    let search = Search::new(
        &plan,
        SearchOptions {
            order,
            ..SearchOptions::unlimited(&plan)
        },
    );
    let mut worker = search.worker::<u64>();
    for (position, sequence) in [(0, 7), (1, 5)] {
        let event = JsonEvent::new(json!({"@timestamp": 1, "event": {"sequence": sequence}}));
        let Ok(_) = worker.event(0, &event, position, || Ok::<_, Infallible>(position));
    }
    let found = search.finish(vec![worker]).expect("nothing fails");
    assert_eq!(found.items, Items::Events(vec![1, 0]));
}

#[test]
fn pipes_are_part_of_the_limits() {
    let pipes = vec![Pipe {
        kind: PipeKind::Head,
        count: 2,
    }];
    assert_eq!(Limits::new(10, Direction::Tail, pipes).most(), 2);
}
