//! The parts of an event: `@name` of its head, others of its data.

use std::borrow::Cow;

use crate::format::json::LazyJson;
use crate::format::xml::{Leaves, attribute};
use crate::source::mapping::{MOST_PAIRS, Parts, Record, door_of_program};

/// The channel in documents of agents.
const CHANNEL: &str = "Linux-Sysmon/Operational";

/// How far into an event its provider stands.
const HEAD: usize = 256;

/// How far into an event its number stands.
const NUMBER: usize = 512;

/// Values that say nothing.
const EMPTY: &[&str] = &["", "-", "{00000000-0000-0000-0000-000000000000}"];

fn is_xml(message: &str) -> bool {
    message.starts_with("<Event>") || message.starts_with("<Event ")
}

/// Is this an event of Sysmon for Linux, whoever carries it?
pub(super) fn is_event(record: &Record<'_>) -> bool {
    if let Some(json) = record.json {
        let channel = json
            .find("winlog.channel")
            .and_then(|channel| channel.as_str());
        return channel.is_some_and(|channel| channel == CHANNEL);
    }
    let message = record.message();
    if !is_xml(message) {
        return false;
    }
    let near = &message.as_bytes()[..message.len().min(HEAD)];
    memchr::memmem::find(near, b"Name=\"Linux-Sysmon\"").is_some()
}

/// The number of the event.
pub(super) fn code<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    if let Some(json) = record.json {
        return json.find("winlog.event_id")?.scalar_text();
    }
    let message = record.message();
    if !is_xml(message) {
        return None;
    }
    let near = &message.as_bytes()[..message.len().min(NUMBER)];
    let start = memchr::memmem::find(near, b"<EventID>")? + "<EventID>".len();
    let digits = near[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    message.get(start..start + digits).map(Cow::Borrowed)
}

/// Takes an event apart.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    match record.json {
        Some(json) => document(json, parts),
        None if is_xml(record.message()) => xml(record, parts),
        None => {
            header(record, parts);
            parts.push("message", record.message());
        }
    }
    access(parts);
}

/// What the syslog header says.
fn header<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    parts.push_some("@host", record.header.host);
    parts.push_some("@program", record.header.program);
    if let Some(pid) = record.header.pid {
        parts.push("@pid", pid.to_string());
    }
}

fn xml<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    header(record, parts);
    for leaf in Leaves::new(record.message()).take(MOST_PAIRS) {
        let mut push = |part: &'static str, name: &str| {
            if let Some(value) = attribute(leaf.attributes, name) {
                parts.push(part, value);
            }
        };
        match leaf.tag {
            "Data" => {
                if let Some(name) = attribute(leaf.attributes, "Name")
                    && !EMPTY.contains(&leaf.text.as_ref())
                {
                    parts.push(name, leaf.text);
                }
            }
            "Provider" => {
                push("@provider", "Name");
                push("@guid", "Guid");
            }
            "TimeCreated" => push("@time", "SystemTime"),
            "Execution" => {
                push("@process", "ProcessID");
                push("@thread", "ThreadID");
            }
            "EventID" => parts.push("@code", leaf.text),
            "Version" => parts.push("@version", leaf.text),
            "Level" => parts.push("@level", level(leaf.text)),
            "Opcode" if leaf.text == "0" => parts.push("@opcode", "Info"),
            "Opcode" => parts.push("@opcode", leaf.text),
            "EventRecordID" => parts.push("@record", leaf.text),
            "Channel" => parts.push("@channel", leaf.text),
            "Computer" => parts.push("@computer", leaf.text),
            _ => {}
        }
    }
}

/// The name of a level.
fn level(number: Cow<'_, str>) -> Cow<'_, str> {
    match number.as_ref() {
        "0" | "4" => "information".into(),
        "1" => "critical".into(),
        "2" => "error".into(),
        "3" => "warning".into(),
        "5" => "verbose".into(),
        _ => number,
    }
}

/// What an agent has made of the line before Elastic's pipeline sees it.
fn document<'a>(json: LazyJson<'a>, parts: &mut Parts<'a>) {
    for (part, path) in [
        ("@host", "log.syslog.hostname"),
        ("@program", "log.syslog.appname"),
        ("@pid", "log.syslog.procid"),
        ("@provider", "winlog.provider_name"),
        ("@guid", "winlog.provider_guid"),
        ("@time", "winlog.time_created"),
        ("@process", "winlog.process.pid"),
        ("@thread", "winlog.process.thread.id"),
        ("@code", "winlog.event_id"),
        ("@version", "winlog.version"),
        ("@level", "winlog.level"),
        ("@level", "log.level"),
        ("@opcode", "winlog.opcode"),
        ("@record", "winlog.record_id"),
        ("@channel", "winlog.channel"),
        ("@computer", "winlog.computer_name"),
    ] {
        if let Some(value) = json.find(path).and_then(|value| value.scalar_text()) {
            parts.push(part, value);
        }
    }
    let Some(data) = json.find("winlog.event_data") else {
        return;
    };
    for (name, value) in data.members().take(MOST_PAIRS) {
        let Some(value) = value
            .scalar_text()
            .filter(|text| !EMPTY.contains(&text.as_ref()))
        else {
            continue;
        };
        match name.as_ref() {
            // The decoder puts these among the data.
            "provider_name" => parts.push("@provider", value),
            "version" => parts.push("@version", value),
            "opcode" => parts.push("@opcode", value),
            _ => parts.push(name, value),
        }
    }
}

/// A connection that a program takes which lets people in is somebody at the door.
fn access(parts: &mut Parts<'_>) {
    let is = |name: &str, value: &str| {
        parts
            .get(name)
            .is_some_and(|known| known.eq_ignore_ascii_case(value))
    };
    if !is("@code", "3") || !is("Initiated", "false") {
        return;
    }
    let Some((service, product)) = parts.get("Image").and_then(door_of_program) else {
        return;
    };
    parts.push("@remote.service", service);
    parts.push("@remote.product", product);
    parts.push("@remote.outcome", "attempt");
    for (part, name) in [
        ("@remote.ip", "SourceIp"),
        ("@remote.port", "SourcePort"),
        ("@remote.host", "@computer"),
    ] {
        if let Some(value) = parts.get(name).map(str::to_owned) {
            parts.push(part, value);
        }
    }
}
