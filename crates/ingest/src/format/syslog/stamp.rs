//! The time in a syslog header.

use gatewatch_event::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use crate::format::time::two_digits;

/// A time as a header writes it: perhaps without a year, perhaps without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The year; classic syslog has none.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31. Whether the month has so many days shows only when the year is known.
    pub day: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59; a leap second is held at 59.
    pub second: i8,
    /// Nanoseconds; digits after the ninth are cut.
    pub nanos: i32,
    /// Seconds east of UTC, where the header says.
    pub offset: Option<i32>,
}

impl Stamp {
    /// The point in time, in whole milliseconds as Elasticsearch's `date` has them. A time without a zone is read in `zone`: one
    /// that a change to summer time skipped moves forward, one that came twice is the earlier. `None` without a year, or
    /// when there is no such day.
    pub fn at(&self, zone: &TimeZone) -> Option<Timestamp> {
        let date = civil::Date::new(self.year?, self.month, self.day).ok()?;
        let time = date.at(self.hour, self.minute, self.second, self.nanos);
        let timestamp = match self.offset {
            Some(seconds) => Offset::from_seconds(seconds)
                .ok()?
                .to_timestamp(time)
                .ok()?,
            None => zone.to_ambiguous_timestamp(time).compatible().ok()?,
        };
        Some(Timestamp::from_millis(timestamp.as_millisecond()))
    }
}

/// The time that a text begins with, in ISO 8601; a space may stand for the `T`.
pub fn iso_stamp(text: &str) -> Option<Stamp> {
    iso(text.as_bytes()).map(|(stamp, _)| stamp)
}

/// The time that a text begins with, in syslog's classic form, perhaps with a year.
pub fn classic_stamp(text: &str) -> Option<Stamp> {
    classic(text.as_bytes()).map(|(stamp, _)| stamp)
}

/// `Mmm d HH:MM:SS`, with one or two spaces or a zero before a single digit, perhaps with a year before or after the time of day
/// and a fraction. Gives the time and how many bytes it took.
pub(super) fn classic(text: &[u8]) -> Option<(Stamp, usize)> {
    // Lines of other logs mostly end here: a month begins with a letter of whatever language.
    if !matches!(text.first(), Some(b'*' | b'.' | b'A'..=b'Z' | b'a'..=b'z')) {
        return None;
    }
    if let Some((stamp, _)) = fixed(text) {
        let mut scan = Scan { text, at: FIXED };
        let nanos = scan.fraction();
        return Some(behind(Stamp { nanos, ..stamp }, scan));
    }
    let mut scan = Scan { text, at: 0 };
    // Cisco marks an unsynchronised clock so.
    if matches!(scan.peek(), Some(b'*' | b'.')) {
        scan.at += 1;
    }
    let (month, length) = month_word(text.get(scan.at..)?)?;
    scan.at += length;
    scan.eat(b' ').then_some(())?;
    scan.eat(b' ');
    let day = scan.number(1, 2)?;
    scan.eat(b' ').then_some(())?;
    let year = scan.year();
    let (hour, minute, second, nanos) = scan.time_of_day()?;
    let stamp = Stamp {
        year,
        month,
        day: i8::try_from(day)
            .ok()
            .filter(|day| (1..=31).contains(day))?,
        hour,
        minute,
        second,
        nanos,
        offset: None,
    };
    Some(behind(stamp, scan))
}

/// The time in brackets that the kernel writes in front of its messages, and what is behind it: since the start of the machine
/// (`[16539.599407] `), which is no time of day, or as `dmesg -T` shows it (`[Tue Mar  3 04:05:06 2026] `).
pub fn kernel_time(text: &str) -> Option<(Option<Stamp>, &str)> {
    /// More than either form has.
    const MOST: usize = 32;
    let inner = text.strip_prefix('[')?;
    let end = memchr::memchr(b']', &inner.as_bytes()[..inner.len().min(MOST)])?;
    let (inner, rest) = (&inner[..end], inner[end + 1..].trim_ascii_start());
    let is_uptime = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if inner.trim_ascii_start().bytes().all(is_uptime) {
        return (!inner.is_empty()).then_some((None, rest));
    }
    let days = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];
    let date = days.iter().find_map(|day| inner.strip_prefix(day))?;
    let (time, year) = date.rsplit_once(' ')?;
    let (mut stamp, length) = classic(time.as_bytes())?;
    stamp.year = Some(year.parse().ok().filter(|_| year.len() == 4)?);
    (length == time.len() && length == 15).then_some((Some(stamp), rest))
}

/// A year behind the time, where none stands before.
fn behind(mut stamp: Stamp, mut scan: Scan<'_>) -> (Stamp, usize) {
    if stamp.year.is_none() && scan.peek() == Some(b' ') {
        let before = scan.at;
        scan.at += 1;
        stamp.year = scan.trailing_year();
        if stamp.year.is_none() {
            scan.at = before;
        }
    }
    (stamp, scan.at)
}

/// The length of `Mmm dd HH:MM:SS`.
const FIXED: usize = 15;

/// `Mmm dd HH:MM:SS ` as nearly every line has it, without looking for anything else.
pub(super) fn usual(text: &[u8]) -> Option<Stamp> {
    let (stamp, rest) = fixed(text)?;
    match rest {
        // A year may follow.
        [b' ', b'0'..=b'9', ..] => None,
        [b' ', ..] => Some(stamp),
        _ => None,
    }
}

/// The time that was read last, which is that of the next line as well where many come in a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastStamp {
    /// The text of the time with the space behind it.
    text: [u8; FIXED + 1],
    stamp: Option<Stamp>,
    is_same: bool,
}

impl LastStamp {
    /// As [`usual`] has it.
    #[inline]
    pub(super) fn usual(&mut self, text: &[u8]) -> Option<Stamp> {
        self.is_same = false;
        let (front, rest) = text.split_first_chunk()?;
        if self.stamp.is_some() && self.text == *front {
            self.is_same = true;
            // A year may follow.
            return self
                .stamp
                .filter(|_| !rest.first().is_some_and(u8::is_ascii_digit));
        }
        let stamp = usual(text)?;
        (self.text, self.stamp) = (*front, Some(stamp));
        Some(stamp)
    }

    /// Had the text that was looked at last the time of the one before?
    pub(super) fn is_same(&self) -> bool {
        self.is_same
    }
}

/// `Mmm dd HH:MM:SS`, and what follows it.
fn fixed(text: &[u8]) -> Option<(Stamp, &[u8])> {
    let [
        a,
        b,
        c,
        b' ',
        d1,
        d2,
        b' ',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let tens = if *d1 == b' ' { &b'0' } else { d1 };
    let (day, hour) = (two_digits(*tens, *d2)?, two_digits(*h1, *h2)?);
    let (minute, second) = (two_digits(*m1, *m2)?, two_digits(*s1, *s2)?);
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let stamp = Stamp {
        year: None,
        month: month([*a, *b, *c])?,
        day,
        hour,
        minute,
        second: second.min(59),
        nanos: 0,
        offset: None,
    };
    Some((stamp, rest))
}

/// `YYYY-MM-DDTHH:MM:SS` with an optional fraction and zone; a space may stand for the `T`.
pub(super) fn iso(text: &[u8]) -> Option<(Stamp, usize)> {
    let (mut stamp, mut scan) = match whole_iso(text) {
        Some(stamp) => (stamp, Scan { text, at: 19 }),
        None => partial_iso(text)?,
    };
    stamp.nanos = scan.fraction();
    stamp.offset = scan.zone()?;
    is_day(stamp.year?, stamp.month, stamp.day).then_some((stamp, scan.at))
}

/// `YYYY-MM-DDTHH:MM:SS` without looking for anything else.
fn whole_iso(text: &[u8]) -> Option<Stamp> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't' | b' ',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
        ..,
    ] = text
    else {
        return None;
    };
    let century = i16::from(two_digits(*y1, *y2)?);
    let stamp = Stamp {
        year: Some(century * 100 + i16::from(two_digits(*y3, *y4)?)),
        month: two_digits(*m1, *m2)?,
        day: two_digits(*d1, *d2)?,
        hour: two_digits(*h1, *h2)?,
        minute: two_digits(*i1, *i2)?,
        second: two_digits(*s1, *s2)?,
        nanos: 0,
        offset: None,
    };
    let is_time = stamp.hour <= 23 && stamp.minute <= 59 && stamp.second <= 60;
    is_time.then_some(Stamp {
        second: stamp.second.min(59),
        ..stamp
    })
}

/// The same where seconds may be missing, up to a fraction.
fn partial_iso(text: &[u8]) -> Option<(Stamp, Scan<'_>)> {
    let mut scan = Scan { text, at: 0 };
    let year = i16::try_from(scan.number(4, 4)?).ok()?;
    scan.eat(b'-').then_some(())?;
    let month = i8::try_from(scan.number(2, 2)?).ok()?;
    scan.eat(b'-').then_some(())?;
    let day = i8::try_from(scan.number(2, 2)?).ok()?;
    (scan.eat(b'T') || scan.eat(b't') || scan.eat(b' ')).then_some(())?;
    let (hour, minute, second) = scan.clock()?;
    let stamp = Stamp {
        year: Some(year),
        month,
        day,
        hour,
        minute,
        second,
        nanos: 0,
        offset: None,
    };
    Some((stamp, scan))
}

/// Has the month of that year such a day?
fn is_day(year: i16, month: i8, day: i8) -> bool {
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// The month of an English three-letter name, 1 to 12.
pub(crate) fn month(name: [u8; 3]) -> Option<i8> {
    Some(match &name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// Names of months as other locales of the C library shorten them (German, Spanish, French, Italian, Portuguese, Dutch, Swedish),
/// in small letters and without dots, where they are not the English ones.
const ELSEWHERE: [(&str, i8); 33] = [
    ("janv", 1),
    ("ene", 1),
    ("gen", 1),
    ("févr", 2),
    ("fev", 2),
    ("mär", 3),
    ("mrz", 3),
    ("mars", 3),
    ("mrt", 3),
    ("avril", 4),
    ("abr", 4),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("maj", 5),
    ("juin", 6),
    ("giu", 6),
    ("juni", 6),
    ("juil", 7),
    ("lug", 7),
    ("juli", 7),
    ("août", 8),
    ("ago", 8),
    ("sept", 9),
    ("set", 9),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
    ("märz", 3),
    ("april", 4),
];

/// The month that the first word names, and the word's length.
fn month_word(text: &[u8]) -> Option<(i8, usize)> {
    let name = *text.first_chunk::<3>()?;
    if let Some(month) = month(name) {
        return Some((month, 3));
    }
    let length = text.iter().take(8).position(|byte| *byte == b' ')?;
    // The day follows, behind one or two spaces.
    if !matches!(
        text[length..],
        [b' ', b'0'..=b'9', ..] | [b' ', b' ', b'0'..=b'9', ..]
    ) {
        return None;
    }
    let word = text[..length].strip_suffix(b".").unwrap_or(&text[..length]);
    let known = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if let [first, second, third] = word {
        // `nov` or `NOV`.
        let name = [
            first.to_ascii_uppercase(),
            second.to_ascii_lowercase(),
            third.to_ascii_lowercase(),
        ];
        if let Some(month) = month(name) {
            return Some((month, length));
        }
    }
    let (_, month) = ELSEWHERE.iter().find(|(name, _)| known(name))?;
    Some((*month, length))
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// Between `least` and `most` decimal digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i32> {
        let mut number = 0;
        let mut count = 0;
        while count < most
            && let Some(digit) = self.peek().filter(u8::is_ascii_digit)
        {
            number = number * 10 + i32::from(digit - b'0');
            self.at += 1;
            count += 1;
        }
        (count >= least).then_some(number)
    }

    /// `2024 ` before a time of day.
    fn year(&mut self) -> Option<i16> {
        let head = self.text.get(self.at..self.at.checked_add(5)?)?;
        if head[4] != b' ' || !head[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let year = self.number(4, 4)?;
        self.at += 1;
        i16::try_from(year).ok()
    }

    /// `2024` after a time of day: only in this century and the last, so that a host named by four digits is rare.
    fn trailing_year(&mut self) -> Option<i16> {
        let year = self.number(4, 4)?;
        let ends = matches!(
            self.text.get(self.at..),
            Some([b' ', ..] | [b':', b' ', ..])
        );
        (ends && (1970..2100).contains(&year)).then(|| i16::try_from(year).ok())?
    }

    /// Hours, minutes, seconds and nanoseconds.
    fn time_of_day(&mut self) -> Option<(i8, i8, i8, i32)> {
        let (hour, minute, second) = self.clock()?;
        Some((hour, minute, second, self.fraction()))
    }

    /// Hours, minutes, and seconds where there are some.
    fn clock(&mut self) -> Option<(i8, i8, i8)> {
        let hour = self.number(2, 2)?;
        self.eat(b':').then_some(())?;
        let minute = self.number(2, 2)?;
        let second = if self.eat(b':') {
            self.number(2, 2)?
        } else {
            0
        };
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let small = |number: i32| i8::try_from(number).ok();
        Some((small(hour)?, small(minute)?, small(second.min(59))?))
    }

    /// A point or comma and digits, as nanoseconds; zero when there is none.
    fn fraction(&mut self) -> i32 {
        let after = self.text.get(self.at + 1);
        if !matches!(self.peek(), Some(b'.' | b',')) || !after.is_some_and(u8::is_ascii_digit) {
            return 0;
        }
        self.at += 1;
        let mut nanos = 0;
        let mut scale = 100_000_000;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            nanos += i32::from(digit - b'0') * scale;
            scale /= 10;
            self.at += 1;
        }
        nanos
    }

    /// `Z`, `+hh`, `+hhmm` or `+hh:mm` as seconds; `Some(None)` when there is none, `None` when it is malformed.
    fn zone(&mut self) -> Option<Option<i32>> {
        if self.eat(b'Z') || self.eat(b'z') {
            return Some(Some(0));
        }
        let sign = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(None),
        };
        self.at += 1;
        let hours = self.number(2, 2)?;
        let minutes = if self.eat(b':') || self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.number(2, 2)?
        } else {
            0
        };
        (hours <= 18 && minutes <= 59).then_some(Some(sign * (hours * 3600 + minutes * 60)))
    }
}

#[cfg(test)]
mod tests {
    use super::{LastStamp, classic, iso, kernel_time, usual};
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check_classic(text: &str, zone: &TimeZone, expect: Option<(&str, &str)>) {
        let got = classic(text.as_bytes()).map(|(mut stamp, length)| {
            stamp.year = stamp.year.or(Some(2024));
            let at = stamp.at(zone).map_or("none".to_owned(), |at| at.to_iso(3));
            (at, text[length..].to_owned())
        });
        assert_eq!(
            got,
            expect.map(|(at, rest)| (at.to_owned(), rest.to_owned()))
        );
    }

    #[test]
    fn classic_times() {
        let utc = TimeZone::UTC;
        for (text, at, rest) in [
            ("Jan  5 01:31:41 www", "2024-01-05T01:31:41.000Z", " www"),
            ("Jun 7 01:10:56 host", "2024-06-07T01:10:56.000Z", " host"),
            ("nov 08 19:48:28 gw", "2024-11-08T19:48:28.000Z", " gw"),
            ("Okt  3 10:00:00 gw", "2024-10-03T10:00:00.000Z", " gw"),
            ("févr. 28 10:00:00 gw", "2024-02-28T10:00:00.000Z", " gw"),
            ("août  1 10:00:00 gw", "2024-08-01T10:00:00.000Z", " gw"),
            ("Jul 05 18:22:44", "2024-07-05T18:22:44.000Z", ""),
            ("Dec 31 23:59:60 h", "2024-12-31T23:59:59.000Z", " h"),
            (
                "*Mar  1 2019 00:00:07.123: x",
                "2019-03-01T00:00:07.123Z",
                ": x",
            ),
            (
                "Mar  1 00:00:07 2019 h x",
                "2019-03-01T00:00:07.000Z",
                " h x",
            ),
            (
                "Mar  1 00:00:07 2019x",
                "2024-03-01T00:00:07.000Z",
                " 2019x",
            ),
            ("Feb 29 00:10:00 x", "2024-02-29T00:10:00.000Z", " x"),
            ("Feb 30 00:10:00 x", "none", " x"),
        ] {
            check_classic(text, &utc, Some((at, rest)));
        }
        for text in [
            "",
            "Jan",
            "Jan 5",
            "jxn  5 01:31:41",
            "Jan  5 24:31:41",
            "Jan  0 01:31:41",
            "Jan 32 01:31:41",
            "Jan   5 01:31:41",
            "Jan  5 1:31:41",
        ] {
            check_classic(text, &utc, None);
        }
    }

    #[test]
    fn the_last_time_changes_nothing() {
        let mut last = LastStamp::default();
        for text in [
            "Jan  5 01:31:41 www",
            "Jan  5 01:31:41 www",
            "Jan  5 01:31:41 2019 www",
            "Jan  5 01:31:41",
            "Jan  5 01:31:41 ",
            "Jan  5 01:31:42 www",
            "Feb 30 01:31:42 www",
            "x",
            "Jan  5 01:31:42 www",
        ] {
            let text = text.as_bytes();
            assert_eq!(last.usual(text), usual(text), "{text:?}");
        }
    }

    #[test]
    fn times_of_the_kernel() {
        for (text, at, rest) in [
            ("[16539.599407] IN=eth0", Some("-"), "IN=eth0"),
            ("[    0.000000] Linux", Some("-"), "Linux"),
            (
                "[Tue Mar  3 04:05:06 2026] wireguard: x",
                Some("2026-03-03T04:05:06.000Z"),
                "wireguard: x",
            ),
            // Apache's error log has a fraction, and a level behind it.
            ("[Tue Mar 03 04:05:06.123456 2026] [core:error] x", None, ""),
            ("[Tue Mar  3 04:05:06] x", None, ""),
            ("[20260303-04:05:06] [INFO ] x", None, ""),
            ("[UFW BLOCK] IN=eth0", None, ""),
            ("[]", None, ""),
            ("[12", None, ""),
            ("", None, ""),
        ] {
            let found = kernel_time(text);
            let shown = found.map(|(stamp, _)| {
                let at = stamp.and_then(|stamp| stamp.at(&TimeZone::UTC));
                at.map_or("-".to_owned(), |at| at.to_iso(3))
            });
            assert_eq!(shown.as_deref(), at, "{text}");
            assert_eq!(found.map_or("", |(_, rest)| rest), rest, "{text}");
        }
    }

    #[test]
    fn zones_with_gaps_and_folds() {
        let berlin = TimeZone::get("Europe/Berlin").expect("the zone data are bundled");
        check_classic(
            "Mar 31 02:30:00",
            &berlin,
            Some(("2024-03-31T01:30:00.000Z", "")),
        );
        check_classic(
            "Oct 27 02:30:00",
            &berlin,
            Some(("2024-10-27T00:30:00.000Z", "")),
        );
        check_classic(
            "Jul  1 12:00:00",
            &berlin,
            Some(("2024-07-01T10:00:00.000Z", "")),
        );
    }

    #[test]
    fn iso_times() {
        for (text, at, rest) in [
            (
                "2023-09-28T12:10:12.175599+02:00 h",
                "2023-09-28T10:10:12.175Z",
                " h",
            ),
            (
                "2019-06-14T13:01:15.412+01:30 h",
                "2019-06-14T11:31:15.412Z",
                " h",
            ),
            ("2019-06-14T13:01:15,4-0500", "2019-06-14T18:01:15.400Z", ""),
            ("2019-06-14 13:01:15 h", "2019-06-14T13:01:15.000Z", " h"),
            ("2019-06-14T13:01Z h", "2019-06-14T13:01:00.000Z", " h"),
        ] {
            let (stamp, length) = iso(text.as_bytes()).expect(text);
            assert_eq!(
                stamp.at(&TimeZone::UTC).map(|at| at.to_iso(3)).as_deref(),
                Some(at),
                "{text}"
            );
            assert_eq!(&text[length..], rest);
        }
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-9-28T12:10:12",
            "2023-09-28",
            "2023-09-28T25:00:00",
            "2023-09-28T12:10:12+9",
        ] {
            assert!(iso(text.as_bytes()).is_none(), "{text}");
        }
    }
}
