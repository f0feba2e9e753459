//! Finds everything that is wrong with a query, and types the rest.

mod calls;
mod names;
mod operators;
mod query;

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use gatewatch_syntax::eql::Expr;
use gatewatch_syntax::eql::ast::{ExprKind, Literal, UnaryOperator};

use crate::checked::{Checked, DataType, Expression, Kind};
use crate::{Constant, FieldInfo, Number, Options, Schema, limits};

/// Checks a query against a schema. `text` is what the tree was read from.
///
/// # Errors
///
/// Every problem found, in the order of their places.
pub fn check(
    query: &gatewatch_syntax::eql::Query,
    text: &str,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Checked, Vec<Diagnostic>> {
    let mut checker = Checker::new(text, schema);
    let checked = checker.query(query, options);
    checker.finish(checked)
}

/// Checks an expression of any type.
pub(crate) fn check_expression(
    expression: &Expr,
    text: &str,
    schema: &dyn Schema,
) -> Result<Expression, Vec<Diagnostic>> {
    let mut checker = Checker::new(text, schema);
    let checked = checker.expression(expression);
    checker.finish(checked)
}

/// What a check of one part gives; `None` after a problem was reported, so that no other is reported because of it.
type Checks<T> = Option<T>;

struct Checker<'a> {
    text: &'a str,
    schema: &'a dyn Schema,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// Fields looked up so far.
    fields: HashMap<String, Option<FieldInfo>>,
    depth: usize,
}

impl<'a> Checker<'a> {
    fn new(text: &'a str, schema: &'a dyn Schema) -> Self {
        Self {
            text,
            schema,
            problems: Vec::new(),
            warnings: Vec::new(),
            fields: HashMap::new(),
            depth: 0,
        }
    }

    fn finish<T>(mut self, checked: Checks<T>) -> Result<T, Vec<Diagnostic>> {
        match checked {
            Some(checked) if self.problems.is_empty() => Ok(checked),
            _ => {
                self.problems
                    .sort_by_key(|problem| problem.span.map(|span| span.start));
                // A key shared by all terms is looked at once for each.
                self.problems.dedup();
                Err(self.problems)
            }
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// A problem that Elasticsearch's verifier reports.
    fn refuse<T>(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
    ) -> Checks<T> {
        self.report(Diagnostic::error(Stage::Verification, code, message).with_span(span));
        None
    }

    /// The text of a place.
    fn source(&self, span: Span) -> &'a str {
        span.text(self.text)
    }

    fn typed(&self, kind: Kind, data_type: DataType, span: Span) -> Expression {
        Expression {
            kind,
            data_type,
            text: Arc::from(self.source(span)),
            span: Some(span),
        }
    }

    fn expression(&mut self, expression: &Expr) -> Checks<Expression> {
        if self.depth >= limits::DEPTH {
            self.report(
                Diagnostic::error(
                    Stage::Parse,
                    "query-too-deep",
                    format!("the expression is nested more than {} times", limits::DEPTH),
                )
                .with_span(expression.span),
            );
            return None;
        }
        self.depth += 1;
        let checked = self.expression_inner(expression);
        self.depth -= 1;
        checked
    }

    fn expression_inner(&mut self, expression: &Expr) -> Checks<Expression> {
        let span = expression.span;
        match &expression.kind {
            ExprKind::Literal(literal) => {
                let constant = constant(literal);
                let data_type = constant.data_type();
                Some(self.typed(Kind::Constant(constant), data_type, span))
            }
            ExprKind::Field(field) => self.field(field),
            ExprKind::Call(call) => self.call(call, span),
            ExprKind::Unary(UnaryOperator::Plus, operand) => self.expression(operand),
            ExprKind::Unary(UnaryOperator::Minus, operand) => self.negate(operand, span),
            ExprKind::Arithmetic(arithmetic) => self.arithmetic(arithmetic, span),
            ExprKind::Comparison(comparison) => self.comparison(comparison, span),
            ExprKind::StringMatch(string_match) => self.string_match(string_match, span),
            ExprKind::InList(list) => self.in_list(list, span),
            ExprKind::Not(operand) => self.not(operand, span),
            ExprKind::And(operands) => self.logic(operands, span, Kind::And),
            ExprKind::Or(operands) => self.logic(operands, span, Kind::Or),
        }
    }

    /// All expressions; `None` if any has a problem, after all were checked.
    fn expressions<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
    ) -> Checks<Vec<Expression>> {
        let checked: Vec<Checks<Expression>> = expressions
            .into_iter()
            .map(|expression| self.expression(expression))
            .collect();
        checked.into_iter().collect()
    }
}

fn constant(literal: &Literal) -> Constant {
    match literal {
        Literal::Null => Constant::Null,
        Literal::Boolean(flag) => Constant::Boolean(*flag),
        Literal::Integer(number) => Constant::Number(Number::Integer(*number)),
        Literal::Long(number) => Constant::Number(Number::Long(*number)),
        Literal::UnsignedLong(number) => Constant::Number(Number::UnsignedLong(*number)),
        Literal::Double(number) => Constant::Number(Number::Double(*number)),
        Literal::String(text) => Constant::Text(text.as_str().into()),
    }
}
