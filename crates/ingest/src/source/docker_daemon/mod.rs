//! The log of the Docker daemon: API calls, what the daemon listens on, failed calls.
//!
//! Lines are logfmt as logrus writes it (`time="..." level=debug msg="..."`), bare or behind a syslog or journal header, or what logrus
//! prints on a terminal (`INFO[0000] ...`). Elastic has no mapping for them. The API is open to whoever reaches it, and a call
//! names no client: the address is in the log of a proxy in front, or in that of the network. Only handshakes of TLS that failed name one.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{
    Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source, is_handshake,
};
use crate::format::syslog::{Stamp, iso_stamp};
use line::{Line, What};

/// The Docker daemon.
pub struct DockerDaemon;

impl Source for DockerDaemon {
    fn name(&self) -> &'static str {
        "docker_daemon"
    }

    fn title(&self) -> &'static str {
        "Docker daemon: API calls and exposed sockets"
    }

    fn dataset(&self) -> &'static str {
        "docker.daemon"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-docker.daemon-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["dockerd", "docker.dockerd", "dockerd-current"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        let what = Line::of(line::text(record))?.what();
        // Many Go programs write such lines: those of no known text are Docker's if the lines around them are.
        let confidence = match what {
            What::Other => Confidence::Possible,
            _ => Confidence::Likely,
        };
        Some(Recognised::of(confidence, fields::kind(what)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare | Part::Message => opening.is_byte(b"tTDIWEFP"),
            // Where Docker Desktop is read as a syslog.
            Part::Program => opening.is_byte(b"t"),
            Part::Line => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["level=", "INFO[", "WARN[", "ERRO[", "DEBU[", "FATA["]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        iso_stamp(Line::of(line::text(record))?.time)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        let text = line::text(record);
        fields::kind(match Line::of(text) {
            Some(line) => line.what(),
            None if is_handshake(text) => What::Handshake,
            None => What::Other,
        })
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(line::text(record), parts);
    }
}
