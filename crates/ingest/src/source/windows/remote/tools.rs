//! Tools with which others come to this machine: ScreenConnect, Splashtop.

use std::borrow::Cow;

use gatewatch_event::Value;

use super::values::text;
use super::{Place, Row};
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::view::View;

/// Writes to the Application log. Every installed client may have a provider of its own.
const SCREENCONNECT: Place = Place::Provider("ScreenConnect");
const SPLASHTOP: Place = Place::Channel("Splashtop-Splashtop Streamer-Remote Session/Operational");

/// What a record of a provider without templates says: its only value.
const SAID: &str = "param1";

const fn fixed(path: &'static str, values: &'static [&'static str]) -> Entry {
    Entry::one(path, Extract::Fixed(values))
}

const fn category(values: &'static [&'static str]) -> Entry {
    Entry::many("event.category", Extract::Fixed(values))
}

const fn types(values: &'static [&'static str]) -> Entry {
    Entry::many("event.type", Extract::Fixed(values))
}

const TOOL: Entry = fixed("gatewatch.remote.service", &["remote-tool"]);
const BY_SCREENCONNECT: Entry = fixed("gatewatch.remote.product", &["screenconnect"]);
const BY_SPLASHTOP: Entry = fixed("gatewatch.remote.product", &["splashtop"]);
const CAME_IN: Entry = fixed("gatewatch.remote.outcome", &["success"]);
const LEFT: Entry = fixed("gatewatch.remote.outcome", &["end"]);
const SUCCESS: Entry = fixed("event.outcome", &["success"]);

pub(super) const ROWS: &[Row] = &[
    Row {
        place: SCREENCONNECT,
        ids: &[100],
        fields: &[
            category(&["session"]),
            types(&["start"]),
            fixed("event.action", &["remote-tool-session"]),
            SUCCESS,
            Entry::one("user.name", Extract::Turned(SAID, connected)),
            Entry::many("related.user", Extract::Turned(SAID, connected)),
            TOOL,
            BY_SCREENCONNECT,
            CAME_IN,
            Entry::one("gatewatch.remote.user", Extract::Turned(SAID, connected)),
        ],
    },
    Row {
        place: SCREENCONNECT,
        ids: &[101],
        fields: &[
            category(&["session"]),
            types(&["end"]),
            fixed("event.action", &["remote-tool-logout"]),
            Entry::one("user.name", Extract::Turned(SAID, disconnected)),
            Entry::many("related.user", Extract::Turned(SAID, disconnected)),
            TOOL,
            BY_SCREENCONNECT,
            LEFT,
            Entry::one("gatewatch.remote.user", Extract::Turned(SAID, disconnected)),
        ],
    },
    // Files that came with a session; with the action `RunElevated` they are run.
    Row {
        place: SCREENCONNECT,
        ids: &[201],
        fields: &[
            category(&["file"]),
            types(&["creation"]),
            fixed("event.action", &["remote-tool-files-transferred"]),
            Entry::one("event.reason", Extract::Turned(SAID, file_action)),
            Entry::many("file.name", Extract::Call(files)),
        ],
    },
    Row {
        place: SPLASHTOP,
        ids: &[1000],
        fields: &[
            category(&["session"]),
            types(&["start"]),
            fixed("event.action", &["remote-tool-session"]),
            SUCCESS,
            Entry::one("user.name", Extract::Turned("SPID", text)),
            Entry::many("related.user", Extract::Turned("SPID", text)),
            TOOL,
            BY_SPLASHTOP,
            CAME_IN,
            Entry::one("gatewatch.remote.user", Extract::Turned("SPID", text)),
            Entry::one(
                "gatewatch.remote.address",
                Extract::Turned("SRC_Name", text),
            ),
            Entry::one(
                "gatewatch.remote.session",
                Extract::Turned("Session_ID", text),
            ),
        ],
    },
    Row {
        place: SPLASHTOP,
        ids: &[1001],
        fields: &[
            category(&["session"]),
            types(&["end"]),
            fixed("event.action", &["remote-tool-logout"]),
            TOOL,
            BY_SPLASHTOP,
            LEFT,
            Entry::one(
                "gatewatch.remote.session",
                Extract::Turned("Session_ID", text),
            ),
        ],
    },
];

/// Who came or left: what stands before `end` in the first line. It may be any name, also one that reads like the rest.
fn who(said: &str, end: &str) -> Option<Value<'static>> {
    let name = said.lines().next()?.trim_end().strip_suffix(end)?.trim();
    (!name.is_empty()).then(|| Value::from(name.to_owned()))
}

fn connected(said: Cow<'_, str>) -> Option<Value<'_>> {
    who(&said, " Connected")
}

fn disconnected(said: Cow<'_, str>) -> Option<Value<'_>> {
    who(&said, " Disconnected")
}

/// What was done with the files: `Transferred files with action 'RunElevated':`.
fn file_action(said: Cow<'_, str>) -> Option<Value<'_>> {
    let first = said.lines().next()?;
    let (_, action) = first.split_once("with action '")?;
    let (action, _) = action.rsplit_once('\'')?;
    Some(Value::from(action.to_owned()))
}

/// The files: one a line, up to an empty one.
fn files(view: &View<'_>, emit: Emit<'_>) {
    /// No session sends more files at a time that are worth a look.
    const MOST: usize = 100;
    let Some(said) = view.data(SAID) else {
        return;
    };
    let names = said.lines().skip(1).map(str::trim);
    for name in names.take_while(|name| !name.is_empty()).take(MOST) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}
