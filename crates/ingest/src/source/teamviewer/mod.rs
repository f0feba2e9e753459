//! TeamViewer: the lists of sessions (`Connections_incoming.txt`, `Connections.txt`) and the log file.
//!
//! Elastic has no integration. Who comes in is a TeamViewer ID: sessions run through TeamViewer's routers, and only the log file
//! may have the other end's address, once both ends have found a direct way.

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

/// TeamViewer.
pub struct TeamViewer;

impl Source for TeamViewer {
    fn name(&self) -> &'static str {
        "teamviewer"
    }

    fn title(&self) -> &'static str {
        "TeamViewer: sessions and log file"
    }

    fn dataset(&self) -> &'static str {
        "teamviewer.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-teamviewer.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Line::of(record.raw).map(|line| Recognised::of(Confidence::Certain, kinds::kind(&line)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Line) && matches!(opening, Opening::Digits(_))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[]
    }

    fn framing(&self) -> Framing {
        Framing::Joined(line::joins)
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
            Some(line) => line.take_apart(parts),
            None => parts.push("message", record.raw),
        }
    }
}
