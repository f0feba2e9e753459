//! From the parts of a line to ECS.

use crate::source::mapping::{Entry, From, Header, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::turned("log.level", "level", turn::lower),
    Entry::header("host.name", Header::Host),
    Entry::header("process.name", Header::Program),
    Entry::header("process.pid", Header::Pid),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::part("source.address", "ip"),
    Entry::turned("source.port", "port", turn::port),
    Entry::turned("user.name", "user", turn::account),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
    remote::user(From::Part("user")).turn(turn::account),
    remote::session(From::Part("session")),
];
