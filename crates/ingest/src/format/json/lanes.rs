//! Questions about 64 bytes at once, for processors of several kinds. The answers have a bit for each byte, the lowest for the
//! first.
//!
//! What is compiled for a wider processor is safe to call only where that is known to run; [`Width::here`] tells. There is no
//! other `unsafe` in gatewatch than the calls that follow from it.

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// Square brackets differ from braces in this bit alone.
const BRACE: u8 = 0x20;

/// What the processor can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "only these have wider registers that are used")
)]
pub(super) enum Width {
    /// What every processor can.
    Usual,
    /// AVX2, and what came before and with it.
    Avx2,
    /// AVX-512 for bytes too.
    Avx512,
}

impl Width {
    /// What this processor can do.
    #[inline]
    pub(super) fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("bmi1")
        {
            let is_wider =
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            return if is_wider { Self::Avx512 } else { Self::Avx2 };
        }
        Self::Usual
    }

    /// All that this processor can do: what is tested.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        let all = [Self::Usual, Self::Avx2, Self::Avx512];
        let last = all.iter().position(|width| *width == Self::here());
        all[..=last.expect("one of them")].to_vec()
    }
}

/// The answers that a [`Width`] gives, as functions that are inlined where they are called.
pub(super) struct Lanes<E, B, N, L, R, P> {
    /// Which bytes are this one?
    pub equal: E,
    /// Which are this one once the bit is set by which square brackets differ from braces?
    pub alike: B,
    /// Of the block one byte further on: which bytes are this one? It is said which are in the block itself.
    pub next: N,
    /// Which bytes of the block one byte further on are spaces or control characters other than the line feed? The line feeds
    /// are those of the block itself.
    pub blank: L,
    /// Which bytes of the first block are the first byte, while those at their places in the other blocks are the others? What
    /// follows from several answers is asked at once: put together afterwards, compilers take them apart bit by bit.
    pub row: R,
    /// For each bit, whether an odd number of bits is set up to it.
    pub parity: P,
}

/// The [`Lanes`] of a width, to be made in a function that is compiled for it: only there may its functions be called.
macro_rules! lanes {
    (usual) => {
        $crate::format::json::lanes::lanes!(usual, usual)
    };
    (avx2) => {
        $crate::format::json::lanes::lanes!(avx2, avx2)
    };
    (avx512) => {
        $crate::format::json::lanes::lanes!(avx512, avx2)
    };
    ($width:ident, $parity:ident) => {{
        use $crate::format::json::lanes::{self, BLOCK, Lanes};
        Lanes {
            equal: |block: &[u8; BLOCK], byte: u8| lanes::$width::equal(block, byte),
            alike: |block: &[u8; BLOCK], byte: u8| lanes::$width::alike(block, byte),
            next: |next: &[u8; BLOCK], byte: u8, here: u64| lanes::$width::next(next, byte, here),
            blank: |block: &[u8; BLOCK], next: &[u8; BLOCK], line_feeds: u64| {
                lanes::$width::blank(block, next, line_feeds)
            },
            row: |blocks: [&[u8; BLOCK]; 3], bytes: [u8; 3]| lanes::$width::row(blocks, bytes),
            parity: |bits: u64| lanes::$parity::parity(bits),
        }
    }};
}
pub(super) use lanes;

/// For every processor.
pub(super) mod usual {
    use wide::u8x16;

    use super::{BLOCK, BRACE};

    #[inline(always)]
    fn bits(block: &[u8; BLOCK], test: impl Fn(u8x16) -> u8x16) -> u64 {
        let (lanes, _) = block.as_chunks::<16>();
        let mut bits = 0;
        for (number, lane) in lanes.iter().enumerate() {
            bits |= u64::from(test(u8x16::new(*lane)).to_bitmask()) << (16 * number);
        }
        bits
    }

    #[inline(always)]
    pub(in super::super) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits(block, |lane| lane.simd_eq(u8x16::splat(byte)))
    }

    #[inline(always)]
    pub(in super::super) fn alike(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits(block, |lane| {
            (lane | u8x16::splat(BRACE)).simd_eq(u8x16::splat(byte))
        })
    }

    #[inline(always)]
    pub(in super::super) fn next(next: &[u8; BLOCK], byte: u8, _: u64) -> u64 {
        equal(next, byte)
    }

    #[inline(always)]
    pub(in super::super) fn blank(_: &[u8; BLOCK], next: &[u8; BLOCK], _: u64) -> u64 {
        bits(next, |lane| {
            let low = lane.min(u8x16::splat(b' ')).simd_eq(lane);
            low & !lane.simd_eq(u8x16::splat(b'\n'))
        })
    }

    #[inline(always)]
    pub(in super::super) fn row(blocks: [&[u8; BLOCK]; 3], bytes: [u8; 3]) -> u64 {
        let lanes = |number: usize| blocks[number].as_chunks::<16>().0;
        let equal = |number: usize, lane: usize| {
            u8x16::new(lanes(number)[lane]).simd_eq(u8x16::splat(bytes[number]))
        };
        let mut bits = 0;
        for lane in 0..BLOCK / 16 {
            let all = equal(0, lane) & equal(1, lane) & equal(2, lane);
            bits |= u64::from(all.to_bitmask()) << (16 * lane);
        }
        bits
    }

    #[inline(always)]
    pub(in super::super) fn parity(bits: u64) -> u64 {
        let mut parity = bits;
        for shift in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << shift;
        }
        parity
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
        _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpeq_epi8, _mm256_min_epu8,
        _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    };

    use super::{BLOCK, BRACE};

    #[target_feature(enable = "avx2")]
    #[inline]
    fn splat(byte: u8) -> __m256i {
        _mm256_set1_epi8(byte.cast_signed())
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits(block: &[u8; BLOCK], test: impl Fn(__m256i) -> __m256i) -> u64 {
        let (lanes, _) = block.as_chunks::<32>();
        let mut bits = 0;
        for (number, lane) in lanes.iter().enumerate() {
            let mask = _mm256_movemask_epi8(test(bytemuck::must_cast(*lane)));
            bits |= u64::from(mask.cast_unsigned()) << (32 * number);
        }
        bits
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in super::super) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits(block, |lane| _mm256_cmpeq_epi8(lane, splat(byte)))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in super::super) fn alike(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits(block, |lane| {
            _mm256_cmpeq_epi8(_mm256_or_si256(lane, splat(BRACE)), splat(byte))
        })
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in super::super) fn next(next: &[u8; BLOCK], byte: u8, _: u64) -> u64 {
        equal(next, byte)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in super::super) fn blank(_: &[u8; BLOCK], next: &[u8; BLOCK], _: u64) -> u64 {
        bits(next, |lane| {
            let low = _mm256_cmpeq_epi8(_mm256_min_epu8(lane, splat(b' ')), lane);
            _mm256_andnot_si256(_mm256_cmpeq_epi8(lane, splat(b'\n')), low)
        })
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in super::super) fn row(blocks: [&[u8; BLOCK]; 3], bytes: [u8; 3]) -> u64 {
        let [first, second, third] = blocks;
        let (first, _) = first.as_chunks::<32>();
        let (second, _) = second.as_chunks::<32>();
        let (third, _) = third.as_chunks::<32>();
        let mut bits = 0;
        for lane in 0..BLOCK / 32 {
            let first = _mm256_cmpeq_epi8(bytemuck::must_cast(first[lane]), splat(bytes[0]));
            let second = _mm256_cmpeq_epi8(bytemuck::must_cast(second[lane]), splat(bytes[1]));
            let third = _mm256_cmpeq_epi8(bytemuck::must_cast(third[lane]), splat(bytes[2]));
            let all = _mm256_and_si256(_mm256_and_si256(first, second), third);
            bits |= u64::from(_mm256_movemask_epi8(all).cast_unsigned()) << (32 * lane);
        }
        bits
    }

    /// A product without carries by all ones adds up, bit by bit, what lies below.
    #[target_feature(enable = "pclmulqdq,sse2")]
    #[inline]
    pub(in super::super) fn parity(bits: u64) -> u64 {
        let bits = _mm_set_epi64x(0, bits.cast_signed());
        let product = _mm_clmulepi64_si128::<0>(bits, _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product).cast_unsigned()
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) mod avx512 {
    use std::arch::x86_64::{
        __m512i, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_or_si512, _mm512_set1_epi8,
    };

    use super::{BLOCK, BRACE};

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn splat(byte: u8) -> __m512i {
        _mm512_set1_epi8(byte.cast_signed())
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(in super::super) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        _mm512_cmpeq_epi8_mask(bytemuck::must_cast(*block), splat(byte))
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(in super::super) fn alike(block: &[u8; BLOCK], byte: u8) -> u64 {
        let folded = _mm512_or_si512(bytemuck::must_cast(*block), splat(BRACE));
        _mm512_cmpeq_epi8_mask(folded, splat(byte))
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(in super::super) fn row(blocks: [&[u8; BLOCK]; 3], bytes: [u8; 3]) -> u64 {
        equal(blocks[0], bytes[0]) & equal(blocks[1], bytes[1]) & equal(blocks[2], bytes[2])
    }

    // A comparison takes longer here than moving the answer of another.

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(in super::super) fn next(next: &[u8; BLOCK], byte: u8, here: u64) -> u64 {
        here >> 1 | u64::from(next[BLOCK - 1] == byte) << 63
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(in super::super) fn blank(block: &[u8; BLOCK], next: &[u8; BLOCK], line_feeds: u64) -> u64 {
        let low = _mm512_cmple_epu8_mask(bytemuck::must_cast(*block), splat(b' '));
        let last = matches!(next[BLOCK - 1], 0..=b' ') && next[BLOCK - 1] != b'\n';
        (low & !line_feeds) >> 1 | u64::from(last) << 63
    }
}
