//! Remote Desktop: who connects, who authenticates, which sessions begin, end and are taken up again.

use super::values::{
    account_domain, account_name, address, host_address, host_name, port, text, transport,
};
use super::{Place, Row};
use crate::source::windows::base;
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::view::View;

const LISTENER: Place =
    Place::Channel("Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational");
const SESSIONS: Place =
    Place::Channel("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational");
const TRANSPORT: Place =
    Place::Channel("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational");
const CLIENT: Place = Place::Channel("Microsoft-Windows-TerminalServices-RDPClient/Operational");

const fn category(values: &'static [&'static str]) -> Entry {
    Entry::many("event.category", Extract::Fixed(values))
}

const fn types(values: &'static [&'static str]) -> Entry {
    Entry::many("event.type", Extract::Fixed(values))
}

const fn action(value: &'static [&'static str]) -> Entry {
    Entry::one("event.action", Extract::Fixed(value))
}

const SUCCESS: Entry = Entry::one("event.outcome", Extract::Fixed(&["success"]));
const FAILURE: Entry = Entry::one("event.outcome", Extract::Fixed(&["failure"]));

/// The user and the address of a session, which the session manager names `User` and `Address`.
const SESSION_USER: Entry = Entry::one("user.name", Extract::UserTurned("User", account_name));
const SESSION_DOMAIN: Entry =
    Entry::one("user.domain", Extract::UserTurned("User", account_domain));
const SESSION_RELATED: Entry =
    Entry::many("related.user", Extract::UserTurned("User", account_name));
const SESSION_IP: Entry = Entry::one("source.ip", Extract::UserTurned("Address", address));
const SESSION_PORT: Entry = Entry::one("source.port", Extract::UserTurned("Address", port));
const SESSION_RELATED_IP: Entry =
    Entry::many("related.ip", Extract::UserTurned("Address", address));

macro_rules! session {
    ($id:literal, $types:expr, $action:literal) => {
        Row {
            place: SESSIONS,
            ids: &[$id],
            fields: &[
                category(&["session"]),
                types($types),
                action(&[$action]),
                SUCCESS,
                SESSION_USER,
                SESSION_DOMAIN,
                SESSION_RELATED,
                SESSION_IP,
                SESSION_PORT,
                SESSION_RELATED_IP,
            ],
        }
    };
}

macro_rules! client {
    ($id:literal, $types:expr, $action:literal) => {
        Row {
            place: CLIENT,
            ids: &[$id],
            fields: &[
                category(&["network"]),
                types($types),
                action(&[$action]),
                Entry::one("network.direction", Extract::Fixed(&["egress"])),
                Entry::one("user.id", Extract::Call(base::logging_user)),
            ],
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    // Network authentication is done. A session may follow or not.
    Row {
        place: LISTENER,
        ids: &[1149],
        fields: &[
            category(&["authentication"]),
            types(&["start"]),
            action(&["rdp-authenticated"]),
            SUCCESS,
            Entry::one("user.name", Extract::UserTurned("Param1", account_name)),
            Entry::one("user.domain", Extract::Call(authenticated_domain)),
            Entry::many("related.user", Extract::UserTurned("Param1", account_name)),
            Entry::one("source.ip", Extract::UserTurned("Param3", address)),
            Entry::one("source.port", Extract::UserTurned("Param3", port)),
            Entry::many("related.ip", Extract::UserTurned("Param3", address)),
        ],
    },
    Row {
        place: LISTENER,
        ids: &[261],
        fields: &[
            category(&["network"]),
            types(&["connection", "start"]),
            action(&["rdp-connection-received"]),
            Entry::one("network.direction", Extract::Fixed(&["ingress"])),
        ],
    },
    session!(21, &["start"], "session-logged-on"),
    session!(22, &["info"], "session-shell-started"),
    session!(23, &["end"], "session-logged-off"),
    session!(24, &["end"], "session-disconnected"),
    session!(25, &["start"], "session-reconnected"),
    session!(41, &["info"], "session-arbitration-begun"),
    session!(42, &["info"], "session-arbitration-ended"),
    Row {
        place: SESSIONS,
        ids: &[39],
        fields: &[
            category(&["session"]),
            types(&["end"]),
            action(&["session-disconnected-by-session"]),
            SUCCESS,
        ],
    },
    Row {
        place: SESSIONS,
        ids: &[40],
        fields: &[
            category(&["session"]),
            types(&["end"]),
            action(&["session-disconnected-with-reason"]),
            SUCCESS,
            Entry::one("event.reason", Extract::UserTurned("Reason", text)),
        ],
    },
    Row {
        place: TRANSPORT,
        ids: &[131],
        fields: &[
            category(&["network"]),
            types(&["connection", "start"]),
            action(&["rdp-connection-accepted"]),
            Entry::one("network.direction", Extract::Fixed(&["ingress"])),
            Entry::one("network.transport", Extract::Turned("ConnType", transport)),
            Entry::one("source.ip", Extract::Turned("ClientIP", address)),
            Entry::one("source.port", Extract::Turned("ClientIP", port)),
            Entry::many("related.ip", Extract::Turned("ClientIP", address)),
        ],
    },
    Row {
        place: TRANSPORT,
        ids: &[140],
        fields: &[
            category(&["authentication"]),
            types(&["start"]),
            action(&["rdp-logon-failed"]),
            FAILURE,
            Entry::one("source.ip", Extract::Turned("IPString", address)),
            Entry::one("source.port", Extract::Turned("IPString", port)),
            Entry::many("related.ip", Extract::Turned("IPString", address)),
        ],
    },
    // Outgoing connections of this host. The account is the one that runs the client.
    client!(1024, &["connection", "start"], "rdp-client-connecting"),
    client!(1025, &["connection", "start"], "rdp-client-connected"),
    client!(1026, &["connection", "end"], "rdp-client-disconnected"),
    client!(1027, &["connection", "info"], "rdp-client-logged-on"),
    client!(1102, &["connection", "start"], "rdp-client-connecting"),
    Row {
        place: CLIENT,
        ids: &[1024, 1102],
        fields: &[
            Entry::one("destination.ip", Extract::Turned("Value", host_address)),
            Entry::one("destination.domain", Extract::Turned("Value", host_name)),
            Entry::many("related.ip", Extract::Turned("Value", host_address)),
        ],
    },
    Row {
        place: CLIENT,
        ids: &[1026],
        fields: &[Entry::one("event.reason", Extract::Turned("Value", text))],
    },
];

/// The domain has a parameter of its own, which is often empty; the name may bring one.
fn authenticated_domain(view: &View<'_>, emit: Emit<'_>) {
    let domain = view
        .user_data("Param2")
        .and_then(text)
        .or_else(|| view.user_data("Param1").and_then(account_domain));
    if let Some(domain) = domain {
        emit(domain);
    }
}
