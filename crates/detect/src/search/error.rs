//! Errors as Elasticsearch answers them.

use std::fmt;

use gatewatch_diagnostic::{Diagnostic, Stage, position};
use gatewatch_query::RuntimeError;
use gatewatch_query::mapping::MappingError;
use serde_json::{Value as Json, json};

/// Why a request has no answer, in the shape of Elasticsearch's error body.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchError {
    /// What failed, such as `verification_exception`.
    pub kind: &'static str,
    /// Why, in Elasticsearch's words where it has any.
    pub reason: String,
    /// The HTTP status that Elasticsearch answers with.
    pub status: u16,
    /// What lies beneath, when that is another kind of failure.
    pub root: Option<(&'static str, String)>,
    /// All problems of the query, with their places and hints; the first is what `reason` says, or all of them.
    pub diagnostics: Vec<Diagnostic>,
}

impl SearchError {
    pub(super) fn new(kind: &'static str, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            status: 400,
            root: None,
            diagnostics: Vec::new(),
        }
    }

    fn with_root(mut self, kind: &'static str, reason: impl Into<String>) -> Self {
        self.root = Some((kind, reason.into()));
        self
    }

    fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Members of a request that are sound JSON and not allowed.
    pub(super) fn validation(problems: &[String]) -> Self {
        let mut reason = "Validation Failed: ".to_owned();
        for (number, problem) in (1..).zip(problems) {
            reason.push_str(&format!("{number}: {problem};"));
        }
        Self::new("action_request_validation_exception", reason)
    }

    /// A member of the request that cannot be read.
    pub(super) fn content(reason: impl Into<String>) -> Self {
        Self::new("x_content_parse_exception", reason)
    }

    /// A member of the request that cannot be read, and why.
    pub(super) fn failed_member(
        member: &str,
        kind: &'static str,
        reason: impl Into<String>,
    ) -> Self {
        Self::content(format!("[eql/search] failed to parse field [{member}]"))
            .with_root(kind, reason)
    }

    /// A value in a document that the search cannot work with.
    pub(super) fn unusable_value(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::new("illegal_argument_exception", reason.clone())
            .with_root("invalid_argument_exception", reason)
    }

    /// The search itself failed.
    pub(super) fn execution(kind: &'static str, reason: impl Into<String>) -> Self {
        Self::new("search_phase_execution_exception", "all shards failed").with_root(kind, reason)
    }

    pub(super) fn argument(reason: impl Into<String>) -> Self {
        Self::new("illegal_argument_exception", reason)
    }

    /// What is wrong with a query.
    pub(super) fn query(text: &str, diagnostics: Vec<Diagnostic>) -> Self {
        let stage = diagnostics
            .iter()
            .filter(|problem| problem.is_error())
            .map(|problem| problem.stage)
            .min()
            .unwrap_or(Stage::Parse);
        let problems: Vec<&Diagnostic> = diagnostics
            .iter()
            .filter(|problem| problem.is_error() && problem.stage == stage)
            .collect();
        let first = problems.first().map_or_else(
            || "the query cannot be read".to_owned(),
            |problem| line(text, problem),
        );
        let error = match stage {
            Stage::Parse => Self::new("parsing_exception", first),
            Stage::Verification => {
                let count = problems.len();
                let plural = if count == 1 { "" } else { "s" };
                let mut reason = format!("Found {count} problem{plural}");
                for problem in &problems {
                    reason.push('\n');
                    reason.push_str(&line(text, problem));
                }
                Self::new("verification_exception", reason)
            }
            Stage::Planning => Self::new("ql_illegal_argument_exception", first).with_status(500),
            Stage::Request => Self::argument(first),
            Stage::Runtime => Self::execution("illegal_argument_exception", first),
        };
        Self {
            diagnostics,
            ..error
        }
    }

    /// The error body.
    pub fn to_json(&self) -> Json {
        let (root_kind, root_reason) = match &self.root {
            Some((kind, reason)) => (*kind, reason.as_str()),
            None => (self.kind, self.reason.as_str()),
        };
        let mut error = json!({
            "root_cause": [{"type": root_kind, "reason": root_reason}],
            "type": self.kind,
            "reason": self.reason,
        });
        if self.root.is_some() {
            error["caused_by"] = json!({"type": root_kind, "reason": root_reason});
        }
        json!({"error": error, "status": self.status})
    }
}

/// `line 1:13: what is wrong`; what is not in the text of the query has Elasticsearch's place for it.
fn line(text: &str, problem: &Diagnostic) -> String {
    match problem.span {
        Some(span) => format!("line {}: {}", position(text, span.start), problem.message),
        None => format!("line -1:-1: {}", problem.message),
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.reason)?;
        if let Some((kind, reason)) = &self.root
            && *reason != self.reason
        {
            write!(f, " ({kind}: {reason})")?;
        }
        Ok(())
    }
}

impl std::error::Error for SearchError {}

impl From<RuntimeError> for SearchError {
    fn from(error: RuntimeError) -> Self {
        let kind = match error.code {
            "query-overflow" | "query-division-by-zero" => "arithmetic_exception",
            "query-unusable-constant" | "query-not-an-address" => "query_shard_exception",
            _ => "illegal_argument_exception",
        };
        let mut failed = Self::execution(kind, error.message.clone());
        failed.diagnostics = vec![error.into()];
        failed
    }
}

impl From<MappingError> for SearchError {
    fn from(error: MappingError) -> Self {
        let reason = error.to_string();
        Self::new("mapper_parsing_exception", reason)
            .with_root("mapper_parsing_exception", error.reason)
    }
}
