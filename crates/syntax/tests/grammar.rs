//! What the grammar takes, how tight operators bind, and what literals mean.

use gatewatch_syntax::eql::ast::{Literal, TimeUnit};
use gatewatch_syntax::eql::{
    Expr, ExprKind, Query, QueryBody, parse_expression, parse_query, print, print_expression,
};
use gatewatch_syntax::{Span, Stage};

fn expression(text: &str) -> Expr {
    let mut expr = parse_expression(text)
        .into_result()
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    expr.clear_spans();
    expr
}

fn query(text: &str) -> Query {
    parse_query(text)
        .into_result()
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn literal(text: &str) -> Literal {
    match expression(text).kind {
        ExprKind::Literal(literal) => literal,
        other => panic!("{text} is {other:?}"),
    }
}

#[track_caller]
fn refused(text: &str, code: &str) {
    let parsed = parse_query(text);
    let codes: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert!(codes.contains(&code), "{text}: {codes:?}");
}

/// Both texts give one tree: the second says with parentheses how the first is read.
#[track_caller]
fn binds(text: &str, explicit: &str) {
    assert_eq!(expression(text), expression(explicit), "{text}");
}

#[test]
fn operators_bind_as_in_elasticsearch() {
    binds("a or b and c", "a or (b and c)");
    binds("a and b or c", "(a and b) or c");
    binds("not a and b", "(not a) and b");
    binds("not a or b", "(not a) or b");
    binds("not a == b", "not (a == b)");
    binds("not not a", "not (not a)");
    binds("a == 1 + 2", "a == (1 + 2)");
    binds("1 + 2 * 3", "1 + (2 * 3)");
    binds("1 - 2 - 3", "(1 - 2) - 3");
    binds("8 / 4 % 3", "(8 / 4) % 3");
    binds("-a * b", "(-a) * b");
    binds("a * -b", "a * (-b)");
    binds("- - a", "-(-a)");
    binds("+a", "(+a)");
    binds("a + 1 : \"x\"", "a + (1 : \"x\")");
    binds("-a : \"x\"", "-(a : \"x\")");
    binds("a in (1) == true", "(a in (1)) == true");
    binds("true == a in (1)", "true == (a in (1))");
    binds("not a in (1)", "not (a in (1))");
    binds("a and not b and c", "a and (not b) and c");
    binds("a == b and c == d", "(a == b) and (c == d)");
    binds("((a))", "a");
}

#[test]
fn chains_are_one_node_and_groups_stay() {
    let ExprKind::And(operands) = expression("a and b and c").kind else {
        panic!("not a chain");
    };
    assert_eq!(operands.len(), 3);
    assert_ne!(expression("(a and b) and c"), expression("a and b and c"));
    assert_ne!(expression("a and (b and c)"), expression("a and b and c"));
    assert_ne!(expression("a not in (1)"), expression("not a in (1)"));
}

#[test]
fn comparisons_do_not_chain() {
    for text in [
        "1 < 2 < 3",
        "a == 1 == true",
        "a : \"x\" : \"y\"",
        "a in (1) in (2)",
        "a like \"x\" like \"y\"",
    ] {
        refused(&format!("any where {text}"), "eql-chained-comparison");
    }
    expression("(1 < 2) == true");
    expression("true == (1 < 2)");
}

#[test]
fn numbers_are_as_narrow_as_they_fit() {
    assert_eq!(literal("0"), Literal::Integer(0));
    assert_eq!(literal("007"), Literal::Integer(7));
    assert_eq!(literal("2147483647"), Literal::Integer(i32::MAX));
    assert_eq!(literal("2147483648"), Literal::Long(2_147_483_648));
    assert_eq!(literal("9223372036854775807"), Literal::Long(i64::MAX));
    assert_eq!(
        literal("9223372036854775808"),
        Literal::UnsignedLong(1 << 63)
    );
    assert_eq!(
        literal("18446744073709551615"),
        Literal::UnsignedLong(u64::MAX)
    );
    assert_eq!(
        literal("18446744073709551616"),
        Literal::Double(18_446_744_073_709_551_616.0)
    );
    assert_eq!(literal("1.5"), Literal::Double(1.5));
    assert_eq!(literal(".5"), Literal::Double(0.5));
    assert_eq!(literal("1."), Literal::Double(1.0));
    assert_eq!(literal("5e14"), Literal::Double(5e14));
    assert_eq!(literal("5E+2"), Literal::Double(500.0));
    assert_eq!(literal("1.e-2"), Literal::Double(0.01));
    assert_eq!(literal("4.9e-400"), Literal::Double(0.0));
    refused("any where a == 1e400", "eql-number-too-large");
    refused(
        &format!("any where a == {}", "9".repeat(400)),
        "eql-number-too-large",
    );
    refused("any where a == 1x", "eql-missing-operator");
    refused("any where a == 1e", "eql-missing-operator");
}

#[test]
fn strings_undo_their_escapes() {
    let string = |text: &str| match literal(text) {
        Literal::String(value) => value,
        other => panic!("{other:?}"),
    };
    assert_eq!(string(r#""""#), "");
    assert_eq!(string(r#""\b\t\n\f\r\"\'\\""#), "\u{8}\t\n\u{c}\r\"'\\");
    assert_eq!(string(r#""it's""#), "it's");
    assert_eq!(
        string(r#""\u{41}\u{00e9}\u{01f4a9}\u{0000000a}""#),
        "Aé💩\n"
    );
    assert_eq!(string(r#""\\u{41}""#), "\\u{41}");
    assert_eq!(string("\"tab\there é漢\""), "tab\there é漢");
    assert_eq!(
        string(r#""""C:\new\"x" // no comment""""#),
        "C:\\new\\\"x\" // no comment"
    );
    let quotes = |before: usize, content: &str, after: usize| {
        format!("{}{content}{}", "\"".repeat(before), "\"".repeat(after))
    };
    assert_eq!(string(&quotes(3, "", 3)), "");
    assert_eq!(string(&quotes(4, "a", 4)), "\"a\"");
    assert_eq!(string(&quotes(5, "a\\", 5)), "\"\"a\\\"\"");
    assert_eq!(string(&quotes(8, "", 0)), "\"\"");
    assert_eq!(string(&quotes(5, " ", 5)), "\"\" \"\"");
    for text in [
        quotes(3, "a", 6),
        quotes(9, "", 0),
        quotes(3, "a", 2),
        quotes(3, "", 0),
    ] {
        refused(&format!("any where a == {text}"), "eql-unterminated-string");
    }
    refused("any where a == \"\"\"x\ny\"\"\"", "eql-unterminated-string");
    refused("any where a == \"x\ny\"", "eql-unterminated-string");
    refused(r#"any where a == "x\"#, "eql-unterminated-string");
    refused("any where a == \"x\\\ny\"", "eql-unknown-escape");
    for escape in [r"\q", r"\x41", r"\ ", r"\é", r"\0"] {
        refused(
            &format!("any where a == \"{escape}\""),
            "eql-unknown-escape",
        );
    }
    for escape in [
        r"\u",
        r"\u{}",
        r"\u{1}",
        r"\u{123456789}",
        r"\u{12g4}",
        r"\u{41",
        r"\u0041",
        r"\u{d800}",
        r"\u{110000}",
        r"\u{ffffffff}",
    ] {
        refused(
            &format!("any where a == \"{escape}\""),
            "eql-unicode-escape",
        );
    }
}

#[test]
fn field_names() {
    let name = |text: &str| match expression(text).kind {
        ExprKind::Field(field) => (field.name(), field.parts.len(), field.optional),
        other => panic!("{other:?}"),
    };
    assert_eq!(name("@timestamp"), ("@timestamp".to_owned(), 1, false));
    assert_eq!(name("_a.B9 . c"), ("_a.B9.c".to_owned(), 3, false));
    assert_eq!(name("?user.id"), ("user.id".to_owned(), 2, true));
    assert_eq!(name("? `a.b`.c"), ("a.b.c".to_owned(), 2, true));
    assert_eq!(name("`a``b`"), ("a`b".to_owned(), 1, false));
    assert_eq!(name("```a```"), ("`a`".to_owned(), 1, false));
    assert_eq!(name("`my-field é`"), ("my-field é".to_owned(), 1, false));
    assert_eq!(name("AND"), ("AND".to_owned(), 1, false));
    assert_eq!(
        name("event.`sequence`"),
        ("event.sequence".to_owned(), 2, false)
    );
    refused("any where `` == 1", "eql-empty-name");
    refused("any where ``a == 1", "eql-empty-name");
    refused("any where `a`b` == 1", "eql-unterminated-name");
    refused("any where é == 1", "eql-unknown-character");
    refused("any where a. == 1", "eql-unexpected");
    refused("any where ?? a", "eql-unexpected");
    refused("any where ?", "eql-unexpected");
}

#[test]
fn functions() {
    let ExprKind::Call(call) = expression("endsWith~ (a, \"x\")").kind else {
        panic!("not a call");
    };
    assert_eq!((call.name.as_str(), call.insensitive), ("endsWith", true));
    assert_eq!(call.arguments.len(), 2);
    expression("f()");
    expression("f(a and b, not c, (1 + 2) * 3)");
    expression("NOT(a)");
    refused("any where f(,)", "eql-unexpected");
    refused("any where f(a", "eql-unclosed");
    refused("any where `f`(a)", "eql-function-name");
    refused("any where ?f(a)", "eql-function-name");
    refused("any where any(a)", "eql-keyword-as-name");
}

#[test]
fn predicates() {
    expression("a in (1)");
    expression("a in~ (\"x\", b, f(c), 1 + 2, not d)");
    expression("a not in~ (\"x\")");
    expression("a : \"x\"");
    expression("a:(\"x\", 1, null, true)");
    expression("a like~ \"x\" and b regex~ (\"y\") and c like \"\"\"z\"\"\" and d regex \"q\"");
    expression("f(a) : \"x\" and \"y\" : \"z\" and (a) : \"x\"");
    refused("any where a : ()", "eql-empty-list");
    refused("any where a : (b)", "eql-pattern-not-constant");
    refused("any where a like f(b)", "eql-pattern-not-constant");
    refused("any where a regex", "eql-unexpected");
    refused("any where a not == 1", "eql-infix-not");
    refused("any where a not : \"x\"", "eql-infix-not");
    refused("any where a not b", "eql-unexpected");
    refused("any where a IN (1)", "eql-capital-keyword");
    refused("any where a like ~ \"x\"", "eql-unknown-character");
}

#[test]
fn comments_and_blanks() {
    let plain = expression("a == 1 and b");
    assert_eq!(
        expression("a/**/==/* /* nested */ */1\r\n\tand // rest\nb"),
        plain
    );
    assert_eq!(expression("a == 1 and b // at the end"), plain);
    assert_eq!(expression("a == 1 and b /* x */"), plain);
    refused("any where a /* /* */", "eql-unterminated-comment");
    refused("any where a \u{c} == 1", "eql-unknown-character");
    refused("\u{feff}any where true", "eql-unknown-character");
}

#[test]
fn event_queries() {
    let category = |text: &str| match query(text).body {
        QueryBody::Event(filter) => filter.category.name,
        other => panic!("{other:?}"),
    };
    assert_eq!(category("any where true"), None);
    assert_eq!(category("\"any\" where true"), Some("any".to_owned()));
    assert_eq!(category("process where true"), Some("process".to_owned()));
    assert_eq!(
        category("\"my category\" where true"),
        Some("my category".to_owned())
    );
    assert_eq!(
        category("\"\"\"a\\b\"\"\" where true"),
        Some("a\\b".to_owned())
    );
    assert_eq!(category("Any where true"), Some("Any".to_owned()));
    refused("42 where true", "eql-category");
    refused("process.name where true", "eql-missing-where");
    refused("any where true true", "eql-missing-operator");
    refused("any where true by x", "eql-unexpected");
    refused("any where true]", "eql-unopened");
    refused("any where [a]", "eql-unexpected");
    refused("any where", "eql-missing-condition");
    refused("any where | head 1", "eql-missing-condition");
    refused("'process' where true", "eql-single-quotes");
}

#[test]
fn sequences() {
    let body = query(
        "sequence by a, ?b.c with maxspan = 5 m
           [x where true] by d
           ![any where y : \"z\"] by ?e with runs = 3
           [\"q r\" where not s] by `t u`
         until [v where true] by w
         | head 5 | tail 2",
    );
    assert_eq!(body.pipes.len(), 2);
    let QueryBody::Sequence(sequence) = body.body else {
        panic!("not a sequence");
    };
    assert_eq!(sequence.by.len(), 2);
    let maxspan = sequence.maxspan.expect("there is a maxspan");
    assert_eq!(
        (maxspan.unit, maxspan.milliseconds()),
        (TimeUnit::Minute, 300_000)
    );
    let runs: Vec<_> = sequence.terms.iter().map(|term| term.run_count()).collect();
    let missing: Vec<_> = sequence.terms.iter().map(|term| term.missing).collect();
    assert_eq!((runs, missing), (vec![1, 3, 1], vec![false, true, false]));
    assert!(sequence.until.is_some());

    query("sequence [a where true] with runs=2");
    query("sequence by x [a where true] by y with runs=100");
    query("sequence with maxspan=1ms ![a where true] [b where true]");
    let huge = query("sequence with maxspan=9223372036854775807d [a where true] [b where true]");
    let QueryBody::Sequence(sequence) = huge.body else {
        panic!("not a sequence");
    };
    assert_eq!(
        sequence.maxspan.map(|maxspan| maxspan.milliseconds()),
        Some(i64::MAX)
    );
}

#[test]
fn faulty_sequences() {
    let steps = "[a where true] [b where true]";
    for (clause, code) in [
        ("with maxspan=1S", "eql-maxspan"),
        ("with maxspan=1w", "eql-maxspan"),
        ("with maxspan=-1s", "eql-maxspan"),
        ("with maxspan=9223372036854775808s", "eql-maxspan"),
        ("with maxspan==1s", "eql-option-assign"),
        ("with maxspan 1s", "eql-option-assign"),
        ("with maxspan=1s with maxspan=2s", "eql-maxspan"),
        ("with runs=2", "eql-sequence-option"),
        ("with", "eql-sequence-option"),
        ("by", "eql-unexpected"),
        ("by 1", "eql-key"),
        ("by a + 1", "eql-key"),
        ("by a b", "eql-missing-step"),
        ("by a,", "eql-unexpected"),
        ("WITH maxspan=1s", "eql-capital-keyword"),
    ] {
        refused(&format!("sequence {clause} {steps}"), code);
    }
    for (step, code) in [
        ("[a where true", "eql-unclosed"),
        ("[a where true)]", "eql-unopened"),
        ("[a where]", "eql-missing-condition"),
        ("[]", "eql-category"),
        ("[[a where true]]", "eql-category"),
        ("[a where true] with runs=2.0", "eql-runs"),
        ("[a where true] with runs=\"2\"", "eql-runs"),
        ("[a where true] with runs=", "eql-runs"),
        ("[a where true] with runs 2", "eql-option-assign"),
        ("[a where true] with maxspan=2s", "eql-step-option"),
        ("until [a where true] until", "eql-missing-step"),
    ] {
        refused(&format!("sequence {steps} {step}"), code);
    }
    refused(
        "sequence [a where true] ![b where true] by x",
        "eql-key-count",
    );
    refused(
        "SEQUENCE [a where true] [b where true]",
        "eql-capital-keyword",
    );
    refused(&format!("join {steps}"), "eql-join");
}

#[test]
fn samples() {
    let body = query("sample by a [x where true] by b [any where c] by d").body;
    let QueryBody::Sample(sample) = body else {
        panic!("not a sample");
    };
    assert_eq!((sample.by.len(), sample.terms.len()), (1, 2));
    query("sample [x where true] by b [y where true] by ?d");
    refused(
        "sample by a [x where true] by b [y where true]",
        "eql-key-count",
    );
    let six = "[x where true]".repeat(6);
    refused(&format!("sample by a {six}"), "eql-sample-steps");
}

#[test]
fn pipes_fold_their_argument() {
    let count = |text: &str| {
        let pipes = query(&format!("any where true | head {text}")).pipes;
        pipes.first().map(|pipe| pipe.count)
    };
    assert_eq!(count("0"), Some(0));
    assert_eq!(count("(2 + 3) * 4 - -1"), Some(21));
    assert_eq!(count("2147483648 - 1"), Some(i32::MAX as u32));
    assert_eq!(count("7 / 2 + 7 % 4"), Some(6));
    for argument in [
        "2147483647 + 1 - 1",
        "1 / 0",
        "1 % 0",
        "1.0",
        "null",
        "true",
        "length(\"a\")",
        "x",
        "9223372036854775808",
        "9223372036854775807 * 9223372036854775807",
        "-(-9223372036854775807 - 1)",
    ] {
        refused(
            &format!("any where true | head {argument}"),
            "eql-pipe-argument",
        );
    }
    refused("any where true |", "eql-pipe");
    refused("any where true | by x", "eql-pipe");
    refused("any where true | head 1 2", "eql-missing-operator");
    refused("any where true | HEAD 1", "eql-unknown-pipe");
    refused("| head 1", "eql-category");
}

#[test]
fn spans_point_at_the_text() {
    let text = "any where (a == 1) and f~(b.c) in (2)";
    let tree = query(text);
    assert_eq!(tree.span, Span::new(0, 37));
    let QueryBody::Event(filter) = tree.body else {
        panic!("not an event query");
    };
    let mut pieces = Vec::new();
    filter
        .condition
        .walk(&mut |expr| pieces.push(expr.span.text(text)));
    assert_eq!(
        pieces,
        [
            "(a == 1) and f~(b.c) in (2)",
            "a == 1",
            "a",
            "1",
            "f~(b.c) in (2)",
            "f~(b.c)",
            "b.c",
            "2",
        ]
    );
}

#[test]
fn plain_mistakes_keep_a_tree() {
    for (wrong, meant) in [
        ("a = 1", "a == 1"),
        ("a == 'x'", "a == \"x\""),
        ("a == ?'x'", "a == \"x\""),
        ("a !: \"x\"", "not a : \"x\""),
        ("a not like \"x\"", "not a like \"x\""),
        ("a AND NOT b", "a and not b"),
        ("a && b || !c", "a and b or not c"),
        ("a is not null", "a != null"),
        ("a in 1", "a in (1)"),
        ("a : (\"x\",)", "a : \"x\""),
        ("a[0].b == 1", "a.b == 1"),
        ("event.sequence > 1", "event.`sequence` > 1"),
    ] {
        let parsed = parse_expression(wrong);
        assert!(parsed.has_errors(), "{wrong}");
        let tree = parsed.tree.unwrap_or_else(|| panic!("{wrong}"));
        assert_eq!(
            print_expression(&tree),
            print_expression(&expression(meant))
        );
    }
    for broken in [
        "a == ",
        "(a b)",
        "a < b < c",
        "a : b",
        "a in ()",
        "a # b",
        "x:f()",
    ] {
        assert!(parse_expression(broken).tree.is_none(), "{broken}");
    }
}

#[test]
fn an_empty_request_is_not_a_parse_error() {
    let stage = |text: &str| parse_query(text).diagnostics[0].stage;
    assert_eq!(stage(""), Stage::Request);
    assert_eq!(stage(" \n"), Stage::Parse);
}

#[test]
fn long_queries_are_broken_into_lines() {
    let text = "sequence by host.id with maxspan=1m \
        [process where process.name : (\"one.exe\", \"two.exe\") and (a == 1 and b == 2 or \
        length(process.command_line) > 100 and process.args_count > 3)] by process.entity_id \
        ![file where file.path in (\"/a\")] by process.entity_id with runs=2 \
        until [any where x] by y | tail 3";
    insta::assert_snapshot!(print(&query(text)), @r#"
        sequence by host.id with maxspan=1m
          [process where process.name : ("one.exe", "two.exe") and
            (
              (a == 1 and b == 2) or
              (length(process.command_line) > 100 and process.args_count > 3)
            )] by process.entity_id
          ![file where file.path in ("/a")] by process.entity_id with runs=2
        until [any where x] by y
        | tail 3
        "#);
}

#[test]
fn long_lists_take_a_line_for_each() {
    let list = (0..12)
        .map(|n| format!("\"name number {n}\""))
        .collect::<Vec<_>>()
        .join(",");
    let text = format!("any where a : ({list}) and not f(b, {list}) in~ ({list})");
    insta::assert_snapshot!(print(&query(&text)), @r#"
        any where a : (
            "name number 0",
            "name number 1",
            "name number 2",
            "name number 3",
            "name number 4",
            "name number 5",
            "name number 6",
            "name number 7",
            "name number 8",
            "name number 9",
            "name number 10",
            "name number 11"
          ) and
          not f(
            b,
            "name number 0",
            "name number 1",
            "name number 2",
            "name number 3",
            "name number 4",
            "name number 5",
            "name number 6",
            "name number 7",
            "name number 8",
            "name number 9",
            "name number 10",
            "name number 11"
          ) in~ (
            "name number 0",
            "name number 1",
            "name number 2",
            "name number 3",
            "name number 4",
            "name number 5",
            "name number 6",
            "name number 7",
            "name number 8",
            "name number 9",
            "name number 10",
            "name number 11"
          )
        "#);
}
