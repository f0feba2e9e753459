//! Years for times that have none.

use gatewatch_event::Timestamp;
use jiff::tz::TimeZone;

use super::header;
use super::stamp::Stamp;
use crate::format::line_ends::LineEnds;

/// What the year of the first line is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearBasis {
    /// The operator says which year the first line is of.
    Given(i16),
    /// The file was last written then: its last line is not later.
    Modified(Timestamp),
    /// Read then, from a stream that has no time of its own.
    ReadAt(Timestamp),
    /// Nothing is known: 1970 is taken, so that nobody mistakes it for knowledge.
    Unknown,
}

/// A year that had to be assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumed {
    /// The year of the first line without one.
    First {
        /// The year.
        year: i16,
        /// What it was taken from, as the end of a sentence.
        source: &'static str,
    },
    /// A line is of 29 February, but by its place in the file of a year that has none.
    LeapDay {
        /// The year by the line's place.
        year: i16,
        /// The leap year before, which was taken.
        taken: i16,
    },
}

/// A month and a day.
type MonthDay = (i8, i8);

/// Gives years to the lines of one file, in order.
///
/// A line much earlier in the year than the one before belongs to the next year; one a little earlier is only out of
/// order. A line of the last days of December right after one of the first days of January belongs to the year before.
#[derive(Clone, Debug)]
pub struct YearClock {
    basis: YearBasis,
    zone: TimeZone,
    span: Option<YearSpan>,
    last: Option<(i16, MonthDay)>,
    leap_day_told: bool,
}

/// A day's slack between the clock that wrote the log and the one that dated the file.
const SLACK_SECONDS: i64 = 86_400;

/// Days by which a line may lie back and still be of the same year.
const HALF_A_YEAR: i16 = 186;

/// Lines may be out of order across New Year by this many days.
const AROUND_NEW_YEAR: i16 = 8;

impl YearClock {
    /// A clock for one file. Times are in `zone`; `span` is what a first pass over the file found, where there was one.
    pub fn new(basis: YearBasis, zone: TimeZone, span: Option<YearSpan>) -> Self {
        Self {
            basis,
            zone,
            span,
            last: None,
            leap_day_told: false,
        }
    }

    /// Sets the year of a time that has none, and notes the year of one that has. Gives each kind of assumption when it is
    /// first made.
    pub fn assign(&mut self, stamp: &mut Stamp) -> Option<Assumed> {
        let day = (stamp.month, stamp.day);
        if let Some(year) = stamp.year {
            // What the operator says goes before what other lines say.
            if !matches!(self.basis, YearBasis::Given(_)) {
                self.last = Some((year, day));
            }
            return None;
        }
        let mut assumed = None;
        let year = match self.last {
            Some((year, last)) if last == day => year,
            Some((year, last)) => year.saturating_add(step(last, day)),
            None => {
                let (year, source) = self.first(day);
                assumed = source.map(|source| Assumed::First { year, source });
                year
            }
        };
        self.last = Some((year, day));
        stamp.year = Some(year);
        if day == (2, 29) && !is_leap(year) {
            let taken = leap_year_before(year);
            stamp.year = Some(taken);
            if !std::mem::replace(&mut self.leap_day_told, true) {
                assumed = assumed.or(Some(Assumed::LeapDay { year, taken }));
            }
        }
        assumed
    }

    /// The year of the first line, and what it is taken from unless the operator gave it.
    fn first(&self, day: MonthDay) -> (i16, Option<&'static str>) {
        let (at, source) = match self.basis {
            YearBasis::Given(year) => return (year, None),
            YearBasis::Modified(at) => (at, "from the time the file was last written"),
            YearBasis::ReadAt(at) => (at, "from the time of reading"),
            YearBasis::Unknown => return (1970, Some("for want of any hint")),
        };
        let seconds = at
            .nanos()
            .div_euclid(1_000_000_000)
            .saturating_add(SLACK_SECONDS);
        let end = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
        let end = self.zone.to_datetime(end).date();
        let (turns, leaps, last) = match &self.span {
            Some(span) => (span.turns, span.leaps.as_slice(), span.last.unwrap_or(day)),
            None => (0, [].as_slice(), day),
        };
        let ended = end.year() - i16::from(last > (end.month(), end.day()));
        let mut year = ended.saturating_sub(turns);
        // 29 February tells which years are possible; the cycle is at most eight years long.
        for _ in 0..8 {
            if leaps.iter().all(|turn| is_leap(year.saturating_add(*turn))) {
                break;
            }
            year = year.saturating_sub(1);
        }
        (year, Some(source))
    }
}

/// What a first pass over a file without years finds: how often the year turns and where 29 February lies. With it, the years
/// of a log that spans several are right from the first line on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearSpan {
    turns: i16,
    last: Option<MonthDay>,
    leaps: Vec<i16>,
}

impl YearSpan {
    /// Takes the next line of the file, or at least its first 64 bytes. Lines without a time, or with a year, say nothing.
    pub fn line(&mut self, line: &[u8]) {
        if let Some(day) = header::month_and_day(line) {
            self.day(day);
        }
    }

    fn day(&mut self, day: MonthDay) {
        if self.last == Some(day) {
            return;
        }
        if let Some(last) = self.last {
            self.turns = self.turns.saturating_add(step(last, day));
        }
        self.last = Some(day);
        // A handful settles the year.
        if day == (2, 29) && self.leaps.len() < 8 {
            self.leaps.push(self.turns);
        }
    }

    /// Takes all lines of a file, or of the next whole lines of one.
    pub fn lines(&mut self, bytes: &[u8]) {
        let mut start = 0;
        let mut known = None;
        for end in LineEnds::of(bytes).chain([bytes.len()]) {
            // Most lines begin with the day of the one before. The line feed is no part of a day.
            let front = bytes.get(start..).and_then(<[u8]>::first_chunk);
            let line = start..end;
            start = end + 1;
            if front.is_some() && front == known {
                continue;
            }
            let line = &bytes[line];
            if let Some(day) = header::month_and_day(line) {
                self.day(day);
                known = line.first_chunk().filter(|front| names_day(front));
            }
        }
    }
}

/// Is this a month and a day, as far as it is a time at all: `Jan  2 `?
fn names_day(front: &[u8; 7]) -> bool {
    front[0].is_ascii_alphabetic() && front[5].is_ascii_digit() && front[6] == b' '
}

/// How many years lie between two lines that follow each other: -1, 0 or 1.
fn step(last: MonthDay, next: MonthDay) -> i16 {
    let (last, next) = (ordinal(last), ordinal(next));
    if last - next > HALF_A_YEAR {
        1
    } else if last <= AROUND_NEW_YEAR && next > 372 - AROUND_NEW_YEAR {
        -1
    } else {
        0
    }
}

/// Days since the start of a year of twelve months of 31 days, from 1.
fn ordinal((month, day): MonthDay) -> i16 {
    (i16::from(month) - 1) * 31 + i16::from(day)
}

fn is_leap(year: i16) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn leap_year_before(year: i16) -> i16 {
    (0..8)
        .map(|back| year.saturating_sub(back))
        .find(|year| is_leap(*year))
        .unwrap_or(year)
}

#[cfg(test)]
mod tests {
    use super::{YearBasis, YearClock, YearSpan};
    use crate::format::syslog::stamp::classic;
    use gatewatch_event::parse_iso;
    use jiff::tz::TimeZone;

    fn modified(text: &str) -> YearBasis {
        YearBasis::Modified(parse_iso(text).expect("a date"))
    }

    /// The years that the clock gives to lines of these days.
    fn years(basis: YearBasis, scan: bool, days: &[&str]) -> Vec<i16> {
        let lines: Vec<String> = days
            .iter()
            .map(|day| format!("{day} 12:00:00 h p: m"))
            .collect();
        let span = scan.then(|| {
            let mut span = YearSpan::default();
            span.lines(lines.join("\n").as_bytes());
            span
        });
        let mut clock = YearClock::new(basis, TimeZone::UTC, span);
        lines
            .iter()
            .map(|line| {
                let (mut stamp, _) = classic(line.as_bytes()).expect("a classic time");
                clock.assign(&mut stamp);
                stamp.year.expect("a year was assigned")
            })
            .collect()
    }

    #[test]
    fn days_that_come_again_change_nothing() {
        let text = "Dec 31 23:59:59 h\nDec 31 23:59:59 h\nJan  1 00:00:00 h\nx\nJan  1 00:00:00 2025 h\n\
                    Dec 31 h\nFeb 29 10:00:00 h\nFeb 29 1\nJan  1 00:00:00 h\nJan 11 00:00:00 h\n";
        let (mut whole, mut single) = (YearSpan::default(), YearSpan::default());
        whole.lines(text.as_bytes());
        for line in text.lines() {
            single.line(line.as_bytes());
        }
        assert_eq!(whole, single);
        assert_eq!((whole.turns, whole.last), (1, Some((1, 11))));
    }

    #[test]
    fn the_year_turns_forwards() {
        let given = YearBasis::Given(2024);
        assert_eq!(
            years(given, false, &["Dec 31", "Jan  1", "Jun  1", "Jan  1"]),
            [2024, 2025, 2025, 2025]
        );
        assert_eq!(
            years(given, false, &["Dec 31", "Jan  1", "Dec 20", "Jan  1"]),
            [2024, 2025, 2025, 2026]
        );
        assert_eq!(years(given, false, &["Nov 28", "Mar  7"]), [2024, 2025]);
        assert_eq!(years(given, false, &["Mar  7", "Nov 28"]), [2024, 2024]);
    }

    #[test]
    fn small_steps_back_are_disorder() {
        let given = YearBasis::Given(2024);
        assert_eq!(
            years(given, false, &["Jun 21", "May 29", "Jun 30"]),
            [2024, 2024, 2024]
        );
        assert_eq!(
            years(given, false, &["Dec 31", "Jan  1", "Dec 31", "Jan  1"]),
            [2024, 2025, 2024, 2025]
        );
    }

    #[test]
    fn the_time_of_the_file_bounds_the_last_line() {
        assert_eq!(
            years(modified("2026-01-05"), false, &["Dec 31", "Jan  4"]),
            [2025, 2026]
        );
        assert_eq!(years(modified("2026-01-05"), false, &["Jan  4"]), [2026]);
        assert_eq!(years(modified("2026-01-05"), false, &["Jan  6"]), [2026]);
        assert_eq!(years(modified("2026-01-05"), false, &["Jan  7"]), [2025]);
        assert_eq!(years(modified("2025-12-31"), false, &["Jan  1"]), [2026]);
    }

    #[test]
    fn a_first_pass_finds_the_years_of_a_long_log() {
        let days = ["Mar  1", "Nov  1", "Feb 29", "Sep  1", "Jan  3"];
        assert_eq!(
            years(modified("2025-06-01"), true, &days),
            [2023, 2023, 2024, 2024, 2025]
        );
        assert_eq!(
            years(modified("2027-06-01"), true, &days),
            [2023, 2023, 2024, 2024, 2025]
        );
        assert_eq!(
            years(
                modified("2026-11-01"),
                true,
                &["Dec 31", "Jan  1", "Feb 29"]
            ),
            [2023, 2024, 2024]
        );
    }

    #[test]
    fn the_29th_of_february_is_in_a_leap_year() {
        assert_eq!(
            years(
                YearBasis::Given(2025),
                false,
                &["Feb 28", "Feb 29", "Mar  1"]
            ),
            [2025, 2024, 2025]
        );
        assert_eq!(years(YearBasis::Given(1900), false, &["Feb 29"]), [1896]);
    }

    #[test]
    fn dated_lines_lead_unless_the_operator_says() {
        let mut clock = YearClock::new(modified("2026-11-25"), TimeZone::UTC, None);
        let (mut dated, _) = super::super::stamp::iso(b"2023-10-17T16:20:49Z").expect("a time");
        let (mut undated, _) = classic(b"Oct 23 16:54:59").expect("a time");
        clock.assign(&mut dated);
        assert_eq!(clock.assign(&mut undated), None);
        assert_eq!(undated.year, Some(2023));
        let mut clock = YearClock::new(YearBasis::Given(2025), TimeZone::UTC, None);
        let (mut undated, _) = classic(b"Oct 23 16:54:59").expect("a time");
        clock.assign(&mut dated);
        assert_eq!(clock.assign(&mut undated), None);
        assert_eq!(undated.year, Some(2025));
    }
}
