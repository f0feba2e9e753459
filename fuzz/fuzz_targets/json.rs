//! Any bytes read as JSON in any framing: no panic, every record accounted for, and the search that passes over lines changes
//! nothing.
#![no_main]

use std::sync::Arc;

use gatewatch_event::{Event as _, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Counts, Placed, Problem};

/// Wants events with the code 4624, or all.
#[derive(Default)]
struct Seen {
    all: bool,
    logons: Vec<(u64, String)>,
}

impl Consumer for Seen {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let code = known.known(Field::new("event.code"));
        let wanted = self.all || code.is_none_or(|codes| codes.iter().any(|code| code.text() == "4624"));
        wanted.then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let document = event.document().into_json().to_string();
        let codes = event.all(Field::new("event.code"));
        if codes.iter().any(|code| code.text() == "4624") {
            self.logons.push((event.place().offset, document));
        }
    }

    fn problem(&mut self, _: Problem) {}
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

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (_, searched) = read(bytes, false);
    let (_, plain) = read(bytes, true);
    assert_eq!(searched, plain);
});
