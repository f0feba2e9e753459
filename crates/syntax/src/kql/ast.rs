//! The tree of a KQL query.

use gatewatch_diagnostic::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What to look for; `None` for an empty query, which matches everything.
    pub body: Option<Expr>,
}

/// A part of a query that is true or false for an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place, without parentheses around it.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `a or b or c`: two operands or more. An operand in parentheses stays an operand.
    Or(Vec<Expr>),
    /// `a and b and c`: two operands or more.
    And(Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `field: { a }`: one object of the nested field meets all of `a`, whose fields are named from there.
    Nested {
        /// The name of the nested field.
        field: Literal,
        /// What one object must meet.
        body: Box<Expr>,
    },
    /// `field < value`.
    Range {
        /// The field; it may hold wildcards.
        field: Literal,
        /// How its values compare.
        operator: RangeOperator,
        /// The bound.
        value: Literal,
    },
    /// `field: value` or `field: (a or b)`.
    Is {
        /// The field; it may hold wildcards.
        field: Literal,
        /// What its values are to be.
        value: Value,
    },
    /// Free text: a value that any field may have.
    Anywhere(Literal),
}

/// What follows `field:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Its place, without parentheses around it.
    pub span: Span,
}

/// The kinds of value. Each literal in one is a question of its own about the field: with `and` different values of
/// the field may answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// `(a or b)`: two operands or more.
    Or(Vec<Value>),
    /// `(a and b)`: two operands or more.
    And(Vec<Value>),
    /// `(not a)`.
    Not(Box<Value>),
    /// One value.
    Literal(Literal),
}

/// A field name or a value as written, escapes resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What it says.
    pub kind: LiteralKind,
    /// Whether it stands in quotes. Asterisks in quotes are ordinary characters, and analysed text is searched for a
    /// quoted value as a phrase.
    pub quoted: bool,
    /// Its place, with quotes.
    pub span: Span,
}

/// What a literal says.
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralKind {
    /// Text.
    Text(String),
    /// `true` or `false` without quotes.
    Boolean(bool),
    /// `null` without quotes; it equals nothing.
    Null,
    /// Text with wildcards: the pieces between the asterisks, one more than there are asterisks. `*` alone is two empty
    /// pieces. An escaped asterisk is an ordinary character in a piece.
    Wildcard(Vec<String>),
}

/// How values compare with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RangeOperator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl RangeOperator {
    /// As written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Literal {
    /// Is it `*` alone (or several), which stands for any value or any field?
    #[must_use]
    pub fn is_any(&self) -> bool {
        match &self.kind {
            LiteralKind::Wildcard(pieces) => pieces.iter().all(String::is_empty),
            _ => false,
        }
    }

    /// The text, for a literal without wildcards: `true`, `false` and `null` as words.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            LiteralKind::Text(text) => Some(text),
            LiteralKind::Boolean(true) => Some("true"),
            LiteralKind::Boolean(false) => Some("false"),
            LiteralKind::Null => Some("null"),
            LiteralKind::Wildcard(_) => None,
        }
    }
}
