//! fail2ban's own log: what its jails found, whom they banned, for whom the ban is over.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::Stamp;
use line::Line;

/// fail2ban.
pub struct Fail2Ban;

impl Source for Fail2Ban {
    fn name(&self) -> &'static str {
        "fail2ban"
    }

    fn title(&self) -> &'static str {
        "fail2ban"
    }

    fn dataset(&self) -> &'static str {
        "fail2ban.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-fail2ban.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Line::of(record).map(|line| Recognised::of(Confidence::Certain, fields::kind(&line)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare | Part::Line => matches!(opening, Opening::Digits(_)),
            Part::Program => opening.is_byte(b"f"),
            Part::Message => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["fail2ban"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        Line::of(record)?.stamp()
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
