//! Whole queries: categories, keys, terms.

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span};
use gatewatch_syntax::eql::Query;
use gatewatch_syntax::eql::ast::{
    Category, EventFilter, Field as FieldPath, PipeKind as PipeKindNode, QueryBody,
    Term as TermNode,
};

use super::names::inexact;
use super::{Checker, Checks};
use crate::checked::{Body, Checked, Comparison, DataType, Expression, Kind, Term};
use crate::fold::Folder;
use crate::{Constant, Key, Options, Pipe, PipeKind};

/// A term with what is needed to compare its keys with those of others.
struct CheckedTerm {
    term: Term,
    keys: Vec<CheckedKey>,
}

struct CheckedKey {
    name: String,
    data_type: DataType,
    span: Span,
}

impl Checker<'_> {
    pub(super) fn query(&mut self, query: &Query, options: &Options) -> Checks<Checked> {
        let body = match &query.body {
            QueryBody::Event(filter) => self.filter(filter, options).map(Body::Event),
            QueryBody::Sequence(sequence) => {
                let terms = self.terms(&sequence.by, &sequence.terms, options);
                let until = sequence
                    .until
                    .as_ref()
                    .map(|until| self.term(&sequence.by, until, options, false));
                match (terms, until) {
                    (Some(terms), None) => Some((terms, None)),
                    (Some(terms), Some(Some(until))) => Some((terms, Some(until))),
                    _ => None,
                }
                .and_then(|(terms, until)| {
                    self.compare_keys("Sequence", &terms, until.as_ref())?;
                    Some(Body::Sequence {
                        terms: terms.into_iter().map(|checked| checked.term).collect(),
                        until: until.map(|checked| checked.term),
                        maxspan: sequence.maxspan.map(|maxspan| maxspan.milliseconds()),
                    })
                })
            }
            QueryBody::Sample(sample) => {
                self.terms(&sample.by, &sample.terms, options)
                    .and_then(|terms| {
                        self.compare_keys("Sample", &terms, None)?;
                        Some(Body::Sample {
                            terms: terms.into_iter().map(|checked| checked.term).collect(),
                        })
                    })
            }
        };
        let pipes = query
            .pipes
            .iter()
            .map(|pipe| Pipe {
                kind: match pipe.kind {
                    PipeKindNode::Head => PipeKind::Head,
                    PipeKindNode::Tail => PipeKind::Tail,
                },
                count: pipe.count,
            })
            .collect();
        Some(Checked {
            body: body?,
            pipes,
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    fn terms(
        &mut self,
        shared: &[FieldPath],
        terms: &[TermNode],
        options: &Options,
    ) -> Checks<Vec<CheckedTerm>> {
        let checked: Vec<Checks<CheckedTerm>> = terms
            .iter()
            .map(|term| self.term(shared, term, options, true))
            .collect();
        checked.into_iter().collect()
    }

    /// A term; `mandatory` adds the condition that its plain keys have values.
    fn term(
        &mut self,
        shared: &[FieldPath],
        node: &TermNode,
        options: &Options,
        mandatory: bool,
    ) -> Checks<CheckedTerm> {
        let condition = self.filter(&node.filter, options);
        let mut keys = Vec::new();
        let mut checked_keys = Vec::new();
        let mut present: Vec<Expression> = Vec::new();
        let mut complete = true;
        for path in shared.iter().chain(&node.by) {
            let Some((key, checked_key, field)) = self.key(path) else {
                complete = false;
                continue;
            };
            if let (true, false, Some(field)) = (mandatory, key.optional, field)
                && !present
                    .iter()
                    .any(|other| other.text == has_value_text(&field))
            {
                present.push(has_value(field));
            }
            keys.push(key);
            checked_keys.push(checked_key);
        }
        let condition = condition.filter(|_| complete)?;
        let condition = if present.is_empty() {
            condition
        } else {
            let span = condition.span;
            let text = Arc::clone(&condition.text);
            let mut parts = vec![condition];
            parts.append(&mut present);
            self.fold(Expression {
                kind: Kind::And(flat(parts)),
                data_type: DataType::Boolean,
                text,
                span,
            })?
        };
        Some(CheckedTerm {
            term: Term {
                condition,
                keys,
                missing: node.missing,
                runs: node.run_count(),
            },
            keys: checked_keys,
        })
    }

    fn key(&mut self, path: &FieldPath) -> Checks<(Key, CheckedKey, Option<Expression>)> {
        let name = path.name();
        let info = self.resolve(&name, path.optional, path.span)?;
        let field = info
            .as_ref()
            .map(|info| self.field_value(&name, info, path.span));
        if let Some(reason) = info.as_ref().and_then(|info| inexact(&name, info)) {
            let message = format!("Cannot use field [{name}] as a key: {reason}");
            return self.refuse("query-inexact-field", message, path.span);
        }
        let data_type = field
            .as_ref()
            .map_or(DataType::Null, |field| field.data_type);
        let key = Key {
            name: name.clone(),
            optional: path.optional,
            source: info.map(|info| (info.field, info.field_type)),
        };
        let checked_key = CheckedKey {
            name,
            data_type,
            span: path.span,
        };
        Some((key, checked_key, field))
    }

    /// Every key of the first term must be comparable with those at its place in the others.
    fn compare_keys(
        &mut self,
        what: &str,
        terms: &[CheckedTerm],
        until: Option<&CheckedTerm>,
    ) -> Checks<()> {
        let Some((first, others)) = terms.split_first() else {
            return Some(());
        };
        let mut compatible = true;
        for (index, expected) in first.keys.iter().enumerate() {
            for other in others.iter().chain(until) {
                let Some(key) = other.keys.get(index) else {
                    continue;
                };
                if !expected.data_type.is_compatible(key.data_type) {
                    compatible = false;
                    self.refuse::<()>(
                        "query-incompatible-keys",
                        format!(
                            "{what} key [{}] type [{}] is incompatible with key [{}] type [{}]",
                            key.name,
                            key.data_type.mapping_name(),
                            expected.name,
                            expected.data_type.mapping_name(),
                        ),
                        key.span,
                    );
                }
            }
        }
        compatible.then_some(())
    }

    /// The condition of a filter with its category, folded.
    fn filter(&mut self, filter: &EventFilter, options: &Options) -> Checks<Expression> {
        let category = self.category(&filter.category, &options.event_category_field);
        let condition = self.expression(&filter.condition);
        let condition = condition.and_then(|condition| {
            if matches!(
                condition.data_type,
                DataType::Boolean | DataType::Null | DataType::Dynamic
            ) {
                return Some(condition);
            }
            let found = condition.data_type.name().to_uppercase();
            self.refuse(
                "query-condition-not-boolean",
                format!("Condition expression needs to be boolean, found [{found}]"),
                filter.condition.span,
            )
        });
        let (category, condition) = category.zip(condition)?;
        let condition = self.fold(condition)?;
        let Some(category) = category else {
            return Some(condition);
        };
        self.fold(self.typed(
            Kind::And(flat(vec![category, condition])),
            DataType::Boolean,
            filter.span,
        ))
    }

    /// The test of the category; the inner `None` is `any`.
    fn category(&mut self, category: &Category, field: &str) -> Checks<Option<Expression>> {
        let Some(name) = &category.name else {
            return Some(None);
        };
        let info = self.resolve(field, false, category.span)??;
        let mut left = self.field_value(field, &info, category.span);
        left.text = field.into();
        let constant = Constant::Text(name.as_str().into());
        let right = Expression {
            data_type: constant.data_type(),
            kind: Kind::Constant(constant),
            text: Arc::from(self.source(category.span)),
            span: Some(category.span),
        };
        Some(Some(Expression {
            kind: Kind::Compare {
                operator: Comparison::Equal,
                left: Box::new(left),
                right: Box::new(right),
            },
            data_type: DataType::Boolean,
            text: format!("{field} == {name:?}").into(),
            span: Some(category.span),
        }))
    }

    fn fold(&mut self, expression: Expression) -> Checks<Expression> {
        let before = self.problems.len();
        let folder = Folder::new(self.schema);
        let folded = folder.fold(expression);
        self.problems.extend(folder.into_problems());
        self.plan(&folded);
        (self.problems.len() == before).then_some(folded)
    }

    /// Reports what is sound and still cannot be asked: a field against a field.
    fn plan(&mut self, expression: &Expression) {
        if let Kind::Compare {
            operator, right, ..
        } = &expression.kind
            && right.as_constant().is_none()
        {
            let diagnostic = Diagnostic::error(
                gatewatch_diagnostic::Stage::Planning,
                "query-field-against-field",
                format!(
                    "Comparisons against fields are not (currently) supported; offender [{}] in [{}]",
                    right.text,
                    operator.symbol()
                ),
            )
            .with_hint("compare each field with a constant");
            let span = right.span;
            self.report(match span {
                Some(span) => diagnostic.with_span(span),
                None => diagnostic,
            });
        }
        for part in expression.parts() {
            self.plan(part);
        }
    }
}

fn has_value_text(field: &Expression) -> Arc<str> {
    format!("{} != null", field.text).into()
}

/// `field != null`
fn has_value(field: Expression) -> Expression {
    let text = has_value_text(&field);
    let condition = |kind| Expression {
        kind,
        data_type: DataType::Boolean,
        text: Arc::clone(&text),
        span: None,
    };
    condition(Kind::Not(Box::new(condition(Kind::IsNull(Box::new(
        field,
    ))))))
}

/// The operands of `and`, without an `and` directly within.
fn flat(parts: Vec<Expression>) -> Vec<Expression> {
    parts
        .into_iter()
        .flat_map(|part| match part.kind {
            Kind::And(inner) => inner,
            _ => vec![part],
        })
        .collect()
}
