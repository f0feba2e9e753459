//! `now-1d/d`, `2024-01-01||+1M`.

use gatewatch_event::Timestamp;
use gatewatch_query::mapping::DateFormat;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;

/// Which end of what a text leaves open is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    /// The first moment: 00:00:00.000 of a day.
    Down,
    /// The last moment: 23:59:59.999 of a day.
    Up,
}

/// How a date in a filter is read.
pub(super) struct DateReader<'a> {
    pub(super) format: &'a DateFormat,
    pub(super) now: Option<Timestamp>,
    pub(super) nanos: bool,
    /// Seconds east of UTC of texts without a zone.
    pub(super) offset: i64,
}

impl DateReader<'_> {
    /// The moment that a text means.
    pub(super) fn read(&self, text: &str, rounding: Rounding) -> Result<Timestamp, String> {
        if let Some(math) = text.strip_prefix("now") {
            let now = self
                .now
                .ok_or("[now] cannot be used: the present time is not known")?;
            return self.apply(now, math, rounding);
        }
        let (date, math) = text.split_once("||").unwrap_or((text, ""));
        let rounded = if math.is_empty() {
            rounding
        } else {
            Rounding::Down
        };
        let time = match rounded {
            Rounding::Down => self.format.read(date),
            Rounding::Up => self.format.read_end(date, self.nanos),
        };
        let time = time.ok_or_else(|| {
            format!(
                "failed to parse date field [{date}] with format [{}]",
                self.format.as_str()
            )
        })?;
        let shifted = if has_zone(date) {
            time
        } else {
            Timestamp::from_nanos(
                time.nanos()
                    .saturating_sub(self.offset.saturating_mul(1_000_000_000)),
            )
        };
        self.apply(shifted, math, rounding)
    }

    fn apply(&self, time: Timestamp, math: &str, rounding: Rounding) -> Result<Timestamp, String> {
        let failed = || format!("failed to parse date math [{math}]");
        let moment = jiff::Timestamp::from_nanosecond(time.nanos().into()).map_err(|_| failed())?;
        let mut civil = Offset::UTC.to_datetime(moment);
        let mut rest = math;
        while let Some(operator) = rest.chars().next() {
            rest = &rest[operator.len_utf8()..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: i64 = match (operator, digits) {
                ('/', 0) => 1,
                ('+' | '-', 0) => 1,
                ('+' | '-', 1..=9) => rest[..digits].parse().map_err(|_| failed())?,
                _ => return Err(failed()),
            };
            rest = &rest[digits..];
            let unit = rest.chars().next().ok_or_else(failed)?;
            rest = &rest[unit.len_utf8()..];
            civil = if operator == '/' {
                let start = start_of(civil, unit).ok_or_else(failed)?;
                if rounding == Rounding::Up {
                    let next = shift(start, unit, 1).ok_or_else(failed)?;
                    let step = if self.nanos { 1 } else { 1_000_000 };
                    next.checked_sub(jiff::Span::new().nanoseconds(step))
                        .map_err(|_| failed())?
                } else {
                    start
                }
            } else {
                let number = if operator == '-' { -number } else { number };
                shift(civil, unit, number).ok_or_else(failed)?
            };
        }
        let nanos = Offset::UTC
            .to_timestamp(civil)
            .map_err(|_| failed())?
            .as_nanosecond();
        i64::try_from(nanos)
            .map(Timestamp::from_nanos)
            .map_err(|_| failed())
    }
}

/// Does a date with a time say its zone? Dates that are numbers have none to say.
fn has_zone(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    let number = plain
        && text.trim_start_matches('-').len() > 4
        && !text.trim_start_matches('-').contains('-');
    let zoned = text
        .split_once('T')
        .is_some_and(|(_, time)| time.contains(['Z', '+', '-']));
    number || zoned
}

fn shift(time: DateTime, unit: char, number: i64) -> Option<DateTime> {
    let span = jiff::Span::new();
    let span = match unit {
        'y' => span.try_years(number),
        'M' => span.try_months(number),
        'w' => span.try_weeks(number),
        'd' => span.try_days(number),
        'h' | 'H' => span.try_hours(number),
        'm' => span.try_minutes(number),
        's' => span.try_seconds(number),
        _ => return None,
    };
    time.checked_add(span.ok()?).ok()
}

fn start_of(time: DateTime, unit: char) -> Option<DateTime> {
    let date = time.date();
    let midnight = |date: jiff::civil::Date| date.to_datetime(Time::midnight());
    let clock = |minute: i8, second: i8| {
        Time::new(time.hour(), minute, second, 0)
            .ok()
            .map(|clock| date.to_datetime(clock))
    };
    match unit {
        'y' => date.with().month(1).day(1).build().ok().map(midnight),
        'M' => date.with().day(1).build().ok().map(midnight),
        'w' => {
            let monday = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(jiff::Span::new().days(monday))
                .ok()
                .map(midnight)
        }
        'd' => Some(midnight(date)),
        'h' | 'H' => clock(0, 0),
        'm' => clock(time.minute(), 0),
        's' => clock(time.minute(), time.second()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{DateReader, Rounding};
    use gatewatch_query::mapping::DateFormat;

    #[track_caller]
    fn check(text: &str, rounding: Rounding, expect: &str) {
        let format = DateFormat::of_date();
        let reader = DateReader {
            now: format.read("2024-03-13T12:34:56.789Z"),
            format: &format,
            nanos: false,
            offset: 0,
        };
        let time = reader.read(text, rounding).map(|time| time.to_string());
        assert_eq!(time.as_deref(), Ok(expect), "{text}");
    }

    #[test]
    fn sums_and_roundings() {
        use Rounding::{Down, Up};
        check("now", Down, "2024-03-13T12:34:56.789Z");
        check("now-1d", Down, "2024-03-12T12:34:56.789Z");
        check("now-1M/M", Down, "2024-02-01T00:00:00.000Z");
        check("now-1M/M", Up, "2024-02-29T23:59:59.999Z");
        check("now/w", Down, "2024-03-11T00:00:00.000Z");
        check("now/h", Up, "2024-03-13T12:59:59.999Z");
        check("2024-01-31||+1M", Down, "2024-02-29T00:00:00.000Z");
        check("2024-01-31", Up, "2024-01-31T23:59:59.999Z");
        check("1000000000000", Up, "2001-09-09T01:46:40.000Z");
    }

    #[test]
    fn a_zone_shifts_texts_without_one() {
        let format = DateFormat::of_date();
        let reader = DateReader {
            now: None,
            format: &format,
            nanos: false,
            offset: 3600,
        };
        let read = |text| {
            reader
                .read(text, Rounding::Down)
                .map(|time| time.to_string())
        };
        assert_eq!(
            read("2024-01-01").as_deref(),
            Ok("2023-12-31T23:00:00.000Z")
        );
        assert_eq!(
            read("2024-01-01T00:00:00Z").as_deref(),
            Ok("2024-01-01T00:00:00.000Z")
        );
        assert!(read("now").is_err());
        assert!(read("2024-01-01||+xd").is_err());
    }
}
