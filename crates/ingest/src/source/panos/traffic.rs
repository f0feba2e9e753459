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
    Entry::part("destination.user.name", "dstuser.name"),
    Entry::part("destination.user.domain", "dstuser.domain"),
    Entry::part("server.user.name", "dstuser.name"),
    Entry::part("server.user.domain", "dstuser.domain"),
    Entry::fields(
        "related.user",
        &["source.user.name", "destination.user.name"],
    ),
    Entry::call("event.outcome", |view, emit| {
        let came_through = matches!(
            action(view).as_deref(),
            Some("allow" | "alert" | "continue")
        );
        emit(Value::from(if came_through {
            "success"
        } else {
            "failure"
        }));
    }),
    Entry::turned("source.nat.ip", "natsrc", turn::set_ip),
    Entry::call("source.nat.port", |view, emit| {
        nat_port(view, "natsrc", "natsport", emit);
    }),
    Entry::turned("client.nat.ip", "natsrc", turn::set_ip),
    Entry::call("client.nat.port", |view, emit| {
        nat_port(view, "natsrc", "natsport", emit);
    }),
    Entry::turned("destination.nat.ip", "natdst", turn::set_ip),
    Entry::call("destination.nat.port", |view, emit| {
        nat_port(view, "natdst", "natdport", emit);
    }),
    Entry::turned("server.nat.ip", "natdst", turn::set_ip),
    Entry::call("server.nat.port", |view, emit| {
        nat_port(view, "natdst", "natdport", emit);
    }),
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
    Entry::call("network.community_id", |view, emit| {
        let _ = [community(view, REAL), community(view, TRANSLATED)]
            .into_iter()
            .flatten()
            .all(|id| emit(Value::from(id)));
    }),
    Entry::call("panw.panos.network.nat.community_id", |view, emit| {
        if let Some(id) = community(view, TRANSLATED) {
            emit(Value::from(id));
        }
    }),
    Entry::part("observer.ingress.zone", "from"),
    Entry::part("observer.egress.zone", "to"),
    Entry::part("observer.ingress.interface.name", "inbound_if"),
    Entry::part("observer.egress.interface.name", "outbound_if"),
    Entry::part("panw.panos.source.zone", "from"),
    Entry::part("panw.panos.destination.zone", "to"),
    Entry::part("panw.panos.source.interface", "inbound_if"),
    Entry::part("panw.panos.destination.interface", "outbound_if"),
    Entry::part("panw.panos.flow_id", "sessionid"),
    Entry::call("panw.panos.action", |view, emit| {
        if let Some(action) = action(view) {
            emit(Value::from(action));
        }
    }),
    Entry::part("rule.uuid", "rule_uuid"),
    Entry::call("http.version", |view, emit| {
        if view
            .text("http2_connection")
            .is_some_and(|number| !matches!(number.as_ref(), "" | "0"))
        {
            emit(Value::from("2"));
        }
    }),
    Entry::part("panw.panos.url.category", "category"),
    label("labels.pcap_included", |view, emit| {
        flag(view, 0x8000_0000, emit)
    }),
    label("labels.ipv6_session", |view, emit| {
        flag(view, 0x0200_0000, emit)
    }),
    label("labels.ssl_decrypted", |view, emit| {
        flag(view, 0x0100_0000, emit)
    }),
    label("labels.url_filter_denied", |view, emit| {
        flag(view, 0x0080_0000, emit)
    }),
    label("labels.nat_translated", |view, emit| {
        flag(view, 0x0040_0000, emit)
    }),
    label("labels.captive_portal", |view, emit| {
        flag(view, 0x0020_0000, emit)
    }),
    label("labels.x_forwarded_for", |view, emit| {
        flag(view, 0x0008_0000, emit)
    }),
    label("labels.http_proxy", |view, emit| {
        flag(view, 0x0004_0000, emit)
    }),
    label("labels.container_page", |view, emit| {
        flag(view, 0x0000_8000, emit)
    }),
    label("labels.temporary_match", |view, emit| {
        flag(view, 0x0000_2000, emit)
    }),
    label("labels.symmetric_return", |view, emit| {
        flag(view, 0x0000_0800, emit)
    }),
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
    Entry::part("panw.panos.endreason", "session_end_reason"),
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
        let subtype = view.text("subtype");
        let (allowed, more): (_, &[&str]) = match subtype.as_deref() {
            Some("start") => (allowed(view), &["start", "connection"]),
            Some("end") => (allowed(view), &["end", "connection"]),
            Some("drop" | "deny") => (Some("denied"), &["connection"]),
            _ => (allowed(view), &[]),
        };
        for one in allowed.iter().chain(more) {
            if !emit(Value::from(*one)) {
                return;
            }
        }
    }),
];

/// What the firewall did, as Elastic writes it: `reset-both`, `drop-icmp`, also where the log has spaces.
fn action(view: &View<'_>) -> Option<String> {
    let action = view.text("action").filter(|action| !action.is_empty())?;
    Some(action.to_lowercase().replace(' ', "-"))
}

/// Whether what the firewall did let the flow through, where Elastic knows it.
pub(super) fn allowed(view: &View<'_>) -> Option<&'static str> {
    match action(view)?.as_str() {
        "alert" | "allow" | "continue" => Some("allowed"),
        "deny" | "drop" | "drop-icmp" | "drop-all-packets" | "reset-client" | "reset-server"
        | "reset-both" | "block-url" | "block-ip" | "random-drop" | "sinkhole" | "block" => {
            Some("denied")
        }
        _ => None,
    }
}

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

/// The parts of the ends of a flow: address and port of the source, address and port of the destination.
type Ends = [&'static str; 4];
const REAL: Ends = ["src", "sport", "dst", "dport"];
const TRANSLATED: Ends = ["natsrc", "natsport", "natdst", "natdport"];

/// The Community ID of the flow between these ends; none where there is no translation. ICMP has no ports here: Elastic takes it
/// for a reply with a request's code.
fn community(view: &View<'_>, ends: Ends) -> Option<String> {
    let number = protocol_number(&view.text("proto")?)?;
    let end = |address: &str, port: &str, of_icmp: u16| {
        let address = turn::address(&view.text(address)?)?;
        let port = match number {
            1 => of_icmp,
            _ => view.text(port)?.parse().ok()?,
        };
        (!address.is_unspecified()).then_some(End { address, port })
    };
    let [src, sport, dst, dport] = ends;
    Some(community_id(
        number,
        end(src, sport, 0)?,
        end(dst, dport, 8)?,
    ))
}

/// The port that a translated address has.
fn nat_port(view: &View<'_>, address: &str, port: &str, emit: Emit<'_>) {
    let is_set = view
        .text(address)
        .and_then(|text| turn::address(&text))
        .is_some_and(|address| !address.is_unspecified());
    if let Some(port) = view.text(port).filter(|_| is_set)
        && let Ok(port) = port.parse::<u16>()
    {
        emit(Value::Long(port.into()));
    }
}

const fn label(path: &'static str, call: fn(&View<'_>, Emit<'_>)) -> Entry {
    Entry::call(path, call)
}

/// Is this bit of the flags set?
fn flag(view: &View<'_>, bit: u64, emit: Emit<'_>) {
    let flags = view
        .text("flags")
        .and_then(|text| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok());
    if flags.is_some_and(|flags| flags & bit != 0) {
        emit(Value::Bool(true));
    }
}
