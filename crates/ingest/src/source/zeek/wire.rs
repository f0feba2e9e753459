//! Names that were asked for, files on shares, and calls: what rules ask about beyond the ends of a connection.

use gatewatch_event::Value;
use serde_json::{Map, Value as Json};

use super::fields::time;
use super::logs::Log;
use super::row::Row;
use crate::source::mapping::{Entry, From, View, turn};

/// A protocol that was spoken, and something of what was said.
const TYPES: Entry = Entry::fixed("event.type", &["connection", "protocol", "info"]);

pub(super) const SPOKEN: &[Entry] = &[TYPES];

/// Calls of procedures.
pub(super) const CALLS: &[Entry] = &[TYPES, Entry::part("event.action", "operation")];

/// Commands to shares.
pub(super) const COMMANDS: &[Entry] = &[TYPES, Entry::part("event.action", "command")];

/// Files on shares.
pub(super) const FILES: &[Entry] = &[
    TYPES,
    Entry::fixed("event.category", &["network", "file"]),
    Entry::part("event.action", "action"),
    Entry::part("file.name", "name"),
    Entry::call("file.path", |view, emit| {
        if let (Some(path), Some(name)) = (view.text("path"), view.text("name")) {
            emit(Value::from(format!("{path}\\{name}")));
        }
    }),
    Entry::turned("file.size", "size", turn::long),
    Entry::turned("file.accessed", "times.accessed", time),
    Entry::turned("file.created", "times.created", time),
    Entry::turned("file.ctime", "times.changed", time),
    Entry::turned("file.mtime", "times.modified", time),
];

/// Their columns: times as dates.
pub(super) static SMB_FILES: Log = Log {
    moved: &[
        "times.accessed",
        "times.changed",
        "times.created",
        "times.modified",
    ],
    renamed: &[],
    more: |view, document| {
        for column in SMB_FILES.moved {
            let date = view
                .text(column)
                .and_then(|text| time(Value::from(text.into_owned()), view));
            if let Some(Value::Date(date)) = date {
                document.set(column, date.to_iso(3).into());
            }
        }
    },
};

/// Questions and answers about names.
pub(super) const NAMES: &[Entry] = &[
    TYPES,
    Entry::turned("dns.id", "trans_id", |value, _| {
        Some(Value::from(value.text().into_owned()))
    }),
    Entry::call("dns.type", |view, emit| {
        let is_answer = view.has("rcode_name") || view.has("answers");
        emit(Value::from(if is_answer { "answer" } else { "query" }));
    }),
    Entry::part("dns.question.name", "query"),
    Entry::part("dns.question.type", "qtype_name"),
    Entry::turned("dns.question.class", "qclass_name", |value, _| {
        Some(match value.as_str() {
            Some("C_INTERNET") => Value::from("IN"),
            _ => value,
        })
    }),
    Entry::part("dns.response_code", "rcode_name"),
    Entry::call("dns.header_flags", |view, emit| {
        let is_set = |flag: &&str| matches!(view.text(flag).as_deref(), Some("T" | "true"));
        let _ = ["AA", "TC", "RD", "RA"]
            .into_iter()
            .filter(is_set)
            .all(|flag| emit(Value::from(flag)));
    }),
    Entry::turned("dns.resolved_ip", "answers", turn::ip),
    Entry::new("dns.answers", From::Object(answers)),
    Entry::turned("event.duration", "rtt", turn::seconds),
    Entry::turned("event.outcome", "rcode_name", |value, _| {
        Some(Value::from(match value.as_str() {
            Some("NOERROR") => "success",
            _ => "failure",
        }))
    }),
    Entry::fields(
        "related.ip",
        &["source.ip", "destination.ip", "dns.resolved_ip"],
    ),
];

/// `dns.answers`: what was answered, and for how many seconds it holds.
fn answers(view: &View<'_>) -> Option<Json> {
    /// No message has more.
    const MOST: usize = 1000;
    let list = |value: Json| match value {
        Json::Array(list) => list,
        one => vec![one],
    };
    let (mut texts, mut seconds) = (Vec::new(), Vec::new());
    Row::of(view.record)?.each(|column, value| match column {
        "answers" => texts = list(value),
        "TTLs" => seconds = list(value),
        _ => {}
    });
    let mut seconds = seconds.into_iter();
    let answers: Vec<Json> = texts
        .into_iter()
        .take(MOST)
        .map(|text| {
            let mut answer = Map::new();
            answer.insert("data".to_owned(), text);
            // Whole seconds, which Zeek writes as an interval.
            if let Some(ttl) = seconds.next().and_then(|ttl| ttl.as_f64()) {
                answer.insert("ttl".to_owned(), Json::from(ttl as i64));
            }
            Json::Object(answer)
        })
        .collect();
    (!answers.is_empty()).then_some(Json::Array(answers))
}
