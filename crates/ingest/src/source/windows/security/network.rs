//! Shares, and the processes behind the filtering platform's connections.

use gatewatch_event::Value;

use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::text::{base_name, name_extension, number};
use crate::source::windows::view::View;

/// Accesses to shares.
pub(super) const SHARE_IDS: &[u32] = &[5140, 5145];

pub(super) const SHARE: &[Entry] = &[
    Entry::one("file.name", Extract::Data("RelativeTargetName")),
    Entry::one(
        "file.extension",
        Extract::Turned("RelativeTargetName", name_extension),
    ),
    Entry::one("file.directory", Extract::Data("ShareLocalPath")),
    Entry::one("file.path", Extract::Call(share_path)),
    Entry::one("file.target_path", Extract::Call(share_target)),
];

fn joined(view: &View<'_>, directory: &str, emit: Emit<'_>) {
    if let (Some(directory), Some(name)) = (view.data(directory), view.data("RelativeTargetName")) {
        emit(Value::from(format!("{directory}\\{name}")));
    }
}

fn share_path(view: &View<'_>, emit: Emit<'_>) {
    joined(view, "ShareLocalPath", emit);
}

fn share_target(view: &View<'_>, emit: Emit<'_>) {
    joined(view, "ShareName", emit);
}

/// Packets dropped, connections allowed and blocked, ports bound.
pub(super) const FILTER_IDS: &[u32] = &[5152, 5156, 5157, 5158];

pub(super) const FILTER: &[Entry] = &[
    Entry::one(
        "process.pid",
        Extract::FirstTurned(&["ProcessID", "ProcessId"], number),
    ),
    Entry::one("process.executable", Extract::Data("Application")),
    Entry::one("process.name", Extract::Turned("Application", base_name)),
];
