//! The forms of a line.

use std::sync::LazyLock;

use super::{LOOK_BACK, kinds};
use crate::format::syslog::{Stamp, classic_stamp};
use crate::format::text::{Starts, trim_front};
use crate::format::time;
use crate::source::mapping::{Confidence, Recognised, Record, lines_back};

/// A line without what stands in front of its text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) form: Form,
    pub(super) text: &'a str,
}

/// Where the time of a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In a line above: TigerVNC.
    Block,
    /// In front of the text: x11vnc, libvncserver, TightVNC.
    Stamped,
    /// In the header of syslog.
    Headed,
}

/// How texts of TigerVNC begin.
static BLOCKS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Connections: accepted: ",
        "Connections: Accepted: ",
        "Connections: closed: ",
        "Connections: Closed: ",
        "Connections: blacklisted: ",
        "Connections: Blacklisted: ",
        "SConnection: ",
        "VNCSConnST: ",
        "SVeNCrypt: ",
        "VNCServerST: ",
        "EncodeManager: ",
        "ComparingUpdateTracker: ",
        "vncext: ",
    ])
});

/// How texts of x11vnc and its like begin.
static STAMPED: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Got connection from client ",
        "Pixel format for client ",
        "Normal socket connection",
        "incr accepted_client=",
        "Client Protocol Version ",
        "Protocol version sent ",
        "Using protocol version ",
        "Full-control authentication ",
        "View-only authentication ",
        "authProcessClientMessage: ",
        "rfb",
        "client_count: ",
        "x11vnc version: ",
        "passing arg to libvncserver",
        "Listening for VNC connections on ",
        "webSocketsHandshake: ",
        "Statistics             events ",
        " TOTALS ",
        " FramebufferUpdate ",
        "client_set_net: ",
    ])
});

/// What servers write as they start, without a time.
static BANNERS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Xvnc ",
        "Copyright (C) ",
        "See http",
        "Underlying X server release ",
        "[mi] ",
        "Could not find any render nodes",
        "Failed to initialize DRI3 extension",
        "Xlib: ",
        "The VNC desktop is:",
        "Have you tried the x11vnc ",
        "The scheme stores pixel data ",
        "retrieval.  It should work ",
        "One can also add -ncache_cr ",
        "More info: http",
        "*******",
        "PORT=",
        "xrdb: ",
        "Font directory ",
    ])
});

/// Is this a line of a VNC server?
pub(super) fn recognise(record: &Record<'_>) -> Option<Recognised> {
    let raw = record.raw;
    let certain = |line| Recognised::of(Confidence::Certain, kinds::kind(&line, record));
    let unsure = |confidence| Recognised {
        confidence,
        kind: None,
    };
    if record.has_header {
        let text = record.message().strip_prefix("Connections: ")?;
        let ours = ["connected: ", "authenticated: ", "disconnected: "];
        let is_ours = ours.iter().any(|word| text.starts_with(word)) && text.contains("::");
        return is_ours.then(|| unsure(Confidence::Likely));
    }
    match raw.as_bytes().first()? {
        b'0'..=b'3' => {
            let text = stamped(raw)?;
            let form = Form::Stamped;
            Some(if STAMPED.begin(text) {
                certain(Line { form, text })
            } else {
                unsure(Confidence::Possible)
            })
        }
        b' ' | b'C' | b'S' | b'V' | b'E' | b'v' if BLOCKS.begin(trim_front(raw)) => {
            let (form, text) = (Form::Block, trim_front(raw));
            Some(certain(Line { form, text }))
        }
        b' ' => Some(unsure(Confidence::Possible)),
        _ => {
            let known = is_date(raw) || BANNERS.begin(raw);
            known.then(|| unsure(Confidence::Possible))
        }
    }
}

/// `Wed Jan  7 08:00:00 2026`, and nothing else.
fn is_date(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() == 24
        && bytes[3] == b' '
        && bytes[7] == b' '
        && bytes[10] == b' '
        && bytes[13] == b':'
        && bytes[16] == b':'
        && bytes[19] == b' '
        && bytes[20..].iter().all(u8::is_ascii_digit)
}

/// The text behind `07/01/2026 08:00:00 ` or `07/01/26 08:00:00 `.
fn stamped(line: &str) -> Option<&str> {
    if line.as_bytes().get(2) != Some(&b'/') {
        return None;
    }
    let length = if line.as_bytes().get(8) == Some(&b' ') {
        8
    } else {
        10
    };
    let (date, rest) = (line.get(..length)?, line.get(length..)?.strip_prefix(' ')?);
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        2 | 5 => byte == b'/',
        _ => byte.is_ascii_digit(),
    });
    let bytes = rest.as_bytes();
    let is_time = bytes.len() >= 8 && bytes[2] == b':' && bytes[5] == b':';
    if !is_date || !is_time {
        return None;
    }
    let text = rest.get(8..)?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Self {
        let (form, text) = if record.has_header {
            (Form::Headed, record.message().trim_start())
        } else if let Some(text) = stamped(record.raw) {
            (Form::Stamped, text)
        } else {
            (Form::Block, trim_front(record.raw))
        };
        Self { form, text }
    }

    /// When it was written.
    pub(super) fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        let dated = |line: &str| {
            if !is_date(line) {
                return None;
            }
            Some(Stamp {
                // It ends the line.
                year: Some(line.get(20..)?.parse().ok()?),
                ..classic_stamp(line.get(4..)?)?
            })
        };
        match self.form {
            Form::Headed => None,
            Form::Stamped => {
                // The year has two digits or four.
                if record.raw.as_bytes().get(8) == Some(&b' ') {
                    time::fixed("DD/MM/YY hh:mm:ss", record.raw)
                } else {
                    time::fixed("DD/MM/YYYY hh:mm:ss", record.raw)
                }
            }
            Form::Block => dated(record.raw)
                .or_else(|| lines_back(record.lines_before(LOOK_BACK)).find_map(dated)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::source::UTC;
    use crate::source::mapping::Record;

    #[test]
    fn a_date_names_its_year() {
        let group =
            "Wed Jan  7 08:00:00 2015\n Connections: accepted: 203.0.113.7::1\n VNCSConnST: x";
        for line in group.lines() {
            let at = line.as_ptr() as usize - group.as_ptr() as usize;
            let record = Record {
                group,
                ..Record::line(&group[at..at + line.len()], &UTC)
            };
            let stamp = Line::of(&record).stamp(&record);
            let found = stamp.map(|stamp| (stamp.year, stamp.month, stamp.day, stamp.hour));
            assert_eq!(found, Some((Some(2015), 1, 7, 8)), "{line}");
        }
    }
}
