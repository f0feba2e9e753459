//! The problem itself.

use std::fmt;

use crate::Span;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// What was asked for cannot be done.
    Error,
    /// It can be done, and is probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word shown to a person.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// The stage of work at which a problem shows, as Elasticsearch divides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// The text is not in the language, or asks for a clause that is not supported.
    Parse,
    /// A name is unknown or a type does not fit.
    Verification,
    /// The query is sound and still cannot be planned.
    Planning,
    /// What surrounds the query (options, fields to read) is unusable.
    Request,
    /// Evaluation over an event failed.
    Runtime,
}

impl Stage {
    /// The stage in one lower-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Verification => "verification",
            Self::Planning => "planning",
            Self::Request => "request",
            Self::Runtime => "runtime",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Something to add to a problem, with or without a place of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note {
    /// What to add.
    pub message: String,
    /// Where it points, in the same text as the problem.
    pub span: Option<Span>,
}

/// One problem: what, where, and how to fix it.
///
/// ```
/// use gatewatch_diagnostic::{Diagnostic, Span, Stage};
///
/// let problem = Diagnostic::error(Stage::Parse, "eql-single-equals", "`=` does not compare")
///     .with_span(Span::new(18, 19))
///     .with_hint("write `==`");
/// assert_eq!(problem.hint.as_deref(), Some("write `==`"));
/// assert!(problem.is_error());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The stage that found it.
    pub stage: Stage,
    /// A stable name to search for, in lower case with hyphens, such as `eql-unknown-function`.
    pub code: &'static str,
    /// One sentence, without a final stop.
    pub message: String,
    /// The place, in bytes of the text that was read.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Further facts.
    pub notes: Vec<Note>,
}

impl Diagnostic {
    /// A problem of any severity.
    #[must_use]
    pub fn new(
        severity: Severity,
        stage: Stage,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            stage,
            code,
            message: message.into(),
            span: None,
            hint: None,
            notes: Vec::new(),
        }
    }

    /// A problem that stops the work.
    #[must_use]
    pub fn error(stage: Stage, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, stage, code, message)
    }

    /// A problem that does not stop the work.
    #[must_use]
    pub fn warning(stage: Stage, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, stage, code, message)
    }

    /// Says where it is.
    #[must_use]
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a fact without a place.
    #[must_use]
    pub fn with_note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note {
            message: message.into(),
            span: None,
        });
        self
    }

    /// Adds a fact that points to a place.
    #[must_use]
    pub fn with_note_at(mut self, message: impl Into<String>, span: Span) -> Self {
        self.notes.push(Note {
            message: message.into(),
            span: Some(span),
        });
        self
    }

    /// Whether it stops the work.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}[{}]: {}",
            self.severity, self.code, self.message
        )?;
        if let Some(hint) = &self.hint {
            write!(formatter, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
