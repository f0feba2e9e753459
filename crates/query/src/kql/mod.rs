//! From KQL to a plan.

mod lower;

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Severity};
use gatewatch_syntax::kql::{Query, parse_query};

use crate::checked::{Body, Checked};
use crate::search::{Label, Searcher};
use crate::{Options, Plan, Schema, plan};

/// Reads a KQL query, checks it against a schema and compiles it. The plan looks for single events.
///
/// ```
/// use gatewatch_event::JsonEvent;
/// use gatewatch_query::{EcsSchema, Options, PlanBody, compile_kql};
///
/// let text = r#"event.action: logged-in* and not source.ip: (10.0.0.0/8 or "::1")"#;
/// let plan = compile_kql(text, &EcsSchema, &Options::default()).expect("it is sound");
/// let PlanBody::Event(condition) = &plan.body else { unreachable!("KQL looks for single events") };
///
/// let event = JsonEvent::new(serde_json::json!({
///     "event": {"action": ["logged-in-special"]},
///     "source": {"ip": "198.51.100.7"},
/// }));
/// assert_eq!(condition.matches(&event), Ok(true));
/// ```
///
/// # Errors
///
/// Every problem found, in the order of their places. What is allowed and probably not meant is in the plan's warnings.
pub fn compile_kql(
    text: &str,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Plan, Vec<Diagnostic>> {
    let parsed = parse_query(text);
    let warnings: Vec<Diagnostic> = parsed
        .diagnostics
        .iter()
        .filter(|problem| problem.severity != Severity::Error)
        .cloned()
        .collect();
    let query = parsed.into_result()?;
    let mut checked = check_kql(&query, text, schema, options)?;
    checked.warnings.splice(0..0, warnings);
    checked
        .warnings
        .sort_by_key(|warning| warning.span.map(|span| span.start));
    plan(checked, schema)
}

/// Resolves the names of a KQL query and gives every comparison the meaning that its field's type has. `text` is what the
/// tree was read from; explanations and messages quote it.
///
/// # Errors
///
/// Every problem found, in the order of their places.
pub fn check_kql(
    query: &Query,
    text: &str,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Checked, Vec<Diagnostic>> {
    let mut searcher = Searcher::new(schema, options.now);
    let body = match &query.body {
        Some(expr) => lower::Lowering {
            text,
            searcher: &mut searcher,
        }
        .expression(expr),
        None => Some(
            Label {
                text: Arc::from("*:*"),
                span: None,
            }
            .constant(true),
        ),
    };
    match body {
        Some(body) if searcher.problems.is_empty() => Ok(Checked {
            body: Body::Event(body),
            pipes: Vec::new(),
            warnings: searcher.warnings,
        }),
        _ => Err(searcher.problems),
    }
}
