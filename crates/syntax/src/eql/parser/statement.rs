//! Whole queries: events, sequences, samples.

use gatewatch_diagnostic::Span;

use super::{Failed, Parser, Step};
use crate::eql::ast::{
    Category, EventFilter, Expr, ExprKind, Field, Literal, Query, QueryBody, Sample, Sequence, Term,
};
use crate::eql::problems;
use crate::eql::token::TokenKind;

/// The bounds on the filters of a sample.
const SAMPLE_TERMS: std::ops::RangeInclusive<usize> = 2..=5;

impl Parser<'_> {
    /// A query that is the whole text.
    pub(super) fn query(&mut self) -> Step<Query> {
        if self.at(TokenKind::End) {
            let span = self.span();
            if self.diagnostics.is_empty() {
                self.report(problems::empty(span, self.text));
            }
            return Err(Failed);
        }
        let start = self.span().start;
        let body = self.body();
        if !matches!(self.kind(), TokenKind::Pipe | TokenKind::End) {
            if body.is_ok() {
                self.unexpected_after_body();
            }
            self.broken = true;
            self.skip_until(|kind| kind == TokenKind::Pipe);
        }
        let is_sample = matches!(body, Ok(QueryBody::Sample(_)));
        let pipes = self.pipes(is_sample);
        Ok(Query {
            body: body?,
            pipes,
            span: self.span_from(start),
        })
    }

    fn body(&mut self) -> Step<QueryBody> {
        let named = self.ahead(1).kind == TokenKind::Where;
        match self.kind() {
            TokenKind::Sequence if !named => Ok(QueryBody::Sequence(self.sequence()?)),
            TokenKind::Sample if !named => Ok(QueryBody::Sample(self.sample()?)),
            TokenKind::Join if !named => self.join(),
            _ => {
                if let Some((keyword, TokenKind::Sequence | TokenKind::Sample)) =
                    self.miswritten(self.token())
                    && !named
                {
                    let (span, text) = (self.span(), self.text(self.token()));
                    return self.fail(problems::capital_keyword(span, text, keyword));
                }
                Ok(QueryBody::Event(self.event_filter()?))
            }
        }
    }

    /// What stands where pipes or the end were expected.
    fn unexpected_after_body(&mut self) {
        let token = self.token();
        let problem = match token.kind {
            TokenKind::LeftBracket | TokenKind::MissingOpen => {
                problems::expected(token.span, "a pipe or the end of the text", &self.found())
                    .with_hint("steps in brackets need `sequence` or `sample` before them")
            }
            _ => {
                let _: Step<()> =
                    self.unexpected_after_expression("an operator, a pipe or the end of the text");
                return;
            }
        };
        self.report(problem);
    }

    /// `category where condition`.
    pub(super) fn event_filter(&mut self) -> Step<EventFilter> {
        let start = self.span().start;
        let category = self.category()?;
        if self.eat_keyword(TokenKind::Where).is_none() {
            return self.missing_where();
        }
        if matches!(
            self.kind(),
            TokenKind::End | TokenKind::RightBracket | TokenKind::Pipe
        ) {
            let span = self.span_from(start);
            return self.fail(problems::missing_condition(span));
        }
        let condition = self.expression()?;
        Ok(EventFilter {
            category,
            condition,
            span: self.span_from(start),
        })
    }

    fn missing_where(&mut self) -> Step<EventFilter> {
        let span = self.span();
        let found = self.found();
        self.fail(problems::missing_where(span, &found))
    }

    fn category(&mut self) -> Step<Category> {
        if self.at(TokenKind::Question) {
            let question = self.advance();
            self.report(problems::optional_category(question.span));
        }
        let token = self.token();
        let name = match token.kind {
            TokenKind::Any => None,
            TokenKind::Identifier => Some(self.text(token).to_owned()),
            TokenKind::String(number) => Some(self.value(number)),
            TokenKind::QuotedIdentifier(number) => {
                self.report(problems::quoted_category(token.span));
                Some(self.value(number))
            }
            kind if kind.is_keyword() && self.ahead(1).kind == TokenKind::Where => {
                let text = self.text(token);
                self.report(problems::keyword_category(token.span, text));
                Some(text.to_owned())
            }
            _ => {
                let found = self.found();
                return self.fail(problems::bad_category(token.span, &found));
            }
        };
        self.advance();
        Ok(Category {
            name,
            span: token.span,
        })
    }

    fn sequence(&mut self) -> Step<Sequence> {
        let keyword = self.advance().span;
        let mut by = self.keys_if_any()?;
        let mut maxspan = None;
        while self.meant_is(TokenKind::With) {
            let clause = self.span();
            let read = self.maxspan_clause()?;
            if maxspan.is_some() && read.is_some() {
                self.report_broken(problems::maxspan_twice(clause));
            }
            maxspan = read.or(maxspan);
            let keys = self.span();
            if self.meant_is(TokenKind::By) {
                self.report(problems::with_before_by(keys));
                by.extend(self.keys_if_any()?);
            }
        }
        let (terms, until) = self.terms("sequence")?;
        let sequence = Sequence {
            by,
            maxspan,
            terms,
            until,
            span: self.span_from(keyword.start),
        };
        self.check_sequence(&sequence, keyword);
        Ok(sequence)
    }

    /// The steps and what ends them early.
    fn terms(&mut self, clause: &str) -> Step<(Vec<Term>, Option<Term>)> {
        let mut terms = Vec::new();
        let mut until = None;
        if !self.at_term() {
            let (span, found) = (self.span(), self.found());
            return self.fail(problems::no_steps(span, clause, &found));
        }
        loop {
            if self.at_term() {
                let term = self.term()?;
                if until.is_some() {
                    self.report_broken(problems::step_after_until(term.span));
                }
                terms.push(term);
            } else if self.eat_keyword(TokenKind::Until).is_some() {
                if !self.at_term() {
                    let (span, found) = (self.span(), self.found());
                    return self.fail(problems::no_steps(span, "`until`", &found));
                }
                until = Some(self.until()?);
            } else {
                return Ok((terms, until));
            }
        }
    }

    fn until(&mut self) -> Step<Term> {
        let opening = self.span();
        let mut term = self.term()?;
        if term.missing {
            self.report_broken(problems::until_missing(opening));
            term.missing = false;
        }
        if let Some(runs) = term.runs.take() {
            self.report_broken(problems::until_runs(runs.span));
        }
        Ok(term)
    }

    fn check_sequence(&mut self, sequence: &Sequence, keyword: Span) {
        if let Some(first) = sequence.terms.first() {
            let others = sequence.terms.iter().skip(1).chain(&sequence.until);
            self.check_key_counts(first, others);
        }
        let steps: u32 = sequence
            .terms
            .iter()
            .fold(0, |sum, term| sum.saturating_add(term.run_count()));
        if steps < 2 {
            self.report_broken(problems::sequence_too_short(keyword));
        }
        let missing = sequence.terms.iter().find(|term| term.missing);
        if let (Some(term), None) = (missing, sequence.maxspan) {
            self.report_broken(problems::missing_needs_maxspan(term.span));
        }
        if sequence.terms.iter().all(|term| term.missing) {
            self.report_broken(problems::only_missing(keyword));
        }
    }

    fn check_key_counts<'t>(&mut self, first: &Term, others: impl Iterator<Item = &'t Term>) {
        let expected = first.by.len();
        for term in others {
            let found = term.by.len();
            if found != expected {
                let span = keys_span(&term.by).unwrap_or(term.span);
                let first = keys_span(&first.by).unwrap_or(first.span);
                self.report_broken(problems::key_count(span, expected, found, first));
            }
        }
    }

    fn sample(&mut self) -> Step<Sample> {
        let keyword = self.advance().span;
        let by = self.keys_if_any()?;
        if self.meant_is(TokenKind::With) {
            let span = self.span();
            self.report_broken(problems::sample_clause(span, "`with` clause"));
            self.skip_to_term();
        }
        let (mut terms, until) = self.terms("sample")?;
        if let Some(until) = until {
            self.report_broken(problems::sample_clause(until.span, "`until`"));
        }
        for term in &mut terms {
            if std::mem::take(&mut term.missing) {
                self.report_broken(problems::sample_clause(term.span, "missing events"));
            }
            if let Some(runs) = term.runs.take() {
                self.report_broken(problems::sample_clause(runs.span, "`runs`"));
            }
        }
        if !SAMPLE_TERMS.contains(&terms.len()) {
            self.report_broken(problems::sample_steps(keyword, terms.len()));
        }
        if let Some((first, others)) = terms.split_first() {
            self.check_key_counts(first, others.iter());
            if by.is_empty() && terms.iter().all(|term| term.by.is_empty()) {
                self.report_broken(problems::sample_without_keys(keyword));
            }
        }
        Ok(Sample {
            by,
            terms,
            span: self.span_from(keyword.start),
        })
    }

    /// Reads a join to find what else is wrong; there is no tree for it.
    fn join(&mut self) -> Step<QueryBody> {
        let keyword = self.advance().span;
        self.report(problems::join(keyword));
        self.keys_if_any()?;
        self.terms("join")?;
        self.broken = true;
        Err(Failed)
    }

    /// A filter to stand in for one that was not understood.
    pub(super) fn filter_stand_in(&mut self, span: Span) -> EventFilter {
        self.broken = true;
        EventFilter {
            category: Category { name: None, span },
            condition: Expr {
                kind: ExprKind::Literal(Literal::Null),
                span,
            },
            span,
        }
    }
}

/// The place of all keys of a step.
fn keys_span(keys: &[Field]) -> Option<Span> {
    let first = keys.first()?.span;
    Some(keys.last().map_or(first, |last| first.to(last.span)))
}
