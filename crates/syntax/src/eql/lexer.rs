//! From text to tokens.

mod strings;

use gatewatch_diagnostic::{Diagnostic, Span};

use super::problems;
use super::token::{self, Token, TokenKind};

/// What a text is made of.
pub(super) struct Lexed {
    /// The tokens; the last is always `End`.
    pub(super) tokens: Vec<Token>,
    /// The values of strings and back-quoted names, by the number in their token.
    pub(super) values: Vec<String>,
    /// The places of comments.
    pub(super) comments: Vec<Span>,
    /// What could not be read.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether something had to be left out, so that the tokens do not mean what the text means.
    pub(super) incomplete: bool,
}

/// Cuts a text into tokens. The text must be shorter than 4 GiB.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        position: 0,
        lexed: Lexed {
            tokens: Vec::new(),
            values: Vec::new(),
            comments: Vec::new(),
            diagnostics: Vec::new(),
            incomplete: false,
        },
    };
    while lexer.position < lexer.bytes.len() {
        if lexer.lexed.diagnostics.len() >= problems::MAX_PROBLEMS {
            lexer.lexed.incomplete = true;
            break;
        }
        lexer.next_piece();
    }
    let end = lexer.offset(lexer.bytes.len());
    lexer.lexed.tokens.push(Token {
        kind: TokenKind::End,
        span: Span::at(end),
    });
    lexer.lexed
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    lexed: Lexed,
}

impl Lexer<'_> {
    /// The byte `ahead` places on, 0 past the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.bytes[self.position..].starts_with(prefix.as_bytes())
    }

    /// An offset as spans count it.
    fn offset(&self, position: usize) -> u32 {
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.offset(start), self.offset(end))
    }

    /// Adds a token from `start` to the present position.
    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span(start, self.position);
        self.lexed.tokens.push(Token { kind, span });
    }

    /// Takes `length` bytes as a token.
    fn take(&mut self, kind: TokenKind, length: usize) {
        let start = self.position;
        self.position += length;
        self.push(kind, start);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.lexed.diagnostics.push(diagnostic);
    }

    fn next_piece(&mut self) {
        match self.peek(0) {
            b' ' | b'\t' | b'\r' | b'\n' => self.position += 1,
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.single_quoted(),
            b'?' if matches!(self.peek(1), b'"' | b'\'') => self.question_string(),
            b'`' => self.quoted_identifier(),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            byte if token::is_identifier_start(byte) => self.word(),
            _ => self.sign(),
        }
    }

    fn line_comment(&mut self) {
        let start = self.position;
        while !matches!(self.peek(0), b'\r' | b'\n') && self.position < self.bytes.len() {
            self.position += 1;
        }
        let span = self.span(start, self.position);
        self.lexed.comments.push(span);
    }

    fn block_comment(&mut self) {
        let start = self.position;
        let mut depth = 0_usize;
        while self.position < self.bytes.len() {
            if self.starts_with("/*") {
                depth += 1;
                self.position += 2;
            } else if self.starts_with("*/") {
                depth -= 1;
                self.position += 2;
                if depth == 0 {
                    let span = self.span(start, self.position);
                    self.lexed.comments.push(span);
                    return;
                }
            } else {
                self.position += 1;
            }
        }
        let problem = problems::unterminated_comment(self.span(start, start + 2), depth);
        self.report(problem);
        self.lexed.incomplete = true;
    }

    fn word(&mut self) {
        let start = self.position;
        self.position += 1;
        while token::is_identifier_part(self.peek(0)) {
            self.position += 1;
        }
        let word = &self.text[start..self.position];
        let tilde = self.peek(0) == b'~' && self.bytes[start].is_ascii_alphabetic();
        if tilde {
            let kind = match word {
                "in" => TokenKind::InInsensitive,
                "like" => TokenKind::LikeInsensitive,
                "regex" => TokenKind::RegexInsensitive,
                _ => TokenKind::TildeIdentifier,
            };
            self.position += 1;
            self.push(kind, start);
        } else {
            let kind = token::keyword(word).unwrap_or(TokenKind::Identifier);
            self.push(kind, start);
        }
    }

    fn digits(&mut self) {
        while self.peek(0).is_ascii_digit() {
            self.position += 1;
        }
    }

    fn number(&mut self) {
        let start = self.position;
        let mut kind = TokenKind::Integer;
        self.digits();
        if self.peek(0) == b'.' {
            kind = TokenKind::Decimal;
            self.position += 1;
            self.digits();
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                kind = TokenKind::Decimal;
                self.position += 1 + sign;
                self.digits();
            }
        }
        self.push(kind, start);
    }

    fn sign(&mut self) {
        let (kind, length) = match (self.peek(0), self.peek(1)) {
            (b'=', b'=') => (TokenKind::Equal, 2),
            (b'=', _) => (TokenKind::Assign, 1),
            (b'!', b'=') => (TokenKind::NotEqual, 2),
            (b'!', b':') => (TokenKind::BangColon, 2),
            (b'!', b'[') => (TokenKind::MissingOpen, 2),
            (b'<', b'>') => return self.foreign("<>", "!=", TokenKind::NotEqual),
            (b'<', b'=') => (TokenKind::LessOrEqual, 2),
            (b'<', _) => (TokenKind::Less, 1),
            (b'>', b'=') => (TokenKind::GreaterOrEqual, 2),
            (b'>', _) => (TokenKind::Greater, 1),
            (b'&', b'&') => return self.foreign("&&", "and", TokenKind::And),
            (b'|', b'|') => return self.foreign("||", "or", TokenKind::Or),
            (b'|', _) => (TokenKind::Pipe, 1),
            (b'!', _) => return self.bang(),
            (b':', _) => (TokenKind::Colon, 1),
            (b'+', _) => (TokenKind::Plus, 1),
            (b'-', _) => (TokenKind::Minus, 1),
            (b'*', _) => (TokenKind::Star, 1),
            (b'/', _) => (TokenKind::Slash, 1),
            (b'%', _) => (TokenKind::Percent, 1),
            (b'.', _) => (TokenKind::Dot, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b'[', _) => (TokenKind::LeftBracket, 1),
            (b']', _) => (TokenKind::RightBracket, 1),
            (b'(', _) => (TokenKind::LeftParenthesis, 1),
            (b')', _) => (TokenKind::RightParenthesis, 1),
            (b'?', _) => (TokenKind::Question, 1),
            _ => return self.unknown(),
        };
        self.take(kind, length);
    }

    /// A sign of other languages that has an equal here.
    fn foreign(&mut self, sign: &str, ours: &str, kind: TokenKind) {
        let span = self.span(self.position, self.position + sign.len());
        self.report(problems::foreign_operator(span, sign, ours));
        self.take(kind, sign.len());
    }

    fn bang(&mut self) {
        let mut ahead = 1;
        while matches!(self.peek(ahead), b' ' | b'\t' | b'\r' | b'\n') {
            ahead += 1;
        }
        if ahead > 1 && self.peek(ahead) == b'[' {
            let span = self.span(self.position, self.position + ahead + 1);
            self.report(problems::split_missing_open(span));
            return self.take(TokenKind::MissingOpen, ahead + 1);
        }
        self.foreign("!", "not", TokenKind::Not);
    }

    fn unknown(&mut self) {
        let character = self.text[self.position..].chars().next().unwrap_or('\0');
        let start = self.position;
        self.position += character.len_utf8();
        let span = self.span(start, self.position);
        self.report(problems::unknown_character(span, character));
        // A stray blank separates words as a real one would; anything else may have meant something.
        if !character.is_whitespace() && character != '\u{feff}' {
            self.lexed.incomplete = true;
        }
    }
}
