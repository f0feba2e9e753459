//! Fields of event logs.

use gatewatch_event::Value;

use super::fields::members;
use crate::source::mapping::{Emit, Entry, From, View, remote, turn};

/// Fields of every event.
pub(super) const EVENT: &[Entry] = &[
    Entry::new("event.code", From::First(&["logid", "log_id"])),
    Entry::call("event.outcome", |view, emit| {
        let is = |key: &str, word: &str| view.text(key).as_deref() == Some(word);
        if is("result", "OK") {
            emit(Value::from("success"));
        } else if is("result", "ERROR") || is("status", "negotiate_error") {
            emit(Value::from("failure"));
        }
    }),
    Entry::new("source.ip", From::First(&["srcip", "locip"])).turn(turn::ip),
    Entry::new("source.port", From::First(&["srcport", "locport"])).turn(turn::long),
    Entry::turned("source.bytes", "sentbyte", turn::long),
    Entry::new("source.mac", From::First(&["srcmac", "source_mac"])),
    Entry::part("source.address", "saddr"),
    Entry::part("source.user.name", "user"),
    Entry::part("user.name", "user"),
    Entry::new("destination.ip", From::First(&["dstip", "remip"])).turn(turn::ip),
    Entry::new("destination.port", From::First(&["dstport", "remport"])).turn(turn::long),
    Entry::turned("destination.bytes", "rcvdbyte", turn::long),
    Entry::new("destination.address", From::First(&["daddr", "dst_host"])),
    Entry::part("file.name", "file"),
    Entry::turned("file.size", "filesize", turn::long),
    Entry::part("rule.id", "policyid"),
    Entry::part("rule.description", "logdesc"),
    Entry::part("error.code", "error_num"),
    Entry::new(
        "fortinet.firewall",
        From::Open(|view, emit| members(view, MAPPED, emit)),
    ),
];

/// Keys that are fields of ECS in events.
const MAPPED: &[&str] = &[
    "logid",
    "dstip",
    "remip",
    "dstport",
    "remport",
    "rcvdbyte",
    "daddr",
    "dst_host",
    "sentbyte",
    "srcip",
    "locip",
    "srcmac",
    "source_mac",
    "srcport",
    "locport",
    "user",
    "saddr",
    "file",
    "filesize",
    "policyid",
    "error_num",
    "logdesc",
    "sess_duration",
];

/// Events of the VPN.
pub(super) const VPN: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection"]),
    // Of SSL VPN the module names no source; the integration's later versions take the client for it.
    Entry::new("source.ip", From::First(&["srcip", "locip", "remip"])).turn(turn::ip),
    remote::ip(From::Part("remip")),
    remote::address(From::Part("remip")),
    remote::port(From::Part("remport")),
    Entry::new("gatewatch.remote.user", From::First(&["user", "xauthuser"])).turn(turn::account),
    Entry::turned("gatewatch.remote.session", "tunnelid", |value, _| {
        // Nobody is in yet.
        (value.text() != "0").then_some(value)
    }),
];

/// IPsec's negotiations: an access where the other end began it.
pub(super) const NEGOTIATE: &[Entry] = &[Entry::call("gatewatch.remote.outcome", |view, emit| {
    let is = |key: &str, word: &str| view.text(key).as_deref() == Some(word);
    if is("init", "local") || is("role", "initiator") || is("dir", "outbound") {
        return;
    }
    let refused =
        is("result", "ERROR") || is("status", "negotiate_error") || is("status", "failure");
    emit(Value::from(if refused { "failure" } else { "attempt" }));
})];

/// How it ended, as `status` says.
fn status(view: &View<'_>) -> Option<&'static str> {
    let status = view.text("status")?.to_ascii_lowercase();
    if status.starts_with("succ") || status == "authenticated" {
        return Some("success");
    }
    status.starts_with("fail").then_some("failure")
}

fn outcome(view: &View<'_>, emit: Emit<'_>) {
    if let Some(outcome) = status(view) {
        emit(Value::from(outcome));
    }
}

fn remote_outcome(view: &View<'_>, emit: Emit<'_>) {
    emit(Value::from(status(view).unwrap_or("unknown")));
}

/// Who came to a door of the firewall itself.
const FROM_SOURCE: &[Entry] = &[
    remote::ip(From::First(&["srcip", "_from", "userip"])),
    remote::address(From::First(&["srcip", "_from", "userip"])),
    remote::port(From::Part("srcport")),
    Entry::new("gatewatch.remote.user", From::Part("user")).turn(turn::account),
];

/// Somebody came to the administrator's door, or left by it.
pub(super) const ADMINISTRATOR: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::call("source.user.roles", |view, emit| {
        let is_one = view
            .text("msg")
            .is_some_and(|text| text.starts_with("Administrator "));
        if is_one {
            emit(Value::from("Administrator"));
        }
    }),
    Entry::new("source.ip", From::First(&["srcip", "_from", "locip"])).turn(turn::ip),
    FROM_SOURCE[0],
    FROM_SOURCE[1],
    FROM_SOURCE[2],
    FROM_SOURCE[3],
];

/// The outcome is in `status`.
pub(super) const BY_STATUS: &[Entry] = &[
    Entry::call("event.outcome", outcome),
    Entry::call("gatewatch.remote.outcome", remote_outcome),
];

/// Events of users.
pub(super) const USER: &[Entry] = &[Entry::fixed("event.category", &["authentication"])];

/// A user proved who he is, or did not. Elastic gives no outcome.
pub(super) const AUTHENTICATION: &[Entry] = &[
    Entry::call("gatewatch.remote.outcome", remote_outcome),
    FROM_SOURCE[0],
    FROM_SOURCE[1],
    FROM_SOURCE[2],
    FROM_SOURCE[3],
];

/// FortiAuthenticator's answers.
pub(super) const AUTHENTICATOR: &[Entry] = &[
    Entry::fixed("observer.product", &["FortiAuthenticator"]),
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::turned("source.ip", "userip", turn::ip),
    FROM_SOURCE[0],
    FROM_SOURCE[1],
    FROM_SOURCE[3],
];

/// The logon of somebody that an agent saw elsewhere, or that the firewall asked for.
pub(super) const LOGON: &[Entry] = &[
    Entry::fixed("event.type", &["start", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
/// The end of it.
pub(super) const LOGOFF: &[Entry] = &[
    Entry::fixed("event.type", &["end", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
