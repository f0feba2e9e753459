use std::collections::HashMap;

use super::value::{Text, write_utf16};
use super::{FileTime, Guid, WriteError};

/// Bytes of a chunk.
pub(super) const CHUNK_SIZE: usize = 0x1_0000;
/// Bytes of a chunk before its first record.
pub(super) const CHUNK_HEADER_SIZE: usize = 512;
/// Bytes of a record before its BinXML.
const RECORD_HEADER_SIZE: usize = 24;
const STRING_BUCKETS: usize = 64;
const TEMPLATE_BUCKETS: usize = 32;
const STRING_TABLE: usize = 128;
const TEMPLATE_TABLE: usize = STRING_TABLE + 4 * STRING_BUCKETS;

/// A chunk in the making: 64 KiB that hold records, and the names and templates they share.
pub(super) struct Chunk {
    bytes: Vec<u8>,
    names: HashMap<Text, u32>,
    templates: HashMap<Guid, u32>,
    heads: Heads,
    /// What the record in the making has added, to be taken back if it does not fit.
    added: Added,
    first: Option<RecordNumber>,
    last: RecordNumber,
    last_record: usize,
}

/// The place of a record in the file's count, and its id.
#[derive(Clone, Copy, Default)]
pub(super) struct RecordNumber {
    pub number: u64,
    pub id: u64,
}

/// The newest name and template of each bucket.
#[derive(Clone)]
struct Heads {
    strings: [u32; STRING_BUCKETS],
    templates: [u32; TEMPLATE_BUCKETS],
}

#[derive(Default)]
struct Added {
    names: Vec<Text>,
    templates: Vec<Guid>,
}

impl Chunk {
    pub fn new() -> Self {
        let mut bytes = Vec::with_capacity(CHUNK_SIZE + 0x1000);
        bytes.resize(CHUNK_HEADER_SIZE, 0);
        Self {
            bytes,
            names: HashMap::new(),
            templates: HashMap::new(),
            heads: Heads {
                strings: [0; STRING_BUCKETS],
                templates: [0; TEMPLATE_BUCKETS],
            },
            added: Added::default(),
            first: None,
            last: RecordNumber::default(),
            last_record: 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Appends a record, or leaves the chunk as it was and says `false` when it does not fit.
    pub fn record(
        &mut self,
        number: RecordNumber,
        time: FileTime,
        body: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<bool, WriteError> {
        let start = self.bytes.len();
        let heads = self.heads.clone();
        self.added = Added::default();
        self.bytes
            .extend_from_slice(&[0x2a, 0x2a, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend_from_slice(&number.id.to_le_bytes());
        self.bytes.extend_from_slice(&time.0.to_le_bytes());
        debug_assert_eq!(self.bytes.len(), start + RECORD_HEADER_SIZE);

        let written = body(self);
        // Records start at multiples of eight; the size stands at both ends.
        let end = (self.bytes.len() + 4).next_multiple_of(8);
        let fits = end <= CHUNK_SIZE;
        if written.is_err() || !fits {
            self.bytes.truncate(start);
            self.heads = heads;
            for name in self.added.names.drain(..) {
                self.names.remove(&name);
            }
            for guid in self.added.templates.drain(..) {
                self.templates.remove(&guid);
            }
            return match written {
                Err(WriteError::RecordTooLarge { .. }) if !self.is_empty() => Ok(false),
                Err(error) => Err(error),
                Ok(()) if self.is_empty() => Err(WriteError::RecordTooLarge { size: end - start }),
                Ok(()) => Ok(false),
            };
        }
        self.bytes.resize(end - 4, 0);
        let size = self.to_offset(end - start)?.to_le_bytes();
        self.bytes.extend_from_slice(&size);
        self.bytes[start + 4..start + 8].copy_from_slice(&size);
        self.first.get_or_insert(number);
        self.last = number;
        self.last_record = start;
        Ok(true)
    }

    /// The whole chunk, with its header, tables and checksums.
    pub fn finish(mut self) -> Vec<u8> {
        let free = self.bytes.len();
        let events_checksum = crc32fast::hash(&self.bytes[CHUNK_HEADER_SIZE..]);
        self.bytes.resize(CHUNK_SIZE, 0);
        let first = self.first.unwrap_or_default();
        let offset = |place: usize| u32::try_from(place).expect("a chunk has 65,536 bytes");
        let mut header = Vec::with_capacity(CHUNK_HEADER_SIZE);
        header.extend_from_slice(b"ElfChnk\0");
        for number in [first.number, self.last.number, first.id, self.last.id] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        for number in [128, offset(self.last_record), offset(free), events_checksum] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.resize(120, 0);
        // Windows sets this flag in every chunk that it has finished.
        header.extend_from_slice(&1_u32.to_le_bytes());
        header.resize(STRING_TABLE, 0);
        for head in self.heads.strings.iter().chain(&self.heads.templates) {
            header.extend_from_slice(&head.to_le_bytes());
        }
        self.bytes[..CHUNK_HEADER_SIZE].copy_from_slice(&header);
        let checksum = header_checksum(&self.bytes);
        self.bytes[124..128].copy_from_slice(&checksum.to_le_bytes());
        self.bytes
    }

    /// The offset of the next byte.
    pub fn position(&self) -> Result<u32, WriteError> {
        // A record that has outgrown any chunk stops here, however deep its elements still go.
        let position = self.bytes.len();
        if position > 2 * CHUNK_SIZE + CHUNK_HEADER_SIZE {
            return Err(WriteError::RecordTooLarge { size: position });
        }
        self.to_offset(position)
    }

    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn out(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Puts four bytes for a size that [`Self::close_size`] fills in.
    pub fn open_size(&mut self) -> usize {
        let place = self.bytes.len();
        self.put(&[0; 4]);
        place
    }

    /// Fills in the number of bytes since [`Self::open_size`].
    pub fn close_size(&mut self, place: usize) -> Result<(), WriteError> {
        let size = self.to_offset(self.bytes.len() - place - 4)?;
        self.patch(place, &size.to_le_bytes());
        Ok(())
    }

    pub fn patch(&mut self, place: usize, bytes: &[u8]) {
        self.bytes[place..place + bytes.len()].copy_from_slice(bytes);
    }

    /// Puts a reference to a name, and the name itself where it is used first.
    pub fn name(&mut self, name: &Text) -> Result<(), WriteError> {
        if let Some(offset) = self.names.get(name) {
            let offset = offset.to_le_bytes();
            self.put(&offset);
            return Ok(());
        }
        let offset = self.position()? + 4;
        let length = name.encode_utf16().count();
        let count = u16::try_from(length).map_err(|_| WriteError::TextTooLong { length })?;
        let hash = name_hash(name.encode_utf16());
        let head = &mut self.heads.strings[usize::from(hash) % STRING_BUCKETS];
        let next = std::mem::replace(head, offset);
        self.put(&offset.to_le_bytes());
        self.put(&next.to_le_bytes());
        self.put(&hash.to_le_bytes());
        self.put(&count.to_le_bytes());
        write_utf16(name, &mut self.bytes);
        self.put(&[0, 0]);
        self.names.insert(name.clone(), offset);
        self.added.names.push(name.clone());
        Ok(())
    }

    /// Puts a reference to a template, and its definition where it is used first.
    pub fn template(
        &mut self,
        guid: Guid,
        definition: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.put(&guid.0[..4]);
        if let Some(offset) = self.templates.get(&guid) {
            let offset = offset.to_le_bytes();
            self.put(&offset);
            return Ok(());
        }
        let offset = self.position()? + 4;
        let units = guid
            .0
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let head = &mut self.heads.templates[usize::from(name_hash(units)) % TEMPLATE_BUCKETS];
        let next = std::mem::replace(head, offset);
        self.put(&offset.to_le_bytes());
        self.put(&next.to_le_bytes());
        self.put(&guid.0);
        let size = self.open_size();
        self.templates.insert(guid, offset);
        self.added.templates.push(guid);
        definition(self)?;
        self.close_size(size)
    }

    fn to_offset(&self, place: usize) -> Result<u32, WriteError> {
        u32::try_from(place).map_err(|_| WriteError::RecordTooLarge { size: place })
    }
}

/// The checksum of a chunk's header: all of it but the flags and the checksum itself.
pub(super) fn header_checksum(chunk: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&chunk[..120]);
    hasher.update(&chunk[STRING_TABLE..CHUNK_HEADER_SIZE]);
    hasher.finalize()
}

/// The hash that sorts names (by their letters) and templates (by their GUID) into buckets.
fn name_hash(units: impl Iterator<Item = u16>) -> u16 {
    let hash = units.fold(0_u32, |hash, unit| {
        hash.wrapping_mul(65_599).wrapping_add(u32::from(unit))
    });
    (hash & 0xffff) as u16
}

const _: () = assert!(TEMPLATE_TABLE + 4 * TEMPLATE_BUCKETS == CHUNK_HEADER_SIZE);

#[cfg(test)]
mod tests {
    use super::name_hash;

    #[test]
    fn names_hash_as_windows_hashes_them() {
        for (name, hash) in [
            ("Event", 0x0cba),
            ("xmlns", 0x0fbc),
            ("System", 0x546f),
            ("Data", 0x6f8a),
            ("EventRecordID", 0x0346),
        ] {
            assert_eq!(name_hash(name.encode_utf16()), hash, "{name}");
        }
    }
}
