//! The lines of a block, and what their bytes say of them without a look at strings.

use super::lanes::{BLOCK, Lanes, Width, lanes};

/// How many bytes are looked at before the lines in them are handed out. A reader that stops early has looked too far by this
/// much and no more.
const CHUNK: usize = 8 << 10;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub start: usize,
    /// Where its line feed is, or the end of the text.
    pub end: usize,
    /// Has it as many opening braces as closing ones, and does none open right behind one that closes, white space aside? Then it
    /// holds one record at most, as far as its braces tell; else some record may be cut short, even if it ends in a brace.
    pub is_one: bool,
    /// Stands `\u` in it?
    pub escapes: bool,
}

/// Looks for the lines of a text, in order.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    width: Width,
    text: &'t [u8],
    state: State,
    found: Vec<Line>,
    /// How many of those that were found are handed out.
    given: usize,
}

/// How far the search has come.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// What was looked at.
    at: usize,
    /// Where the current line starts.
    start: usize,
    /// Its opening braces, less the closing ones.
    open: i64,
    is_apart: bool,
    escapes: bool,
    /// Was the last byte a closing brace; such white space behind one as must be the line's end; a backslash? 1 or 0.
    closed: u64,
    ending: u64,
    backslash: u64,
    ended: bool,
}

/// What was seen in a block.
struct Seen {
    line_feeds: u64,
    open: u64,
    close: u64,
    /// Such braces, and white space behind one that closes, as begin another record or text of no record.
    apart: u64,
    escapes: u64,
}

impl<'t> Lines<'t> {
    /// The lines of a text of less than 4 GiB.
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            width: Width::here(),
            text,
            state: State::default(),
            found: Vec::new(),
            given: 0,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    #[inline]
    fn next(&mut self) -> Option<Line> {
        while self.given == self.found.len() {
            if self.state.ended {
                return None;
            }
            self.found.clear();
            self.given = 0;
            look(self.width, self.text, &mut self.state, &mut self.found);
        }
        self.given += 1;
        self.found.get(self.given - 1).copied()
    }
}

/// Looks at the next chunk.
#[expect(
    unsafe_code,
    reason = "measured: a tenth of a scan, see ARCHITECTURE.md, `How a scan is fast`"
)]
fn look(width: Width, text: &[u8], state: &mut State, found: &mut Vec<Line>) {
    match width {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has what the function is compiled for; it asks for nothing else.
        Width::Avx512 => unsafe { look_avx512(text, state, found) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Width::Avx2 => unsafe { look_avx2(text, state, found) },
        _ => walk(text, state, found, &lanes!(usual)),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx2(text: &[u8], state: &mut State, found: &mut Vec<Line>) {
    let lanes = lanes!(avx2);
    walk(text, state, found, &lanes);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx512(text: &[u8], state: &mut State, found: &mut Vec<Line>) {
    let lanes = lanes!(avx512);
    walk(text, state, found, &lanes);
}

#[inline(always)]
fn walk<E, B, L, P>(
    text: &[u8],
    state: &mut State,
    found: &mut Vec<Line>,
    lanes: &Lanes<E, B, L, P>,
) where
    E: Fn(&[u8; BLOCK], u8) -> u64,
    L: Fn(&[u8; BLOCK]) -> u64,
{
    let rest = text.get(state.at..).unwrap_or_default();
    let rest = &rest[..rest.len().min(CHUNK)];
    let (whole, last) = rest.as_chunks::<BLOCK>();
    for block in whole {
        let seen = state.see(block, lanes);
        state.take_in(&seen, BLOCK, found);
    }
    if state.at + last.len() == text.len() {
        let mut block = [b'.'; BLOCK];
        block[..last.len()].copy_from_slice(last);
        let seen = state.see(&block, lanes);
        state.take_in(&seen, last.len(), found);
        state.end_line(text.len(), found);
        state.ended = true;
    }
}

impl State {
    /// Looks at a block.
    #[inline(always)]
    fn see<E, B, L, P>(&mut self, block: &[u8; BLOCK], lanes: &Lanes<E, B, L, P>) -> Seen
    where
        E: Fn(&[u8; BLOCK], u8) -> u64,
        L: Fn(&[u8; BLOCK]) -> u64,
    {
        let line_feeds = (lanes.equal)(block, b'\n');
        let open = (lanes.equal)(block, b'{');
        let close = (lanes.equal)(block, b'}');
        // Without branches: whether a block has braces or backslashes cannot be foretold.
        // White space behind a closing brace must be the one byte before the line's end.
        let after = (close << 1) | self.closed;
        let ending = after & (lanes.low)(block) & !line_feeds;
        let must_end = (ending << 1) | self.ending;
        let apart = (after & open) | (must_end & !line_feeds);
        self.closed = close >> 63;
        self.ending = ending >> 63;
        let backslash = (lanes.equal)(block, b'\\');
        let escapes = ((backslash << 1) | self.backslash) & (lanes.equal)(block, b'u');
        self.backslash = backslash >> 63;
        Seen {
            line_feeds,
            open,
            close,
            apart,
            escapes,
        }
    }

    /// Takes in the first `length` bytes of a block, all of it but at the end.
    #[inline(always)]
    fn take_in(&mut self, seen: &Seen, length: usize, found: &mut Vec<Line>) {
        if seen.line_feeds | seen.apart | seen.escapes != 0 || length < BLOCK {
            self.parts(seen, length, found);
        } else {
            // The usual block: there is nothing in it but braces.
            self.open += i64::from(seen.open.count_ones()) - i64::from(seen.close.count_ones());
        }
        self.at += length;
    }

    /// Takes in what was seen in a block, part by part of the lines in it.
    fn parts(&mut self, seen: &Seen, length: usize, found: &mut Vec<Line>) {
        // All that is not taken in yet.
        let mut left = match length {
            BLOCK => u64::MAX,
            length => (1 << length) - 1,
        };
        let mut line_feeds = seen.line_feeds;
        while line_feeds != 0 {
            let place = line_feeds.trailing_zeros();
            let here = left & ((1 << place) - 1);
            self.part(seen, here);
            self.end_line(self.at + place as usize, found);
            line_feeds &= line_feeds - 1;
            left &= (u64::MAX << place) << 1;
        }
        self.part(seen, left);
    }

    /// Takes in the part of a block that belongs to the current line.
    #[inline(always)]
    fn part(&mut self, seen: &Seen, here: u64) {
        self.open += i64::from((seen.open & here).count_ones());
        self.open -= i64::from((seen.close & here).count_ones());
        self.is_apart |= seen.apart & here != 0;
        self.escapes |= seen.escapes & here != 0;
    }

    #[inline(always)]
    fn end_line(&mut self, end: usize, found: &mut Vec<Line>) {
        found.push(Line {
            start: self.start,
            end,
            is_one: self.open == 0 && !self.is_apart,
            escapes: self.escapes,
        });
        self.start = end + 1;
        self.open = 0;
        self.is_apart = false;
        self.escapes = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CHUNK, Line, Lines, Width};

    /// The lines of a text, byte by byte.
    fn naive(text: &[u8]) -> Vec<Line> {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let count = |wanted| line.iter().filter(|byte| **byte == wanted).count();
            let mut is_one = count(b'{') == count(b'}');
            for (at, byte) in line.iter().enumerate() {
                if *byte != b'}' {
                    continue;
                }
                is_one &= match line[at + 1..] {
                    [] => true,
                    [low] if low <= b' ' => true,
                    [next, ..] => next > b' ' && next != b'{',
                };
            }
            lines.push(Line {
                start,
                end: start + line.len(),
                is_one,
                escapes: line.windows(2).any(|pair| pair == b"\\u"),
            });
            start += line.len() + 1;
        }
        lines
    }

    fn check(text: &[u8]) -> Result<(), TestCaseError> {
        let expect = naive(text);
        for width in Width::all() {
            let lines = Lines {
                width,
                ..Lines::new(text)
            };
            prop_assert_eq!(lines.collect::<Vec<_>>(), &expect[..], "{:?}", width);
        }
        Ok(())
    }

    #[test]
    fn lines_are_found_across_chunks() {
        for length in [0, 1, 63, 64, 65, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            for end in ["", "\n", "\r\n", "}\n", "} \n{}", "}\r"] {
                let text = format!("{{{}{end}", "x".repeat(length));
                check(text.as_bytes()).expect("they agree");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn lines_are_those_found_byte_by_byte(
            text in prop::collection::vec(prop::sample::select(&b"{}{}\\uux \r\n\t\0"[..]), 0..400),
        ) {
            check(&text)?;
        }

        #[test]
        fn lines_are_right_for_all_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check(&text)?;
        }
    }
}
