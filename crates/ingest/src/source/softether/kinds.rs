//! The kinds of lines, by how their text begins and goes on.

use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["vpn"], &["softether"]);
const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vpn-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const CONNECT: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["vpn-connect"]),
];
const SESSION: &[Entry] = &[
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vpn-session"]),
];
const LEAVE: &[Entry] = &[
    remote::END,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.action", &["vpn-logout"]),
];
const ADMINISTRATOR: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["password"])];

static AUTHENTICATED: Kind = Kind::new("authenticated", &[DOOR, LOGIN, SUCCESS]);
static FAILED: Kind = Kind::new("authentication failed", &[DOOR, LOGIN, FAILURE]);
static ADMINISTRATOR_SUCCESS: Kind =
    Kind::new("administrator", &[DOOR, LOGIN, SUCCESS, ADMINISTRATOR]);
static ADMINISTRATOR_FAILURE: Kind = Kind::new(
    "administrator failed",
    &[DOOR, LOGIN, FAILURE, ADMINISTRATOR],
);
static NEW_SESSION: Kind = Kind::new("new session", &[DOOR, SESSION, SUCCESS]);
static CONNECTED: Kind = Kind::new("connected", &[DOOR, CONNECT, ATTEMPT]);
static ASKED: Kind = Kind::new("asked", &[DOOR, LOGIN, ATTEMPT]);
static ENDED: Kind = Kind::new("session ended", &[DOOR, LEAVE]);
static TERMINATED: Kind = Kind::new("terminated", &[DOOR]);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a text.
pub(super) fn kind(text: &str) -> &'static Kind {
    if let Some((_, rest)) = text
        .strip_prefix("Connection \"CID-")
        .and_then(|rest| rest.split_once('"'))
    {
        return connection(rest);
    }
    if text.starts_with("On the TCP Listener (Port ") {
        return &CONNECTED;
    }
    if text.starts_with("The connection \"CID-") {
        return &ASKED;
    }
    if let Some((_, rest)) = text
        .strip_prefix("Session \"SID-")
        .and_then(|rest| rest.split_once('"'))
        && rest.starts_with(": The session has been terminated.")
    {
        return &ENDED;
    }
    &OTHER
}

/// What a line says behind the name of a connection.
fn connection(rest: &str) -> &'static Kind {
    const STARTS: &[(&str, &Kind)] = &[
        (": Successfully authenticated as user \"", &AUTHENTICATED),
        (": User authentication failed. ", &FAILED),
        (": The new session \"", &NEW_SESSION),
        (": Virtual Hub \"", &FAILED),
        (
            " successfully logged in using administration mode.",
            &ADMINISTRATOR_SUCCESS,
        ),
        (
            " was unable to log in using administration mode.",
            &ADMINISTRATOR_FAILURE,
        ),
        (" terminated by the cause \"", &TERMINATED),
    ];
    STARTS
        .iter()
        .find(|(start, _)| rest.starts_with(start))
        .map_or(&OTHER, |(_, kind)| kind)
}
