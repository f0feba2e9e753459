//! Pulse Connect Secure and Ivanti Connect Secure: logins, sessions and tunnels of the gateway.
//!
//! Lines are sentences behind a head of their own, or WELF pairs. The mapping is that of Elastic's `pulse_connect_secure`
//! integration, which gives primary authentications no outcome; the access record has them as attempts, since the login's
//! own line tells how it ended.

mod fields;
mod forms;
mod kinds;
#[cfg(test)]
mod tests;

use gatewatch_event::Timestamp;

use super::mapping::{Confidence, Entry, Kind, Parts, Recognised, Record, Source, TimeForm, View};
use crate::format::syslog::{Stamp, iso_stamp};

/// Pulse and Ivanti Connect Secure.
pub struct PulseSecure;

impl Source for PulseSecure {
    fn name(&self) -> &'static str {
        "pulse_secure"
    }

    fn title(&self) -> &'static str {
        "Pulse and Ivanti Connect Secure"
    }

    fn dataset(&self) -> &'static str {
        "pulse_connect_secure.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-pulse_connect_secure.log-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        forms::Line::of(record)
            .map(|line| Recognised::of(Confidence::Certain, kinds::kind(line.text())))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["PulseSecure: ", "Juniper: ", "id=firewall time="]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        match forms::Line::of(record)? {
            forms::Line::Own(head) => iso_stamp(head.time),
            forms::Line::Welf(text) => forms::welf_stamp(text),
        }
    }

    /// Elastic's pipeline leaves times in the zone of the log.
    fn time_form(&self, _: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        TimeForm::zoned(view, at)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        forms::Line::of(record).map_or_else(|| kinds::kind(""), |line| kinds::kind(line.text()))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        forms::take_apart(record, parts);
    }
}
