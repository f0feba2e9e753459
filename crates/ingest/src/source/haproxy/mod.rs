//! HAProxy: requests (`option httplog`), connections (`option tcplog`, and without either), handshakes that failed.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Recognised, Record, Source};
use crate::format::syslog::Stamp;
use line::Line;

/// HAProxy.
pub struct HaProxy;

impl Source for HaProxy {
    fn name(&self) -> &'static str {
        "haproxy"
    }

    fn title(&self) -> &'static str {
        "HAProxy"
    }

    fn dataset(&self) -> &'static str {
        "haproxy.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-haproxy.log-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["haproxy"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        Line::of(record.message())
            .map(|line| Recognised::of(Confidence::Likely, fields::kind(line.what())))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "haproxy",
            "/Jan/2",
            "/Feb/2",
            "/Mar/2",
            "/Apr/2",
            "/May/2",
            "/Jun/2",
            "/Jul/2",
            "/Aug/2",
            "/Sep/2",
            "/Oct/2",
            "/Nov/2",
            "/Dec/2",
            "Connect from ",
        ]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        let own = Line::of(record.message())?.stamp()?;
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
        Line::of(record.message()).map_or(&fields::OTHER, |line| fields::kind(line.what()))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(line) = Line::of(record.message()) {
            line.take_apart(parts);
        }
    }
}
