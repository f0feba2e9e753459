//! Logs of text lines: syslog files, a syslog server's mixture, the logs that programs write themselves.
//!
//! A file is read line by line. The syslog header is taken off once; then each line goes to the source that owns its program
//! or knows its content ([`claim`](super::claim)), and else to Linux authentication, which takes every line with a header.
//! Lines that are nobody's are unreadable, and named.

mod carried;
mod gather;
mod head;
mod line;
mod read;

pub(crate) use carried::{Carried, Sourced, route_carried, stamp_carried};
pub(crate) use head::is_known_line;
pub use read::{TextOptions, check_bytes, read_text};
