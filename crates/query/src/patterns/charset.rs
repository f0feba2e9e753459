//! Sets of characters.

use crate::text::fold_char;

/// The last code point.
const LAST: u32 = 0x10_ffff;

/// A set of code points as sorted ranges, both ends included, that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct CharSet {
    ranges: Vec<(u32, u32)>,
}

impl CharSet {
    /// Every character.
    pub(crate) fn any() -> Self {
        Self {
            ranges: vec![(0, LAST)],
        }
    }

    pub(crate) fn single(c: char) -> Self {
        Self::from_ranges(vec![(c.into(), c.into())])
    }

    pub(crate) fn from_ranges(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => {
                    previous.1 = previous.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        Self { ranges: joined }
    }

    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    #[cfg(test)]
    pub(crate) fn contains(&self, c: char) -> bool {
        let code = u32::from(c);
        self.ranges
            .iter()
            .any(|&(first, last)| (first..=last).contains(&code))
    }

    /// The characters that are not in it.
    pub(crate) fn negated(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(first, last) in &self.ranges {
            if first > next {
                ranges.push((next, first - 1));
            }
            next = last.saturating_add(1);
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self { ranges }
    }

    /// With the other case of every letter.
    pub(crate) fn without_case(&self) -> Self {
        let mut ranges = self.ranges.clone();
        for &(first, last) in &self.ranges {
            add_ascii_case(first, last, &mut ranges);
            // A range that holds much of Unicode is taken as it is: its letters have their other case in it, but for
            // pairs across its ends.
            if last - first < 2_000 {
                for c in (first.max(0x80)..=last).filter_map(char::from_u32) {
                    add_case(c, &mut ranges);
                }
            }
        }
        // Two letters outside ASCII fold to letters within: the long s and the Kelvin sign.
        for (c, ascii) in [('\u{17f}', 's'), ('\u{212a}', 'k')] {
            if Self::in_ranges(&ranges, ascii) {
                ranges.push((c.into(), c.into()));
            }
        }
        Self::from_ranges(ranges)
    }

    fn in_ranges(ranges: &[(u32, u32)], c: char) -> bool {
        let code = u32::from(c);
        ranges
            .iter()
            .any(|&(first, last)| (first..=last).contains(&code))
    }
}

fn add_ascii_case(first: u32, last: u32, ranges: &mut Vec<(u32, u32)>) {
    for (start, end, other) in [(0x41, 0x5a, 0x20i64), (0x61, 0x7a, -0x20)] {
        let (from, to) = (first.max(start), last.min(end));
        if from <= to {
            let shift = |code: u32| u32::try_from(i64::from(code) + other).unwrap_or(code);
            ranges.push((shift(from), shift(to)));
        }
    }
}

fn add_case(c: char, ranges: &mut Vec<(u32, u32)>) {
    let folded = fold_char(c);
    for other in c.to_lowercase().chain(c.to_uppercase()).chain([folded]) {
        if fold_char(other) == folded {
            ranges.push((other.into(), other.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CharSet;

    #[test]
    fn sets_join_negate_and_lose_case() {
        let set = CharSet::from_ranges(vec![(5, 9), (1, 2), (3, 4), (20, 30)]);
        assert_eq!(set.ranges(), [(1, 9), (20, 30)]);
        assert_eq!(set.negated().ranges(), [(0, 0), (10, 19), (31, 0x10_ffff)]);
        assert_eq!(set.negated().negated(), set);
        assert_eq!(CharSet::any().negated().ranges(), []);
        let letters = CharSet::from_ranges(vec![('a'.into(), 'c'.into())]).without_case();
        assert!(letters.contains('B') && letters.contains('b') && !letters.contains('D'));
        let umlaut = CharSet::single('ä').without_case();
        assert!(umlaut.contains('Ä'));
        assert!(CharSet::single('K').without_case().contains('\u{212a}'));
        assert!(CharSet::single('\u{212a}').without_case().contains('k'));
        assert!(!CharSet::single('ß').without_case().contains('S'));
    }
}
