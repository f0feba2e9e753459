//! Where lines end.

use wide::u8x16;

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// The places of the line feeds of a text, in order. Made for many of them: on lines of a log it takes half of what a search for
/// one after the other does.
#[derive(Clone, Debug)]
pub(crate) struct LineEnds<'t> {
    /// What was not looked at, and where it lies.
    rest: &'t [u8],
    at: usize,
    /// The line feeds of the block before that were not handed out, one bit each.
    found: u64,
}

impl<'t> LineEnds<'t> {
    pub(crate) fn of(text: &'t [u8]) -> Self {
        Self {
            rest: text,
            at: 0,
            found: 0,
        }
    }
}

impl Iterator for LineEnds<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if let Some((block, rest)) = self.rest.split_first_chunk() {
                self.found = line_feeds(block);
                (self.rest, self.at) = (rest, self.at + BLOCK);
            } else if self.rest.is_empty() {
                return None;
            } else {
                let mut block = [0; BLOCK];
                block[..self.rest.len()].copy_from_slice(self.rest);
                self.found = line_feeds(&block);
                (self.rest, self.at) = (&[], self.at + BLOCK);
            }
        }
        let place = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.at - BLOCK + place)
    }
}

#[inline(always)]
fn line_feeds(block: &[u8; BLOCK]) -> u64 {
    let (lanes, _) = block.as_chunks::<16>();
    let mut bits = 0;
    for (number, lane) in lanes.iter().enumerate() {
        let equal = u8x16::new(*lane).simd_eq(u8x16::splat(b'\n'));
        bits |= u64::from(equal.to_bitmask()) << (16 * number);
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::LineEnds;

    proptest! {
        #[test]
        fn all_line_feeds_are_found(
            bytes in prop::collection::vec(prop::sample::select(b"a\n\0\x8a".to_vec()), 0..300),
        ) {
            let found: Vec<usize> = LineEnds::of(&bytes).collect();
            let expect: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
            assert_eq!(found, expect);
        }
    }
}
