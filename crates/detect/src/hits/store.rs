//! Keeps the hits of one worker.

use std::cmp::{Ordering, Reverse};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Mutex;

use gatewatch_event::Timestamp;

use super::codec::{Glance, decode, encode, encode_bare};
use super::{NewHit, Terms, rank};
use crate::sequence::missing_last;

/// Encoded hits: in memory up to a budget; what is more is sorted and appended to an unnamed temporary file, run by run.
#[derive(Debug)]
pub(crate) struct HitStore {
    /// Bytes of memory to use.
    budget: usize,
    /// By [`slot`].
    slots: Vec<Slot>,
    /// Bytes of all hits in memory.
    bytes: usize,
    /// How many of them must be put in order.
    disordered: usize,
    encoded: Vec<u8>,
    file: Option<File>,
    written: u64,
    runs: Vec<Run>,
}

/// Where hits of a rule are kept: those of its last term, or all others.
pub(super) fn slot(rule: usize, is_last: bool) -> usize {
    2 * rule + usize::from(is_last)
}

/// The rule whose hits are kept there.
pub(super) fn rule_of(slot: usize) -> usize {
    slot / 2
}

/// The hits of a [`slot`] in memory, each behind its length, in the order in which they came.
#[derive(Debug, Default)]
struct Slot {
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

/// The bytes of the length of a hit.
const LENGTH: usize = size_of::<u32>();

/// Sorted hits in the file.
#[derive(Debug)]
pub(super) struct Run {
    /// Where the hits of each slot lie, by slot.
    pub(super) parts: Vec<(u32, u64, u64)>,
}

/// All that a worker kept: the runs in the file and the last one in memory.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) file: Option<Mutex<File>>,
    pub(super) runs: Vec<Run>,
    /// The last run, in the form of the file, by slot.
    pub(super) memory: Vec<(u32, Vec<Vec<u8>>)>,
}

impl HitStore {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            budget,
            slots: Vec::new(),
            bytes: 0,
            disordered: 0,
            encoded: Vec::new(),
            file: None,
            written: 0,
            runs: Vec::new(),
        }
    }

    /// Keeps a hit of a rule that has these terms.
    pub(crate) fn push(&mut self, rule: usize, terms: Terms, hit: &NewHit<'_>) -> io::Result<()> {
        self.begin();
        encode(&mut self.encoded, hit);
        let place = (hit.term, hit.time, hit.position);
        self.keep(rule, terms, place, hit.tiebreak.is_some())
    }

    /// Keeps a hit that has a key and a place - its term, time and position - and nothing else. The key is written by `put`, which
    /// says whether there is one: if not, there is no hit.
    #[inline]
    pub(crate) fn push_bare(
        &mut self,
        rule: usize,
        terms: Terms,
        place: (u32, Option<Timestamp>, u64),
        put: impl FnOnce(&mut Vec<u8>) -> bool,
    ) -> io::Result<()> {
        self.begin();
        match encode_bare(&mut self.encoded, place, put) {
            true => self.keep(rule, terms, place, false),
            false => Ok(()),
        }
    }

    /// Leaves room for the length.
    fn begin(&mut self) {
        self.encoded.clear();
        self.encoded.extend_from_slice(&[0; LENGTH]);
    }

    /// Keeps the hit that was encoded.
    fn keep(
        &mut self,
        rule: usize,
        terms: Terms,
        (term, time, position): (u32, Option<Timestamp>, u64),
        is_tied: bool,
    ) -> io::Result<()> {
        let length = u32::try_from(self.encoded.len() - LENGTH).map_err(io::Error::other)?;
        self.encoded[..LENGTH].copy_from_slice(&length.to_le_bytes());
        let number = slot(rule, terms.last == Some(term));
        if number >= self.slots.len() {
            self.slots.resize_with(number + 1, Slot::default);
        }
        let slot = &mut self.slots[number];
        let before = slot.to_sort();
        slot.until = terms.until;
        let place = (time, position, Reverse(rank(term, terms.until)));
        slot.push(&self.encoded, place, is_tied);
        self.bytes += self.encoded.len();
        self.disordered += slot.to_sort() - before;
        if self.bytes + self.disordered * size_of::<Entry<'_>>() > self.budget {
            self.spill()?;
        }
        Ok(())
    }

    /// Writes the hits in memory to `out`, sorted, each behind its length.
    fn write_sorted(&mut self, out: &mut dyn Write, start: u64) -> io::Result<Run> {
        let mut parts: Vec<(u32, u64, u64)> = Vec::new();
        let mut from = start;
        for (number, slot) in (0u32..).zip(&mut self.slots) {
            // The next run may be of other rules.
            let slot = std::mem::take(slot);
            let to = from + slot.write_sorted(out)?;
            if to > from {
                parts.push((number, from, to));
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
        for (number, slot) in (0u32..).zip(self.slots) {
            if slot.count > 0 {
                memory.push((number, slot.into_sorted()?));
            }
        }
        Ok(Kept {
            file: self.file.map(Mutex::new),
            runs: self.runs,
            memory,
        })
    }
}

impl Slot {
    /// How many hits must be put in order.
    fn to_sort(&self) -> usize {
        if self.is_disordered { self.count } else { 0 }
    }

    /// Takes a hit behind its length.
    #[inline]
    fn push(&mut self, encoded: &[u8], place: Place, is_tied: bool) {
        self.is_disordered |= is_tied || self.last.is_some_and(|last| last > place);
        self.last = Some(place);
        self.count += 1;
        let needed = encoded.len();
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
            chunk.extend_from_slice(encoded);
        }
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
                    tied: glance.has_tiebreak(),
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
