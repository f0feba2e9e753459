//! Lists of wildcard patterns.

use std::sync::atomic::{AtomicU32, Ordering};

use super::PatternError;
use super::automaton::Automaton;
use super::glob::Glob;
use super::wildcard;

/// Patterns of which any may match. A long list that is asked often becomes one automaton.
#[derive(Debug)]
pub(crate) struct Globs {
    globs: Vec<Glob>,
    joined: Option<Joined>,
    /// Texts of which every match holds at least one.
    literals: Option<Box<[Box<str>]>>,
}

#[derive(Debug)]
struct Joined {
    asked: AtomicU32,
    automaton: Automaton,
}

/// Shorter lists are faster one by one.
const MANY: usize = 8;
/// So often is a long list asked before it is worth an automaton.
const OFTEN: u32 = 5_000;

impl Globs {
    /// # Errors
    ///
    /// When a pattern would need too large an automaton.
    pub(crate) fn new(patterns: &[&str], insensitive: bool) -> Result<Self, PatternError> {
        let joined = if patterns.len() > MANY {
            let regexes = patterns.iter().map(|pattern| {
                let regex = wildcard::regex(pattern);
                if insensitive {
                    regex.without_case()
                } else {
                    regex
                }
            });
            Some(Joined {
                asked: AtomicU32::new(0),
                automaton: Automaton::new(regexes.collect())?,
            })
        } else {
            None
        };
        let literals = patterns
            .iter()
            .map(|pattern| wildcard::longest_literal(pattern).into());
        Ok(Self {
            globs: patterns
                .iter()
                .map(|pattern| Glob::new(pattern, insensitive))
                .collect(),
            joined,
            literals: (!insensitive).then(|| literals.collect()),
        })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        if let Some(joined) = &self.joined {
            if joined.automaton.is_ready() {
                return joined.automaton.is_match(text);
            }
            // Whoever asks at the right moment builds it; the others go on without waiting.
            if joined.asked.fetch_add(1, Ordering::Relaxed) == OFTEN {
                return joined.automaton.is_match(text);
            }
        }
        self.globs.iter().any(|glob| glob.is_match(text))
    }

    pub(crate) fn len(&self) -> usize {
        self.globs.len()
    }

    pub(crate) fn literals(&self) -> Option<Vec<&str>> {
        self.literals
            .as_ref()
            .map(|literals| literals.iter().map(|text| &**text).collect())
    }

    /// Makes the automaton of a long list now.
    #[cfg(test)]
    pub(crate) fn warm_up(&self) {
        if let Some(joined) = &self.joined {
            joined.automaton.is_match("");
        }
    }
}
