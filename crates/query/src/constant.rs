//! A value that does not depend on any event.

use std::sync::Arc;

use gatewatch_event::double_text;

/// The value of a constant expression. Whole numbers keep the width that Java would give them, because overflow
/// depends on it.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Absent, or not known.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number of 32 bits.
    Integer(i32),
    /// A whole number of 64 bits.
    Long(i64),
    /// A whole number of 64 bits without sign.
    UnsignedLong(u64),
    /// A number with a fraction.
    Double(f64),
    /// Text.
    Text(Arc<str>),
}

impl Constant {
    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(flag) => (*flag).into(),
            Self::Integer(number) => (*number).into(),
            Self::Long(number) => (*number).into(),
            Self::UnsignedLong(number) => (*number).into(),
            // JSON has no infinity; Elasticsearch writes such a number as text.
            Self::Double(number) => serde_json::Number::from_f64(*number)
                .map_or_else(|| double_text(*number).into(), serde_json::Value::Number),
            Self::Text(text) => text.as_ref().into(),
        }
    }

    /// The type as Elasticsearch names it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Long(_) => "long",
            Self::UnsignedLong(_) => "unsigned_long",
            Self::Double(_) => "double",
            Self::Text(_) => "keyword",
        }
    }
}
