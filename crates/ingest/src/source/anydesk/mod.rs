//! AnyDesk: the traces (`ad_svc.trace`, `ad.trace`, `anydesk.trace`) and the list of incoming sessions (`connection_trace.txt`).
//!
//! Elastic has no integration. The list says who came in and how, the traces from where: the line with the address follows the
//! one with the ID.

mod fields;
mod kinds;
mod line;
#[cfg(test)]
mod tests;

use self::line::Line;
use super::mapping::{
    Confidence, Entry, Framing, Kind, Opening, Part, Parts, Recognised, Record, Source,
};
use crate::format::syslog::Stamp;

/// AnyDesk.
pub struct AnyDesk;

impl Source for AnyDesk {
    fn name(&self) -> &'static str {
        "anydesk"
    }

    fn title(&self) -> &'static str {
        "AnyDesk: traces and incoming sessions"
    }

    fn dataset(&self) -> &'static str {
        "anydesk.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-anydesk.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Line::of(record.raw).map(|line| Recognised::of(Confidence::Certain, kinds::kind(&line)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Line) && opening.is_byte(b" IOiwedvf")
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[]
    }

    fn framing(&self) -> Framing {
        Framing::Grouped(line::joins)
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        Line::of(record.raw)?.stamp()
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        Line::of(record.raw).map_or(&kinds::OTHER, |line| kinds::kind(&line))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        match Line::of(record.raw) {
            Some(line) => line.take_apart(record.group, parts),
            None => parts.push("message", record.raw),
        }
    }
}
