//! Computes what is constant, and brings conditions into the form that Elasticsearch's optimizer gives them, because
//! that form decides what null means in them.

use std::cell::RefCell;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_syntax::eql::Expr;

use crate::check::check_expression;
use crate::checked::{
    ArithmeticOperator, Comparison, DataType, Expression, Function, Kind, PatternLanguage,
};
use crate::evaluate::lower;
use crate::patterns::{is_exact, is_total};
use crate::value::Computed;
use crate::{Constant, FieldInfo, Number, Schema};

/// The outcome of a constant expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Its value.
    pub value: Constant,
}

/// Computes an expression that names no field. `text` is what it was read from.
///
/// ```
/// use gatewatch_query::fold;
/// use gatewatch_syntax::eql::parse_expression;
///
/// let text = r#"concat("a", 1 + 2 * 3) : "A?""#;
/// let expression = parse_expression(text).into_result().expect("it is well formed");
/// assert_eq!(fold(&expression, text).map(|folded| folded.value.to_json()), Ok(true.into()));
/// ```
///
/// # Errors
///
/// All problems found: unknown functions, wrong types, fields, and what fails when it is computed.
pub fn fold(expression: &Expr, text: &str) -> Result<Folded, Vec<Diagnostic>> {
    let checked = check_expression(expression, text, &NoFields)?;
    let folder = Folder::new(&NoFields);
    let folded = folder.fold(checked);
    let problems = folder.into_problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    match folded.kind {
        Kind::Constant(value) => Ok(Folded { value }),
        _ => Err(vec![Diagnostic::error(
            Stage::Planning,
            "query-not-constant",
            "the expression is not a constant",
        )]),
    }
}

/// The schema in which constant expressions are read.
pub(crate) struct NoFields;

impl Schema for NoFields {
    fn field(&self, _: &str) -> Option<FieldInfo> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Folds expressions. What fails becomes null, and is remembered.
pub(crate) struct Folder<'a> {
    schema: &'a dyn Schema,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Folder<'a> {
    pub(crate) fn new(schema: &'a dyn Schema) -> Self {
        Self {
            schema,
            problems: RefCell::default(),
        }
    }

    /// What failed.
    pub(crate) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems.into_inner()
    }

    /// The folded form. Constants are computed; comparisons have their constant at the right; `== null` is a test of
    /// its own; logic with true, false and null is done; a condition compared with true or false is that condition.
    pub(crate) fn fold(&self, expression: Expression) -> Expression {
        let Expression {
            kind,
            data_type,
            text,
            span,
        } = expression;
        let with = |kind| Expression {
            kind,
            data_type,
            text: text.clone(),
            span,
        };
        match kind {
            // What only KQL asks has no constants to compute.
            Kind::Constant(_)
            | Kind::Field(_)
            | Kind::Exists(_)
            | Kind::Between { .. }
            | Kind::Words { .. }
            | Kind::AnyField(_)
            | Kind::Nested { .. } => with(kind),
            Kind::And(parts) => and(self.all(parts), with),
            Kind::Or(parts) => or(self.all(parts), with),
            Kind::Not(part) => not(self.fold(*part), with),
            Kind::IsNull(part) => {
                let part = self.fold(*part);
                self.constant(with(Kind::IsNull(Box::new(part))))
            }
            Kind::Negate(part) => {
                let part = self.fold(*part);
                self.constant(with(Kind::Negate(Box::new(part))))
            }
            Kind::Arithmetic {
                operator,
                left,
                right,
            } => {
                let (left, right) = (Box::new(self.fold(*left)), Box::new(self.fold(*right)));
                self.constant(with(Kind::Arithmetic {
                    operator,
                    left,
                    right,
                }))
            }
            Kind::Call {
                function,
                insensitive,
                arguments,
            } => self.call(function, insensitive, self.all(arguments), with),
            Kind::Compare {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.fold(*left), self.fold(*right));
                self.compare(operator, left, right, with)
            }
            Kind::In {
                operand,
                insensitive,
                elements,
            } => {
                let operand = Box::new(self.fold(*operand));
                let elements = self.all(elements);
                let only_nulls = elements
                    .iter()
                    .all(|element| element.as_constant().is_some_and(Constant::is_null));
                if only_nulls && !insensitive {
                    return with(Kind::Constant(Constant::Null));
                }
                self.constant(with(Kind::In {
                    operand,
                    insensitive,
                    elements,
                }))
            }
            Kind::Match {
                operand,
                language,
                insensitive,
                patterns,
            } => {
                let operand = self.fold(*operand);
                if operand.as_constant().is_some_and(Constant::is_null) {
                    let texts = patterns.iter().flatten().map(AsRef::as_ref);
                    let answer = match_of_null(texts, language, insensitive);
                    return with(Kind::Constant(answer));
                }
                self.constant(with(Kind::Match {
                    operand: Box::new(operand),
                    language,
                    insensitive,
                    patterns,
                }))
            }
        }
    }

    fn all(&self, parts: Vec<Expression>) -> Vec<Expression> {
        parts.into_iter().map(|part| self.fold(part)).collect()
    }

    /// Computes the expression if all its parts are constants.
    fn constant(&self, expression: Expression) -> Expression {
        let all_constant = expression
            .parts()
            .iter()
            .all(|part| part.as_constant().is_some());
        if !all_constant {
            return expression;
        }
        let computed = lower(&expression, self.schema).and_then(|lowered| {
            let value = lowered.code.compute(None);
            value
                .map(Computed::into_constant)
                .map_err(|error| Box::new(error.into()))
        });
        let value = computed.unwrap_or_else(|problem| {
            self.problems.borrow_mut().push(*problem);
            Constant::Null
        });
        Expression {
            data_type: if value.is_null() {
                expression.data_type
            } else {
                value.data_type()
            },
            kind: Kind::Constant(value),
            ..expression
        }
    }

    fn call(
        &self,
        function: Function,
        insensitive: bool,
        mut arguments: Vec<Expression>,
        with: impl Fn(Kind) -> Expression,
    ) -> Expression {
        // The text form of a text is that text.
        if function == Function::String
            && arguments.len() == 1
            && arguments[0].data_type == DataType::Keyword
        {
            return arguments.remove(0);
        }
        self.constant(with(Kind::Call {
            function,
            insensitive,
            arguments,
        }))
    }

    fn compare(
        &self,
        operator: Comparison,
        left: Expression,
        right: Expression,
        with: impl Fn(Kind) -> Expression,
    ) -> Expression {
        let is_null = |side: &Expression| side.as_constant().is_some_and(Constant::is_null);
        if operator == Comparison::Equal {
            let tested = if is_null(&right) {
                Some(left.clone())
            } else if is_null(&left) {
                Some(right.clone())
            } else {
                None
            };
            if let Some(tested) = tested {
                return self.constant(with(Kind::IsNull(Box::new(tested))));
            }
        }
        let (operator, left, right) = match (left.as_constant(), right.as_constant()) {
            (Some(_), None) => (operator.mirrored(), right, left),
            _ => (operator, left, right),
        };
        if operator == Comparison::Equal
            && left.data_type == DataType::Boolean
            && left.as_field().is_none()
            && left.as_constant().is_none()
        {
            match right.as_constant() {
                Some(Constant::Boolean(true)) => return left,
                Some(Constant::Boolean(false)) => return not(left, with),
                _ => {}
            }
        }
        let (operator, left, right) = solved(operator, left, right);
        self.constant(with(Kind::Compare {
            operator,
            left: Box::new(left),
            right: Box::new(right),
        }))
    }
}

fn and(parts: Vec<Expression>, with: impl Fn(Kind) -> Expression) -> Expression {
    let constants: Vec<&Constant> = parts.iter().filter_map(Expression::as_constant).collect();
    if constants.contains(&&Constant::Boolean(false)) {
        return with(Kind::Constant(Constant::Boolean(false)));
    }
    // Null and anything is never true. Elasticsearch replaces the whole by null, so that its negation is null, too.
    if constants.iter().any(|constant| constant.is_null()) {
        return with(Kind::Constant(Constant::Null));
    }
    rest(parts, Constant::Boolean(true), Kind::And, with)
}

fn or(parts: Vec<Expression>, with: impl Fn(Kind) -> Expression) -> Expression {
    let all_constant = parts.iter().all(|part| part.as_constant().is_some());
    let constants: Vec<&Constant> = parts.iter().filter_map(Expression::as_constant).collect();
    if constants.contains(&&Constant::Boolean(true)) {
        return with(Kind::Constant(Constant::Boolean(true)));
    }
    if all_constant {
        let any_null = constants.iter().any(|constant| constant.is_null());
        return with(Kind::Constant(if any_null {
            Constant::Null
        } else {
            Constant::Boolean(false)
        }));
    }
    // Elasticsearch drops null beside a condition that is none.
    let parts = parts
        .into_iter()
        .filter(|part| !part.as_constant().is_some_and(Constant::is_null))
        .collect();
    rest(parts, Constant::Boolean(false), Kind::Or, with)
}

/// The operands without those that change nothing.
fn rest(
    mut parts: Vec<Expression>,
    neutral: Constant,
    join: fn(Vec<Expression>) -> Kind,
    with: impl Fn(Kind) -> Expression,
) -> Expression {
    parts.retain(|part| part.as_constant() != Some(&neutral));
    match parts.len() {
        0 => with(Kind::Constant(neutral)),
        1 => parts.remove(0),
        _ => with(join(parts)),
    }
}

fn not(part: Expression, with: impl Fn(Kind) -> Expression) -> Expression {
    match part.kind {
        Kind::Constant(Constant::Boolean(flag)) => with(Kind::Constant(Constant::Boolean(!flag))),
        Kind::Constant(constant) => with(Kind::Constant(constant)),
        Kind::Not(inner) => *inner,
        _ => with(Kind::Not(Box::new(part))),
    }
}

/// A match of null. It is null, but a pattern without operators is turned into an equality first, and one that matches
/// everything into a test for null.
fn match_of_null<'a>(
    patterns: impl Iterator<Item = &'a str>,
    language: PatternLanguage,
    insensitive: bool,
) -> Constant {
    let mut all_false = true;
    let mut count = 0;
    for pattern in patterns {
        count += 1;
        let is_false = is_total(pattern, language) || !insensitive && is_exact(pattern, language);
        all_false &= is_false;
    }
    // Several regular expressions are one, of which no form is an equality.
    let joined = language == PatternLanguage::Regex && count > 1;
    if all_false && count > 0 && !joined {
        Constant::Boolean(false)
    } else {
        Constant::Null
    }
}

/// Moves whole constants from a calculation to the other side, where nothing is lost: `x + 1 == 83` is `x == 82`.
/// Elasticsearch does so; it matters where the calculation would overflow.
fn solved(
    mut operator: Comparison,
    mut left: Expression,
    mut right: Expression,
) -> (Comparison, Expression, Expression) {
    while let Some((next, mirrored, number)) = solved_once(&left, &right) {
        left = next;
        if mirrored {
            operator = operator.mirrored();
        }
        right.data_type = Constant::Number(number).data_type();
        right.kind = Kind::Constant(Constant::Number(number));
    }
    (operator, left, right)
}

fn solved_once(left: &Expression, right: &Expression) -> Option<(Expression, bool, Number)> {
    let bound = whole(right)?;
    if !matches!(left.data_type, DataType::Integer | DataType::Long) {
        return None;
    }
    match &left.kind {
        Kind::Negate(inner) => Some((inner.as_ref().clone(), true, bound.negate().ok()?)),
        Kind::Arithmetic {
            operator,
            left: first,
            right: second,
        } => moved(*operator, first, second, bound),
        Kind::Call {
            function,
            arguments,
            ..
        } => match arguments.as_slice() {
            [first, second] => moved(function.operator()?, first, second, bound),
            _ => None,
        },
        _ => None,
    }
}

fn moved(
    operator: ArithmeticOperator,
    first: &Expression,
    second: &Expression,
    bound: Number,
) -> Option<(Expression, bool, Number)> {
    use ArithmeticOperator::{Add, Divide, Multiply, Subtract};

    let (inner, constant, constant_first) = match (whole(first), whole(second)) {
        (None, Some(constant)) => (first, constant, false),
        (Some(constant), None) => (second, constant, true),
        _ => return None,
    };
    if !matches!(inner.data_type, DataType::Integer | DataType::Long) {
        return None;
    }
    let (mirrored, number) = match (operator, constant_first) {
        (Add, _) => (false, bound.compute(Subtract, constant).ok()?),
        (Subtract, false) => (false, bound.compute(Add, constant).ok()?),
        (Subtract, true) => (true, constant.compute(Subtract, bound).ok()?),
        (Multiply, _) => {
            let (factor, product) = (constant.as_whole()?, bound.as_whole()?);
            if factor == 0 || product % factor != 0 {
                return None;
            }
            (factor < 0, bound.compute(Divide, constant).ok()?)
        }
        _ => return None,
    };
    Some((inner.clone(), mirrored, number))
}

/// A constant integer or long.
fn whole(expression: &Expression) -> Option<Number> {
    match expression.as_constant()? {
        Constant::Number(number @ (Number::Integer(_) | Number::Long(_))) => Some(*number),
        _ => None,
    }
}
