//! The tree of an EQL query.
//!
//! Parentheses, white space, comments, quoting of names and the form of literals are not kept:
//! two texts that mean the same by these give the same tree, spans aside.

use gatewatch_diagnostic::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What to look for.
    pub body: QueryBody,
    /// `head` and `tail`, in order. Always empty for a sample.
    pub pipes: Vec<Pipe>,
    /// From the first to the last token.
    pub span: Span,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryBody {
    /// Single events: `process where ...`.
    Event(EventFilter),
    /// Events in order: `sequence by ... [..] [..]`.
    Sequence(Sequence),
    /// Events in any order with equal keys: `sample by ... [..] [..]`.
    Sample(Sample),
}

/// `category where condition`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventFilter {
    /// The event category asked for.
    pub category: Category,
    /// The condition.
    pub condition: Expr,
    /// From the category to the end of the condition.
    pub span: Span,
}

/// The part before `where`.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Which category; `None` is `any`. `"any" where ..` is the category named "any".
    pub name: Option<String>,
    /// The place of the word or string.
    pub span: Span,
}

/// `sequence [by keys] [with maxspan=..] [..] [..] [until [..]]`.
///
/// The parser has checked: two terms or more after expanding `runs`, the same number of keys on
/// every term and on `until`, a maxspan if a term is missing, one term at least that is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Keys shared by all terms; they come before each term's own.
    pub by: Vec<Field>,
    /// The longest time from the first event to the last.
    pub maxspan: Option<MaxSpan>,
    /// The steps in order; `runs` is not expanded.
    pub terms: Vec<Term>,
    /// What ends a sequence early; `missing` is false and `runs` absent.
    pub until: Option<Term>,
    /// From `sequence` to the end of the last clause.
    pub span: Span,
}

/// `sample by keys [..] [..]`.
///
/// The parser has checked: two to five terms, each with the same number of keys, one at least.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Keys shared by all terms; they come before each term's own.
    pub by: Vec<Field>,
    /// The filters; `missing` is false and `runs` absent.
    pub terms: Vec<Term>,
    /// From `sample` to the end of the last term.
    pub span: Span,
}

/// One step of a sequence or sample: `[filter] by keys with runs=N`, or `![filter]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Whether it is `![..]`: no such event may occur.
    pub missing: bool,
    /// The event filter between the brackets.
    pub filter: EventFilter,
    /// Its own keys.
    pub by: Vec<Field>,
    /// `with runs=N`.
    pub runs: Option<Runs>,
    /// From the bracket to the end of the last clause.
    pub span: Span,
}

impl Term {
    /// How many times it is to match in a row: 1 unless `with runs=N` is there.
    #[must_use]
    pub fn run_count(&self) -> u32 {
        self.runs.map_or(1, |runs| runs.count)
    }
}

/// `with runs=N`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runs {
    /// 1 to 100.
    pub count: u32,
    /// The place of the number.
    pub span: Span,
}

/// `with maxspan=30s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxSpan {
    /// The number before the unit; at least 1.
    pub value: u64,
    /// The unit.
    pub unit: TimeUnit,
    /// The place of number and unit.
    pub span: Span,
}

impl MaxSpan {
    /// The duration in milliseconds, `i64::MAX` if it would be more.
    #[must_use]
    pub fn milliseconds(&self) -> i64 {
        let milliseconds = self.value.saturating_mul(self.unit.milliseconds());
        i64::try_from(milliseconds).unwrap_or(i64::MAX)
    }
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// `ms`
    Millisecond,
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
}

impl TimeUnit {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    /// The length of one, in milliseconds.
    #[must_use]
    pub const fn milliseconds(self) -> u64 {
        match self {
            Self::Millisecond => 1,
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }
}

/// `| head 10`, `| tail 5`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pipe {
    /// Which end is kept.
    pub kind: PipeKind,
    /// How many are kept: the folded argument, at most `i32::MAX`.
    pub count: u32,
    /// From the name to the end of the argument.
    pub span: Span,
}

/// Which end a pipe keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PipeKind {
    /// The first ones.
    Head,
    /// The last ones.
    Tail,
}

impl PipeKind {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Tail => "tail",
        }
    }
}

/// A field as written in the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Whether `?` stands before it: it need not be mapped.
    pub optional: bool,
    /// The names between the dots, without back-quotes; a quoted one may hold dots itself.
    pub parts: Vec<FieldPart>,
    /// From the `?` or first part to the last part.
    pub span: Span,
}

impl Field {
    /// The full dotted name, without `?` and back-quotes.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                name.push('.');
            }
            name.push_str(&part.name);
        }
        name
    }
}

/// One name of a field path.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPart {
    /// The name, without back-quotes.
    pub name: String,
    /// Its place, with back-quotes.
    pub span: Span,
}

/// A value, condition or anything else that can be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place. Parentheses around it do not count; those around an operand within do.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// A field.
    Field(Field),
    /// A function call.
    Call(Call),
    /// `-x` or `+x`.
    Unary(UnaryOperator, Box<Expr>),
    /// `x + y` and the like.
    Arithmetic(Box<Arithmetic>),
    /// `x == y` and the like.
    Comparison(Box<Comparison>),
    /// `x : "a*"`, `x like ("a*", "b*")` and the like.
    StringMatch(Box<StringMatch>),
    /// `x in (..)` and the like.
    InList(Box<InList>),
    /// `not x`.
    Not(Box<Expr>),
    /// `x and y and z`: two operands or more. A parenthesised `and` within stays a node of its own.
    And(Vec<Expr>),
    /// `x or y or z`: two operands or more. A parenthesised `or` within stays a node of its own.
    Or(Vec<Expr>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// Digits that fit 32 bits with sign. Literals are never negative: `-5` is a [`ExprKind::Unary`].
    Integer(i32),
    /// Digits that fit 64 bits with sign, and not 32.
    Long(i64),
    /// Digits that fit 64 bits without sign only.
    UnsignedLong(u64),
    /// Any other number; finite.
    Double(f64),
    /// A string, escapes undone.
    String(String),
}

/// A constant with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// The value.
    pub value: Literal,
    /// The place.
    pub span: Span,
}

/// `name(arguments)` or `name~(arguments)`. Whether the function exists, allows `~` and takes so
/// many arguments is not checked by the parser.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name as written, without `~`. Names are compared without regard to case.
    pub name: String,
    /// Whether `~` follows the name: ignore case in the values.
    pub insensitive: bool,
    /// The place of name and `~`.
    pub name_span: Span,
    /// The arguments.
    pub arguments: Vec<Expr>,
}

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`
    Minus,
    /// `+`
    Plus,
}

impl UnaryOperator {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Plus => "+",
        }
    }
}

/// `left operator right`
#[derive(Debug, Clone, PartialEq)]
pub struct Arithmetic {
    /// Left operand.
    pub left: Expr,
    /// Operator.
    pub operator: ArithmeticOperator,
    /// The place of the operator.
    pub operator_span: Span,
    /// Right operand.
    pub right: Expr,
}

/// An operator on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl ArithmeticOperator {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
}

/// `left operator right`
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Left operand.
    pub left: Expr,
    /// Operator.
    pub operator: ComparisonOperator,
    /// The place of the operator.
    pub operator_span: Span,
    /// Right operand.
    pub right: Expr,
}

/// An operator that compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOperator {
    /// `==`
    Equal,
    /// `!=`; means `not (a == b)`.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl ComparisonOperator {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// `operand operator pattern` or `operand operator (pattern, ..)`: true if any pattern matches.
#[derive(Debug, Clone, PartialEq)]
pub struct StringMatch {
    /// What is looked at.
    pub operand: Expr,
    /// Operator.
    pub operator: StringOperator,
    /// The place of the operator.
    pub operator_span: Span,
    /// The patterns, one at least. The grammar allows any constant, not just strings.
    pub patterns: Vec<Constant>,
}

/// An operator that compares strings with patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StringOperator {
    /// `:`: wildcards, any case.
    Colon,
    /// `like`: wildcards.
    Like,
    /// `like~`: wildcards, any case.
    LikeInsensitive,
    /// `regex`: regular expression.
    Regex,
    /// `regex~`: regular expression, any case.
    RegexInsensitive,
}

impl StringOperator {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Colon => ":",
            Self::Like => "like",
            Self::LikeInsensitive => "like~",
            Self::Regex => "regex",
            Self::RegexInsensitive => "regex~",
        }
    }
}

/// `operand [not] in (..)` or `operand [not] in~ (..)`
#[derive(Debug, Clone, PartialEq)]
pub struct InList {
    /// What is looked at.
    pub operand: Expr,
    /// Whether `not` stands before `in`.
    pub negated: bool,
    /// Whether it is `in~`: any case.
    pub insensitive: bool,
    /// The place of the operator, with its `not`.
    pub operator_span: Span,
    /// The elements, one at least.
    pub elements: Vec<Expr>,
}
