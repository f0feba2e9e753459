//! Date formats of mappings and requests: `strict_date_optional_time||epoch_millis`, `dd-MM-yyyy`, ...

use gatewatch_event::Timestamp;

use super::date_fields::{Fields, Precision};
use super::date_pattern::Pattern;

/// One or more alternatives: texts are read by the first that fits, times are written by the first.
#[derive(Clone, Debug, PartialEq)]
pub struct DateFormat {
    text: String,
    alternatives: Vec<Alternative>,
}

/// The format a `date` field has when its mapping names none.
pub const DEFAULT_DATE_FORMAT: &str = "strict_date_optional_time||epoch_millis";

/// The format a `date_nanos` field has when its mapping names none.
pub const DEFAULT_DATE_NANOS_FORMAT: &str = "strict_date_optional_time_nanos||epoch_millis";

/// Longer format texts are refused.
const MAX_FORMAT_LENGTH: usize = 1024;

#[derive(Clone, Debug, PartialEq)]
enum Alternative {
    EpochMillis,
    EpochSecond,
    /// Every part after the year may be left out.
    OptionalTime {
        strict: bool,
    },
    Pattern(Pattern),
}

impl DateFormat {
    /// Reads a format: alternatives divided by `||`, each the name of a built-in format or a pattern of letters.
    ///
    /// # Errors
    ///
    /// When an alternative is neither. The message is Elasticsearch's.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > MAX_FORMAT_LENGTH {
            return Err(format!("Invalid format: [{}]", short(text)));
        }
        let alternatives = text
            .split("||")
            .map(|part| alternative(part.trim()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            alternatives,
        })
    }

    /// The format of a `date` field that names none.
    pub fn of_date() -> Self {
        Self::new(DEFAULT_DATE_FORMAT).expect("the built-in format is valid")
    }

    /// The format of a `date_nanos` field that names none.
    pub fn of_date_nanos() -> Self {
        Self::new(DEFAULT_DATE_NANOS_FORMAT).expect("the built-in format is valid")
    }

    /// The format as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time that a text stands for; parts it leaves out are at their least.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        self.find(text).map(|(time, _)| time)
    }

    /// The last moment that a text stands for: the end of the day for a date without time. The step is a millisecond,
    /// or a nanosecond for `nanos`.
    pub fn read_end(&self, text: &str, nanos: bool) -> Option<Timestamp> {
        let (start, precision) = self.find(text)?;
        precision.end_of(start, nanos)
    }

    fn find(&self, text: &str) -> Option<(Timestamp, Precision)> {
        self.alternatives
            .iter()
            .find_map(|alternative| alternative.read(text))
    }

    /// The text of a time.
    pub fn write(&self, time: Timestamp) -> String {
        match &self.alternatives[0] {
            Alternative::EpochMillis => {
                with_fraction(time.millis(), time.nanos().rem_euclid(1_000_000), 6)
            }
            Alternative::EpochSecond => with_fraction(
                time.nanos().div_euclid(1_000_000_000),
                time.nanos().rem_euclid(1_000_000_000),
                9,
            ),
            Alternative::OptionalTime { .. } => iso(time),
            Alternative::Pattern(pattern) => pattern.write(time),
        }
    }
}

impl Alternative {
    fn read(&self, text: &str) -> Option<(Timestamp, Precision)> {
        match self {
            Self::EpochMillis => decimal(text, 1_000_000).map(|time| (time, Precision::Exact)),
            Self::EpochSecond => decimal(text, 1_000_000_000).map(|time| (time, Precision::Exact)),
            Self::OptionalTime { strict } => Fields::read_optional_time(text, *strict)?.resolve(),
            Self::Pattern(pattern) => pattern.read(text),
        }
    }
}

fn alternative(part: &str) -> Result<Alternative, String> {
    // The strict forms of built-in formats differ in that they ask for full widths.
    let (strict, name) = match part.strip_prefix("strict_") {
        Some(rest) => (true, rest),
        None => (false, part),
    };
    let built_in = match name {
        "epoch_millis" => return Ok(Alternative::EpochMillis),
        "epoch_second" => return Ok(Alternative::EpochSecond),
        "date_optional_time" | "date_optional_time_nanos" => {
            return Ok(Alternative::OptionalTime { strict });
        }
        "iso8601" => return Ok(Alternative::OptionalTime { strict: true }),
        name => named(name),
    };
    let pattern = match built_in {
        Some(pattern) => Pattern::new(pattern, strict),
        None => Pattern::new(part, true),
    };
    pattern
        .map(Alternative::Pattern)
        .map_err(|problem| format!("Invalid format: [{}]: {problem}", short(part)))
}

/// The patterns behind the names.
fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "basic_date" => "yyyyMMdd",
        "basic_date_time" => "yyyyMMdd'T'HHmmss.SSSX",
        "basic_date_time_no_millis" => "yyyyMMdd'T'HHmmssX",
        "basic_ordinal_date" => "yyyyDDD",
        "basic_time" => "HHmmss.SSSX",
        "basic_time_no_millis" => "HHmmssX",
        "date" | "year_month_day" => "yyyy-MM-dd",
        "date_hour" => "yyyy-MM-dd'T'HH",
        "date_hour_minute" => "yyyy-MM-dd'T'HH:mm",
        "date_hour_minute_second" => "yyyy-MM-dd'T'HH:mm:ss",
        "date_hour_minute_second_fraction" | "date_hour_minute_second_millis" => {
            "yyyy-MM-dd'T'HH:mm:ss.SSS"
        }
        "date_time" => "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "date_time_no_millis" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "hour" => "HH",
        "hour_minute" => "HH:mm",
        "hour_minute_second" => "HH:mm:ss",
        "hour_minute_second_fraction" | "hour_minute_second_millis" => "HH:mm:ss.SSS",
        "ordinal_date" => "yyyy-DDD",
        "ordinal_date_time" => "yyyy-DDD'T'HH:mm:ss.SSSXXX",
        "ordinal_date_time_no_millis" => "yyyy-DDD'T'HH:mm:ssXXX",
        "time" => "HH:mm:ss.SSSXXX",
        "time_no_millis" => "HH:mm:ssXXX",
        "year" => "yyyy",
        "year_month" => "yyyy-MM",
        _ => return None,
    })
}

/// A whole number with an optional fraction, in units of so many nanoseconds.
fn decimal(text: &str, unit: i64) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain(digits) || !plain(fraction) || fraction.len() > 9 {
        return None;
    }
    let whole_units: i64 = whole.parse().ok()?;
    let mut nanos = 0;
    let mut scale = unit / 10;
    for byte in fraction.bytes() {
        nanos += i64::from(byte - b'0') * scale;
        scale /= 10;
    }
    if whole.starts_with('-') {
        nanos = -nanos;
    }
    Some(Timestamp::from_nanos(
        whole_units.saturating_mul(unit).saturating_add(nanos),
    ))
}

fn with_fraction(whole: i64, fraction: i64, digits: usize) -> String {
    if fraction == 0 {
        return whole.to_string();
    }
    let fraction = format!("{fraction:0digits$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// ISO 8601 in UTC with three fraction digits, and more where they are not zero.
fn iso(time: Timestamp) -> String {
    let nanos = format!("{:09}", time.nanos().rem_euclid(1_000_000_000));
    let digits = nanos.trim_end_matches('0').len().max(3);
    time.to_iso(digits)
}

/// The beginning of a text, for messages.
fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::DateFormat;

    #[track_caller]
    fn check(format: &str, text: &str, expect: Option<&str>) {
        let format = DateFormat::new(format).expect("a format");
        let got = format.read(text).map(|time| time.to_string());
        assert_eq!(got.as_deref(), expect, "{text}");
    }

    #[test]
    fn the_default_takes_iso_and_epoch() {
        let format = "strict_date_optional_time||epoch_millis";
        check(format, "2020", Some("2020-01-01T00:00:00.000Z"));
        check(format, "10", Some("1970-01-01T00:00:00.010Z"));
        check(format, "-10", Some("1969-12-31T23:59:59.990Z"));
        check(
            format,
            "2020-02-03T12:34:56Z",
            Some("2020-02-03T12:34:56.000Z"),
        );
        check(
            format,
            "2020-02-03T12:34:56+02:00",
            Some("2020-02-03T10:34:56.000Z"),
        );
        check(
            format,
            "2020-02-03T12:34:56.1234567",
            Some("2020-02-03T12:34:56.1234567Z"),
        );
        check(format, "2020-02-03 12:34:56", None);
        check(format, "2020-2-3", None);
        check(format, "2020-02-41", None);
        check(format, "", None);
    }

    #[test]
    fn lenient_forms_take_short_numbers() {
        check(
            "date_optional_time",
            "2020-2-3T4:05",
            Some("2020-02-03T04:05:00.000Z"),
        );
        check("date", "2020-2-3", Some("2020-02-03T00:00:00.000Z"));
        check("strict_date", "2020-2-3", None);
    }

    #[test]
    fn patterns() {
        check("dd-MM-yyyy", "17-12-2022", Some("2022-12-17T00:00:00.000Z"));
        check("dd-MM-yyyy", "2022-12-17", None);
        check(
            "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z",
            "2022/12/17 10:00:00 +0100",
            Some("2022-12-17T09:00:00.000Z"),
        );
        check(
            "MMM d uuuu h:mm a",
            "Dec 7 2022 1:05 PM",
            Some("2022-12-07T13:05:00.000Z"),
        );
        check(
            "yyyy[-MM[-dd]]",
            "2022-12",
            Some("2022-12-01T00:00:00.000Z"),
        );
        check(
            "yyyyMMdd'T'HHmmss",
            "20221217T010203",
            Some("2022-12-17T01:02:03.000Z"),
        );
        check("yyyy-DDD", "2024-366", Some("2024-12-31T00:00:00.000Z"));
        check("epoch_second", "1.5", Some("1970-01-01T00:00:01.500Z"));
    }

    #[test]
    fn what_is_no_format_is_refused() {
        for format in ["", "yyyy-bb", "'open", "yyyy]", "[yyyy", "strict_nonsense"] {
            assert!(DateFormat::new(format).is_err(), "{format}");
        }
    }

    #[test]
    fn writing() {
        let time = DateFormat::of_date()
            .read("2020-02-03T12:34:56Z")
            .expect("a date");
        let write = |format: &str| DateFormat::new(format).expect("a format").write(time);
        assert_eq!(write("epoch_millis"), "1580733296000");
        assert_eq!(write("epoch_second"), "1580733296");
        assert_eq!(write("yyyy"), "2020");
        assert_eq!(
            write("strict_date_optional_time"),
            "2020-02-03T12:34:56.000Z"
        );
        assert_eq!(
            write("EEE, d MMM yyyy HH:mm:ss Z"),
            "Mon, 3 Feb 2020 12:34:56 +0000"
        );
        assert_eq!(
            write("yyyy-MM-dd'T'HH:mm:ss.SSSXXX"),
            "2020-02-03T12:34:56.000Z"
        );
    }

    #[test]
    fn an_end_is_the_last_moment_meant() {
        let end = |format: &str, text: &str| {
            let format = DateFormat::new(format).expect("a format");
            format.read_end(text, false).map(|time| time.to_string())
        };
        let format = "strict_date_optional_time||epoch_millis";
        assert_eq!(
            end(format, "2020-02").as_deref(),
            Some("2020-02-29T23:59:59.999Z")
        );
        assert_eq!(
            end(format, "2020-02-03T12:34").as_deref(),
            Some("2020-02-03T12:34:59.999Z")
        );
        assert_eq!(
            end(format, "1580733296000").as_deref(),
            Some("2020-02-03T12:34:56.000Z")
        );
        assert_eq!(
            end("yyyy", "2020").as_deref(),
            Some("2020-12-31T23:59:59.999Z")
        );
    }
}
