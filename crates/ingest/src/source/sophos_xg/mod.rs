//! Sophos Firewall (SFOS, XG): SSL VPN, IPsec, users, administrators, traffic.
//!
//! Lines are `key=value` pairs. The mapping is that of Elastic's Filebeat module `sophos.xg` and of the integration that followed it; the
//! seven digits at the start of `log_id` say which log a line is of, the rest which message.

mod event;
mod fields;
mod forms;
mod kinds;
#[cfg(test)]
mod tests;
mod traffic;

use gatewatch_event::Timestamp;

use super::mapping::{
    Confidence, Entry, Kind, Opening, Part, Parts, Record, Source, TimeForm, View,
};
use crate::format::syslog::Stamp;

/// Sophos Firewall.
pub struct SophosXg;

impl Source for SophosXg {
    fn name(&self) -> &'static str {
        "sophos_xg"
    }

    fn title(&self) -> &'static str {
        "Sophos Firewall (SFOS, XG): VPN, users, administrators, traffic"
    }

    fn dataset(&self) -> &'static str {
        "sophos.xg"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-sophos.xg-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        forms::is_own(record).then_some(Confidence::Certain)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message) && (opening.is_byte(b"<d") || opening.is_space())
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["log_component="]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        forms::stamp(record)
    }

    /// Elastic's pipeline leaves times in the zone that the line names, or else that of the log.
    fn time_form(&self, _: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        TimeForm::zoned(view, at)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(&forms::told(record))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        forms::take_apart(record, parts);
    }
}
