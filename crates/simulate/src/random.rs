//! Numbers that look random and depend on a seed alone.

/// A generator (splitmix64, public domain by Sebastiano Vigna). Its numbers are the same on every machine and in every
/// version: they are part of what the seed of a simulation promises.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
    /// Are values drawn for a host with paths as POSIX has them, not as Windows has?
    pub(crate) posix: bool,
    /// How much was drawn: what a search costs, as it draws for each thing it tries.
    spent: u64,
}

/// How much may be drawn for one try; a set takes some thousand draws at most, unless its rule is made to be hard.
const BUDGET: u64 = 200_000;

impl Random {
    /// A generator for one purpose: the same seed and the same words give the same numbers.
    pub(crate) fn new(seed: u64, words: &[&str], numbers: &[u64]) -> Self {
        let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
        let mut mix = |byte: u8| state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        for word in words {
            word.bytes().for_each(&mut mix);
            mix(0xff);
        }
        for number in numbers {
            number.to_le_bytes().into_iter().for_each(&mut mix);
        }
        Self {
            state,
            posix: false,
            spent: 0,
        }
    }

    /// How much was drawn.
    pub(crate) fn spent(&self) -> u64 {
        self.spent
    }

    /// Was so much drawn that the search is to end?
    pub(crate) fn is_exhausted(&self) -> bool {
        self.spent > BUDGET
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.spent += 1;
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        match u64::try_from(bound) {
            Ok(0) | Err(_) => 0,
            Ok(bound) => usize::try_from(self.next() % bound).unwrap_or(0),
        }
    }

    /// One of the items.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// The items in another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// So many small letters that can be spoken, more or less.
    pub(crate) fn word(&mut self, length: usize) -> String {
        const SOUNDS: [&[u8]; 2] = [b"bdfgklmnprstvz", b"aeiou"];
        let first = self.below(2);
        (0..length)
            .map(|at| {
                let sounds = SOUNDS[(first + at) % 2];
                char::from(sounds[self.below(sounds.len())])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_depend_on_the_seed_alone() {
        let draw = |seed, words: &[&str]| {
            let mut random = Random::new(seed, words, &[3]);
            (0..4).map(|_| random.next()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, &["a"]), draw(1, &["a"]));
        assert_ne!(draw(1, &["a"]), draw(2, &["a"]));
        assert_ne!(draw(1, &["a", "b"]), draw(1, &["ab"]));
        // The numbers themselves are a promise.
        let mut random = Random {
            state: 0,
            posix: false,
            spent: 0,
        };
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
    }
}
