//! Suricata: what it saw in the network, one JSON object an event (`eve.json`).
//!
//! The mapping is that of Elastic's `suricata.eve`.

mod dns;
mod eve;
mod fields;
mod kinds;
#[cfg(test)]
mod tests;
mod tls;

use gatewatch_event::Timestamp;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Record, Source, TimeForm, View};
use crate::format::json::JsonKind;
use crate::format::syslog::{Stamp, iso_stamp};

/// Suricata.
pub struct Suricata;

impl Source for Suricata {
    fn name(&self) -> &'static str {
        "suricata"
    }

    fn title(&self) -> &'static str {
        "Suricata"
    }

    fn dataset(&self) -> &'static str {
        "suricata.eve"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-suricata.eve-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        let json = record.json?;
        let has = |key: &str| json.get(key).is_some();
        let is_ours = match json.get("event_type") {
            Some(kind) if kind.kind() == JsonKind::String => {
                has("flow_id")
                    || has("src_ip") && has("dest_ip")
                    || kind.raw() == "stats" && has("stats")
            }
            Some(_) => false,
            // Some collectors leave the type out.
            None => has("flow_id") && has("src_ip") && has("dest_ip") && has("proto"),
        };
        (is_ours && has("timestamp")).then_some(Confidence::Certain)
    }

    fn may_open(&self, _: Part, _: Opening) -> bool {
        // All its records are JSON.
        false
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["timestamp"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &["flow_id", "event_type"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        iso_stamp(&record.json?.get("timestamp")?.as_str()?)
    }

    /// Elastic's pipeline leaves the time of an event as Suricata writes it: with microseconds.
    fn time_form(&self, path: &str, view: &View<'_>, _: Timestamp) -> TimeForm {
        let stamp = view.record.stamp.filter(|_| path == "@timestamp");
        TimeForm {
            rest: stamp.map(|stamp| stamp.nanos % 1_000_000),
            ..TimeForm::default()
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(record)
    }
}
