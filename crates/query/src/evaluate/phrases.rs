//! Many phrases looked for at once.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use crate::analysis::lowered;

/// Finds any of several phrases in a list of words, in time linear in the words: an automaton over words, as Aho and
/// Corasick's over letters.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    /// The number of each word that a phrase holds.
    words: HashMap<Box<str>, u32>,
    /// From a state by a word to the next one. State 0 is the start.
    next: HashMap<(u32, u32), u32>,
    /// Where to go on when no step leads further: the state of the longest end of what was read that begins a phrase.
    fallback: Vec<u32>,
    /// Whether a phrase ends in a state.
    ends: Vec<bool>,
    /// Bit n is set if a word has n bytes; the last bit stands for all longer ones.
    lengths: u64,
    /// Bit n is set if a word begins with the byte n; those beyond ASCII are not told apart.
    begins: u128,
}

/// A search for phrases through the words of a text, one after the other.
pub(super) struct Search<'p> {
    phrases: &'p Phrases,
    state: u32,
    /// A word without case.
    lowered: String,
}

impl Search<'_> {
    /// Takes the next word as it is written; says whether a phrase ends with it.
    pub(super) fn ends_with(&mut self, word: &str) -> bool {
        let known = if word.is_ascii() {
            let begin = word.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
            let may_be = self.phrases.lengths & length_bit(word) != 0
                && self.phrases.begins & (1 << begin) != 0;
            may_be.then(|| {
                self.lowered.clear();
                self.lowered.push_str(word);
                self.lowered.make_ascii_lowercase();
                self.phrases.words.get(self.lowered.as_str()).copied()
            })
        } else {
            Some(self.phrases.words.get(lowered(word).as_str()).copied())
        };
        self.state = match known.flatten() {
            Some(word) => self.phrases.step(self.state, word),
            None => 0,
        };
        self.phrases.ends[self.state as usize]
    }
}

fn length_bit(word: &str) -> u64 {
    1 << word.len().min(63)
}

impl Phrases {
    /// The automaton of these phrases. Empty ones are never found.
    pub(super) fn new<'p>(phrases: impl IntoIterator<Item = &'p [Box<str>]>) -> Self {
        let mut all = Self {
            fallback: vec![0],
            ends: vec![false],
            ..Self::default()
        };
        let mut steps: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
        for phrase in phrases.into_iter().filter(|phrase| !phrase.is_empty()) {
            let mut state = 0;
            for word in phrase {
                all.lengths |= length_bit(word);
                all.begins |= 1 << word.as_bytes().first().map_or(0, |byte| byte % 128);
                let count = number(all.words.len());
                let word = *all.words.entry(word.clone()).or_insert(count);
                let fresh = number(all.ends.len());
                let to = *all.next.entry((state, word)).or_insert(fresh);
                if to == fresh {
                    all.ends.push(false);
                    all.fallback.push(0);
                    steps.push(Vec::new());
                    steps[state as usize].push((word, to));
                }
                state = to;
            }
            all.ends[state as usize] = true;
        }
        all.link(&steps);
        all
    }

    /// Sets the fallback of every state, those of shorter beginnings first.
    fn link(&mut self, steps: &[Vec<(u32, u32)>]) {
        let mut open: VecDeque<u32> = VecDeque::from([0]);
        while let Some(state) = open.pop_front() {
            for &(word, to) in &steps[state as usize] {
                if state != 0 {
                    let back = self.step(self.fallback[state as usize], word);
                    self.fallback[to as usize] = back;
                    if self.ends[back as usize] {
                        self.ends[to as usize] = true;
                    }
                }
                open.push_back(to);
            }
        }
    }

    fn step(&self, mut state: u32, word: u32) -> u32 {
        loop {
            if let Some(to) = self.next.get(&(state, word)) {
                return *to;
            }
            if state == 0 {
                return 0;
            }
            state = self.fallback[state as usize];
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A search from the start.
    pub(super) fn search(&self) -> Search<'_> {
        Search {
            phrases: self,
            state: 0,
            lowered: String::new(),
        }
    }

    /// Is any of the phrases there?
    pub(super) fn is_match(&self, text: &[Cow<'_, str>]) -> bool {
        let mut state = 0;
        text.iter().any(|word| {
            state = match self.words.get(&**word) {
                Some(word) => self.step(state, *word),
                None => 0,
            };
            self.ends[state as usize]
        })
    }
}

/// The length of a query bounds its words far below this.
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a query holds fewer words than that")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::Phrases;

    fn word() -> impl Strategy<Value = Box<str>> {
        prop::sample::select(vec!["a", "bb", "\u{e9}"]).prop_map(Box::from)
    }

    proptest! {
        #[test]
        fn phrases_are_found_where_they_stand(
            phrases in prop::collection::vec(prop::collection::vec(word(), 0..4), 0..5),
            text in prop::collection::vec(word(), 0..8),
        ) {
            let found = Phrases::new(phrases.iter().map(Vec::as_slice));
            let words: Vec<Cow<'_, str>> = text.iter().map(|word| Cow::Borrowed(&**word)).collect();
            let expect = phrases.iter().any(|phrase| {
                !phrase.is_empty() && text.windows(phrase.len()).any(|row| row == phrase.as_slice())
            });
            prop_assert_eq!(found.is_match(&words), expect);
            let mut search = found.search();
            let ends = text.iter().any(|word| search.ends_with(&word.to_uppercase()));
            prop_assert_eq!(ends, expect);
        }
    }
}
