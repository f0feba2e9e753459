//! Records out of bytes.

use std::io::{self, Read};

use super::run::Run;
use crate::format::utf16::{self, Decoder, Flaws};

/// Longer records are not read: no syslog daemon writes them, and a file that is not text must not fill the memory.
pub const MAX_RECORD: usize = 1 << 20;

/// How much is read at once.
const BLOCK: usize = 256 << 10;

/// One record of a syslog file, and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The bytes, without the line's end.
    pub bytes: &'a [u8],
    /// Byte offset in the stream, as it is encoded there.
    pub offset: u64,
    /// The record was longer than [`MAX_RECORD`]; `bytes` is only its beginning.
    pub cut: bool,
}

/// How lines become records.
#[derive(Clone, Copy)]
pub enum Framing {
    /// A line that begins with white space belongs to the one before, as Filebeat joins them.
    Indented,
    /// Every line is a record.
    Lines,
    /// A line belongs to the record before when this says so of the record's first line and the start of the new one, at
    /// least [`NEXT_BYTES`] of it where it has so many.
    Joined(fn(first: &[u8], next: &[u8]) -> bool),
    /// The same, but each line stays an event of its own, which sees the others as
    /// [`Record::group`](crate::source::mapping::Record::group).
    Grouped(fn(first: &[u8], next: &[u8]) -> bool),
    /// Lines that this calls pieces of one record belong together, even with lines of other records between them. Other lines are as in
    /// `Indented`.
    Gathered(Pieces),
}

/// Tells which record a line is a piece of. It may be given no more than the first [`NEXT_BYTES`] of a line.
#[derive(Clone, Copy)]
pub struct Pieces {
    /// What the line has to do with the record that it is a piece of.
    pub piece: fn(line: &[u8]) -> Option<Piece<'_>>,
    /// No more than which record that is: the same that `piece` says.
    pub of: fn(line: &[u8]) -> Option<PieceOf<'_>>,
}

/// Which record a line is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceOf<'a> {
    /// The machine that wrote it, where the line says.
    pub host: &'a [u8],
    /// What the pieces of the record have in common, and no other record of the machine has.
    pub name: &'a [u8],
}

/// What a line has to do with the record that it is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Which record that is.
    pub of: PieceOf<'a>,
    /// When it was written, in milliseconds. Pieces of one record lie close together.
    pub millis: i64,
    /// Is the record complete with it?
    pub last: bool,
    /// Does it say nothing else?
    pub empty: bool,
}

/// As much of a line as is looked at to tell whether it belongs to the one before.
pub const NEXT_BYTES: usize = 256;

/// Cuts a stream into records: lines, joined as [`Framing`] says; by default a line and the lines after it that start with white space.
///
/// Carriage returns before a line's end are left out, and so are byte order marks at the start of a record, where files were
/// put together; blank lines are no records. A stream of UTF-16 is read as UTF-8.
pub struct Frames<R> {
    reader: R,
    /// The stream is UTF-16.
    wide: Option<Wide>,
    begun: bool,
    buffer: Vec<u8>,
    /// The unread part of `buffer`.
    start: usize,
    end: usize,
    /// Offset in the stream of the start of `buffer`.
    base: u64,
    ended: bool,
    /// What went wrong while looking ahead: shown when the bytes behind it are asked for.
    failure: Option<io::Error>,
    /// The rest of a record that was too long is passed over.
    skipping: bool,
    framing: Framing,
}

/// How a stream of UTF-16 is read, and how far its records are counted back into bytes of the stream.
struct Wide {
    decoder: Decoder,
    /// Up to this index of the buffer,
    counted_to: usize,
    /// which lies at this offset of the stream.
    counted: u64,
}

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where the next record ends.
enum Cut {
    /// At this index, and the next one starts at the other.
    Record(usize, usize),
    /// Beyond the memory that a record may take.
    TooLong,
    /// The stream is read.
    End,
}

impl<R: Read> Frames<R> {
    /// Reads from the start of a stream.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            wide: None,
            begun: false,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            base: 0,
            ended: false,
            failure: None,
            skipping: false,
            framing: Framing::Indented,
        }
    }

    /// Joins lines in another way from now on.
    pub fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// How many bytes were taken from the stream.
    pub fn bytes_read(&self) -> u64 {
        match &self.wide {
            Some(wide) => wide.decoder.total(),
            None => self.base + self.end as u64,
        }
    }

    /// How many bytes of the stream these bytes of a record take there.
    pub fn width(&self) -> fn(&[u8]) -> u64 {
        match self.wide {
            Some(_) => |bytes| 2 * utf16::units(bytes),
            None => |bytes| bytes.len() as u64,
        }
    }

    /// What of a stream of UTF-16 was none.
    pub(crate) fn flaws(&self) -> Flaws {
        let wide = self.wide.as_ref();
        wide.map(|wide| wide.decoder.flaws()).unwrap_or_default()
    }

    /// Looks how the stream is encoded.
    fn begin(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        self.look_ahead(utf16::HEAD_BYTES);
        if let Some(encoding) = utf16::encoding(&self.buffer[..self.end]) {
            self.wide = Some(Wide {
                decoder: Decoder::new(&self.buffer[..self.end], encoding),
                counted_to: 0,
                counted: encoding.mark as u64,
            });
            self.end = 0;
            self.ended = false;
        }
    }

    /// Reads until so many bytes are in memory, as far as there are.
    fn look_ahead(&mut self, bytes: usize) {
        while self.end - self.start < bytes && !self.ended && self.failure.is_none() {
            self.failure = self.fill().err();
        }
    }

    /// Where in the stream an index of the buffer lies; indices are asked for in ascending order.
    fn offset(&mut self, at: usize) -> u64 {
        match &mut self.wide {
            Some(wide) => {
                wide.counted += 2 * utf16::units(&self.buffer[wide.counted_to..at]);
                wide.counted_to = at;
                wide.counted
            }
            None => self.base + at as u64,
        }
    }

    /// Everything that is in memory and not yet read, and whether it is all that is left of the stream. Reads a first block if need be.
    pub fn peek(&mut self) -> (&[u8], bool) {
        self.begin();
        self.look_ahead(BLOCK);
        (&self.buffer[self.start..self.end], self.ended)
    }

    /// The records that lie in memory as a whole, where that is told from lines alone and costs less than one at a time; perhaps none.
    /// What was taken of them is to be [passed](Self::pass).
    pub(crate) fn run(&mut self) -> Run<'_> {
        self.begin();
        let is_indented = match self.framing {
            Framing::Indented => true,
            Framing::Lines => false,
            Framing::Joined(_) | Framing::Grouped(_) | Framing::Gathered(_) => {
                return Run::default();
            }
        };
        let offset = self.base + self.start as u64;
        // The mark at the start of the stream is no part of it.
        if self.wide.is_some() || self.skipping || offset == 0 && self.start_is_marked() {
            return Run::default();
        }
        Run::new(&self.buffer[self.start..self.end], offset, is_indented)
    }

    /// Passes over records that were taken of a [run](Self::run), so many bytes.
    pub(crate) fn pass(&mut self, bytes: usize) {
        self.start += bytes.min(self.end - self.start);
    }

    fn start_is_marked(&self) -> bool {
        self.buffer[self.start..self.end].starts_with(BYTE_ORDER_MARK)
    }

    /// The next record; `None` at the end of the stream.
    ///
    /// # Errors
    /// When the stream cannot be read; nothing more can be had from it then.
    pub fn next_frame(&mut self) -> io::Result<Option<Frame<'_>>> {
        self.begin();
        loop {
            if self.base + self.start as u64 == 0 {
                self.skip_byte_order_mark()?;
            }
            let cut = self.cut()?;
            let mut from = self.start;
            match cut {
                Cut::End => return Ok(None),
                Cut::TooLong => {
                    self.start = self.end;
                    if !std::mem::replace(&mut self.skipping, true) {
                        let offset = self.offset(from);
                        return Ok(Some(Frame {
                            bytes: &self.buffer[from..self.end],
                            offset,
                            cut: true,
                        }));
                    }
                }
                Cut::Record(end, next) => {
                    self.start = next;
                    if self.buffer[from..end].starts_with(BYTE_ORDER_MARK) {
                        from += BYTE_ORDER_MARK.len();
                    }
                    let record = trim_end(&self.buffer[from..end]);
                    if std::mem::take(&mut self.skipping)
                        || record.iter().all(u8::is_ascii_whitespace)
                    {
                        continue;
                    }
                    let offset = self.offset(from);
                    return Ok(Some(Frame {
                        bytes: trim_end(&self.buffer[from..end]),
                        offset,
                        cut: false,
                    }));
                }
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        while self.end - self.start < 3 && !self.ended {
            self.fill()?;
        }
        if self.start_is_marked() {
            self.start += BYTE_ORDER_MARK.len();
        }
        Ok(())
    }

    /// Finds the end of the record that starts at `start`, reading on as needed.
    fn cut(&mut self) -> io::Result<Cut> {
        let mut looked = 0;
        // The end of the last whole line of the record, relative to `start`.
        let mut line_end = None;
        let mut first_end = 0;
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(end) = line_end {
                match self.joins(rest, first_end, end) {
                    Some(true) => {}
                    None if rest.len() < MAX_RECORD => {
                        self.fill()?;
                        continue;
                    }
                    _ => return Ok(self.record(end)),
                }
            }
            match memchr::memchr(b'\n', &rest[looked..]) {
                Some(at) if looked + at < MAX_RECORD => {
                    let end = looked + at;
                    looked = end + 1;
                    if line_end.is_none() {
                        first_end = end;
                    }
                    line_end = Some(end);
                }
                // The lines so far are a record; the next one is too long to join.
                _ if rest.len() >= MAX_RECORD => {
                    return Ok(match line_end {
                        Some(end) => self.record(end),
                        None => Cut::TooLong,
                    });
                }
                _ if self.ended => {
                    return Ok(match rest.len() {
                        0 => Cut::End,
                        length => Cut::Record(self.start + length, self.end),
                    });
                }
                _ => {
                    looked = rest.len();
                    self.fill()?;
                }
            }
        }
    }

    /// Does the line behind `end` belong to the record whose first line ends at `first_end`? `None` when more must be read to tell.
    #[inline]
    fn joins(&self, rest: &[u8], first_end: usize, end: usize) -> Option<bool> {
        let next = &rest[end + 1..];
        match self.framing {
            _ if self.skipping => Some(false),
            Framing::Lines => Some(false),
            Framing::Indented => match next.first() {
                Some(byte) => Some(matches!(byte, b' ' | b'\t')),
                None => self.ended.then_some(false),
            },
            Framing::Joined(joins) | Framing::Grouped(joins) => {
                self.joins_by(next, |next| joins(&rest[..first_end], next))
            }
            Framing::Gathered(Pieces { of, .. }) => self.joins_by(next, |next| match of(next) {
                Some(next) => of(&rest[..first_end]) == Some(next),
                None => {
                    matches!(next.first(), Some(b' ' | b'\t')) && of(&rest[..first_end]).is_none()
                }
            }),
        }
    }

    /// What `joins` says of the line at the start of `next`. `None` when more must be read to tell.
    fn joins_by(&self, next: &[u8], joins: impl FnOnce(&[u8]) -> bool) -> Option<bool> {
        let line = match memchr::memchr(b'\n', next) {
            Some(at) => &next[..at],
            None if next.len() >= NEXT_BYTES || self.ended => next,
            None => return None,
        };
        if line.is_empty() && next.is_empty() {
            return Some(false);
        }
        Some(joins(&line[..line.len().min(NEXT_BYTES)]))
    }

    fn record(&self, end: usize) -> Cut {
        Cut::Record(self.start + end, self.start + end + 1)
    }

    /// Reads another block behind the unread bytes.
    fn fill(&mut self) -> io::Result<()> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        if self.start > 0 {
            self.offset(self.start);
            if let Some(wide) = &mut self.wide {
                wide.counted_to = 0;
            }
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + BLOCK {
            self.buffer.resize(self.end + BLOCK, 0);
        }
        loop {
            let space = &mut self.buffer[self.end..];
            let read = match &mut self.wide {
                Some(wide) => wide.decoder.read(&mut self.reader, space),
                None => self.reader.read(space),
            };
            match read {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(count) => {
                    self.end += count;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Without carriage returns and line feeds at the end.
#[inline]
pub(super) fn trim_end(mut line: &[u8]) -> &[u8] {
    while let Some((b'\r' | b'\n', rest)) = line.split_last() {
        line = rest;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{Frames, MAX_RECORD};
    use proptest::prelude::{any, prop, proptest};
    use std::io::Read;

    /// Gives its bytes in pieces of the given sizes.
    struct Pieces<'a> {
        bytes: &'a [u8],
        sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let size = self
                .sizes
                .next()
                .unwrap_or(1)
                .min(buffer.len())
                .min(self.bytes.len());
            buffer[..size].copy_from_slice(&self.bytes[..size]);
            self.bytes = &self.bytes[size..];
            Ok(size)
        }
    }

    fn frames(bytes: &[u8], sizes: Vec<usize>) -> Vec<(u64, Vec<u8>, bool)> {
        let reader = Pieces {
            bytes,
            sizes: sizes.clone().into_iter().cycle(),
        };
        let mut frames = Frames::new(reader);
        let mut found = Vec::new();
        while let Some(frame) = frames.next_frame().expect("memory can be read") {
            found.push((frame.offset, frame.bytes.to_vec(), frame.cut));
        }
        assert_eq!(frames.bytes_read(), bytes.len() as u64);
        assert_eq!(in_runs(bytes, sizes), found);
        found
    }

    /// The same, as many at once as lie in memory.
    fn in_runs(bytes: &[u8], sizes: Vec<usize>) -> Vec<(u64, Vec<u8>, bool)> {
        let reader = Pieces {
            bytes,
            sizes: sizes.into_iter().cycle(),
        };
        let mut frames = Frames::new(reader);
        let mut found = Vec::new();
        loop {
            let mut run = frames.run();
            while let Some((frame, text)) = run.next() {
                found.push((frame.offset, frame.bytes.to_vec(), frame.cut));
                if let Some(text) = text {
                    assert_eq!(text.as_bytes(), frame.bytes);
                }
            }
            let taken = run.taken();
            frames.pass(taken);
            match frames.next_frame().expect("memory can be read") {
                Some(frame) => found.push((frame.offset, frame.bytes.to_vec(), frame.cut)),
                None => break,
            }
        }
        assert_eq!(frames.bytes_read(), bytes.len() as u64);
        found
    }

    /// The same, written plainly, for records of ordinary length.
    fn naive(bytes: &[u8]) -> Vec<(u64, Vec<u8>, bool)> {
        let skipped = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        let mut offset = skipped;
        let mut records: Vec<(u64, Vec<u8>, bool)> = Vec::new();
        for (at, line) in bytes[skipped..]
            .split_inclusive(|byte| *byte == b'\n')
            .enumerate()
        {
            match records.last_mut() {
                Some((_, record, _)) if at > 0 && matches!(line[0], b' ' | b'\t') => {
                    record.extend_from_slice(line)
                }
                _ => {
                    let marked = line.starts_with(b"\xef\xbb\xbf");
                    let skipped = if marked { 3 } else { 0 };
                    records.push(((offset + skipped) as u64, line[skipped..].to_vec(), false));
                }
            }
            offset += line.len();
        }
        for (_, record, _) in &mut records {
            while matches!(record.last(), Some(b'\r' | b'\n')) {
                record.pop();
            }
        }
        records.retain(|(_, record, _)| !record.iter().all(u8::is_ascii_whitespace));
        records
    }

    #[test]
    fn lines_and_their_continuations() {
        let text = b"\xef\xbb\xbfa\r\nb\n\n \t\nc\n d\r\n\te\n\0\n  f";
        let found: Vec<(u64, String)> = frames(text, vec![1, 2, 7])
            .into_iter()
            .map(|(at, bytes, _)| (at, String::from_utf8(bytes).expect("ASCII")))
            .collect();
        let expect = [(3, "a"), (6, "b"), (12, "c\n d\r\n\te"), (21, "\0\n  f")];
        assert_eq!(found, expect.map(|(at, text)| (at, text.to_owned())));
    }

    #[test]
    fn long_records_are_cut_and_passed_over() {
        let mut text = vec![b'A'; 3 * MAX_RECORD];
        text.extend_from_slice(b"\nb\n");
        let found = frames(&text, vec![100_000]);
        assert_eq!(found.len(), 2);
        assert!(found[0].2 && found[0].1.len() >= MAX_RECORD && found[0].0 == 0);
        assert_eq!(found[1], (3 * MAX_RECORD as u64 + 1, b"b".to_vec(), false));
    }

    #[test]
    fn too_many_continuations_become_records_of_their_own() {
        let text = "a\n".to_owned() + &" x\n".repeat(MAX_RECORD);
        let found = frames(text.as_bytes(), vec![1 << 20]);
        assert!(found.len() > 2);
        assert!(
            found
                .iter()
                .all(|(_, bytes, cut)| !cut && bytes.len() <= MAX_RECORD)
        );
        let length: usize = found.iter().map(|(_, bytes, _)| bytes.len() + 1).sum();
        assert_eq!(length, text.len());
    }

    proptest! {
        #[test]
        fn as_the_naive_framing(
            bytes in prop::collection::vec(prop::sample::select(b"ab \t\r\n\0\xef\xbb\xbf".to_vec()), 0..200),
            sizes in prop::collection::vec(1usize..9, 1..5),
        ) {
            proptest::prop_assume!(crate::format::utf16::encoding(&bytes).is_none());
            assert_eq!(frames(&bytes, sizes), naive(&bytes));
        }

        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), sizes in prop::collection::vec(1usize..50, 1..5)) {
            frames(&bytes, sizes);
        }
    }
}
