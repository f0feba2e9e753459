//! The checks over every published rule: what is told of them must be true.

#![allow(clippy::print_stdout, reason = "a skipped comparison must be said")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatewatch_diagnostic::Severity;
use gatewatch_rules::check::check;
use gatewatch_rules::format_rule;
use serde_json::{Map, Value as Json, json};

/// The shared folder with data that is no part of the project, if it is here.
fn shared(what: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = std::env::var_os("GATEWATCH_SHARED")
        .map_or_else(|| root.join("../shared"), PathBuf::from)
        .join(what);
    if path.exists() {
        Some(path)
    } else {
        println!("skipped: there is no {}", path.display());
        None
    }
}

/// Every published rule as the text of a file, by its path.
fn files() -> Option<Vec<(String, String)>> {
    let path = shared("elastic/rules.jsonl")?;
    let text = std::fs::read_to_string(path).expect("readable");
    let files = text.lines().map(|line| {
        let mut rule: Map<String, Json> = serde_json::from_str(line).expect("JSON");
        rule.retain(|_, value| !value.is_null());
        let path = rule["path"].as_str().expect("a path").to_owned();
        for key in [
            "path",
            "integration",
            "min_stack_version",
            "technique_ids",
            "tactic_ids",
        ] {
            rule.shift_remove(key);
        }
        rule.insert("description".into(), json!("It is not in the data."));
        (
            path,
            toml::to_string_pretty(&json!({"rule": rule})).expect("TOML"),
        )
    });
    Some(files.collect())
}

#[test]
fn what_is_told_of_published_rules_is_true() {
    let Some(files) = files() else { return };
    let checked = check(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let mut by_code: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for finding in &checked.findings {
        by_code
            .entry((finding.problem.severity.as_str(), finding.problem.code))
            .or_default()
            .push(format!(
                "{}: {} {:?}",
                finding.path,
                finding.problem.message,
                finding
                    .problem
                    .span
                    .map(|span| span.text(&finding.text).to_owned())
            ));
    }
    for (code, found) in &by_code {
        println!("{code:?}: {}", found.len());
        for line in found {
            println!("    {line}");
        }
    }
    assert!(checked.rules > 1800);
    assert_eq!(checked.count(Severity::Error), 0);
    // Each class was looked through: asterisks in lists that know no wildcards, KQL in quotes, windows shorter than maxspan,
    // control characters within paths. Another class here is a false alarm, or a fault that is new in the rules.
    let classes: Vec<&str> = by_code.keys().map(|(_, code)| *code).collect();
    for class in classes {
        assert!(
            [
                "kql-question-mark",
                "rule-id-form",
                "eql-literal-wildcard",
                "kql-path-escape",
                "kql-quoted-wildcard",
                "query-quoted-wildcard",
                "rule-gap",
                "rule-maxspan",
            ]
            .contains(&class),
            "{class}"
        );
    }
    let rules: std::collections::BTreeSet<&str> = checked
        .findings
        .iter()
        .filter(|finding| finding.problem.severity == Severity::Warning)
        .map(|finding| finding.path.as_str())
        .collect();
    assert!(rules.len() < 30, "{}", rules.len());
}

#[test]
fn published_rules_are_formatted_without_loss() {
    let Some(files) = files() else { return };
    let mut changed = 0;
    for (path, text) in &files {
        let formatted = match format_rule(path, text) {
            Ok(formatted) => formatted,
            Err(problems) => panic!("{path}: {problems:?}"),
        };
        let Some(formatted) = formatted else { continue };
        changed += 1;
        assert_eq!(format_rule(path, &formatted), Ok(None), "{path}");
        let query = |text: &str| -> String {
            let table: toml::Table = text.parse().expect("TOML");
            table["rule"]["query"].as_str().expect("a query").to_owned()
        };
        let told = |text: &str| -> Vec<String> {
            let query = query(text);
            let places = gatewatch_syntax::eql::comments(&query);
            let told = places
                .iter()
                .map(|place| place.text(&query).trim_end().to_owned());
            told.collect()
        };
        if text.contains("type = \"eql\"") {
            assert_eq!(told(&formatted), told(text), "{path}");
        }
    }
    assert!(changed > 1000, "{changed}");
}

/// Whoever mends a rule wants to know all that is wrong with it at once.
#[test]
fn a_wrong_key_does_not_hide_what_is_wrong_with_the_query() {
    let text = r#"
[rule]
rule_id = "00000000-0000-4000-8000-000000000001"
name = "A rule"
description = "What it finds."
type = "eql"
language = "eql"
risk_score = 730
index = ["winlogbeat-*"]
query = "authentication where length(source.port) > 3 and process.name in (\"a*\")"
"#;
    let checked = check([("a.toml", text)]);
    let codes: Vec<&str> = checked
        .findings
        .iter()
        .map(|finding| finding.problem.code)
        .collect();
    let count = |code: &str| codes.iter().filter(|found| **found == code).count();
    assert_eq!(count("rule-key-missing"), 1, "the severity: {codes:?}");
    assert_eq!(count("rule-severity"), 0, "it was told of: {codes:?}");
    assert_eq!(count("rule-key-type"), 1, "{codes:?}");
    let of_query = checked
        .findings
        .iter()
        .filter(|finding| {
            let span = finding.problem.span.expect("a place");
            span.text(text).starts_with("length(") || span.text(text).contains("a*")
        })
        .count();
    assert!(of_query >= 2, "{codes:?}");
    assert!(checked.runnable.is_empty());
}
