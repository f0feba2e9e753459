//! A value while it is computed with.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use gatewatch_event::{FieldType, Timestamp, Value, coerce, parse_ip};

use crate::{Constant, Number, SchemaType};

/// A value of a field, or computed from some.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Computed<'a> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Date(Timestamp),
    Ip(IpAddr),
}

impl<'a> Computed<'a> {
    /// The value of a field of this type; `None` when the type cannot hold it, so that it does not count.
    pub(crate) fn of_field(value: Value<'a>, field_type: SchemaType) -> Option<Self> {
        match (field_type, &value) {
            (SchemaType::Dynamic, _) => Some(Self::of_any(value)),
            // A number in a text field is text. Its digits are written when somebody reads them: sources hold many
            // numbers that Elastic maps as keywords, and most are only compared.
            (SchemaType::Declared(declared), Value::Long(_) | Value::Unsigned(_))
                if is_text(declared) =>
            {
                Some(Self::of_any(value))
            }
            (SchemaType::Declared(declared), _) => coerce(value, declared).ok().map(Self::of_any),
        }
    }

    /// The value of a field as a join key shows it: of a text field, text.
    pub(crate) fn of_key(value: Value<'a>, field_type: SchemaType) -> Option<Self> {
        let computed = Self::of_field(value, field_type)?;
        Some(match (field_type, computed) {
            (SchemaType::Declared(declared), Self::Number(number)) if is_text(declared) => {
                Self::Text(Cow::Owned(number.to_string()))
            }
            (_, computed) => computed,
        })
    }

    fn of_any(value: Value<'a>) -> Self {
        match value {
            Value::Str(text) => Self::Text(text),
            Value::Long(number) => Self::Number(Number::Long(number)),
            Value::Unsigned(number) => Self::Number(Number::UnsignedLong(number)),
            Value::Double(number) => Self::Number(Number::Double(number)),
            Value::Bool(flag) => Self::Boolean(flag),
            Value::Date(time) => Self::Date(time),
            Value::Ip(address) => Self::Ip(address),
        }
    }

    pub(crate) fn of_constant(constant: &'a Constant) -> Self {
        match constant {
            Constant::Null => Self::Null,
            Constant::Boolean(flag) => Self::Boolean(*flag),
            Constant::Number(number) => Self::Number(*number),
            Constant::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }

    /// The same value, without a copy of its text.
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Boolean(flag) => Self::Boolean(*flag),
            Self::Number(number) => Self::Number(*number),
            Self::Text(text) => Self::Text(Cow::Borrowed(text)),
            Self::Date(time) => Self::Date(*time),
            Self::Ip(address) => Self::Ip(*address),
        }
    }

    pub(crate) fn into_constant(self) -> Constant {
        match self {
            Self::Null => Constant::Null,
            Self::Boolean(flag) => Constant::Boolean(flag),
            Self::Number(number) => Constant::Number(number),
            other => other
                .into_text()
                .map_or(Constant::Null, |text| Constant::Text(text.as_ref().into())),
        }
    }

    /// Asks about the text form, without a copy on the heap where that is possible; `None` for null.
    pub(crate) fn with_text<T>(&self, ask: impl FnOnce(&str) -> T) -> Option<T> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(ask(text)),
            Self::Number(number) => match number.as_whole() {
                Some(whole) => Some(ask(Digits::of(whole).as_str())),
                None => Some(ask(&number.to_string())),
            },
            other => other.borrowed().into_text().map(|text| ask(&text)),
        }
    }

    /// The text form; `None` for null.
    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Boolean(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(text),
            Self::Date(time) => Some(Cow::Owned(time.to_string())),
            Self::Ip(address) => Some(Cow::Owned(address.to_string())),
        }
    }

    /// The number; of a text that writes one, that number. `None` for anything else.
    pub(crate) fn to_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => Number::parse(text),
            Self::Date(time) => Some(Number::Long(time.millis())),
            Self::Null | Self::Boolean(_) | Self::Ip(_) => None,
        }
    }

    /// The address; of a text that writes one, that address.
    pub(crate) fn to_ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Text(text) => parse_ip(text),
            _ => None,
        }
    }

    /// Compares with a constant of the same kind; `None` for different kinds and for null.
    pub(crate) fn compare(&self, constant: &Constant) -> Option<Ordering> {
        match (self, constant) {
            (Self::Number(left), Constant::Number(right)) => Some(left.compare(*right)),
            (Self::Text(left), Constant::Text(right)) => Some(left.as_ref().cmp(right)),
            (Self::Boolean(left), Constant::Boolean(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}

fn is_text(field_type: FieldType) -> bool {
    matches!(
        field_type,
        FieldType::Keyword
            | FieldType::ConstantKeyword
            | FieldType::Wildcard
            | FieldType::Text
            | FieldType::Version
            | FieldType::Flattened
    )
}

/// The digits of a whole number of 64 bits, with or without sign.
struct Digits {
    bytes: [u8; Self::MOST],
    /// Where the number begins; it ends with the array.
    start: usize,
}

impl Digits {
    const MOST: usize = 40;

    fn of(number: i128) -> Self {
        let mut digits = Self {
            bytes: [b'0'; Self::MOST],
            start: Self::MOST,
        };
        let mut rest = number.unsigned_abs();
        loop {
            digits.start -= 1;
            // The remainder is one digit.
            digits.bytes[digits.start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            digits.start -= 1;
            digits.bytes[digits.start] = b'-';
        }
        digits
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 7, -1, 4624, i64::MIN.into(), u64::MAX.into(), i128::MAX] {
            assert_eq!(Digits::of(number).as_str(), number.to_string());
        }
    }
}
