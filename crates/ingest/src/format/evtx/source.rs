//! Bytes of a file, chunk by chunk: by place, for files that several threads may share, or one after the other.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use super::chunk::{CHUNK_SIZE, RawChunk};
use super::damage::{Note, NoteKind};
use super::header::{FILE_HEADER_SIZE, FileHeader};
use crate::format::buffer::PageBuffer;

/// Chunks read at a time: enough to make the calls cheap, few enough to stay in the processor's cache.
const BATCH: usize = 4;
const CHUNK: u64 = CHUNK_SIZE as u64;

/// Bytes that can be read at any place, by several threads.
pub trait ReadAt {
    /// Reads bytes from `offset` on into `buffer`; fewer than it holds only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// How many bytes there are.
    fn length(&self) -> io::Result<u64>;
}

impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let place = offset.saturating_add(filled as u64);
            match read_once(self, &mut buffer[filled..], place) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }
}

#[cfg(unix)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

impl ReadAt for &[u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.get(start..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

/// Whether bytes from the start of a file look like those of an event log. 4,104 bytes are enough to tell.
///
/// ```
/// use gatewatch_ingest::format::evtx::is_evtx;
///
/// assert!(is_evtx(b"ElfFile\0"));
/// assert!(!is_evtx(b"{}"));
/// ```
#[must_use]
pub fn is_evtx(start: &[u8]) -> bool {
    let has_chunk = |at: usize| {
        start
            .get(at..)
            .is_some_and(|rest| rest.starts_with(b"ElfChnk\0"))
    };
    start.starts_with(b"ElfFile\0") || has_chunk(0) || has_chunk(FILE_HEADER_SIZE)
}

/// Where the chunks start: behind the header, or at once if somebody carved chunks out of a disk.
fn start_of_chunks(start: &[u8]) -> u64 {
    if start.starts_with(b"ElfChnk\0") {
        0
    } else {
        FILE_HEADER_SIZE as u64
    }
}

/// The header and what there is to say about it.
fn examine_start(start: &[u8], notes: &mut Vec<Note>) -> Option<FileHeader> {
    let header = FileHeader::parse(start).filter(|_| start_of_chunks(start) > 0);
    let mut note = |kind| notes.push(Note { offset: 0, kind });
    if start.is_empty() {
        note(NoteKind::EmptyFile);
    } else if !start.starts_with(b"ElfFile\0") {
        note(NoteKind::FileMagic);
    } else if start.len() < FILE_HEADER_SIZE {
        note(NoteKind::FileHeaderTruncated);
    }
    header.iter().flat_map(FileHeader::notes).for_each(note);
    header
}

/// Whether the bytes of the last chunk place are no chunk, but something that was appended to the file.
fn is_appendix(last: &[u8]) -> bool {
    last.len() < CHUNK_SIZE && !last.starts_with(b"ElfChnk\0")
}

/// A note if the header counts other chunks than there are. A header that counts more says that the file was cut off;
/// one that counts fewer is older than the chunks.
fn count_note(header: Option<&FileHeader>, found: u64) -> Option<Note> {
    let header = header.filter(|header| header.magic)?;
    let counted = u64::from(header.chunk_count);
    // The count has 16 bits only.
    (counted != found && found <= u64::from(u16::MAX)).then_some(Note {
        offset: 0,
        kind: NoteKind::ChunkCount {
            header: counted,
            found,
        },
    })
}

/// An event log whose chunks can be read in any order, by several threads.
///
/// ```
/// use gatewatch_ingest::format::evtx::{ChunkParser, EvtxFile};
///
/// # fn main() -> std::io::Result<()> {
/// let bytes: &[u8] = b"ElfFile\0 and no more";
/// let file = EvtxFile::open(bytes)?;
/// assert_eq!(file.notes().len(), 1); // the header is cut off
///
/// let mut parser = ChunkParser::new();
/// let mut reader = file.reader(0..file.chunk_count());
/// while let Some(raw) = reader.next_chunk()? {
///     let chunk = parser.open(raw);
///     for record in chunk.records() {
///         // ...
///         # let _ = record;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct EvtxFile<S> {
    source: S,
    length: u64,
    /// Where the chunks start.
    base: u64,
    header: Option<FileHeader>,
    /// Chunk places up to the last one that is not blank.
    chunk_count: u64,
    notes: Vec<Note>,
}

impl<S: ReadAt> EvtxFile<S> {
    /// Opens a log: reads its header and finds its last chunk.
    pub fn open(source: S) -> io::Result<Self> {
        let mut start = vec![0; FILE_HEADER_SIZE];
        let read = source.read_at(&mut start, 0)?;
        start.truncate(read);
        let mut notes = Vec::new();
        let header = examine_start(&start, &mut notes);
        let mut file = Self {
            length: source.length()?,
            source,
            base: start_of_chunks(&start),
            header,
            chunk_count: 0,
            notes,
        };
        let appendix;
        (file.chunk_count, appendix) = file.find_last_chunk()?;
        let found = file.chunk_count - u64::from(appendix);
        file.notes.extend(count_note(file.header.as_ref(), found));
        Ok(file)
    }

    /// The file's header, if the file is long enough to have one.
    #[must_use]
    pub fn header(&self) -> Option<&FileHeader> {
        self.header.as_ref()
    }

    /// What there is to say about the file as a whole.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How many bytes the file has.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many chunks there are, up to the last that is not blank.
    #[must_use]
    pub fn chunk_count(&self) -> u64 {
        self.chunk_count
    }

    /// Reads the chunks in `range`, with a buffer of its own.
    pub fn reader(&self, range: Range<u64>) -> ChunkReader<'_, S> {
        ChunkReader {
            file: self,
            next: range.start,
            end: range.end.min(self.chunk_count),
            buffer: PageBuffer::default(),
            buffered: 0..0,
            notes: Vec::new(),
        }
    }

    /// The number of chunks up to the last that is not blank, and whether that is none but something appended. Looks
    /// from the end: files end in few blank chunks.
    fn find_last_chunk(&self) -> io::Result<(u64, bool)> {
        let mut count = self.length.saturating_sub(self.base).div_ceil(CHUNK);
        let mut bytes = vec![0; CHUNK_SIZE];
        while count > 0 {
            let place = self.base + (count - 1) * CHUNK;
            // Chunks that are not blank start with their mark: mostly there is no need to look further.
            for length in [8, CHUNK_SIZE] {
                let read = self.source.read_at(&mut bytes[..length], place)?;
                if !is_blank(&bytes[..read]) {
                    let is_short = self.length - place < CHUNK;
                    return Ok((count, is_short && is_appendix(&bytes[..read])));
                }
            }
            count -= 1;
        }
        Ok((0, false))
    }
}

/// Whether all bytes are zero.
fn is_blank(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<64>();
    blocks
        .iter()
        .all(|block| block.iter().fold(0, |any, byte| any | byte) == 0)
        && rest.iter().all(|byte| *byte == 0)
}

/// Reads a range of an [`EvtxFile`]'s chunks.
#[derive(Debug)]
pub struct ChunkReader<'f, S> {
    file: &'f EvtxFile<S>,
    next: u64,
    end: u64,
    buffer: PageBuffer,
    /// The part of the buffer that was not handed out yet.
    buffered: Range<usize>,
    notes: Vec<Note>,
}

impl<S: ReadAt> ChunkReader<'_, S> {
    /// Goes on with another range, with the same buffer.
    pub fn seek(&mut self, range: Range<u64>) {
        self.next = range.start;
        self.end = range.end.min(self.file.chunk_count);
        self.buffered = 0..0;
    }

    /// The next chunk that is not blank.
    pub fn next_chunk(&mut self) -> io::Result<Option<RawChunk<'_>>> {
        let mut blank = 0;
        loop {
            if self.buffered.is_empty() && !self.fill()? {
                self.note_blank(blank);
                return Ok(None);
            }
            let start = self.buffered.start;
            let end = self.buffered.end.min(start + CHUNK_SIZE);
            self.buffered.start = end;
            self.next += 1;
            let bytes = &self.buffer.all()[start..end];
            let is_used = bytes.starts_with(b"ElfChnk\0") || !is_blank(bytes);
            if is_used {
                self.next -= 1;
                self.note_blank(blank);
                self.next += 1;
                return Ok(Some(RawChunk {
                    offset: self.file.base + (self.next - 1) * CHUNK,
                    bytes: &self.buffer.all()[start..end],
                }));
            }
            blank += 1;
        }
    }

    /// What there was to say about places without a chunk, since this was last asked.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    fn note_blank(&mut self, count: u64) {
        if count > 0 {
            self.notes.push(Note {
                offset: self.file.base + (self.next - count) * CHUNK,
                kind: NoteKind::ChunksBlank(count),
            });
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let chunks = self.end.saturating_sub(self.next).min(BATCH as u64) as usize;
        if chunks == 0 {
            return Ok(false);
        }
        let length = chunks * CHUNK_SIZE;
        let place = self.file.base + self.next * CHUNK;
        let read = self.file.source.read_at(self.buffer.first(length), place)?;
        self.buffered = 0..read;
        Ok(read > 0)
    }
}

/// An event log that can only be read from start to end.
#[derive(Debug)]
pub struct EvtxStream<R> {
    source: R,
    buffer: PageBuffer,
    /// Bytes in the buffer that were read already and belong to the next chunk.
    filled: usize,
    base: u64,
    next: u64,
    header: Option<FileHeader>,
    notes: Vec<Note>,
    blank: u64,
    last_used: u64,
    done: bool,
}

impl<R: Read> EvtxStream<R> {
    /// Starts to read a log.
    pub fn open(mut source: R) -> io::Result<Self> {
        let mut buffer = PageBuffer::default();
        let bytes = buffer.first(CHUNK_SIZE);
        let filled = read_full(&mut source, &mut bytes[..FILE_HEADER_SIZE])?;
        let start = &bytes[..filled];
        let mut notes = Vec::new();
        let header = examine_start(start, &mut notes);
        let base = start_of_chunks(start);
        Ok(Self {
            source,
            filled: if base == 0 { filled } else { 0 },
            buffer,
            base,
            next: 0,
            header,
            notes,
            blank: 0,
            last_used: 0,
            done: false,
        })
    }

    /// The file's header, if the file is long enough to have one.
    #[must_use]
    pub fn header(&self) -> Option<&FileHeader> {
        self.header.as_ref()
    }

    /// The next chunk that is not blank.
    pub fn next_chunk(&mut self) -> io::Result<Option<RawChunk<'_>>> {
        while !self.done {
            let filled = self.filled;
            self.filled = 0;
            let bytes = self.buffer.first(CHUNK_SIZE);
            let length = filled + read_full(&mut self.source, &mut bytes[filled..])?;
            let offset = self.base + self.next * CHUNK;
            self.done = length < CHUNK_SIZE;
            if length == 0 {
                break;
            }
            self.next += 1;
            if is_blank(&bytes[..length]) {
                self.blank += 1;
                continue;
            }
            if self.blank > 0 {
                self.notes.push(Note {
                    offset: offset - self.blank * CHUNK,
                    kind: NoteKind::ChunksBlank(self.blank),
                });
                self.blank = 0;
            }
            self.last_used = self.next - u64::from(is_appendix(&bytes[..length]));
            return Ok(Some(RawChunk {
                offset,
                bytes: &self.buffer.all()[..length],
            }));
        }
        self.done = true;
        let count = count_note(self.header.take().as_ref(), self.last_used);
        self.notes.extend(count);
        Ok(None)
    }

    /// What there was to say about the file, and about places without a chunk, since this was last asked.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}

fn read_full(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
