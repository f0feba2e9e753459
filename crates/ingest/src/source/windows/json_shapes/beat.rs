//! What Winlogbeat writes: one layout, two sets of names.

use std::borrow::Cow;

use super::text;
use crate::format::json::{JsonKind, LazyJson};

/// Where a version of Winlogbeat keeps the parts of an event.
pub(super) struct Names {
    /// Are the record's other fields ECS fields?
    pub is_ecs: bool,
    pub provider: &'static str,
    pub provider_guid: &'static str,
    pub event_id: &'static str,
    pub channel: &'static str,
    pub computer: &'static str,
    pub record_id: &'static str,
    pub keywords: &'static str,
    pub version: &'static str,
    pub task: &'static str,
    pub opcode: &'static str,
    pub process_id: &'static str,
    pub thread_id: &'static str,
    pub user_id: &'static str,
    pub activity_id: &'static str,
    pub related_activity_id: &'static str,
    pub level: &'static str,
    pub event_data: &'static str,
    pub user_data: &'static str,
}

/// Winlogbeat 7 and later, and the Elastic Agent.
pub(super) const WINLOGBEAT: Names = Names {
    is_ecs: true,
    provider: "winlog.provider_name",
    provider_guid: "winlog.provider_guid",
    event_id: "winlog.event_id",
    channel: "winlog.channel",
    computer: "winlog.computer_name",
    record_id: "winlog.record_id",
    keywords: "winlog.keywords",
    version: "winlog.version",
    task: "winlog.task",
    opcode: "winlog.opcode",
    process_id: "winlog.process.pid",
    thread_id: "winlog.process.thread.id",
    user_id: "winlog.user.identifier",
    activity_id: "winlog.activity_id",
    related_activity_id: "winlog.related_activity_id",
    level: "log.level",
    event_data: "winlog.event_data",
    user_data: "winlog.user_data",
};

/// Winlogbeat before version 7.
pub(super) const BEFORE_7: Names = Names {
    is_ecs: false,
    provider: "source_name",
    provider_guid: "provider_guid",
    event_id: "event_id",
    channel: "log_name",
    computer: "computer_name",
    record_id: "record_number",
    keywords: "keywords",
    version: "version",
    task: "task",
    opcode: "opcode",
    process_id: "process_id",
    thread_id: "thread_id",
    user_id: "user.identifier",
    activity_id: "activity_id",
    related_activity_id: "related_activity_id",
    level: "level",
    event_data: "event_data",
    user_data: "user_data",
};

/// Of these an old Winlogbeat record has at least one.
pub(super) const BEFORE_7_HINTS: &[&str] = &["log_name", "source_name", "event_data"];

/// The member of `user_data` that holds the tag of its element.
pub(super) const XML_NAME: &str = "xml_name";

/// Calls `visit` with every member below `path`, nested or dotted, under its name there; `false` when stopped.
pub(super) fn each(
    object: LazyJson<'_>,
    path: &str,
    visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool,
) -> bool {
    for (key, value) in object.members() {
        let go_on = if key == path {
            each_leaf(value, &mut String::new(), visit)
        } else if let Some(name) = key
            .strip_prefix(path)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            each_leaf(value, &mut name.to_owned(), visit)
        } else if let Some(rest) = path
            .strip_prefix(key.as_ref())
            .and_then(|rest| rest.strip_prefix('.'))
            && value.kind() == JsonKind::Object
        {
            each(value, rest, visit)
        } else {
            true
        };
        if !go_on {
            return false;
        }
    }
    true
}

/// The values in `value`, which stands under `name`; members of objects are named by their path.
fn each_leaf(
    value: LazyJson<'_>,
    name: &mut String,
    visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool,
) -> bool {
    if value.kind() != JsonKind::Object {
        return text::of(value).is_none_or(|text| visit(name, text));
    }
    value.members().all(|(key, value)| {
        let length = name.len();
        if length > 0 {
            name.push('.');
        }
        name.push_str(&key);
        let go_on = each_leaf(value, name, visit);
        name.truncate(length);
        go_on
    })
}

/// The value called `name` below `path`, where the two are written with dots.
pub(super) fn dotted<'a>(record: LazyJson<'a>, path: &str, name: &str) -> Option<Cow<'a, str>> {
    text::of(record.find(&format!("{path}.{name}"))?)
}
