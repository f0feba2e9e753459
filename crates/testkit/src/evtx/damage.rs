//! Ways to break a finished file, as real files are broken.
//!
//! All functions change the bytes in place. Chunks and records are counted from 0. To change a
//! record and keep the file otherwise valid, call [`repair_checksums`] afterwards.
//!
//! # Panics
//!
//! All functions panic when the file has no such chunk or record: that is a mistake in the test.

use std::ops::Range;

use super::chunk::{CHUNK_HEADER_SIZE, CHUNK_SIZE, header_checksum};
use super::file::FILE_HEADER_SIZE;

/// The bytes of a chunk.
#[must_use]
pub fn chunk(chunk: usize) -> Range<usize> {
    let start = FILE_HEADER_SIZE + chunk * CHUNK_SIZE;
    start..start + CHUNK_SIZE
}

/// The number of whole chunks that the file has room for.
#[must_use]
pub fn chunk_count(bytes: &[u8]) -> usize {
    bytes.len().saturating_sub(FILE_HEADER_SIZE) / CHUNK_SIZE
}

/// The bytes of each record of a chunk, by the sizes that the records give.
#[must_use]
pub fn records(bytes: &[u8], chunk: usize) -> Vec<Range<usize>> {
    let chunk = self::chunk(chunk);
    let mut records = Vec::new();
    let mut start = chunk.start + CHUNK_HEADER_SIZE;
    while start + 28 <= chunk.end && bytes[start..start + 4] == [0x2a, 0x2a, 0, 0] {
        let size = read_u32(bytes, start + 4) as usize;
        if size < 28 || size > chunk.end - start {
            break;
        }
        records.push(start..start + size);
        start += size;
    }
    records
}

/// Makes the file's own checksum wrong.
pub fn break_file_checksum(bytes: &mut [u8]) {
    flip(bytes, 124);
}

/// Makes the file's signature wrong.
pub fn break_file_magic(bytes: &mut [u8]) {
    bytes[..8].copy_from_slice(b"ElfFake\0");
}

/// Sets the file header's count of chunks, and leaves its checksum stale.
pub fn set_chunk_count(bytes: &mut [u8], count: u16) {
    bytes[42..44].copy_from_slice(&count.to_le_bytes());
}

/// Makes a chunk's signature wrong.
pub fn break_chunk_magic(bytes: &mut [u8], chunk: usize) {
    let start = self::chunk(chunk).start;
    bytes[start..start + 8].copy_from_slice(b"ElfFake\0");
}

/// Makes the checksum of a chunk's records wrong; the records are sound.
pub fn break_events_checksum(bytes: &mut [u8], chunk: usize) {
    let start = self::chunk(chunk).start;
    flip(bytes, start + 52);
    // The header's checksum covers that field and stays right.
    repair_header(bytes, start);
}

/// Makes the checksum of a chunk's header wrong; the header is sound.
pub fn break_header_checksum(bytes: &mut [u8], chunk: usize) {
    flip(bytes, self::chunk(chunk).start + 124);
}

/// Fills a chunk with zeros.
pub fn zero_chunk(bytes: &mut [u8], chunk: usize) {
    bytes[self::chunk(chunk)].fill(0);
}

/// Cuts the file inside a chunk, so many bytes after its start.
pub fn truncate_in_chunk(bytes: &mut Vec<u8>, chunk: usize, length: usize) {
    bytes.truncate(self::chunk(chunk).start + length);
}

/// Adds bytes after the last chunk.
pub fn append_garbage(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend((0..length).map(|index| (index % 251) as u8 ^ 0x5a));
}

/// Overwrites part of a record's BinXML; the header and the size at its end stay.
pub fn overwrite_record(bytes: &mut [u8], chunk: usize, record: usize, fill: u8) {
    let range = records(bytes, chunk)[record].clone();
    let body = range.start + 24..range.end - 4;
    let middle = body.start + (body.end - body.start) / 3;
    bytes[middle..body.end.min(middle + 64)].fill(fill);
}

/// Sets a record's size, at its start only.
pub fn set_record_size(bytes: &mut [u8], chunk: usize, record: usize, size: u32) {
    let start = records(bytes, chunk)[record].start;
    bytes[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
}

/// Sets the copy of a record's size, at its end only.
pub fn set_record_size_copy(bytes: &mut [u8], chunk: usize, record: usize, size: u32) {
    let end = records(bytes, chunk)[record].end;
    bytes[end - 4..end].copy_from_slice(&size.to_le_bytes());
}

/// Sets the id in a record's header; the id in its event stays.
pub fn set_record_id(bytes: &mut [u8], chunk: usize, record: usize, id: u64) {
    let start = records(bytes, chunk)[record].start;
    bytes[start + 8..start + 16].copy_from_slice(&id.to_le_bytes());
}

/// Makes a record's signature wrong.
pub fn break_record_magic(bytes: &mut [u8], chunk: usize, record: usize) {
    let start = records(bytes, chunk)[record].start;
    bytes[start..start + 4].fill(0xff);
}

/// Makes all checksums right again, of the file and of every chunk with the right signature.
pub fn repair_checksums(bytes: &mut [u8]) {
    let checksum = crc32fast::hash(&bytes[..120]);
    bytes[124..128].copy_from_slice(&checksum.to_le_bytes());
    for chunk in 0..chunk_count(bytes) {
        let start = self::chunk(chunk).start;
        if !bytes[start..].starts_with(b"ElfChnk\0") {
            continue;
        }
        let free = (read_u32(bytes, start + 48) as usize).clamp(CHUNK_HEADER_SIZE, CHUNK_SIZE);
        let checksum = crc32fast::hash(&bytes[start + CHUNK_HEADER_SIZE..start + free]);
        bytes[start + 52..start + 56].copy_from_slice(&checksum.to_le_bytes());
        repair_header(bytes, start);
    }
}

fn repair_header(bytes: &mut [u8], start: usize) {
    let checksum = header_checksum(&bytes[start..]);
    bytes[start + 124..start + 128].copy_from_slice(&checksum.to_le_bytes());
}

fn flip(bytes: &mut [u8], place: usize) {
    for byte in &mut bytes[place..place + 4] {
        *byte = !*byte;
    }
}

fn read_u32(bytes: &[u8], place: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[place..place + 4]);
    u32::from_le_bytes(number)
}
