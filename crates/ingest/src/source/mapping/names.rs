//! Tables by names that the program itself brings.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table whose keys are written in the program, so that nobody can choose them to fall together: a quick hash will do.
pub(crate) type NameMap<T> = HashMap<&'static str, T, BuildHasherDefault<NameHasher>>;

/// Eight bytes at a time.
#[derive(Default)]
pub(crate) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mixed = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 = mixed ^ (mixed >> 29);
        }
    }

    fn finish(&self) -> u64 {
        // The table takes bits from both ends.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.0
    }
}

#[cfg(test)]
mod tests {
    use super::NameMap;

    #[test]
    fn names_are_found() {
        let names = [
            "",
            "a",
            "sshd",
            "sshd-session",
            "a name longer than eight",
            "b",
        ];
        let map: NameMap<usize> = names.into_iter().zip(0..).collect();
        for (number, name) in names.iter().enumerate() {
            assert_eq!(map.get(name), Some(&number), "{name}");
        }
        assert_eq!(map.get("sshd-sessio"), None);
    }
}
