//! Bytes on their way from a source, with their offsets, in a buffer that grows only for large records.

use std::io::{self, Read};

use memchr::memchr;

use crate::format::buffer::{PAGE_BYTES, to_page};
use crate::format::utf16;

/// How much is read at a time: small enough to stay in the processor's cache between reading and searching.
pub(super) const BLOCK_BYTES: usize = 128 << 10;

/// What is left of a block is moved in front of the next one if it is no longer than this.
const CARRY_BYTES: usize = 64 << 10;

/// The size of the buffer while records are not large.
const USUAL_BYTES: usize = CARRY_BYTES + PAGE_BYTES + BLOCK_BYTES;

/// A window on a stream of bytes.
pub(super) struct Stream<'s> {
    source: &'s mut dyn Read,
    buffer: Vec<u8>,
    /// Where in the buffer blocks are read to.
    block: usize,
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
    /// A stream that begins at `offset` of its file. `buffer` is used again.
    pub(super) fn new(source: &'s mut dyn Read, buffer: Vec<u8>, offset: u64, wide: bool) -> Self {
        let mut stream = Self {
            source,
            buffer,
            block: 0,
            start: 0,
            end: 0,
            offset,
            wide,
            ended: false,
            failure: None,
        };
        stream.lay_out();
        stream
    }

    /// Makes the buffer its usual size, and empty.
    fn lay_out(&mut self) {
        if self.buffer.len() != USUAL_BYTES {
            self.buffer = vec![0; USUAL_BYTES];
        }
        self.block = CARRY_BYTES + to_page(&self.buffer[CARRY_BYTES..]);
        self.start = self.block;
        self.end = self.block;
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
            2 * utf16::units(bytes)
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
        let space = self.make_space();
        loop {
            match self.source.read(&mut self.buffer[self.end..space]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.end += count.min(space - self.end);
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

    /// Sees to it that there is space behind the window; gives the end of what may be read to.
    fn make_space(&mut self) -> usize {
        let block_end = self.block + BLOCK_BYTES;
        let left = self.end - self.start;
        if left == 0 {
            self.lay_out();
            return self.block + BLOCK_BYTES;
        }
        // The last read did not fill the block.
        if self.end >= self.block && self.end < block_end {
            return block_end;
        }
        if left <= CARRY_BYTES {
            if self.buffer.len() == USUAL_BYTES {
                self.buffer
                    .copy_within(self.start..self.end, self.block - left);
            } else {
                // After a large record the buffer shrinks again.
                let carried = self.data().to_vec();
                self.lay_out();
                self.buffer[self.block - left..self.block].copy_from_slice(&carried);
            }
            self.start = self.block - left;
            self.end = self.block;
            return self.block + BLOCK_BYTES;
        }
        // A large record: it is gathered at the start of a buffer that grows.
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.start = 0;
            self.end = left;
        }
        if self.buffer.len() - self.end < BLOCK_BYTES {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        self.buffer.len()
    }

    /// Moves the start of the window behind the end of the line.
    pub(super) fn skip_line(&mut self) {
        loop {
            if let Some(end) = memchr(b'\n', self.data()) {
                return self.consume(end + 1);
            }
            self.consume(usize::MAX);
            if !self.more() {
                return;
            }
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
