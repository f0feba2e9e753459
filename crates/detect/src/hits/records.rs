//! Reads kept hits back, one after the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

/// Bytes read at once from a file.
const BLOCK: usize = 32 << 10;

/// Kept hits, one behind the other, each behind its length.
pub(crate) enum Records<'a> {
    /// The rest of a piece of memory, and the pieces behind it.
    Memory(&'a [u8], &'a [Vec<u8>]),
    File {
        file: &'a Mutex<File>,
        next: u64,
        to: u64,
        block: Vec<u8>,
        at: usize,
    },
}

fn damaged() -> io::Error {
    io::Error::other("the temporary file of hits is damaged")
}

impl<'a> Records<'a> {
    /// What lies between two places of a file.
    pub(super) fn in_file(file: &'a Mutex<File>, from: u64, to: u64) -> Self {
        Self::File {
            file,
            next: from,
            to,
            block: Vec::new(),
            at: 0,
        }
    }

    /// Passes over hits in memory as long as this says that they are of no use.
    pub(super) fn skip(&mut self, is_useless: impl Fn(&[u8]) -> bool) {
        let Self::Memory(bytes, _) = self else {
            return;
        };
        // What is damaged is left to `next`.
        while let Some((length, rest)) = bytes.split_first_chunk::<4>()
            && let Some((hit, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)
            && is_useless(hit)
        {
            *bytes = rest;
        }
    }

    /// The next hit, as `decode` makes it of its bytes.
    pub(super) fn next<T>(&mut self, decode: impl Fn(&[u8]) -> Option<T>) -> io::Result<Option<T>> {
        match self {
            Self::Memory(bytes, chunks) => {
                while bytes.is_empty() {
                    let Some((first, others)) = chunks.split_first() else {
                        return Ok(None);
                    };
                    (*bytes, *chunks) = (first, others);
                }
                let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(damaged)?;
                let length = u32::from_le_bytes(*length) as usize;
                let hit = rest.get(..length).and_then(&decode).ok_or_else(damaged)?;
                *bytes = &rest[length..];
                Ok(Some(hit))
            }
            Self::File {
                file,
                next,
                to,
                block,
                at,
            } => {
                let mut want = 4;
                loop {
                    let held = &block[*at..];
                    if let Some((length, rest)) = held.split_first_chunk::<4>() {
                        let length = u32::from_le_bytes(*length) as usize;
                        if let Some(bytes) = rest.get(..length) {
                            let hit = decode(bytes).ok_or_else(damaged)?;
                            *at += 4 + length;
                            return Ok(Some(hit));
                        }
                        want = 4 + length;
                    }
                    if next == to {
                        return if held.is_empty() {
                            Ok(None)
                        } else {
                            Err(damaged())
                        };
                    }
                    let missing = want.saturating_sub(held.len()).max(BLOCK);
                    block.drain(..*at);
                    *at = 0;
                    let left = usize::try_from(*to - *next).unwrap_or(usize::MAX);
                    let length = missing.min(left);
                    let start = block.len();
                    block.resize(start + length, 0);
                    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                    file.seek(SeekFrom::Start(*next))?;
                    file.read_exact(&mut block[start..])?;
                    *next += length as u64;
                }
            }
        }
    }
}
