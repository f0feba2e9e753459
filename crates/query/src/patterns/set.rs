//! Sets of texts.

use crate::text::{equal_insensitive, fold};

/// A set of texts that is asked often. Up to a handful of texts are compared one by one, more are hashed.
#[derive(Clone, Debug)]
pub(crate) struct TextSet {
    insensitive: bool,
    /// Sorted; without case if that is ignored.
    texts: Box<[Box<str>]>,
    /// Bit n is set if a text has n bytes; the last bit stands for all longer ones.
    lengths: u64,
    /// Indices into `texts`, plus one; zero is free. Empty for small sets.
    table: Box<[u32]>,
}

/// Larger sets are hashed.
const SMALL: usize = 4;

impl TextSet {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>, insensitive: bool) -> Self {
        let mut texts: Vec<Box<str>> = texts
            .into_iter()
            .map(|text| {
                if insensitive {
                    fold(text).into()
                } else {
                    text.into()
                }
            })
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let lengths = texts
            .iter()
            .fold(0, |bits, text| bits | length_bit(text.len()));
        let mut table = Vec::new();
        if texts.len() > SMALL {
            let size = (texts.len() * 2).next_power_of_two();
            table.resize(size, 0);
            for (index, text) in texts.iter().enumerate() {
                let mut slot = slot(hash(text.as_bytes(), false), size);
                while table[slot] != 0 {
                    slot = (slot + 1) % size;
                }
                table[slot] = u32::try_from(index + 1).expect("lists are limited to far fewer");
            }
        }
        Self {
            insensitive,
            texts: texts.into(),
            lengths,
            table: table.into(),
        }
    }

    /// The texts, without case if that is ignored.
    pub(crate) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    pub(crate) fn is_insensitive(&self) -> bool {
        self.insensitive
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        if self.insensitive && !text.is_ascii() {
            return self.contains_exactly(&fold(text), false);
        }
        self.contains_exactly(text, self.insensitive)
    }

    fn contains_exactly(&self, text: &str, insensitive: bool) -> bool {
        if self.lengths & length_bit(text.len()) == 0 {
            return false;
        }
        let equal = |known: &str| {
            if insensitive {
                known.eq_ignore_ascii_case(text)
            } else {
                known == text
            }
        };
        if self.table.is_empty() {
            return self.texts.iter().any(|known| equal(known));
        }
        let size = self.table.len();
        let mut slot = slot(hash(text.as_bytes(), insensitive), size);
        while let Some(index) = self.table[slot].checked_sub(1) {
            if equal(&self.texts[index as usize]) {
                return true;
            }
            slot = (slot + 1) % size;
        }
        false
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// FNV-1a. The sets come from rules, so nobody gains by making texts collide.
fn hash(bytes: &[u8], insensitive: bool) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        let byte = if insensitive {
            byte.to_ascii_lowercase()
        } else {
            byte
        };
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn slot(hash: u64, size: usize) -> usize {
    // The high bits depend on every byte.
    usize::try_from(hash >> 32).unwrap_or(0) % size
}

/// One text that is asked for often.
#[derive(Clone, Debug)]
pub(crate) struct OneText {
    pub(crate) text: Box<str>,
    pub(crate) insensitive: bool,
}

impl OneText {
    pub(crate) fn is(&self, text: &str) -> bool {
        if self.insensitive {
            equal_insensitive(&self.text, text)
        } else {
            *self.text == *text
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::TextSet;
    use crate::text::equal_insensitive;

    proptest! {
        #[test]
        fn sets_hold_what_was_put_in(
            texts in proptest::collection::vec("[abAB\u{212a}kKäÄ]{0,3}", 0..40),
            asked in proptest::collection::vec("[abAB\u{212a}kKäÄ]{0,3}", 0..40),
            insensitive: bool,
        ) {
            let set = TextSet::new(texts.iter().map(String::as_str), insensitive);
            for text in &asked {
                let expect = texts.iter().any(|known| {
                    known == text || insensitive && equal_insensitive(known, text)
                });
                prop_assert_eq!(set.contains(text), expect, "{}", text);
            }
        }
    }
}
