//! Turns EQL and KQL text into a tree and a list of problems; never fails.
//!
//! ```
//! let parsed = gatewatch_syntax::eql::parse_query("process where process.pid == 4");
//! assert!(parsed.tree.is_some() || parsed.has_errors());
//! ```

pub mod eql;
pub mod kql;
mod parsed;

pub use gatewatch_diagnostic::{Diagnostic, Severity, Span, Stage};
pub use parsed::Parsed;
