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
        let (blocks, rest) = text.bytes.as_chunks::<8>();
        let mut length = 0;
        for block in blocks {
            // The lowest unit whose top bit is set in the mask is zero; above it the borrow may set more.
            let units = u64::from_le_bytes(*block);
            let mask = units.wrapping_sub(0x0001_0001_0001_0001) & !units & 0x8000_8000_8000_8000;
            if mask != 0 {
                length += mask.trailing_zeros() as usize / 16 * 2;
                return Self {
                    bytes: text.bytes.get(..length).unwrap_or_default(),
                };
            }
            length += 8;
        }
        let (units, _) = rest.as_chunks::<2>();
        length += 2 * units.iter().take_while(|unit| **unit != [0, 0]).count();
        Self {
            bytes: text.bytes.get(..length).unwrap_or_default(),
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
        let (ours, our_rest) = self.bytes.as_chunks::<16>();
        let (theirs, their_rest) = other.as_bytes().as_chunks::<8>();
        let blocks = ours.iter().zip(theirs);
        let mut equal = blocks.fold(true, |equal, (ours, theirs)| {
            equal & (u128::from_le_bytes(*ours) == widen(*theirs))
        });
        if !our_rest.is_empty() {
            let last = (
                self.bytes.last_chunk::<16>(),
                other.as_bytes().last_chunk::<8>(),
            );
            equal &= match last {
                // What the last block has in common with the one before is compared twice.
                (Some(ours), Some(theirs)) => u128::from_le_bytes(*ours) == widen(*theirs),
                _ => our_rest
                    .chunks_exact(2)
                    .zip(their_rest)
                    .all(|(unit, byte)| unit[0] == *byte && unit[1] == 0),
            };
        }
        equal && other.is_ascii()
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
        let (units, _) = self.bytes.as_chunks::<2>();
        let mut narrow = [0; AT_ONCE];
        for (at, block) in (0..).step_by(AT_ONCE).zip(units.chunks(AT_ONCE)) {
            // Nearly all text in event logs is ASCII. What the units have in common is gathered without a branch.
            let mut seen = 0;
            for (byte, unit) in narrow.iter_mut().zip(block) {
                seen |= u16::from_le_bytes(*unit);
                *byte = unit[0];
            }
            let ascii = narrow
                .get(..block.len())
                .filter(|_| seen < 0x80)
                .and_then(|narrow| std::str::from_utf8(narrow).ok());
            let Some(ascii) = ascii else {
                let rest = self.bytes.get(2 * at..).unwrap_or_default();
                out.extend(Utf16 { bytes: rest }.chars());
                return;
            };
            out.push_str(ascii);
        }
    }
}

/// Units that are turned into UTF-8 at once.
const AT_ONCE: usize = 64;

/// Eight ASCII characters as UTF-16LE.
#[inline]
fn widen(bytes: [u8; 8]) -> u128 {
    let spread = u128::from(u64::from_le_bytes(bytes));
    let spread = (spread | spread << 32) & 0x0000_0000_ffff_ffff_0000_0000_ffff_ffff;
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff_0000_ffff_0000_ffff;
    (spread | spread << 8) & 0x00ff_00ff_00ff_00ff_00ff_00ff_00ff_00ff
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    proptest! {
        #[test]
        fn ends_at_the_first_nul(units in prop::collection::vec(prop_oneof![Just(0_u16), Just(1), Just(0x100), any::<u16>()], 0..40), odd: bool) {
            let mut bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            bytes.extend(odd.then_some(0));
            let expected = units.iter().take_while(|unit| **unit != 0).count();
            prop_assert_eq!(Utf16::until_nul(&bytes).units(), expected);
            prop_assert_eq!(Utf16::new(&bytes).units(), units.len());
        }

        #[test]
        fn compares_and_converts_like_a_string(ours in "[a-zA]{0,90}[aA\u{e9}\u{20ac}\u{1f600}0-9]{0,90}", theirs in "[aA\u{e9}\u{20ac}\u{1f600}0-9]{0,20}") {
            let bytes = wide(&ours);
            let text = Utf16::new(&bytes);
            prop_assert!(text.eq_str(&ours));
            prop_assert_eq!(text.eq_str(&theirs), ours == theirs);
            prop_assert!(text.eq_ignore_ascii_case(&ours.to_ascii_lowercase()));
            prop_assert_eq!(text.eq_ignore_ascii_case(&theirs), ours.eq_ignore_ascii_case(&theirs));
            let mut pushed = String::from("> ");
            text.push_to(&mut pushed);
            prop_assert_eq!(&pushed[2..], &ours);
            prop_assert_eq!(text.to_string(), ours);
        }

        #[test]
        fn bytes_of_a_string_are_no_match_for_its_code_units(text in "\\PC{0,12}") {
            // Each byte widened to a unit: equal only if all is ASCII.
            let bytes: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
            prop_assert_eq!(Utf16::new(&bytes).eq_str(&text), text.is_ascii());
        }
    }

    #[test]
    fn lone_surrogates_read_as_replacement() {
        let bytes = [0x00, 0xd8, 0x41, 0x00];
        assert_eq!(Utf16::new(&bytes).to_string(), "\u{fffd}A");
        assert!(Utf16::new(&bytes).eq_str("\u{fffd}A"));
    }
}
