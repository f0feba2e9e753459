//! A line without what stands in front of its text.

use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::time;
use crate::source::mapping::{Confidence, Record};

/// A line.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its own time as it is written; through syslog it has none.
    when: Option<&'a str>,
    /// `INFO`, `ERROR`, ...
    pub(super) level: &'a str,
    pub(super) text: &'a str,
}

/// The words for how serious a line is, filled up to five letters.
const LEVELS: [&str; 6] = ["CORE ", "ERROR", "WARN ", "INFO ", "DEBUG", "TRACE"];

/// How texts begin that nobody else writes.
const STARTS: [&str; 22] = [
    "AUTHFAIL: user=",
    "Access permitted for user: ",
    "Access denied for user: ",
    "Received system login request from xrdp",
    "Received sys login status for ",
    "Received request from xrdp ",
    "++ created session (access granted): username ",
    "++ reconnected session: username ",
    "++ terminated session: ",
    "starting xrdp",
    "Sesman now listening on ",
    "xrdp_",
    "xrdp-",
    "libxrdp_",
    "TLS connection established from ",
    "Security protocol: configured [",
    "Connected client computer name: ",
    "[ITU-T X.224] ",
    "Sending [ITU T.125] ",
    "Starting the xrdp channel server ",
    "sesman_data_in: ",
    "connecting to sesman on ",
];

pub(super) fn detect(record: &Record<'_>) -> Option<Confidence> {
    let bytes = record.message().as_bytes();
    if bytes.first() != Some(&b'[') {
        return None;
    }
    let line = Line::of(record)?;
    if STARTS.iter().any(|start| line.text.starts_with(start)) {
        return Some(Confidence::Likely);
    }
    line.when.is_some().then_some(Confidence::Possible)
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if record.has_header {
            let (level, text) = level(record.message())?;
            return Some(Self {
                when: None,
                level,
                text,
            });
        }
        Self::own(record.raw)
    }

    /// `[20260105-08:00:00] [INFO ] text`, and since version 0.10 `[2026-01-05T08:00:00.123+0000] [INFO ] text`.
    pub(super) fn own(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix('[')?;
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (when, rest) = rest.split_once("] ")?;
        let (level, text) = level(rest)?;
        let separator = match when.len() {
            17 => b'-',
            23..=29 => b'T',
            _ => return None,
        };
        let at = if separator == b'-' { 8 } else { 10 };
        (when.as_bytes()[at] == separator).then_some(Self {
            when: Some(when),
            level,
            text,
        })
    }

    /// Its own time.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let when = self.when?;
        if when.len() == 17 {
            time::fixed("YYYYMMDD-hh:mm:ss", when)
        } else {
            iso_stamp(when)
        }
    }
}

fn level(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('[')?;
    let (level, text) = rest
        .split_once("] ")
        .or_else(|| Some((rest.strip_suffix(']')?, "")))?;
    LEVELS.contains(&level).then_some((level.trim_end(), text))
}
