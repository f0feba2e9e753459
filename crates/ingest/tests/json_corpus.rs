//! The shared JSON corpus: how many records each file holds, and what they say.

mod json_support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use gatewatch_event::{Cidr, Event, Field, Known, parse_ip};
use gatewatch_ingest::format::json::{JsonReader, is_splittable};
use gatewatch_ingest::{Consumer, Counts, Placed, Problem};
use json_support::shared;
use serde_json::Value as Json;

/// What is counted over a file.
#[derive(Default)]
struct Tally {
    events: u64,
    problems: Vec<Problem>,
    /// Events by channel, provider and code, as the truth of the corpus names them.
    kinds: BTreeMap<String, u64>,
    /// Source address, user and logon type of each logon that the reference query finds.
    hits: Vec<Json>,
}

fn first(event: &Placed<'_>, name: &str) -> String {
    event
        .first(Field::new(name))
        .map(|value| value.text().into_owned())
        .unwrap_or_default()
}

impl Consumer for Tally {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.events += 1;
        let kind =
            ["winlog.channel", "event.provider", "event.code"].map(|name| first(event, name));
        if !kind[2].is_empty() {
            *self.kinds.entry(kind.join("|")).or_default() += 1;
        }
        if is_reference_hit(event) {
            let named = [
                "source.ip",
                "winlog.event_data.TargetUserName",
                "winlog.record_id",
            ];
            self.hits
                .push(named.iter().map(|name| first(event, name)).collect());
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// The reference query, by hand.
fn is_reference_hit(event: &Placed<'_>) -> bool {
    let text = |name| first(event, name);
    let Some(address) = parse_ip(&text("source.ip")) else {
        return false;
    };
    let private = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
    ]
    .iter()
    .any(|range| Cidr::parse(range).expect("a range").contains(address));
    let user = text("winlog.event_data.TargetUserName");
    text("event.category") == "authentication"
        && text("event.code") == "4624"
        && ["3", "10"].contains(&text("winlog.event_data.LogonType").as_str())
        && !private
        && !matches!(user.as_str(), "" | "-")
        && !user.ends_with('$')
}

fn tally(path: &Path, prefilter: bool) -> (Tally, Counts) {
    let mut tally = Tally::default();
    let mut file = File::open(path).expect("the file is there");
    let counts =
        JsonReader::new()
            .prefilter(prefilter)
            .read(&mut file, &Arc::from("x"), &mut tally);
    (tally, counts)
}

fn truth(shared: &Path) -> Json {
    let text = fs::read_to_string(shared.join("corpus/TRUTH.json")).expect("the truth is there");
    serde_json::from_str(&text).expect("the truth is JSON")
}

#[test]
fn every_record_of_the_corpus_is_read() {
    let Some(shared) = shared() else { return };
    let truth = truth(&shared);
    let mut seen = 0;
    for (name, expect) in truth.as_object().expect("an object") {
        let Some(file) = name.strip_prefix("json/") else {
            continue;
        };
        seen += 1;
        let (tally, counts) = tally(&shared.join("corpus/json").join(file), false);
        let number = |key: &str| expect[key].as_u64().unwrap_or(0);
        assert_eq!(counts.bytes, number("size"), "{file}");
        assert_eq!(counts.records, counts.unreadable + tally.events, "{file}");
        if file.contains("not_json") {
            assert_eq!(tally.events, 0);
            continue;
        }
        let records = number("records").max(number("lines"));
        assert_eq!(counts.records, records, "{file}: {:?}", tally.problems);
        assert_eq!(counts.unreadable, 0, "{file}: {:?}", tally.problems);
        assert!(tally.problems.is_empty(), "{file}: {:?}", tally.problems);
        let Some(kinds) = expect["event_ids"].as_object() else {
            continue;
        };
        for (kind, count) in kinds {
            // The truth takes no provider from rows of Log Analytics without `EventData`.
            if kind.contains("|None|") {
                continue;
            }
            // The mapping names channels as Windows does; the truth, as the file does.
            let found: u64 = tally
                .kinds
                .iter()
                .filter(|(found, _)| found.eq_ignore_ascii_case(kind))
                .map(|(_, count)| count)
                .sum();
            let same_kind: u64 = kinds
                .iter()
                .filter(|(other, _)| other.eq_ignore_ascii_case(kind))
                .filter_map(|(_, count)| count.as_u64())
                .sum();
            assert_eq!(
                found, same_kind,
                "{file}: {kind} of {count}: {:?}",
                tally.kinds
            );
        }
        let hits = expect["truth"]["seed"].as_array().map_or(0, Vec::len);
        assert_eq!(tally.hits.len(), hits, "{file}: {:?}", tally.hits);
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_journal_is_told_from_the_rest() {
    let Some(shared) = shared() else { return };
    let (tally, counts) = tally(&shared.join("corpus/linux/synth_journal.jsonl"), false);
    assert_eq!(
        (counts.records, counts.unreadable),
        (150, 0),
        "{:?}",
        tally.problems
    );
}

#[test]
fn only_files_of_one_record_a_line_may_be_cut() {
    let Some(shared) = shared() else { return };
    let entries = fs::read_dir(shared.join("corpus/json")).expect("the folder is there");
    for entry in entries {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let lines = !["pretty", "array", "eventlist", "not_json"]
            .iter()
            .any(|mark| name.contains(mark));
        assert_eq!(
            is_splittable(&bytes[..bytes.len().min(64 << 10)]),
            lines,
            "{name}"
        );
        if !lines {
            continue;
        }
        let (whole, counts) = tally(&path, true);
        let mut cut = Tally::default();
        let mut total = Counts::default();
        let mut reader = JsonReader::new();
        let mut file = File::open(&path).expect("the file is there");
        let length = bytes.len() as u64;
        let step = (length / 7).max(1);
        let mut start = 0;
        while start < length {
            let end = (start + step).min(length);
            total += reader.read_range(&mut file, start..end, &Arc::from("x"), &mut cut);
            start = end;
        }
        assert_eq!(total, counts, "{name}");
        assert_eq!(cut.kinds, whole.kinds, "{name}");
    }
}

#[test]
fn forms_of_other_shippers_are_understood() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("sources/windows-security-extra");
    for file in [
        "input.sekoia-windows-json.jsonl",
        "input.sekoia-winlogbeat-shaped.jsonl",
    ] {
        let text = fs::read_to_string(folder.join(file)).expect("the file is there");
        for line in text.lines() {
            let row: Json = serde_json::from_str(line).expect("a row");
            let message = row["message"].as_str().expect("a message");
            let document: Json = serde_json::from_str(message).expect("a document");
            let mut tally = Tally::default();
            let counts =
                JsonReader::new().read(&mut message.as_bytes(), &Arc::from("x"), &mut tally);
            assert_eq!(
                (counts.records, counts.unreadable),
                (1, 0),
                "{}",
                row["file"]
            );
            let code = [&document["EventID"], &document["winlog"]["event_id"]]
                .iter()
                .find_map(|code| {
                    code.as_u64()
                        .map(|code| code.to_string())
                        .or(code.as_str().map(Into::into))
                })
                .expect("a code");
            let kinds: Vec<_> = tally.kinds.keys().collect();
            assert!(
                kinds[0].ends_with(&format!("|{code}")),
                "{}: {kinds:?}",
                row["file"]
            );
        }
    }
}

#[test]
fn nxlog_gives_the_parameters_of_remote_desktop_events() {
    let Some(shared) = shared() else { return };
    struct Remote(Vec<[String; 4]>);
    impl Consumer for Remote {
        fn kind(&mut self, _: &dyn Known) -> Option<u32> {
            Some(0)
        }
        fn event(&mut self, _: u32, event: &Placed<'_>) {
            let code = first(event, "event.code");
            if ["1149", "25"].contains(&code.as_str()) {
                self.0.push([
                    code,
                    first(event, "winlog.user_data.Param1"),
                    first(event, "winlog.user_data.Param3"),
                    first(event, "winlog.user_data.Address"),
                ]);
            }
        }
        fn problem(&mut self, problem: Problem) {
            panic!("{problem:?}");
        }
    }
    let path = shared.join("sources/windows-terminalservices/input.otrf-nxlog-rdp.json");
    let mut remote = Remote(Vec::new());
    let mut file = File::open(path).expect("the file is there");
    JsonReader::new().read(&mut file, &Arc::from("x"), &mut remote);
    let expect = [
        ["1149", "pgustavo", "1.2.3.4", ""],
        ["25", "", "", "1.2.3.4"],
    ];
    assert_eq!(remote.0, expect.map(|row| row.map(str::to_owned)));
}
