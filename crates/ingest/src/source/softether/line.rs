//! The forms of a line, and its parts.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::kinds;
use crate::format::text::{Starts, matches};
use crate::source::mapping::{Confidence, Parts, Recognised, Record, turn};

/// A line without what stands in front of its text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The server's own time.
    pub(super) time: &'a str,
    server: Option<&'a str>,
    hub: Option<&'a str>,
    pub(super) text: &'a str,
    /// It came through syslog, which names the log.
    named: bool,
}

static BRACKET: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" ["));
static CLOSED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("] ("));

/// How the texts of the server begin, in English.
static STARTS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Connection \"CID-",
        "The connection \"CID-",
        "Session \"SID-",
        "On the TCP Listener (Port ",
        "For the client (IP address: ",
        "SSL communication for connection \"CID-",
        "The connection with the client (IP address ",
        "Administration mode [",
        "The Virtual Hub is now ",
        "Virtual Hub \"",
        "The MAC address of Virtual Hub \"",
        "SoftEther VPN Server ",
        "The SoftEther VPN Server ",
        "TCP Listener (port ",
        "IPsec Module: ",
        "OpenVPN Module: ",
        "[HUB \"",
    ])
});

/// Is this `YYYY-MM-DD HH:MM:SS.mmm`?
fn is_time(text: &[u8]) -> bool {
    // Most lines with a time in front have no fraction so.
    text.len() >= 23
        && text[19] == b'.'
        && text[..23].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b' ',
            13 | 16 => *byte == b':',
            19 => *byte == b'.',
            _ => byte.is_ascii_digit(),
        })
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(line) = own(record.raw) {
            return Some(line);
        }
        if !record.has_header {
            return None;
        }
        // The header's reader takes `[host/VPN]` for a program where no colon is nearer.
        let bracket = memchr::memchr(b'[', record.raw.as_bytes())?.saturating_sub(1);
        let at = bracket + BRACKET.find(&record.raw.as_bytes()[bracket..])?;
        forwarded(&record.raw[at + 1..])
    }

    /// Names the parts.
    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        let text = self.text;
        parts.push("message", text);
        parts.push_some("server", self.server);
        parts.push_some("hub", self.hub);
        // What the server says of the address stands before what the client says of itself.
        if let Some((_, rest)) = text.split_once("(IP address")
            && let Some((ip, rest)) = rest.trim_start_matches([':', ' ']).split_once(',')
            && turn::address(ip).is_some()
        {
            parts.push("ip", ip);
            let port = rest
                .split_once("ort number: ")
                .or_else(|| rest.rsplit_once(" Port number "))
                .map(|(_, port)| port);
            let digits = port.map(|port| {
                let end = port.bytes().take_while(u8::is_ascii_digit).count();
                &port[..end]
            });
            parts.push_some("port", digits);
        }
        if let Some(rest) = text.strip_prefix("On the TCP Listener (Port ") {
            parts.push_some("server_port", rest.split(')').next());
        }
        for mark in ["\"CID-", "\"SID-", "[RPC-"] {
            if let Some((_, rest)) = text.split_once(mark) {
                let end = rest.find(['"', ']']).unwrap_or(rest.len());
                let name =
                    &text[text.len() - rest.len() - mark.len() + 1..][..mark.len() - 1 + end];
                let part = match mark {
                    "\"CID-" => "connection",
                    "\"SID-" => "session",
                    _ => "rpc",
                };
                parts.push(part, name);
            }
        }
        self.who(parts);
    }

    /// Who, in the sentences that say so.
    fn who(&self, parts: &mut Parts<'a>) {
        let text = self.text;
        let Some((_, rest)) = text
            .split_once("\"CID-")
            .and_then(|(_, rest)| rest.split_once('"'))
        else {
            return;
        };
        if matches(
            ": Successfully authenticated as user \"{>user}\".",
            rest,
            parts,
        ) {
            return;
        }
        let failed = ": User authentication failed. The user name that has been provided was \"";
        if let Some(rest) = rest.strip_prefix(failed) {
            // A user name may hold this sentence too: the server's address stands behind the last `from`.
            if let Some((user, ip)) = rest.rsplit_once("\", from ") {
                parts.push_some("user", Some(user));
                parts.push_some("ip", Some(ip.trim_end().trim_end_matches('.')));
            }
            return;
        }
        if let Some((before, user)) = rest.rsplit_once("\" and the user name is \"") {
            parts.push_some("user", user.trim_end().strip_suffix("\"."));
            let method = before
                .rsplit_once(" auth type provided is \"")
                .map(|(_, method)| method);
            parts.push_some("method", method);
        } else if rest.contains(" administration mode.") {
            parts.push("user", "administrator");
        }
        if let Some((_, cause)) = rest.split_once(" terminated by the cause \"") {
            let (cause, code) = cause.rsplit_once("\" (code ").unwrap_or((cause, ""));
            parts.push_some("reason", Some(cause));
            parts.push_some("code", code.split(')').next());
        }
    }
}

fn own(raw: &str) -> Option<Line<'_>> {
    if !is_time(raw.as_bytes()) {
        return None;
    }
    let mut text = raw.get(23..)?.strip_prefix(' ')?;
    let mut hub = None;
    if let Some(rest) = text.strip_prefix("[HUB \"")
        && let Some((name, rest)) = rest.split_once("\"] ")
    {
        (hub, text) = (Some(name), rest);
    }
    Some(Line {
        time: &raw[..23],
        server: None,
        hub,
        text,
        named: false,
    })
}

/// `[SERVER/VPN/HUB] (TIME) <LOG>: TEXT`.
fn forwarded(message: &str) -> Option<Line<'_>> {
    let inside = message.strip_prefix('[')?;
    let end = CLOSED.find(inside.as_bytes())?;
    let (source, rest) = (&inside[..end], &inside[end + 3..]);
    let time = rest.get(..23).filter(|time| is_time(time.as_bytes()))?;
    let rest = rest.get(23..)?.strip_prefix(") <")?;
    let (log, text) = rest.split_once(">: ")?;
    if !log.ends_with("_LOG") {
        return None;
    }
    let (server, kind) = source.split_once('/')?;
    let hub = kind.split_once('/').map(|(_, hub)| hub);
    Some(Line {
        time,
        server: Some(server),
        hub,
        text,
        named: true,
    })
}

/// Is this a line of a SoftEther server? One in another language is, where it names a connection or session.
pub(super) fn recognise(record: &Record<'_>) -> Option<Recognised> {
    let line = Line::of(record)?;
    let of = |confidence| Some(Recognised::of(confidence, kinds::kind(line.text)));
    if line.named || line.hub.is_some() || STARTS.begin(line.text) {
        return of(Confidence::Certain);
    }
    let mut end = line.text.len().min(64);
    while !line.text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &line.text[..end];
    let mut quotes = memchr::memchr_iter(b'"', head.as_bytes());
    let is_named = quotes.any(|at| {
        let name = &head[at + 1..];
        name.starts_with("CID-") || name.starts_with("SID-")
    });
    of(if is_named {
        Confidence::Likely
    } else {
        Confidence::Possible
    })
}
