//! Lazy access to a JSON record against a parsed tree.

mod json_support;

use gatewatch_event::{Event, Field, JsonEvent, Value};
use gatewatch_ingest::format::json::{Index, JsonRecord, LazyJson};
use json_support::escaped;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn values(text: &str, path: &str) -> Vec<Value<'static>> {
    let mut index = Index::new();
    index.build(text).expect("the text is an object");
    JsonRecord::new(LazyJson::new(text, &index)).all(Field::new(path))
}

#[track_caller]
fn check(text: &str, path: &str, expect: &[Value<'static>]) {
    assert_eq!(values(text, path), expect, "{path} in {text}");
}

#[test]
fn paths_reach_through_objects_dots_and_arrays() {
    let text = r#" {"a": [{"b": 1}, 7, {"b": [2, null, [3]]}], "a.b": 4, "c": {"d.e": "x"}, "n": [], "o": {"p": null},
        "e\u0041.f": "y", "s": "\u00e9\n", "big": 18446744073709551615, "neg": -5, "half": 0.5, "on": true} "#;
    check(
        text,
        "a.b",
        &[
            Value::Long(4),
            Value::Long(1),
            Value::Long(2),
            Value::Long(3),
        ],
    );
    check(text, "a", &[Value::Long(7)]);
    check(text, "c.d.e", &[Value::from("x")]);
    check(text, "c.d", &[]);
    check(text, "c", &[]);
    check(text, "n", &[]);
    check(text, "o.p", &[]);
    check(text, "eA.f", &[Value::from("y")]);
    check(text, "s", &[Value::from("\u{e9}\n")]);
    check(text, "big", &[Value::Unsigned(u64::MAX)]);
    check(text, "neg", &[Value::Long(-5)]);
    check(text, "half", &[Value::Double(0.5)]);
    check(text, "on", &[Value::Bool(true)]);
}

#[test]
fn of_a_key_that_stands_twice_the_first_counts() {
    let text = r#"{"a": {"b": 2, "b": 3}, "a": {"b": 4}, "a": 1, "c": 5}"#;
    check(text, "a", &[]);
    check(text, "a.b", &[Value::Long(2)]);
    let mut index = Index::new();
    index.build(text).unwrap();
    let json = LazyJson::new(text, &index);
    assert_eq!(json.to_json(), json!({"a": {"b": 2}, "c": 5}));
    assert_eq!(json.find("a.b").unwrap().raw(), "2");
    assert_eq!(json.get("a").unwrap().get("b").unwrap().raw(), "2");
}

#[test]
fn what_is_no_json_object_is_refused() {
    let deep = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
    for text in [
        "",
        "1",
        "[]",
        "{",
        "{}}",
        "{} x",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{\"a\":{]}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":nul}",
        "{\"a\":NaN}",
        "{\"a\":\"\\q\"}",
        "{\"a\":\"\t\"}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        &deep,
    ] {
        assert!(Index::new().build(text).is_err(), "{text}");
    }
}

#[test]
fn a_record_may_not_have_members_without_end() {
    let text = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(300_000));
    assert!(Index::new().build(&text).is_err());
    // The elements of an array take no memory.
    let text = format!("{{\"a\":[{}1]}}", "1,".repeat(300_000));
    let mut index = Index::new();
    index.build(&text).unwrap();
    assert_eq!(
        LazyJson::new(&text, &index)
            .get("a")
            .unwrap()
            .elements()
            .count(),
        300_001
    );
}

#[test]
fn numbers_that_no_double_holds_are_text() {
    check("{\"a\": 1e999}", "a", &[Value::from("1e999")]);
    check("{\"a\": -0}", "a", &[Value::Double(-0.0)]);
    check(
        "{\"a\": 18446744073709551616}",
        "a",
        &[Value::Double(18_446_744_073_709_551_616.0)],
    );
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a"),
        Just("b"),
        Just("c"),
        Just("a.b"),
        Just("b.c"),
        Just("a.b.c"),
        Just(""),
        Just("."),
        Just("\u{e9}\""),
    ]
    .prop_map(str::to_owned)
}

fn tree() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1000i32..1000).prop_map(|number| Json::from(f64::from(number) / 8.0)),
        any::<String>().prop_map(Json::from),
        "[a-z\\\\\"/\n\u{7f}\u{1F600}]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Json> {
    prop::collection::vec((key(), tree()), 0..8)
        .prop_map(|members| Json::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn answers_as_the_parsed_tree_does(tree in object(), pretty: bool, every in 0usize..4) {
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) }.unwrap();
        let text = escaped(&text, every);
        prop_assert_eq!(&serde_json::from_str::<Json>(&text).unwrap(), &tree);
        let mut index = Index::new();
        index.build(&text).unwrap();
        let lazy = LazyJson::new(&text, &index);
        prop_assert_eq!(lazy.to_json(), tree.clone());
        let oracle = JsonEvent::new(tree.clone());
        let record = JsonRecord::new(lazy);
        for path in ["a", "b", "c", "a.b", "a.c", "b.c", "a.b.c", "a.a.b.c", "b.c.a.b", ".", "", "..", "\u{e9}\"", "c.a.b.b"] {
            let field = Field::new(path);
            prop_assert_eq!(record.all(field), oracle.all(field), "{}", path);
            prop_assert_eq!(record.first(field), oracle.first(field));
            prop_assert_eq!(record.has(field), oracle.has(field), "{}", path);
            if !oracle.all(field).is_empty() {
                prop_assert!(lazy.has(path));
            }
        }
    }

    #[test]
    fn accepts_what_serde_json_accepts(text in "[\\[\\]{}:,\"\\\\au01 .eE+-]{0,24}") {
        let text = format!("{{{text}}}");
        let oracle = serde_json::from_str::<Json>(&text);
        let lone = text.contains("\\u");
        if !lone && !text.contains(['e', 'E']) {
            prop_assert_eq!(Index::new().build(&text).is_ok(), oracle.is_ok(), "{}: {:?}", text, oracle);
        }
    }

    #[test]
    fn broken_json_never_panics(tree in object(), at: prop::sample::Index, byte: u8) {
        let mut bytes = serde_json::to_vec(&tree).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let ours = Index::new().build(text).is_ok();
            let theirs = serde_json::from_str::<serde_json::Map<String, Json>>(text);
            // serde_json refuses halves of surrogate pairs and numbers out of range; a log reader keeps them.
            if theirs.is_ok() {
                prop_assert!(ours);
            }
        }
    }
}

#[test]
fn a_document_is_the_whole_record() {
    let text = r#"{"@timestamp":"2024-03-01T10:00:00.123Z","event":{"code":4624,"x":[1,{"y":null}]},"a.b":"\ud800"}"#;
    let mut index = Index::new();
    index.build(text).unwrap();
    let record = JsonRecord::new(LazyJson::new(text, &index));
    assert_eq!(
        record.document().into_json(),
        json!({"@timestamp":"2024-03-01T10:00:00.123Z","event":{"code":4624,"x":[1,{"y":null}]},"a.b":"\u{FFFD}"})
    );
    assert_eq!(
        record.timestamp().unwrap().to_string(),
        "2024-03-01T10:00:00.123Z"
    );
}
