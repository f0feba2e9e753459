//! A second evaluator, written for clarity: it walks the checked tree, tries every combination of values, and knows no
//! short cut. What the compiled form answers must be what this one answers.

mod functions;
mod patterns;
mod values;

use gatewatch_event::Event;
use gatewatch_query::Constant;
use gatewatch_query::checked::{Expression, FieldReference, Kind, PatternLanguage};
use values::{V, compare_computed, compare_field};

/// Something failed; what, does not matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

pub type Answer<T> = Result<T, Failed>;

/// Does the event meet the condition?
pub fn matches(expression: &Expression, event: &dyn Event) -> Answer<bool> {
    match &expression.kind {
        Kind::And(parts) => {
            let answers: Vec<Answer<bool>> =
                parts.iter().map(|part| matches(part, event)).collect();
            if answers.contains(&Ok(false)) {
                return Ok(false);
            }
            if answers.contains(&Err(Failed)) {
                return Err(Failed);
            }
            Ok(true)
        }
        Kind::Or(parts) => {
            let answers: Vec<Answer<bool>> =
                parts.iter().map(|part| matches(part, event)).collect();
            if answers.contains(&Ok(true)) {
                return Ok(true);
            }
            if answers.contains(&Err(Failed)) {
                return Err(Failed);
            }
            Ok(false)
        }
        Kind::Not(part) => Ok(!matches(part, event)?),
        Kind::Constant(constant) => Ok(*constant == Constant::Boolean(true)),
        _ => leaf(expression, event),
    }
}

/// True if any combination of values makes it true.
fn leaf(expression: &Expression, event: &dyn Event) -> Answer<bool> {
    let references = expression.field_references();
    let choices: Vec<Vec<V>> = references
        .iter()
        .map(|reference| values_of(reference, event))
        .collect();
    let mut failed = false;
    for combination in combinations(&choices) {
        let mut chosen = combination.into_iter();
        match value(expression, &mut chosen) {
            Ok(V::Boolean(true)) => return Ok(true),
            // A bare field of unknown type may say it in words.
            Ok(V::Text(text)) if text == "true" => return Ok(true),
            Ok(_) => {}
            Err(Failed) => failed = true,
        }
    }
    if failed { Err(Failed) } else { Ok(false) }
}

fn values_of(reference: &FieldReference, event: &dyn Event) -> Vec<V> {
    let mut found: Vec<V> = event
        .all(reference.field)
        .into_iter()
        .filter_map(|value| V::of_field(value, reference.field_type))
        .collect();
    if found.is_empty() {
        found.push(V::Null);
    }
    found
}

fn combinations(choices: &[Vec<V>]) -> Vec<Vec<V>> {
    let Some((first, rest)) = choices.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for value in first {
        for tail in combinations(rest) {
            let mut row = vec![value.clone()];
            row.extend(tail);
            all.push(row);
        }
    }
    all
}

/// The value of an expression; `chosen` gives the values of its fields in the order of the text.
fn value(expression: &Expression, chosen: &mut dyn Iterator<Item = V>) -> Answer<V> {
    Ok(match &expression.kind {
        Kind::Constant(constant) => V::of_constant(constant),
        Kind::Field(_) => chosen.next().expect("there is a value for every field"),
        Kind::Call {
            function,
            insensitive,
            arguments,
        } => {
            let mut computed = Vec::new();
            for argument in arguments {
                computed.push(value(argument, chosen));
            }
            functions::call(*function, *insensitive, computed)?
        }
        Kind::Negate(part) => functions::negate(&value(part, chosen)?)?,
        Kind::Arithmetic {
            operator,
            left,
            right,
        } => {
            let (left, right) = (value(left, chosen)?, value(right, chosen)?);
            functions::arithmetic(*operator, &left, &right)?
        }
        Kind::Compare {
            operator,
            left,
            right,
        } => {
            let computed = value(left, chosen)?;
            let constant = right
                .as_constant()
                .expect("folded comparisons have a constant");
            match (computed, left.as_field()) {
                (V::Null, _) => V::Null,
                (computed, Some(field)) => {
                    compare_field(&computed, field.field_type, *operator, constant)?
                }
                (computed, None) => compare_computed(&computed, *operator, constant),
            }
        }
        Kind::In {
            operand,
            insensitive,
            elements,
        } => {
            let computed = value(operand, chosen)?;
            let constants: Vec<&Constant> = elements
                .iter()
                .map(|element| element.as_constant().expect("elements are constants"))
                .collect();
            in_list(&computed, operand, *insensitive, &constants)?
        }
        Kind::Match {
            operand,
            language,
            insensitive,
            patterns,
        } => match value(operand, chosen)? {
            V::Null => V::Null,
            computed => {
                let text = computed.text();
                V::Boolean(patterns.iter().flatten().any(|pattern| match language {
                    PatternLanguage::Wildcard => patterns::wildcard(pattern, &text, *insensitive),
                    PatternLanguage::Regex => patterns::regex(pattern, &text, *insensitive),
                    PatternLanguage::Escaped => unreachable!("EQL has no escapes in wildcards"),
                }))
            }
        },
        Kind::Exists(_)
        | Kind::Between { .. }
        | Kind::Words { .. }
        | Kind::AnyField(_)
        | Kind::Nested { .. } => unreachable!("EQL asks no such question"),
        Kind::IsNull(part) => V::Boolean(value(part, chosen)? == V::Null),
        Kind::Not(part) => match truth(&value(part, chosen)?) {
            Some(flag) => V::Boolean(!flag),
            None => V::Null,
        },
        Kind::And(parts) => three_valued(parts, chosen, false)?,
        Kind::Or(parts) => three_valued(parts, chosen, true)?,
    })
}

fn in_list(
    computed: &V,
    operand: &Expression,
    insensitive: bool,
    constants: &[&Constant],
) -> Answer<V> {
    use gatewatch_query::checked::Comparison::Equal;

    if *computed == V::Null {
        return Ok(V::Null);
    }
    if insensitive {
        let text = computed.text();
        let equal = constants.iter().any(|constant| {
            matches!(constant, Constant::Text(wanted) if patterns::equal_insensitive(wanted, &text))
        });
        return Ok(V::Boolean(equal));
    }
    let mut any_null = false;
    let mut any_equal = false;
    let mut any_failed = false;
    for constant in constants {
        if constant.is_null() {
            any_null = true;
            continue;
        }
        let answer = match operand.as_field() {
            Some(field) => compare_field(computed, field.field_type, Equal, constant),
            None => Ok(compare_computed(computed, Equal, constant)),
        };
        match answer {
            Ok(answer) => any_equal |= answer == V::Boolean(true),
            Err(Failed) => any_failed = true,
        }
    }
    // A list with one unusable element fails as a whole.
    if any_failed {
        return Err(Failed);
    }
    Ok(if any_equal {
        V::Boolean(true)
    } else if any_null {
        V::Null
    } else {
        V::Boolean(false)
    })
}

fn truth(value: &V) -> Option<bool> {
    match value {
        V::Boolean(flag) => Some(*flag),
        V::Text(text) if text == "true" => Some(true),
        V::Text(text) if text == "false" => Some(false),
        _ => None,
    }
}

fn three_valued(
    parts: &[Expression],
    chosen: &mut dyn Iterator<Item = V>,
    winner: bool,
) -> Answer<V> {
    let mut truths = Vec::new();
    for part in parts {
        truths.push(truth(&value(part, chosen)?));
    }
    Ok(if truths.contains(&Some(winner)) {
        V::Boolean(winner)
    } else if truths.contains(&None) {
        V::Null
    } else {
        V::Boolean(!winner)
    })
}
