//! Tor's log: hidden services, where their ports lead, and who steers the daemon.
//!
//! Of a visit to a hidden service tor tells at most that there was one, and never by whom: it reaches the service from the
//! machine itself. So what this log is good for is that there is a way in at all, and to what.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
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
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        // `SyslogIdentityTag` adds to the name.
        if record
            .program()
            .is_some_and(|name| name.starts_with("Tor-"))
        {
            return Some(Recognised::of(
                Confidence::Likely,
                fields::kind(Line::of(record).what()),
            ));
        }
        Line::of_file(record)
            .map(|line| Recognised::of(Confidence::Likely, fields::kind(line.what())))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Program => opening.is_byte(b"Tniwed"),
            Part::Bare | Part::Line | Part::Message => false,
        }
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
