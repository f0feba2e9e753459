//! Numbers as Java computes with them.

use std::cmp::Ordering;
use std::fmt;

use gatewatch_event::double_text;

use crate::RuntimeError;
use crate::checked::ArithmeticOperator;

/// A number with the width that Java would give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// 32 bits.
    Integer(i32),
    /// 64 bits.
    Long(i64),
    /// 64 bits without sign.
    UnsignedLong(u64),
    /// With a fraction.
    Double(f64),
}

impl Number {
    fn as_double(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "Java widens a long to the nearest double, too"
        )]
        match self {
            Self::Integer(number) => f64::from(number),
            Self::Long(number) => number as f64,
            Self::UnsignedLong(number) => number as f64,
            Self::Double(number) => number,
        }
    }

    /// The whole number; `None` for a double.
    pub fn as_whole(self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(number.into()),
            Self::Long(number) => Some(number.into()),
            Self::UnsignedLong(number) => Some(number.into()),
            Self::Double(_) => None,
        }
    }

    /// A whole number in the narrowest of long and unsigned long.
    pub fn from_whole(number: i128) -> Option<Self> {
        i64::try_from(number)
            .map(Self::Long)
            .or_else(|_| u64::try_from(number).map(Self::UnsignedLong))
            .ok()
    }

    /// The number that a text writes in full, as a numeric field would read it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse::<i64>() {
            return Some(Self::Long(number));
        }
        if let Ok(number) = text.parse::<u64>() {
            return Some(Self::UnsignedLong(number));
        }
        let starts_as_number = text
            .trim_start_matches(['+', '-'])
            .starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let number: f64 = text.parse().ok()?;
        (starts_as_number && number.is_finite()).then_some(Self::Double(number))
    }

    /// Compares by value. Two doubles compare as in Java: NaN is above all, -0.0 below 0.0.
    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Double(left), Self::Double(right)) => compare_doubles(left, right),
            (Self::Double(left), right) => {
                let right = right.as_whole().expect("the other arm had both doubles");
                compare_whole(right, left).reverse()
            }
            (left, right) => {
                let left = left
                    .as_whole()
                    .expect("the other arm had a double at the left");
                match right {
                    Self::Double(right) => compare_whole(left, right),
                    right => left.cmp(&right.as_whole().expect("doubles are in the arm above")),
                }
            }
        }
    }

    /// The same number with the other sign.
    ///
    /// # Errors
    ///
    /// When there is none of that width.
    pub fn negate(self) -> Result<Self, RuntimeError> {
        match self {
            Self::Integer(number) => number.checked_neg().map(Self::Integer),
            Self::Long(number) => number.checked_neg().map(Self::Long),
            Self::UnsignedLong(number) => (number == 0).then_some(self),
            Self::Double(number) => Some(Self::Double(-number)),
        }
        .ok_or_else(|| overflow(self.type_name()))
    }

    /// Computes `self operator other` with the widening rules of Java.
    ///
    /// # Errors
    ///
    /// When a whole number leaves its range, or is divided by zero.
    pub fn compute(self, operator: ArithmeticOperator, other: Self) -> Result<Self, RuntimeError> {
        match (self, other) {
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                let (left, right) = (self.as_double(), other.as_double());
                Ok(Self::Double(match operator {
                    ArithmeticOperator::Add => left + right,
                    ArithmeticOperator::Subtract => left - right,
                    ArithmeticOperator::Multiply => left * right,
                    ArithmeticOperator::Divide => left / right,
                    ArithmeticOperator::Modulo => left % right,
                }))
            }
            (Self::Integer(left), Self::Integer(right)) => {
                let wide = whole(operator, left.into(), right.into(), "integer")?;
                // Java does not notice that the least integer divided by -1 has no counterpart.
                if operator == ArithmeticOperator::Divide {
                    return Ok(Self::Integer(left.wrapping_div(right)));
                }
                i32::try_from(wide)
                    .map(Self::Integer)
                    .map_err(|_| overflow("integer"))
            }
            (Self::UnsignedLong(_), _) | (_, Self::UnsignedLong(_)) => {
                let left = self.as_whole().expect("doubles are in the arm above");
                let right = other.as_whole().expect("doubles are in the arm above");
                let wide = whole(operator, left, right, "unsigned_long")?;
                u64::try_from(wide)
                    .map(Self::UnsignedLong)
                    .map_err(|_| overflow("unsigned_long"))
            }
            (left, right) => {
                let left = left.as_whole().expect("doubles are in the arm above");
                let right = right.as_whole().expect("doubles are in the arm above");
                let wide = whole(operator, left, right, "long")?;
                if operator == ArithmeticOperator::Divide {
                    return Ok(Self::Long(i64::try_from(wide).unwrap_or(i64::MIN)));
                }
                i64::try_from(wide)
                    .map(Self::Long)
                    .map_err(|_| overflow("long"))
            }
        }
    }

    /// The type as Elasticsearch names it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Integer(_) => "integer",
            Self::Long(_) => "long",
            Self::UnsignedLong(_) => "unsigned_long",
            Self::Double(_) => "double",
        }
    }

    /// What Java's `intValue` gives: the low 32 bits of a whole number, a double cut and held at the ends.
    pub(crate) fn int_value(self) -> i32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "cutting is what Java's intValue does"
        )]
        match self {
            Self::Integer(number) => number,
            Self::Long(number) => number as i32,
            Self::UnsignedLong(number) => number as i32,
            Self::Double(number) => number as i32,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Long(number) => number.fmt(f),
            Self::UnsignedLong(number) => number.fmt(f),
            Self::Double(number) => f.write_str(&double_text(*number)),
        }
    }
}

fn compare_doubles(left: f64, right: f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => left.total_cmp(&right),
    }
}

/// Compares without rounding the whole number.
fn compare_whole(whole: i128, double: f64) -> Ordering {
    if double.is_nan() {
        return Ordering::Less;
    }
    // Beyond 2^64 no whole number of ours reaches.
    if double >= 18_446_744_073_709_551_616.0 {
        return Ordering::Less;
    }
    if double < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked; the fraction is compared after"
    )]
    let cut = double.trunc() as i128;
    whole
        .cmp(&cut)
        .then_with(|| 0.0.partial_cmp(&double.fract()).unwrap_or(Ordering::Equal))
}

/// Two factors of 64 bits fit 128, so nothing is lost before the caller checks the range.
fn whole(
    operator: ArithmeticOperator,
    left: i128,
    right: i128,
    type_name: &str,
) -> Result<i128, RuntimeError> {
    let by_zero = || RuntimeError::new("query-division-by-zero", "division by zero");
    match operator {
        ArithmeticOperator::Add => left.checked_add(right),
        ArithmeticOperator::Subtract => left.checked_sub(right),
        ArithmeticOperator::Multiply => left.checked_mul(right),
        ArithmeticOperator::Divide => return left.checked_div(right).ok_or_else(by_zero),
        ArithmeticOperator::Modulo => return left.checked_rem(right).ok_or_else(by_zero),
    }
    .ok_or_else(|| overflow(type_name))
}

fn overflow(type_name: &str) -> RuntimeError {
    RuntimeError::new("query-overflow", format!("{type_name} overflow"))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::Number;
    use crate::checked::ArithmeticOperator::{Add, Divide, Modulo, Multiply, Subtract};

    #[test]
    fn whole_numbers_overflow_at_their_width() {
        let most = Number::Integer(i32::MAX);
        assert!(most.compute(Add, Number::Integer(1)).is_err());
        assert_eq!(
            most.compute(Add, Number::Long(1)),
            Ok(Number::Long(2_147_483_648))
        );
        assert!(
            Number::Long(i64::MAX)
                .compute(Multiply, Number::Integer(2))
                .is_err()
        );
        assert_eq!(
            Number::UnsignedLong(u64::MAX).compute(Subtract, Number::Integer(1)),
            Ok(Number::UnsignedLong(u64::MAX - 1))
        );
        assert!(
            Number::UnsignedLong(1)
                .compute(Subtract, Number::Integer(2))
                .is_err()
        );
        assert!(Number::Integer(i32::MIN).negate().is_err());
    }

    #[test]
    fn division_cuts_and_the_remainder_follows_the_dividend() {
        assert_eq!(
            Number::Integer(-7).compute(Divide, Number::Integer(2)),
            Ok(Number::Integer(-3))
        );
        assert_eq!(
            Number::Integer(-7).compute(Modulo, Number::Integer(4)),
            Ok(Number::Integer(-3))
        );
        assert!(Number::Integer(1).compute(Divide, Number::Long(0)).is_err());
        assert!(
            Number::Integer(1)
                .compute(Modulo, Number::Integer(0))
                .is_err()
        );
        assert_eq!(
            Number::Integer(1).compute(Divide, Number::Double(0.0)),
            Ok(Number::Double(f64::INFINITY))
        );
        assert_eq!(
            Number::Integer(i32::MIN).compute(Divide, Number::Integer(-1)),
            Ok(Number::Integer(i32::MIN))
        );
        assert_eq!(
            Number::Long(i64::MIN).compute(Divide, Number::Integer(-1)),
            Ok(Number::Long(i64::MIN))
        );
    }

    #[test]
    fn numbers_compare_by_value() {
        assert_eq!(
            Number::Integer(3).compare(Number::Double(3.0)),
            Ordering::Equal
        );
        assert_eq!(Number::Long(4).compare(Number::Double(4.5)), Ordering::Less);
        assert_eq!(
            Number::Double(-4.5).compare(Number::Long(-4)),
            Ordering::Less
        );
        assert_eq!(
            Number::Long(9_007_199_254_740_993).compare(Number::Double(9_007_199_254_740_992.0)),
            Ordering::Greater
        );
        assert_eq!(
            Number::UnsignedLong(u64::MAX).compare(Number::Long(-1)),
            Ordering::Greater
        );
        assert_eq!(
            Number::UnsignedLong(u64::MAX).compare(Number::Double(1e30)),
            Ordering::Less
        );
    }

    #[test]
    fn text_is_read_as_a_numeric_field_reads_it() {
        assert_eq!(Number::parse(" 5 "), Some(Number::Long(5)));
        assert_eq!(Number::parse("5.5"), Some(Number::Double(5.5)));
        assert_eq!(
            Number::parse("18446744073709551615"),
            Some(Number::UnsignedLong(u64::MAX))
        );
        for text in ["", "abc", "inf", "NaN", "0x1f", "1e999"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
