//! Lists of wildcard patterns.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use aho_corasick::AhoCorasick;

use super::PatternError;
use super::automaton::Automaton;
use super::glob::Glob;
use super::wildcard;

/// Patterns of which any may match. A long list that is asked often becomes one automaton.
#[derive(Debug)]
pub(crate) struct Globs {
    globs: Vec<Glob>,
    joined: Option<Joined>,
    /// The longest literal of each pattern: every match holds at least one, case aside if that is ignored.
    literals: Box<[Box<str>]>,
    insensitive: bool,
    /// Looks for the longest literal of each pattern at once: most texts hold none of them.
    sieve: Option<Sieve>,
}

/// One search for the longest literals of all patterns.
#[derive(Debug)]
struct Sieve {
    literals: Box<[Box<str>]>,
    insensitive: bool,
    searcher: OnceLock<Option<AhoCorasick>>,
}

/// A shorter literal is in too many texts.
const SHORTEST_SIEVED: usize = 3;

impl Sieve {
    /// `None` for a single pattern, which is as fast, and when a pattern has no literal to look for. Beyond ASCII letters
    /// have more than two cases, which the search does not know.
    fn new(patterns: &[&str], insensitive: bool) -> Option<Self> {
        let literals: Box<[Box<str>]> = patterns
            .iter()
            .map(|pattern| wildcard::longest_literal(pattern).into())
            .collect();
        let usable = |text: &str| text.len() >= SHORTEST_SIEVED && text.is_ascii();
        (literals.len() > 1 && literals.iter().all(|text| usable(text))).then_some(Self {
            literals,
            insensitive,
            searcher: OnceLock::new(),
        })
    }

    /// Is it certain that no pattern matches?
    fn rules_out(&self, text: &str) -> bool {
        let searcher = self.searcher.get_or_init(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(self.insensitive)
                .build(self.literals.iter().map(|text| text.as_bytes()))
                .ok()
        });
        // A letter beyond ASCII may be the other case of one within: the Kelvin sign of k.
        let certain = !self.insensitive || text.is_ascii();
        certain
            && searcher
                .as_ref()
                .is_some_and(|searcher| !searcher.is_match(text))
    }
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
            literals: literals.collect(),
            insensitive,
            sieve: Sieve::new(patterns, insensitive),
        })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        if self
            .sieve
            .as_ref()
            .is_some_and(|sieve| sieve.rules_out(text))
        {
            return false;
        }
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
        (!self.insensitive).then(|| self.folded_literals())
    }

    /// Texts of which every match holds at least one, case aside.
    pub(crate) fn folded_literals(&self) -> Vec<&str> {
        self.literals.iter().map(|text| &**text).collect()
    }

    /// Makes the automaton of a long list now.
    #[cfg(test)]
    pub(crate) fn warm_up(&self) {
        if let Some(joined) = &self.joined {
            joined.automaton.is_match("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Globs;

    #[test]
    fn the_search_for_literals_never_hides_a_match() {
        let patterns = ["*AnyDesk*--set-password*", "*:3389*", "rdp\u{212a}ey*"];
        for (texts, insensitive) in [
            (
                &["c:\\ANYDESK.exe --SET-password x", "127.0.0.1:3389"][..],
                true,
            ),
            (
                &["AnyDesk --set-password", "a:3389b", "rdp\u{212a}eys"][..],
                false,
            ),
        ] {
            let globs = Globs::new(&patterns, insensitive).expect("small");
            for text in texts {
                assert!(globs.is_match(text), "{text}");
            }
            assert!(!globs.is_match("cmd.exe /c whoami"));
        }
        // The Kelvin sign is a k without case.
        let globs = Globs::new(&["*key*", "*other*"], true).expect("small");
        assert!(globs.is_match("the \u{212a}ey"));
    }
}
