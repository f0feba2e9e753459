//! On one line, up to a limit.

use std::fmt::Write as _;

use super::{LOGICAL_OPERAND, Level, level};
use crate::eql::ast::{Constant, Expr, ExprKind, Field, Literal};
use crate::eql::token;

/// The line would be longer than the limit; what has been written so far is of no use.
pub(super) struct TooLong;

type Fits = Result<(), TooLong>;

/// Writes on one line and gives up early when that gets too long, so that trying costs no more
/// than a line.
pub(super) struct Flat {
    out: String,
    limit: usize,
}

impl Flat {
    pub(super) fn limited(limit: usize) -> Self {
        Self {
            out: String::new(),
            limit,
        }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    fn text(&mut self, text: &str) -> Fits {
        if self.out.len() + text.len() > self.limit {
            return Err(TooLong);
        }
        self.out.push_str(text);
        Ok(())
    }

    /// An expression in a place that asks for a level.
    pub(super) fn expr(&mut self, expr: &Expr, required: Level) -> Fits {
        if level(expr) >= required {
            return self.bare(expr);
        }
        self.text("(")?;
        self.bare(expr)?;
        self.text(")")
    }

    fn bare(&mut self, expr: &Expr) -> Fits {
        match &expr.kind {
            ExprKind::Literal(value) => self.literal(value),
            ExprKind::Field(name) => self.text(&field(name)),
            ExprKind::Call(call) => {
                self.text(&call.name)?;
                self.text(if call.insensitive { "~" } else { "" })?;
                self.list(&call.arguments)
            }
            ExprKind::Unary(operator, inner) => {
                self.text(operator.as_str())?;
                self.expr(inner, Level::Sign)
            }
            ExprKind::Arithmetic(arithmetic) => {
                let own = level(expr);
                let right = if own == Level::Sum {
                    Level::Product
                } else {
                    Level::Sign
                };
                self.expr(&arithmetic.left, own)?;
                self.operator(arithmetic.operator.as_str())?;
                self.expr(&arithmetic.right, right)
            }
            ExprKind::Comparison(comparison) => {
                self.expr(&comparison.left, Level::Sum)?;
                self.operator(comparison.operator.as_str())?;
                self.expr(&comparison.right, Level::Sum)
            }
            ExprKind::StringMatch(matching) => {
                self.expr(&matching.operand, Level::Primary)?;
                self.operator(matching.operator.as_str())?;
                self.patterns(&matching.patterns)
            }
            ExprKind::InList(list) => {
                self.expr(&list.operand, Level::Primary)?;
                self.text(if list.negated { " not in" } else { " in" })?;
                self.text(if list.insensitive { "~ " } else { " " })?;
                self.list(&list.elements)
            }
            ExprKind::Not(inner) => {
                self.text("not ")?;
                self.expr(inner, Level::Not)
            }
            ExprKind::And(operands) => self.chain(operands, "and"),
            ExprKind::Or(operands) => self.chain(operands, "or"),
        }
    }

    fn operator(&mut self, operator: &str) -> Fits {
        self.text(" ")?;
        self.text(operator)?;
        self.text(" ")
    }

    fn chain(&mut self, operands: &[Expr], operator: &str) -> Fits {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.operator(operator)?;
            }
            self.expr(operand, LOGICAL_OPERAND)?;
        }
        Ok(())
    }

    fn list(&mut self, elements: &[Expr]) -> Fits {
        self.text("(")?;
        for (index, element) in elements.iter().enumerate() {
            self.text(if index > 0 { ", " } else { "" })?;
            self.expr(element, Level::Or)?;
        }
        self.text(")")
    }

    fn patterns(&mut self, patterns: &[Constant]) -> Fits {
        if let [pattern] = patterns {
            return self.literal(&pattern.value);
        }
        self.text("(")?;
        for (index, pattern) in patterns.iter().enumerate() {
            self.text(if index > 0 { ", " } else { "" })?;
            self.literal(&pattern.value)?;
        }
        self.text(")")
    }

    fn literal(&mut self, value: &Literal) -> Fits {
        if let Literal::String(value) = value
            && self.out.len() + value.len() > self.limit
        {
            return Err(TooLong);
        }
        self.text(&literal(value))
    }
}

/// A field path.
pub(super) fn field(field: &Field) -> String {
    let mut out = String::new();
    out.push_str(if field.optional { "?" } else { "" });
    for (index, part) in field.parts.iter().enumerate() {
        out.push_str(if index > 0 { "." } else { "" });
        if is_plain_name(&part.name) {
            out.push_str(&part.name);
        } else {
            out.push('`');
            out.push_str(&part.name.replace('`', "``"));
            out.push('`');
        }
    }
    out
}

fn is_plain_name(name: &str) -> bool {
    token::is_identifier(name) && token::keyword(name).is_none()
}

/// A category as it stands before `where`.
pub(super) fn category(name: &str) -> String {
    if is_plain_name(name) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// A constant.
pub(super) fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Long(value) => value.to_string(),
        Literal::UnsignedLong(value) => value.to_string(),
        // The form for debugging always has a point or an exponent, and all digits that matter.
        Literal::Double(value) => format!("{value:?}"),
        Literal::String(value) => string(value),
    }
}

fn string(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            // A line that other programs may break must stay whole.
            character if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') => {
                // Writing to a string cannot fail.
                let _: std::fmt::Result = write!(out, "\\u{{{:02x}}}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}
