//! Laurel's form: one JSON object for an event, in it an object for each record, or an array of them.

use std::borrow::Cow;

use super::decode::{digits, percent, percent_text};
use super::head::{Glance, is_type};
use super::message::{Fields, Message, set};
use super::shown;
use crate::format::json::{JsonKind, LazyJson};

/// Members that are no records: what Laurel knows of the process beside the event.
const BESIDE: &[&str] = &["ID", "NODE", "CONTAINER_INFO", "PARENT_INFO", "EOE"];

/// An object has no more records than this.
const MOST_RECORDS: usize = 500;

/// Is this an event: `ID` with time and serial number, and a record?
pub(super) fn is_event(json: LazyJson<'_>) -> bool {
    let named = json.get("ID").and_then(|id| id.as_str()).is_some_and(|id| {
        id.split_once(':').is_some_and(|(time, serial)| {
            let digits = |text: &str| {
                !text.is_empty()
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'.')
            };
            time.contains('.') && digits(time) && digits(serial)
        })
    });
    named && records(json).next().is_some()
}

/// The records, by type, in the order in which they came.
fn records<'a>(json: LazyJson<'a>) -> impl Iterator<Item = (Cow<'a, str>, LazyJson<'a>)> {
    json.members()
        .filter(|(key, _)| is_type(key) && !BESIDE.contains(&key.as_ref()))
        .flat_map(|(key, value)| {
            let alone = (value.kind() == JsonKind::Object).then_some(value);
            let elements = value
                .elements()
                .filter(|element| element.kind() == JsonKind::Object)
                .take(MOST_RECORDS);
            elements.chain(alone).map(move |value| (key.clone(), value))
        })
        .take(MOST_RECORDS)
}

/// What decides the kind of the event.
pub(super) fn glance(json: LazyJson<'_>) -> Glance<'_> {
    let mut glance = Glance::default();
    for (number, (kind, record)) in records(json).enumerate() {
        let is_call = kind == "SYSCALL";
        if is_call && number == 0 {
            let text = |key: &str| record.get(key).and_then(|value| value.scalar_text());
            if let Some(call) = text("syscall") {
                glance.call = Some((text("arch").unwrap_or_default(), call));
            }
        }
        if number == 0 {
            glance.is_apparmor = kind == "AVC" && record.get("apparmor").is_some();
            glance.text = record
                .get("msg")
                .and_then(|msg| msg.as_str())
                .unwrap_or_default();
            glance.kind = kind;
        }
        glance.has_call |= is_call;
        if glance.has_call {
            break;
        }
    }
    glance
}

/// The records of an event.
pub(super) fn messages(json: LazyJson<'_>) -> Vec<Message<'_>> {
    records(json)
        .map(|(kind, record)| message(kind, record))
        .collect()
}

/// Does `holds` say so of one of the texts that the fields of [`SHOWN`](super::shown::SHOWN) are made of?
pub(super) fn shows(json: LazyJson<'_>, holds: &mut dyn FnMut(&str) -> bool) -> bool {
    records(json).any(|(kind, record)| {
        record
            .members()
            .take(MOST_RECORDS)
            .any(|(key, value)| match key.as_ref() {
                "cmd" | "comm" | "cwd" | "exe" | "name" => value
                    .scalar_text()
                    .is_some_and(|text| holds(&percent_text(text))),
                "msg" => value
                    .scalar_text()
                    .is_some_and(|text| shown::shows(&text, holds)),
                key if kind == "EXECVE" && key.starts_with("ARGV") => {
                    let mut texts = argument_texts(value);
                    texts.any(|text| holds(&percent_text(text)))
                }
                _ => false,
            })
    })
}

fn message<'a>(kind: Cow<'a, str>, record: LazyJson<'a>) -> Message<'a> {
    let mut message = Message {
        kind,
        ..Message::default()
    };
    for (key, value) in record.members().take(MOST_RECORDS) {
        let is_name = key.bytes().any(|byte| byte.is_ascii_uppercase());
        if key.starts_with("ARGV") {
            arguments(&mut message, value);
        } else if let Some(text) = value
            .scalar_text()
            .filter(|_| value.kind() != JsonKind::Null)
        {
            match key.as_ref() {
                _ if is_name => message.name(key.to_ascii_lowercase(), percent_text(text)),
                "msg" => inner(&mut message, text),
                "saddr" => set(&mut message.fields, key, digits(&percent(&text))),
                "key" => message.tags.extend(text.split('\u{1}').map(|tag| {
                    let tag = tag.split_once('=').map_or(tag, |(_, tag)| tag);
                    Cow::Owned(tag.to_owned())
                })),
                "arch" => set(&mut message.fields, key, without(text, "0x")),
                "mode" => set(&mut message.fields, key, without(text, "0o")),
                _ if matches!(text.as_ref(), "" | "?" | "(null)") => {}
                _ => set(&mut message.fields, key, percent_text(text)),
            }
        }
    }
    message
}

/// The text inside `msg`, which Laurel leaves as it is.
fn inner<'a>(message: &mut Message<'a>, text: Cow<'a, str>) {
    match text {
        Cow::Borrowed(text) => Fields::new(text)
            .take(MOST_RECORDS)
            .for_each(|field| message.field(field)),
        Cow::Owned(text) => {
            // The fields of a text that had escapes cannot be borrowed from the record.
            let mut read = Message {
                kind: Cow::Owned(message.kind.to_string()),
                ..Message::default()
            };
            Fields::new(&text)
                .take(MOST_RECORDS)
                .for_each(|field| read.field(field));
            for (key, value) in read.fields {
                set(&mut message.fields, key.into_owned(), value.into_owned());
            }
        }
    }
}

/// A text without what stands in front of it.
fn without<'a>(text: Cow<'a, str>, prefix: &str) -> Cow<'a, str> {
    match text.strip_prefix(prefix) {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

/// The arguments of a command, of a system call, or those that a process's title is made of.
fn arguments<'a>(message: &mut Message<'a>, value: LazyJson<'a>) {
    let texts = argument_texts(value);
    match message.kind.as_ref() {
        "EXECVE" => {
            message.arguments = texts.map(percent_text).collect();
        }
        "PROCTITLE" => {
            let title = texts.collect::<Vec<_>>().join(" ");
            set(
                &mut message.fields,
                "proctitle",
                percent_text(Cow::Owned(title)),
            );
        }
        _ => {
            for (name, text) in ["a0", "a1", "a2", "a3"].into_iter().zip(texts) {
                set(&mut message.fields, name, without(text, "0x"));
            }
        }
    }
}

/// The texts of a list, or the one that stands where a list might.
fn argument_texts<'a>(value: LazyJson<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let alone = (value.kind() != JsonKind::Array).then_some(value);
    value
        .elements()
        .chain(alone)
        .filter_map(|element| element.scalar_text())
}

/// The machine that an event is of, and its time with the serial number.
pub(super) fn head<'a>(json: LazyJson<'a>) -> (Option<Cow<'a, str>>, Cow<'a, str>) {
    let text = |key: &str| json.get(key).and_then(|value| value.scalar_text());
    (
        text("NODE").filter(|node| !node.is_empty()),
        text("ID").unwrap_or_default(),
    )
}
