//! Strings and back-quoted names.

use super::Lexer;
use crate::eql::problems;
use crate::eql::token::TokenKind;

impl Lexer<'_> {
    fn push_value(&mut self, value: String, start: usize, kind: fn(u32) -> TokenKind) {
        let number = self.offset(self.lexed.values.len());
        self.lexed.values.push(value);
        self.push(kind(number), start);
    }

    /// `"..."` or `"""..."""`.
    pub(super) fn string(&mut self) {
        let start = self.position;
        if self.starts_with("\"\"\"") {
            return self.raw_string();
        }
        self.position += 1;
        let (value, _) = self.escaped(start, b'"');
        self.push_value(value, start, TokenKind::String);
    }

    /// `'...'`, read for its meaning and reported.
    pub(super) fn single_quoted(&mut self) {
        let start = self.position;
        self.position += 1;
        let (value, terminated) = self.escaped(start, b'\'');
        if terminated {
            let span = self.span(start, self.position);
            self.report(problems::single_quotes(span));
        }
        self.push_value(value, start, TokenKind::String);
    }

    /// `?"..."` and `?'...'`, the raw strings of old.
    pub(super) fn question_string(&mut self) {
        let start = self.position;
        let quote = self.peek(1);
        self.position += 2;
        let content = self.position;
        while self.position < self.bytes.len() {
            match self.peek(0) {
                b'\r' | b'\n' => break,
                b'\\' if self.peek(1) == quote => self.position += 2,
                byte if byte == quote => {
                    let value = self.text[content..self.position].to_owned();
                    self.position += 1;
                    let span = self.span(start, self.position);
                    self.report(problems::question_string(span));
                    return self.push_value(value, start, TokenKind::String);
                }
                _ => self.position += 1,
            }
        }
        let problem = problems::unterminated_string(self.span(start, content), false);
        self.report(problem);
        let value = self.text[content..self.position].to_owned();
        self.push_value(value, start, TokenKind::String);
    }

    fn raw_string(&mut self) {
        let start = self.position;
        self.position += 3;
        let content = self.position;
        while self.position < self.bytes.len() {
            if self.starts_with("\"\"\"") {
                self.position += 3;
                let mut extra = 0;
                while extra < 2 && self.peek(0) == b'"' {
                    self.position += 1;
                    extra += 1;
                }
                let value = self.text[content..self.position - 3].to_owned();
                return self.push_value(value, start, TokenKind::String);
            }
            if matches!(self.peek(0), b'\r' | b'\n') {
                break;
            }
            self.position += 1;
        }
        let problem = problems::unterminated_raw_string(self.span(start, content));
        self.report(problem);
        let value = self.text[content..self.position].to_owned();
        self.push_value(value, start, TokenKind::String);
    }

    /// The content of a string up to and with the closing quote, escapes undone, and whether
    /// there was a closing quote.
    fn escaped(&mut self, start: usize, quote: u8) -> (String, bool) {
        let mut value = String::new();
        let mut plain = self.position;
        let mut escaped_quote = false;
        loop {
            match self.peek(0) {
                byte if byte == quote => {
                    value.push_str(&self.text[plain..self.position]);
                    self.position += 1;
                    return (value, true);
                }
                b'\\' => {
                    value.push_str(&self.text[plain..self.position]);
                    escaped_quote |= self.peek(1) == quote;
                    self.escape(&mut value);
                    plain = self.position;
                }
                b'\r' | b'\n' => break,
                _ if self.position >= self.bytes.len() => break,
                _ => self.position += 1,
            }
        }
        value.push_str(&self.text[plain..self.position]);
        let span = self.span(start, start + 1);
        self.report(problems::unterminated_string(span, escaped_quote));
        (value, false)
    }

    /// One escape sequence, beginning at its backslash.
    fn escape(&mut self, value: &mut String) {
        let start = self.position;
        let plain = match self.peek(1) {
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'"' => '"',
            b'\'' => '\'',
            b'\\' => '\\',
            b'u' => return self.unicode_escape(value),
            _ => {
                self.position += 1;
                let next = self.text[self.position..].chars().next();
                // A line break is left for the caller, which ends the string there.
                let next = next.filter(|next| !matches!(next, '\r' | '\n'));
                self.position += next.map_or(0, char::len_utf8);
                let span = self.span(start, self.position);
                self.report(problems::unknown_escape(span, next));
                value.push('\\');
                value.extend(next);
                return;
            }
        };
        self.position += 2;
        value.push(plain);
    }

    /// `\u{H..H}` with 2 to 8 digits.
    fn unicode_escape(&mut self, value: &mut String) {
        let start = self.position;
        self.position += 2;
        if self.peek(0) != b'{' {
            let span = self.span(start, self.position);
            self.report(problems::unicode_escape_form(span));
            return;
        }
        self.position += 1;
        let digits = self.position;
        while self.peek(0).is_ascii_hexdigit() {
            self.position += 1;
        }
        let count = self.position - digits;
        let hexadecimal = &self.text[digits..self.position];
        let closed = self.peek(0) == b'}';
        self.position += usize::from(closed);
        let span = self.span(start, self.position);
        if !closed || !(2..=8).contains(&count) {
            self.report(problems::unicode_escape_form(span));
            return;
        }
        let code = u32::from_str_radix(hexadecimal, 16).unwrap_or(u32::MAX);
        match char::from_u32(code) {
            Some(character) => value.push(character),
            None => self.report(problems::unicode_escape_value(span, code)),
        }
    }

    /// `` `name` ``, a doubled back-quote standing for one.
    pub(super) fn quoted_identifier(&mut self) {
        let start = self.position;
        self.position += 1;
        let mut value = String::new();
        let mut plain = self.position;
        while self.position < self.bytes.len() {
            if self.peek(0) != b'`' {
                self.position += 1;
                continue;
            }
            value.push_str(&self.text[plain..self.position]);
            self.position += 1;
            if self.peek(0) != b'`' {
                if value.is_empty() {
                    let span = self.span(start, self.position);
                    self.report(problems::empty_name(span));
                    self.lexed.incomplete = true;
                }
                return self.push_value(value, start, TokenKind::QuotedIdentifier);
            }
            value.push('`');
            self.position += 1;
            plain = self.position;
        }
        let problem = problems::unterminated_name(self.span(start, start + 1));
        self.report(problem);
        self.lexed.incomplete = true;
        // A name is what was meant, so that no other problem is seen here.
        value.push_str(&self.text[plain..]);
        self.push_value(value, start, TokenKind::QuotedIdentifier);
    }
}
