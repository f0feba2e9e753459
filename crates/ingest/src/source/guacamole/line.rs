//! The forms of a line.

use super::kinds;
use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::{find_near, lines};
use crate::format::time;
use crate::source::mapping::{Confidence, Recognised, Record};

/// A line without what stands in front of its text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    when: When<'a>,
    pub(super) thread: Option<&'a str>,
    pub(super) level: &'a str,
    pub(super) logger: &'a str,
    pub(super) text: &'a str,
}

/// Its own time as it is written.
#[derive(Clone, Copy)]
enum When<'a> {
    /// None, or the time of day without a date.
    Untold,
    Iso(&'a str),
    Tomcat(&'a str),
    Util(Stamp),
}

/// The words for how serious a line is, of logback and of `java.util.logging`.
const LEVELS: [&str; 12] = [
    "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "SEVERE", "WARNING", "CONFIG", "FINE", "FINER",
    "FINEST", "FATAL",
];

/// The longest of them with the colon behind it takes no more.
const LEVEL: usize = 9;

/// Texts that nobody else writes; `java.util.logging` does not say whose they are.
const STARTS: [&str; 1] = ["Authentication attempt from "];

/// Is this a line of Guacamole?
pub(super) fn recognise(record: &Record<'_>) -> Option<Recognised> {
    if !matches!(
        record.message().as_bytes().first(),
        Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_')
    ) {
        return None;
    }
    let line = Line::of(record)?;
    let confidence =
        if line.logger.starts_with("o.a.g.") || line.logger.starts_with("org.apache.guacamole.") {
            Confidence::Certain
        } else if STARTS.iter().any(|start| line.text.starts_with(start)) || is_user(line.text) {
            Confidence::Likely
        } else if line.logger.is_empty() {
            // `INFO: text` is anybody's.
            return None;
        } else {
            // Other programs of Java write so too.
            Confidence::Possible
        };
    Some(Recognised::of(confidence, kinds::kind(line.text)))
}

fn is_user(text: &str) -> bool {
    text.starts_with("User \"")
        && [
            " successfully authenticated from ",
            " connected to connection ",
            " disconnected from connection ",
        ]
        .iter()
        .any(|words| text.contains(words))
}

/// Does a line go on with the record that begins with `first`? Traces are indented; `java.util.logging` writes the text below the
/// time.
pub(super) fn joins(first: &[u8], next: &[u8]) -> bool {
    if matches!(next.first(), Some(b' ' | b'\t')) || next.starts_with(b"Caused by: ") {
        return true;
    }
    let Some(colon) = next.iter().take(9).position(|byte| *byte == b':') else {
        return false;
    };
    std::str::from_utf8(&next[..colon]).is_ok_and(|level| LEVELS.contains(&level))
        && std::str::from_utf8(first).is_ok_and(|first| two_lines(first).is_some())
}

/// `Jan 5, 2026 8:34:08 PM org.example.Class method`: the first of the two lines of `java.util.logging`.
fn two_lines(line: &str) -> Option<(Stamp, &str)> {
    let bytes = line.as_bytes();
    if bytes.len() < 24 || bytes[3] != b' ' || !bytes[..3].iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let (stamp, rest) = time::stamp_prefix("%b %d, %Y %I:%M:%S %p", line)?;
    Some((stamp, rest.strip_prefix(' ')?))
}

/// What docker-compose puts in front: the name of the container.
fn without_container(line: &str) -> &str {
    /// No name is longer.
    const LONGEST: usize = 80;
    let bytes = line.as_bytes();
    let end = bytes
        .iter()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        .count();
    let rest = line[end..].trim_start_matches(' ');
    let has_gap = end > 0 && rest.len() < line.len() - end;
    match rest.strip_prefix("| ") {
        Some(rest) if has_gap => rest,
        _ => line,
    }
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        // What looks like a header of syslog may be the time and the thread.
        let has_bar = memchr::memchr(b'|', record.raw.as_bytes()).is_some();
        let without = |line| match has_bar {
            true => without_container(line),
            false => line,
        };
        let line = without(record.message());
        let whole = record
            .has_header
            .then(|| Self::logback(without(record.raw)))
            .flatten();
        let line = whole
            .or_else(|| Self::logback(line))
            .or_else(|| Self::tomcat(line))
            .or_else(|| Self::two(line))?;
        // A trace below says nothing of the access.
        let text = lines(line.text).next().unwrap_or_default();
        Some(Self { text, ..line })
    }

    /// `2026-01-05T08:00:00,123Z [thread] WARN  logger - text`, and with the time of day alone: `08:00:00.123 [thread] ...`.
    fn logback(line: &'a str) -> Option<Self> {
        /// A time takes no more.
        const LONGEST: usize = 40;
        if !line.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let near = &line.as_bytes()[..line.len().min(LONGEST)];
        let at = memchr::memchr(b'[', near)?;
        let (when, rest) = (line.get(..at.checked_sub(1)?)?, line.get(at + 1..)?);
        if line.as_bytes()[at - 1] != b' ' {
            return None;
        }
        let bytes = when.as_bytes();
        let is_time = when.len() == 12 && bytes[2] == b':' && bytes[5] == b':';
        // Behind a longer time stands a host.
        let is_whole = bytes.iter().skip(11).all(|byte| *byte != b' ');
        let is_date = bytes.len() > 18 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[13] == b':';
        let when = match (is_date && is_whole, is_time) {
            (true, _) => When::Iso(when),
            (false, true) => When::Untold,
            (false, false) => return None,
        };
        let (thread, rest) = rest.split_once("] ")?;
        let (level, rest) = rest.split_once(' ')?;
        let (logger, text) = rest.trim_start_matches(' ').split_once(" - ")?;
        let fits = LEVELS.contains(&level) && !logger.contains(' ');
        fits.then_some(Self {
            when,
            thread: Some(thread),
            level,
            logger,
            text,
        })
    }

    /// `05-Jan-2026 08:00:00.123 INFO [thread] org.example.Class.method text`.
    fn tomcat(line: &'a str) -> Option<Self> {
        if line.as_bytes().get(2) != Some(&b'-') || line.as_bytes().get(6) != Some(&b'-') {
            return None;
        }
        let when = line.get(..24)?;
        let (level, rest) = line.get(24..)?.strip_prefix(' ')?.split_once(" [")?;
        let (thread, rest) = rest.split_once("] ")?;
        let (logger, text) = rest.split_once(' ')?;
        LEVELS.contains(&level).then_some(Self {
            when: When::Tomcat(when),
            thread: Some(thread),
            level,
            logger,
            text,
        })
    }

    /// The two lines of `java.util.logging`, or the second alone.
    fn two(line: &'a str) -> Option<Self> {
        let bytes = line.as_bytes();
        if !bytes.first()?.is_ascii_alphabetic() {
            return None;
        }
        // Without the colon behind a level the line can only be the first of two, which has a space behind the month.
        if bytes.get(3) != Some(&b' ') && find_near(line, b':', LEVEL).is_none() {
            return None;
        }
        let (when, logger, second) = match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                let (first, second) = (&line[..end], &line[end + 1..]);
                let (stamp, logger) = two_lines(first)?;
                (
                    When::Util(stamp),
                    logger.split(' ').next().unwrap_or_default(),
                    second,
                )
            }
            None => (When::Untold, "", line),
        };
        let colon = find_near(second, b':', LEVEL)?;
        let (level, text) = (&second[..colon], second[colon..].strip_prefix(": ")?);
        LEVELS.contains(&level).then_some(Self {
            when,
            thread: None,
            level,
            logger,
            text,
        })
    }

    /// Its own time. One form has the time of day and no date, and so no time.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        match self.when {
            When::Untold => None,
            When::Iso(when) => iso_stamp(when),
            When::Tomcat(when) => time::stamp("%d-%b-%Y %H:%M:%S%.f", when),
            When::Util(stamp) => Some(stamp),
        }
    }
}
