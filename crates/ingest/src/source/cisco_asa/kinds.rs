//! The kinds of messages, by number.

use gatewatch_event::Value;

use super::fields::{CONNECTION, ENDED, FLOW};
use super::groups::*;
use super::security::{BEGAN, FILE_EVENT, FILE_SEEN, FINISHED, INTRUSION, MALWARE, SECURITY};
use crate::source::mapping::{Entry, Kind, find_kind, kinds, turn, user_agent};

/// What a rule of the device did is in the text.
const VERDICT: &[Entry] = &[Entry::call("event.type", |view, emit| {
    let types: &[&'static str] = match view.text("verdict").as_deref() {
        Some("permitted" | "est-allowed") => &["connection", "allowed"],
        _ => &["connection", "denied"],
    };
    let _ = types.iter().all(|one| emit(Value::from(*one)));
})];
const THREAT: &[Entry] = &[
    Entry::part("cisco.asa.rule_name", "list"),
    Entry::part("cisco.asa.threat_level", "threat.level"),
    Entry::part("cisco.asa.threat_category", "threat.category"),
    Entry::turned("destination.domain", "threat.name", name_only),
    Entry::turned("server.domain", "threat.name", name_only),
];
const MONITORED: &[Entry] = &[
    Entry::fixed("event.category", &["network", "intrusion_detection"]),
    Entry::fixed("event.outcome", &["success"]),
];
const URL: &[Entry] = &[
    Entry::part("url.original", "url"),
    Entry::part("url.scheme", "url.scheme"),
    Entry::part("url.domain", "url.domain"),
    Entry::turned("url.port", "url.port", turn::long),
    Entry::part("url.path", "url.path"),
    Entry::part("url.query", "url.query"),
    Entry::part("url.extension", "url.extension"),
];
/// The page may stand in quotes.
const PAGE: &[Entry] = &[Entry::turned("url.original", "url", |value, _| {
    Some(Value::from(value.text().trim_matches('"').to_owned()))
})];
/// What the session of a client that speaks IKE was given.
const IKE_SESSION: &[Entry] = &[
    Entry::turned("source.user.email", "user", |value, _| {
        value.text().contains('@').then_some(value)
    }),
    Entry::part("cisco.asa.group_policy", "policy"),
    Entry::part("cisco.asa.assigned_ip", "assigned"),
];
const INTERFACE: &[Entry] = &[
    Entry::part("cisco.asa.source_interface", "if.src"),
    Entry::part("observer.ingress.interface.name", "if.src"),
];
const TRANSFER: &[Entry] = &[
    Entry::fixed("network.protocol", &["ftp"]),
    Entry::part("client.user.name", "user.client"),
    Entry::part("file.path", "file"),
];
const SFR_DROP: &[Entry] = &[
    Entry::fixed("event.action", &["drop"]),
    Entry::nothing("event.category"),
    Entry::nothing("event.type"),
];
const SFR_ACTION: &[Entry] = &[
    Entry::part("event.action", "verdict"),
    Entry::nothing("event.category"),
    Entry::nothing("event.type"),
];
const SFR_BYPASS: &[Entry] = &[
    Entry::fixed("event.action", &["bypass"]),
    Entry::fixed("event.type", &["info", "change"]),
];
const IPSEC: &[Entry] = &[
    Entry::part("event.action", "verdict"),
    Entry::part("cisco.asa.tunnel_type", "tunnel"),
    Entry::fixed("network.type", &["ipsec"]),
    Entry::part("user.name", "user.own"),
    Entry::fields("related.user", &["user.name"]),
];
const IPSEC_MADE: &[Entry] = &[
    Entry::nothing("event.category"),
    Entry::nothing("event.type"),
];
const IPSEC_GONE: &[Entry] = &[Entry::fixed("event.type", &["info", "deletion", "user"])];
const CLOSED: &[Entry] = &[
    Entry::part("destination.address", "client"),
    Entry::turned("destination.ip", "client", turn::ip),
    Entry::turned("source.bytes", "xmt", turn::long),
    Entry::turned("destination.bytes", "rcv", turn::long),
    Entry::turned("event.reason", "reason", |value, _| {
        Some(match value.as_str() {
            Some("User Request") => Value::from("User Requested"),
            _ => value,
        })
    }),
];
const STARTED: &[Entry] = &[
    Entry::fixed("event.action", &["connection-started"]),
    Entry::fixed("event.type", &["start", "connection"]),
];
const IKE_ERROR: &[Entry] = &[Entry::turned("event.reason", "reason", |value, _| {
    Some(Value::from(value.text().replace("ERROR: ", "")))
})];
const EVENT_ID: &[Entry] = &[Entry::part("event.id", "id")];
const BURST: &[Entry] = &[
    Entry::turned("cisco.asa.burst.object", "burst.object", turn::trimmed),
    Entry::part("cisco.asa.burst.id", "burst.id"),
    Entry::part("cisco.asa.burst.current_rate", "burst.current"),
    Entry::part("cisco.asa.burst.configured_rate", "burst.configured"),
    Entry::part("cisco.asa.burst.avg_rate", "burst.average"),
    Entry::part(
        "cisco.asa.burst.configured_avg_rate",
        "burst.configured_average",
    ),
    Entry::part("cisco.asa.burst.cumulative_count", "burst.count"),
];
const DAP: &[Entry] = &[
    Entry::part("user.email", "mail"),
    Entry::part("cisco.asa.connection_type", "connection"),
    Entry::call("cisco.asa.dap_records", |view, emit| {
        if let Some(records) = view.text("dap") {
            let _ = records.split(", ").all(|record| emit(Value::from(record)));
        }
    })
    .many(),
];

/// A name that is neither an address nor a block of them.
fn name_only<'v>(value: Value<'v>, view: &crate::source::mapping::View<'_>) -> Option<Value<'v>> {
    let is_block = value.text().contains('/');
    turn::domain(value, view).filter(|_| !is_block)
}

kinds! {
    /// Messages with a mapping of their own.
    static CODES by "event.code" {
        "106001" => [FLOW, DENIED],
        "106002" => [FLOW, DENIED],
        "106006" => [FLOW, DENIED],
        "106007" => [FLOW, DENIED],
        "106010" => [FLOW, DENIED],
        "106012" => [FLOW, DENIED],
        "106013" => [FLOW, DENIED],
        "106014" => [FLOW, DENIED],
        "106015" => [FLOW, DENIED],
        "106016" => [FLOW, DENIED],
        "106017" => [FLOW, DENIED],
        "106018" => [FLOW, ICMP, DENIED],
        "106020" => [FLOW, DENIED],
        "106021" => [FLOW, DENIED],
        "106022" => [FLOW, DENIED],
        "106023" => [FLOW, RULE, DENIED],
        "106100" => [FLOW, RULE, VERDICT, SUCCEEDED],
        "106102" => [FLOW, RULE, VERDICT, SUCCEEDED],
        "106103" => [FLOW, RULE, VERDICT, SUCCEEDED],
        "109005" => [DEVICE, CAME_IN],
        "109006" => [DEVICE, REFUSED],
        "110002" => [FLOW, REASON, DROPPED],
        "111004" => [ADMINISTRATOR, SUCCEEDED],
        "111009" => [ADMINISTRATOR],
        "111010" => [ADMINISTRATOR],
        "113004" => [SESSION, AAA, AAA_TYPE, LOGGED_IN, VPN, CAME_IN, BY_PASSWORD],
        "113005" => [SESSION, AAA, LOGON_FAILED, VPN, REFUSED, BY_PASSWORD],
        "113006" => [VPN, REFUSED],
        "113008" => [SESSION, VPN],
        "113009" => [SESSION, VPN],
        "113012" => [SESSION, LOGGED_IN, VPN, CAME_IN, BY_PASSWORD],
        "113015" => [SESSION, AAA, LOGON_FAILED, VPN, REFUSED, BY_PASSWORD],
        "113019" => [SESSION, CLOSED_TIMES, CLOSED, CLIENT_DISCONNECTED, VPN, LEFT],
        "113021" => [SESSION, LOGON_FAILED, DEVICE, REFUSED],
        "113029" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113030" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113031" => [SESSION, CLIENT_ERROR, VPN],
        "113032" => [SESSION, CLIENT_ERROR, VPN],
        "113033" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113034" => [SESSION, CLIENT_ERROR, VPN],
        "113035" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113036" => [SESSION, CLIENT_ERROR, VPN],
        "113037" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113038" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "113039" => [SESSION, CLIENT_CONNECTED, VPN, CAME_IN],
        "113040" => [SESSION, CLIENT_ERROR, VPN, REFUSED],
        "302013" => [FLOW, CONNECTION],
        "302014" => [FLOW, CONNECTION, ENDED, FLOW_END],
        "302015" => [FLOW, CONNECTION],
        "302016" => [FLOW, CONNECTION, ENDED, FLOW_END],
        "302020" => [FLOW, MAPPED, ICMP, FLOW_START],
        "302021" => [FLOW, MAPPED, ICMP, FLOW_END],
        "302022" => [FLOW],
        "302023" => [FLOW, ENDED],
        "302303" => [FLOW, CONNECTION],
        "302304" => [FLOW, CONNECTION, ENDED, FLOW_END],
        "303002" => [FLOW, TRANSFER],
        "304001" => [FLOW, URL, ALLOWED],
        "304002" => [FLOW, URL, DENIED],
        "305011" => [FLOW],
        "305012" => [FLOW, ENDED, FLOW_END],
        "313001" => [FLOW, ICMP, DENIED],
        "313004" => [FLOW, ICMP, DENIED],
        "313005" => [FLOW, ICMP],
        "313008" => [FLOW, ICMP, DENIED],
        "313009" => [FLOW, CONNECTION, ICMP, DENIED],
        "315011" => [SESSION, INTERFACE, DEVICE],
        "338001" => [FLOW, CONNECTION, THREAT, MONITORED],
        "338002" => [FLOW, CONNECTION, THREAT, ALLOWED],
        "338003" => [FLOW, CONNECTION, THREAT, MONITORED],
        "338004" => [FLOW, CONNECTION, THREAT, MONITORED],
        "338005" => [FLOW, CONNECTION, THREAT, DROPPED],
        "338006" => [FLOW, CONNECTION, THREAT, DROPPED],
        "338007" => [FLOW, CONNECTION, THREAT, DROPPED],
        "338008" => [FLOW, CONNECTION, THREAT, DROPPED],
        "338101" => [FLOW, CONNECTION, THREAT, ALLOWED],
        "338102" => [FLOW, CONNECTION, THREAT, ALLOWED],
        "338103" => [FLOW, CONNECTION, THREAT, ALLOWED],
        "338104" => [FLOW, CONNECTION, THREAT, ALLOWED],
        "338201" => [FLOW, CONNECTION, THREAT, MONITORED],
        "338202" => [FLOW, CONNECTION, THREAT, MONITORED],
        "338203" => [FLOW, CONNECTION, THREAT, DROPPED],
        "338204" => [FLOW, CONNECTION, THREAT, DROPPED],
        "419002" => [FLOW, REASON],
        "430001" => [FLOW, ICMP, SECURITY, INTRUSION, user_agent::FIELDS],
        "430002" => [FLOW, ICMP, SECURITY, BEGAN, user_agent::FIELDS],
        "430003" => [FLOW, ICMP, ENDED, SECURITY, FINISHED, user_agent::FIELDS],
        "430004" => [FLOW, SECURITY, FILE_SEEN, FILE_EVENT, user_agent::FIELDS],
        "430005" => [FLOW, SECURITY, FILE_SEEN, MALWARE, user_agent::FIELDS],
        "434001" => [FLOW, SFR_DROP, UNKNOWN],
        "434002" => [FLOW, SFR_DROP, UNKNOWN],
        "434003" => [FLOW, SFR_ACTION, UNKNOWN],
        "434004" => [FLOW, SFR_BYPASS, UNKNOWN],
        "502103" => [ADMINISTRATOR],
        "507003" => [FLOW],
        "602303" => [FLOW, IPSEC, SUCCEEDED, IPSEC_MADE],
        "602304" => [FLOW, IPSEC, SUCCEEDED, IPSEC_GONE],
        "605004" => [FLOW, LOGON_FAILED, DEVICE, REFUSED],
        "605005" => [FLOW, ALLOWED, DEVICE, CAME_IN],
        "609001" => [FLOW, FLOW_END],
        "609002" => [FLOW, ENDED, FLOW_END],
        "611101" => [ADMINISTRATOR, LOGGED_IN, DEVICE, CAME_IN],
        "611102" => [ADMINISTRATOR, LOGON_FAILED, DEVICE, REFUSED],
        "611103" => [ADMINISTRATOR, DEVICE, LEFT],
        "710002" => [FLOW, ALLOWED],
        "710003" => [FLOW, DENIED],
        "710005" => [FLOW, DROPPED],
        "713049" => [FLOW, PEER, VPN],
        "713119" => [FLOW, PEER, VPN],
        "713120" => [FLOW, PEER, REASON, EVENT_ID, SUCCEEDED, VPN],
        "713167" => [VPN, REFUSED, BY_PASSWORD],
        "713202" => [FLOW, PEER, REASON, VPN],
        "713228" => [FLOW, PEER, VPN, CAME_IN],
        "713901" => [FLOW, PEER, REASON, ERROR, FAILED, VPN],
        "713902" => [FLOW, PEER, REASON, ERROR, FAILED, VPN],
        "713903" => [FAILED],
        "713904" => [FLOW, PEER, REASON, ERROR, FAILED, VPN],
        "713905" => [FLOW, PEER, REASON, ERROR, FAILED, VPN],
        "716001" => [SESSION, VPN, CAME_IN],
        "716002" => [SESSION, VPN, LEFT],
        "716003" => [SESSION, PAGE, VPN],
        "716004" => [SESSION, PAGE, VPN],
        "716038" => [SESSION, VPN, CAME_IN, BY_PASSWORD],
        "716039" => [SESSION, LOGON_FAILED, VPN, REFUSED, BY_PASSWORD],
        "716058" => [SESSION, VPN],
        "716059" => [SESSION, VPN],
        "721016" => [SESSION, VPN],
        "721018" => [SESSION, VPN],
        "722011" => [SESSION, VPN],
        "722022" => [SESSION, VPN, CAME_IN],
        "722023" => [SESSION, VPN, LEFT],
        "722028" => [SESSION, VPN],
        "722032" => [SESSION, VPN],
        "722033" => [SESSION, TUNNEL, VPN],
        "722034" => [SESSION, TUNNEL, VPN],
        "722037" => [SESSION, VPN, LEFT],
        "722041" => [SESSION, VPN],
        "722051" => [SESSION, VPN, CAME_IN],
        "722055" => [SESSION, VPN],
        "725001" => [FLOW, VPN, AT_THE_DOOR],
        "725002" => [FLOW, VPN, AT_THE_DOOR],
        "725003" => [FLOW, VPN, AT_THE_DOOR],
        "725006" => [FLOW, VPN, REFUSED],
        "725007" => [FLOW, VPN],
        "725016" => [FLOW, VPN],
        "733100" => [BURST],
        "734001" => [SESSION, DAP, LOGGED_IN, VPN, CAME_IN],
        "750002" => [FLOW, PEER, REASON, STARTED, VPN, AT_THE_DOOR],
        "750003" => [FLOW, PEER, IKE_ERROR, ERROR, VPN, REFUSED],
        "750006" => [VPN, CAME_IN],
        "750007" => [VPN, LEFT],
        "751025" => [FLOW, IKE_SESSION, VPN, CAME_IN],
        "805001" => [FLOW, CONNECTION],
        "805002" => [FLOW, CONNECTION],
    }
}

/// How long a session lasted.
const CLOSED_TIMES: &[Entry] = ENDED;

/// A message without a mapping of its own.
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of the message with this number.
pub(super) fn kind(code: &str) -> &'static Kind {
    find_kind(&CODES, code).unwrap_or(&OTHER)
}
