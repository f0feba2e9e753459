//! UTF-16, which PowerShell and programs for Windows write: turned into UTF-8 while it is read, with the offsets of the file.
//!
//! Nothing is lost on the way: half a surrogate pair that stands alone, and half a unit at the end, become U+FFFD, and the
//! reader says where ([`Flaws`]).

use std::io::{self, Read};

/// As many bytes of a stream's start as [`encoding`] looks at. What it tells depends on no more than these.
pub(crate) const HEAD_BYTES: usize = 4096;

/// How much is read at a time.
const RAW_BYTES: usize = 64 << 10;

/// So many letters of ASCII at least show that a stream without a mark is UTF-16.
const LEAST_LETTERS: usize = 4;

/// What marks a stream as UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub(crate) big_endian: bool,
    /// The length of the byte order mark.
    pub(crate) mark: usize,
}

/// Tells from its first [`HEAD_BYTES`] whether a stream is UTF-16: by its mark, by how JSON begins in it, or because every
/// other byte is zero, as in the ASCII that most of any log is.
pub(crate) fn encoding(head: &[u8]) -> Option<Encoding> {
    let (big_endian, mark) = match head {
        [0xFF, 0xFE, ..] => (false, 2),
        [0xFE, 0xFF, ..] => (true, 2),
        [b'{' | b'[', 0, _, 0, ..] => (false, 0),
        [0, b'{' | b'[', 0, _, ..] => (true, 0),
        _ => (order_by_zeros(head)?, 0),
    };
    Some(Encoding { big_endian, mark })
}

/// Where the zeros of unmarked UTF-16 lie says whether it is big-endian; `None` when it is none.
fn order_by_zeros(head: &[u8]) -> Option<bool> {
    let (mut little, mut big, mut wide) = (0, 0, 0);
    for pair in head[..head.len().min(HEAD_BYTES)].chunks_exact(2) {
        match pair {
            // A crash leaves zeros in any log.
            [0, 0] => {}
            [_, 0] => little += 1,
            [0, _] => big += 1,
            _ => wide += 1,
        }
    }
    let (most, least) = (little.max(big), little.min(big));
    let is_utf16 = most >= LEAST_LETTERS && most >= wide && most >= 16 * least;
    is_utf16.then_some(big > little)
}

/// The UTF-8 of the start of a stream, which may be cut anywhere.
pub(crate) fn decode_head(head: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut decoder = Decoder::new(head, encoding);
    decoder.decode();
    decoder.ready
}

/// How many units of UTF-16 this UTF-8 was made of.
pub(crate) fn units(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0xBF => 0,
            0xF0..=0xFF => 2,
            _ => 1,
        })
        .sum()
}

/// What of a stream was no UTF-16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flaws {
    /// How many halves of surrogate pairs stood alone.
    halves: u64,
    /// Where the first of them stood.
    first: u64,
    /// Where the byte lies that is half a unit, at the end.
    odd: Option<u64>,
}

impl Flaws {
    /// What to say of them, each with its offset.
    pub(crate) fn told(&self) -> impl Iterator<Item = (u64, String)> {
        let halves = (self.halves > 0).then(|| {
            let count = self.halves;
            let reason = format!(
                "UTF-16 with {count} halves of surrogate pairs that stand alone, the first one here: read as U+FFFD"
            );
            (self.first, reason)
        });
        let odd = self.odd.map(|at| {
            let reason = "UTF-16 that ends in half a unit: read as U+FFFD";
            (at, reason.to_owned())
        });
        halves.into_iter().chain(odd)
    }
}

/// Turns UTF-16 into UTF-8, a block at a time.
pub(crate) struct Decoder {
    big_endian: bool,
    /// UTF-16 that is not decoded yet, in the middle of it.
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    /// Where in the stream `raw_start` lies.
    offset: u64,
    /// How many bytes of the stream were read.
    total: u64,
    ended: bool,
    /// UTF-8 that did not fit into the caller's buffer.
    ready: Vec<u8>,
    ready_start: usize,
    flaws: Flaws,
}

impl Decoder {
    /// A decoder of a stream of which `head`, the mark included, is already read.
    pub(crate) fn new(head: &[u8], encoding: Encoding) -> Self {
        let mark = encoding.mark.min(head.len());
        let mut raw = vec![0; RAW_BYTES.max(head.len() + 4)];
        raw[..head.len()].copy_from_slice(head);
        Self {
            big_endian: encoding.big_endian,
            raw,
            raw_start: mark,
            raw_end: head.len(),
            offset: mark as u64,
            total: head.len() as u64,
            ended: false,
            ready: Vec::new(),
            ready_start: 0,
            flaws: Flaws::default(),
        }
    }

    /// How many bytes of the stream were read.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// What was no UTF-16 so far.
    pub(crate) fn flaws(&self) -> Flaws {
        self.flaws
    }

    /// Reads UTF-8 that is made of what `source` gives.
    pub(crate) fn read(&mut self, source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready_start == self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            // What was read before this decoder was made is decoded first. Less than a pair of surrogates is left of a
            // block, so there is room.
            if self.raw_end - self.raw_start < 4 {
                self.fill(source)?;
            }
            self.decode();
        }
        let rest = &self.ready[self.ready_start..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.ready_start += count;
        Ok(count)
    }

    fn fill(&mut self, source: &mut dyn Read) -> io::Result<()> {
        self.raw.copy_within(self.raw_start..self.raw_end, 0);
        self.raw_end -= self.raw_start;
        self.raw_start = 0;
        let count = source.read(&mut self.raw[self.raw_end..])?;
        self.ended = count == 0;
        self.total += count as u64;
        self.raw_end += count;
        Ok(())
    }

    /// Decodes what is complete; what may still become a pair stays, unless the stream has ended.
    fn decode(&mut self) {
        self.ready.clear();
        self.ready_start = 0;
        let raw = &self.raw[self.raw_start..self.raw_end];
        let big_endian = self.big_endian;
        let unit = |at: usize| match raw.get(at..at + 2) {
            Some(&[first, second]) if big_endian => Some(u16::from_be_bytes([first, second])),
            Some(&[first, second]) => Some(u16::from_le_bytes([first, second])),
            _ => None,
        };
        let mut at = 0;
        while let Some(first) = unit(at) {
            if let Ok(letter @ 0..0x80) = u8::try_from(first) {
                self.ready.push(letter);
                at += 2;
                continue;
            }
            let letter = match first {
                0xD800..0xDC00 => match unit(at + 2) {
                    Some(second @ 0xDC00..0xE000) => {
                        at += 2;
                        let high = u32::from(first - 0xD800) << 10;
                        char::from_u32(0x1_0000 + high + u32::from(second - 0xDC00))
                    }
                    None if !self.ended => break,
                    _ => None,
                },
                // Half a pair is no letter either.
                unit => char::from_u32(u32::from(unit)),
            };
            if letter.is_none() {
                if self.flaws.halves == 0 {
                    self.flaws.first = self.offset + at as u64;
                }
                self.flaws.halves += 1;
            }
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            let mut bytes = [0; 4];
            let bytes = letter.encode_utf8(&mut bytes).as_bytes();
            self.ready.extend_from_slice(bytes);
            at += 2;
        }
        self.raw_start += at;
        self.offset += at as u64;
        if self.ended && self.raw_start < self.raw_end {
            self.flaws.odd = Some(self.offset);
            self.ready.extend_from_slice("\u{FFFD}".as_bytes());
            self.raw_start = self.raw_end;
        }
    }
}

/// A stream of UTF-16 that is read as UTF-8.
pub(crate) struct Utf16<R> {
    source: R,
    decoder: Decoder,
}

impl<R: Read> Utf16<R> {
    /// A stream of which `head`, the mark included, is already read.
    pub(crate) fn new(source: R, head: &[u8], encoding: Encoding) -> Self {
        Self {
            source,
            decoder: Decoder::new(head, encoding),
        }
    }

    /// The decoder, for what it counted.
    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(&mut self.source, buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Encoding, Utf16, decode_head, encoding, units};

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

    fn wide(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    fn plain(big_endian: bool) -> Encoding {
        Encoding {
            big_endian,
            mark: 0,
        }
    }

    #[test]
    fn text_survives_in_pieces_of_any_size() {
        let text = "{\"a\": \"\u{e9}\u{1F600}\u{4e2d}\"}\n";
        for big_endian in [false, true] {
            let bytes = wide(text, big_endian);
            for size in 1..9 {
                for head in [0, 1, 2, 4] {
                    let source = Dribble(&bytes[head..], size);
                    let mut decoded = String::new();
                    let mut stream = Utf16::new(source, &bytes[..head], plain(big_endian));
                    stream.read_to_string(&mut decoded).unwrap();
                    assert_eq!(decoded, text, "{size} {head}");
                    assert_eq!(stream.decoder().total(), bytes.len() as u64);
                    assert_eq!(stream.decoder().flaws().told().count(), 0);
                }
            }
            assert_eq!(units(text.as_bytes()) * 2, bytes.len() as u64);
        }
    }

    #[test]
    fn broken_pairs_and_halves_are_replaced_and_told() {
        let bytes: &[u8] = &[
            0xFF, 0xFE, 0x00, 0xD8, b'x', 0, 0x00, 0xDC, 0x00, 0xD8, 0x00,
        ];
        for size in 1..12 {
            let mark = encoding(bytes).unwrap();
            let mut decoded = String::new();
            let mut stream = Utf16::new(Dribble(&bytes[2..], size), &bytes[..2], mark);
            stream.read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded, "\u{FFFD}x\u{FFFD}\u{FFFD}\u{FFFD}");
            let told: Vec<(u64, String)> = stream.decoder().flaws().told().collect();
            let places: Vec<u64> = told.iter().map(|(at, _)| *at).collect();
            assert_eq!(places, [2, 10]);
            assert!(told[0].1.contains("3 halves"), "{}", told[0].1);
        }
    }

    #[test]
    fn utf16_is_told_from_its_first_bytes() {
        assert!(encoding(b"\xff\xfe{\0").is_some_and(|found| !found.big_endian && found.mark == 2));
        assert!(encoding(b"\0[\0{").is_some_and(|found| found.big_endian && found.mark == 0));
        assert_eq!(encoding(b"{\"a\""), None);
        for big_endian in [false, true] {
            let log = wide(
                "2026-01-02 03:04:05 \u{4e2d}\u{6587} came in\r\n",
                big_endian,
            );
            assert_eq!(encoding(&log), Some(plain(big_endian)));
            let damaged = [&[0; 512][..], &log].concat();
            assert_eq!(encoding(&damaged), Some(plain(big_endian)));
        }
        for none in [
            &b"Jan  2 03:04:05 gw sshd[7]: x\n"[..],
            b"Jan  2 03:04:05 gw sshd[7]: x\n\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"a\0b\0",
            &[0; 64],
            "\u{4e2d}\u{6587}".as_bytes(),
            b"",
        ] {
            assert_eq!(encoding(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_head_may_be_cut_anywhere() {
        let text = "a\u{1F600}b";
        let bytes = wide(text, true);
        for end in 0..=bytes.len() {
            let decoded = decode_head(&bytes[..end], plain(true));
            assert!(text.as_bytes().starts_with(&decoded), "{end}");
        }
    }
}
