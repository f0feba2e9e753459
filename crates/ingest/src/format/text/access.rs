//! The log of web servers in the common and combined form.

use crate::format::syslog::Stamp;
use crate::format::time;

/// `CLIENT IDENT USER [TIME] "REQUEST" STATUS BYTES "REFERRER" "AGENT" ...`, perhaps with the virtual host in front. All parts are as
/// written; `-` stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessLine<'a> {
    /// What stands before the client: the virtual host, with its port.
    pub host: Option<&'a str>,
    /// The client: an address or name, or several of them with commas between.
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
        let open = line.find(" [")?;
        let (time, rest) = line[open + 2..].split_once("] \"")?;
        if !(20..=32).contains(&time.len()) || !time.as_bytes()[0].is_ascii_digit() {
            return None;
        }
        let mut head = line[..open].rsplitn(3, ' ');
        let (user, _ident, clients) = (head.next()?, head.next()?, head.next()?);
        // The clients that a proxy lists have commas between them, the virtual host has none behind it.
        let (host, client) = match clients.split_once(' ') {
            Some((host, client)) if !host.ends_with(',') => (Some(host), client),
            _ => (None, clients),
        };
        let (request, rest) = quoted(rest)?;
        let rest = rest.strip_prefix(' ')?;
        let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (bytes, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut optional = || {
            let (text, tail) = quoted(rest.strip_prefix('"')?)?;
            rest = tail.strip_prefix(' ').unwrap_or(tail);
            Some(text)
        };
        let (referrer, agent) = (optional(), optional());
        Some(Self {
            host,
            client,
            user,
            time,
            request,
            status: status.parse().ok()?,
            bytes,
            referrer,
            agent,
            rest,
        })
    }

    /// The time.
    pub fn stamp(&self) -> Option<Stamp> {
        time::stamp("%d/%b/%Y:%H:%M:%S %z", self.time)
    }

    /// Method, path and version of the request, when it is one.
    pub fn request_parts(&self) -> Option<(&'a str, &'a str, Option<&'a str>)> {
        let (method, rest) = self.request.split_once(' ')?;
        let is_word = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
        match rest.rsplit_once(' ') {
            Some((path, version)) if version.starts_with("HTTP/") => {
                is_word.then_some((method, path, Some(&version[5..])))
            }
            _ => is_word.then_some((method, rest, None)),
        }
    }
}

/// Text up to the quote that ends it, and what follows; a backslash keeps the next character.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some((&text[..at], &text[at + 1..])),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AccessLine;
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
        assert_eq!(line.agent, Some(r#"curl/8 \"x\""#));
        assert_eq!(line.rest, "0.001");
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
        assert_eq!((line.referrer, line.agent), (None, None));
        for text in [
            "",
            " [",
            r#"a [02/Jan/2026:03:04:05 +0000] "x" 1"#,
            "Jan 2 x [1] \"y\"",
        ] {
            assert_eq!(AccessLine::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), tail in "[a\"\\\\ 0-9]{0,30}") {
            AccessLine::parse(&text);
            AccessLine::parse(&format!("a b c [02/Jan/2026:03:04:05 +0000] \"{tail}"));
        }
    }
}
