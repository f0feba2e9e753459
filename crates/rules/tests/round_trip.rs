//! Every published rule as a TOML file, to Kibana's form and back.

#![allow(clippy::print_stdout, reason = "a skipped comparison must be said")]

use std::path::{Path, PathBuf};

use gatewatch_rules::kibana::{to_kibana, to_toml};
use gatewatch_rules::shipped_pack;
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

/// Keys of a table in the order of the text: values, then tables, which TOML has at the end.
fn keys(table: &toml::Table) -> Vec<String> {
    let is_table = |value: &toml::Value| {
        value.is_table()
            || value
                .as_array()
                .is_some_and(|items| !items.is_empty() && items.iter().all(toml::Value::is_table))
    };
    let of = |tables: bool| {
        table
            .iter()
            .filter(move |(_, value)| is_table(value) == tables)
            .map(|(key, _)| key.clone())
    };
    of(false).chain(of(true)).collect()
}

#[track_caller]
fn check(text: &str) {
    let object = to_kibana(text).expect("a rule file");
    let line = serde_json::to_string(&object).expect("JSON");
    assert!(!line.contains('\n'));
    let read: Map<String, Json> = serde_json::from_str(&line).expect("JSON");
    assert_eq!(read, object);
    let back = to_toml(&read).expect("it came from a file");
    let (was, is): (toml::Table, toml::Table) =
        (text.parse().expect("TOML"), back.parse().expect("TOML"));
    assert_eq!(is, was, "{back}");
    assert_eq!(keys(&is), keys(&was));
    let rule = |table: &toml::Table| table["rule"].as_table().expect("a table").clone();
    assert_eq!(keys(&rule(&is)), keys(&rule(&was)));
}

#[test]
fn every_published_rule_comes_back() {
    let Some(path) = shared("elastic/rules.jsonl") else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("readable");
    let mut count = 0;
    for line in text.lines() {
        let mut rule: Map<String, Json> = serde_json::from_str(line).expect("JSON");
        rule.retain(|_, value| !value.is_null());
        let mut metadata = Map::new();
        for key in [
            "path",
            "integration",
            "min_stack_version",
            "technique_ids",
            "tactic_ids",
        ] {
            if let Some(value) = rule.shift_remove(key) {
                metadata.insert(key.into(), value);
            }
        }
        let file = json!({"metadata": metadata, "rule": rule});
        check(&toml::to_string_pretty(&file).expect("TOML"));
        count += 1;
    }
    assert!(count > 1800, "{count}");
}

#[test]
fn every_shipped_rule_comes_back() {
    let mut count = 0;
    for (_, text) in shipped_pack() {
        check(text);
        count += 1;
    }
    assert!(count > 20, "{count}");
}
