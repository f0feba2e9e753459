//! Cisco ASA, FTD, PIX and FWSM: `%ASA-L-NNNNNN: text`, among it AnyConnect, WebVPN and the logins of administrators.
//!
//! The mapping is that of Elastic's `cisco_asa` integration, with its quirks: the client of a closed VPN session is `destination.ip`, and so is the
//! server that was asked about a password. The access record has the client.

mod derive;
mod endpoint;
mod fields;
mod groups;
mod kinds;
mod security;
mod sentences;
mod tag;
#[cfg(test)]
mod tests;

use gatewatch_event::Timestamp;

use super::mapping::{
    Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source, TimeForm, View,
};
use crate::format::syslog::Stamp;
use crate::format::text::matches;
use tag::Tag;

/// Cisco ASA and its kin.
pub struct CiscoAsa;

impl Source for CiscoAsa {
    fn name(&self) -> &'static str {
        "cisco_asa"
    }

    fn title(&self) -> &'static str {
        "Cisco ASA and FTD: AnyConnect, WebVPN, firewall"
    }

    fn dataset(&self) -> &'static str {
        "cisco_asa.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &[
            "logs-cisco_asa.log-default",
            "logs-cisco_ftd.log-default",
            "filebeat-default",
        ]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Tag::of(record).map(|tag| Recognised::of(Confidence::Certain, kinds::kind(tag.code)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare | Part::Message => opening.is_byte(b"%:"),
            Part::Program => opening.is_byte(b"%"),
            Part::Line => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["%ASA-", "%FTD-", "%PIX-", "%FWSM-"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        tag::stamp(record)
    }

    /// Elastic's pipeline leaves these in the zone of the log, where the line names none; `event.start` is computed, in UTC.
    fn time_form(&self, path: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        let is_named = view
            .record
            .stamp
            .is_some_and(|stamp| stamp.offset.is_some());
        match path {
            "@timestamp" | "event.end" if !is_named => TimeForm::zoned(view, at),
            _ => TimeForm::default(),
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(Tag::of(record).map_or("", |tag| tag.code))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        let Some(tag) = Tag::of(record) else {
            return;
        };
        tag.add(record, parts);
        let text = tag.text.trim_ascii();
        sentences::of(tag.code)
            .iter()
            .any(|sentence| matches(sentence, text, parts));
        if tag.code.starts_with("43000") {
            security::read(text, parts);
        }
        derive::complete(tag.code, text, parts);
    }
}
