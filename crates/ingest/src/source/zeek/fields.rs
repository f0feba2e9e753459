//! From the columns of a log to ECS.

use std::net::IpAddr;

use gatewatch_event::{Timestamp, Value};

use super::logs::{self, object};
use super::tls;
use crate::format::text::UrlParts;
use crate::source::mapping::{
    Emit, End, Entry, From, View, community_id, direction, icmp_community_id, protocol_number,
    remote, turn,
};

/// Fields of every log.
pub(super) const COMMON: &[Entry] = &[
    Entry::turned("@timestamp", "ts", time),
    Entry::part("observer.hostname", "_system_name"),
    Entry::fixed("observer.product", &["Zeek"]),
    Entry::fixed("observer.type", &["sensor"]),
    Entry::part("event.id", "uid"),
    Entry::part("zeek.session_id", "uid"),
    Entry::part("source.address", "id.orig_h"),
    Entry::turned("source.ip", "id.orig_h", turn::ip),
    Entry::turned("source.port", "id.orig_p", turn::long),
    Entry::part("destination.address", "id.resp_h"),
    Entry::turned("destination.ip", "id.resp_h", turn::ip),
    Entry::turned("destination.port", "id.resp_p", turn::long),
    Entry::call("network.community_id", community),
    Entry::call("network.direction", |view, emit| {
        if let Some((source, destination)) = ends(view) {
            emit(Value::from(direction(source, destination)));
        }
    }),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
];

/// Seconds since 1970 or ISO 8601, as the log was set up to write; milliseconds are kept.
pub(super) fn time<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    if value.as_str().is_some_and(|text| text.contains('T')) {
        return turn::iso(value, view);
    }
    let Value::Date(time) = turn::epoch(value, view)? else {
        return None;
    };
    let millis = time.nanos().div_euclid(1_000_000);
    Some(Value::Date(Timestamp::from_millis(millis)))
}

fn address(view: &View<'_>, path: &str) -> Option<IpAddr> {
    let mut found = None;
    view.field(path, &mut |value| {
        if let Value::Ip(address) = value {
            found = Some(address);
        }
        false
    });
    found
}

/// Both ends.
fn ends(view: &View<'_>) -> Option<(IpAddr, IpAddr)> {
    Some((
        address(view, "source.ip")?,
        address(view, "destination.ip")?,
    ))
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    let mut protocol = None;
    view.field("network.transport", &mut |value| {
        protocol = protocol_number(&value.text());
        false
    });
    let ports = || {
        let port = |column| view.text(column)?.parse::<u16>().ok();
        Some((port("id.orig_p")?, port("id.resp_p")?))
    };
    let (Some(protocol), Some((source, destination)), Some((from, to))) =
        (protocol, ends(view), ports())
    else {
        return;
    };
    let id = if protocol == 1 {
        // The columns of the ports hold type and code then.
        let (Ok(kind), Ok(code)) = (u8::try_from(from), u8::try_from(to)) else {
            return;
        };
        icmp_community_id(source, destination, kind, code)
    } else {
        let end = |address, port| End { address, port };
        community_id(protocol, end(source, from), end(destination, to))
    };
    emit(Value::from(id));
}

/// Who is at the door, and which machine keeps it.
pub(super) const AT_THE_DOOR: &[Entry] = &[
    remote::ip(From::Part("id.orig_h")),
    remote::port(From::Part("id.orig_p")),
    remote::address(From::Part("id.orig_h")),
    remote::session(From::Part("uid")),
    remote::host(From::Part("id.resp_h")),
];

/// Connections.
pub(super) const CONN: &[Entry] = &[
    Entry::call("source.port", |view, emit| port(view, "id.orig_p", emit)),
    Entry::call("destination.port", |view, emit| {
        port(view, "id.resp_p", emit)
    }),
    Entry::part("source.mac", "orig_l2_addr"),
    Entry::part("destination.mac", "resp_l2_addr"),
    Entry::turned("source.bytes", "orig_ip_bytes", turn::long),
    Entry::turned("source.packets", "orig_pkts", turn::long),
    Entry::turned("destination.bytes", "resp_ip_bytes", turn::long),
    Entry::turned("destination.packets", "resp_pkts", turn::long),
    Entry::call("network.bytes", |view, emit| {
        sum(view, ["orig_ip_bytes", "resp_ip_bytes"], emit);
    }),
    Entry::call("network.packets", |view, emit| {
        sum(view, ["orig_pkts", "resp_pkts"], emit);
    }),
    Entry::part("network.transport", "proto"),
    Entry::part("network.protocol", "service"),
    Entry::turned("event.duration", "duration", turn::seconds),
    Entry::call("network.direction", |view, emit| {
        let flag = |column| {
            let text = view.text(column)?;
            match text.as_ref() {
                "T" | "true" => Some(true),
                "F" | "false" => Some(false),
                _ => None,
            }
        };
        let told = match (flag("local_orig"), flag("local_resp")) {
            (Some(true), Some(true)) => Some("internal"),
            (Some(true), Some(false)) => Some("outbound"),
            (Some(false), Some(true)) => Some("inbound"),
            (Some(false), Some(false)) => Some("external"),
            _ => ends(view).map(|(source, destination)| direction(source, destination)),
        };
        if let Some(told) = told {
            emit(Value::from(told));
        }
    }),
    Entry::new(
        "zeek.connection",
        From::Object(|view| object(view, &logs::CONN)),
    ),
];

/// ICMP has types and codes where others have ports.
fn port(view: &View<'_>, column: &str, emit: Emit<'_>) {
    if view.text("proto").as_deref() != Some("icmp")
        && let Some(port) = view.text(column).and_then(|text| text.parse::<i64>().ok())
    {
        emit(Value::Long(port));
    }
}

fn sum(view: &View<'_>, columns: [&str; 2], emit: Emit<'_>) {
    let number = |column| view.text(column)?.parse::<i64>().ok();
    if let (Some(one), Some(other)) = (number(columns[0]), number(columns[1]))
        && let Some(sum) = one.checked_add(other)
    {
        emit(Value::Long(sum));
    }
}

/// A protocol over TCP.
macro_rules! over_tcp {
    ($protocol:literal) => {
        &[
            $crate::source::mapping::Entry::fixed("network.transport", &["tcp"]),
            $crate::source::mapping::Entry::fixed("network.protocol", &[$protocol]),
        ]
    };
}

pub(super) const SSH: &[Entry] = &[Entry::new(
    "zeek.ssh",
    From::Object(|view| object(view, &logs::SSH)),
)];
pub(super) const SSH_PROTOCOL: &[Entry] = over_tcp!("ssh");

pub(super) const RDP: &[Entry] = &[
    Entry::turned("tls.established", "ssl", turn::flag),
    // The cookie is the name that the client's program remembers, cut to nine characters by Microsoft's.
    remote::user(From::Part("cookie")).turn(turn::account),
    Entry::new("zeek.rdp", From::Object(|view| object(view, &logs::RDP))),
];
pub(super) const RDP_PROTOCOL: &[Entry] = over_tcp!("rdp");

pub(super) const RFB: &[Entry] = &[
    remote::method(From::Part("authentication_method")).turn(|value, _| {
        Some(Value::from(match value.text().as_ref() {
            "VNC" => "password".to_owned(),
            "None" => "anonymous".to_owned(),
            "" => return None,
            other => other.to_lowercase(),
        }))
    }),
    Entry::new("zeek.rfb", From::Object(|view| object(view, &logs::RFB))),
];
pub(super) const RFB_PROTOCOL: &[Entry] = over_tcp!("rfb");

pub(super) const SSL: &[Entry] = &[
    Entry::fixed("network.transport", &["tcp"]),
    Entry::new("zeek.ssl", From::Object(|view| object(view, &logs::SSL))),
];
pub(super) const HANDSHAKE: &[Entry] = tls::HANDSHAKE;
pub(super) const CERTIFICATES: &[Entry] = tls::CERTIFICATES;
pub(super) const TICKETS: &[Entry] = tls::TICKETS;

pub(super) const HTTP: &[Entry] = &[
    Entry::turned("event.action", "method", turn::lower),
    Entry::part("http.request.method", "method"),
    Entry::part("http.request.referrer", "referrer"),
    Entry::turned("http.request.body.bytes", "request_body_len", turn::long),
    Entry::turned("http.response.status_code", "status_code", turn::long),
    Entry::turned("http.response.body.bytes", "response_body_len", turn::long),
    Entry::part("http.version", "version"),
    Entry::part("url.original", "uri"),
    Entry::part("url.domain", "host"),
    Entry::turned("url.port", "id.resp_p", turn::long),
    Entry::call("url.path", |view, emit| {
        url(view, emit, |url| Some(url.path))
    }),
    Entry::call("url.query", |view, emit| url(view, emit, |url| url.query)),
    Entry::call("url.extension", |view, emit| {
        url(view, emit, |url| url.extension())
    }),
    Entry::part("url.username", "username"),
    Entry::part("user.name", "username"),
    Entry::fields("related.user", &["user.name"]),
    Entry::part("user_agent.original", "user_agent"),
    Entry::new("zeek.http", From::Object(|view| object(view, &logs::HTTP))),
];
pub(super) const HTTP_PROTOCOL: &[Entry] = over_tcp!("http");

fn url(view: &View<'_>, emit: Emit<'_>, part: for<'u> fn(UrlParts<'u>) -> Option<&'u str>) {
    if let Some(uri) = view.text("uri")
        && let Some(part) = part(UrlParts::new(&uri)).filter(|part| !part.is_empty())
    {
        emit(Value::from(part));
    }
}

pub(super) const SOCKS: &[Entry] = &[
    Entry::part("user.name", "user"),
    Entry::fields("related.user", &["user.name"]),
    Entry::new(
        "zeek.socks",
        From::Object(|view| object(view, &logs::SOCKS)),
    ),
];
pub(super) const SOCKS_PROTOCOL: &[Entry] = over_tcp!("socks");

pub(super) const TUNNEL: &[Entry] = &[
    Entry::part("event.action", "action"),
    Entry::new(
        "zeek.tunnel",
        From::Object(|view| object(view, &logs::TUNNEL)),
    ),
];

pub(super) const NOTICE: &[Entry] = &[
    Entry::new("source.address", From::First(&["id.orig_h", "src"])),
    Entry::new("source.ip", From::First(&["id.orig_h", "src"])).turn(turn::ip),
    Entry::new("destination.address", From::First(&["id.resp_h", "dst"])),
    Entry::new("destination.ip", From::First(&["id.resp_h", "dst"])).turn(turn::ip),
    Entry::new("destination.port", From::First(&["id.resp_p", "p"])).turn(turn::long),
    Entry::part("network.transport", "proto"),
    Entry::part("rule.name", "note"),
    Entry::part("rule.description", "msg"),
    Entry::turned("file.size", "f.total_bytes", turn::long),
    Entry::part("file.mime_type", "file_mime_type"),
    Entry::new(
        "zeek.notice",
        From::Object(|view| object(view, &logs::NOTICE)),
    ),
];

pub(super) const NTLM: &[Entry] = &[
    Entry::part("user.name", "username"),
    Entry::part("user.domain", "domainname"),
    Entry::fields("related.user", &["user.name"]),
    remote::user(From::Part("username")),
    Entry::fixed("gatewatch.remote.method", &["ntlm"]),
    Entry::new("zeek.ntlm", From::Object(|view| object(view, &logs::NTLM))),
];
pub(super) const NTLM_PROTOCOL: &[Entry] = over_tcp!("ntlm");

pub(super) const KERBEROS: &[Entry] = &[
    Entry::part("client.address", "id.orig_h"),
    Entry::part("server.address", "id.resp_h"),
    Entry::part("event.action", "request_type"),
    Entry::call("user.name", |view, emit| {
        if let Some(client) = view.text("client")
            && let Some((name, _)) = client.split_once('/')
        {
            emit(Value::from(name));
        }
    }),
    Entry::call("user.domain", |view, emit| {
        if let Some(client) = view.text("client")
            && let Some((_, realm)) = client.split_once('/')
        {
            emit(Value::from(realm));
        }
    }),
    Entry::fields("related.user", &["user.name"]),
    Entry::new(
        "zeek.kerberos",
        From::Object(|view| object(view, &logs::KERBEROS)),
    ),
];
pub(super) const KERBEROS_PROTOCOL: &[Entry] = over_tcp!("kerberos");
