//! Check Point: logins of remote access and of administrators, VPN, firewall, as Log Exporter sends them.
//!
//! Lines are RFC 5424 with the values in brackets (`[key:"value"; ...]`), CEF, or the table that `fw log` writes. The mapping is that of Elastic's
//! `checkpoint` integration and of the Filebeat module before it.

mod fields;
mod forms;
mod kinds;
#[cfg(test)]
mod tests;
mod values;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};

/// Check Point.
pub struct CheckPoint;

impl Source for CheckPoint {
    fn name(&self) -> &'static str {
        "checkpoint"
    }

    fn title(&self) -> &'static str {
        "Check Point gateways and management"
    }

    fn dataset(&self) -> &'static str {
        "checkpoint.firewall"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-checkpoint.firewall-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        forms::Form::of(record).map(|form| match form {
            forms::Form::Table(_) => Confidence::Likely,
            _ => Confidence::Certain,
        })
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "CheckPoint ",
            "|Check Point|",
            "syslog[",
            "Multi-product",
            "Security Gateway",
        ]
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(&forms::told(record))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        forms::take_apart(record, parts);
        values::derive(parts);
    }
}
