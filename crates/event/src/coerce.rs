//! Turns a value into what a field's type asks for.

use std::borrow::Cow;

use crate::{FieldType, Timestamp, Value, parse_ip, parse_iso};

/// A value that its field's type cannot hold: Elasticsearch would refuse the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoerceError {
    /// The type that could not hold it.
    pub field_type: FieldType,
}

/// The value as a field of type `field_type` holds it.
///
/// # Errors
///
/// When the type cannot hold the value: text that is no address in an `ip` field, for instance. Callers that run over
/// logs treat that as "the field is absent".
pub fn coerce(value: Value<'_>, field_type: FieldType) -> Result<Value<'_>, CoerceError> {
    let converted = match field_type {
        FieldType::Keyword
        | FieldType::ConstantKeyword
        | FieldType::Wildcard
        | FieldType::Text
        | FieldType::Version
        | FieldType::Flattened => Some(to_text(value)),
        FieldType::Long | FieldType::UnsignedLong => to_long(value),
        FieldType::Double => to_double(value),
        FieldType::Boolean => to_bool(&value),
        FieldType::Date => to_date(&value).map(|time| Timestamp::from_millis(time.millis()).into()),
        FieldType::DateNanos => to_date(&value).map(Value::from),
        FieldType::Ip => to_ip(value),
        FieldType::Object | FieldType::Nested | FieldType::Unsupported => None,
    };
    converted.ok_or(CoerceError { field_type })
}

fn to_text(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Str(_) => value,
        other => Value::Str(Cow::Owned(other.text().into_owned())),
    }
}

fn to_long(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::Long(_) | Value::Unsigned(_) => Some(value),
        Value::Double(number) => whole(number),
        Value::Str(text) => {
            let text = text.trim();
            if let Ok(number) = text.parse::<i64>() {
                return Some(Value::Long(number));
            }
            if let Ok(number) = text.parse::<u64>() {
                return Some(Value::Unsigned(number));
            }
            plain_double(text).and_then(whole)
        }
        Value::Date(time) => Some(Value::Long(time.millis())),
        Value::Bool(_) | Value::Ip(_) => None,
    }
}

/// Elasticsearch cuts the fraction of a number that goes into a whole-number field (`coerce` is on by default).
fn whole(number: f64) -> Option<Value<'static>> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked, and cutting is what is asked for"
    )]
    (number.is_finite() && number.abs() < 9.2e18).then_some(Value::Long(number as i64))
}

fn to_double(value: Value<'_>) -> Option<Value<'_>> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a double field holds the nearest double, in Elasticsearch too"
    )]
    match value {
        Value::Double(_) => Some(value),
        Value::Long(number) => Some(Value::Double(number as f64)),
        Value::Unsigned(number) => Some(Value::Double(number as f64)),
        Value::Str(text) => plain_double(text.trim()).map(Value::Double),
        Value::Bool(_) | Value::Date(_) | Value::Ip(_) => None,
    }
}

/// A decimal number; unlike `str::parse`, not `inf` or `nan`.
fn plain_double(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

fn to_bool<'a>(value: &Value<'_>) -> Option<Value<'a>> {
    match value {
        Value::Bool(flag) => Some(Value::Bool(*flag)),
        Value::Str(text) => match text.as_ref() {
            "true" => Some(Value::Bool(true)),
            "false" | "" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

fn to_date(value: &Value<'_>) -> Option<Timestamp> {
    match value {
        Value::Date(time) => Some(*time),
        Value::Long(millis) => Some(Timestamp::from_millis(*millis)),
        Value::Str(text) => parse_iso(text).or_else(|| {
            // The default format is strict_date_optional_time or epoch_millis. Four digits are a year, so the
            // epoch form is tried second, as Elasticsearch does.
            text.parse::<i64>().ok().map(Timestamp::from_millis)
        }),
        Value::Double(millis) if millis.is_finite() =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturates; fractions of a millisecond are kept as nanoseconds"
            )]
            Some(Timestamp::from_nanos((millis * 1e6) as i64))
        }
        _ => None,
    }
}

fn to_ip(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::Ip(address) => Some(Value::from(address)),
        Value::Str(text) => parse_ip(&text).map(Value::from),
        _ => None,
    }
}

/// A double as Java's `Double.toString` writes it, which is what Elasticsearch shows: `1.0`, `5.0E14`, `1.0E-5`.
pub fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into();
    }
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    if digits.contains('.') {
        format!("{digits}E{exponent}")
    } else {
        format!("{digits}.0E{exponent}")
    }
}

#[cfg(test)]
mod tests {
    use super::{coerce, double_text};
    use crate::{FieldType, Value};

    #[track_caller]
    fn check(value: Value<'static>, field_type: FieldType, expect: Option<&str>) {
        let got = coerce(value, field_type)
            .ok()
            .map(|value| value.text().into_owned());
        assert_eq!(got.as_deref(), expect);
    }

    #[test]
    fn values_take_the_type_of_their_field() {
        check(Value::from(3), FieldType::Keyword, Some("3"));
        check(Value::from("3389"), FieldType::Long, Some("3389"));
        check(Value::from("3.9"), FieldType::Long, Some("3"));
        check(Value::from("0x3e7"), FieldType::Long, None);
        check(
            Value::from("::ffff:192.0.2.1"),
            FieldType::Ip,
            Some("192.0.2.1"),
        );
        check(Value::from("-"), FieldType::Ip, None);
        check(Value::from("true"), FieldType::Boolean, Some("true"));
        check(Value::from("yes"), FieldType::Boolean, None);
        check(
            Value::from("1709287250123"),
            FieldType::Date,
            Some("2024-03-01T10:00:50.123Z"),
        );
        check(
            Value::from("2024-03-01T10:00:50.123456Z"),
            FieldType::Date,
            Some("2024-03-01T10:00:50.123Z"),
        );
        check(
            Value::from("2024-03-01T10:00:50.123456Z"),
            FieldType::DateNanos,
            Some("2024-03-01T10:00:50.123456Z"),
        );
        check(Value::from("inf"), FieldType::Double, None);
    }

    #[test]
    fn doubles_look_as_in_java() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.001, "0.001"),
            (5e14, "5.0E14"),
            (1.25e-5, "1.25E-5"),
            (-0.0, "-0.0"),
            (1e7, "1.0E7"),
        ] {
            assert_eq!(double_text(number), text);
        }
    }
}
