//! What follows a primary directly: `in`, `:`, `like`, `regex`.

use gatewatch_diagnostic::Span;

use super::expressions::{Binding, Operand};
use super::{Parser, Step};
use crate::eql::ast::{
    Comparison, ComparisonOperator, Constant, Expr, ExprKind, InList, Literal, StringMatch,
    StringOperator,
};
use crate::eql::problems;
use crate::eql::token::{Token, TokenKind};

fn string_operator(kind: TokenKind) -> Option<StringOperator> {
    Some(match kind {
        TokenKind::Colon | TokenKind::BangColon => StringOperator::Colon,
        TokenKind::Like => StringOperator::Like,
        TokenKind::LikeInsensitive => StringOperator::LikeInsensitive,
        TokenKind::Regex => StringOperator::Regex,
        TokenKind::RegexInsensitive => StringOperator::RegexInsensitive,
        _ => return None,
    })
}

impl Parser<'_> {
    /// The predicate of a primary, or the primary alone if none follows.
    pub(super) fn predicate(&mut self, primary: Operand) -> Step<Operand> {
        let token = self.token();
        let meant = self.meant(token);
        if meant == TokenKind::Not {
            let next = self.ahead(1);
            return match self.meant(next) {
                TokenKind::In | TokenKind::InInsensitive => {
                    let not = self.eat_keyword(TokenKind::Not);
                    self.in_list(primary, not)
                }
                kind if string_operator(kind).is_some() => self.misplaced_not(primary, next),
                TokenKind::Equal => self.misplaced_not(primary, next),
                _ => Ok(primary),
            };
        }
        match meant {
            TokenKind::In | TokenKind::InInsensitive => self.in_list(primary, None),
            TokenKind::Identifier if self.text(token).eq_ignore_ascii_case("is") => {
                self.is_null(primary)
            }
            kind if string_operator(kind).is_some() => self.string_match(primary),
            _ => Ok(primary),
        }
    }

    /// What a token is, reserved words in capitals taken for what they were meant to be.
    fn meant(&self, token: Token) -> TokenKind {
        self.miswritten(token).map_or(token.kind, |(_, kind)| kind)
    }

    /// `x not like "a"`: meant is `not x like "a"`.
    fn misplaced_not(&mut self, primary: Operand, next: Token) -> Step<Operand> {
        let not = self.advance();
        let operator = self.text(next);
        self.report(problems::infix_not(not.span, operator));
        if next.kind == TokenKind::Equal {
            self.broken = true;
            return Ok(primary);
        }
        let inner = self.string_match(primary)?;
        self.negated(inner)
    }

    fn negated(&mut self, inner: Operand) -> Step<Operand> {
        let depth = self.deeper(inner.depth)?;
        let span = inner.span;
        Ok(Operand::node(ExprKind::Not(inner.expr), span, depth))
    }

    /// `x is null`, `x is not null`, as other languages have it.
    fn is_null(&mut self, primary: Operand) -> Step<Operand> {
        let negated = self.meant(self.ahead(1)) == TokenKind::Not;
        let null = self.ahead(1 + usize::from(negated));
        if self.meant(null) != TokenKind::Null {
            return Ok(primary);
        }
        let is = self.advance();
        if negated {
            self.advance();
        }
        self.advance();
        let operator_span = is.span.to(null.span);
        self.report(problems::is_null(operator_span, negated));
        let depth = self.deeper(primary.depth)?;
        let span = self.covering(primary.span);
        let comparison = Comparison {
            left: *primary.expr,
            operator: if negated {
                ComparisonOperator::NotEqual
            } else {
                ComparisonOperator::Equal
            },
            operator_span,
            right: Expr {
                kind: ExprKind::Literal(Literal::Null),
                span: null.span,
            },
        };
        Ok(Operand::node(
            ExprKind::Comparison(Box::new(comparison)),
            span,
            depth,
        ))
    }

    fn in_list(&mut self, primary: Operand, not: Option<Token>) -> Step<Operand> {
        let operator = self.token();
        let insensitive = operator.kind == TokenKind::InInsensitive;
        let written = if insensitive { "in~" } else { "in" };
        if !insensitive {
            self.eat_keyword(TokenKind::In);
        } else {
            self.advance();
        }
        let operator_span = not.map_or(operator.span, |not| not.span.to(operator.span));
        let (elements, depth) = self.in_elements(written, operator.span)?;
        let depth = self.deeper(primary.depth)?.max(depth);
        let span = self.covering(primary.span);
        let list = InList {
            operand: *primary.expr,
            negated: not.is_some(),
            insensitive,
            operator_span,
            elements,
        };
        Ok(Operand::node(ExprKind::InList(Box::new(list)), span, depth))
    }

    fn in_elements(&mut self, written: &str, operator: Span) -> Step<(Vec<Expr>, usize)> {
        if let Some(open) = self.eat(TokenKind::LeftParenthesis) {
            if let Some(close) = self.eat(TokenKind::RightParenthesis) {
                let span = open.span.to(close.span);
                self.report_broken(problems::empty_list(span, written));
                return Ok((Vec::new(), 1));
            }
            return self.list(open);
        }
        if self.at(TokenKind::LeftBracket) {
            self.bracketed_list();
            return Ok((Vec::new(), 1));
        }
        if !self.kind().begins_operand() {
            let found = self.found();
            let span = self.span();
            let expected = format!("a list in parentheses after `{written}`");
            return self.fail(problems::expected(span, &expected, &found));
        }
        self.report(problems::in_without_list(operator, written));
        let element = self.operand(Binding::Sum)?;
        let depth = self.deeper(element.depth)?;
        Ok((vec![*element.expr], depth))
    }

    /// `["a", "b"]`, which is reported and left out.
    fn bracketed_list(&mut self) {
        let open = self.advance();
        self.skip_until(|kind| matches!(kind, TokenKind::RightBracket | TokenKind::Pipe));
        self.eat(TokenKind::RightBracket);
        let span = self.covering(open.span);
        self.report_broken(problems::list_in_brackets(span));
    }

    fn string_match(&mut self, primary: Operand) -> Step<Operand> {
        let token = self.token();
        let meant = self.meant(token);
        let Some(operator) = string_operator(meant) else {
            return Ok(primary);
        };
        let negated = meant == TokenKind::BangColon;
        if self.eat_keyword(meant).is_none() {
            self.advance();
        }
        if negated {
            self.report(problems::bang_colon(token.span));
        }
        let patterns = self.patterns(token, primary.span)?;
        let depth = self.deeper(primary.depth)?;
        let span = self.covering(primary.span);
        let matching = StringMatch {
            operand: *primary.expr,
            operator,
            operator_span: token.span,
            patterns,
        };
        let inner = Operand::node(ExprKind::StringMatch(Box::new(matching)), span, depth);
        if negated {
            self.negated(inner)
        } else {
            Ok(inner)
        }
    }

    fn patterns(&mut self, operator: Token, operand: Span) -> Step<Vec<Constant>> {
        let written = self.text(operator);
        if self.at(TokenKind::LeftBracket) {
            self.bracketed_list();
            return Ok(Vec::new());
        }
        let mut patterns = Vec::new();
        let Some(open) = self.eat(TokenKind::LeftParenthesis) else {
            self.pattern(operator, operand, &mut patterns)?;
            return Ok(patterns);
        };
        if let Some(close) = self.eat(TokenKind::RightParenthesis) {
            let span = open.span.to(close.span);
            self.report_broken(problems::empty_list(span, written));
            return Ok(patterns);
        }
        loop {
            if self.pattern(operator, operand, &mut patterns).is_err() {
                self.recover_parentheses()?;
                return Ok(patterns);
            }
            if !self.next_in_list(open)? {
                return Ok(patterns);
            }
        }
    }

    fn pattern(
        &mut self,
        operator: Token,
        operand: Span,
        patterns: &mut Vec<Constant>,
    ) -> Step<()> {
        let token = self.token();
        if token.kind.is_constant() {
            patterns.push(self.constant()?);
            return Ok(());
        }
        self.broken = true;
        let written = self.text(operator);
        let found = self.found();
        let called = self.ahead(1).kind == TokenKind::LeftParenthesis
            && matches!(
                token.kind,
                TokenKind::Identifier | TokenKind::TildeIdentifier
            );
        let attached = operand.end == operator.span.start && operator.span.end == token.span.start;
        if called && attached && operator.kind == TokenKind::Colon {
            let name = self.text(token);
            self.report(problems::method_call(operator.span.to(token.span), name));
        } else if token.kind.begins_operand()
            || matches!(token.kind, TokenKind::Minus | TokenKind::Plus)
        {
            let problem = problems::pattern_not_constant(token.span, written, &found);
            self.report(match token.kind {
                TokenKind::Minus | TokenKind::Plus => {
                    problem.with_hint("compare numbers with `==`")
                }
                _ if called => problem.with_hint("compare with the result of a function by `==`"),
                _ => problem.with_hint("put the text in double quotes; use `==` to compare values"),
            });
        } else {
            let expected = format!("a literal after `{written}`");
            return self.fail(problems::expected(token.span, &expected, &found));
        }
        // Only read to get past it; no pattern in a text that is refused is ever used.
        self.operand(Binding::Sum)?;
        Ok(())
    }
}
