//! A buffer to read files into.

/// A buffer that begins at a multiple of [`PAGE_BYTES`].
#[derive(Debug, Default)]
pub(super) struct PageBuffer {
    bytes: Vec<u8>,
    start: usize,
}

/// What is read begins at an address that is a multiple of this. Some processors copy from the kernel's pages at a third
/// of the speed to an address that is no multiple of 64, and large allocations begin 16 bytes behind the start of a page.
pub(super) const PAGE_BYTES: usize = 4096;

impl PageBuffer {
    /// The first `length` bytes. What was in them is gone if there were fewer before.
    pub(super) fn first(&mut self, length: usize) -> &mut [u8] {
        if self.bytes.len() < self.start + length {
            self.bytes = vec![0; length + PAGE_BYTES];
            self.start = to_page(&self.bytes);
        }
        &mut self.bytes[self.start..self.start + length]
    }

    /// All bytes that were ever asked for.
    pub(super) fn all(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// How far it is from the start of `bytes` to an address that is a multiple of [`PAGE_BYTES`]; no more than that.
pub(super) fn to_page(bytes: &[u8]) -> usize {
    bytes.as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::{PAGE_BYTES, PageBuffer};

    #[test]
    fn it_begins_with_a_page_however_it_grows() {
        let mut buffer = PageBuffer::default();
        for length in [1, 100, 5000, 300_000, 7] {
            let bytes = buffer.first(length);
            assert_eq!(bytes.len(), length);
            assert_eq!(bytes.as_ptr().addr() % PAGE_BYTES, 0);
            bytes[length - 1] = 1;
            assert_eq!(buffer.all()[length - 1], 1);
        }
    }
}
