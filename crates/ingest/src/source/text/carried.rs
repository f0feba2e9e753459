//! Lines of text logs that something else carries.

use gatewatch_event::Timestamp;
use jiff::tz::TimeZone;

use super::line::json_part;
use crate::format::json::{Index, LazyJson};
use crate::format::syslog::{Header, Stamp};
use crate::source::linux_auth::AuthEvent;
use crate::source::mapping::{Confidence, Record, Source};
use crate::source::{Claim, Claims, UTC, claim, linux_auth};

fn record<'a>(text: &'a str, zone: &'a TimeZone) -> Record<'a> {
    match Header::parse(text) {
        Some(header) => Record::headed(text, header, zone),
        None => Record::line(text, zone),
    }
}

/// Whose line a text is.
#[derive(Clone, Copy)]
pub(crate) struct Sourced {
    whose: Whose,
    /// Has it a syslog header?
    has_header: bool,
}

#[derive(Clone, Copy)]
enum Whose {
    /// A source's.
    Source(Claim),
    /// That of a program that lets people in, or of PAM.
    Auth,
    /// A JSON object, which is looked at when it is routed.
    Json,
}

/// A carried line, ready to be handed on.
pub(crate) enum Carried<'r, 't> {
    /// A record that was claimed.
    Of(Claim, &'r mut Record<'t>),
    /// A message about authentication.
    Auth(&'r AuthEvent<'t>),
}

impl std::fmt::Debug for Sourced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.whose {
            Whose::Source(claim) => claim.source.name(),
            Whose::Auth => "authentication",
            Whose::Json => "JSON",
        })
    }
}

impl Sourced {
    /// Whose line a text is, if it is anybody's.
    pub(crate) fn find(text: &str, claims: &mut Claims) -> Option<Self> {
        let record = record(text, &UTC);
        let whose = Whose::of(&record, claims)?;
        Some(Self {
            whose,
            has_header: record.has_header,
        })
    }
}

impl Whose {
    fn of(record: &Record<'_>, claims: &mut Claims) -> Option<Self> {
        if json_part(record.message()).is_some() {
            return Some(Self::Json);
        }
        if let Some(claim) = claims.claim(record)
            && claim.confidence > Confidence::Possible
        {
            return Some(Self::Source(claim));
        }
        let is_auth = record.program().is_some_and(linux_auth::is_own_program)
            || record.has_header && record.message().starts_with("pam_");
        is_auth.then_some(Self::Auth)
    }
}

/// Hands on a carried line and the source that it is of; a record has no time yet, see [`stamp_carried`]. `carried` is asked for the
/// carrier's where that is needed. False when the line is nobody's.
pub(crate) fn route_carried(
    (text, sourced): (&str, Sourced),
    carried: impl FnOnce() -> Option<Timestamp>,
    zone: &TimeZone,
    index: &mut Index,
    deliver: &mut dyn FnMut(Carried<'_, '_>),
) -> bool {
    let mut record = match sourced.has_header {
        true => record(text, zone),
        false => Record::line(text, zone),
    };
    let claim = match sourced.whose {
        Whose::Source(claim) => claim,
        Whose::Auth => {
            let mut header = record.header;
            header.stamp = header.stamp.filter(|stamp| stamp.year.is_some());
            header.stamp = header.stamp.or_else(|| carried().and_then(stamp_at));
            deliver(Carried::Auth(&AuthEvent::new(header, zone)));
            return true;
        }
        Whose::Json => {
            if let Some(json) = json_part(record.message())
                && index.build(json).is_ok()
            {
                record.json = Some(LazyJson::new(json, index));
            }
            let claim = claim(&record).filter(|claim| claim.confidence > Confidence::Possible);
            let Some(claim) = claim else {
                return false;
            };
            claim
        }
    };
    deliver(Carried::Of(claim, &mut record));
    true
}

/// Gives a carried line the time that it names itself, and that of the carrier.
pub(crate) fn stamp_carried(
    source: &dyn Source,
    carried: Option<Timestamp>,
    record: &mut Record<'_>,
) {
    record.carried = carried;
    if let Some(stamp) = source.stamp(record) {
        record.stamp = Some(stamp);
    }
    // A time without a year says less than the carrier's.
    record.stamp = record.stamp.filter(|stamp| stamp.year.is_some());
}

/// The time of a carrier as a header would have it.
fn stamp_at(time: Timestamp) -> Option<Stamp> {
    let nanos = time.nanos();
    let at = jiff::Timestamp::from_nanosecond(nanos.into()).ok()?;
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    Some(Stamp {
        year: Some(at.year()),
        month: at.month(),
        day: at.day(),
        hour: at.hour(),
        minute: at.minute(),
        second: at.second(),
        nanos: at.subsec_nanosecond(),
        offset: Some(0),
    })
}
