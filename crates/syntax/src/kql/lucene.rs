//! Lucene's syntax in what should be KQL: what is refused with a better reason, and what Kibana accepts as plain text.

use gatewatch_diagnostic::{Diagnostic, Span};

use super::ast::{Literal, LiteralKind};
use super::problems;

/// A better reason for an error at `span`, where `before` is the text that ends there and `after` begins with what was not
/// understood.
pub(super) fn reason(before: &str, after: &str, span: Span) -> Option<Diagnostic> {
    let next = after.chars().next()?;
    let words = before.trim_end();
    if matches!(next, '~' | '^') && words.ends_with(['"', ')']) {
        let (what, hint) = if next == '~' {
            (
                "`~` for near or similar words",
                "leave it out; KQL has no such search",
            )
        } else {
            ("`^` for more weight", "leave it out; a rule has no scores")
        };
        return Some(problems::lucene_error(span, what, hint));
    }
    for (sign, hint) in [("&&", "write `and`"), ("||", "write `or`")] {
        if let Some(at) = words.rfind(sign) {
            let behind = u32::try_from(before.len() - at).unwrap_or(0);
            let start = span.start.saturating_sub(behind);
            let place = Span::new(start, start + 2);
            let what = format!("`{sign}`");
            return Some(problems::lucene_error(place, &what, hint));
        }
    }
    if matches!(next, '}' | ']') && words.contains(" TO ") {
        let hint = "write `field >= a and field < b`";
        return Some(problems::lucene_error(span, "`[a TO b}`", hint));
    }
    None
}

/// What is probably not meant in a value.
pub(super) fn in_value(literal: &Literal) -> Option<Diagnostic> {
    let text = plain(literal)?;
    let span = literal.span;
    let is_range = text.starts_with('[') && text.contains(" TO ") && text.ends_with(']');
    if is_range {
        let hint = "write `field >= a and field <= b`";
        return Some(problems::lucene_warning(span, "`[a TO b]`", hint));
    }
    let inner = text
        .strip_prefix('/')
        .and_then(|text| text.strip_suffix('/'));
    if let Some(inner) = inner
        && [".*", ".+", "[", "|", "\\d", "\\w", "^", "$", "?"]
            .iter()
            .any(|sign| inner.contains(sign))
    {
        let hint = "KQL has no regular expressions; use wildcards (`*`), or EQL's `regex`";
        return Some(problems::lucene_warning(
            span,
            "`/regular expression/`",
            hint,
        ));
    }
    connective(&text, span)
}

/// What is probably not meant in the name of a field.
pub(super) fn in_field(literal: &Literal) -> Option<Diagnostic> {
    let text = plain(literal)?;
    let span = literal.span;
    if text == "_exists_" {
        let hint = "write `field: *`";
        return Some(problems::lucene_warning(span, "`_exists_:`", hint));
    }
    if text == "_missing_" {
        let hint = "write `not field: *`";
        return Some(problems::lucene_warning(span, "`_missing_:`", hint));
    }
    if text.starts_with(['+', '!', '-']) {
        let hint = if text.starts_with('+') {
            "leave it out and join with `and`"
        } else {
            "write `not field: value`"
        };
        let what = "`+`, `-` or `!` before a field";
        return Some(problems::lucene_warning(span, what, hint));
    }
    None
}

/// What is probably not meant in free text.
pub(super) fn in_free_text(literal: &Literal) -> Option<Diagnostic> {
    let text = plain(literal)?;
    if let Some((name, _)) = text.split_once('=')
        && !name.trim().is_empty()
        && !name.trim().contains(char::is_whitespace)
    {
        let name = name.trim().trim_end_matches(['!', '=']);
        let hint = format!("write `{name}: value`");
        return Some(problems::equals(literal.span, &hint));
    }
    connective(&text, literal.span)
}

fn connective(text: &str, span: Span) -> Option<Diagnostic> {
    for (sign, word) in [(" && ", "and"), (" || ", "or")] {
        if text.contains(sign) {
            let what = format!("`{}`", sign.trim());
            let hint = format!("write `{word}`");
            return Some(problems::lucene_warning(span, &what, &hint));
        }
    }
    None
}

/// The text of an unquoted literal, wildcards as asterisks.
fn plain(literal: &Literal) -> Option<String> {
    match &literal.kind {
        LiteralKind::Text(text) if !literal.quoted => Some(text.clone()),
        LiteralKind::Wildcard(pieces) => Some(pieces.join("*")),
        _ => None,
    }
}
