//! KQL: the grammar, the messages, and what holds for every text and tree.

use std::fs;
use std::path::PathBuf;

use gatewatch_syntax::kql::{
    Expr, ExprKind, Literal, LiteralKind, MAX_DEPTH, Query, RangeOperator, Value, ValueKind,
    parse_query, print,
};
use gatewatch_syntax::{Severity, Span};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// The tree in the notation of the shared cases, in which a list of values is spelt out.
fn tree(query: &Query) -> Json {
    match &query.body {
        None => json!(["is", ["wc", ["", ""]], ["wc", ["", ""]]]),
        Some(expr) => expression(expr),
    }
}

fn expression(expr: &Expr) -> Json {
    match &expr.kind {
        ExprKind::Or(parts) => json!(["or", parts.iter().map(expression).collect::<Vec<_>>()]),
        ExprKind::And(parts) => json!(["and", parts.iter().map(expression).collect::<Vec<_>>()]),
        ExprKind::Not(part) => json!(["not", expression(part)]),
        ExprKind::Nested { field, body } => json!(["nested", literal(field), expression(body)]),
        ExprKind::Range {
            field,
            operator,
            value,
        } => {
            let name = match operator {
                RangeOperator::Less => "lt",
                RangeOperator::LessOrEqual => "lte",
                RangeOperator::Greater => "gt",
                RangeOperator::GreaterOrEqual => "gte",
            };
            json!(["range", literal(field), name, literal(value)])
        }
        ExprKind::Is { field, value } => list(&literal(field), value),
        ExprKind::Anywhere(value) => json!(["is", null, literal(value)]),
    }
}

fn list(field: &Json, value: &Value) -> Json {
    let all = |parts: &[Value]| {
        parts
            .iter()
            .map(|part| list(field, part))
            .collect::<Vec<_>>()
    };
    match &value.kind {
        ValueKind::Or(parts) => json!(["or", all(parts)]),
        ValueKind::And(parts) => json!(["and", all(parts)]),
        ValueKind::Not(part) => json!(["not", list(field, part)]),
        ValueKind::Literal(value) => json!(["is", field, literal(value)]),
    }
}

fn literal(literal: &Literal) -> Json {
    match &literal.kind {
        LiteralKind::Text(text) => json!(["lit", text, literal.quoted]),
        LiteralKind::Boolean(flag) => json!(["lit", flag, false]),
        LiteralKind::Null => json!(["lit", null, false]),
        LiteralKind::Wildcard(pieces) => json!(["wc", pieces]),
    }
}

#[allow(clippy::print_stdout, reason = "a test that skips must say so")]
fn shared(file: &str) -> Vec<Json> {
    let root = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("elastic").join(file);
    let Ok(text) = fs::read_to_string(&path) else {
        println!("SKIPPED: no shared data at {}", path.display());
        return Vec::new();
    };
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is a JSON value"))
        .collect()
}

#[test]
fn the_shared_cases_parse_as_they_should() {
    let mut failures = Vec::new();
    for case in shared("kql_cases.jsonl") {
        let text = case["query"].as_str().expect("a query");
        let parsed = parse_query(text);
        let result = parsed.into_result();
        let complaint = match (case["kind"].as_str(), &result) {
            (Some("parse_error"), Err(problems)) => problems
                .iter()
                .all(|problem| problem.span.is_none())
                .then(|| "no place".to_owned()),
            (Some("parse_error"), Ok(query)) => Some(format!("accepted as {}", tree(query))),
            (_, Err(problems)) => Some(format!("{problems:?}")),
            (Some("parse_ok"), Ok(query)) => {
                (tree(query) != case["ast"]).then(|| format!("{} for {}", tree(query), case["ast"]))
            }
            _ => None,
        };
        failures.extend(complaint.map(|complaint| format!("{text}: {complaint}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_rule_parses_and_its_canonical_form_says_the_same() {
    for rule in shared("rules.jsonl") {
        for (language, key) in [("language", "query"), ("threat_language", "threat_query")] {
            let Some(text) = rule[key].as_str().filter(|_| rule[language] == "kuery") else {
                continue;
            };
            let query = match parse_query(text).into_result() {
                Ok(query) => query,
                Err(problems) => panic!("{}: {problems:?}", rule["name"]),
            };
            check_round_trip(&query);
        }
    }
}

#[track_caller]
fn check_round_trip(query: &Query) {
    let printed = print(query);
    let again = parse_query(&printed);
    let again = match again.into_result() {
        Ok(again) => again,
        Err(problems) => panic!("{printed:?}: {problems:?}"),
    };
    assert_eq!(tree(&again), tree(query), "{printed:?}");
    assert_eq!(print(&again), printed);
}

#[track_caller]
fn check(text: &str, expect: &Json) {
    match parse_query(text).into_result() {
        Ok(query) => {
            assert_eq!(tree(&query), *expect, "{text}");
            check_round_trip(&query);
        }
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

fn is(field: &str, value: Json) -> Json {
    json!(["is", ["lit", field, false], value])
}

fn text(text: &str) -> Json {
    json!(["lit", text, false])
}

#[test]
fn operators_bind_as_they_should() {
    let (a, b, c) = (is("a", text("1")), is("b", text("2")), is("c", text("3")));
    check("a:1 or b:2 and c:3", &json!(["or", [a, ["and", [b, c]]]]));
    check("(a:1 or b:2) AND c:3", &json!(["and", [["or", [a, b]], c]]));
    check("(a:1 or b:2) or c:3", &json!(["or", [["or", [a, b]], c]]));
    check("not a:1 and b:2", &json!(["and", [["not", a], b]]));
    check("Not\n(a:1\tOR\u{a0}b:2)", &json!(["not", ["or", [a, b]]]));
    check("a:(not 1)", &json!(["not", a]));
    check(
        "o: { a:1 and o2:{b:2} }",
        &json!(["nested", text("o"), ["and", [a, ["nested", text("o2"), b]]]]),
    );
}

#[test]
fn literals_end_where_a_keyword_begins() {
    check("a:foo  bar ", &is("a", text("foo  bar")));
    check("a:b or", &is("a", text("b or")));
    check("a: sandor", &is("a", text("sandor")));
    check("a:not", &is("a", text("not")));
    check(r"a:x \AND y", &is("a", text("x AND y")));
    check(r"a:\not x", &is("a", text("ot x")));
    check(r"a:k\u006eot x", &is("a", text("knot x")));
    check("a:*or b*", &is("a", json!(["wc", ["", "or b", ""]])));
    check(
        "a:b and or c",
        &json!(["and", [is("a", text("b")), ["is", null, text("or c")]]]),
    );
}

#[test]
fn escapes_are_resolved() {
    let quoted = |text: &str| json!(["lit", text, true]);
    check(
        r#"a:"C:\new\"x\"\u00e9\q\u00""#,
        &is("a", quoted("C:\new\"x\"é\\q\\u00")),
    );
    check(
        r"a:\(\)\:\<\>\{\}\\\*\u0041*",
        &is("a", json!(["wc", [r"():<>{}\*A", ""]])),
    );
    check(r"a:\ud83d\ude00", &is("a", text("😀")));
    check("a:\\t\\u0020", &is("a", text("")));
    check("a:true", &is("a", json!(["lit", true, false])));
    check(
        "a:(null or \"null\")",
        &json!([
            "or",
            [
                is("a", json!(["lit", null, false])),
                is("a", quoted("null")),
            ]
        ]),
    );
}

/// The code and the place of every problem.
#[track_caller]
fn problems(text: &str, expect: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = parse_query(text)
        .diagnostics
        .iter()
        .map(|problem| (problem.code, problem.span.unwrap_or_default().text(text)))
        .collect();
    assert_eq!(found, expect, "{text}");
}

#[test]
fn problems_have_their_place() {
    problems("a:", &[("kql-expected", "")]);
    problems(":b", &[("kql-field-missing", ":")]);
    problems("a:b or ", &[("kql-operand-missing", "")]);
    problems("a:b and not ", &[("kql-operand-missing", "not")]);
    problems("a:\"x", &[("kql-unterminated-string", "\"")]);
    problems("a:(b or c", &[("kql-unclosed", "")]);
    problems("a:b)", &[("kql-closes-nothing", ")")]);
    problems("a:\"x\" \"y\"", &[("kql-operator-missing", "\"")]);
    problems("(a:b)and(c:d)", &[("kql-tight-keyword", "a")]);
    problems("a:b:c", &[("kql-special-character", ":")]);
    problems(r"a:C:\Windows", &[("kql-special-character", ":")]);
    problems(r"a:\Windows", &[("kql-unknown-escape", r"\W")]);
    problems("not not a:b", &[("kql-double-not", "not not")]);
    problems("a: not b", &[("kql-not-after-colon", "not")]);
    problems("a: knot b", &[("kql-not-in-value", "not")]);
    problems("a:(b:c)", &[("kql-field-in-list", ":")]);
    problems("a:>5", &[("kql-colon-and-range", ">")]);
    problems("()", &[("kql-expected", ")")]);
    problems("a:{}", &[("kql-expected", "}")]);
}

#[test]
fn all_problems_are_found() {
    problems(
        r#"(a:>1 or b:\q) and c: not d and e:"x" "y" or f:(g:h)"#,
        &[
            ("kql-colon-and-range", ">"),
            ("kql-unknown-escape", r"\q"),
            ("kql-not-after-colon", "not"),
            ("kql-operator-missing", "\""),
            ("kql-field-in-list", ":"),
        ],
    );
}

#[test]
fn lucene_is_told_apart() {
    const CODE: &str = "kql-lucene-syntax";
    // Kibana refuses these.
    problems("a:b && c:d", &[(CODE, "&&")]);
    problems("a:b || c:d", &[(CODE, "||")]);
    problems("a:\"b c\"~2", &[(CODE, "~")]);
    problems("(a:b)^2", &[(CODE, "^")]);
    problems("a:[1 TO 5}", &[(CODE, "}")]);
    // Kibana takes these for ordinary characters.
    for text in [
        "a:[1 TO 5]",
        "a:/x.*[0-9]/",
        "!a:b",
        "+a:b",
        "-a:b",
        "_exists_:a",
        "a && b",
    ] {
        let parsed = parse_query(text);
        assert!(!parsed.has_errors(), "{text}");
        let codes: Vec<_> = parsed.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, [CODE], "{text}");
    }
    problems("a == b", &[("kql-equals", "a == b")]);
    problems("a:/tmp/", &[]);
    problems("a:/tmp/*", &[]);
}

#[test]
fn paths_with_other_escapes_than_meant_are_told() {
    problems(r#"a:"C:\temp\x""#, &[("kql-path-escape", r#""C:\temp\x""#)]);
    problems(r#"a:"C:\\temp\\x""#, &[]);
    problems(r#"a:"one\ttwo""#, &[]);
    assert_eq!(
        parse_query(r#"a:"C:\temp""#).diagnostics[0].severity,
        Severity::Warning
    );
}

#[test]
fn nesting_and_length_are_bounded() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse_query(&nested(MAX_DEPTH)).into_result().is_ok());
    problems(&nested(MAX_DEPTH + 1), &[("kql-too-deep", "(")]);
    problems(&"(".repeat(100_000), &[("kql-too-deep", "(")]);
    problems(&"a".repeat((1 << 20) + 1), &[("kql-too-long", "")]);
    let spaces = format!("a{}b", " ".repeat(1 << 19));
    assert!(parse_query(&spaces).into_result().is_ok());
    let many = vec!["a:b"; 100_000].join(" or ");
    assert!(parse_query(&many).into_result().is_ok());
}

#[test]
fn long_queries_are_laid_out() {
    let text = r#"event.category: process and process.name: ("some-much-longer-name-1.exe" or "some-much-longer-name-2.exe" or "some-much-longer-name-3.exe") and not (user.id: "S-1-5-18" or user.name: *$)"#;
    let query = parse_query(text).into_result().expect("it is sound");
    assert_eq!(
        print(&query),
        r#"event.category: process and
process.name: (
  "some-much-longer-name-1.exe" or "some-much-longer-name-2.exe" or "some-much-longer-name-3.exe"
) and
not (user.id: "S-1-5-18" or user.name: *$)"#
    );
}

const PIECES: &[&str] = &[
    "a", "b.c", "*", "x*", " ", "\t", "\u{a0}", "\n", " and ", " or ", "not ", "NOT ", "and", "or",
    "not", ":", "<", "<=", ">", "(", ")", "{", "}", "\"", "\\", "\\\"", "\\*", "\\u0041",
    "\\ud83d", "\\n", "\\not", "true", "null", "é", "😀", "&&", "[1 TO 2]", "~", "=",
];

fn literals() -> impl Strategy<Value = Literal> {
    let text = vec(
        prop::sample::select(vec![
            "a", "not", "or", "and", " ", "\u{a0}", "\t", "\\", "*", ":", "\"", "(", "}", "é", "N",
            "?", "\n",
        ]),
        1..8,
    )
    .prop_map(|pieces| pieces.concat());
    let at = Span::default();
    prop_oneof![
        text.clone().prop_map(move |text| Literal {
            kind: LiteralKind::Text(text),
            quoted: true,
            span: at,
        }),
        text.prop_map(move |text| Literal {
            kind: LiteralKind::Text(text.trim().to_owned()),
            quoted: false,
            span: at,
        }),
        any::<bool>().prop_map(move |flag| Literal {
            kind: LiteralKind::Boolean(flag),
            quoted: false,
            span: at,
        }),
        vec(
            prop::sample::select(vec!["", "a", "or", "not b", "x and y", "*"]),
            2..4
        )
        .prop_map(move |pieces| Literal {
            kind: LiteralKind::Wildcard(pieces.into_iter().map(str::to_owned).collect()),
            quoted: false,
            span: at,
        }),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let span = Span::default();
    let leaf = literals().prop_map(move |literal| Value {
        kind: ValueKind::Literal(literal),
        span,
    });
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(ValueKind::Or),
            vec(inner.clone(), 2..4).prop_map(ValueKind::And),
            inner.prop_map(|value| ValueKind::Not(Box::new(value))),
        ]
        .prop_map(move |kind| Value { kind, span })
    })
}

fn expressions() -> impl Strategy<Value = Expr> {
    let span = Span::default();
    let operators = prop::sample::select(vec![
        RangeOperator::Less,
        RangeOperator::LessOrEqual,
        RangeOperator::Greater,
        RangeOperator::GreaterOrEqual,
    ]);
    let leaf = prop_oneof![
        (literals(), values()).prop_map(|(field, value)| ExprKind::Is { field, value }),
        (literals(), operators, literals()).prop_map(|(field, operator, value)| ExprKind::Range {
            field,
            operator,
            value,
        }),
        literals().prop_map(ExprKind::Anywhere),
    ]
    .prop_map(move |kind| Expr { kind, span });
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(ExprKind::Or),
            vec(inner.clone(), 2..4).prop_map(ExprKind::And),
            inner.clone().prop_map(|expr| ExprKind::Not(Box::new(expr))),
            (literals(), inner).prop_map(|(field, body)| ExprKind::Nested {
                field,
                body: Box::new(body),
            }),
        ]
        .prop_map(move |kind| Expr { kind, span })
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(pieces in vec(prop::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        let parsed = parse_query(&text);
        prop_assert!(parsed.tree.is_some() || parsed.has_errors());
        for problem in &parsed.diagnostics {
            let span = problem.span.expect("every problem has a place");
            prop_assert!(text.get(span.range()).is_some(), "{problem:?}");
        }
        if let Ok(query) = parsed.into_result() {
            check_round_trip(&query);
        }
    }

    #[test]
    fn no_garbage_breaks_the_parser(text in "\\PC{0,40}") {
        if let Ok(query) = parse_query(&text).into_result() {
            check_round_trip(&query);
        }
    }

    #[test]
    fn what_is_printed_reads_the_same(body in expressions()) {
        check_round_trip(&Query { body: Some(body) });
    }
}
