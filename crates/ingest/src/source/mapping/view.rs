//! A record and its parts, as a mapping table sees them.

use std::borrow::Cow;

use gatewatch_event::{Timestamp, Value, offset_text};

use super::entry::{Emit, Header};
use super::kind::Table;
use super::parts::Parts;
use super::record::Record;
use crate::format::syslog::Stamp;

/// A record and its parts.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The record.
    pub record: &'a Record<'a>,
    /// Its parts.
    pub parts: &'a Parts<'a>,
    pub(super) table: &'static Table,
}

impl<'a> View<'a> {
    /// The text of a part; in JSON, of the first value at this path.
    pub fn text(&self, part: &str) -> Option<Cow<'a, str>> {
        if let Some(text) = self.parts.get(part) {
            return Some(Cow::Borrowed(text));
        }
        let mut found = None;
        if let Some(json) = self.record.json {
            json.visit(part, &mut |value| {
                found = value.scalar_text();
                found.is_none()
            });
        }
        found
    }

    /// Calls `emit` with each value of a part; in JSON, with each value at this path. False when `emit` said so.
    pub fn visit(&self, part: &str, emit: Emit<'_>) -> bool {
        let mut any = false;
        for text in self.parts.all(part) {
            any = true;
            if !emit(Value::from(text)) {
                return false;
            }
        }
        match self.record.json {
            Some(json) if !any => {
                json.visit(part, &mut |value| value.value().is_none_or(&mut *emit))
            }
            _ => true,
        }
    }

    /// Is there such a part?
    pub fn has(&self, part: &str) -> bool {
        !self.visit(part, &mut |_| false)
    }

    /// A time without a zone, in the zone of the log.
    pub fn at(&self, stamp: Stamp) -> Option<Timestamp> {
        stamp.at(self.record.zone)
    }

    /// Seconds east of Greenwich at this moment, in the zone that the record names or else the log's.
    pub fn east_at(&self, at: Timestamp) -> i32 {
        let named = self.record.stamp.and_then(|stamp| stamp.offset);
        named.unwrap_or_else(|| {
            let second = at.nanos().div_euclid(1_000_000_000);
            let at = jiff::Timestamp::from_second(second).unwrap_or_default();
            self.record.zone.to_offset(at).seconds()
        })
    }

    /// The zone of times that name none, as Elastic's agents give it in `event.timezone`: its name, or its offset.
    pub fn zone_name(&self) -> String {
        let zone = self.record.zone;
        match zone.iana_name() {
            Some(name) => name.to_owned(),
            None => {
                let at = self.record.time().map_or(0, Timestamp::nanos);
                let second = jiff::Timestamp::from_second(at.div_euclid(1_000_000_000));
                offset_text(zone.to_offset(second.unwrap_or_default()).seconds())
            }
        }
    }

    /// Calls `emit` with each value of another field of this event.
    pub fn field(&self, path: &str, emit: Emit<'_>) {
        self.table.visit_path(path, self, emit);
    }

    pub(super) fn header(&self, part: Header) -> Option<Value<'a>> {
        header(self.record, part)
    }
}

/// A part of a record's header.
pub(super) fn header<'a>(record: &Record<'a>, part: Header) -> Option<Value<'a>> {
    let header = &record.header;
    let priority = header.priority.map(i64::from);
    match part {
        Header::Host => header.host.filter(|host| !host.is_empty()).map(Value::from),
        Header::Relay => header.relay.map(Value::from),
        Header::Program => header.program.map(Value::from),
        Header::Pid => header.pid.map(Value::Long),
        Header::Priority => priority.map(Value::Long),
        Header::Facility => priority.map(|priority| Value::Long(priority / 8)),
        Header::Severity => priority.map(|priority| Value::Long(priority % 8)),
        Header::Version => header.version.map(Value::from),
        Header::MessageId => header.message_id.map(Value::from),
        Header::StructuredData => header.structured_data.map(Value::from),
    }
}
