//! A line without what stands in front of its text.

use std::sync::LazyLock;

use super::kinds;
use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::Starts;
use crate::format::time;
use crate::source::mapping::{Confidence, Recognised, Record};

/// A line.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its own time as it is written; through syslog it has none.
    when: Option<&'a str>,
    /// `INFO`, `ERROR`, ...
    pub(super) level: &'a str,
    pub(super) text: &'a str,
}

/// The length of `20260105-08:00:00`.
const SHORT_TIME: usize = 17;

/// The words for how serious a line is, filled up to five letters.
const LEVELS: [&str; 6] = ["CORE ", "ERROR", "WARN ", "INFO ", "DEBUG", "TRACE"];

/// How texts begin that nobody else writes.
static STARTS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "AUTHFAIL: user=",
        "Access permitted for user: ",
        "Access denied for user: ",
        "Username or password error for user: ",
        "Username okay but group problem for user: ",
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
    ])
});

/// Is this a line of xrdp?
pub(super) fn recognise(record: &Record<'_>) -> Option<Recognised> {
    let bytes = record.message().as_bytes();
    if bytes.first() != Some(&b'[') {
        return None;
    }
    let line = Line::of(record)?;
    let confidence = match line.when {
        // Nobody else writes the time so.
        Some(when) if when.len() == SHORT_TIME => Confidence::Certain,
        _ if STARTS.begin(line.text) => Confidence::Certain,
        Some(_) => Confidence::Possible,
        None => return None,
    };
    Some(Recognised::of(confidence, kinds::kind(line.text)))
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if record.has_header {
            let (level, text) = level(without_threads(record.message()))?;
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
        /// The longest form of a time.
        const LONGEST: usize = 30;
        let bytes = line.as_bytes();
        if bytes.len() < SHORT_TIME + 2 || bytes[0] != b'[' || !bytes[1].is_ascii_digit() {
            return None;
        }
        let end = bytes.iter().take(LONGEST).position(|byte| *byte == b']')?;
        let when = &line[1..end];
        let is_time = match when.len() {
            SHORT_TIME => when.as_bytes()[8] == b'-',
            23..=29 => when.as_bytes()[10] == b'T',
            _ => false,
        };
        if !is_time {
            return None;
        }
        let (level, text) = level(line.get(end + 2..)?)?;
        Some(Self {
            when: Some(when),
            level,
            text,
        })
    }

    /// Its own time.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let when = self.when?;
        if when.len() == SHORT_TIME {
            time::fixed("YYYYMMDD-hh:mm:ss", when)
        } else {
            iso_stamp(when)
        }
    }
}

/// What older versions put in front: `(10687)(139797313210176)`, the process and its thread.
fn without_threads(mut text: &str) -> &str {
    for _ in 0..2 {
        let Some((number, rest)) = text.strip_prefix('(').and_then(|rest| rest.split_once(')'))
        else {
            break;
        };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        text = rest;
    }
    text
}

/// `[INFO ] text`.
fn level(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    if bytes.len() < 7 || bytes[0] != b'[' || bytes[6] != b']' {
        return None;
    }
    let level = text.get(1..6)?;
    let rest = &text[7..];
    LEVELS
        .contains(&level)
        .then(|| (level.trim_end(), rest.strip_prefix(' ').unwrap_or(rest)))
}
