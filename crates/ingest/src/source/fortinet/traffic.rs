//! Fields of traffic and of security profiles.

use gatewatch_event::Value;

use super::fields::{first, members};
use crate::source::mapping::{Emit, End, Entry, From, View, community_id, turn};

/// Fields of both.
pub(super) const FLOW: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::call("event.outcome", |view, emit| {
        if view.has("action") {
            emit(Value::from("success"));
        }
    }),
    Entry::turned("source.bytes", "sentbyte", turn::long),
    Entry::part("source.mac", "srcmac"),
    Entry::part("source.domain", "srcdomain"),
    Entry::new("source.user.name", From::First(&["unauthuser", "user"])),
    Entry::new("user.name", From::First(&["unauthuser", "user"])),
    Entry::turned("destination.bytes", "rcvdbyte", turn::long),
    Entry::part("network.application", "app"),
    Entry::part("file.name", "filename"),
    Entry::call("network.bytes", |view, emit| {
        sum(view, ["sentbyte", "rcvdbyte"], emit);
    }),
    Entry::call("network.packets", |view, emit| {
        sum(view, ["sentpkt", "rcvdpkt"], emit);
    }),
    Entry::call("network.community_id", community),
];

/// Fields of traffic.
pub(super) const TRAFFIC: &[Entry] = &[
    Entry::part("event.code", "logid"),
    Entry::call("event.type", traffic_types),
    Entry::turned("source.ip", "srcip", turn::ip),
    Entry::turned("source.port", "srcport", turn::long),
    Entry::turned("source.packets", "sentpkt", turn::long),
    Entry::turned("source.nat.ip", "transip", turn::ip),
    Entry::turned("source.nat.port", "transport", turn::long),
    Entry::part("source.user.email", "collectedemail"),
    Entry::turned("destination.ip", "dstip", turn::ip),
    Entry::turned("destination.port", "dstport", turn::long),
    Entry::turned("destination.packets", "rcvdpkt", turn::long),
    Entry::turned("destination.nat.ip", "tranip", turn::ip),
    Entry::turned("destination.nat.port", "tranport", turn::long),
    Entry::part("destination.user.email", "dstcollectedemail"),
    Entry::part("destination.user.name", "dstunauthuser"),
    Entry::part("destination.address", "dstname"),
    Entry::part("rule.description", "comment"),
    Entry::part("rule.id", "policyid"),
    Entry::part("rule.uuid", "poluuid"),
    Entry::part("rule.ruleset", "policytype"),
    Entry::part("rule.name", "policyname"),
    Entry::turned("rule.category", "appcat", dashed),
    Entry::new(
        "fortinet.firewall",
        From::Open(|view, emit| members(view, TRAFFIC_MAPPED, emit)),
    ),
];

const TRAFFIC_MAPPED: &[&str] = &[
    "logid",
    "dstip",
    "tranip",
    "dstport",
    "tranport",
    "rcvdbyte",
    "rcvdpkt",
    "dstcollectedemail",
    "dstname",
    "dstunauthuser",
    "sentbyte",
    "srcdomain",
    "srcip",
    "srcmac",
    "srcport",
    "unauthuser",
    "user",
    "collectedemail",
    "sentpkt",
    "transip",
    "transport",
    "app",
    "filename",
    "comment",
    "policyid",
    "poluuid",
    "policytype",
    "policyname",
    "appcat",
];

/// Fields of security profiles.
pub(super) const UTM: &[Entry] = &[
    Entry::call("event.kind", |view, emit| {
        let attack = view.has("attack");
        emit(Value::from(if attack { "alert" } else { "event" }));
    }),
    Entry::new("event.code", From::First(&["errorcode", "logid"])),
    Entry::new("event.id", From::First(&["event_id", "eventid"])),
    Entry::part("event.reference", "ref"),
    Entry::call("event.type", utm_types),
    Entry::new("source.ip", From::First(&["locip", "srcip"])).turn(turn::ip),
    Entry::new(
        "source.port",
        From::First(&["locport", "src_port", "srcport"]),
    )
    .turn(turn::long),
    Entry::new("source.user.email", From::First(&["sender", "from"])),
    Entry::new("destination.ip", From::First(&["dstip", "remip"])).turn(turn::ip),
    Entry::new(
        "destination.port",
        From::First(&["dst_port", "remport", "dstport"]),
    )
    .turn(turn::long),
    Entry::part("destination.user.email", "recipient"),
    Entry::new("rule.category", From::First(&["appcat", "catdesc"])).turn(dashed),
    Entry::new("rule.ruleset", From::First(&["applist", "profile"])),
    Entry::new("rule.id", From::First(&["policy_id", "policyid"])),
    Entry::new(
        "file.name",
        From::First(&["filename", "infectedfilename", "matchedfilename"]),
    ),
    Entry::new("file.size", From::First(&["filesize", "infectedfilesize"])).turn(turn::long),
    Entry::new(
        "file.extension",
        From::First(&["filetype", "infectedfiletype", "matchedfiletype"]),
    ),
    Entry::call("dns.resolved_ip", |view, emit| {
        let list = view.text("ipaddr").unwrap_or_default();
        for ip in list.split(',').filter_map(turn::address) {
            if !emit(Value::Ip(ip)) {
                return;
            }
        }
    }),
    Entry::part("dns.question.class", "qclass"),
    Entry::part("dns.question.name", "qname"),
    Entry::part("dns.question.type", "qtype"),
    Entry::part("dns.id", "xid"),
    Entry::part("tls.server.x509.subject.common_name", "scertcname"),
    Entry::part("tls.server.issuer", "scertissuer"),
    Entry::part("tls.server.x509.issuer.common_name", "scertissuer"),
    Entry::part("tls.client.issuer", "ccertissuer"),
    Entry::part("tls.client.x509.issuer.common_name", "ccertissuer"),
    Entry::part("vulnerability.category", "dtype"),
    Entry::part("fortinet.file.hash.crc32", "filehash"),
    Entry::part("related.hash", "filehash"),
    Entry::new(
        "fortinet.firewall",
        From::Open(|view, emit| members(view, UTM_MAPPED, emit)),
    ),
];

const UTM_MAPPED: &[&str] = &[
    "logid",
    "dstip",
    "remip",
    "dst_port",
    "remport",
    "dstport",
    "rcvdbyte",
    "recipient",
    "locip",
    "locport",
    "src_port",
    "srcport",
    "sentbyte",
    "srcdomain",
    "srcip",
    "srcmac",
    "unauthuser",
    "user",
    "sender",
    "from",
    "app",
    "appcat",
    "applist",
    "errorcode",
    "event_id",
    "eventid",
    "filename",
    "filesize",
    "filetype",
    "ipaddr",
    "policy_id",
    "policyid",
    "qclass",
    "qname",
    "qtype",
    "xid",
    "scertcname",
    "scertissuer",
    "ccertissuer",
    "dtype",
    "ref",
    "filehash",
];

/// A category with dashes for dots.
fn dashed<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    Some(match value.text() {
        text if text.contains('.') => Value::from(text.replace('.', "-")),
        _ => value,
    })
}

const REFUSING: &[&str] = &["block", "blocked", "deny", "close", "server-rst"];

fn traffic_types(view: &View<'_>, emit: Emit<'_>) {
    let (action, profile) = (view.text("action"), view.text("utmaction"));
    let refused = action
        .as_deref()
        .is_some_and(|word| REFUSING.contains(&word));
    let types = [
        ("denied", refused || profile.as_deref() == Some("block")),
        (
            "allowed",
            !refused && (profile.is_none() || action.as_deref() == Some("allow")),
        ),
        ("connection", true),
        ("start", action.as_deref() == Some("start")),
        (
            "end",
            action.as_deref().is_some_and(|action| action != "start"),
        ),
        (
            "protocol",
            view.has("app") && action.as_deref() != Some("deny"),
        ),
    ];
    for (name, _) in types.into_iter().filter(|(_, holds)| *holds) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

fn utm_types(view: &View<'_>, emit: Emit<'_>) {
    let action = view.text("action").unwrap_or_default();
    let types = [
        (
            "allowed",
            matches!(&*action, "pass" | "passthrough" | "exempt"),
        ),
        (
            "denied",
            REFUSING.contains(&&*action) || action == "dropped",
        ),
        ("info", view.text("subtype").as_deref() == Some("dns")),
    ];
    for (name, _) in types.into_iter().filter(|(_, holds)| *holds) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

/// Both numbers together, where both are there.
fn sum(view: &View<'_>, keys: [&str; 2], emit: Emit<'_>) {
    let number = |key: &str| view.text(key)?.parse::<i64>().ok();
    if let (Some(one), Some(other)) = (number(keys[0]), number(keys[1]))
        && let Some(sum) = one.checked_add(other)
    {
        emit(Value::Long(sum));
    }
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    let number = |path: &str| match first(view, path) {
        Some(Value::Long(port)) => u16::try_from(port).ok(),
        _ => None,
    };
    let Some(protocol) = view.text("proto").and_then(|text| text.parse::<u8>().ok()) else {
        return;
    };
    let ports = match protocol {
        // Type and code, which FortiOS does not log: Elastic takes them for an echo reply.
        1 => Some((0, 8)),
        58 => Some((0, 0)),
        6 | 17 | 132 => number("source.port").zip(number("destination.port")),
        _ => None,
    };
    let ends = (first(view, "source.ip"), first(view, "destination.ip"));
    if let (Some((from, to)), (Some(Value::Ip(source)), Some(Value::Ip(destination)))) =
        (ports, ends)
    {
        let end = |address, port| End { address, port };
        emit(Value::from(community_id(
            protocol,
            end(source, from),
            end(destination, to),
        )));
    }
}
