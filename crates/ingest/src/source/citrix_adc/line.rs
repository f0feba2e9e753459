//! The forms of a line, and its head.

use crate::format::syslog::Stamp;
use crate::format::text::Cef;
use crate::source::mapping::{Confidence, Record};

/// How far into a line its own time is looked for: behind a relay's header.
const HEAD: usize = 96;

/// The features that write to a log, for lines whose feature stands in the header.
const FEATURES: &[&str] = &[
    "SSLVPN",
    "AAA",
    "AAATM",
    "TCP",
    "UDP",
    "SSLLOG",
    "CLI",
    "GUI",
    "API",
    "UI",
    "CONSOLE",
    "ICA",
    "APPFW",
    "BOT",
    "ACL",
    "ALG",
    "CI",
    "CVPN",
    "DNS",
    "SSLI",
    "PITBOSS",
    "SNMP",
    "EVENT",
    "TRANSFORM",
    "MONITOR",
    "SUBSCRIBER",
    "URLFILT",
    "RESPONDER",
    "REWRITE",
    "CR",
    "IPFIX",
];

/// A line in one of its forms.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// `TIME [ZONE] HOST 0-PPE-0 : default FEATURE EVENT ID SEVERITY : TEXT`.
    Native(Line<'a>),
    /// The application firewall's.
    Cef(&'a str),
    /// Of the appliance's shell and of its own web server.
    Appliance,
}

/// The head of a native line.
#[derive(Clone, Copy, Default)]
pub(super) struct Line<'a> {
    time: Option<&'a str>,
    pub(super) zone: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    /// The default partition wrote it.
    pub(super) default: bool,
    pub(super) feature: &'a str,
    pub(super) event: &'a str,
    pub(super) id: &'a str,
    pub(super) severity: &'a str,
    /// What happened, in quotes or not.
    pub(super) text: &'a str,
}

impl<'a> Form<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(line) = native(record.raw) {
            return Some(Self::Native(line));
        }
        let message = record.message();
        if Cef::is_of(message, "Citrix|NetScaler|") {
            return Some(Self::Cef(message));
        }
        let space = memchr::memchr(b' ', message.as_bytes())?;
        if let Some(line) = headed(message, space) {
            return Some(Self::Native(Line {
                host: record.header.host,
                ..line
            }));
        }
        let feature = record.program().filter(|name| {
            name.starts_with(|first: char| first.is_ascii_uppercase()) && FEATURES.contains(name)
        });
        let headless = message.starts_with("default ") && !record.has_header;
        if (feature.is_some() || headless)
            && let Some(line) = details(message)
            && (feature.is_some() || line.default)
        {
            return Some(Self::Native(Line {
                feature: feature.unwrap_or(line.feature),
                host: record.header.host,
                ..line
            }));
        }
        is_appliance(message, space).then_some(Self::Appliance)
    }

    pub(super) fn confidence(&self) -> Confidence {
        match self {
            Self::Native(_) | Self::Cef(_) => Confidence::Certain,
            Self::Appliance => Confidence::Likely,
        }
    }
}

/// `USER on TTY shell_command="...` of the shell's log, `CLIENT -> SERVER ... "REQUEST` of the web server's.
fn is_appliance(message: &str, space: usize) -> bool {
    let second = &message.as_bytes()[space + 1..];
    if !second.starts_with(b"on ") && !second.starts_with(b"-> ") {
        return false;
    }
    let mut words = message.splitn(4, ' ');
    let (Some(first), Some(second), Some(_), Some(rest)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    match second {
        "on" => rest.starts_with("shell_command=\"") || rest.starts_with("null) shell_command=\""),
        "->" => {
            gatewatch_event::parse_ip(first).is_some()
                && (rest.starts_with('"') || rest.starts_with("- - ["))
        }
        _ => false,
    }
}

/// Is this `DD/DD/DDDD:DD:DD:DD`, or the same with the year in front?
fn is_time(word: &str) -> bool {
    let bytes = word.as_bytes();
    let slashes = if bytes.get(4) == Some(&b'/') {
        [4, 7]
    } else {
        [2, 5]
    };
    bytes.len() == 19
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            10 | 13 | 16 => *byte == b':',
            at if slashes.contains(&at) => *byte == b'/',
            _ => byte.is_ascii_digit(),
        })
}

fn native(raw: &str) -> Option<Line<'_>> {
    let bytes = raw.as_bytes();
    let near = &bytes[..bytes.len().min(HEAD)];
    // Most lines have no slash so near to their start.
    let slash = memchr::memchr(b'/', near)?;
    let start = near[..slash]
        .iter()
        .rposition(|byte| !byte.is_ascii_digit())
        .map_or(0, |at| at + 1);
    let time = raw.get(start..start + 19).filter(|word| is_time(word))?;
    // In front: nothing, a quote of a table, or a header.
    let front = &raw[..start];
    if !front.is_empty() && !front.ends_with(['"', '>', ' ']) {
        return None;
    }
    let (head, rest) = raw[start + 19..].split_once(" : ")?;
    let mut words = head.split_ascii_whitespace().rev();
    if !is_engine(words.next()?) {
        return None;
    }
    let (host, zone) = match (words.next(), words.next()) {
        (Some(zone @ ("GMT" | "UTC")), None) => (None, Some(zone)),
        parts => parts,
    };
    let line = details(rest)?;
    Some(Line {
        time: Some(time),
        zone,
        host,
        ..line
    })
}

/// `0-PPE-0 : default FEATURE EVENT ID SEVERITY : TEXT` behind a header that has time and host, that of RFC 5424.
fn headed(message: &str, space: usize) -> Option<Line<'_>> {
    let (engine, rest) = message.split_at_checked(space)?;
    is_engine(engine)
        .then(|| details(rest.strip_prefix(" : ")?))
        .flatten()
}

/// Is this `0-PPE-1`, the packet engine that wrote a line?
fn is_engine(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Asked of nearly every line: a search for the letters between would cost more than all the rest.
    let hyphen = word.bytes().position(|byte| !byte.is_ascii_digit());
    hyphen.is_some_and(|hyphen| {
        hyphen > 0 && word[hyphen..].strip_prefix("-PPE-").is_some_and(digits)
    })
}

/// `[default] [FEATURE] EVENT ID SEVERITY : TEXT`.
fn details(text: &str) -> Option<Line<'_>> {
    let (details, text) = text.split_once(" :")?;
    let (default, details) = match details.trim_start().strip_prefix("default ") {
        Some(rest) => (true, rest),
        None => (false, details.trim_start()),
    };
    let (details, severity) = details.rsplit_once(' ')?;
    let (names, id) = details.rsplit_once(' ')?;
    let digits = |text: &str| {
        (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(id) || !digits(severity) {
        return None;
    }
    let (feature, event) = names.split_once(' ').unwrap_or(("", names));
    Some(Line {
        default,
        feature,
        event,
        id,
        severity,
        text: text.trim(),
        ..Line::default()
    })
}

impl Line<'_> {
    /// The line's own time.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let offset = self.zone.filter(|zone| matches!(*zone, "GMT" | "UTC"));
        stamp(self.time?, offset.map(|_| 0))
    }
}

/// `MM/DD/YYYY:HH:MM:SS`, which is the default; the day stands first where there is no such month.
pub(super) fn stamp(time: &str, offset: Option<i32>) -> Option<Stamp> {
    let time = time.get(..19).filter(|time| is_time(time))?;
    let number = |from: usize, to: usize| time[from..to].parse::<i8>().ok();
    let (year, first, second) = if time.as_bytes()[4] == b'/' {
        (&time[..4], number(5, 7)?, number(8, 10)?)
    } else {
        (&time[6..10], number(0, 2)?, number(3, 5)?)
    };
    let (month, day) = if first > 12 {
        (second, first)
    } else {
        (first, second)
    };
    Some(Stamp {
        year: Some(year.parse().ok()?),
        month,
        day,
        hour: number(11, 13)?,
        minute: number(14, 16)?,
        second: number(17, 19)?.min(59),
        nanos: 0,
        offset,
    })
}

#[cfg(test)]
mod tests {
    use super::{is_time, native, stamp};

    #[test]
    fn times_of_every_setting() {
        for (text, expect) in [
            ("07/08/2026:15:20:01", Some((7, 8))),
            ("27/06/2026:15:20:01", Some((6, 27))),
            ("2026/07/04:15:20:01", Some((7, 4))),
            ("7/08/2026:15:20:01", None),
            ("", None),
        ] {
            let found = stamp(text, None).map(|stamp| (stamp.month, stamp.day));
            assert_eq!(found, expect, "{text}");
        }
        assert!(!is_time("27/06/2026 15:20:01"));
    }

    #[test]
    fn heads() {
        for (line, host, zone) in [
            (
                "<134> 07/07/2026:11:27:48  ns1 0-PPE-0 : default SSLVPN LOGIN 1 0 : x",
                Some("ns1"),
                None,
            ),
            (
                "07/07/2026:11:27:48 GMT ns1 0-PPE-0 : default SSLVPN LOGIN 1 0 : x",
                Some("ns1"),
                Some("GMT"),
            ),
            (
                "Jul  7 11:27:48 192.0.2.1  07/07/2026:11:27:48 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 1 0 : x",
                Some("ns1"),
                Some("GMT"),
            ),
            (
                "07/07/2026:11:27:48   0-PPE-0 : default AAA Message 1 0 :  \"x\"",
                None,
                None,
            ),
        ] {
            let found = native(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.host, found.zone), (host, zone), "{line}");
        }
        for line in [
            "",
            "/",
            "07/07/2026:11:27:48 a : b : c",
            "x07/07/2026:11:27:48 n 0-PPE-0 : default A B 1 0 : x",
        ] {
            assert!(native(line).is_none(), "{line}");
        }
    }
}
