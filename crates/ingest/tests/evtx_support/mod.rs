//! What the tests of the EVTX reader have in common.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part, and a test may panic"
)]

use gatewatch_ingest::format::evtx::{
    ChunkParser, Damage, EvtxFile, Fields, Note, RecordRef, SystemField,
};
use gatewatch_testkit::evtx::{self as writer, Event, FileTime, Guid, Nested, Shape, Sid, Style};

/// A record with everything read out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub offset: u64,
    pub size: u32,
    pub id: u64,
    pub event_id: Option<u32>,
    pub system: Vec<String>,
    pub kind: Option<String>,
    pub container: String,
    pub fields: Vec<(String, String)>,
    pub damage: Option<Damage>,
    pub xml: Result<String, Damage>,
}

impl Read {
    pub fn of(record: &RecordRef<'_>) -> Self {
        let mut fields = Vec::new();
        if let Some(found) = record.fields() {
            found.for_each(|pair| fields.push((pair.key(), pair.value.to_string())));
        }
        Self {
            offset: record.offset(),
            size: record.size(),
            id: record.record_id(),
            event_id: record.event_id(),
            system: SystemField::ALL
                .iter()
                .map(|field| record.system(*field).to_string())
                .collect(),
            kind: record.fields().map(|fields| format!("{:?}", fields.kind())),
            container: record
                .fields()
                .map(|fields: Fields<'_, '_>| fields.container().to_string())
                .unwrap_or_default(),
            fields,
            xml: record.tree().map(|tree| tree.to_xml()),
            damage: record.damage(),
        }
    }

    pub fn system(&self, field: SystemField) -> &str {
        &self.system[field as usize]
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Everything in a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    pub items: Vec<Result<Read, Damage>>,
    pub notes: Vec<Note>,
}

impl Log {
    /// Reads a log chunk by chunk.
    pub fn read(bytes: &[u8]) -> Self {
        let file = EvtxFile::open(bytes).unwrap();
        let mut log = Self::default();
        log.notes.extend_from_slice(file.notes());
        let mut parser = ChunkParser::new();
        let mut reader = file.reader(0..file.chunk_count());
        while let Some(raw) = reader.next_chunk().unwrap() {
            let chunk = parser.open(raw);
            log.notes.extend(chunk.notes());
            log.items.extend(
                chunk
                    .records()
                    .map(|record| record.map(|record| Read::of(&record))),
            );
        }
        log.notes.extend(reader.take_notes());
        log
    }

    pub fn records(&self) -> impl Iterator<Item = &Read> {
        self.items.iter().filter_map(|item| item.as_ref().ok())
    }

    pub fn ids(&self) -> Vec<u64> {
        self.records().map(|record| record.id).collect()
    }

    pub fn errors(&self) -> Vec<Damage> {
        self.items
            .iter()
            .filter_map(|item| item.as_ref().err().copied())
            .collect()
    }

    pub fn codes(&self) -> Vec<&'static str> {
        self.notes.iter().map(|note| note.kind.code()).collect()
    }
}

/// A log with these events.
pub fn file(style: Style, events: impl IntoIterator<Item = Event>) -> Vec<u8> {
    writer::EvtxFile::new()
        .style(style)
        .events(events)
        .finish()
        .unwrap()
}

/// The one record of a log with one event.
pub fn read_one(style: Style, event: Event) -> Read {
    let log = Log::read(&file(style, [event]));
    assert_eq!(log.notes, [], "{style:?}");
    let [Ok(record)] = log.items.as_slice() else {
        panic!("{style:?}: {:?}", log.items)
    };
    record.clone()
}

/// Every layout that logs have.
pub fn styles() -> Vec<Style> {
    let mut styles = Vec::new();
    for shape in [
        Shape::Shared,
        Shape::PerProvider,
        Shape::Single,
        Shape::Literal,
    ] {
        for nested in [Nested::Fragment, Nested::Bare, Nested::Literal] {
            for all_text in [false, true] {
                for nul_terminated in [false, true] {
                    styles.push(Style {
                        shape,
                        nested,
                        all_text,
                        nul_terminated,
                    });
                }
            }
        }
    }
    styles
}

pub fn guid() -> Guid {
    "{54849625-5478-4994-a5ba-3e3b0328c30d}".parse().unwrap()
}

pub fn sid() -> Sid {
    "S-1-5-21-1004336348-1177238915-682003330-512"
        .parse()
        .unwrap()
}

/// A logon with everything in its `System`.
pub fn logon(user: &str, address: &str) -> Event {
    Event::new("Microsoft-Windows-Security-Auditing", 4624)
        .guid(guid())
        .channel("Security")
        .computer("host.example.test")
        .time(FileTime::at("2026-03-01T08:00:00.1234567Z"))
        .kind(2, 0, 12544, 1, 0x8020_0000_0000_0000)
        .process(700, 704)
        .user(sid())
        .activity(guid())
        .data([
            ("TargetUserName", writer::Value::text(user.to_owned())),
            ("TargetUserSid", writer::Value::Sid(sid())),
            ("TargetLogonId", writer::Value::Hex64(0x1234_5678)),
            ("LogonType", writer::Value::U32(10)),
            ("LogonGuid", writer::Value::Guid(guid())),
            ("IpAddress", writer::Value::text(address.to_owned())),
            ("IpPort", writer::Value::text("49152")),
        ])
}
