//! Gives fields values that make a predicate true, by working backwards through its functions.
//!
//! What is found is a proposal: whoever asks for it tests it.

use gatewatch_event::{Timestamp, parse_ip, parse_iso};
use gatewatch_query::checked::{
    ArithmeticOperator, Comparison, Expression, FieldReference, Function, Kind, PatternLanguage,
    Words,
};
use gatewatch_query::{Constant, Number, compute, regex_example};

use crate::assign::{Assignment, value_for};
use crate::pattern::{Piece, Pieces, expand, pieces, words};
use crate::random::Random;
use crate::values::usual;

/// How far back a predicate is followed; the check of a query bounds its depth as well.
const DEPTH: usize = 64;
/// The longest text made for a length.
const LONGEST: i64 = 10_000;

/// Looks for values of one predicate.
pub(crate) struct Search<'a> {
    /// What is known so far, and what is proposed.
    pub(crate) values: Assignment,
    /// May the values of this field be changed?
    pub(crate) open: &'a dyn Fn(&FieldReference) -> bool,
    /// The least length that texts are to have, where a pattern leaves it open.
    pub(crate) least: usize,
    pub(crate) random: &'a mut Random,
    depth: usize,
}

impl<'a> Search<'a> {
    pub(crate) fn new(
        values: Assignment,
        open: &'a dyn Fn(&FieldReference) -> bool,
        least: usize,
        random: &'a mut Random,
    ) -> Self {
        Self {
            values,
            open,
            least,
            random,
            depth: 0,
        }
    }

    /// Makes it true, if a way is seen.
    pub(crate) fn satisfy(&mut self, expression: &Expression) -> Option<()> {
        self.depth += 1;
        let done = if self.depth > DEPTH {
            None
        } else {
            self.satisfied(expression)
        };
        self.depth -= 1;
        done
    }

    fn satisfied(&mut self, expression: &Expression) -> Option<()> {
        match &expression.kind {
            Kind::Field(_) => self.invert(expression, &Constant::Boolean(true)),
            Kind::And(parts) => parts.iter().try_for_each(|part| self.satisfy(part)),
            Kind::Or(parts) => {
                let part = &parts[self.random.below(parts.len())];
                self.satisfy(part)
            }
            Kind::Compare {
                operator,
                left,
                right,
            } => {
                let wanted = self.compared(*operator, right.as_constant()?)?;
                self.invert(left, &wanted)
            }
            Kind::In {
                operand, elements, ..
            } => {
                let element = self.random.pick(elements)?.as_constant()?.clone();
                let element = self.compared(Comparison::Equal, &element)?;
                self.invert(operand, &element)
            }
            Kind::Match { operand, .. } => {
                let text = self.matching(expression)?;
                self.invert(operand, &Constant::from(text.as_str()))
            }
            Kind::Call {
                function,
                arguments,
                ..
            } => self.call(*function, arguments),
            Kind::Exists(operand) => self.text_of(operand).map(|_| ()),
            Kind::Between { operand, bounds } => {
                let (operator, bound) = self.random.pick(bounds)?;
                let wanted = self.compared(*operator, &bound.clone())?;
                self.invert(operand, &wanted)
            }
            Kind::Words {
                operand, wanted, ..
            } => {
                let words = self.random.pick(wanted)?.clone();
                let text = self.spoken(&words)?;
                self.invert(operand, &Constant::from(text.as_str()))
            }
            // Most predicates are null, and false, of usual values.
            Kind::Not(_) | Kind::IsNull(_) => Some(()),
            _ => None,
        }
    }

    /// A text for one of the patterns of a match.
    fn matching(&mut self, expression: &Expression) -> Option<String> {
        let Kind::Match {
            language, patterns, ..
        } = &expression.kind
        else {
            return None;
        };
        let patterns: Vec<&str> = patterns.iter().flatten().map(AsRef::as_ref).collect();
        let pattern = *self.random.pick(&patterns)?;
        self.text_for(*language, pattern)
    }

    fn text_for(&mut self, language: PatternLanguage, pattern: &str) -> Option<String> {
        match language {
            PatternLanguage::Regex => {
                let random = &mut *self.random;
                regex_example(pattern, &mut |ways| random.below(ways)).ok()?
            }
            PatternLanguage::Wildcard | PatternLanguage::Escaped => {
                let escaped = language == PatternLanguage::Escaped;
                let pieces = pieces(pattern, escaped);
                Some(expand(&pieces, self.least, self.random))
            }
        }
    }

    /// A text with such words.
    fn spoken(&mut self, words: &Words) -> Option<String> {
        match words {
            Words::Any(words) => self.random.pick(words).map(|word| word.as_ref().to_owned()),
            Words::Phrase(words) | Words::All(words) => Some(words.join(" ")),
            Words::Pattern {
                language, pattern, ..
            } => self.text_for(*language, pattern),
            Words::Bound(operator, bound) => {
                let wanted = self.compared(*operator, &Constant::from(bound.as_ref()))?;
                Some(wanted.text()?.into_owned())
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expression]) -> Option<()> {
        let [source, rest @ ..] = arguments else {
            return None;
        };
        if function == Function::CidrMatch {
            let block = self.random.pick(rest)?.as_constant()?.text()?.into_owned();
            let address = self.within(&block)?;
            return self.invert(source, &Constant::from(address.as_str()));
        }
        let affix = rest.first()?;
        // Which of the two is made to fit the other.
        if self.is_open(source) {
            let wanted = self.text_of(affix)?;
            let rests: Pieces = match function {
                Function::StartsWith => vec![Piece::Literal(wanted.clone()), Piece::Many],
                Function::EndsWith => vec![Piece::Many, Piece::Literal(wanted.clone())],
                Function::StringContains => {
                    vec![Piece::Many, Piece::Literal(wanted.clone()), Piece::Many]
                }
                _ => return None,
            };
            let text = if self.least == 0 && affix.as_constant().is_none() && self.random.once_in(2)
            {
                wanted
            } else {
                expand(&rests, self.least, self.random)
            };
            return self.invert(source, &Constant::from(text.as_str()));
        }
        let whole = self.text_of(source)?;
        let characters: Vec<char> = whole.chars().collect();
        let count = 1 + self.random.below(characters.len());
        let part: String = match (function, self.random.once_in(2)) {
            (_, true) => whole,
            (Function::StartsWith, _) => characters.iter().take(count).collect(),
            (Function::EndsWith, _) => characters[characters.len().saturating_sub(count)..]
                .iter()
                .collect(),
            (Function::StringContains, _) => {
                let start = self.random.below(characters.len());
                characters[start..].iter().take(count).collect()
            }
            _ => return None,
        };
        self.invert(affix, &Constant::from(part.as_str()))
    }

    /// Can a value of one of its fields be changed?
    fn is_open(&self, expression: &Expression) -> bool {
        expression.field_references().into_iter().any(self.open)
    }

    /// The value of an expression, after its fields without a value were given usual ones.
    fn text_of(&mut self, expression: &Expression) -> Option<String> {
        for field in expression.field_references() {
            if self.values.get(field.field).is_none() && (self.open)(field) {
                let value = usual(field, self.random);
                self.values.set(field.field, vec![value]);
            }
        }
        let value = self.compute(expression)?;
        Some(value.text()?.into_owned())
    }

    fn compute(&self, expression: &Expression) -> Option<Constant> {
        compute(expression, &mut |field| self.values.constant(field))
    }

    /// A constant for which the comparison with the bound holds.
    fn compared(&mut self, operator: Comparison, bound: &Constant) -> Option<Constant> {
        let step = 1 + i64::try_from(self.random.below(20)).unwrap_or(0);
        let shift = match operator {
            Comparison::Equal => return self.equal(bound),
            Comparison::Less => -step,
            Comparison::LessOrEqual => 1 - step,
            Comparison::Greater => step,
            Comparison::GreaterOrEqual => step - 1,
        };
        match bound {
            Constant::Number(Number::Double(number)) => {
                let near = i32::try_from(shift).map(f64::from).unwrap_or(0.0);
                Some(Constant::Number(Number::Double(number + near)))
            }
            Constant::Number(number) => {
                let whole = i64::try_from(number.as_whole()?).ok()?;
                // At the ends of what numbers there are, the nearest will do.
                Some(Constant::Number(Number::Long(whole.saturating_add(shift))))
            }
            Constant::Text(text) => self.beside(text, shift),
            Constant::Boolean(_) | Constant::Null => None,
        }
    }

    fn equal(&mut self, constant: &Constant) -> Option<Constant> {
        match constant {
            Constant::Text(text)
                if text.contains('/') && is_block(text) && self.random.once_in(2) =>
            {
                self.within(text)
                    .map(|address| Constant::from(address.as_str()))
            }
            other => Some(other.clone()),
        }
    }

    /// A text, date or address before or after another.
    fn beside(&mut self, text: &str, shift: i64) -> Option<Constant> {
        if let Some(time) = parse_iso(text) {
            let moved = time
                .millis()
                .saturating_add(shift.saturating_mul(3_600_000));
            return Some(Constant::from(
                Timestamp::from_millis(moved).to_string().as_str(),
            ));
        }
        if let Some(address) = parse_ip(text) {
            let moved = match address {
                std::net::IpAddr::V4(address) => {
                    let moved = i64::from(u32::from(address)).saturating_add(shift);
                    std::net::Ipv4Addr::from(u32::try_from(moved).ok()?).to_string()
                }
                std::net::IpAddr::V6(address) => {
                    let moved = u128::from(address).checked_add_signed(i128::from(shift))?;
                    std::net::Ipv6Addr::from(moved).to_string()
                }
            };
            return Some(Constant::from(moved.as_str()));
        }
        let moved = match shift {
            0 => text.to_owned(),
            1.. => format!("{text}{}", self.random.word(2)),
            _ => {
                let count = text.chars().count();
                text.chars().take(count.saturating_sub(1)).collect()
            }
        };
        Some(Constant::from(moved.as_str()))
    }

    /// An address in a block.
    fn within(&mut self, block: &str) -> Option<String> {
        let Some((base, length)) = block.split_once('/') else {
            return Some(block.to_owned());
        };
        let length: u32 = length.parse().ok()?;
        Some(match base.parse().ok()? {
            std::net::IpAddr::V4(base) => {
                let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
                let host = u32::try_from(self.random.next() >> 40).unwrap_or(1) & hosts;
                std::net::Ipv4Addr::from((u32::from(base) & !hosts) | host).to_string()
            }
            std::net::IpAddr::V6(base) => {
                let hosts = u128::MAX.checked_shr(length).unwrap_or(0);
                let host = u128::from(self.random.next() >> 48) & hosts;
                std::net::Ipv6Addr::from((u128::from(base) & !hosts) | host).to_string()
            }
        })
    }

    /// Makes the expression have this value, if a way is seen.
    fn invert(&mut self, expression: &Expression, wanted: &Constant) -> Option<()> {
        self.depth += 1;
        let done = if self.depth > DEPTH {
            None
        } else {
            self.inverted(expression, wanted)
        };
        self.depth -= 1;
        done
    }

    fn inverted(&mut self, expression: &Expression, wanted: &Constant) -> Option<()> {
        match &expression.kind {
            Kind::Constant(constant) => (constant.text() == wanted.text()).then_some(()),
            Kind::Field(field) => {
                let value = value_for(field, wanted)?;
                if !(self.open)(field) {
                    let held = self.values.get(field.field)?;
                    return held.contains(&value).then_some(());
                }
                self.values.set(field.field, vec![value]);
                Some(())
            }
            Kind::Negate(part) => {
                let number = number_of(wanted)?.checked_neg()?;
                self.invert(part, &Constant::Number(Number::Long(number)))
            }
            Kind::Arithmetic {
                operator,
                left,
                right,
            } => self.invert_arithmetic(*operator, left, right, wanted),
            Kind::Call {
                function,
                arguments,
                ..
            } => self.invert_call(expression, *function, arguments, wanted),
            _ => match wanted {
                Constant::Boolean(true) => self.satisfy(expression),
                _ => Some(()),
            },
        }
    }

    fn invert_call(
        &mut self,
        expression: &Expression,
        function: Function,
        arguments: &[Expression],
        wanted: &Constant,
    ) -> Option<()> {
        let (source, rest) = arguments.split_first()?;
        match function {
            Function::String => self.invert(source, wanted),
            Function::Number => self.invert_number(source, rest, wanted),
            Function::Length => {
                let length = number_of(wanted)?.clamp(0, LONGEST);
                let text = words(usize::try_from(length).ok()?, self.random);
                self.invert(source, &Constant::from(text.as_str()))
            }
            Function::Substring => self.invert_substring(expression, source, rest, wanted),
            Function::Concat => self.invert_concat(arguments, wanted),
            Function::Between => {
                let text = format!(
                    "{}{}{}",
                    self.text_of(rest.first()?)?,
                    wanted.text()?,
                    self.text_of(rest.get(1)?)?
                );
                self.invert(source, &Constant::from(text.as_str()))
            }
            Function::IndexOf => {
                let before = usize::try_from(number_of(wanted)?.clamp(0, LONGEST)).ok()?;
                let text = format!(
                    "{}{}",
                    words(before, self.random),
                    self.text_of(rest.first()?)?
                );
                self.invert(source, &Constant::from(text.as_str()))
            }
            Function::Add => {
                self.invert_arithmetic(ArithmeticOperator::Add, source, rest.first()?, wanted)
            }
            Function::Subtract => {
                self.invert_arithmetic(ArithmeticOperator::Subtract, source, rest.first()?, wanted)
            }
            Function::Multiply => {
                self.invert_arithmetic(ArithmeticOperator::Multiply, source, rest.first()?, wanted)
            }
            Function::Divide => {
                self.invert_arithmetic(ArithmeticOperator::Divide, source, rest.first()?, wanted)
            }
            Function::Modulo => {
                self.invert_arithmetic(ArithmeticOperator::Modulo, source, rest.first()?, wanted)
            }
            Function::CidrMatch
            | Function::StartsWith
            | Function::EndsWith
            | Function::StringContains => match wanted {
                Constant::Boolean(true) => self.call(function, arguments),
                _ => Some(()),
            },
        }
    }

    fn invert_number(
        &mut self,
        source: &Expression,
        rest: &[Expression],
        wanted: &Constant,
    ) -> Option<()> {
        let base = match rest.first() {
            Some(base) => number_of(&self.compute(base)?)?,
            None => 10,
        };
        let text = match (base, number_of(wanted)) {
            (10, _) => wanted.text()?.into_owned(),
            (16, Some(number)) if number >= 0 => format!("{number:x}"),
            (8, Some(number)) if number >= 0 => format!("{number:o}"),
            (2, Some(number)) if number >= 0 => format!("{number:b}"),
            _ => return None,
        };
        self.invert(source, &Constant::from(text.as_str()))
    }

    /// Tries how much must stand before and after the slice.
    fn invert_substring(
        &mut self,
        expression: &Expression,
        source: &Expression,
        bounds: &[Expression],
        wanted: &Constant,
    ) -> Option<()> {
        let part = wanted.text()?.into_owned();
        for bound in bounds {
            // Fields of the bounds, but for the source itself, get values first.
            for field in bound.field_references() {
                let own = source
                    .field_references()
                    .iter()
                    .any(|other| other.field == field.field);
                if !own && self.values.get(field.field).is_none() && (self.open)(field) {
                    let value = usual(field, self.random);
                    self.values.set(field.field, vec![value]);
                }
            }
        }
        let start = bounds
            .first()
            .and_then(|start| self.compute(start))
            .and_then(|start| number_of(&start))
            .and_then(|start| usize::try_from(start).ok())
            .unwrap_or(0)
            .min(256);
        let before = words(start, self.random);
        let kept = self.values.clone();
        for after in 0..64 {
            let tail: String = match after {
                0 => String::new(),
                1 if self.random.once_in(2) => "$".to_owned(),
                _ => format!(r"\{}", self.random.word(after - 1)),
            };
            let text = format!("{before}{part}{tail}");
            if self
                .invert(source, &Constant::from(text.as_str()))
                .is_some()
                && self.compute(expression).as_ref() == Some(wanted)
            {
                return Some(());
            }
            self.values = kept.clone();
        }
        None
    }

    /// All arguments but one are taken as they are, and that one gets what is left of the text.
    fn invert_concat(&mut self, arguments: &[Expression], wanted: &Constant) -> Option<()> {
        let whole = wanted.text()?.into_owned();
        let last_open = arguments
            .iter()
            .rposition(|argument| self.is_open(argument))?;
        let mut before = String::new();
        let mut after = String::new();
        for (at, argument) in arguments.iter().enumerate() {
            if at != last_open {
                let text = self.text_of(argument)?;
                if at < last_open {
                    &mut before
                } else {
                    &mut after
                }
                .push_str(&text);
            }
        }
        // Where the text does not end so, it may still be the beginning of one that does.
        let rest = whole.strip_prefix(&before)?;
        let middle = rest.strip_suffix(&after).unwrap_or(rest).to_owned();
        self.invert(&arguments[last_open], &Constant::from(middle.as_str()))
    }

    fn invert_arithmetic(
        &mut self,
        operator: ArithmeticOperator,
        left: &Expression,
        right: &Expression,
        wanted: &Constant,
    ) -> Option<()> {
        use ArithmeticOperator::{Add, Divide, Modulo, Multiply, Subtract};

        let wanted = number_of(wanted)?;
        let (part, other, part_is_left) = if self.is_open(left) {
            (left, right, true)
        } else {
            (right, left, false)
        };
        let other = number_of(&Constant::from(self.text_of(other)?.as_str()))?;
        let number = match (operator, part_is_left) {
            (Add, _) => wanted.checked_sub(other)?,
            (Subtract, true) => wanted.checked_add(other)?,
            (Subtract, false) => other.checked_sub(wanted)?,
            (Multiply, _) => wanted.checked_div(other)?,
            (Divide, true) => wanted.checked_mul(other)?,
            (Divide, false) => other.checked_div(wanted)?,
            (Modulo, true) => wanted,
            (Modulo, false) => other.checked_sub(wanted)?,
        };
        self.invert(part, &Constant::Number(Number::Long(number)))
    }
}

fn is_block(text: &str) -> bool {
    gatewatch_event::Cidr::parse(text).is_some()
}

/// The whole number that a constant is or writes.
fn number_of(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Number(Number::Double(number)) if number.fract() == 0.0 => {
            format!("{number:.0}").parse().ok()
        }
        Constant::Number(number) => i64::try_from(number.as_whole()?).ok(),
        Constant::Text(text) => text.parse().ok(),
        Constant::Boolean(_) | Constant::Null => None,
    }
}

/// The pattern of which a text must be an instance for the predicate to be true, if it is one: of several, one is drawn.
pub(crate) fn shape(expression: &Expression, random: &mut Random) -> Option<Pieces> {
    match &expression.kind {
        Kind::Match {
            operand,
            language: language @ (PatternLanguage::Wildcard | PatternLanguage::Escaped),
            patterns,
            ..
        } if operand.as_field().is_some() => {
            let patterns: Vec<&str> = patterns.iter().flatten().map(AsRef::as_ref).collect();
            let escaped = *language == PatternLanguage::Escaped;
            random
                .pick(&patterns)
                .map(|pattern| pieces(pattern, escaped))
        }
        Kind::Words { .. } => {
            let mut search = Search::new(Assignment::default(), &|_| true, 0, random);
            search.satisfy(expression)?;
            let field = expression.field_references().first()?.field;
            let text = search.values.constant(field).text()?.into_owned();
            Some(vec![
                Piece::Many,
                Piece::Literal(format!(" {text} ")),
                Piece::Many,
            ])
        }
        Kind::Call {
            function,
            arguments,
            ..
        } => {
            let [source, affix] = arguments.as_slice() else {
                return None;
            };
            source.as_field()?;
            let literal = Piece::Literal(affix.as_constant()?.text()?.into_owned());
            Some(match function {
                Function::StartsWith => vec![literal, Piece::Many],
                Function::EndsWith => vec![Piece::Many, literal],
                Function::StringContains => vec![Piece::Many, literal, Piece::Many],
                _ => return None,
            })
        }
        _ => None,
    }
}

/// The least length that a predicate asks of a text field by itself: `length(field) > 50`.
pub(crate) fn least_length(expression: &Expression) -> Option<usize> {
    let Kind::Compare {
        operator,
        left,
        right,
    } = &expression.kind
    else {
        return None;
    };
    let Kind::Call {
        function: Function::Length,
        arguments,
        ..
    } = &left.kind
    else {
        return None;
    };
    arguments.first()?.as_field()?;
    let bound = number_of(right.as_constant()?)?.clamp(0, LONGEST);
    let least = match operator {
        Comparison::Greater => bound + 1,
        Comparison::GreaterOrEqual | Comparison::Equal => bound,
        Comparison::Less | Comparison::LessOrEqual => return None,
    };
    usize::try_from(least).ok()
}
