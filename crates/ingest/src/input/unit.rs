//! Files cut into units that threads read on their own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gatewatch_event::Timestamp;

use super::sniff::{Kind, SNIFF_BYTES, sniff};
use super::unpack::{Leaf, Leaves, unpack, unpack_zip_file};
use super::walk::InputFile;
use crate::format::evtx::{CHUNK_SIZE, EvtxFile};
use crate::format::json::{JsonReader, is_splittable};
use crate::format::syslog::{YearBasis, YearSpan};
use crate::format::utf16::{Utf16, encoding};
use crate::source::windows::{self, read_evtx, read_evtx_stream};
use crate::source::{TextOptions, read_text};
use crate::{Consumer, Counts, Place, Problem, ProblemKind};

/// How to read what a log leaves open, and where to count.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The zone of times that name none.
    pub time_zone: jiff::tz::TimeZone,
    /// The zone was not given but assumed; then it is stated where it matters.
    pub time_zone_assumed: bool,
    /// The year of the first line of a log that names none; when this is `None`, the time at which the file was last
    /// changed decides.
    pub year: Option<i16>,
    /// The time of reading: dates streams that have no time of their own and whose lines name no year.
    pub now: Option<Timestamp>,
    /// Grows with the bytes read from disk: for a progress bar.
    pub bytes_read: Arc<AtomicU64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            time_zone: jiff::tz::TimeZone::UTC,
            time_zone_assumed: true,
            year: None,
            now: None,
            bytes_read: Arc::default(),
        }
    }
}

/// A piece of reading that needs nothing from any other.
#[derive(Clone, Debug)]
pub struct Unit {
    file: InputFile,
    part: Part,
}

#[derive(Clone, Debug)]
enum Part {
    /// The whole file, whatever it is.
    Whole,
    /// These chunks of a Windows event log.
    EvtxChunks(Range<u64>),
    /// The lines of JSON that begin in this range of bytes.
    JsonLines(Range<u64>),
}

/// Files are cut into parts of this many bytes: large enough that starting a part costs little, small enough that
/// two threads end at about the same time. The size follows from the file alone, so that the units do not depend on the threads.
const PART_BYTES: u64 = 8 << 20;

/// Parts of lines, each of which meets all kinds of records anew, are larger in larger files: up to this.
const MOST_LINE_BYTES: u64 = 32 << 20;

/// Many threads have enough to do if there are so many parts.
const MANY_PARTS: u64 = 64;

/// Cuts files into units, in the order of the files.
pub fn units(files: &[InputFile]) -> Vec<Unit> {
    let mut units = Vec::with_capacity(files.len());
    for file in files {
        let parts = match file.size {
            Some(size) if size > PART_BYTES => {
                cut(file, size).unwrap_or_else(|_| vec![Part::Whole])
            }
            _ => vec![Part::Whole],
        };
        units.extend(parts.into_iter().map(|part| Unit {
            file: file.clone(),
            part,
        }));
    }
    units
}

/// The parts of a large file. What cannot be cut is read whole.
fn cut(file: &InputFile, size: u64) -> io::Result<Vec<Part>> {
    let mut opened = File::open(file.path.as_ref())?;
    let head = head(&mut opened)?;
    Ok(match sniff(&head) {
        Kind::Evtx => {
            let chunks = EvtxFile::open(opened)?.chunk_count();
            ranges(chunks, PART_BYTES / CHUNK_SIZE as u64)
                .map(Part::EvtxChunks)
                .collect()
        }
        Kind::Json if is_splittable(&head) => {
            let step = (size / MANY_PARTS).clamp(PART_BYTES, MOST_LINE_BYTES);
            ranges(size, step).map(Part::JsonLines).collect()
        }
        _ => vec![Part::Whole],
    })
}

/// `0..end` in steps, at least one.
fn ranges(end: u64, step: u64) -> impl Iterator<Item = Range<u64>> {
    (0..end.div_ceil(step).max(1)).map(move |part| {
        let start = part * step;
        start..end.min(start + step)
    })
}

/// The first bytes of a file, which is then at its start again.
fn head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref()
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(head)
}

impl Unit {
    /// The file.
    pub fn path(&self) -> &Arc<str> {
        &self.file.path
    }

    /// Where in the file its records begin, or before.
    pub fn start(&self) -> u64 {
        match &self.part {
            Part::JsonLines(range) => range.start,
            Part::Whole | Part::EvtxChunks(_) => 0,
        }
    }

    /// Can the unit be read a second time? Not a pipe.
    pub fn is_rereadable(&self) -> bool {
        self.file.size.is_some()
    }

    /// Reads the unit and gives everything in it to `consumer`.
    pub fn read(&self, options: &ReadOptions, consumer: &mut dyn Consumer) -> Counts {
        let mut reading = Reading {
            options,
            consumer,
            counts: Counts::default(),
        };
        let path = &self.file.path;
        let read = match &self.part {
            Part::Whole => reading.whole(&self.file),
            Part::EvtxChunks(chunks) => reading.evtx_chunks(path, chunks),
            Part::JsonLines(range) => reading.json_lines(path, range),
        };
        if let Err(error) = read {
            reading.file_problem(path, format!("cannot be read: {error}"));
        }
        reading.counts
    }
}

/// One unit being read.
struct Reading<'a> {
    options: &'a ReadOptions,
    consumer: &'a mut dyn Consumer,
    counts: Counts,
}

impl Reading<'_> {
    fn whole(&mut self, file: &InputFile) -> io::Result<()> {
        let options = self.options;
        let path = &file.path;
        if path.as_ref() == "-" {
            unpack(
                path,
                None,
                &mut Counting::new(io::stdin().lock(), options),
                self,
            );
            return Ok(());
        }
        let mut opened = File::open(path.as_ref())?;
        if file.size.is_none() {
            // A pipe or device can be read only once.
            unpack(
                path,
                file.modified,
                &mut Counting::new(opened, options),
                self,
            );
            return Ok(());
        }
        match sniff(&head(&mut opened)?) {
            Kind::Evtx => {
                let log = EvtxFile::open(opened)?;
                let chunks = 0..log.chunk_count();
                self.evtx(path, &log, chunks);
            }
            Kind::Zip => unpack_zip_file(path, opened, self),
            Kind::Text => {
                let span = self.year_span(&mut opened)?;
                self.text(
                    path,
                    file.modified,
                    span,
                    &mut Counting::new(opened, options),
                );
            }
            _ => unpack(
                path,
                file.modified,
                &mut Counting::new(opened, options),
                self,
            ),
        }
        Ok(())
    }

    fn evtx_chunks(&mut self, path: &Arc<str>, chunks: &Range<u64>) -> io::Result<()> {
        let log = EvtxFile::open(File::open(path.as_ref())?)?;
        self.evtx(path, &log, chunks.clone());
        Ok(())
    }

    fn evtx(&mut self, path: &Arc<str>, log: &EvtxFile<File>, chunks: Range<u64>) {
        let counts = read_evtx(
            path,
            log,
            chunks,
            windows::Options::default(),
            self.consumer,
        );
        self.options
            .bytes_read
            .fetch_add(counts.bytes, Ordering::Relaxed);
        self.counts += counts;
    }

    fn json_lines(&mut self, path: &Arc<str>, range: &Range<u64>) -> io::Result<()> {
        let mut file = Counting::new(File::open(path.as_ref())?, self.options);
        self.counts += JsonReader::new().read_range(&mut file, range.clone(), path, self.consumer);
        Ok(())
    }

    fn text(
        &mut self,
        path: &Arc<str>,
        modified: Option<Timestamp>,
        span: Option<YearSpan>,
        reader: &mut dyn Read,
    ) {
        let year = match (self.options.year, modified, self.options.now) {
            (Some(year), _, _) => YearBasis::Given(year),
            (None, Some(time), _) => YearBasis::Modified(time),
            (None, None, Some(now)) => YearBasis::ReadAt(now),
            (None, None, None) => YearBasis::Unknown,
        };
        let options = TextOptions {
            zone: self.options.time_zone.clone(),
            zone_assumed: self.options.time_zone_assumed,
            year,
            span,
        };
        self.counts += read_text(reader, Arc::clone(path), &options, self.consumer);
    }

    /// A first pass over a file whose lines name no year: how often the year turns in it. The file is then at its start
    /// again.
    fn year_span(&self, file: &mut File) -> io::Result<Option<YearSpan>> {
        if self.options.year.is_some() {
            return Ok(None);
        }
        let head = head(file)?;
        let span = match encoding(&head) {
            // Decoding begins anew at the start of the file.
            Some(encoding) => {
                file.seek(SeekFrom::Start(encoding.mark as u64))?;
                Self::span_of(&mut Utf16::new(&mut *file, &[], encoding))?
            }
            None => Self::span_of(file)?,
        };
        file.seek(SeekFrom::Start(0))?;
        Ok(Some(span))
    }

    fn span_of(file: &mut dyn Read) -> io::Result<YearSpan> {
        /// As much of a line as its date can take.
        const DATE_BYTES: usize = 64;
        let mut span = YearSpan::default();
        let mut buffer = vec![0; 256 << 10];
        let mut kept = 0;
        loop {
            let read = file.read(&mut buffer[kept..])?;
            if read == 0 {
                break;
            }
            let filled = kept + read;
            // The last line may be cut: it is looked at again when the rest is there. Of an endless line the start will do.
            let whole = memchr::memrchr(b'\n', &buffer[..filled]).map_or(0, |at| at + 1);
            span.lines(&buffer[..whole]);
            kept = (filled - whole).min(DATE_BYTES);
            buffer.copy_within(whole..whole + kept, 0);
        }
        span.lines(&buffer[..kept]);
        Ok(span)
    }

    fn file_problem(&mut self, path: &Arc<str>, reason: String) {
        self.trouble(path, ProblemKind::File, reason);
    }

    fn trouble(&mut self, path: &Arc<str>, kind: ProblemKind, reason: String) {
        self.consumer.problem(Problem {
            place: Place {
                path: Arc::clone(path),
                offset: 0,
                record_id: None,
            },
            kind,
            reason,
        });
    }
}

impl Leaves for Reading<'_> {
    fn leaf(&mut self, leaf: Leaf<'_>) {
        let path = &leaf.path;
        match leaf.kind {
            Kind::Evtx => {
                self.counts += read_evtx_stream(
                    path,
                    leaf.reader,
                    windows::Options::default(),
                    self.consumer,
                );
            }
            Kind::Json => {
                self.counts += JsonReader::new().read(leaf.reader, path, self.consumer);
            }
            Kind::Text => self.text(path, leaf.modified, None, leaf.reader),
            Kind::Packed(name) => self.file_problem(
                path,
                format!("is packed with {name}, which is not read through: unpack it first"),
            ),
            Kind::Empty => self.trouble(path, ProblemKind::NotALog, "is empty".into()),
            // Packed streams are opened before they come here.
            Kind::Unknown | Kind::Gzip | Kind::Zstd | Kind::Zip | Kind::Tar => self.trouble(
                path,
                ProblemKind::NotALog,
                "holds no log that gatewatch knows (EVTX, JSON, text lines)".into(),
            ),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.consumer.problem(problem);
    }
}

/// Counts what is read.
struct Counting<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<'a, R> Counting<'a, R> {
    fn new(inner: R, options: &'a ReadOptions) -> Self {
        Self {
            inner,
            count: &options.bytes_read,
        }
    }
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counting<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_cover_everything_once() {
        assert_eq!(ranges(10, 4).collect::<Vec<_>>(), [0..4, 4..8, 8..10]);
        assert_eq!(ranges(8, 4).collect::<Vec<_>>(), [0..4, 4..8]);
        assert!(ranges(0, 4).eq(std::iter::once(0..0)));
    }
}
