//! Wildcard patterns, matched directly.
//!
//! Most patterns of rules are told from most texts by their first letters, or by the absence of one literal: a table that
//! reads the whole text would be slower, and costs its making. The work is at most the product of both lengths.

use memchr::{memchr, memchr2};

use crate::text::fold_char;

/// A pattern, cut at its stars.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    segments: Box<[Segment]>,
    /// Whether the first segment begins the text.
    at_start: bool,
    /// Whether the last segment ends the text.
    at_end: bool,
    insensitive: bool,
}

/// What stands between two stars; never empty.
#[derive(Clone, Debug)]
struct Segment {
    /// The characters, without case if that is ignored; `None` for `?`.
    chars: Box<[Option<char>]>,
    /// The same in bytes if all of them are ASCII; zero for `?`.
    bytes: Option<Box<[u8]>>,
}

impl Glob {
    pub(crate) fn new(pattern: &str, insensitive: bool) -> Self {
        let segments: Vec<Segment> = pattern
            .split('*')
            .filter(|segment| !segment.is_empty())
            .map(|segment| Segment::new(segment, insensitive))
            .collect();
        Self {
            segments: segments.into(),
            at_start: !pattern.starts_with('*'),
            at_end: !pattern.ends_with('*'),
            insensitive,
        }
    }

    /// Does it match the whole text?
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let plain = text.is_ascii() && self.segments.iter().all(|segment| segment.bytes.is_some());
        if plain {
            return self.find_all(&Bytes {
                text: text.as_bytes(),
                insensitive: self.insensitive,
            });
        }
        let chars: Vec<char> = if self.insensitive {
            text.chars().map(fold_char).collect()
        } else {
            text.chars().collect()
        };
        self.find_all(&Chars(&chars))
    }

    /// Finds the segments one after the other, each as early as possible.
    fn find_all(&self, text: &dyn Text) -> bool {
        let Some((first, rest)) = self.segments.split_first() else {
            // No letters: only stars match everything, and the empty pattern the empty text.
            return !(self.at_start && self.at_end) || text.len() == 0;
        };
        let mut at = 0;
        let mut middle = rest;
        if self.at_start {
            if !text.fits(first, 0) {
                return false;
            }
            at = first.chars.len();
            if rest.is_empty() && self.at_end {
                return at == text.len();
            }
        } else if !(rest.is_empty() && self.at_end) {
            match text.find(first, 0) {
                Some(found) => at = found + first.chars.len(),
                None => return false,
            }
        } else {
            // One segment that must end the text.
            middle = &self.segments;
        }
        let last = if self.at_end {
            match middle.split_last() {
                Some((last, before)) => {
                    middle = before;
                    Some(last)
                }
                None => return at == text.len(),
            }
        } else {
            None
        };
        for segment in middle {
            match text.find(segment, at) {
                Some(found) => at = found + segment.chars.len(),
                None => return false,
            }
        }
        match last {
            Some(last) => text
                .len()
                .checked_sub(last.chars.len())
                .is_some_and(|start| start >= at && text.fits(last, start)),
            None => true,
        }
    }
}

impl Segment {
    fn new(text: &str, insensitive: bool) -> Self {
        let chars: Box<[Option<char>]> = text
            .chars()
            .map(|c| match c {
                '?' => None,
                c if insensitive => Some(fold_char(c)),
                c => Some(c),
            })
            .collect();
        let bytes = text.is_ascii().then(|| {
            text.bytes()
                .map(|byte| match byte {
                    b'?' => 0,
                    byte if insensitive => byte.to_ascii_lowercase(),
                    byte => byte,
                })
                .collect()
        });
        // A NUL in the pattern would be taken for a question mark.
        let bytes = bytes.filter(|_| !text.contains('\0'));
        Self { chars, bytes }
    }
}

/// A text by characters, each one step.
trait Text {
    fn len(&self) -> usize;
    /// Does the segment stand at `at`?
    fn fits(&self, segment: &Segment, at: usize) -> bool;
    /// The first place at or after `from` where it stands.
    fn find(&self, segment: &Segment, from: usize) -> Option<usize>;
}

struct Bytes<'a> {
    text: &'a [u8],
    insensitive: bool,
}

impl Bytes<'_> {
    fn fits_bytes(&self, wanted: &[u8], at: usize) -> bool {
        let Some(found) = self.text.get(at..at + wanted.len()) else {
            return false;
        };
        found.iter().zip(wanted).all(|(&found, &wanted)| {
            wanted == 0
                || found == wanted
                || self.insensitive && found.to_ascii_lowercase() == wanted
        })
    }
}

impl Text for Bytes<'_> {
    fn len(&self) -> usize {
        self.text.len()
    }

    fn fits(&self, segment: &Segment, at: usize) -> bool {
        segment
            .bytes
            .as_ref()
            .is_some_and(|wanted| self.fits_bytes(wanted, at))
    }

    fn find(&self, segment: &Segment, from: usize) -> Option<usize> {
        let wanted = segment.bytes.as_ref()?;
        // Look for the first ordinary character, then at the rest around it.
        let Some(lead) = wanted.iter().position(|&byte| byte != 0) else {
            return (from + wanted.len() <= self.text.len()).then_some(from);
        };
        let byte = wanted[lead];
        let mut at = from + lead;
        while at < self.text.len() {
            let rest = &self.text[at..];
            let step = if self.insensitive && byte.is_ascii_lowercase() {
                memchr2(byte, byte.to_ascii_uppercase(), rest)
            } else {
                memchr(byte, rest)
            };
            at += step?;
            if self.fits_bytes(wanted, at - lead) {
                return Some(at - lead);
            }
            at += 1;
        }
        None
    }
}

struct Chars<'a>(&'a [char]);

impl Text for Chars<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn fits(&self, segment: &Segment, at: usize) -> bool {
        self.0
            .get(at..at + segment.chars.len())
            .is_some_and(|found| {
                found
                    .iter()
                    .zip(&segment.chars)
                    .all(|(found, wanted)| wanted.is_none_or(|wanted| wanted == *found))
            })
    }

    fn find(&self, segment: &Segment, from: usize) -> Option<usize> {
        let last = self.0.len().checked_sub(segment.chars.len())?;
        (from..=last).find(|&at| self.fits(segment, at))
    }
}
