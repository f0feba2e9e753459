//! The way in: streams and ranges of files.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use super::frame::Run;
use super::stream::Stream;
use super::work::Work;
use crate::format::buffer::PAGE_BYTES;
use crate::format::utf16::{HEAD_BYTES, Utf16, encoding};
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
        let mut work = Work::new(path, consumer, self.prefilter);
        let buffer = std::mem::take(&mut self.buffer);
        let mut stream = Stream::new(source, buffer, 0, false);
        let encoding = loop {
            if stream.data().len() >= HEAD_BYTES || !stream.more() {
                break encoding(stream.data());
            }
        };
        let Some(encoding) = encoding else {
            let end = self.run(stream, u64::MAX, &mut work);
            return work.finish(end);
        };
        let head = stream.data().to_vec();
        let (buffer, _) = stream.finish();
        let mut wide = Utf16::new(source, &head, encoding);
        let mark = encoding.mark as u64;
        let stream = Stream::new(&mut wide, buffer, mark, true);
        self.run(stream, u64::MAX, &mut work);
        for (offset, reason) in wide.decoder().flaws().told() {
            work.damage(offset, &reason);
        }
        work.finish(wide.decoder().total())
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
        // A range begins one byte early, so that a line that begins exactly there is not taken for the rest of one. Reading
        // begins with a whole page, see `PAGE_BYTES`.
        let from = range.start.saturating_sub(1);
        let page = from - from % PAGE_BYTES as u64;
        if let Err(error) = file.seek(SeekFrom::Start(page)) {
            work.source_failed(page, &error);
            return work.finish(0);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let mut stream = Stream::new(file, buffer, page, false);
        while stream.offset() < from {
            if stream.data().is_empty() && !stream.more() {
                break;
            }
            let before = usize::try_from(from - stream.offset()).unwrap_or(usize::MAX);
            stream.consume(before);
        }
        if range.start > 0 {
            stream.skip_line();
        }
        let start = stream.offset();
        let end = self.run(stream, range.end, &mut work);
        work.finish(end - start)
    }

    /// Reads to the end of the stream or the first line that begins at `stop` or later; gives the offset there.
    fn run(&mut self, mut stream: Stream<'_>, stop: u64, work: &mut Work<'_>) -> u64 {
        let mut stop = stop;
        while stream.data().len() < UTF8_MARK.len() && stream.more() {}
        if stream.offset() == 0 && stream.data().starts_with(UTF8_MARK) {
            stream.consume(UTF8_MARK.len());
            // The first line begins with the mark.
            stop = stop.max(UTF8_MARK.len() as u64 + 1);
        }
        let mut run = Run::new(stream, work, self.limit, stop);
        run.all();
        let end = run.offset();
        let (buffer, failure) = run.finish();
        self.buffer = buffer;
        if let Some(error) = failure {
            work.source_failed(end, &error);
        }
        end
    }
}
