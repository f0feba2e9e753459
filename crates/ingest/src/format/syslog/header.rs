//! The header of a syslog line, in all the forms it comes in.

use super::plain::Plain;
use super::stamp::{self, Stamp};
use super::structured::{is_format_mark, split_structured_data};

/// A syslog line taken apart. All texts are borrowed from the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// The number in `<PRI>`.
    pub priority: Option<u16>,
    /// The version of RFC 5424.
    pub version: Option<&'a str>,
    /// The time.
    pub stamp: Option<Stamp>,
    /// The host that the message is about.
    pub host: Option<&'a str>,
    /// The host that passed the message on, when the line has two headers.
    pub relay: Option<&'a str>,
    /// The program.
    pub program: Option<&'a str>,
    /// Its process id.
    pub pid: Option<i64>,
    /// `MSGID` of RFC 5424.
    pub message_id: Option<&'a str>,
    /// Structured data of RFC 5424, as written.
    pub structured_data: Option<&'a str>,
    /// The message.
    pub message: &'a str,
}

/// A relay adds one header, perhaps two.
const MAX_HEADERS: usize = 3;

/// A header, and whether the program is still in front of the message.
type Part<'a> = (Header<'a>, bool);

impl<'a> Header<'a> {
    /// Takes a line apart: classic `Mmm d HH:MM:SS host program[pid]: message`, the same with an ISO 8601 time, either
    /// with `<PRI>` in front, RFC 5424, and these after the header of a relay. Tolerated, as real logs hold them: no
    /// host, an empty one, no program, `[program]`, and `host program[pid]: message` without a time. `None` when the line is
    /// none of these.
    pub fn parse(line: &'a str) -> Option<Self> {
        match Plain::find(line.as_bytes()) {
            Some(plain) => Some(plain.header(line)),
            None => Self::parse_any(line),
        }
    }

    /// The same for lines that are not [`Plain`].
    pub(crate) fn parse_any(line: &'a str) -> Option<Self> {
        // Lines of other logs that go on with the one before.
        if line.starts_with(' ') {
            return None;
        }
        let (mut header, mut undivided) = dated(line)
            .or_else(|| undated(line))
            .or_else(|| tagged(line))?;
        for _ in 1..MAX_HEADERS {
            // Only what follows a host can be a second header.
            if !undivided || header.host.is_none() || !may_start_header(header.message) {
                break;
            }
            let Some((inner, inner_undivided)) = dated(header.message) else {
                break;
            };
            header = Header {
                priority: inner.priority.or(header.priority),
                relay: header.host,
                ..inner
            };
            undivided = inner_undivided;
        }
        if undivided {
            header.split_program();
        }
        header.strip_message_id();
        Some(header)
    }

    /// Takes the program and its process id off the front of the message: the text up to the first colon, or a word that
    /// is `[program]` or ends in `[pid]`.
    fn split_program(&mut self) {
        let text = self.message;
        let bytes = text.as_bytes();
        let end = bytes
            .iter()
            .position(|byte| matches!(byte, b':' | b' ' | b'\n'))
            .unwrap_or(bytes.len());
        let colon = bytes.get(end) == Some(&b':');
        let (mut name, pid) = split_pid(&text[..end]);
        let bracketed = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        name = bracketed.unwrap_or(name);
        if name.is_empty() || !(colon || pid.is_some() || bracketed.is_some()) {
            return;
        }
        if colon && pid.is_none() && is_format_mark(name.as_bytes(), &bytes[end + 1..]) {
            return;
        }
        self.program = Some(name);
        self.pid = pid;
        self.message = trim_start(&text[end + usize::from(colon)..]);
    }

    /// Solaris puts `[ID 800047 auth.info] ` before the message.
    pub(super) fn strip_message_id(&mut self) {
        let Some((id, message)) = self
            .message
            .strip_prefix("[ID ")
            .and_then(|rest| rest.split_once("] "))
        else {
            return;
        };
        if let Some((number, _)) = id.split_once(' ')
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.message_id = Some(number);
            self.message = message;
        }
    }
}

/// A header that starts with a time, perhaps after `<PRI>`.
fn dated(line: &str) -> Option<Part<'_>> {
    let (priority, rest) = split_priority(line);
    // `<166>:Mar  3 04:05:06 UTC: %ASA-...`: Cisco's EMBLEM form.
    let rest = match rest.strip_prefix(':') {
        Some(behind) if priority.is_some() => trim_start(behind),
        _ => rest,
    };
    let versioned = priority.and_then(|_| split_version(rest));
    let (version, (header, undivided)) = match versioned {
        Some((version, rest)) => {
            let part = rfc5424(rest)
                .map(|header| (header, false))
                .or_else(|| classic(rest))?;
            (Some(version), part)
        }
        None => (None, classic(rest)?),
    };
    let header = Header {
        priority,
        version,
        ..header
    };
    Some((header, undivided))
}

/// Containers' logs on a node of Kubernetes: behind the time, the stream, and whether the line is whole.
const STREAMS: [&str; 4] = ["stdout F", "stderr F", "stdout P", "stderr P"];

fn classic(line: &str) -> Option<Part<'_>> {
    let (stamp, length) = stamp_of(line.as_bytes())?;
    let rest = &line[length..];
    let mut header = Header {
        stamp: Some(stamp),
        ..Header::default()
    };
    // `Mar 11 09:39:39: --- last message repeated 5 times ---`
    if let Some(message) = rest.strip_prefix(':') {
        header.message = message.trim_start();
        return Some((header, true));
    }
    let rest = rest.strip_prefix(' ')?;
    let streams = if rest.starts_with("std") {
        STREAMS.as_slice()
    } else {
        &[]
    };
    let behind = streams.iter().find_map(|stream| rest.strip_prefix(stream));
    if let Some(message) = behind.and_then(|rest| match rest {
        // An empty line whose last space was cut off.
        "" => Some(""),
        _ => rest.strip_prefix(' '),
    }) {
        // Whatever the container wrote: a program is not named.
        header.message = message;
        return Some((header, false));
    }
    let end = word_end(rest);
    let word = &rest[..end];
    // Without a host the program comes at once: `sshd[8148]: ...`, `[sshd] ...`.
    let bracketed = word.starts_with('[') && word.ends_with(']') && !word.contains(['.', ':']);
    // Palo Alto's firewalls may leave the host out: `Jan  2 03:04:05 1,2026/01/02 ...`.
    if word.is_empty() || word.ends_with(':') || bracketed || word.contains(',') {
        header.message = trim_start(rest);
    } else {
        header.host = Some(word);
        header.message = trim_start(&rest[end..]);
    }
    Some((header, true))
}

/// `TIMESTAMP HOST APP PROCID MSGID SD [MESSAGE]`: RFC 5424 after the version.
fn rfc5424(line: &str) -> Option<Header<'_>> {
    let (stamp, rest) = match line.strip_prefix('-') {
        Some(rest) => (None, rest),
        None => {
            let (stamp, length) = stamp::iso(line.as_bytes())?;
            (Some(stamp), &line[length..])
        }
    };
    let mut rest = rest.strip_prefix(' ')?;
    let mut word = || {
        let trimmed = rest.trim_start_matches(' ');
        let end = word_end(trimmed);
        let word = &trimmed[..end];
        rest = &trimmed[end..];
        (!word.is_empty()).then_some((word != "-").then_some(word))
    };
    let (host, program, process, message_id) = (word()?, word()?, word()?, word()?);
    // `host program[1]: message` after a version is the classic form.
    if program.is_some_and(|program| program.ends_with(':')) {
        return None;
    }
    let (structured_data, message) = split_structured_data(rest.trim_start_matches(' '))?;
    Some(Header {
        stamp,
        host,
        program,
        pid: process.and_then(number),
        message_id,
        structured_data,
        message: message.trim_start().trim_start_matches('\u{feff}'),
        ..Header::default()
    })
}

/// `host program[pid]: message`, which is all that some exports of a journal keep.
fn undated(line: &str) -> Option<Part<'_>> {
    let host_like = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let end = line.bytes().position(|byte| !host_like(byte))?;
    if end == 0 || line.as_bytes()[end] != b' ' {
        return None;
    }
    let (host, message) = (&line[..end], &line[end + 1..]);
    let (name, pid) = split_pid(message[..word_end(message)].strip_suffix(':')?);
    let header = Header {
        host: Some(host),
        message,
        ..Header::default()
    };
    (!name.is_empty() && pid.is_some()).then_some((header, true))
}

/// `<166>%ASA-6-113005: message`: a Cisco device that writes no time, as they do by default, or lost it (`<166>:: %ASA-...`).
fn tagged(line: &str) -> Option<Part<'_>> {
    let (priority, rest) = split_priority(line);
    let message = rest.trim_start_matches([':', ' ']);
    (priority.is_some() && message.starts_with('%')).then_some((
        Header {
            priority,
            message,
            ..Header::default()
        },
        true,
    ))
}

/// The month and day of a line whose time has no year.
pub(super) fn month_and_day(line: &[u8]) -> Option<(i8, i8)> {
    // Most lines of other logs begin with a digit or a space.
    if !matches!(
        line.first(),
        Some(0 | 0xef | b'<' | b'*' | b'.' | b'A'..=b'Z' | b'a'..=b'z')
    ) {
        return None;
    }
    let mut rest = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    while let Some((0, tail)) = rest.split_first() {
        rest = tail;
    }
    if rest.first() == Some(&b'<') {
        let end = rest.iter().take(6).position(|byte| *byte == b'>')?;
        rest = &rest[end + 1..];
        if let Some(behind) = rest.strip_prefix(b":") {
            rest = behind.trim_ascii_start();
        }
    }
    let (stamp, _) = stamp::classic(&rest[..rest.len().min(64)])?;
    stamp.year.is_none().then_some((stamp.month, stamp.day))
}

fn stamp_of(text: &[u8]) -> Option<(Stamp, usize)> {
    if text.first()?.is_ascii_digit() {
        stamp::iso(text)
    } else {
        stamp::classic(text)
    }
}

/// Is it worth looking for a header here?
fn may_start_header(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'<' | b'0'..=b'9') => true,
        Some(b'A'..=b'Z') => bytes
            .first_chunk()
            .is_some_and(|name| stamp::month(*name).is_some()),
        _ => false,
    }
}

/// Splits `<PRI>` off.
fn split_priority(line: &str) -> (Option<u16>, &str) {
    let Some(rest) = line.strip_prefix('<') else {
        return (None, line);
    };
    let parts = rest.split_once('>').filter(|(digits, _)| digits.len() <= 3);
    match parts.and_then(|(digits, rest)| Some((number(digits)?, rest))) {
        Some((priority, rest)) => (u16::try_from(priority).ok(), rest),
        None => (None, line),
    }
}

/// Splits the version of RFC 5424 and the space after it off.
fn split_version(rest: &str) -> Option<(&str, &str)> {
    let (version, rest) = rest.split_once(' ')?;
    ((1..=3).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some((version, rest))
}

/// Splits `name[pid]`.
fn split_pid(label: &str) -> (&str, Option<i64>) {
    let parts = label.strip_suffix(']').and_then(|rest| {
        let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (name, pid) = rest.split_at(rest.len() - digits);
        Some((name.strip_suffix('[')?, number(pid)?))
    });
    match parts {
        Some((name, pid)) => (name, Some(pid)),
        None => (label, None),
    }
}

/// A decimal number of at most eighteen digits.
fn number(text: &str) -> Option<i64> {
    if !(1..=18).contains(&text.len()) {
        return None;
    }
    text.bytes().try_fold(0i64, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// Where the word at the front ends. Words are short: looking byte by byte is quickest.
fn word_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\n'))
        .unwrap_or(bytes.len())
}

/// Without the white space at the front, of which there is mostly one character or none.
pub(super) fn trim_start(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', ..] => text,
        [b' ', b'!'..=b'~', ..] => &text[1..],
        _ => text.trim_start(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plain::{LastHeader, Plain};
    use super::{Header, month_and_day};

    /// `host relay program pid | message`.
    #[track_caller]
    fn check(line: &str, expect: &str) {
        let got = Header::parse(line).map(|header| {
            let dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
            let pid = header.pid.map_or("-".to_owned(), |pid| pid.to_string());
            format!(
                "{} {} {} {pid} | {}",
                dash(header.host),
                dash(header.relay),
                dash(header.program),
                header.message
            )
        });
        assert_eq!(got.as_deref().unwrap_or("none"), expect, "{line}");
    }

    #[test]
    fn what_is_remembered_of_a_header_changes_nothing() {
        let mut last = LastHeader::default();
        let long = format!("Feb 21 21:54:44 {} sshd: a", "h".repeat(200));
        let lines = [
            "Feb 21 21:54:44 web sshd[3402]: a",
            "Feb 21 21:54:44 web sshd[9]: b",
            "Feb 21 21:54:45 web sshd[9]:c",
            "Feb 21 21:54:45 web sshd: d",
            "Feb 21 21:54:45 web sshd: e",
            "Feb 21 21:54:45 web sshd e",
            "Feb 21 21:54:45 web sshd",
            "Feb 21 21:54:45 web sshd-session[9]: f",
            "Feb 21 21:54:45 2024 web sshd[9]: f",
            "Feb 21 21:54:45 web2 sshd[9]: g",
            "Feb 21 21:54:45 web 2024-01-01 g",
            "Feb 21 21:54:45  sshd[9]: g",
            "Feb 21 21:54:45 web : g",
            &long,
            "Feb 21 21:54:45 web sshd[9]: h",
        ];
        for line in lines {
            for _ in 0..2 {
                let after = Plain::find_after(line.as_bytes(), &mut last);
                let fresh = Plain::find(line.as_bytes());
                let (after, fresh) = (
                    after.map(|it| it.header(line)),
                    fresh.map(|it| it.header(line)),
                );
                assert_eq!(after, fresh, "{line}");
            }
        }
    }

    #[test]
    fn classic_headers() {
        check(
            "Feb 21 21:54:44 localhost sshd[3402]: Accepted x",
            "localhost - sshd 3402 | Accepted x",
        );
        check(
            "<86>Feb 21 21:54:44 web sudo:     joe : TTY=x",
            "web - sudo - | joe : TTY=x",
        );
        check(
            "2024-05-17T18:00:01.5+02:00 web sshd-session[7]: m",
            "web - sshd-session 7 | m",
        );
        check(
            "Feb  9 21:20:08  sshd[8317]: last message repeated 2 times",
            "- - sshd 8317 | last message repeated 2 times",
        );
        check(
            "Nov 23 21:50:19 sshd[8148]: Disconnecting: x",
            "- - sshd 8148 | Disconnecting: x",
        );
        check("Jun 25 23:53:34 [sshd] User root", "- - sshd - | User root");
        check(
            "Mar  3 00:17:22 [sshd]: User root",
            "- - sshd - | User root",
        );
        check(
            "Mar 11 09:39:39: --- last message ---",
            "- - - - | --- last message ---",
        );
        check(
            "Jan 22 07:54:32 web Job `cron.daily' terminated",
            "web - - - | Job `cron.daily' terminated",
        );
        check(
            "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: x",
            "combo - sshd(pam_unix) 19939 | x",
        );
        check(
            "Jun 14 15:16:01 web /usr/sbin/cron[1]: x",
            "web - /usr/sbin/cron 1 | x",
        );
        check("Jun 14 15:16:01 web foo[a]: x", "web - foo[a] - | x");
        check(
            "Jun 14 15:16:01 2001:db8::1 sshd: x",
            "2001:db8::1 - sshd - | x",
        );
        check(
            "Mar 29 05:59:23 web sshd[2]: [ID 800047 auth.info] Failed x",
            "web - sshd 2 | Failed x",
        );
        check(
            "srv sshd[13709]: error: PAM",
            "srv - sshd 13709 | error: PAM",
        );
        check("Jun 14 15:16:01 web", "web - - - | ");
        check(
            "<166>:Jun 14 15:16:01 UTC: %ASA-auth-6-113004: x",
            "- - UTC - | %ASA-auth-6-113004: x",
        );
        check(
            "2024-05-17T18:00:01.123456789Z stderr F I0517 18:00:01.123 1 httplog.go:132] x",
            "- - - - | I0517 18:00:01.123 1 httplog.go:132] x",
        );
        check("2024-05-17T18:00:01.123456789Z stdout F", "- - - - | ");
        check(
            "2024-05-17T18:00:01.123456789Z stdout Fx: y",
            "stdout - Fx - | y",
        );
    }

    #[test]
    fn rfc5424_headers() {
        check(
            "<86>1 2023-10-06T07:47:13.917Z h sshd 162122 - - pam_unix",
            "h - sshd 162122 | pam_unix",
        );
        check(
            "<6>1 2023-10-06T07:45:19.574Z h kernel - - - connection1:0: x",
            "h - kernel - | connection1:0: x",
        );
        check("<6>1 - - - - - - a: b", "- - - - | a: b");
        check(
            r#"<38>1 2019-07-08T17:40:17.954167-04:00 h sshd 5 - [tq known="1"][x@1 t="[b\"]"] Failed"#,
            "h - sshd 5 | Failed",
        );
        check(
            "<86>1 2023-10-06T07:47:13.917Z h sshd[7]: msg - -",
            "h - sshd 7 | msg - -",
        );
        check("<38>1 2019-07-08T17:40:17Z h sshd 5 ID1 -", "h - sshd 5 | ");
        let header = Header::parse(r#"<38>1 2019-07-08T17:40:17Z h sshd 5 ID1 [a b="c"] m"#)
            .expect("a header");
        assert_eq!(header.message_id, Some("ID1"));
        assert_eq!(header.structured_data, Some(r#"[a b="c"]"#));
        assert_eq!((header.priority, header.version), (Some(38), Some("1")));
    }

    #[test]
    fn devices_without_a_clock() {
        for (line, expect) in [
            ("<166>%ASA-6-113005: m", "- - %ASA-6-113005 - | m"),
            ("<166>: %ASA-6-113005: m", "- - %ASA-6-113005 - | m"),
            ("<166>:: %ASA-6-113005: m", "- - %ASA-6-113005 - | m"),
        ] {
            check(line, expect);
        }
        assert_eq!(Header::parse("%ASA-6-113005: m"), None);
        assert_eq!(Header::parse("<166>date=2026-01-02 x"), None);
    }

    #[test]
    fn relays_add_headers() {
        check(
            "Oct 23 16:54:59 relay Oct 23 16:54:58 web sshd[1]: m",
            "web relay sshd 1 | m",
        );
        check(
            "Oct 23 16:54:59 relay <86>1 2023-10-06T07:47:13Z web sshd 1 - - m",
            "web relay sshd 1 | m",
        );
        check(
            "2023-10-06T07:47:13Z relay 2023-10-06T07:47:12Z web sshd[1]: m",
            "web relay sshd 1 | m",
        );
        check("Oct 23 16:54:59 web Mayor[1]: m", "web - Mayor 1 | m");
        check(
            "Oct 23 16:54:59 web sshd[1]: Oct 23 16:54:58 m",
            "web - sshd 1 | Oct 23 16:54:58 m",
        );
    }

    #[test]
    fn the_quick_way_agrees_with_the_thorough_one() {
        for host in [
            "web",
            "web.example",
            "2019",
            "-",
            "",
            "a:",
            "<1>",
            "192.0.2.1",
        ] {
            for program in [
                "sshd[1]:",
                "sudo:",
                "a[b]:",
                "[x]:",
                "x[1]",
                "2024-01-01T00:00:00Z",
                "Oct 23 16:54:58 h p[2]:",
                "a/b[1]:",
                "CEF:0|x",
                "CEF:",
                "LEEF: 2.0|x:",
                ":",
                "x[]:",
                "",
            ] {
                for message in [" m", "m", "  m", "", "\tm", " [ID 1 auth.info] m"] {
                    let line = format!("Oct 23 16:54:59 {host} {program}{message}");
                    let thorough = Header::parse_any(&line).expect("a header");
                    assert_eq!(Header::parse(&line), Some(thorough), "{line}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_syslog() {
        for line in [
            "",
            " ",
            "# failJSON: { \"match\": true }",
            "with another line",
            "signature=dbus.Signature('s')), dbus",
            "<86>",
            "<999999>x",
            "Accepted password for root",
            "host prog: message",
            "AAAA",
            "Feb 30",
            "<1>1 2023 x",
        ] {
            check(line, "none");
        }
    }

    #[test]
    fn month_and_day_only_of_times_without_year() {
        assert_eq!(month_and_day(b"Feb 29 21:54:44 h"), Some((2, 29)));
        assert_eq!(
            month_and_day(b"\xef\xbb\xbf<86>Dec 31 23:50:00 h"),
            Some((12, 31))
        );
        assert_eq!(
            month_and_day(b"<166>:Dec 31 23:50:00 UTC: x"),
            Some((12, 31))
        );
        assert_eq!(month_and_day(b"\0\0Dec 31 23:50:00 h"), Some((12, 31)));
        assert_eq!(month_and_day(b"Dec 31 2024 23:50:00 h"), None);
        assert_eq!(month_and_day(b"2024-12-31T23:50:00 h"), None);
        assert_eq!(month_and_day(b"<86"), None);
    }
}
