//! Expressions in the form in which they are computed.

use std::borrow::Cow;
use std::sync::Arc;

use gatewatch_diagnostic::Span;
use gatewatch_event::{CidrSet, Field};

use super::test::ValueTest;
use crate::checked::{ArithmeticOperator, Function};
use crate::value::Computed;
use crate::{Constant, RuntimeError, SchemaType, functions};

/// An expression, ready to compute.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) kind: CodeKind,
    /// For errors.
    pub(crate) span: Option<Span>,
    /// As written, for explanations.
    pub(crate) text: Arc<str>,
}

/// The kinds of code.
#[derive(Clone, Debug)]
pub(crate) enum CodeKind {
    /// A value.
    Constant(Constant),
    /// The value of a field chosen for this combination, by the number of its place.
    Slot(usize),
    /// A function.
    Call {
        function: Function,
        insensitive: bool,
        arguments: Vec<Code>,
    },
    /// `cidrMatch`, its blocks sorted. `strict` if the address is a constant: it must be an address then.
    Cidr {
        operand: Box<Code>,
        blocks: CidrSet,
        strict: bool,
    },
    Negate(Box<Code>),
    Arithmetic {
        operator: ArithmeticOperator,
        left: Box<Code>,
        right: Box<Code>,
    },
    /// A question about a value.
    Test {
        operand: Box<Code>,
        test: ValueTest,
    },
    IsNull(Box<Code>),
    Not(Box<Code>),
    And(Vec<Code>),
    Or(Vec<Code>),
}

/// A field in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) field: Field,
    pub(crate) field_type: SchemaType,
}

/// The values chosen for the fields of an expression: the last one, then those before.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) index: usize,
    pub(crate) value: &'a Computed<'a>,
    pub(crate) before: Option<&'a Chosen<'a>>,
}

impl<'a> Chosen<'a> {
    fn get(&'a self, index: usize) -> &'a Computed<'a> {
        let mut at = self;
        while at.index != index {
            match at.before {
                Some(before) => at = before,
                // Slots are numbered as they are filled, so this cannot happen; null is the safe answer.
                None => return &Computed::Null,
            }
        }
        at.value
    }
}

impl Code {
    /// Computes the value.
    ///
    /// # Errors
    ///
    /// When a part fails; the place of the innermost part that did is in the error.
    pub(crate) fn compute<'a>(
        &'a self,
        chosen: Option<&'a Chosen<'a>>,
    ) -> Result<Computed<'a>, RuntimeError> {
        self.compute_inner(chosen).map_err(|error| match self.span {
            Some(span) => error.at(span),
            None => error,
        })
    }

    fn compute_inner<'a>(
        &'a self,
        chosen: Option<&'a Chosen<'a>>,
    ) -> Result<Computed<'a>, RuntimeError> {
        Ok(match &self.kind {
            CodeKind::Constant(constant) => Computed::of_constant(constant),
            CodeKind::Slot(index) => match chosen {
                Some(chosen) => chosen.get(*index).borrowed(),
                None => Computed::Null,
            },
            CodeKind::Call {
                function,
                insensitive,
                arguments,
            } => return call(*function, *insensitive, arguments, chosen),
            CodeKind::Cidr {
                operand,
                blocks,
                strict,
            } => match operand.compute(chosen)? {
                Computed::Null => Computed::Null,
                value => match value.to_ip() {
                    Some(address) => Computed::Boolean(blocks.contains(address)),
                    None if *strict => {
                        let text = value.into_text().unwrap_or_default();
                        return Err(RuntimeError::new(
                            "query-not-an-address",
                            format!("'{text}' is not an IP string literal"),
                        ));
                    }
                    None => Computed::Null,
                },
            },
            CodeKind::Negate(operand) => match operand.compute(chosen)?.to_number() {
                Some(number) => Computed::Number(number.negate()?),
                None => Computed::Null,
            },
            CodeKind::Arithmetic {
                operator,
                left,
                right,
            } => {
                let left = left.compute(chosen)?.to_number();
                let right = right.compute(chosen)?.to_number();
                match left.zip(right) {
                    Some((left, right)) => Computed::Number(left.compute(*operator, right)?),
                    None => Computed::Null,
                }
            }
            CodeKind::Test { operand, test } => match operand.compute(chosen)? {
                Computed::Null => Computed::Null,
                value => known(test.answer(&value)?),
            },
            CodeKind::IsNull(operand) => {
                Computed::Boolean(operand.compute(chosen)? == Computed::Null)
            }
            CodeKind::Not(operand) => known(operand.truth(chosen)?.map(|flag| !flag)),
            CodeKind::And(operands) => known(logic(operands, chosen, false)?),
            CodeKind::Or(operands) => known(logic(operands, chosen, true)?),
        })
    }

    /// The value as a truth; `None` for null.
    pub(crate) fn truth<'a>(
        &'a self,
        chosen: Option<&'a Chosen<'a>>,
    ) -> Result<Option<bool>, RuntimeError> {
        Ok(match self.compute(chosen)? {
            Computed::Boolean(flag) => Some(flag),
            // Of a field whose type is not declared.
            Computed::Text(text) if text == "true" => Some(true),
            Computed::Text(text) if text == "false" => Some(false),
            _ => None,
        })
    }
}

impl Code {
    /// The parts, for explanations.
    pub(crate) fn parts(&self) -> Vec<&Code> {
        match &self.kind {
            CodeKind::Constant(_) | CodeKind::Slot(_) => Vec::new(),
            CodeKind::Call { arguments, .. } => arguments.iter().collect(),
            CodeKind::Cidr { operand, .. }
            | CodeKind::Negate(operand)
            | CodeKind::Test { operand, .. }
            | CodeKind::IsNull(operand)
            | CodeKind::Not(operand) => vec![operand],
            CodeKind::Arithmetic { left, right, .. } => vec![left, right],
            CodeKind::And(operands) | CodeKind::Or(operands) => operands.iter().collect(),
        }
    }

    /// For each slot, whether null in it makes the whole null - not true, and not a failure.
    pub(crate) fn needed(&self, slots: usize) -> Box<[bool]> {
        let mut needed = vec![false; slots];
        self.mark_needed(&mut needed);
        needed.into()
    }

    fn mark_needed(&self, needed: &mut [bool]) {
        match &self.kind {
            CodeKind::Slot(index) => {
                if let Some(slot) = needed.get_mut(*index) {
                    *slot = true;
                }
            }
            CodeKind::Call {
                function,
                arguments,
                ..
            } => {
                // Null in the first argument is seen before the others are computed; in the second, only after the
                // first was, which must not fail.
                let count = match function {
                    Function::Concat => arguments.len(),
                    Function::StartsWith
                    | Function::EndsWith
                    | Function::StringContains
                    | Function::IndexOf => 2,
                    _ => 1,
                };
                let count = if arguments.iter().take(count).all(Self::cannot_fail) {
                    count
                } else if *function == Function::Concat {
                    0
                } else {
                    1
                };
                for argument in arguments.iter().take(count) {
                    argument.mark_needed(needed);
                }
            }
            CodeKind::Arithmetic { left, right, .. }
                if left.cannot_fail() && right.cannot_fail() =>
            {
                left.mark_needed(needed);
                right.mark_needed(needed);
            }
            CodeKind::Cidr { operand, .. }
            | CodeKind::Negate(operand)
            | CodeKind::Test { operand, .. }
            | CodeKind::Not(operand) => operand.mark_needed(needed),
            CodeKind::Constant(_)
            | CodeKind::Arithmetic { .. }
            | CodeKind::IsNull(_)
            | CodeKind::And(_)
            | CodeKind::Or(_) => {}
        }
    }

    /// Is it certain that it can be computed, whatever the values?
    fn cannot_fail(&self) -> bool {
        match &self.kind {
            CodeKind::Constant(_) | CodeKind::Slot(_) => true,
            CodeKind::Call {
                function,
                arguments,
                ..
            } => {
                !matches!(
                    function,
                    Function::Number | Function::Between | Function::Concat
                ) && arguments.iter().all(Self::cannot_fail)
            }
            CodeKind::IsNull(operand) | CodeKind::Not(operand) => operand.cannot_fail(),
            CodeKind::And(operands) | CodeKind::Or(operands) => {
                operands.iter().all(Self::cannot_fail)
            }
            CodeKind::Cidr { .. }
            | CodeKind::Negate(_)
            | CodeKind::Arithmetic { .. }
            | CodeKind::Test { .. } => false,
        }
    }

    /// Is there nothing to explain?
    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.kind, CodeKind::Constant(_))
    }
}

fn known(truth: Option<bool>) -> Computed<'static> {
    truth.map_or(Computed::Null, Computed::Boolean)
}

/// `and` and `or` of three values: `winner` decides, null makes the rest unknown. All operands are computed, as
/// Elasticsearch's scripts do.
fn logic<'a>(
    operands: &'a [Code],
    chosen: Option<&'a Chosen<'a>>,
    winner: bool,
) -> Result<Option<bool>, RuntimeError> {
    let mut result = Some(!winner);
    let mut won = false;
    for operand in operands {
        match operand.truth(chosen)? {
            Some(flag) if flag == winner => won = true,
            Some(_) => {}
            None => result = None,
        }
    }
    Ok(if won { Some(winner) } else { result })
}

/// The arguments of a call, computed one by one.
struct Arguments<'a> {
    codes: &'a [Code],
    chosen: Option<&'a Chosen<'a>>,
}

impl<'a> Arguments<'a> {
    fn get(&self, index: usize) -> Result<Computed<'a>, RuntimeError> {
        match self.codes.get(index) {
            Some(code) => code.compute(self.chosen),
            None => Ok(Computed::Null),
        }
    }

    fn text(&self, index: usize) -> Result<Option<Cow<'a, str>>, RuntimeError> {
        Ok(self.get(index)?.into_text())
    }

    /// A position in a text.
    fn position(&self, index: usize) -> Result<Option<i32>, RuntimeError> {
        Ok(self.get(index)?.to_number().map(crate::Number::int_value))
    }
}

fn call<'a>(
    function: Function,
    insensitive: bool,
    codes: &'a [Code],
    chosen: Option<&'a Chosen<'a>>,
) -> Result<Computed<'a>, RuntimeError> {
    let arguments = Arguments { codes, chosen };
    match function {
        Function::Concat => {
            let mut texts = Vec::with_capacity(codes.len());
            for index in 0..codes.len() {
                match arguments.text(index)? {
                    Some(text) => texts.push(text),
                    None => return Ok(Computed::Null),
                }
            }
            let text = functions::concat(texts.into_iter())?;
            return Ok(Computed::Text(Cow::Owned(text)));
        }
        Function::String => {
            return Ok(arguments.text(0)?.map_or(Computed::Null, Computed::Text));
        }
        _ => {}
    }
    let Some(source) = arguments.text(0)? else {
        return Ok(Computed::Null);
    };
    Ok(match function {
        Function::Length => Computed::Number(crate::Number::Integer(functions::length(&source))),
        Function::Number => {
            let base = match arguments.get(1)? {
                Computed::Number(base) => base.as_whole().and_then(|base| base.try_into().ok()),
                _ => None,
            };
            Computed::Number(functions::number(&source, base)?)
        }
        Function::Substring => {
            let (start, end) = (arguments.position(1)?, arguments.position(2)?);
            sliced(source, |source| {
                Ok(functions::substring(source, start, end))
            })?
        }
        Function::Between => {
            let boundary = |index| {
                arguments.text(index)?.ok_or_else(|| {
                    RuntimeError::new("query-null-boundary", "a boundary of between is null")
                })
            };
            let (left, right) = (boundary(1)?, boundary(2)?);
            let greedy = match arguments.get(3)? {
                Computed::Boolean(greedy) => greedy,
                _ => false,
            };
            sliced(source, |source| {
                functions::between(source, &left, &right, greedy, insensitive)
            })?
        }
        Function::StartsWith | Function::EndsWith | Function::StringContains => {
            let ask = match function {
                Function::StartsWith => functions::starts_with,
                Function::EndsWith => functions::ends_with,
                _ => functions::string_contains,
            };
            match arguments.text(1)? {
                Some(part) => Computed::Boolean(ask(&source, &part, insensitive)),
                None => Computed::Null,
            }
        }
        Function::IndexOf => {
            let part = arguments.text(1)?;
            let start = arguments.position(2)?.unwrap_or(0);
            part.and_then(|part| functions::index_of(&source, &part, start, insensitive))
                .map_or(Computed::Null, |at| {
                    Computed::Number(crate::Number::Integer(at))
                })
        }
        // The others have code of their own, or were computed above.
        Function::Add
        | Function::CidrMatch
        | Function::Concat
        | Function::Divide
        | Function::Modulo
        | Function::Multiply
        | Function::String
        | Function::Subtract => Computed::Null,
    })
}

/// A part of a text, copied only if the text itself was built here.
fn sliced<'a>(
    source: Cow<'a, str>,
    slice: impl for<'s> Fn(&'s str) -> Result<Cow<'s, str>, RuntimeError>,
) -> Result<Computed<'a>, RuntimeError> {
    Ok(Computed::Text(match source {
        Cow::Borrowed(source) => slice(source)?,
        Cow::Owned(source) => Cow::Owned(slice(&source)?.into_owned()),
    }))
}
