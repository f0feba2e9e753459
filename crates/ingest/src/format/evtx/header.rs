//! The header of a file.

use super::bytes::{array_at, u16_at, u32_at, u64_at};
use super::damage::NoteKind;

/// Bytes of a file before its chunks.
pub const FILE_HEADER_SIZE: usize = 4096;

const FILE_MAGIC: &[u8; 8] = b"ElfFile\0";
/// Flag of a log that was not closed.
const DIRTY: u32 = 1;
/// Flag of a log without checksums.
const NO_CHECKSUM: u32 = 4;

/// The header of a file. Reading goes on whatever it says: chunks are found by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// Whether the file starts with `ElfFile`.
    pub magic: bool,
    /// Number of the oldest chunk.
    pub first_chunk: u64,
    /// Number of the newest chunk.
    pub last_chunk: u64,
    /// Id of the next record.
    pub next_record_id: u64,
    /// Minor and major version.
    pub version: (u16, u16),
    /// How many chunks there are.
    pub chunk_count: u16,
    /// Flags: 1 not closed, 2 full.
    pub flags: u32,
    /// CRC32 of the header.
    pub checksum: u32,
    /// CRC32 as computed.
    pub computed_checksum: u32,
}

impl FileHeader {
    /// Reads the header at the start of a file; `None` if the bytes are too few.
    ///
    /// ```
    /// use gatewatch_ingest::format::evtx::FileHeader;
    ///
    /// let mut bytes = vec![0; 4096];
    /// assert!(!FileHeader::parse(&bytes).is_some_and(|header| header.magic));
    /// bytes[..8].copy_from_slice(b"ElfFile\0");
    /// assert!(FileHeader::parse(&bytes).is_some_and(|header| header.magic));
    /// ```
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            magic: array_at::<8>(bytes, 0)? == FILE_MAGIC,
            first_chunk: u64_at(bytes, 8)?,
            last_chunk: u64_at(bytes, 16)?,
            next_record_id: u64_at(bytes, 24)?,
            version: (u16_at(bytes, 36)?, u16_at(bytes, 38)?),
            chunk_count: u16_at(bytes, 42)?,
            flags: u32_at(bytes, 120)?,
            checksum: u32_at(bytes, 124)?,
            computed_checksum: crc32fast::hash(bytes.get(..120)?),
        })
    }

    /// Whether the log was not closed properly.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.flags & DIRTY != 0
    }

    /// What there is to say about the header.
    pub(super) fn notes(&self) -> impl Iterator<Item = NoteKind> {
        let checksum = self.checksum != self.computed_checksum && self.flags & NO_CHECKSUM == 0;
        [
            (self.magic && checksum).then_some(NoteKind::FileHeaderChecksum),
            (self.magic && self.is_dirty()).then_some(NoteKind::FileDirty),
        ]
        .into_iter()
        .flatten()
    }
}
