//! The head of a line, and what it says.
//!
//! `Nov 25 17:41:21.714 [notice] TEXT`, in a syslog without the head; `{DOMAIN} ` and `function(): ` may stand before the text.

use crate::source::mapping::{Parts, Record, turn};

const LEVELS: [&str; 5] = ["notice", "info", "warn", "err", "debug"];

/// A line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    level: Option<&'a str>,
    function: Option<&'a str>,
    text: &'a str,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Started,
    Stopped,
    /// Which file it is configured by.
    Configuration,
    /// A folder of a hidden service.
    Service,
    /// A port of a hidden service, and where it leads.
    Port,
    /// The service's keys were read or made.
    Keys,
    /// The service can be reached.
    Introduction,
    /// Somebody visits the service.
    Visit,
    /// How often that was so.
    Heartbeat,
    Listener,
    Bootstrap,
    Bootstrapped,
    /// Somebody came to steer tor.
    Control,
    /// And could not say who they are.
    ControlRefused,
    /// Anybody may.
    ControlOpen,
    Other,
}

/// The level in the head that a line of tor has: what looks like one of syslog without a host, by the program `[notice]`.
fn level<'a>(record: &Record<'a>) -> Option<&'a str> {
    let level = record.program()?;
    let is_own = record.header.host.is_none()
        && record.raw.as_bytes().get(15) == Some(&b'.')
        && LEVELS.contains(&level);
    is_own.then_some(level)
}

/// The same where it stands in the message: what a daemon printed into the journal.
fn printed(message: &str) -> Option<(&str, &str)> {
    let (head, rest) = message.split_once('[')?;
    let (level, text) = rest.split_once("] ")?;
    let is_head = (16..24).contains(&head.len())
        && head.as_bytes()[15] == b'.'
        && head.as_bytes()[0].is_ascii_uppercase();
    (is_head && LEVELS.contains(&level)).then_some((level, text))
}

impl<'a> Line<'a> {
    /// A line with the head that only tor writes.
    pub(super) fn of_file(record: &Record<'a>) -> Option<Self> {
        level(record).map(|level| Self::new(Some(level), record.message()))
    }

    /// A line that is known to be of tor.
    pub(super) fn of(record: &Record<'a>) -> Self {
        if let Some(line) = Self::of_file(record) {
            return line;
        }
        match printed(record.message()) {
            Some((level, text)) => Self::new(Some(level), text),
            None => Self::new(None, record.message()),
        }
    }

    fn new(level: Option<&'a str>, text: &'a str) -> Self {
        let text = match text
            .strip_prefix('{')
            .and_then(|rest| rest.split_once("} "))
        {
            Some((domain, rest)) if domain.bytes().all(|byte| byte.is_ascii_uppercase()) => rest,
            _ => text,
        };
        let name = text
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        match text[name..].strip_prefix("(): ") {
            Some(rest) if name > 0 => Self {
                level,
                function: Some(&text[..name]),
                text: rest,
            },
            _ => Self {
                level,
                function: None,
                text,
            },
        }
    }

    pub(super) fn what(&self) -> What {
        let text = self.text;
        let starts = |start: &str| text.starts_with(start);
        if let Some(rest) = text.strip_prefix("Bootstrapped ") {
            return match rest.starts_with("100%") {
                true => What::Bootstrapped,
                false => What::Bootstrap,
            };
        }
        if starts("HiddenServicePort=") {
            What::Port
        } else if starts("HiddenServiceDir=\"") || starts("Added ephemeral ") {
            What::Service
        } else if starts("Loading v3 onion service keys from ")
            || starts("Unable to load keys from ")
        {
            What::Keys
        } else if starts("Successfully received an INTRO_ESTABLISHED cell on circuit ") {
            What::Introduction
        } else if starts("Rendezvous circuit launched to ") {
            What::Visit
        } else if starts("Our onion service") && text.contains(" INTRODUCE2 cells ") {
            What::Heartbeat
        } else if listener(text).is_some() {
            What::Listener
        } else if starts("New control connection opened") {
            What::Control
        } else if starts("Bad password or authentication cookie on controller")
            || starts("Got authentication cookie with wrong length")
        {
            What::ControlRefused
        } else if starts("ControlPort is open, but no authentication method has been configured") {
            What::ControlOpen
        } else if starts("Read configuration file \"") {
            What::Configuration
        } else if starts("Tor ") && (text.contains(" opening ") || text.contains(" running on ")) {
            What::Started
        } else if text.ends_with("exiting cleanly.") {
            What::Stopped
        } else {
            What::Other
        }
    }

    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push_some("level", self.level);
        parts.push_some("function", self.function);
        parts.push("message", self.text);
        let text = self.text;
        match self.what() {
            What::Started => parts.push_some("version", text.split(' ').nth(1)),
            What::Configuration | What::Keys => parts.push_some("path", path(text)),
            What::Service => {
                parts.push_some("directory", path(text));
                if text.starts_with("Added ephemeral ") {
                    parts.push_some("onion", text.rsplit(' ').next());
                }
            }
            What::Port => push_port(parts, text),
            What::Introduction => parts.push_some("onion", text.rsplit(' ').next()),
            What::Visit => {
                parts.push_some("onion", text.rsplit(' ').next());
                let cookie = text.split_once(" with cookie ");
                parts.push_some(
                    "cookie",
                    cookie.and_then(|(_, rest)| rest.split(' ').next()),
                );
            }
            What::Heartbeat => push_heartbeat(parts, text),
            What::Listener => {
                if let Some((name, address)) = listener(text) {
                    parts.push("listener", name);
                    push_address(parts, address, "server");
                }
            }
            What::Bootstrap | What::Bootstrapped => {
                let rest = text.strip_prefix("Bootstrapped ").unwrap_or_default();
                parts.push_some("progress", rest.split('%').next());
            }
            What::Control => {
                let from = text.split_once(" from ").map(|(_, rest)| rest);
                let from = from.map(|from| from.strip_suffix('.').unwrap_or(from));
                parts.push_some("client", from);
            }
            What::Stopped | What::ControlRefused | What::ControlOpen | What::Other => {}
        }
    }
}

/// The text in the first pair of quotes, or what a text about keys ends in.
fn path(text: &str) -> Option<&str> {
    if let Some((_, rest)) = text.split_once('"') {
        return rest.split('"').next();
    }
    let rest = text.strip_prefix("Unable to load keys from ")?;
    rest.split_once(". ").map(|(path, _)| path)
}

/// `Opening Socks listener on ADDRESS`, `Opened Socks listener connection (ready) on ADDRESS`: which listener, and where.
fn listener(text: &str) -> Option<(&str, &str)> {
    let rest = text
        .strip_prefix("Opening ")
        .or_else(|| text.strip_prefix("Opened "))?;
    let (name, rest) = rest.split_once(" listener ")?;
    let rest = rest.strip_prefix("connection (ready) ").unwrap_or(rest);
    Some((name, rest.strip_prefix("on ")?))
}

/// `HiddenServicePort=VIRTUAL [TARGET] for "FOLDER"`; without a target it is the same port of the machine itself.
fn push_port<'a>(parts: &mut Parts<'a>, text: &'a str) {
    let Some((value, rest)) = text
        .strip_prefix("HiddenServicePort=")
        .and_then(|rest| rest.split_once(" for "))
    else {
        return;
    };
    parts.push_some("directory", path(rest));
    let mut words = value.split_ascii_whitespace();
    let Some(port) = words.next() else {
        return;
    };
    parts.push("port", port);
    let Some(target) = words.next() else {
        parts.push("target.address", "127.0.0.1");
        parts.push("target.port", port);
        return;
    };
    if target.bytes().all(|byte| byte.is_ascii_digit()) {
        parts.push("target.address", "127.0.0.1");
        parts.push("target.port", target);
    } else {
        push_address(parts, target, "target");
    }
}

/// An address, and its port if it has one.
fn push_address<'a>(parts: &mut Parts<'a>, text: &'a str, name: &'static str) {
    let (address, port) = turn::split_port(text);
    parts.push(format!("{name}.address"), address);
    if port.is_some() {
        parts.push_some(
            match name {
                "server" => "server.port",
                _ => "target.port",
            },
            text.rsplit(':').next(),
        );
    }
}

/// `received 1 v2 and 2 v3 INTRODUCE2 cells and attempted to launch 3 rendezvous circuits.`: the numbers before these words.
fn push_heartbeat(parts: &mut Parts<'_>, text: &str) {
    let mut last: Option<u64> = None;
    let mut introductions = 0u64;
    for word in text.split(' ') {
        match (word, last) {
            ("v2" | "v3", Some(number)) => introductions = introductions.saturating_add(number),
            ("rendezvous", Some(number)) => parts.push("visits", number.to_string()),
            _ => {}
        }
        last = word.parse().ok();
    }
    parts.push("introductions", introductions.to_string());
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, prop, proptest};

    #[track_caller]
    fn check(text: &str, expect: &[(&str, &str)]) {
        let mut parts = Parts::default();
        Line::new(None, text).take_apart(&mut parts);
        for (name, value) in expect {
            assert_eq!(parts.get(name), Some(*value), "{text}: {name}");
        }
    }

    #[test]
    fn texts() {
        check(
            r#"config_generic_service(): HiddenServicePort=3389 127.0.0.1:3389 for "/srv/a b""#,
            &[
                ("port", "3389"),
                ("target.address", "127.0.0.1"),
                ("target.port", "3389"),
                ("directory", "/srv/a b"),
                ("function", "config_generic_service"),
            ],
        );
        check(
            r#"{CONFIG} config_generic_service(): HiddenServicePort=22 for "/srv/a""#,
            &[
                ("port", "22"),
                ("target.address", "127.0.0.1"),
                ("target.port", "22"),
            ],
        );
        check(
            r#"HiddenServicePort=80 8080 for "/srv/a""#,
            &[("port", "80"), ("target.port", "8080")],
        );
        check(
            r#"HiddenServicePort=80 unix:/run/web.sock for "/srv/a""#,
            &[("target.address", "unix:/run/web.sock")],
        );
        check(
            "Our onion service received 1 v2 and 2 v3 INTRODUCE2 cells and attempted to launch 3 rendezvous circuits.",
            &[("introductions", "3"), ("visits", "3")],
        );
        check(
            "Opened Socks listener connection (ready) on [::1]:9050",
            &[
                ("listener", "Socks"),
                ("server.address", "::1"),
                ("server.port", "9050"),
            ],
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec!["HiddenServicePort=", "HiddenServiceDir=\"", " for ", "\"", "(): ", "{A} ", "Opened ", " listener ", "on ", "Bootstrapped ", "%", "Our onion service ", " INTRODUCE2 cells ", "v3 ", "9 ", "[", "] ", "Jan  1 00:00:00.000 "]), 0..12)) {
            for text in [text.clone(), format!("{}{text}", words.concat())] {
                Line::new(None, &text).take_apart(&mut Parts::default());
                let _ = super::printed(&text);
            }
        }
    }
}
