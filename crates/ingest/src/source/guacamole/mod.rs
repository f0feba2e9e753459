//! Apache Guacamole: the log of its web application, as Tomcat, the journal or a container keep it.
//!
//! Elastic has no integration.

mod fields;
mod kinds;
mod line;
mod parts;
#[cfg(test)]
mod tests;

use super::mapping::{
    Confidence, Entry, Framing, Kind, Opening, Part, Parts, Recognised, Record, Source,
};
use crate::format::syslog::Stamp;
use line::Line;

/// Apache Guacamole.
pub struct Guacamole;

impl Source for Guacamole {
    fn name(&self) -> &'static str {
        "guacamole"
    }

    fn title(&self) -> &'static str {
        "Apache Guacamole"
    }

    fn dataset(&self) -> &'static str {
        "guacamole.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-guacamole.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        line::recognise(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message)
            && matches!(opening, Opening::Digits(_) | Opening::Byte(b'A'..=b'Z' | b'a'..=b'z' | b'_'))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "o.a.g.",
            "org.apache.guacamole.",
            "Authentication attempt from ",
            "successfully authenticated from ",
        ]
    }

    fn framing(&self) -> Framing {
        Framing::Joined(line::joins)
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        Line::of(record)?.stamp()
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        Line::of(record).map_or(&kinds::OTHER, |line| kinds::kind(line.text))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(line) = Line::of(record) {
            parts::take_apart(&line, parts);
        }
    }
}
