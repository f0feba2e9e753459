//! Values and comparisons.

use std::cmp::Ordering;
use std::net::IpAddr;

use gatewatch_event::{FieldType, Value, coerce, double_text, parse_ip, parse_iso};
use gatewatch_query::checked::Comparison;
use gatewatch_query::{Constant, Number, SchemaType};

use super::{Answer, Failed};

/// A value. Whole numbers remember their width in bits: 32, 64, or 65 for 64 without sign.
#[derive(Clone, Debug, PartialEq)]
pub enum V {
    Null,
    Boolean(bool),
    Whole(i128, u32),
    Fraction(f64),
    Text(String),
    Date(i64),
    Ip(IpAddr),
}

impl V {
    pub fn of_field(value: Value<'static>, field_type: SchemaType) -> Option<Self> {
        let value = match field_type {
            SchemaType::Declared(declared) => coerce(value, declared).ok()?,
            SchemaType::Dynamic => value,
        };
        Some(match value {
            Value::Str(text) => Self::Text(text.into_owned()),
            Value::Long(number) => Self::Whole(number.into(), 64),
            Value::Unsigned(number) => Self::Whole(number.into(), 65),
            Value::Double(number) => Self::Fraction(number),
            Value::Bool(flag) => Self::Boolean(flag),
            Value::Date(time) => Self::Date(time.millis()),
            Value::Ip(address) => Self::Ip(address),
        })
    }

    pub fn of_constant(constant: &Constant) -> Self {
        match constant {
            Constant::Null => Self::Null,
            Constant::Boolean(flag) => Self::Boolean(*flag),
            Constant::Number(Number::Integer(number)) => Self::Whole((*number).into(), 32),
            Constant::Number(Number::Long(number)) => Self::Whole((*number).into(), 64),
            Constant::Number(Number::UnsignedLong(number)) => Self::Whole((*number).into(), 65),
            Constant::Number(Number::Double(number)) => Self::Fraction(*number),
            Constant::Text(text) => Self::Text(text.as_ref().to_owned()),
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(flag) => flag.to_string(),
            Self::Whole(number, _) => number.to_string(),
            Self::Fraction(number) => double_text(*number),
            Self::Text(text) => text.clone(),
            Self::Date(millis) => gatewatch_event::Timestamp::from_millis(*millis).to_iso(3),
            Self::Ip(address) => address.to_string(),
        }
    }

    /// The number, or that which a text writes.
    pub fn number(&self) -> Option<V> {
        match self {
            Self::Whole(..) | Self::Fraction(_) => Some(self.clone()),
            Self::Date(millis) => Some(Self::Whole((*millis).into(), 64)),
            Self::Text(text) => {
                let text = text.trim();
                if let Ok(number) = text.parse::<i64>() {
                    return Some(Self::Whole(number.into(), 64));
                }
                let looks_right =
                    text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
                let number: f64 = text
                    .parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())?;
                looks_right.then_some(Self::Fraction(number))
            }
            _ => None,
        }
    }
}

fn numbers(left: &V, right: &V) -> Option<Ordering> {
    let (left, right) = (left.number()?, right.number()?);
    if let (V::Whole(left, _), V::Whole(right, _)) = (&left, &right) {
        return Some(left.cmp(right));
    }
    // As in Java: not-a-number is above all, and the two zeros differ where both sides have a fraction.
    Some(match (&left, &right) {
        (V::Whole(whole, _), V::Fraction(fraction)) => whole_and_fraction(*whole, *fraction),
        (V::Fraction(fraction), V::Whole(whole, _)) => {
            whole_and_fraction(*whole, *fraction).reverse()
        }
        (V::Fraction(left), V::Fraction(right)) => match (left.is_nan(), right.is_nan()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => left.total_cmp(right),
        },
        _ => unreachable!("numbers are whole or have a fraction"),
    })
}

/// By value: a fraction between two whole numbers is above the lower one.
fn whole_and_fraction(whole: i128, fraction: f64) -> Ordering {
    if fraction.is_nan() {
        return Ordering::Less;
    }
    let below = fraction.floor();
    whole.cmp(&(below as i128)).then_with(|| {
        if fraction > below {
            Ordering::Less
        } else {
            Ordering::Equal
        }
    })
}

fn said(operator: Comparison, order: Option<Ordering>) -> V {
    V::Boolean(order.is_some_and(|order| operator.holds(order)))
}

/// A value of a field against a constant, by the type of the field.
pub fn compare_field(
    value: &V,
    field_type: SchemaType,
    operator: Comparison,
    constant: &Constant,
) -> Answer<V> {
    let wanted = V::of_constant(constant);
    if wanted == V::Null {
        return Ok(V::Null);
    }
    let declared = match field_type {
        SchemaType::Declared(declared) => declared,
        // By the kind of the value; what cannot be compared is not equal.
        SchemaType::Dynamic => {
            let by_kind = match value {
                V::Text(_) if operator != Comparison::Equal && !matches!(wanted, V::Text(_)) => {
                    return Ok(said(operator, numbers(value, &wanted)));
                }
                V::Text(_) => FieldType::Keyword,
                V::Whole(..) | V::Fraction(_) => FieldType::Double,
                V::Boolean(_) => {
                    let as_boolean = compare_field(
                        value,
                        SchemaType::Declared(FieldType::Boolean),
                        operator,
                        constant,
                    );
                    if as_boolean == Ok(V::Boolean(true)) {
                        return as_boolean;
                    }
                    if operator != Comparison::Equal && !matches!(wanted, V::Text(_)) {
                        return Ok(V::Boolean(false));
                    }
                    FieldType::Keyword
                }
                V::Date(_) => FieldType::Date,
                V::Ip(_) => FieldType::Ip,
                V::Null => return Ok(V::Null),
            };
            let answer = compare_field(value, SchemaType::Declared(by_kind), operator, constant);
            return Ok(answer.unwrap_or(V::Boolean(false)));
        }
    };
    Ok(match declared {
        FieldType::Long | FieldType::UnsignedLong | FieldType::Double => {
            said(operator, numbers(value, &wanted))
        }
        FieldType::Boolean => {
            let wanted = match wanted {
                V::Boolean(flag) => flag,
                V::Text(text) => text.parse().map_err(|_| Failed)?,
                _ => return Err(Failed),
            };
            match value {
                V::Boolean(flag) => said(operator, Some(flag.cmp(&wanted))),
                _ => V::Boolean(false),
            }
        }
        FieldType::Date => {
            let wanted = match wanted {
                V::Text(text) => parse_iso(&text).ok_or(Failed)?.millis(),
                V::Whole(millis, _) => i64::try_from(millis).map_err(|_| Failed)?,
                V::Fraction(millis) => millis as i64,
                _ => return Err(Failed),
            };
            match value {
                V::Date(millis) => said(operator, Some(millis.cmp(&wanted))),
                _ => V::Boolean(false),
            }
        }
        FieldType::Ip => compare_ip(value, operator, &wanted)?,
        FieldType::Version => said(
            operator,
            Some(version(&value.text()).cmp(&version(&wanted.text()))),
        ),
        _ => said(
            operator,
            Some(value.text().as_bytes().cmp(wanted.text().as_bytes())),
        ),
    })
}

fn compare_ip(value: &V, operator: Comparison, wanted: &V) -> Answer<V> {
    let V::Text(wanted) = wanted else {
        return Err(Failed);
    };
    let address = match value {
        V::Ip(address) => Some(*address),
        V::Text(text) => parse_ip(text),
        _ => None,
    };
    if let Some(bound) = parse_ip(wanted) {
        return Ok(said(
            operator,
            address.map(|address| bits(address).cmp(&bits(bound))),
        ));
    }
    if operator != Comparison::Equal {
        return Err(Failed);
    }
    match address {
        Some(address) => Ok(V::Boolean(in_block(address, wanted).ok_or(Failed)?)),
        None => in_block(IpAddr::from([0, 0, 0, 0]), wanted)
            .map(|_| V::Boolean(false))
            .ok_or(Failed),
    }
}

/// The 128 bits of an address, IPv4 mapped.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// Do the first bits agree? `None` when the block is none.
pub fn in_block(address: IpAddr, block: &str) -> Option<bool> {
    let Some((base, length)) = block.split_once('/') else {
        return Some(bits(address) == bits(parse_ip(block)?));
    };
    let base: IpAddr = base.parse().ok()?;
    let length: u32 = length.parse().ok()?;
    let length = if base.is_ipv4() { length + 96 } else { length };
    let differing = bits(address) ^ bits(base);
    Some(differing.leading_zeros() >= length)
}

/// Three numbers, or no version at all.
fn version(text: &str) -> (bool, Vec<u32>, String) {
    let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    match parts {
        Some(parts) => (false, parts, String::new()),
        None => (true, Vec::new(), text.to_owned()),
    }
}

/// The result of a function against a constant: kinds that differ are not equal, and have no order.
pub fn compare_computed(value: &V, operator: Comparison, constant: &Constant) -> V {
    let wanted = V::of_constant(constant);
    let order = match (value, &wanted) {
        (V::Whole(..) | V::Fraction(_), V::Whole(..) | V::Fraction(_)) => numbers(value, &wanted),
        (V::Text(left), V::Text(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (V::Boolean(left), V::Boolean(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match order {
        Some(order) => V::Boolean(operator.holds(order)),
        None if operator == Comparison::Equal && wanted != V::Null => V::Boolean(false),
        None => V::Null,
    }
}
