//! `key=value` in its dialects.

use std::borrow::Cow;

/// Reads `key=value` pairs from a text, in order. A value ends at the separator or, when it is quoted, at its quote; words
/// that are no pair are passed over.
///
/// ```
/// use gatewatch_ingest::format::text::Pairs;
///
/// let pairs: Vec<_> = Pairs::new(r#"user="a \"b\"" ip=192.0.2.7 up reason="#).collect();
/// assert_eq!(pairs[0], ("user", r#"a "b""#.into()));
/// assert_eq!(pairs[1], ("ip", "192.0.2.7".into()));
/// assert_eq!(pairs[2], ("reason", "".into()));
/// ```
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: &'a str,
    separator: u8,
    assign: u8,
    quotes: &'static [u8],
    go: bool,
    verbatim: bool,
    spaced: bool,
}

/// No value holds more quotes: the search for the one that ends it stops there.
const MOST_QUOTES: usize = 64;

/// No key is longer.
const LONGEST_KEY: usize = 64;

impl<'a> Pairs<'a> {
    /// Pairs of `key=value`, separated by spaces; values may stand in double quotes, where a backslash keeps the next
    /// character.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            separator: b' ',
            assign: b'=',
            quotes: b"\"",
            go: false,
            verbatim: false,
            spaced: false,
        }
    }

    /// logfmt, as Go programs write it: the escapes in quotes are Go's (`\n`, `\t`, `\u00e4`).
    pub fn logfmt(text: &'a str) -> Self {
        Self {
            go: true,
            ..Self::new(text)
        }
    }

    /// Pairs separated by another character; spaces around keys are left out.
    #[must_use]
    pub fn separated_by(self, separator: u8) -> Self {
        Self { separator, ..self }
    }

    /// Another character between key and value.
    #[must_use]
    pub fn assigned_by(self, assign: u8) -> Self {
        Self { assign, ..self }
    }

    /// The characters that may stand around a value.
    #[must_use]
    pub fn quoted_by(self, quotes: &'static [u8]) -> Self {
        Self { quotes, ..self }
    }

    /// Quoted values as they are, backslashes too (`user="DOMAIN\\name"`): a quote ends the value where another pair or nothing
    /// follows, so that a text with quotes in it stays whole.
    ///
    /// ```
    /// use gatewatch_ingest::format::text::Pairs;
    ///
    /// let pairs: Vec<_> = Pairs::new(r#"msg="a "b" c" user="EXAMPLE\joe""#).verbatim().collect();
    /// assert_eq!(pairs[0], ("msg", r#"a "b" c"#.into()));
    /// assert_eq!(pairs[1], ("user", r"EXAMPLE\joe".into()));
    /// ```
    #[must_use]
    pub fn verbatim(self) -> Self {
        Self {
            verbatim: true,
            ..self
        }
    }

    /// Values without quotes may hold separators: such a value ends at the separator right before the next pair.
    ///
    /// ```
    /// use gatewatch_ingest::format::text::Pairs;
    ///
    /// let pairs: Vec<_> = Pairs::new("branch=North Gate user= n=1").spaced().collect();
    /// assert_eq!(pairs[0], ("branch", "North Gate".into()));
    /// assert_eq!(pairs[1], ("user", "".into()));
    /// ```
    #[must_use]
    pub fn spaced(self) -> Self {
        Self {
            spaced: true,
            ..self
        }
    }

    /// The text behind the pairs that were read.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    fn is_end(&self, byte: u8) -> bool {
        byte == self.separator || (self.separator == b' ' && byte.is_ascii_whitespace())
    }

    /// The same where quotes stand as they are.
    fn verbatim_quoted(&mut self, quote: u8) -> &'a str {
        let text = &self.rest[1..];
        let mut first = None;
        let mut end = None;
        for at in memchr::memchr_iter(quote, text.as_bytes()).take(MOST_QUOTES) {
            first = first.or(Some(at));
            if self.pair_follows(&text[at + 1..]) {
                end = Some(at);
                break;
            }
        }
        let end = end.or(first).unwrap_or(text.len());
        self.rest = text.get(end + 1..).unwrap_or_default();
        &text[..end]
    }

    /// Does a pair begin here, behind a separator, or the text end?
    fn pair_follows(&self, text: &str) -> bool {
        let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == self.separator;
        let bytes = text.as_bytes();
        let Some(start) = bytes.iter().position(|byte| !blank(byte)) else {
            return true;
        };
        let key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let end = bytes[start..]
            .iter()
            .take(LONGEST_KEY)
            .position(|byte| !key(byte));
        start > 0 && end.is_some_and(|end| end > 0 && bytes[start + end] == self.assign)
    }

    /// Where a value without quotes ends, at the start of `rest`.
    fn bare_end(&self) -> usize {
        let bytes = self.rest.as_bytes();
        let end = if self.spaced {
            memchr::memchr_iter(self.separator, bytes).find(|at| {
                // Of several separators only the last can be the one before a pair: the others are not looked at twice.
                bytes.get(at + 1).is_none_or(|next| !self.is_end(*next))
                    && self.pair_follows(&self.rest[*at..])
            })
        } else {
            bytes.iter().position(|byte| self.is_end(*byte))
        };
        end.unwrap_or(bytes.len())
    }

    /// A value in quotes at the start of `rest`, without them.
    fn quoted(&mut self, quote: u8) -> Cow<'a, str> {
        if self.verbatim {
            return Cow::Borrowed(self.verbatim_quoted(quote));
        }
        let bytes = self.rest.as_bytes();
        let mut escaped = false;
        let mut at = 1;
        while let Some(next) = bytes
            .get(at..)
            .and_then(|bytes| memchr::memchr2(quote, b'\\', bytes))
        {
            at += next;
            if bytes[at] == quote {
                break;
            }
            escaped = true;
            at += 2;
        }
        if bytes.get(at) != Some(&quote) {
            at = bytes.len();
        }
        // The last character of a cut line may be half of an escape; quotes and backslashes are characters of one byte.
        let mut end = at.min(bytes.len());
        while !self.rest.is_char_boundary(end) {
            end += 1;
        }
        let value = &self.rest[1..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        match escaped {
            false => Cow::Borrowed(value),
            true if self.go => unescape_go(value),
            true => unescape(value),
        }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| {
                c.is_ascii_whitespace() || c as u32 == u32::from(self.separator)
            });
            if self.rest.is_empty() {
                return None;
            }
            let bytes = self.rest.as_bytes();
            let stop = bytes
                .iter()
                .position(|byte| *byte == self.assign || self.is_end(*byte))
                .unwrap_or(bytes.len());
            if bytes.get(stop) != Some(&self.assign) || stop == 0 {
                // A word that is no pair.
                self.rest = self.rest.get(stop.max(1)..).unwrap_or_else(|| {
                    let next = self.rest.chars().next().map_or(0, char::len_utf8);
                    &self.rest[next..]
                });
                continue;
            }
            let key = self.rest[..stop].trim_ascii();
            self.rest = &self.rest[stop + 1..];
            let value = match self.rest.as_bytes().first() {
                Some(quote) if self.quotes.contains(quote) => self.quoted(*quote),
                _ => {
                    let end = self.bare_end();
                    let value = &self.rest[..end];
                    self.rest = &self.rest[end..];
                    Cow::Borrowed(value)
                }
            };
            return Some((key, value));
        }
    }
}

/// Takes the backslashes off.
fn unescape(text: &str) -> Cow<'_, str> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

/// What Go's `strconv.Quote` made, undone. An escape that is none stays.
fn unescape_go(text: &str) -> Cow<'_, str> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let hex = |digits: usize| {
            let code = u32::from_str_radix(escape.get(1..=digits)?, 16).ok()?;
            Some((char::from_u32(code)?, 1 + digits))
        };
        let read = match escape.as_bytes().first() {
            Some(b'n') => Some(('\n', 1)),
            Some(b't') => Some(('\t', 1)),
            Some(b'r') => Some(('\r', 1)),
            Some(b'"') => Some(('"', 1)),
            Some(b'\\') => Some(('\\', 1)),
            Some(b'x') => hex(2),
            Some(b'u') => hex(4),
            Some(b'U') => hex(8),
            _ => None,
        };
        match read {
            Some((character, length)) => {
                plain.push(character);
                rest = &escape[length..];
            }
            None => {
                plain.push('\\');
                rest = escape;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::Pairs;
    use proptest::prelude::{any, prop, proptest};

    fn all(pairs: Pairs<'_>) -> Vec<(String, String)> {
        pairs
            .map(|(key, value)| (key.to_owned(), value.into_owned()))
            .collect()
    }

    #[track_caller]
    fn check(pairs: Pairs<'_>, expect: &[(&str, &str)]) {
        let found = all(pairs);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn dialects() {
        check(
            Pairs::new(r#"a=1  b="x y" word c= d="" e="#),
            &[("a", "1"), ("b", "x y"), ("c", ""), ("d", ""), ("e", "")],
        );
        check(
            Pairs::new(r#"src: "192.0.2.1"; user:"a;b"; x:1"#)
                .separated_by(b';')
                .assigned_by(b':'),
            &[("src", " \"192.0.2.1\""), ("user", "a;b"), ("x", "1")],
        );
        check(
            Pairs::logfmt(r#"level=info msg="a \"b\"\n\u00e4\q" n=1"#),
            &[("level", "info"), ("msg", "a \"b\"\n\u{e4}\\q"), ("n", "1")],
        );
        check(
            Pairs::new("a='x y' b=1").quoted_by(b"\"'"),
            &[("a", "x y"), ("b", "1")],
        );
        check(
            Pairs::new(r#"a="x "y" z" b="" c="C:\" d="never" ends"#).verbatim(),
            &[
                ("a", r#"x "y" z"#),
                ("b", ""),
                ("c", "C:\\"),
                ("d", "never"),
            ],
        );
        check(
            Pairs::new(r#"a=x y  b="c d" e= f=g = h  z=1 2 "#).spaced(),
            &[
                ("a", "x y "),
                ("b", "c d"),
                ("e", ""),
                ("f", "g = h "),
                ("z", "1 2"),
            ],
        );
        check(Pairs::new("=x ==y a==z"), &[("a", "=z")]);
        check(Pairs::new(r#"a="never ends"#), &[("a", "never ends")]);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), chosen in prop::collection::vec(prop::sample::select(vec!['a', '=', '"', '\\', ' ', ';', 'ä', 'u']), 0..60)) {
            let chosen: String = chosen.into_iter().collect();
            for text in [text.as_str(), chosen.as_str()] {
                all(Pairs::new(text));
                all(Pairs::logfmt(text));
                all(Pairs::new(text).separated_by(b';').quoted_by(b"\"'"));
                all(Pairs::new(text).verbatim());
                all(Pairs::new(text).verbatim().spaced());
            }
        }
    }
}
