//! The page's query over real and made logs: every hit, and no other.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{documents, root, shared, stdout, table, text};

const RULE: &str = "External Remote Services (reference query)";

/// File to how often each of its places was hit.
type Hits = BTreeMap<String, BTreeMap<String, usize>>;

/// The alerts of the reference query below a folder, by file and place.
fn found(folder: &Path) -> Hits {
    let folder = folder.to_str().expect("UTF-8");
    let mut hits = Hits::new();
    for alert in documents(&["scan", folder, "--format", "ndjson", "--quiet"]) {
        if text(&alert, "kibana.alert.rule.name") != RULE {
            continue;
        }
        let path = text(&alert, "gatewatch.input.path");
        let file = path
            .strip_prefix(folder)
            .expect("below the folder")
            .trim_start_matches('/');
        let place = if file.ends_with(".evtx") {
            text(&alert, "winlog.record_id")
        } else {
            text(&alert, "gatewatch.input.offset")
        };
        *hits
            .entry(file.to_owned())
            .or_default()
            .entry(place)
            .or_default() += 1;
    }
    hits
}

#[test]
fn the_corpus_of_the_project_gives_the_expected_hits() {
    let folder = root().join("corpus");
    let mut want = Hits::new();
    for row in table(&folder.join("EXPECTED.tsv")) {
        if row["check"] == "seed" {
            *want
                .entry(row["file"].clone())
                .or_default()
                .entry(row["place"].clone())
                .or_default() += 1;
        }
    }
    assert!(!want.is_empty());
    assert_eq!(found(&folder), want);
}

#[test]
fn the_shared_corpus_gives_the_hits_of_its_ground_truth() {
    let Some(folder) = shared("corpus") else {
        return;
    };
    let mut want = Hits::new();
    for row in table(&folder.join("HITS.tsv")) {
        if row["variant"] != "seed"
            || row["file"].contains("/bad__")
            || row["file"].starts_with("linux/")
        {
            continue;
        }
        let place = [&row["EventRecordID"], &row["line"]]
            .into_iter()
            .find(|cell| !cell.is_empty());
        *want
            .entry(row["file"].clone())
            .or_default()
            .entry(place.cloned().unwrap_or_default())
            .or_default() += 1;
    }
    // The truth asks for a user; the query does not. In five logons of these files TargetUserName is empty, which Winlogbeat
    // drops, or not there at all, and in EQL `!=` and `not like` hold for a field without a value (Elasticsearch compiles
    // them to must_not). So Elasticsearch alerts on them, and so do we.
    for file in [
        "evtx/synth__irregular.evtx",
        "json/synth__irregular_evtxdump.jsonl",
        "json/synth__irregular_winlogbeat8.ndjson",
    ] {
        for record in ["5033", "5085", "5097", "5134", "5162"] {
            *want
                .entry(file.to_owned())
                .or_default()
                .entry(record.to_owned())
                .or_default() += 1;
        }
    }
    let mut got: Hits = found(&folder.join("evtx"))
        .into_iter()
        .map(|(file, hits)| (format!("evtx/{file}"), hits))
        .collect();
    got.extend(
        found(&folder.join("json"))
            .into_iter()
            .map(|(file, hits)| (format!("json/{file}"), hits)),
    );
    got.retain(|file, _| !file.contains("/bad__"));
    // The truth counts the hits of a JSON file; where they lie in it is told in record ids, not in offsets.
    let count = |hits: &Hits| -> BTreeMap<String, usize> {
        hits.iter()
            .map(|(file, places)| (file.clone(), places.values().sum()))
            .collect()
    };
    assert_eq!(count(&got), count(&want));
    got.retain(|file, _| file.starts_with("evtx/"));
    want.retain(|file, _| file.starts_with("evtx/"));
    assert_eq!(got, want);
}

/// The addresses of the first join key, by file, of a sequence asked of each file alone.
fn sequence_keys(folder: &Path, query: &str) -> BTreeMap<String, Vec<String>> {
    let mut keys = BTreeMap::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "evtx")
        })
        .collect();
    files.sort();
    for path in files {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if name.starts_with("bad__") {
            continue;
        }
        let json: serde_json::Value = serde_json::from_str(&stdout(&[
            "query",
            query,
            path.to_str().expect("UTF-8"),
            "--format",
            "es",
            "--size",
            "100000",
            "--quiet",
        ]))
        .expect("JSON");
        let mut found: Vec<String> = json["hits"]["sequences"]
            .as_array()
            .expect("a sequence query")
            .iter()
            .map(|sequence| {
                sequence["join_keys"][0]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        found.sort();
        found.dedup();
        if !found.is_empty() {
            keys.insert(format!("evtx/{name}"), found);
        }
    }
    keys
}

/// What HITS.tsv says of a variant: the addresses by file.
fn truth(folder: &Path, variant: &str) -> BTreeMap<String, Vec<String>> {
    let mut want: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(&folder.join("HITS.tsv")) {
        if row["variant"] == variant
            && row["file"].starts_with("evtx/")
            && !row["file"].contains("/bad__")
        {
            want.entry(row["file"].clone())
                .or_default()
                .push(row["ip"].clone());
        }
    }
    for addresses in want.values_mut() {
        addresses.sort();
        addresses.dedup();
    }
    want
}

#[test]
fn failures_then_success_finds_the_addresses_of_the_truth() {
    let Some(folder) = shared("corpus") else {
        return;
    };
    let query = r#"sequence by source.ip with maxspan=10m
        [authentication where event.code == "4625" and not cidrMatch(source.ip, "127.0.0.0/8", "::1/128")] with runs=5
        [authentication where event.code == "4624"]"#;
    assert_eq!(
        sequence_keys(&folder.join("evtx"), query),
        truth(&folder, "fail_then_success")
    );
}

#[test]
fn an_rdp_session_chain_finds_the_addresses_of_the_truth() {
    let Some(folder) = shared("corpus") else {
        return;
    };
    let query = r#"sequence by source.ip, host.name with maxspan=5m
        [any where event.code == "1149" and winlog.channel : "*RemoteConnectionManager*"]
        [any where event.code == "21" and winlog.channel : "*LocalSessionManager*"]"#;
    assert_eq!(
        sequence_keys(&folder.join("evtx"), query),
        truth(&folder, "rdp_chain")
    );
}
