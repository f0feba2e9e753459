//! TigerVNC: connections are told from the lines of their block, most of which do not repeat the address.

use crate::format::text::{lines, split_pair, trim_front};
use crate::source::mapping::lines_back;

/// A connection that is open at some line.
#[derive(Clone, Copy)]
pub(super) struct Open<'a> {
    /// `ADDRESS::PORT`.
    pub(super) peer: &'a str,
    /// It came in.
    pub(super) came_in: bool,
    /// The kind of authentication that the client asked for.
    pub(super) asked: Option<&'a str>,
}

/// What a line says of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Said<'a> {
    Accepted(&'a str),
    /// The end and why, as far as it stands in the line.
    Closing(&'a str, &'a str),
    Closed(&'a str, Option<&'a str>),
    Blacklisted(&'a str),
    Asked(&'a str),
    CameIn,
}

/// Takes a text apart.
pub(super) fn said(text: &str) -> Option<Said<'_>> {
    if !matches!(text.as_bytes().first(), Some(b'C' | b'V' | b'S')) {
        return None;
    }
    if let Some(rest) = text.strip_prefix("Connections: ") {
        let behind = |word: &str| {
            let (first, others) = rest.as_bytes().split_first()?;
            let (known_first, known) = word.as_bytes().split_first()?;
            // Older versions begin the word with a capital.
            let begins = first.eq_ignore_ascii_case(known_first) && others.starts_with(known);
            begins.then(|| &rest[word.len()..])
        };
        if let Some(peer) = behind("accepted: ") {
            return Some(Said::Accepted(peer));
        }
        if let Some(rest) = behind("closed: ") {
            return Some(match split_pair(rest, *b" (") {
                Some((peer, why)) => Said::Closed(peer, Some(why.trim_end_matches(')'))),
                None => Said::Closed(rest, None),
            });
        }
        return behind("blacklisted: ").map(Said::Blacklisted);
    }
    if let Some(rest) = text.strip_prefix("VNCSConnST:") {
        let rest = trim_front(rest);
        if rest.starts_with("Server default pixel format") {
            return Some(Said::CameIn);
        }
        let rest = rest
            .strip_prefix("closing ")
            .or_else(|| rest.strip_prefix("Closing "))?;
        // A long address leaves the reason to the next line.
        let (peer, why) = split_pair(rest, *b": ").unwrap_or((rest.trim_end_matches(':'), ""));
        return Some(Said::Closing(peer, why));
    }
    let rest = text
        .strip_prefix("SConnection:")
        .or_else(|| text.strip_prefix("SVeNCrypt:"))?;
    let asked = rest
        .trim_start()
        .strip_prefix("Client requests security type ")?;
    Some(Said::Asked(asked.split('(').next()?.trim_end()))
}

/// The connections that are open after these lines.
pub(super) fn open(before: &str) -> Vec<Open<'_>> {
    let mut open: Vec<Open<'_>> = Vec::new();
    for line in lines(before) {
        match said(trim_front(line)) {
            Some(Said::Accepted(peer)) => open.push(Open {
                peer,
                came_in: false,
                asked: None,
            }),
            Some(Said::Closing(peer, _) | Said::Closed(peer, _)) => {
                open.retain(|known| known.peer != peer);
            }
            Some(Said::Asked(asked)) => {
                if let Some(one) = only_waiting(&mut open) {
                    one.asked = Some(asked);
                }
            }
            Some(Said::CameIn) => {
                if let Some(one) = only_waiting(&mut open) {
                    one.came_in = true;
                }
            }
            Some(Said::Blacklisted(_)) | None => {}
        }
    }
    open
}

/// The connection of this peer, as the lines since it was accepted tell it.
pub(super) fn connection<'a>(before: &'a str, peer: &str) -> Option<Open<'a>> {
    for line in lines_back(before) {
        if line.ends_with(peer) && said(trim_front(line)) == Some(Said::Accepted(peer)) {
            let start = line.as_ptr() as usize - before.as_ptr() as usize;
            let since = before.get(start..)?;
            return open(since).into_iter().find(|one| one.peer == peer);
        }
    }
    None
}

/// The one connection that has not come in yet; of several it does not show which a line is of.
fn only_waiting<'o, 'a>(open: &'o mut [Open<'a>]) -> Option<&'o mut Open<'a>> {
    let mut waiting = open.iter_mut().filter(|one| !one.came_in);
    let first = waiting.next()?;
    waiting.next().is_none().then_some(first)
}

/// The connection that comes in with the line behind these.
pub(super) fn waiting(before: &str) -> Option<Open<'_>> {
    only_waiting(&mut open(before)).copied()
}

/// Did the client fail to prove itself?
pub(super) fn is_refusal(why: &str) -> bool {
    [
        "Authentication fail",
        "Requested security type not",
        "No password configured",
        "invalid password",
        "Invalid password",
        "Too many security failures",
        "Unable to authenticate",
    ]
    .iter()
    .any(|start| why.starts_with(start))
}

/// How the kind of authentication is named in the access record.
pub(super) fn method(asked: &str) -> Option<&'static str> {
    if asked.ends_with("None") {
        return Some("anonymous");
    }
    let is_password = ["Vnc", "Plain", "Ident", "RA2", "Tight", "DH", "MSLogonII"]
        .iter()
        .any(|word| asked.contains(word));
    is_password.then_some("password")
}

#[cfg(test)]
mod tests {
    use super::{Said, connection, open, said, waiting};

    #[test]
    fn two_at_once_are_not_told_apart() {
        let one = " Connections: accepted: 203.0.113.7::1\n SConnection: Client requests security type VncAuth(2)\n";
        assert_eq!(waiting(one).map(|open| open.peer), Some("203.0.113.7::1"));
        let two = format!("{one} Connections: Accepted: 203.0.113.8::2\n");
        assert!(waiting(&two).is_none());
        let later = format!("{two} VNCSConnST:  Closing 203.0.113.7::1: Clean disconnection\n");
        assert_eq!(
            waiting(&later).map(|open| open.peer),
            Some("203.0.113.8::2")
        );
        let inside = format!("{later} VNCSConnST:  Server default pixel format depth 24\n");
        assert!(open(&inside)[0].came_in);
        assert!(connection(&inside, "203.0.113.8::2").is_some_and(|one| one.came_in));
        assert!(connection(&inside, "203.0.113.9::3").is_none());
    }

    #[test]
    fn lines_of_any_age() {
        assert_eq!(
            said("Connections: closed: 203.0.113.7::1 (Authentication failure)"),
            Some(Said::Closed(
                "203.0.113.7::1",
                Some("Authentication failure")
            ))
        );
        assert_eq!(
            said("VNCSConnST:  Closing [2001:db8::7]::1:"),
            Some(Said::Closing("[2001:db8::7]::1", ""))
        );
        assert_eq!(
            said("SVeNCrypt:   Client requests security type X509Plain (262)"),
            Some(Said::Asked("X509Plain"))
        );
        assert_eq!(said("EncodeManager: Framebuffer updates: 0"), None);
    }
}
