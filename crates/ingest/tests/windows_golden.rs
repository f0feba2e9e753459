//! Winlogbeat's raw records, mapped, against Elastic's own expectation of them.

#[path = "windows_support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;
use support::{TestRecord, canonical, flat, shared};

/// Left out of the comparison, for the reasons that the shared folder's own comparison gives: facts of the shipper, and
/// texts that only Windows' message files hold.
const IGNORED: &[&str] = &[
    "agent.",
    "ecs.version",
    "event.created",
    "event.ingested",
    "event.original",
    "message",
    "winlog.api",
    "winlog.opcode",
    "winlog.task",
    "winlog.user.domain",
    "winlog.user.name",
    "winlog.user.type",
];

fn read(path: &PathBuf) -> Vec<Json> {
    let text = fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("an array of documents")
}

const EVENT_DATA: &str = "winlog.event_data.";

#[test]
fn raw_records_become_the_documents_that_elastic_expects() {
    let Some(folder) = shared("sources/windows-evtx-golden") else {
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".collected.json"))
        .collect();
    files.sort();
    let (mut compared, mut failures) = (0, Vec::new());
    for file in &files {
        let golden = file
            .to_string_lossy()
            .replace(".collected.json", ".ecs.golden.json");
        let expected = read(&PathBuf::from(golden));
        for (at, (raw, expected)) in read(file).iter().zip(&expected).enumerate() {
            compared += 1;
            let found = flat(TestRecord::from_collected(raw).document().as_map());
            let expected = flat(expected.as_object().expect("a document"));
            let place = format!("{}[{at}]", file.display());
            for (path, value) in &expected {
                let ignored = IGNORED.iter().any(|ignored| path.starts_with(ignored));
                let got = found.get(path);
                if !ignored && got.map(canonical) != Some(canonical(value)) {
                    failures.push(format!("{place} {path}: {value} != {got:?}"));
                }
            }
            // What Elastic's pipeline moved out of the raw data must not show there either.
            for path in found.keys() {
                if path.starts_with(EVENT_DATA) && !expected.contains_key(path) {
                    failures.push(format!("{place} {path} is not expected"));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} differences:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(compared > 50, "only {compared} documents were compared");
}
