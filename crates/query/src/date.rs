//! Date constants.

use gatewatch_event::{Timestamp, parse_iso};

use crate::{Constant, Number, Schema};

/// The instants that a date constant stands for, first and last, in nanoseconds. A text that leaves parts out, such as
/// `2024-03-01` or a time without fraction, stands for all instants that begin with it: Elasticsearch fills the parts up
/// for the upper end of a range, and `==` is a range there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instants {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// What milliseconds leave open.
const BELOW_MILLISECOND: i64 = 999_999;

impl Instants {
    /// The instants of a constant compared with `field`; `None` when it is no date.
    pub(crate) fn of(constant: &Constant, field: &str, schema: &dyn Schema) -> Option<Self> {
        match constant {
            Constant::Text(text) => Self::of_text(text, field, schema),
            Constant::Number(Number::Double(millis)) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "saturates; whole milliseconds are what the format reads"
                )]
                millis
                    .is_finite()
                    .then(|| Self::of_millis(Timestamp::from_millis(*millis as i64)))
            }
            Constant::Number(number) => {
                let millis = i64::try_from(number.as_whole()?).ok()?;
                Some(Self::of_millis(Timestamp::from_millis(millis)))
            }
            Constant::Null | Constant::Boolean(_) => None,
        }
    }

    /// The same for a field that holds no more than milliseconds.
    pub(crate) fn in_milliseconds(self) -> Self {
        let cut = |nanos: i64| nanos.saturating_sub(nanos.rem_euclid(BELOW_MILLISECOND + 1));
        Self {
            first: cut(self.first),
            last: cut(self.last).saturating_add(BELOW_MILLISECOND),
        }
    }

    fn of_millis(time: Timestamp) -> Self {
        Self {
            first: time.nanos(),
            last: time.nanos().saturating_add(BELOW_MILLISECOND),
        }
    }

    fn of_text(text: &str, field: &str, schema: &dyn Schema) -> Option<Self> {
        let time = schema.parse_date(field, text)?;
        if let Some(end) = schema.parse_date_end(field, text) {
            return Some(Self {
                first: time.nanos(),
                last: end.nanos().max(time.nanos()),
            });
        }
        let is_epoch = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
            && text.parse::<i64>().is_ok()
            && parse_iso(text) != Some(time);
        if is_epoch {
            return Some(Self::of_millis(time));
        }
        let last = open_part(text, time).unwrap_or(0).saturating_sub(1).max(0);
        Some(Self {
            first: time.nanos(),
            last: time.nanos().saturating_add(last),
        })
    }
}

/// The time from `time` to the first instant that no longer begins with `text`; `None` if `text` says it all.
fn open_part(text: &str, time: Timestamp) -> Option<i64> {
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None if text.contains(':') => ("", Some(text)),
        None => (text, None),
    };
    let Some(clock) = clock else {
        return match (parse_iso(text).is_some(), date.matches('-').count()) {
            (true, 0) => until_next(time, 12),
            (true, 1) => until_next(time, 1),
            _ => Some(DAY),
        };
    };
    let clock = clock.split(['Z', 'z', '+', '-']).next().unwrap_or(clock);
    if clock.contains(['.', ',']) {
        return None;
    }
    Some(match clock.matches(':').count() {
        0 => HOUR,
        1 => MINUTE,
        _ => SECOND,
    })
}

/// Nanoseconds from the first instant of a month to that of a month some months later.
fn until_next(time: Timestamp, months: i64) -> Option<i64> {
    let start = jiff::Timestamp::from_nanosecond(time.nanos().into()).ok()?;
    let date = jiff::tz::Offset::UTC.to_datetime(start);
    let next = date
        .checked_add(jiff::Span::new().try_months(months).ok()?)
        .ok()?;
    let next = jiff::tz::Offset::UTC.to_timestamp(next).ok()?;
    i64::try_from(next.as_nanosecond() - start.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Timestamp;

    use super::Instants;
    use crate::{Constant, EcsSchema, Number};

    #[track_caller]
    fn check(constant: Constant, expect: Option<(&str, &str)>) {
        let found = Instants::of(&constant, "@timestamp", &EcsSchema).map(|instants| {
            (
                Timestamp::from_nanos(instants.first).to_iso(9),
                Timestamp::from_nanos(instants.last).to_iso(9),
            )
        });
        let expect = expect.map(|(first, last)| (first.to_owned(), last.to_owned()));
        assert_eq!(found, expect);
    }

    #[test]
    fn a_date_stands_for_all_instants_that_begin_with_it() {
        for (text, first, last) in [
            (
                "2024",
                "2024-01-01T00:00:00.000000000Z",
                "2024-12-31T23:59:59.999999999Z",
            ),
            (
                "2024-02",
                "2024-02-01T00:00:00.000000000Z",
                "2024-02-29T23:59:59.999999999Z",
            ),
            (
                "2024-03-01",
                "2024-03-01T00:00:00.000000000Z",
                "2024-03-01T23:59:59.999999999Z",
            ),
            (
                "2024-03-01T10",
                "2024-03-01T10:00:00.000000000Z",
                "2024-03-01T10:59:59.999999999Z",
            ),
            (
                "2024-03-01T10:20Z",
                "2024-03-01T10:20:00.000000000Z",
                "2024-03-01T10:20:59.999999999Z",
            ),
            (
                "2024-03-01T10:20:30+01:00",
                "2024-03-01T09:20:30.000000000Z",
                "2024-03-01T09:20:30.999999999Z",
            ),
            (
                "2024-03-01T10:20:30.5Z",
                "2024-03-01T10:20:30.500000000Z",
                "2024-03-01T10:20:30.500000000Z",
            ),
            (
                "1516116808349",
                "2018-01-16T15:33:28.349000000Z",
                "2018-01-16T15:33:28.349999999Z",
            ),
        ] {
            check(Constant::Text(text.into()), Some((first, last)));
        }
        check(
            Constant::Number(Number::Long(1_516_116_808_349)),
            Some((
                "2018-01-16T15:33:28.349000000Z",
                "2018-01-16T15:33:28.349999999Z",
            )),
        );
        check(Constant::Text("2020-02-41".into()), None);
        check(Constant::Text("".into()), None);
        check(Constant::Boolean(true), None);
    }
}
