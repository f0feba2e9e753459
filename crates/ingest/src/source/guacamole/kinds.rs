//! The kinds of lines, by their text.

use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["remote-tool"], &["guacamole"]);

const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["guacamole-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const SESSION: &[Entry] = &[
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["guacamole-connect"]),
];
const LEAVE: &[Entry] = &[
    remote::END,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
];

static CAME_IN: Kind = Kind::new("login succeeded", &[DOOR, LOGIN, SUCCESS]);
static FAILED: Kind = Kind::new("login failed", &[DOOR, LOGIN, FAILURE]);
/// A second factor is asked for.
static ASKED: Kind = Kind::new("login goes on", &[DOOR, LOGIN, &[remote::ATTEMPT]]);
static CONNECTED: Kind = Kind::new("connected", &[DOOR, SESSION, SUCCESS]);
static DISCONNECTED: Kind = Kind::new(
    "disconnected",
    &[
        DOOR,
        LEAVE,
        &[Entry::fixed("event.action", &["guacamole-disconnect"])],
    ],
);
static LOGGED_OUT: Kind = Kind::new(
    "logged out",
    &[
        DOOR,
        LEAVE,
        &[Entry::fixed("event.action", &["guacamole-logout"])],
    ],
);
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// What a text says, and where the name of the user ends in it. The words behind the name are looked for from the end: a name
/// may hold the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    CameIn,
    Failed,
    Asked,
    Connected,
    Disconnected,
    LoggedOut,
}

/// The words behind the name, by what they say. The first that is found counts, so the longest stand first.
pub(super) const AFTER_USER: [(&str, Said); 5] = [
    (" successfully authenticated from ", Said::CameIn),
    (" disconnected from connection ", Said::Disconnected),
    (" connected to connection ", Said::Connected),
    (" has logged out, or their session ", Said::LoggedOut),
    (" has been logged out", Said::LoggedOut),
];

/// What a text says.
pub(super) fn said(text: &str) -> Option<Said> {
    if text.starts_with("Authentication attempt from ") {
        // Behind the name stands what became of it; a name may hold either word, so the later one counts.
        let failed = text.rfind("\" failed");
        let asked = text.rfind("\" requires additional credentials");
        return match (failed, asked) {
            (Some(failed), Some(asked)) if asked > failed => Some(Said::Asked),
            (None, Some(_)) => Some(Said::Asked),
            (Some(_), _) => Some(Said::Failed),
            (None, None) => None,
        };
    }
    if text.starts_with("User \"") {
        return AFTER_USER
            .iter()
            .filter_map(|(words, said)| Some((text.rfind(words)?, *said)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, said)| said);
    }
    None
}

/// The kind of a text.
pub(super) fn kind(text: &str) -> &'static Kind {
    match said(text) {
        Some(Said::CameIn) => &CAME_IN,
        Some(Said::Failed) => &FAILED,
        Some(Said::Asked) => &ASKED,
        Some(Said::Connected) => &CONNECTED,
        Some(Said::Disconnected) => &DISCONNECTED,
        Some(Said::LoggedOut) => &LOGGED_OUT,
        None => &OTHER,
    }
}
