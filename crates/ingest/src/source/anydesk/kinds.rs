//! The kinds of lines, by module and by how the text begins.

use super::fields::{ADDRESS, OWN_ADDRESS};
use super::line::{Line, Trace};
use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["remote-tool"], &["anydesk"]);

const CONNECT: &[Entry] = &[
    remote::ATTEMPT,
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["remote-tool-connect"]),
    Entry::fixed("network.direction", &["inbound"]),
];
const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["remote-tool-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];

static ACCEPTED: Kind = Kind::new("accepted", &[DOOR, LOGIN, SUCCESS]);
static REJECTED: Kind = Kind::new("rejected", &[DOOR, LOGIN, FAILURE]);
static REQUESTED: Kind = Kind::new("requested", &[DOOR, CONNECT]);
/// Written at both ends of a connection, so it may also be one that left this machine.
static ADDRESSED: Kind = Kind::new(
    "address of the other end",
    &[
        DOOR,
        ADDRESS,
        &[
            remote::UNKNOWN,
            Entry::fixed("event.category", &["network"]),
            Entry::fixed("event.type", &["connection", "info"]),
            Entry::fixed("event.action", &["remote-tool-address"]),
        ],
    ],
);
static NAMED: Kind = Kind::new("the other end", &[DOOR]);
static OWN: Kind = Kind::new("own address", &[OWN_ADDRESS]);
static LEFT: Kind = Kind::new(
    "session ended",
    &[
        DOOR,
        &[
            remote::END,
            Entry::fixed("event.category", &["session"]),
            Entry::fixed("event.type", &["end"]),
            Entry::fixed("event.action", &["remote-tool-logout"]),
        ],
    ],
);
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    match line {
        Line::Trace(trace) => of_trace(trace),
        Line::Session(session) if session.direction != "Incoming" => &OTHER,
        Line::Session(session) if session.status.eq_ignore_ascii_case("rejected") => &REJECTED,
        Line::Session(_) => &ACCEPTED,
    }
}

fn of_trace(trace: &Trace<'_>) -> &'static Kind {
    let text = trace.text;
    let starts = |start: &str| text.starts_with(start);
    match trace.module {
        "anynet.any_socket" if starts("Accept request from ") => &REQUESTED,
        "anynet.any_socket" if starts("Logged in from ") => &ADDRESSED,
        "anynet.any_socket" if starts("Client-ID: ") => &NAMED,
        "anynet.relay_conn" if starts("External address: ") => &OWN,
        "app.backend_session" if starts("Incoming session request: ") => &REQUESTED,
        "app.session" | "app.backend_session" => {
            let text = trace.said();
            if text.starts_with("Authenticated ") {
                &ACCEPTED
            } else if text.starts_with("Session closed by ") {
                &LEFT
            } else {
                &OTHER
            }
        }
        _ => &OTHER,
    }
}
