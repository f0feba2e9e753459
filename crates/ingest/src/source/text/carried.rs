//! Lines of text logs that something else carries.

use gatewatch_event::Timestamp;
use jiff::tz::TimeZone;

use super::line::json_part;
use crate::format::json::{Index, LazyJson};
use crate::format::syslog::Header;
use crate::source::mapping::{Confidence, Record, Source};
use crate::source::{UTC, claim};

fn record<'a>(text: &'a str, zone: &'a TimeZone) -> Record<'a> {
    match Header::parse(text) {
        Some(header) => Record::headed(text, header, zone),
        None => Record::line(text, zone),
    }
}

/// Is this text a line of one of the sources? JSON inside the text is looked at when it is routed.
pub(crate) fn is_sourced_text(text: &str) -> bool {
    let record = record(text, &UTC);
    json_part(record.message()).is_some()
        || claim(&record).is_some_and(|claim| claim.confidence > Confidence::Possible)
}

/// Hands a carried line to the source that it is of. False when it is nobody's.
pub(crate) fn route_carried(
    text: &str,
    carried: Option<Timestamp>,
    zone: &TimeZone,
    index: &mut Index,
    deliver: &mut dyn FnMut(&'static dyn Source, &Record<'_>),
) -> bool {
    let mut record = record(text, zone);
    record.carried = carried;
    if let Some(json) = json_part(record.message())
        && index.build(json).is_ok()
    {
        record.json = Some(LazyJson::new(json, index));
    }
    let claim = claim(&record).filter(|claim| claim.confidence > Confidence::Possible);
    let Some(claim) = claim else {
        return false;
    };
    if let Some(stamp) = claim.source.stamp(&record) {
        record.stamp = Some(stamp);
    }
    // A time without a year says less than the carrier's.
    record.stamp = record.stamp.filter(|stamp| stamp.year.is_some());
    deliver(claim.source, &record);
    true
}
