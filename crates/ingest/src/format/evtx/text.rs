//! UTF-16LE text borrowed from a chunk.

use std::fmt;

/// A UTF-16LE string as it lies in the chunk: no copy, no conversion until somebody asks.
///
/// Lone surrogates are tolerated: they read as U+FFFD.
///
/// ```
/// use gatewatch_ingest::format::evtx::Utf16;
///
/// let text = Utf16::new(b"S\0e\0c\0u\0r\0i\0t\0y\0");
/// assert!(text.eq_str("Security"));
/// assert!(text.eq_ignore_ascii_case("SECURITY"));
/// assert_eq!(text.to_string(), "Security");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Utf16<'a> {
    /// Always whole units.
    bytes: &'a [u8],
}

impl<'a> Utf16<'a> {
    /// The text of `bytes`; an odd last byte is left out.
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let whole = bytes.len() & !1;
        Self {
            bytes: bytes.get(..whole).unwrap_or_default(),
        }
    }

    /// The text of `bytes` up to the first NUL, which is where Windows stops.
    #[inline]
    #[must_use]
    pub fn until_nul(bytes: &'a [u8]) -> Self {
        let text = Self::new(bytes);
        let length = text
            .bytes
            .chunks_exact(2)
            .position(|unit| unit == [0, 0])
            .map_or(text.bytes.len(), |units| units * 2);
        Self {
            bytes: &text.bytes[..length],
        }
    }

    /// The raw UTF-16LE bytes.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many 16-bit units the text has.
    #[inline]
    #[must_use]
    pub fn units(&self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether the text has no unit at all.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The characters, lone surrogates as U+FFFD.
    pub fn chars(&self) -> impl Iterator<Item = char> + 'a {
        char::decode_utf16(self.code_units())
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The 16-bit units.
    pub fn code_units(&self) -> impl Iterator<Item = u16> + Clone + 'a {
        self.bytes
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
    }

    /// Whether the text is exactly `other`.
    #[inline]
    #[must_use]
    pub fn eq_str(&self, other: &str) -> bool {
        if self.units() != other.len() {
            // Only text beyond ASCII has fewer units than UTF-8 bytes, and none has more.
            return self.units() < other.len()
                && !other.is_ascii()
                && self.chars().eq(other.chars());
        }
        // Equal lengths mean ASCII on both sides, or no match: any other character takes more bytes than units.
        self.bytes
            .chunks_exact(2)
            .zip(other.bytes())
            .all(|(unit, byte)| unit[0] == byte && unit[1] == 0)
            && other.is_ascii()
    }

    /// Whether the text is `other`, with ASCII letters compared without case.
    #[must_use]
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        if self.units() > other.len() {
            return false;
        }
        let mut theirs = other.chars();
        self.chars().all(|ours| {
            theirs
                .next()
                .is_some_and(|their| ours.eq_ignore_ascii_case(&their))
        }) && theirs.next().is_none()
    }

    /// Appends the text to `out` as UTF-8.
    pub fn push_to(&self, out: &mut String) {
        out.reserve(self.units());
        let mut rest = self.bytes;
        // Nearly all text in event logs is ASCII: take it eight units at a time.
        while let Some((block, tail)) = rest.split_first_chunk::<16>() {
            let units = u128::from_le_bytes(*block);
            if units & 0xff80_ff80_ff80_ff80_ff80_ff80_ff80_ff80 != 0 {
                break;
            }
            for unit in block.chunks_exact(2) {
                out.push(char::from(unit[0]));
            }
            rest = tail;
        }
        out.extend(Utf16 { bytes: rest }.chars());
    }
}

impl fmt::Display for Utf16<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.chars()
            .try_for_each(|character| formatter.write_char(character))
    }
}

impl fmt::Debug for Utf16<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_string())
    }
}

impl PartialEq<str> for Utf16<'_> {
    fn eq(&self, other: &str) -> bool {
        self.eq_str(other)
    }
}

impl PartialEq<&str> for Utf16<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.eq_str(other)
    }
}
