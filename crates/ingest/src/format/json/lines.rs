//! The lines of a block, and what their bytes say of them without a look at strings.

use super::masks::BLOCK;

/// How many bytes are looked at before the lines in them are handed out. A reader that stops early has looked too far by this
/// much and no more.
const CHUNK: usize = 8 << 10;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub start: usize,
    /// Where its line feed is, or the end of the text.
    pub end: usize,
    /// Has it as many opening braces as closing ones, and does none open right behind one that closes, white space aside? Then it
    /// holds one record at most, as far as its braces tell; else some record may be cut short, even if it ends in a brace.
    pub is_one: bool,
    /// Stands `\u` in it?
    pub escapes: bool,
}

/// Looks for the lines of a text, in order.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t [u8],
    state: State,
    found: Vec<Line>,
    /// How many of those that were found are handed out.
    given: usize,
}

/// How far the search has come.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// What was looked at.
    at: usize,
    /// Where the current line starts.
    start: usize,
    /// Its opening braces, less the closing ones.
    open: i64,
    is_apart: bool,
    escapes: bool,
    /// Was the last byte a closing brace; such white space behind one as must be the line's end; a backslash? 1 or 0.
    closed: u64,
    ending: u64,
    backslash: u64,
    ended: bool,
}

/// A bit for each byte of a block, the lowest for the first.
#[derive(Clone, Copy, Debug, Default)]
struct Masks {
    line_feed: u64,
    open: u64,
    close: u64,
    backslash: u64,
}

/// What looks at a block.
struct Looks<M, L, U> {
    masks: M,
    /// Spaces and control characters.
    low: L,
    letter_u: U,
}

/// What serves every processor.
mod usual {
    use super::{BLOCK, Masks};
    use wide::u8x16;

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
    fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits(block, |lane| lane.simd_eq(u8x16::splat(byte)))
    }

    #[inline(always)]
    pub(super) fn masks(block: &[u8; BLOCK]) -> Masks {
        Masks {
            line_feed: equal(block, b'\n'),
            open: equal(block, b'{'),
            close: equal(block, b'}'),
            backslash: equal(block, b'\\'),
        }
    }

    #[inline(always)]
    pub(super) fn low(block: &[u8; BLOCK]) -> u64 {
        bits(block, |lane| lane.min(u8x16::splat(b' ')).simd_eq(lane))
    }

    #[inline(always)]
    pub(super) fn letter_u(block: &[u8; BLOCK]) -> u64 {
        equal(block, b'u')
    }
}

impl<'t> Lines<'t> {
    /// The lines of a text of less than 4 GiB.
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            state: State::default(),
            found: Vec::new(),
            given: 0,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    #[inline]
    fn next(&mut self) -> Option<Line> {
        while self.given == self.found.len() {
            if self.state.ended {
                return None;
            }
            self.found.clear();
            self.given = 0;
            look(self.text, &mut self.state, &mut self.found);
        }
        self.given += 1;
        self.found.get(self.given - 1).copied()
    }
}

/// Looks at the next chunk.
fn look(text: &[u8], state: &mut State, found: &mut Vec<Line>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("bmi1")
    {
        #[expect(
            unsafe_code,
            reason = "measured: a tenth of a scan, see ARCHITECTURE.md, `How a scan is fast`"
        )]
        // SAFETY: the processor has what the function is compiled for; it asks for nothing else.
        unsafe {
            wider::look(text, state, found);
        }
        return;
    }
    let looks = Looks {
        masks: usual::masks,
        low: usual::low,
        letter_u: usual::letter_u,
    };
    walk(text, state, found, &looks);
}

#[inline(always)]
fn walk<M, L, U>(text: &[u8], state: &mut State, found: &mut Vec<Line>, looks: &Looks<M, L, U>)
where
    M: Fn(&[u8; BLOCK]) -> Masks,
    L: Fn(&[u8; BLOCK]) -> u64,
    U: Fn(&[u8; BLOCK]) -> u64,
{
    let rest = text.get(state.at..).unwrap_or_default();
    let rest = &rest[..rest.len().min(CHUNK)];
    let (whole, last) = rest.as_chunks::<BLOCK>();
    for block in whole {
        state.block(block, BLOCK, looks, found);
    }
    if state.at + last.len() == text.len() {
        let mut block = [b'.'; BLOCK];
        block[..last.len()].copy_from_slice(last);
        state.block(&block, last.len(), looks, found);
        state.end_line(text.len(), found);
        state.ended = true;
    }
}

impl State {
    /// Takes in the first `length` bytes of a block, all of it but at the end.
    #[inline(always)]
    fn block<M, L, U>(
        &mut self,
        block: &[u8; BLOCK],
        length: usize,
        looks: &Looks<M, L, U>,
        found: &mut Vec<Line>,
    ) where
        M: Fn(&[u8; BLOCK]) -> Masks,
        L: Fn(&[u8; BLOCK]) -> u64,
        U: Fn(&[u8; BLOCK]) -> u64,
    {
        let masks = (looks.masks)(block);
        let mut apart = 0;
        if masks.close | self.closed | self.ending != 0 {
            // White space behind a closing brace must be the one byte before the line's end.
            let after = (masks.close << 1) | self.closed;
            let ending = after & (looks.low)(block) & !masks.line_feed;
            let must_end = (ending << 1) | self.ending;
            apart = (after & masks.open) | (must_end & !masks.line_feed);
            self.closed = masks.close >> 63;
            self.ending = ending >> 63;
        }
        let mut escapes = 0;
        if masks.backslash | self.backslash != 0 {
            escapes = ((masks.backslash << 1) | self.backslash) & (looks.letter_u)(block);
            self.backslash = masks.backslash >> 63;
        }
        if masks.line_feed | apart | escapes != 0 || length < BLOCK {
            self.parts(&masks, length, apart, escapes, found);
        } else {
            // The usual block: there is nothing in it but braces.
            self.open += i64::from(masks.open.count_ones()) - i64::from(masks.close.count_ones());
        }
        self.at += length;
    }

    /// Takes in what was seen in a block, part by part of the lines in it.
    fn parts(
        &mut self,
        masks: &Masks,
        length: usize,
        apart: u64,
        escapes: u64,
        found: &mut Vec<Line>,
    ) {
        // All that is not taken in yet.
        let mut left = match length {
            BLOCK => u64::MAX,
            length => (1 << length) - 1,
        };
        let mut line_feeds = masks.line_feed;
        while line_feeds != 0 {
            let place = line_feeds.trailing_zeros();
            let here = left & ((1 << place) - 1);
            self.part(masks, here, apart, escapes);
            self.end_line(self.at + place as usize, found);
            line_feeds &= line_feeds - 1;
            left &= (u64::MAX << place) << 1;
        }
        self.part(masks, left, apart, escapes);
    }

    /// Takes in the part of a block that belongs to the current line.
    #[inline(always)]
    fn part(&mut self, masks: &Masks, here: u64, apart: u64, escapes: u64) {
        self.open += i64::from((masks.open & here).count_ones());
        self.open -= i64::from((masks.close & here).count_ones());
        self.is_apart |= apart & here != 0;
        self.escapes |= escapes & here != 0;
    }

    #[inline(always)]
    fn end_line(&mut self, end: usize, found: &mut Vec<Line>) {
        found.push(Line {
            start: self.start,
            end,
            is_one: self.open == 0 && !self.is_apart,
            escapes: self.escapes,
        });
        self.start = end + 1;
        self.open = 0;
        self.is_apart = false;
        self.escapes = false;
    }
}

/// The same for processors with wider registers, told when the program runs.
#[cfg(target_arch = "x86_64")]
mod wider {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8,
    };

    use super::{BLOCK, Line, Looks, Masks, State, walk};

    #[target_feature(enable = "avx2,popcnt,lzcnt,bmi1")]
    pub(super) fn look(text: &[u8], state: &mut State, found: &mut Vec<Line>) {
        let looks = Looks {
            masks: |block: &[u8; BLOCK]| Masks {
                line_feed: equal(block, b'\n'),
                open: equal(block, b'{'),
                close: equal(block, b'}'),
                backslash: equal(block, b'\\'),
            },
            low: |block: &[u8; BLOCK]| {
                bits(block, |lane| {
                    _mm256_cmpeq_epi8(_mm256_min_epu8(lane, _mm256_set1_epi8(0x20)), lane)
                })
            },
            letter_u: |block: &[u8; BLOCK]| equal(block, b'u'),
        };
        walk(text, state, found, &looks);
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        let byte = _mm256_set1_epi8(byte.cast_signed());
        bits(block, |lane| _mm256_cmpeq_epi8(lane, byte))
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CHUNK, Line, Lines, Looks, State, usual, walk};

    /// The lines of a text, byte by byte.
    fn naive(text: &[u8]) -> Vec<Line> {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let count = |wanted| line.iter().filter(|byte| **byte == wanted).count();
            let mut is_one = count(b'{') == count(b'}');
            for (at, byte) in line.iter().enumerate() {
                if *byte != b'}' {
                    continue;
                }
                is_one &= match line[at + 1..] {
                    [] => true,
                    [low] if low <= b' ' => true,
                    [next, ..] => next > b' ' && next != b'{',
                };
            }
            lines.push(Line {
                start,
                end: start + line.len(),
                is_one,
                escapes: line.windows(2).any(|pair| pair == b"\\u"),
            });
            start += line.len() + 1;
        }
        lines
    }

    fn check(text: &[u8]) -> Result<(), TestCaseError> {
        let expect = naive(text);
        prop_assert_eq!(Lines::new(text).collect::<Vec<_>>(), &expect[..]);
        // What serves processors without wider registers.
        let (mut state, mut found) = (State::default(), Vec::new());
        let looks = Looks {
            masks: usual::masks,
            low: usual::low,
            letter_u: usual::letter_u,
        };
        while !state.ended {
            walk(text, &mut state, &mut found, &looks);
        }
        prop_assert_eq!(found, expect);
        Ok(())
    }

    #[test]
    fn lines_are_found_across_chunks() {
        for length in [0, 1, 63, 64, 65, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            for end in ["", "\n", "\r\n", "}\n", "} \n{}", "}\r"] {
                let text = format!("{{{}{end}", "x".repeat(length));
                check(text.as_bytes()).expect("they agree");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn lines_are_those_found_byte_by_byte(
            text in prop::collection::vec(prop::sample::select(&b"{}{}\\uux \r\n\t\0"[..]), 0..400),
        ) {
            check(&text)?;
        }

        #[test]
        fn lines_are_right_for_all_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check(&text)?;
        }
    }
}
