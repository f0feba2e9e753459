//! What can only fail over an event.

use std::fmt;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};

/// Evaluation over an event failed: a whole number left its range, text that should be a number is none. Elasticsearch
/// lets the whole search fail then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeError {
    /// A stable name, such as `query-overflow`.
    pub code: &'static str,
    /// One sentence, without a final stop.
    pub message: String,
    /// The part of the query that failed.
    pub span: Option<Span>,
}

impl RuntimeError {
    /// An error without a place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: None,
        }
    }

    /// Says which part of the query failed, unless that is known already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RuntimeError {}

impl From<RuntimeError> for Diagnostic {
    fn from(error: RuntimeError) -> Self {
        let diagnostic = Diagnostic::error(Stage::Runtime, error.code, error.message);
        match error.span {
            Some(span) => diagnostic.with_span(span),
            None => diagnostic,
        }
    }
}
