//! The kinds of lines, by how their text begins.

use std::sync::LazyLock;

use super::line::{Line, is_client_row};
use crate::format::text::Starts;
use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["vpn"], &["openvpn"]);

const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vpn-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const CONNECT: &[Entry] = &[
    remote::ATTEMPT,
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["vpn-connect"]),
];
const LEAVE: &[Entry] = &[
    remote::END,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.action", &["vpn-logout"]),
];
const PASSWORD: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["password"])];
const CERTIFICATE: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["certificate"])];
const LISTED: &[Entry] = &[
    remote::SUCCESS,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vpn-session"]),
];

static PASSWORD_SUCCESS: Kind = Kind::new("password succeeded", &[DOOR, LOGIN, SUCCESS, PASSWORD]);
static PASSWORD_FAILURE: Kind = Kind::new("password failed", &[DOOR, LOGIN, FAILURE, PASSWORD]);
static CERTIFICATE_FAILURE: Kind =
    Kind::new("certificate failed", &[DOOR, LOGIN, FAILURE, CERTIFICATE]);
static FAILED: Kind = Kind::new("failed", &[DOOR, LOGIN, FAILURE]);
static CAME_IN: Kind = Kind::new("came in", &[DOOR, LOGIN, SUCCESS]);
static CONNECTION: Kind = Kind::new("connection", &[DOOR, CONNECT]);
static LEFT: Kind = Kind::new("left", &[DOOR, LEAVE]);
static ROW: Kind = Kind::new("status row", &[DOOR, LISTED]);
static OTHER: Kind = Kind::new("other", &[]);

/// How texts begin, and what they tell.
static STARTS: LazyLock<Starts<&Kind>> = LazyLock::new(|| {
    Starts::new(&[
        (
            "TLS: Username/Password authentication succeeded for username '",
            &PASSWORD_SUCCESS,
        ),
        (
            "TLS: Username/Password authentication deferred for username '",
            &CONNECTION,
        ),
        ("TLS Auth Error: Auth Username/Password ", &PASSWORD_FAILURE),
        ("TLS Auth Error: Auth Certificate ", &CERTIFICATE_FAILURE),
        ("TLS Auth Error: ", &FAILED),
        ("VERIFY ERROR: ", &CERTIFICATE_FAILURE),
        ("TLS Error: TLS handshake failed", &FAILED),
        (
            "TLS Error: incoming packet authentication failed ",
            &CONNECTION,
        ),
        ("TLS Error: tls-crypt unwrapping failed ", &CONNECTION),
        ("TLS Error: cannot locate HMAC ", &CONNECTION),
        ("TLS Error: ", &OTHER),
        ("TLS: Initial packet from ", &CONNECTION),
        ("TCP connection established with ", &CONNECTION),
        ("WARNING: Bad encapsulated packet length ", &CONNECTION),
        ("Peer Connection Initiated with ", &CONNECTION),
        ("MULTI: Learn: ", &CAME_IN),
        ("Authentication succeeded", &CAME_IN),
        ("AUTH: Received control message: AUTH_FAILED", &FAILED),
        ("LDAP bind failed: Invalid credentials", &PASSWORD_FAILURE),
        (
            "Incorrect password supplied for LDAP DN ",
            &PASSWORD_FAILURE,
        ),
        ("CLIENT_LIST,", &ROW),
        ("CLIENT_LIST\t", &ROW),
    ])
});

/// The kind of a line.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    told(line).unwrap_or_else(|| match line.peer.is_none() && is_client_row(line.text) {
        true => &ROW,
        false => &OTHER,
    })
}

/// The kind of a line that is a row of a client, by its cells.
pub(super) fn of_row(line: &Line<'_>) -> &'static Kind {
    told(line).unwrap_or(match line.peer {
        None => &ROW,
        Some(_) => &OTHER,
    })
}

/// What the words of a line tell.
fn told(line: &Line<'_>) -> Option<&'static Kind> {
    let text = line.text;
    if let Some(kind) = STARTS.find(text) {
        return Some(kind);
    }
    match text.as_bytes().first() {
        // `[NAME] Peer Connection Initiated with ...`: those whom a plugin or a password turns away come so far too.
        Some(b'[') if text.contains("] Peer Connection Initiated with ") => Some(&CONNECTION),
        Some(b'S') if text.starts_with("SENT CONTROL [") && text.contains("]: 'AUTH_FAILED") => {
            Some(&FAILED)
        }
        // Only a peer that was let in has a name in front.
        Some(b'S') if line.name.is_some() && text.contains("received, client-instance ") => {
            Some(&LEFT)
        }
        _ => None,
    }
}
