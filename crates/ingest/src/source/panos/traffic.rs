//! Traffic and threats: flows from one address to another.

use gatewatch_event::Value;

use super::values::moment;
use crate::source::mapping::{Emit, End, Entry, View, community_id, protocol_number, turn};

/// Fields of a flow.
pub(super) const FLOW: &[Entry] = &[
    Entry::turned("source.ip", "src", turn::ip),
    Entry::part("source.address", "src"),
    Entry::turned("source.port", "sport", turn::long),
    Entry::turned("client.ip", "src", turn::ip),
    Entry::turned("client.port", "sport", turn::long),
    Entry::part("client.user.name", "user.name"),
    Entry::part("client.user.domain", "user.domain"),
    Entry::turned("destination.ip", "dst", turn::ip),
    Entry::part("destination.address", "dst"),
    Entry::turned("destination.port", "dport", turn::long),
    Entry::turned("server.ip", "dst", turn::ip),
    Entry::turned("server.port", "dport", turn::long),
    Entry::turned("source.nat.ip", "natsrc", turn::set_ip),
    Entry::turned("destination.nat.ip", "natdst", turn::set_ip),
    Entry::turned("panw.panos.source.nat.ip", "natsrc", turn::ip),
    Entry::turned("panw.panos.source.nat.port", "natsport", turn::long),
    Entry::turned("panw.panos.destination.nat.ip", "natdst", turn::ip),
    Entry::turned("panw.panos.destination.nat.port", "natdport", turn::long),
    Entry::part("rule.name", "rule"),
    Entry::part("panw.panos.ruleset", "rule"),
    Entry::part("network.application", "app"),
    Entry::turned("network.transport", "proto", turn::lower),
    Entry::turned("network.type", "src", |value, _| {
        let ip = turn::address(&value.text())?;
        Some(Value::from(if ip.is_ipv4() { "ipv4" } else { "ipv6" }))
    }),
    Entry::call("network.direction", direction),
    Entry::call("network.community_id", community),
    Entry::part("observer.ingress.zone", "from"),
    Entry::part("observer.egress.zone", "to"),
    Entry::part("observer.ingress.interface.name", "inbound_if"),
    Entry::part("observer.egress.interface.name", "outbound_if"),
    Entry::part("panw.panos.source.zone", "from"),
    Entry::part("panw.panos.destination.zone", "to"),
    Entry::part("panw.panos.source.interface", "inbound_if"),
    Entry::part("panw.panos.destination.interface", "outbound_if"),
    Entry::part("panw.panos.flow_id", "sessionid"),
    Entry::part("panw.panos.action", "action"),
    Entry::part("panw.panos.url.category", "category"),
    Entry::call("labels.captive_portal", captive_portal),
    Entry::fixed("event.category", &["network"]),
    Entry::fields(
        "related.ip",
        &[
            "source.ip",
            "destination.ip",
            "panw.panos.source.nat.ip",
            "panw.panos.destination.nat.ip",
        ],
    ),
];

/// Fields of traffic: how much, how long, and what became of it.
pub(super) const TRAFFIC: &[Entry] = &[
    Entry::turned("source.bytes", "bytes_sent", turn::long),
    Entry::turned("client.bytes", "bytes_sent", turn::long),
    Entry::turned("destination.bytes", "bytes_received", turn::long),
    Entry::turned("server.bytes", "bytes_received", turn::long),
    Entry::turned("source.packets", "pkts_sent", turn::long),
    Entry::turned("client.packets", "pkts_sent", turn::long),
    Entry::turned("destination.packets", "pkts_received", turn::long),
    Entry::turned("server.packets", "pkts_received", turn::long),
    Entry::turned("network.bytes", "bytes", turn::long),
    Entry::turned("network.packets", "packets", turn::long),
    Entry::turned("event.start", "start", moment),
    Entry::call("event.end", |view, emit| {
        let start = view
            .text("start")
            .and_then(|text| moment(Value::from(text), view));
        let elapsed = view
            .text("elapsed")
            .and_then(|text| text.parse::<i64>().ok());
        if let (Some(Value::Date(start)), Some(elapsed)) = (start, elapsed) {
            let nanos = elapsed.saturating_mul(1_000_000_000);
            let end = start.nanos().saturating_add(nanos);
            emit(Value::Date(gatewatch_event::Timestamp::from_nanos(end)));
        }
    }),
    Entry::turned("event.duration", "elapsed", turn::seconds),
    Entry::part("event.reason", "session_end_reason"),
    Entry::call("event.action", |view, emit| {
        emit(Value::from(match view.text("subtype").as_deref() {
            Some("start") => "flow_started",
            Some("end") => "flow_terminated",
            Some("drop") => "flow_dropped",
            Some("deny") => "flow_denied",
            _ => return,
        }));
    }),
    Entry::call("event.type", |view, emit| {
        let types: &[&'static str] = match view.text("subtype").as_deref() {
            Some("start") => &["allowed", "start", "connection"],
            Some("end") => &["allowed", "end", "connection"],
            Some("drop" | "deny") => &["denied", "connection"],
            _ => &[],
        };
        for one in types {
            if !emit(Value::from(*one)) {
                return;
            }
        }
    }),
];

/// Fields of threats.
pub(super) const THREAT: &[Entry] = &[
    Entry::part("panw.panos.threat.name", "threatid"),
    Entry::part("log.level", "severity"),
    Entry::part("panw.panos.threat.resource", "misc"),
];

/// Elastic reads the names of zones: `trust` is inside, `untrust` outside.
fn direction(view: &View<'_>, emit: Emit<'_>) {
    let side = |part: &str| match view.text(part)?.to_ascii_lowercase().as_str() {
        "trust" => Some(true),
        "untrust" => Some(false),
        _ => None,
    };
    let direction = match (side("from"), side("to")) {
        (Some(true), Some(true)) => "internal",
        (Some(true), Some(false)) => "outbound",
        (Some(false), Some(true)) => "inbound",
        (Some(false), Some(false)) => "external",
        _ => return,
    };
    emit(Value::from(direction));
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    let end = |address: &str, port: &str| {
        Some(End {
            address: turn::address(&view.text(address)?)?,
            port: view.text(port)?.parse().ok()?,
        })
    };
    let protocol = view.text("proto").and_then(|name| protocol_number(&name));
    if let (Some(protocol), Some(source), Some(destination)) =
        (protocol, end("src", "sport"), end("dst", "dport"))
    {
        emit(Value::from(community_id(protocol, source, destination)));
    }
}

/// Bit 0x00200000 of the flags.
fn captive_portal(view: &View<'_>, emit: Emit<'_>) {
    let flags = view
        .text("flags")
        .and_then(|text| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok());
    if flags.is_some_and(|flags| flags & 0x0020_0000 != 0) {
        emit(Value::Bool(true));
    }
}
