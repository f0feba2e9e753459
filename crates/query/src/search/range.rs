//! Ranges.

use std::sync::Arc;

use gatewatch_event::{FieldType, Timestamp};

use super::{Label, Searcher, Target};
use crate::checked::{Comparison, Expression, Kind, Words};
use crate::{Constant, Number, SchemaType};

impl Searcher<'_> {
    /// Does one value of the field meet all of the bounds?
    pub(crate) fn range(
        &mut self,
        target: &Target,
        bounds: &[(Comparison, Constant)],
        label: &Label,
    ) -> Expression {
        let field_type = match target.kind.field_type {
            SchemaType::Dynamic => {
                let bounds = bounds
                    .iter()
                    .map(|(comparison, bound)| (*comparison, loose(bound)));
                return of_bounds(target, bounds.collect(), label);
            }
            SchemaType::Declared(field_type) => field_type,
        };
        match field_type {
            FieldType::Text => {
                let mut wanted = bounds.iter().filter_map(|(comparison, bound)| {
                    Some(Words::Bound(*comparison, Arc::from(bound.text()?.as_ref())))
                });
                // One word need not meet both bounds of a range over text; nobody asks for that.
                match (wanted.next(), wanted.next()) {
                    (Some(only), None) => label.expression(Kind::Words {
                        operand: target.operand(),
                        analyzer: target.kind.analyzer,
                        wanted: vec![only],
                    }),
                    (first, second) => {
                        let parts = first.into_iter().chain(second).chain(wanted);
                        let parts = parts
                            .map(|words| {
                                label.expression(Kind::Words {
                                    operand: target.operand(),
                                    analyzer: target.kind.analyzer,
                                    wanted: vec![words],
                                })
                            })
                            .collect();
                        label.all(parts)
                    }
                }
            }
            FieldType::Object | FieldType::Nested | FieldType::Unsupported => {
                self.any_value(target, &[], label)
            }
            _ => {
                let mut usable = Vec::with_capacity(bounds.len());
                for (comparison, bound) in bounds {
                    match self.bound(target, field_type, *comparison, bound, label) {
                        Some(bound) => usable.push((*comparison, bound)),
                        None => return label.constant(false),
                    }
                }
                of_bounds(target, usable, label)
            }
        }
    }

    fn bound(
        &mut self,
        target: &Target,
        field_type: FieldType,
        comparison: Comparison,
        bound: &Constant,
        label: &Label,
    ) -> Option<Constant> {
        if !field_type.is_date() {
            return self.fitting(target, field_type, bound, label);
        }
        // A date that leaves parts open is rounded by the comparison; date math is rounded here.
        let Some(instants) = self.date(target, bound, label)? else {
            return Some(bound.clone());
        };
        let nanos = match comparison {
            Comparison::Less | Comparison::GreaterOrEqual | Comparison::Equal => instants.first,
            Comparison::Greater | Comparison::LessOrEqual => instants.last,
        };
        Some(Constant::from(
            Timestamp::from_nanos(nanos).to_iso(9).as_str(),
        ))
    }
}

/// A bound for a field of unknown type: what reads as a number is one.
fn loose(bound: &Constant) -> Constant {
    match bound {
        Constant::Text(text) => Number::parse(text).map_or_else(|| bound.clone(), Constant::Number),
        other => other.clone(),
    }
}

fn of_bounds(target: &Target, bounds: Vec<(Comparison, Constant)>, label: &Label) -> Expression {
    if bounds.is_empty() {
        return label.expression(Kind::Exists(target.operand()));
    }
    label.expression(Kind::Between {
        operand: target.operand(),
        bounds,
    })
}
