//! One field of a mapping, and how it reads values.

use std::collections::HashMap;

use gatewatch_event::{FieldType, Timestamp, Value, coerce};
use serde_json::Value as Json;

use super::DateFormat;

/// A field of a mapping.
#[derive(Clone, Debug)]
pub struct MappedField {
    pub(super) name: String,
    pub(super) field_type: FieldType,
    /// The type as the mapping names it.
    pub(super) type_name: String,
    /// Where its values lie in a document: its own path, or that of the field it is a sub-field of.
    pub(super) source: String,
    /// Where its values go as well.
    pub(super) copy_to: Vec<String>,
    /// Other fields whose values go into it.
    pub(super) copied: Vec<String>,
    /// Is it a sub-field (`fields` of another)?
    pub(super) is_sub_field: bool,
    /// Its own sub-fields, in the order of the mapping.
    pub(super) sub_fields: Vec<String>,
    pub(super) alias: Option<String>,
    /// The nested object above it.
    pub(super) nested: Option<String>,
    pub(super) ignore_above: Option<usize>,
    pub(super) null_value: Option<Json>,
    pub(super) normalizer: Option<String>,
    pub(super) constant: Option<String>,
    pub(super) scaling: Option<f64>,
    pub(super) format: Option<DateFormat>,
    /// Where several indices are searched as one and differ in their formats.
    pub(super) index_formats: HashMap<String, DateFormat>,
}

impl MappedField {
    pub(super) fn new(name: &str, type_name: &str) -> Self {
        let field_type = FieldType::from_name(type_name);
        let format = match field_type {
            FieldType::Date => Some(DateFormat::of_date()),
            FieldType::DateNanos => Some(DateFormat::of_date_nanos()),
            _ => None,
        };
        Self {
            name: name.to_owned(),
            field_type,
            type_name: type_name.to_owned(),
            source: name.to_owned(),
            copy_to: Vec::new(),
            copied: Vec::new(),
            is_sub_field: false,
            sub_fields: Vec::new(),
            alias: None,
            nested: None,
            ignore_above: None,
            null_value: None,
            normalizer: None,
            constant: None,
            scaling: None,
            format,
            index_formats: HashMap::new(),
        }
    }

    /// The full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// The type as the mapping names it, such as `integer_range`.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The nested object above it, if there is one.
    pub fn nested_parent(&self) -> Option<&str> {
        self.nested.as_deref()
    }

    /// Can it hold values, unlike an object?
    pub fn is_leaf(&self) -> bool {
        !matches!(self.field_type, FieldType::Object | FieldType::Nested)
    }

    /// How dates of an index are read and written.
    pub fn format(&self, index: Option<&str>) -> Option<&DateFormat> {
        index
            .and_then(|index| self.index_formats.get(index))
            .or(self.format.as_ref())
    }

    /// Where its values lie in a document.
    pub(super) fn sources(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.source.as_str()).chain(self.copied.iter().map(String::as_str))
    }

    /// The value that the field has for a scalar in a document; `None` where Elasticsearch would not index it.
    pub(super) fn convert<'a>(&self, json: &'a Json, index: Option<&str>) -> Option<Value<'a>> {
        if self.field_type.is_date() {
            return self.read_date(json, index).map(Value::Date);
        }
        let value = coerce(Value::from_json(json)?, self.field_type).ok()?;
        match self.field_type {
            FieldType::Keyword | FieldType::Wildcard | FieldType::ConstantKeyword => {
                self.keyword(value)
            }
            FieldType::Long | FieldType::UnsignedLong => self.within_range(value),
            FieldType::Double => Some(self.scaled(value)),
            _ => Some(value),
        }
    }

    fn read_date(&self, json: &Json, index: Option<&str>) -> Option<Timestamp> {
        let format = self.format(index)?;
        let time = match json {
            Json::String(text) => format.read(text)?,
            Json::Number(number) => format.read(&number.to_string())?,
            _ => return None,
        };
        Some(if self.field_type == FieldType::Date {
            Timestamp::from_millis(time.millis())
        } else {
            time
        })
    }

    fn keyword<'a>(&self, value: Value<'a>) -> Option<Value<'a>> {
        let text = value.as_str()?;
        // Java counts UTF-16 units; no text has more of them than bytes.
        if let Some(limit) = self.ignore_above
            && text.len() > limit
            && text.encode_utf16().count() > limit
        {
            return None;
        }
        if self.normalizer.as_deref() == Some("lowercase") {
            return Some(Value::from(text.to_lowercase()));
        }
        Some(value)
    }

    fn within_range<'a>(&self, value: Value<'a>) -> Option<Value<'a>> {
        let (least, most): (i128, i128) = match self.type_name.as_str() {
            "byte" => (i8::MIN.into(), i8::MAX.into()),
            "short" => (i16::MIN.into(), i16::MAX.into()),
            "integer" => (i32::MIN.into(), i32::MAX.into()),
            "unsigned_long" => (0, u64::MAX.into()),
            _ => (i64::MIN.into(), i64::MAX.into()),
        };
        let number: i128 = match value {
            Value::Long(number) => number.into(),
            Value::Unsigned(number) => number.into(),
            _ => return None,
        };
        (least..=most).contains(&number).then_some(value)
    }

    fn scaled<'a>(&self, value: Value<'a>) -> Value<'a> {
        match (value, self.scaling) {
            (Value::Double(number), Some(factor)) if factor > 0.0 => {
                Value::Double((number * factor).round() / factor)
            }
            (value, _) => value,
        }
    }

    /// The value as the `fields` of an answer show it.
    pub(super) fn show(&self, value: &Value<'_>, format: Option<&DateFormat>) -> Json {
        match (value, format) {
            (Value::Date(time), Some(format)) => Json::from(format.write(*time)),
            (value, _) => value.to_json(),
        }
    }
}
