//! The parts of a line.

use super::line::{Line, is_client_row};
use crate::source::mapping::{Parts, Record, turn};

/// Names the parts of a line.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let line = &Line::of(record);
    let text = line.text;
    // What looks like a header in front of OpenVPN's own lines is none.
    if line.through_syslog {
        parts.push_some("host", record.header.host);
        parts.push_some("program", record.header.program);
        if let Some(pid) = record.header.pid {
            parts.push("pid", pid.to_string());
        }
    }
    parts.push("message", text);
    if is_client_row(text) || text.starts_with("CLIENT_LIST") {
        return row(text, parts);
    }
    // What the line says of the socket goes before the peer in front of it.
    let socket = text
        .split_once("[AF_INET")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(_, rest)| rest.split([' ', ',']).next().unwrap_or_default())
        .filter(|_| !text.starts_with("UDPv") && !text.starts_with("TCPv"));
    match socket {
        // A socket always has a port, behind the last colon.
        Some(socket) => {
            let (ip, port) = socket.rsplit_once(':').unwrap_or((socket, ""));
            if turn::address(ip).is_some() {
                let session = socket.strip_prefix("::ffff:").unwrap_or(socket);
                parts.push("session", line.peer.unwrap_or(session));
                parts.push("ip", ip);
                parts.push_some("port", Some(port));
            } else if let Some(peer) = line.peer {
                address(peer, parts);
            }
        }
        None => {
            if let Some(peer) = line.peer {
                address(peer, parts);
            }
        }
    }
    if let Some(user) = user(line) {
        parts.push("user", user);
    }
    if let Some(learnt) = text.strip_prefix("MULTI: Learn: ") {
        parts.push_some("virtual", learnt.split(' ').next());
    }
    if let Some((_, error)) = text.split_once("error=") {
        parts.push_some("reason", error.split(':').next());
    } else if let Some(error) = text.strip_prefix("TLS Error: ") {
        parts.push_some(
            "reason",
            Some(error.split(" from [").next().unwrap_or(error)),
        );
    }
}

/// `ADDRESS:PORT`, or the address alone.
fn address<'a>(peer: &'a str, parts: &mut Parts<'a>) {
    let (ip, port) = turn::split_port(peer);
    parts.push("session", peer);
    parts.push("ip", ip);
    parts.push_some("port", port.and_then(|_| peer.rsplit(':').next()));
}

/// Who: the name that the text gives, else that of the peer.
fn user<'a>(line: &Line<'a>) -> Option<&'a str> {
    let text = line.text;
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        rest.rsplit_once(end).map(|(name, _)| name)
    };
    let named = if text.starts_with("TLS: Username/Password authentication ") {
        between(" for username '", "'")
    } else if text.starts_with("VERIFY ") {
        let name = text.split_once("CN=").map(|(_, name)| name);
        name.map(|name| name.split(", ").next().unwrap_or(name))
    } else if text.starts_with("SENT CONTROL [") {
        between("SENT CONTROL [", "]: '")
    } else if let Some(rest) = text.strip_prefix('[') {
        rest.split_once("] Peer Connection Initiated")
            .map(|(name, _)| name)
    } else if text.starts_with("Incorrect password supplied for LDAP DN ") {
        let name = text.split_once("CN=").map(|(_, name)| name);
        name.map(|name| name.split([',', '"']).next().unwrap_or(name))
    } else {
        None
    };
    named
        .or(line.name)
        .filter(|name| !name.is_empty() && *name != "UNDEF")
}

/// A client in the status file: name, address, virtual address.
fn row<'a>(text: &'a str, parts: &mut Parts<'a>) {
    let separator = if text.contains('\t') { '\t' } else { ',' };
    let mut cells = text.split(separator);
    let listed = text.starts_with("CLIENT_LIST");
    if listed {
        cells.next();
    }
    parts.push_some("user", cells.next().filter(|name| *name != "UNDEF"));
    if let Some(peer) = cells.next() {
        address(peer, parts);
    }
    if listed {
        parts.push_some("virtual", cells.next());
    }
}
