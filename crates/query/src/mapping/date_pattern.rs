//! Patterns of letters, as Java's `DateTimeFormatter` reads them.

use gatewatch_event::Timestamp;

use super::date_fields::{Fields, Precision, Scan};

/// Optional parts may be nested so deep.
const MAX_DEPTH: usize = 8;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    items: Vec<Item>,
    strict: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Literal(String),
    Letter(Letter, usize),
    Optional(Vec<Item>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Letter {
    Year,
    Month,
    Day,
    DayOfYear,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    Fraction,
    Nanos,
    Weekday,
    /// With the letter that was written, which decides the form.
    Zone(char),
}

impl Pattern {
    /// Compiles a pattern. Without `strict`, numbers may be shorter than their letters.
    pub(super) fn new(text: &str, strict: bool) -> Result<Self, String> {
        let mut letters = text.chars().peekable();
        let items = parse(&mut letters, 0)?;
        if letters.next().is_some() {
            return Err("Pattern invalid as it contains ] without previous [".into());
        }
        if items.is_empty() {
            return Err("the pattern is empty".into());
        }
        Ok(Self { items, strict })
    }

    pub(super) fn read(&self, text: &str) -> Option<(Timestamp, Precision)> {
        let mut scan = Scan::new(text);
        let mut fields = Fields::default();
        self.read_items(&self.items, &mut scan, &mut fields)?;
        if !scan.rest.is_empty() {
            return None;
        }
        fields.resolve()
    }

    fn read_items(&self, items: &[Item], scan: &mut Scan<'_>, fields: &mut Fields) -> Option<()> {
        for item in items {
            match item {
                Item::Literal(text) => {
                    if !scan.eat(text) {
                        return None;
                    }
                }
                Item::Letter(letter, count) => self.read_letter(*letter, *count, scan, fields)?,
                Item::Optional(items) => {
                    let mut attempt = Scan { rest: scan.rest };
                    let mut kept = fields.clone();
                    if self.read_items(items, &mut attempt, &mut kept).is_some() {
                        scan.rest = attempt.rest;
                        *fields = kept;
                    }
                }
            }
        }
        Some(())
    }

    fn read_letter(
        &self,
        letter: Letter,
        count: usize,
        scan: &mut Scan<'_>,
        fields: &mut Fields,
    ) -> Option<()> {
        let least = if self.strict { count } else { 1 };
        // One letter takes as many digits as there are, two letters exactly two.
        let two = |scan: &mut Scan<'_>| scan.number(least.min(2), 2);
        match letter {
            Letter::Year if count == 2 => fields.year = Some(2000 + scan.number(2, 2)?),
            Letter::Year => fields.year = Some(scan.number(least.min(4), 4)?),
            Letter::Month if count >= 3 => fields.month = Some(name_at(&MONTHS, scan, count)? + 1),
            Letter::Month => fields.month = Some(two(scan)?),
            Letter::Day => fields.day = Some(two(scan)?),
            Letter::DayOfYear => fields.day_of_year = Some(scan.number(least.min(3), 3)?),
            Letter::Hour => fields.hour = Some(two(scan)? % 24),
            Letter::HalfDayHour => fields.half_day_hour = Some(two(scan)?),
            Letter::HalfDay => {
                let afternoon = scan.eat_any_case("PM");
                if !afternoon && !scan.eat_any_case("AM") {
                    return None;
                }
                fields.afternoon = Some(afternoon);
            }
            Letter::Minute => fields.minute = Some(two(scan)?),
            Letter::Second => fields.second = Some(two(scan)?),
            Letter::Fraction => {
                let most = if self.strict { count } else { 9 };
                fields.nanos = Some(scan.fraction(least, most)?);
            }
            Letter::Nanos => fields.nanos = Some(scan.number(1, 9)?),
            Letter::Weekday => {
                name_at(&WEEKDAYS, scan, count)?;
            }
            Letter::Zone(_) => fields.offset = Some(scan.offset()?),
        }
        Some(())
    }

    pub(super) fn write(&self, time: Timestamp) -> String {
        let mut out = String::new();
        let moment = jiff::Timestamp::from_nanosecond(time.nanos().into())
            .expect("an i64 of nanoseconds is within jiff's range");
        let civil = jiff::tz::Offset::UTC.to_datetime(moment);
        write_items(&self.items, civil, &mut out);
        out
    }
}

fn write_items(items: &[Item], time: jiff::civil::DateTime, out: &mut String) {
    for item in items {
        match item {
            Item::Literal(text) => out.push_str(text),
            Item::Optional(items) => write_items(items, time, out),
            Item::Letter(letter, count) => write_letter(*letter, *count, time, out),
        }
    }
}

fn write_letter(letter: Letter, count: usize, time: jiff::civil::DateTime, out: &mut String) {
    let number = |value: i32| format!("{value:0count$}");
    let text = match letter {
        Letter::Year if count == 2 => format!("{:02}", i32::from(time.year()).rem_euclid(100)),
        Letter::Year => number(time.year().into()),
        Letter::Month if count >= 3 => name_of(&MONTHS, i64::from(time.month()) - 1, count).into(),
        Letter::Month => number(time.month().into()),
        Letter::Day => number(time.day().into()),
        Letter::DayOfYear => number(time.date().day_of_year().into()),
        Letter::Hour => number(time.hour().into()),
        Letter::HalfDayHour => number((i32::from(time.hour()) + 11) % 12 + 1),
        Letter::HalfDay => (if time.hour() < 12 { "AM" } else { "PM" }).into(),
        Letter::Minute => number(time.minute().into()),
        Letter::Second => number(time.second().into()),
        Letter::Fraction => {
            let digits = format!("{:09}", time.subsec_nanosecond());
            digits.chars().take(count).collect()
        }
        Letter::Nanos => number(time.subsec_nanosecond()),
        Letter::Weekday => {
            let day = i64::from(time.weekday().to_monday_zero_offset());
            name_of(&WEEKDAYS, day, count).into()
        }
        Letter::Zone('X') => "Z".into(),
        Letter::Zone('x') if count == 1 => "+00".into(),
        Letter::Zone('x' | 'Z') if count == 3 => "+00:00".into(),
        Letter::Zone('Z') if count < 4 => "+0000".into(),
        Letter::Zone('x') if count == 2 => "+0000".into(),
        Letter::Zone('z' | 'V') => "Z".into(),
        Letter::Zone(_) => "GMT".into(),
    };
    out.push_str(&text);
}

/// Reads a name: three letters of it for up to three pattern letters, else the whole.
fn name_at(names: &[&str], scan: &mut Scan<'_>, count: usize) -> Option<i64> {
    let found = names.iter().position(|name| {
        let name = if count <= 3 { &name[..3] } else { name };
        scan.eat_any_case(name)
    })?;
    i64::try_from(found).ok()
}

fn name_of(names: &[&'static str], at: i64, count: usize) -> &'static str {
    let name = usize::try_from(at)
        .ok()
        .and_then(|at| names.get(at))
        .copied()
        .unwrap_or("");
    if count <= 3 {
        name.get(..3).unwrap_or(name)
    } else {
        name
    }
}

fn parse(
    letters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    depth: usize,
) -> Result<Vec<Item>, String> {
    let mut items: Vec<Item> = Vec::new();
    while let Some(&next) = letters.peek() {
        if next == ']' {
            break;
        }
        letters.next();
        match next {
            '\'' => literal(&mut items, &quoted(letters)?),
            '[' => {
                if depth >= MAX_DEPTH {
                    return Err("Pattern has too many optional parts".into());
                }
                let inner = parse(letters, depth + 1)?;
                if letters.next() != Some(']') {
                    return Err("Pattern ends with an incomplete optional part".into());
                }
                items.push(Item::Optional(inner));
            }
            letter if letter.is_ascii_alphabetic() => {
                let mut count = 1;
                while letters.peek() == Some(&letter) {
                    letters.next();
                    count += 1;
                }
                items.push(Item::Letter(meaning(letter)?, check(letter, count)?));
            }
            '{' | '}' | '#' => {
                return Err(format!("Pattern includes reserved character: '{next}'"));
            }
            other => literal(&mut items, other.encode_utf8(&mut [0; 4])),
        }
    }
    Ok(items)
}

fn literal(items: &mut Vec<Item>, text: &str) {
    match items.last_mut() {
        Some(Item::Literal(before)) => before.push_str(text),
        _ => items.push(Item::Literal(text.to_owned())),
    }
}

/// The text up to the closing quote; two quotes are one, and `''` alone is a quote.
fn quoted(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match letters.next() {
            Some('\'') if letters.peek() == Some(&'\'') => {
                letters.next();
                text.push('\'');
            }
            Some('\'') if text.is_empty() => return Ok("'".into()),
            Some('\'') => return Ok(text),
            Some(other) => text.push(other),
            None => return Err("Pattern ends with an incomplete string literal".into()),
        }
    }
}

fn meaning(letter: char) -> Result<Letter, String> {
    Ok(match letter {
        'y' | 'u' => Letter::Year,
        'M' | 'L' => Letter::Month,
        'd' => Letter::Day,
        'D' => Letter::DayOfYear,
        'H' | 'k' => Letter::Hour,
        'h' | 'K' => Letter::HalfDayHour,
        'a' => Letter::HalfDay,
        'm' => Letter::Minute,
        's' => Letter::Second,
        'S' => Letter::Fraction,
        'n' => Letter::Nanos,
        'E' => Letter::Weekday,
        'X' | 'x' | 'Z' | 'z' | 'V' | 'O' => Letter::Zone(letter),
        _ => return Err(format!("Unknown pattern letter: {letter}")),
    })
}

fn check(letter: char, count: usize) -> Result<usize, String> {
    let most = match letter {
        'S' | 'n' => 9,
        'D' => 3,
        'y' | 'u' => 9,
        'M' | 'L' | 'E' | 'Z' => 5,
        'X' | 'x' => 5,
        'z' | 'V' | 'O' => 4,
        _ => 2,
    };
    if count > most {
        return Err(format!("Too many pattern letters: {letter}"));
    }
    Ok(count)
}
