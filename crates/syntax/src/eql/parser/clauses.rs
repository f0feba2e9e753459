//! Steps, join keys and `with`.

use gatewatch_diagnostic::Span;

use super::{Failed, Parser, Step};
use crate::eql::ast::{ExprKind, Field, MaxSpan, Runs, Term, TimeUnit};
use crate::eql::problems;
use crate::eql::token::{Token, TokenKind};

/// The most times a step may be repeated.
const MAX_RUNS: u32 = 100;

impl Parser<'_> {
    /// Whether the present token is a reserved word, or is it but for its capitals.
    pub(super) fn meant_is(&self, kind: TokenKind) -> bool {
        let token = self.token();
        token.kind == kind
            || self
                .miswritten(token)
                .is_some_and(|(_, meant)| meant == kind)
    }

    pub(super) fn at_term(&self) -> bool {
        matches!(self.kind(), TokenKind::LeftBracket | TokenKind::MissingOpen)
    }

    /// Steps forward to what may follow a faulty clause.
    pub(super) fn skip_to_term(&mut self) {
        while !self.at_term()
            && !matches!(
                self.kind(),
                TokenKind::End | TokenKind::Pipe | TokenKind::Until
            )
        {
            self.advance();
        }
    }

    /// `by field, field`, or no keys if there is no `by`.
    pub(super) fn keys_if_any(&mut self) -> Step<Vec<Field>> {
        let mut keys = Vec::new();
        if self.eat_keyword(TokenKind::By).is_none() {
            return Ok(keys);
        }
        loop {
            let start = self.span().start;
            let Ok(key) = self.expression() else {
                self.broken = true;
                self.skip_to_term();
                return if self.at_term() {
                    Ok(keys)
                } else {
                    Err(Failed)
                };
            };
            match key.kind {
                ExprKind::Field(field) => keys.push(field),
                _ => {
                    let span = self.span_from(start);
                    self.report_broken(problems::unsupported_key(span));
                }
            }
            if self.eat(TokenKind::Comma).is_none() {
                return Ok(keys);
            }
        }
    }

    /// `[filter] by keys with runs=N`. Whatever is wrong between the brackets, the next step is
    /// read.
    pub(super) fn term(&mut self) -> Step<Term> {
        let open = self.advance();
        let filter = match self.event_filter() {
            Ok(filter) => {
                if !self.at(TokenKind::RightBracket) {
                    self.unclosed_term(open.span)?;
                }
                filter
            }
            Err(Failed) => {
                let span = self.span_from(open.span.start);
                self.filter_stand_in(span)
            }
        };
        self.skip_until(|kind| matches!(kind, TokenKind::RightBracket | TokenKind::Pipe));
        if self.eat(TokenKind::RightBracket).is_none() {
            self.broken = true;
            return Err(Failed);
        }
        self.fork();
        let mut by = self.keys_if_any()?;
        let runs = self.runs_clause();
        if self.meant_is(TokenKind::By) {
            let span = self.span();
            self.report(problems::by_after_runs(span));
            by.extend(self.keys_if_any()?);
        }
        Ok(Term {
            missing: open.kind == TokenKind::MissingOpen,
            filter,
            by,
            runs,
            span: self.span_from(open.span.start),
        })
    }

    fn unclosed_term(&mut self, open: Span) -> Step<()> {
        self.broken = true;
        let (span, found) = (self.span(), self.found());
        if matches!(
            self.kind(),
            TokenKind::End
                | TokenKind::Pipe
                | TokenKind::LeftBracket
                | TokenKind::MissingOpen
                | TokenKind::By
                | TokenKind::With
                | TokenKind::Until
        ) {
            return self.fail(problems::unclosed(span, open, "]", &found));
        }
        let _: Step<()> = self.unexpected_after_expression("an operator or `]`");
        Ok(())
    }

    /// `fork` and `fork=true`, which other engines have.
    fn fork(&mut self) {
        let token = self.token();
        if token.kind != TokenKind::Identifier || self.text(token) != "fork" {
            return;
        }
        self.advance();
        if matches!(self.kind(), TokenKind::Assign | TokenKind::Equal) {
            self.advance();
            self.advance();
        }
        let span = self.span_from(token.span.start);
        self.report(problems::fork(span));
    }

    /// `with runs=N`, if it is there. After a fault the step counts as if it were not.
    fn runs_clause(&mut self) -> Option<Runs> {
        self.eat_keyword(TokenKind::With)?;
        let option = self.token();
        let text = self.text(option);
        if option.kind != TokenKind::Identifier || text != "runs" {
            let found = self.found();
            self.report_broken(problems::step_option(option.span, &found));
            self.skip_to_term();
            return None;
        }
        self.advance();
        self.assign("runs");
        let token = self.token();
        let start = token.span.start;
        let count = match token.kind {
            TokenKind::Integer => self.text(token).parse().ok(),
            _ => None,
        };
        match count {
            Some(count @ 1..=MAX_RUNS) => {
                self.advance();
                Some(Runs {
                    count,
                    span: token.span,
                })
            }
            _ => {
                self.eat(TokenKind::Minus);
                if matches!(self.kind(), TokenKind::Integer | TokenKind::Decimal) {
                    self.advance();
                }
                let span = self.span_from(start);
                let found = match span.text(self.text) {
                    "" => self.found(),
                    number => format!("`{number}`"),
                };
                let span = if span.is_empty() { token.span } else { span };
                self.report_broken(problems::runs_value(span, &found));
                None
            }
        }
    }

    /// The `=` of an option.
    fn assign(&mut self, option: &str) {
        if self.eat(TokenKind::Assign).is_some() {
            return;
        }
        let (span, found) = (self.span(), self.found());
        self.report_broken(problems::option_without_assign(span, option, &found));
        if matches!(self.kind(), TokenKind::Equal | TokenKind::Colon) {
            self.advance();
        }
    }

    /// `with maxspan=N unit`. A fault in it leaves the sequence without one.
    pub(super) fn maxspan_clause(&mut self) -> Step<Option<MaxSpan>> {
        self.eat_keyword(TokenKind::With);
        if self.eat_keyword(TokenKind::Maxspan).is_none() {
            let (span, found) = (self.span(), self.found());
            self.report_broken(problems::sequence_option(span, &found));
            self.skip_to_term();
            return Ok(None);
        }
        self.assign("maxspan");
        let number = self.token();
        if !matches!(number.kind, TokenKind::Integer | TokenKind::Decimal) {
            let found = self.found();
            self.report_broken(problems::maxspan_form(number.span, &found));
            self.skip_to_term();
            return Ok(None);
        }
        self.advance();
        let unit = self.eat(TokenKind::Identifier);
        let span = self.span_from(number.span.start);
        if number.kind == TokenKind::Decimal {
            self.report_broken(problems::maxspan_decimal(span));
            return Ok(None);
        }
        let digits = self.text(number);
        let Some(unit) = unit else {
            self.report_broken(problems::maxspan_without_unit(span, digits));
            return Ok(None);
        };
        let Some(unit) = self.unit(unit) else {
            return Ok(None);
        };
        // Elasticsearch reads the number as a signed 64-bit integer.
        match digits
            .parse::<i64>()
            .ok()
            .and_then(|value| u64::try_from(value).ok())
        {
            Some(0) => self.report_broken(problems::maxspan_zero(span)),
            Some(value) => return Ok(Some(MaxSpan { value, unit, span })),
            None => self.report_broken(problems::maxspan_too_large(span)),
        }
        Ok(None)
    }

    fn unit(&mut self, token: Token) -> Option<TimeUnit> {
        let text = self.text(token);
        let (unit, meant) = match text {
            "ms" => (Some(TimeUnit::Millisecond), None),
            "s" => (Some(TimeUnit::Second), None),
            "m" => (Some(TimeUnit::Minute), None),
            "h" => (Some(TimeUnit::Hour), None),
            "d" => (Some(TimeUnit::Day), None),
            _ => (None, near_unit(text)),
        };
        if unit.is_none() {
            self.report_broken(problems::maxspan_unit(token.span, text, meant));
        }
        unit
    }
}

/// The unit that a longer word for it was meant to be.
fn near_unit(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    if word == "ms" || word.starts_with("milli") {
        Some("ms")
    } else if word.starts_with('s') {
        Some("s")
    } else if word == "m" || word.starts_with("min") {
        Some("m")
    } else if word.starts_with('h') {
        Some("h")
    } else if word.starts_with('d') {
        Some("d")
    } else {
        None
    }
}
