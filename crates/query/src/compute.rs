//! Computes an expression over values that are given, for tools that look for values.

use gatewatch_event::Field;

use crate::Constant;
use crate::checked::{Expression, Kind};
use crate::fold::{Folder, NoFields};
use crate::patterns::{self, PatternError};

/// Computes a checked expression with these values in place of its fields; `values` answers null for a field without
/// one. Dates and addresses are given as text, in the form that `string()` has.
///
/// `None` when it cannot be computed: a number too large, a pattern that cannot be used.
pub fn compute(
    expression: &Expression,
    values: &mut dyn FnMut(Field) -> Constant,
) -> Option<Constant> {
    let folder = Folder::new(&NoFields);
    let folded = folder.fold(filled(expression, values));
    if !folder.into_problems().is_empty() {
        return None;
    }
    match folded.kind {
        Kind::Constant(value) => Some(value),
        _ => None,
    }
}

fn filled(expression: &Expression, values: &mut dyn FnMut(Field) -> Constant) -> Expression {
    let mut boxed = |part: &Expression| Box::new(filled(part, values));
    let kind = match &expression.kind {
        Kind::Field(field) => Kind::Constant(values(field.field)),
        Kind::Call {
            function,
            insensitive,
            arguments,
        } => Kind::Call {
            function: *function,
            insensitive: *insensitive,
            arguments: all(arguments, values),
        },
        Kind::Negate(part) => Kind::Negate(boxed(part)),
        Kind::Arithmetic {
            operator,
            left,
            right,
        } => Kind::Arithmetic {
            operator: *operator,
            left: boxed(left),
            right: boxed(right),
        },
        Kind::Compare {
            operator,
            left,
            right,
        } => Kind::Compare {
            operator: *operator,
            left: boxed(left),
            right: boxed(right),
        },
        Kind::In {
            operand,
            insensitive,
            elements,
        } => Kind::In {
            operand: boxed(operand),
            insensitive: *insensitive,
            elements: elements.clone(),
        },
        Kind::Match {
            operand,
            language,
            insensitive,
            patterns,
        } => Kind::Match {
            operand: boxed(operand),
            language: *language,
            insensitive: *insensitive,
            patterns: patterns.clone(),
        },
        Kind::IsNull(part) => Kind::IsNull(boxed(part)),
        Kind::Not(part) => Kind::Not(boxed(part)),
        Kind::And(parts) => Kind::And(all(parts, values)),
        Kind::Or(parts) => Kind::Or(all(parts, values)),
        other => other.clone(),
    };
    let data_type = match &kind {
        Kind::Constant(value) => value.data_type(),
        _ => expression.data_type,
    };
    Expression {
        kind,
        data_type,
        text: expression.text.clone(),
        span: expression.span,
    }
}

fn all(parts: &[Expression], values: &mut dyn FnMut(Field) -> Constant) -> Vec<Expression> {
    parts.iter().map(|part| filled(part, values)).collect()
}

/// A text that a regular expression over a field (Lucene's) probably matches. `choose` is given the number of ways to go
/// on, at least 1, and answers with one of them, counted from 0. Where the expression uses `~` or `&`, the text is a
/// guess: ask the compiled condition.
///
/// # Errors
///
/// Why the expression cannot be read, in words.
pub fn regex_example(
    pattern: &str,
    choose: &mut dyn FnMut(usize) -> usize,
) -> Result<Option<String>, String> {
    patterns::example(pattern, choose).map_err(|PatternError { message }| message)
}
