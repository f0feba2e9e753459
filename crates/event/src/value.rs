//! One value of a field.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::Timestamp;

/// One value of a field, as the source holds it: a JSON reader yields strings and numbers, an EVTX reader also
/// dates. [`coerce`](crate::coerce) turns it into what the field's type asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Str(Cow<'a, str>),
    /// A whole number.
    Long(i64),
    /// A whole number above `i64::MAX`.
    Unsigned(u64),
    /// A number with a fraction.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// A point in time.
    Date(Timestamp),
    /// An address; IPv4-mapped IPv6 is IPv4 (see [`parse_ip`](crate::parse_ip)).
    Ip(IpAddr),
}

impl<'a> Value<'a> {
    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Str(text) => Value::Str(Cow::Owned(text.into_owned())),
            Value::Long(number) => Value::Long(number),
            Value::Unsigned(number) => Value::Unsigned(number),
            Value::Double(number) => Value::Double(number),
            Value::Bool(flag) => Value::Bool(flag),
            Value::Date(time) => Value::Date(time),
            Value::Ip(address) => Value::Ip(address),
        }
    }

    /// The same value, borrowing its text.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Str(text) => Value::Str(Cow::Borrowed(text)),
            Value::Long(number) => Value::Long(*number),
            Value::Unsigned(number) => Value::Unsigned(*number),
            Value::Double(number) => Value::Double(*number),
            Value::Bool(flag) => Value::Bool(*flag),
            Value::Date(time) => Value::Date(*time),
            Value::Ip(address) => Value::Ip(*address),
        }
    }

    /// The text form: what a keyword field would index, and what `string()` shows.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Str(text) => Cow::Borrowed(text),
            Value::Long(number) => Cow::Owned(number.to_string()),
            Value::Unsigned(number) => Cow::Owned(number.to_string()),
            Value::Double(number) => Cow::Owned(crate::double_text(*number)),
            Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Value::Date(time) => Cow::Owned(time.to_string()),
            Value::Ip(address) => Cow::Owned(address.to_string()),
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON; a date as ISO text, an address in canonical text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Str(text) => serde_json::Value::from(text.as_ref()),
            Value::Long(number) => serde_json::Value::from(*number),
            Value::Unsigned(number) => serde_json::Value::from(*number),
            Value::Double(number) => serde_json::Number::from_f64(*number)
                .map_or(serde_json::Value::Null, serde_json::Value::Number),
            Value::Bool(flag) => serde_json::Value::from(*flag),
            Value::Date(time) => serde_json::Value::from(time.to_string()),
            Value::Ip(address) => serde_json::Value::from(address.to_string()),
        }
    }

    /// The value of a JSON scalar; `None` for null, an array or an object.
    pub fn from_json(json: &'a serde_json::Value) -> Option<Value<'a>> {
        match json {
            serde_json::Value::String(text) => Some(Value::Str(Cow::Borrowed(text))),
            serde_json::Value::Bool(flag) => Some(Value::Bool(*flag)),
            serde_json::Value::Number(number) => {
                if let Some(whole) = number.as_i64() {
                    Some(Value::Long(whole))
                } else if let Some(whole) = number.as_u64() {
                    Some(Value::Unsigned(whole))
                } else {
                    number.as_f64().map(Value::Double)
                }
            }
            serde_json::Value::Null
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Str(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Str(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Value::Str(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Long(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Value::Date(time)
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(address: IpAddr) -> Self {
        Value::Ip(address.to_canonical())
    }
}
