//! Packets that Linux logs: the `LOG` target of iptables, `log` of nftables, ufw, firewalld, Ubiquiti's gateways, ulogd.
//!
//! A packet to the port of a remote service is somebody at that door; what the rule did with it, only its prefix tells.

mod fields;
mod line;
mod prefix;
#[cfg(test)]
mod tests;
mod ulogd;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::{Stamp, iso_stamp};
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
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        let kind = match record.json {
            Some(json) => ulogd::is_packet(json).then(|| fields::kind_of_json(json))?,
            None => fields::kind(&Line::of(record)?),
        };
        Some(Recognised::of(Confidence::Likely, kind))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare => opening.is_byte(b"[I"),
            // The kernel, or nobody.
            Part::Program => opening.is_byte(b"k\0"),
            Part::Message => opening.is_byte(b"I"),
            Part::Line => false,
        }
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["oob.hook"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &[" OUT=", "oob.hook"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        match record.json {
            Some(json) => iso_stamp(&json.get("timestamp")?.as_str()?),
            None => Line::of(record)?.time,
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        match record.json {
            Some(json) => fields::kind_of_json(json),
            None => Line::of(record).map_or(&fields::OTHER, |line| fields::kind(&line)),
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(json) = record.json {
            ulogd::take_apart(json, parts);
        } else if let Some(line) = Line::of(record) {
            line.take_apart(parts);
        }
    }
}
