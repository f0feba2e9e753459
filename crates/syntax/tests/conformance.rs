//! The published cases and rules, when the shared data is there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gatewatch_syntax::eql::{Query, parse_expression, parse_query, print};
use gatewatch_syntax::{Diagnostic, Stage};
use serde_json::Value;

/// Cases refused for the number of arguments of a function, which a later stage counts.
const ARGUMENT_COUNT: &[&str] = &[
    "errors/betweenArgs0",
    "errors/betweenArgs1",
    "errors/betweenArgs2",
    "errors/betweenArgs3",
    "errors/betweenArgs4",
    "errors/betweenArgs5",
    "errors/cidrArgs",
    "errors/stringContains0",
    "errors/stringContains1",
    "folding/085",
];

/// Cases that are wrong as published here, and why.
///
/// - `folding/233`: three quotes, a backslash and six quotes. The value comes from a unit test that
///   hands this text to the function that strips quotes, past the lexer. The lexer itself ends a
///   raw string five quotes after the backslash at most, and the same Elasticsearch test class
///   (`ExpressionTests`, `testTripleDoubleQuotedUnescapedString`, last assertion) expects
///   "token recognition error" where a string ends with a backslash and six quotes.
const WRONG_CASES: &[&str] = &["folding/233"];

#[expect(
    clippy::print_stdout,
    reason = "a skipped test must not look like a passed one"
)]
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if root.join("eql/cases").is_dir() {
        return Some(root);
    }
    println!("SKIPPED: no shared data at {}", root.display());
    None
}

fn lines(path: &PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the file of cases can be read");
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).expect("each line is a JSON object"))
        .collect()
}

fn diagnostics(case: &Value) -> Vec<Diagnostic> {
    match (case["query"].as_str(), case["expression"].as_str()) {
        (Some(query), _) => parse_query(query).into_result().err(),
        (_, Some(expression)) => parse_expression(expression).into_result().err(),
        _ => panic!("case without text: {case}"),
    }
    .unwrap_or_default()
}

/// What is printed is read as the same tree, and printed the same again.
fn check_printed(mut tree: Query) {
    let printed = print(&tree);
    let again = parse_query(&printed).into_result();
    let mut again = again.unwrap_or_else(|problems| panic!("{printed}\n{problems:?}"));
    assert_eq!(print(&again), printed);
    again.clear_spans();
    tree.clear_spans();
    assert_eq!(again, tree, "{printed}");
}

#[test]
fn cases_parse_or_fail_as_published() {
    let Some(root) = shared() else { return };
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut files: Vec<_> = std::fs::read_dir(root.join("eql/cases"))
        .expect("the folder of cases can be listed")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "jsonl"))
        .collect();
    files.sort();
    for case in files.iter().flat_map(lines) {
        let id = case["id"].as_str().unwrap_or_default().to_owned();
        let found = diagnostics(&case);
        if let Some(parsed) = case["query"].as_str().map(parse_query)
            && let Ok(tree) = parsed.into_result()
        {
            check_printed(tree);
        }
        let expected = case["expect"]["error"].as_str();
        let right = match expected {
            Some("parse") if ARGUMENT_COUNT.contains(&id.as_str()) => found.is_empty(),
            Some("parse") => found.iter().any(|problem| problem.stage == Stage::Parse),
            Some("any") => true,
            Some("request") => found.iter().all(|problem| problem.stage == Stage::Request),
            _ if WRONG_CASES.contains(&id.as_str()) => !found.is_empty(),
            _ => found.is_empty(),
        };
        let kind = match expected {
            Some("parse") => "refused",
            Some("any") => "either",
            _ => "accepted",
        };
        *counts.entry(kind).or_default() += 1;
        if !right {
            wrong.push(format!("{id}: {case}\n    {found:?}"));
        }
    }
    println!("{counts:?}");
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(counts["accepted"] > 500 && counts["refused"] > 100);
}

#[test]
fn public_rules_parse() {
    let Some(root) = shared() else { return };
    let mut read = 0;
    for rule in lines(&root.join("elastic/rules.jsonl")) {
        if rule["type"] != "eql" {
            continue;
        }
        let query = rule["query"].as_str().unwrap_or_default();
        let result = parse_query(query).into_result();
        let tree = result.unwrap_or_else(|problems| panic!("{}: {problems:?}", rule["name"]));
        check_printed(tree);
        read += 1;
    }
    assert!(read > 500, "only {read} rules");
}
