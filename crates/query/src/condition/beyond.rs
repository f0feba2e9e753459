//! Questions that go beyond one named field: about fields whose names match, and about nested objects.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_event::{Document, Event, Field, Value, document_fields, document_values};
use serde_json::{Map, Value as Json};

use super::node::Node;
use crate::checked::{AnyField, PatternLanguage};
use crate::evaluate::{ValueTest, value_test};
use crate::patterns::TextMatcher;
use crate::value::Computed;
use crate::{RuntimeError, Schema, SchemaType};

/// Takes a value with the name of its field, and what its question gave; says whether to go on.
type Take<'t> = dyn FnMut((&str, &Value<'_>), Result<bool, RuntimeError>) -> bool + 't;

/// A question about every field whose name matches.
#[derive(Debug)]
pub(super) struct AnyFieldTest {
    names: TextMatcher,
    /// Fields that gatewatch adds are asked only where they are meant.
    ours_too: bool,
    questions: Vec<(SchemaType, ValueTest)>,
    declared: HashMap<Arc<str>, Vec<usize>>,
    other: Option<usize>,
}

impl AnyFieldTest {
    pub(super) fn new(any: &AnyField, schema: &dyn Schema) -> Result<Self, Box<Diagnostic>> {
        let unusable = |message: &str| {
            Box::new(Diagnostic::error(
                Stage::Planning,
                "query-bad-pattern",
                format!("the field names [{}] cannot be used: {message}", any.names),
            ))
        };
        let names = TextMatcher::patterns(&[&any.names], PatternLanguage::Escaped, false, true)
            .map_err(|error| unusable(&error.message))?;
        let mut questions = Vec::with_capacity(any.questions.len());
        for question in &any.questions {
            let field = question.field_references().into_iter().next();
            match (field, value_test(question, schema)?) {
                (Some(field), Some(test)) => questions.push((field.field_type, test)),
                _ => return Err(unusable("they are asked more than one question")),
            }
        }
        Ok(Self {
            names,
            ours_too: any.names.starts_with("gatewatch."),
            questions,
            declared: any
                .declared
                .iter()
                .map(|(name, asked)| (Arc::clone(name), asked.clone()))
                .collect(),
            other: any.other,
        })
    }

    pub(super) fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        let (mut passed, mut failed) = (false, None);
        self.each(event, &mut |_, answer| {
            match answer {
                Ok(answer) => passed = answer,
                Err(error) => failed = Some(error),
            }
            !passed
        });
        match failed {
            Some(error) if !passed => Err(error),
            _ => Ok(passed),
        }
    }

    /// The fields that answer, with their values, up to some of them.
    pub(super) fn answering(&self, event: &dyn Event) -> Vec<(String, Json)> {
        const MOST: usize = 20;
        let mut found: Vec<(String, Json)> = Vec::new();
        self.each(event, &mut |(name, value), answer| {
            if answer == Ok(true) {
                found.push((name.to_owned(), Json::Array(vec![value.to_json()])));
            }
            found.len() < MOST
        });
        found
    }

    fn each(&self, event: &dyn Event, take: &mut Take<'_>) {
        event.visit_all(&mut |name, value| {
            if !self.names.is_match(name) || !self.ours_too && name.starts_with("gatewatch.") {
                return true;
            }
            let asked = match self.declared.get(name) {
                Some(asked) => asked.as_slice(),
                None => self.other.as_slice(),
            };
            asked
                .iter()
                .filter_map(|&index| self.questions.get(index))
                .all(
                    |(field_type, test)| match Computed::of_field(value.borrowed(), *field_type) {
                        Some(computed) => {
                            let answer = test.answer(&computed).map(|answer| answer == Some(true));
                            take((name, &value), answer)
                        }
                        None => true,
                    },
                )
        });
    }
}

/// A condition that one object of a nested field must meet.
#[derive(Debug)]
pub(super) struct NestedTest {
    pub(super) path: Field,
    pub(super) body: Node,
}

impl NestedTest {
    pub(super) fn matches(&self, event: &dyn Event) -> Result<bool, RuntimeError> {
        let mut failed = None;
        let document = event.document();
        for object in document.objects(self.path.name()) {
            let inner = NestedEvent {
                path: self.path.name(),
                object,
            };
            match self.body.matches(&inner) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(false), Err)
    }

    /// Calls `take` with the object that meets the condition, or else with the first, or with one that has no fields.
    pub(super) fn with_object(&self, event: &dyn Event, take: &mut dyn FnMut(&dyn Event)) {
        let document = event.document();
        let objects = document.objects(self.path.name());
        let events: Vec<NestedEvent<'_>> = objects
            .into_iter()
            .map(|object| NestedEvent {
                path: self.path.name(),
                object,
            })
            .collect();
        let met = events
            .iter()
            .find(|event| self.body.matches(*event) == Ok(true));
        match met.or(events.first()) {
            Some(event) => take(event),
            None => take(&NestedEvent {
                path: self.path.name(),
                object: &Map::new(),
            }),
        }
    }
}

/// One object of a nested field; its fields keep their full names, and no others are there.
struct NestedEvent<'a> {
    path: &'a str,
    object: &'a Map<String, Json>,
}

impl Event for NestedEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        let inner = field
            .name()
            .strip_prefix(self.path)
            .and_then(|rest| rest.strip_prefix('.'));
        if let Some(inner) = inner {
            document_values(self.object, inner, visit);
        }
    }

    fn visit_all(&self, visit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        document_fields(self.object, &mut |name, value| {
            visit(&format!("{}.{name}", self.path), value)
        });
    }

    fn document(&self) -> Document {
        let mut document = Document::new();
        document.set(self.path, Json::Object(self.object.clone()));
        document
    }
}
