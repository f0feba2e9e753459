//! A line may begin and end like a record and be a part of one: the search that passes over lines must not hide the record.

use std::sync::Arc;

use gatewatch_event::{Event as _, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Counts, Placed, Problem};

/// Wants events with the code 4624.
#[derive(Default)]
struct Logons(Vec<String>);

impl Consumer for Logons {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        known
            .known(Field::new("event.code"))
            .is_none_or(|codes| codes.iter().any(|code| code.text() == "4624"))
            .then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let codes = event.all(Field::new("event.code"));
        self.0
            .extend(codes.iter().map(|code| code.text().into_owned()));
    }

    fn problem(&mut self, _: Problem) {}
}

fn read(text: &str, prefilter: bool) -> (Vec<String>, Counts) {
    let mut logons = Logons::default();
    let path = Arc::from("test.json");
    let counts =
        JsonReader::new()
            .prefilter(prefilter)
            .read(&mut text.as_bytes(), &path, &mut logons);
    logons.0.retain(|code| code == "4624");
    (logons.0, counts)
}

#[test]
fn a_record_over_several_lines_is_found_whatever_its_first_line_looks_like() {
    for text in [
        "{\"event\":[{\"code\":\"1\"}\n,{\"code\":\"4624\"}]}",
        "{\"event\":{\"code\":\"1\"}\n,\"a\":{\"event.code\":\"4624\"}}\n{\"event\":{\"code\":\"4624\"}}\n",
        "{\"event\":{\"code\":\"1\"}}\n{\"event\":{\"code\":\"4624\"}}\n{\"event\":{\"code\":\"2\"}}\n",
        "{\"event\":{\"code\":\"1\"}}\n\n  {\"event\":{\"code\":\"4624\"}}\n",
        "{\"event\":{\"code\":\"1\"}\n",
    ] {
        assert_eq!(read(text, true), read(text, false), "{text}");
    }
}
