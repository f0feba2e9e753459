//! From the parts of a line to ECS.

use crate::source::mapping::{Entry, From, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::fixed("observer.product", &["AnyDesk"]),
    Entry::turned("process.pid", "pid", turn::long),
    Entry::turned("process.thread.id", "thread", turn::long),
    Entry::part("log.level", "level"),
    Entry::part("log.logger", "module"),
    Entry::part("anydesk.process", "process"),
    Entry::part("anydesk.partner.id", "partner"),
    Entry::part("anydesk.partner.name", "name"),
    Entry::part("anydesk.partner.fingerprint", "fingerprint"),
    remote::user(From::Part("partner")),
    remote::method(From::Part("method")),
];

/// Where the other end is, as AnyDesk's servers see it.
pub(super) const ADDRESS: &[Entry] = &[
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::part("anydesk.relay", "relay"),
    Entry::fields("related.ip", &["source.ip"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
];

/// This machine's own address, as AnyDesk's servers see it: not that of anybody who comes in.
pub(super) const OWN_ADDRESS: &[Entry] = &[
    Entry::turned("host.ip", "ip", turn::ip).many(),
    Entry::fields("related.ip", &["host.ip"]),
];
