//! Fields of the log `Event`.

use crate::source::mapping::{Entry, From, remote, turn};

/// Fields of every event.
pub(super) const EVENT: &[Entry] = &[
    Entry::new("source.ip", From::First(&["src_ip", "remoteinterfaceip"])).turn(turn::ip),
    Entry::new(
        "destination.ip",
        From::First(&["dst_ip", "localinterfaceip"]),
    )
    .turn(turn::ip),
    Entry::new("source.user.name", From::First(&["name", "user_name"])),
];

/// A user proved who he is, or did not.
pub(super) const AUTHENTICATION: &[Entry] =
    &[Entry::new("user.name", From::First(&["name", "user_name"]))];

/// Who came to a door: the name that was given there, which `name` may say otherwise.
pub(super) const BY_SOURCE: &[Entry] = &[
    remote::ip(From::Part("src_ip")),
    remote::address(From::Part("src_ip")),
    Entry::new("gatewatch.remote.user", From::First(&["user_name", "name"])).turn(turn::account),
    remote::method(From::Part("auth_mechanism")),
];

/// The other end of a tunnel. `ipaddress` is the address that it was given inside.
pub(super) const BY_TUNNEL: &[Entry] = &[
    remote::ip(From::First(&["remote_ip", "remoteinterfaceip"])),
    remote::address(From::First(&["remote_ip", "remoteinterfaceip"])),
    Entry::new("gatewatch.remote.user", From::Part("user_name")).turn(turn::account),
    remote::session(From::First(&["sessionid", "connectionname"])),
];

/// New definitions of viruses.
pub(super) const UPDATE: &[Entry] = &[
    Entry::fixed("event.category", &["host", "malware"]),
    Entry::fixed("event.type", &["info"]),
];
