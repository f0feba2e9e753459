//! The forms of a line, and its parts.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::{Pairs, matches};
use crate::format::time;
use crate::source::mapping::{Parts, Record, turn, web};

/// What stands in front of the gateway's own head.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" PulseSecure: - - - "));

/// How far into a line the mark may stand.
const HEAD: usize = 160;

/// A line in one of its forms.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    /// `... PulseSecure: - - - DATE - NODE - [CLIENT] USER(REALM)[ROLES] - TEXT`.
    Own(Head<'a>),
    /// `id=firewall time="..." ... msg="ID: TEXT"`.
    Welf(&'a str),
}

/// The head of a line of the own form.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    /// The host of the relay's header.
    outer: Option<&'a str>,
    /// The time, with its zone where the header has one.
    pub(super) time: &'a str,
    /// The gateway as the header names it.
    observer: &'a str,
    /// The gateway as it names itself.
    node: &'a str,
    client: &'a str,
    /// `USER(REALM)[ROLES]`, perhaps with a network in front and a short session id behind.
    who: &'a str,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// The form of a record; `None` when it is of another source.
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(head) = head(record.raw).or_else(|| classic_head(record)) {
            return Some(Self::Own(head));
        }
        let message = welf(record)?;
        Some(Self::Welf(message))
    }

    /// What happened, in words.
    pub(super) fn text(&self) -> &'a str {
        match self {
            Self::Own(head) => head.text,
            Self::Welf(message) => welf_text(message).1,
        }
    }
}

/// The pairs of a line in WELF: SonicWall's have a serial number where the gateway's have a time.
fn welf<'a>(record: &Record<'a>) -> Option<&'a str> {
    let message = record.message();
    let pairs = message
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .map_or(message, |(_, rest)| rest);
    let rest = pairs.trim_start();
    rest.strip_prefix("id=firewall time=\"")?
        .get(19..)?
        .strip_prefix("\" pri=")?;
    rest.contains(" vpn=").then_some(rest)
}

/// The time of a WELF line, which names no zone.
pub(super) fn welf_stamp(pairs: &str) -> Option<Stamp> {
    let time = pairs.strip_prefix("id=firewall time=\"")?.get(..19)?;
    time::fixed("YYYY-MM-DD hh:mm:ss", time)
}

/// The id of a WELF message and its text.
fn welf_text(pairs: &str) -> (Option<&str>, &str) {
    let Some((_, message)) = pairs.split_once(" msg=\"") else {
        return (None, "");
    };
    let message = message.trim_end();
    let message = message.strip_suffix('"').unwrap_or(message);
    match message.split_once(": ") {
        Some((id, text)) if id.len() == 8 && id.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            (Some(id), text)
        }
        _ => (None, message),
    }
}

fn head(line: &str) -> Option<Head<'_>> {
    let end = line.len().min(HEAD);
    let at = MARK.find(&line.as_bytes()[..end])?;

    let mut words = [""; 7];
    let mut count = 0;
    for word in line[..at].split(' ').filter(|word| !word.is_empty()) {
        *words.get_mut(count)? = word;
        count += 1;
    }
    let [version, time, observer] = *words[..count].last_chunk::<3>()?;
    if version != "1" && !version.ends_with(">1") {
        return None;
    }
    iso_stamp(time)?;
    let rest = &line[at + MARK.needle().len()..];
    Some(Head {
        outer: (count > 4).then(|| words[count - 4]),
        time,
        observer,
        ..body(rest)?
    })
}

/// `PulseSecure: DATE - NODE - [CLIENT] ...` behind a syslog header of the classic form, as gateways before 9.1 write it; those of
/// Juniper's name began so too.
fn classic_head<'a>(record: &Record<'a>) -> Option<Head<'a>> {
    if !matches!(record.program(), Some("PulseSecure" | "Juniper")) {
        return None;
    }
    let message = record.message();
    let message = message.strip_prefix("- - - ").unwrap_or(message);
    Some(Head {
        outer: record.header.relay,
        observer: record.header.host.unwrap_or_default(),
        ..body(message)?
    })
}

/// `DATE - NODE - [CLIENT] USER(REALM)[ROLES] - TEXT`.
fn body(text: &str) -> Option<Head<'_>> {
    let (time, rest) = (text.get(..19)?, text.get(19..)?);
    time::fixed("YYYY-MM-DD hh:mm:ss", time)?;
    let (node, rest) = rest.strip_prefix(" - ")?.split_once(" - [")?;
    let (client, rest) = rest.split_once("] ")?;
    let (who, text) = split(rest)?;
    Some(Head {
        outer: None,
        time,
        observer: "",
        node,
        client,
        who,
        text,
    })
}

/// Splits who and what. Where a user name looks like the end of this head, it cannot be told which is: then nothing is said
/// of what happened.
fn split(rest: &str) -> Option<(&str, &str)> {
    let at = rest.find(")[")?;
    let end = at + rest[at..].find("] - ")? + 1;
    let ambiguous = rest[at + 2..].contains(")[");
    Some((&rest[..end], if ambiguous { "" } else { &rest[end + 3..] }))
}

/// Names the parts of a line.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    match Line::of(record) {
        Some(Line::Own(head)) => {
            parts.push_some("outer", head.outer);
            let name = if turn::address(head.observer).is_some() {
                "observer.ip"
            } else {
                "observer.hostname"
            };
            parts.push_some(name, Some(head.observer).filter(|text| !text.is_empty()));
            parts.push("node", head.node);
            parts.push("client", head.client);
            let zone = head.time.rfind(['+', '-', 'Z']).filter(|at| *at > 10);
            parts.push_some("zone", zone.map(|at| &head.time[at..]));
            parts.push("message", head.text);
            who(head.who, parts);
            details(head.text, parts);
        }
        Some(Line::Welf(pairs)) => {
            let (id, text) = welf_text(pairs);
            parts.push_some("id", id);
            parts.push("message", text);
            let mut welf = Parts::default();
            welf.extend_bounded(Pairs::new(pairs).verbatim());
            let own = |name: &str| welf.all(name).next().map(str::to_owned);
            if let Some(name) = own("user") {
                account(&name.replace("\\\\", "\\"), |part, value| {
                    parts.push(part, value.to_owned());
                });
            }
            // A user name may hold ` src=`: where the line names several addresses it cannot be told which is the client's.
            let mut sources: Vec<&str> = welf.all("src").collect();
            sources.dedup();
            if let [client] = sources[..] {
                parts.push("client", client.to_owned());
            }
            for (key, part) in [
                ("vpn", "node"),
                ("fw", "observer.ip"),
                ("realm", "realm"),
                ("roles", "role"),
                ("agent", "agent"),
                ("pri", "priority"),
                ("error.message", "error.message"),
            ] {
                if let Some(value) = own(key).filter(|value| !value.is_empty()) {
                    parts.push(part, value);
                }
            }
            details(text, parts);
        }
        None => {}
    }
}

/// User and domain of `DOMAIN\name` and `name@domain`.
fn account<'t>(name: &'t str, mut push: impl FnMut(&'static str, &'t str)) {
    let (domain, name) = match name.split_once('\\') {
        Some((domain, name)) => (Some(domain), name),
        None => match name.rsplit_once('@') {
            Some((name, domain)) => (Some(domain), name),
            None => (None, name),
        },
    };
    if !name.is_empty() {
        push("user", name);
    }
    if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
        push("domain", domain);
    }
}

/// `NETWORK::USER(REALM)[ROLES][SESSION]`.
fn who<'a>(who: &'a str, parts: &mut Parts<'a>) {
    let Some(at) = who.find(")[") else {
        return;
    };
    let (front, behind) = (&who[..at], &who[at + 2..]);
    // A realm holds no parenthesis; a user name may.
    let (name, realm) = match front.rsplit_once('(') {
        Some((name, realm)) => (name, Some(realm)),
        None => (front, None),
    };
    let name = name.split_once("::").map_or(name, |(_, name)| name);
    account(name, |part, value| parts.push(part, value));
    // The device itself has none: Elastic keeps that it is empty.
    if let Some(realm) = realm {
        parts.push("realm", realm);
    }
    let behind = behind.strip_suffix(']').unwrap_or(behind);
    match behind.split_once("][") {
        Some((role, session)) => {
            parts.push("role", role);
            parts.push_some("short", Some(session));
        }
        None => parts.push("role", behind),
    }
}

/// What sentences about an end say of how much there was, and requests of what was asked for.
fn ended<'a>(text: &'a str, parts: &mut Parts<'a>) {
    if text.starts_with("Closed connection to ") {
        let _ = matches(
            "Closed connection to {} port {} after {seconds:word} seconds, with {bytes_read:word} bytes read (in {} chunks) and {bytes_written:word} bytes written",
            text,
            parts,
        );
    } else if text.starts_with("Session:[") {
        let consumed = text
            .rsplit_once(" Bandwidth consumed [")
            .and_then(|(_, rest)| rest.split(']').next());
        parts.push_some("bytes_consumed", consumed);
    } else if let Some(rest) = text.strip_prefix("WebRequest completed, ")
        && let Some((method, rest)) = rest.split_once(" to ")
        && let Some((target, rest)) = rest.split_once(" from ")
    {
        parts.push("method", method);
        web::push_target(parts, target);
        for (mark, name) in [
            (" result=", "status"),
            (" sent=", "bytes_sent"),
            (" received=", "bytes_received"),
            (" in ", "seconds"),
        ] {
            let value = rest
                .split_once(mark)
                .and_then(|(_, rest)| rest.split(' ').next());
            parts.push_some(name, value);
        }
    }
}

/// What the sentence itself names.
fn details<'a>(text: &'a str, parts: &mut Parts<'a>) {
    if let Some((_, rest)) = text.rsplit_once("(session:") {
        let session = rest.trim_start();
        parts.push_some("session", session.split([')', ' ']).next());
    }
    if let Some((_, reason)) = text.split_once("Reason: ") {
        parts.push_some("reason", Some(reason.trim_end()));
    }
    if let Some(rest) = text.strip_prefix("VPN Tunneling: Session ")
        && let Some((_, rest)) = rest.rsplit_once(") with ")
    {
        // The host, where the sentence names one.
        let _ = matches(
            "{family:word} address {tunnel:word}, hostname {host:word}",
            rest,
            parts,
        ) || matches("{family:word} address {tunnel:word}", rest, parts);
    }
    ended(text, parts);
    if let Some(rest) = text.strip_prefix("VPN Tunneling: User with IP ") {
        parts.push_some("tunnel", rest.split(' ').next());
    }
    if let Some(rest) = text.strip_prefix("Connection from IP ") {
        parts.push_some("peer", rest.split(' ').next());
    }
    let agent = if text.starts_with("Agent login ") || text.starts_with("Login succeeded ") {
        text.split_once(" with ")
            .map(|(_, agent)| agent.strip_suffix('.').unwrap_or(agent))
    } else if text.starts_with("Session ") {
        text.split_once(" from user agent '")
            .and_then(|(_, rest)| Some(rest.split_once("' (session:")?.0))
    } else {
        None
    };
    parts.push_some("agent", agent);
}
