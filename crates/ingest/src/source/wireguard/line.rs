//! The forms of a line, and its parts.

use crate::format::syslog::{Stamp, kernel_time};
use crate::format::time;
use crate::source::mapping::{Parts, Record, turn};

/// A message.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    level: Option<&'a str>,
    interface: &'a str,
    /// The line's own time: that of wireguard-go, or of `dmesg -T`.
    time: Option<Stamp>,
    text: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        Self::kernel(record).or_else(|| Self::user_space(record))
    }

    /// `wireguard: wg0: TEXT`, perhaps behind the time since the machine's start.
    fn kernel(record: &Record<'a>) -> Option<Self> {
        // Where the kernel is not named, the header's reader takes `wireguard` for the program.
        if record.program() == Some("wireguard") {
            return Self::of_interface(record.message(), None);
        }
        let message = record.message();
        let (time, text) = kernel_time(message).unwrap_or((None, message));
        Self::of_interface(text.strip_prefix("wireguard: ")?, time)
    }

    fn of_interface(text: &'a str, time: Option<Stamp>) -> Option<Self> {
        let (interface, text) = text.split_once(": ")?;
        let is_name = (1..=15).contains(&interface.len()) && !interface.contains(' ');
        is_name.then_some(Self {
            level: None,
            interface,
            time,
            text,
        })
    }

    /// `DEBUG: (wg0) 2026/01/02 03:04:05 TEXT`.
    fn user_space(record: &Record<'a>) -> Option<Self> {
        // In a syslog message the level may have been taken for the program.
        let raw = record.raw;
        let (level, rest) = ["DEBUG", "ERROR", "INFO"].iter().find_map(|level| {
            let rest = raw.strip_prefix(level)?.strip_prefix(": (")?;
            Some((&raw[..level.len()], rest))
        })?;
        let (interface, rest) = rest.split_once(") ")?;
        let (time, text) = (rest.get(..19)?, rest.get(19..)?.strip_prefix(' ')?);
        let time = time::fixed("YYYY/MM/DD hh:mm:ss", time)?;
        Some(Self {
            level: Some(level),
            interface,
            time: Some(time),
            text,
        })
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.time
    }

    /// What happened, without the peer that wireguard-go puts in front.
    pub(super) fn what(&self) -> &'a str {
        match self.text.strip_prefix("peer(") {
            Some(rest) => rest.split_once(") - ").map_or(self.text, |(_, text)| text),
            None => self.text,
        }
    }

    /// Names the parts.
    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push("message", self.text);
        parts.push("interface", self.interface);
        parts.push_some("level", self.level);
        let peer = self
            .text
            .split_once("peer(")
            .and_then(|(_, rest)| rest.split(')').next());
        if let Some(peer) = peer {
            parts.push("peer", peer);
        }
        let text = self.what();
        if let Some((inner, _)) = text
            .strip_prefix("Packet has unallowed src IP (")
            .and_then(|rest| rest.split_once(')'))
        {
            parts.push("inner", inner);
        }
        // `from peer 1 (ADDRESS:PORT)`, `from ADDRESS:PORT`, to a peer likewise.
        let address = match text.rsplit_once(" peer ") {
            Some((_, rest)) => {
                let (number, rest) = rest.split_once(" (").unwrap_or((rest, ""));
                if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
                    parts.push("peer", number);
                }
                rest.split(')').next()
            }
            None => text.rsplit_once(" from ").map(|(_, address)| address),
        };
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return;
        };
        let (ip, port) = turn::split_port(address.trim());
        if turn::address(ip).is_some() {
            parts.push("ip", ip);
            if port.is_some() {
                parts.push_some("port", address.trim().rsplit(':').next());
            }
        }
    }
}
