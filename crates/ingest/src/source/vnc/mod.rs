//! VNC servers: TigerVNC and its like (blocks below a line with the time), x11vnc, libvncserver and TightVNC for Unix (a time in front of each
//! line), RealVNC and macOS' screen sharing (syslog).
//!
//! Elastic has no integration.

mod block;
mod fields;
mod kinds;
mod line;
mod parts;
mod stamped;
#[cfg(test)]
mod tests;

use super::mapping::{
    Confidence, Entry, Framing, Kind, Opening, Part, Parts, Recognised, Record, Source,
};
use crate::format::syslog::Stamp;
use line::Line;

/// How far a line looks back for the connection that it is of. A logon takes some ten lines.
const LOOK_BACK: usize = 8 << 10;

/// VNC servers.
pub struct Vnc;

impl Source for Vnc {
    fn name(&self) -> &'static str {
        "vnc"
    }

    fn title(&self) -> &'static str {
        "VNC servers"
    }

    fn dataset(&self) -> &'static str {
        "vnc.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-vnc.log-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &[
            "vncserver-x11",
            "vncserver-x11-serviced",
            "vncserver-x11-core",
            "vncserver-virtual",
            "vncserver-virtuald",
            "vncserver",
            "screensharingd",
            "Xvnc",
            "Xtigervnc",
            "x0vncserver",
            "x11vnc",
        ]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(line::recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        line::recognise(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Bare => true,
            Part::Message => opening.is_byte(b"C"),
            Part::Line | Part::Program => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "Connections: ",
            "SConnection: ",
            "VNCSConnST: ",
            "vncext: ",
            "Got connection from client ",
            "authentication failed from ",
            "authentication passed by ",
            "Pixel format for client ",
            "rfb",
            "accepted_client=",
        ]
    }

    fn framing(&self) -> Framing {
        // The time and the address of a line stand in lines before it.
        Framing::Grouped(|_, _| true)
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        Line::of(record).stamp(record)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        kinds::kind(&Line::of(record), record)
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        parts::take_apart(&Line::of(record), record, parts);
    }
}
