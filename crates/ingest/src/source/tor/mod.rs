//! Tor's log: hidden services, where their ports lead, and who steers the daemon.
//!
//! Of a visit to a hidden service tor tells at most that there was one, and never by whom: it reaches the service from the
//! machine itself. So what this log is good for is that there is a way in at all, and to what.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};
use line::Line;

/// Tor.
pub struct Tor;

impl Source for Tor {
    fn name(&self) -> &'static str {
        "tor"
    }

    fn title(&self) -> &'static str {
        "Tor: hidden services"
    }

    fn dataset(&self) -> &'static str {
        "tor.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-tor.log-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["Tor", "tor"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        // `SyslogIdentityTag` adds to the name.
        if record
            .program()
            .is_some_and(|name| name.starts_with("Tor-"))
        {
            return Some(Confidence::Likely);
        }
        Line::of_file(record).map(|_| Confidence::Likely)
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            " [notice] ",
            " [info] ",
            " [warn] ",
            " [err] ",
            " [debug] ",
            "Tor",
        ]
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        fields::kind(Line::of(record).what())
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        Line::of(record).take_apart(parts);
    }
}
