//! Random numbers that are the same for ever: what is made from them is committed.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 when the bound is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The high half times the bound: evenly spread, without a division.
        let product = (self.next_u64() >> 32) * u64::from(bound);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// Whether something happens that happens once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// One of the items.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        items[self.below(count) as usize]
    }

    /// So many lower-case hexadecimal digits.
    pub fn hexadecimal(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next_u64()));
        }
        text.truncate(digits);
        text
    }

    /// A GUID.
    pub fn guid(&mut self) -> crate::evtx::Guid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next_u64().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_le_bytes());
        crate::evtx::Guid(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_never_change() {
        let mut random = Random::new(1);
        assert_eq!(random.next_u64(), 0x910a_2dec_8902_5cc1);
        assert_eq!(random.next_u64(), 0xbeeb_8da1_658e_ec67);
        assert_eq!(Random::new(7).hexadecimal(20).len(), 20);
    }

    #[test]
    fn bounded_numbers_reach_both_ends() {
        let mut random = Random::new(2);
        let numbers: Vec<u32> = (0..1000).map(|_| random.below(6)).collect();
        assert_eq!(numbers.iter().min(), Some(&0));
        assert_eq!(numbers.iter().max(), Some(&5));
        assert_eq!(Random::new(3).below(0), 0);
    }
}
