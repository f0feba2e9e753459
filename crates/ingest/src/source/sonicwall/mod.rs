//! SonicWall firewalls (SonicOS) and SMA gateways.
//!
//! Lines are `key=value` pairs, or CEF. The mapping is that of Elastic's `sonicwall_firewall` integration: the id of the message (`m=`) says
//! what happened.

mod access;
mod action;
mod fields;
mod forms;
mod kinds;
#[cfg(test)]
mod tests;

use gatewatch_event::Timestamp;

use super::mapping::{
    Confidence, Entry, Kind, Opening, Part, Parts, Record, Source, TimeForm, View,
};
use crate::format::syslog::Stamp;

/// SonicWall.
pub struct SonicWall;

impl Source for SonicWall {
    fn name(&self) -> &'static str {
        "sonicwall"
    }

    fn title(&self) -> &'static str {
        "SonicWall firewalls and SMA"
    }

    fn dataset(&self) -> &'static str {
        "sonicwall_firewall.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-sonicwall_firewall.log-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        forms::Form::of(record).map(|_| Confidence::Certain)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message)
            && (opening.is_byte(b"<iC") || opening.is_digits(b"|") || opening.is_space())
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[" sn=", "|SonicWall|"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        forms::stamp(record)
    }

    /// Elastic's pipeline leaves times in the zone of the log.
    fn time_form(&self, _: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        TimeForm::zoned(view, at)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        let told = forms::told(record);
        if told.is_sma {
            kinds::by_message(&told.message)
        } else {
            kinds::by_code(&told.code)
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        forms::take_apart(record, parts);
    }
}
