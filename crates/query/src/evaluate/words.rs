//! Questions about analysed text.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::phrases::Phrases;
use crate::analysis::Analyzer;
use crate::checked::{Comparison, PatternLanguage, Words};
use crate::patterns::{PatternError, TextMatcher};

/// Words, usually in a row.
type Phrase = Box<[Box<str>]>;

/// Several questions about the words of one text, of which any may be answered with yes.
#[derive(Debug)]
pub(crate) struct WordsTest {
    analyzer: Analyzer,
    /// Words in a row; of one word, that word.
    phrases: Phrases,
    phrase_count: usize,
    /// Words that must all be there, in any order.
    all: Vec<Phrase>,
    /// What one word may match, patterns of one kind together.
    patterns: Vec<TextMatcher>,
    bounds: Vec<(Comparison, Box<str>)>,
    /// One word of each question, to be searched for before the text is cut into words; `None` if a question has none.
    sieve: Option<Box<[Box<str>]>>,
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl WordsTest {
    /// # Errors
    ///
    /// When a pattern cannot be used.
    pub(crate) fn new(analyzer: Analyzer, wanted: &[Words]) -> Result<Self, PatternError> {
        let (mut phrases, mut all): (Vec<Phrase>, Vec<Phrase>) = Default::default();
        let mut grouped: BTreeMap<(bool, bool), (PatternLanguage, Vec<&str>)> = BTreeMap::new();
        let mut bounds = Vec::new();
        let owned = |words: &[std::sync::Arc<str>]| -> Phrase {
            words.iter().map(|word| Box::from(&**word)).collect()
        };
        for question in wanted {
            match question {
                Words::Any(words) => {
                    phrases.extend(words.iter().map(|word| owned(std::slice::from_ref(word))));
                }
                Words::Phrase(words) => phrases.push(owned(words)),
                Words::All(words) => all.push(owned(words)),
                Words::Pattern {
                    language,
                    pattern,
                    insensitive,
                } => {
                    let group = (*language == PatternLanguage::Regex, *insensitive);
                    let group = grouped.entry(group).or_insert((*language, Vec::new()));
                    group.1.push(pattern);
                }
                Words::Bound(comparison, bound) => {
                    bounds.push((*comparison, Box::from(&**bound)));
                }
            }
        }
        let mut patterns = Vec::with_capacity(grouped.len());
        for ((_, insensitive), (language, group)) in grouped {
            patterns.push(TextMatcher::patterns(&group, language, insensitive, true)?);
        }
        let sieve = if patterns.is_empty() && bounds.is_empty() {
            phrases
                .iter()
                .chain(&all)
                .map(|words| sifted(words))
                .collect()
        } else {
            None
        };
        Ok(Self {
            analyzer,
            phrases: Phrases::new(phrases.iter().map(|words| &**words)),
            phrase_count: phrases.len(),
            all,
            patterns,
            bounds,
            sieve,
            searcher: OnceLock::new(),
        })
    }

    /// Words of which every text that passes holds at least one, whatever the case of its letters; `None` when nothing of the
    /// kind can be said.
    pub(crate) fn needed(&self) -> Option<&[Box<str>]> {
        self.sieve.as_deref()
    }

    /// Is it certain from a look at the letters that no question is answered with yes?
    fn rules_out(&self, text: &str) -> bool {
        let Some(sieve) = &self.sieve else {
            return false;
        };
        let searcher = self.searcher.get_or_init(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(sieve.iter().map(|word| word.as_bytes()))
                .ok()
        });
        text.is_ascii()
            && searcher
                .as_ref()
                .is_some_and(|searcher| !searcher.is_match(text))
    }

    /// Is any question answered with yes?
    pub(crate) fn is_match(&self, text: &str) -> bool {
        if self.rules_out(text) {
            return false;
        }
        if self.all.is_empty() && self.patterns.is_empty() && self.bounds.is_empty() {
            let mut search = self.phrases.search();
            let mut found = false;
            self.analyzer.written(text, &mut |word| {
                found = search.ends_with(word);
                !found
            });
            return found;
        }
        let words = self.analyzer.list(text);
        !self.phrases.is_empty() && self.phrases.is_match(&words)
            || self.all_there(&words)
            || words.iter().any(|word| {
                self.patterns.iter().any(|pattern| pattern.is_match(word))
                    || self
                        .bounds
                        .iter()
                        .any(|(comparison, bound)| comparison.holds((**word).cmp(bound)))
            })
    }

    fn all_there(&self, words: &[Cow<'_, str>]) -> bool {
        if self.all.is_empty() {
            return false;
        }
        let words: HashSet<&str> = words.iter().map(|word| &**word).collect();
        self.all
            .iter()
            .any(|wanted| wanted.iter().all(|wanted| words.contains(&**wanted)))
    }

    /// For people.
    pub(crate) fn describe(&self) -> String {
        match self.phrase_count + self.all.len() + self.patterns.len() + self.bounds.len() {
            1 => "words".to_owned(),
            count => format!("words: any of {count} questions"),
        }
    }
}

/// A word of a question that must stand in the text, whatever the case of its letters; `None` if there is none to look
/// for. Letters beyond ASCII may be the lower case of several.
fn sifted(words: &[Box<str>]) -> Option<Box<str>> {
    let longest = words.iter().max_by_key(|word| word.len())?;
    longest.is_ascii().then(|| longest.clone())
}

impl Words {
    /// A question that no text answers with yes.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Any(words) | Self::Phrase(words) | Self::All(words) => words.is_empty(),
            Self::Pattern {
                language, pattern, ..
            } => *language != PatternLanguage::Regex && pattern.is_empty(),
            Self::Bound(..) => false,
        }
    }
}
