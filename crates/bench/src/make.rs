//! Makes the benchmark's files.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use gatewatch_testkit::evtx::{EvtxFile, WriteError};
use gatewatch_testkit::{oracle, winlogbeat};
use serde_json::json;

use crate::mix::{Kind, Mix};

/// Chunks of a log of Windows' default size, 20 MiB; tests make do with less.
const CHUNKS: usize = if cfg!(test) { 20 } else { 320 };
/// Bytes of such a file.
const FILE_SIZE: u64 = 4096 + 0x1_0000 * CHUNKS as u64;

/// Where the EVTX files go.
pub const EVTX_DIRECTORY: &str = "evtx";
/// The NDJSON file.
pub const NDJSON_FILE: &str = "ecs.ndjson";
/// What is in the files.
pub const EXPECTED_FILE: &str = "expected.json";

/// What is in the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub records: u64,
    pub text_records: u64,
    pub logons: u64,
    pub hits: u64,
    pub bytes: u64,
    pub ndjson_bytes: u64,
    pub ndjson_records: u64,
    pub ndjson_logons: u64,
    pub ndjson_hits: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.text_records += other.text_records;
        self.logons += other.logons;
        self.hits += other.hits;
        self.bytes += other.bytes;
        self.ndjson_bytes += other.ndjson_bytes;
        self.ndjson_records += other.ndjson_records;
        self.ndjson_logons += other.ndjson_logons;
        self.ndjson_hits += other.ndjson_hits;
    }
}

/// Reads a size such as `400m` or `1g`, in powers of ten.
pub fn parse_size(text: &str) -> anyhow::Result<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        unit => bail!("unknown unit {unit:?}: use k, m or g"),
    };
    let number: u64 = digits
        .parse()
        .with_context(|| format!("{text:?} is not a size such as 400m or 1g"))?;
    number.checked_mul(unit).context("the size is too large")
}

/// The number of files of about this size together.
pub fn file_count(size: u64) -> usize {
    let files = (size + FILE_SIZE / 2) / FILE_SIZE;
    usize::try_from(files).unwrap_or(usize::MAX).max(1)
}

/// Makes all files below a directory and says what is in them.
pub fn make(directory: &Path, size: u64, seed: u64) -> anyhow::Result<Counts> {
    let evtx = directory.join(EVTX_DIRECTORY);
    if evtx.exists() {
        // A file of an earlier and larger set would be scanned too.
        std::fs::remove_dir_all(&evtx)
            .with_context(|| format!("cannot clear {}", evtx.display()))?;
    }
    std::fs::create_dir_all(&evtx).with_context(|| format!("cannot make {}", evtx.display()))?;
    let ndjson_path = directory.join(NDJSON_FILE);
    let ndjson = File::create(&ndjson_path)
        .with_context(|| format!("cannot make {}", ndjson_path.display()))?;
    let files = file_count(size);
    let job = Job {
        directory: evtx,
        files,
        seed,
        ndjson_limit: size,
        next: AtomicUsize::new(0),
        turn: Mutex::new(Turn {
            index: 0,
            ndjson: BufWriter::new(ndjson),
            counts: Counts::default(),
            full: false,
            failed: false,
        }),
        turned: Condvar::new(),
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(files))
            .map(|_| scope.spawn(|| job.work()))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("a worker panicked")))
    })?;
    let mut turn = job
        .turn
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    turn.ndjson.flush()?;
    let counts = turn.counts;
    let expected = json!({
        "seed": seed,
        "evtx": {
            "files": files,
            "bytes": counts.bytes,
            "records": counts.records,
            "text_records": counts.text_records,
            "logons": counts.logons,
            "hits": counts.hits,
        },
        "ndjson": {
            "bytes": counts.ndjson_bytes,
            "records": counts.ndjson_records,
            "logons": counts.ndjson_logons,
            "hits": counts.ndjson_hits,
        },
    });
    std::fs::write(directory.join(EXPECTED_FILE), format!("{expected:#}\n"))?;
    Ok(counts)
}

struct Job {
    directory: PathBuf,
    files: usize,
    seed: u64,
    ndjson_limit: u64,
    next: AtomicUsize,
    turn: Mutex<Turn>,
    turned: Condvar,
}

/// The NDJSON file takes the parts in order, whoever makes them.
struct Turn {
    index: usize,
    ndjson: BufWriter<File>,
    counts: Counts,
    /// Whether the NDJSON file is as large as it should be.
    full: bool,
    failed: bool,
}

/// The documents of a file, and which of them count.
#[derive(Default)]
struct Documents {
    ndjson: Vec<u8>,
    ends: Vec<usize>,
    /// Indices of 4624s, and whether each is a hit.
    logons: Vec<(usize, bool)>,
}

impl Documents {
    /// Takes away the lines that begin after a limit, and counts the rest.
    fn cut(&mut self, limit: u64) -> Counts {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let lines = self.ends.partition_point(|end| *end <= limit);
        let end = lines.checked_sub(1).map_or(0, |last| self.ends[last]);
        self.ndjson.truncate(end);
        let logons = self.logons.iter().filter(|(index, _)| *index < lines);
        Counts {
            ndjson_bytes: end as u64,
            ndjson_records: lines as u64,
            ndjson_logons: logons.clone().count() as u64,
            ndjson_hits: logons.filter(|(_, hit)| *hit).count() as u64,
            ..Counts::default()
        }
    }
}

impl Job {
    fn work(&self) -> anyhow::Result<()> {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.files {
                return Ok(());
            }
            let result = self.file(index);
            if result.is_err() {
                // The others must not wait for a part that never comes.
                self.lock().failed = true;
                self.turned.notify_all();
                return result;
            }
        }
    }

    fn file(&self, index: usize) -> anyhow::Result<()> {
        // Full once means that all parts up to the limit are written: this one is not needed.
        let wanted = !self.lock().full;
        let (evtx, mut documents, counts) = make_file(self.seed, index, wanted)?;
        let name = format!("{}-{index:03}.evtx", Kind::of_file(index).name());
        let path = self.directory.join(name);
        std::fs::write(&path, evtx).with_context(|| format!("cannot write {}", path.display()))?;
        let mut turn = self
            .turned
            .wait_while(self.lock(), |turn| turn.index != index && !turn.failed)
            .unwrap_or_else(PoisonError::into_inner);
        if turn.failed {
            return Ok(());
        }
        turn.counts.add(counts);
        if !turn.full {
            let lines = documents.ends.len() as u64;
            let room = self.ndjson_limit.saturating_sub(turn.counts.ndjson_bytes);
            let cut = documents.cut(room);
            turn.full = cut.ndjson_records < lines;
            turn.counts.add(cut);
            turn.ndjson.write_all(&documents.ndjson)?;
        }
        turn.index += 1;
        self.turned.notify_all();
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One full log, and the same events as documents if they are wanted.
fn make_file(
    seed: u64,
    index: usize,
    documents_wanted: bool,
) -> anyhow::Result<(Vec<u8>, Documents, Counts)> {
    let kind = Kind::of_file(index);
    let mut mix = Mix::new(seed, index);
    let mut file = EvtxFile::new()
        .style(kind.style(index))
        .next_record_id(1 + 1_000_000 * index as u64)
        .max_chunks(CHUNKS);
    let mut documents = Documents::default();
    let mut counts = Counts::default();
    loop {
        let event = mix.event();
        let place = match file.push(&event) {
            Ok(place) => place,
            Err(WriteError::FileFull) => break,
            Err(error) => return Err(error.into()),
        };
        let is_logon = event.event_id == 4624;
        let is_hit = oracle::is_external_logon(&event);
        counts.records += 1;
        counts.text_records += u64::from(kind == Kind::Export);
        counts.logons += u64::from(is_logon);
        counts.hits += u64::from(is_hit);
        if documents_wanted {
            let document = winlogbeat::document(&event, place.record_id);
            if is_logon {
                documents.logons.push((documents.ends.len(), is_hit));
            }
            serde_json::to_writer(&mut documents.ndjson, &document)?;
            documents.ndjson.push(b'\n');
            documents.ends.push(documents.ndjson.len());
        }
    }
    let evtx = file.finish()?;
    counts.bytes = evtx.len() as u64;
    Ok((evtx, documents, counts))
}

#[cfg(test)]
mod tests {
    use super::{CHUNKS, FILE_SIZE, file_count, make, make_file, parse_size};

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse_size("1g").unwrap(), 1_000_000_000);
        assert_eq!(parse_size("400M").unwrap(), 400_000_000);
        assert_eq!(parse_size("12").unwrap(), 12);
        assert!(parse_size("1x").is_err());
        assert!(parse_size("g").is_err());
        assert_eq!(file_count(48 * FILE_SIZE - FILE_SIZE / 3), 48);
        assert_eq!(file_count(1), 1);
    }

    #[test]
    fn a_file_is_full_and_always_the_same() {
        let (evtx, documents, counts) = make_file(1, 0, true).unwrap();
        assert_eq!(evtx.len(), 4096 + CHUNKS * 65536);
        assert!(counts.hits > 0, "{counts:?}");
        assert_eq!(documents.ends.len() as u64, counts.records);
        let again = make_file(1, 0, true).unwrap();
        assert!(again.0 == evtx && again.1.ndjson == documents.ndjson);
    }

    #[test]
    fn the_parts_come_in_order_up_to_the_size() {
        let directory = tempfile::tempdir().unwrap();
        let size = 2 * FILE_SIZE;
        let counts = make(directory.path(), size, 1).unwrap();
        let ndjson = std::fs::read(directory.path().join("ecs.ndjson")).unwrap();
        assert_eq!(ndjson.len() as u64, counts.ndjson_bytes);
        assert!((size - 8_000..=size).contains(&counts.ndjson_bytes));
        let first = make_file(1, 0, true).unwrap().1.ndjson;
        assert!(ndjson.starts_with(&first));
        let lines = ndjson.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines as u64, counts.ndjson_records);
        assert!(counts.ndjson_hits < counts.hits);
    }
}
