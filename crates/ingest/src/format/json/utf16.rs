//! UTF-16, which PowerShell writes unless told not to.

use std::io::{self, Read};

/// Turns UTF-16 into UTF-8 while it is read. Halves of surrogate pairs that stand alone become U+FFFD.
pub(super) struct Utf16<'s> {
    source: &'s mut dyn Read,
    big_endian: bool,
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    ended: bool,
    /// How many bytes there were so far: half a unit at the end is one, whatever it is decoded to.
    total: u64,
    /// UTF-8 that did not fit into the caller's buffer.
    ready: Vec<u8>,
    ready_start: usize,
}

/// How much is read at a time.
const RAW_BYTES: usize = 64 << 10;

/// What marks a stream as UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub big_endian: bool,
    /// The length of the byte order mark.
    pub mark: usize,
}

/// Tells from the first four bytes whether a stream is UTF-16: by its mark, or by how JSON begins in it.
pub(super) fn encoding(head: &[u8]) -> Option<Encoding> {
    let (big_endian, mark) = match head {
        [0xFF, 0xFE, ..] => (false, 2),
        [0xFE, 0xFF, ..] => (true, 2),
        [b'{' | b'[', 0, _, 0, ..] => (false, 0),
        [0, b'{' | b'[', 0, _, ..] => (true, 0),
        _ => return None,
    };
    Some(Encoding { big_endian, mark })
}

impl<'s> Utf16<'s> {
    /// A stream of which `head` is already read.
    pub(super) fn new(source: &'s mut dyn Read, head: &[u8], big_endian: bool) -> Self {
        let mut raw = vec![0; RAW_BYTES.max(head.len() + 4)];
        raw[..head.len()].copy_from_slice(head);
        Self {
            source,
            big_endian,
            raw,
            raw_start: 0,
            raw_end: head.len(),
            ended: false,
            total: head.len() as u64,
            ready: Vec::new(),
            ready_start: 0,
        }
    }

    /// How many bytes of UTF-16 have been read.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    fn fill(&mut self) -> io::Result<()> {
        self.raw.copy_within(self.raw_start..self.raw_end, 0);
        self.raw_end -= self.raw_start;
        self.raw_start = 0;
        // What is left over is less than one pair of surrogates, so there is room.
        let count = self.source.read(&mut self.raw[self.raw_end..])?;
        self.ended = count == 0;
        self.total += count as u64;
        self.raw_end += count;
        Ok(())
    }

    /// Decodes what is complete; what may still become a pair stays, unless the stream has ended.
    fn decode(&mut self) {
        self.ready.clear();
        self.ready_start = 0;
        let big_endian = self.big_endian;
        let raw = &self.raw[self.raw_start..self.raw_end];
        let mut units: Vec<u16> = raw
            .chunks_exact(2)
            .map(|pair| {
                let pair = [pair[0], pair[1]];
                if big_endian {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                }
            })
            .collect();
        if !self.ended
            && units
                .last()
                .is_some_and(|unit| (0xD800..0xDC00).contains(unit))
        {
            units.pop();
        }
        self.raw_start += units.len() * 2;
        let mut bytes = [0; 4];
        for letter in char::decode_utf16(units) {
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready
                .extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
        }
        if self.ended && self.raw_start < self.raw_end {
            // Half of a unit at the end.
            self.ready.extend_from_slice("\u{FFFD}".as_bytes());
            self.raw_start = self.raw_end;
        }
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready_start == self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            // What was read before this stream was made is decoded first.
            if self.raw_end - self.raw_start < 4 {
                self.fill()?;
            }
            self.decode();
            if self.ready.is_empty() && !self.ended {
                self.fill()?;
                self.decode();
            }
        }
        let rest = &self.ready[self.ready_start..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.ready_start += count;
        Ok(count)
    }
}

/// How many units of UTF-16 this UTF-8 was made of.
pub(super) fn units(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0xBF => 0,
            0xF0..=0xFF => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Utf16, encoding, units};

    /// Gives a few bytes at a time.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn text_survives_in_pieces_of_any_size() {
        let text = "{\"a\": \"\u{e9}\u{1F600}\u{4e2d}\"}\n";
        for big_endian in [false, true] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| {
                    if big_endian {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect();
            for size in 1..9 {
                for head in [0, 1, 2, 4] {
                    let mut source = Dribble(&bytes[head..], size);
                    let mut decoded = String::new();
                    Utf16::new(&mut source, &bytes[..head], big_endian)
                        .read_to_string(&mut decoded)
                        .unwrap();
                    assert_eq!(decoded, text, "{size} {head}");
                }
            }
            assert_eq!(units(text.as_bytes()) * 2, bytes.len() as u64);
        }
    }

    #[test]
    fn broken_pairs_and_halves_are_replaced() {
        let mut source: &[u8] = &[0x00, 0xD8, b'x', 0, 0x00];
        let mut decoded = String::new();
        Utf16::new(&mut source, &[], false)
            .read_to_string(&mut decoded)
            .unwrap();
        assert_eq!(decoded, "\u{FFFD}x\u{FFFD}");
    }

    #[test]
    fn utf16_is_told_from_its_first_bytes() {
        assert!(encoding(b"\xff\xfe{\0").is_some_and(|found| !found.big_endian && found.mark == 2));
        assert!(encoding(b"\0[\0{").is_some_and(|found| found.big_endian && found.mark == 0));
        assert_eq!(encoding(b"{\"a\""), None);
    }
}
