//! Logs and Winlogbeat's raw records of them, mapped, against Elastic's own expectation.

#[path = "windows_support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use gatewatch_event::Document;
use gatewatch_ingest::format::evtx::EvtxFile;
use gatewatch_ingest::source::windows::{Options, read_evtx, read_evtx_stream};
use serde_json::Value as Json;
use support::{Keeper, TestRecord, canonical, flat, shared};

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

/// The golden files, each with what stands in place of their common ending.
fn cases(ending: &str) -> Vec<(PathBuf, Vec<Json>)> {
    let Some(folder) = shared("sources/windows-evtx-golden") else {
        return Vec::new();
    };
    let mut cases: Vec<(PathBuf, Vec<Json>)> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.to_string_lossy().into_owned();
            let stem = name.strip_suffix(".ecs.golden.json")?;
            Some((PathBuf::from(format!("{stem}{ending}")), read(&path)))
        })
        .collect();
    cases.sort_by(|left, right| left.0.cmp(&right.0));
    cases
}

/// Notes how a document differs from the expected one.
fn compare(place: &str, document: &Document, expected: &Json, differences: &mut Vec<String>) {
    let found = flat(document.as_map());
    let expected = flat(expected.as_object().expect("a document"));
    for (path, value) in &expected {
        let ignored = IGNORED.iter().any(|ignored| path.starts_with(ignored));
        let got = found.get(path);
        if !ignored && got.map(canonical) != Some(canonical(value)) {
            differences.push(format!("{place} {path}: {value} != {got:?}"));
        }
    }
    // What Elastic's pipeline moved out of the raw data must not show there either.
    for path in found.keys() {
        if path.starts_with(EVENT_DATA) && !expected.contains_key(path) {
            differences.push(format!("{place} {path} is not expected"));
        }
    }
}

#[track_caller]
fn assert_none(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn raw_records_become_the_documents_that_elastic_expects() {
    let mut differences = Vec::new();
    for (file, expected) in cases(".collected.json") {
        let raw = read(&file);
        assert_eq!(raw.len(), expected.len());
        for (at, (raw, expected)) in raw.iter().zip(&expected).enumerate() {
            let place = format!("{}[{at}]", file.display());
            let document = TestRecord::from_collected(raw).document();
            compare(&place, &document, expected, &mut differences);
        }
    }
    assert_none(&differences);
}

#[test]
fn logs_become_the_documents_that_elastic_expects() {
    let mut differences = Vec::new();
    for (file, expected) in cases(".evtx") {
        let bytes = fs::read(&file).expect("the log is there");
        let path: Arc<str> = Arc::from(file.to_string_lossy());
        let log = EvtxFile::open(bytes.as_slice()).expect("memory can be read");
        let mut keeper = Keeper::default();
        let chunks = 0..log.chunk_count();
        let counts = read_evtx(&path, &log, chunks, Options::default(), &mut keeper);
        assert_eq!(counts.records, expected.len() as u64, "{path}");
        assert_eq!(counts.unreadable, 0);
        for (at, (document, expected)) in keeper.documents.iter().zip(&expected).enumerate() {
            let place = format!("{path}[{at}]");
            compare(&place, document, expected, &mut differences);
        }

        let mut streamed = Keeper::default();
        let stream = read_evtx_stream(&path, bytes.as_slice(), Options::default(), &mut streamed);
        assert_eq!(stream.records, counts.records);
        assert_eq!(streamed.documents, keeper.documents);
    }
    assert_none(&differences);
}

/// The same generic shape that Elastic gives to channels without a mapping, where our extension is left out.
#[test]
fn other_channels_keep_the_generic_shape_without_the_extension() {
    let options = Options {
        extension: false,
        ..Options::default()
    };
    let mut differences = Vec::new();
    for folder in ["windows-terminalservices", "windows-openssh"] {
        let Some(folder) = shared(&format!("sources/{folder}")) else {
            continue;
        };
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if !name.contains("/derived.") {
                continue;
            }
            let derived: Json =
                serde_json::from_str(&fs::read_to_string(&path).expect("the file is there"))
                    .expect("a document");
            let log = name
                .replace("/derived.", "/input.")
                .replace(".json", ".evtx");
            let bytes = fs::read(&log).expect("the log is there");
            let mut keeper = Keeper::default();
            read_evtx_stream(
                &Arc::from(log.as_str()),
                bytes.as_slice(),
                options,
                &mut keeper,
            );
            let expected = derived["derived"].as_array().expect("documents");
            assert!(keeper.documents.len() >= expected.len());
            for (at, (document, expected)) in keeper.documents.iter().zip(expected).enumerate() {
                let place = format!("{log}[{at}]");
                compare(&place, document, expected, &mut differences);
            }
        }
    }
    // The derived documents come from a reader that cuts times to microseconds.
    differences.retain(|difference| !difference.contains("] @timestamp: "));
    assert_none(&differences);
}

/// The agent's integration keeps what Winlogbeat drops. Of the records it was tested with, some lie in the logs.
#[test]
fn the_integration_finds_its_fields_too() {
    let Some(folder) = shared("sources/windows-evtx-golden") else {
        return;
    };
    let path = folder.join("expected.integration-system-security.json");
    let text = fs::read_to_string(path).expect("the file is there");
    let expected: Json = serde_json::from_str(&text).expect("a document");
    let mut differences = Vec::new();
    let mut compared = 0;
    for (log, _) in cases(".evtx") {
        let bytes = fs::read(&log).expect("the log is there");
        let path: Arc<str> = Arc::from(log.to_string_lossy());
        let mut keeper = Keeper::default();
        read_evtx_stream(&path, bytes.as_slice(), Options::default(), &mut keeper);
        for document in &keeper.documents {
            let same = |path: &str, other: &Json| {
                document.get(path) == other.pointer(&format!("/{}", path.replace('.', "/")))
            };
            for expected in expected["expected"].as_array().expect("documents") {
                if same("winlog.record_id", expected)
                    && same("event.code", expected)
                    && same("host.name", expected)
                {
                    compared += 1;
                    compare(&path, document, expected, &mut differences);
                }
            }
        }
    }
    // That pipeline cuts times to milliseconds.
    differences.retain(|difference| {
        !difference.contains(" @timestamp: ") && !difference.contains(" winlog.time_created: ")
    });
    assert_none(&differences);
    assert!(compared > 0);
}
