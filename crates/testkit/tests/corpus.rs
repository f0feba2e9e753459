//! The committed corpus is what the generator makes, and holds what its page says.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use evtx::{EvtxParser, ParserSettings};
use gatewatch_testkit::corpus;
use serde_json::Value as Json;

fn corpus_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

#[test]
fn the_committed_files_are_those_of_the_generator() {
    let directory = corpus_directory();
    let mut stale = Vec::new();
    let mut made = BTreeSet::new();
    for file in corpus::files().unwrap() {
        let path = directory.join(&file.path);
        if std::fs::read(&path).ok().as_ref() != Some(&file.bytes) {
            stale.push(file.path.clone());
        }
        made.insert(path);
    }
    for part in ["windows", "json"] {
        for path in files_below(&directory.join(part)) {
            if !made.contains(&path) {
                stale.push(path.display().to_string());
            }
        }
    }
    assert!(
        stale.is_empty(),
        "stale: {stale:#?}\nrun: cargo run -p gatewatch-testkit --example make_corpus -- corpus"
    );
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_page_gives_the_numbers_of_the_table() {
    let directory = corpus_directory();
    let table = std::fs::read_to_string(directory.join("EXPECTED.tsv")).unwrap();
    let page = std::fs::read_to_string(directory.join("README.md")).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in table.lines().skip(1) {
        *counts.entry(row.split('\t').next().unwrap()).or_default() += 1;
    }
    assert!(counts.len() >= 4);
    for (check, count) in counts {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{check}` |")));
        let row = row.unwrap_or_else(|| panic!("no row for {check}"));
        assert!(row.ends_with(&format!("| {count} |")), "{check}: {count}");
    }
}

/// The expected logons, looked up by a reader that knows nothing of the scenario.
#[test]
fn the_places_of_the_table_hold_logons_from_outside() {
    let directory = corpus_directory();
    let table = std::fs::read_to_string(directory.join("EXPECTED.tsv")).unwrap();
    let mut read: BTreeMap<String, BTreeMap<u64, Json>> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let [check, file, place, _, user, address] =
            row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        if check != "seed" {
            continue;
        }
        let records = read
            .entry(file.to_owned())
            .or_insert_with(|| records(&directory.join(file)));
        let record = &records[&place.parse().unwrap()];
        let text = record.to_string();
        assert!(text.contains("4624"), "{row}");
        assert!(text.contains(user), "{row}");
        assert!(
            text.contains(address.trim_start_matches("::ffff:")),
            "{row}"
        );
    }
    assert!(read.len() >= 4);
}

fn records(path: &Path) -> BTreeMap<u64, Json> {
    if path
        .extension()
        .is_some_and(|extension| extension == "evtx")
    {
        return EvtxParser::from_path(path)
            .unwrap()
            .with_configuration(ParserSettings::new().validate_checksums(true))
            .records_json_value()
            .map(|record| {
                let record = record.unwrap();
                (record.event_record_id, record.data)
            })
            .collect();
    }
    let text = std::fs::read_to_string(path).unwrap();
    let mut offset = 0;
    let mut records = BTreeMap::new();
    for line in text.split_inclusive('\n') {
        records.insert(offset, serde_json::from_str(line).unwrap());
        offset += line.len() as u64;
    }
    records
}
