//! Lines and columns.

use std::fmt;

use crate::Span;

/// A place as people and Elasticsearch count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in UTF-16 code units as Elasticsearch counts them.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Finds lines and columns in a text. Lines end with a line feed, which belongs to its line.
///
/// ```
/// use gatewatch_diagnostic::{LineIndex, Position};
///
/// let index = LineIndex::new("process where\n  pid = 4");
/// assert_eq!(index.position(20), Position { line: 2, column: 7 });
/// ```
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Reads through the text once.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        Self {
            text,
            starts: starts.collect(),
        }
    }

    /// The place of a byte; past the end it is the end, within a character its first byte.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let line = self.line_of(offset);
        let before = &self.text[self.starts[line]..offset];
        let column = before.encode_utf16().count() + 1;
        Position {
            line: narrow(line + 1),
            column: narrow(column),
        }
    }

    /// The number of the line, from 0, that holds a byte.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        // The first start is 0, so one start at least is not above the offset.
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// A line without its end, and where it starts.
    pub(crate) fn line(&self, line: usize) -> (usize, &'a str) {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied();
        let text = &self.text[start..end.unwrap_or(self.text.len())];
        let text = text.strip_suffix('\n').unwrap_or(text);
        (start, text.strip_suffix('\r').unwrap_or(text))
    }

    /// An offset within the text and between characters.
    pub(crate) fn clamp(&self, offset: u32) -> usize {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// A span within the text and between characters.
    pub(crate) fn clamp_span(&self, span: Span) -> (usize, usize) {
        let start = self.clamp(span.start);
        (start, self.clamp(span.end).max(start))
    }
}

/// The place of a single byte; a [`LineIndex`] is faster for several.
#[must_use]
pub fn position(text: &str, offset: u32) -> Position {
    LineIndex::new(text).position(offset)
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str, offset: u32) -> String {
        position(text, offset).to_string()
    }

    #[test]
    fn lines_and_columns_start_at_one() {
        assert_eq!(at("", 0), "1:1");
        assert_eq!(at("ab\ncd", 0), "1:1");
        assert_eq!(at("ab\ncd", 2), "1:3");
        assert_eq!(at("ab\ncd", 3), "2:1");
        assert_eq!(at("ab\r\ncd", 4), "2:1");
        assert_eq!(at("ab\n", 3), "2:1");
        assert_eq!(at("ab", 99), "1:3");
    }

    #[test]
    fn columns_are_utf16_units() {
        assert_eq!(at("é=", 2), "1:2");
        assert_eq!(at("𝄞=", 4), "1:3");
        // Within a character: its start.
        assert_eq!(at("𝄞=", 2), "1:1");
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a\né𝄞\r]{0,40}", offset in 0_u32..120) {
            let mut expected = Position { line: 1, column: 1 };
            for (index, character) in text.char_indices() {
                if index + character.len_utf8() > offset as usize {
                    break;
                }
                if character == '\n' {
                    expected = Position { line: expected.line + 1, column: 1 };
                } else {
                    expected.column += u32::try_from(character.len_utf16()).unwrap();
                }
            }
            prop_assert_eq!(position(&text, offset), expected);
        }
    }
}
