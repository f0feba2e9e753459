//! A problem found in text: where, what, and how to fix it.
//!
//! Every stage that reads what a person wrote (rules, queries, options) reports
//! [`Diagnostic`]s instead of failing at the first fault.

mod diagnostic;
mod span;
mod suggest;

pub use diagnostic::{Diagnostic, Note, Severity, Stage};
pub use span::Span;
pub use suggest::{did_you_mean, suggestion};
