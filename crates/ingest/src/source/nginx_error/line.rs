//! The parts of a line, and where in it the client's address can be believed.
//!
//! `2026/01/05 08:00:00 [error] 309#309: *33 TEXT, client: ADDRESS, server: NAME, request: "...", host: "...", referrer: "..."`. Names
//! of users, requests and referrers are written as they came, quotes and all.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::format::syslog::{Stamp, looks_like_syslog};
use crate::format::text::{AccessLine, request_parts};
use crate::format::time;
use crate::source::mapping::{Api, Parts, Record, turn, web};

const LEVELS: [&str; 9] = [
    "debug", "info", "notice", "warn", "error", "crit", "alert", "emerg", "stderr",
];

/// Where the client stands.
const CLIENT: &str = ", client: ";

static CLIENT_AT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CLIENT));
static MISMATCH: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new("password mismatch, client: "));
static NOT_FOUND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("was not found in \""));

/// Where the first comma with a space behind it stands, or the text ends.
fn comma(text: &str) -> usize {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b',', bytes)
        .find(|at| bytes.get(at + 1) == Some(&b' '))
        .unwrap_or(bytes.len())
}

/// No line tells of more clients, unless somebody planted them.
const MOST_CLIENTS: usize = 16;

/// The head of a line, and its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    time: &'a str,
    level: &'a str,
    pid: &'a str,
    thread: &'a str,
    connection: Option<&'a str>,
    text: &'a str,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A wrong password, or a user that is not known.
    Password,
    /// No password where one is asked for.
    NoPassword,
    /// No certificate, or a wrong one.
    Certificate,
    /// TLS did not come about.
    Handshake,
    /// A rule forbids the client.
    Forbidden,
    /// Anything else.
    Other,
}

/// Does a line of nginx begin so?
fn begins(line: &[u8]) -> bool {
    let Some(head) = line.get(..21) else {
        return false;
    };
    head[0].is_ascii_digit()
        && (head[4], head[7], head[10], head[13], head[16]) == (b'/', b'/', b' ', b':', b':')
        && head[19..21] == *b" ["
}

/// Does a line go on with the one before? What a program behind nginx wrote may have several, none of which begins as a line of nginx,
/// of its access log or of a syslog does.
pub(super) fn belongs(first: &[u8], next: &[u8]) -> bool {
    begins(first)
        && !begins(next)
        && !looks_like_syslog(next)
        && AccessLine::stamp_of(&String::from_utf8_lossy(next)).is_none()
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        let message = record.message();
        if let Some(line) = Self::parse(message) {
            return Some(line);
        }
        // From a journal, the header of syslog may still stand before it.
        if record.program() != Some("nginx") {
            return None;
        }
        Self::parse(message.split_once("nginx: ")?.1)
    }

    fn parse(message: &'a str) -> Option<Self> {
        if !begins(message.as_bytes()) {
            return None;
        }
        let time = message.get(..19)?;
        let (level, rest) = message.get(21..)?.split_once("] ")?;
        if !LEVELS.contains(&level) {
            return None;
        }
        let (ids, rest) = rest.split_once(": ")?;
        let (pid, thread) = ids.split_once('#')?;
        let is_number = |text: &str| {
            (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(pid) || !is_number(thread) {
            return None;
        }
        let connection = rest
            .strip_prefix('*')
            .and_then(|rest| rest.split_once(' '))
            .filter(|(number, _)| is_number(number));
        Some(Self {
            time,
            level,
            pid,
            thread,
            connection: connection.map(|(number, _)| number),
            text: connection.map_or(rest, |(_, text)| text),
        })
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        time::stamp("%Y/%m/%d %H:%M:%S", self.time)
    }

    pub(super) fn what(&self) -> What {
        let text = self.text;
        if text.starts_with("user \"") {
            // The user is named in other messages too.
            let is_refused = MISMATCH.find(text.as_bytes()).is_some()
                || NOT_FOUND.find(text.as_bytes()).is_some();
            return if is_refused {
                What::Password
            } else {
                What::Other
            };
        }
        if text.starts_with("PAM: user '") && text.contains("' - not authenticated: ") {
            What::Password
        } else if text.starts_with("no user/password was provided for basic authentication") {
            What::NoPassword
        } else if text.starts_with("client sent no required SSL certificate")
            || text.starts_with("client SSL certificate verify error: ")
        {
            What::Certificate
        } else if text.starts_with("SSL_do_handshake() failed ")
            || text.starts_with("SSL_read() failed ")
        {
            What::Handshake
        } else if text.starts_with("access forbidden by rule") {
            What::Forbidden
        } else {
            What::Other
        }
    }

    /// The text before the client and what follows it, where it is beyond doubt which client that is.
    ///
    /// A user's name stands before it, a request and a referrer behind it. So the first place counts behind which the rest of the line
    /// is as nginx writes it; where the text before it may hold anything, there must be only one place.
    fn split_client(&self) -> Option<(&'a str, &'a str, &'a str)> {
        let mut places = CLIENT_AT
            .find_iter(self.text.as_bytes())
            .filter_map(|at| {
                let rest = &self.text[at + CLIENT.len()..];
                let (client, rest) = rest.split_at(comma(rest));
                let is_address = turn::address(client).is_some() || client == "unix:";
                is_address.then_some((&self.text[..at], client, rest))
            })
            .take(MOST_CLIENTS);
        if self.what() == What::Other {
            let only = places.next()?;
            return places.next().is_none().then_some(only);
        }
        places.find(|(_, _, rest)| is_tail(rest))
    }

    /// What is asked for, as it is written.
    fn request(rest: &'a str) -> Option<&'a str> {
        let (_, rest) = rest.split_once(", request: \"")?;
        Some(&rest[..end_of(rest)?])
    }

    /// The API that the request is for.
    pub(super) fn api(&self) -> Option<Api> {
        let (_, _, rest) = self.split_client()?;
        let (method, target, _) = request_parts(Self::request(rest)?)?;
        // The agent is not told; only who was sent by a page is surely a browser.
        Api::of(method, target, || !rest.contains(", referrer: \""))
    }

    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push("level", self.level);
        parts.push("pid", self.pid);
        parts.push("thread", self.thread);
        parts.push_some("connection", self.connection);
        parts.push("message", self.text);
        let Some((before, client, rest)) = self.split_client() else {
            // `client ADDRESS closed keepalive connection`: nothing in it comes from the client.
            let client = self.text.strip_prefix("client ").and_then(|rest| {
                let (client, rest) = rest.split_once(' ')?;
                rest.starts_with("closed keepalive connection")
                    .then_some(client)
            });
            parts.push_some("client", client);
            return;
        };
        parts.push("client", client);
        parts.push_some("user", user(before));
        let server = rest.strip_prefix(", server: ").unwrap_or_default();
        parts.push_some("server", server.split(", ").next());
        if let Some((method, target, version)) = Self::request(rest).and_then(request_parts) {
            parts.push("method", method);
            parts.push_some("version", version);
            web::push_target(parts, target);
        }
    }
}

/// The user in the text before the client.
fn user(before: &str) -> Option<&str> {
    if let Some(rest) = before.strip_prefix("PAM: user '") {
        return Some(&rest[..rest.rfind("' - not authenticated: ")?]);
    }
    let rest = before.strip_prefix("user \"")?;
    let user = match rest.strip_suffix(" password mismatch") {
        Some(user) => user,
        None => &rest[..rest.rfind(" was not found in \"")?],
    };
    let user = user.strip_suffix(':').unwrap_or(user);
    user.strip_suffix('"')
}

/// What may follow a text in quotes.
const NEXT: [&str; 5] = [
    ", request: \"",
    ", subrequest: \"",
    ", upstream: \"",
    ", host: \"",
    ", referrer: \"",
];

/// Where a text in quotes ends: at the quote behind which the line ends or something else follows.
fn end_of(text: &str) -> Option<usize> {
    memchr::memchr_iter(b'"', text.as_bytes()).find(|at| {
        let rest = &text[at + 1..];
        rest.trim_end().is_empty() || NEXT.iter().any(|next| rest.starts_with(next))
    })
}

/// Is this what nginx writes behind the client?
fn is_tail(rest: &str) -> bool {
    if rest.is_empty() {
        return true;
    }
    let Some(rest) = rest.strip_prefix(", server: ") else {
        return false;
    };
    let mut rest = &rest[comma(rest)..];
    // Each comes once.
    for next in NEXT {
        let Some(text) = rest.strip_prefix(next) else {
            continue;
        };
        if next == ", referrer: \"" {
            return text.trim_end().ends_with('"');
        }
        // The name of a host holds no quote.
        let end = if next == ", host: \"" {
            text.find('"')
        } else {
            end_of(text)
        };
        let Some(end) = end else {
            return false;
        };
        rest = &text[end + 1..];
    }
    rest.trim_end().is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Line, What};
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, prop, proptest};

    #[track_caller]
    fn check(text: &str, what: What, client: Option<&str>, user: Option<&str>) {
        let line = format!("2026/01/05 08:00:00 [error] 309#309: *33 {text}");
        let line = Line::parse(&line).expect("a line");
        let mut parts = Parts::default();
        line.take_apart(&mut parts);
        assert_eq!(line.what(), what, "{text}");
        assert_eq!(parts.get("client"), client, "{text}");
        assert_eq!(parts.get("user"), user, "{text}");
    }

    #[test]
    fn planted_clients() {
        check(
            r#"user "a": password mismatch, client: 192.0.2.7, server: , request: "GET / HTTP/1.1", host: "x""#,
            What::Password,
            Some("192.0.2.7"),
            Some("a"),
        );
        // In the request, in the referrer.
        check(
            r#"user "a": password mismatch, client: 192.0.2.7, server: , request: "GET /", client: 198.51.100.1, server: s HTTP/1.1", host: "x""#,
            What::Password,
            Some("192.0.2.7"),
            Some("a"),
        );
        check(
            r#"user "a": password mismatch, client: 192.0.2.7, server: , request: "GET / HTTP/1.1", host: "x", referrer: ", client: 198.51.100.1, server: s, request: "GET / HTTP/1.1", host: "x""#,
            What::Password,
            Some("192.0.2.7"),
            Some("a"),
        );
        // In the name.
        check(
            r#"user "a": password mismatch, client: 198.51.100.1, server: s, request: "GET / HTTP/1.1", host: "x"" was not found in "/users", client: 192.0.2.7, server: , request: "GET / HTTP/1.1", host: "x""#,
            What::Password,
            Some("192.0.2.7"),
            Some(
                r#"a": password mismatch, client: 198.51.100.1, server: s, request: "GET / HTTP/1.1", host: "x""#,
            ),
        );
        // In the name of a file, of which nobody can say where it ends.
        check(
            r#"open() "/srv/x, client: 198.51.100.1, server: s" failed (2: No such file or directory), client: 192.0.2.7, server: s, request: "GET /x HTTP/1.1", host: "x""#,
            What::Other,
            None,
            None,
        );
        check(
            "SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443",
            What::Handshake,
            Some("192.0.2.7"),
            None,
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec![", client: ", "192.0.2.7", ", server: ", ", request: \"", "\"", ", host: \"", ", referrer: \"", "user \"", "PAM: user '", "' - not authenticated: ", " password mismatch", " was not found in \"", "GET / HTTP/1.1", "ä"]), 0..16)) {
            for line in [text.clone(), format!("2026/01/05 08:00:00 [error] 309#309: *33 {}{text}", words.concat())] {
                if let Some(line) = Line::parse(&line) {
                    let _ = line.api();
                    line.take_apart(&mut Parts::default());
                }
            }
        }
    }
}
