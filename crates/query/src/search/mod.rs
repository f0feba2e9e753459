//! What KQL and filters ask of fields, as expressions: one question for each kind of field.

mod names;
mod range;
mod values;

pub(crate) use values::pattern_of;

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Severity, Span, Stage};
use gatewatch_event::{FieldType, Timestamp};

use crate::checked::{DataType, Expression, FieldReference, Kind, PatternLanguage};
use crate::{Constant, FieldKind, Schema, SchemaType, SearchedField};

/// Makes questions about fields, and collects what is wrong with them.
pub(crate) struct Searcher<'a> {
    schema: &'a dyn Schema,
    now: Option<Timestamp>,
    /// The nested field that the question stands in.
    pub(crate) nested: Option<String>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// What a question is called in explanations, and its place in the text.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) text: Arc<str>,
    pub(crate) span: Option<Span>,
}

/// What a value of a field is to be.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Exactly this: a whole value, or one word of an analysed text.
    Term { value: Constant, insensitive: bool },
    /// This, analysed as the field is.
    Match { value: Constant, mode: MatchMode },
    /// A KQL wildcard: the pieces between the asterisks.
    Wildcard(Vec<String>),
    /// A pattern for the whole value, or for one word of an analysed text.
    Pattern {
        language: PatternLanguage,
        pattern: Arc<str>,
        insensitive: bool,
    },
}

/// Which words of the constant an analysed text must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchMode {
    Any,
    All,
    Phrase,
}

/// A field that is asked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) reference: FieldReference,
    pub(crate) kind: FieldKind,
    /// One of many fields of a pattern: what does not fit its type is no mistake.
    pub(crate) lenient: bool,
}

impl Target {
    pub(crate) fn new(name: &str, searched: &SearchedField) -> Self {
        Self {
            reference: FieldReference {
                name: name.into(),
                field: searched.field,
                field_type: searched.kind.field_type,
            },
            kind: searched.kind,
            lenient: false,
        }
    }

    fn operand(&self) -> Box<Expression> {
        Box::new(Expression {
            kind: Kind::Field(self.reference.clone()),
            data_type: DataType::of_field(self.kind.field_type).unwrap_or(DataType::Keyword),
            text: Arc::clone(&self.reference.name),
            span: None,
        })
    }

    fn declared(&self) -> Option<FieldType> {
        match self.kind.field_type {
            SchemaType::Declared(declared) => Some(declared),
            SchemaType::Dynamic => None,
        }
    }
}

impl Label {
    pub(crate) fn expression(&self, kind: Kind) -> Expression {
        Expression {
            kind,
            data_type: DataType::Boolean,
            text: Arc::clone(&self.text),
            span: self.span,
        }
    }

    pub(crate) fn constant(&self, answer: bool) -> Expression {
        self.expression(Kind::Constant(answer.into()))
    }

    /// All of the parts; constants among them are resolved.
    pub(crate) fn all(&self, parts: Vec<Expression>) -> Expression {
        self.group(parts, false, Kind::And)
    }

    /// Any of the parts; constants among them are resolved.
    pub(crate) fn any(&self, parts: Vec<Expression>) -> Expression {
        self.group(parts, true, Kind::Or)
    }

    fn group(
        &self,
        parts: Vec<Expression>,
        winner: bool,
        join: fn(Vec<Expression>) -> Kind,
    ) -> Expression {
        let mut left = Vec::with_capacity(parts.len());
        for part in parts {
            match truth(&part) {
                Some(answer) if answer == winner => return self.constant(winner),
                Some(_) => {}
                None => left.push(part),
            }
        }
        match left.len() {
            0 => self.constant(!winner),
            1 => left.remove(0),
            _ => self.expression(join(left)),
        }
    }

    pub(crate) fn not(&self, part: Expression) -> Expression {
        match truth(&part) {
            Some(answer) => self.constant(!answer),
            None => self.expression(Kind::Not(Box::new(part))),
        }
    }
}

/// The answer of a part that is the same for every event.
fn truth(part: &Expression) -> Option<bool> {
    match part.as_constant()? {
        Constant::Boolean(answer) => Some(*answer),
        _ => None,
    }
}

impl<'a> Searcher<'a> {
    pub(crate) fn new(schema: &'a dyn Schema, now: Option<Timestamp>) -> Self {
        Self {
            schema,
            now,
            nested: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Another one over the same schema, with nothing found yet.
    pub(crate) fn sibling(&self) -> Self {
        Self::new(self.schema, self.now)
    }

    pub(crate) fn report(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        label: &Label,
        hint: Option<&str>,
    ) {
        let mut diagnostic = Diagnostic::new(severity, Stage::Verification, code, message);
        diagnostic.span = label.span;
        diagnostic.hint = hint.map(str::to_owned);
        match severity {
            Severity::Error => self.problems.push(diagnostic),
            _ => self.warnings.push(diagnostic),
        }
    }

    fn warn(
        &mut self,
        target: &Target,
        code: &'static str,
        message: impl Into<String>,
        label: &Label,
        hint: &str,
    ) {
        if !target.lenient {
            self.report(Severity::Warning, code, message, label, Some(hint));
        }
    }

    /// The field of this name, as seen from where the question stands; nothing where it has no values there, which is
    /// told.
    pub(crate) fn target(&mut self, name: &str, label: &Label) -> Option<Target> {
        let Some(searched) = self.schema.searched(name) else {
            let names = self.schema.names();
            let hint = gatewatch_diagnostic::suggestion(name, names.iter().map(String::as_str));
            self.report(
                Severity::Warning,
                "query-unknown-field",
                format!("the field [{name}] is not mapped: it has no values"),
                label,
                hint.as_deref(),
            );
            return None;
        };
        let is_nested = searched.kind.field_type == SchemaType::Declared(FieldType::Nested);
        let visible = searched.nested == self.nested
            || searched.nested.is_none() && searched.kind.field_type == SchemaType::Dynamic;
        if visible || is_nested {
            return Some(Target::new(name, &searched));
        }
        let (message, hint) = match &searched.nested {
            Some(parent) => (
                format!(
                    "[{name}] lies in the nested field [{parent}] and has no values outside of it"
                ),
                format!("write `{parent}: {{ ... }}`"),
            ),
            None => (
                format!(
                    "[{name}] does not lie in the nested field asked here and has no values in it"
                ),
                "ask for it outside of the braces".to_owned(),
            ),
        };
        self.report(
            Severity::Warning,
            "query-nested-field",
            message,
            label,
            Some(&hint),
        );
        None
    }

    /// Has the field a value?
    pub(crate) fn exists(&mut self, target: &Target, label: &Label) -> Expression {
        match target.declared() {
            Some(FieldType::Object | FieldType::Nested) => {
                let names = format!("{}.*", crate::patterns::escape(&target.reference.name));
                self.any_field(&names, label, &mut |searcher, target| {
                    searcher.exists(target, label)
                })
            }
            // What has no type here can still be there.
            Some(FieldType::Unsupported) => {
                let mut dynamic = target.clone();
                dynamic.reference.field_type = SchemaType::Dynamic;
                dynamic.kind.field_type = SchemaType::Dynamic;
                label.expression(Kind::Exists(dynamic.operand()))
            }
            _ => label.expression(Kind::Exists(target.operand())),
        }
    }

    /// One object of the nested field meets a condition, which `body` makes.
    pub(crate) fn nested(
        &mut self,
        path: &str,
        label: &Label,
        body: &mut dyn FnMut(&mut Self) -> Option<Expression>,
    ) -> Option<Expression> {
        let searched = self.schema.searched(path);
        let field_type = searched.as_ref().map(|searched| searched.kind.field_type);
        match field_type {
            Some(SchemaType::Declared(FieldType::Nested) | SchemaType::Dynamic) => {}
            Some(SchemaType::Declared(_)) => {
                self.report(
                    Severity::Error,
                    "query-not-nested",
                    format!("[{path}] is no nested field"),
                    label,
                    Some("join comparisons of its members with `and` instead"),
                );
                return None;
            }
            None => {
                self.target(path, label);
                return Some(label.constant(false));
            }
        }
        let outside = self.nested.replace(path.to_owned());
        let inner = body(self);
        self.nested = outside;
        let inner = inner?;
        Some(match truth(&inner) {
            Some(false) => label.constant(false),
            _ => label.expression(Kind::Nested {
                path: path.into(),
                body: Box::new(inner),
            }),
        })
    }
}
