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
