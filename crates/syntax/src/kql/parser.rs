//! From text to tree.

use gatewatch_diagnostic::{Diagnostic, Span};

use super::ast::{Expr, ExprKind, Literal, LiteralKind, Query, RangeOperator, Value, ValueKind};
use super::literal::{self, is_special, keyword_and_space, spaces};
use super::{lucene, problems};
use crate::Parsed;

/// The deepest nesting of parentheses and braces; deeper texts are refused. Who walks a tree may recurse without fear for
/// the stack: each pair gives three levels of tree at most.
pub const MAX_DEPTH: usize = 100;

/// The longest text in bytes; longer ones are refused.
pub const MAX_LENGTH: usize = 1 << 20;

/// Reads a whole query.
///
/// Never panics, takes time in proportion to the text, and reports every problem it can make out. What Kibana accepts
/// and its author hardly meant (Lucene syntax, a path with a tab in it) gives a warning.
///
/// ```
/// use gatewatch_syntax::kql::parse_query;
///
/// assert!(parse_query("process.name: (cmd.exe or pwsh.exe) and not user.id: S-1-5-18").into_result().is_ok());
/// assert_eq!(parse_query("user.name: not root").diagnostics[0].code, "kql-not-after-colon");
/// ```
#[must_use]
pub fn parse_query(text: &str) -> Parsed<Query> {
    if text.len() > MAX_LENGTH {
        return Parsed {
            tree: None,
            diagnostics: vec![problems::too_long(text.len(), MAX_LENGTH)],
        };
    }
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        given_up: false,
        diagnostics: Vec::new(),
    };
    let tree = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|problem| problem.span.map(|span| span.start));
    Parsed { tree, diagnostics }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Nested too deep, or too many problems: the rest is not looked at.
    given_up: bool,
    diagnostics: Vec<Diagnostic>,
}

/// The levels of `or`, `and`, `not` are the same for expressions and for lists of values.
trait Operand: Sized {
    fn read(parser: &mut Parser<'_>) -> Option<Self>;
    fn or(operands: Vec<Self>) -> Self;
    fn and(operands: Vec<Self>) -> Self;
    fn not(operand: Self, start: u32) -> Self;
    fn span(&self) -> Span;
}

impl Operand for Expr {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        parser.comparison()
    }

    fn or(operands: Vec<Self>) -> Self {
        let span = hull(&operands);
        Self {
            kind: ExprKind::Or(operands),
            span,
        }
    }

    fn and(operands: Vec<Self>) -> Self {
        let span = hull(&operands);
        Self {
            kind: ExprKind::And(operands),
            span,
        }
    }

    fn not(operand: Self, start: u32) -> Self {
        Self {
            span: Span::at(start).to(operand.span),
            kind: ExprKind::Not(Box::new(operand)),
        }
    }

    fn span(&self) -> Span {
        self.span
    }
}

impl Operand for Value {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let literal = parser.literal("a value")?;
        parser.look_at_value(&literal);
        let after = spaces(parser.rest());
        if parser.rest()[after..].starts_with([':', '<', '>']) {
            let place = parser.span_of_next(after);
            return parser.fail(problems::list_of_fields(place));
        }
        Some(Self {
            span: literal.span,
            kind: ValueKind::Literal(literal),
        })
    }

    fn or(operands: Vec<Self>) -> Self {
        let span = hull(&operands);
        Self {
            kind: ValueKind::Or(operands),
            span,
        }
    }

    fn and(operands: Vec<Self>) -> Self {
        let span = hull(&operands);
        Self {
            kind: ValueKind::And(operands),
            span,
        }
    }

    fn not(operand: Self, start: u32) -> Self {
        Self {
            span: Span::at(start).to(operand.span),
            kind: ValueKind::Not(Box::new(operand)),
        }
    }

    fn span(&self) -> Span {
        self.span
    }
}

/// From the first operand to the last.
fn hull<T: Operand>(operands: &[T]) -> Span {
    match operands {
        [] => Span::at(0),
        [first, ..] => operands
            .iter()
            .fold(first.span(), |span, operand| span.to(operand.span())),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += spaces(self.rest());
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(offset(start), offset(end))
    }

    /// The place of the character that stands so many bytes ahead; empty at the end.
    fn span_of_next(&self, ahead: usize) -> Span {
        let start = self.at + ahead;
        let length = self.text[start..].chars().next().map_or(0, char::len_utf8);
        self.span(start, start + length)
    }

    fn report(&mut self, problem: Diagnostic) {
        if self.given_up {
            return;
        }
        self.diagnostics.push(problem);
        if self.diagnostics.len() >= problems::MAX_PROBLEMS {
            self.given_up = true;
        }
    }

    fn fail<T>(&mut self, problem: Diagnostic) -> Option<T> {
        self.report(problem);
        None
    }

    /// The next word or sign as a person would name it.
    fn found(&self) -> String {
        let rest = self.rest().trim_start_matches(literal::is_space);
        let Some(first) = rest.chars().next() else {
            return "the end".to_owned();
        };
        if is_special(first) {
            return format!("`{first}`");
        }
        let word: String = rest
            .chars()
            .take_while(|&c| !literal::is_space(c) && !is_special(c))
            .take(40)
            .collect();
        format!("`{word}`")
    }

    fn query(&mut self) -> Option<Query> {
        self.skip_spaces();
        if self.rest().is_empty() {
            return Some(Query { body: None });
        }
        let mut body = self.operands::<Expr>();
        loop {
            self.skip_spaces();
            if self.rest().is_empty() || self.given_up {
                return body.map(|body| Query { body: Some(body) });
            }
            self.report_rest();
            body = None;
            self.recover();
            if self.rest().starts_with([')', '}']) {
                self.at += 1;
                continue;
            }
            if !self.go_on::<Expr>() {
                return None;
            }
        }
    }

    /// `a or b and not c`
    fn operands<T: Operand>(&mut self) -> Option<T> {
        let mut alternatives = Vec::new();
        let mut sound = true;
        loop {
            match self.all::<T>() {
                Some(operand) => alternatives.push(operand),
                None => sound = false,
            }
            if !self.eat_keyword("or") {
                break;
            }
        }
        if !sound {
            return None;
        }
        Some(match alternatives.len() {
            1 => alternatives.remove(0),
            _ => T::or(alternatives),
        })
    }

    fn all<T: Operand>(&mut self) -> Option<T> {
        let mut operands = Vec::new();
        let mut sound = true;
        loop {
            match self.negated::<T>() {
                Some(operand) => operands.push(operand),
                None => {
                    sound = false;
                    self.recover();
                }
            }
            if self.given_up || !self.eat_keyword("and") {
                break;
            }
        }
        if !sound {
            return None;
        }
        Some(match operands.len() {
            1 => operands.remove(0),
            _ => T::and(operands),
        })
    }

    fn negated<T: Operand>(&mut self) -> Option<T> {
        let start = self.at;
        let Some(length) = keyword_and_space(self.rest(), "not") else {
            return self.operand();
        };
        self.at += length;
        if self.rest().is_empty() {
            let place = self.span(start, start + 3);
            return self.fail(problems::operand_missing(place, "not", "the end"));
        }
        let mut twice = false;
        while let Some(length) = keyword_and_space(self.rest(), "not") {
            if !twice {
                let place = self.span(start, self.at + 3);
                self.report(problems::double_not(place));
            }
            twice = true;
            self.at += length;
        }
        let operand = self.operand()?;
        Some(T::not(operand, offset(start)))
    }

    /// Parentheses, or what has no operators of its own.
    fn operand<T: Operand>(&mut self) -> Option<T> {
        if self.rest().starts_with('(') {
            self.enclosed(')', Self::operands::<T>)
        } else {
            T::read(self)
        }
    }

    /// What stands between a bracket and the one that closes it.
    fn enclosed<T>(&mut self, close: char, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let open = self.span_of_next(0);
        if self.depth >= MAX_DEPTH {
            self.report(problems::too_deep(open));
            self.given_up = true;
            return None;
        }
        self.depth += 1;
        self.at += 1;
        self.skip_spaces();
        let inner = read(self);
        self.skip_spaces();
        self.depth -= 1;
        if self.given_up {
            return None;
        }
        if self.rest().starts_with(close) {
            self.at += 1;
            return inner;
        }
        // What is wrong inside was told; a second complaint would not help.
        if inner.is_some() {
            if self.rest().is_empty() {
                let end = self.span_of_next(0);
                self.report(problems::unclosed(open, close, end));
            } else {
                self.report_rest();
            }
        }
        self.recover();
        if self.rest().starts_with(close) {
            self.at += 1;
        }
        None
    }

    /// `field: value`, a range, a nested query or free text.
    fn comparison(&mut self) -> Option<Expr> {
        let start = self.at;
        let first = self.literal("a field or a value")?;
        let after = self.at;
        self.skip_spaces();
        let rest = self.rest();
        let operators = [
            ("<=", RangeOperator::LessOrEqual),
            (">=", RangeOperator::GreaterOrEqual),
            ("<", RangeOperator::Less),
            (">", RangeOperator::Greater),
        ];
        if let Some(&(sign, operator)) = operators.iter().find(|(sign, _)| rest.starts_with(sign)) {
            self.look_at_field(&first);
            self.at += sign.len();
            self.skip_spaces();
            let value = self.literal("a value")?;
            return Some(Expr {
                span: self.span(start, start).to(value.span),
                kind: ExprKind::Range {
                    field: first,
                    operator,
                    value,
                },
            });
        }
        if !rest.starts_with(':') {
            // A keyword needs the white space before it.
            self.at = after;
            if let Some(warning) = lucene::in_free_text(&first) {
                self.report(warning);
            }
            return Some(Expr {
                span: first.span,
                kind: ExprKind::Anywhere(first),
            });
        }
        if let Some(reason) = lucene::reason(&self.text[start..self.at], ":", self.span_of_next(0))
        {
            return self.fail(reason);
        }
        self.look_at_field(&first);
        self.at += 1;
        self.skip_spaces();
        self.after_colon(first, start)
    }

    fn after_colon(&mut self, field: Literal, start: usize) -> Option<Expr> {
        let rest = self.rest();
        if rest.starts_with('{') {
            let body = self.enclosed('}', Self::operands::<Expr>)?;
            return Some(Expr {
                kind: ExprKind::Nested {
                    field,
                    body: Box::new(body),
                },
                span: self.span(start, self.at),
            });
        }
        if rest.starts_with('(') {
            let value = self.enclosed(')', Self::operands::<Value>)?;
            return Some(Expr {
                kind: ExprKind::Is { field, value },
                span: self.span(start, self.at),
            });
        }
        if let Some(sign) = ["<=", ">=", "<", ">"]
            .iter()
            .find(|sign| rest.starts_with(**sign))
        {
            let place = self.span(self.at, self.at + sign.len());
            let name = field.span.text(self.text);
            return self.fail(problems::colon_and_range(place, name, sign));
        }
        if let Some(length) = keyword_and_space(rest, "not") {
            let place = self.span(self.at, self.at + 3);
            self.report(problems::bare_not(place, field.span.text(self.text)));
            self.at += length;
            while let Some(length) = keyword_and_space(self.rest(), "not") {
                self.at += length;
            }
        }
        let literal = self.literal("a value")?;
        self.look_at_value(&literal);
        Some(Expr {
            span: self.span(start, start).to(literal.span),
            kind: ExprKind::Is {
                field,
                value: Value {
                    span: literal.span,
                    kind: ValueKind::Literal(literal),
                },
            },
        })
    }

    /// A literal; stops before the white space after a quoted one, and before a keyword.
    fn literal(&mut self, wanted: &str) -> Option<Literal> {
        let read = if self.rest().starts_with('"') {
            Some(literal::quoted(self.text, self.at))
        } else {
            literal::unquoted(self.text, self.at)
        };
        let Some(read) = read else {
            let problem = self.no_literal(wanted);
            return self.fail(problem);
        };
        self.at = read.end;
        for problem in read.problems {
            self.report(problem);
        }
        // `knot x`: the word is cut, and what follows has no operator before it.
        if !read.literal.quoted
            && keyword_and_space(self.rest(), "not").is_some()
            && !self.text[..self.at].ends_with(literal::is_space)
        {
            let place = self.span(self.at, self.at + 3);
            return self.fail(problems::not_in_word(place));
        }
        Some(read.literal)
    }

    fn no_literal(&self, wanted: &str) -> Diagnostic {
        let place = self.span_of_next(0);
        let rest = self.rest();
        let before = self.text[..self.at].trim_end_matches(literal::is_space);
        let word = before
            .rsplit(|c| literal::is_space(c) || matches!(c, '(' | '{'))
            .next()
            .unwrap_or("");
        let after_keyword = ["and", "or", "not"]
            .into_iter()
            .find(|keyword| word.eq_ignore_ascii_case(keyword));
        if rest.starts_with([':', '<', '>']) && !before.ends_with([':', '<', '>']) {
            return problems::field_missing(place, &rest[..1]);
        }
        match after_keyword {
            Some(keyword) if !rest.starts_with('{') => {
                problems::operand_missing(place, keyword, &self.found())
            }
            _ => problems::expected(place, wanted, &self.found()),
        }
    }

    /// Steps over `and` or `or` with its white space, if it comes next.
    fn eat_keyword(&mut self, keyword: &str) -> bool {
        let before = spaces(self.rest());
        if before == 0 {
            return false;
        }
        let Some(length) = keyword_and_space(&self.rest()[before..], keyword) else {
            return false;
        };
        self.at += before + length;
        true
    }

    /// What comes next cannot be part of what was read.
    fn report_rest(&mut self) {
        let place = self.span_of_next(0);
        let rest = self.rest();
        let found = self.found();
        let before = &self.text[self.text[..self.at]
            .char_indices()
            .rev()
            .nth(200)
            .map_or(0, |(at, _)| at)..self.at];
        let lucene = lucene::reason(before, rest, place);
        if lucene.is_some() {
            // The same was told as a warning while the value before it was read.
            self.diagnostics
                .retain(|told| told.is_error() || told.code != "kql-lucene-syntax");
        }
        let problem = lucene.unwrap_or_else(|| {
            let tight = ["and", "or"].into_iter().find(|keyword| {
                rest.get(..keyword.len())
                    .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
            });
            match (rest.chars().next(), tight) {
                (Some(')' | '}'), _) => problems::closes_nothing(place, &found),
                (Some(c @ (':' | '<' | '>')), _) => problems::special_character(place, c),
                (_, Some(keyword)) => problems::tight_keyword(place, keyword),
                _ => problems::operator_missing(place, &found),
            }
        });
        self.report(problem);
    }

    /// After a problem: goes to the next `and` or `or`, closing bracket or the end, over brackets and quotes.
    fn recover(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' => {
                    self.at = literal::quoted(self.text, self.at).end;
                    continue;
                }
                '\\' => {
                    let next = self.rest()[1..].chars().next();
                    self.at += 1 + next.map_or(0, char::len_utf8);
                    continue;
                }
                '(' | '{' => open += 1,
                ')' | '}' if open == 0 => return,
                ')' | '}' => open -= 1,
                c if literal::is_space(c) => {
                    let run = spaces(self.rest());
                    let after = &self.rest()[run..];
                    let keyword = keyword_and_space(after, "and").is_some()
                        || keyword_and_space(after, "or").is_some();
                    if open == 0 && keyword {
                        return;
                    }
                    self.at += run;
                    continue;
                }
                _ => {}
            }
            self.at += c.len_utf8();
        }
    }

    /// After a problem at the top: reads on for further problems.
    fn go_on<T: Operand>(&mut self) -> bool {
        if self.eat_keyword("and") || self.eat_keyword("or") {
            let _ = self.operands::<T>();
            return true;
        }
        false
    }

    fn look_at_field(&mut self, field: &Literal) {
        if let Some(warning) = lucene::in_field(field) {
            self.report(warning);
        }
    }

    fn look_at_value(&mut self, value: &Literal) {
        if let Some(warning) = lucene::in_value(value) {
            self.report(warning);
        }
        let LiteralKind::Text(text) = &value.kind else {
            return;
        };
        let written = value.span.text(self.text);
        let is_path = value.quoted && written.contains('\\') && looks_like_path(written);
        if !is_path {
            return;
        }
        for (c, escape, name) in [
            ('\t', 't', "tab"),
            ('\r', 'r', "carriage return"),
            ('\n', 'n', "line feed"),
        ] {
            if text.contains(c) && written.contains(&format!("\\{escape}")) {
                self.report(problems::path_escape(value.span, escape, name));
            }
        }
    }
}

/// Is this, as written in quotes, a Windows path: with a drive, or with several backslashes?
fn looks_like_path(written: &str) -> bool {
    let inner = written.trim_matches('"');
    inner.get(1..3) == Some(":\\") || inner.matches('\\').count() > 1
}
