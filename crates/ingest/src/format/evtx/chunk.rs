//! One chunk: its header, its checksums, and the walk over its records.

use super::bytes::{array_at, slice_at, u32_at, u64_at};
use super::damage::{Damage, Note, NoteKind, Reason};
use super::record::{Frame, Opened, RECORD_FRAME, RecordRef};
use super::state::State;

/// Bytes of a chunk.
pub const CHUNK_SIZE: usize = 64 * 1024;
/// Bytes of a chunk before its records.
pub const CHUNK_HEADER_SIZE: usize = 512;

const CHUNK_MAGIC: &[u8; 8] = b"ElfChnk\0";
const RECORD_MAGIC: &[u8; 4] = b"\x2a\x2a\0\0";
/// Flag of chunks without checksums.
const NO_CHECKSUMS: u32 = 4;

/// The header of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkHeader {
    /// Id of the first record.
    pub first_record_id: u64,
    /// Id of the last record.
    pub last_record_id: u64,
    /// Where the last record starts.
    pub last_record_offset: u32,
    /// Where the records end.
    pub free_space_offset: u32,
    /// CRC32 of the records.
    pub records_checksum: u32,
    /// Flags.
    pub flags: u32,
    /// CRC32 of the header.
    pub header_checksum: u32,
}

impl ChunkHeader {
    /// Reads the header at the start of a chunk's bytes; `None` if they are too few or do not start with `ElfChnk`.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        bytes
            .starts_with(CHUNK_MAGIC)
            .then(|| Self::parse_fields(bytes))?
    }

    /// Reads a header of which nothing but the mark at its start is damaged: the checksum is that of an intact one.
    fn parse_without_magic(bytes: &[u8]) -> Option<Self> {
        Self::parse_fields(bytes).filter(|header| header.checksum(bytes) == header.header_checksum)
    }

    fn parse_fields(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < CHUNK_HEADER_SIZE {
            return None;
        }
        Some(Self {
            first_record_id: u64_at(bytes, 24)?,
            last_record_id: u64_at(bytes, 32)?,
            last_record_offset: u32_at(bytes, 44)?,
            free_space_offset: u32_at(bytes, 48)?,
            records_checksum: u32_at(bytes, 52)?,
            flags: u32_at(bytes, 120)?,
            header_checksum: u32_at(bytes, 124)?,
        })
    }

    /// CRC32 of the header, were it to start as it should.
    fn checksum(&self, bytes: &[u8]) -> u32 {
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(CHUNK_MAGIC);
        for range in [CHUNK_MAGIC.len()..120, 128..CHUNK_HEADER_SIZE] {
            checksum.update(bytes.get(range).unwrap_or_default());
        }
        checksum.finalize()
    }

    /// Whether the checksum of the header matches.
    #[must_use]
    pub fn header_matches(&self, bytes: &[u8]) -> bool {
        self.is_without(self.header_checksum) || self.checksum(bytes) == self.header_checksum
    }

    /// Whether this checksum was left out, as a flag tells.
    fn is_without(&self, checksum: u32) -> bool {
        self.flags & NO_CHECKSUMS != 0 && checksum == 0
    }

    /// Whether the checksum of the records matches.
    #[must_use]
    pub fn records_match(&self, bytes: &[u8]) -> bool {
        self.is_without(self.records_checksum)
            || bytes
                .get(CHUNK_HEADER_SIZE..self.free_space_offset as usize)
                .is_some_and(|records| crc32fast::hash(records) == self.records_checksum)
    }
}

/// The bytes at one chunk's place in a file.
#[derive(Clone, Copy, Debug)]
pub struct RawChunk<'a> {
    /// Where in the file they start.
    pub offset: u64,
    /// The bytes: 64 KiB, or fewer at the end of a file that is cut off.
    pub bytes: &'a [u8],
}

/// Reads chunks, one after the other. Keep it: what it learns is reused, and nothing is allocated for a chunk like those
/// before.
///
/// ```
/// use gatewatch_ingest::format::evtx::{ChunkParser, RawChunk};
///
/// let bytes = vec![0; 65536];
/// let mut parser = ChunkParser::new();
/// let chunk = parser.open(RawChunk { offset: 4096, bytes: &bytes });
/// assert!(chunk.is_blank());
/// assert_eq!(chunk.records().count(), 0);
/// ```
#[derive(Debug, Default)]
pub struct ChunkParser {
    state: State,
}

impl ChunkParser {
    /// A parser that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a chunk: reads its header and verifies its checksums.
    pub fn open<'a>(&'a mut self, raw: RawChunk<'a>) -> Chunk<'a> {
        self.state.next_chunk();
        Chunk::new(raw, &self.state)
    }
}

/// One chunk.
#[derive(Debug)]
pub struct Chunk<'a> {
    offset: u64,
    bytes: &'a [u8],
    state: &'a State,
    header: Option<ChunkHeader>,
    blank: bool,
    /// Whether the records have to be checked in full, there being no checksum that vouches for them.
    suspect: bool,
    /// The id of the last record, if the header gives one but is damaged.
    stop_id: Option<u64>,
    /// Where the records start and end.
    records: (u32, u32),
    notes: [Option<NoteKind>; 4],
}

impl<'a> Chunk<'a> {
    fn new(raw: RawChunk<'a>, state: &'a State) -> Self {
        let bytes = raw.bytes.get(..CHUNK_SIZE).unwrap_or(raw.bytes);
        let mut chunk = Self {
            offset: raw.offset,
            bytes,
            state,
            header: ChunkHeader::parse(bytes),
            blank: false,
            suspect: false,
            stop_id: None,
            records: (CHUNK_HEADER_SIZE as u32, bytes.len() as u32),
            notes: [None; 4],
        };
        if chunk.header.is_none() {
            chunk.header = ChunkHeader::parse_without_magic(bytes);
            chunk.examine_start();
        }
        if let Some(header) = chunk.header {
            chunk.examine(&header);
        }
        chunk
    }

    /// Looks at a chunk that does not start as one, and finds its first record.
    fn examine_start(&mut self) {
        let length = self.bytes.len() as u32;
        self.suspect = true;
        self.blank = self.bytes.iter().all(|byte| *byte == 0);
        let first = find_frame(self.bytes, 0, length);
        self.records = (first.unwrap_or(length), length);
        if self.blank {
            return;
        }
        self.note(if self.bytes.starts_with(CHUNK_MAGIC) {
            NoteKind::ChunkTruncated(length)
        } else if first.is_none() && self.bytes.len() < CHUNK_SIZE {
            NoteKind::TrailingBytes(length)
        } else {
            NoteKind::ChunkMagic
        });
    }

    /// Verifies the header and what it says about the records.
    fn examine(&mut self, header: &ChunkHeader) {
        let whole = self.bytes.len() == CHUNK_SIZE;
        if !whole {
            self.suspect = true;
            self.note(NoteKind::ChunkTruncated(self.bytes.len() as u32));
        }
        if !header.header_matches(self.bytes) {
            self.suspect = true;
            self.stop_id = Some(header.last_record_id);
            self.note(NoteKind::ChunkHeaderChecksum);
        }
        self.records.0 = CHUNK_HEADER_SIZE as u32;
        let free_space = header.free_space_offset as usize;
        if !(CHUNK_HEADER_SIZE..=CHUNK_SIZE).contains(&free_space) {
            self.suspect = true;
            self.stop_id = Some(header.last_record_id);
            self.note(NoteKind::FreeSpaceOffset(header.free_space_offset));
            return;
        }
        self.records.1 = free_space.min(self.bytes.len()) as u32;
        if !header.records_match(self.bytes) {
            self.suspect = true;
            if whole {
                self.note(NoteKind::ChunkRecordsChecksum);
            }
        }
        self.extend(header);
    }

    /// Takes in records that follow the end given by the header without a gap in place or id: the header of a log in
    /// use is written after its records. Whatever else lies there is left over from other chunks.
    #[inline]
    fn extend(&mut self, header: &ChunkHeader) {
        let end = self.records.1;
        if self.stop_id.is_some() {
            // The end is as doubtful as the rest of the header: it is not where to start.
            self.extend_from(CHUNK_HEADER_SIZE as u32, end, None);
        } else if read_frame(self.bytes, end).is_ok() {
            self.extend_from(end, end, Some(header.last_record_id));
        }
    }

    #[cold]
    fn extend_from(&mut self, start: u32, end: u32, mut last_id: Option<u64>) {
        let (mut at, mut count) = (start, 0);
        while let Ok(frame) = read_frame(self.bytes, at)
            && last_id.is_none_or(|last_id| last_id.checked_add(1) == Some(frame.id))
        {
            count += u32::from(at >= end);
            last_id = Some(frame.id);
            at += frame.size;
        }
        self.records.1 = end.max(at);
        if count > 0 {
            self.suspect = true;
            self.note(NoteKind::RecordsPastFreeSpace(count));
        }
    }

    fn note(&mut self, kind: NoteKind) {
        if let Some(place) = self.notes.iter_mut().find(|place| place.is_none()) {
            *place = Some(kind);
        }
    }

    /// Where the chunk starts in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The chunk's header, if it has one.
    #[must_use]
    pub fn header(&self) -> Option<&ChunkHeader> {
        self.header.as_ref()
    }

    /// Whether every byte is zero. Logs grow by several chunks at a time: those not used yet are blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.blank
    }

    /// What there is to say about the chunk as a whole.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        self.notes.iter().flatten().map(|kind| Note {
            offset: self.offset,
            kind: *kind,
        })
    }

    /// The records, in the order in which they lie in the chunk. A place where a record should be and none can be read
    /// is an error, after which the next record follows.
    #[must_use]
    pub fn records(&self) -> Records<'a> {
        Records {
            bytes: self.bytes,
            state: self.state,
            chunk_offset: self.offset,
            last_record_id: self.header.map(|header| header.last_record_id),
            at: self.records.0,
            end: self.records.1,
            suspect: self.suspect,
            stop_id: self.stop_id,
            last_id: None,
        }
    }
}

/// The records of a [`Chunk`].
#[derive(Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    state: &'a State,
    chunk_offset: u64,
    /// The last id that the chunk header gives.
    last_record_id: Option<u64>,
    at: u32,
    end: u32,
    suspect: bool,
    /// The id after which a gap is the end, if where the end is cannot be trusted.
    stop_id: Option<u64>,
    /// The id of the record before.
    last_id: Option<u64>,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<RecordRef<'a>, Damage>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        match read_frame(self.bytes, start) {
            Ok(frame) => Some(self.open(frame)),
            Err(reason) => self.resume(start, reason),
        }
    }
}

impl<'a> Records<'a> {
    /// Opens the record with this frame and moves past it.
    #[inline]
    fn open(&mut self, frame: Frame) -> Result<RecordRef<'a>, Damage> {
        self.at = frame.offset + frame.size;
        self.last_id = Some(frame.id);
        match Opened::read(self.bytes, self.state, &frame) {
            Ok(opened) => {
                let record =
                    RecordRef::new(self.bytes, self.state, self.chunk_offset, frame, opened);
                if self.suspect {
                    record.check_suspect();
                }
                Ok(record)
            }
            Err(reason) => Err(Damage {
                offset: self.chunk_offset + u64::from(frame.offset),
                record_id: Some(frame.id),
                skipped: 0,
                reason,
            }),
        }
    }

    /// Goes on behind a place where no intact record starts.
    #[cold]
    fn resume(&mut self, start: u32, reason: Reason) -> Option<Result<RecordRef<'a>, Damage>> {
        let frame = read_header(self.bytes, start);
        let next = find_frame(self.bytes, start + 1, self.end);
        if let (Reason::RecordSizeCopy { .. }, Ok(frame)) = (reason, frame) {
            // The end is damaged, and so may be what is before it: it is handed out if all of it can be read.
            if let Ok(record) = self.open(frame)
                && record.check_content().is_ok()
            {
                record.note(reason);
                self.at = next.map_or(self.at, |next| next.min(self.at));
                return Some(Ok(record));
            }
        }
        self.at = next.unwrap_or(self.end);
        if self.last_id.is_some() && self.last_id == self.stop_id {
            self.at = self.end;
            return None;
        }
        if next.is_none() && self.last_id.is_some() && self.last_id == self.last_record_id {
            // All records were read, and zeros follow: the header gives too late an end.
            let rest = self.bytes.get(start as usize..self.end as usize);
            if rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0)) {
                return None;
            }
        }
        Some(Err(Damage {
            offset: self.chunk_offset + u64::from(start),
            record_id: frame.ok().map(|frame| frame.id),
            skipped: self.at - start,
            reason,
        }))
    }
}

/// Reads the frame of the record at `start`: the header, and the copy of the size at the end.
#[inline]
fn read_frame(bytes: &[u8], start: u32) -> Result<Frame, Reason> {
    let frame = read_header(bytes, start)?;
    let copy = u32_at(bytes, (start + frame.size) as usize - 4).unwrap_or_default();
    if copy == frame.size {
        Ok(frame)
    } else {
        Err(Reason::RecordSizeCopy {
            size: frame.size,
            copy,
        })
    }
}

/// Reads the header of the record at `start`, which ends within the chunk.
#[inline]
fn read_header(bytes: &[u8], start: u32) -> Result<Frame, Reason> {
    let Some(header) = array_at::<24>(bytes, start as usize) else {
        return Err(Reason::Truncated);
    };
    if !header.starts_with(RECORD_MAGIC) {
        return Err(Reason::RecordMagic);
    }
    let [size, id, written] = [
        u64::from(u32_at(header, 4).unwrap_or_default()),
        u64_at(header, 8).unwrap_or_default(),
        u64_at(header, 16).unwrap_or_default(),
    ];
    let room = bytes.len() as u64 - u64::from(start);
    if size < u64::from(RECORD_FRAME) || size > room {
        return Err(Reason::RecordSize(size as u32));
    }
    Ok(Frame {
        offset: start,
        size: size as u32,
        id,
        written,
    })
}

/// Where the next intact record starts, at `from` or later and before `until`.
fn find_frame(bytes: &[u8], from: u32, until: u32) -> Option<u32> {
    let area = slice_at(bytes, 0, until as usize)?;
    let finder = memchr::memmem::Finder::new(RECORD_MAGIC);
    let mut at = from as usize;
    loop {
        at += finder.find(area.get(at..)?)?;
        if read_frame(bytes, at as u32).is_ok() {
            return Some(at as u32);
        }
        at += 1;
    }
}
