//! The way in: streams and ranges of files.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use super::frame::Run;
use super::stream::Stream;
use super::utf16::{Utf16, encoding};
use super::work::Work;
use crate::{Consumer, Counts};

/// No record may be larger than this.
pub const RECORD_LIMIT: usize = 16 << 20;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads JSON of any framing. One reader serves one thread and keeps its buffers from file to file.
#[derive(Debug)]
pub struct JsonReader {
    buffer: Vec<u8>,
    limit: usize,
    prefilter: bool,
}

impl Default for JsonReader {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            limit: RECORD_LIMIT,
            prefilter: true,
        }
    }
}

/// How a stream begins.
#[derive(Clone, Copy, Default)]
struct Start<'h> {
    /// Bytes that are read already.
    head: &'h [u8],
    /// Where in the file `head` begins.
    offset: u64,
    wide: bool,
    /// Does the stream begin inside a line that is not to be read?
    inside_line: bool,
}

impl JsonReader {
    /// A reader with the usual limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the size in bytes above which a record is not read but reported.
    #[must_use]
    pub fn record_limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Turns the search for records that cannot matter on or off. Off, every record is taken apart and offered: slower, and
    /// the same events.
    #[must_use]
    pub fn prefilter(self, prefilter: bool) -> Self {
        Self { prefilter, ..self }
    }

    /// Reads a whole stream: lines, arrays, objects one after another, objects that wrap a list, in UTF-8 or UTF-16.
    /// Trouble goes to the consumer, that of the source itself too.
    pub fn read(
        &mut self,
        source: &mut dyn Read,
        path: &Arc<str>,
        consumer: &mut dyn Consumer,
    ) -> Counts {
        let mut head = [0; 4];
        let (length, failure) = read_head(source, &mut head);
        let head = &head[..length];
        let mut failing = Failing(failure);
        let mut source = source.chain(&mut failing);
        let mut work = Work::new(path, consumer, self.prefilter);
        let mark = byte_order_mark(head);
        let mut start = Start {
            head: &head[mark..],
            offset: mark as u64,
            ..Start::default()
        };
        let end = if let Some(encoding) = encoding(head) {
            let mut wide = Utf16::new(&mut source, &head[encoding.mark..], encoding.big_endian);
            start = Start {
                offset: encoding.mark as u64,
                wide: true,
                ..Start::default()
            };
            self.run(&mut wide, start, u64::MAX, &mut work);
            encoding.mark as u64 + wide.total()
        } else {
            self.run(&mut source, start, u64::MAX, &mut work).end
        };
        work.finish(end)
    }

    /// Reads the lines of a file that begin in a range of its bytes, each to its end. Ranges that meet read every line once.
    /// Only for files of one record a line, see [`is_splittable`](super::is_splittable).
    pub fn read_range(
        &mut self,
        file: &mut (impl Read + Seek),
        range: Range<u64>,
        path: &Arc<str>,
        consumer: &mut dyn Consumer,
    ) -> Counts {
        let mut work = Work::new(path, consumer, self.prefilter);
        // A range begins one byte early, so that a line that begins exactly there is not taken for the rest of one.
        let from = range.start.saturating_sub(1);
        if let Err(error) = file.seek(SeekFrom::Start(from)) {
            work.source_failed(from, &error);
            return work.finish(0);
        }
        if range.start > 0 {
            let start = Start {
                offset: from,
                inside_line: true,
                ..Start::default()
            };
            let read = self.run(file, start, range.end, &mut work);
            return work.finish(read.end - read.start);
        }
        let mut head = [0; 3];
        let (length, failure) = read_head(file, &mut head);
        let head = &head[..length];
        let mark = byte_order_mark(head);
        let start = Start {
            head: &head[mark..],
            offset: mark as u64,
            ..Start::default()
        };
        let mut failing = Failing(failure);
        let mut source = file.chain(&mut failing);
        // The first line begins with the mark.
        let stop = range.end.max(mark as u64 + 1);
        let read = self.run(&mut source, start, stop, &mut work);
        work.finish(read.end)
    }

    /// Reads to the end of the source or the first line that begins at `stop` or later; gives the range that was read.
    fn run(
        &mut self,
        source: &mut dyn Read,
        start: Start<'_>,
        stop: u64,
        work: &mut Work<'_>,
    ) -> Range<u64> {
        let buffer = std::mem::take(&mut self.buffer);
        let stream = Stream::new(source, buffer, start.head, start.offset, start.wide);
        let mut run = Run::new(stream, work, self.limit, stop);
        if start.inside_line {
            run.skip_line();
        }
        let first = run.offset();
        run.all();
        let end = run.offset();
        let (buffer, failure) = run.finish();
        self.buffer = buffer;
        if let Some(error) = failure {
            work.source_failed(end, &error);
        }
        first..end
    }
}

/// Fails as it is told to, once.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Reads until `head` is full or the source ends.
fn read_head(source: &mut (impl Read + ?Sized), head: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut length = 0;
    while length < head.len() {
        match source.read(&mut head[length..]) {
            Ok(0) => break,
            Ok(count) => length += count.min(head.len() - length),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (length, Some(error)),
        }
    }
    (length, None)
}

/// The length of the UTF-8 byte order mark that `head` begins with.
fn byte_order_mark(head: &[u8]) -> usize {
    if head.starts_with(UTF8_MARK) {
        UTF8_MARK.len()
    } else {
        0
    }
}
