//! From the members of an event to ECS.

use std::net::IpAddr;

use gatewatch_event::{Timestamp, Value};

use super::{eve, tls};
use crate::format::syslog::iso_stamp;
use crate::format::text::UrlParts;
use crate::source::mapping::{
    Emit, End, Entry, From, View, community_id, direction, door_of_port, icmp_community_id,
    protocol_number, remote, turn,
};

/// Fields of every event.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("observer.product", &["Suricata"]),
    Entry::fixed("observer.type", &["ids"]),
    Entry::fixed("observer.vendor", &["OISF"]),
    Entry::part("observer.hostname", "host"),
    Entry::new("suricata.eve", From::Object(eve::object)),
    Entry::fixed("event.category", &["network"]),
    Entry::part("source.address", "src_ip"),
    Entry::turned("source.ip", "src_ip", turn::ip),
    Entry::turned("source.port", "src_port", turn::long),
    Entry::part("source.mac", "ether.src_mac"),
    Entry::part("destination.address", "dest_ip"),
    Entry::turned("destination.ip", "dest_ip", turn::ip),
    Entry::turned("destination.port", "dest_port", turn::long),
    Entry::part("destination.mac", "ether.dest_mac"),
    Entry::turned("network.transport", "proto", turn::lower),
    Entry::call("network.protocol", |view, emit| {
        let Some(protocol) = view.text("app_proto") else {
            return;
        };
        let protocol = protocol.to_lowercase();
        match protocol.as_str() {
            "" | "failed" | "template" | "template-rust" => {}
            "ftp-data" => {
                emit(Value::from("ftp"));
            }
            _ => {
                emit(Value::from(protocol));
            }
        }
    }),
    Entry::call("network.community_id", community),
    Entry::call("network.direction", |view, emit| {
        if let (Some(source), Some(destination)) =
            (address(view, "src_ip"), address(view, "dest_ip"))
        {
            emit(Value::from(direction(source, destination)));
        }
    }),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
];

fn address(view: &View<'_>, part: &str) -> Option<IpAddr> {
    turn::address(&view.text(part)?)
}

fn number<N: std::str::FromStr>(view: &View<'_>, part: &str) -> Option<N> {
    view.text(part)?.parse().ok()
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    if let Some(told) = view.text("community_id") {
        emit(Value::from(told));
        return;
    }
    let protocol = view.text("proto").and_then(|name| protocol_number(&name));
    let (Some(protocol), Some(source), Some(destination)) =
        (protocol, address(view, "src_ip"), address(view, "dest_ip"))
    else {
        return;
    };
    let id = if matches!(protocol, 1 | 58) {
        let (Some(kind), Some(code)) = (number(view, "icmp_type"), number(view, "icmp_code"))
        else {
            return;
        };
        icmp_community_id(source, destination, kind, code)
    } else {
        let (Some(from), Some(to)) = (number(view, "src_port"), number(view, "dest_port")) else {
            return;
        };
        let end = |address, port| End { address, port };
        community_id(protocol, end(source, from), end(destination, to))
    };
    emit(Value::from(id));
}

/// Is the source of this event the server? Some events are of an answer.
fn is_answer(view: &View<'_>) -> bool {
    if let Some(client) = view.text("flow.src_ip") {
        return Some(client) == view.text("dest_ip");
    }
    let is_door = |part| {
        let (Some(transport), Some(port)) = (view.text("proto"), number(view, part)) else {
            return false;
        };
        door_of_port(&transport, port).is_some()
    };
    is_door("src_port") && !is_door("dest_port")
}

fn client(view: &View<'_>, parts: [&'static str; 2], emit: Emit<'_>) {
    if let Some(text) = view.text(parts[usize::from(is_answer(view))]) {
        emit(Value::from(text));
    }
}

/// Who is at the door, and which machine keeps it.
pub(super) const AT_THE_DOOR: &[Entry] = &[
    remote::ip(From::Call(|view, emit| {
        client(view, ["src_ip", "dest_ip"], emit)
    })),
    remote::port(From::Call(|view, emit| {
        client(view, ["src_port", "dest_port"], emit)
    })),
    remote::address(From::Call(|view, emit| {
        client(view, ["src_ip", "dest_ip"], emit)
    })),
    remote::host(From::Call(|view, emit| {
        client(view, ["dest_ip", "src_ip"], emit)
    })),
    remote::session(From::Part("flow_id")).turn(turn::text),
];

/// How much was sent, and when.
pub(super) const FLOW: &[Entry] = &[
    Entry::turned("source.packets", "flow.pkts_toserver", turn::long),
    Entry::turned("source.bytes", "flow.bytes_toserver", turn::long),
    Entry::turned("destination.packets", "flow.pkts_toclient", turn::long),
    Entry::turned("destination.bytes", "flow.bytes_toclient", turn::long),
    Entry::call("network.packets", |view, emit| {
        sum(view, ["flow.pkts_toserver", "flow.pkts_toclient"], emit);
    }),
    Entry::call("network.bytes", |view, emit| {
        sum(view, ["flow.bytes_toserver", "flow.bytes_toclient"], emit);
    }),
    Entry::turned("event.start", "flow.start", turn::iso),
    Entry::turned("event.end", "flow.end", turn::iso),
    Entry::call("event.duration", |view, emit| {
        let time = |part| -> Option<Timestamp> { view.at(iso_stamp(&view.text(part)?)?) };
        if let (Some(start), Some(end)) = (time("flow.start"), time("flow.end"))
            && let Some(nanos) = end.nanos().checked_sub(start.nanos())
            && nanos >= 0
        {
            emit(Value::Long(nanos));
        }
    }),
];

fn sum(view: &View<'_>, parts: [&str; 2], emit: Emit<'_>) {
    let number = |part| number::<i64>(view, part).unwrap_or(0);
    if let Some(sum) = number(parts[0]).checked_add(number(parts[1]))
        && sum > 0
    {
        emit(Value::Long(sum));
    }
}

/// A request to a web server.
pub(super) const HTTP: &[Entry] = &[
    Entry::part("http.request.method", "http.http_method"),
    Entry::part("http.request.referrer", "http.http_refer"),
    Entry::turned("http.response.status_code", "http.status", turn::long),
    Entry::turned("http.response.body.bytes", "http.length", turn::long),
    Entry::part("url.original", "http.url"),
    Entry::part("url.domain", "http.hostname"),
    Entry::new(
        "url.port",
        From::Call(|view, emit| match view.text("http.http_port") {
            Some(port) => {
                emit(Value::from(port));
            }
            None => url(view, emit, |url| url.port),
        }),
    )
    .turn(turn::long),
    Entry::call("url.scheme", |view, emit| url(view, emit, |url| url.scheme)),
    Entry::call("url.path", |view, emit| {
        url(view, emit, |url| Some(url.path))
    }),
    Entry::call("url.query", |view, emit| url(view, emit, |url| url.query)),
    Entry::call("url.fragment", |view, emit| {
        url(view, emit, |url| url.fragment)
    }),
    Entry::call("url.extension", |view, emit| {
        url(view, emit, |url| url.extension())
    }),
    Entry::part("user_agent.original", "http.http_user_agent"),
    Entry::part("destination.domain", "http.hostname"),
    Entry::fields("related.hosts", &["url.domain"]),
];

fn url(view: &View<'_>, emit: Emit<'_>, part: for<'u> fn(UrlParts<'u>) -> Option<&'u str>) {
    if let Some(url) = view.text("http.url")
        && let Some(part) = part(UrlParts::new(&url)).filter(|part| !part.is_empty())
    {
        emit(Value::from(part));
    }
}

/// The name that the client asked for, in an event that may have both kinds.
pub(super) const DOMAIN: &[Entry] = &[
    Entry::new(
        "destination.domain",
        From::Parts(&["tls.sni", "http.hostname"]),
    )
    .turn(tls::host),
    Entry::fields("related.hosts", &["url.domain", "destination.domain"]),
];

/// A file that was sent.
pub(super) const FILE: &[Entry] = &[
    Entry::part("file.path", "fileinfo.filename"),
    Entry::turned("file.size", "fileinfo.size", turn::long),
];

/// A rule that matched.
pub(super) const ALERT: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.category", &["network", "intrusion_detection"]),
    Entry::turned("event.severity", "alert.severity", turn::long),
    Entry::turned("message", "alert.category", turn::present),
    Entry::turned("rule.category", "alert.category", turn::present),
    Entry::turned("rule.id", "alert.signature_id", turn::text),
    Entry::turned("rule.name", "alert.signature", turn::present),
    Entry::part("file.name", "alert.metadata.filename").many(),
    Entry::new(
        "threat.tactic.id",
        From::First(&[
            "alert.metadata.mitre_attack",
            "alert.metadata.mitre_tactic_id",
        ]),
    ),
    Entry::part("threat.tactic.name", "alert.metadata.mitre_tactic_name"),
    Entry::part("threat.technique.id", "alert.metadata.mitre_technique_id"),
    Entry::part(
        "threat.technique.name",
        "alert.metadata.mitre_technique_name",
    ),
];

/// The name that the client of Remote Desktop remembers.
pub(super) const RDP: &[Entry] = &[remote::user(From::Part("rdp.cookie")).turn(turn::account)];

/// What VNC's server asked for.
pub(super) const RFB: &[Entry] = &[Entry::new(
    "gatewatch.remote.method",
    From::Part("rfb.authentication.security_type"),
)
.turn(|value, _| {
    Some(Value::from(match value.text().as_ref() {
        "1" => "anonymous".to_owned(),
        "2" => "password".to_owned(),
        "18" => "tls".to_owned(),
        "19" => "vencrypt".to_owned(),
        other => other.to_owned(),
    }))
})];
