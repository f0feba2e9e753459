//! EQL that is valid and cannot be meant.

use gatewatch_diagnostic::{Diagnostic, Span, Stage, suggestion};
use gatewatch_syntax::eql::ast::{Comparison, ComparisonOperator, Literal, StringMatch};
use gatewatch_syntax::eql::{Expr, ExprKind, QueryBody, parse_query};

use super::Found;
use super::fields::{Known, Use};
use crate::{Rule, RuleType};

/// The values of `event.category` that ECS allows.
const CATEGORIES: &[&str] = &[
    "api",
    "authentication",
    "configuration",
    "database",
    "driver",
    "email",
    "file",
    "host",
    "iam",
    "intrusion_detection",
    "library",
    "malware",
    "network",
    "package",
    "process",
    "registry",
    "session",
    "threat",
    "vulnerability",
    "web",
];

/// Checks the query of an EQL rule.
pub(super) fn check(rule: &Rule, found: &mut Found<'_>) {
    if rule.rule_type != RuleType::Eql {
        return;
    }
    let Some(query) = parse_query(&rule.query).tree else {
        return;
    };
    let known = Known::of(&rule.index);
    let mut uses = Vec::new();
    for filter in query.filters() {
        if let Some(name) = &filter.category.name
            && rule.event_category_override.is_none()
            && !CATEGORIES.contains(&name.as_str())
            && let Some(near) = suggestion(name, CATEGORIES.iter().copied())
        {
            found.query(
                warning(
                    "eql-category",
                    format!("ECS has no event category `{name}`"),
                    filter.category.span,
                )
                .with_hint(near),
            );
        }
        filter
            .condition
            .walk(&mut |expr| look(expr, &mut uses, found));
    }
    let shared = match &query.body {
        QueryBody::Event(_) => &[][..],
        QueryBody::Sequence(sequence) => &sequence.by,
        QueryBody::Sample(sample) => &sample.by,
    };
    for key in shared.iter().chain(query.terms().flat_map(|term| &term.by)) {
        uses.push(Use {
            name: key.name(),
            span: key.span,
            optional: key.optional,
        });
    }
    for problem in known.check(uses) {
        found.query(problem);
    }
}

fn look(expr: &Expr, uses: &mut Vec<Use>, found: &mut Found<'_>) {
    match &expr.kind {
        ExprKind::Field(field) => uses.push(Use {
            name: field.name(),
            span: field.span,
            optional: field.optional,
        }),
        ExprKind::Comparison(comparison) => compared(comparison, found),
        ExprKind::InList(list) => {
            let sign = if list.insensitive { "in~" } else { "in" };
            let better = if list.insensitive { "like~" } else { "like" };
            for element in &list.elements {
                literal_wildcard(element, sign, better, found);
            }
        }
        ExprKind::StringMatch(matching) => empty_pattern(matching, found),
        _ => {}
    }
}

fn compared(comparison: &Comparison, found: &mut Found<'_>) {
    use ComparisonOperator::{Equal, NotEqual};
    if matches!(comparison.operator, Equal | NotEqual) {
        let better = if comparison.operator == Equal {
            "like"
        } else {
            "not … like"
        };
        for side in [&comparison.left, &comparison.right] {
            literal_wildcard(side, comparison.operator.as_str(), better, found);
        }
    }
}

/// A text with an asterisk where there are no wildcards.
fn literal_wildcard(expr: &Expr, operator: &str, better: &str, found: &mut Found<'_>) {
    let ExprKind::Literal(Literal::String(text)) = &expr.kind else {
        return;
    };
    if is_meant_as_wildcard(text) {
        found.query(
            warning(
                "eql-literal-wildcard",
                format!(
                    "`{operator}` knows no wildcards: the asterisk must be in the value itself"
                ),
                expr.span,
            )
            .with_hint(format!("use `{better}`, or `:` to ignore case")),
        );
    }
}

/// Has the text an asterisk that its author will have meant as a wildcard? A lone one is a value (rights on everything),
/// and `\\*\share` is how Windows names a share of any host in its events.
pub(super) fn is_meant_as_wildcard(text: &str) -> bool {
    text.contains('*') && !text.trim_matches('*').is_empty() && !text.contains("\\*\\")
}

fn empty_pattern(matching: &StringMatch, found: &mut Found<'_>) {
    for pattern in &matching.patterns {
        if matches!(&pattern.value, Literal::String(text) if text.is_empty()) {
            found.query(
                warning(
                    "eql-empty-pattern",
                    "an empty pattern matches empty text only".to_owned(),
                    pattern.span,
                )
                .with_hint("to ask whether there is a value, write `field != null`"),
            );
        }
    }
}

fn warning(code: &'static str, message: String, span: Span) -> Diagnostic {
    Diagnostic::warning(Stage::Verification, code, message).with_span(span)
}
