//! From the parts of a line to ECS.

use gatewatch_event::Value;

use crate::source::mapping::{Entry, From, Header, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::header("log.syslog.priority", Header::Priority),
    Entry::part("event.timezone", "zone"),
    Entry::part("event.code", "id"),
    Entry::part("event.reason", "reason"),
    Entry::part("error.message", "error.message"),
    Entry::part("message", "message"),
    Entry::part("host.hostname", "outer"),
    Entry::part("host.name", "host"),
    Entry::fixed("observer.vendor", &["Pulse Secure"]),
    Entry::fixed("observer.product", &["Pulse Secure Connect"]),
    Entry::fixed("observer.type", &["vpn"]),
    Entry::part("observer.name", "node"),
    Entry::part("observer.hostname", "observer.hostname"),
    Entry::turned("observer.ip", "observer.ip", turn::ip),
    Entry::part("client.address", "client"),
    Entry::turned("client.ip", "client", turn::ip),
    Entry::turned("client.nat.ip", "tunnel", turn::ip),
    Entry::part("source.address", "client"),
    Entry::turned("source.ip", "client", turn::ip),
    Entry::turned("source.nat.ip", "tunnel", turn::ip),
    Entry::turned("network.type", "family", turn::lower),
    Entry::part("user.name", "user"),
    Entry::part("user.domain", "domain"),
    Entry::part("pulse_secure.realm", "realm"),
    Entry::part("pulse_secure.role", "role"),
    Entry::part("pulse_secure.session.id", "session"),
    Entry::part("pulse_secure.session.id_short", "short"),
    Entry::part("user_agent.original", "agent"),
];

/// How much went through what has come to its end, and how long it took.
pub(super) const CLOSED: &[Entry] = &[
    Entry::turned("event.duration", "seconds", turn::seconds),
    Entry::turned("pulse_secure.bandwidth.read", "bytes_read", turn::long),
    Entry::turned(
        "pulse_secure.bandwidth.written",
        "bytes_written",
        turn::long,
    ),
    Entry::turned(
        "pulse_secure.bandwidth.consumed",
        "bytes_consumed",
        turn::long,
    ),
    Entry::turned(
        "pulse_secure.web_request.bytes_sent",
        "bytes_sent",
        turn::long,
    ),
    Entry::turned(
        "pulse_secure.web_request.bytes_received",
        "bytes_received",
        turn::long,
    ),
    Entry::call("network.bytes", |view, emit| {
        let number = |part: &&str| view.text(part)?.parse::<i64>().ok();
        let numbers = [
            "bytes_read",
            "bytes_written",
            "bytes_consumed",
            "bytes_sent",
            "bytes_received",
        ];
        let sum = numbers
            .iter()
            .filter_map(number)
            .try_fold(0_i64, i64::checked_add);
        if let Some(sum) = sum.filter(|sum| *sum > 0) {
            emit(Value::Long(sum));
        }
    }),
];

/// A request through the gateway.
pub(super) const WEB: &[Entry] = &[
    Entry::part("http.request.method", "method"),
    Entry::turned("http.response.status_code", "status", turn::long),
];

/// The client that the sentence names, where the line's own is the device.
pub(super) const PEER: &[Entry] = &[
    Entry::new("client.address", From::First(&["peer", "client"])),
    Entry::new("client.ip", From::First(&["peer", "client"])).turn(turn::ip),
    Entry::new("source.address", From::First(&["peer", "client"])),
    Entry::new("source.ip", From::First(&["peer", "client"])).turn(turn::ip),
];

/// Who, from where.
pub(super) const ACCESS: &[Entry] = &[
    remote::ip(From::Part("client")),
    remote::address(From::Part("client")),
    remote::user(From::Part("user")),
    remote::session(From::First(&["session", "short"])),
    remote::host(From::Part("node")),
];

/// From where somebody came who has not said who he is: the sentence's address before the line's, which may be that of the device itself, as the
/// user is.
pub(super) const STRANGER: &[Entry] = &[
    remote::ip(From::First(&["peer", "client"])),
    remote::address(From::First(&["peer", "client"])),
    remote::user(From::Part("user")).turn(|value, _| (value.text() != "System").then_some(value)),
    remote::host(From::Part("node")),
];
