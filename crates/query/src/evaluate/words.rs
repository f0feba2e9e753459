//! Questions about analysed text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::analysis::Analyzer;
use crate::checked::{Comparison, PatternLanguage, Words};
use crate::patterns::{PatternError, TextMatcher};

/// Words, usually in a row.
type Phrase = Box<[Box<str>]>;

/// Several questions about the words of one text, of which any may be answered with yes.
#[derive(Debug)]
pub(crate) struct WordsTest {
    analyzer: Analyzer,
    /// Words in a row; of one word, that word. By their first word.
    phrases: HashMap<Box<str>, Vec<Phrase>>,
    /// Words that must all be there, in any order.
    all: Vec<Phrase>,
    /// What one word may match.
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
        let mut test = Self {
            analyzer,
            phrases: HashMap::new(),
            all: Vec::new(),
            patterns: Vec::new(),
            bounds: Vec::new(),
            sieve: None,
            searcher: OnceLock::new(),
        };
        let owned = |words: &[std::sync::Arc<str>]| -> Phrase {
            words.iter().map(|word| Box::from(&**word)).collect()
        };
        for question in wanted {
            match question {
                Words::Any(words) => {
                    for word in words {
                        test.add_phrase(Box::new([Box::from(&**word)]));
                    }
                }
                Words::Phrase(words) => test.add_phrase(owned(words)),
                Words::All(words) => test.all.push(owned(words)),
                Words::Pattern {
                    language,
                    pattern,
                    insensitive,
                } => {
                    let matcher = TextMatcher::patterns(&[pattern], *language, *insensitive, true)?;
                    test.patterns.push(matcher);
                }
                Words::Bound(comparison, bound) => {
                    test.bounds.push((*comparison, Box::from(&**bound)));
                }
            }
        }
        test.sieve = test.sifted();
        Ok(test)
    }

    fn add_phrase(&mut self, words: Phrase) {
        if let Some(first) = words.first().cloned() {
            self.phrases.entry(first).or_default().push(words);
        }
    }

    fn sifted(&self) -> Option<Box<[Box<str>]>> {
        if !self.patterns.is_empty() || !self.bounds.is_empty() {
            return None;
        }
        self.phrases
            .values()
            .flatten()
            .chain(&self.all)
            .map(|words| {
                let longest = words.iter().max_by_key(|word| word.len())?;
                // Other letters in lower case may come from several others.
                longest.is_ascii().then(|| longest.clone())
            })
            .collect()
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
        let words = self.analyzer.list(text);
        self.any_phrase(&words)
            || self.all.iter().any(|wanted| {
                wanted
                    .iter()
                    .all(|wanted| words.iter().any(|word| **word == **wanted))
            })
            || words.iter().any(|word| {
                self.patterns.iter().any(|pattern| pattern.is_match(word))
                    || self
                        .bounds
                        .iter()
                        .any(|(comparison, bound)| comparison.holds((**word).cmp(bound)))
            })
    }

    fn any_phrase(&self, words: &[Cow<'_, str>]) -> bool {
        !self.phrases.is_empty()
            && words.iter().enumerate().any(|(at, word)| {
                self.phrases.get(&**word).is_some_and(|phrases| {
                    phrases.iter().any(|phrase| {
                        words.get(at..at + phrase.len()).is_some_and(|found| {
                            found
                                .iter()
                                .zip(phrase)
                                .all(|(found, wanted)| **found == **wanted)
                        })
                    })
                })
            })
    }

    /// For people.
    pub(crate) fn describe(&self) -> String {
        let phrases: usize = self.phrases.values().map(Vec::len).sum();
        let count = phrases + self.all.len() + self.patterns.len() + self.bounds.len();
        match count {
            1 => "words".to_owned(),
            count => format!("words: any of {count} questions"),
        }
    }
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
