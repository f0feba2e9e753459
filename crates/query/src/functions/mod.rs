//! The functions: their names and arguments. What they compute is in the modules below.

mod between;
mod number;
mod strings;

pub(crate) use between::between;
pub(crate) use number::number;
pub(crate) use strings::{
    concat, ends_with, index_of, length, starts_with, string_contains, substring,
};

use crate::checked::{ArithmeticOperator, Function};

/// How many arguments a function takes: at least, at most.
pub(crate) struct Arity {
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// In Elasticsearch's words.
    pub(crate) words: &'static str,
}

/// All functions with the names that Elasticsearch's messages use. Names are compared without regard to case.
pub(crate) const FUNCTIONS: &[(&str, Function)] = &[
    ("add", Function::Add),
    ("between", Function::Between),
    ("cidrmatch", Function::CidrMatch),
    ("concat", Function::Concat),
    ("divide", Function::Divide),
    ("endswith", Function::EndsWith),
    ("indexof", Function::IndexOf),
    ("length", Function::Length),
    ("modulo", Function::Modulo),
    ("multiply", Function::Multiply),
    ("number", Function::Number),
    ("startswith", Function::StartsWith),
    ("string", Function::String),
    ("stringcontains", Function::StringContains),
    ("substring", Function::Substring),
    ("subtract", Function::Subtract),
];

impl Function {
    /// The function of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        FUNCTIONS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, function)| *function)
    }

    /// The name in lower case, as Elasticsearch's messages have it.
    pub fn name(self) -> &'static str {
        FUNCTIONS
            .iter()
            .find(|(_, function)| *function == self)
            .map_or("", |(name, _)| *name)
    }

    /// May `~` follow its name?
    pub fn allows_insensitive(self) -> bool {
        matches!(
            self,
            Self::Between
                | Self::EndsWith
                | Self::IndexOf
                | Self::StartsWith
                | Self::StringContains
        )
    }

    /// The operator that it is another way to write.
    pub(crate) fn operator(self) -> Option<ArithmeticOperator> {
        Some(match self {
            Self::Add => ArithmeticOperator::Add,
            Self::Divide => ArithmeticOperator::Divide,
            Self::Modulo => ArithmeticOperator::Modulo,
            Self::Multiply => ArithmeticOperator::Multiply,
            Self::Subtract => ArithmeticOperator::Subtract,
            _ => return None,
        })
    }

    pub(crate) fn arity(self) -> Arity {
        let (least, most, words) = match self {
            Self::Length | Self::String => (1, 1, "expects exactly one argument"),
            Self::Number => (1, 2, "expects one or two arguments"),
            Self::Add
            | Self::Divide
            | Self::EndsWith
            | Self::Modulo
            | Self::Multiply
            | Self::StartsWith
            | Self::StringContains
            | Self::Subtract => (2, 2, "expects exactly two arguments"),
            Self::IndexOf | Self::Substring => (2, 3, "expects two or three arguments"),
            Self::Between => (3, 4, "expects three or four arguments"),
            Self::Concat => (1, usize::MAX, "expects at least one argument"),
            Self::CidrMatch => (2, usize::MAX, "expects at least two arguments"),
        };
        Arity { least, most, words }
    }
}
