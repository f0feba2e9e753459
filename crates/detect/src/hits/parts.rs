//! The hits of one rule, divided by their keys.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufWriter, Write as _};
use std::sync::Mutex;

use gatewatch_query::KeyValue;

use super::Hit;
use super::codec::{decode, encode};
use super::keys::KeySet;
use super::merge::{HitFiles, RuleHits};
use super::records::Records;

/// Bytes that are gathered for each part before they are written.
const BUFFER: usize = 32 << 10;

/// The hits of a rule in parts, so that the state of its keys can be worked off part by part. All hits of a key are in one
/// part, and the hits of each part are in their order. Dividing reads and writes every hit once, however many parts there are.
pub(crate) struct Parts<'f> {
    files: &'f HitFiles,
    rule: usize,
    until: Option<u32>,
    keys: Option<&'f KeySet>,
    /// Files and their lengths; none where all is one part.
    divided: Vec<(Mutex<File>, u64)>,
}

/// The hits of one part, each with the number of the worker that kept it.
pub(crate) enum PartHits<'p> {
    Whole(RuleHits<'p>),
    Divided(Records<'p>),
}

impl<'f> Parts<'f> {
    /// The hits of a rule in this many parts. `until` is the term of its `until`; with `keys`, hits without one of them may be left
    /// out.
    pub(crate) fn new(
        files: &'f HitFiles,
        (rule, until): (usize, Option<u32>),
        keys: Option<&'f KeySet>,
        parts: usize,
    ) -> io::Result<Self> {
        let divided = if parts > 1 {
            divide(&mut files.among(rule, until, keys)?, parts)?
        } else {
            Vec::new()
        };
        Ok(Self {
            files,
            rule,
            until,
            keys,
            divided,
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.divided.len().max(1)
    }

    /// The hits of one.
    pub(crate) fn hits(&self, part: usize) -> io::Result<PartHits<'_>> {
        Ok(match self.divided.get(part) {
            Some((file, length)) => PartHits::Divided(Records::in_file(file, 0, *length)),
            None => PartHits::Whole(self.files.among(self.rule, self.until, self.keys)?),
        })
    }
}

impl PartHits<'_> {
    /// The next hit.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u32, Hit)>> {
        match self {
            Self::Whole(hits) => hits.next(),
            Self::Divided(records) => records.next(|bytes| {
                let (worker, hit) = bytes.split_first_chunk::<4>()?;
                Some((u32::from_le_bytes(*worker), decode(hit)?))
            }),
        }
    }
}

/// Writes each hit to the file of its part.
fn divide(hits: &mut RuleHits<'_>, parts: usize) -> io::Result<Vec<(Mutex<File>, u64)>> {
    let mut outs = (0..parts)
        .map(|_| Ok((BufWriter::with_capacity(BUFFER, tempfile::tempfile()?), 0)))
        .collect::<io::Result<Vec<_>>>()?;
    let (mut bytes, mut key) = (Vec::new(), Vec::new());
    while let Some((worker, hit)) = hits.next()? {
        bytes.clear();
        encode(&mut bytes, &hit.to_keep(&mut key));
        let (out, written) = &mut outs[part_of(&hit.key, parts)];
        let length = u32::try_from(4 + bytes.len()).map_err(io::Error::other)?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&worker.to_le_bytes())?;
        out.write_all(&bytes)?;
        *written += 4 + u64::from(length);
    }
    outs.into_iter()
        .map(|(out, written)| {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            Ok((Mutex::new(file), written))
        })
        .collect()
}

/// The part that a key belongs to.
fn part_of(key: &[KeyValue], parts: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % parts.max(1) as u64) as usize
}
