//! Reading of literals: quotes, escapes, wildcards, and where an unquoted one ends.

use gatewatch_diagnostic::{Diagnostic, Span};

use super::ast::{Literal, LiteralKind};
use super::problems;

/// White space between the words of a query.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}')
}

/// Characters that an unquoted literal holds only behind a backslash.
pub(super) const fn is_special(c: char) -> bool {
    matches!(
        c,
        '\\' | '(' | ')' | ':' | '<' | '>' | '"' | '*' | '{' | '}'
    )
}

/// What JavaScript's `trim` takes off.
const fn is_trimmed(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}' || c == '\u{feff}'
}

/// The bytes of white space at the start.
pub(super) fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}

/// Does `text` begin with the keyword, whatever its case, and white space after it? Gives the length of both.
pub(super) fn keyword_and_space(text: &str, keyword: &str) -> Option<usize> {
    let head = text.get(..keyword.len())?;
    let rest = &text[keyword.len()..];
    let after = spaces(rest);
    (head.eq_ignore_ascii_case(keyword) && after > 0).then_some(keyword.len() + after)
}

/// What an unquoted literal is made of.
enum Piece {
    Char(char),
    Star,
}

/// Reads literals from a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    problems: Vec<Diagnostic>,
}

/// A literal with what is wrong in it, and the offset after it.
pub(super) struct Read {
    pub(super) literal: Literal,
    pub(super) end: usize,
    pub(super) problems: Vec<Diagnostic>,
}

fn span(start: usize, end: usize) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            problems: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// `\t`, `\r`, `\n`: read before any other escape.
    fn escaped_white_space(&mut self) -> Option<char> {
        let c = match self.rest().as_bytes().get(..2)? {
            b"\\t" => '\t',
            b"\\r" => '\r',
            b"\\n" => '\n',
            _ => return None,
        };
        self.at += 2;
        Some(c)
    }

    /// One UTF-16 unit as `\uXXXX`, not yet stepped over.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())?
    }

    fn escaped_unicode(&mut self) -> Option<char> {
        const LENGTH: usize = 6;
        let start = self.at;
        let first = self.unit(start)?;
        self.at += LENGTH;
        if let Some(c) = char::from_u32(first) {
            return Some(c);
        }
        // Two halves make one character.
        if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, self.unit(self.at)) {
            self.at += LENGTH;
            return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        self.problems
            .push(problems::half_character(span(start, self.at)));
        Some(char::REPLACEMENT_CHARACTER)
    }
}

/// Reads a quoted literal; `at` is the offset of its opening quote.
pub(super) fn quoted(text: &str, at: usize) -> Read {
    let mut reader = Reader::new(text, at + 1);
    let mut value = String::new();
    loop {
        if let Some(c) = reader.escaped_white_space() {
            value.push(c);
            continue;
        }
        if let Some(c) = reader.escaped_unicode() {
            value.push(c);
            continue;
        }
        let mut chars = reader.rest().chars();
        match (chars.next(), chars.next()) {
            (Some('\\'), Some(c @ ('\\' | '"'))) => {
                value.push(c);
                reader.at += 2;
            }
            (Some('"'), _) => {
                reader.at += 1;
                break;
            }
            (Some(c), _) => {
                value.push(c);
                reader.at += c.len_utf8();
            }
            (None, _) => {
                let escaped = text[..reader.at].ends_with("\\\"");
                reader
                    .problems
                    .push(problems::unterminated_string(span(at, at + 1), escaped));
                break;
            }
        }
    }
    Read {
        literal: Literal {
            kind: LiteralKind::Text(value),
            quoted: true,
            span: span(at, reader.at),
        },
        end: reader.at,
        problems: reader.problems,
    }
}

/// Reads an unquoted literal; `None` if none begins at `at`.
pub(super) fn unquoted(text: &str, at: usize) -> Option<Read> {
    let mut reader = Reader::new(text, at);
    let mut pieces = Vec::new();
    while let Some(c) = reader.rest().chars().next() {
        if is_space(c) {
            // The whole run at once: where a keyword follows it, it follows at each of its places.
            let run = spaces(reader.rest());
            let after = &reader.rest()[run..];
            if keyword_and_space(after, "or").is_some() || keyword_and_space(after, "and").is_some()
            {
                break;
            }
            pieces.extend(reader.rest()[..run].chars().map(Piece::Char));
            reader.at += run;
        } else if c == '\\' {
            match reader.escape() {
                Some(c) => pieces.push(c),
                None => break,
            }
        } else if c == '*' {
            pieces.push(Piece::Star);
            reader.at += 1;
        } else if is_special(c) || keyword_and_space(reader.rest(), "not").is_some() {
            break;
        } else {
            pieces.push(Piece::Char(c));
            reader.at += c.len_utf8();
        }
    }
    if pieces.is_empty() {
        return None;
    }
    let written = text[at..reader.at].trim_end_matches(is_space);
    Some(Read {
        literal: Literal {
            kind: kind_of(&pieces),
            quoted: false,
            span: span(at, at + written.len()),
        },
        end: reader.at,
        problems: reader.problems,
    })
}

impl Reader<'_> {
    /// What a backslash outside of quotes and the characters after it stand for.
    fn escape(&mut self) -> Option<Piece> {
        if let Some(c) = self.escaped_white_space() {
            return Some(Piece::Char(c));
        }
        let start = self.at;
        let next = self.rest()[1..].chars().next();
        if let Some(c) = next.filter(|&c| is_special(c)) {
            self.at += 2;
            return Some(Piece::Char(c));
        }
        if let Some(c) = self.escaped_unicode() {
            return Some(Piece::Char(c));
        }
        self.at += 1;
        for keyword in ["or", "and", "not"] {
            if let Some(word) = self.rest().get(..keyword.len())
                && word.eq_ignore_ascii_case(keyword)
            {
                // The keyword's first letter is taken as a character; the others are no keyword any more.
                let first = word.chars().next()?;
                self.at += first.len_utf8();
                return Some(Piece::Char(first));
            }
        }
        let end = self.at + next.map_or(0, char::len_utf8);
        self.problems
            .push(problems::unknown_escape(span(start, end), next));
        Some(Piece::Char('\\'))
    }
}

fn kind_of(pieces: &[Piece]) -> LiteralKind {
    let trimmed = |piece: &Piece| matches!(piece, Piece::Char(c) if is_trimmed(*c));
    let start = pieces.iter().take_while(|piece| trimmed(piece)).count();
    let end = pieces.len()
        - pieces[start..]
            .iter()
            .rev()
            .take_while(|piece| trimmed(piece))
            .count();
    let mut texts = vec![String::new()];
    for piece in &pieces[start..end] {
        match (piece, texts.last_mut()) {
            (Piece::Char(c), Some(text)) => text.push(*c),
            _ => texts.push(String::new()),
        }
    }
    match texts.as_slice() {
        [only] => match only.as_str() {
            "true" => LiteralKind::Boolean(true),
            "false" => LiteralKind::Boolean(false),
            "null" => LiteralKind::Null,
            _ => LiteralKind::Text(texts.remove(0)),
        },
        _ => LiteralKind::Wildcard(texts),
    }
}
