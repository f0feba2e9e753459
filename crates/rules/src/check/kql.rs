//! KQL that is valid and cannot be meant.

use gatewatch_diagnostic::{Diagnostic, Severity, Span, Stage};
use gatewatch_syntax::kql::{Expr, ExprKind, Literal, LiteralKind, Value, ValueKind, parse_query};

use super::Found;
use super::eql::is_meant_as_wildcard;
use super::fields::{Known, Use};
use crate::{Language, Rule, RuleType};

/// Checks the KQL of a rule: its query and that of its indicators.
pub(super) fn check(rule: &Rule, found: &mut Found<'_>) {
    if rule.language == Some(Language::Kuery) {
        for problem in lint(&rule.query, Some(&Known::of(&rule.index))) {
            found.query(problem);
        }
    }
    if let RuleType::ThreatMatch(threat) = &rule.rule_type
        && threat.language == Language::Kuery
    {
        let parsed = parse_query(&threat.query);
        let mut problems = parsed.diagnostics;
        // Indicators come from feeds of every kind: nothing is known of their fields.
        problems.extend(lint(&threat.query, None));
        for problem in problems {
            found.threat_query(problem);
        }
    }
}

fn lint(text: &str, known: Option<&Known>) -> Vec<Diagnostic> {
    let Some(query) = parse_query(text).tree else {
        return Vec::new();
    };
    let mut lints = Lints {
        uses: Vec::new(),
        problems: Vec::new(),
    };
    if let Some(body) = &query.body {
        lints.expr(body, "");
    }
    let mut problems = lints.problems;
    if let Some(known) = known {
        problems.extend(known.check(lints.uses));
    }
    problems
}

struct Lints {
    uses: Vec<Use>,
    problems: Vec<Diagnostic>,
}

impl Lints {
    /// Goes through an expression; `prefix` is the nested field around it, with a dot. The parser bounds the depth.
    fn expr(&mut self, expr: &Expr, prefix: &str) {
        match &expr.kind {
            ExprKind::Or(parts) | ExprKind::And(parts) => {
                for part in parts {
                    self.expr(part, prefix);
                }
            }
            ExprKind::Not(part) => self.expr(part, prefix),
            ExprKind::Nested { field, body } => {
                let name = field.text().unwrap_or_default();
                self.expr(body, &format!("{prefix}{name}."));
            }
            ExprKind::Range { field, value, .. } => {
                self.field(field, prefix);
                self.literal(value);
            }
            ExprKind::Is { field, value } => {
                self.field(field, prefix);
                self.value(value);
            }
            ExprKind::Anywhere(literal) => {
                if !literal.is_any() {
                    self.note(
                        Severity::Warning,
                        "kql-free-text",
                        "this is looked for in every field: no field is named".to_owned(),
                        "write field: value",
                        literal.span,
                    );
                }
                self.literal(literal);
            }
        }
    }

    fn field(&mut self, field: &Literal, prefix: &str) {
        if let Some(name) = field.text() {
            self.uses.push(Use {
                name: format!("{prefix}{name}"),
                span: field.span,
                optional: false,
            });
        }
    }

    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Or(parts) | ValueKind::And(parts) => {
                for part in parts {
                    self.value(part);
                }
            }
            ValueKind::Not(part) => self.value(part),
            ValueKind::Literal(literal) => self.literal(literal),
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match &literal.kind {
            LiteralKind::Text(text) if literal.quoted => self.quoted(text, literal.span),
            LiteralKind::Wildcard(pieces) if pieces.iter().any(|piece| piece.contains('?')) => {
                self.note(
                    Severity::Note,
                    "kql-question-mark",
                    "`?` is no wildcard in KQL: it must be in the value itself".to_owned(),
                    "for any character write `*`",
                    literal.span,
                );
            }
            LiteralKind::Null => self.note(
                Severity::Warning,
                "kql-null",
                "`null` equals nothing: this is never true".to_owned(),
                "for a field without values write `not field: *`",
                literal.span,
            ),
            _ => {}
        }
    }

    fn quoted(&mut self, text: &str, span: Span) {
        if is_meant_as_wildcard(text) {
            self.note(
                Severity::Warning,
                "kql-quoted-wildcard",
                "there are no wildcards in quotes: the asterisk must be in the value itself".to_owned(),
                "write it without quotes, with a backslash before each of \\ ( ) : < > \" { } and spaces as they are",
                span,
            );
        }
    }

    fn note(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: String,
        hint: &str,
        span: Span,
    ) {
        self.problems.push(
            Diagnostic::new(severity, Stage::Verification, code, message)
                .with_span(span)
                .with_hint(hint),
        );
    }
}
