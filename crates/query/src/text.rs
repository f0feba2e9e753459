//! Text as Java sees it: positions in UTF-16 code units, case compared character by character.

use std::borrow::Cow;

use memchr::memmem;

/// The character without its case, as Java's `equalsIgnoreCase` compares: upper, then lower case, where these are
/// single characters.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// The text without case, letter by letter, as comparisons that ignore case see it.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        Cow::Owned(text.chars().map(fold_char).collect())
    }
}

/// Are the texts equal but for case?
pub(crate) fn equal_insensitive(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold_char).eq(b.chars().map(fold_char))
}

/// Does `text` begin with `prefix`, whatever the case?
pub(crate) fn starts_with_insensitive(text: &str, prefix: &str) -> bool {
    if let Some(head) = text.as_bytes().get(..prefix.len())
        && head.is_ascii()
        && prefix.is_ascii()
    {
        return head.eq_ignore_ascii_case(prefix.as_bytes());
    }
    let mut chars = text.chars();
    prefix.chars().all(|wanted| {
        chars
            .next()
            .is_some_and(|c| fold_char(c) == fold_char(wanted))
    })
}

/// Does `text` end with `suffix`, whatever the case?
pub(crate) fn ends_with_insensitive(text: &str, suffix: &str) -> bool {
    if let Some(at) = text.len().checked_sub(suffix.len())
        && let tail = &text.as_bytes()[at..]
        && tail.is_ascii()
        && suffix.is_ascii()
    {
        return tail.eq_ignore_ascii_case(suffix.as_bytes());
    }
    let mut chars = text.chars().rev();
    suffix.chars().rev().all(|wanted| {
        chars
            .next()
            .is_some_and(|c| fold_char(c) == fold_char(wanted))
    })
}

/// A place in a text: its byte offset and its UTF-16 offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) byte: usize,
    pub(crate) utf16: usize,
}

/// A text in which others are searched, with or without regard to case.
pub(crate) struct Haystack<'a> {
    /// The text itself.
    text: &'a str,
    /// What is searched: the text, or its form without case. It has as many characters as the text.
    searched: Cow<'a, str>,
    insensitive: bool,
}

impl<'a> Haystack<'a> {
    pub(crate) fn new(text: &'a str, insensitive: bool) -> Self {
        Self {
            text,
            searched: if insensitive {
                fold(text)
            } else {
                Cow::Borrowed(text)
            },
            insensitive,
        }
    }

    fn needle<'n>(&self, needle: &'n str) -> Cow<'n, str> {
        if self.insensitive {
            fold(needle)
        } else {
            Cow::Borrowed(needle)
        }
    }

    /// The byte offset in `searched` of the character that is at `byte` of the text.
    fn searched_offset(&self, byte: usize) -> usize {
        if self.searched.len() == self.text.len() && self.text.is_ascii() {
            return byte;
        }
        let before = self.text[..byte].chars().count();
        self.searched
            .char_indices()
            .nth(before)
            .map_or(self.searched.len(), |(at, _)| at)
    }

    fn place_of(&self, at: usize) -> Place {
        if self.searched.len() == self.text.len() && self.text.is_ascii() {
            return Place {
                byte: at,
                utf16: at,
            };
        }
        let before = self.searched[..at].chars().count();
        let mut place = Place { byte: 0, utf16: 0 };
        for c in self.text.chars().take(before) {
            place.byte += c.len_utf8();
            place.utf16 += c.len_utf16();
        }
        place
    }

    /// The first place at or after byte `from` where `needle` begins.
    pub(crate) fn find(&self, needle: &str, from: usize) -> Option<Place> {
        let needle = self.needle(needle);
        let from = self.searched_offset(from);
        let at = memmem::find(&self.searched.as_bytes()[from..], needle.as_bytes())?;
        Some(self.place_of(from + at))
    }

    /// The last place where `needle` begins.
    pub(crate) fn find_last(&self, needle: &str) -> Option<Place> {
        let needle = self.needle(needle);
        let at = memmem::rfind(self.searched.as_bytes(), needle.as_bytes())?;
        Some(self.place_of(at))
    }

    /// The byte offset in the text just after `needle`, found at `place`.
    pub(crate) fn after(&self, place: Place, needle: &str) -> usize {
        let count = needle.chars().count();
        self.text[place.byte..]
            .char_indices()
            .nth(count)
            .map_or(self.text.len(), |(at, _)| place.byte + at)
    }
}

/// The length in UTF-16 code units.
pub(crate) fn utf16_len(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().map(char::len_utf16).sum()
    }
}

/// The byte offset of the first character that begins at or after the UTF-16 offset `units`.
pub(crate) fn byte_of_utf16(text: &str, units: usize) -> usize {
    if text.is_ascii() {
        return units.min(text.len());
    }
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

/// The characters from UTF-16 offset `start` up to `end`. Half of a surrogate pair becomes U+FFFD, so that the length
/// is what Java says.
pub(crate) fn utf16_slice(text: &str, start: usize, end: usize) -> Cow<'_, str> {
    if start >= end {
        return Cow::Borrowed("");
    }
    if text.is_ascii() {
        let end = end.min(text.len());
        return Cow::Borrowed(text.get(start..end).unwrap_or(""));
    }
    let mut slice = String::new();
    let mut at = 0;
    for c in text.chars() {
        let next = at + c.len_utf16();
        if at >= end {
            break;
        }
        if at >= start && next <= end {
            slice.push(c);
        } else if next > start {
            slice.push(char::REPLACEMENT_CHARACTER);
        }
        at = next;
    }
    Cow::Owned(slice)
}

#[cfg(test)]
mod tests {
    use super::{
        Haystack, byte_of_utf16, ends_with_insensitive, equal_insensitive, starts_with_insensitive,
        utf16_len, utf16_slice,
    };

    #[test]
    fn case_is_compared_as_in_java() {
        assert!(equal_insensitive("SVCHOST.EXE", "svchost.exe"));
        assert!(equal_insensitive("ÄÖ", "äö"));
        assert!(equal_insensitive("\u{212a}", "k"));
        assert!(!equal_insensitive("ß", "ss"));
        assert!(starts_with_insensitive("Ärger", "äR"));
        assert!(!starts_with_insensitive("a", "ab"));
        assert!(ends_with_insensitive("xÄR", "är"));
        assert!(ends_with_insensitive("\u{212a}", "K"));
        assert!(!ends_with_insensitive("b", "ab"));
    }

    #[test]
    fn places_are_counted_in_utf16() {
        let text = "a\u{1f4a9}\u{212a}b";
        let haystack = Haystack::new(text, true);
        let place = haystack.find("KB", 0).expect("it is there");
        assert_eq!((place.byte, place.utf16), (5, 3));
        assert_eq!(haystack.after(place, "K"), 8);
        assert_eq!(haystack.find("a", 1), None);
        assert_eq!(haystack.find_last("b").map(|place| place.utf16), Some(4));
        assert_eq!(utf16_len(text), 5);
        assert_eq!(byte_of_utf16(text, 3), 5);
        assert_eq!(utf16_slice(text, 0, 3), "a\u{1f4a9}");
        assert_eq!(utf16_slice(text, 0, 2), "a\u{fffd}");
        assert_eq!(utf16_slice(text, 2, 4), "\u{fffd}\u{212a}");
        assert_eq!(utf16_slice("abc", 2, 1), "");
        assert_eq!(utf16_slice("abc", 5, 9), "");
    }
}
