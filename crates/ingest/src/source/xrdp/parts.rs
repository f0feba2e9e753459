//! The parts of a line.

use super::line::Line;
use crate::source::mapping::{Parts, Record, turn};

/// How far a success looks back for the request that it answers. A logon takes seconds and some ten lines.
const LOOK_BACK: usize = 8 << 10;

const REQUEST: &str = "Received system login request from xrdp for user: ";
const FAILED: &str = "AUTHFAIL: user=";
const PERMITTED: &str = "Access permitted for user: ";

pub(super) fn take_apart<'a>(line: &Line<'a>, record: &Record<'a>, parts: &mut Parts<'a>) {
    let text = line.text;
    parts.push("message", text);
    parts.push("level", line.level);
    if let Some((ip, port)) = peer(text) {
        push_peer(ip, port, parts);
    } else if let Some(user) = text.strip_prefix(PERMITTED)
        && let Some(ip) = requested_from(user, record.lines_before(LOOK_BACK))
    {
        parts.push("ip", ip);
    }
    if let Some(user) = user(text) {
        parts.push("user", user);
    }
    if let Some(rest) = text.strip_prefix("++ ")
        && let Some((_, rest)) = rest.rsplit_once(", session_pid ")
    {
        parts.push_some("session", rest.split(',').next());
    }
    if text.starts_with("TLS connection established from ")
        && let Some((before, cipher)) = text.rsplit_once(" with cipher ")
    {
        parts.push_some("tls.cipher", Some(cipher));
        let version = before
            .rsplit(' ')
            .next()
            .and_then(|word| word.strip_prefix("TLSv"));
        parts.push_some("tls.version", version);
    }
}

fn push_peer<'a>(ip: &'a str, port: Option<&'a str>, parts: &mut Parts<'a>) {
    if turn::address(ip).is_some() {
        parts.push("ip", ip);
        parts.push_some("port", port);
    }
}

/// The remote end that a text names. What a stranger chooses, the name of the user, stands before it.
pub(super) fn peer(text: &str) -> Option<(&str, Option<&str>)> {
    let digits = |text: &'_ str| text.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(rest) = text.strip_prefix("Socket ") {
        let rest = rest[digits(rest)..].strip_prefix(": ")?;
        let rest = rest.strip_prefix("connection accepted from ").or_else(|| {
            rest.split_once(" connection received from ")
                .map(|(_, rest)| rest)
        })?;
        return Some(written(rest));
    }
    if let Some(rest) = text
        .strip_prefix("TLS connection established from ")
        .or_else(|| text.strip_prefix("A connection received from: "))
        .or_else(|| text.strip_prefix("A connection received from "))
        .or_else(|| text.strip_prefix("An established connection closed to endpoint: "))
    {
        return Some(written(rest));
    }
    if text.starts_with(FAILED) {
        let (_, rest) = text.rsplit_once(" ip=")?;
        return Some((rest.split(' ').next()?, None));
    }
    if text.starts_with(REQUEST) {
        return Some((text.rsplit_once(" IP: ")?.1, None));
    }
    if text.starts_with("++ ") {
        return Some(written(text.rsplit_once(", ip ")?.1));
    }
    None
}

/// `ADDRESS port PORT`, `[ADDRESS]:PORT`, `ADDRESS:PORT - socket: 12`, `ADDRESS`.
fn written(text: &str) -> (&str, Option<&str>) {
    if let Some((ip, rest)) = text.split_once(" port ") {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        return (ip, Some(&rest[..length]));
    }
    if let Some((end, _)) = text.split_once(" - socket")
        && let Some((ip, port)) = end.rsplit_once(':')
    {
        return (ip, Some(port));
    }
    let word = text.split(' ').next().unwrap_or_default();
    match word.rsplit_once("]:") {
        Some((ip, port)) => (ip.trim_start_matches('['), Some(port)),
        None => (word, None),
    }
}

/// Who, where the text says so.
fn user(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(FAILED) {
        return rest.rsplit_once(" ip=").map(|(user, _)| user);
    }
    if let Some(rest) = text.strip_prefix(REQUEST) {
        return rest.rsplit_once(" IP: ").map(|(user, _)| user);
    }
    if let Some(rest) = text
        .strip_prefix(PERMITTED)
        .or_else(|| text.strip_prefix("Access denied for user: "))
        .or_else(|| text.strip_prefix("Username or password error for user: "))
        .or_else(|| text.strip_prefix("Username okay but group problem for user: "))
        .or_else(|| text.strip_prefix("xrdp_wm_log_msg: login failed for user "))
        .or_else(|| text.strip_prefix("xrdp_wm_log_msg: Performing login request for "))
    {
        return Some(rest);
    }
    if let Some(rest) = text.strip_prefix("xrdp_wm_log_msg: login successful for user ") {
        return Some(
            rest.rsplit_once(" on display ")
                .map_or(rest, |(user, _)| user),
        );
    }
    let (_, rest) = text.strip_prefix("++ ")?.split_once("username ")?;
    let rest = rest.rsplit_once(", ip ").map_or(rest, |(rest, _)| rest);
    Some(
        rest.rsplit_once(", display ")
            .map_or(rest, |(user, _)| user),
    )
}

/// From where the request of this user came that is not answered yet; `None` when there is none, or several from different
/// addresses.
fn requested_from<'a>(user: &str, before: &'a str) -> Option<&'a str> {
    let mut open: Vec<&str> = Vec::new();
    for line in before.lines() {
        let text = match Line::own(line) {
            Some(line) => line.text,
            // Behind a header of syslog.
            None => match line.split_once("] ") {
                Some((_, text)) => text,
                None => continue,
            },
        };
        let rest = text.strip_prefix("[INFO ] ").unwrap_or(text);
        if let Some((named, ip)) = rest
            .strip_prefix(REQUEST)
            .and_then(|rest| rest.rsplit_once(" IP: "))
        {
            if named == user {
                open.push(ip);
            }
        } else if let Some((named, rest)) = rest
            .strip_prefix(FAILED)
            .and_then(|rest| rest.rsplit_once(" ip="))
        {
            let ip = rest.split(' ').next().unwrap_or_default();
            if named == user
                && let Some(at) = open.iter().position(|known| *known == ip)
            {
                open.remove(at);
            }
        } else if rest.strip_prefix(PERMITTED) == Some(user) {
            // Which of several it was does not show; one of them is answered.
            match open.as_slice() {
                [] => {}
                [first, ..] if open.iter().all(|ip| ip == first) => {
                    open.pop();
                }
                _ => {}
            }
        }
    }
    let first = *open.first()?;
    open.iter().all(|ip| *ip == first).then_some(first)
}
