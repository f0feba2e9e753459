//! The kinds of lines, by how their sentence begins.

use super::fields::{ACCESS, STRANGER};
use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["vpn"], &["pulse-secure"]);

const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const REFUSED: &[Entry] = &[remote::FAILURE];
const CAME_IN: &[Entry] = &[remote::SUCCESS];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const END: &[Entry] = &[remote::END];
const FACTOR: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["mfa"])];
const STARTED: &[Entry] = &[Entry::fixed("event.type", &["connection", "start"])];
const ENDED: &[Entry] = &[Entry::fixed("event.type", &["connection", "end"])];

static LOGIN: Kind = Kind::new("login succeeded", &[DOOR, ACCESS, SUCCESS]);
static FAILED: Kind = Kind::new("login failed", &[DOOR, ACCESS, FAILURE]);
static PRIMARY_FAILED: Kind = Kind::new("primary authentication failed", &[DOOR, ACCESS, REFUSED]);
static SECONDARY_FAILED: Kind = Kind::new(
    "secondary authentication failed",
    &[DOOR, ACCESS, REFUSED, FACTOR],
);
static PRIMARY: Kind = Kind::new("primary authentication", &[DOOR, ACCESS, ATTEMPT]);
static SECONDARY: Kind = Kind::new("secondary authentication", &[DOOR, ACCESS, ATTEMPT, FACTOR]);
static UNAUTHENTICATED: Kind = Kind::new("not authenticated", &[DOOR, STRANGER, ATTEMPT]);
static TUNNEL: Kind = Kind::new("session started", &[DOOR, ACCESS, CAME_IN, STARTED]);
static TUNNEL_END: Kind = Kind::new("session ended", &[DOOR, ACCESS, END, ENDED]);
static SESSION: Kind = Kind::new("session", &[DOOR, ACCESS, CAME_IN]);
static LEFT: Kind = Kind::new("logout", &[DOOR, ACCESS, END]);
static UNTOLD: Kind = Kind::new("untold", &[DOOR, ACCESS, &[remote::UNKNOWN]]);
static OTHER: Kind = Kind::new("other", &[]);

/// How sentences begin, and what they tell.
static STARTS: &[(&str, &Kind)] = &[
    ("Agent login succeeded", &LOGIN),
    ("Login succeeded", &LOGIN),
    ("Agent login failed", &FAILED),
    ("Login failed", &FAILED),
    ("Primary authentication failed", &PRIMARY_FAILED),
    ("Primary authentication ", &PRIMARY),
    ("Secondary authentication failed", &SECONDARY_FAILED),
    ("Secondary authentication ", &SECONDARY),
    ("VPN Tunneling: Session started", &TUNNEL),
    ("VPN Tunneling: Session ended", &TUNNEL_END),
    ("Session resumed from ", &SESSION),
    ("Session created for ", &SESSION),
    ("Logout from ", &LEFT),
    ("Session timed out for ", &LEFT),
    ("Max session timeout for ", &LEFT),
    ("Unauthenticated request url ", &UNAUTHENTICATED),
    ("Connection from IP ", &UNAUTHENTICATED),
    ("SSL negotiation failed ", &UNAUTHENTICATED),
];

/// The kind of a sentence; an empty one stands for a line that cannot be told.
pub(super) fn kind(text: &str) -> &'static Kind {
    if text.is_empty() {
        return &UNTOLD;
    }
    STARTS
        .iter()
        .find(|(start, _)| text.starts_with(start))
        .map_or(&OTHER, |(_, kind)| kind)
}
