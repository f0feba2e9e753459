//! Rule to runnable plan.

use std::fmt;
use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_query::{Options, Plan, Schema};
use gatewatch_syntax::eql::parse_query;

use crate::{Rule, RuleType};

/// A rule and the plan of its query.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its query, checked and compiled.
    pub plan: Plan,
}

/// Why a rule does not run.
#[derive(Clone, Debug, PartialEq)]
pub enum NotRun {
    /// Its type is none that gatewatch runs.
    Type(String),
    /// Its query has problems; their spans lie in the query's text.
    Query(Vec<Diagnostic>),
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => write!(f, "rules of type `{name}` are not run yet"),
            Self::Query(problems) => match problems.first() {
                Some(first) => write!(f, "{first}"),
                None => f.write_str("its query cannot be run"),
            },
        }
    }
}

/// Compiles a rule's query against `schema`.
///
/// # Errors
///
/// When the type is not run or the query has problems.
pub fn compile(rule: Arc<Rule>, schema: &dyn Schema) -> Result<CompiledRule, NotRun> {
    if rule.rule_type != RuleType::Eql {
        return Err(NotRun::Type(rule.rule_type.to_string()));
    }
    let parsed = parse_query(&rule.query);
    let tree = parsed.into_result().map_err(NotRun::Query)?;
    let options = rule
        .event_category_override
        .as_ref()
        .map_or_else(Options::default, |field| Options {
            event_category_field: field.clone(),
            ..Options::default()
        });
    let plan =
        gatewatch_query::compile(&tree, &rule.query, schema, &options).map_err(NotRun::Query)?;
    Ok(CompiledRule { rule, plan })
}
