//! Citrix ADC (NetScaler) and its gateway: logins, sessions, tunnelled connections, commands.
//!
//! The mapping is that of Elastic's `citrix_adc` integration: the client of a login is in `client.ip` alone, a login that succeeded has no
//! outcome, and everything of the gateway is of the category authentication. The access record says what happened.

mod fields;
mod kinds;
mod line;
mod parts;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};
use crate::format::syslog::{Framing, Stamp};

/// Citrix ADC.
pub struct CitrixAdc;

impl Source for CitrixAdc {
    fn name(&self) -> &'static str {
        "citrix_adc"
    }

    fn title(&self) -> &'static str {
        "Citrix ADC (NetScaler) and Citrix Gateway"
    }

    fn dataset(&self) -> &'static str {
        "citrix_adc.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-citrix_adc.log-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        line::Form::of(record).map(|form| form.confidence())
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["-PPE-", "default ", "NetScaler", " shell_command=", " -> "]
    }

    /// Some collectors put a space before each line.
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        match line::Form::of(record)? {
            line::Form::Native(line) => line.stamp(),
            _ => None,
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(record)
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        parts::take_apart(record, parts);
    }
}
