//! `| head 10`.

use gatewatch_diagnostic::suggestion;

use super::{Failed, Parser, Step};
use crate::eql::ast::{ArithmeticOperator, Expr, ExprKind, Literal, Pipe, PipeKind, UnaryOperator};
use crate::eql::problems;
use crate::eql::token::TokenKind;

/// The pipes that the language has and that are not supported.
const UNSUPPORTED: &[&str] = &["count", "filter", "sort", "unique", "unique_count"];

impl Parser<'_> {
    /// All pipes up to the end of the text. A faulty one does not hide the next.
    pub(super) fn pipes(&mut self, of_sample: bool) -> Vec<Pipe> {
        let mut pipes = Vec::new();
        while let Some(bar) = self.eat(TokenKind::Pipe) {
            if of_sample {
                self.report_broken(problems::sample_pipe(bar.span));
            }
            match self.pipe() {
                Ok(pipe) if !of_sample => pipes.push(pipe),
                Ok(_) => {}
                Err(Failed) => {
                    self.broken = true;
                    self.skip_until(|kind| kind == TokenKind::Pipe);
                }
            }
        }
        pipes
    }

    fn pipe(&mut self) -> Step<Pipe> {
        let token = self.token();
        let name = self.text(token);
        let kind = match name {
            _ if token.kind != TokenKind::Identifier => {
                let found = self.found();
                return self.fail(problems::pipe_name(token.span, &found));
            }
            "head" => PipeKind::Head,
            "tail" => PipeKind::Tail,
            _ if UNSUPPORTED.contains(&name) => {
                return self.fail(problems::unsupported_pipe(token.span, name));
            }
            _ => {
                let known = ["head", "tail"];
                let known = known.into_iter().chain(UNSUPPORTED.iter().copied());
                let hint = suggestion(name, known);
                return self.fail(problems::unknown_pipe(token.span, name, hint));
            }
        };
        self.advance();
        let arguments = self.pipe_arguments()?;
        let [argument] = arguments.as_slice() else {
            let span = self.span_from(token.span.start);
            return self.fail(problems::pipe_argument_count(span, name, arguments.len()));
        };
        let count = fold(argument)
            .and_then(|number| u32::try_from(number.value).ok())
            .filter(|count| i32::try_from(*count).is_ok());
        match count {
            Some(count) => Ok(Pipe {
                kind,
                count,
                span: self.span_from(token.span.start),
            }),
            None => self.fail(problems::pipe_argument(argument.span, name)),
        }
    }

    fn pipe_arguments(&mut self) -> Step<Vec<Expr>> {
        let mut arguments = Vec::new();
        if matches!(self.kind(), TokenKind::Pipe | TokenKind::End) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.eat(TokenKind::Comma).is_none() {
                break;
            }
        }
        if !matches!(self.kind(), TokenKind::Pipe | TokenKind::End) {
            return self.unexpected_after_expression("a pipe or the end of the text");
        }
        Ok(arguments)
    }
}

/// A whole number; `long` is its type where the others are 32 bits wide.
#[derive(Clone, Copy)]
struct Whole {
    value: i64,
    long: bool,
}

impl Whole {
    /// `None` on overflow of the type.
    fn new(value: Option<i64>, long: bool) -> Option<Self> {
        let value = value?;
        (long || i32::try_from(value).is_ok()).then_some(Self { value, long })
    }
}

/// The value of a constant expression of whole numbers, computed as Elasticsearch does.
fn fold(expr: &Expr) -> Option<Whole> {
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(value)) => Whole::new(Some(i64::from(*value)), false),
        ExprKind::Literal(Literal::Long(value)) => Whole::new(Some(*value), true),
        ExprKind::Unary(UnaryOperator::Plus, inner) => fold(inner),
        ExprKind::Unary(UnaryOperator::Minus, inner) => {
            let inner = fold(inner)?;
            Whole::new(inner.value.checked_neg(), inner.long)
        }
        ExprKind::Arithmetic(arithmetic) => {
            let left = fold(&arithmetic.left)?;
            let right = fold(&arithmetic.right)?;
            let (a, b) = (left.value, right.value);
            let value = match arithmetic.operator {
                ArithmeticOperator::Add => a.checked_add(b),
                ArithmeticOperator::Subtract => a.checked_sub(b),
                ArithmeticOperator::Multiply => a.checked_mul(b),
                ArithmeticOperator::Divide => a.checked_div(b),
                ArithmeticOperator::Modulo => a.checked_rem(b),
            };
            Whole::new(value, left.long || right.long)
        }
        _ => None,
    }
}
