//! Problems within an expression.

use gatewatch_diagnostic::{Diagnostic, Span};

use super::problem;

/// Something else was expected at a place.
pub(crate) fn expected(span: Span, expected: &str, found: &str) -> Diagnostic {
    problem(
        "eql-unexpected",
        span,
        format!("expected {expected}, found {found}"),
    )
}

pub(crate) fn unclosed(span: Span, opening: Span, closing: &str, found: &str) -> Diagnostic {
    problem(
        "eql-unclosed",
        span,
        format!("expected `{closing}`, found {found}"),
    )
    .with_note_at("it was opened here", opening)
    .with_hint(format!("close it with `{closing}`"))
}

pub(crate) fn single_equals(span: Span) -> Diagnostic {
    problem("eql-single-equals", span, "`=` does not compare values")
        .with_hint("write `==` for equality, or `:` to ignore case and use wildcards")
}

pub(crate) fn bang_colon(span: Span) -> Diagnostic {
    problem("eql-bang-colon", span, "`!:` is not an operator any more")
        .with_hint("negate the whole comparison: `not name : \"value\"`")
}

pub(crate) fn capital_keyword(span: Span, found: &str, keyword: &str) -> Diagnostic {
    problem(
        "eql-capital-keyword",
        span,
        format!("`{found}` is taken as a name: keywords are in lower case"),
    )
    .with_hint(format!("write `{keyword}`"))
}

pub(crate) fn misspelled_keyword(span: Span, found: &str, hint: String) -> Diagnostic {
    problem(
        "eql-unexpected",
        span,
        format!("`{found}` cannot stand here, after a complete expression"),
    )
    .with_hint(hint)
}

pub(crate) fn keyword_as_name(span: Span, keyword: &str) -> Diagnostic {
    problem(
        "eql-keyword-as-name",
        span,
        format!("`{keyword}` is a reserved word and cannot be a name as it stands"),
    )
    .with_hint(format!("put it in back-quotes: `` `{keyword}` ``"))
}

pub(crate) fn infix_not(span: Span, operator: &str) -> Diagnostic {
    problem(
        "eql-infix-not",
        span,
        format!("`not` cannot stand before `{operator}`"),
    )
    .with_hint(format!(
        "negate the whole comparison: `not name {operator} ...`; only `in` and `in~` take `not` before them"
    ))
}

pub(crate) fn not_as_operand(span: Span) -> Diagnostic {
    problem(
        "eql-not-operand",
        span,
        "`not` binds weaker than the operator before it",
    )
    .with_hint("put the negation in parentheses: `(not ...)`")
}

pub(crate) fn chained_comparison(span: Span, first: Span) -> Diagnostic {
    problem(
        "eql-chained-comparison",
        span,
        "comparisons cannot be chained",
    )
    .with_note_at("the first one is here", first)
    .with_hint("join two comparisons with `and`, or put one of them in parentheses")
}

pub(crate) fn array_index(span: Span) -> Diagnostic {
    problem(
        "eql-array-index",
        span,
        "an element of an array cannot be picked",
    )
    .with_hint("leave the index out: a condition holds if any value of the field meets it")
}

pub(crate) fn lineage(span: Span, relationship: &str) -> Diagnostic {
    problem(
        "eql-lineage",
        span,
        format!("`{relationship} of` is not supported: events have no lineage here"),
    )
    .with_hint("use a sequence joined by process.entity_id and process.parent.entity_id")
}

pub(crate) fn method_call(span: Span, name: &str) -> Diagnostic {
    problem(
        "eql-method-call",
        span,
        "functions are not called as methods of a value",
    )
    .with_hint(format!(
        "write the value as the first argument: `{name}(value, ...)`"
    ))
}

pub(crate) fn quoted_function(span: Span, name: &str) -> Diagnostic {
    problem(
        "eql-function-name",
        span,
        "the name of a function takes no `?` and no back-quotes",
    )
    .with_hint(format!("write `{name}(...)`"))
}

pub(crate) fn pattern_not_constant(span: Span, operator: &str, found: &str) -> Diagnostic {
    problem(
        "eql-pattern-not-constant",
        span,
        format!("the right side of `{operator}` must be a literal, found {found}"),
    )
}

pub(crate) fn list_in_brackets(span: Span) -> Diagnostic {
    problem(
        "eql-list-brackets",
        span,
        "a list does not stand in square brackets",
    )
    .with_hint("use parentheses: `(\"a\", \"b\")`")
}

pub(crate) fn in_without_list(span: Span, operator: &str) -> Diagnostic {
    problem(
        "eql-in-without-list",
        span,
        format!("`{operator}` needs a list in parentheses"),
    )
    .with_hint(format!(
        "write `{operator} (\"a\", \"b\")`, also for one value"
    ))
}

pub(crate) fn empty_list(span: Span, operator: &str) -> Diagnostic {
    problem(
        "eql-empty-list",
        span,
        format!("the list of `{operator}` is empty"),
    )
    .with_hint("give one value at least")
}

pub(crate) fn trailing_comma(span: Span) -> Diagnostic {
    problem("eql-trailing-comma", span, "nothing follows this comma").with_hint("remove it")
}

pub(crate) fn list_outside_in(span: Span) -> Diagnostic {
    problem(
        "eql-list-outside-in",
        span,
        "a list can only stand after `in`, `:`, `like` or `regex`",
    )
    .with_hint("write `in (..)` to compare with several values")
}

pub(crate) fn is_null(span: Span, negated: bool) -> Diagnostic {
    let ours = if negated { "!= null" } else { "== null" };
    problem("eql-is-null", span, "`is` is not an operator").with_hint(format!("write `{ours}`"))
}

pub(crate) fn number_too_large(span: Span) -> Diagnostic {
    problem(
        "eql-number-too-large",
        span,
        "this number is too large to be held",
    )
    .with_hint("use a number below 1.8e308")
}

pub(crate) fn dangling_tilde(span: Span, name: &str) -> Diagnostic {
    problem(
        "eql-dangling-tilde",
        span,
        format!("`{name}` is not followed by arguments"),
    )
    .with_hint("`~` stands only after `in`, `like`, `regex` and the name of a called function")
}

pub(crate) fn missing_operator(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-missing-operator",
        span,
        format!("expected an operator before {found}"),
    )
    .with_hint("join conditions with `and` or `or`; values of a list need commas between them")
}

pub(crate) fn second_predicate(span: Span, operator: &str) -> Diagnostic {
    problem(
        "eql-chained-comparison",
        span,
        format!("`{operator}` cannot follow a complete comparison"),
    )
    .with_hint("join two comparisons with `and`, or put one of them in parentheses")
}

pub(crate) fn unopened(span: Span, closing: &str) -> Diagnostic {
    problem(
        "eql-unopened",
        span,
        format!("nothing is open that this `{closing}` could close"),
    )
    .with_hint("remove it, or add the opening one")
}
