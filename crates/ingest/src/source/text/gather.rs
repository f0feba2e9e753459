//! Records whose lines stand among those of other records: gathered until they are complete.

use std::collections::VecDeque;

use crate::format::syslog::{MAX_RECORD, Piece};

/// So many records may be incomplete at once; then the oldest is handed on as it is.
const MOST_OPEN: usize = 64;

/// And so many bytes.
const MOST_BYTES: usize = MAX_RECORD;

/// Pieces of one record lie no further apart, in milliseconds: what auditd itself waits for.
const LONGEST_WAIT: i64 = 2000;

/// Takes a record and the offset of its first line.
type Hand<'h> = &'h mut dyn FnMut(&[u8], u64);

/// A record that is not complete yet.
struct Open {
    host: Vec<u8>,
    name: Vec<u8>,
    millis: i64,
    offset: u64,
    bytes: Vec<u8>,
}

/// The records that are not complete. No line is lost: what is never completed is handed on when the time, the place, or the file
/// ends.
pub(super) struct Gather {
    piece: fn(&[u8]) -> Option<Piece<'_>>,
    open: VecDeque<Open>,
    bytes: usize,
}

impl Gather {
    pub(super) fn new(piece: fn(&[u8]) -> Option<Piece<'_>>) -> Self {
        Self {
            piece,
            open: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Takes lines that follow one another in the file and are pieces of one record, or a record that has no pieces; hands on what is
    /// complete.
    pub(super) fn take(&mut self, bytes: &[u8], offset: u64, hand: Hand<'_>) {
        let Some(first) = (self.piece)(bytes) else {
            return hand(bytes, offset);
        };
        let (start, end) = match memchr::memrchr(b'\n', bytes) {
            Some(at) => (at + 1, at),
            None => (0, 0),
        };
        let last = if start == 0 {
            first
        } else {
            (self.piece)(&bytes[start..]).unwrap_or(first)
        };
        // The mark of the end says nothing more.
        let bytes = if last.empty { &bytes[..end] } else { bytes };
        self.let_go(first.millis, hand);
        let known = self
            .open
            .iter()
            .rposition(|open| open.name == first.of.name && open.host == first.of.host);
        match known {
            Some(at) => {
                let open = &mut self.open[at];
                if !bytes.is_empty() {
                    open.bytes.push(b'\n');
                    open.bytes.extend_from_slice(bytes);
                    self.bytes += bytes.len() + 1;
                }
                if (last.last || open.bytes.len() > MOST_BYTES)
                    && let Some(open) = self.open.remove(at)
                {
                    self.bytes -= open.bytes.len();
                    hand(&open.bytes, open.offset);
                }
            }
            // A mark whose record was handed on already.
            None if bytes.is_empty() => {}
            None if last.last => hand(bytes, offset),
            None => {
                self.bytes += bytes.len();
                self.open.push_back(Open {
                    host: first.of.host.to_vec(),
                    name: first.of.name.to_vec(),
                    millis: first.millis,
                    offset,
                    bytes: bytes.to_vec(),
                });
            }
        }
        while self.open.len() > MOST_OPEN || self.bytes > MOST_BYTES {
            self.hand_oldest(hand);
        }
    }

    /// Hands on what has waited too long at this time. Time may go back, where files were put together.
    fn let_go(&mut self, now: i64, hand: Hand<'_>) {
        while let Some(oldest) = self.open.front()
            && now.abs_diff(oldest.millis) > LONGEST_WAIT.unsigned_abs()
        {
            self.hand_oldest(hand);
        }
    }

    fn hand_oldest(&mut self, hand: Hand<'_>) {
        if let Some(open) = self.open.pop_front() {
            self.bytes -= open.bytes.len();
            hand(&open.bytes, open.offset);
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self, hand: Hand<'_>) {
        while !self.open.is_empty() {
            self.hand_oldest(hand);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{Gather, LONGEST_WAIT, MOST_OPEN};
    use crate::format::syslog::{Frames, Framing, Piece, PieceOf, Pieces};

    /// `NAME MILLIS TEXT`: a text `end` is the last, `mark` the mark of the end.
    fn piece(line: &[u8]) -> Option<Piece<'_>> {
        let text = std::str::from_utf8(line).ok()?;
        let mut words = text.lines().next()?.split(' ');
        let (name, millis, text) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        Some(Piece {
            of: PieceOf {
                host: b"",
                name: name.as_bytes(),
            },
            millis,
            last: matches!(text, "end" | "mark"),
            empty: text == "mark",
        })
    }

    fn gathered(text: &str) -> Vec<(u64, String)> {
        let mut frames = Frames::new(text.as_bytes());
        frames.set_framing(Framing::Gathered(Pieces {
            piece,
            of: |line| Some(piece(line)?.of),
        }));
        let mut gather = Gather::new(piece);
        let mut found = Vec::new();
        let mut hand = |bytes: &[u8], offset: u64| {
            found.push((offset, String::from_utf8_lossy(bytes).into_owned()));
        };
        while let Some(frame) = frames.next_frame().expect("memory can be read") {
            gather.take(frame.bytes, frame.offset, &mut hand);
        }
        gather.finish(&mut hand);
        found
    }

    #[test]
    fn pieces_come_together() {
        for (text, expect) in [
            ("a 1 x\na 1 y\na 1 end\n", &["a 1 x\na 1 y\na 1 end"][..]),
            (
                "a 1 x\nb 1 x\na 1 y\nother\nb 1 end\na 1 mark\n",
                &["other", "b 1 x\nb 1 end", "a 1 x\na 1 y"],
            ),
            ("a 1 end\na 1 mark\nb 1 mark\n", &["a 1 end"]),
            (
                "a 1 x\nb 9999 x\na 1 end\n",
                &["a 1 x", "b 9999 x", "a 1 end"],
            ),
            (
                "a 9999 x\nb 1 x\nb 1 end\n",
                &["a 9999 x", "b 1 x\nb 1 end"],
            ),
            ("a 1 x\n", &["a 1 x"]),
            ("other\n more\na 1 end\n", &["other\n more", "a 1 end"]),
        ] {
            let found: Vec<String> = gathered(text).into_iter().map(|(_, text)| text).collect();
            assert_eq!(found, expect, "{text}");
        }
    }

    #[test]
    fn the_table_is_bounded() {
        let many: String = (0..MOST_OPEN + 3)
            .map(|number| format!("n{number} 1 x\n"))
            .collect();
        let found = gathered(&many);
        assert_eq!(found.len(), MOST_OPEN + 3);
        assert_eq!(found[0], (0, "n0 1 x".to_owned()));
        let long = format!(
            "a 1 {}\nb 1 x\na 1 y\n",
            "x".repeat(super::MOST_BYTES - 100)
        );
        assert_eq!(gathered(&long).len(), 2);
        let longer = format!(
            "a 1 x\nb 1 {}\nc 1 {}\na 1 end\n",
            "x".repeat(600_000),
            "x".repeat(600_000)
        );
        assert!(gathered(&longer).len() >= 3);
    }

    proptest! {
        /// Every line comes out once, with the record of its name, whatever lies between.
        #[test]
        fn nothing_is_lost(lines in prop::collection::vec((0..4u8, 0..5000i64, 0..3u8), 0..40)) {
            let text: String = lines
                .iter()
                .enumerate()
                .map(|(number, (name, millis, kind))| {
                    let text = ["x", "end", "y"][usize::from(*kind)];
                    format!("{name} {} {text} {number}\n", millis / LONGEST_WAIT * LONGEST_WAIT)
                })
                .collect();
            let found = gathered(&text);
            let mut out: Vec<&str> = found.iter().flat_map(|(_, record)| record.lines()).collect();
            for (_, record) in &found {
                let names: Vec<&str> = record.lines().map(|line| &line[..1]).collect();
                assert!(names.windows(2).all(|pair| pair[0] == pair[1]), "{record}");
            }
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            out.sort_unstable();
            assert_eq!(out, lines);
        }
    }
}
