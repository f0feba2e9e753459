//! Times in the forms that logs write them.

use jiff::fmt::strtime::BrokenDownTime;

use super::syslog::{Stamp, month};
use gatewatch_event::Timestamp;

/// Reads a whole text as a time of this form, in the words of `strftime` (`%Y/%m/%d %H:%M:%S`, `%d/%b/%Y:%H:%M:%S %z`). `None` when it has
/// another form. A time may lack the year: the reader of the file then gives it one.
///
/// ```
/// let stamp = gatewatch_ingest::format::time::stamp("%Y/%m/%d %H:%M:%S", "2026/01/02 03:04:05");
/// assert_eq!(stamp.and_then(|stamp| stamp.year), Some(2026));
/// ```
pub fn stamp(form: &str, text: &str) -> Option<Stamp> {
    broken_down(&BrokenDownTime::parse(form, text).ok()?)
}

/// The time that a text of fixed layout begins with, at a fraction of the cost of [`stamp`]: `YYYY`, `YY` (of this century), `MM`,
/// `DD`, `hh`, `mm` and `ss` stand for digits, all else for itself.
///
/// ```
/// let stamp = gatewatch_ingest::format::time::fixed("YYYYMMDD-hh:mm:ss", "20260105-08:09:10] x");
/// assert_eq!(stamp.map(|stamp| (stamp.month, stamp.second)), Some((1, 10)));
/// ```
pub fn fixed(layout: &str, text: &str) -> Option<Stamp> {
    let mut parts = [0i16; 6];
    let mut year_digits = 0;
    if text.len() < layout.len() {
        return None;
    }
    for (letter, byte) in layout.bytes().zip(text.bytes()) {
        let part = match letter {
            b'Y' => 0,
            b'M' => 1,
            b'D' => 2,
            b'h' => 3,
            b'm' => 4,
            b's' => 5,
            _ if letter == byte => continue,
            _ => return None,
        };
        if !byte.is_ascii_digit() {
            return None;
        }
        year_digits += i16::from(letter == b'Y');
        parts[part] = parts[part]
            .checked_mul(10)?
            .checked_add(i16::from(byte - b'0'))?;
    }
    let [year, month, day, hour, minute, second] = parts;
    let small = |number: i16, low: i16, high: i16| {
        i8::try_from(number)
            .ok()
            .filter(|_| (low..=high).contains(&number))
    };
    Some(Stamp {
        year: match year_digits {
            0 => None,
            1..=2 => Some(2000 + year),
            _ => Some(year),
        },
        month: small(month, 1, 12)?,
        day: small(day, 1, 31)?,
        hour: small(hour, 0, 23)?,
        minute: small(minute, 0, 59)?,
        second: small(second, 0, 60)?.min(59),
        nanos: 0,
        offset: None,
    })
}

/// The same for a text that begins with a time; gives the rest too.
pub fn stamp_prefix<'a>(form: &str, text: &'a str) -> Option<(Stamp, &'a str)> {
    let (time, length) = BrokenDownTime::parse_prefix(form, text).ok()?;
    Some((broken_down(&time)?, text.get(length..)?))
}

fn broken_down(time: &BrokenDownTime) -> Option<Stamp> {
    Some(Stamp {
        year: time.year(),
        month: time.month()?,
        day: time.day()?,
        hour: time.hour()?,
        minute: time.minute().unwrap_or(0),
        second: time.second().unwrap_or(0).min(59),
        nanos: time.subsec_nanosecond().unwrap_or(0),
        offset: time.offset().map(|offset| offset.seconds()),
    })
}

/// Reads the time of a web server's log: `02/Jan/2026:03:04:05 +0100`, perhaps with a fraction, perhaps without a zone. The whole text
/// must be such a time.
///
/// ```
/// let stamp = gatewatch_ingest::format::time::web_stamp("02/Jan/2026:03:04:05.678");
/// assert_eq!(stamp.map(|stamp| stamp.nanos), Some(678_000_000));
/// ```
pub fn web_stamp(text: &str) -> Option<Stamp> {
    let [
        d1,
        d2,
        b'/',
        m1,
        m2,
        m3,
        b'/',
        y1,
        y2,
        y3,
        y4,
        b':',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text.as_bytes()
    else {
        return None;
    };
    let digits_at = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
        .unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(digits_at);
    let nanos = match fraction.split_first() {
        None => 0,
        Some((b'.', digits)) => digits
            .iter()
            .chain(std::iter::repeat(&b'0'))
            .take(9)
            .try_fold(0, |number, digit| {
                Some(number * 10 + i32::from(digit_value(*digit)?))
            })?,
        Some(_) => return None,
    };
    let offset = match zone {
        [] => None,
        [b' ', sign @ (b'+' | b'-'), a, b, c, d] => {
            let seconds =
                i32::from(two_digits(*a, *b)?) * 3600 + i32::from(two_digits(*c, *d)?) * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    let stamp = Stamp {
        year: Some(i16::from(two_digits(*y1, *y2)?) * 100 + i16::from(two_digits(*y3, *y4)?)),
        month: month([*m1, *m2, *m3])?,
        day: two_digits(*d1, *d2)?,
        hour: two_digits(*h1, *h2)?,
        minute: two_digits(*i1, *i2)?,
        second: two_digits(*s1, *s2)?.min(59),
        nanos,
        offset,
    };
    let is_time = (1..=31).contains(&stamp.day) && stamp.hour < 24 && stamp.minute < 60;
    is_time.then_some(stamp)
}

fn digit_value(byte: u8) -> Option<i8> {
    byte.is_ascii_digit().then(|| (byte - b'0') as i8)
}

/// The number of two digits.
pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    Some(digit_value(tens)? * 10 + digit_value(ones)?)
}

/// Names of zones that devices write beside the time, in seconds east of UTC. `IST` is none of them: India, Ireland and Israel have it.
const ZONES: &[(&str, i32)] = &[
    ("AKDT", -8 * 3600),
    ("AKST", -9 * 3600),
    ("AEDT", 11 * 3600),
    ("AEST", 10 * 3600),
    ("BST", 3600),
    ("CDT", -5 * 3600),
    ("CEDT", 2 * 3600),
    ("CEST", 2 * 3600),
    ("CET", 3600),
    ("CST", -6 * 3600),
    ("EDT", -4 * 3600),
    ("EEST", 3 * 3600),
    ("EET", 2 * 3600),
    ("EST", -5 * 3600),
    ("GMT", 0),
    ("HST", -10 * 3600),
    ("JST", 9 * 3600),
    ("MDT", -6 * 3600),
    ("MSK", 3 * 3600),
    ("MST", -7 * 3600),
    ("PDT", -7 * 3600),
    ("PST", -8 * 3600),
    ("UTC", 0),
    ("WEST", 3600),
    ("WET", 0),
];

/// Seconds east of UTC of a zone that a device names by its abbreviation: `CEST`.
pub fn zone_named(name: &str) -> Option<i32> {
    ZONES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, offset)| *offset)
}

/// Reads `1700000000`, `1700000000.123`, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
pub fn epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !is_number(digits) || !is_number(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    // Seconds reach eleven digits in the year 5138, milliseconds had twelve in 1973.
    let unit = match digits.len() {
        0..=11 => 1_000_000_000,
        12..=14 => 1_000_000,
        15..=17 => 1_000,
        _ => 1,
    };
    let nanos = whole.checked_mul(unit)?;
    let fraction = fraction.get(..fraction.len().min(9))?;
    let below: i64 = format!("{fraction:0<9}").parse().ok()?;
    let below = below / (1_000_000_000 / unit);
    let nanos = nanos.checked_add(if whole < 0 { -below } else { below })?;
    Some(Timestamp::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::{epoch, fixed, stamp, stamp_prefix, web_stamp};

    #[test]
    fn epochs_of_every_size() {
        for text in [
            "1700000000",
            "1700000000000",
            "1700000000000000",
            "1700000000000000000",
        ] {
            let at = epoch(text).map(|at| at.to_iso(0));
            assert_eq!(at.as_deref(), Some("2023-11-14T22:13:20Z"), "{text}");
        }
        let at = epoch("1700000000.123456").map(|at| at.to_iso(3));
        assert_eq!(at.as_deref(), Some("2023-11-14T22:13:20.123Z"));
        for text in ["", "x", "1e5", "99999999999999999999", "1.x", "."] {
            assert_eq!(epoch(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_web_servers() {
        let zone = jiff::tz::TimeZone::UTC;
        for (text, expect) in [
            (
                "02/Jan/2026:03:04:05 +0100",
                Some("2026-01-02T02:04:05.000Z"),
            ),
            (
                "02/Jan/2026:03:04:05 -0030",
                Some("2026-01-02T03:34:05.000Z"),
            ),
            ("31/Dec/2025:23:59:60.5", Some("2025-12-31T23:59:59.500Z")),
            ("31/Feb/2025:23:59:00 +0000", None),
            ("02/Jan/2026:24:04:05", None),
            ("02/Jan/2026:03:04:05x", None),
            ("02/Jan/2026:03:04:05 +01", None),
            ("02/Jxn/2026:03:04:05", None),
            ("2/Jan/2026:03:04:05 ", None),
            ("", None),
        ] {
            let at = web_stamp(text).and_then(|stamp| stamp.at(&zone));
            assert_eq!(at.map(|at| at.to_iso(3)).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn forms_in_the_words_of_strftime() {
        let zone = jiff::tz::TimeZone::UTC;
        let read = |form, text| {
            let at = stamp(form, text)?.at(&zone)?;
            Some(at.to_iso(3))
        };
        assert_eq!(
            read("%Y-%m-%d %H:%M:%S,%3f", "2026-01-02 03:04:05,678").as_deref(),
            Some("2026-01-02T03:04:05.678Z")
        );
        assert_eq!(
            read("%b %d, %Y %I:%M:%S %p", "Apr 15, 2026 8:34:08 PM").as_deref(),
            Some("2026-04-15T20:34:08.000Z")
        );
        let (stamp, rest) = stamp_prefix("%m/%d %H:%M:%S", "01/02 03:04:05 x").expect("a time");
        assert_eq!((stamp.year, stamp.month, rest), (None, 1, " x"));
    }

    #[test]
    fn fixed_layouts() {
        let read = |layout, text| {
            let at = fixed(layout, text)?.at(&jiff::tz::TimeZone::UTC)?;
            Some(at.to_iso(0))
        };
        assert_eq!(
            read("DD/MM/YY hh:mm:ss", "07/01/26 08:09:60 x").as_deref(),
            Some("2026-01-07T08:09:59Z")
        );
        for (layout, text) in [
            ("DD/MM/YY", "07/01/2"),
            ("DD/MM/YY", "07-01-26"),
            ("DD/MM/YY", "32/01/26"),
            ("DD/MM/YY", "07/13/26"),
            ("YYYYYYYYY", "999999999"),
            ("DD/MM/YY", "0ä/01/26"),
        ] {
            assert_eq!(fixed(layout, text), None, "{text}");
        }
    }
}
