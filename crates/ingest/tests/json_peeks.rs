//! What is read at a peek must be what the whole record says.

use std::sync::Arc;

use gatewatch_event::{Event as _, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Peek, Peeked, Placed, Problem};
use proptest::prelude::*;

const FIELDS: [&str; 9] = [
    "event.kind",
    "event.action",
    "event.ingested",
    "host.name",
    "message",
    "winlog.computer_name",
    "winlog.task",
    "winlog.event_data.IpAddress",
    "source.ip",
];

/// Takes some fields of every event, at a peek where that is enough.
#[derive(Default)]
struct Takes {
    peeks: bool,
    peeked: usize,
    taken: Vec<String>,
}

impl Takes {
    fn read(event: &Placed<'_>) -> String {
        let values = FIELDS.map(|field| event.all(Field::new(field)));
        format!(
            "{} {:?} {values:?}",
            event.place().offset,
            event.timestamp()
        )
    }
}

impl Consumer for Takes {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn peek(&mut self, _: u32, event: &Placed<'_>, peek: &Peek<'_>) -> Peeked {
        let read = Self::read(event);
        if !self.peeks || !peek.is_sure() {
            return Peeked::Wanted;
        }
        self.peeked += 1;
        self.taken.push(read);
        Peeked::Taken
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.taken.push(Self::read(event));
    }

    fn problem(&mut self, problem: Problem) {
        panic!("{problem:?}");
    }
}

/// Reads the records many times, so that they are no longer new. Gives how many were taken at a peek.
fn check(records: &[String]) -> Result<usize, TestCaseError> {
    let text = format!("{}\n", records.join("\n")).repeat(40);
    let read = |peeks| {
        let mut takes = Takes {
            peeks,
            ..Takes::default()
        };
        let path = Arc::from("x.ndjson");
        JsonReader::new().read(&mut text.as_bytes(), &path, &mut takes);
        takes
    };
    let (peeks, whole) = (read(true), read(false));
    prop_assert_eq!(peeks.taken, whole.taken, "{}", text);
    Ok(peeks.peeked)
}

fn record() -> impl Strategy<Value = String> {
    let value = prop::sample::select(
        &[
            "\"192.0.2.7\"",
            "\"Logon\"",
            "\"12544\"",
            "12544",
            "\"2026-01-05T09:00:00.5Z\"",
            "1767603600000",
            "\"\"",
            "\"-\"",
            "null",
            "true",
            r#""a\u0041""#,
            r#"["x","y"]"#,
            r#"{"name":"h"}"#,
            "[]",
        ][..],
    );
    let members = |keys: &'static [&'static str]| {
        let member = (prop::sample::select(keys), value.clone());
        let member = member.prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop::collection::vec(member, 0..4)
    };
    let root = members(&["@timestamp", "message", "host", "host.name", "x"]);
    let event = members(&["kind", "action", "ingested", "x"]);
    let host = members(&["name", "hostname", "x"]);
    let winlog = members(&["computer_name", "task", "x", "event_data.IpAddress"]);
    let data = members(&["IpAddress", "x"]);
    (root, event, host, winlog, data, any::<bool>()).prop_map(
        |(mut root, mut event, host, mut winlog, data, is_beat)| {
            if is_beat {
                let id = "\"event_id\":4624,\"channel\":\"Security\",\"provider_name\":\"Microsoft-Windows-Security-Auditing\"";
                winlog.insert(0, id.to_owned());
                winlog.push(format!("\"event_data\":{{{}}}", data.join(",")));
                root.push(format!("\"winlog\":{{{}}}", winlog.join(",")));
            } else {
                event.insert(0, "\"category\":\"x\"".to_owned());
            }
            root.push(format!("\"event\":{{{}}}", event.join(",")));
            root.push(format!("\"host\":{{{}}}", host.join(",")));
            format!("{{{}}}", root.join(","))
        },
    )
}

proptest! {
    #[test]
    fn a_peek_reads_what_the_record_says(records in prop::collection::vec(record(), 1..6)) {
        check(&records)?;
    }
}

#[test]
fn usual_records_are_taken_at_a_peek() {
    let document = r#"{"@timestamp":"2026-01-05T09:00:00Z","event":{"category":"x","kind":"event"},"host":{"name":"h"}}"#;
    let beat = r#"{"@timestamp":"2026-01-05T09:00:00Z","event":{"kind":"event"},"host":{"name":"h"},"winlog":{"event_id":"4624","channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","event_data":{"IpAddress":"192.0.2.7"}}}"#;
    for record in [document, beat] {
        let peeked = check(&[record.to_owned()]).expect("they agree");
        assert!(peeked > 20, "{peeked}");
    }
}
