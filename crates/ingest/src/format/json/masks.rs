//! What is where in JSON text, 64 bytes at a time.

use wide::u8x16;

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// A bit for each byte of a block, the lowest for the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub quote: u64,
    pub backslash: u64,
    /// Brackets and braces, colons and commas.
    pub mark: u64,
}

impl Masks {
    /// The masks of a block.
    #[inline]
    pub(super) fn of(block: &[u8; BLOCK]) -> Self {
        let mut masks = Self::default();
        let (lanes, _) = block.as_chunks::<16>();
        for (number, lane) in lanes.iter().enumerate() {
            let lane = u8x16::new(*lane);
            let equal = |bytes: u8x16, byte: u8| bytes.simd_eq(u8x16::splat(byte));
            // Square brackets differ from braces in this bit alone.
            let folded = lane | u8x16::splat(0x20);
            let mark =
                equal(folded, b'{') | equal(folded, b'}') | equal(lane, b':') | equal(lane, b',');
            let shift = 16 * number;
            masks.quote |= u64::from(equal(lane, b'"').to_bitmask()) << shift;
            masks.backslash |= u64::from(equal(lane, b'\\').to_bitmask()) << shift;
            masks.mark |= u64::from(mark.to_bitmask()) << shift;
        }
        masks
    }
}

/// Tells what is inside strings, from block to block.
#[derive(Debug, Default)]
pub(super) struct Strings {
    /// All ones if the last block ended inside a string.
    inside: u64,
    /// Is the first byte of the next block escaped?
    escaped: bool,
}

impl Strings {
    /// The quotes that begin or end strings, and a bit for each byte inside of one: its opening quote counts as inside, the
    /// closing one does not.
    #[inline]
    pub(super) fn next(&mut self, masks: &Masks) -> (u64, u64) {
        let quotes = if masks.backslash == 0 && !self.escaped {
            masks.quote
        } else {
            masks.quote & !self.escapes(masks.backslash)
        };
        let mut parity = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << shift;
        }
        let inside = parity ^ self.inside;
        self.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        (quotes, inside)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Masks, Strings};

    fn naive_masks(block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        for (place, byte) in block.iter().enumerate() {
            let bit = 1_u64 << place;
            match byte {
                b'"' => masks.quote |= bit,
                b'\\' => masks.backslash |= bit,
                b'{' | b'[' | b'}' | b']' | b':' | b',' => masks.mark |= bit,
                _ => {}
            }
        }
        masks
    }

    proptest! {
        #[test]
        fn masks_are_right_for_all_bytes(block in prop::array::uniform32(any::<[u8; 2]>())) {
            let mut bytes = [0; BLOCK];
            bytes.copy_from_slice(block.as_flattened());
            prop_assert_eq!(Masks::of(&bytes), naive_masks(&bytes));
        }

        #[test]
        fn strings_are_those_found_byte_by_byte(
            text in prop::collection::vec(prop::sample::select(&b"\"\\a"[..]), 0..400),
        ) {
            let (mut inside, mut escaped) = (false, false);
            let mut strings = Strings::default();
            for block in text.chunks(BLOCK) {
                let mut bytes = [b' '; BLOCK];
                bytes[..block.len()].copy_from_slice(block);
                let (_, found) = strings.next(&Masks::of(&bytes));
                for (place, byte) in block.iter().enumerate() {
                    let was_escaped = std::mem::take(&mut escaped);
                    match byte {
                        b'"' if !was_escaped => inside = !inside,
                        b'\\' if !was_escaped => escaped = true,
                        _ => {}
                    }
                    prop_assert_eq!(found >> place & 1 == 1, inside, "{}", place);
                }
            }
        }
    }
}
