//! Operators and the types they take.

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use gatewatch_syntax::eql::Expr;
use gatewatch_syntax::eql::ast::{
    Arithmetic, Comparison as ComparisonNode, ComparisonOperator, InList, StringMatch,
    StringOperator,
};

use super::names::inexact;
use super::{Checker, Checks, constant};
use crate::checked::{Comparison, DataType, Expression, Kind, PatternLanguage};
use crate::{Constant, limits};

/// Which argument of an operation a message is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ordinal {
    /// There is only one.
    Only,
    /// Counted from 0.
    Nth(usize),
}

impl Ordinal {
    fn words(self) -> &'static str {
        match self {
            Self::Only => "",
            Self::Nth(0) => "first ",
            Self::Nth(1) => "second ",
            Self::Nth(2) => "third ",
            Self::Nth(3) => "fourth ",
            Self::Nth(4) => "fifth ",
            Self::Nth(_) => "",
        }
    }
}

/// What an operation asks of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    Boolean,
    Numeric,
    Whole,
    Text,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Boolean => "boolean",
            Self::Numeric => "numeric",
            Self::Whole => "integer",
            Self::Text => "string",
        }
    }

    fn accepts(self, data_type: DataType) -> bool {
        matches!(data_type, DataType::Null | DataType::Dynamic)
            || match self {
                Self::Any => true,
                Self::Boolean => data_type == DataType::Boolean,
                Self::Numeric => data_type.is_numeric(),
                Self::Whole => data_type.is_whole(),
                Self::Text => data_type.is_string(),
            }
    }
}

impl Checker<'_> {
    /// Does the operand fit? `advice` follows the message.
    pub(super) fn require(
        &mut self,
        operand: &Expression,
        wanted: Wanted,
        operation: &str,
        ordinal: Ordinal,
        advice: &str,
        span: Span,
    ) -> Checks<()> {
        if !wanted.accepts(operand.data_type) {
            let message = format!(
                "{}argument of [{operation}] must be [{}], found value [{}] type [{}]{advice}",
                ordinal.words(),
                wanted.name(),
                operand.text,
                operand.data_type.name(),
            );
            return self.refuse("query-wrong-type", message, span);
        }
        if wanted == Wanted::Text || wanted == Wanted::Any {
            self.require_exact(operand, operation, ordinal, span)?;
        }
        Some(())
    }

    /// Can values of the operand be compared exactly?
    fn require_exact(
        &mut self,
        operand: &Expression,
        operation: &str,
        ordinal: Ordinal,
        span: Span,
    ) -> Checks<()> {
        let Some(field) = operand.as_field() else {
            return Some(());
        };
        let info = self.fields.get(&*field.name).and_then(Option::as_ref);
        let Some(reason) = info.and_then(|info| inexact(&field.name, info)) else {
            return Some(());
        };
        let argument = match ordinal {
            Ordinal::Only => String::new(),
            ordinal => format!("{}argument ", ordinal.words()),
        };
        let message = format!(
            "[{operation}] cannot operate on {argument}field of data type [{}]: {reason}",
            operand.data_type.name()
        );
        self.refuse("query-inexact-field", message, span)
    }

    pub(super) fn negate(&mut self, operand: &Expr, span: Span) -> Checks<Expression> {
        let operand = self.expression(operand)?;
        let operation = self.source(span);
        self.require(
            &operand,
            Wanted::Numeric,
            operation,
            Ordinal::Only,
            "",
            span,
        )?;
        let data_type = operand.data_type;
        Some(self.typed(Kind::Negate(Box::new(operand)), data_type, span))
    }

    pub(super) fn arithmetic(&mut self, node: &Arithmetic, span: Span) -> Checks<Expression> {
        let (left, right) = self.pair(&node.left, &node.right)?;
        let symbol = self.source(node.operator_span);
        self.require(&left, Wanted::Numeric, symbol, Ordinal::Nth(0), "", span)?;
        self.require(&right, Wanted::Numeric, symbol, Ordinal::Nth(1), "", span)?;
        let data_type = wider(left.data_type, right.data_type);
        let kind = Kind::Arithmetic {
            operator: node.operator,
            left: Box::new(left),
            right: Box::new(right),
        };
        Some(self.typed(kind, data_type, span))
    }

    fn pair(&mut self, left: &Expr, right: &Expr) -> Checks<(Expression, Expression)> {
        let (left, right) = (self.expression(left), self.expression(right));
        left.zip(right)
    }

    pub(super) fn comparison(&mut self, node: &ComparisonNode, span: Span) -> Checks<Expression> {
        let (left, right) = self.pair(&node.left, &node.right)?;
        let operation = self.source(span);
        self.require(&left, Wanted::Any, operation, Ordinal::Nth(0), "", span)?;
        self.require(&right, Wanted::Any, operation, Ordinal::Nth(1), "", span)?;
        self.warn_of_number(&left, &right, span);
        self.warn_of_number(&right, &left, span);
        let (operator, negated) = match node.operator {
            ComparisonOperator::Equal => (Comparison::Equal, false),
            ComparisonOperator::NotEqual => (Comparison::Equal, true),
            ComparisonOperator::Less => (Comparison::Less, false),
            ComparisonOperator::LessOrEqual => (Comparison::LessOrEqual, false),
            ComparisonOperator::Greater => (Comparison::Greater, false),
            ComparisonOperator::GreaterOrEqual => (Comparison::GreaterOrEqual, false),
        };
        let kind = Kind::Compare {
            operator,
            left: Box::new(left),
            right: Box::new(right),
        };
        let compared = self.typed(kind, DataType::Boolean, span);
        Some(if negated {
            self.typed(Kind::Not(Box::new(compared)), DataType::Boolean, span)
        } else {
            compared
        })
    }

    /// A constant that is no number, compared with a field that holds numbers only.
    fn warn_of_number(&mut self, field: &Expression, other: &Expression, span: Span) {
        let numeric = field.as_field().is_some()
            && matches!(
                field.data_type,
                DataType::Long | DataType::UnsignedLong | DataType::Double
            );
        let is_number = match other.as_constant() {
            Some(Constant::Text(text)) => crate::Number::parse(text).is_some(),
            Some(Constant::Boolean(_)) => false,
            _ => true,
        };
        if numeric && !is_number {
            self.warnings.push(
                Diagnostic::warning(
                    Stage::Runtime,
                    "query-never-a-number",
                    format!(
                        "[{}] holds numbers, and [{}] is none: nothing matches, and Elasticsearch lets the search fail",
                        field.text, other.text
                    ),
                )
                .with_span(span),
            );
        }
    }

    pub(super) fn not(&mut self, operand: &Expr, span: Span) -> Checks<Expression> {
        let operand = self.expression(operand)?;
        let operation = self.source(span);
        self.require(
            &operand,
            Wanted::Boolean,
            operation,
            Ordinal::Only,
            "",
            span,
        )?;
        Some(self.typed(Kind::Not(Box::new(operand)), DataType::Boolean, span))
    }

    pub(super) fn logic(
        &mut self,
        operands: &[Expr],
        span: Span,
        join: fn(Vec<Expression>) -> Kind,
    ) -> Checks<Expression> {
        let checked: Vec<Checks<Expression>> = operands
            .iter()
            .map(|operand| self.expression(operand))
            .collect();
        let mut fits = true;
        for (index, operand) in checked.iter().enumerate() {
            let Some(operand) = operand else {
                continue;
            };
            // Elasticsearch joins two at a time, from the left.
            let end = operands[index.max(1).min(operands.len() - 1)].span.end;
            let joined = Span::new(span.start, end);
            let operation = self.source(joined);
            let ordinal = Ordinal::Nth(index.min(1));
            fits &= self
                .require(operand, Wanted::Boolean, operation, ordinal, "", joined)
                .is_some();
        }
        let operands: Vec<Expression> = checked.into_iter().collect::<Option<_>>()?;
        fits.then(|| self.typed(join(operands), DataType::Boolean, span))
    }

    pub(super) fn string_match(&mut self, node: &StringMatch, span: Span) -> Checks<Expression> {
        let operand = self.expression(&node.operand)?;
        self.limit(node.patterns.len(), "patterns", span)?;
        let (language, insensitive) = match node.operator {
            StringOperator::Colon | StringOperator::LikeInsensitive => {
                (PatternLanguage::Wildcard, true)
            }
            StringOperator::Like => (PatternLanguage::Wildcard, false),
            StringOperator::Regex => (PatternLanguage::Regex, false),
            StringOperator::RegexInsensitive => (PatternLanguage::Regex, true),
        };
        let colon = node.operator == StringOperator::Colon;
        let (operation, ordinal, advice) = if colon {
            (":", Ordinal::Nth(0), USE_EQUALS)
        } else {
            (self.source(span), Ordinal::Only, "")
        };
        self.require(&operand, Wanted::Text, operation, ordinal, advice, span)?;
        let mut patterns = Vec::with_capacity(node.patterns.len());
        for pattern in &node.patterns {
            let value = constant(&pattern.value);
            let data_type = value.data_type();
            // `like` takes the text form of any constant, the others take text only.
            if colon || language == PatternLanguage::Regex {
                let ordinal = if colon {
                    Ordinal::Nth(1)
                } else {
                    Ordinal::Only
                };
                let checked = self.typed(Kind::Constant(value.clone()), data_type, pattern.span);
                self.require(&checked, Wanted::Text, operation, ordinal, advice, span)?;
            }
            patterns.push(value.text().map(|text| Arc::from(text.as_ref())));
        }
        let kind = Kind::Match {
            operand: Box::new(operand),
            language,
            insensitive,
            patterns,
        };
        Some(self.typed(kind, DataType::Boolean, span))
    }

    pub(super) fn in_list(&mut self, node: &InList, span: Span) -> Checks<Expression> {
        let operand = self.expression(&node.operand);
        self.limit(node.elements.len(), "elements", span)?;
        let elements = self.expressions(&node.elements);
        let (operand, elements) = operand.zip(elements)?;
        if node.insensitive {
            let (first, second) = (Ordinal::Nth(0), Ordinal::Nth(1));
            self.require(&operand, Wanted::Text, ":", first, USE_EQUALS, span)?;
            for element in &elements {
                self.require(element, Wanted::Text, ":", second, USE_EQUALS, span)?;
            }
        } else {
            self.require(&operand, Wanted::Any, "IN", Ordinal::Only, "", span)?;
        }
        let operation = self.source(span);
        for (index, element) in elements.iter().enumerate() {
            if !element.field_references().is_empty() {
                let message = format!(
                    "Comparisons against fields are not (currently) supported; offender [{}] in [{operation}]",
                    element.text
                );
                return self.refuse("query-field-in-list", message, span);
            }
            if !node.insensitive && !operand.data_type.is_compatible(element.data_type) {
                let message = format!(
                    "{} argument of [{operation}] must be [{}], found value [{}] type [{}]",
                    counted(index + 1),
                    operand.data_type.name(),
                    element.text,
                    element.data_type.name(),
                );
                return self.refuse("query-wrong-type", message, span);
            }
        }
        let kind = Kind::In {
            operand: Box::new(operand),
            insensitive: node.insensitive,
            elements,
        };
        let listed = self.typed(kind, DataType::Boolean, span);
        Some(if node.negated {
            self.typed(Kind::Not(Box::new(listed)), DataType::Boolean, span)
        } else {
            listed
        })
    }

    /// Lists have limits.
    pub(super) fn limit(&mut self, count: usize, what: &str, span: Span) -> Checks<()> {
        if count <= limits::LIST {
            return Some(());
        }
        self.report(
            Diagnostic::error(
                Stage::Planning,
                "query-too-many",
                format!("{count} {what} are more than the {} allowed", limits::LIST),
            )
            .with_span(span)
            .with_hint("split the list"),
        );
        None
    }
}

const USE_EQUALS: &str = "; consider using [==] instead";

/// The type that holds both, as Java widens.
pub(super) fn wider(left: DataType, right: DataType) -> DataType {
    use DataType::{Double, Dynamic, Integer, Long, Null, UnsignedLong};
    for wide in [Dynamic, Double, UnsignedLong, Long, Integer] {
        if left == wide || right == wide {
            return wide;
        }
    }
    Null
}

/// 1st, 2nd, 3rd, 4th.
fn counted(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}
