//! SoftEther VPN: the server's log, the security log of a hub, and both through syslog.
//!
//! Elastic has no integration. The server writes in its own language; what happened is told from the English text alone. A success names the
//! connection (`CID-9`), not its address; the line of the new session that follows has both.

mod fields;
mod kinds;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::{Stamp, iso_stamp};

/// SoftEther VPN.
pub struct SoftEther;

impl Source for SoftEther {
    fn name(&self) -> &'static str {
        "softether"
    }

    fn title(&self) -> &'static str {
        "SoftEther VPN server"
    }

    fn dataset(&self) -> &'static str {
        "softether.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-softether.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        line::recognise(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare => opening.is_digits(b"-"),
            Part::Line | Part::Program | Part::Message => true,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "CID-",
            "SID-",
            "VPN",
            "TCP Listener",
            "Virtual Hub",
            "_LOG>: ",
        ]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        iso_stamp(line::Line::of(record)?.time)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        line::Line::of(record).map_or_else(|| kinds::kind(""), |line| kinds::kind(line.text))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(line) = line::Line::of(record) {
            line.take_apart(parts);
        }
    }
}
