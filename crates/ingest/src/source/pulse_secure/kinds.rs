//! The kinds of lines, by how their sentence begins.

use super::fields::{ACCESS, CLOSED, PEER, STRANGER, WEB};
use crate::source::mapping::{Entry, Kind, remote, user_agent, web};

const DOOR: &[Entry] = &remote::door(&["vpn"], &["pulse-secure"]);

const SUCCEEDED: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const FAILED: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];
const SUCCESS: &[Entry] = &[remote::SUCCESS];
const FAILURE: &[Entry] = &[remote::FAILURE];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const END: &[Entry] = &[remote::END];
const FACTOR: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["mfa"])];

/// The kinds that Elastic's pipeline gives an action: name, action, types, and what else they have.
macro_rules! kinds {
    ($($name:ident = $title:literal, $action:literal, [$($type:literal),*], [$($group:expr),*];)*) => {
        $(static $name: Kind = Kind::new($title, &[
            user_agent::FIELDS,
            &[
                Entry::fixed("event.action", &[$action]),
                Entry::fixed("event.type", &[$($type),*]),
            ],
            $($group),*
        ]);)*
    };
}
kinds! {
    AGENT_LOGIN = "agent login succeeded", "agent-login", ["start"], [DOOR, ACCESS, SUCCEEDED, SUCCESS];
    AGENT_REFUSED = "agent login failed", "agent-login", ["start"], [DOOR, ACCESS, FAILED, FAILURE];
    LOGIN = "login succeeded", "login", ["start"], [DOOR, ACCESS, SUCCEEDED, SUCCESS];
    REFUSED = "login failed", "login", ["start"], [DOOR, ACCESS, FAILED, FAILURE];
    PRIMARY = "primary authentication", "primary-authentication", ["start"], [DOOR, ACCESS, SUCCEEDED, ATTEMPT];
    PRIMARY_FAILED = "primary authentication failed", "primary-authentication", ["start"], [DOOR, ACCESS, FAILED, FAILURE];
    SECONDARY = "secondary authentication", "secondary-authentication", ["start"], [DOOR, ACCESS, SUCCEEDED, ATTEMPT, FACTOR];
    SECONDARY_FAILED = "secondary authentication failed", "secondary-authentication", ["start"], [DOOR, ACCESS, FAILED, FAILURE, FACTOR];
    ADDRESS_PASSED = "source address allowed", "source-ip-restriction-check", ["info"], [SUCCEEDED];
    ADDRESS_REFUSED = "source address refused", "source-ip-restriction-check", ["info"], [FAILED];
    LIMIT_PASSED = "user limit kept", "user-limit-restriction-check", ["info"], [SUCCEEDED];
    LIMIT_REFUSED = "user limit reached", "user-limit-restriction-check", ["info"], [FAILED];
    OLD_CLIENT = "client version refused", "access-denied", ["info"], [DOOR, ACCESS, FAILED, FAILURE, &[Entry::fixed(
        "event.reason",
        &["Client version lower than minimum configured"],
    )]];
    UNAUTHENTICATED = "not authenticated", "unauthenticated-connection", ["info"], [DOOR, STRANGER, PEER, FAILED, ATTEMPT];
    TUNNEL = "session started", "vpn-session-start", ["connection", "start"], [DOOR, ACCESS, SUCCEEDED, SUCCESS];
    TUNNEL_END = "session ended", "vpn-session-end", ["connection", "end"], [DOOR, ACCESS, END];
    TRANSPORT = "tunnel connected", "vpn-tunnel-connected", ["connection", "info"], [];
    RESUMED = "session resumed", "session-resumed", ["info"], [DOOR, ACCESS, SUCCESS];
    CREATED = "session created", "session-created", ["start", "info"], [DOOR, ACCESS, SUCCEEDED, SUCCESS];
    DELETED = "session deleted", "session-deleted", ["end"], [DOOR, ACCESS, END, CLOSED];
    LOGOUT = "logout", "logout", ["end"], [DOOR, ACCESS, SUCCEEDED, END];
    TIMED_OUT = "session timed out", "session-timeout", ["end"], [DOOR, ACCESS, END, &[Entry::fixed(
        "event.reason",
        &["Idle session identified during routine system scan"],
    )]];
    EXPIRED = "longest session reached", "session-timeout", ["end"], [DOOR, ACCESS, END];
    CONNECTION_CLOSED = "connection closed", "connection-closed", ["connection", "end"], [CLOSED];
    CLIENT_DONE = "client connection done", "client-connection-done", ["end", "info"], [];
    REQUEST = "web request", "web-request-completed", ["access", "info"], [web::TARGET, WEB, CLOSED];
    ACCOUNTS = "accounts modified", "user-account-removed", ["change", "user"], [];
    HOST_CHECK = "host checker result", "host-checker-compliance", ["info"], [];
    HOST_POLICY = "host checker policy", "host-checker-policy", ["info"], [];
}

/// A request of somebody who has not said who he is: Elastic has no action for it.
static STRANGERS_REQUEST: Kind = Kind::new("stranger's request", &[DOOR, STRANGER, ATTEMPT]);
static UNTOLD: Kind = Kind::new("untold", &[DOOR, ACCESS, &[remote::UNKNOWN]]);
static OTHER: Kind = Kind::new("other", &[user_agent::FIELDS]);

/// How sentences begin, and what they tell.
static STARTS: &[(&str, &Kind)] = &[
    ("Agent login succeeded", &AGENT_LOGIN),
    ("Agent login failed", &AGENT_REFUSED),
    ("Login succeeded", &LOGIN),
    ("Login failed", &REFUSED),
    ("Primary authentication failed", &PRIMARY_FAILED),
    ("Primary authentication ", &PRIMARY),
    ("Secondary authentication failed", &SECONDARY_FAILED),
    ("Secondary authentication ", &SECONDARY),
    (
        "Source IP realm restrictions successfully ",
        &ADDRESS_PASSED,
    ),
    ("Source IP realm restrictions ", &ADDRESS_REFUSED),
    ("User Limit realm restrictions successfully ", &LIMIT_PASSED),
    ("User Limit realm restrictions ", &LIMIT_REFUSED),
    ("User Accounts modified", &ACCOUNTS),
    ("VPN Tunneling: Session started", &TUNNEL),
    ("VPN Tunneling: Session ended", &TUNNEL_END),
    ("VPN Tunneling: User with IP ", &TRANSPORT),
    ("Session resumed from ", &RESUMED),
    ("Session created for ", &CREATED),
    ("Session:[", &DELETED),
    ("Session timed out for ", &TIMED_OUT),
    ("Max session timeout for ", &EXPIRED),
    ("Logout from ", &LOGOUT),
    ("Closed connection to ", &CONNECTION_CLOSED),
    (":Client connection done ", &CLIENT_DONE),
    ("WebRequest completed, ", &REQUEST),
    ("Host Checker Compliance Result", &HOST_CHECK),
    ("Host Checker policy ", &HOST_POLICY),
    ("Unauthenticated request url ", &STRANGERS_REQUEST),
    ("Connection from IP ", &UNAUTHENTICATED),
    ("SSL negotiation failed ", &STRANGERS_REQUEST),
];

/// The kind of a sentence; an empty one stands for a line that cannot be told.
pub(super) fn kind(text: &str) -> &'static Kind {
    if text.is_empty() {
        return &UNTOLD;
    }
    if let Some((_, kind)) = STARTS.iter().find(|(start, _)| text.starts_with(start)) {
        return kind;
    }
    if text.starts_with("User ") && text.contains(" denied access as the client version") {
        return &OLD_CLIENT;
    }
    &OTHER
}
