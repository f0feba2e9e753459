//! BeyondTrust Privileged Remote Access (once Bomgar): the events of sessions, as the middleware hands them on in JSON.
//!
//! Elastic has no mapping for this form. A session has an endpoint, the `customer`, and those who come to it, the
//! `representative`s.

mod kinds;
#[cfg(test)]
mod tests;

use gatewatch_event::Value;

use super::mapping::{Confidence, Entry, From, Kind, Opening, Part, Record, Source, remote, turn};
use crate::format::json::JsonKind;

/// BeyondTrust Privileged Remote Access.
pub struct BeyondTrustPra;

/// Fields of every event.
const COMMON: &[Entry] = &[
    Entry::turned("@timestamp", "timestamp", turn::epoch),
    Entry::call("event.action", |view, emit| {
        if let Some(event) = view.text("event_type") {
            emit(Value::from(event.to_lowercase().replace(' ', "-")));
        }
    }),
    Entry::fixed("observer.vendor", &["BeyondTrust"]),
    Entry::fixed("observer.product", &["Privileged Remote Access"]),
    Entry::new("message", From::First(&["body", "data.text", "event_type"])),
    Entry::part("beyondtrust.session.id", "session_id"),
    Entry::part("beyondtrust.jump_group.name", "jump_group.name"),
    Entry::part("beyondtrust.performed_by.type", "performed_by.type"),
    Entry::part("beyondtrust.performed_by.name", "performed_by.name"),
    Entry::part("beyondtrust.destination.type", "destination.type"),
    Entry::part("beyondtrust.destination.name", "destination.name"),
    remote::session(From::Part("session_id")),
];

impl Source for BeyondTrustPra {
    fn name(&self) -> &'static str {
        "beyondtrust_pra"
    }

    fn title(&self) -> &'static str {
        "BeyondTrust Privileged Remote Access"
    }

    fn dataset(&self) -> &'static str {
        "beyondtrust_pra.session"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-beyondtrust_pra.session-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        let json = record.json?;
        let is = |key: &str, kind| json.get(key).is_some_and(|value| value.kind() == kind);
        let ours = is("jump_group", JsonKind::Object)
            && is("session_id", JsonKind::String)
            && is("event_type", JsonKind::String);
        ours.then_some(Confidence::Certain)
    }

    fn may_open(&self, _: Part, _: Opening) -> bool {
        // All its records are JSON.
        false
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["jump_group"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &["jump_group"]
    }

    fn fields(&self) -> &'static [Entry] {
        COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(record)
    }
}
