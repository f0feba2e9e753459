//! A value that does not depend on any event.

use std::borrow::Cow;
use std::sync::Arc;

use gatewatch_event::double_text;

use crate::Number;
use crate::checked::DataType;

/// The value of a constant expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Absent, or not known.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(Arc<str>),
}

impl Constant {
    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(flag) => (*flag).into(),
            Self::Number(Number::Integer(number)) => (*number).into(),
            Self::Number(Number::Long(number)) => (*number).into(),
            Self::Number(Number::UnsignedLong(number)) => (*number).into(),
            // JSON has no infinity; Elasticsearch writes such a number as text.
            Self::Number(Number::Double(number)) => serde_json::Number::from_f64(*number)
                .map_or_else(|| double_text(*number).into(), serde_json::Value::Number),
            Self::Text(text) => text.as_ref().into(),
        }
    }

    /// Its type.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Boolean(_) => DataType::Boolean,
            Self::Number(Number::Integer(_)) => DataType::Integer,
            Self::Number(Number::Long(_)) => DataType::Long,
            Self::Number(Number::UnsignedLong(_)) => DataType::UnsignedLong,
            Self::Number(Number::Double(_)) => DataType::Double,
            Self::Text(_) => DataType::Keyword,
        }
    }

    /// The text form, as `string()` gives it; `None` for null.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null => None,
            Self::Boolean(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<bool> for Constant {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<&str> for Constant {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Number> for Constant {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}
