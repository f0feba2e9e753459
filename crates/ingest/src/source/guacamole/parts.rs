//! The parts of a line.

use std::net::IpAddr;

use super::kinds::{AFTER_USER, Said, said};
use super::line::Line;
use crate::source::mapping::{Parts, turn};

pub(super) fn take_apart<'a>(line: &Line<'a>, parts: &mut Parts<'a>) {
    let text = line.text;
    parts.push("message", text);
    parts.push("level", line.level);
    parts.push_some("logger", Some(line.logger));
    parts.push_some("thread", line.thread);
    let Some(said) = said(text) else {
        return;
    };
    if let Some(rest) = text.strip_prefix("Authentication attempt from ") {
        if let Some((addresses, rest)) = rest.split_once(" for user \"") {
            push_addresses(addresses, parts);
            let end = match said {
                Said::Asked => "\" requires additional credentials",
                _ => "\" failed",
            };
            if let Some((user, why)) = rest.rsplit_once(end) {
                push_user(user, parts);
                let why = why.strip_prefix(": ").map(|why| {
                    why.rsplit_once(" (rejected by \"")
                        .map_or(why, |(why, _)| why)
                });
                parts.push_some("reason", why);
            }
        }
        return;
    }
    let Some((at, words)) = AFTER_USER
        .iter()
        .filter_map(|(words, _)| Some((text.rfind(words)?, *words)))
        .max()
    else {
        return;
    };
    // `User "alice"`, since version 1.6 `User "alice" (authenticated by "postgresql")`.
    let user = text[..at].strip_prefix("User \"").unwrap_or_default();
    let user = user
        .rsplit_once("\" (authenticated by \"")
        .map_or(user.trim_end_matches('"'), |(user, _)| user);
    push_user(user, parts);
    let rest = &text[at + words.len()..];
    match said {
        Said::CameIn => push_addresses(rest.trim_end_matches('.'), parts),
        Said::Connected => parts.push_some("connection", connection(rest.trim_end_matches('.'))),
        Said::Disconnected => {
            let (name, duration) = match rest.rsplit_once(". Duration: ") {
                Some((name, duration)) => (name, duration.strip_suffix(" milliseconds")),
                None => (rest, None),
            };
            parts.push_some("connection", connection(name));
            parts.push_some("milliseconds", duration);
        }
        _ => {}
    }
}

/// `"name"`, or `group "name"`.
fn connection(text: &str) -> Option<&str> {
    text.strip_prefix("group ")
        .unwrap_or(text)
        .strip_prefix('"')?
        .strip_suffix('"')
}

/// `null` stands for no name.
fn push_user<'a>(user: &'a str, parts: &mut Parts<'a>) {
    parts.push_some("user", Some(user).filter(|user| *user != "null"));
}

/// An address, or `[forwarded, ..., peer]`: what a header says of the clients, and the peer of the connection, which alone is sure.
fn push_addresses<'a>(text: &'a str, parts: &mut Parts<'a>) {
    let list = text
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'))
        .unwrap_or(text);
    let addresses: Vec<&str> = list
        .split(", ")
        .map(|text| turn::split_port(text).0)
        .filter(|text| turn::address(text).is_some())
        .collect();
    for address in &addresses {
        parts.push("addresses", *address);
    }
    let Some((peer, forwarded)) = addresses.split_last() else {
        return;
    };
    let is_proxy = turn::address(peer).is_some_and(is_inside);
    // What the peer itself saw is the last that it added; anybody can send the header, so only a proxy of one's own is believed.
    let client = match forwarded.last() {
        Some(client) if is_proxy => client,
        _ => peer,
    };
    parts.push("ip", *client);
    if forwarded.iter().any(|address| address != peer) {
        parts.push("ambiguous", "true");
    }
}

/// Where one's own proxies are.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private() || address.is_loopback() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local()
        }
    }
}
