//! From a rule to what its events need.

use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::Timestamp;
use gatewatch_query::checked::{Body, Checked, DataType, Expression, FieldReference, Kind, Term};
use gatewatch_query::{Key, Options, Schema, check, check_filter, check_kql};
use gatewatch_rules::{NotRun, Rule, RuleType, ThreatEntry, ThreatMatch, before_now};
use gatewatch_syntax::{eql, kql};
use serde_json::Value as Json;

use crate::formula::Formula;
use crate::plot::{Group, Shape, Step};
use crate::set::Refusal;

/// The largest group made.
const LARGEST: u64 = 20_000;
/// How long a window is taken to be where the rule does not say, in milliseconds.
const WINDOW: i64 = 300_000;

/// What indicators need.
#[derive(Clone, Debug)]
pub(crate) struct Indicator {
    pub(crate) formula: Formula,
    /// The entries that must all hold.
    pub(crate) entries: Vec<Entry>,
}

/// A field of events that holds what a field of the indicator holds.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: FieldReference,
    pub(crate) indicator: FieldReference,
    pub(crate) negate: bool,
}

/// Reads the parts of one rule.
pub(crate) struct Lowering<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) schema: &'a dyn Schema,
    /// What `now` is in queries.
    pub(crate) now: Timestamp,
}

impl Lowering<'_> {
    fn options(&self) -> Options {
        let mut options = Options {
            now: Some(self.now),
            ..Options::default()
        };
        if let Some(field) = &self.rule.event_category_override {
            options.event_category_field.clone_from(field);
        }
        options
    }

    /// What the events of the rule need.
    pub(crate) fn shape(&self) -> Result<Shape, Refusal> {
        let query = |problems| Refusal::NotRun(NotRun::Query(problems));
        let is_eql = self.rule.rule_type == RuleType::Eql;
        let text = &self.rule.query;
        let checked = if is_eql {
            let tree = eql::parse_query(text).into_result().map_err(query)?;
            check(&tree, text, self.schema, &self.options())
        } else {
            self.kql(text)
        }
        .map_err(query)?;
        let mut more = self.filters(&self.rule.filters)?;
        if let Some(name) = &self.rule.timestamp_override
            && self.rule.timestamp_override_fallback_disabled
        {
            more.extend(self.exists(name));
        }
        let group = match &self.rule.rule_type {
            RuleType::Threshold(threshold) => {
                more.extend(threshold.fields.iter().filter_map(|name| self.exists(name)));
                let distinct = threshold.cardinality.first().and_then(|of| {
                    let field = self.reference(&of.field)?;
                    Some((field, usize::try_from(of.value.min(LARGEST)).unwrap_or(0)))
                });
                if let Some((field, count)) = &distinct
                    && *count > 0
                {
                    more.extend(self.exists(field.field.name()));
                }
                let count = threshold.value.max(1);
                let distinct_count = distinct.as_ref().map_or(0, |(_, count)| *count as u64);
                if count.max(distinct_count) > LARGEST {
                    return Err(Refusal::TooMany {
                        asked: count.max(distinct_count),
                        most: LARGEST,
                    });
                }
                Some(Group {
                    count: usize::try_from(count.max(distinct_count)).unwrap_or(1),
                    distinct,
                    window: before_now(&self.rule.from)
                        .map(|nanos| nanos / 1_000_000)
                        .filter(|window| *window > 0)
                        .unwrap_or(WINDOW),
                })
            }
            RuleType::NewTerms(terms) => {
                more.extend(terms.fields.iter().filter_map(|name| self.exists(name)));
                None
            }
            RuleType::ThreatMatch(threat) => {
                let entries = threat.mapping.first().into_iter().flatten();
                more.extend(entries.filter_map(|entry| self.exists(&entry.field)));
                None
            }
            _ => None,
        };
        let mut shape = self.steps(&checked, &more, is_eql).map_err(query)?;
        if let RuleType::Threshold(threshold) = &self.rule.rule_type {
            for step in &mut shape.steps {
                step.keys = threshold.fields.iter().map(|name| self.key(name)).collect();
            }
        }
        shape.group = group;
        Ok(shape)
    }

    fn kql(&self, text: &str) -> Result<Checked, Vec<Diagnostic>> {
        let tree = kql::parse_query(text).into_result()?;
        check_kql(&tree, text, self.schema, &self.options())
    }

    fn filters(&self, filters: &[Json]) -> Result<Vec<Expression>, Refusal> {
        filters
            .iter()
            .map(|filter| {
                check_filter(filter, self.schema, &self.options())
                    .map_err(|problems| Refusal::NotRun(NotRun::Query(problems)))
            })
            .collect()
    }

    fn steps(
        &self,
        checked: &Checked,
        more: &[Expression],
        text_says_all: bool,
    ) -> Result<Shape, Vec<Diagnostic>> {
        let formula = |condition: &Expression| {
            let condition = all(condition, more);
            Formula::new(&condition, self.schema, text_says_all)
        };
        let step = |term: &Term| -> Result<Step, Vec<Diagnostic>> {
            Ok(Step {
                formula: formula(&term.condition)?,
                keys: term.keys.clone(),
                missing: term.missing,
                runs: term.runs.max(1),
            })
        };
        let steps = |terms: &[Term]| terms.iter().map(step).collect::<Result<Vec<_>, _>>();
        let mut shape = Shape {
            steps: Vec::new(),
            until: None,
            maxspan: None,
            ordered: false,
            group: None,
        };
        match &checked.body {
            Body::Event(condition) => {
                shape.steps.push(Step {
                    formula: formula(condition)?,
                    keys: Vec::new(),
                    missing: false,
                    runs: 1,
                });
            }
            Body::Sequence {
                terms,
                until,
                maxspan,
            } => {
                shape.steps = steps(terms)?;
                shape.until = until.as_ref().map(step).transpose()?;
                shape.maxspan = *maxspan;
                shape.ordered = true;
            }
            Body::Sample { terms } => shape.steps = steps(terms)?,
        }
        Ok(shape)
    }

    /// What an indicator for the first group of the mapping needs.
    pub(crate) fn indicator(&self, threat: &ThreatMatch) -> Result<Option<Indicator>, Refusal> {
        let query = |problems| Refusal::NotRun(NotRun::Query(problems));
        let Some(entries) = threat.mapping.first() else {
            return Ok(None);
        };
        let checked = self.kql(&threat.query).map_err(query)?;
        let Body::Event(condition) = checked.body else {
            return Ok(None);
        };
        let condition = all(&condition, &self.filters(&threat.filters)?);
        let entries = entries.iter().filter_map(|entry| self.entry(entry));
        Ok(Some(Indicator {
            formula: Formula::new(&condition, self.schema, false).map_err(query)?,
            entries: entries.collect(),
        }))
    }

    fn entry(&self, entry: &ThreatEntry) -> Option<Entry> {
        Some(Entry {
            event: self.reference(&entry.field)?,
            indicator: self.reference(&entry.value)?,
            negate: entry.negate,
        })
    }

    fn reference(&self, name: &str) -> Option<FieldReference> {
        let info = self.schema.field(name)?;
        Some(FieldReference {
            name: name.into(),
            field: info.field,
            field_type: info.field_type,
        })
    }

    fn key(&self, name: &str) -> Key {
        let info = self.schema.field(name);
        Key {
            name: name.to_owned(),
            optional: false,
            source: info.map(|info| (info.field, info.field_type)),
        }
    }

    /// That the field has a value.
    fn exists(&self, name: &str) -> Option<Expression> {
        let text: Arc<str> = format!("{name}: *").into();
        let expression = |kind| Expression {
            kind,
            data_type: DataType::Boolean,
            text: Arc::clone(&text),
            span: None,
        };
        let field = expression(Kind::Field(self.reference(name)?));
        Some(expression(Kind::Exists(Box::new(field))))
    }
}

/// The condition and all of these.
fn all(condition: &Expression, more: &[Expression]) -> Expression {
    if more.is_empty() {
        return condition.clone();
    }
    let mut parts = vec![condition.clone()];
    parts.extend_from_slice(more);
    Expression {
        kind: Kind::And(parts),
        ..condition.clone()
    }
}
