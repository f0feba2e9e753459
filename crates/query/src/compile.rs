//! From a tree to a plan.

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_syntax::eql::Query;

use crate::{Plan, Schema};

/// What surrounds a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The field that holds the event category.
    pub event_category_field: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            event_category_field: "event.category".to_owned(),
        }
    }
}

/// Checks a query against a schema and compiles it. `text` is what the tree was read from; explanations and messages
/// quote it.
///
/// # Errors
///
/// Every problem found, in the order of their places. Each says with its `stage` at which point Elasticsearch would
/// refuse the query.
pub fn compile(
    query: &Query,
    text: &str,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Plan, Vec<Diagnostic>> {
    let _ = (query, text, schema, options);
    Err(vec![Diagnostic::error(
        Stage::Planning,
        "query-not-planned",
        "the query cannot be planned",
    )])
}
