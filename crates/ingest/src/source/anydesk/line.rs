//! The forms of a line, and its parts.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::format::syslog::{Stamp, iso_stamp};
use crate::source::mapping::{Parts, turn};

/// How much of a line of a trace stands before its text: the columns are padded.
const HEAD_BYTES: usize = 192;

const LEVELS: [&str; 6] = [
    "info ", "warning ", "error ", "debug ", "verbose ", "fatal ",
];

/// A line.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    /// Of a trace.
    Trace(Trace<'a>),
    /// Of the list of incoming sessions.
    Session(Session<'a>),
}

/// A line of a trace.
#[derive(Clone, Copy)]
pub(super) struct Trace<'a> {
    level: &'a str,
    time: &'a str,
    /// Process, process id, thread, perhaps fiber: what lines about the same have in common.
    origin: &'a str,
    pub(super) module: &'a str,
    pub(super) text: &'a str,
}

/// A line of the list of incoming sessions.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    raw: &'a str,
    pub(super) direction: &'a str,
    date: &'a str,
    time: &'a str,
    pub(super) status: &'a str,
    /// The alias and the ID, in either order.
    who: &'a str,
}

/// Is the next line the one with the address, which follows that with the ID?
pub(super) fn joins(first: &[u8], next: &[u8]) -> bool {
    ADDRESS.find(next).is_some() && ID.find(first).is_some()
}

static ADDRESS: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(" anynet.any_socket - Logged in from "));
static ID: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(" anynet.any_socket - Client-ID: "));
/// Stands between the module and the text.
static DASH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" - "));

impl<'a> Line<'a> {
    pub(super) fn of(raw: &'a str) -> Option<Self> {
        let text = raw.trim_start_matches(' ');
        match text.as_bytes().first()? {
            b'I' | b'O' => Session::of(text).map(Self::Session),
            b'i' | b'w' | b'e' | b'd' | b'v' | b'f' => Trace::of(text).map(Self::Trace),
            _ => None,
        }
    }

    /// All times are in UTC.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let stamp = match self {
            Self::Trace(trace) => iso_stamp(trace.time)?,
            Self::Session(session) => session.stamp()?,
        };
        Some(Stamp {
            offset: Some(0),
            ..stamp
        })
    }

    /// Names the parts. `group` has the lines that belong together.
    pub(super) fn take_apart(&self, group: &'a str, parts: &mut Parts<'a>) {
        match self {
            Self::Trace(trace) => trace.take_apart(group, parts),
            Self::Session(session) => session.take_apart(parts),
        }
    }
}

impl<'a> Session<'a> {
    /// `Incoming    2026-01-02, 03:04    Passwd    ALIAS    ID`.
    fn of(text: &'a str) -> Option<Self> {
        let (direction, rest) = word(text)?;
        if !matches!(direction, "Incoming" | "Outgoing") {
            return None;
        }
        let (date, rest) = word(rest)?;
        let date = date.strip_suffix(',')?;
        let (time, rest) = word(rest)?;
        let (status, who) = word(rest)?;
        let session = Self {
            raw: text.trim_end(),
            direction,
            date,
            time,
            status,
            who: who.trim(),
        };
        session.stamp().map(|_| session)
    }

    fn stamp(&self) -> Option<Stamp> {
        /// The longest time has a fraction and a zone.
        const LONGEST: usize = 48;
        let mut whole = [0; LONGEST];
        let mut length = 0;
        // Minutes are all that the list has.
        let seconds = if self.time.len() == 5 { ":00" } else { "" };
        for text in [self.date, "T", self.time, seconds] {
            whole
                .get_mut(length..length + text.len())?
                .copy_from_slice(text.as_bytes());
            length += text.len();
        }
        iso_stamp(std::str::from_utf8(&whole[..length]).ok()?)
    }

    fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push("message", self.raw);
        let is_id = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let mut words = self.who.split_whitespace();
        let id = words.clone().rev().find(is_id);
        parts.push_some("partner", id.or_else(|| self.who.split_whitespace().next()));
        parts.push_some("name", words.find(|word| Some(*word) != id && *word != "-"));
        let method = match self.status {
            "User" => "user",
            "Passwd" => "password",
            "Token" => "token",
            "REJECTED" => return,
            other => other,
        };
        parts.push("method", method);
    }
}

impl<'a> Trace<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let level = LEVELS.iter().find(|level| text.starts_with(**level))?;
        let rest = text[level.len()..].trim_start_matches(' ');
        let time = rest.get(..23)?;
        let bytes = time.as_bytes();
        if bytes[4] != b'-' || bytes[10] != b' ' || bytes[19] != b'.' {
            return None;
        }
        iso_stamp(time)?;
        let rest = rest.get(23..)?;
        let end = rest.len().min(HEAD_BYTES);
        let at = DASH.find(&rest.as_bytes()[..end])?;
        let (origin, module) = rest[..at].trim().rsplit_once(' ')?;
        Some(Self {
            level: level.trim_end(),
            time,
            origin: origin.trim_end(),
            module,
            text: rest[at + 3..].trim_end(),
        })
    }

    /// The text without the number of the session in front.
    pub(super) fn said(&self) -> &'a str {
        match self.text.split_once(": ") {
            Some((number, text)) if number.bytes().all(|byte| byte.is_ascii_digit()) => text,
            _ => self.text,
        }
    }

    fn take_apart(&self, group: &'a str, parts: &mut Parts<'a>) {
        parts.push("message", self.text);
        parts.push("level", self.level);
        parts.push("module", self.module);
        let mut origin = self.origin.split_whitespace();
        parts.push_some("process", origin.next());
        parts.push_some("pid", origin.next());
        parts.push_some("thread", origin.next());
        self.partner(parts);
        let socket = ["Logged in from ", "External address: "]
            .iter()
            .find_map(|start| self.text.strip_prefix(start));
        if let Some(socket) = socket {
            let end = socket.find(" on relay ");
            let (socket, relay) = socket.split_at(end.unwrap_or(socket.len()));
            let (ip, port) = turn::split_port(socket.trim_end_matches('.'));
            if turn::address(ip).is_some() {
                parts.push("ip", ip);
                if let Some(port) = port {
                    parts.push("port", port.to_string());
                }
            }
            let relay = relay.strip_prefix(" on relay ");
            parts.push_some("relay", relay.map(|relay| relay.trim_end_matches('.')));
            // Who it is stands in the line before, of the same thread.
            let before = group.lines().next().and_then(|line| match Line::of(line)? {
                Line::Trace(trace) if trace.origin == self.origin => Some(trace),
                _ => None,
            });
            if let Some(before) = before.filter(|before| before.text != self.text) {
                before.partner(parts);
            }
        }
        if let Some(way) = self.said().strip_prefix("Authenticated ") {
            let method = match way.trim_end_matches('.') {
                way if way.contains("local user") => "user",
                way if way.contains("passphrase") || way.contains("password") => "password",
                way if way.contains("token") => "token",
                way => way,
            };
            parts.push("method", method);
        }
    }

    /// Whom the text names: an ID, and perhaps how they call themselves.
    fn partner(&self, parts: &mut Parts<'a>) {
        let digits = |text: &'a str| {
            let end = text.bytes().take_while(u8::is_ascii_digit).count();
            (end > 0).then(|| &text[..end])
        };
        if let Some(rest) = self.text.strip_prefix("Client-ID: ") {
            parts.push_some("partner", digits(rest));
            let fingerprint = rest.split_once("(FPR: ").map(|(_, rest)| rest);
            parts.push_some(
                "fingerprint",
                fingerprint.and_then(|rest| rest.split(')').next()),
            );
        } else if let Some(rest) = self.text.strip_prefix("Accept request from ") {
            parts.push_some("partner", digits(rest));
        } else if let Some(rest) = self.text.strip_prefix("Incoming session request: ") {
            // The name is the other end's choice: the ID stands in the last brackets.
            if let Some((name, id)) = rest.rsplit_once(" (") {
                parts.push_some("name", Some(name).filter(|name| *name != "-"));
                parts.push_some("partner", digits(id));
            }
        }
    }
}

/// The next word, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::{Line, joins};

    #[test]
    fn what_is_no_line_of_anydesk() {
        for none in [
            "info 2026-01-02 03:04:05.678",
            "info: 2026-01-02 03:04:05.678 x 1 2 a.b - c",
            "   info 2026-01-02T03:04:05.678 x 1 2 a.b - c",
            "Incoming connection from 192.0.2.7",
            "Incoming    2026-01-02, 25:04    User    1    1",
            "   ",
        ] {
            assert!(Line::of(none).is_none(), "{none}");
        }
    }

    #[test]
    fn only_the_address_joins_the_line_with_the_id() {
        let id = b"   info 2026-01-02 03:04:05.678  gsvc  1  2  3  anynet.any_socket - Client-ID: 7 (FPR: ab).";
        let address = b"   info 2026-01-02 03:04:05.678  gsvc  1  2  3  anynet.any_socket - Logged in from 192.0.2.7:1 on relay a.";
        assert!(joins(id, address));
        assert!(!joins(id, id));
        assert!(!joins(address, address));
    }
}
