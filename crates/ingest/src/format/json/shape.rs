//! What kind of thing a JSON record is.

use std::borrow::Cow;

use super::{JsonKind, JsonRecord, LazyJson};
use crate::source::mapping::{Confidence, Record};
use crate::source::windows::WindowsJson;
use crate::source::{Claim, Claims, SOURCES, Sourced, UTC};

/// What a record is, told from itself alone.
pub enum Shape<'a> {
    /// An ECS document, or JSON that no mapping knows: its fields are where their names say.
    Ecs(JsonRecord<'a>),
    /// A Windows event that is not mapped to ECS yet.
    Windows(WindowsJson<'a>),
    /// An entry of the systemd journal.
    Journald(LazyJson<'a>),
    /// An entry of the systemd journal as Filebeat's journald input hands it on.
    FilebeatJournal(JsonRecord<'a>),
    /// A record of one of the [`SOURCES`].
    Source(Claim, LazyJson<'a>),
    /// A line of a text log that something put into JSON: a container's log, a shipper that does not parse.
    Carried(CarriedLine<'a>),
}

/// A line of a text log inside a JSON object.
#[derive(Clone, Debug)]
pub struct CarriedLine<'a> {
    /// The line.
    pub text: Cow<'a, str>,
    /// When the carrier took it.
    pub time: Option<Cow<'a, str>>,
    /// The object around it.
    pub around: JsonRecord<'a>,
    /// Are the fields of the object around it ECS fields?
    pub is_ecs: bool,
    /// Whose line it is.
    pub(crate) sourced: Sourced,
}

/// The keys under which a line is carried, with the key of its time: Docker's json-file, Beats and Logstash, others.
const CARRIERS: [(&str, &str); 4] = [
    ("log", "time"),
    ("message", "@timestamp"),
    ("event.original", "@timestamp"),
    ("MESSAGE", "@timestamp"),
];

/// The keys of which every journal entry has one.
const JOURNAL_KEYS: [&str; 2] = ["__REALTIME_TIMESTAMP", "SYSLOG_IDENTIFIER"];

/// Without any of these texts, a record is no entry of the journal in any form.
pub(super) const JOURNAL_MARKS: [&str; 3] = [JOURNAL_KEYS[0], JOURNAL_KEYS[1], "identifier"];

/// How many times one object may wrap another.
const MOST_WRAPPERS: usize = 4;

/// Which of the keys that tell one form from another a record has, told in one walk over its members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// `_source`, or `fields` of a search result.
    pub wrapped: bool,
    /// `winlog` or `winlog.…`.
    pub winlog: bool,
    /// `event` or `event.…`.
    pub event: bool,
    /// `Event` or `System`.
    pub xml: bool,
    /// `event_id`.
    pub event_id: bool,
    /// `EventID` or `EventId`.
    pub flat: bool,
    /// `MESSAGE`.
    pub journal: bool,
    /// `syslog` or `syslog.…`.
    pub syslog: bool,
    /// `ecs` or `agent`, or such a key with a dot and more behind it.
    pub shipped: bool,
}

impl Marks {
    pub(crate) fn of(record: LazyJson<'_>) -> Self {
        let mut marks = Self::default();
        for (key, _) in record.members() {
            match key.as_bytes() {
                b"_source" | b"fields" => marks.wrapped = true,
                b"event" => marks.event = true,
                b"winlog" => marks.winlog = true,
                b"Event" | b"System" => marks.xml = true,
                b"event_id" => marks.event_id = true,
                b"EventID" | b"EventId" => marks.flat = true,
                b"MESSAGE" => marks.journal = true,
                b"syslog" => marks.syslog = true,
                b"ecs" | b"agent" => marks.shipped = true,
                [b'e', b'c', b's', b'.', ..] | [b'a', b'g', b'e', b'n', b't', b'.', ..] => {
                    marks.shipped = true;
                }
                [b's', b'y', b's', b'l', b'o', b'g', b'.', ..] => marks.syslog = true,
                [b'e', b'v', b'e', b'n', b't', b'.', ..] => marks.event = true,
                [b'w', b'i', b'n', b'l', b'o', b'g', b'.', ..] => marks.winlog = true,
                _ => {}
            }
        }
        marks
    }
}

/// The sources of the records of one file: of objects, and of lines inside of others.
#[derive(Default)]
pub(super) struct ShapeClaims {
    objects: Claims,
    lines: Claims,
}

impl<'a> Shape<'a> {
    /// Tells what a record is. Documents exported from Elasticsearch are taken out of their `_source`, or out of `fields` where
    /// only those were exported.
    pub fn of(record: LazyJson<'a>) -> Self {
        Self::among(record, &mut ShapeClaims::default())
    }

    /// The same for a record among others.
    pub(super) fn among(record: LazyJson<'a>, claims: &mut ShapeClaims) -> Self {
        let (record, marks) = unwrap_export(record);
        if marks.event && has_category(record) {
            return Self::Ecs(JsonRecord::new(record));
        }
        let of_linux = marks.winlog && is_of_linux(record);
        if !of_linux && let Some(event) = WindowsJson::detect(record, &marks) {
            return Self::Windows(event);
        }
        if marks.journal && JOURNAL_KEYS.iter().any(|key| record.get(key).is_some()) {
            return Self::Journald(record);
        }
        if marks.syslog && record.has("syslog.identifier") && record.has("message") {
            return Self::FilebeatJournal(JsonRecord::new(record));
        }
        // A document that is mapped already keeps its own fields, and a Windows event carries no line.
        let mapped = !of_linux
            && (marks.winlog
                || marks.event
                    && ["event.category", "event.kind"]
                        .iter()
                        .any(|path| record.has(path)));
        if SOURCES.is_empty() || mapped {
            return Self::Ecs(JsonRecord::new(record));
        }
        if let Some(claim) = claims.objects.claim(&Record::json(record, &UTC))
            && claim.confidence > Confidence::Possible
        {
            return Self::Source(claim, record);
        }
        match CarriedLine::of(record, &marks, &mut claims.lines) {
            Some(line) => Self::Carried(line),
            None => Self::Ecs(JsonRecord::new(record)),
        }
    }
}

impl<'a> CarriedLine<'a> {
    fn of(record: LazyJson<'a>, marks: &Marks, claims: &mut Claims) -> Option<Self> {
        for (key, time) in CARRIERS {
            let Some(text) = record.find(key).and_then(|value| value.as_str()) else {
                continue;
            };
            let text = match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches(['\r', '\n'])),
                Cow::Owned(mut text) => {
                    text.truncate(text.trim_end_matches(['\r', '\n']).len());
                    Cow::Owned(text)
                }
            };
            let Some(sourced) = Sourced::find(&text, claims) else {
                continue;
            };
            return Some(Self {
                text,
                time: record.find(time).and_then(|value| value.scalar_text()),
                around: JsonRecord::new(record),
                is_ecs: marks.shipped && (record.has("ecs.version") || record.has("agent.type")),
                sourced,
            });
        }
        None
    }
}

/// The channel of Sysmon for Linux, whose events agents give the form of Windows'.
pub(super) const LINUX_CHANNEL: &str = "Linux-Sysmon/Operational";

/// Is this an event in the form of Windows' that is none?
fn is_of_linux(record: LazyJson<'_>) -> bool {
    let channel = record.find("winlog.channel");
    channel
        .and_then(|channel| channel.as_str())
        .is_some_and(|channel| channel == LINUX_CHANNEL)
}

/// Is the record an ECS document already, whatever else it holds?
fn has_category(record: LazyJson<'_>) -> bool {
    !record.visit("event.category", &mut |_| false)
}

/// The document inside what an export of Elasticsearch put around it. What has events' own members is no export.
fn unwrap_export(mut record: LazyJson<'_>) -> (LazyJson<'_>, Marks) {
    let is_object = |inner: &LazyJson<'_>| inner.kind() == JsonKind::Object;
    let mut marks = Marks::of(record);
    for _ in 0..MOST_WRAPPERS {
        if !marks.wrapped || marks.event || marks.winlog {
            break;
        }
        let inner = record.get("_source").filter(is_object).or_else(|| {
            let exported = record.get("_index").is_some() || record.get("_id").is_some();
            record
                .get("fields")
                .filter(|inner| exported && is_object(inner))
        });
        let Some(inner) = inner else {
            break;
        };
        record = inner;
        marks = Marks::of(record);
    }
    (record, marks)
}
