//! The access record of logins.

use crate::source::mapping::{Entry, From, remote, turn};

const IP: Entry = remote::ip(From::Part("src_ip"));
const ADDRESS: Entry = remote::address(From::Part("src_ip"));
const PORT: Entry = remote::port(From::Part("src_port"));
const USER: Entry = Entry::new("gatewatch.remote.user", From::Part("usr")).turn(turn::account);

/// Somebody came in.
pub(super) const SUCCESS: &[Entry] = &[remote::SUCCESS, IP, ADDRESS, PORT, USER];
/// Somebody was turned away.
pub(super) const FAILURE: &[Entry] = &[remote::FAILURE, IP, ADDRESS, PORT, USER];
/// Somebody left.
pub(super) const END: &[Entry] = &[remote::END, IP, ADDRESS, PORT, USER];
