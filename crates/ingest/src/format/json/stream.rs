//! Bytes on their way from a source, with their offsets, in a buffer that grows only for large records.

use std::io::{self, Read};

/// How much is read at a time: small enough to stay in the processor's cache between reading and searching.
pub(super) const BLOCK_BYTES: usize = 128 << 10;

/// A window on a stream of bytes.
pub(super) struct Stream<'s> {
    source: &'s mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where in the file the window begins.
    offset: u64,
    /// The buffer holds UTF-8 that was made of UTF-16; the offsets are those of the file.
    wide: bool,
    ended: bool,
    failure: Option<io::Error>,
}

impl<'s> Stream<'s> {
    /// A stream of which `head` is already read and begins at `offset` of its file. `buffer` is used again.
    pub(super) fn new(
        source: &'s mut dyn Read,
        mut buffer: Vec<u8>,
        head: &[u8],
        offset: u64,
        wide: bool,
    ) -> Self {
        buffer.resize(BLOCK_BYTES, 0);
        buffer[..head.len()].copy_from_slice(head);
        Self {
            source,
            buffer,
            start: 0,
            end: head.len(),
            offset,
            wide,
            ended: false,
            failure: None,
        }
    }

    /// What is in the window.
    pub(super) fn data(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Where in the file the window begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Is every byte of the window one byte of the file?
    pub(super) fn is_plain(&self) -> bool {
        !self.wide
    }

    fn width(&self, bytes: &[u8]) -> u64 {
        if self.wide {
            2 * super::utf16::units(bytes)
        } else {
            bytes.len() as u64
        }
    }

    /// Moves the start of the window.
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.offset += self.width(&self.data()[..count]);
        self.start += count;
    }

    /// Reads more into the window; `false` at the end.
    pub(super) fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == 0 && self.buffer.len() > BLOCK_BYTES {
            self.buffer.truncate(BLOCK_BYTES);
            self.buffer.shrink_to_fit();
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.end += count.min(self.buffer.len() - self.end);
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
            return false;
        }
    }

    /// Has the source been read to its end?
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The buffer for use again, and what went wrong with the source.
    pub(super) fn finish(self) -> (Vec<u8>, Option<io::Error>) {
        (self.buffer, self.failure)
    }
}
