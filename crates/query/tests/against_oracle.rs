//! Random queries over random events: the compiled form answers as the plain one does.

mod oracle;

use std::collections::HashMap;

use gatewatch_event::{Event, Field, FieldType, JsonEvent, Known, Value};
use gatewatch_query::checked::Body;
use gatewatch_query::{
    Condition, FieldInfo, Options, Outcome, Schema, SchemaType, Specialised, check,
};
use gatewatch_syntax::eql::parse_query;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

struct Fields;

const FIELDS: &[(&str, Option<FieldType>)] = &[
    ("k", Some(FieldType::Keyword)),
    ("w", Some(FieldType::Wildcard)),
    ("n", Some(FieldType::Long)),
    ("x", Some(FieldType::Double)),
    ("b", Some(FieldType::Boolean)),
    ("t", Some(FieldType::Date)),
    ("i", Some(FieldType::Ip)),
    ("v", Some(FieldType::Version)),
    ("y", None),
];

impl Schema for Fields {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let (_, field_type) = FIELDS.iter().find(|(known, _)| *known == name)?;
        Some(FieldInfo {
            field: Field::new(name),
            field_type: field_type.map_or(SchemaType::Dynamic, SchemaType::Declared),
            inexact: None,
        })
    }

    fn names(&self) -> Vec<String> {
        FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "ab",
    "aB",
    "abc",
    "abcabc",
    "cab",
    "ä",
    "Ä",
    "äb",
    "a💩b",
    "5",
    "5.0",
    "-3",
    "true",
    "x*y",
    "svchost.exe",
    "bcd",
    "0x1f",
    "192.0.2.1",
    "abab",
];

fn text() -> impl Strategy<Value = String> {
    select(TEXTS).prop_map(|text| format!("{text:?}"))
}

fn wildcard() -> impl Strategy<Value = String> {
    select(vec![
        "*", "a*", "*b", "*b*", "a*c", "?b", "a?*", "*a*b*", "", "AB", "abc", "Ä*", "a**b",
        "svc*.exe", "?", "*?b?*",
    ])
    .prop_map(|text| format!("{text:?}"))
}

fn regex() -> impl Strategy<Value = String> {
    select(vec![
        ".*",
        "a.*",
        "[ab]+",
        "(a|b)c?",
        "ab",
        ".b.*",
        "(ab)*",
        "a?b?c?",
        "ä|[Aa]b",
        "s.*[.]exe",
        "(a*)*b",
    ])
    .prop_map(|text| format!("{text:?}"))
}

fn list(
    element: impl Strategy<Value = String> + 'static,
    most: usize,
) -> impl Strategy<Value = String> {
    proptest::collection::vec(element, 1..=most)
        .prop_map(|elements| format!("({})", elements.join(", ")))
}

fn whole() -> impl Strategy<Value = String> {
    select(vec![
        "0",
        "1",
        "2",
        "3",
        "5",
        "-1",
        "-3",
        "100",
        "2147483647",
        "9223372036854775807",
    ])
    .prop_map(str::to_owned)
}

/// Text of some kind.
fn texts() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => select(vec!["k", "w", "y"]).prop_map(str::to_owned),
        1 => text(),
        1 => Just("?z".to_owned()),
        1 => Just("null".to_owned()),
        1 => select(vec!["n", "x", "b", "t", "i", "v"]).prop_map(|field| format!("string({field})")),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("concat({a}, \"-\", {b})")),
            (inner.clone(), small(), small())
                .prop_map(|(a, from, to)| format!("substring({a}, {from}, {to})")),
            (inner.clone(), small()).prop_map(|(a, from)| format!("substring({a}, {from})")),
            (
                select(vec!["", "~"]),
                inner.clone(),
                text(),
                text(),
                any::<bool>()
            )
                .prop_map(|(case, a, left, right, greedy)| format!(
                    "between{case}({a}, {left}, {right}, {greedy})"
                )),
            inner.prop_map(|a| format!("string({a})")),
        ]
    })
    .boxed()
}

fn small() -> impl Strategy<Value = String> {
    select(vec!["0", "1", "2", "-1", "-2", "9", "null"]).prop_map(str::to_owned)
}

/// A number of some kind.
fn numbers() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => select(vec!["n", "x", "y"]).prop_map(str::to_owned),
        2 => whole(),
        1 => select(vec!["0.5", "2.0", "null", "?z"]).prop_map(str::to_owned),
        1 => texts().prop_map(|a| format!("length({a})")),
        1 => (select(vec!["", "~"]), texts(), text()).prop_map(|(case, a, b)| format!("indexOf{case}({a}, {b})")),
        1 => (texts(), text(), small()).prop_map(|(a, b, from)| format!("indexOf({a}, {b}, {from})")),
        1 => (texts(), select(vec!["", ", 16", ", null", ", 8"])).prop_map(|(a, base)| format!("number({a}{base})")),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (
                inner.clone(),
                select(vec!["+", "-", "*", "/", "%"]),
                inner.clone()
            )
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            inner.clone().prop_map(|a| format!("(-{a})")),
            (
                select(vec!["add", "subtract", "multiply", "divide", "modulo"]),
                inner.clone(),
                inner
            )
                .prop_map(|(function, a, b)| format!("{function}({a}, {b})")),
        ]
    })
    .boxed()
}

fn operator() -> impl Strategy<Value = &'static str> {
    select(vec!["==", "!=", "<", "<=", ">", ">="])
}

/// Comparisons of fields with what their type takes, and with what it does not.
fn field_leaf() -> BoxedStrategy<String> {
    let dates = select(vec![
        "\"2024-03-01T10:00:00.000Z\"",
        "\"2024-03-01T10:00:00.001Z\"",
        "1709287200000",
        "1709287200001",
        "\"nonsense\"",
    ]);
    let addresses = select(vec![
        "\"192.0.2.1\"",
        "\"192.0.2.0/24\"",
        "\"::ffff:192.0.2.1\"",
        "\"2001:db8::1\"",
        "\"2001:db8::/32\"",
        "\"nonsense\"",
    ]);
    let versions = select(vec!["\"1.2.3\"", "\"1.10.0\"", "\"bad\"", "\"2.0.0\""]);
    let anything = prop_oneof![
        text(),
        whole(),
        select(vec!["true", "false", "0.5", "null"]).prop_map(str::to_owned)
    ];
    prop_oneof![
        (select(vec!["k", "w", "y"]), operator(), anything.clone())
            .prop_map(|(f, o, c)| format!("{f} {o} {c}")),
        (
            anything.clone(),
            operator(),
            select(vec!["k", "n", "x", "y"])
        )
            .prop_map(|(c, o, f)| format!("{c} {o} {f}")),
        (select(vec!["n", "x"]), operator(), anything).prop_map(|(f, o, c)| format!("{f} {o} {c}")),
        (
            operator(),
            select(vec!["true", "false", "\"true\"", "\"bar\"", "null"])
        )
            .prop_map(|(o, c)| format!("b {o} {c}")),
        (operator(), dates).prop_map(|(o, c)| format!("t {o} {c}")),
        (operator(), addresses).prop_map(|(o, c)| format!("i {o} {c}")),
        (operator(), versions).prop_map(|(o, c)| format!("v {o} {c}")),
        Just("b".to_owned()),
        Just("y".to_owned()),
        Just("?z".to_owned()),
        (
            select(vec!["k", "n", "x", "b", "t", "i", "v", "y", "?z"]),
            select(vec!["==", "!="])
        )
            .prop_map(|(f, o)| format!("{f} {o} null")),
        (
            select(vec!["i", "y"]),
            list(
                select(vec![
                    "192.0.2.0/24",
                    "192.0.2.1",
                    "2001:db8::/33",
                    "0.0.0.0/0"
                ])
                .prop_map(|b| format!("{b:?}")),
                2
            )
        )
            .prop_map(|(f, blocks)| format!("cidrMatch({f}, {}", &blocks[1..])),
        (
            select(vec!["k", "w", "y"]),
            select(vec!["in", "not in"]),
            list(text(), 7)
        )
            .prop_map(|(f, o, l)| format!("{f} {o} {l}")),
        (
            select(vec!["k", "w", "y"]),
            select(vec!["in~", "not in~"]),
            list(text(), 7)
        )
            .prop_map(|(f, o, l)| format!("{f} {o} {l}")),
        (select(vec!["n", "x", "y"]), list(whole(), 5)).prop_map(|(f, l)| format!("{f} in {l}")),
    ]
    .boxed()
}

fn leaves() -> BoxedStrategy<String> {
    prop_oneof![
        6 => field_leaf(),
        3 => (texts(), select(vec![":", "like", "like~"]), list(wildcard(), 4)).prop_map(|(a, o, l)| format!("{a} {o} {l}")),
        2 => (texts(), select(vec!["regex", "regex~"]), list(regex(), 3)).prop_map(|(a, o, l)| format!("{a} {o} {l}")),
        2 => (texts(), operator(), text()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        2 => (numbers(), operator(), whole()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        2 => (select(vec!["startsWith", "endsWith", "stringContains"]), select(vec!["", "~"]), texts(), texts())
            .prop_map(|(f, case, a, b)| format!("{f}{case}({a}, {b})")),
        1 => (texts(), list(text(), 3)).prop_map(|(a, l)| format!("{a} in {l}")),
        1 => (numbers(), list(whole(), 3)).prop_map(|(a, l)| format!("{a} in {l}")),
        1 => select(vec!["true", "false"]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn conditions() -> BoxedStrategy<String> {
    leaves()
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|a| format!("not ({a})")),
                proptest::collection::vec(inner.clone(), 2..4)
                    .prop_map(|parts| format!("(({}))", parts.join(") and ("))),
                proptest::collection::vec(inner.clone(), 2..4)
                    .prop_map(|parts| format!("(({}))", parts.join(") or ("))),
                (
                    inner.clone(),
                    select(vec!["== true", "== false", "!= true", "== null", "!= null"])
                )
                    .prop_map(|(a, test)| format!("({a}) {test}")),
                inner.prop_map(|a| format!("string({a}) == \"true\"")),
            ]
        })
        .boxed()
}

fn json_value(field: &'static str) -> BoxedStrategy<Json> {
    let texts = select(TEXTS).prop_map(|text| json!(text));
    match field {
        "n" => select(vec![
            json!(0),
            json!(1),
            json!(3),
            json!(-3),
            json!("5"),
            json!("no"),
            json!(2147483647),
            json!(i64::MAX),
        ])
        .boxed(),
        "x" => select(vec![
            json!(0.5),
            json!(1),
            json!(-3.5),
            json!("2.0"),
            json!("no"),
        ])
        .boxed(),
        "b" => select(vec![json!(true), json!(false), json!("true"), json!("no")]).boxed(),
        "t" => select(vec![
            json!("2024-03-01T10:00:00.000Z"),
            json!(1_709_287_200_001_i64),
            json!("no"),
            json!("2023-01-01"),
        ])
        .boxed(),
        "i" => select(vec![
            json!("192.0.2.1"),
            json!("192.0.3.7"),
            json!("2001:db8::1"),
            json!("::ffff:192.0.2.9"),
            json!("-"),
        ])
        .boxed(),
        "v" => select(vec![
            json!("1.2.3"),
            json!("1.10.0"),
            json!("bad"),
            json!("2.0.0"),
        ])
        .boxed(),
        "y" => prop_oneof![
            texts,
            select(vec![
                json!(5),
                json!(0.5),
                json!(true),
                json!(false),
                json!(-3)
            ])
        ]
        .boxed(),
        "k" => prop_oneof![8 => texts, 1 => Just(json!(5)), 1 => Just(json!(null))].boxed(),
        _ => texts.boxed(),
    }
}

fn events() -> impl Strategy<Value = Json> {
    let fields: Vec<BoxedStrategy<(String, Option<Json>)>> = FIELDS
        .iter()
        .map(|(name, _)| {
            let name = *name;
            prop_oneof![
                2 => Just(None),
                4 => json_value(name).prop_map(Some),
                2 => proptest::collection::vec(json_value(name), 0..4).prop_map(|values| Some(json!(values))),
            ]
            .prop_map(move |value| (name.to_owned(), value))
            .boxed()
        })
        .collect();
    fields.prop_map(|fields| {
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect::<serde_json::Map<String, Json>>()
            .into()
    })
}

/// What is known of an event: all values of some fields.
struct SomeFields(HashMap<Field, Vec<Value<'static>>>);

impl Known for SomeFields {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        self.0.get(&field).map(Vec::as_slice)
    }
}

fn condition_of(text: &str) -> Option<(gatewatch_query::checked::Expression, Condition)> {
    let query = parse_query(text)
        .into_result()
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    let checked = match check(&query, text, &Fields, &Options::default()) {
        Ok(checked) => checked,
        Err(problems) => {
            // Constants may overflow, and fields may meet fields; anything else is a fault of the generator.
            let expected = problems.iter().all(|problem| {
                matches!(problem.stage.as_str(), "runtime" | "planning")
                    || problem.code == "query-wrong-type"
            });
            assert!(expected, "{text}: {problems:?}");
            return None;
        }
    };
    let Body::Event(expression) = checked.body else {
        unreachable!("it is an event query");
    };
    let condition = Condition::new(&expression, &Fields).expect("the patterns are sound");
    Some((expression, condition))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn answers_agree(condition in conditions(), documents in proptest::collection::vec(events(), 1..6), known in any::<u16>()) {
        let text = format!("any where {condition}");
        let Some((expression, condition)) = condition_of(&text) else {
            return Ok(());
        };
        for document in documents {
            let event = JsonEvent::new(document.clone());
            let plain = oracle::matches(&expression, &event);
            let compiled = condition.matches(&event).map_err(|_| oracle::Failed);
            prop_assert_eq!(plain, compiled, "{}
{}", text, document);

            // With some fields known, what is left answers the same.
            let some = SomeFields(
                FIELDS
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| known & (1 << index) != 0)
                    .map(|(_, (name, _))| (Field::new(name), event.all(Field::new(name))))
                    .collect(),
            );
            let special = match condition.specialise(&some) {
                Specialised::Never => Ok(false),
                Specialised::Always => Ok(true),
                Specialised::Residual(residual) => {
                    let used = residual.fields();
                    prop_assert!(used.iter().all(|field| condition.fields().contains(field)));
                    residual.matches(&event).map_err(|_| oracle::Failed)
                }
            };
            prop_assert_eq!(special, compiled, "specialised {}\n{}", text, document);

            let explained = match condition.explain(&event).outcome {
                Outcome::Decided(answer) => Ok(answer),
                Outcome::Value(_) | Outcome::Failed(_) => Err(oracle::Failed),
            };
            prop_assert_eq!(explained, compiled);

            // A match holds a needle of every set.
            let verbatim = |field: Field| ["k", "w", "y"].contains(&field.name());
            if compiled == Ok(true) {
                let raw = document.to_string();
                for needles in condition.needle_sets(&verbatim) {
                    let held = needles.iter().any(|needle| raw.contains(needle.as_str()));
                    prop_assert!(held, "{text}\n{raw}\n{needles:?}");
                }
            }
        }
    }
}

/// How many random queries get through the check: a generator that writes nonsense tests nothing.
#[test]
fn most_random_queries_are_sound() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let sound = (0..500)
        .filter(|_| {
            let condition = conditions()
                .new_tree(&mut runner)
                .expect("it generates")
                .current();
            condition_of(&format!("any where {condition}")).is_some()
        })
        .count();
    assert!(sound > 200, "{sound} of 500");
}
