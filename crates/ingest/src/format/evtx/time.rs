//! FILETIME and SYSTEMTIME as Windows shows them.

use super::bytes::u16_at;

/// 100 ns ticks in a second.
const TICKS_PER_SECOND: u64 = 10_000_000;
/// 100 ns ticks in a day.
const TICKS_PER_DAY: u64 = 86_400 * TICKS_PER_SECOND;
/// Seconds from 1601-01-01 to 1970-01-01.
const UNIX_EPOCH_SECONDS: i64 = 11_644_473_600;

/// Room for `2016-07-08T18:12:51.6816406Z`.
pub(super) type TimeText = [u8; 28];

/// Nanoseconds since 1970-01-01 UTC of a FILETIME, or `None` where an `i64` cannot hold them (after the year 2262).
///
/// ```
/// use gatewatch_ingest::format::evtx::filetime_to_unix_nanoseconds;
///
/// assert_eq!(filetime_to_unix_nanoseconds(116_444_736_000_000_000), Some(0));
/// ```
#[must_use]
pub fn filetime_to_unix_nanoseconds(filetime: u64) -> Option<i64> {
    let ticks = i64::try_from(filetime).ok()?;
    ticks
        .checked_sub(UNIX_EPOCH_SECONDS * TICKS_PER_SECOND.cast_signed())?
        .checked_mul(100)
}

/// The text of a FILETIME: ISO 8601, seven fractional digits, `Z`. Years past 9999 keep their last four digits, and a
/// value with the top bit set shows as zeros, as Windows does it.
pub(super) fn filetime_text(filetime: u64) -> TimeText {
    if filetime > i64::MAX as u64 {
        return time_text([0; 6], 0);
    }
    let (days, ticks) = (filetime / TICKS_PER_DAY, filetime % TICKS_PER_DAY);
    let (year, month, day) = civil_from_days(days);
    let seconds = (ticks / TICKS_PER_SECOND) as u32;
    time_text(
        [
            (year % 10_000) as u32,
            month,
            day,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
        ],
        (ticks % TICKS_PER_SECOND) as u32,
    )
}

/// The text of a SYSTEMTIME; one that is no valid time shows as 1601-01-01, as Windows does it.
pub(super) fn systemtime_text(raw: &[u8; 16]) -> TimeText {
    let field = |index: usize| u32::from(u16_at(raw, index * 2).unwrap_or_default());
    let [year, month, day] = [field(0), field(1), field(3)];
    let [hour, minute, second, millisecond] = [field(4), field(5), field(6), field(7)];
    let valid = (1601..=30827).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && millisecond < 1000;
    if valid {
        time_text(
            [year % 10_000, month, day, hour, minute, second],
            millisecond * 10_000,
        )
    } else {
        time_text([1601, 1, 1, 0, 0, 0], 0)
    }
}

/// Reads a time as Windows writes it into XML (`2021-05-03T08:58:25.921033600Z`, any number of fractional digits) back
/// into a FILETIME. Exports in which every value is text hold times in this form.
pub(super) fn parse_time(text: &[u8]) -> Option<u64> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let (clock, mut rest) = match rest.split_first() {
        Some((b'T' | b't' | b' ', rest)) => rest.split_first_chunk::<8>()?,
        _ => return None,
    };
    if date[4] != b'-' || date[7] != b'-' || clock[2] != b':' || clock[5] != b':' {
        return None;
    }
    let year = u64::from(number(&date[..4])?);
    let (month, day) = (number(&date[5..7])?, number(&date[8..])?);
    let (hour, minute, second) = (
        number(&clock[..2])?,
        number(&clock[3..5])?,
        number(&clock[6..])?,
    );
    let mut ticks = 0;
    if let Some((b'.', fraction)) = rest.split_first() {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        for place in 0..7 {
            let digit = fraction[..digits]
                .get(place)
                .map_or(0, |byte| u64::from(byte - b'0'));
            ticks = ticks * 10 + digit;
        }
        rest = &fraction[digits..];
    }
    let valid = (1601..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year as u32, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && matches!(rest, b"" | b"Z" | b"z");
    if !valid {
        return None;
    }
    let seconds = u64::from(hour * 3600 + minute * 60 + second);
    Some(days_from_civil(year, month, day) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + ticks)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

fn time_text(fields: [u32; 6], ticks: u32) -> TimeText {
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    for (place, value) in [(0..4), (5..7), (8..10), (11..13), (14..16), (17..19)]
        .into_iter()
        .zip(fields)
        .chain([(20..27, ticks)])
    {
        let mut value = value;
        for digit in text[place].iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
        }
    }
    text
}

/// Days from 1600-03-01, where the calendar's 400-year cycles begin once the leap day counts as a year's last day, to
/// 1601-01-01, where FILETIME begins.
const CYCLE_START: u64 = 306;
/// Days in 400 years.
const DAYS_PER_CYCLE: u64 = 146_097;

/// The Gregorian date `days` after 1601-01-01.
fn civil_from_days(days: u64) -> (u64, u32, u32) {
    let days = days + CYCLE_START;
    let (cycle, day) = (days / DAYS_PER_CYCLE, days % DAYS_PER_CYCLE);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    // Months count from March; 153 days are five of them.
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 1600 + cycle * 400 + year + u64::from(month <= 2);
    (year, month as u32, day_of_month as u32)
}

/// The days from 1601-01-01 to a Gregorian date of that year or later.
fn days_from_civil(year: u64, month: u32, day: u32) -> u64 {
    let month = u64::from(month);
    let years = year - 1600 - u64::from(month <= 2);
    let month = if month > 2 { month - 3 } else { month + 9 };
    let days = 365 * years + years / 4 - years / 100 + years / 400;
    days + (153 * month + 2) / 5 + u64::from(day) - 1 - CYCLE_START
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(filetime: u64) -> String {
        String::from_utf8(filetime_text(filetime).to_vec()).unwrap()
    }

    #[test]
    fn known_times() {
        assert_eq!(text(0), "1601-01-01T00:00:00.0000000Z");
        assert_eq!(
            text(116_444_736_000_000_000),
            "1970-01-01T00:00:00.0000000Z"
        );
        assert_eq!(
            text(131_124_751_716_816_408),
            "2016-07-08T18:12:51.6816408Z"
        );
        assert_eq!(text(u64::MAX), "0000-00-00T00:00:00.0000000Z");
        assert_eq!(text(i64::MAX as u64), "0828-09-14T02:48:05.4775807Z");
    }

    #[test]
    fn agrees_with_jiff_over_the_whole_range_and_reads_back() {
        let step = 3_155_760_000_000_037_u64;
        let last = 2_650_466_807_999_999_999_u64;
        for filetime in (0..last).step_by(step as usize).chain([last]) {
            let seconds = (filetime / TICKS_PER_SECOND) as i64 - UNIX_EPOCH_SECONDS;
            let nanoseconds = (filetime % TICKS_PER_SECOND * 100) as i32;
            let expected = jiff::Timestamp::new(seconds, nanoseconds).unwrap();
            let shown = text(filetime);
            assert_eq!(shown, format!("{expected:.7}"));
            assert_eq!(parse_time(shown.as_bytes()), Some(filetime), "{shown}");
        }
    }

    #[test]
    fn reads_what_windows_writes() {
        let expected = Some(132_645_059_059_210_336);
        assert_eq!(parse_time(b"2021-05-03T08:58:25.921033600Z"), expected);
        assert_eq!(parse_time(b"2021-05-03 08:58:25.9210336"), expected);
        assert_eq!(parse_time(b"1601-01-01T00:00:00Z"), Some(0));
        for bad in [
            "",
            "2021",
            "2021-05-03",
            "2021-13-03T08:58:25Z",
            "2021-02-29T08:58:25Z",
            "2021-05-03T24:58:25Z",
            "2021-05-03T08:58:25+01",
            "2021-05-03T08:58:25.1x",
            "1600-05-03T08:58:25Z",
            "20x1-05-03T08:58:25Z",
            "2021-05-03Tx8:58:25Z",
        ] {
            assert_eq!(parse_time(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn systemtime_follows_windows() {
        let show = |fields: [u16; 8]| {
            let raw: Vec<u8> = fields
                .iter()
                .flat_map(|field| field.to_le_bytes())
                .collect();
            let raw: [u8; 16] = raw.try_into().unwrap();
            String::from_utf8(systemtime_text(&raw).to_vec()).unwrap()
        };
        assert_eq!(
            show([2020, 2, 6, 29, 12, 34, 56, 789]),
            "2020-02-29T12:34:56.7890000Z"
        );
        assert_eq!(
            show([2019, 2, 6, 29, 12, 34, 56, 789]),
            "1601-01-01T00:00:00.0000000Z"
        );
        assert_eq!(show([0; 8]), "1601-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn unix_nanoseconds() {
        assert_eq!(filetime_to_unix_nanoseconds(0), None);
        assert_eq!(
            filetime_to_unix_nanoseconds(116_444_736_000_000_001),
            Some(100)
        );
        assert_eq!(filetime_to_unix_nanoseconds(u64::MAX), None);
    }
}
