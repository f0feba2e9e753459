//! Every problem that reading EQL can report, in words.

use gatewatch_diagnostic::{Diagnostic, Span, Stage};

mod clauses;
mod expressions;

pub(super) use clauses::*;
pub(super) use expressions::*;

/// After this many problems the rest of a text is not looked at any more.
pub(super) const MAX_PROBLEMS: usize = 50;

fn problem(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Stage::Parse, code, message).with_span(span)
}

pub(super) fn too_long(length: usize, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Stage::Parse,
        "eql-too-long",
        format!("this text has {length} bytes; at most {limit} are read as one query"),
    )
    .with_hint("split it into several queries")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    problem(
        "eql-too-deep",
        span,
        "the expression is nested too deep here",
    )
    .with_hint("use `in (..)` or `: (..)` instead of many alternatives, or fewer parentheses")
}

/// Elasticsearch refuses an empty query with the request, one of blanks or comments when it reads it.
pub(super) fn empty(span: Span, text: &str) -> Diagnostic {
    let stage = if text.is_empty() {
        Stage::Request
    } else {
        Stage::Parse
    };
    Diagnostic::error(stage, "eql-empty", "there is no query")
        .with_span(span)
        .with_hint("write `any where true` to get every event")
}

pub(super) fn unterminated_comment(span: Span, depth: usize) -> Diagnostic {
    let hint = if depth > 1 {
        "comments nest: each `/*` needs its own `*/`"
    } else {
        "end the comment with `*/`"
    };
    problem("eql-unterminated-comment", span, "this comment never ends").with_hint(hint)
}

pub(super) fn unterminated_string(span: Span, escaped_quote: bool) -> Diagnostic {
    let hint = if escaped_quote {
        "`\\\"` does not end a string; a backslash before the closing quote is written `\\\\`"
    } else {
        "close the string on the same line; write `\\n` for a line break within it"
    };
    problem("eql-unterminated-string", span, "this string never ends").with_hint(hint)
}

pub(super) fn unterminated_raw_string(span: Span) -> Diagnostic {
    problem(
        "eql-unterminated-string",
        span,
        "this raw string never ends",
    )
    .with_hint("close it with `\"\"\"` on the same line; it cannot hold line breaks")
}

pub(super) fn single_quotes(span: Span) -> Diagnostic {
    problem(
        "eql-single-quotes",
        span,
        "strings do not stand in single quotes",
    )
    .with_hint("use double quotes: `\"...\"`")
}

pub(super) fn question_string(span: Span) -> Diagnostic {
    problem(
        "eql-question-string",
        span,
        "raw strings are no longer written with `?`",
    )
    .with_hint("use three double quotes: `\"\"\"...\"\"\"`")
}

pub(super) fn unknown_escape(span: Span, next: Option<char>) -> Diagnostic {
    let message = match next {
        Some(next) => format!("`\\{}` is not an escape sequence", next.escape_debug()),
        None => "a backslash cannot end a line".to_owned(),
    };
    problem("eql-unknown-escape", span, message).with_hint(
        "write `\\\\` for one backslash, or use a raw string: `\"\"\"C:\\Windows\\*\"\"\"`",
    )
}

pub(super) fn unicode_escape_form(span: Span) -> Diagnostic {
    problem(
        "eql-unicode-escape",
        span,
        "a Unicode escape needs 2 to 8 hexadecimal digits in braces",
    )
    .with_hint("write it as `\\u{00e9}`")
}

pub(super) fn unicode_escape_value(span: Span, code: u32) -> Diagnostic {
    let message = if (0xd800..=0xdfff).contains(&code) {
        format!("{code:X} is a surrogate, not a character")
    } else {
        format!("{code:X} is not a character: the highest is 10FFFF")
    };
    problem("eql-unicode-escape", span, message)
        .with_hint("give the code point of the character itself")
}

pub(super) fn unterminated_name(span: Span) -> Diagnostic {
    problem(
        "eql-unterminated-name",
        span,
        "this back-quoted name never ends",
    )
    .with_hint("close it with a back-quote; a back-quote within a name is written twice")
}

pub(super) fn empty_name(span: Span) -> Diagnostic {
    problem(
        "eql-empty-name",
        span,
        "there is no name between the back-quotes",
    )
    .with_hint("put the name of the field between them")
}

pub(super) fn unknown_character(span: Span, character: char) -> Diagnostic {
    let diagnostic = problem(
        "eql-unknown-character",
        span,
        format!(
            "the character `{}` has no meaning here",
            character.escape_debug()
        ),
    );
    match character {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => {
            diagnostic.with_hint("use plain double quotes: `\"...\"`")
        }
        '\u{2018}' | '\u{2019}' => diagnostic.with_hint("use plain double quotes: `\"...\"`"),
        '\u{2013}' | '\u{2014}' | '\u{2212}' => diagnostic.with_hint("use a plain `-`"),
        ';' => diagnostic.with_hint("a query ends without a semicolon"),
        '#' => diagnostic.with_hint("a comment begins with `//`"),
        '&' => diagnostic.with_hint("write `and`"),
        '{' | '}' => diagnostic.with_hint("lists stand in parentheses: `(\"a\", \"b\")`"),
        '~' => {
            diagnostic.with_hint("`~` follows the name directly: `like~`, `in~`, `endsWith~(..)`")
        }
        '\u{feff}' => diagnostic.with_hint("remove the byte order mark"),
        _ if character.is_whitespace() => {
            diagnostic.with_hint("replace it with a plain space; it may have come with a paste")
        }
        _ if character.is_alphabetic() => {
            diagnostic.with_hint("put a name with other letters than a-z in back-quotes")
        }
        _ => diagnostic.with_hint("put text in double quotes"),
    }
}

pub(super) fn foreign_operator(span: Span, sign: &str, ours: &str) -> Diagnostic {
    problem(
        "eql-foreign-operator",
        span,
        format!("`{sign}` is not an operator"),
    )
    .with_hint(format!("write `{ours}`"))
}

pub(super) fn split_missing_open(span: Span) -> Diagnostic {
    problem(
        "eql-split-missing",
        span,
        "`!` and `[` of a missing event must stand together",
    )
    .with_hint("write `![`")
}
