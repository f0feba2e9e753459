//! From the parts of a line to ECS.

use crate::source::mapping::{Entry, From, Header, remote, turn, user_agent};

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
    user_agent::NAME,
    user_agent::VERSION,
    user_agent::DEVICE,
    user_agent::SYSTEM,
    user_agent::SYSTEM_VERSION,
    user_agent::SYSTEM_FULL,
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
