//! The log of web servers in the common and combined form.

use crate::format::syslog::Stamp;
use crate::format::time;

/// How much may stand before the time of a line: a proxy may list many clients.
const MOST_HEAD: usize = 2048;

/// `CLIENT IDENT USER [TIME] "REQUEST" STATUS BYTES "REFERRER" "AGENT" ...`, perhaps with the virtual host in front. All parts are as
/// written; `-` stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessLine<'a> {
    /// What stands before the client: the virtual host, with its port.
    pub host: Option<&'a str>,
    /// The client: an address or name, or several of them with commas between, perhaps in quotes.
    pub client: &'a str,
    /// The user that logged in, or `-`.
    pub user: &'a str,
    /// The time, as written.
    pub time: &'a str,
    /// The request, as written; it may be anything.
    pub request: &'a str,
    /// The status.
    pub status: u16,
    /// The size of the answer, or `-`.
    pub bytes: &'a str,
    /// What follows: see [`tail`](Self::tail).
    pub rest: &'a str,
}

/// What stands behind the size of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccessTail<'a> {
    /// How long it took, where that stands behind the size.
    pub duration: Option<&'a str>,
    /// Where the client came from, in the combined form.
    pub referrer: Option<&'a str>,
    /// The client's program, in the combined form.
    pub agent: Option<&'a str>,
    /// What follows.
    pub rest: &'a str,
}

impl<'a> AccessLine<'a> {
    /// Reads a line; `None` when it has another form.
    pub fn parse(line: &'a str) -> Option<Self> {
        let open = find_time(line.as_bytes())?;
        let (host, client, user) = split_head(&line[..open - 1])?;
        // Behind the time come a bracket, a space and a quote.
        let time = &line[open + 1..open + 1 + TIME];
        let (request, rest) = quoted(&line[open + TIME + 4..])?;
        let rest = rest.strip_prefix(' ')?;
        let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (bytes, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Self {
            host,
            client,
            user,
            time,
            request,
            status: status.parse().ok()?,
            bytes,
            rest,
        })
    }

    /// The time of a line, when it is one; the rest of it is not looked at.
    pub fn stamp_of(line: &str) -> Option<Stamp> {
        let open = find_time(line.as_bytes())?;
        time::web_stamp(&line[open + 1..open + 1 + TIME])
    }

    /// What stands behind the size of the answer.
    pub fn tail(&self) -> AccessTail<'a> {
        let mut rest = self.rest;
        let duration = rest
            .split_once(" \"")
            .map(|(text, _)| text)
            .filter(|text| !text.is_empty() && text.bytes().all(is_decimal));
        if let Some(text) = duration {
            rest = &rest[text.len() + 1..];
        }
        let mut optional = || {
            let (text, tail) = quoted(rest.strip_prefix('"')?)?;
            rest = tail.strip_prefix(' ').unwrap_or(tail);
            Some(text)
        };
        let (referrer, agent) = (optional(), optional());
        AccessTail {
            duration,
            referrer,
            agent,
            rest,
        }
    }

    /// The time.
    pub fn stamp(&self) -> Option<Stamp> {
        time::web_stamp(self.time)
    }

    /// The clients, in the order of the line: the first is what the proxies say of where the request began, the last the one
    /// that came to this server.
    pub fn clients(&self) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        self.client
            .split([' ', ',', '"'])
            .filter(|client| !client.is_empty())
    }

    /// Method, path and version of the request, when it is one.
    pub fn request_parts(&self) -> Option<(&'a str, &'a str, Option<&'a str>)> {
        request_parts(self.request)
    }
}

/// Method, path and version of a request line, when it is one.
pub fn request_parts(request: &str) -> Option<(&str, &str, Option<&str>)> {
    let (method, rest) = request.split_once(' ')?;
    let is_word = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    match rest.rsplit_once(' ') {
        Some((path, version)) if version.starts_with("HTTP/") => {
            is_word.then_some((method, path, Some(&version[5..])))
        }
        _ => is_word.then_some((method, rest, None)),
    }
}

/// The length of a time: `02/Jan/2026:03:04:05 +0100`.
const TIME: usize = 26;

/// Where the bracket before the time of a line stands. A user may choose a name that looks like a time, but servers escape quotes.
fn find_time(line: &[u8]) -> Option<usize> {
    let head = &line[..line.len().min(MOST_HEAD)];
    memchr::memchr_iter(b'[', head).find(|at| {
        let text = line.get(at + 1..at + TIME + 4);
        let looks_so = text.is_some_and(|text| {
            text[0].is_ascii_digit()
                && (text[2], text[6], text[11]) == (b'/', b'/', b':')
                && text[TIME..] == *b"] \""
        });
        *at > 0 && line[at - 1] == b' ' && looks_so
    })
}

/// The virtual host, the clients and the user. The name of the user may hold anything, so it is what follows the identity, which is `-`.
fn split_head(head: &str) -> Option<(Option<&str>, &str, &str)> {
    let dash = memchr::memchr_iter(b' ', head.as_bytes())
        .find(|at| head.as_bytes()[*at..].starts_with(b" - "));
    let (clients, user) = match dash {
        Some(at) => (&head[..at], &head[at + 3..]),
        // An identity, which hardly any server asks for.
        None => {
            let (client, rest) = head.split_once(' ')?;
            (client, rest.split_once(' ')?.1)
        }
    };
    // The clients that a proxy lists have commas between them, the virtual host has none behind it.
    Some(match clients.split_once(' ') {
        Some((host, client)) if !host.ends_with(',') && !host.starts_with('"') => {
            (Some(host), client, user)
        }
        _ => (None, clients, user),
    })
}

fn is_decimal(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// Text up to the quote that ends it, and what follows; a backslash keeps the next character.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessLine, AccessTail};
    use proptest::prelude::{any, proptest};

    #[test]
    fn the_combined_form() {
        let line = AccessLine::parse(
            r#"192.0.2.7 - joe [02/Jan/2026:03:04:05 +0100] "GET /a?b=c HTTP/1.1" 200 612 "-" "curl/8 \"x\"" 0.001"#,
        )
        .expect("an access line");
        assert_eq!(
            (line.client, line.user, line.status, line.bytes),
            ("192.0.2.7", "joe", 200, "612")
        );
        assert_eq!(line.request_parts(), Some(("GET", "/a?b=c", Some("1.1"))));
        assert_eq!(line.tail().agent, Some(r#"curl/8 \"x\""#));
        assert_eq!(line.tail().rest, "0.001");
        let at = line
            .stamp()
            .and_then(|stamp| stamp.at(&jiff::tz::TimeZone::UTC));
        assert_eq!(
            at.map(|at| at.to_iso(0)).as_deref(),
            Some("2026-01-02T02:04:05Z")
        );
    }

    #[test]
    fn odd_lines() {
        let line = AccessLine::parse(
            r#"web.example:443 192.0.2.7, 198.51.100.1 - - [02/Jan/2026:03:04:05 +0000] "\x16\x03" 400 0"#,
        )
        .expect("an access line");
        assert_eq!(
            (line.host, line.client),
            (Some("web.example:443"), "192.0.2.7, 198.51.100.1")
        );
        assert_eq!(line.request_parts(), None);
        assert_eq!(line.tail(), AccessTail::default());
        for text in [
            "",
            " [",
            r#"[02/Jan/2026:03:04:05 +0000] "x" 1"#,
            r#"a [02/Jan/2026:03:04:05 +0000] "x" 1"#,
            r#"a - - [02/Jan/2026:03:04:05.123] "x" 1"#,
            "Jan 2 x [1] \"y\"",
        ] {
            assert_eq!(AccessLine::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_no_client() {
        let line = AccessLine::parse(
            r#"192.0.2.7 - 198.51.100.1 - joe [01/Jan/2026:00:00:00 +0000] x [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 5 0.25 "-" "-""#,
        )
        .expect("an access line");
        assert_eq!(
            (
                line.host,
                line.clients().collect::<Vec<_>>(),
                line.tail().duration
            ),
            (None, vec!["192.0.2.7"], Some("0.25"))
        );
        assert_eq!(
            line.user,
            "198.51.100.1 - joe [01/Jan/2026:00:00:00 +0000] x"
        );
        let line = AccessLine::parse(
            r#""198.51.100.1, 192.0.2.9" 10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "" 400 0 "-" "-""#,
        )
        .expect("an access line");
        assert_eq!(
            line.clients().collect::<Vec<_>>(),
            ["198.51.100.1", "192.0.2.9", "10.0.0.1"]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), tail in "[a\"\\\\ 0-9]{0,30}") {
            let _ = AccessLine::parse(&text).map(|line| line.tail());
            let line = format!("a b c [02/Jan/2026:03:04:05 +0000] \"{tail}");
            let _ = AccessLine::parse(&line).map(|line| line.tail());
            let line = format!("{text} - - [02/Jan/2026:03:04:05 +0000] \"{text}\" 200 {tail}");
            let _ = AccessLine::parse(&line).map(|line| line.tail());
        }
    }
}
