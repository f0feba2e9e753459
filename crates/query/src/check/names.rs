//! Fields.

use gatewatch_diagnostic::{Diagnostic, Severity, Span, Stage};
use gatewatch_event::{FieldType, ecs_fields, known_ecs_type};
use gatewatch_syntax::eql::ast::Field as FieldPath;

use super::{Checker, Checks};
use crate::checked::{DataType, Expression, FieldReference, Kind};
use crate::similar::{differs_little, similar};
use crate::{Constant, FieldInfo, SchemaType};

/// How many similar names a message shows.
const SUGGESTIONS: usize = 5;

impl Checker<'_> {
    fn look_up(&mut self, name: &str) -> Option<FieldInfo> {
        if let Some(known) = self.fields.get(name) {
            return known.clone();
        }
        let found = self.schema.field(name);
        self.fields.insert(name.to_owned(), found.clone());
        found
    }

    /// A field as a value: null for an optional one that is not mapped.
    pub(super) fn field(&mut self, path: &FieldPath) -> Checks<Expression> {
        let name = path.name();
        match self.resolve(&name, path.optional, path.span)? {
            Some(info) => Some(self.field_value(&name, &info, path.span)),
            None => Some(self.typed(Kind::Constant(Constant::Null), DataType::Null, path.span)),
        }
    }

    pub(super) fn field_value(&self, name: &str, info: &FieldInfo, span: Span) -> Expression {
        // A field that cannot be used was refused when it was resolved.
        let data_type = DataType::of_field(info.field_type).unwrap_or(DataType::Dynamic);
        let reference = FieldReference {
            name: name.into(),
            field: info.field,
            field_type: info.field_type,
        };
        self.typed(Kind::Field(reference), data_type, span)
    }

    /// What a name means; the inner `None` is an optional field that is not mapped.
    pub(super) fn resolve(
        &mut self,
        name: &str,
        optional: bool,
        span: Span,
    ) -> Checks<Option<FieldInfo>> {
        let Some(info) = self.look_up(name) else {
            if optional {
                return Some(None);
            }
            self.unknown(name, span);
            return None;
        };
        if DataType::of_field(info.field_type).is_none() {
            let message = unusable(name, &info);
            return self.refuse("query-unusable-field", message, span);
        }
        if info.field_type == SchemaType::Dynamic {
            self.hint_at_ecs(name, span);
        }
        Some(Some(info))
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let names = self.schema.names();
        let mut matches = similar(name, names.iter().map(String::as_str));
        matches.truncate(SUGGESTIONS);
        let suggestion = match matches.as_slice() {
            [] => String::new(),
            [only] => format!(", did you mean [{only}]?"),
            several => format!(", did you mean any of [{}]?", several.join(", ")),
        };
        let hint = match matches.first() {
            Some(first) => format!("write `{first}`, or `?{name}` if the field need not exist"),
            None => format!("write `?{name}` if the field need not exist"),
        };
        self.report(
            Diagnostic::error(
                Stage::Verification,
                "query-unknown-column",
                format!("Unknown column [{name}]{suggestion}"),
            )
            .with_span(span)
            .with_hint(hint),
        );
    }

    /// A name that is almost one of ECS is allowed, and rarely meant.
    fn hint_at_ecs(&mut self, name: &str, span: Span) {
        let warned = self.warnings.iter().any(|warning| {
            warning.code == "query-almost-ecs"
                && warning
                    .span
                    .is_some_and(|other| self.source(other) == self.source(span))
        });
        if warned || known_ecs_type(name).is_some() {
            return;
        }
        let almost = ecs_fields()
            .map(|(known, _)| known)
            .filter(|known| differs_little(name, known))
            .min();
        if let Some(first) = almost {
            self.warnings.push(
                Diagnostic::new(
                    Severity::Warning,
                    Stage::Verification,
                    "query-almost-ecs",
                    format!("[{name}] is no field of ECS, [{first}] is"),
                )
                .with_span(span)
                .with_hint(format!("write `{first}` if that is meant")),
            );
        }
    }
}

/// Why values of a field cannot be compared exactly; `None` if they can.
pub(super) fn inexact(name: &str, info: &FieldInfo) -> Option<String> {
    info.inexact.clone().or_else(|| {
        (info.field_type == SchemaType::Declared(FieldType::Text)).then(|| {
            format!(
                "No keyword/multi-field defined exact matches for [{name}]; define one or use MATCH/QUERY instead"
            )
        })
    })
}

fn unusable(name: &str, info: &FieldInfo) -> String {
    if let Some(reason) = &info.inexact {
        return reason.clone();
    }
    let SchemaType::Declared(declared) = info.field_type else {
        return format!("Cannot use field [{name}]");
    };
    let type_name = declared.name();
    match declared {
        FieldType::Object => {
            format!("Cannot use field [{name}] type [{type_name}] only its subfields")
        }
        FieldType::Nested => format!(
            "Cannot use field [{name}] type [{type_name}] due to nested fields not being supported yet"
        ),
        _ => format!("Cannot use field [{name}] with unsupported type [{type_name}]"),
    }
}
