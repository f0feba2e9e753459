//! WireGuard: the messages of the kernel's module with dynamic debugging, and the log of wireguard-go.
//!
//! Elastic has no integration. The kernel is silent unless debugging is on; peers are numbers there, and the ends of their keys
//! in wireguard-go.

mod line;
#[cfg(test)]
mod tests;

use self::line::Line;
use super::mapping::{
    Confidence, Entry, From, Header, Kind, Opening, Part, Parts, Recognised, Record, Source,
    remote, turn,
};
use crate::format::syslog::Stamp;

/// WireGuard.
pub struct WireGuard;

const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::header("host.name", Header::Host),
    Entry::part("log.level", "level"),
    Entry::fixed("observer.product", &["WireGuard"]),
    Entry::fixed("observer.type", &["vpn"]),
    Entry::part("observer.ingress.interface.name", "interface"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::part("wireguard.peer", "peer"),
    Entry::turned("wireguard.inner_ip", "inner", turn::ip),
    Entry::fields("related.ip", &["source.ip", "wireguard.inner_ip"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
    remote::session(From::Part("peer")),
];
const DOOR: &[Entry] = &remote::door(&["vpn"], &["wireguard"]);
const HANDSHAKE: &[Entry] = &[
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vpn-handshake"]),
    Entry::fixed("gatewatch.remote.method", &["key"]),
];

static ACCEPTED: Kind = Kind::new(
    "handshake",
    &[
        DOOR,
        HANDSHAKE,
        &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])],
    ],
);
static REFUSED: Kind = Kind::new(
    "handshake refused",
    &[
        DOOR,
        HANDSHAKE,
        &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])],
    ],
);
/// A peer that is known sends what it may not.
static UNALLOWED: Kind = Kind::new(
    "unallowed source",
    &[
        DOOR,
        &[
            Entry::fixed("event.category", &["network"]),
            Entry::fixed("event.type", &["denied"]),
            Entry::fixed("event.action", &["vpn-packet-denied"]),
        ],
    ],
);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line.
fn kind(line: &Line<'_>) -> &'static Kind {
    let text = line.what();
    let starts = |start: &str| text.starts_with(start);
    if starts("Receiving handshake initiation from peer ")
        || starts("Received handshake initiation")
    {
        &ACCEPTED
    } else if starts("Invalid handshake initiation from ")
        || starts("Invalid MAC of handshake, dropping packet from ")
        || starts("Received invalid initiation message from ")
    {
        &REFUSED
    } else if starts("Packet has unallowed src IP ")
        || text.contains(" packet with disallowed source address from ")
    {
        &UNALLOWED
    } else {
        &OTHER
    }
}

impl Source for WireGuard {
    fn name(&self) -> &'static str {
        "wireguard"
    }

    fn title(&self) -> &'static str {
        "WireGuard"
    }

    fn dataset(&self) -> &'static str {
        "wireguard.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-wireguard.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        if let Some(line) = Line::of(record) {
            return Some(Recognised::of(Confidence::Certain, kind(&line)));
        }
        // The box that wireguard-go draws where the kernel could do its work.
        record
            .raw
            .starts_with(['┌', '│', '└'])
            .then(|| Recognised::of(Confidence::Possible, &OTHER))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare => opening.is_byte(b"[wDEI\xe2"),
            Part::Line => opening.is_byte(b"DEI\xe2"),
            Part::Program => opening.is_byte(b"w"),
            Part::Message => opening.is_byte(b"[w"),
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["wireguard: ", "DEBUG: (", "ERROR: ("]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        Line::of(record)?.stamp()
    }

    fn fields(&self) -> &'static [Entry] {
        COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        Line::of(record).map_or(&OTHER, |line| kind(&line))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        match Line::of(record) {
            Some(line) => line.take_apart(parts),
            None => parts.push("message", record.raw),
        }
    }
}
