//! The error log of nginx: who was turned away, and why, which the access log does not tell.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::{Framing, Stamp};
use line::Line;

/// The error log of nginx.
pub struct NginxError;

impl Source for NginxError {
    fn name(&self) -> &'static str {
        "nginx_error"
    }

    fn title(&self) -> &'static str {
        "nginx: error log"
    }

    fn dataset(&self) -> &'static str {
        "nginx.error"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-nginx.error-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Line::of(record).map(|line| Recognised::of(Confidence::Likely, fields::kind(&line)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare | Part::Message => matches!(opening, Opening::Digits(_)),
            Part::Program => opening.is_byte(b"n"),
            Part::Line => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            " [debug] ",
            " [info] ",
            " [notice] ",
            " [warn] ",
            " [error] ",
            " [crit] ",
            " [alert] ",
            " [emerg] ",
            " [stderr] ",
        ]
    }

    fn framing(&self) -> Framing {
        Framing::Joined(line::belongs)
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        let own = Line::of(record)?.stamp()?;
        // The zone is that of the header, where it names one.
        let header = record.header.stamp.and_then(|stamp| stamp.offset);
        Some(Stamp {
            offset: own.offset.or(header),
            ..own
        })
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        Line::of(record).map_or(&fields::OTHER, |line| fields::kind(&line))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(line) = Line::of(record) {
            line.take_apart(parts);
        }
    }
}
