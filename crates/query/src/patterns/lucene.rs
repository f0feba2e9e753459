//! Lucene's regular expressions, with all of its optional operators.
//!
//! ```text
//! union        = intersection { "|" intersection }
//! intersection = concat { "&" concat }
//! concat       = repeat { repeat }
//! repeat       = complement { "?" | "*" | "+" | "{n}" | "{n,}" | "{n,m}" }
//! complement   = "~" complement | simple
//! simple       = "." | "#" | "@" | '"' text '"' | "(" [ union ] ")" | "<" n "-" m ">" | "[" [ "^" ] class "]" | char
//! ```
//!
//! An operator where none can stand is an ordinary character, as in Lucene: `*a` is a star and an a.

use std::iter::Peekable;
use std::str::Chars;

use super::PatternError;
use super::charset::CharSet;
use super::regex::Regex;
use crate::limits;

/// Reads a pattern.
pub(crate) fn parse(pattern: &str) -> Result<Regex, PatternError> {
    if pattern.is_empty() {
        return Ok(Regex::Empty);
    }
    let mut parser = Parser {
        rest: pattern.chars().peekable(),
        depth: 0,
    };
    let regex = parser.union()?;
    match parser.rest.next() {
        None => Ok(regex),
        Some(c) => Err(PatternError::new(format!("`{c}` closes nothing"))),
    }
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Parser<'_> {
    fn eat(&mut self, c: char) -> bool {
        self.rest.next_if_eq(&c).is_some()
    }

    fn enter(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > limits::PATTERN_DEPTH {
            return Err(PatternError::new("it is nested too deeply"));
        }
        Ok(())
    }

    fn union(&mut self) -> Result<Regex, PatternError> {
        let mut parts = vec![self.intersection()?];
        while self.eat('|') {
            parts.push(self.intersection()?);
        }
        Ok(single_or(parts, Regex::Union))
    }

    fn intersection(&mut self) -> Result<Regex, PatternError> {
        let mut parts = vec![self.concat()?];
        while self.eat('&') {
            parts.push(self.concat()?);
        }
        Ok(single_or(parts, Regex::Intersection))
    }

    fn concat(&mut self) -> Result<Regex, PatternError> {
        let mut parts = vec![self.repeat()?];
        while self
            .rest
            .peek()
            .is_some_and(|c| !matches!(c, ')' | '|' | '&'))
        {
            parts.push(self.repeat()?);
        }
        Ok(single_or(parts, Regex::Concat))
    }

    fn repeat(&mut self) -> Result<Regex, PatternError> {
        let mut regex = self.complement()?;
        loop {
            let (least, most) = if self.eat('?') {
                (0, Some(1))
            } else if self.eat('*') {
                (0, None)
            } else if self.eat('+') {
                (1, None)
            } else if self.eat('{') {
                self.bounds()?
            } else {
                return Ok(regex);
            };
            regex = regex.repeated(least, most);
        }
    }

    fn bounds(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let least = self
            .digits()?
            .ok_or_else(|| PatternError::new("a number must follow `{`"))?;
        let most = if self.eat(',') {
            self.digits()?
        } else {
            Some(least)
        };
        if !self.eat('}') {
            return Err(PatternError::new("`{` is not closed"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(PatternError::new("the bounds in `{}` are out of order"));
        }
        Ok((least, most))
    }

    fn digits(&mut self) -> Result<Option<u32>, PatternError> {
        let mut number: Option<u32> = None;
        while let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(10)) {
            self.rest.next();
            let next = number
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|tens| tens.checked_add(digit));
            number = Some(next.ok_or_else(|| PatternError::new("a number is too large"))?);
        }
        Ok(number)
    }

    fn complement(&mut self) -> Result<Regex, PatternError> {
        if !self.eat('~') {
            return self.simple();
        }
        self.enter()?;
        let inner = self.complement()?;
        self.depth -= 1;
        Ok(Regex::Complement(Box::new(inner)))
    }

    fn simple(&mut self) -> Result<Regex, PatternError> {
        if self.eat('.') {
            return Ok(Regex::Chars(CharSet::any()));
        }
        if self.eat('#') {
            return Ok(Regex::Nothing);
        }
        if self.eat('@') {
            return Ok(Regex::anything());
        }
        if self.eat('"') {
            return Ok(Regex::literal(&self.until('"')?));
        }
        if self.eat('<') {
            let text = self.until('>')?;
            return interval(&text);
        }
        if self.eat('[') {
            return self.class();
        }
        if self.eat('(') {
            if self.eat(')') {
                return Ok(Regex::Empty);
            }
            self.enter()?;
            let regex = self.union()?;
            self.depth -= 1;
            if !self.eat(')') {
                return Err(PatternError::new("`(` is not closed"));
            }
            return Ok(regex);
        }
        if self.eat('\\') {
            return Ok(match self.escaped()? {
                Escaped::Char(c) => Regex::Chars(CharSet::single(c)),
                Escaped::Set(set) => Regex::Chars(set),
            });
        }
        match self.rest.next() {
            Some(c) => Ok(Regex::Chars(CharSet::single(c))),
            None => Err(PatternError::new("it ends where something must follow")),
        }
    }

    /// The text up to the next `end`, which is eaten.
    fn until(&mut self, end: char) -> Result<String, PatternError> {
        let mut text = String::new();
        for c in self.rest.by_ref() {
            if c == end {
                return Ok(text);
            }
            text.push(c);
        }
        Err(PatternError::new(format!("the closing `{end}` is missing")))
    }

    fn escaped(&mut self) -> Result<Escaped, PatternError> {
        let c = self
            .rest
            .next()
            .ok_or_else(|| PatternError::new("a character must follow `\\`"))?;
        Ok(perl_class(c).map_or(Escaped::Char(c), Escaped::Set))
    }

    fn class(&mut self) -> Result<Regex, PatternError> {
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            let first = match self.class_item()? {
                Escaped::Char(c) => u32::from(c),
                Escaped::Set(set) => {
                    ranges.extend_from_slice(set.ranges());
                    if self.eat(']') {
                        break;
                    }
                    continue;
                }
            };
            let last = if self.eat('-') {
                match self.class_item()? {
                    Escaped::Char(c) => u32::from(c),
                    Escaped::Set(_) => {
                        return Err(PatternError::new("a class cannot end a range"));
                    }
                }
            } else {
                first
            };
            if first > last {
                return Err(PatternError::new("a range in `[]` is out of order"));
            }
            ranges.push((first, last));
            if self.eat(']') {
                break;
            }
        }
        let set = CharSet::from_ranges(ranges);
        Ok(Regex::Chars(if negated { set.negated() } else { set }))
    }

    fn class_item(&mut self) -> Result<Escaped, PatternError> {
        match self.rest.next() {
            Some('\\') => self.escaped(),
            Some(c) => Ok(Escaped::Char(c)),
            None => Err(PatternError::new("`[` is not closed")),
        }
    }
}

enum Escaped {
    Char(char),
    Set(CharSet),
}

/// `\d`, `\w`, `\s` and their opposites, which newer versions of Lucene know. ASCII only.
fn perl_class(c: char) -> Option<CharSet> {
    let ranges = match c.to_ascii_lowercase() {
        'd' => vec![(0x30, 0x39)],
        'w' => vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
        's' => vec![(0x09, 0x0a), (0x0d, 0x0d), (0x20, 0x20)],
        _ => return None,
    };
    let set = CharSet::from_ranges(ranges);
    Some(if c.is_ascii_uppercase() {
        set.negated()
    } else {
        set
    })
}

fn single_or(mut parts: Vec<Regex>, join: fn(Vec<Regex>) -> Regex) -> Regex {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts)
    }
}

/// `<n-m>`: the whole numbers from n to m. Written with equally many digits, they are matched with that many; else with
/// any number of leading zeros.
fn interval(text: &str) -> Result<Regex, PatternError> {
    let malformed = || PatternError::new(format!("`<{text}>` is no interval of numbers"));
    let (from, to) = text.split_once('-').ok_or_else(malformed)?;
    let number = |digits: &str| -> Result<u32, PatternError> {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = plain.then(|| digits.parse::<i32>().ok()).flatten();
        number
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(malformed)
    };
    let (first, second) = (number(from)?, number(to)?);
    let (low, high) = (first.min(second), first.max(second));
    if from.len() == to.len() {
        let width = from.len();
        return Ok(digits_between(
            &format!("{low:0width$}"),
            &format!("{high:0width$}"),
        ));
    }
    let mut parts = Vec::new();
    for width in 1..=10 {
        // The numbers of exactly this many digits, zero counting as one digit.
        let least = if width == 1 { 0 } else { 10u64.pow(width - 1) };
        let most = 10u64.pow(width) - 1;
        let (from, to) = (least.max(low.into()), most.min(high.into()));
        if from <= to {
            parts.push(digits_between(&from.to_string(), &to.to_string()));
        }
    }
    let zeros = Regex::Chars(CharSet::single('0')).repeated(0, None);
    Ok(Regex::Concat(vec![zeros, Regex::Union(parts)]))
}

/// The digit strings from `low` to `high`, all of their length.
fn digits_between(low: &str, high: &str) -> Regex {
    let Some((first_low, rest_low)) = low.split_at_checked(1) else {
        return Regex::Empty;
    };
    let Some((first_high, rest_high)) = high.split_at_checked(1) else {
        return Regex::Empty;
    };
    let (from, to) = (digit(first_low), digit(first_high));
    if from == to {
        return Regex::Concat(vec![
            digit_range(from, to),
            digits_between(rest_low, rest_high),
        ]);
    }
    let nines = "9".repeat(rest_low.len());
    let zeros = "0".repeat(rest_high.len());
    let mut parts = vec![
        Regex::Concat(vec![
            digit_range(from, from),
            digits_between(rest_low, &nines),
        ]),
        Regex::Concat(vec![digit_range(to, to), digits_between(&zeros, rest_high)]),
    ];
    if from + 1 < to {
        let mut middle = vec![digit_range(from + 1, to - 1)];
        middle.extend(rest_low.chars().map(|_| digit_range(0, 9)));
        parts.push(Regex::Concat(middle));
    }
    Regex::Union(parts)
}

fn digit(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn digit_range(from: u32, to: u32) -> Regex {
    Regex::Chars(CharSet::from_ranges(vec![(0x30 + from, 0x30 + to)]))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn malformed_patterns_are_refused() {
        for pattern in [
            "(",
            "a)",
            "[",
            "[a",
            "[b-a]",
            "a{",
            "a{x}",
            "a{2,1}",
            "\"abc",
            "<1-",
            "<name>",
            "<1>",
            "<-1>",
            "<1-2-3>",
            "a|",
            "\\",
            "a{99999999999}",
            "[\\",
            "~",
            "a&",
        ] {
            assert!(parse(pattern).is_err(), "{pattern}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"~".repeat(100_000)).is_err());
    }

    #[test]
    fn odd_patterns_are_taken_as_lucene_takes_them() {
        for pattern in [
            "", "*a", "a]", "a}", "[]a]", "[^a]", "()", ".*?", "[+-]x]", "&", "|a",
        ] {
            assert!(parse(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn exact_and_total_patterns_are_recognised() {
        assert_eq!(
            parse("net1\\.exe").map(|regex| regex.exact()),
            Ok(Some("net1.exe".into()))
        );
        assert_eq!(
            parse("(ab)\"c*\"").map(|regex| regex.exact()),
            Ok(Some("abc*".into()))
        );
        assert_eq!(parse("a?").map(|regex| regex.exact()), Ok(None));
        for (pattern, total) in [
            (".*", true),
            ("@", true),
            (".*?", true),
            ("~#", true),
            (".+", false),
            ("a*", false),
        ] {
            assert_eq!(
                parse(pattern).map(|regex| regex.is_total()),
                Ok(total),
                "{pattern}"
            );
        }
    }
}
