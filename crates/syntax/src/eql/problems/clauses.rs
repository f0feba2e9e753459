//! Problems with the clauses of a query.

use gatewatch_diagnostic::{Diagnostic, Span};

use super::problem;

pub(crate) fn optional_category(span: Span) -> Diagnostic {
    problem("eql-category", span, "an event category cannot be optional")
        .with_hint("remove the `?`, or write `any where ...`")
}

pub(crate) fn quoted_category(span: Span) -> Diagnostic {
    problem(
        "eql-category",
        span,
        "an event category does not stand in back-quotes",
    )
    .with_hint("use double quotes: `\"my category\" where ...`")
}

pub(crate) fn bad_category(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-category",
        span,
        format!("expected an event category, found {found}"),
    )
    .with_hint("a filter begins like `process where ...` or `any where ...`")
}

pub(crate) fn missing_where(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-missing-where",
        span,
        format!("expected `where` after the event category, found {found}"),
    )
    .with_hint("write `category where condition`; `any where ...` takes every category")
}

pub(crate) fn missing_condition(span: Span) -> Diagnostic {
    problem(
        "eql-missing-condition",
        span,
        "there is no condition after `where`",
    )
    .with_hint("write `where true` to take every event of the category")
}

pub(crate) fn with_before_by(span: Span) -> Diagnostic {
    problem("eql-with-before-by", span, "`by` must stand before `with`")
        .with_hint("write `sequence by key with maxspan=1m`")
}

pub(crate) fn unsupported_key(span: Span) -> Diagnostic {
    problem("eql-key", span, "only a field can be a join key")
        .with_hint("name the field itself, without functions or arithmetic")
}

pub(crate) fn key_count(span: Span, expected: usize, found: usize, first: Span) -> Diagnostic {
    problem(
        "eql-key-count",
        span,
        format!(
            "{found} join {} here, {expected} in the first step",
            keys(found)
        ),
    )
    .with_note_at("the first step", first)
    .with_hint("give every step, and `until`, the same number of keys")
}

fn keys(count: usize) -> &'static str {
    if count == 1 { "key" } else { "keys" }
}

pub(crate) fn maxspan_form(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-maxspan",
        span,
        format!("expected a duration for `maxspan`, found {found}"),
    )
    .with_hint("write a number and a unit: `with maxspan=30s`")
}

pub(crate) fn maxspan_without_unit(span: Span, number: &str) -> Diagnostic {
    problem("eql-maxspan", span, "the duration has no unit").with_hint(format!(
        "`{number}s` is {number} seconds; units are ms, s, m, h and d"
    ))
}

pub(crate) fn maxspan_unit(span: Span, unit: &str, ours: Option<&str>) -> Diagnostic {
    let diagnostic = problem(
        "eql-maxspan",
        span,
        format!("`{unit}` is not a unit of time"),
    );
    match ours {
        Some(ours) => diagnostic.with_hint(format!("write `{ours}`; units are ms, s, m, h and d")),
        None => diagnostic.with_hint("units are ms, s, m, h and d"),
    }
}

pub(crate) fn maxspan_decimal(span: Span) -> Diagnostic {
    problem("eql-maxspan", span, "a duration must be a whole number")
        .with_hint("use a smaller unit: `150s` instead of `2.5m`")
}

pub(crate) fn maxspan_zero(span: Span) -> Diagnostic {
    problem("eql-maxspan", span, "a duration must be above zero")
        .with_hint("leave `with maxspan` out if there is no limit")
}

pub(crate) fn maxspan_too_large(span: Span) -> Diagnostic {
    problem("eql-maxspan", span, "this duration is too long")
        .with_hint("leave `with maxspan` out if there is no limit")
}

pub(crate) fn maxspan_twice(span: Span) -> Diagnostic {
    problem("eql-maxspan", span, "`maxspan` is given twice").with_hint("keep one of them")
}

pub(crate) fn sequence_option(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-sequence-option",
        span,
        format!("expected `maxspan` after `with`, found {found}"),
    )
    .with_hint("`maxspan` is the only option of a sequence; `runs` follows a step")
}

pub(crate) fn step_option(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-step-option",
        span,
        format!("expected `runs` after `with`, found {found}"),
    )
    .with_hint("the only option of a step is `with runs=N`; `maxspan` stands before the first step")
}

pub(crate) fn option_without_assign(span: Span, option: &str, found: &str) -> Diagnostic {
    problem(
        "eql-option-assign",
        span,
        format!("expected `=` after `{option}`, found {found}"),
    )
    .with_hint(format!("write `with {option}=...`"))
}

pub(crate) fn runs_value(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-runs",
        span,
        format!("`runs` must be a whole number from 1 to 100, found {found}"),
    )
    .with_hint("write it as `with runs=3`")
}

pub(crate) fn by_after_runs(span: Span) -> Diagnostic {
    problem("eql-by-after-runs", span, "`by` must stand before `with`")
        .with_hint("write `[...] by key with runs=3`")
}

pub(crate) fn fork(span: Span) -> Diagnostic {
    problem("eql-fork", span, "`fork` is not supported")
        .with_hint("remove it; one event may serve in several sequences anyway")
}

pub(crate) fn no_steps(span: Span, clause: &str, found: &str) -> Diagnostic {
    problem(
        "eql-missing-step",
        span,
        format!("expected a step of the {clause}, found {found}"),
    )
    .with_hint("a step is a filter in brackets: `[process where ...]`")
}

pub(crate) fn sequence_too_short(span: Span) -> Diagnostic {
    problem(
        "eql-sequence-steps",
        span,
        "a sequence needs two steps at least",
    )
    .with_hint("add a step, or repeat this one: `[...] with runs=2`")
}

pub(crate) fn missing_needs_maxspan(span: Span) -> Diagnostic {
    problem(
        "eql-missing-maxspan",
        span,
        "a sequence with a missing event needs a maxspan",
    )
    .with_hint("say how long to wait: `sequence with maxspan=1m`")
}

pub(crate) fn only_missing(span: Span) -> Diagnostic {
    problem(
        "eql-only-missing",
        span,
        "every step of this sequence is a missing event",
    )
    .with_hint("one step at least must be an event that happens: `[...]`")
}

pub(crate) fn until_missing(span: Span) -> Diagnostic {
    problem("eql-until", span, "`until` cannot be a missing event").with_hint("write `until [...]`")
}

pub(crate) fn until_runs(span: Span) -> Diagnostic {
    problem("eql-until", span, "`until` cannot have `runs`")
        .with_hint("one event ends the sequence; remove `with runs`")
}

pub(crate) fn step_after_until(span: Span) -> Diagnostic {
    problem("eql-until", span, "no step can follow `until`")
        .with_hint("move `until` behind the last step")
}

pub(crate) fn join(span: Span) -> Diagnostic {
    problem("eql-join", span, "`join` is not supported")
        .with_hint("use `sequence` for events in order, `sample` for events in any order")
}

pub(crate) fn sample_without_keys(span: Span) -> Diagnostic {
    problem("eql-sample-keys", span, "a sample needs a join key")
        .with_hint("write `sample by host.id [...] [...]`")
}

pub(crate) fn sample_steps(span: Span, found: usize) -> Diagnostic {
    problem(
        "eql-sample-steps",
        span,
        format!("a sample has two to five filters, this one has {found}"),
    )
    .with_hint(if found < 2 {
        "add a filter in brackets"
    } else {
        "merge filters with `or`, or leave some out"
    })
}

pub(crate) fn sample_clause(span: Span, clause: &str) -> Diagnostic {
    problem(
        "eql-sample-clause",
        span,
        format!("a sample takes no {clause}"),
    )
    .with_hint("use a sequence if the order or the time between events matters")
}

pub(crate) fn pipe_name(span: Span, found: &str) -> Diagnostic {
    problem(
        "eql-pipe",
        span,
        format!("expected the name of a pipe after `|`, found {found}"),
    )
    .with_hint("write `| head 10` or `| tail 10`")
}

pub(crate) fn unsupported_pipe(span: Span, name: &str) -> Diagnostic {
    problem(
        "eql-unsupported-pipe",
        span,
        format!("the pipe `{name}` is not supported"),
    )
    .with_hint(match name {
        "filter" => "put the condition into the `where` clause",
        _ => "only `head` and `tail` are; count, sort and group the results instead",
    })
}

pub(crate) fn unknown_pipe(span: Span, name: &str, hint: Option<String>) -> Diagnostic {
    problem(
        "eql-unknown-pipe",
        span,
        format!("there is no pipe `{name}`"),
    )
    .with_hint(hint.unwrap_or_else(|| "only `head` and `tail` are supported".to_owned()))
}

pub(crate) fn pipe_argument_count(span: Span, name: &str, found: usize) -> Diagnostic {
    problem(
        "eql-pipe-argument",
        span,
        format!("`{name}` takes one argument, {found} given"),
    )
    .with_hint(format!("say how many results to keep: `| {name} 10`"))
}

pub(crate) fn pipe_argument(span: Span, name: &str) -> Diagnostic {
    problem(
        "eql-pipe-argument",
        span,
        format!("the argument of `{name}` must be a constant whole number from 0 to 2147483647"),
    )
    .with_hint(format!("say how many results to keep: `| {name} 10`"))
}

pub(crate) fn sample_pipe(span: Span) -> Diagnostic {
    problem("eql-sample-pipe", span, "a sample takes no pipes")
        .with_hint("limit the results with the option `size` instead")
}

pub(crate) fn keyword_category(span: Span, keyword: &str) -> Diagnostic {
    problem(
        "eql-category",
        span,
        format!("`{keyword}` is a reserved word and cannot be a category as it stands"),
    )
    .with_hint(format!(
        "put it in double quotes: `\"{keyword}\" where ...`"
    ))
}
