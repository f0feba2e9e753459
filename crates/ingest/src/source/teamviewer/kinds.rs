//! The kinds of lines. In the log file they are told by how the text begins, which is the name of a function: names that
//! the other end chose never stand there.

use super::fields::{ADDRESS, ROW};
use super::line::{Line, Log, METHOD};
use crate::source::mapping::{Entry, Kind, remote};

const DOOR: &[Entry] = &remote::door(&["remote-tool"], &["teamviewer"]);

const SESSION: &[Entry] = &[
    Entry::fixed("event.category", &["session", "network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["remote-tool-session"]),
    Entry::fixed("event.outcome", &["success"]),
];
const INBOUND: &[Entry] = &[
    Entry::fixed("network.direction", &["inbound"]),
    remote::SUCCESS,
];
/// Who leaves this machine for another does not come in.
const OUTBOUND: &[Entry] = &[
    Entry::fixed("network.direction", &["outbound"]),
    Entry::nothing("gatewatch.remote.user"),
    Entry::nothing("gatewatch.remote.session"),
];
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
const METHODS: &[Entry] = &[Entry::part("gatewatch.remote.method", "method")];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];

static INCOMING: Kind = Kind::new("incoming session", &[DOOR, ROW, SESSION, INBOUND]);
static OUTGOING: Kind = Kind::new("outgoing session", &[ROW, SESSION, OUTBOUND]);
static CONNECTED: Kind = Kind::new("connected", &[DOOR, CONNECT]);
static ATTEMPTED: Kind = Kind::new("login attempted", &[DOOR, LOGIN, &[remote::ATTEMPT]]);
static ADMITTED: Kind = Kind::new("login succeeded", &[DOOR, LOGIN, SUCCESS]);
static PROVEN: Kind = Kind::new("authentication succeeded", &[DOOR, LOGIN, METHODS, SUCCESS]);
static DENIED: Kind = Kind::new("authentication failed", &[DOOR, LOGIN, METHODS, FAILURE]);
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
/// The log does not say here which end began.
static PUNCHED: Kind = Kind::new(
    "direct way",
    &[
        DOOR,
        ADDRESS,
        &[
            Entry::fixed("event.category", &["network"]),
            Entry::fixed("event.type", &["connection", "info"]),
            Entry::fixed("event.action", &["remote-tool-address"]),
        ],
    ],
);
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a record.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    match line {
        Line::Row(row) if row.is_incoming => &INCOMING,
        Line::Row(_) => &OUTGOING,
        Line::Log(log) => of_log(log),
    }
}

fn of_log(log: &Log<'_>) -> &'static Kind {
    let text = log.text;
    let starts = |start: &str| text.starts_with(start);
    match text.as_bytes().first() {
        Some(b'C')
            if starts("CommandHandlerRouting[")
                && text
                    .split_once(']')
                    .is_some_and(|(_, rest)| rest.starts_with("::CreatePassiveSession()")) =>
        {
            &CONNECTED
        }
        Some(b'A') if starts("AuthenticationBlocker::Allocate: ") => &ATTEMPTED,
        // Attempts are counted anew after one that succeeded.
        Some(b'A') if starts("AuthenticationBlocker::Reset: ") => &ADMITTED,
        // `Passive`: the end to which somebody comes.
        Some(b'A') if log.after_name("_Passive", METHOD).is_some() => {
            if text.contains(" was successful") {
                &PROVEN
            } else {
                &DENIED
            }
        }
        Some(b'S') if starts("SessionManagerDesktop::SessionTerminate: ") => &LEFT,
        Some(b'U') if starts("UDPv") && log.punch().is_some() => &PUNCHED,
        _ => &OTHER,
    }
}
