//! The forms of a line, and its parts.

use std::ops::Range;

use crate::format::syslog::Stamp;
use crate::source::mapping::{Parts, turn};

/// What follows the name of a way to authenticate.
pub(super) const METHOD: &str = "::RunAuthenticationMethod: authentication using ";

/// How far into a text the name of a function may go.
const NAME_BYTES: usize = 96;

/// A line.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    /// Of a list of sessions.
    Row(Row<'a>),
    /// Of the log file.
    Log(Log<'a>),
}

/// A session.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) is_incoming: bool,
    partner: &'a str,
    /// What the other end calls itself; outgoing sessions have none.
    name: &'a str,
    start: &'a str,
    /// Empty while it is open.
    end: &'a str,
    /// The account on this machine.
    local: &'a str,
    /// `RemoteControl`, `FileTransfer`, `Meeting`, ...
    of_type: &'a str,
    session: &'a str,
}

/// A line of the log file.
#[derive(Clone, Copy)]
pub(super) struct Log<'a> {
    time: &'a str,
    pid: &'a str,
    thread: &'a str,
    /// Which of TeamViewer's processes wrote it, and how serious it is: `S0`, `G1!!`.
    process: &'a str,
    pub(super) text: &'a str,
}

/// The shortest and longest TeamViewer ID.
const ID_DIGITS: Range<usize> = 6..13;

/// The number at a place of fixed width.
fn number(bytes: &[u8], at: Range<usize>) -> Option<i32> {
    bytes.get(at)?.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i32::from(byte - b'0'))
    })
}

fn small(bytes: &[u8], at: Range<usize>, least: i32, most: i32) -> Option<i8> {
    let number = number(bytes, at)?;
    let fits = (least..=most).contains(&number);
    fits.then(|| i8::try_from(number).ok()).flatten()
}

/// `2026/01/02 03:04:05.678`, in the machine's zone.
fn log_stamp(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    let apart = [
        (4, b'/'),
        (7, b'/'),
        (10, b' '),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
    ];
    if bytes.len() != 23 || apart.iter().any(|(at, byte)| bytes[*at] != *byte) {
        return None;
    }
    Some(Stamp {
        year: Some(i16::try_from(number(bytes, 0..4)?).ok()?),
        month: small(bytes, 5..7, 1, 12)?,
        day: small(bytes, 8..10, 1, 31)?,
        hour: small(bytes, 11..13, 0, 23)?,
        minute: small(bytes, 14..16, 0, 59)?,
        second: small(bytes, 17..19, 0, 60)?.min(59),
        nanos: number(bytes, 20..23)? * 1_000_000,
        offset: None,
    })
}

/// `02-01-2026 03:04:05`, in UTC.
pub(super) fn row_stamp(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    let apart = [(2, b'-'), (5, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if bytes.len() != 19 || apart.iter().any(|(at, byte)| bytes[*at] != *byte) {
        return None;
    }
    Some(Stamp {
        year: Some(i16::try_from(number(bytes, 6..10)?).ok()?),
        month: small(bytes, 3..5, 1, 12)?,
        day: small(bytes, 0..2, 1, 31)?,
        hour: small(bytes, 11..13, 0, 23)?,
        minute: small(bytes, 14..16, 0, 59)?,
        second: small(bytes, 17..19, 0, 60)?.min(59),
        nanos: 0,
        offset: Some(0),
    })
}

/// Does a line go on the record before it? The log file writes blocks of several lines, of which the first has the time.
pub(super) fn joins(first: &[u8], next: &[u8]) -> bool {
    let begins = |line: &[u8]| {
        let line = line.trim_ascii_start();
        let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match line.get(digits) {
            Some(b'/') => digits == 4,
            Some(b'\t' | b' ') => ID_DIGITS.contains(&digits),
            _ => false,
        }
    };
    first.get(4) == Some(&b'/') && !begins(next)
}

impl<'a> Line<'a> {
    pub(super) fn of(raw: &'a str) -> Option<Self> {
        let bytes = raw.as_bytes();
        if !bytes.first()?.is_ascii_digit() {
            return None;
        }
        if bytes.get(4) == Some(&b'/') {
            return Log::of(raw).map(Self::Log);
        }
        Row::of(raw).map(Self::Row)
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Row(row) => row_stamp(row.start),
            Self::Log(log) => log_stamp(log.time),
        }
    }

    /// Names the parts.
    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        match self {
            Self::Row(row) => {
                parts.push("partner", row.partner);
                parts.push_some("name", Some(row.name));
                parts.push_some("end", Some(row.end));
                parts.push_some("local", Some(row.local));
                parts.push_some("type", Some(row.of_type));
                parts.push_some("session", Some(row.session));
            }
            Self::Log(log) => log.take_apart(parts),
        }
    }
}

impl<'a> Row<'a> {
    fn of(raw: &'a str) -> Option<Self> {
        let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
        if !ID_DIGITS.contains(&digits) {
            return None;
        }
        let (partner, rest) = raw.split_at(digits);
        if let Some(cells) = rest.strip_prefix('\t') {
            return Self::of_cells(partner, cells, |text| split_last(text, '\t'));
        }
        // Columns are padded with blanks.
        rest.starts_with("  ")
            .then(|| Self::of_cells(partner, rest, split_blanks))?
    }

    /// Reads the cells from the last: the name, which the other end chose, comes first and may hold anything.
    fn of_cells(
        partner: &'a str,
        text: &'a str,
        split: fn(&'a str) -> (&'a str, &'a str),
    ) -> Option<Self> {
        let mut rest = text.trim_end();
        let mut session = "";
        // Later versions may write more columns behind the session's name.
        for _ in 0..4 {
            let (before, cell) = split(rest);
            rest = before.trim_end_matches('\r');
            if cell.starts_with('{') && cell.ends_with('}') {
                session = cell;
                break;
            }
        }
        if session.is_empty() {
            return None;
        }
        let (rest, of_type) = split(rest);
        let (rest, local) = split(rest);
        let (rest, end) = split(rest);
        let (before, start) = split(rest);
        // An open session has no end, and where columns are padded no cell for it.
        let is_closed = end.is_empty() || row_stamp(end).is_some();
        let (rest, start, end) = if is_closed && row_stamp(start).is_some() {
            (before, start, end)
        } else {
            row_stamp(end)?;
            (rest, end, "")
        };
        let name = rest.trim();
        Some(Self {
            is_incoming: !name.is_empty() || (text.starts_with('\t')),
            partner,
            name,
            start,
            end,
            local,
            of_type,
            session,
        })
    }
}

/// The last cell, and what stands before it.
fn split_last(text: &str, separator: char) -> (&str, &str) {
    text.rsplit_once(separator).unwrap_or(("", text))
}

/// The same where two blanks or more are between cells.
fn split_blanks(text: &str) -> (&str, &str) {
    let text = text.trim_end();
    match text.rfind("  ") {
        Some(at) => (text[..at].trim_end(), &text[at + 2..]),
        None => ("", text),
    }
}

impl<'a> Log<'a> {
    fn of(raw: &'a str) -> Option<Self> {
        let time = raw.get(..23)?;
        log_stamp(time)?;
        let (pid, rest) = word(raw.get(23..)?)?;
        let (thread, rest) = word(rest)?;
        let (process, text) = word(rest)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(pid) && digits(thread) && process.len() <= 8).then_some(Self {
            time,
            pid,
            thread,
            process,
            text: text.trim(),
        })
    }

    /// What follows a name that ends with `end`, if it goes on with `with`.
    pub(super) fn after_name(&self, end: &str, with: &str) -> Option<&'a str> {
        let (name, rest) = self.text.split_once("::")?;
        let rest = rest.strip_prefix(&with[2..])?;
        (name.len() <= NAME_BYTES && name.ends_with(end)).then_some(rest)
    }

    /// The address of the other end: `UDPv4: punch received a=ADDRESS:PORT: (*)`.
    pub(super) fn punch(&self) -> Option<(&'a str, Option<&'a str>)> {
        let (_, rest) = self.text.split_once(": ")?;
        let socket = rest.strip_prefix("punch received a=")?;
        let socket = socket.split(": ").next().unwrap_or(socket).trim_end();
        // The port is always there, also behind an address with colons.
        let (ip, port) = socket.rsplit_once(':')?;
        turn::address(ip)?;
        Some((ip, Some(port)))
    }

    fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push("message", self.text);
        parts.push("pid", self.pid);
        parts.push("thread", self.thread);
        let process = self.process.trim_end_matches(['!', '+']);
        parts.push_some("process", Some(process));
        let level = match self.process.len() - process.len() {
            0 => "info",
            1 => "warning",
            _ => "error",
        };
        parts.push("level", level);
        if let Some((ip, port)) = self.punch() {
            parts.push("ip", ip);
            parts.push_some("port", port);
        }
        if let Some(rest) = self.after_name("_Passive", METHOD) {
            let way = rest.split(" was ").next().unwrap_or(rest);
            let method = if way.contains("password") {
                "password"
            } else {
                way
            };
            parts.push("method", method);
        }
        let number = |after: &str| {
            let rest = self.text.split_once(after)?.1;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0).then(|| &rest[..digits])
        };
        if self.text.starts_with("AuthenticationBlocker::") {
            parts.push_some("partner", number(" for DyngateID "));
        } else if self.text.starts_with("Negotiating session encryption: ") {
            parts.push_some("partner", number("client hello received from "));
        } else if self.text.starts_with("SessionManagerDesktop::") {
            parts.push_some("session", number("TVSessionID = "));
        }
    }
}

/// The next word, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let end = text.find([' ', '\n', '\r']).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::{Line, Row, joins};

    fn row(raw: &str) -> Option<Row<'_>> {
        match Line::of(raw)? {
            Line::Row(row) => Some(row),
            Line::Log(_) => None,
        }
    }

    #[test]
    fn rows_of_both_lists() {
        let guid = "{00000000-0000-4000-8000-000000000001}";
        let times = "02-01-2026 03:04:05\t02-01-2026 03:14:05";
        let incoming = format!("1234567890\tEve's laptop\t{times}\tjoe\tRemoteControl\t{guid}\t");
        let found = row(&incoming).unwrap();
        assert!(found.is_incoming);
        assert_eq!(
            (found.partner, found.name, found.local, found.of_type),
            ("1234567890", "Eve's laptop", "joe", "RemoteControl")
        );
        assert_eq!(found.session, guid);
        // What the other end calls itself moves nothing.
        let moved = format!(
            "1234567890\tx\t01-01-2020 00:00:00\t01-01-2020 00:00:01\troot\tMeeting\t{guid}\t{times}\tjoe\tRemoteControl\t{guid}"
        );
        let found = row(&moved).unwrap();
        assert_eq!((found.start, found.local), ("02-01-2026 03:04:05", "joe"));
        // A session that is still open, and a name that is empty.
        let open = format!("1234567890\t\t02-01-2026 03:04:05\t\tjoe\tRemoteControl\t{guid}");
        let found = row(&open).unwrap();
        assert_eq!((found.is_incoming, found.end), (true, ""));
        let outgoing = format!(
            "1234567890      02-01-2026 03:04:05    02-01-2026 03:14:05    joe    FileTransfer    {guid}"
        );
        let found = row(&outgoing).unwrap();
        assert!(!found.is_incoming && found.name.is_empty());
        assert_eq!(found.of_type, "FileTransfer");
        for none in [
            "1234567890",
            "1234567890\t",
            "12345\tx",
            "1234567890  x  y",
            "1700000000.123    12 192.0.2.7 TCP_MISS/200",
        ] {
            assert!(Line::of(none).is_none(), "{none}");
        }
    }

    #[test]
    fn blocks_are_one_record() {
        let first = b"2026/01/02 03:04:05.678  7  8 S0   ";
        assert!(joins(first, b"Start:   2026/01/02 03:04:05.678 (UTC-8:00)"));
        assert!(joins(first, b""));
        assert!(!joins(first, b"2026/01/02 03:04:05.679  7  8 S0   x"));
        assert!(!joins(b"1234567890\tx", b"1234567891\ty"));
        assert!(!joins(first, b"1234567890\tx"));
    }
}
