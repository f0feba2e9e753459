//! From the parts of a line to ECS.

use gatewatch_event::Value;

use super::line;
use crate::source::mapping::{Entry, From, View, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    Entry::fixed("observer.product", &["TeamViewer"]),
    Entry::turned("process.pid", "pid", turn::long),
    Entry::turned("process.thread.id", "thread", turn::long),
    Entry::part("log.level", "level"),
    Entry::part("teamviewer.process", "process"),
    Entry::part("teamviewer.partner.id", "partner"),
    Entry::part("teamviewer.session.id", "session"),
    remote::user(From::Part("partner")),
    remote::session(From::Part("session")),
];

/// A row of a list of sessions: it begins when the session does.
pub(super) const ROW: &[Entry] = &[
    Entry::new("message", From::Message),
    Entry::call("event.start", |view, emit| {
        if let Some(time) = view.record.time() {
            emit(Value::Date(time));
        }
    }),
    Entry::call("event.end", |view, emit| {
        if let Some(time) = end(view) {
            emit(Value::Date(time));
        }
    }),
    Entry::call("event.duration", |view, emit| {
        if let Some(start) = view.record.time()
            && let Some(end) = end(view)
            && let Some(nanos) = end.nanos().checked_sub(start.nanos())
            && nanos >= 0
        {
            emit(Value::Long(nanos));
        }
    }),
    Entry::part("teamviewer.partner.name", "name"),
    Entry::part("teamviewer.session.type", "type"),
    // The account that was logged in on this machine.
    Entry::part("user.name", "local"),
    Entry::fields("related.user", &["user.name"]),
];

/// The other end, where both found a direct way.
pub(super) const ADDRESS: &[Entry] = &[
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::fields("related.ip", &["source.ip"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
];

/// When the session of a row ended; an open one has no end.
fn end(view: &View<'_>) -> Option<gatewatch_event::Timestamp> {
    view.at(line::row_stamp(&view.text("end")?)?)
}
