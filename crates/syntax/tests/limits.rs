//! Hostile texts: refused with a reason, in little time and stack.

use std::time::{Duration, Instant};

use gatewatch_syntax::Parsed;
use gatewatch_syntax::eql::{
    Expr, MAX_DEPTH, MAX_LENGTH, parse_expression, parse_query, print_expression,
};

fn codes<T>(parsed: &Parsed<T>) -> Vec<&'static str> {
    parsed
        .diagnostics
        .iter()
        .map(|problem| problem.code)
        .collect()
}

/// The tree's depth, counted without recursion.
fn depth(expr: &Expr) -> usize {
    let mut waiting = vec![(expr, 1)];
    let mut deepest = 0;
    while let Some((expr, depth)) = waiting.pop() {
        deepest = deepest.max(depth);
        waiting.extend(expr.children().into_iter().map(|child| (child, depth + 1)));
    }
    deepest
}

/// Ways to nest: before and after the innermost `x`.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("not ", ""),
    ("- ", ""),
    ("1+(", ")"),
    ("x + ", ""),
    ("f(", ")"),
    ("x in (", ")"),
    ("x in ", ""),
    ("x : f(", ")"),
    ("x.y(", ")"),
    ("x and not (", ")"),
    ("x or x and x == x + x * (", ")"),
    ("(((x,", ")"),
    ("child of [", "]"),
    ("[", "]"),
];

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    let threads = NESTS.iter().flat_map(|(before, after)| {
        [MAX_DEPTH - 1, MAX_DEPTH, 2 * MAX_DEPTH, 20_000].map(|levels| {
            let closed = format!("{}x{}", before.repeat(levels), after.repeat(levels));
            let open = before.repeat(levels);
            std::thread::Builder::new()
                .stack_size(2 << 20)
                .spawn(move || {
                    for text in [closed, open] {
                        let parsed = parse_expression(&text);
                        assert!(parsed.diagnostics.len() <= 50);
                        if let Ok(mut tree) = parsed.into_result() {
                            assert!(depth(&tree) <= MAX_DEPTH);
                            assert!(!print_expression(&tree).is_empty());
                            tree.clear_spans();
                            assert_eq!(tree.clone(), tree);
                        }
                        let query = format!("any where {text}");
                        let _ = parse_query(&query);
                        let steps = format!("sequence [{query}] [{query}] until [{query}]");
                        let _ = parse_query(&steps);
                    }
                })
                .expect("a thread can be started")
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().expect("no stack overflow, no panic");
    }
}

#[test]
fn reasonable_nesting_is_read() {
    for (before, after) in NESTS.iter().take(6) {
        let text = format!("{}x{}", before.repeat(100), after.repeat(100));
        assert!(parse_expression(&text).into_result().is_ok(), "{before}");
    }
}

#[test]
fn too_deep_is_said_once() {
    let text = format!("{}x{}", "(".repeat(1000), ")".repeat(1000));
    assert_eq!(codes(&parse_expression(&text)), ["eql-too-deep"]);
    let text = format!("1{}", " + 1".repeat(1000));
    assert_eq!(codes(&parse_expression(&text)), ["eql-too-deep"]);
}

#[test]
fn long_chains_are_not_deep() {
    let text = format!("x == 0{}", " or x == 1 and y".repeat(10_000));
    let tree = parse_expression(&text)
        .into_result()
        .expect("a chain is one level");
    assert!(depth(&tree) < 6);
}

#[test]
fn too_long_is_refused() {
    let text = format!("any where {}", " ".repeat(MAX_LENGTH));
    let parsed = parse_query(&text);
    assert_eq!(codes(&parsed), ["eql-too-long"]);
    assert!(parsed.tree.is_none());
}

#[test]
fn problems_are_bounded() {
    let parsed = parse_expression(&"a = 'b' and ".repeat(10_000));
    assert_eq!(parsed.diagnostics.len(), 50);
    assert!(parsed.tree.is_none());
}

/// Doubling the text may not take much more than twice the time. The bound is wide, since other
/// work may run beside; quadratic time at this size would take minutes.
#[test]
fn time_is_linear() {
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "![",
        "a = ",
        "a : (",
        "a in (",
        "not ",
        "\"",
        "'",
        "`",
        "``",
        "\"\"\"",
        "/*",
        "/**/",
        "//",
        "\\",
        "\"\\u{",
        "1",
        "1e",
        ".",
        "?",
        "?\"",
        "| ",
        "| head 1, ",
        "a.",
        "a[0]",
        "[any where a] ",
        "[any where (a ",
        "sequence ",
        "until ",
        "by a, ",
        "with ",
        "f(",
        "f(a, ",
        "((a b) ",
        "a b ",
        "not~ ",
        "a is null ",
        "x of [",
        "\u{feff}",
        "é",
    ];
    for piece in pieces {
        for start in [
            "",
            "any where ",
            "sequence [",
            "sequence [any where a] ",
            "a : (",
        ] {
            let text = format!("{start}{}", piece.repeat(MAX_LENGTH / 8 / piece.len()));
            let begin = Instant::now();
            let _ = parse_query(&text);
            let _ = parse_expression(&text);
            let taken = begin.elapsed();
            assert!(taken < Duration::from_secs(5), "{start}{piece}: {taken:?}");
        }
    }
}
