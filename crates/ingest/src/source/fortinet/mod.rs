//! Fortinet FortiGate: SSL VPN, IPsec, administrators, users, traffic and security profiles.
//!
//! Lines are `key=value` pairs, or the same values in CEF. The mapping is that of Elastic's `fortinet_fortigate` integration and of the
//! Filebeat module before it, which put the client of the VPN (`remip`) into `destination.ip`; the access record has it as the remote
//! address.

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

/// FortiGate.
pub struct Fortinet;

impl Source for Fortinet {
    fn name(&self) -> &'static str {
        "fortinet"
    }

    fn title(&self) -> &'static str {
        "Fortinet FortiGate: SSL VPN, IPsec, administrators, traffic"
    }

    fn dataset(&self) -> &'static str {
        "fortinet_fortigate.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-fortinet_fortigate.log-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        forms::detect(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare | Part::Message => {
                opening.is_byte(b"dtleiv<C") || opening.is_digits(b"|") || opening.is_space()
            }
            Part::Program => opening.is_byte(b"t"),
            Part::Line => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["subtype=", "logid=", "Fortinet", "date="]
    }

    /// Elastic's pipeline leaves times in the zone that the line names, or else that of the log.
    fn time_form(&self, _: &str, view: &View<'_>, at: Timestamp) -> TimeForm {
        TimeForm {
            east: fields::zone(view).unwrap_or_else(|| view.east_at(at)),
            ..TimeForm::default()
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        let what = forms::what(record);
        kinds::kind(&what.log, &what.subtype, &what.action)
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        forms::take_apart(record, parts);
    }
}
