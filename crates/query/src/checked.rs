//! The tree of a query after checking: names resolved, every node typed, constants folded.
//!
//! [`check`](crate::check) makes it, [`compile`](crate::compile) makes a [`Condition`](crate::Condition) of each of its
//! conditions. It is public for tools that show a query as it was understood, and for tests that evaluate it slowly and
//! plainly.
//!
//! How an event answers a condition: the boolean operators [`Kind::And`], [`Kind::Or`] and [`Kind::Not`] at the top are
//! of two values. Each other node below them is a *leaf*: it is true if it is true for any combination of values of the
//! fields it names, with null for a field without values, and false otherwise. Inside a leaf, logic has three values.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Span};
use gatewatch_event::{Field, FieldType};
pub use gatewatch_syntax::eql::ast::ArithmeticOperator;

pub use crate::analysis::Analyzer;
use crate::{Constant, Pipe, SchemaType};

/// A whole query, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What to look for.
    pub body: Body,
    /// `head` and `tail`, in order.
    pub pipes: Vec<Pipe>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Diagnostic>,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Single events.
    Event(Expression),
    /// Events in order.
    Sequence {
        /// The terms, `runs` not expanded.
        terms: Vec<Term>,
        /// What ends a sequence early.
        until: Option<Term>,
        /// The longest time from the first event to the last, in milliseconds.
        maxspan: Option<i64>,
    },
    /// Events in any order with equal keys.
    Sample {
        /// The filters.
        terms: Vec<Term>,
    },
}

/// One step of a sequence or sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Which events take it, with its category and the `key != null` of its mandatory keys.
    pub condition: Expression,
    /// Its keys.
    pub keys: Vec<crate::Key>,
    /// No such event may occur.
    pub missing: bool,
    /// How many times it is to match in a row.
    pub runs: u32,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// What it gives.
    pub data_type: DataType,
    /// The text it was read from; for what Elasticsearch adds, what one would have written.
    pub text: Arc<str>,
    /// Its place in the query; `None` for what was added.
    pub span: Option<Span>,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value.
    Constant(Constant),
    /// A field.
    Field(FieldReference),
    /// A function call. Arguments left out are not there.
    Call {
        /// Which function.
        function: Function,
        /// Whether the case of letters is ignored.
        insensitive: bool,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `-x`.
    Negate(Box<Expression>),
    /// `x + y` and the like.
    Arithmetic {
        /// Operator.
        operator: ArithmeticOperator,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
    },
    /// `x == y` and the like. Once folded, at most the left side names fields.
    Compare {
        /// Operator.
        operator: Comparison,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
    },
    /// The value equals one of the elements.
    In {
        /// What is looked at.
        operand: Box<Expression>,
        /// Whether the case of letters is ignored.
        insensitive: bool,
        /// The elements; once folded, constants.
        elements: Vec<Expression>,
    },
    /// The text matches one of the patterns.
    Match {
        /// What is looked at.
        operand: Box<Expression>,
        /// What the patterns are.
        language: PatternLanguage,
        /// Whether the case of letters is ignored.
        insensitive: bool,
        /// The patterns; null matches nothing.
        patterns: Vec<Option<Arc<str>>>,
    },
    /// The value is null.
    IsNull(Box<Expression>),
    /// The field has a value; an object, if one of its members has. Only of KQL and filters.
    Exists(Box<Expression>),
    /// One value meets all of the bounds. Only of KQL and filters.
    Between {
        /// The field.
        operand: Box<Expression>,
        /// Each with the constant at its right.
        bounds: Vec<(Comparison, Constant)>,
    },
    /// The words of one value answer any of the questions. Only of KQL and filters.
    Words {
        /// The field.
        operand: Box<Expression>,
        /// How its text is cut into words.
        analyzer: Analyzer,
        /// What is asked.
        wanted: Vec<Words>,
    },
    /// A value of any field whose name matches answers the question that fits the field's type. Only of KQL.
    AnyField(Box<AnyField>),
    /// One object at the path, taken for itself, meets the condition; its fields are named in full. Only of KQL and
    /// filters.
    Nested {
        /// Where the objects are.
        path: Arc<str>,
        /// What one of them must meet.
        body: Box<Expression>,
    },
    /// `not x`.
    Not(Box<Expression>),
    /// `x and y and z`.
    And(Vec<Expression>),
    /// `x or y or z`.
    Or(Vec<Expression>),
}

/// A question about the words of an analysed text. Words are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// Any of these words is there.
    Any(Vec<Arc<str>>),
    /// These words are there in a row.
    Phrase(Vec<Arc<str>>),
    /// All of these words are there.
    All(Vec<Arc<str>>),
    /// A word matches the pattern.
    Pattern {
        /// What the pattern is.
        language: PatternLanguage,
        /// The pattern.
        pattern: Arc<str>,
        /// Whether the case of letters is ignored.
        insensitive: bool,
    },
    /// A word stands before or after the bound.
    Bound(Comparison, Arc<str>),
}

/// A question about every field whose name matches.
#[derive(Clone, Debug, PartialEq)]
pub struct AnyField {
    /// The pattern of the names, [escaped](PatternLanguage::Escaped).
    pub names: Arc<str>,
    /// What is asked, for each kind of field; about a field that bears the pattern as its name.
    pub questions: Vec<Expression>,
    /// For names that the schema declares, which questions are asked about the values at that name. A field with
    /// sub-fields is asked for each.
    pub declared: BTreeMap<Arc<str>, Vec<usize>>,
    /// Which question is asked about names that the schema does not declare.
    pub other: Option<usize>,
}

/// A field with what the schema says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldReference {
    /// The name as written, without `?` and back-quotes.
    pub name: Arc<str>,
    /// The field to ask events for.
    pub field: Field,
    /// Its type.
    pub field_type: SchemaType,
}

/// How two values compare. `!=` is `not (x == y)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The operator with its operands swapped.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// Does it hold for operands in this order?
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// What a pattern is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternLanguage {
    /// `*` and `?`.
    Wildcard,
    /// The same, and `\` takes the meaning from the character after it.
    Escaped,
    /// A regular expression: Lucene's over a field, Java's over anything else.
    Regex,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `add(a, b)`
    Add,
    /// `between(source, left, right[, greedy])`
    Between,
    /// `cidrMatch(ip, block, ...)`
    CidrMatch,
    /// `concat(value, ...)`
    Concat,
    /// `divide(a, b)`
    Divide,
    /// `endsWith(source, suffix)`
    EndsWith,
    /// `indexOf(source, text[, start])`
    IndexOf,
    /// `length(text)`
    Length,
    /// `modulo(a, b)`
    Modulo,
    /// `multiply(a, b)`
    Multiply,
    /// `number(text[, base])`
    Number,
    /// `startsWith(source, prefix)`
    StartsWith,
    /// `string(value)`
    String,
    /// `stringContains(source, text)`
    StringContains,
    /// `substring(source, start[, end])`
    Substring,
    /// `subtract(a, b)`
    Subtract,
}

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// Of null, and of an optional field that is not mapped.
    Null,
    /// True or false.
    Boolean,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    /// 64 bits without sign.
    UnsignedLong,
    /// With a fraction.
    Double,
    /// Exact text.
    Keyword,
    /// Analysed text.
    Text,
    /// A date of milliseconds.
    Date,
    /// A date of nanoseconds.
    DateNanos,
    /// An address.
    Ip,
    /// A version.
    Version,
    /// Only known value by value: every check passes.
    Dynamic,
}

impl DataType {
    /// The type of a field; `None` where values cannot be asked for.
    pub(crate) fn of_field(field_type: SchemaType) -> Option<Self> {
        let declared = match field_type {
            SchemaType::Dynamic => return Some(Self::Dynamic),
            SchemaType::Declared(declared) => declared,
        };
        Some(match declared {
            FieldType::Keyword | FieldType::ConstantKeyword | FieldType::Wildcard => Self::Keyword,
            FieldType::Text => Self::Text,
            FieldType::Long => Self::Long,
            FieldType::UnsignedLong => Self::UnsignedLong,
            FieldType::Double => Self::Double,
            FieldType::Boolean => Self::Boolean,
            FieldType::Date => Self::Date,
            FieldType::DateNanos => Self::DateNanos,
            FieldType::Ip => Self::Ip,
            FieldType::Version => Self::Version,
            FieldType::Flattened
            | FieldType::Object
            | FieldType::Nested
            | FieldType::Unsupported => return None,
        })
    }

    /// The name in messages about arguments.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Long => "long",
            Self::UnsignedLong => "unsigned_long",
            Self::Double => "double",
            Self::Keyword => "keyword",
            Self::Text => "text",
            Self::Date | Self::DateNanos => "datetime",
            Self::Ip => "ip",
            Self::Version => "version",
            Self::Dynamic => "dynamic",
        }
    }

    /// The name in messages about join keys.
    pub(crate) fn mapping_name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::DateNanos => "date_nanos",
            other => other.name(),
        }
    }

    pub(crate) fn is_string(self) -> bool {
        matches!(self, Self::Keyword | Self::Text | Self::Dynamic)
    }

    pub(crate) fn is_whole(self) -> bool {
        matches!(
            self,
            Self::Integer | Self::Long | Self::UnsignedLong | Self::Dynamic
        )
    }

    pub(crate) fn is_numeric(self) -> bool {
        self.is_whole() || self == Self::Double
    }

    fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::DateNanos)
    }

    /// May values of the two types stand at the same place: in one list, at one join key?
    pub(crate) fn is_compatible(self, other: Self) -> bool {
        self == other
            || [self, other].contains(&Self::Null)
            || [self, other].contains(&Self::Dynamic)
            || self.is_string() && other.is_string()
            || self.is_numeric() && other.is_numeric()
            || self.is_date() && other.is_date()
    }
}

impl Expression {
    /// The constant, if it is one.
    pub fn as_constant(&self) -> Option<&Constant> {
        match &self.kind {
            Kind::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// The field, if it is one.
    pub fn as_field(&self) -> Option<&FieldReference> {
        match &self.kind {
            Kind::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Its direct parts, in the order of the text.
    pub fn parts(&self) -> Vec<&Expression> {
        match &self.kind {
            Kind::Constant(_) | Kind::Field(_) => Vec::new(),
            Kind::Call { arguments, .. } => arguments.iter().collect(),
            Kind::Negate(part)
            | Kind::IsNull(part)
            | Kind::Not(part)
            | Kind::Exists(part)
            | Kind::Between { operand: part, .. }
            | Kind::Words { operand: part, .. }
            | Kind::Nested { body: part, .. } => vec![part],
            Kind::AnyField(_) => Vec::new(),
            Kind::Arithmetic { left, right, .. } | Kind::Compare { left, right, .. } => {
                vec![left, right]
            }
            Kind::In {
                operand, elements, ..
            } => std::iter::once(operand.as_ref()).chain(elements).collect(),
            Kind::Match { operand, .. } => vec![operand],
            Kind::And(parts) | Kind::Or(parts) => parts.iter().collect(),
        }
    }

    /// The fields it names, as often as it names them, in the order of the text.
    pub fn field_references(&self) -> Vec<&FieldReference> {
        let mut found = Vec::new();
        self.collect_fields(&mut found);
        found
    }

    fn collect_fields<'a>(&'a self, found: &mut Vec<&'a FieldReference>) {
        if let Kind::Field(field) = &self.kind {
            found.push(field);
        }
        for part in self.parts() {
            part.collect_fields(found);
        }
    }
}
