//! Documents equal to those that Elastic's `system.auth` integration makes of the same lines.

mod linux_support;

use gatewatch_event::Document;
use gatewatch_ingest::format::syslog::YearBasis;
use gatewatch_ingest::source::TextOptions;
use gatewatch_ingest::source::linux_auth::{self, JournalLine};
use jiff::tz::{Offset, TimeZone};
use linux_support::{read, shared};
use serde_json::Value as Json;

/// Fields that depend on the shipper or on a database, not on the line.
const IGNORED: &[&str] = &[
    "agent.",
    "event.ingested",
    "event.created",
    "log.offset",
    "input.type",
    "service.type",
    "fileset.",
    "tags",
    "event.original",
    "log.file.path",
    "_tmp",
];

fn ignored(path: &str) -> bool {
    IGNORED.iter().any(|start| path.starts_with(start))
        || path.contains(".geo")
        || path.contains(".as.")
}

/// Every leaf of a document, arrays as sorted texts.
fn leaves(prefix: &str, value: &Json, into: &mut Vec<(String, String)>) {
    match value {
        Json::Object(map) => {
            for (key, value) in map {
                let path = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                leaves(&path, value, into);
            }
        }
        Json::Array(values) => {
            let mut texts: Vec<String> = values.iter().map(plain).collect();
            texts.sort_unstable();
            into.push((prefix.to_owned(), texts.join("\u{1f}")));
        }
        other => into.push((prefix.to_owned(), plain(other))),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The expected fields that a document does not have, or has otherwise.
fn differences(expected: &Json, document: &Document) -> Vec<String> {
    let mut wanted = Vec::new();
    leaves("", expected, &mut wanted);
    let mut got = Vec::new();
    leaves("", &Json::Object(document.as_map().clone()), &mut got);
    wanted
        .into_iter()
        .filter(|(path, _)| !ignored(path))
        .filter_map(|(path, want)| {
            let have = got
                .iter()
                .find(|(have, _)| *have == path)
                .map(|(_, value)| value.as_str());
            (have != Some(want.as_str())).then(|| format!("{path}: {want:?}, not {have:?}"))
        })
        .collect()
}

fn expected(name: &str) -> Option<(Vec<Json>, std::path::PathBuf)> {
    let folder = shared("sources/linux-auth")?;
    let text = std::fs::read_to_string(folder.join(format!("expected.{name}.json")))
        .expect("the expectation is there");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let Json::Array(documents) = json["expected"].clone() else {
        panic!("no list of documents");
    };
    Some((documents, folder))
}

#[track_caller]
fn check(name: &str, zone: TimeZone, year: i16, exceptions: &[(usize, &str)]) {
    let Some((expected, folder)) = expected(name) else {
        return;
    };
    let bytes = std::fs::read(folder.join(format!("input.{name}.log"))).expect("the log is there");
    let options = TextOptions {
        zone,
        zone_assumed: false,
        year: YearBasis::Given(year),
        span: None,
    };
    let (found, _) = read(&bytes, &options);
    assert_eq!(found.documents.len(), expected.len(), "{name}");
    let mut wrong = Vec::new();
    for (at, (want, (_, document))) in expected.iter().zip(&found.documents).enumerate() {
        for difference in differences(want, document) {
            let known = exceptions
                .iter()
                .any(|(line, field)| *line == at && difference.starts_with(field));
            if !known {
                wrong.push(format!("{name} {at}: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn two_hours_west() -> TimeZone {
    TimeZone::fixed(Offset::constant(-2))
}

#[test]
fn current_integration() {
    check("integration-test-auth", TimeZone::UTC, 2025, &[]);
    check("integration-test-5424", TimeZone::UTC, 2025, &[]);
    check("integration-test-pam-extraction", TimeZone::UTC, 2026, &[]);
    check("integration-test-pam-faillock", TimeZone::UTC, 2026, &[]);
}

/// The Filebeat module of 2019 to 2024; its suite ran in a zone two hours west of Greenwich.
#[test]
fn filebeat_module() {
    check("test", two_hours_west(), 2024, &[]);
    check("auth-ubuntu1204", two_hours_west(), 2024, &[]);
    // It shows the time in that zone; ours is the same moment in UTC.
    check(
        "timestamp",
        two_hours_west(),
        2019,
        &[(0, "@timestamp"), (1, "@timestamp")],
    );
}

#[test]
fn journal_as_filebeat_hands_it_on() {
    let Some((expected, folder)) = expected("integration-journald-debian11") else {
        return;
    };
    let name = "input.integration-journald-debian11.filebeat-events.json";
    let text = std::fs::read_to_string(folder.join(name)).expect("the events are there");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let events = json["events"].as_array().expect("a list");
    assert_eq!(events.len(), expected.len());
    for (at, (want, event)) in expected.iter().zip(events).enumerate() {
        let document = Document::from_map(event.as_object().expect("an object").clone());
        assert!(linux_auth::is_filebeat_journal(&document));
        let wrong = differences(want, &linux_auth::from_filebeat(document));
        assert!(wrong.is_empty(), "{at}: {}", wrong.join("\n"));
    }
}

#[test]
fn journal_as_journalctl_prints_it() {
    let Some((expected, folder)) = expected("integration-journald-debian11") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("input.journalctl-o-json.rebuilt.jsonl"))
        .expect("the entries are there");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), expected.len());
    for (at, (want, line)) in expected.iter().zip(lines).enumerate() {
        let entry: Json = serde_json::from_str(line).expect("JSON");
        let entry = entry.as_object().expect("an object");
        assert!(linux_auth::is_journal(entry));
        let line = JournalLine::read(entry).expect("it has a message");
        let document = gatewatch_event::Event::document(&line.event());
        let mut wrong = differences(want, &document);
        // The agent's own name of the host.
        wrong.retain(|difference| !difference.starts_with("host.name"));
        assert!(wrong.is_empty(), "{at}: {}", wrong.join("\n"));
    }
}
