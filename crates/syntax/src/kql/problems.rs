//! Every problem that reading KQL can report, in words.

use gatewatch_diagnostic::{Diagnostic, Span, Stage};

/// After this many problems the rest of a text is not looked at any more.
pub(super) const MAX_PROBLEMS: usize = 50;

fn problem(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Stage::Parse, code, message).with_span(span)
}

fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(Stage::Parse, code, message).with_span(span)
}

pub(super) fn too_long(length: usize, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Stage::Parse,
        "kql-too-long",
        format!("this text has {length} bytes; at most {limit} are read as one query"),
    )
    .with_hint("split it into several queries")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    problem("kql-too-deep", span, "the query is nested too deep here")
        .with_hint("put alternatives into one list: `field: (a or b or c)`")
}

pub(super) fn unterminated_string(span: Span, escaped_quote: bool) -> Diagnostic {
    let hint = if escaped_quote {
        "`\\\"` does not end a string; a backslash before the closing quote is written `\\\\`"
    } else {
        "close it with `\"`"
    };
    problem(
        "kql-unterminated-string",
        span,
        "this quoted value never ends",
    )
    .with_hint(hint)
}

pub(super) fn unknown_escape(span: Span, next: Option<char>) -> Diagnostic {
    let message = match next {
        Some(next) => format!("`\\{next}` is no escape"),
        None => "a backslash at the end escapes nothing".to_owned(),
    };
    problem("kql-unknown-escape", span, message)
        .with_hint("write `\\\\` for a backslash, or put the value into quotes")
}

pub(super) fn half_character(span: Span) -> Diagnostic {
    warning(
        "kql-half-character",
        span,
        "this is one half of a character outside the basic plane; no text holds it",
    )
}

pub(super) fn expected(span: Span, wanted: &str, found: &str) -> Diagnostic {
    problem(
        "kql-expected",
        span,
        format!("expected {wanted}, found {found}"),
    )
}

pub(super) fn operand_missing(span: Span, before: &str, found: &str) -> Diagnostic {
    problem(
        "kql-operand-missing",
        span,
        format!("`{before}` is followed by {found}, not by something to look for"),
    )
}

pub(super) fn unclosed(open: Span, close: char, span: Span) -> Diagnostic {
    problem(
        "kql-unclosed",
        span,
        format!("expected `{close}`, which never comes"),
    )
    .with_note_at("it would close this", open)
}

pub(super) fn closes_nothing(span: Span, found: &str) -> Diagnostic {
    problem(
        "kql-closes-nothing",
        span,
        format!("{found} closes nothing"),
    )
}

pub(super) fn operator_missing(span: Span, found: &str) -> Diagnostic {
    problem(
        "kql-operator-missing",
        span,
        format!("there is no `and` or `or` before {found}"),
    )
    .with_hint("join the two with `and` or `or`, white space around it; or put the whole value into quotes")
}

pub(super) fn tight_keyword(span: Span, word: &str) -> Diagnostic {
    problem(
        "kql-tight-keyword",
        span,
        format!("`{word}` needs white space at both sides"),
    )
}

pub(super) fn special_character(span: Span, c: char) -> Diagnostic {
    problem(
        "kql-special-character",
        span,
        format!("`{c}` has a meaning of its own and cannot stand here"),
    )
    .with_hint(format!("write `\\{c}`, or put the whole value into quotes"))
}

pub(super) fn not_in_word(span: Span) -> Diagnostic {
    problem(
        "kql-not-in-value",
        span,
        "`not` with a space after it is a keyword, even at the end of a longer word",
    )
    .with_hint("put the value into quotes")
}

pub(super) fn double_not(span: Span) -> Diagnostic {
    problem("kql-double-not", span, "`not` cannot follow `not`")
        .with_hint("write `not (not ...)`, or leave both out")
}

pub(super) fn bare_not(span: Span, field: &str) -> Diagnostic {
    problem(
        "kql-not-after-colon",
        span,
        "`not` cannot stand between a field and its value",
    )
    .with_hint(format!(
        "write `not {field}: value` or `{field}: (not value)`"
    ))
}

pub(super) fn list_of_fields(span: Span) -> Diagnostic {
    problem(
        "kql-field-in-list",
        span,
        "a list after `field:` holds values, not further fields",
    )
    .with_hint("close the list before the next field, or put the value into quotes")
}

pub(super) fn colon_and_range(span: Span, field: &str, operator: &str) -> Diagnostic {
    problem(
        "kql-colon-and-range",
        span,
        format!("`{operator}` cannot follow `:`"),
    )
    .with_hint(format!("write `{field} {operator} value`"))
}

pub(super) fn field_missing(span: Span, operator: &str) -> Diagnostic {
    problem(
        "kql-field-missing",
        span,
        format!("there is no field before `{operator}`"),
    )
}

/// Text that Kibana takes for something else than its author did, who had Lucene in mind.
pub(super) fn lucene_error(span: Span, what: &str, hint: &str) -> Diagnostic {
    problem(
        "kql-lucene-syntax",
        span,
        format!("{what} is Lucene syntax; this is KQL"),
    )
    .with_hint(hint)
}

/// The same where Kibana accepts the text, as ordinary characters.
pub(super) fn lucene_warning(span: Span, what: &str, hint: &str) -> Diagnostic {
    warning(
        "kql-lucene-syntax",
        span,
        format!("{what} is Lucene syntax; in KQL these are ordinary characters of a value or name"),
    )
    .with_hint(hint)
}

pub(super) fn equals(span: Span, hint: &str) -> Diagnostic {
    warning(
        "kql-equals",
        span,
        "`=` does not compare in KQL: this looks for the text in any field",
    )
    .with_hint(hint)
}

pub(super) fn path_escape(span: Span, escape: char, name: &str) -> Diagnostic {
    warning(
        "kql-path-escape",
        span,
        format!("`\\{escape}` in this path is a {name}, not a backslash and a letter"),
    )
    .with_hint("write `\\\\` for each backslash")
}
