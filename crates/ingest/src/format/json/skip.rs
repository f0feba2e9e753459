//! Finds where an object or array ends, 64 bytes at a time.

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// A bit for each byte of a block, the lowest for the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    quote: u64,
    backslash: u64,
    /// `{` or `[`.
    open: u64,
    /// `}` or `]`.
    close: u64,
}

/// The offset after the object or array that begins at `at`; `None` where it does not end. What it holds is not checked,
/// nor whether brackets of one kind close those of the other.
pub(super) fn container_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut start = at;
    let mut depth = 0_u32;
    let mut strings = Strings::default();
    let (blocks, rest) = bytes.get(at..)?.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    for block in blocks.iter().chain(std::iter::once(&last)) {
        let masks = masks(block);
        let outside = !strings.inside(masks.quote, masks.backslash);
        let open = masks.open & outside;
        let mut close = masks.close & outside;
        if depth > close.count_ones() {
            // Too few close here for the outermost one to be among them.
            depth = depth + open.count_ones() - close.count_ones();
            start += BLOCK;
            continue;
        }
        let before = depth;
        let mut closed = 0;
        while close != 0 {
            let place = close.trailing_zeros();
            closed += 1;
            // As many as opened up to here.
            let opened = (open & ((1 << place) - 1)).count_ones();
            if before + opened <= closed {
                return Some(start + place as usize + 1);
            }
            close &= close - 1;
        }
        depth = before + open.count_ones() - closed;
        start += BLOCK;
    }
    None
}

/// Tells what is inside strings, from block to block.
#[derive(Default)]
struct Strings {
    /// All ones if the last block ended inside a string.
    inside: u64,
    /// Is the first byte of the next block escaped?
    escaped: bool,
}

impl Strings {
    /// A bit for each byte inside a string; its opening quote counts as inside, the closing one does not.
    fn inside(&mut self, quote: u64, backslash: u64) -> u64 {
        let quote = quote & !self.escapes(backslash);
        let mut parity = quote;
        for shift in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << shift;
        }
        let inside = parity ^ self.inside;
        self.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        inside
    }

    /// A bit for each byte that a backslash before it escapes.
    fn escapes(&mut self, backslash: u64) -> u64 {
        let mut escapes = u64::from(self.escaped);
        self.escaped = false;
        let mut left = backslash & !escapes;
        while left != 0 {
            let place = left.trailing_zeros();
            if place == 63 {
                self.escaped = true;
                break;
            }
            let next = 1 << (place + 1);
            escapes |= next;
            left &= left - 1;
            left &= !next;
        }
        escapes
    }
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The masks of a block.
#[inline]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks::default();
    let mut any_backslash = 0;
    let (words, _) = block.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // `[` and `]` differ from `{` and `}` in this bit alone.
        let folded = word | (LOW_BITS * 0x20);
        let shift = 8 * number;
        masks.quote |= bits(equal(word, b'"')) << shift;
        masks.open |= bits(equal(folded, b'{')) << shift;
        masks.close |= bits(equal(folded, b'}')) << shift;
        any_backslash |= equal(word, b'\\');
    }
    if any_backslash != 0 {
        for (number, word) in words.iter().enumerate() {
            let found = equal(u64::from_le_bytes(*word), b'\\');
            masks.backslash |= bits(found) << (8 * number);
        }
    }
    masks
}

/// The highest bit of each byte of `word` that is `byte`.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let zero = word ^ (LOW_BITS * u64::from(byte));
    !(((zero & LOW_SEVEN) + LOW_SEVEN) | zero | LOW_SEVEN)
}

/// The highest bits of the eight bytes of `word`, side by side.
#[inline]
fn bits(word: u64) -> u64 {
    (word >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Masks, container_end, masks};

    fn naive_masks(block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        for (place, byte) in block.iter().enumerate() {
            let bit = 1_u64 << place;
            match byte {
                b'"' => masks.quote |= bit,
                b'\\' => masks.backslash |= bit,
                b'{' | b'[' => masks.open |= bit,
                b'}' | b']' => masks.close |= bit,
                _ => {}
            }
        }
        masks
    }

    /// The same, byte by byte.
    fn naive(bytes: &[u8], at: usize) -> Option<usize> {
        let (mut depth, mut inside, mut escaped) = (0_u32, false, false);
        for (place, byte) in bytes.iter().enumerate().skip(at) {
            let was_escaped = std::mem::take(&mut escaped);
            match byte {
                b'\\' if !was_escaped => escaped = true,
                b'"' if !was_escaped => inside = !inside,
                b'{' | b'[' if !inside => depth += 1,
                b'}' | b']' if !inside => {
                    if depth <= 1 {
                        return Some(place + 1);
                    }
                    depth -= 1;
                }
                _ => {}
            }
        }
        None
    }

    #[test]
    fn ends_are_found_in_any_block() {
        for before in 0..130 {
            let inner = "x".repeat(before);
            let text = format!(r#"{{"a":["{inner}]}}\"",{{}}],"b\\":"}}"}}, rest"#);
            assert_eq!(
                container_end(text.as_bytes(), 0),
                Some(text.len() - ", rest".len()),
                "{text}"
            );
        }
        assert_eq!(container_end(b"{[", 0), None);
        assert_eq!(container_end(b"{", 1), None);
    }

    proptest! {
        #[test]
        fn they_are_those_found_byte_by_byte(
            text in prop::collection::vec(prop::sample::select(&b"{}[]\"\\a, "[..]), 0..400),
            start in 0_usize..20,
        ) {
            let text = [b"{".as_slice(), &text].concat();
            prop_assert_eq!(container_end(&text, 0), naive(&text, 0));
            if let Some(b'{' | b'[') = text.get(start) {
                prop_assert_eq!(container_end(&text, start), naive(&text, start));
            }
        }

        #[test]
        fn masks_are_right_for_all_bytes(block in prop::array::uniform32(any::<[u8; 2]>())) {
            let mut bytes = [0; BLOCK];
            bytes.copy_from_slice(block.as_flattened());
            prop_assert_eq!(masks(&bytes), naive_masks(&bytes));
        }
    }
}
