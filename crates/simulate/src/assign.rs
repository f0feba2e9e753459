//! The values that fields have so far.

use gatewatch_event::{
    Document, Event, Field, FieldType, Timestamp, Value, ecs_is_array, parse_ip, parse_iso,
};
use gatewatch_query::checked::FieldReference;
use gatewatch_query::{Constant, Number, SchemaType};
use serde_json::Value as Json;

/// The values of fields, in the order in which they were first given. A field without values is known to be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Assignment {
    fields: Vec<(Field, Vec<Json>)>,
}

impl Assignment {
    /// With one field only.
    pub(crate) fn of(field: Field, values: Vec<Json>) -> Self {
        Self {
            fields: vec![(field, values)],
        }
    }

    /// The values of a field; `None` where nothing was decided.
    pub(crate) fn get(&self, field: Field) -> Option<&[Json]> {
        self.fields
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, values)| values.as_slice())
    }

    pub(crate) fn set(&mut self, field: Field, values: Vec<Json>) {
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, old)) => *old = values,
            None => self.fields.push((field, values)),
        }
    }

    /// The first value as a constant: null where there is none.
    pub(crate) fn constant(&self, field: Field) -> Constant {
        match self.get(field).and_then(<[Json]>::first) {
            Some(Json::Bool(flag)) => Constant::Boolean(*flag),
            Some(Json::String(text)) => Constant::from(text.as_str()),
            Some(Json::Number(number)) => {
                Constant::Number(match (number.as_i64(), number.as_u64()) {
                    (Some(whole), _) => {
                        i32::try_from(whole).map_or(Number::Long(whole), Number::Integer)
                    }
                    (None, Some(whole)) => Number::UnsignedLong(whole),
                    (None, None) => Number::Double(number.as_f64().unwrap_or(0.0)),
                })
            }
            _ => Constant::Null,
        }
    }

    /// The fields with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Field, &[Json])> {
        self.fields
            .iter()
            .map(|(field, values)| (*field, values.as_slice()))
    }

    /// The event as a document: a field that ECS has as an array is one, and one with several values.
    pub(crate) fn document(&self) -> Document {
        let mut document = Document::new();
        for (field, values) in self.iter() {
            let json = match values {
                [] => continue,
                [only] if !ecs_is_array(field.name()) => only.clone(),
                _ => Json::Array(values.to_vec()),
            };
            document.set(field.name(), json);
        }
        document
    }
}

impl Event for Assignment {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        for value in self.get(field).unwrap_or_default() {
            if let Some(value) = Value::from_json(value)
                && !visit(value)
            {
                return;
            }
        }
    }

    fn document(&self) -> Document {
        self.document()
    }
}

/// A constant as a value that the field can hold; `None` if it holds nothing like it.
pub(crate) fn value_for(field: &FieldReference, constant: &Constant) -> Option<Json> {
    let SchemaType::Declared(declared) = field.field_type else {
        return (!constant.is_null()).then(|| constant.to_json());
    };
    let text = constant.text()?;
    match declared {
        FieldType::Long | FieldType::UnsignedLong | FieldType::Double => match constant {
            Constant::Number(_) => Some(constant.to_json()),
            _ => {
                let whole = text.trim().parse::<i64>().map(Json::from).ok();
                whole.or_else(|| text.trim().parse::<f64>().map(Json::from).ok())
            }
        },
        FieldType::Boolean => text.parse::<bool>().ok().map(Json::from),
        FieldType::Ip => parse_ip(&text).map(|address| address.to_string().into()),
        FieldType::Date | FieldType::DateNanos => {
            let time =
                parse_iso(&text).or_else(|| text.parse().ok().map(Timestamp::from_millis))?;
            Some(time.to_string().into())
        }
        _ => Some(text.as_ref().into()),
    }
}
