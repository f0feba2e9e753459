//! From text to tree.

use gatewatch_diagnostic::{Diagnostic, Stage};

use super::ast::{Expr, Query};
use crate::Parsed;

/// The deepest tree of an expression; deeper ones are refused.
pub const MAX_DEPTH: usize = 250;

/// The longest text in bytes; longer ones are refused.
pub const MAX_LENGTH: usize = 1 << 20;

/// Reads a whole query.
///
/// Never panics; every problem found is in the diagnostics.
#[must_use]
pub fn parse_query(text: &str) -> Parsed<Query> {
    refuse(text)
}

/// Reads a single expression, such as a condition without `category where`.
#[must_use]
pub fn parse_expression(text: &str) -> Parsed<Expr> {
    refuse(text)
}

fn refuse<T>(text: &str) -> Parsed<T> {
    let message = format!("a text of {} bytes cannot be read yet", text.len());
    Parsed {
        tree: None,
        diagnostics: vec![Diagnostic::error(
            Stage::Parse,
            "eql-not-understood",
            message,
        )],
    }
}
