//! Functions over UTF-16, as the reference describes them.

use gatewatch_query::checked::{ArithmeticOperator, Function};

use super::values::{V, in_block};
use super::{Answer, Failed};

pub fn call(function: Function, insensitive: bool, arguments: Vec<Answer<V>>) -> Answer<V> {
    let get = |index: usize| arguments.get(index).cloned().unwrap_or(Ok(V::Null));
    let operator = match function {
        Function::Add => Some(ArithmeticOperator::Add),
        Function::Subtract => Some(ArithmeticOperator::Subtract),
        Function::Multiply => Some(ArithmeticOperator::Multiply),
        Function::Divide => Some(ArithmeticOperator::Divide),
        Function::Modulo => Some(ArithmeticOperator::Modulo),
        _ => None,
    };
    if let Some(operator) = operator {
        return arithmetic(operator, &get(0)?, &get(1)?);
    }
    if function == Function::Concat {
        let mut joined = String::new();
        for index in 0..arguments.len() {
            match get(index)? {
                V::Null => return Ok(V::Null),
                value => joined.push_str(&value.text()),
            }
        }
        return Ok(V::Text(joined));
    }
    let first = get(0)?;
    if first == V::Null {
        return Ok(V::Null);
    }
    if function == Function::CidrMatch {
        let address = match &first {
            V::Ip(address) => *address,
            other => match gatewatch_event::parse_ip(&other.text()) {
                Some(address) => address,
                None => return Ok(V::Null),
            },
        };
        let mut inside = false;
        for index in 1..arguments.len() {
            inside |= in_block(address, &get(index)?.text()).ok_or(Failed)?;
        }
        return Ok(V::Boolean(inside));
    }
    let source: Vec<u16> = first.text().encode_utf16().collect();
    Ok(match function {
        Function::String => V::Text(first.text()),
        Function::Length => V::Whole(source.len() as i128, 32),
        Function::Number => number(&first.text(), &get(1)?)?,
        Function::Substring => substring(&source, &get(1)?, &get(2)?),
        Function::Between => {
            let (left, right) = (get(1)?, get(2)?);
            if left == V::Null || right == V::Null {
                return Err(Failed);
            }
            let greedy = get(3)? == V::Boolean(true);
            between(&source, &units(&left), &units(&right), greedy, insensitive)?
        }
        Function::IndexOf => {
            let (part, start) = (get(1)?, position(&get(2)?));
            if part == V::Null {
                return Ok(V::Null);
            }
            let start = usize::try_from(start.unwrap_or(0)).unwrap_or(0);
            match find(&source, &units(&part), start, insensitive) {
                Some(at) => V::Whole(at as i128, 32),
                None => V::Null,
            }
        }
        Function::StartsWith | Function::EndsWith | Function::StringContains => {
            let part = get(1)?;
            if part == V::Null {
                return Ok(V::Null);
            }
            let part = units(&part);
            V::Boolean(match function {
                Function::StartsWith => {
                    part.len() <= source.len() && same(&source[..part.len()], &part, insensitive)
                }
                Function::EndsWith => {
                    part.len() <= source.len()
                        && same(&source[source.len() - part.len()..], &part, insensitive)
                }
                _ => {
                    !source.is_empty()
                        && !part.is_empty()
                        && find(&source, &part, 0, insensitive).is_some()
                }
            })
        }
        other => unreachable!("{other:?} is above"),
    })
}

fn units(value: &V) -> Vec<u16> {
    value.text().encode_utf16().collect()
}

fn same(left: &[u16], right: &[u16], insensitive: bool) -> bool {
    let units = left == right;
    let halves = [left, right]
        .iter()
        .any(|units| String::from_utf16(units).is_err());
    let (left, right) = (
        String::from_utf16_lossy(left),
        String::from_utf16_lossy(right),
    );
    if insensitive && !halves {
        left.to_lowercase() == right.to_lowercase()
    } else {
        units
    }
}

fn find(source: &[u16], part: &[u16], start: usize, insensitive: bool) -> Option<usize> {
    (start..=source.len()).find(|&at| {
        at + part.len() <= source.len() && same(&source[at..at + part.len()], part, insensitive)
    })
}

fn position(value: &V) -> Option<i64> {
    match value.number()? {
        V::Whole(number, _) => i64::try_from(number).ok(),
        V::Fraction(number) => Some(number as i64),
        _ => None,
    }
}

fn substring(source: &[u16], start: &V, end: &V) -> V {
    let Some(start) = position(start) else {
        return V::Text(String::from_utf16_lossy(source));
    };
    let length = source.len() as i64;
    let clip = |at: i64| (if at < 0 { at + length } else { at }).clamp(0, length) as usize;
    let (from, to) = (clip(start), position(end).map_or(source.len(), clip));
    V::Text(if from < to {
        String::from_utf16_lossy(&source[from..to])
    } else {
        String::new()
    })
}

fn between(
    source: &[u16],
    left: &[u16],
    right: &[u16],
    greedy: bool,
    insensitive: bool,
) -> Answer<V> {
    let whole = || V::Text(String::from_utf16_lossy(source));
    if source.is_empty() || left.is_empty() || right.is_empty() {
        return Ok(whole());
    }
    let Some(at) = find(source, left, 0, insensitive) else {
        return Ok(V::Text(String::new()));
    };
    let start = at + left.len();
    let end = if greedy {
        (0..source.len())
            .rev()
            .find(|&at| find(source, right, at, insensitive) == Some(at))
    } else {
        find(source, right, start, insensitive)
    };
    match end {
        None => Ok(V::Text(String::new())),
        Some(end) if end < start => Err(Failed),
        Some(end) => Ok(V::Text(String::from_utf16_lossy(&source[start..end]))),
    }
}

fn number(text: &str, base: &V) -> Answer<V> {
    let prefixed = text.starts_with("0x");
    let base = match base {
        V::Whole(base, _) => *base,
        _ if prefixed => 16,
        _ => 10,
    };
    let digits = if prefixed && base == 16 {
        &text[2..]
    } else {
        text
    };
    if base == 10 {
        if let Ok(number) = digits.parse::<i64>() {
            return Ok(V::Whole(number.into(), 64));
        }
        // Java reads the suffixes of its own literals.
        let digits = digits.trim();
        let digits = digits.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(digits);
        let plain = digits
            .trim()
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
        return match digits.trim().parse::<f64>() {
            Ok(number) if plain => Ok(V::Fraction(number)),
            _ => Err(Failed),
        };
    }
    let base = u32::try_from(base).map_err(|_| Failed)?;
    let number = i64::from_str_radix(digits, base).map_err(|_| Failed)?;
    Ok(V::Whole(number.into(), 64))
}

pub fn negate(value: &V) -> Answer<V> {
    match value.number() {
        Some(V::Fraction(number)) => Ok(V::Fraction(-number)),
        Some(V::Whole(number, width)) => fit(-number, width),
        _ => Ok(V::Null),
    }
}

pub fn arithmetic(operator: ArithmeticOperator, left: &V, right: &V) -> Answer<V> {
    let (Some(left), Some(right)) = (left.number(), right.number()) else {
        return Ok(V::Null);
    };
    let (V::Whole(a, a_width), V::Whole(b, b_width)) = (&left, &right) else {
        let (a, b) = (fraction(&left), fraction(&right));
        return Ok(V::Fraction(match operator {
            ArithmeticOperator::Add => a + b,
            ArithmeticOperator::Subtract => a - b,
            ArithmeticOperator::Multiply => a * b,
            ArithmeticOperator::Divide => a / b,
            ArithmeticOperator::Modulo => a % b,
        }));
    };
    let width = *a_width.max(b_width);
    let result = match operator {
        ArithmeticOperator::Add => a + b,
        ArithmeticOperator::Subtract => a - b,
        ArithmeticOperator::Multiply => a * b,
        ArithmeticOperator::Divide | ArithmeticOperator::Modulo if *b == 0 => return Err(Failed),
        ArithmeticOperator::Divide => a / b,
        ArithmeticOperator::Modulo => a % b,
    };
    fit(result, width)
}

fn fraction(value: &V) -> f64 {
    match value {
        V::Whole(number, _) => *number as f64,
        V::Fraction(number) => *number,
        _ => f64::NAN,
    }
}

fn fit(number: i128, width: u32) -> Answer<V> {
    let fits = match width {
        32 => i32::try_from(number).is_ok(),
        64 => i64::try_from(number).is_ok(),
        _ => u64::try_from(number).is_ok(),
    };
    if fits {
        Ok(V::Whole(number, width))
    } else {
        Err(Failed)
    }
}
