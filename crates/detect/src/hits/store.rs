//! Keeps the hits of one worker.

use std::cmp::{Ordering, Reverse};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Mutex;

use gatewatch_event::Timestamp;

use super::codec::{Glance, decode, encode};
use super::{NewHit, rank};
use crate::sequence::missing_last;

/// Encoded hits: in memory up to a budget; what is more is sorted and appended to an unnamed temporary file, run by run.
#[derive(Debug)]
pub(crate) struct HitStore {
    /// Bytes of memory to use.
    budget: usize,
    /// By rule.
    of_rules: Vec<OfRule>,
    /// Bytes of all hits in memory.
    bytes: usize,
    /// How many of them must be put in order.
    disordered: usize,
    encoded: Vec<u8>,
    file: Option<File>,
    written: u64,
    runs: Vec<Run>,
}

/// The hits of one rule in memory, each behind its length, in the order in which they came.
#[derive(Debug, Default)]
struct OfRule {
    /// No hit is in two of them.
    chunks: Vec<Vec<u8>>,
    count: usize,
    /// The place of the last hit, while the order is that of the hits: it mostly is.
    last: Option<Place>,
    is_disordered: bool,
    until: Option<u32>,
}

/// Where a hit stands among those of its rule, tiebreaker aside.
type Place = (Option<Timestamp>, u64, Reverse<u32>);

/// What orders hits, so that they need not be decoded to be sorted.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    place: Place,
    tied: bool,
    bytes: &'a [u8],
}

/// Hits are kept in pieces of memory of this size, so that nothing is copied when they become many; the first are smaller.
const CHUNK: usize = 256 << 10;
const FIRST_CHUNK: usize = 4 << 10;

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
    /// The last run, in the form of the file, by rule.
    pub(super) memory: Vec<(u32, Vec<Vec<u8>>)>,
}

impl HitStore {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            budget,
            of_rules: Vec::new(),
            bytes: 0,
            disordered: 0,
            encoded: Vec::new(),
            file: None,
            written: 0,
            runs: Vec::new(),
        }
    }

    /// Keeps a hit. `until` is the term of the rule's `until`.
    pub(crate) fn push(
        &mut self,
        rule: usize,
        until: Option<u32>,
        hit: &NewHit<'_>,
    ) -> io::Result<()> {
        self.encoded.clear();
        encode(&mut self.encoded, hit);
        if rule >= self.of_rules.len() {
            self.of_rules.resize_with(rule + 1, OfRule::default);
        }
        let of_rule = &mut self.of_rules[rule];
        let before = of_rule.to_sort();
        of_rule.until = until;
        of_rule.push(&self.encoded, hit)?;
        self.bytes += self.encoded.len() + size_of::<u32>();
        self.disordered += of_rule.to_sort() - before;
        if self.bytes + self.disordered * size_of::<Entry<'_>>() > self.budget {
            self.spill()?;
        }
        Ok(())
    }

    /// Writes the hits in memory to `out`, sorted, each behind its length.
    fn write_sorted(&mut self, out: &mut dyn Write, start: u64) -> io::Result<Run> {
        let mut parts: Vec<(u32, u64, u64)> = Vec::new();
        let mut from = start;
        for (rule, of_rule) in (0u32..).zip(&mut self.of_rules) {
            // The next run may be of other rules.
            let of_rule = std::mem::take(of_rule);
            let to = from + of_rule.write_sorted(out)?;
            if to > from {
                parts.push((rule, from, to));
            }
            from = to;
        }
        (self.bytes, self.disordered) = (0, 0);
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
        // The memory is needed for what comes now.
        if !self.runs.is_empty() && self.bytes > 0 {
            self.spill()?;
        }
        let mut memory = Vec::new();
        for (rule, of_rule) in (0u32..).zip(self.of_rules) {
            if of_rule.count > 0 {
                memory.push((rule, of_rule.into_sorted()?));
            }
        }
        Ok(Kept {
            file: self.file.map(Mutex::new),
            runs: self.runs,
            memory,
        })
    }
}

impl OfRule {
    /// How many hits must be put in order.
    fn to_sort(&self) -> usize {
        if self.is_disordered { self.count } else { 0 }
    }

    fn push(&mut self, encoded: &[u8], hit: &NewHit<'_>) -> io::Result<()> {
        let place = (hit.time, hit.position, Reverse(rank(hit.term, self.until)));
        self.is_disordered |= hit.tiebreak.is_some() || self.last.is_some_and(|last| last > place);
        self.last = Some(place);
        self.count += 1;
        let length = u32::try_from(encoded.len()).map_err(io::Error::other)?;
        let needed = encoded.len() + size_of::<u32>();
        let fits = |chunk: &Vec<u8>| chunk.capacity() - chunk.len() >= needed;
        if !self.chunks.last().is_some_and(fits) {
            let next = self
                .chunks
                .last()
                .map_or(FIRST_CHUNK, |chunk| 2 * chunk.capacity());
            self.chunks
                .push(Vec::with_capacity(next.min(CHUNK).max(needed)));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(&length.to_le_bytes());
            chunk.extend_from_slice(encoded);
        }
        Ok(())
    }

    /// Writes the hits, sorted, each behind its length, and says how many bytes they took.
    fn write_sorted(self, out: &mut dyn Write) -> io::Result<u64> {
        if !self.is_disordered {
            for chunk in &self.chunks {
                out.write_all(chunk)?;
            }
            return Ok(self.chunks.iter().map(|chunk| chunk.len() as u64).sum());
        }
        let mut entries = Vec::with_capacity(self.count);
        for chunk in &self.chunks {
            let mut rest = chunk.as_slice();
            while let Some((length, behind)) = rest.split_first_chunk::<4>() {
                let damaged = || io::Error::other("a hit in memory is damaged");
                let length = u32::from_le_bytes(*length) as usize;
                let (bytes, behind) = behind.split_at_checked(length).ok_or_else(damaged)?;
                rest = behind;
                let glance = Glance::of(bytes).ok_or_else(damaged)?;
                entries.push(Entry {
                    place: (
                        glance.time,
                        glance.position,
                        Reverse(rank(glance.term, self.until)),
                    ),
                    tied: glance.has_tiebreak,
                    bytes,
                });
            }
        }
        let tiebreak = |entry: &Entry<'_>| {
            let hit = entry.tied.then(|| decode(entry.bytes));
            hit.flatten().and_then(|hit| hit.tiebreak)
        };
        entries.sort_by(|a, b| {
            let by_tiebreak = || match a.tied || b.tied {
                true => missing_last(tiebreak(a).as_ref(), tiebreak(b).as_ref()),
                false => Ordering::Equal,
            };
            a.place
                .0
                .cmp(&b.place.0)
                .then_with(by_tiebreak)
                .then_with(|| a.place.cmp(&b.place))
        });
        let mut written = 0;
        for entry in entries {
            let length = u32::try_from(entry.bytes.len()).map_err(io::Error::other)?;
            out.write_all(&length.to_le_bytes())?;
            out.write_all(entry.bytes)?;
            written += 4 + u64::from(length);
        }
        Ok(written)
    }

    /// The hits, sorted, each behind its length.
    fn into_sorted(self) -> io::Result<Vec<Vec<u8>>> {
        if !self.is_disordered {
            return Ok(self.chunks);
        }
        let mut sorted = Vec::new();
        self.write_sorted(&mut sorted)?;
        Ok(vec![sorted])
    }
}
