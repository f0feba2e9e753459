//! OpenVPN: the server's log, in its own form and through syslog, and its status file.
//!
//! Elastic has no integration. One attempt to log in gives several lines; those of one connection have the same address and port,
//! which is the session of the access record.

mod fields;
mod kinds;
mod line;
mod parts;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::Stamp;

/// OpenVPN.
pub struct OpenVpn;

impl Source for OpenVpn {
    fn name(&self) -> &'static str {
        "openvpn"
    }

    fn title(&self) -> &'static str {
        "OpenVPN server"
    }

    fn dataset(&self) -> &'static str {
        "openvpn.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-openvpn.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(line::recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        line::recognise(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare => true,
            // A time of its own, or a day of the week.
            Part::Line => opening.is_byte(b"FMSTW") || opening.is_digits(b"-"),
            Part::Program => opening.is_byte(b"o"),
            Part::Message => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "[AF_",
            "TLS",
            "MULTI",
            "VERIFY ",
            "peer info: ",
            "OpenVPN",
            "IFCONFIG POOL",
            "ifconfig_pool",
            "SENT CONTROL",
            "Diffie-Hellman",
            "net_route_v",
            "net_addr_v",
            "net_iface_",
            "TUN/TAP",
            "Socket Buffers",
            "UDPv",
            "event_wait",
            "ROUTE_GATEWAY",
            "Using AF_INET",
            "Timers: ",
            "Channel: ",
            "client-instance",
            "LDAP",
            "AUTH",
            "CLIENT_LIST",
        ]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        line::stamp(record)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(&line::Line::of(record))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        parts::take_apart(record, parts);
    }
}
