//! The head of an audit record: `[node=HOST ]type=TYPE msg=audit(SECONDS.MILLIS:SERIAL): `, in the forms it comes in.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use gatewatch_event::Timestamp;
use memchr::memmem::Finder;

use super::laurel;
use super::message::Fields;
use super::types;
use crate::format::json::LazyJson;
use crate::format::syslog::{Header, NEXT_BYTES, Piece, PieceOf, Plain};
use crate::format::time;
use crate::source::mapping::Record;

/// The syslog programs that hand audit records on: auditd and its plugins, and the journal, which calls them `audit`.
pub(super) const PROGRAMS: &[&str] = &["audispd", "audisp-syslog", "auditd", "audit"];

/// The kernel's program, which writes records where no auditd takes them.
const KERNEL: &str = "kernel";

/// No type's name is longer.
const LONGEST_TYPE: usize = 40;

/// No time with its serial number is longer.
const LONGEST_ID: usize = 48;

/// The parts of a record's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// The machine.
    pub(super) host: Option<&'a str>,
    /// The type: a name, or its number in the kernel's form.
    pub(super) kind: &'a str,
    /// `SECONDS.MILLIS:SERIAL`; empty where the journal has taken it off.
    pub(super) id: &'a str,
    /// The fields.
    pub(super) body: &'a str,
}

impl<'a> Head<'a> {
    /// Reads a record without syslog header.
    fn bare(text: &'a str) -> Option<Self> {
        let (host, rest) = match text.strip_prefix("node=") {
            Some(rest) => {
                let (node, rest) = rest.split_once(' ')?;
                (Some(node), rest)
            }
            None => (None, text),
        };
        let spots = Spots::find(rest.as_bytes())?;
        let behind = &rest[spots.end..];
        let body = behind.strip_prefix(": ").unwrap_or(behind);
        Some(Self {
            host,
            kind: &rest[spots.kind],
            id: &rest[spots.id],
            body: body.trim_start_matches([' ', ':']),
        })
    }

    /// Reads what stands behind a syslog header.
    fn carried(header: &Header<'a>) -> Option<Self> {
        let program = header.program?;
        let head = if program == KERNEL {
            let message = without_uptime(header.message);
            Self::bare(message.strip_prefix("audit: ").unwrap_or(message))?
        } else if PROGRAMS.contains(&program) {
            Self::bare(header.message).or_else(|| journal(header.message))?
        } else {
            return None;
        };
        Some(Self {
            host: head.host.or(header.host.filter(|host| !host.is_empty())),
            ..head
        })
    }

    /// Reads a line with or without syslog header.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        Self::bare(line).or_else(|| Self::carried(&Header::parse(line)?))
    }

    /// When it happened. `ausearch -i` writes a date in place of the seconds.
    pub(super) fn time(&self, record: &Record<'_>) -> Option<Timestamp> {
        let (time, _) = self.id.rsplit_once(':')?;
        time::epoch(time).or_else(|| {
            let (whole, millis) = time.rsplit_once('.')?;
            let stamp = [
                "%m/%d/%Y %H:%M:%S",
                "%d/%m/%Y %H:%M:%S",
                "%d/%m/%y %H:%M:%S",
            ]
            .iter()
            .find_map(|form| time::stamp(form, whole))?;
            let nanos = millis.parse::<i32>().ok()?.checked_mul(1_000_000)?;
            crate::format::syslog::Stamp { nanos, ..stamp }.at(record.zone)
        })
    }

    /// The serial number.
    pub(super) fn serial(&self) -> Option<&'a str> {
        self.id.rsplit_once(':').map(|(_, serial)| serial)
    }
}

/// The bytes that names of types are made of.
const TYPE_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let known = byte as u8;
        table[byte] = known.is_ascii_uppercase()
            || known.is_ascii_digit()
            || matches!(known, b'_' | b'[' | b']');
        byte += 1;
    }
    table
};

/// The type that a text begins with, and what follows the space behind it.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = type_length(text.as_bytes())?;
    Some((&text[..end], text[end + 1..].trim_start_matches(' ')))
}

/// `USER_LOGIN`, `1112`, `UNKNOWN[1420]`.
pub(super) fn is_type(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_TYPE
        && text.bytes().all(|byte| TYPE_BYTES[usize::from(byte)])
}

/// Where the parts of a head stand that begins with `type=`. All of it is ASCII.
struct Spots {
    kind: Range<usize>,
    id: Range<usize>,
    /// Behind the bracket that ends it.
    end: usize,
}

impl Spots {
    fn find(line: &[u8]) -> Option<Self> {
        let [b't', b'y', b'p', b'e', b'=', rest @ ..] = line else {
            return None;
        };
        let kind = line.len() - rest.len()..line.len() - rest.len() + type_length(rest)?;
        let mut rest = &line[kind.end + 1..];
        while let [b' ', behind @ ..] = rest {
            rest = behind;
        }
        if let [b'm', b's', b'g', b'=', behind @ ..] = rest {
            rest = behind;
        }
        let [b'a', b'u', b'd', b'i', b't', b'(', rest @ ..] = rest else {
            return None;
        };
        let at = line.len() - rest.len();
        let length = id_length(rest)?;
        Some(Self {
            kind,
            id: at..at + length,
            end: at + length + 1,
        })
    }
}

/// How long the type is that a text begins with, if a space is behind it.
fn type_length(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(LONGEST_TYPE)];
    let mut end = 0;
    while TYPE_BYTES[usize::from(*near.get(end)?)] {
        end += 1;
    }
    (end > 0 && near[end] == b' ').then_some(end)
}

/// What is behind `SECONDS.MILLIS:`, as nearly every id begins: ten digits, three digits.
fn behind_usual_time(id: &[u8]) -> Option<&[u8]> {
    let (time, behind) = id.split_first_chunk::<15>()?;
    let mut is_time = time[10] == b'.' && time[14] == b':';
    for at in (0..10).chain(11..14) {
        is_time &= time[at].is_ascii_digit();
    }
    is_time.then_some(behind)
}

/// How long the time with its serial number is that a text begins with, if a bracket ends it.
fn id_length(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(LONGEST_ID)];
    if let Some(serial) = behind_usual_time(near) {
        let digits = serial.iter().position(|byte| !byte.is_ascii_digit())?;
        if digits > 0 && serial[digits] == b')' {
            return Some(near.len() - serial.len() + digits);
        }
    }
    let mut colon = 0;
    let mut end = 0;
    loop {
        match near.get(end)? {
            b')' => break,
            b':' => colon = end,
            b'0'..=b'9' | b'.' | b'/' | b' ' => {}
            _ => return None,
        }
        end += 1;
    }
    let serial = near.get(colon + 1..end)?;
    let is_id = colon > 0 && !serial.is_empty() && serial.iter().all(u8::is_ascii_digit);
    is_id.then_some(end)
}

/// Without `[   12.345678] `, which the kernel's log may put first.
fn without_uptime(text: &str) -> &str {
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "));
    match bracketed {
        Some((time, rest))
            if time
                .bytes()
                .all(|byte| byte == b' ' || byte == b'.' || byte.is_ascii_digit()) =>
        {
            rest
        }
        _ => text,
    }
}

/// The journal's form: `USER_LOGIN pid=...`.
fn journal(text: &str) -> Option<Head<'_>> {
    let (kind, body) = word(text)?;
    let known = kind.bytes().any(|byte| byte.is_ascii_uppercase());
    known.then_some(Head {
        host: None,
        kind,
        id: "",
        body,
    })
}

/// What stands before the time.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("audit("));

/// The time of an id, in milliseconds.
fn millis(id: &str) -> Option<i64> {
    let (time, _) = id.rsplit_once(':')?;
    let (seconds, millis) = time.split_once('.')?;
    let seconds: i64 = seconds.parse().ok()?;
    let millis: u16 = millis.parse().ok()?;
    seconds.checked_mul(1000)?.checked_add(millis.into())
}

/// The same for `SECONDS.MILLIS:SERIAL` as nearly every id is: ten digits, three digits.
fn usual_millis(id: &[u8]) -> Option<i64> {
    let (time, serial) = id.split_first_chunk::<15>()?;
    if time[10] != b'.' || time[14] != b':' || serial.contains(&b':') {
        return None;
    }
    let mut millis = 0;
    for at in (0..10).chain(11..14) {
        if !time[at].is_ascii_digit() {
            return None;
        }
        millis = millis * 10 + i64::from(time[at] - b'0');
    }
    Some(millis)
}

/// Tells what a line has to do with the event that it is a piece of, from its beginning.
pub(super) fn piece(line: &[u8]) -> Option<Piece<'_>> {
    let (of, kind) = piece_and_type(line)?;
    let millis = usual_millis(of.name).or_else(|| millis(std::str::from_utf8(of.name).ok()?));
    Some(Piece {
        of,
        millis: millis.unwrap_or(0),
        last: types::is_last(kind),
        empty: types::is_end(kind),
    })
}

/// Tells no more than which event a line is a piece of.
pub(super) fn piece_of(line: &[u8]) -> Option<PieceOf<'_>> {
    piece_and_type(line).map(|(of, _)| of)
}

/// Which event a line is a piece of, and the type of its record.
fn piece_and_type(line: &[u8]) -> Option<(PieceOf<'_>, &[u8])> {
    let mut near = &line[..line.len().min(NEXT_BYTES)];
    while let [0, rest @ ..] = near {
        near = rest;
    }
    if near.starts_with(b"type=") {
        // Nearly every line of an audit log; all of its head is ASCII.
        let Spots { kind, id, .. } = Spots::find(near)?;
        let (host, name) = (&near[..0], &near[id]);
        return Some((PieceOf { host, name }, &near[kind]));
    }
    // Most lines of a mixture end here.
    MARK.find(near)?;
    if let Some(plain) = Plain::find(near)
        && let program = plain.program(near)
        && PROGRAMS.iter().any(|known| known.as_bytes() == program)
        && let message = plain.message(near)
        && let Some(Spots { kind, id, .. }) = Spots::find(message)
    {
        let (host, name) = (plain.host(near), &message[id]);
        return Some((PieceOf { host, name }, &message[kind]));
    }
    let text = match std::str::from_utf8(near) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&near[..error.valid_up_to()]).ok()?,
    };
    let head = Head::of(text)?;
    let of = PieceOf {
        host: head.host.unwrap_or_default().as_bytes(),
        name: head.id.as_bytes(),
    };
    Some((of, head.kind.as_bytes()))
}

/// An event in one of the forms it comes in.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// Lines, the first of which has this head.
    Lines(Head<'a>, &'a str),
    /// An object of Laurel's.
    Laurel(LazyJson<'a>),
}

impl<'a> Form<'a> {
    /// The form of a record of this source.
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(json) = record.json {
            return laurel::is_event(json).then_some(Self::Laurel(json));
        }
        let head = match record.has_header {
            true => Head::carried(&record.header),
            false => Head::bare(record.raw),
        };
        let mut head = head?;
        // The other lines of the event are behind.
        if let Some(end) = memchr::memchr(b'\n', head.body.as_bytes()) {
            head.body = head.body[..end].trim_end_matches('\r');
        }
        Some(Self::Lines(head, record.raw))
    }

    /// The heads of the event's records, in order; the first is known already.
    pub(super) fn heads(first: Head<'a>, raw: &'a str) -> impl Iterator<Item = Head<'a>> {
        let others = raw.split('\n').skip(1).filter_map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            Head::of(line.trim_start_matches('\0'))
        });
        std::iter::once(first).chain(others)
    }

    /// What decides the kind of the event.
    pub(super) fn glance(&self) -> Glance<'a> {
        match self {
            Self::Laurel(json) => laurel::glance(*json),
            Self::Lines(head, raw) => {
                if head.kind == "SYSCALL" || head.kind == "1300" {
                    return Glance::of_call(head.kind, head.body);
                }
                if memchr::memchr(b'\n', raw.as_bytes()).is_none() {
                    return Glance::of_type(head);
                }
                let call =
                    Self::heads(*head, raw).find(|head| matches!(head.kind, "SYSCALL" | "1300"));
                Glance {
                    has_call: call.is_some(),
                    ..Glance::of_type(head)
                }
            }
        }
    }
}

/// What decides the kind of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Glance<'a> {
    /// The type of the first record.
    pub(super) kind: Cow<'a, str>,
    /// Is there a record of a system call?
    pub(super) has_call: bool,
    /// Architecture and system call, where that record is the first.
    pub(super) call: Option<(Cow<'a, str>, Cow<'a, str>)>,
    /// Is it a decision of AppArmor?
    pub(super) is_apparmor: bool,
    /// The fields of the record, where there is one only.
    pub(super) text: Cow<'a, str>,
}

impl<'a> Glance<'a> {
    fn of_type(head: &Head<'a>) -> Self {
        Self {
            kind: head.kind.into(),
            is_apparmor: matches!(head.kind, "AVC" | "1400") && head.body.starts_with("apparmor="),
            text: head.body.into(),
            ..Self::default()
        }
    }

    fn of_call(kind: &'a str, body: &'a str) -> Self {
        let mut architecture = None;
        let mut call = None;
        // Both stand in front.
        for field in Fields::new(body).take(4) {
            match field.key {
                "arch" => architecture = Some(field.value),
                "syscall" => call = Some(field.value),
                _ => {}
            }
        }
        Self {
            kind: kind.into(),
            has_call: true,
            call: call.map(|call| (architecture.unwrap_or_default().into(), call.into())),
            ..Self::default()
        }
    }
}

/// The form of a record of the audit trail; what its program owns is one without being asked.
pub(super) fn recognise<'a>(record: &Record<'a>) -> Option<Form<'a>> {
    let may_be = record.json.is_some()
        || match record.message().as_bytes().first() {
            Some(b't' | b'n') => true,
            Some(b'a' | b'[') => record.has_header,
            _ => false,
        };
    let form = may_be.then(|| Form::of(record)).flatten()?;
    match &form {
        // The journal takes the time off, and then only its program tells.
        Form::Lines(head, _) if record.has_header && head.id.is_empty() => None,
        _ => Some(form),
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, piece};

    #[test]
    fn heads_in_every_form() {
        for (line, host, kind, id, body) in [
            ("type=EOE msg=audit(1.2:3): ", None, "EOE", "1.2:3", ""),
            (
                "node=gw type=CWD msg=audit(1.002:3): cwd=\"/\"",
                Some("gw"),
                "CWD",
                "1.002:3",
                "cwd=\"/\"",
            ),
            (
                "Nov 25 16:45:27 gw audisp-syslog: type=CWD msg=audit(1.002:3): cwd=\"/\"",
                Some("gw"),
                "CWD",
                "1.002:3",
                "cwd=\"/\"",
            ),
            (
                "Nov 25 16:45:27 gw audispd: node=n type=CWD msg=audit(1.002:3): x=1",
                Some("n"),
                "CWD",
                "1.002:3",
                "x=1",
            ),
            (
                "Nov 25 16:45:27 gw kernel: [   12.345678] audit: type=1400 audit(1.002:3): x=1",
                Some("gw"),
                "1400",
                "1.002:3",
                "x=1",
            ),
            (
                "Nov 25 16:45:27 gw kernel: type=1400 audit(1.002:3): x=1",
                Some("gw"),
                "1400",
                "1.002:3",
                "x=1",
            ),
            (
                "Nov 25 16:45:27 gw audit[7]: USER_LOGIN pid=7",
                Some("gw"),
                "USER_LOGIN",
                "",
                "pid=7",
            ),
            (
                "type=UNKNOWN[1420] msg=audit(01/02/2026 03:04:05.678:9) : x=1",
                None,
                "UNKNOWN[1420]",
                "01/02/2026 03:04:05.678:9",
                "x=1",
            ),
        ] {
            let head = Head::of(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (head.host, head.kind, head.id, head.body),
                (host, kind, id, body),
                "{line}"
            );
        }
        for line in [
            "",
            "type=",
            "type=X",
            "type=x msg=audit(1.2:3): ",
            "type=X msg=audit(1.2): ",
            "type=X msg=audit(1.2:a): ",
            "type=X msg=audit(now:3): ",
            // What a stranger may write is no record.
            "Nov 25 16:45:27 gw sshd[1]: Invalid user type=CWD msg=audit(1.2:3): x from 192.0.2.1",
            "Nov 25 16:45:27 gw sshd[1]: type=CWD msg=audit(1.2:3): x",
            "Nov 25 16:45:27 gw kernel: x audit: type=1400 audit(1.2:3): x=1",
        ] {
            assert_eq!(Head::of(line), None, "{line}");
        }
    }

    #[test]
    fn pieces() {
        let piece = |line: &'static str| piece(line.as_bytes()).expect(line);
        let call = piece("type=SYSCALL msg=audit(12.345:6): arch=c000003e");
        assert_eq!(
            (call.of.name, call.millis, call.last),
            (&b"12.345:6"[..], 12_345, false)
        );
        assert!(piece("type=EOE msg=audit(12.345:6): ").empty);
        assert!(piece("type=USER_LOGIN msg=audit(12.345:6): pid=1").last);
        assert!(piece("type=PROCTITLE msg=audit(12.345:6): proctitle=\"x\"").last);
        assert!(!piece("type=LOGIN msg=audit(12.345:6): pid=1").last);
        assert_eq!(super::piece(b"\xff\xffaudit("), None);
    }
}
