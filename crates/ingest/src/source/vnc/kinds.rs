//! The kinds of lines.

use super::line::{Form, Line};
use super::{LOOK_BACK, block, stamped};
use crate::source::mapping::{Entry, Kind, Record, remote};

const DOOR: &[Entry] = &[Entry::fixed("gatewatch.remote.service", &["vnc"])];

const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["vnc-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const CONNECT: &[Entry] = &[
    remote::ATTEMPT,
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.action", &["vnc-connect"]),
];
const LEAVE: &[Entry] = &[
    remote::END,
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.action", &["vnc-disconnect"]),
];

static CONNECTED: Kind = Kind::new("connection", &[DOOR, CONNECT]);
static CAME_IN: Kind = Kind::new("came in", &[DOOR, LOGIN, SUCCESS]);
static REFUSED: Kind = Kind::new("turned away", &[DOOR, LOGIN, FAILURE]);
static LEFT: Kind = Kind::new("left", &[DOOR, LEAVE]);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line.
pub(super) fn kind(line: &Line<'_>, record: &Record<'_>) -> &'static Kind {
    match line.form {
        Form::Stamped => of_stamped(line.text, record),
        Form::Block => of_block(line.text, record),
        Form::Headed => match line.text.as_bytes().first() {
            Some(b'C') if line.text.starts_with("Connections: ") => {
                of_realvnc(line.text).unwrap_or_else(|| of_block(line.text, record))
            }
            Some(b'A') if line.text.starts_with("Authentication: SUCCEEDED :: ") => &CAME_IN,
            Some(b'A') if line.text.starts_with("Authentication: FAILED :: ") => &REFUSED,
            _ => match of_block(line.text, record) {
                found if !std::ptr::eq(found, &raw const OTHER) => found,
                _ => of_stamped(line.text, record),
            },
        },
    }
}

fn of_realvnc(text: &str) -> Option<&'static Kind> {
    let (word, rest) = text.strip_prefix("Connections: ")?.split_once(": ")?;
    Some(match word {
        "connected" => &CONNECTED,
        "authenticated" => &CAME_IN,
        "disconnected" => {
            let why = rest.rsplit_once(" ([").map_or("", |(_, why)| why);
            if why.starts_with("AuthFailure]") || why.starts_with("ConnFailed]") {
                &REFUSED
            } else {
                &LEFT
            }
        }
        _ => return None,
    })
}

fn of_block(text: &str, record: &Record<'_>) -> &'static Kind {
    let left = |peer: &str| {
        let before = record.lines_before(LOOK_BACK);
        let was_in = match block::connection(before, peer) {
            Some(connection) => connection.came_in,
            // Whoever came long ago had come in: a server does not wait so long.
            None => before.len() > LOOK_BACK / 2,
        };
        if was_in { &LEFT } else { &OTHER }
    };
    match block::said(text) {
        Some(block::Said::Accepted(_)) => &CONNECTED,
        Some(block::Said::Blacklisted(_)) => &REFUSED,
        Some(block::Said::CameIn) => &CAME_IN,
        Some(block::Said::Closing(peer, why)) => {
            let next = record.lines_after().next().map(str::trim_start);
            let why = if why.is_empty() {
                next.unwrap_or_default()
            } else {
                why
            };
            if block::is_refusal(why) {
                &REFUSED
            } else {
                left(peer)
            }
        }
        Some(block::Said::Closed(peer, Some(why))) => {
            if block::is_refusal(why) {
                &REFUSED
            } else {
                left(peer)
            }
        }
        Some(block::Said::Closed(_, None) | block::Said::Asked(_)) | None => &OTHER,
    }
}

fn of_stamped(text: &str, record: &Record<'_>) -> &'static Kind {
    let client = |host: &str| stamped::client(record.lines_before(LOOK_BACK), host);
    match stamped::said(text) {
        Some(stamped::Said::Connection(_)) => &CONNECTED,
        Some(stamped::Said::Counted(host, _)) if client(host).is_none() => &CONNECTED,
        Some(stamped::Said::Failed(_) | stamped::Said::WrongKind) => &REFUSED,
        Some(stamped::Said::Passed(_)) => &CAME_IN,
        // A client may change the format later on.
        Some(stamped::Said::Shown(host)) if client(host).is_some_and(|one| !one.came_in) => {
            &CAME_IN
        }
        Some(stamped::Said::Gone(host)) if client(host).is_none_or(|one| one.came_in) => &LEFT,
        _ => &OTHER,
    }
}
