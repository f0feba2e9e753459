//! A problem found in text: where, what, and how to fix it.
//!
//! Every stage that reads what a person wrote (rules, queries, options) reports
//! [`Diagnostic`]s instead of failing at the first fault. [`Source`] shows them.
//!
//! ```
//! use gatewatch_diagnostic::{Diagnostic, Source, Span, Stage};
//!
//! let text = "any where proces.name == \"x\"";
//! let problem = Diagnostic::error(Stage::Verification, "eql-unknown-field", "unknown field")
//!     .with_span(Span::new(10, 21));
//! assert!(Source::new(text).render(&problem).contains("1:11"));
//! ```

mod diagnostic;
mod position;
mod render;
mod span;
mod suggest;

pub use diagnostic::{Diagnostic, Note, Severity, Stage};
pub use position::{LineIndex, Position, position};
pub use render::Source;
pub use span::Span;
pub use suggest::{did_you_mean, suggestion};
