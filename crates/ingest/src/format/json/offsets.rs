//! Questions about offsets of a text, answered by what was [seen](super::masks::look) in it.

use super::masks::{BLOCK, Block};

/// Is there a backslash from `start` on and before `end`?
#[inline]
pub(super) fn has_escape(blocks: &[Block], start: usize, end: usize) -> bool {
    let (first, last) = (start / BLOCK, end / BLOCK);
    let after_start = u64::MAX << (start % BLOCK);
    let before_end = (1 << (end % BLOCK)) - 1;
    let backslash = |number: usize| {
        blocks
            .get(number)
            .map_or(0, |block: &Block| block.backslash)
    };
    if first == last {
        return backslash(first) & after_start & before_end != 0;
    }
    backslash(first) & after_start != 0
        || (first + 1..last).any(|number| backslash(number) != 0)
        || backslash(last) & before_end != 0
}

/// The offset of the last quote before `at` that begins or ends a string.
#[inline]
pub(super) fn last_quote(blocks: &[Block], at: usize) -> Option<usize> {
    let mut number = at / BLOCK;
    let mut bits = blocks.get(number)?.quotes & ((1 << (at % BLOCK)) - 1);
    while bits == 0 {
        number = number.checked_sub(1)?;
        bits = blocks.get(number)?.quotes;
    }
    Some(number * BLOCK + bits.ilog2() as usize)
}

/// The quotes around the key before a colon outside of strings.
#[inline]
pub(super) fn key(blocks: &[Block], bytes: &[u8], colon: usize) -> Option<(usize, usize)> {
    let mut end = colon.checked_sub(1)?;
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = bytes.get(end) {
        end = end.checked_sub(1)?;
    }
    if bytes.get(end) != Some(&b'"') {
        return None;
    }
    Some((last_quote(blocks, end)?, end))
}

/// Is the bit at an offset set in what `of` takes from the blocks?
#[inline]
pub(super) fn is_set(blocks: &[Block], at: usize, of: impl Fn(&Block) -> u64) -> bool {
    blocks
        .get(at / BLOCK)
        .is_some_and(|block| of(block) >> (at % BLOCK) & 1 == 1)
}

/// How deep offsets lie in a container, one after the other.
pub(super) struct Depth<'s> {
    blocks: &'s [Block],
    number: usize,
    /// The brackets of the current block that were not passed yet.
    left: u64,
    depth: usize,
}

impl<'s> Depth<'s> {
    /// In the container whose bracket is at this offset.
    pub(super) fn new(blocks: &'s [Block], at: usize) -> Self {
        let number = at / BLOCK;
        let brackets = blocks.get(number).map_or(0, Block::brackets);
        Self {
            blocks,
            number,
            left: brackets & (u64::MAX << (at % BLOCK)),
            depth: 0,
        }
    }

    /// How deep an offset lies that is no smaller than those before: 1 in the container itself. `None` behind it.
    pub(super) fn at(&mut self, at: usize) -> Option<usize> {
        loop {
            let is_last = self.number == at / BLOCK;
            let block = self.blocks.get(self.number)?;
            let before = if is_last {
                (1 << (at % BLOCK)) - 1
            } else {
                u64::MAX
            };
            while self.left & before != 0 {
                let bit = self.left & self.left.wrapping_neg();
                self.left ^= bit;
                match block.open & bit {
                    0 => self.depth = self.depth.checked_sub(1)?,
                    _ => self.depth += 1,
                }
                if self.depth == 0 {
                    return None;
                }
            }
            if is_last {
                return Some(self.depth);
            }
            self.number += 1;
            self.left = self.blocks.get(self.number)?.brackets();
        }
    }
}
