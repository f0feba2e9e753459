//! From the parts of a line to ECS.

use gatewatch_event::Value;

use crate::source::mapping::{Entry, From, Header, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::turned("log.level", "level", turn::lower),
    Entry::part("log.logger", "logger"),
    Entry::part("process.thread.name", "thread"),
    Entry::header("host.name", Header::Host),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::part("source.address", "ip"),
    Entry::turned("user.name", "user", turn::account),
    Entry::part("event.reason", "reason"),
    Entry::turned(
        "event.duration",
        "milliseconds",
        |value, view| match turn::long(value, view)? {
            Value::Long(milliseconds) => milliseconds.checked_mul(1_000_000).map(Value::Long),
            _ => None,
        },
    ),
    Entry::part("guacamole.connection", "connection"),
    Entry::turned("related.ip", "addresses", turn::ip),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("ip")),
    remote::address(From::Part("ip")),
    remote::user(From::Part("user")).turn(turn::account),
    Entry::turned("gatewatch.remote.ambiguous", "ambiguous", turn::flag),
];
