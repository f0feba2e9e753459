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
    pub(super) fn insert(&mut self, key: &[u8]) {
        if !self.keys.contains(key) {
            self.bytes += key.len() + ENTRY;
            self.keys.insert(key.into());
        }
    }

    /// Bytes in memory, by estimate.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Decodes a hit, unless it has a time and none of these keys. The outer `None` stands for damage.
    #[expect(
        clippy::option_option,
        reason = "damage and a hit of no use are two things"
    )]
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<Option<Hit>> {
        let glance = Glance::of(bytes)?;
        // Hits without a time are counted.
        if glance.time.is_some() && !self.keys.contains(glance.key()?) {
            return Some(None);
        }
        decode(bytes).map(Some)
    }
}
