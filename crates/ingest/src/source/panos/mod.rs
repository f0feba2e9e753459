//! PAN-OS: GlobalProtect, User-ID, HIP matches, and the system, authentication, configuration and traffic logs of Palo Alto
//! Networks' firewalls.
//!
//! Lines are cells separated by commas, whose columns depend on the fourth, the type. The CEF and JSON forms (log forwarding from
//! Strata Logging Service) have the same values under other names. The mapping is that of Elastic's `panw` integration, which puts
//! the address **inside the tunnel** into `source.ip` and the public one into `source.nat.ip`; the access record has the public one.

mod columns;
mod fields;
mod kinds;
mod names;
#[cfg(test)]
mod tests;
mod threat;
mod traffic;
mod values;

use gatewatch_event::Timestamp;

use super::mapping::{
    Confidence, Entry, Kind, Opening, Part, Parts, Record, Source, TimeForm, View,
};
use crate::format::text::{Cef, Cells, Leef};

/// PAN-OS.
pub struct Panos;

/// Types of lines that are read.
const TYPES: &[&str] = &[
    "GLOBALPROTECT",
    "TRAFFIC",
    "THREAT",
    "SYSTEM",
    "CONFIG",
    "USERID",
    "HIPMATCH",
    "HIP-MATCH",
    "AUTH",
    "AUTHENTICATION",
    "DECRYPTION",
    "CORRELATION",
    "IPTAG",
    "GTP",
    "SCTP",
    "TUNNEL",
];

/// A line in one of its forms.
#[derive(Clone, Copy)]
enum Form<'a> {
    Cells(&'a str),
    Cef(&'a str),
    Leef(&'a str),
    Json,
}

impl<'a> Form<'a> {
    fn of(record: &Record<'a>) -> Option<Self> {
        let message = record.message();
        if let Some(json) = record.json {
            let ours = json.get("LogType").is_some()
                && (json.get("ConfigVersion").is_some() || json.get("DeviceSN").is_some());
            return ours.then_some(Self::Json);
        }
        if Cef::is_of(message, "Palo Alto Networks|") {
            return Some(Self::Cef(message));
        }
        if message.starts_with("LEEF:") {
            return leef_type(message).map(|_| Self::Leef(message));
        }
        cell_type(message).map(|_| Self::Cells(message))
    }
}

/// The type of a line of cells: its fourth cell, behind a time and a serial number.
fn cell_type(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    if !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let first = memchr::memchr(b',', &bytes[..bytes.len().min(16)])?;
    let is_time = bytes.get(first + 1..first + 6).is_some_and(|year| {
        year[..4].iter().all(u8::is_ascii_digit) && matches!(year[4], b'/' | b'-')
    });
    if !is_time {
        return None;
    }
    let word = line.split(',').nth(3)?;
    TYPES.contains(&word).then_some(word)
}

/// The type of a line in LEEF of a firewall: its category, which stands among the first attributes.
fn leef_type(message: &str) -> Option<&'static str> {
    /// How far into a line its category is looked for.
    const HEAD: usize = 512;
    let (_, rest) = message.split_once('|')?;
    let rest = rest.strip_prefix("Palo Alto Networks|")?;
    let mut end = rest.len().min(HEAD);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let (_, word) = rest[..end].split_once("cat=")?;
    let word = word.split(['|', '\t', '^', ' ']).next()?;
    TYPES.iter().copied().find(|known| *known == word)
}

/// The type and the subtype in the head of CEF: Strata Logging Service has them in this order, firewalls with Palo Alto Networks' own profile in the
/// other.
fn cef_type<'c>(cef: &'c Cef<'_>) -> (&'c str, &'c str) {
    let (class, name) = (cef.class.as_ref(), cef.name.as_ref());
    if TYPES.contains(&name) && !TYPES.contains(&class) {
        (name, class)
    } else {
        (class, name)
    }
}

/// The type and the event, which is the subtype of types that have no events.
fn type_and_event<'a>(record: &Record<'a>) -> Option<(&'static str, std::borrow::Cow<'a, str>)> {
    let known = |word: &str| TYPES.iter().copied().find(|known| *known == word);
    match Form::of(record)? {
        Form::Cells(line) => {
            let word = known(cell_type(line)?)?;
            let event = Cells::new(line).nth(columns::event_column(word))?;
            Some((word, event))
        }
        Form::Cef(message) => {
            let cef = Cef::parse(message)?;
            let (word, subtype) = cef_type(&cef);
            let event = cef
                .pairs()
                .find(|(key, _)| matches!(*key, "PanOSEventIDValue" | "PanOSEventID"))
                .map_or_else(|| subtype.to_owned().into(), |(_, value)| value);
            Some((known(word)?, event))
        }
        Form::Leef(message) => {
            let leef = Leef::parse(message)?;
            let event = leef
                .pairs()
                .find(|(key, _)| matches!(*key, "EventID" | "eventid"))
                .map_or(leef.event.into(), |(_, value)| value);
            Some((leef_type(message)?, event))
        }
        Form::Json => {
            let json = record.json?;
            let word = known(&json.get("LogType")?.as_str()?)?;
            let event = ["EventIDValue", "EventName", "Subtype"]
                .iter()
                .find_map(|key| json.get(key)?.as_str());
            Some((word, event.unwrap_or_default()))
        }
    }
}

/// The sentence of a line of type `SYSTEM`.
fn sentence<'a>(record: &Record<'a>) -> Option<std::borrow::Cow<'a, str>> {
    match Form::of(record)? {
        Form::Cells(line) => Cells::new(line).nth(columns::system_sentence_column()),
        Form::Cef(message) => Cef::parse(message)?
            .pairs()
            .find(|(key, _)| matches!(*key, "PanOSDescription" | "msg"))
            .map(|(_, value)| value),
        Form::Leef(message) => Leef::parse(message)?
            .pairs()
            .find(|(key, _)| matches!(*key, "msg" | "Opaque" | "Description"))
            .map(|(_, value)| value),
        Form::Json => ["Description", "EventDescription"]
            .iter()
            .find_map(|key| record.json?.get(key)?.as_str()),
    }
}

impl Source for Panos {
    fn name(&self) -> &'static str {
        "panos"
    }

    fn title(&self) -> &'static str {
        "Palo Alto Networks PAN-OS: GlobalProtect, User-ID, system and traffic logs"
    }

    fn dataset(&self) -> &'static str {
        "panw.panos"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-panw.panos-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Form::of(record).map(|_| Confidence::Certain)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message)
            && (opening.is_byte(b"CL") || matches!(opening, Opening::Digits(_)))
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["LogType"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "Palo Alto Networks",
            "LogType",
            ",GLOBALPROTECT,",
            ",TRAFFIC,",
            ",THREAT,",
            ",SYSTEM,",
            ",CONFIG,",
            ",USERID,",
            ",HIPMATCH,",
            ",HIP-MATCH,",
            ",AUTH,",
            ",AUTHENTICATION,",
            ",DECRYPTION,",
            ",CORRELATION,",
            ",IPTAG,",
            ",GTP,",
            ",SCTP,",
            ",TUNNEL,",
        ]
    }

    /// Elastic's pipeline leaves times in the zone of the log.
    fn time_form(&self, _: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        TimeForm::zoned(view, at)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        match type_and_event(record) {
            Some(("SYSTEM", event)) if event == "general" || event == "auth" => {
                let told = sentence(record).and_then(|text| kinds::administrator(&text));
                told.unwrap_or_else(|| kinds::kind("SYSTEM", &event))
            }
            Some((word, event)) => kinds::kind(word, &event),
            None => kinds::kind("", ""),
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        columns::take_apart(record, parts);
        values::derive(parts);
    }
}
