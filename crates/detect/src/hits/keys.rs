//! Which keys a rule's hits can lead anywhere with.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::Hit;
use super::codec::{Glance, decode};

/// Keys, encoded.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    keys: HashSet<Box<[u8]>, RandomState>,
    bytes: usize,
}

/// Bytes that an entry takes beside the key, by estimate.
const ENTRY: usize = 48;

impl KeySet {
    /// Adds a key.
    pub(super) fn insert(&mut self, key: Box<[u8]>) {
        let length = key.len();
        if self.keys.insert(key) {
            self.bytes += length + ENTRY;
        }
    }

    /// Bytes in memory, by estimate.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Is a hit of no use, as it has a time and none of these keys? What is damaged is not.
    pub(super) fn is_useless(&self, bytes: &[u8]) -> bool {
        // Hits without a time are counted.
        Glance::of(bytes).is_some_and(|hit| hit.time.is_some() && !self.keys.contains(hit.key))
    }

    /// Decodes a hit, unless it is of no use. The outer `None` stands for damage.
    #[expect(
        clippy::option_option,
        reason = "damage and a hit of no use are two things"
    )]
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<Option<Hit>> {
        if self.is_useless(bytes) {
            return Some(None);
        }
        decode(bytes).map(Some)
    }
}
