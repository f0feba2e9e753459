//! `number(text[, base])`

use crate::{Number, RuntimeError};

/// The number that a text writes. A `0x` prefix means base 16 where no base or 16 is given.
pub(crate) fn number(text: &str, base: Option<i64>) -> Result<Number, RuntimeError> {
    let prefixed = text.strip_prefix("0x");
    let base = base.unwrap_or(if prefixed.is_some() { 16 } else { 10 });
    let digits = match prefixed {
        Some(digits) if base == 16 => digits,
        _ => text,
    };
    let parsed = if base == 10 {
        decimal(digits)
    } else {
        // Java's parseLong takes the bases 2 to 36.
        u32::try_from(base)
            .ok()
            .filter(|base| (2..=36).contains(base))
            .and_then(|base| i64::from_str_radix(digits, base).ok())
            .map(Number::Long)
    };
    parsed.ok_or_else(|| {
        RuntimeError::new(
            "query-not-a-number",
            format!(
                "Unable to convert [{}] to number of base [{base}]",
                shown(text)
            ),
        )
    })
}

/// As Java's `Long.valueOf`, and where that fails `Double.valueOf`.
fn decimal(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(Number::Long(number));
    }
    let text = text.trim_matches(|c: char| c <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        "NaN" => return Some(Number::Double(f64::NAN)),
        "Infinity" if text.starts_with('-') => return Some(Number::Double(f64::NEG_INFINITY)),
        "Infinity" => return Some(Number::Double(f64::INFINITY)),
        _ => {}
    }
    // Java allows the suffix of its own literals.
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !plain {
        return None;
    }
    text.parse().ok().map(Number::Double)
}

/// Enough of a text to recognise it in a message.
fn shown(text: &str) -> String {
    const MOST: usize = 64;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::number;
    use crate::Number;

    #[test]
    fn reads_numbers_as_java_does() {
        for (text, base, expect) in [
            ("314", None, Number::Long(314)),
            ("+314", Some(10), Number::Long(314)),
            (" 3.25 ", None, Number::Double(3.25)),
            ("1e3", None, Number::Double(1000.0)),
            ("5d", None, Number::Double(5.0)),
            ("0x1337", None, Number::Long(4919)),
            ("0x1337", Some(16), Number::Long(4919)),
            ("052403", Some(8), Number::Long(21763)),
            ("52403", Some(7), Number::Long(12890)),
            ("-ff", Some(16), Number::Long(-255)),
            ("99999999999999999999", None, Number::Double(1e20)),
        ] {
            assert_eq!(number(text, base), Ok(expect), "{text}");
        }
    }

    #[test]
    fn anything_else_fails() {
        for (text, base) in [
            ("", None),
            ("abc", None),
            ("-0x1", None),
            ("0x", None),
            ("0x1f", Some(10)),
            ("1", Some(1)),
            ("1", Some(37)),
            ("1", Some(-1)),
            ("1.5", Some(16)),
            ("inf", None),
            ("1_000", None),
        ] {
            assert!(number(text, base).is_err(), "{text}");
        }
    }
}
