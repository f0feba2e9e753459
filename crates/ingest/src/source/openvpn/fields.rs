//! From the parts of a line to ECS.

use crate::source::mapping::{Entry, From, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::part("host.name", "host"),
    Entry::part("process.name", "program"),
    Entry::turned("process.pid", "pid", turn::long),
    Entry::fixed("observer.product", &["OpenVPN"]),
    Entry::fixed("observer.type", &["vpn"]),
    Entry::part("event.reason", "reason"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::part("user.name", "user"),
    Entry::turned("openvpn.virtual_ip", "virtual", turn::ip),
    Entry::fields("related.ip", &["source.ip", "openvpn.virtual_ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
    remote::user(From::Part("user")),
    remote::session(From::Part("session")),
];
