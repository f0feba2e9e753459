//! `%ASA-6-302013:`, and what of the syslog header belongs to it.

use crate::format::syslog::{Stamp, classic_stamp};
use crate::format::time;
use crate::source::mapping::{Parts, Record};

/// The tag of a message and the text behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// `asa`, `ftd`, ...
    pub(super) product: &'static str,
    /// A word between product and level: `session`.
    pub(super) suffix: Option<&'a str>,
    /// 0 to 7.
    pub(super) level: u8,
    /// The message's number.
    pub(super) code: &'a str,
    /// The message.
    pub(super) text: &'a str,
}

const PRODUCTS: &[(&str, &str)] = &[
    ("%ASA-", "asa"),
    ("%FTD-", "ftd"),
    ("%PIX-", "pix"),
    ("%FWSM-", "fwsm"),
];

impl<'a> Tag<'a> {
    /// The tag of a record: at the start of the message, or taken for the program since a colon follows it.
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(program) = record.program().filter(|program| program.starts_with('%')) {
            let (tag, rest) = Self::read(program)?;
            return rest.is_empty().then_some(Tag {
                text: record.message(),
                ..tag
            });
        }
        let message = record.message();
        let message = match message.as_bytes().first()? {
            b'%' => message,
            b':' => match device_time(message) {
                Some((_, text)) => text,
                None => message.trim_start_matches([':', ' ']),
            },
            _ => return None,
        };
        let (tag, rest) = Self::read(message)?;
        let text = rest.strip_prefix(':').unwrap_or(rest);
        Some(Tag {
            text: text.trim_ascii_start(),
            ..tag
        })
    }

    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let (mark, product) = PRODUCTS.iter().find(|(mark, _)| text.starts_with(mark))?;
        let mut rest = &text[mark.len()..];
        let mut suffix = None;
        if let Some((word, tail)) = rest.split_once('-')
            && word.len() > 1
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            suffix = Some(word);
            rest = tail;
        }
        let (level, tail) = rest.split_once('-')?;
        let level = level.parse().ok().filter(|level| *level <= 7)?;
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let tag = Self {
            product,
            suffix,
            level,
            code: &tail[..digits],
            text: "",
        };
        (digits == 6).then_some((tag, &tail[digits..]))
    }

    /// Names what the tag and the header say.
    pub(super) fn add(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        parts.push("product", self.product);
        parts.push_some("suffix", self.suffix);
        let (host, process) = names(record);
        parts.push_some("host", host);
        parts.push_some("process", process);
        parts.push("code", self.code);
        parts.push("level", self.level.to_string());
    }
}

/// Host and program. A device writes `date host: %ASA-...`, which reads as a program without a host.
fn names<'a>(record: &Record<'a>) -> (Option<&'a str>, Option<&'a str>) {
    let header = &record.header;
    let program = header.program.filter(|program| !program.starts_with('%'));
    match (header.host, program) {
        (None, Some(program)) if header.pid.is_none() => {
            let is_name = |byte: u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':')
            };
            if zone(record).is_some() {
                (header.relay, None)
            } else if program.bytes().all(is_name) {
                (Some(program), None)
            } else {
                (None, Some(program))
            }
        }
        (host, program) => (host, program),
    }
}

/// The time that the device wrote where a relay put a header with a time of its own in front, and the tag behind it: `: Sep 25 15:47:07 EDT:
/// %ASA-...`.
fn device_time(message: &str) -> Option<(Stamp, &str)> {
    /// Longer is no time with a zone.
    const LONGEST: usize = 48;
    let text = message.strip_prefix(':')?.trim_ascii_start();
    let at = text.bytes().take(LONGEST).position(|byte| byte == b'%')?;
    let time = text[..at].trim_ascii_end().strip_suffix(':')?;
    let stamp = classic_stamp(time)?;
    let zone = time.trim_ascii_end().rsplit(' ').next();
    let offset = stamp.offset.or_else(|| time::zone_named(zone?));
    Some((Stamp { offset, ..stamp }, &text[at..]))
}

/// The time of the record where it is the device's own word, or its zone is.
pub(super) fn stamp(record: &Record<'_>) -> Option<Stamp> {
    let outer = record.stamp?;
    if let Some((inner, _)) = device_time(record.message()) {
        // Between the two a year may have begun.
        let year = match (inner.month, outer.month) {
            (12, 1) => outer.year.map(|year| year.saturating_sub(1)),
            (1, 12) => outer.year.map(|year| year.saturating_add(1)),
            _ => outer.year,
        };
        return Some(Stamp {
            year: inner.year.or(year),
            ..inner
        });
    }
    let offset = zone(record)?;
    Some(Stamp {
        offset: outer.offset.or(Some(offset)),
        ..outer
    })
}

/// The offset of the zone that stands where the host would.
fn zone(record: &Record<'_>) -> Option<i32> {
    let header = &record.header;
    let program = header.program.filter(|program| !program.starts_with('%'));
    let word = match (header.host, program) {
        (Some(host), None) => host,
        (None, Some(program)) if header.pid.is_none() => program,
        _ => return None,
    };
    time::zone_named(word)
}
