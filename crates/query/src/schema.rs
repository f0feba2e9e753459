//! What a name in a query means: its type, and the field to ask an event for.

use gatewatch_event::{Field, FieldType, Timestamp, ecs_fields, known_ecs_type, parse_iso};

/// The type of a field, or that it is only known value by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaType {
    /// Declared.
    Declared(FieldType),
    /// Outside ECS and every mapping: each value keeps the type that dynamic mapping would give it (text a keyword,
    /// whole number a long, fraction a double, true and false a boolean). Every comparison passes the checks.
    Dynamic,
}

/// A field that a query may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The field to ask events for. For a text field with an exact sub-field, that sub-field.
    pub field: Field,
    /// Its type, after an alias or an exact sub-field was followed.
    pub field_type: SchemaType,
    /// Why values cannot be compared exactly, in Elasticsearch's words: a `text` field without a keyword sub-field, a
    /// keyword with a normalizer. `None` for every ordinary field. For a type that cannot be used at all, the whole
    /// message.
    pub inexact: Option<String>,
}

/// Knows the fields that a query may name.
pub trait Schema {
    /// The field of this name; `None` makes a plain name a verification error and an optional one null.
    fn field(&self, name: &str) -> Option<FieldInfo>;

    /// All names, for suggestions.
    fn names(&self) -> Vec<String>;

    /// Reads a date constant compared with `field` (the name of [`FieldInfo::field`]), by the field's own format.
    fn parse_date(&self, _field: &str, text: &str) -> Option<Timestamp> {
        parse_iso(text).or_else(|| text.parse().ok().map(Timestamp::from_millis))
    }

    /// The last instant that such a constant stands for: `2024-03-01` is a whole day. `None` leaves that to the form of
    /// the text.
    fn parse_date_end(&self, _field: &str, _text: &str) -> Option<Timestamp> {
        None
    }
}

/// The Elastic Common Schema, for rules that run over logs: fields outside ECS are [`SchemaType::Dynamic`], so a rule
/// may name any vendor's field, as it may where that vendor's integration is installed.
#[derive(Clone, Copy, Debug, Default)]
pub struct EcsSchema;

impl Schema for EcsSchema {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let field_type = match known_ecs_type(name) {
            // In Elastic's packages the text fields that rules compare have an exact form.
            Some(FieldType::Text | FieldType::Flattened) => {
                SchemaType::Declared(FieldType::Keyword)
            }
            Some(FieldType::Object | FieldType::Nested) | None => SchemaType::Dynamic,
            Some(field_type) => SchemaType::Declared(field_type),
        };
        Some(FieldInfo {
            field: Field::new(name),
            field_type,
            inexact: None,
        })
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ecs_fields().map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names
    }
}
