//! What is where in JSON text, 64 bytes at a time.

use wide::u8x16;

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// A bit for each byte of a block, the lowest for the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub quote: u64,
    pub backslash: u64,
    /// Brackets and braces.
    pub bracket: u64,
    pub colon: u64,
    pub comma: u64,
}

impl Masks {
    /// The masks of a block.
    #[inline(always)]
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut masks = Self::default();
        let (lanes, _) = block.as_chunks::<16>();
        for (number, lane) in lanes.iter().enumerate() {
            let lane = u8x16::new(*lane);
            let equal = |bytes: u8x16, byte: u8| bytes.simd_eq(u8x16::splat(byte));
            // Square brackets differ from braces in this bit alone.
            let folded = lane | u8x16::splat(0x20);
            let bracket = equal(folded, b'{') | equal(folded, b'}');
            let shift = 16 * number;
            masks.quote |= u64::from(equal(lane, b'"').to_bitmask()) << shift;
            masks.backslash |= u64::from(equal(lane, b'\\').to_bitmask()) << shift;
            masks.bracket |= u64::from(bracket.to_bitmask()) << shift;
            masks.colon |= u64::from(equal(lane, b':').to_bitmask()) << shift;
            masks.comma |= u64::from(equal(lane, b',').to_bitmask()) << shift;
        }
        masks
    }
}

/// A block of a text, as far as its strings tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Quotes that begin or end strings.
    pub quotes: u64,
    pub backslash: u64,
    /// Brackets and braces outside of strings.
    pub brackets: u64,
    /// Colons outside of strings.
    pub colons: u64,
    /// Commas outside of strings.
    pub commas: u64,
}

impl Block {
    /// Brackets, braces, colons and commas outside of strings.
    pub(super) fn marks(&self) -> u64 {
        self.brackets | self.colons | self.commas
    }
}

/// Tells what is inside strings, from block to block.
#[derive(Clone, Copy, Debug, Default)]
struct Strings {
    /// All ones if the last block ended inside a string.
    inside: u64,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
}

impl Strings {
    /// What a block says. `parity` gives for each bit whether an odd number of bits is set up to it.
    #[inline(always)]
    fn next(&mut self, masks: Masks, parity: impl Fn(u64) -> u64) -> Block {
        let quotes = if masks.backslash | self.escaped == 0 {
            masks.quote
        } else {
            masks.quote & !self.escapes(masks.backslash)
        };
        // An opening quote counts as inside, the closing one does not.
        let inside = parity(quotes) ^ self.inside;
        self.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        Block {
            quotes,
            backslash: masks.backslash,
            brackets: masks.bracket & !inside,
            colons: masks.colon & !inside,
            commas: masks.comma & !inside,
        }
    }

    /// A bit for each byte that a backslash before it escapes: of a row of backslashes, the second escapes nothing, the third
    /// does again. Taking the starts of rows from alternating bits carries through each row, which turns every other bit of
    /// it over.
    #[inline(always)]
    fn escapes(&mut self, backslash: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        let escaping = backslash & !self.escaped;
        let alternating = ((escaping << 1) | ODD).wrapping_sub(escaping) ^ ODD;
        let escaped = alternating ^ (backslash | self.escaped);
        self.escaped = (alternating & backslash) >> 63;
        escaped
    }
}

/// Looks at a text, a block for every 64 bytes; the last one is filled up with spaces. Gives whether the text ends outside of
/// strings.
pub(super) fn look(text: &[u8], blocks: &mut Vec<Block>) -> bool {
    blocks.clear();
    blocks.reserve(text.len().div_ceil(BLOCK));
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq") {
        #[expect(
            unsafe_code,
            reason = "measured: a tenth of a scan, see ARCHITECTURE.md, `How a scan is fast`"
        )]
        // SAFETY: the processor has what the function is compiled for; it asks for nothing else.
        return unsafe { wider::look(text, blocks) };
    }
    walk(text, blocks, Masks::of, parity)
}

/// For each bit, whether an odd number of bits is set up to it.
#[inline(always)]
fn parity(bits: u64) -> u64 {
    let mut parity = bits;
    for shift in [1, 2, 4, 8, 16, 32] {
        parity ^= parity << shift;
    }
    parity
}

#[inline(always)]
fn walk(
    text: &[u8],
    blocks: &mut Vec<Block>,
    masks: impl Fn(&[u8; BLOCK]) -> Masks,
    parity: impl Fn(u64) -> u64,
) -> bool {
    let mut strings = Strings::default();
    let (whole, rest) = text.as_chunks::<BLOCK>();
    for block in whole {
        blocks.push(strings.next(masks(block), &parity));
    }
    if !rest.is_empty() {
        let mut block = [b' '; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        blocks.push(strings.next(masks(&block), &parity));
    }
    strings.inside == 0
}

/// The same for processors with wider registers, told when the program runs.
#[cfg(target_arch = "x86_64")]
mod wider {
    use std::arch::x86_64::{
        __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
        _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    };

    use super::{BLOCK, Block, Masks, walk};

    #[target_feature(enable = "avx2,pclmulqdq")]
    pub(super) fn look(text: &[u8], blocks: &mut Vec<Block>) -> bool {
        walk(text, blocks, |block| masks(block), |bits| parity(bits))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn masks(block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (lanes, _) = block.as_chunks::<32>();
        for (number, lane) in lanes.iter().enumerate() {
            let lane: __m256i = bytemuck::must_cast(*lane);
            let folded = _mm256_or_si256(lane, _mm256_set1_epi8(0x20));
            let bracket = _mm256_or_si256(equal(folded, b'{'), equal(folded, b'}'));
            let shift = 32 * number;
            masks.quote |= bits(equal(lane, b'"')) << shift;
            masks.backslash |= bits(equal(lane, b'\\')) << shift;
            masks.bracket |= bits(bracket) << shift;
            masks.colon |= bits(equal(lane, b':')) << shift;
            masks.comma |= bits(equal(lane, b',')) << shift;
        }
        masks
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn equal(lane: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(lane, _mm256_set1_epi8(byte.cast_signed()))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits(lane: __m256i) -> u64 {
        u64::from(_mm256_movemask_epi8(lane).cast_unsigned())
    }

    /// A product without carries by all ones adds up, bit by bit, what lies below.
    #[target_feature(enable = "pclmulqdq,sse2")]
    #[inline]
    fn parity(bits: u64) -> u64 {
        let bits = _mm_set_epi64x(0, bits.cast_signed());
        let product = _mm_clmulepi64_si128::<0>(bits, _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Block, Masks, look, parity, walk};

    /// The blocks of a text, byte by byte, and whether it ends outside of strings.
    fn naive(text: &[u8]) -> (Vec<Block>, bool) {
        let (mut inside, mut escaped) = (false, false);
        let mut blocks = Vec::new();
        for bytes in text.chunks(BLOCK) {
            let mut block = Block::default();
            for (place, byte) in bytes.iter().enumerate() {
                let bit = 1_u64 << place;
                if *byte == b'\\' {
                    block.backslash |= bit;
                }
                match byte {
                    b'"' if !escaped => {
                        block.quotes |= bit;
                        inside = !inside;
                    }
                    b'{' | b'[' | b'}' | b']' if !inside => block.brackets |= bit,
                    b':' if !inside => block.colons |= bit,
                    b',' if !inside => block.commas |= bit,
                    _ => {}
                }
                escaped = *byte == b'\\' && !escaped;
            }
            blocks.push(block);
        }
        (blocks, !inside)
    }

    fn check(text: &[u8]) -> Result<(), TestCaseError> {
        let (expect, outside) = naive(text);
        let mut found = Vec::new();
        prop_assert_eq!(look(text, &mut found), outside);
        prop_assert_eq!(&found, &expect);
        // What serves processors without wider registers.
        found.clear();
        prop_assert_eq!(walk(text, &mut found, Masks::of, parity), outside);
        prop_assert_eq!(&found, &expect);
        Ok(())
    }

    proptest! {
        #[test]
        fn blocks_are_right_for_all_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check(&text)?;
        }

        #[test]
        fn blocks_are_those_found_byte_by_byte(
            text in prop::collection::vec(prop::sample::select(&b"\"\\a{]:,"[..]), 0..400),
        ) {
            check(&text)?;
        }
    }
}
