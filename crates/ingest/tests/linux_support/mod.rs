//! What the tests of Linux logs share.
#![allow(clippy::print_stdout, reason = "tests say what they skip")]
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatewatch_event::{Document, Event, Field, Known, Value, parse_iso};
use gatewatch_ingest::source::{TextOptions, read_text};
use gatewatch_ingest::{Consumer, Counts, Placed, Problem};

/// The folder of shared test data, or `None` after saying that it is not there.
pub fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: {} is not there; set GATEWATCH_SHARED to the folder of shared test data",
        path.display()
    );
    None
}

/// Keeps everything that a reader finds.
#[derive(Default)]
pub struct Collect {
    /// The documents, each with the offset of its line.
    pub documents: Vec<(u64, Document)>,
    pub problems: Vec<Problem>,
    pub kinds: usize,
}

impl Consumer for Collect {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        self.kinds += 1;
        Some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let document = event.document();
        check_consistency(event, &document);
        self.documents.push((event.place().offset, document));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// What a rule sees and what a document shows are the same; times are compared as moments.
fn check_consistency(event: &Placed<'_>, document: &Document) {
    let text = |value: &Value<'_>| {
        let text = value.text();
        let time = parse_iso(&text).filter(|_| text.contains('T'));
        time.map_or_else(|| text.into_owned(), |time| time.to_iso(3))
    };
    for name in gatewatch_ingest::source::linux_auth::field_names() {
        let seen: Vec<String> = event.all(Field::new(name)).iter().map(text).collect();
        let mut shown = Vec::new();
        gatewatch_event::document_values(document.as_map(), name, &mut |value| {
            shown.push(text(&value));
            true
        });
        assert_eq!(seen, shown, "{name}");
    }
}

/// Reads bytes as a syslog file.
pub fn read(bytes: &[u8], options: &TextOptions) -> (Collect, Counts) {
    let mut collect = Collect::default();
    let counts = read_text(bytes, Arc::from("test.log"), options, &mut collect);
    let read = collect.documents.len() as u64 + counts.unreadable;
    assert_eq!(
        counts.records, read,
        "every record is an event or unreadable"
    );
    assert_eq!(counts.bytes, bytes.len() as u64);
    (collect, counts)
}

/// The text of a field of a document.
pub fn text(document: &Document, path: &str) -> Option<String> {
    document.get(path).map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}
