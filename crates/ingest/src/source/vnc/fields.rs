//! From the parts of a line to ECS.

use crate::source::mapping::{Entry, From, Header, remote, turn};

/// Fields of every line. An address of zeros stands for none: a known fault of some versions.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::header("host.name", Header::Host),
    Entry::header("process.name", Header::Program),
    Entry::header("process.pid", Header::Pid),
    Entry::turned("source.ip", "ip", turn::set_ip),
    Entry::part("source.address", "ip"),
    Entry::turned("source.port", "port", turn::port),
    Entry::turned("user.name", "user", turn::account),
    Entry::part("event.reason", "reason"),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    Entry::part("gatewatch.remote.product", "product"),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
    remote::user(From::Part("user")).turn(turn::account),
    remote::method(From::Part("method")),
    remote::session(From::Part("session")),
];
