//! Every shared conformance case that is a query gives the answer of Elasticsearch.

mod support;

use serde_json::Value as Json;
use support::{Datasets, lines, plain, shared};

/// Why the outcome is not the expected one.
fn fault(expect: &Json, got: &Json) -> Option<String> {
    if let Some(kind) = expect["error"].as_str() {
        return error_fault(kind, expect, got);
    }
    if !got["error"].is_null() {
        return Some(format!("error: {got}"));
    }
    if expect["verifies"] == true {
        return None;
    }
    if let Some(choices) = expect["any_of"].as_array() {
        let faults: Vec<_> = choices
            .iter()
            .map(|choice| hits_fault(choice, got))
            .collect();
        return if faults.iter().any(Option::is_none) {
            None
        } else {
            faults.into_iter().next()?
        };
    }
    hits_fault(expect, got)
}

fn error_fault(kind: &str, expect: &Json, got: &Json) -> Option<String> {
    let Some(found) = got["error"]["type"].as_str() else {
        return Some(format!("no error: {got}"));
    };
    let fits = match kind {
        "parse" => found == "parsing_exception",
        "verification" => found == "verification_exception",
        "planning" => found == "ql_illegal_argument_exception",
        "request" => matches!(
            found,
            "action_request_validation_exception"
                | "illegal_argument_exception"
                | "x_content_parse_exception"
                | "parsing_exception"
        ),
        _ => true,
    };
    if !fits {
        return Some(format!("{found} is no {kind} error: {got}"));
    }
    let root = got["error"]["root_cause"][0]["type"].as_str();
    match expect["type"].as_str() {
        Some(wanted) if Some(wanted) != root => Some(format!("root cause {root:?}, not {wanted}")),
        _ => None,
    }
}

fn hits_fault(expect: &Json, got: &Json) -> Option<String> {
    let hits = &got["hits"];
    if let Some(wanted) = expect["events"].as_array() {
        let Some(events) = hits["events"].as_array() else {
            return Some(format!("no events: {got}"));
        };
        return events_fault(wanted, events).or_else(|| fields_fault(&expect["fields"], events));
    }
    let Some(sequences) = hits["sequences"].as_array() else {
        return Some(format!("no sequences: {got}"));
    };
    let wanted = expect["sequences"].as_array().expect("sequences");
    if wanted.len() != sequences.len() {
        let ids: Vec<_> = sequences
            .iter()
            .map(|sequence| ids(sequence["events"].as_array().expect("events")))
            .collect();
        return Some(format!(
            "{} sequences, not {}: {ids:?}",
            sequences.len(),
            wanted.len()
        ));
    }
    wanted.iter().zip(sequences).find_map(|(wanted, sequence)| {
        let events = sequence["events"].as_array().expect("events");
        let keys = |json: &Json| -> Option<Vec<String>> {
            Some(json.as_array()?.iter().map(plain).collect())
        };
        events_fault(wanted["events"].as_array().expect("events"), events)
            .or_else(|| fields_fault(&wanted["fields"], events))
            .or_else(|| {
                let wanted = keys(&wanted["join_keys"])?;
                let found = keys(&sequence["join_keys"]).unwrap_or_default();
                (found != wanted).then(|| format!("keys {found:?}, not {wanted:?}"))
            })
    })
}

fn ids(events: &[Json]) -> Vec<String> {
    events
        .iter()
        .map(|event| {
            if event["missing"] == true {
                "null".to_owned()
            } else {
                plain(&event["_id"])
            }
        })
        .collect()
}

fn events_fault(wanted: &[Json], events: &[Json]) -> Option<String> {
    let wanted: Vec<String> = wanted.iter().map(plain).collect();
    let found = ids(events);
    (found != wanted).then(|| format!("{found:?}, not {wanted:?}"))
}

fn fields_fault(wanted: &Json, events: &[Json]) -> Option<String> {
    wanted
        .as_array()?
        .iter()
        .zip(events)
        .find_map(|(wanted, event)| {
            let mut wanted = wanted.as_object()?.clone();
            let mut found = event["fields"].as_object().cloned().unwrap_or_default();
            wanted.sort_keys();
            found.sort_keys();
            (wanted != found).then(|| format!("fields {found:?}, not {wanted:?}"))
        })
}

#[test]
fn every_case_gives_the_answer_of_elasticsearch() {
    let Some(shared) = shared() else {
        println!("skipped: there is no folder with shared conformance cases");
        return;
    };
    let mut datasets = Datasets::default();
    let mut failures = Vec::new();
    let (mut passed, mut total) = (0, 0);
    let mut files: Vec<_> = std::fs::read_dir(shared.join("eql/cases"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    for file in files {
        let name = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let cases: Vec<Json> = lines(&file)
            .into_iter()
            .filter(|case| case["query"].is_string())
            .collect();
        let mut good = 0;
        for case in &cases {
            let got = datasets.run(&shared, case);
            match fault(&case["expect"], &got) {
                None => good += 1,
                Some(fault) => failures.push(format!("{} {}: {fault}", case["id"], case["query"])),
            }
        }
        println!("{name}: {good} of {}", cases.len());
        passed += good;
        total += cases.len();
    }
    println!("{passed} of {total} cases");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
