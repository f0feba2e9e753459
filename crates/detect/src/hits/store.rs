//! Keeps the hits of one worker.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Mutex;

use gatewatch_event::Timestamp;

use super::codec::{decode, encode};
use super::{Hit, rank};
use crate::sequence::missing_last;

/// Encoded hits: in memory up to a budget; what is more is sorted and appended to an unnamed temporary file, run by run.
#[derive(Debug)]
pub(crate) struct HitStore {
    /// Bytes of memory to use.
    budget: usize,
    bytes: Vec<u8>,
    /// By rule, in the order in which they came: that is often the order of their times.
    entries: Vec<Vec<Entry>>,
    count: usize,
    file: Option<File>,
    written: u64,
    runs: Vec<Run>,
}

/// What orders hits, so that they need not be decoded to be sorted.
#[derive(Clone, Copy, Debug)]
struct Entry {
    rank: u32,
    time: Option<Timestamp>,
    position: u64,
    /// Where its bytes are.
    at: u32,
    length: u32,
    tied: bool,
}

/// Sorted hits in the file.
#[derive(Debug)]
pub(super) struct Run {
    /// Where the hits of each rule lie, by rule.
    pub(super) parts: Vec<(u32, u64, u64)>,
}

/// All that a worker kept: the runs in the file and the last one in memory.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) file: Option<Mutex<File>>,
    pub(super) runs: Vec<Run>,
    /// The last run, in the form of the file.
    pub(super) memory: Vec<u8>,
    pub(super) in_memory: Run,
}

impl HitStore {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            budget: budget.min(u32::MAX as usize / 2),
            bytes: Vec::new(),
            entries: Vec::new(),
            count: 0,
            file: None,
            written: 0,
            runs: Vec::new(),
        }
    }

    /// Keeps a hit. `until` is the term of the rule's `until`.
    pub(crate) fn push(&mut self, rule: usize, until: Option<u32>, hit: &Hit) -> io::Result<()> {
        let at = u32::try_from(self.bytes.len()).map_err(io::Error::other)?;
        encode(&mut self.bytes, hit);
        let length = self.bytes.len() - at as usize;
        if rule >= self.entries.len() {
            self.entries.resize_with(rule + 1, Vec::new);
        }
        self.entries[rule].push(Entry {
            rank: rank(hit.term, until),
            time: hit.time,
            position: hit.position,
            at,
            length: u32::try_from(length).map_err(io::Error::other)?,
            tied: hit.tiebreak.is_some(),
        });
        self.count += 1;
        if self.bytes.len() + self.count * size_of::<Entry>() > self.budget {
            self.spill()?;
        }
        Ok(())
    }

    /// The bytes of an entry.
    fn hit(&self, entry: &Entry) -> &[u8] {
        &self.bytes[entry.at as usize..][..entry.length as usize]
    }

    /// Writes the hits in memory to `out`, sorted, each behind its length.
    fn write_sorted(&mut self, out: &mut dyn Write, start: u64) -> io::Result<Run> {
        let mut all = std::mem::take(&mut self.entries);
        let tiebreak = |entry: &Entry| {
            let hit = entry.tied.then(|| decode(self.hit(entry)));
            hit.flatten().and_then(|hit| hit.tiebreak)
        };
        let mut parts: Vec<(u32, u64, u64)> = Vec::new();
        let mut at = start;
        for (rule, entries) in (0u32..).zip(&mut all) {
            entries.sort_by(|a, b| {
                a.time
                    .cmp(&b.time)
                    .then_with(|| {
                        if a.tied || b.tied {
                            missing_last(tiebreak(a).as_ref(), tiebreak(b).as_ref())
                        } else {
                            Ordering::Equal
                        }
                    })
                    .then_with(|| a.position.cmp(&b.position))
                    .then_with(|| b.rank.cmp(&a.rank))
            });
            let from = at;
            for entry in &*entries {
                out.write_all(&entry.length.to_le_bytes())?;
                out.write_all(self.hit(entry))?;
                at += 4 + u64::from(entry.length);
            }
            if !entries.is_empty() {
                parts.push((rule, from, at));
            }
            // The next run may be of other rules.
            *entries = Vec::new();
        }
        self.bytes.clear();
        self.count = 0;
        self.entries = all;
        Ok(Run { parts })
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        file.seek(SeekFrom::Start(self.written))?;
        let mut out = BufWriter::with_capacity(1 << 18, file);
        let run = self.write_sorted(&mut out, self.written)?;
        if let Some((_, _, end)) = run.parts.last() {
            self.written = *end;
        }
        self.file = Some(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.runs.push(run);
        Ok(())
    }

    /// No hit comes any more.
    pub(super) fn close(mut self) -> io::Result<Kept> {
        let mut memory = Vec::new();
        let in_memory = if self.runs.is_empty() {
            self.write_sorted(&mut memory, 0)?
        } else {
            // The memory is needed for what comes now.
            if self.count > 0 {
                self.spill()?;
            }
            Run { parts: Vec::new() }
        };
        Ok(Kept {
            file: self.file.map(Mutex::new),
            runs: self.runs,
            memory,
            in_memory,
        })
    }
}
