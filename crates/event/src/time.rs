//! Points in time, in nanoseconds.

use std::fmt;

/// Nanoseconds since 1970-01-01T00:00:00Z. The range is that of an `i64`: 1677-09-21 to 2262-04-11; what a source
/// writes outside it (a FILETIME of zero is 1601) is held at the nearer end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 100 ns intervals from 1601-01-01 (FILETIME) to 1970-01-01.
const FILETIME_EPOCH: i64 = 116_444_736_000_000_000;

impl Timestamp {
    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the epoch, held at the ends of the range.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From a Windows FILETIME (100 ns intervals since 1601), held at the ends of the range.
    pub fn from_filetime(filetime: u64) -> Self {
        let intervals = i64::try_from(filetime)
            .unwrap_or(i64::MAX)
            .saturating_sub(FILETIME_EPOCH);
        Self(intervals.saturating_mul(100))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// ISO 8601 in UTC with exactly `digits` (0 to 9) fraction digits, cut, not rounded.
    pub fn to_iso(self, digits: usize) -> String {
        self.to_iso_at(digits, 0)
    }

    /// The same in a zone so many seconds east of Greenwich: at most 26 hours, whole minutes are shown.
    pub fn to_iso_at(self, digits: usize, east: i32) -> String {
        let timestamp = jiff::Timestamp::from_nanosecond(i128::from(self.0))
            .expect("an i64 of nanoseconds is within jiff's range");
        let zone = jiff::tz::Offset::from_seconds(east).unwrap_or(jiff::tz::Offset::UTC);
        let civil = zone.to_datetime(timestamp);
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second()
        );
        let digits = digits.min(9);
        if digits > 0 {
            let nanos = format!("{:09}", self.0.rem_euclid(1_000_000_000));
            text.push('.');
            text.push_str(&nanos[..digits]);
        }
        match zone.seconds() {
            0 => text.push('Z'),
            seconds => text.push_str(&offset_text(seconds)),
        }
        text
    }
}

/// Seconds east of Greenwich as `+hh:mm`.
pub fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC with milliseconds, and more digits only where they are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below_milli = self.0.rem_euclid(1_000_000);
        let digits = if below_milli == 0 {
            3
        } else if below_milli % 1000 == 0 {
            6
        } else if below_milli % 100 == 0 {
            7
        } else {
            9
        };
        f.write_str(&self.to_iso(digits))
    }
}

/// Reads the ISO 8601 forms that Elasticsearch's `strict_date_optional_time` takes, and the space-separated form
/// that many logs write: `2024`, `2024-03`, `2024-03-01`, `2024-03-01T10`, `...T10:20:30.123456789`, with `Z`, `+0100`, `+01:00`
/// or no zone (read as UTC). `None` for anything else. Years 0000 to 9999, held at the ends of the [`Timestamp`] range.
pub fn parse_iso(text: &str) -> Option<Timestamp> {
    let mut scan = Scan {
        rest: text.as_bytes(),
    };
    let year = scan.number(4)?;
    let (mut month, mut day, mut seconds, mut nanos, mut offset) = (1, 1, 0i64, 0i64, 0i64);
    if scan.eat(b'-') {
        month = scan.number(2)?;
        if scan.eat(b'-') {
            day = scan.number(2)?;
            if scan.eat(b'T') || scan.eat(b't') || scan.eat(b' ') {
                (seconds, nanos, offset) = scan.time_of_day()?;
            }
        }
    }
    if !scan.rest.is_empty() {
        return None;
    }
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let midnight = jiff::tz::Offset::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .ok()?;
    let total =
        i128::from(midnight.as_second() + seconds - offset) * 1_000_000_000 + i128::from(nanos);
    Some(Timestamp(i64::try_from(total).unwrap_or(if total < 0 {
        i64::MIN
    } else {
        i64::MAX
    })))
}

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.rest.first() == Some(&byte);
        if hit {
            self.rest = &self.rest[1..];
        }
        hit
    }

    /// Exactly `digits` decimal digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (head, tail) = self.rest.split_at_checked(digits)?;
        let mut number = 0;
        for byte in head {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
        }
        self.rest = tail;
        Some(number)
    }

    /// Hours, optional minutes, seconds, fraction and zone: (seconds of the day, nanoseconds, offset in seconds).
    fn time_of_day(&mut self) -> Option<(i64, i64, i64)> {
        let hour = self.number(2)?;
        let (mut minute, mut second, mut nanos) = (0, 0, 0);
        if self.eat(b':') {
            minute = self.number(2)?;
            if self.eat(b':') {
                second = self.number(2)?;
                if self.eat(b'.') || self.eat(b',') {
                    nanos = self.fraction()?;
                }
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some((
            hour * 3600 + minute * 60 + second.min(59),
            nanos,
            self.zone()?,
        ))
    }

    /// One to nine digits as nanoseconds; further digits are cut.
    fn fraction(&mut self) -> Option<i64> {
        let mut nanos = 0;
        let mut scale = 100_000_000;
        let mut seen = false;
        while let Some(byte) = self.rest.first().filter(|byte| byte.is_ascii_digit()) {
            nanos += i64::from(byte - b'0') * scale;
            scale /= 10;
            seen = true;
            self.rest = &self.rest[1..];
        }
        seen.then_some(nanos)
    }

    fn zone(&mut self) -> Option<i64> {
        if self.eat(b'Z') || self.eat(b'z') || self.rest.is_empty() {
            return Some(0);
        }
        let sign = if self.eat(b'+') {
            1
        } else if self.eat(b'-') {
            -1
        } else {
            return None;
        };
        let hour = self.number(2)?;
        let colon = self.eat(b':');
        let minute = if colon || !self.rest.is_empty() {
            self.number(2)?
        } else {
            0
        };
        (hour <= 18 && minute <= 59).then_some(sign * (hour * 3600 + minute * 60))
    }
}

#[cfg(test)]
mod zone_tests {
    use super::parse_iso;

    #[test]
    fn a_moment_is_the_same_in_every_zone() {
        let moment = parse_iso("2024-02-29T23:30:00.123456Z").expect("a time");
        for (east, expect) in [
            (0, "2024-02-29T23:30:00.123Z"),
            (2 * 3600, "2024-03-01T01:30:00.123+02:00"),
            (-(3600 + 1800), "2024-02-29T22:00:00.123-01:30"),
        ] {
            let text = moment.to_iso_at(3, east);
            assert_eq!(text, expect);
            assert_eq!(
                parse_iso(&text).map(|time| time.millis()),
                Some(moment.millis())
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, parse_iso};

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(
            parse_iso(text).map(|time| time.to_string()).as_deref(),
            expect
        );
    }

    #[test]
    fn reads_the_forms_that_elasticsearch_takes() {
        check("2024", Some("2024-01-01T00:00:00.000Z"));
        check("2024-03", Some("2024-03-01T00:00:00.000Z"));
        check("2024-02-29T23:59:60Z", Some("2024-02-29T23:59:59.000Z"));
        check(
            "2024-03-01T10:00:50.1234567Z",
            Some("2024-03-01T10:00:50.1234567Z"),
        );
        check("2024-03-01 10:00:50,5", Some("2024-03-01T10:00:50.500Z"));
        check(
            "2024-03-01T10:00:00+02:00",
            Some("2024-03-01T08:00:00.000Z"),
        );
        check("2024-03-01T10:00:00-0530", Some("2024-03-01T15:30:00.000Z"));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "24-01-01",
            "2024-01-01T25:00",
            "2024-01-01Z1",
            "2024-01-01T10:00:00+99:00",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn filetime_of_zero_is_held_at_the_start_of_the_range() {
        assert_eq!(Timestamp::from_filetime(0).nanos(), i64::MIN);
        assert_eq!(
            Timestamp::from_filetime(133_537_608_501_234_567).to_string(),
            "2024-03-01T10:00:50.1234567Z"
        );
    }
}
