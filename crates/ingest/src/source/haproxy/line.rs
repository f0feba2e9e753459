//! The forms of a line: requests, connections, handshakes that failed.
//!
//! HAProxy writes what comes from a client with `#XX` in place of quotes, braces and bars, so that these can be believed.

use crate::format::syslog::Stamp;
use crate::format::text::request_parts;
use crate::format::time;
use crate::source::mapping::{Api, Parts, turn, web};

/// A line that begins with a client and a time, or tells of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    client: &'a str,
    port: &'a str,
    time: &'a str,
    frontend: &'a str,
    rest: Rest<'a>,
}

/// What follows the frontend.
#[derive(Clone, Copy, Debug)]
enum Rest<'a> {
    Http(Proxied<'a>, Request<'a>),
    Tcp(Proxied<'a>),
    /// A connection of which nothing came.
    Failed {
        bind: &'a str,
        text: &'a str,
    },
    /// `Connect from CLIENT to ADDRESS (FRONTEND/MODE)`.
    Connect {
        server: &'a str,
        mode: &'a str,
    },
}

/// Which server a connection went to, and how long it took.
#[derive(Clone, Copy, Debug)]
struct Proxied<'a> {
    backend: &'a str,
    server: &'a str,
    destination: Option<&'a str>,
    timers: &'a str,
    /// Behind the status, if any.
    rest: &'a str,
}

/// A request.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    status: u16,
    captures: &'a str,
    line: &'a str,
    /// What `option httpslog` adds: how the handshake ended, and for what name.
    tls: &'a str,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Http(u16, Option<Api>),
    Tcp,
    /// A client without a certificate that is good here.
    Certificate,
    Handshake,
    Failed,
    ConnectHttp,
    ConnectTcp,
}

impl<'a> Line<'a> {
    pub(super) fn of(message: &'a str) -> Option<Self> {
        if let Some(rest) = message.strip_prefix("Connect from ") {
            return Self::connect(rest);
        }
        // Asked of nearly every line of every log: no further than the longest address and port.
        let head = &message.as_bytes()[..message.len().min(64)];
        let open = memchr::memchr(b'[', head)?.checked_sub(1)?;
        // The port ends in front of it.
        if !head.get(open.checked_sub(1)?)?.is_ascii_digit() {
            return None;
        }
        let (client, port) = message.get(..open)?.rsplit_once(':')?;
        let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
        let rest = message.get(open..)?.strip_prefix(" [")?;
        let (time, rest) = rest.split_once(']')?;
        let rest = rest.strip_prefix(' ')?;
        // The fraction of a second tells it from a web server's log.
        if !is_port || time.as_bytes().get(20) != Some(&b'.') || time.len() > 30 {
            return None;
        }
        let (frontend, rest) = rest.split_once(' ')?;
        let line = |frontend, rest| Self {
            client,
            port,
            time,
            frontend,
            rest,
        };
        if let Some((name, bind)) = frontend.split_once('/') {
            let bind = bind.strip_suffix(':').unwrap_or(bind);
            return Some(line(name, Rest::Failed { bind, text: rest }));
        }
        Some(line(frontend, proxied(rest)?))
    }

    fn connect(rest: &'a str) -> Option<Self> {
        let (source, rest) = rest.split_once(" to ")?;
        let (server, rest) = rest.split_once(" (")?;
        let (frontend, mode) = rest.strip_suffix(')')?.rsplit_once('/')?;
        let (client, port) = source.rsplit_once(':')?;
        Some(Self {
            client,
            port,
            time: "",
            frontend,
            rest: Rest::Connect { server, mode },
        })
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        time::web_stamp(self.time)
    }

    pub(super) fn what(&self) -> What {
        match self.rest {
            Rest::Http(_, request) => {
                let api = request_parts(request.line).and_then(|(method, target, _)| {
                    Api::of(method, target, || !request.captures.contains("Mozilla/"))
                });
                What::Http(request.status, api)
            }
            Rest::Tcp(_) => What::Tcp,
            Rest::Failed { text, .. } if text.starts_with("SSL client ") => What::Certificate,
            Rest::Failed { text, .. } if text.starts_with("SSL handshake failure") => {
                match text.contains("peer did not return a certificate") {
                    true => What::Certificate,
                    false => What::Handshake,
                }
            }
            Rest::Failed { .. } => What::Failed,
            Rest::Connect { mode: "HTTP", .. } => What::ConnectHttp,
            Rest::Connect { .. } => What::ConnectTcp,
        }
    }

    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        if self.client != "-" {
            parts.push_some("client", Some(self.client));
        }
        parts.push("port", self.port);
        parts.push("frontend", self.frontend);
        match self.rest {
            Rest::Http(proxied, request) => {
                push_proxied(parts, &proxied);
                request.take_apart(parts);
            }
            Rest::Tcp(proxied) => push_proxied(parts, &proxied),
            Rest::Failed { bind, text } => {
                parts.push("bind", bind);
                parts.push("error", text);
            }
            Rest::Connect { server, mode } => {
                let (address, port) = server.rsplit_once(':').unwrap_or((server, ""));
                parts.push_some("destination", Some(address));
                parts.push_some("destination.port", Some(port));
                parts.push("mode", mode);
            }
        }
    }
}

/// `BACKEND/SERVER [DESTINATION] TIMERS ...`: five timers are of a request, three of a connection.
fn proxied(rest: &str) -> Option<Rest<'_>> {
    let (to, rest) = rest.split_once(' ')?;
    let (backend, server) = to.split_once('/')?;
    let (word, tail) = rest.split_once(' ')?;
    let (destination, timers, rest) = if is_timers(word) {
        (None, word, tail)
    } else {
        let (timers, tail) = tail.split_once(' ')?;
        (Some(word), timers, tail)
    };
    if !is_timers(timers) {
        return None;
    }
    let proxied = Proxied {
        backend,
        server,
        destination,
        timers,
        rest,
    };
    match timers.bytes().filter(|byte| *byte == b'/').count() {
        2 => Some(Rest::Tcp(proxied)),
        4 => {
            let (status, rest) = rest.split_once(' ')?;
            let request = Request {
                // No status is -1.
                status: status.parse().unwrap_or(0),
                captures: "",
                line: "",
                tls: "",
            };
            let (captures, line, tls) = split_request(rest);
            Some(Rest::Http(
                Proxied { rest, ..proxied },
                Request {
                    captures,
                    line,
                    tls,
                    ..request
                },
            ))
        }
        _ => None,
    }
}

fn is_timers(word: &str) -> bool {
    word.contains('/')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'+'))
}

/// What was captured of the headers, the request's line, and what stands behind it. Behind the status come six words.
fn split_request(rest: &str) -> (&str, &str, &str) {
    let Some(start) = rest.match_indices(' ').nth(5).map(|(at, _)| at + 1) else {
        return ("", "", "");
    };
    let (captures, line) = rest[start..].split_once('"').unwrap_or(("", ""));
    let (line, tls) = line.split_once('"').unwrap_or((line, ""));
    (captures, line, tls.trim_start())
}

/// `ERROR/SSL_ERROR/CLIENT_ERROR/CA_ERROR/RESUMED NAME/VERSION/CIPHER`.
fn push_tls<'a>(parts: &mut Parts<'a>, tls: &'a str) {
    let Some((errors, agreed)) = tls.split_once(' ') else {
        return;
    };
    let names = [
        "tls.error",
        "tls.ssl_error",
        "tls.client_error",
        "tls.ca_error",
        "tls.resumed",
    ];
    for (name, number) in names.into_iter().zip(errors.split('/')) {
        parts.push(name, number);
    }
    let names = ["tls.name", "tls.version", "tls.cipher"];
    for (name, text) in names.into_iter().zip(agreed.split('/')) {
        if text != "-" {
            parts.push(name, text);
        }
    }
}

fn push_proxied<'a>(parts: &mut Parts<'a>, proxied: &Proxied<'a>) {
    parts.push("backend", proxied.backend);
    parts.push("server", proxied.server);
    parts.push_some("destination", proxied.destination);
    let timers: Vec<&str> = proxied.timers.split('/').collect();
    let names: &[&'static str] = match timers.len() {
        5 => &["request", "queue", "connect", "response", "total"],
        _ => &["queue", "connect", "total"],
    };
    for (name, timer) in names.iter().zip(timers) {
        parts.push(*name, timer);
    }
    let mut words = proxied.rest.split(' ');
    parts.push_some("bytes", words.next());
    if names.len() == 5 {
        parts.push_some("request.cookie", words.next());
        parts.push_some("response.cookie", words.next());
    }
    parts.push_some("state", words.next());
    let counts = words.next().unwrap_or_default();
    for (name, count) in [
        "active",
        "frontend.count",
        "backend.count",
        "server.count",
        "retries",
    ]
    .into_iter()
    .zip(counts.split('/'))
    {
        parts.push(name, count);
    }
    if let Some((server, backend)) = words.next().and_then(|queues| queues.split_once('/')) {
        parts.push("server.queue", server);
        parts.push("backend.queue", backend);
    }
}

impl<'a> Request<'a> {
    fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push("status", self.status.to_string());
        parts.push("line", self.line);
        if let Some((method, target, version)) = request_parts(self.line) {
            parts.push("method", method);
            parts.push_some("version", version);
            web::push_target(parts, target);
        }
        push_tls(parts, self.tls);
        // Of one block alone nobody can say whether it is of the request or of the answer.
        let mut blocks = self.captures.split_inclusive("} ").map(|block| {
            let block = block.strip_suffix("} ").unwrap_or(block);
            block.strip_prefix('{').unwrap_or(block)
        });
        if let (Some(request), Some(response)) = (blocks.next(), blocks.next()) {
            for (name, block) in [("request.header", request), ("response.header", response)] {
                // An empty block holds one empty header, one of bars alone none: so Java splits texts, and Elastic's pipeline.
                let is_empty = block.is_empty();
                let block = block.trim_end_matches('|');
                if is_empty || !block.is_empty() {
                    for header in block.split('|').take(64) {
                        parts.push(name, header);
                    }
                }
            }
        }
    }
}

/// Has the client an address?
pub(super) fn is_address(client: &str) -> bool {
    turn::address(client).is_some()
}

#[cfg(test)]
mod tests {
    use super::{Line, What};
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn forms() {
        let http = |status| Some(What::Http(status, None));
        for (line, what) in [
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a b/c 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"",
                http(200),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a b/c web.example 0/0/0/1/+1 200 9 - - ---- 1/1/0/0/0 0/0 {x|y} \"GET / HTTP/1.1\"",
                http(200),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a a/<NOSRV> -1/-1/-1/-1/0 -1 0 - - PR-- 1/1/0/0/0 0/0 \"<BADREQ>\"",
                http(0),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a b/c 0/0/0/1/1 200 9",
                http(200),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a b/c 1/0/5 9 -- 1/1/0/0/0 0/0",
                Some(What::Tcp),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a/1: SSL handshake failure",
                Some(What::Handshake),
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a/1: Connection closed during SSL handshake",
                Some(What::Failed),
            ),
            (
                "Connect from 192.0.2.7:5 to 192.0.2.1:80 (main/HTTP)",
                Some(What::ConnectHttp),
            ),
            (
                "192.0.2.7:x [05/Jan/2026:08:00:00.123] a b/c 1/0/5 9 -- 1/1/0/0/0 0/0",
                None,
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00 +0000] a b/c 1/0/5 9 -- 1/1/0/0/0 0/0",
                None,
            ),
            (
                "192.0.2.7:5 [05/Jan/2026:08:00:00.123] a b/c 1/0/5/6 9 -- 1/1/0/0/0 0/0",
                None,
            ),
            ("Proxy a started.", None),
        ] {
            let found = Line::of(line);
            assert_eq!(found.map(|line| line.what()), what, "{line}");
            if let Some(found) = found {
                found.take_apart(&mut Parts::default());
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec!["a/b ", "0/0/0/0/1 ", "0/1/2 ", "200 ", "- ", "{x|} ", "{ ", "\"GET / ", "\"", "ä ", "a/1: ", "Connect from ", " to ", " (a/HTTP)"]), 0..14)) {
            let words = words.concat();
            for line in [format!("192.0.2.7:5 [05/Jan/2026:08:00:00.123] {words}{text}"), format!("{words}{text}"), text.clone()] {
                if let Some(line) = Line::of(&line) {
                    let _ = (line.what(), line.stamp());
                    line.take_apart(&mut Parts::default());
                }
            }
        }
    }
}
