//! From checked expressions to code.

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_event::{Cidr, CidrSet, parse_ip};

use super::code::{Code, CodeKind, Slot};
use super::test::{Against, ValueTest};
use super::words::WordsTest;
use crate::checked::{Comparison, Expression, FieldReference, Function, Kind, PatternLanguage};
use crate::patterns::TextMatcher;
use crate::{Constant, Schema};

/// An expression as code, with the fields it asks for in the order of their slots.
pub(crate) struct Lowered {
    pub(crate) code: Code,
    pub(crate) slots: Vec<Slot>,
}

/// The code of a folded expression.
///
/// # Errors
///
/// When a pattern or an address block cannot be used.
pub(crate) fn lower(
    expression: &Expression,
    schema: &dyn Schema,
) -> Result<Lowered, Box<Diagnostic>> {
    let mut lowering = Lowering {
        schema,
        slots: Vec::new(),
    };
    let code = lowering.code(expression)?;
    Ok(Lowered {
        code,
        slots: lowering.slots,
    })
}

/// A leaf that asks one question about the values of one field; `None` for any other expression.
pub(crate) fn field_test<'a>(
    expression: &'a Expression,
    schema: &dyn Schema,
) -> Result<Option<(&'a FieldReference, ValueTest)>, Box<Diagnostic>> {
    Ok(match &expression.kind {
        Kind::Field(field) => Some((
            field,
            compare(field, Comparison::Equal, &[true.into()], schema),
        )),
        Kind::Compare { left: operand, .. }
        | Kind::In { operand, .. }
        | Kind::Match { operand, .. } => match operand.as_field() {
            Some(field) => question(expression, schema)?.map(|test| (field, test)),
            None => None,
        },
        Kind::Call {
            function,
            insensitive,
            arguments,
        } => field_call(expression, *function, *insensitive, arguments)?,
        Kind::Between { operand, bounds } => operand.as_field().map(|field| {
            let tests = bounds.iter().map(|(comparison, constant)| {
                compare(field, *comparison, std::slice::from_ref(constant), schema)
            });
            (field, ValueTest::AllOf(tests.collect()))
        }),
        Kind::Words {
            operand,
            analyzer,
            wanted,
        } => match operand.as_field() {
            Some(field) => {
                let test = WordsTest::new(*analyzer, wanted)
                    .map_err(|error| unusable_pattern(expression, &error.message))?;
                Some((field, ValueTest::Words(Arc::new(test))))
            }
            None => None,
        },
        _ => None,
    })
}

/// The test of a question about one field, for its values: alternatives are one test, and existence is one that any
/// value passes. `None` for any other expression.
pub(crate) fn value_test(
    expression: &Expression,
    schema: &dyn Schema,
) -> Result<Option<ValueTest>, Box<Diagnostic>> {
    Ok(match &expression.kind {
        Kind::Exists(_) => Some(ValueTest::Always),
        Kind::Or(parts) => {
            let mut tests = Vec::with_capacity(parts.len());
            for part in parts {
                match value_test(part, schema)? {
                    Some(test) => tests.push(Arc::new(test)),
                    None => return Ok(None),
                }
            }
            Some(ValueTest::AnyOf(tests.into()))
        }
        _ => field_test(expression, schema)?.map(|(_, test)| test),
    })
}

/// A function of one field and constants that is a plain question about each value.
fn field_call<'a>(
    expression: &Expression,
    function: Function,
    insensitive: bool,
    arguments: &'a [Expression],
) -> Result<Option<(&'a FieldReference, ValueTest)>, Box<Diagnostic>> {
    let Some(field) = arguments.first().and_then(Expression::as_field) else {
        return Ok(None);
    };
    if function == Function::CidrMatch {
        let blocks = blocks(&arguments[1..])?;
        return Ok(Some((
            field,
            blocks.map_or(ValueTest::Never, ValueTest::Ips),
        )));
    }
    let text = match arguments.get(1).and_then(Expression::as_constant) {
        Some(Constant::Text(text)) if arguments.len() == 2 => text,
        _ => return Ok(None),
    };
    let matcher = match function {
        Function::StartsWith => TextMatcher::prefix(text, insensitive),
        Function::EndsWith => TextMatcher::suffix(text, insensitive),
        Function::StringContains if text.is_empty() => {
            return Ok(Some((field, ValueTest::Never)));
        }
        Function::StringContains => TextMatcher::contains(text, insensitive)
            .map_err(|error| unusable_pattern(expression, &error.message))?,
        _ => return Ok(None),
    };
    Ok(Some((field, ValueTest::Text(matcher))))
}

/// The test of a comparison, an `in` or a match, for the values of its operand.
fn question(
    expression: &Expression,
    schema: &dyn Schema,
) -> Result<Option<ValueTest>, Box<Diagnostic>> {
    Ok(match &expression.kind {
        Kind::Compare {
            operator,
            left,
            right,
        } => {
            let Some(constant) = right.as_constant() else {
                return Ok(None);
            };
            Some(match left.as_field() {
                Some(_) if constant.is_null() => ValueTest::Computed(*operator, Constant::Null),
                Some(field) => compare(field, *operator, std::slice::from_ref(constant), schema),
                None => ValueTest::Computed(*operator, constant.clone()),
            })
        }
        Kind::In {
            operand,
            insensitive,
            elements,
        } => {
            let constants: Vec<Constant> = elements
                .iter()
                .filter_map(Expression::as_constant)
                .cloned()
                .collect();
            if *insensitive {
                let texts = constants.iter().filter_map(|constant| match constant {
                    Constant::Text(text) => Some(&**text),
                    _ => None,
                });
                return Ok(Some(ValueTest::Text(TextMatcher::equal(texts, true))));
            }
            Some(match operand.as_field() {
                Some(field) => {
                    let values: Vec<Constant> = constants
                        .into_iter()
                        .filter(|value| !value.is_null())
                        .collect();
                    compare(field, Comparison::Equal, &values, schema)
                }
                None => ValueTest::ComputedIn(constants.into()),
            })
        }
        Kind::Match {
            operand,
            language,
            insensitive,
            patterns,
        } => {
            let texts: Vec<&str> = patterns.iter().flatten().map(AsRef::as_ref).collect();
            if texts.is_empty() {
                return Ok(Some(ValueTest::Never));
            }
            let over_field = operand.as_field().is_some();
            let matcher = TextMatcher::patterns(&texts, *language, *insensitive, over_field)
                .map_err(|error| unusable_pattern(expression, &error.message))?;
            Some(ValueTest::Text(matcher))
        }
        _ => None,
    })
}

fn compare(
    field: &FieldReference,
    comparison: Comparison,
    constants: &[Constant],
    schema: &dyn Schema,
) -> ValueTest {
    Against {
        comparison,
        constants,
        field: field.field.name(),
        schema,
    }
    .test(field.field_type)
}

/// The blocks of a `cidrMatch`; `None` when all of them are null.
fn blocks(arguments: &[Expression]) -> Result<Option<CidrSet>, Box<Diagnostic>> {
    let mut blocks = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let Some(Constant::Text(text)) = argument.as_constant() else {
            continue;
        };
        let block = Cidr::parse(text).or_else(|| parse_ip(text).map(Cidr::single));
        let Some(block) = block else {
            let diagnostic = Diagnostic::error(
                Stage::Runtime,
                "query-bad-cidr",
                format!("'{text}' is not an IP string literal"),
            )
            .with_hint("write an address block such as 192.0.2.0/24 or 2001:db8::/32");
            return Err(Box::new(match argument.span {
                Some(span) => diagnostic.with_span(span),
                None => diagnostic,
            }));
        };
        blocks.push(block);
    }
    Ok((!blocks.is_empty()).then(|| blocks.into_iter().collect()))
}

fn unusable_pattern(expression: &Expression, message: &str) -> Box<Diagnostic> {
    let what = match &expression.kind {
        Kind::Match {
            language: PatternLanguage::Regex,
            ..
        } => "regular expression",
        _ => "pattern",
    };
    let diagnostic = Diagnostic::error(
        Stage::Planning,
        "query-bad-pattern",
        format!(
            "a {what} of [{}] cannot be used: {message}",
            expression.text
        ),
    );
    Box::new(match expression.span {
        Some(span) => diagnostic.with_span(span),
        None => diagnostic,
    })
}

struct Lowering<'a> {
    schema: &'a dyn Schema,
    slots: Vec<Slot>,
}

impl Lowering<'_> {
    fn code(&mut self, expression: &Expression) -> Result<Code, Box<Diagnostic>> {
        let kind = match &expression.kind {
            Kind::Constant(constant) => CodeKind::Constant(constant.clone()),
            Kind::Field(field) => {
                self.slots.push(Slot {
                    field: field.field,
                    field_type: field.field_type,
                });
                CodeKind::Slot(self.slots.len() - 1)
            }
            Kind::Call {
                function: Function::CidrMatch,
                arguments,
                ..
            } => self.cidr(arguments)?,
            Kind::Call {
                function,
                insensitive,
                arguments,
            } => match (function.operator(), arguments.as_slice()) {
                (Some(operator), [left, right]) => CodeKind::Arithmetic {
                    operator,
                    left: self.boxed(left)?,
                    right: self.boxed(right)?,
                },
                _ => CodeKind::Call {
                    function: *function,
                    insensitive: *insensitive,
                    arguments: self.all(arguments)?,
                },
            },
            Kind::Negate(operand) => CodeKind::Negate(self.boxed(operand)?),
            Kind::Arithmetic {
                operator,
                left,
                right,
            } => CodeKind::Arithmetic {
                operator: *operator,
                left: self.boxed(left)?,
                right: self.boxed(right)?,
            },
            Kind::Compare { left: operand, .. }
            | Kind::In { operand, .. }
            | Kind::Match { operand, .. } => match question(expression, self.schema)? {
                Some(test) => CodeKind::Test {
                    operand: self.boxed(operand)?,
                    test,
                },
                // A comparison of two fields, which planning has refused.
                None => CodeKind::Constant(Constant::Null),
            },
            // KQL's questions are leaves; no expression computes with them.
            Kind::Exists(_)
            | Kind::Between { .. }
            | Kind::Words { .. }
            | Kind::AnyField(_)
            | Kind::Nested { .. } => CodeKind::Constant(Constant::Null),
            Kind::IsNull(operand) => CodeKind::IsNull(self.boxed(operand)?),
            Kind::Not(operand) => CodeKind::Not(self.boxed(operand)?),
            Kind::And(operands) => CodeKind::And(self.all(operands)?),
            Kind::Or(operands) => CodeKind::Or(self.all(operands)?),
        };
        Ok(Code {
            kind,
            span: expression.span,
            text: Arc::clone(&expression.text),
        })
    }

    fn boxed(&mut self, expression: &Expression) -> Result<Box<Code>, Box<Diagnostic>> {
        self.code(expression).map(Box::new)
    }

    fn all(&mut self, expressions: &[Expression]) -> Result<Vec<Code>, Box<Diagnostic>> {
        expressions
            .iter()
            .map(|expression| self.code(expression))
            .collect()
    }

    fn cidr(&mut self, arguments: &[Expression]) -> Result<CodeKind, Box<Diagnostic>> {
        let (operand, rest) = arguments
            .split_first()
            .expect("the check demands two arguments at least");
        let strict = operand.as_constant().is_some();
        Ok(match blocks(rest)? {
            Some(blocks) => CodeKind::Cidr {
                operand: self.boxed(operand)?,
                blocks,
                strict,
            },
            None => CodeKind::Constant(Constant::Null),
        })
    }
}
