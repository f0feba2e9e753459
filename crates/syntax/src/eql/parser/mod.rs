//! From tokens to tree.

mod clauses;
mod expressions;
mod operands;
mod pipes;
mod predicates;
mod statement;

use gatewatch_diagnostic::{Diagnostic, Span};

use super::ast::{Expr, Query};
use super::lexer::{Lexed, lex};
use super::problems;
use super::token::{self, Token, TokenKind};
use crate::Parsed;

/// The deepest tree of an expression; deeper ones are refused.
///
/// Who walks a tree may recurse without fear for the stack. A chain of `and` or `or` is one
/// level, however long; every other operator is a level.
pub const MAX_DEPTH: usize = 200;

/// The longest text in bytes; longer ones are refused.
pub const MAX_LENGTH: usize = 1 << 20;

/// How deep the parser itself may recurse. Parentheses and right operands take calls that leave
/// no trace in the tree. An unoptimised build needs some 5 KiB of stack for each, so that all of it
/// fits twice into the 2 MiB that a thread has.
const MAX_RECURSION: usize = MAX_DEPTH + 50;

/// Reads a whole query.
///
/// Never panics, takes time in proportion to the text, and reports every problem it can make out.
///
/// ```
/// use gatewatch_syntax::eql::parse_query;
///
/// let parsed = parse_query("process where process.pid = 4");
/// assert_eq!(parsed.diagnostics[0].code, "eql-single-equals");
/// assert!(parse_query("process where process.pid == 4").into_result().is_ok());
/// ```
#[must_use]
pub fn parse_query(text: &str) -> Parsed<Query> {
    parse(text, Parser::query)
}

/// Reads a single expression, such as a condition without `category where`.
#[must_use]
pub fn parse_expression(text: &str) -> Parsed<Expr> {
    parse(text, Parser::whole_expression)
}

/// The places of all comments of a text, which the tree does not hold.
///
/// ```
/// use gatewatch_syntax::eql::comments;
///
/// let text = "any where true // for now";
/// assert_eq!(comments(text)[0].text(text), "// for now");
/// ```
#[must_use]
pub fn comments(text: &str) -> Vec<Span> {
    if text.len() > MAX_LENGTH {
        return Vec::new();
    }
    lex(text).comments
}

fn parse<'a, T>(text: &'a str, read: fn(&mut Parser<'a>) -> Step<T>) -> Parsed<T> {
    if text.len() > MAX_LENGTH {
        return Parsed {
            tree: None,
            diagnostics: vec![problems::too_long(text.len(), MAX_LENGTH)],
        };
    }
    let mut parser = Parser::new(text, lex(text));
    let tree = read(&mut parser).ok().filter(|_| !parser.broken);
    let mut diagnostics = parser.diagnostics;
    // Stable, so that problems at one place stay in the order in which they were found.
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics.truncate(problems::MAX_PROBLEMS);
    Parsed { tree, diagnostics }
}

/// The problem has been reported; the caller is to find a place to go on.
struct Failed;

type Step<T> = Result<T, Failed>;

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    values: Vec<String>,
    position: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
    /// Whether a part of the tree stands in for something not understood.
    broken: bool,
    /// Whether to stop: nothing more is reported.
    aborted: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, lexed: Lexed) -> Self {
        Self {
            text,
            tokens: lexed.tokens,
            values: lexed.values,
            position: 0,
            depth: 0,
            diagnostics: lexed.diagnostics,
            broken: lexed.incomplete,
            aborted: false,
        }
    }

    fn token(&self) -> Token {
        self.tokens[self.position]
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// The token `ahead` places on; the end stays the end.
    fn ahead(&self, ahead: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.position + ahead).min(last)]
    }

    /// Steps over the present token, never past the end.
    fn advance(&mut self) -> Token {
        let token = self.token();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        token
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        self.at(kind).then(|| self.advance())
    }

    /// Where the token before the present one ends.
    fn previous_end(&self) -> u32 {
        match self.position.checked_sub(1) {
            Some(previous) => self.tokens[previous].span.end,
            None => 0,
        }
    }

    /// From a place to the end of what has been read.
    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.previous_end())
    }

    fn text(&self, token: Token) -> &'a str {
        token.span.text(self.text)
    }

    /// The value of a string or back-quoted name.
    fn value(&self, number: u32) -> String {
        self.values
            .get(number as usize)
            .cloned()
            .unwrap_or_default()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.aborted {
            return;
        }
        self.diagnostics.push(diagnostic);
        if self.diagnostics.len() >= problems::MAX_PROBLEMS {
            self.abort();
        }
    }

    /// Reports and gives up the present part.
    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Step<T> {
        self.report(diagnostic);
        Err(Failed)
    }

    /// Reports, and goes on with a tree that does not mean what the text means.
    fn report_broken(&mut self, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.broken = true;
    }

    /// Stops reading: whoever goes on finds the end of the text, and reports nothing.
    fn abort(&mut self) {
        self.aborted = true;
        self.broken = true;
        self.position = self.tokens.len() - 1;
    }

    fn too_deep<T>(&mut self) -> Step<T> {
        let span = self.span();
        self.report(problems::too_deep(span));
        self.abort();
        Err(Failed)
    }

    /// The present token in words.
    fn found(&self) -> String {
        self.describe(self.token())
    }

    fn describe(&self, token: Token) -> String {
        const LONGEST: usize = 40;
        let text = self.text(token);
        let shown: String = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        match token.kind {
            TokenKind::End => "the end of the text".to_owned(),
            TokenKind::String(_) => format!("the string {shown}"),
            TokenKind::QuotedIdentifier(_) => format!("the name {shown}"),
            TokenKind::Integer | TokenKind::Decimal => format!("the number {shown}"),
            _ => format!("`{shown}`"),
        }
    }

    /// The reserved word that a name was meant to be, when it is written with capitals.
    fn miswritten(&self, token: Token) -> Option<(&'static str, TokenKind)> {
        if token.kind == TokenKind::Identifier {
            token::miswritten_keyword(self.text(token))
        } else {
            None
        }
    }

    /// Steps over a reserved word, also if it is written with capitals, which is reported.
    fn eat_keyword(&mut self, kind: TokenKind) -> Option<Token> {
        if self.at(kind) {
            return Some(self.advance());
        }
        let token = self.token();
        let (keyword, meant) = self.miswritten(token)?;
        if meant != kind {
            return None;
        }
        self.report(problems::capital_keyword(
            token.span,
            self.text(token),
            keyword,
        ));
        Some(self.advance())
    }

    /// Steps forward to the first token, outside of brackets opened on the way, that `stop`
    /// accepts, or to the end.
    fn skip_until(&mut self, stop: impl Fn(TokenKind) -> bool) {
        let mut open = 0_usize;
        while !self.at(TokenKind::End) {
            let kind = self.kind();
            if open == 0 && stop(kind) {
                return;
            }
            match kind {
                TokenKind::LeftBracket | TokenKind::MissingOpen | TokenKind::LeftParenthesis => {
                    open += 1;
                }
                TokenKind::RightBracket | TokenKind::RightParenthesis => {
                    open = open.saturating_sub(1);
                }
                _ => {}
            }
            self.advance();
        }
    }
}
