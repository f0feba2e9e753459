//! The parts of a line.

use super::line::{Form, Line};
use super::{LOOK_BACK, block, stamped};
use crate::source::mapping::{Parts, Record, turn};

pub(super) fn take_apart<'a>(line: &Line<'a>, record: &Record<'a>, parts: &mut Parts<'a>) {
    let text = line.text;
    parts.push("message", text);
    match line.form {
        Form::Block => of_block(text, record, parts),
        Form::Stamped => of_stamped(text, record, parts),
        Form::Headed => {
            if !of_realvnc(text, parts) && !of_screen_sharing(text, parts) {
                of_block(text, record, parts);
                of_stamped(text, record, parts);
            }
        }
    }
}

/// `ADDRESS::PORT`, the address perhaps in brackets; or an address alone.
fn push_peer<'a>(peer: &'a str, parts: &mut Parts<'a>) {
    let (ip, port) = match peer.rsplit_once("::") {
        Some((ip, port)) if turn::address(ip).is_some() => (ip, Some(port)),
        _ => (peer, None),
    };
    if turn::address(ip).is_some() {
        parts.push("ip", ip.trim_start_matches('[').trim_end_matches(']'));
        parts.push_some("port", port);
        parts.push_some("session", port.map(|_| peer));
    }
}

fn of_block<'a>(text: &'a str, record: &Record<'a>, parts: &mut Parts<'a>) {
    parts.push("product", "tigervnc");
    let method = |asked: Option<&str>| asked.and_then(block::method);
    match block::said(text) {
        Some(block::Said::Accepted(peer) | block::Said::Blacklisted(peer)) => {
            push_peer(peer, parts);
        }
        Some(block::Said::Closing(peer, why)) => {
            push_peer(peer, parts);
            let asked = block::connection(record.lines_before(LOOK_BACK), peer)
                .and_then(|connection| connection.asked);
            parts.push_some("method", method(asked));
            let next = wrapped(record);
            match (why, next) {
                ("", Some(next)) => parts.push("reason", next),
                (why, Some(next)) => parts.push("reason", format!("{why} {next}")),
                (why, None) => parts.push_some("reason", Some(why)),
            }
        }
        Some(block::Said::Closed(peer, why)) => {
            push_peer(peer, parts);
            parts.push_some("reason", why);
        }
        Some(block::Said::CameIn) => {
            if let Some(open) = block::waiting(record.lines_before(LOOK_BACK)) {
                push_peer(open.peer, parts);
                parts.push_some("method", method(open.asked));
            }
        }
        Some(block::Said::Asked(_)) | None => {}
    }
}

/// The next line, where it goes on with this one.
fn wrapped<'a>(record: &Record<'a>) -> Option<&'a str> {
    let next = record.lines_after().next()?;
    next.strip_prefix("              ").map(str::trim_end)
}

fn of_stamped<'a>(text: &'a str, record: &Record<'a>, parts: &mut Parts<'a>) {
    let Some(said) = stamped::said(text) else {
        return;
    };
    parts.replace("product", "libvncserver");
    let before = record.lines_before(LOOK_BACK);
    let (host, client) = match said {
        stamped::Said::Counted(host, port) => {
            parts.push("ip", host);
            parts.push("port", port);
            return;
        }
        stamped::Said::Connection(host)
        | stamped::Said::Failed(host)
        | stamped::Said::Passed(host)
        | stamped::Said::Shown(host)
        | stamped::Said::Gone(host) => (host, stamped::client(before, host)),
        stamped::Said::WrongKind => match stamped::waiting(before) {
            Some(client) => (client.host, Some(client)),
            None => return,
        },
        stamped::Said::Asked(_) => return,
    };
    parts.push("ip", host);
    if matches!(said, stamped::Said::Connection(_)) {
        return;
    }
    let method = match said {
        stamped::Said::Failed(_) | stamped::Said::Passed(_) => Some("password"),
        stamped::Said::WrongKind => {
            parts.push("reason", text);
            None
        }
        _ => client
            .and_then(|client| client.asked)
            .and_then(stamped::method),
    };
    parts.push_some("method", method);
    parts.push_some("port", client.and_then(|client| client.port));
}

/// RealVNC. The name of the user stands between the address, which is the server's own word, and the permissions.
fn of_realvnc<'a>(text: &'a str, parts: &mut Parts<'a>) -> bool {
    let Some((word, rest)) = text
        .strip_prefix("Connections: ")
        .and_then(|rest| rest.split_once(": "))
    else {
        return false;
    };
    if !matches!(word, "connected" | "authenticated" | "disconnected") {
        return false;
    }
    parts.push("product", "realvnc");
    let (peer, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    push_peer(peer.trim_end_matches(','), parts);
    if let Some((_, user)) = rest.split_once(", as ") {
        match user.rsplit_once(" (").map_or(user, |(user, _)| user) {
            "(anonymous)" => parts.push("method", "anonymous"),
            user => parts.push_some("user", Some(user)),
        }
    }
    if let Some((_, why)) = rest.rsplit_once(" ([") {
        parts.push_some("reason", Some(why.trim_end_matches(')')));
        // `AuthFailure] text`
        if let Some((kind, why)) = why.trim_end_matches(')').split_once("] ") {
            parts.replace("reason", why);
            if kind == "AuthFailure" {
                parts.push("method", "password");
            }
        }
    }
    true
}

/// macOS. The name of the user may hold what separates the parts: the address is the last.
fn of_screen_sharing<'a>(text: &'a str, parts: &mut Parts<'a>) -> bool {
    let Some(rest) = text.strip_prefix("Authentication: ") else {
        return false;
    };
    parts.push("product", "screensharingd");
    let Some((user, rest)) = rest
        .split_once(" :: User Name: ")
        .and_then(|(_, rest)| rest.rsplit_once(" :: Viewer Address: "))
    else {
        return true;
    };
    parts.push_some("user", Some(user).filter(|user| *user != "N/A"));
    let (ip, kind) = rest.split_once(" :: Type: ").unwrap_or((rest, ""));
    parts.push("ip", ip);
    let method = match kind {
        "" => None,
        "DH" | "SRP" | "VNC DES" | "RSA-SRP" => Some("password"),
        "Kerberos" => Some("kerberos"),
        other => Some(other),
    };
    parts.push_some("method", method);
    true
}
