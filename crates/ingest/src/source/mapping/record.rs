//! A record on its way to the source that reads it.

use gatewatch_event::Timestamp;
use jiff::tz::TimeZone;

use crate::format::json::LazyJson;
use crate::format::syslog::{Header, Stamp};
use crate::format::text::Columns;

/// A record: a line with or without a syslog header, a JSON object, or a JSON object in a syslog message.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The whole line, or the text of the JSON object.
    pub raw: &'a str,
    /// The lines that were read as one, where the source's [`Framing`](super::Framing) joins lines that are events of
    /// their own; else the same as `raw`.
    pub group: &'a str,
    /// The syslog header. Its `message` is the whole line where there is no header.
    pub header: Header<'a>,
    /// Is there a syslog header?
    pub has_header: bool,
    /// The JSON object, if the record or its message is one.
    pub json: Option<LazyJson<'a>>,
    /// The columns that the file named before this line.
    pub columns: Option<&'a Columns>,
    /// The time in the header, or the one that the source found; with a year.
    pub stamp: Option<Stamp>,
    /// The time that whatever carried the record gave it: a container's log, the journal.
    pub carried: Option<Timestamp>,
    /// The zone of times that name none.
    pub zone: &'a TimeZone,
}

impl<'a> Record<'a> {
    /// A bare line in this zone.
    pub fn line(raw: &'a str, zone: &'a TimeZone) -> Self {
        Self {
            raw,
            group: raw,
            header: Header {
                message: raw,
                ..Header::default()
            },
            has_header: false,
            json: None,
            columns: None,
            stamp: None,
            carried: None,
            zone,
        }
    }

    /// A line with this header.
    pub fn headed(raw: &'a str, header: Header<'a>, zone: &'a TimeZone) -> Self {
        Self {
            header,
            has_header: true,
            stamp: header.stamp,
            ..Self::line(raw, zone)
        }
    }

    /// A JSON object.
    pub fn json(json: LazyJson<'a>, zone: &'a TimeZone) -> Self {
        Self {
            json: Some(json),
            ..Self::line(json.raw(), zone)
        }
    }

    /// What stands behind the syslog header, or the whole line.
    pub fn message(&self) -> &'a str {
        self.header.message
    }

    /// The lines of the group before this one, at most so many bytes of them, from the start of a line. For logs whose framing
    /// is [`Framing::Grouped`](super::Framing::Grouped); looking back must be bounded, or a log could make it quadratic.
    pub fn lines_before(&self, most: usize) -> &'a str {
        let Some(end) = self.place_in_group() else {
            return "";
        };
        let mut start = end.saturating_sub(most);
        while !self.group.is_char_boundary(start) {
            start += 1;
        }
        let before = &self.group[start..end];
        if start == 0 {
            return before;
        }
        memchr::memchr(b'\n', before.as_bytes()).map_or("", |end| &before[end + 1..])
    }

    /// The lines of the group after this one.
    pub fn lines_after(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let after = self
            .place_in_group()
            .and_then(|start| self.group.get(start + self.raw.len()..));
        after.unwrap_or_default().lines().skip(1)
    }

    /// Where the line begins in its group.
    fn place_in_group(&self) -> Option<usize> {
        let start = (self.raw.as_ptr() as usize).checked_sub(self.group.as_ptr() as usize)?;
        let is_inside = self.group.get(start..start + self.raw.len()) == Some(self.raw);
        is_inside.then_some(start)
    }

    /// The program in the header.
    pub fn program(&self) -> Option<&'a str> {
        self.header.program
    }

    /// When it happened, as far as header and carrier say.
    pub fn time(&self) -> Option<Timestamp> {
        self.stamp
            .and_then(|stamp| stamp.at(self.zone))
            .or(self.carried)
    }
}

/// The lines of a text from the last to the first, as `text.lines().rev()` gives them but faster: for looking back.
pub(crate) fn lines_back(text: &str) -> impl Iterator<Item = &str> {
    let mut is_ended = text.ends_with('\n');
    let mut rest = (!text.is_empty()).then(|| text.strip_suffix('\n').unwrap_or(text));
    std::iter::from_fn(move || {
        let text = rest?;
        let line = match memchr::memrchr(b'\n', text.as_bytes()) {
            Some(at) => {
                rest = Some(&text[..at]);
                &text[at + 1..]
            }
            None => {
                rest = None;
                text
            }
        };
        // A carriage return belongs to the end of a line, where there is one.
        Some(match std::mem::replace(&mut is_ended, true) {
            true => line.strip_suffix('\r').unwrap_or(line),
            false => line,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Record, lines_back};
    use crate::source::UTC;

    #[test]
    fn lines_from_the_last() {
        for text in [
            "",
            "\n",
            "\n\n",
            "a",
            "a\n",
            "a\r\n",
            "a\r",
            "a\nb",
            "a\r\n\r\nb\r\n",
            "\r\nä\r",
        ] {
            let expect: Vec<&str> = text.lines().rev().collect();
            assert_eq!(lines_back(text).collect::<Vec<_>>(), expect, "{text:?}");
        }
    }

    #[test]
    fn lines_around() {
        let group = "one\ntwo\nthree\nfour\nfive";
        let line = &group[8..13];
        let record = Record {
            group,
            ..Record::line(line, &UTC)
        };
        assert_eq!(record.lines_before(100), "one\ntwo\n");
        assert_eq!(record.lines_before(6), "two\n");
        assert_eq!(record.lines_before(1), "");
        assert_eq!(record.lines_after().collect::<Vec<_>>(), ["four", "five"]);
        let alone = Record::line(line, &UTC);
        assert_eq!(alone.lines_before(100), "");
        assert_eq!(alone.lines_after().count(), 0);
        let elsewhere = Record {
            group: "other",
            ..Record::line(line, &UTC)
        };
        assert_eq!(elsewhere.lines_before(100), "");
    }
}
