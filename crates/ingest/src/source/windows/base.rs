//! The shape that every Windows event has: what Winlogbeat itself makes of a record, before any module.

use gatewatch_event::Value;

use super::entry::{Emit, Entry, Extract};
use super::lookup::{names, task};
use super::view::View;

/// Fields of every event. What differs by kind alone (`event.code`, `winlog.channel`, ...) the kind itself sets.
pub(super) const ENTRIES: &[Entry] = &[
    Entry::one("@timestamp", Extract::Call(timestamp)),
    Entry::one("ecs.version", Extract::Fixed(&["8.11.0"])),
    Entry::one("event.kind", Extract::Fixed(&["event"])),
    Entry::one("event.action", Extract::Call(task_name)),
    Entry::one("event.outcome", Extract::Call(outcome)),
    Entry::one("host.name", Extract::Call(computer)),
    Entry::one("host.os.type", Extract::Fixed(&["windows"])),
    Entry::one("host.os.family", Extract::Fixed(&["windows"])),
    Entry::one("log.level", Extract::Call(level)),
    Entry::one("message", Extract::Call(message)),
    Entry::one("winlog.activity_id", Extract::Call(activity_id)),
    Entry::one("winlog.computer_name", Extract::Call(computer)),
    Entry::many("winlog.keywords", Extract::Call(keywords)),
    Entry::one("winlog.opcode", Extract::Call(opcode)),
    Entry::one("winlog.process.pid", Extract::Call(process_id)),
    Entry::one("winlog.process.thread.id", Extract::Call(thread_id)),
    Entry::one("winlog.provider_guid", Extract::Call(provider_guid)),
    Entry::one("winlog.record_id", Extract::Call(record_id)),
    Entry::one(
        "winlog.related_activity_id",
        Extract::Call(related_activity_id),
    ),
    Entry::one("winlog.task", Extract::Call(task_name)),
    Entry::one("winlog.user.identifier", Extract::Call(user_identifier)),
    Entry::one("winlog.version", Extract::Call(version)),
];

/// Fields that Elastic's agent integrations keep and the Winlogbeat modules drop.
pub(super) const INTEGRATION: &[Entry] = &[
    Entry::one("winlog.level", Extract::Call(level)),
    Entry::one("winlog.outcome", Extract::Call(outcome)),
    Entry::one("winlog.time_created", Extract::Call(timestamp)),
];

/// Tables of this file that only hand one value on.
macro_rules! carried {
    ($name:ident, $view:ident => $value:expr) => {
        fn $name($view: &View<'_>, emit: Emit<'_>) {
            if let Some(value) = $value {
                emit(Value::from(value));
            }
        }
    };
}

carried!(timestamp, view => view.record.time_created());
carried!(computer, view => view.record.computer());
carried!(message, view => view.record.message());
carried!(activity_id, view => view.record.activity_id());
carried!(related_activity_id, view => view.record.related_activity_id());
carried!(process_id, view => view.record.process_id().map(i64::from));
carried!(thread_id, view => view.record.thread_id().map(i64::from));
carried!(provider_guid, view => view.record.provider_guid());
carried!(record_id, view => view.record.record_id().map(|id| id.to_string()));
carried!(user_identifier, view => view.record.user_id());
carried!(version, view => view.record.version().filter(|version| *version > 0).map(i64::from));

/// The account that wrote the record, `System/Security@UserID`.
pub(super) fn logging_user(view: &View<'_>, emit: Emit<'_>) {
    user_identifier(view, emit);
}

/// When Windows created the record.
pub(super) fn created(view: &View<'_>, emit: Emit<'_>) {
    timestamp(view, emit);
}

fn task_name(view: &View<'_>, emit: Emit<'_>) {
    if let Some(name) = view.record.task_name() {
        emit(Value::Str(name));
    } else if let Some(number) = view.record.task()
        && let Some(name) = task::name(view.kind.provider(), u32::from(number))
    {
        emit(Value::from(name));
    }
}

fn level(view: &View<'_>, emit: Emit<'_>) {
    if let Some(name) = view.record.level().and_then(names::level) {
        emit(Value::from(name));
    } else if let Some(name) = view.record.level_name() {
        emit(Value::from(name.to_lowercase()));
    }
}

fn opcode(view: &View<'_>, emit: Emit<'_>) {
    if let Some(name) = view.record.opcode_name() {
        emit(Value::Str(name));
    } else if let Some(name) = view.record.opcode().and_then(names::opcode) {
        emit(Value::from(name));
    }
}

fn keywords(view: &View<'_>, emit: Emit<'_>) {
    let carried = view.record.keyword_names();
    if carried.is_empty() {
        for name in names::keywords(view.record.keywords().unwrap_or(0)) {
            if !emit(Value::from(name)) {
                return;
            }
        }
    }
    for name in carried {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

/// Success or failure comes from the audit bits of the keywords and from nothing else.
fn outcome(view: &View<'_>, emit: Emit<'_>) {
    if let Some(outcome) = outcome_text(view) {
        emit(Value::from(outcome));
    }
}

fn outcome_text(view: &View<'_>) -> Option<&'static str> {
    if let Some(bits) = view.record.keywords() {
        if bits & names::AUDIT_FAILURE != 0 {
            return Some("failure");
        }
        if bits & names::AUDIT_SUCCESS != 0 {
            return Some("success");
        }
    }
    for name in view.record.keyword_names() {
        if name.eq_ignore_ascii_case("Audit Failure") {
            return Some("failure");
        }
        if name.eq_ignore_ascii_case("Audit Success") {
            return Some("success");
        }
    }
    view.record.stated_outcome()
}
