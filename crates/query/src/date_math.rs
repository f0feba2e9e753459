//! Date math: `now-1d/d`, `2024-05-01||+1M`.

use gatewatch_event::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, ToSpan as _};

use crate::date::Instants;
use crate::{Constant, Schema};

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// It is none.
    Malformed,
    /// It needs to know what time it is.
    NeedsClock,
}

/// The instants, first and last, that a date constant or date math stands for. `now` is what the word means.
pub(crate) fn instants(
    text: &str,
    field: &str,
    schema: &dyn Schema,
    now: Option<Timestamp>,
) -> Result<Instants, NoDate> {
    let (anchor, math) = if let Some(math) = text.strip_prefix("now") {
        let now = now.ok_or(NoDate::NeedsClock)?.nanos();
        let anchor = Instants {
            first: now,
            last: now,
        };
        (anchor, math)
    } else if let Some((date, math)) = text.split_once("||") {
        (absolute(date, field, schema)?, math)
    } else {
        return absolute(text, field, schema);
    };
    let first = apply(anchor.first, math, false).ok_or(NoDate::Malformed)?;
    let last = apply(anchor.last, math, true).ok_or(NoDate::Malformed)?;
    Ok(Instants { first, last })
}

fn absolute(text: &str, field: &str, schema: &dyn Schema) -> Result<Instants, NoDate> {
    Instants::of(&Constant::from(text), field, schema).ok_or(NoDate::Malformed)
}

/// Applies `+1d`, `-2M`, `/d` in turn. Rounded up, `/d` gives the last instant of the day.
fn apply(nanos: i64, math: &str, up: bool) -> Option<i64> {
    /// More steps than anyone writes.
    const MOST: usize = 50;
    let mut at = to_civil(nanos)?;
    let mut last = false;
    let mut rest = math;
    for _ in 0..MOST {
        let Some(sign) = rest.chars().next() else {
            let nanos = to_nanos(at)?;
            return Some(if last { nanos.checked_sub(1)? } else { nanos });
        };
        rest = &rest[sign.len_utf8()..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: i64 = match (&rest[..digits], sign) {
            ("", _) => 1,
            (_, '/') => return None,
            (digits, _) => digits.parse().ok()?,
        };
        let unit = rest[digits..].chars().next()?;
        rest = &rest[digits + unit.len_utf8()..];
        // What was rounded up to the end of a unit goes on from there.
        if last {
            at = at.checked_sub(1.nanosecond()).ok()?;
            last = false;
        }
        match sign {
            '+' => at = at.checked_add(span(count, unit)?).ok()?,
            '-' => at = at.checked_sub(span(count, unit)?).ok()?,
            '/' => {
                at = floor(at, unit)?;
                if up {
                    at = at.checked_add(span(1, unit)?).ok()?;
                    last = true;
                }
            }
            _ => return None,
        }
    }
    None
}

fn span(count: i64, unit: char) -> Option<Span> {
    let span = Span::new();
    match unit {
        'y' => span.try_years(count),
        'M' => span.try_months(count),
        'w' => span.try_weeks(count),
        'd' => span.try_days(count),
        'h' | 'H' => span.try_hours(count),
        'm' => span.try_minutes(count),
        's' => span.try_seconds(count),
        _ => return None,
    }
    .ok()
}

/// The start of the unit that the time lies in. Weeks begin on Monday.
fn floor(at: DateTime, unit: char) -> Option<DateTime> {
    let date = at.date();
    let midnight = |date: jiff::civil::Date| date.at(0, 0, 0, 0);
    Some(match unit {
        'y' => midnight(date.first_of_year()),
        'M' => midnight(date.first_of_month()),
        'w' => {
            let days = i64::from(date.weekday().to_monday_zero_offset());
            midnight(date.checked_sub(span(days, 'd')?).ok()?)
        }
        'd' => midnight(date),
        'h' | 'H' => date.at(at.hour(), 0, 0, 0),
        'm' => date.at(at.hour(), at.minute(), 0, 0),
        's' => date.at(at.hour(), at.minute(), at.second(), 0),
        _ => return None,
    })
}

fn to_civil(nanos: i64) -> Option<DateTime> {
    let time = jiff::Timestamp::from_nanosecond(nanos.into()).ok()?;
    Some(Offset::UTC.to_datetime(time))
}

fn to_nanos(at: DateTime) -> Option<i64> {
    let time = Offset::UTC.to_timestamp(at).ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Timestamp, parse_iso};

    use super::{NoDate, instants};
    use crate::EcsSchema;

    #[track_caller]
    fn check(text: &str, expect: Result<(&str, &str), NoDate>) {
        let now = parse_iso("2024-05-01T12:34:56.789Z");
        let found = instants(text, "@timestamp", &EcsSchema, now).map(|instants| {
            let show = |nanos| Timestamp::from_nanos(nanos).to_iso(9);
            (show(instants.first), show(instants.last))
        });
        let expect = expect.map(|(first, last)| (first.to_owned(), last.to_owned()));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn date_math_is_computed() {
        let day = "2024-05-01T12:34:56.789000000Z";
        check("now", Ok((day, day)));
        check(
            "now-1d/d",
            Ok((
                "2024-04-30T00:00:00.000000000Z",
                "2024-04-30T23:59:59.999999999Z",
            )),
        );
        check(
            "now/w",
            Ok((
                "2024-04-29T00:00:00.000000000Z",
                "2024-05-05T23:59:59.999999999Z",
            )),
        );
        check(
            "2024-01-31||+1M",
            Ok((
                "2024-02-29T00:00:00.000000000Z",
                "2024-02-29T23:59:59.999999999Z",
            )),
        );
        check(
            "now/M+1d",
            Ok((
                "2024-05-02T00:00:00.000000000Z",
                "2024-06-01T23:59:59.999999999Z",
            )),
        );
        for text in [
            "now+",
            "now-1",
            "now-1x",
            "now/2d",
            "now d",
            "x||+1d",
            "",
            "now-99999999999999999999d",
        ] {
            check(text, Err(NoDate::Malformed));
        }
        let unknown = instants("now-1d", "@timestamp", &EcsSchema, None);
        assert_eq!(unknown, Err(NoDate::NeedsClock));
    }
}
