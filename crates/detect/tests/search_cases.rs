//! The meaning of search requests, told in `search/*.md`: events, requests over them, and the answers.
//!
//! A level-two heading begins a setting: an `events` block with a document in each line, and perhaps a `mapping` block.
//! Documents without `_id` are numbered from 1, and their `@timestamp` is milliseconds. A level-three heading begins a
//! case: an `eql` block, perhaps a `request` block with further members of the body, and an `answer` block. An answer is
//! `events: 1 2`, or a line `sequence: ["key"] 1 - 2` for each sequence (`-` stands for a missing event), or `none`, or
//! `error: TYPE: a part of the reason`. A line `fields: {..}` gives the fields of the event with its number in the answer.

use std::path::Path;

use gatewatch_detect::search::{AnswerOptions, answer};
use gatewatch_event::Timestamp;
use gatewatch_query::mapping::Mapping;
use serde_json::{Value as Json, json};

#[derive(Default)]
struct Setting {
    documents: Vec<Json>,
    mapping: Mapping,
}

#[derive(Default)]
struct Case {
    name: String,
    query: Option<String>,
    body: Json,
    answer: Option<String>,
}

fn run(setting: &Setting, case: &Case) -> String {
    let mut body = json!({});
    if let Some(query) = &case.query {
        body["query"] = query.trim().into();
    }
    match &case.body {
        Json::Object(members) => {
            for (name, value) in members {
                body[name] = value.clone();
            }
        }
        Json::Null => {}
        other => body = other.clone(),
    }
    let options = AnswerOptions {
        now: Some(Timestamp::from_millis(1_000_000)),
        ..AnswerOptions::default()
    };
    match answer(
        &body,
        &setting.mapping,
        setting.documents.iter().cloned(),
        &options,
    ) {
        Ok(response) => show(&response["hits"]),
        Err(error) => {
            let body = error.to_json();
            let root = &body["error"]["root_cause"][0];
            format!(
                "error: {}: {} / {}: {}\n",
                body["error"]["type"].as_str().expect("a type"),
                body["error"]["reason"].as_str().expect("a reason"),
                root["type"].as_str().expect("a type"),
                root["reason"].as_str().expect("a reason"),
            )
        }
    }
}

fn show(hits: &Json) -> String {
    let id = |event: &Json| {
        if event["missing"] == true {
            "-".to_owned()
        } else {
            event["_id"].as_str().expect("an id").to_owned()
        }
    };
    let mut out = String::new();
    let mut fields = String::new();
    let mut show_fields = |event: &Json| {
        if !event["fields"].is_null() {
            fields.push_str(&format!("fields: {}\n", event["fields"]));
        }
    };
    if let Some(events) = hits["events"].as_array() {
        let ids: Vec<String> = events.iter().map(id).collect();
        if !ids.is_empty() {
            out.push_str(&format!("events: {}\n", ids.join(" ")));
        }
        events.iter().for_each(&mut show_fields);
        assert_eq!(hits["total"]["value"], events.len());
    }
    for sequence in hits["sequences"].as_array().into_iter().flatten() {
        let events = sequence["events"].as_array().expect("events");
        let ids: Vec<String> = events.iter().map(id).collect();
        let keys = match &sequence["join_keys"] {
            Json::Null => String::new(),
            keys => format!("{keys} "),
        };
        out.push_str(&format!("sequence: {keys}{}\n", ids.join(" ")));
        events.iter().for_each(&mut show_fields);
    }
    if out.is_empty() {
        out.push_str("none\n");
    }
    out + &fields
}

/// Is the outcome the one that is told? For an error, a part of the reason is enough.
fn holds(told: &str, found: &str) -> bool {
    let told = told.trim();
    match told.strip_prefix("error: ") {
        Some(error) => {
            let (kind, part) = error.split_once(": ").unwrap_or((error, ""));
            found.strip_prefix("error: ").is_some_and(|found| {
                found.starts_with(&format!("{kind}: ")) && found.contains(part)
            })
        }
        None => told == found.trim(),
    }
}

struct Runner {
    file: String,
    setting: Setting,
    case: Case,
    count: usize,
    failures: Vec<String>,
}

impl Runner {
    fn finish_case(&mut self) {
        let case = std::mem::take(&mut self.case);
        let Some(told) = &case.answer else {
            assert!(
                case.query.is_none(),
                "{}: {} has no answer",
                self.file,
                case.name
            );
            return;
        };
        self.count += 1;
        let found = run(&self.setting, &case);
        if !holds(told, &found) {
            self.failures.push(format!(
                "{}: {}\n  told:\n{told}  found:\n{found}",
                self.file, case.name
            ));
        }
    }

    fn block(&mut self, kind: &str, text: &str) {
        match kind {
            "events" => {
                self.setting.documents = text
                    .lines()
                    .enumerate()
                    .map(|(at, line)| document(at + 1, line))
                    .collect();
            }
            "mapping" => {
                let json = serde_json::from_str(text).expect("a mapping is JSON");
                self.setting.mapping = Mapping::from_json(&json).expect("a mapping");
            }
            "eql" => self.case.query = Some(text.to_owned()),
            "request" => self.case.body = serde_json::from_str(text).expect("a request is JSON"),
            "answer" => self.case.answer = Some(text.to_owned()),
            other => panic!("{}: unknown block {other}", self.file),
        }
    }

    fn read(&mut self, text: &str) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("## ") {
                self.finish_case();
                self.setting = Setting::default();
            } else if let Some(name) = line.strip_prefix("### ") {
                self.finish_case();
                self.case.name = name.to_owned();
            } else if let Some(kind) = line.strip_prefix("```") {
                let mut block = String::new();
                for line in lines.by_ref() {
                    if line == "```" {
                        break;
                    }
                    block.push_str(line);
                    block.push('\n');
                }
                self.block(kind, &block);
            }
        }
        self.finish_case();
    }
}

fn document(number: usize, line: &str) -> Json {
    let mut document: Json =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    if document["_id"].is_null() {
        document["_id"] = number.to_string().into();
    }
    document
}

#[test]
fn the_cases_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/search");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files {
        let text = std::fs::read_to_string(&path).expect("text");
        let mut runner = Runner {
            file: path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            setting: Setting::default(),
            case: Case::default(),
            count: 0,
            failures: Vec::new(),
        };
        runner.read(&text);
        count += runner.count;
        failures.extend(runner.failures);
    }
    println!("{count} cases");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 150, "only {count} cases were found");
}
