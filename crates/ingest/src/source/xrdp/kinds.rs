//! The kinds of lines, by how their text begins.

use std::sync::LazyLock;

use super::parts::peer;
use crate::format::text::Starts;
use crate::source::mapping::{Entry, Kind, remote, turn};

const DOOR: &[Entry] = &remote::door(&["rdp"], &["xrdp"]);
const PASSWORD: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["password"])];

const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["rdp-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const CONNECT: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["rdp-connect"]),
];
const SESSION: &[Entry] = &[
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["rdp-session"]),
];
const LEAVE: &[Entry] = &[
    remote::END,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.action", &["rdp-logout"]),
];

static FAILED: Kind = Kind::new("login failed", &[DOOR, LOGIN, PASSWORD, FAILURE]);
static CAME_IN: Kind = Kind::new("login succeeded", &[DOOR, LOGIN, PASSWORD, SUCCESS]);
static ASKED: Kind = Kind::new("login asked for", &[DOOR, LOGIN, PASSWORD, ATTEMPT]);
static STARTED: Kind = Kind::new("session started", &[DOOR, SESSION, PASSWORD, SUCCESS]);
static ENDED: Kind = Kind::new("session ended", &[DOOR, LEAVE]);
static CONNECTED: Kind = Kind::new("connection", &[DOOR, CONNECT, ATTEMPT]);
/// xrdp itself comes to the session manager so, and whoever comes through a tunnel.
static CONNECTED_HERE: Kind = Kind::new("connection from the machine itself", &[DOOR, CONNECT]);
/// Whether anybody had come in by it does not show.
static CLOSED: Kind = Kind::new(
    "connection closed",
    &[
        DOOR,
        &[
            Entry::fixed("event.category", &["network"]),
            Entry::fixed("event.type", &["connection", "end"]),
            Entry::fixed("event.action", &["rdp-disconnect"]),
        ],
    ],
);
static ENCRYPTED: Kind = Kind::new(
    "encrypted",
    &[
        DOOR,
        &[
            Entry::fixed("event.category", &["network"]),
            Entry::fixed("event.type", &["protocol"]),
            Entry::part("tls.version", "tls.version"),
            Entry::fixed("tls.version_protocol", &["tls"]),
            Entry::part("tls.cipher", "tls.cipher"),
        ],
    ],
);
static NAMED: Kind = Kind::new("login request", &[DOOR]);
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// How texts begin, and what they tell. Older versions write what `xrdp_wm_log_msg` says a second time without that word: that
/// second line is no access of its own.
static STARTS: LazyLock<Starts<&Kind>> = LazyLock::new(|| {
    Starts::new(&[
        ("AUTHFAIL: user=", &FAILED),
        ("Access permitted for user: ", &CAME_IN),
        ("Access denied for user: ", &FAILED),
        ("Username or password error for user: ", &FAILED),
        ("Username okay but group problem for user: ", &FAILED),
        ("An established connection closed to endpoint: ", &CLOSED),
        ("Received system login request from xrdp for user: ", &ASKED),
        ("++ created session (access granted): username ", &STARTED),
        ("++ reconnected session: username ", &STARTED),
        ("++ terminated session: ", &ENDED),
        ("TLS connection established from ", &ENCRYPTED),
        ("xrdp_wm_log_msg: login failed for ", &FAILED),
        ("xrdp_wm_log_msg: login successful for ", &CAME_IN),
        ("xrdp_wm_log_msg: login was successful", &CAME_IN),
        (
            "xrdp_wm_log_msg: User does not exist, or could not be authenticated",
            &FAILED,
        ),
        ("xrdp_wm_log_msg: User is not ", &FAILED),
        ("xrdp_wm_log_msg: Performing login request for ", &NAMED),
    ])
});

/// The kind of a text.
pub(super) fn kind(text: &str) -> &'static Kind {
    if text.starts_with("Socket ") || text.starts_with("A connection received from") {
        return match peer(text).and_then(|(ip, _)| turn::address(ip)) {
            Some(address) if address.is_loopback() => &CONNECTED_HERE,
            Some(_) => &CONNECTED,
            None => &OTHER,
        };
    }
    STARTS.find(text).unwrap_or(&OTHER)
}
