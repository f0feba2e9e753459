//! Packets that Linux logs: the `LOG` target of iptables, `log` of nftables, ufw, firewalld, Ubiquiti's gateways, ulogd's text.
//!
//! A packet to the port of a remote service is somebody at that door; what the rule did with it, only its prefix tells.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};
use line::Line;

/// Packets that Linux logs.
pub struct Iptables;

impl Source for Iptables {
    fn name(&self) -> &'static str {
        "iptables"
    }

    fn title(&self) -> &'static str {
        "Linux packet filter: iptables, nftables, ufw"
    }

    fn dataset(&self) -> &'static str {
        "iptables.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-iptables.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Line::of(record).map(|_| Confidence::Likely)
    }

    fn marks(&self) -> &'static [&'static str] {
        &[" OUT="]
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
