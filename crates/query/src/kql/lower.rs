//! KQL's tree as questions about fields.

use gatewatch_diagnostic::{Severity, Span};
use gatewatch_syntax::kql::{
    Expr, ExprKind, Literal, LiteralKind, RangeOperator, Value, ValueKind,
};

use crate::checked::{Comparison, Expression};
use crate::patterns::escape;
use crate::search::{Label, MatchMode, Searcher, Target, Wanted, pattern_of};
use crate::{Constant, limits};

pub(super) struct Lowering<'l, 'a> {
    pub(super) text: &'l str,
    pub(super) searcher: &'l mut Searcher<'a>,
}

/// Which fields a name names.
enum Names {
    One(String),
    /// An [escaped](crate::checked::PatternLanguage::Escaped) pattern.
    Matching(String),
}

impl Lowering<'_, '_> {
    fn label(&self, span: Span) -> Label {
        Label {
            text: span.text(self.text).into(),
            span: Some(span),
        }
    }

    /// The condition; nothing when there is a problem, after all of it was looked at. The parser bounds the depth.
    pub(super) fn expression(&mut self, expr: &Expr) -> Option<Expression> {
        let label = self.label(expr.span);
        match &expr.kind {
            ExprKind::Or(parts) => Some(label.any(self.all(parts)?)),
            ExprKind::And(parts) => Some(label.all(self.all(parts)?)),
            ExprKind::Not(part) => {
                let part = self.expression(part)?;
                Some(label.not(part))
            }
            ExprKind::Nested { field, body } => self.nested(field, body, &label),
            ExprKind::Range {
                field,
                operator,
                value,
            } => Some(self.range(field, *operator, value, &label)),
            ExprKind::Is { field, value } => {
                let names = self.names(field);
                Some(self.value(&names, value, &label))
            }
            ExprKind::Anywhere(value) => Some(self.anywhere(value, &label)),
        }
    }

    fn all(&mut self, parts: &[Expr]) -> Option<Vec<Expression>> {
        let parts: Vec<Option<Expression>> =
            parts.iter().map(|part| self.expression(part)).collect();
        parts.into_iter().collect()
    }

    /// The fields that a name means where it stands: in braces, names begin with that of the nested field.
    fn names(&self, field: &Literal) -> Names {
        let prefix = self
            .searcher
            .nested
            .as_ref()
            .map_or_else(String::new, |path| format!("{path}."));
        match &field.kind {
            LiteralKind::Wildcard(pieces) => {
                Names::Matching(format!("{}{}", escape(&prefix), pattern_of(pieces)))
            }
            _ => Names::One(format!("{prefix}{}", field.text().unwrap_or_default())),
        }
    }

    fn nested(&mut self, field: &Literal, body: &Expr, label: &Label) -> Option<Expression> {
        let Names::One(path) = self.names(field) else {
            self.searcher.report(
                Severity::Error,
                "query-nested-pattern",
                "a nested query asks one field; its name cannot hold wildcards",
                label,
                None,
            );
            return None;
        };
        let text = self.text;
        self.searcher.nested(&path, label, &mut |searcher| {
            Lowering { text, searcher }.expression(body)
        })
    }

    /// Asks one field, or each whose name matches.
    fn ask(
        &mut self,
        names: &Names,
        label: &Label,
        ask: &mut dyn FnMut(&mut Searcher<'_>, &Target) -> Expression,
    ) -> Expression {
        match names {
            Names::One(name) => match self.searcher.target(name, label) {
                Some(target) => ask(self.searcher, &target),
                None => label.constant(false),
            },
            Names::Matching(pattern) => self.searcher.any_field(pattern, label, ask),
        }
    }

    fn range(
        &mut self,
        field: &Literal,
        operator: RangeOperator,
        value: &Literal,
        label: &Label,
    ) -> Expression {
        let comparison = match operator {
            RangeOperator::Less => Comparison::Less,
            RangeOperator::LessOrEqual => Comparison::LessOrEqual,
            RangeOperator::Greater => Comparison::Greater,
            RangeOperator::GreaterOrEqual => Comparison::GreaterOrEqual,
        };
        let bound = match &value.kind {
            LiteralKind::Null => return label.constant(false),
            LiteralKind::Wildcard(pieces) => Constant::from(pieces.join("*").as_str()),
            _ => Constant::from(value.text().unwrap_or_default()),
        };
        let bounds = [(comparison, bound)];
        let names = self.names(field);
        self.ask(&names, label, &mut |searcher, target| {
            searcher.range(target, &bounds, label)
        })
    }

    fn value(&mut self, names: &Names, value: &Value, label: &Label) -> Expression {
        match &value.kind {
            ValueKind::Literal(literal) => self.literals(names, &[literal], label),
            ValueKind::Not(part) => {
                let label = self.label(value.span);
                let part = self.value(names, part, &label);
                label.not(part)
            }
            ValueKind::And(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| {
                        let label = self.label(part.span);
                        self.value(names, part, &label)
                    })
                    .collect();
                label.all(parts)
            }
            ValueKind::Or(parts) => {
                // All that a value may be is asked at once.
                let mut literals = Vec::new();
                let mut others = Vec::new();
                for part in parts {
                    match &part.kind {
                        ValueKind::Literal(literal) => literals.push(literal),
                        _ => {
                            let label = self.label(part.span);
                            others.push(self.value(names, part, &label));
                        }
                    }
                }
                others.insert(0, self.literals(names, &literals, label));
                label.any(others)
            }
        }
    }

    /// Has the field any of the values?
    fn literals(&mut self, names: &Names, literals: &[&Literal], label: &Label) -> Expression {
        if literals.iter().any(|literal| literal.is_any()) {
            if let Names::Matching(pattern) = names
                && pattern.chars().all(|c| c == '*')
            {
                return label.constant(true);
            }
            return self.ask(names, label, &mut |searcher, target| {
                searcher.exists(target, label)
            });
        }
        if literals.len() > limits::LIST {
            self.searcher.report(
                Severity::Error,
                "query-too-many",
                format!("a list holds more than {} values", limits::LIST),
                label,
                None,
            );
            return label.constant(false);
        }
        self.look_at(names, literals);
        let wanted = wanted(literals);
        if wanted.is_empty() {
            return label.constant(false);
        }
        self.ask(names, label, &mut |searcher, target| {
            searcher.any_value(target, &wanted, label)
        })
    }

    fn anywhere(&mut self, literal: &Literal, label: &Label) -> Expression {
        if literal.is_any() {
            return label.constant(true);
        }
        let wanted = wanted(&[literal]);
        if wanted.is_empty() {
            return label.constant(false);
        }
        self.searcher
            .any_field("*", label, &mut |searcher, target| {
                searcher.any_value(target, &wanted, label)
            })
    }

    /// Warns of asterisks in quotes, where they are ordinary characters: that is seldom meant.
    fn look_at(&mut self, names: &Names, literals: &[&Literal]) {
        let Names::One(name) = names else { return };
        for literal in literals {
            let LiteralKind::Text(text) = &literal.kind else {
                continue;
            };
            if literal.quoted && text.contains('*') && text != "*" {
                let label = self.label(literal.span);
                self.searcher.report(
                    Severity::Note,
                    "query-quoted-wildcard",
                    format!("in quotes `*` is an ordinary character: [{name}] has to hold it"),
                    &label,
                    Some("leave out the quotes if any text is meant there"),
                );
            }
        }
    }
}

/// What the literals want a value to be; `null` wants nothing that there is.
fn wanted(literals: &[&Literal]) -> Vec<Wanted> {
    literals
        .iter()
        .filter_map(|literal| match &literal.kind {
            LiteralKind::Null => None,
            LiteralKind::Wildcard(pieces) => Some(Wanted::Wildcard(pieces.clone())),
            _ => Some(Wanted::Match {
                value: Constant::from(literal.text()?),
                mode: if literal.quoted {
                    MatchMode::Phrase
                } else {
                    MatchMode::Any
                },
            }),
        })
        .collect()
}
