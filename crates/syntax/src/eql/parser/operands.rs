//! Constants, fields, calls and parentheses.

use gatewatch_diagnostic::Span;

use super::expressions::{Binding, Operand};
use super::{Failed, Parser, Step};
use crate::eql::ast::{Call, Constant, Expr, ExprKind, Field, FieldPart, Literal};
use crate::eql::problems;
use crate::eql::token::{Token, TokenKind};

/// Where to go on after a fault within parentheses.
fn ends_parentheses(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::RightParenthesis
            | TokenKind::RightBracket
            | TokenKind::LeftBracket
            | TokenKind::MissingOpen
            | TokenKind::Pipe
    )
}

impl Parser<'_> {
    /// An operand without operators around it.
    pub(super) fn primary(&mut self) -> Step<Operand> {
        let token = self.token();
        match token.kind {
            TokenKind::LeftParenthesis => self.parenthesised(),
            TokenKind::Identifier | TokenKind::TildeIdentifier => self.name(),
            TokenKind::QuotedIdentifier(_) | TokenKind::Question => self.field_operand(),
            kind if kind.is_constant() => {
                let constant = self.constant()?;
                Ok(Operand::leaf(
                    ExprKind::Literal(constant.value),
                    constant.span,
                ))
            }
            _ => self.not_an_operand(),
        }
    }

    /// A literal; the present token must be one.
    pub(super) fn constant(&mut self) -> Step<Constant> {
        let token = self.advance();
        let value = match token.kind {
            TokenKind::Null => Literal::Null,
            TokenKind::True => Literal::Boolean(true),
            TokenKind::False => Literal::Boolean(false),
            TokenKind::String(number) => Literal::String(self.value(number)),
            _ => match number(self.text(token), token.kind) {
                Some(number) => number,
                None => {
                    self.report_broken(problems::number_too_large(token.span));
                    Literal::Double(f64::MAX)
                }
            },
        };
        Ok(Constant {
            value,
            span: token.span,
        })
    }

    fn name(&mut self) -> Step<Operand> {
        let token = self.token();
        match self.ahead(1).kind {
            TokenKind::LeftParenthesis => self.call(),
            TokenKind::Of => self.lineage(),
            _ if token.kind == TokenKind::TildeIdentifier => {
                let text = self.text(token);
                self.fail(problems::dangling_tilde(token.span, text))
            }
            _ => self.field_operand(),
        }
    }

    fn lineage(&mut self) -> Step<Operand> {
        let name = self.advance();
        let of = self.advance();
        let text = self.text(name);
        self.report(problems::lineage(name.span.to(of.span), text));
        if self.eat(TokenKind::LeftBracket).is_some() {
            self.skip_until(|kind| kind == TokenKind::RightBracket);
            self.eat(TokenKind::RightBracket);
        }
        let span = self.span_from(name.span.start);
        Ok(self.stand_in(span))
    }

    fn field_operand(&mut self) -> Step<Operand> {
        let field = self.field()?;
        let span = field.span;
        if self.at(TokenKind::LeftParenthesis) && span.end == self.span().start {
            return self.method_call(&field);
        }
        Ok(Operand::leaf(ExprKind::Field(field), span))
    }

    fn field(&mut self) -> Step<Field> {
        let start = self.span().start;
        let optional = self.eat(TokenKind::Question).is_some();
        let mut parts = vec![self.field_part()?];
        loop {
            if self.eat(TokenKind::Dot).is_some() {
                parts.push(self.field_part()?);
            } else if self.at_array_index() {
                self.array_index();
            } else {
                break;
            }
        }
        Ok(Field {
            optional,
            parts,
            span: self.span_from(start),
        })
    }

    fn field_part(&mut self) -> Step<FieldPart> {
        let token = self.token();
        let name = match token.kind {
            TokenKind::Identifier => self.text(token).to_owned(),
            TokenKind::QuotedIdentifier(number) => self.value(number),
            kind if kind.is_keyword() => {
                let text = self.text(token);
                self.report(problems::keyword_as_name(token.span, text));
                text.to_owned()
            }
            _ => {
                let found = self.found();
                let problem = problems::expected(token.span, "the name of a field", &found);
                return self.fail(match token.kind {
                    TokenKind::String(_) => {
                        problem.with_hint("names of fields stand in back-quotes, not in quotes")
                    }
                    _ => problem,
                });
            }
        };
        self.advance();
        Ok(FieldPart {
            name,
            span: token.span,
        })
    }

    /// `[0]`; another bracket may be the next step of a sequence.
    fn at_array_index(&self) -> bool {
        self.at(TokenKind::LeftBracket)
            && matches!(self.ahead(1).kind, TokenKind::Integer)
            && self.ahead(2).kind == TokenKind::RightBracket
    }

    fn array_index(&mut self) {
        let open = self.advance();
        self.advance();
        let close = self.advance();
        self.report(problems::array_index(open.span.to(close.span)));
    }

    fn method_call(&mut self, field: &Field) -> Step<Operand> {
        let problem = match field.parts.as_slice() {
            [only] => problems::quoted_function(field.span, &only.name),
            parts => {
                let name = parts.last().map_or("", |part| part.name.as_str());
                problems::method_call(field.span, name)
            }
        };
        self.report(problem);
        self.arguments()?;
        let span = self.span_from(field.span.start);
        Ok(self.stand_in(span))
    }

    fn call(&mut self) -> Step<Operand> {
        let token = self.advance();
        let text = self.text(token);
        let insensitive = token.kind == TokenKind::TildeIdentifier;
        let name = text.strip_suffix('~').unwrap_or(text).to_owned();
        let (arguments, depth) = self.arguments()?;
        let call = Call {
            name,
            insensitive,
            name_span: token.span,
            arguments,
        };
        let span = self.span_from(token.span.start);
        Ok(Operand::node(ExprKind::Call(call), span, depth))
    }

    /// The arguments of a call with their parentheses, and the depth of the call.
    fn arguments(&mut self) -> Step<(Vec<Expr>, usize)> {
        let open = self.advance();
        if self.eat(TokenKind::RightParenthesis).is_some() {
            return Ok((Vec::new(), 1));
        }
        self.list(open)
    }

    /// Expressions with commas between them and the closing parenthesis; the opening one has
    /// been read. Also gives the depth of a node that holds them.
    pub(super) fn list(&mut self, open: Token) -> Step<(Vec<Expr>, usize)> {
        let mut elements = Vec::new();
        let mut depth = 1;
        loop {
            match self.operand(Binding::Or) {
                Ok(element) => {
                    depth = self.deeper(element.depth)?.max(depth);
                    elements.push(*element.expr);
                }
                Err(Failed) => {
                    self.recover_parentheses()?;
                    break;
                }
            }
            if !self.next_in_list(open)? {
                break;
            }
        }
        Ok((elements, depth))
    }

    /// Steps over a comma (true) or the closing parenthesis (false).
    pub(super) fn next_in_list(&mut self, open: Token) -> Step<bool> {
        if let Some(comma) = self.eat(TokenKind::Comma) {
            if self.eat(TokenKind::RightParenthesis).is_some() {
                self.report(problems::trailing_comma(comma.span));
                return Ok(false);
            }
            return Ok(true);
        }
        self.close(open, "`,` or `)`")?;
        Ok(false)
    }

    /// The closing parenthesis. If something else is there, reports it and goes on behind the
    /// closing one, if there is one.
    fn close(&mut self, open: Token, expected: &str) -> Step<()> {
        if self.eat(TokenKind::RightParenthesis).is_some() {
            return Ok(());
        }
        let span = self.span();
        let found = self.found();
        if ends_parentheses(self.kind()) || self.at(TokenKind::End) {
            return self.fail(problems::unclosed(span, open.span, ")", &found));
        }
        let _: Step<()> = self.unexpected_after_expression(expected);
        self.recover_parentheses()
    }

    /// After a reported fault: goes on behind the closing parenthesis.
    pub(super) fn recover_parentheses(&mut self) -> Step<()> {
        self.broken = true;
        self.skip_until(ends_parentheses);
        match self.eat(TokenKind::RightParenthesis) {
            Some(_) => Ok(()),
            None => Err(Failed),
        }
    }

    fn parenthesised(&mut self) -> Step<Operand> {
        let open = self.advance();
        let inner = match self.operand(Binding::Or) {
            Ok(inner) => inner,
            Err(Failed) => {
                self.recover_parentheses()?;
                let span = self.span_from(open.span.start);
                return Ok(self.stand_in(span));
            }
        };
        if let Some(comma) = self.eat(TokenKind::Comma) {
            self.report(problems::list_outside_in(open.span.to(comma.span)));
            self.recover_parentheses()?;
        } else {
            self.close(open, "an operator or `)`")?;
        }
        Ok(Operand {
            span: self.span_from(open.span.start),
            parenthesised: true,
            ..inner
        })
    }

    /// Reports a token that cannot begin an operand.
    fn not_an_operand(&mut self) -> Step<Operand> {
        let token = self.token();
        let text = self.text(token);
        let names_field = matches!(
            token.kind,
            TokenKind::Any
                | TokenKind::By
                | TokenKind::Join
                | TokenKind::Maxspan
                | TokenKind::Of
                | TokenKind::Sample
                | TokenKind::Sequence
                | TokenKind::Until
                | TokenKind::Where
                | TokenKind::With
        );
        if names_field && self.ahead(1).kind != TokenKind::LeftBracket {
            return self.field_operand();
        }
        let found = self.found();
        let problem = problems::expected(token.span, "a field, value or function", &found);
        self.fail(match token.kind {
            TokenKind::Colon
            | TokenKind::In
            | TokenKind::Like
            | TokenKind::Regex
            | TokenKind::Equal
            | TokenKind::NotEqual
            | TokenKind::And
            | TokenKind::Or => {
                problem.with_hint(format!("something must stand at the left of `{text}`"))
            }
            TokenKind::LeftBracket => {
                problem.with_hint("lists stand in parentheses, after `in` or `:`")
            }
            TokenKind::Star => problem.with_hint("a wildcard stands in a string: `name : \"*\"`"),
            _ => problem,
        })
    }

    /// The place of something from `start` to the end of what has been read.
    pub(super) fn covering(&self, start: Span) -> Span {
        self.span_from(start.start)
    }
}

/// The value of a number, as narrow as it fits; `None` if it is not finite.
fn number(text: &str, kind: TokenKind) -> Option<Literal> {
    if kind == TokenKind::Integer {
        if let Ok(value) = text.parse() {
            return Some(Literal::Integer(value));
        }
        if let Ok(value) = text.parse() {
            return Some(Literal::Long(value));
        }
        if let Ok(value) = text.parse() {
            return Some(Literal::UnsignedLong(value));
        }
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Literal::Double(value))
}
