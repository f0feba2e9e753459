//! Random KQL over random documents: the compiled form answers as a plain walk of KQL's own tree does.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use gatewatch_event::{Event, Field, FieldType, JsonEvent, Known, Value};
use gatewatch_query::{
    Condition, FieldInfo, Options, Outcome, PlanBody, Schema, SchemaType, SearchedField,
    Specialised, compile_kql,
};
use gatewatch_syntax::kql::{
    Expr, ExprKind, Literal, LiteralKind, RangeOperator, Value as KqlValue, ValueKind, parse_query,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

/// The fields: `y` has no declared type, `o` is nested.
const FIELDS: &[(&str, Option<FieldType>)] = &[
    ("k", Some(FieldType::Keyword)),
    ("w", Some(FieldType::Wildcard)),
    ("n", Some(FieldType::Long)),
    ("b", Some(FieldType::Boolean)),
    ("t", Some(FieldType::Date)),
    ("i", Some(FieldType::Ip)),
    ("m", Some(FieldType::Text)),
    ("y", None),
    ("p.a", Some(FieldType::Keyword)),
    ("p.b", Some(FieldType::Keyword)),
    ("o", Some(FieldType::Nested)),
    ("o.k", Some(FieldType::Keyword)),
    ("o.n", Some(FieldType::Long)),
];

struct Fields;

impl Schema for Fields {
    fn field(&self, _: &str) -> Option<FieldInfo> {
        None
    }

    fn searched(&self, name: &str) -> Option<SearchedField> {
        let (_, field_type) = FIELDS.iter().find(|(known, _)| *known == name)?;
        let field_type = field_type.map_or(SchemaType::Dynamic, SchemaType::Declared);
        let mut searched = SearchedField::new(name, field_type);
        searched.nested = name.starts_with("o.").then(|| "o".to_owned());
        Some(searched)
    }

    fn names(&self) -> Vec<String> {
        FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

// The plain evaluator.

/// Does the document meet the query? `object` is the nested object that is looked at.
fn plain(expr: &Expr, document: &Json, object: Option<&Json>) -> bool {
    match &expr.kind {
        ExprKind::Or(parts) => parts.iter().any(|part| plain(part, document, object)),
        ExprKind::And(parts) => parts.iter().all(|part| plain(part, document, object)),
        ExprKind::Not(part) => !plain(part, document, object),
        ExprKind::Nested { body, .. } => {
            let objects = match &document["o"] {
                Json::Array(objects) => objects.clone(),
                Json::Null => Vec::new(),
                one => vec![one.clone()],
            };
            objects
                .iter()
                .any(|object| plain(body, document, Some(object)))
        }
        ExprKind::Range {
            field,
            operator,
            value,
        } => asked(field, document, object).iter().any(|(name, found)| {
            ranged(kind_of(name), found, *operator, value.text().unwrap_or(""))
        }),
        ExprKind::Is { field, value } => list(field, value, document, object),
        ExprKind::Anywhere(literal) => {
            literal.is_any()
                || every_value(document, object)
                    .iter()
                    .any(|(name, found)| equal(kind_of(name), found, literal))
        }
    }
}

fn list(field: &Literal, value: &KqlValue, document: &Json, object: Option<&Json>) -> bool {
    match &value.kind {
        ValueKind::Or(parts) => parts.iter().any(|part| list(field, part, document, object)),
        ValueKind::And(parts) => parts.iter().all(|part| list(field, part, document, object)),
        ValueKind::Not(part) => !list(field, part, document, object),
        ValueKind::Literal(literal) => {
            if object.is_none() && field.is_any() && literal.is_any() {
                return true;
            }
            asked(field, document, object).iter().any(|(name, found)| {
                literal.is_any() && holds(kind_of(name), found)
                    || !literal.is_any() && equal(kind_of(name), found, literal)
            })
        }
    }
}

/// The type of a field; `None` for one of unknown type.
fn kind_of(name: &str) -> Option<FieldType> {
    FIELDS
        .iter()
        .find(|(known, _)| *known == name)
        .and_then(|(_, kind)| *kind)
}

/// Every value with the name of its field.
fn every_value(document: &Json, object: Option<&Json>) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    match object {
        Some(object) => below("o", object, &mut found),
        None => {
            for (name, value) in document.as_object().expect("a document is an object") {
                below(name, value, &mut found);
            }
        }
    }
    found
}

fn below(name: &str, value: &Json, found: &mut Vec<(String, Json)>) {
    match value {
        Json::Null => {}
        Json::Array(items) => items.iter().for_each(|item| below(name, item, found)),
        Json::Object(members) => {
            for (key, value) in members {
                below(&format!("{name}.{key}"), value, found);
            }
        }
        scalar => found.push((name.to_owned(), scalar.clone())),
    }
}

/// The values of the fields that a name names, from where it stands.
fn asked(field: &Literal, document: &Json, object: Option<&Json>) -> Vec<(String, Json)> {
    let mut found = every_value(document, object);
    found.retain(|(name, _)| {
        let inner = match object {
            Some(_) => name.strip_prefix("o.").unwrap_or(name),
            None => name,
        };
        match &field.kind {
            LiteralKind::Wildcard(pieces) => glob(pieces, inner),
            _ => field.text() == Some(inner) && (object.is_some() || !name.starts_with("o.")),
        }
    });
    found
}

/// The text of a value as a field of the type holds it: an empty text is false.
fn held(kind: Option<FieldType>, value: &Json) -> String {
    match (kind, value) {
        (Some(FieldType::Boolean), Json::String(text)) if text.is_empty() => "false".to_owned(),
        _ => text_of(value),
    }
}

fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A date as its full text; numbers are milliseconds.
fn date(text: &str) -> Option<String> {
    match text {
        "5" => Some("1970-01-01T00:00:00.005Z".to_owned()),
        "-3" => Some("1969-12-31T23:59:59.997Z".to_owned()),
        text => text.contains('T').then(|| text.to_owned()),
    }
}

/// Can a field of the type hold the value at all?
fn holds(kind: Option<FieldType>, value: &Json) -> bool {
    let text = held(kind, value);
    match kind {
        Some(FieldType::Long) => text.parse::<i64>().is_ok(),
        Some(FieldType::Boolean) => text == "true" || text == "false",
        Some(FieldType::Date) => date(&text).is_some(),
        Some(FieldType::Ip) => text.parse::<Ipv4Addr>().is_ok(),
        _ => true,
    }
}

fn equal(kind: Option<FieldType>, value: &Json, literal: &Literal) -> bool {
    if !holds(kind, value) {
        return false;
    }
    let found = held(kind, value);
    let wanted = match &literal.kind {
        LiteralKind::Null => return false,
        LiteralKind::Wildcard(pieces) => {
            return match kind {
                None | Some(FieldType::Keyword) => glob(pieces, &found),
                Some(FieldType::Wildcard) => pieces
                    .join("*")
                    .split(' ')
                    .any(|part| !part.is_empty() && glob(&stars(part), &found)),
                Some(FieldType::Text) => pieces.join("*").to_lowercase().split(' ').any(|part| {
                    if part.contains('*') {
                        words(&found).iter().any(|word| glob(&stars(part), word))
                    } else {
                        words(part).iter().any(|word| words(&found).contains(word))
                    }
                }),
                _ => false,
            };
        }
        _ => literal.text().expect("no wildcards"),
    };
    match kind {
        Some(FieldType::Keyword | FieldType::Wildcard) => found == wanted,
        Some(FieldType::Long) => {
            wanted.parse::<f64>().ok() == found.parse().ok() && wanted.parse::<f64>().is_ok()
        }
        Some(FieldType::Boolean) => found == wanted,
        Some(FieldType::Date) => {
            let wanted = date(wanted).unwrap_or_else(|| wanted.to_owned());
            wanted.len() >= 10 && date(&found).is_some_and(|found| found.starts_with(&wanted))
        }
        Some(FieldType::Ip) => in_block(&found, wanted),
        Some(FieldType::Text) => {
            let (found, wanted) = (words(&found), words(wanted));
            if literal.quoted {
                !wanted.is_empty() && found.windows(wanted.len()).any(|row| row == wanted)
            } else {
                wanted.iter().any(|word| found.contains(word))
            }
        }
        None => match value {
            Json::Number(_) => {
                wanted.parse::<f64>().ok() == found.parse().ok() && wanted.parse::<f64>().is_ok()
            }
            _ => found == wanted || wanted.contains('/') && in_block(&found, wanted),
        },
        _ => false,
    }
}

fn ranged(kind: Option<FieldType>, value: &Json, operator: RangeOperator, bound: &str) -> bool {
    use RangeOperator::{Greater, GreaterOrEqual, Less, LessOrEqual};
    if !holds(kind, value) {
        return false;
    }
    let found = held(kind, value);
    let compared = match (kind, bound.parse::<f64>()) {
        (Some(FieldType::Long) | None, Ok(bound)) => match found.parse::<f64>() {
            Ok(number) => number.total_cmp(&bound),
            Err(_) => return false,
        },
        (Some(FieldType::Long), Err(_)) => return false,
        (None, Err(_)) if value.is_number() => return false,
        (Some(FieldType::Ip), _) => match (found.parse::<Ipv4Addr>(), bound.parse::<Ipv4Addr>()) {
            (Ok(found), Ok(bound)) => found.cmp(&bound),
            _ => return false,
        },
        (Some(FieldType::Date), _) => {
            let Some(found) = date(&found) else {
                return false;
            };
            match date(bound) {
                Some(bound) => found.cmp(&bound),
                // The bound is a day: as long as the value lies in it, it is neither before nor after.
                None if bound.len() == 10 && bound.starts_with("20") => found[..10].cmp(bound),
                None => return false,
            }
        }
        (Some(FieldType::Boolean), _) if !["true", "false"].contains(&bound) => return false,
        (Some(FieldType::Text), _) => {
            return words(&found).iter().any(|word| match operator {
                Less => word.as_str() < bound,
                LessOrEqual => word.as_str() <= bound,
                Greater => word.as_str() > bound,
                GreaterOrEqual => word.as_str() >= bound,
            });
        }
        _ => found.as_str().cmp(bound),
    };
    match operator {
        Less => compared.is_lt(),
        LessOrEqual => compared.is_le(),
        Greater => compared.is_gt(),
        GreaterOrEqual => compared.is_ge(),
    }
}

fn in_block(found: &str, wanted: &str) -> bool {
    let (base, bits) = wanted.split_once('/').unwrap_or((wanted, "32"));
    let (Ok(found), Ok(base), Ok(bits)) = (
        found.parse::<Ipv4Addr>(),
        base.parse::<Ipv4Addr>(),
        bits.parse::<u32>(),
    ) else {
        return false;
    };
    let shift = 32_u32.saturating_sub(bits);
    u64::from(u32::from(found)) >> shift == u64::from(u32::from(base)) >> shift
}

/// The words of the plain texts used here: a full stop between two digits or two letters does not end one.
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let joins = |at: usize| {
        let around = |test: fn(&char) -> bool| {
            at > 0 && test(&letters[at - 1]) && letters.get(at + 1).is_some_and(test)
        };
        letters[at] == '.' && (around(char::is_ascii_digit) || around(char::is_ascii_alphabetic))
    };
    let mut words = vec![String::new()];
    for (at, c) in letters.iter().enumerate() {
        if c.is_alphanumeric() || *c == '_' || joins(at) {
            words.last_mut().expect("there is one").push(*c);
        } else {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn stars(pattern: &str) -> Vec<String> {
    pattern.split('*').map(str::to_owned).collect()
}

/// The pieces in their order, the first at the start and the last at the end.
fn glob(pieces: &[String], text: &str) -> bool {
    match pieces {
        [] => false,
        [only] => only == text,
        [first, rest @ ..] => text.strip_prefix(first.as_str()).is_some_and(|text| {
            (0..=text.len()).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..]))
        }),
    }
}

// Generators.

fn values() -> impl Strategy<Value = String> {
    select(vec![
        "a",
        "A",
        "ab",
        "a*",
        "*b",
        "*",
        "\"a*\"",
        "\"ab cd\"",
        "ab cd",
        "ab c*",
        "*B*",
        "5",
        "-3",
        "\"5\"",
        "5.0",
        "true",
        "false",
        "null",
        "\"null\"",
        "192.0.2.1",
        "192.0.2.0/24",
        "\"198.51.100.0/22\"",
        "\"2024-05-01\"",
        "2024-05-02",
        "\\*",
        "a?",
        "\"ab-cd\"",
        "ab_*",
        "\"\"",
    ])
    .prop_map(str::to_owned)
}

fn value_lists() -> impl Strategy<Value = String> {
    values().prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..5)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            inner.prop_map(|part| format!("(not {part})")),
        ]
    })
}

fn names() -> impl Strategy<Value = &'static str> {
    select(vec![
        "k", "w", "n", "b", "t", "i", "m", "y", "p.a", "p.b", "p.*", "*", "*.a", "p*b", "\"k\"",
        "o.k",
    ])
}

fn comparisons() -> impl Strategy<Value = String> {
    let bounds = select(vec![
        "5",
        "-3",
        "a",
        "ab",
        "\"2024-05-01\"",
        "192.0.2.1",
        "\"ab cd\"",
        "true",
    ]);
    let operators = select(vec!["<", "<=", ">", ">="]);
    let inner = (select(vec!["k", "n", "*"]), value_lists());
    prop_oneof![
        6 => (names(), value_lists()).prop_map(|(name, value)| format!("{name}: {value}")),
        2 => (names(), operators, bounds).prop_map(|(name, operator, bound)| format!("{name} {operator} {bound}")),
        1 => inner.prop_map(|(name, value)| format!("o: {{ {name}: {value} }}")),
        1 => values(),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    comparisons().prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.clone().prop_map(|part| format!("not ({part})")),
            inner
                .clone()
                .prop_map(|part| format!("(not {part} and not a)"))
                .prop_filter("one not", |text| !text.contains("not not")),
            inner.prop_map(|part| format!("({part})")),
        ]
    })
}

fn scalars() -> impl Strategy<Value = Json> {
    select(vec![
        json!("a"),
        json!("A"),
        json!("ab"),
        json!("ab cd"),
        json!("cd ab"),
        json!("ab-cd x"),
        json!("AB_cd"),
        json!("a*"),
        json!("a?"),
        json!("*"),
        json!(""),
        json!("5"),
        json!(5),
        json!(-3),
        json!(true),
        json!("false"),
        json!("null"),
        json!(null),
        json!("192.0.2.1"),
        json!("198.51.101.9"),
        json!("2024-05-01T10:00:00.000Z"),
        json!("2024-05-02T00:00:00.000Z"),
        json!("2024-04-30T23:59:59.999Z"),
    ])
}

fn fields() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => scalars(),
        1 => prop::collection::vec(scalars(), 0..3).prop_map(Json::Array),
    ]
}

fn documents() -> impl Strategy<Value = Json> {
    let names = select(vec!["k", "w", "n", "b", "t", "i", "m", "y"]);
    let nested = prop::collection::vec(
        prop::collection::vec((select(vec!["k", "n"]), scalars()), 0..3),
        0..3,
    );
    (
        prop::collection::vec((names, fields()), 0..7),
        prop::collection::vec((select(vec!["a", "b"]), fields()), 0..2),
        nested,
    )
        .prop_map(|(plain, below, nested)| {
            let mut document: Map<String, Json> = Map::new();
            for (name, value) in plain {
                document.insert(name.to_owned(), value);
            }
            let object = |members: Vec<(&str, Json)>| -> Json {
                Json::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            };
            document.insert("p".to_owned(), object(below));
            document.insert(
                "o".to_owned(),
                Json::Array(nested.into_iter().map(object).collect()),
            );
            Json::Object(document)
        })
}

struct SomeFields(HashMap<Field, Vec<Value<'static>>>);

impl Known for SomeFields {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        self.0.get(&field).map(Vec::as_slice)
    }
}

fn compiled(text: &str) -> Condition {
    let plan = compile_kql(text, &Fields, &Options::default());
    match plan.map(|plan| plan.body) {
        Ok(PlanBody::Event(condition)) => condition,
        other => panic!("{text}: {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_agree(text in queries(), documents in prop::collection::vec(documents(), 1..5), known in any::<u16>()) {
        let query = parse_query(&text).into_result().expect("the generator writes sound queries");
        let condition = compiled(&text);
        for document in documents {
            let event = JsonEvent::new(document.clone());
            let expect = plain(query.body.as_ref().expect("it is not empty"), &document, None);
            prop_assert_eq!(condition.matches(&event), Ok(expect), "{}\n{}", text, document);

            let some = SomeFields(
                FIELDS
                    .iter()
                    .enumerate()
                    .filter(|(index, (name, _))| known & (1 << index) != 0 && !name.starts_with('o'))
                    .map(|(_, (name, _))| (Field::new(name), event.all(Field::new(name))))
                    .collect(),
            );
            let special = match condition.specialise(&some) {
                Specialised::Never => false,
                Specialised::Always => true,
                Specialised::Residual(residual) => residual.matches(&event) == Ok(true),
            };
            prop_assert_eq!(special, expect, "specialised {}\n{}", text, document);
            prop_assert_eq!(condition.explain(&event).outcome, Outcome::Decided(expect));
            prop_assert_eq!(condition.negated().matches(&event), Ok(!expect));
            prop_assert_eq!(condition.or(&Condition::constant(false)).matches(&event), Ok(expect));

            if expect {
                let raw = document.to_string();
                for needles in condition.needle_sets(&|_| true) {
                    prop_assert!(needles.iter().any(|needle| raw.contains(needle.as_str())), "{text}\n{raw}\n{needles:?}");
                }
            }
        }
    }
}

/// A generator of queries that all say the same tests nothing.
#[test]
fn random_queries_differ_in_their_answers() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let matched = (0..500)
        .filter(|_| {
            let text = queries()
                .new_tree(&mut runner)
                .expect("it generates")
                .current();
            let document = documents()
                .new_tree(&mut runner)
                .expect("it generates")
                .current();
            compiled(&text).matches(&JsonEvent::new(document)) == Ok(true)
        })
        .count();
    assert!((100..400).contains(&matched), "{matched} of 500");
}
