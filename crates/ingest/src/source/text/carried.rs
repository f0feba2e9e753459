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

/// Whose line a text is.
#[derive(Clone, Copy)]
pub(crate) enum Sourced {
    /// Of this source.
    Of(&'static dyn Source),
    /// A JSON object, which is looked at when it is routed.
    Json,
}

impl std::fmt::Debug for Sourced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Of(source) => source.name(),
            Self::Json => "JSON",
        })
    }
}

impl Sourced {
    /// Whose line a text is, if it is anybody's.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let record = record(text, &UTC);
        if json_part(record.message()).is_some() {
            return Some(Self::Json);
        }
        let claim = claim(&record).filter(|claim| claim.confidence > Confidence::Possible)?;
        Some(Self::Of(claim.source))
    }
}

/// Hands a carried line to the source that it is of. False when it is nobody's.
pub(crate) fn route_carried(
    (text, sourced): (&str, Sourced),
    carried: Option<Timestamp>,
    zone: &TimeZone,
    index: &mut Index,
    deliver: &mut dyn FnMut(&'static dyn Source, &Record<'_>),
) -> bool {
    let mut record = record(text, zone);
    record.carried = carried;
    let source = match sourced {
        Sourced::Of(source) => source,
        Sourced::Json => {
            if let Some(json) = json_part(record.message())
                && index.build(json).is_ok()
            {
                record.json = Some(LazyJson::new(json, index));
            }
            let claim = claim(&record).filter(|claim| claim.confidence > Confidence::Possible);
            let Some(claim) = claim else {
                return false;
            };
            claim.source
        }
    };
    if let Some(stamp) = source.stamp(&record) {
        record.stamp = Some(stamp);
    }
    // A time without a year says less than the carrier's.
    record.stamp = record.stamp.filter(|stamp| stamp.year.is_some());
    deliver(source, &record);
    true
}
