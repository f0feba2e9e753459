//! KQL over documents: the shared cases, Elastic's rules, and cases of our own.

mod support;

use std::collections::{BTreeMap, HashMap};

use gatewatch_event::{Field, FieldType, JsonEvent, parse_iso};
use gatewatch_query::{
    Condition, EcsSchema, FieldInfo, Options, PlanBody, Schema, SchemaType, SearchedField,
    compile_filter, compile_kql,
};
use serde_json::{Value as Json, json};

/// What a case says of its fields; a field not listed is a keyword.
struct Types(BTreeMap<String, FieldType>);

impl Types {
    fn of(types: &Json) -> Self {
        let types = types.as_object().into_iter().flatten();
        Self(
            types
                .map(|(name, type_name)| {
                    let type_name = type_name.as_str().expect("a type");
                    (name.clone(), FieldType::from_name(type_name))
                })
                .collect(),
        )
    }
}

impl Schema for Types {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        Some(FieldInfo {
            field: Field::new(name),
            field_type: SchemaType::Declared(FieldType::Keyword),
            inexact: None,
        })
    }

    fn searched(&self, name: &str) -> Option<SearchedField> {
        let parents = || name.match_indices('.').map(|(at, _)| &name[..at]);
        let is_object = self.0.keys().any(|known| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        let field_type = match self.0.get(name) {
            Some(field_type) => *field_type,
            None if is_object => FieldType::Object,
            None => FieldType::Keyword,
        };
        let mut searched = SearchedField::new(name, SchemaType::Declared(field_type));
        searched.nested = parents()
            .rfind(|parent| self.0.get(*parent) == Some(&FieldType::Nested))
            .map(str::to_owned);
        if name == "process" {
            searched.kind.field_type = SchemaType::Dynamic;
        }
        Some(searched)
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn condition(text: &str, schema: &dyn Schema, options: &Options) -> Condition {
    match compile_kql(text, schema, options) {
        Ok(plan) => match plan.body {
            PlanBody::Event(condition) => condition,
            _ => unreachable!("KQL looks for single events"),
        },
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

#[test]
fn the_shared_cases_match_as_they_should() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in support::elastic("kql_cases.jsonl") {
        if case["kind"] != "match" {
            continue;
        }
        let options = Options {
            now: case["now"].as_str().and_then(parse_iso),
            ..Options::default()
        };
        let text = case["query"].as_str().expect("a query");
        let condition = condition(text, &Types::of(&case["types"]), &options);
        let found = condition.matches(&JsonEvent::new(case["doc"].clone()));
        if found != Ok(case["expect"] == true) {
            failures.push(format!("{case}: {found:?}"));
        }
        count += 1;
    }
    assert!(
        failures.is_empty(),
        "{} of {count}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

struct Compiled {
    condition: Condition,
    filters: Vec<Condition>,
}

fn rules() -> HashMap<String, Compiled> {
    let mut rules = HashMap::new();
    let mut failures = Vec::new();
    for rule in support::elastic("rules.jsonl") {
        let name = &rule["name"];
        let kuery = |language: &str| rule[language] == "kuery";
        if kuery("threat_language")
            && let Some(text) = rule["threat_query"].as_str()
        {
            // Indicators are asked for by their age.
            let options = Options {
                now: parse_iso("2026-01-05"),
                ..Options::default()
            };
            if let Err(problems) = compile_kql(text, &EcsSchema, &options) {
                failures.push(format!("{name}: {problems:?}"));
            }
        }
        let Some(text) = rule["query"].as_str().filter(|_| kuery("language")) else {
            continue;
        };
        let mut filters = Vec::new();
        for filter in rule["filters"].as_array().into_iter().flatten() {
            match compile_filter(filter, &EcsSchema, &Options::default()) {
                Ok(condition) => filters.push(condition),
                Err(problems) => failures.push(format!("{name}: {problems:?}")),
            }
        }
        match compile_kql(text, &EcsSchema, &Options::default()) {
            Ok(plan) => {
                let PlanBody::Event(condition) = plan.body else {
                    unreachable!("KQL looks for single events");
                };
                let id = rule["rule_id"].as_str().expect("an id").to_owned();
                rules.insert(id, Compiled { condition, filters });
            }
            Err(problems) => failures.push(format!("{name}: {problems:?}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    rules
}

#[test]
fn every_rule_matches_its_events_and_not_the_near_misses() {
    let rules = rules();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in [
        "positives.jsonl",
        "near_misses.jsonl",
        "case_variants.jsonl",
    ] {
        for case in support::elastic(file) {
            let id = case["rule_id"].as_str().expect("an id");
            // One event too few is the business of another crate.
            let Some(rule) = rules.get(id).filter(|_| case["kind"] != "one too few") else {
                continue;
            };
            let events = case["events"].as_array().expect("events");
            let found = events.iter().any(|event| {
                let event = JsonEvent::new(event.clone());
                let holds = |condition: &Condition| condition.matches(&event) == Ok(true);
                holds(&rule.condition) && rule.filters.iter().all(holds)
            });
            let expect = match file {
                "positives.jsonl" => true,
                "near_misses.jsonl" => false,
                _ => case["expect"] == 1,
            };
            count += 1;
            if found != expect {
                failures.push(format!("{file} {case}"));
            }
        }
    }
    assert!(count == 0 || count > 4_000, "{count} sets");
    assert!(
        failures.is_empty(),
        "{} of {count}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[track_caller]
fn check(text: &str, event: Json, expect: bool) {
    let condition = condition(text, &EcsSchema, &Options::default());
    let found = condition.matches(&JsonEvent::new(event.clone()));
    assert_eq!(found, Ok(expect), "{text} over {event}");
}

#[test]
fn text_has_the_case_and_wildcards_of_its_field() {
    let process = |name: &str| json!({"process": {"name": name}});
    check("process.name: cmd.exe", process("cmd.exe"), true);
    check("process.name: cmd.exe", process("CMD.EXE"), false);
    check("process.name: c*.exe", process("c\nd.exe"), true);
    check("process.name: \"c*.exe\"", process("cmd.exe"), false);
    check("process.name: cmd?exe", process("cmd.exe"), false);
    check(r"process.name: a\*b*", process("a*bc"), true);
    check(r"process.name: a\*b*", process("axbc"), false);
    check("process.name.caseless: cmd.EXE", process("CMD.exe"), true);
    check("process.name.caseless: CMD*", process("cmd.exe"), true);
    check("not process.name: *", json!({}), true);
}

#[test]
fn analysed_text_is_asked_by_words() {
    let message = |text: &str| json!({"message": text});
    check(
        "message: (failed and ROOT)",
        message("Failed password for root"),
        true,
    );
    check(
        "message: \"failed root\"",
        message("Failed password for root"),
        false,
    );
    check("message: pass*d", message("Failed Password"), true);
    check(
        "message: \"from 192.0.2.10\"",
        message("from 192.0.2.10 port 22"),
        true,
    );
    let script = |text: &str| json!({"powershell": {"file": {"script_block_text": text}}});
    let field = "powershell.file.script_block_text";
    check(
        &format!("{field}: \"get-item\""),
        script("& Get-Item $x"),
        true,
    );
    check(&format!("{field}: item"), script("& Get-Item $x"), false);
    check(&format!("{field}: *-Item"), script("& Get-Item $x"), true);
    // The text of a user name is a field of its own that no log holds.
    check(
        "user.name.text: admin",
        json!({"user": {"name": "Domain Admin"}}),
        true,
    );
}

#[test]
fn numbers_dates_and_addresses_are_compared_as_such() {
    check("source.port: \"22\"", json!({"source": {"port": 22}}), true);
    check(
        "source.port >= 1024 and source.port < 2000",
        json!({"source": {"port": "1024"}}),
        true,
    );
    check(
        "source.ip: 192.0.2.0/24",
        json!({"source": {"ip": ["198.51.100.1", "192.0.2.9"]}}),
        true,
    );
    check(
        "vendor.address: 192.0.2.0/24",
        json!({"vendor": {"address": "192.0.2.9"}}),
        true,
    );
    check("vendor.count > 9", json!({"vendor": {"count": "10"}}), true);
    check("vendor.count: 10", json!({"vendor.count": 10}), true);
    check(
        "event.created: \"2024-05-01\"",
        json!({"event": {"created": "2024-05-01T23:00:00Z"}}),
        true,
    );
    check(
        "event.created < \"2024-05-01||+1d\"",
        json!({"event": {"created": "2024-05-01T23:00:00Z"}}),
        true,
    );
}

#[test]
fn objects_and_nested_objects_are_asked() {
    check("process: *", json!({"process": {"name": "x"}}), true);
    check("process: *", json!({"process": {"name": null}}), false);
    check(
        "vendor.details: *",
        json!({"vendor": {"details": {"a": [1]}}}),
        true,
    );
    check(
        "vendor.details: *",
        json!({"vendor": {"details": {}}}),
        false,
    );
    let rows = json!({"vendor": {"rows": [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]}});
    check("vendor.rows: { a: 1 and b: 2 }", rows.clone(), true);
    check("vendor.rows: { a: 1 and b: 4 }", rows.clone(), false);
    check("vendor.rows.a: 1 and vendor.rows.b: 4", rows.clone(), true);
    check("vendor.*.b: 4 and vendor.*.c: *", rows, false);
    check(
        "*: x",
        json!({"gatewatch": {"input": {"path": "x"}}}),
        false,
    );
}

/// The codes of the problems, or of the warnings of a query that is accepted.
#[track_caller]
fn codes(text: &str, expect: &[&str]) {
    let found: Vec<&str> = match compile_kql(text, &EcsSchema, &Options::default()) {
        Ok(plan) => plan.warnings.iter().map(|warning| warning.code).collect(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    };
    assert_eq!(found, expect, "{text}");
}

#[test]
fn what_is_hardly_meant_is_told() {
    codes("source.ip: 10.*", &["query-no-patterns"]);
    codes(
        "source.ip: (10.0.0.1 or localhost)",
        &["query-unusable-constant"],
    );
    codes("process.command_line: *net user*", &["query-cut-pattern"]);
    codes("process.name: *net user*", &[]);
    codes("source.port: ssh", &["query-unusable-constant"]);
    codes("event.created: yesterday", &["query-unusable-constant"]);
    codes("event.created > now-1d", &["query-needs-clock"]);
    codes("process: cmd.exe", &["query-no-values"]);
    codes("process: { name: cmd.exe }", &["query-not-nested"]);
    codes("user*: { name: x }", &["query-nested-pattern"]);
    codes("dll.pe.sections.name: x", &["query-nested-field"]);
    codes("dll.pe.sections: { name: x }", &[]);
    codes("user.name: \"a*\"", &["query-quoted-wildcard"]);
    codes("user.name: [a TO b]", &["kql-lucene-syntax"]);
    codes("user.name: ((a or b)", &["kql-unclosed"]);
}

#[test]
fn a_list_is_one_question() {
    let condition = condition(
        "process.name: (\"cmd.exe\" or \"pwsh.exe\" or *script.exe)",
        &EcsSchema,
        &Options::default(),
    );
    let described = condition.describe();
    assert_eq!(described.method, "any");
    let methods: Vec<&str> = described
        .parts
        .iter()
        .map(|part| part.method.as_str())
        .collect();
    assert_eq!(
        methods,
        [
            "any value: text: suffix",
            "any value: text: hashed set of 2"
        ]
    );
    assert_eq!(
        condition.needles(&|_| true),
        Some(vec![
            "cmd.exe".to_owned(),
            "pwsh.exe".to_owned(),
            "script.exe".to_owned()
        ])
    );
}

#[test]
fn hostile_queries_are_bounded() {
    let list = |values: usize| vec!["a"; values].join(" or ");
    codes(
        &format!("user.name: ({})", list(65_537)),
        &["query-too-many"],
    );
    codes(
        &format!("user.name: {}*", "a".repeat(40_000)),
        &["query-bad-pattern"],
    );
    codes(
        &format!("{}*: x", "a".repeat(40_000)),
        &["query-bad-pattern"],
    );
    // Many phrases that begin alike, over a text that begins so everywhere.
    let phrases: Vec<String> = (0..20_000).map(|n| format!("\"a a a {n}\"")).collect();
    let text = format!("message: ({})", phrases.join(" or "));
    let message = json!({"message": "a ".repeat(200_000)});
    check(&text, message, false);
    let long = format!("message: \"{}b\"", "a ".repeat(200_000));
    check(&long, json!({"message": "a ".repeat(200_000)}), false);
    // Each answer looks through the whole event once.
    check("*: (not x)", json!({"a": vec!["y"; 100_000]}), true);
}
