//! The parts of a date as they are read, and what they come to.

use gatewatch_event::Timestamp;
use jiff::civil;

/// How much of a date a text gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Exact,
}

impl Precision {
    /// The last moment of the year, month, ... that begins here.
    pub(super) fn end_of(self, start: Timestamp, nanos: bool) -> Option<Timestamp> {
        const SECOND: i64 = 1_000_000_000;
        let length = match self {
            Self::Exact => return Some(start),
            Self::Second => SECOND,
            Self::Minute => 60 * SECOND,
            Self::Hour => 3600 * SECOND,
            Self::Day => 86_400 * SECOND,
            Self::Month | Self::Year => {
                let span = if self == Self::Month {
                    jiff::Span::new().months(1)
                } else {
                    jiff::Span::new().years(1)
                };
                let moment = jiff::Timestamp::from_nanosecond(start.nanos().into()).ok()?;
                let next = jiff::tz::Offset::UTC
                    .to_datetime(moment)
                    .checked_add(span)
                    .ok()?;
                let next = jiff::tz::Offset::UTC
                    .to_timestamp(next)
                    .ok()?
                    .as_nanosecond();
                i64::try_from(next - i128::from(start.nanos())).ok()?
            }
        };
        let step = if nanos { 1 } else { 1_000_000 };
        Some(Timestamp::from_nanos(
            start.nanos().saturating_add(length - step),
        ))
    }
}

/// The parts of a date; what was not read is at its least.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) year: Option<i64>,
    pub(super) month: Option<i64>,
    pub(super) day: Option<i64>,
    pub(super) day_of_year: Option<i64>,
    pub(super) hour: Option<i64>,
    pub(super) half_day_hour: Option<i64>,
    pub(super) afternoon: Option<bool>,
    pub(super) minute: Option<i64>,
    pub(super) second: Option<i64>,
    pub(super) nanos: Option<i64>,
    pub(super) offset: Option<i64>,
}

impl Fields {
    /// `2020`, `2020-02`, `2020-02-03`, `2020-02-03T12`, `...T12:34:56.789+01:00`.
    pub(super) fn read_optional_time(text: &str, strict: bool) -> Option<Self> {
        let mut scan = Scan::new(text);
        let (year, rest) = if strict { (4, 2) } else { (1, 1) };
        let mut fields = Self {
            year: Some(scan.number(year, 4)?),
            ..Self::default()
        };
        if scan.eat("-") {
            fields.month = Some(scan.number(rest, 2)?);
            if scan.eat("-") {
                fields.day = Some(scan.number(rest, 2)?);
            }
        }
        if scan.eat("T") {
            fields.hour = Some(scan.number(rest, 2)?);
            if scan.eat(":") {
                fields.minute = Some(scan.number(rest, 2)?);
                if scan.eat(":") {
                    fields.second = Some(scan.number(rest, 2)?);
                    if scan.eat(".") || scan.eat(",") {
                        fields.nanos = Some(scan.fraction(1, 9)?);
                    }
                }
            }
            if !scan.rest.is_empty() {
                fields.offset = Some(scan.offset()?);
            }
        }
        scan.rest.is_empty().then_some(fields)
    }

    /// The moment and how exactly it was given.
    pub(super) fn resolve(&self) -> Option<(Timestamp, Precision)> {
        let hour = match (self.hour, self.half_day_hour, self.afternoon) {
            (Some(hour), _, _) => hour,
            (None, Some(hour), afternoon) => {
                hour % 12 + if afternoon == Some(true) { 12 } else { 0 }
            }
            (None, None, _) => 0,
        };
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds =
            self.midnight()? + hour * 3600 + minute * 60 + second - self.offset.unwrap_or(0);
        let total = i128::from(seconds) * 1_000_000_000 + i128::from(self.nanos.unwrap_or(0));
        let clamped = total.clamp(i64::MIN.into(), i64::MAX.into());
        let nanos = i64::try_from(clamped).expect("held in the range just now");
        Some((Timestamp::from_nanos(nanos), self.precision()))
    }

    /// Seconds from the epoch to the beginning of the day.
    fn midnight(&self) -> Option<i64> {
        let year = i16::try_from(self.year.unwrap_or(1970)).ok()?;
        let date = match self.day_of_year {
            Some(day) => {
                let january = civil::Date::new(year, 1, 1).ok()?;
                if day < 1 || day > i64::from(january.days_in_year()) {
                    return None;
                }
                january.checked_add(jiff::Span::new().days(day - 1)).ok()?
            }
            None => civil::Date::new(
                year,
                i8::try_from(self.month.unwrap_or(1)).ok()?,
                i8::try_from(self.day.unwrap_or(1)).ok()?,
            )
            .ok()?,
        };
        let timestamp = jiff::tz::Offset::UTC
            .to_timestamp(date.at(0, 0, 0, 0))
            .ok()?;
        Some(timestamp.as_second())
    }

    fn precision(&self) -> Precision {
        if self.nanos.is_some() {
            Precision::Exact
        } else if self.second.is_some() {
            Precision::Second
        } else if self.minute.is_some() {
            Precision::Minute
        } else if self.hour.is_some() || self.half_day_hour.is_some() {
            Precision::Hour
        } else if self.day.is_some() || self.day_of_year.is_some() {
            Precision::Day
        } else if self.month.is_some() {
            Precision::Month
        } else {
            Precision::Year
        }
    }
}

/// Reads a text from left to right.
pub(super) struct Scan<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a prefix in any case of ASCII letters.
    pub(super) fn eat_any_case(&mut self, text: &str) -> bool {
        match self.rest.get(..text.len()) {
            Some(head) if head.eq_ignore_ascii_case(text) => {
                self.rest = &self.rest[text.len()..];
                true
            }
            _ => false,
        }
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let count = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least.max(1) {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(digits)
    }

    /// A whole number of `least` to `most` digits.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        self.digits(least, most.min(18))?.parse().ok()
    }

    /// The digits of a fraction of a second as nanoseconds.
    pub(super) fn fraction(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.digits(least, most.min(9))?;
        let number: i64 = digits.parse().ok()?;
        let missing = u32::try_from(9 - digits.len()).expect("at most nine digits");
        Some(number * 10i64.pow(missing))
    }

    /// `Z`, `+01`, `+0100`, `+01:00`, `UTC`, `GMT`: seconds east.
    pub(super) fn offset(&mut self) -> Option<i64> {
        if self.eat("Z") || self.eat("UTC") || self.eat("GMT") {
            return Some(0);
        }
        let sign = if self.eat("+") {
            1
        } else if self.eat("-") {
            -1
        } else {
            return None;
        };
        let hour = self.number(2, 2)?;
        let colon = self.eat(":");
        let minute = if colon || self.rest.starts_with(|next: char| next.is_ascii_digit()) {
            self.number(2, 2)?
        } else {
            0
        };
        (hour <= 18 && minute <= 59).then_some(sign * (hour * 3600 + minute * 60))
    }
}
