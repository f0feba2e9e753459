//! Patterns over text. All of them run in linear time.

mod automaton;
mod charset;
mod dfa;
mod example;
mod glob;
mod globs;
mod java;
mod lucene;
mod matcher;
mod nfa;
mod regex;
mod set;
#[cfg(test)]
mod tests;
mod wildcard;

pub(crate) use example::example;
pub(crate) use matcher::{TextMatcher, is_exact, is_total};
pub(crate) use wildcard::escape;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// A clause to follow "the pattern cannot be used: ".
    pub(crate) message: String,
}

impl PatternError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}
