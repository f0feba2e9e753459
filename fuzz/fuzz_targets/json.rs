//! Any bytes read as JSON in any framing: no panic, every record accounted for, and the search that passes over lines changes
//! nothing.
#![no_main]

use std::sync::Arc;

use gatewatch_event::{Anchor, AnchorValue, Event as _, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Counts, Placed, Problem, Traces, TracesByKind};

/// Wants events with the code 4624, or all.
#[derive(Default)]
struct Seen {
    all: bool,
    logons: Vec<(u64, String)>,
}

impl Consumer for Seen {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let code = known.known(Field::new("event.code"));
        let wanted =
            self.all || code.is_none_or(|codes| codes.iter().any(|code| code.text() == "4624"));
        wanted.then_some(0)
    }

    fn may_matter(&mut self, _: u32, event: &Placed<'_>) -> bool {
        let user = event.all(Field::new("winlog.event_data.TargetUserName"));
        self.all || has_code(event) || !user.is_empty()
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let document = event.document().into_json().to_string();
        let mut written = Vec::new();
        event.write_json(&mut written);
        assert_eq!(String::from_utf8_lossy(&written), document);
        if has_code(event) {
            self.logons.push((event.place().offset, document));
        }
    }

    fn problem(&mut self, _: Problem) {}
}

fn has_code(event: &Placed<'_>) -> bool {
    let codes = event.all(Field::new("event.code"));
    codes.iter().any(|code| code.text() == "4624")
}

fn read(bytes: &[u8], all: bool) -> (Counts, Vec<(u64, String)>) {
    let mut seen = Seen {
        all,
        ..Seen::default()
    };
    let mut source = bytes;
    let counts = JsonReader::new()
        .prefilter(!all)
        .read(&mut source, &Arc::from("fuzz"), &mut seen);
    assert!(counts.unreadable <= counts.records);
    (counts, seen.logons)
}

/// Wants documents whose command line speaks of tor, and says so.
#[derive(Default)]
struct Speaking {
    traces: TracesByKind,
    found: Vec<u64>,
}

const COMMAND_LINE: &str = "process.command_line";

fn speaks(event: &Placed<'_>) -> bool {
    let lines = event.all(Field::new(COMMAND_LINE));
    let speaks = |line: &str| line.to_ascii_lowercase().contains("tor");
    lines.iter().any(|line| speaks(&line.text()))
}

impl Consumer for Speaking {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn may_matter(&mut self, _: u32, event: &Placed<'_>) -> bool {
        speaks(event)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        if speaks(event) {
            self.found.push(event.place().offset);
        }
    }

    fn problem(&mut self, _: Problem) {}

    fn traces(&mut self, kind: u32) -> Option<Arc<Traces>> {
        let anchor = || Anchor {
            field: Field::new(COMMAND_LINE),
            value: AnchorValue::Holds("tor".into()),
        };
        self.traces.of(kind, || Some(vec![anchor()]))
    }
}

/// Reads documents behind so many others of a kind that its traces are looked for.
fn speaking(bytes: &[u8], prefilter: bool) -> Vec<u64> {
    let mut text = "{\"event\":{\"category\":\"x\"}}\n".repeat(70).into_bytes();
    text.extend_from_slice(b"{\"event\":{\"category\":\"x\"},");
    text.extend_from_slice(bytes);
    let mut speaking = Speaking::default();
    JsonReader::new().prefilter(prefilter).read(
        &mut text.as_slice(),
        &Arc::from("fuzz"),
        &mut speaking,
    );
    speaking.found
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert_eq!(speaking(bytes, true), speaking(bytes, false));
    let (_, searched) = read(bytes, false);
    let (_, plain) = read(bytes, true);
    assert_eq!(searched, plain);
});
