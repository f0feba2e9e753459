//! Java's regular expressions, as far as they can run in linear time.

use std::iter::Peekable;
use std::str::Chars;

use regex_automata::meta;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::PatternError;
use crate::limits;

/// A regular expression that must match whole texts.
#[derive(Clone, Debug)]
pub(crate) struct JavaRegex(meta::Regex);

impl JavaRegex {
    /// Reads patterns of which any may match.
    pub(crate) fn new<'a>(
        patterns: impl Iterator<Item = &'a str>,
        insensitive: bool,
    ) -> Result<Self, PatternError> {
        let mut joined = String::from(r"\A(?:");
        for (index, pattern) in patterns.enumerate() {
            if index > 0 {
                joined.push('|');
            }
            joined.push_str("(?:");
            joined.push_str(&translate(pattern)?);
            joined.push(')');
        }
        joined.push_str(r")\z");
        let depth = u32::try_from(limits::PATTERN_DEPTH).unwrap_or(u32::MAX);
        let regex = meta::Builder::new()
            .configure(
                meta::Config::new()
                    .nfa_size_limit(Some(1 << 22))
                    .onepass_size_limit(Some(1 << 20)),
            )
            .syntax(
                syntax::Config::new()
                    .case_insensitive(insensitive)
                    .nest_limit(depth),
            )
            .build(&joined)
            .map_err(|error| match error.syntax_error() {
                Some(problem) => PatternError::new(last_line(&problem.to_string())),
                None => PatternError::new("it needs too large an automaton"),
            })?;
        Ok(Self(regex))
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(Input::new(text).anchored(Anchored::Yes))
    }
}

/// The sentence at the end of a message that also draws the pattern.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or(message);
    line.trim_start_matches("error: ").to_owned()
}

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Z_a-z";
const SPACE: &str = r"\t\n\x0b\f\r\x20";
const HORIZONTAL: &str = r"\x20\t\u{a0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}";
const VERTICAL: &str = r"\n\x0b\f\r\u{85}\u{2028}\u{2029}";
/// What `.` does not match.
const LINE_ENDS: &str = r"\n\r\u{85}\u{2028}\u{2029}";

/// The pattern in the syntax of the engine.
fn translate(pattern: &str) -> Result<String, PatternError> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() * 2),
        dot_all: vec![false],
    };
    while let Some(c) = translator.rest.next() {
        translator.item(c)?;
    }
    Ok(translator.out)
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    /// Whether `.` matches line ends, by group.
    dot_all: Vec<bool>,
}

impl Translator<'_> {
    fn item(&mut self, c: char) -> Result<(), PatternError> {
        match c {
            '\\' => self.escape(false)?,
            '[' => self.class()?,
            '.' if self.dot_all.last() == Some(&true) => self.out.push_str("(?s:.)"),
            '.' => {
                self.out.push_str("[^");
                self.out.push_str(LINE_ENDS);
                self.out.push(']');
            }
            '(' => self.group()?,
            ')' => {
                if self.dot_all.len() > 1 {
                    self.dot_all.pop();
                }
                self.out.push(')');
            }
            // Without MULTILINE these stand for the ends of the text, which must be matched whole.
            '^' => self.out.push_str(r"\A"),
            '$' => self.out.push_str(r"\z"),
            '*' | '+' | '?' | '}' => {
                self.out.push(c);
                if self.rest.peek() == Some(&'+') {
                    return Err(unsupported("possessive repetition"));
                }
            }
            // Only white space under the flag x would read this otherwise.
            '#' => self.out.push_str(r"\#"),
            c => self.out.push(c),
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), PatternError> {
        let outer = self.dot_all.last().copied().unwrap_or(false);
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            self.dot_all.push(outer);
            return Ok(());
        }
        match self.rest.peek() {
            Some('=' | '!') => return Err(unsupported("look-ahead")),
            Some('>') => return Err(unsupported("an atomic group")),
            Some('<') => {
                self.rest.next();
                if matches!(self.rest.peek(), Some('=' | '!')) {
                    return Err(unsupported("look-behind"));
                }
                self.out.push_str("?<");
                self.dot_all.push(outer);
            }
            _ => self.flags(outer)?,
        }
        Ok(())
    }

    /// `(?is-m)` or `(?is-m:`, after the `?`.
    fn flags(&mut self, outer: bool) -> Result<(), PatternError> {
        let (mut dot_all, mut on) = (outer, true);
        let mut kept = String::new();
        for c in self.rest.by_ref() {
            match c {
                's' => dot_all = on,
                '-' => {
                    on = false;
                    kept.push('-');
                }
                'i' | 'm' | 'x' => kept.push(c),
                // Unicode case is always on here; Unix lines and Unicode classes make no difference worth having.
                'u' | 'd' | 'U' => {}
                ':' | ')' => {
                    let kept = kept.trim_end_matches('-');
                    if c == ':' {
                        self.dot_all.push(dot_all);
                    } else if let Some(current) = self.dot_all.last_mut() {
                        *current = dot_all;
                    }
                    if kept.is_empty() && c == ')' {
                        // A group that says nothing: take back its parenthesis.
                        self.out.pop();
                        return Ok(());
                    }
                    self.out.push('?');
                    self.out.push_str(kept);
                    self.out.push(c);
                    return Ok(());
                }
                _ => return Err(PatternError::new(format!("`(?{c}` is not known"))),
            }
        }
        Err(PatternError::new("`(` is not closed"))
    }

    fn escape(&mut self, in_class: bool) -> Result<(), PatternError> {
        let c = self
            .rest
            .next()
            .ok_or_else(|| PatternError::new("a character must follow `\\`"))?;
        let set = match c.to_ascii_lowercase() {
            'd' => Some(DIGIT),
            'w' => Some(WORD),
            's' => Some(SPACE),
            'h' => Some(HORIZONTAL),
            'v' => Some(VERTICAL),
            _ => None,
        };
        if let Some(set) = set {
            self.out
                .push_str(if c.is_ascii_uppercase() { "[^" } else { "[" });
            self.out.push_str(set);
            self.out.push(']');
            return Ok(());
        }
        match c {
            'b' if !in_class => self.out.push_str(r"(?-u:\b)"),
            'B' if !in_class => self.out.push_str(r"(?-u:\B)"),
            'A' | 'G' if !in_class => self.out.push_str(r"\A"),
            'z' | 'Z' if !in_class => self.out.push_str(r"\z"),
            'R' if !in_class => {
                self.out.push_str(r"(?:\r\n|[");
                self.out.push_str(VERTICAL);
                self.out.push_str("])");
            }
            'Q' => self.quoted(),
            'E' => {}
            't' | 'n' | 'r' | 'f' | 'a' => self.out.extend(['\\', c]),
            'e' => self.out.push_str(r"\x1b"),
            'x' if self.rest.peek() == Some(&'{') => {
                self.rest.next();
                let digits = self.until('}')?;
                self.code_point(&digits, 16)?;
            }
            'x' => self.fixed(2)?,
            'u' => self.fixed(4)?,
            '0' => {
                let mut digits = String::new();
                while let Some(digit) = self.rest.next_if(|c| ('0'..='7').contains(c)) {
                    digits.push(digit);
                    if digits.len() == 3 {
                        break;
                    }
                }
                self.code_point(&digits, 8)?;
            }
            'c' => {
                let control = self.rest.next().map_or(0, u32::from) ^ 0x40;
                self.literal(control)?;
            }
            'p' | 'P' => self.property(c)?,
            '1'..='9' | 'k' => return Err(unsupported("a back-reference")),
            c if c.is_ascii_alphabetic() => {
                return Err(PatternError::new(format!("`\\{c}` is not known")));
            }
            c => self.literal(c.into())?,
        }
        Ok(())
    }

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

    fn fixed(&mut self, count: usize) -> Result<(), PatternError> {
        let digits: String = self.rest.by_ref().take(count).collect();
        self.code_point(&digits, 16)
    }

    fn code_point(&mut self, digits: &str, radix: u32) -> Result<(), PatternError> {
        let code = u32::from_str_radix(digits, radix)
            .map_err(|_| PatternError::new(format!("`{digits}` is no character number")))?;
        self.literal(code)
    }

    fn literal(&mut self, code: u32) -> Result<(), PatternError> {
        let c = char::from_u32(code)
            .ok_or_else(|| PatternError::new(format!("{code:x} is no character")))?;
        if c.is_alphanumeric() {
            self.out.push(c);
        } else {
            self.out.push_str(&format!("\\u{{{code:x}}}"));
        }
        Ok(())
    }

    /// `\Q...\E`
    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            self.out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        }
    }

    fn property(&mut self, kind: char) -> Result<(), PatternError> {
        let name = if self.rest.next_if_eq(&'{').is_some() {
            self.until('}')?
        } else {
            self.rest.next().into_iter().collect()
        };
        let ascii = match name.as_str() {
            "Lower" => "a-z",
            "Upper" => "A-Z",
            "ASCII" => r"\x00-\x7f",
            "Alpha" => "A-Za-z",
            "Digit" => DIGIT,
            "Alnum" => "0-9A-Za-z",
            "Punct" => r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
            "Graph" => r"\x21-\x7e",
            "Print" => r"\x20-\x7e",
            "Blank" => r"\x20\t",
            "Cntrl" => r"\x00-\x1f\x7f",
            "XDigit" => "0-9A-Fa-f",
            "Space" => SPACE,
            name => {
                let name = name.strip_prefix("Is").unwrap_or(name);
                self.out.push_str(&format!("\\{kind}{{{name}}}"));
                return Ok(());
            }
        };
        self.out.push_str(if kind == 'P' { "[^" } else { "[" });
        self.out.push_str(ascii);
        self.out.push(']');
        Ok(())
    }

    /// A class, after its `[`; classes may hold classes.
    fn class(&mut self) -> Result<(), PatternError> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut depth = 1;
        let mut first = true;
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape(true)?,
                ']' if first => self.out.push_str(r"\]"),
                ']' => {
                    self.out.push(']');
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                '[' => {
                    depth += 1;
                    if depth > limits::PATTERN_DEPTH {
                        return Err(PatternError::new("it is nested too deeply"));
                    }
                    self.out.push('[');
                    if self.rest.next_if_eq(&'^').is_some() {
                        self.out.push('^');
                    }
                }
                '-' if self.rest.peek() == Some(&'-') => self.out.push_str(r"\-"),
                '~' => self.out.push_str(r"\~"),
                c => self.out.push(c),
            }
            first = c == '[';
        }
        Err(PatternError::new("`[` is not closed"))
    }
}

fn unsupported(what: &str) -> PatternError {
    PatternError::new(format!(
        "{what} is not supported: it cannot run in linear time"
    ))
}

#[cfg(test)]
mod tests {
    use super::JavaRegex;

    #[track_caller]
    fn check(pattern: &str, text: &str, expect: bool) {
        let regex = JavaRegex::new(std::iter::once(pattern), false).expect(pattern);
        assert_eq!(regex.is_match(text), expect, "{pattern} on {text:?}");
    }

    #[test]
    fn matches_whole_texts_as_java_does() {
        check(r"a.c", "abc", true);
        check(r"a.c", "a\nc", false);
        check(r"(?s)a.c", "a\nc", true);
        check(r"(?s:a.)c.", "a\nc\n", false);
        check(r"b", "abc", false);
        check(r"^abc$", "abc", true);
        check(r"\d+", "123", true);
        check(r"\d+", "\u{663}", false);
        check(r"[\w&&[^b]]+", "ac_", true);
        check(r"[\w&&[^b]]+", "abc", false);
        check(r"\Qa.b\E.*", "a.bc", true);
        check(r"\Qa.b\E", "axb", false);
        check(r"(?i)ABC", "abc", true);
        check(r"\p{Alpha}+\p{L}", "abä", true);
        check(r"\x41\u0042\x{43}\0104", "ABCD", true);
        check(r"a#b", "a#b", true);
        check(r"[]a]+", "]a", true);
        check(r"a|b", "b", true);
        check(r"(?<name>a)b", "ab", true);
        check(r"foo\b.*", "foo bar", true);
    }

    #[test]
    fn what_needs_backtracking_is_refused() {
        for pattern in [
            r"(?=a)",
            r"(?!a)",
            r"(?<=a)",
            r"(?<!a)",
            r"(?>a)",
            r"(a)\1",
            r"a*+",
            r"a{2}+",
            r"(",
            r"[a",
            r"\",
            r"\y",
            r"a{5000}{5000}",
        ] {
            assert!(
                JavaRegex::new(std::iter::once(pattern), false).is_err(),
                "{pattern}"
            );
        }
        let deep = "(".repeat(10_000) + &")".repeat(10_000);
        assert!(JavaRegex::new(std::iter::once(deep.as_str()), false).is_err());
    }
}
