//! Operators, by how tight they bind.

use gatewatch_diagnostic::{Span, suggestion};

use super::{Failed, MAX_DEPTH, MAX_RECURSION, Parser, Step};
use crate::eql::ast::{
    Arithmetic, ArithmeticOperator, Comparison, ComparisonOperator, Expr, ExprKind, Literal,
    UnaryOperator,
};
use crate::eql::problems;
use crate::eql::token::TokenKind;

/// How tight an operator binds; predicates bind tighter than all, to the primary alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
}

/// A part of an expression while it is put together.
///
/// Boxed, so that the frames of the parser's recursion stay small.
pub(super) struct Operand {
    pub(super) expr: Box<Expr>,
    /// The place, with parentheses around it.
    pub(super) span: Span,
    /// How deep the tree is.
    pub(super) depth: usize,
    /// Whether parentheses stand around it.
    pub(super) parenthesised: bool,
}

impl Operand {
    /// Something without parts.
    pub(super) fn leaf(kind: ExprKind, span: Span) -> Self {
        Self::node(kind, span, 1)
    }

    pub(super) fn node(kind: ExprKind, span: Span, depth: usize) -> Self {
        Self {
            expr: Box::new(Expr { kind, span }),
            span,
            depth,
            parenthesised: false,
        }
    }
}

enum Infix {
    Or,
    And,
    Comparison(ComparisonOperator),
    Arithmetic(ArithmeticOperator),
}

fn infix(kind: TokenKind) -> Option<(Binding, Infix)> {
    Some(match kind {
        TokenKind::Or => (Binding::Or, Infix::Or),
        TokenKind::And => (Binding::And, Infix::And),
        TokenKind::Equal | TokenKind::Assign => comparison(ComparisonOperator::Equal),
        TokenKind::NotEqual => comparison(ComparisonOperator::NotEqual),
        TokenKind::Less => comparison(ComparisonOperator::Less),
        TokenKind::LessOrEqual => comparison(ComparisonOperator::LessOrEqual),
        TokenKind::Greater => comparison(ComparisonOperator::Greater),
        TokenKind::GreaterOrEqual => comparison(ComparisonOperator::GreaterOrEqual),
        TokenKind::Plus => (Binding::Sum, Infix::Arithmetic(ArithmeticOperator::Add)),
        TokenKind::Minus => (
            Binding::Sum,
            Infix::Arithmetic(ArithmeticOperator::Subtract),
        ),
        TokenKind::Star => (
            Binding::Product,
            Infix::Arithmetic(ArithmeticOperator::Multiply),
        ),
        TokenKind::Slash => (
            Binding::Product,
            Infix::Arithmetic(ArithmeticOperator::Divide),
        ),
        TokenKind::Percent => (
            Binding::Product,
            Infix::Arithmetic(ArithmeticOperator::Modulo),
        ),
        _ => return None,
    })
}

fn comparison(operator: ComparisonOperator) -> (Binding, Infix) {
    (Binding::Comparison, Infix::Comparison(operator))
}

impl Parser<'_> {
    /// An expression that is the whole text.
    pub(super) fn whole_expression(&mut self) -> Step<Expr> {
        if self.at(TokenKind::End) && self.diagnostics.is_empty() {
            let span = self.span();
            return self.fail(problems::empty(span, self.text));
        }
        let expr = self.expression()?;
        if !self.at(TokenKind::End) {
            return self.unexpected_after_expression("an operator or the end of the text");
        }
        Ok(expr)
    }

    /// An expression of any kind.
    pub(super) fn expression(&mut self) -> Step<Expr> {
        Ok(*self.operand(Binding::Or)?.expr)
    }

    /// An expression made of operators that bind as tight as `weakest` or tighter.
    pub(super) fn operand(&mut self, weakest: Binding) -> Step<Operand> {
        if self.depth >= MAX_RECURSION {
            return self.too_deep();
        }
        self.depth += 1;
        let result = self.operators(weakest);
        self.depth -= 1;
        result
    }

    fn operators(&mut self, weakest: Binding) -> Step<Operand> {
        let mut left = self.prefix(weakest)?;
        loop {
            let token = self.token();
            let meant = self.miswritten(token).map_or(token.kind, |(_, kind)| kind);
            let Some((binding, operator)) = infix(meant) else {
                return Ok(left);
            };
            if binding < weakest {
                return Ok(left);
            }
            left = match operator {
                Infix::Or | Infix::And => self.logical(left, meant)?,
                Infix::Comparison(operator) => self.comparison(left, operator, token.span)?,
                Infix::Arithmetic(operator) => self.arithmetic(left, operator, token.span)?,
            };
        }
    }

    /// `not`, a sign, or a primary with its predicate.
    fn prefix(&mut self, weakest: Binding) -> Step<Operand> {
        let token = self.token();
        match token.kind {
            TokenKind::Not => self.negation(weakest),
            TokenKind::Minus => self.signed(UnaryOperator::Minus),
            TokenKind::Plus => self.signed(UnaryOperator::Plus),
            TokenKind::Identifier if self.is_miswritten_not() => {
                self.report(problems::capital_keyword(
                    token.span,
                    self.text(token),
                    "not",
                ));
                self.negation(weakest)
            }
            _ => {
                let primary = self.primary()?;
                self.predicate(primary)
            }
        }
    }

    /// `NOT x`. Before a parenthesis it is the call of a function, for a later stage to refuse.
    fn is_miswritten_not(&self) -> bool {
        let next = self.ahead(1).kind;
        next.begins_operand()
            && next != TokenKind::LeftParenthesis
            && self
                .miswritten(self.token())
                .is_some_and(|(_, kind)| kind == TokenKind::Not)
    }

    fn negation(&mut self, weakest: Binding) -> Step<Operand> {
        let start = self.advance().span;
        if weakest > Binding::Not {
            self.report_broken(problems::not_as_operand(start));
        }
        let inner = self.operand(Binding::Not)?;
        let depth = self.deeper(inner.depth)?;
        let span = start.to(inner.span);
        Ok(Operand::node(ExprKind::Not(inner.expr), span, depth))
    }

    fn signed(&mut self, operator: UnaryOperator) -> Step<Operand> {
        let start = self.advance().span;
        let inner = self.operand(Binding::Sign)?;
        let depth = self.deeper(inner.depth)?;
        let span = start.to(inner.span);
        Ok(Operand::node(
            ExprKind::Unary(operator, inner.expr),
            span,
            depth,
        ))
    }

    /// The depth of a node above one of `depth`.
    pub(super) fn deeper(&mut self, depth: usize) -> Step<usize> {
        if depth >= MAX_DEPTH {
            return self.too_deep();
        }
        Ok(depth + 1)
    }

    fn logical(&mut self, left: Operand, kind: TokenKind) -> Step<Operand> {
        self.eat_keyword(kind);
        let is_and = kind == TokenKind::And;
        let right = self.operand(if is_and { Binding::Not } else { Binding::And })?;
        let span = left.span.to(right.span);
        let right_depth = self.deeper(right.depth)?;
        // A chain is one node, so that its length does not count as depth.
        let (mut operands, depth) = match left.expr.kind {
            ExprKind::And(operands) if is_and && !left.parenthesised => (operands, left.depth),
            ExprKind::Or(operands) if !is_and && !left.parenthesised => (operands, left.depth),
            kind => {
                let expr = Expr {
                    kind,
                    span: left.expr.span,
                };
                (vec![expr], self.deeper(left.depth)?)
            }
        };
        operands.push(*right.expr);
        let kind = if is_and {
            ExprKind::And(operands)
        } else {
            ExprKind::Or(operands)
        };
        Ok(Operand::node(kind, span, depth.max(right_depth)))
    }

    fn comparison(
        &mut self,
        left: Operand,
        operator: ComparisonOperator,
        operator_span: Span,
    ) -> Step<Operand> {
        if self.advance().kind == TokenKind::Assign {
            self.report(problems::single_equals(operator_span));
        }
        if let ExprKind::Comparison(first) = &left.expr.kind
            && !left.parenthesised
        {
            let first = first.operator_span;
            self.report_broken(problems::chained_comparison(operator_span, first));
        }
        let right = self.operand(Binding::Sum)?;
        let depth = self.deeper(left.depth.max(right.depth))?;
        let span = left.span.to(right.span);
        let comparison = Comparison {
            left: *left.expr,
            operator,
            operator_span,
            right: *right.expr,
        };
        Ok(Operand::node(
            ExprKind::Comparison(Box::new(comparison)),
            span,
            depth,
        ))
    }

    fn arithmetic(
        &mut self,
        left: Operand,
        operator: ArithmeticOperator,
        operator_span: Span,
    ) -> Step<Operand> {
        self.advance();
        let right = self.operand(match operator {
            ArithmeticOperator::Add | ArithmeticOperator::Subtract => Binding::Product,
            _ => Binding::Sign,
        })?;
        let depth = self.deeper(left.depth.max(right.depth))?;
        let span = left.span.to(right.span);
        let arithmetic = Arithmetic {
            left: *left.expr,
            operator,
            operator_span,
            right: *right.expr,
        };
        Ok(Operand::node(
            ExprKind::Arithmetic(Box::new(arithmetic)),
            span,
            depth,
        ))
    }

    /// Something to stand in for what was not understood, so that reading can go on.
    pub(super) fn stand_in(&mut self, span: Span) -> Operand {
        self.broken = true;
        Operand::leaf(ExprKind::Literal(Literal::Null), span)
    }

    /// Reports a token that cannot follow an expression.
    pub(super) fn unexpected_after_expression<T>(&mut self, expected: &str) -> Step<T> {
        let token = self.token();
        let span = token.span;
        let text = self.text(token);
        let found = self.describe(token);
        let problem = match token.kind {
            TokenKind::Identifier => match misspelling(text) {
                Some(hint) => problems::misspelled_keyword(span, text, hint),
                None => problems::missing_operator(span, &found),
            },
            TokenKind::Decimal if text.starts_with('.') && span.start == self.previous_end() => {
                problems::expected(span, "a name after the dot", &found)
                    .with_hint("put a name that begins with a digit in back-quotes")
            }
            TokenKind::Colon
            | TokenKind::BangColon
            | TokenKind::In
            | TokenKind::InInsensitive
            | TokenKind::Like
            | TokenKind::LikeInsensitive
            | TokenKind::Regex
            | TokenKind::RegexInsensitive => problems::second_predicate(span, text),
            TokenKind::By | TokenKind::With | TokenKind::Until => {
                problems::expected(span, expected, &found).with_hint(format!(
                    "`{text}` belongs to a sequence: `sequence {text} ... [...] [...]`"
                ))
            }
            TokenKind::RightParenthesis => problems::unopened(span, ")"),
            TokenKind::RightBracket => problems::unopened(span, "]"),
            kind if kind.begins_operand() => problems::missing_operator(span, &found),
            _ => problems::expected(span, expected, &found),
        };
        self.report(problem);
        Err(Failed)
    }
}

/// What to write instead of a word that stands where an operator should.
fn misspelling(word: &str) -> Option<String> {
    let hint = match word.to_ascii_lowercase().as_str() {
        "contains" => "write `: \"*text*\"`",
        "startswith" | "endswith" => "write it as a function: `startsWith(name, \"text\")`",
        "matches" | "match" | "rlike" => "write `regex \"...\"`, or `: \"*text*\"` with wildcards",
        "equals" | "eq" => "write `==`",
        _ => return suggestion(word, ["and", "or", "not", "in", "like", "regex"]),
    };
    Some(hint.to_owned())
}
