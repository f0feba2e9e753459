use super::chunk::{CHUNK_HEADER_SIZE, CHUNK_SIZE, Chunk, RecordNumber};
use super::layout::write_event;
use super::{Event, FileTime, Style, WriteError};

/// Bytes of the file before its first chunk.
pub(super) const FILE_HEADER_SIZE: usize = 4096;
/// Bytes of the file header that mean something.
const FILE_HEADER_USED: u32 = 128;
const DIRTY: u32 = 1;

/// Where a record went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPlace {
    /// The record's id.
    pub record_id: u64,
    /// The chunk, counted from 0.
    pub chunk: usize,
}

/// A Windows event log in the making.
///
/// See the [crate's example](crate).
pub struct EvtxFile {
    style: Style,
    bytes: Vec<u8>,
    chunk: Chunk,
    next: RecordNumber,
    largest_id: u64,
    max_chunks: Option<usize>,
    unused_chunks: usize,
    dirty: bool,
    error: Option<WriteError>,
}

impl Default for EvtxFile {
    fn default() -> Self {
        Self::new()
    }
}

impl EvtxFile {
    /// A file without events.
    #[must_use]
    pub fn new() -> Self {
        Self {
            style: Style::default(),
            bytes: vec![0; FILE_HEADER_SIZE],
            chunk: Chunk::new(),
            next: RecordNumber { number: 1, id: 1 },
            largest_id: 0,
            max_chunks: None,
            unused_chunks: 0,
            dirty: false,
            error: None,
        }
    }

    /// Sets the layout of the events that follow.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.set_style(style);
        self
    }

    /// Sets the layout of the events that follow.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// Sets the id of the next record, which is else one more than the last.
    #[must_use]
    pub fn next_record_id(mut self, id: u64) -> Self {
        self.next.id = id;
        self
    }

    /// Sets how many chunks the file may have, at least one: the event that would begin one more
    /// is an error.
    #[must_use]
    pub fn max_chunks(mut self, chunks: usize) -> Self {
        self.max_chunks = Some(chunks.max(1));
        self
    }

    /// Adds space for chunks that are not yet used, as Windows reserves it.
    #[must_use]
    pub fn unused_chunks(mut self, chunks: usize) -> Self {
        self.unused_chunks = chunks;
        self
    }

    /// Leaves the file as it is while the event log service has it open: the dirty flag set.
    #[must_use]
    pub fn dirty(mut self) -> Self {
        self.dirty = true;
        self
    }

    /// Adds an event; an error shows in [`Self::finish`].
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        if self.error.is_none()
            && let Err(error) = self.push(&event)
        {
            self.error = Some(error);
        }
        self
    }

    /// Adds events; an error shows in [`Self::finish`].
    #[must_use]
    pub fn events(self, events: impl IntoIterator<Item = Event>) -> Self {
        events.into_iter().fold(self, Self::event)
    }

    /// Adds an event.
    ///
    /// # Errors
    ///
    /// When the event cannot be written. The file is then as it was.
    pub fn push(&mut self, event: &Event) -> Result<RecordPlace, WriteError> {
        let style = self.style;
        let id = event.record_id.unwrap_or(self.next.id);
        self.record(id, event.time, |chunk| write_event(chunk, event, id, style))
    }

    /// Adds a record whose BinXML is any bytes, such as none.
    ///
    /// # Errors
    ///
    /// When the record does not fit in a chunk.
    pub fn push_raw(&mut self, time: FileTime, body: &[u8]) -> Result<RecordPlace, WriteError> {
        self.record(self.next.id, time, |chunk| {
            chunk.put(body);
            Ok(())
        })
    }

    /// Ends the chunk, so that the next event begins another.
    pub fn end_chunk(&mut self) {
        if !self.chunk.is_empty() {
            let chunk = std::mem::replace(&mut self.chunk, Chunk::new());
            self.bytes.extend_from_slice(&chunk.finish());
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// The first error of [`Self::event`].
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.end_chunk();
        let chunks = self.finished_chunks();
        let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let mut header = Vec::with_capacity(FILE_HEADER_SIZE);
        header.extend_from_slice(b"ElfFile\0");
        header.extend_from_slice(&0_u64.to_le_bytes());
        header.extend_from_slice(&number(chunks.saturating_sub(1)).to_le_bytes());
        header.extend_from_slice(&self.largest_id.saturating_add(1).to_le_bytes());
        header.extend_from_slice(&FILE_HEADER_USED.to_le_bytes());
        for field in [
            1_u16,
            3,
            FILE_HEADER_SIZE as u16,
            // The field is too narrow for files over 4 GiB, and Windows goes by the file's size.
            u16::try_from(chunks).unwrap_or(u16::MAX),
        ] {
            header.extend_from_slice(&field.to_le_bytes());
        }
        header.resize(120, 0);
        let checksum = crc32fast::hash(&header);
        let flags = if self.dirty { DIRTY } else { 0 };
        header.extend_from_slice(&flags.to_le_bytes());
        header.extend_from_slice(&checksum.to_le_bytes());
        self.bytes[..header.len()].copy_from_slice(&header);
        let size = self.bytes.len() + self.unused_chunks * CHUNK_SIZE;
        self.bytes.resize(size, 0);
        Ok(self.bytes)
    }

    fn finished_chunks(&self) -> usize {
        (self.bytes.len() - FILE_HEADER_SIZE) / CHUNK_SIZE
    }

    fn record(
        &mut self,
        id: u64,
        time: FileTime,
        body: impl Fn(&mut Chunk) -> Result<(), WriteError>,
    ) -> Result<RecordPlace, WriteError> {
        let number = RecordNumber {
            number: self.next.number,
            id,
        };
        if !self.chunk.record(number, time, &body)? {
            // A limit leaves the last chunk open: smaller records may still fit.
            if self.max_chunks == Some(self.finished_chunks() + 1) {
                return Err(WriteError::FileFull);
            }
            let mut chunk = Chunk::new();
            if !chunk.record(number, time, &body)? {
                return Err(WriteError::RecordTooLarge {
                    size: CHUNK_SIZE - CHUNK_HEADER_SIZE,
                });
            }
            self.end_chunk();
            self.chunk = chunk;
        }
        self.next = RecordNumber {
            number: number.number.saturating_add(1),
            id: id.saturating_add(1),
        };
        self.largest_id = self.largest_id.max(id);
        Ok(RecordPlace {
            record_id: id,
            chunk: self.finished_chunks(),
        })
    }
}
