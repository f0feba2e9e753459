//! What is where in JSON text, 64 bytes at a time.

pub(super) use super::lanes::BLOCK;
use super::lanes::{Lanes, Width, lanes};

/// A block of a text, as far as its strings tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Quotes that begin or end strings.
    pub quotes: u64,
    pub backslash: u64,
    /// Opening brackets and braces outside of strings.
    pub open: u64,
    /// Closing ones.
    pub close: u64,
    /// Colons outside of strings.
    pub colons: u64,
    /// Commas outside of strings.
    pub commas: u64,
}

impl Block {
    /// Brackets and braces outside of strings.
    #[inline]
    pub(super) fn brackets(&self) -> u64 {
        self.open | self.close
    }

    /// Brackets, braces, colons and commas outside of strings.
    #[inline]
    pub(super) fn marks(&self) -> u64 {
        self.brackets() | self.colons | self.commas
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
    /// What a block says.
    #[inline(always)]
    fn next<E, B, N, L, R, P>(
        &mut self,
        block: &[u8; BLOCK],
        lanes: &Lanes<E, B, N, L, R, P>,
    ) -> Block
    where
        E: Fn(&[u8; BLOCK], u8) -> u64,
        B: Fn(&[u8; BLOCK], u8) -> u64,
        P: Fn(u64) -> u64,
    {
        let mut quotes = (lanes.equal)(block, b'"');
        let backslash = (lanes.equal)(block, b'\\');
        if backslash | self.escaped != 0 {
            quotes &= !self.escapes(backslash);
        }
        // An opening quote counts as inside, the closing one does not.
        let inside = (lanes.parity)(quotes) ^ self.inside;
        self.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        Block {
            quotes,
            backslash,
            open: (lanes.alike)(block, b'{') & !inside,
            close: (lanes.alike)(block, b'}') & !inside,
            colons: (lanes.equal)(block, b':') & !inside,
            commas: (lanes.equal)(block, b',') & !inside,
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
    look_with(Width::here(), text, blocks)
}

#[expect(
    unsafe_code,
    reason = "measured: a tenth of a scan, see ARCHITECTURE.md, `How a scan is fast`"
)]
fn look_with(width: Width, text: &[u8], blocks: &mut Vec<Block>) -> bool {
    blocks.clear();
    blocks.reserve(text.len().div_ceil(BLOCK));
    match width {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has what the function is compiled for; it asks for nothing else.
        Width::Avx512 => unsafe { look_avx512(text, blocks) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Width::Avx2 => unsafe { look_avx2(text, blocks) },
        _ => walk(text, blocks, &lanes!(usual)),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx2(text: &[u8], blocks: &mut Vec<Block>) -> bool {
    let lanes = lanes!(avx2);
    walk(text, blocks, &lanes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx512(text: &[u8], blocks: &mut Vec<Block>) -> bool {
    let lanes = lanes!(avx512);
    walk(text, blocks, &lanes)
}

#[inline(always)]
fn walk<E, B, N, L, R, P>(
    text: &[u8],
    blocks: &mut Vec<Block>,
    lanes: &Lanes<E, B, N, L, R, P>,
) -> bool
where
    E: Fn(&[u8; BLOCK], u8) -> u64,
    B: Fn(&[u8; BLOCK], u8) -> u64,
    P: Fn(u64) -> u64,
{
    let mut strings = Strings::default();
    let (whole, rest) = text.as_chunks::<BLOCK>();
    for block in whole {
        blocks.push(strings.next(block, lanes));
    }
    if !rest.is_empty() {
        let mut block = [b' '; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        blocks.push(strings.next(&block, lanes));
    }
    strings.inside == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Block, Width, look_with};

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
                    b'{' | b'[' if !inside => block.open |= bit,
                    b'}' | b']' if !inside => block.close |= bit,
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
        for width in Width::all() {
            prop_assert_eq!(look_with(width, text, &mut found), outside);
            prop_assert_eq!(&found, &expect, "{:?}", width);
        }
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
