//! xrdp: the log of the server (`xrdp.log`) and of its session manager (`xrdp-sesman.log`), in their own form and through syslog.
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

/// xrdp.
pub struct Xrdp;

impl Source for Xrdp {
    fn name(&self) -> &'static str {
        "xrdp"
    }

    fn title(&self) -> &'static str {
        "xrdp"
    }

    fn dataset(&self) -> &'static str {
        "xrdp.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-xrdp.log-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &[
            "xrdp",
            "XRDP",
            "xrdp-sesman",
            "xrdp-sesexec",
            "xrdp-chansrv",
        ]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        line::recognise(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message) && opening.is_byte(b"[")
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "[INFO ] ", "[ERROR] ", "[WARN ] ", "[CORE ] ", "[DEBUG] ", "[TRACE] ",
        ]
    }

    fn framing(&self) -> Framing {
        // A success of newer versions does not repeat the address: the lines before tell it.
        Framing::Grouped(|_, _| true)
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        line::Line::of(record)?.stamp()
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        line::Line::of(record).map_or(&kinds::OTHER, |line| kinds::kind(line.text))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(line) = line::Line::of(record) {
            parts::take_apart(&line, record, parts);
        }
    }
}
