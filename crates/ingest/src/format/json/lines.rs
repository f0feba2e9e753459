//! The lines of a block, and what their bytes say of them without a look at strings.

use memchr::{Memchr, memchr_iter};

use super::lanes::{BLOCK, Lanes, Width, lanes};

/// How many bytes are looked at before the lines in them are handed out, and from there to where a line ends at most. A reader
/// that stops early has looked too far by this much and no more.
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
    /// Stands the text in it that is looked for?
    pub literal: bool,
}

/// Looks for the lines of a text, in order.
#[derive(Debug)]
pub(super) enum Lines<'t> {
    Close(CloseLook<'t>),
    Ends(Ends<'t>),
}

impl<'t> Lines<'t> {
    /// The lines of a text, with a close look for `literal`; an empty one stands in every line. Without one only the ends of
    /// lines are looked for: anything may be in them.
    pub(super) fn new(text: &'t [u8], literal: Option<&'t [u8]>) -> Self {
        match literal {
            Some(literal) => Self::Close(CloseLook::new(text, literal, Width::here())),
            None => Self::Ends(Ends {
                ends: memchr_iter(b'\n', text),
                length: text.len(),
                start: 0,
            }),
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    #[inline]
    fn next(&mut self) -> Option<Line> {
        match self {
            Self::Close(lines) => lines.next(),
            Self::Ends(lines) => lines.next(),
        }
    }
}

/// Looks for the ends of lines alone.
#[derive(Debug)]
pub(super) struct Ends<'t> {
    ends: Memchr<'t>,
    length: usize,
    start: usize,
}

impl Ends<'_> {
    #[inline]
    fn next(&mut self) -> Option<Line> {
        let start = self.start;
        if start > self.length {
            return None;
        }
        let end = self.ends.next().unwrap_or(self.length);
        self.start = end + 1;
        Some(Line {
            start,
            end,
            is_one: false,
            escapes: true,
            literal: true,
        })
    }
}

/// Looks at every byte of the lines.
#[derive(Debug)]
pub(super) struct CloseLook<'t> {
    width: Width,
    state: State<'t>,
    found: Vec<Line>,
    /// How many of those that were found are handed out.
    given: usize,
}

/// How far the search has come.
#[derive(Clone, Copy, Debug)]
struct State<'t> {
    text: &'t [u8],
    literal: &'t [u8],
    /// What was looked at.
    at: usize,
    /// Where the current line starts.
    start: usize,
    /// Its opening braces, less the closing ones.
    open: i64,
    is_apart: bool,
    escapes: bool,
    literally: bool,
    ended: bool,
}

/// What was seen in a block.
#[derive(Clone, Copy)]
struct Seen {
    line_feeds: u64,
    open: u64,
    close: u64,
    /// Closing braces right before an opening one.
    apart: u64,
    /// Closing braces before white space other than a line feed.
    spaced: u64,
    escapes: u64,
    /// Where the literal may begin.
    literal: u64,
}

impl Seen {
    /// Is there anything but braces?
    #[inline(always)]
    fn is_rare(&self) -> bool {
        self.line_feeds | self.apart | self.spaced | self.escapes | self.literal != 0
    }
}

impl<'t> CloseLook<'t> {
    fn new(text: &'t [u8], literal: &'t [u8], width: Width) -> Self {
        Self {
            width,
            state: State {
                text,
                literal,
                at: 0,
                start: 0,
                open: 0,
                is_apart: false,
                escapes: false,
                literally: literal.is_empty(),
                ended: false,
            },
            found: Vec::new(),
            given: 0,
        }
    }

    #[inline]
    fn next(&mut self) -> Option<Line> {
        while self.given == self.found.len() {
            if self.state.ended {
                return None;
            }
            self.found.clear();
            self.given = 0;
            look(self.width, &mut self.state, &mut self.found);
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
fn look(width: Width, state: &mut State<'_>, found: &mut Vec<Line>) {
    match width {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has what the function is compiled for; it asks for nothing else.
        Width::Avx512 => unsafe { look_avx512(state, found) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Width::Avx2 => unsafe { look_avx2(state, found) },
        _ => walk::<false, _, _, _, _, _, _>(state, found, &lanes!(usual), parts_usual),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx2(state: &mut State<'_>, found: &mut Vec<Line>) {
    let lanes = lanes!(avx2);
    walk::<false, _, _, _, _, _, _>(state, found, &lanes, |state, part, found| {
        parts_avx2(state, part, found);
    });
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,pclmulqdq,popcnt,bmi1")]
fn look_avx512(state: &mut State<'_>, found: &mut Vec<Line>) {
    let lanes = lanes!(avx512);
    walk::<true, _, _, _, _, _, _>(state, found, &lanes, |state, part, found| {
        parts_avx512(state, part, found);
    });
}

/// Some bytes with those that follow, how many they are, and what was seen in them if that is at hand.
type Part<'a> = (&'a [u8; WINDOW], usize, Option<&'a Seen>);

// What is done with the few blocks that have more than braces in them is kept apart from the way of all others.

#[inline(never)]
fn parts_usual(state: &mut State<'_>, part: Part<'_>, found: &mut Vec<Line>) {
    state.parts(part, found, &lanes!(usual));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
#[inline(never)]
fn parts_avx2(state: &mut State<'_>, part: Part<'_>, found: &mut Vec<Line>) {
    state.parts(part, found, &lanes!(avx2));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,pclmulqdq,popcnt,bmi1")]
#[inline(never)]
fn parts_avx512(state: &mut State<'_>, part: Part<'_>, found: &mut Vec<Line>) {
    state.parts(part, found, &lanes!(avx512));
}

/// Goes through a chunk. `AT_HAND` says that the answers about a block are masks as they come; where they must be taken out of
/// wider registers one by one, it is less to ask again in the few blocks where they are needed than to have all of them in all.
#[inline(always)]
fn walk<const AT_HAND: bool, E, B, N, L, R, P>(
    state: &mut State<'_>,
    found: &mut Vec<Line>,
    lanes: &Lanes<E, B, N, L, R, P>,
    parts: impl Fn(&mut State<'_>, Part<'_>, &mut Vec<Line>),
) where
    E: Fn(&[u8; BLOCK], u8) -> u64,
    N: Fn(&[u8; BLOCK], u8, u64) -> u64,
    L: Fn(&[u8; BLOCK], &[u8; BLOCK], u64) -> u64,
    R: Fn([&[u8; BLOCK]; 3], [u8; 3]) -> u64,
{
    let text = state.text;
    let literal = First::of(state.literal);
    // What changes with every block is kept out of memory.
    let (mut open, mut at) = (state.open, state.at);
    let end = at + CHUNK;
    while at < end {
        // The usual blocks, one after the other: nothing is called here, so that all that is compared with stays at hand.
        let rare = loop {
            let Some(window) = text.get(at..).and_then(<[u8]>::first_chunk) else {
                break None;
            };
            let seen = literal.see(window, lanes);
            if seen.is_rare() {
                break Some((window, seen));
            }
            open += i64::from(seen.open.count_ones()) - i64::from(seen.close.count_ones());
            at += BLOCK;
        };
        let Some((window, seen)) = rare else {
            break;
        };
        (state.open, state.at) = (open, at);
        let seen = if AT_HAND { Some(&seen) } else { None };
        parts(state, (window, BLOCK, seen), found);
        (open, at) = (state.open, state.at);
    }
    (state.open, state.at) = (open, at);
    let rest = text.get(at..).unwrap_or_default();
    if rest.len() < WINDOW {
        let mut last = [b'.'; BLOCK + WINDOW];
        last[..rest.len()].copy_from_slice(rest);
        for start in [0, BLOCK] {
            let window = last[start..].first_chunk().expect("there is as much");
            let length = rest.len().saturating_sub(start).min(BLOCK);
            parts(state, (window, length, None), found);
        }
        state.end_line(text.len(), found);
        state.ended = true;
    }
}

/// How many bytes are looked at to tell of a block.
const WINDOW: usize = BLOCK + 2;

/// The first three bytes of a literal and how far they are in it. Of a shorter one the last stands for those that are missing.
#[derive(Clone, Copy)]
struct First([(usize, u8); 3]);

impl First {
    fn of(literal: &[u8]) -> Self {
        Self([0, 1, 2].map(|at| {
            let at = at.min(literal.len().saturating_sub(1));
            // No line has a line feed in it: where nothing is looked for, nothing more is found.
            (at, literal.get(at).copied().unwrap_or(b'\n'))
        }))
    }

    /// Looks at a block.
    #[inline(always)]
    fn see<E, B, N, L, R, P>(&self, window: &[u8; WINDOW], lanes: &Lanes<E, B, N, L, R, P>) -> Seen
    where
        E: Fn(&[u8; BLOCK], u8) -> u64,
        N: Fn(&[u8; BLOCK], u8, u64) -> u64,
        L: Fn(&[u8; BLOCK], &[u8; BLOCK], u64) -> u64,
        R: Fn([&[u8; BLOCK]; 3], [u8; 3]) -> u64,
    {
        let shifted = |by: usize| window[by..].first_chunk().expect("there is as much");
        let (block, next) = (shifted(0), shifted(1));
        // Without branches: whether a block has braces or backslashes cannot be foretold.
        let line_feeds = (lanes.equal)(block, b'\n');
        let open = (lanes.equal)(block, b'{');
        let close = (lanes.equal)(block, b'}');
        let backslash = (lanes.equal)(block, b'\\');
        let [first, second, third] = self.0;
        let literal = (lanes.row)(
            [shifted(first.0), shifted(second.0), shifted(third.0)],
            [first.1, second.1, third.1],
        );
        Seen {
            line_feeds,
            open,
            close,
            apart: close & (lanes.next)(next, b'{', open),
            spaced: close & (lanes.blank)(block, next, line_feeds),
            escapes: backslash & (lanes.equal)(next, b'u'),
            literal,
        }
    }
}

impl State<'_> {
    /// Takes in the next bytes, as many as is said, part by part of the lines in them.
    #[inline(always)]
    fn parts<E, B, N, L, R, P>(
        &mut self,
        (window, length, seen): Part<'_>,
        found: &mut Vec<Line>,
        lanes: &Lanes<E, B, N, L, R, P>,
    ) where
        E: Fn(&[u8; BLOCK], u8) -> u64,
        N: Fn(&[u8; BLOCK], u8, u64) -> u64,
        L: Fn(&[u8; BLOCK], &[u8; BLOCK], u64) -> u64,
        R: Fn([&[u8; BLOCK]; 3], [u8; 3]) -> u64,
    {
        let seen = match seen {
            Some(seen) => *seen,
            None => First::of(self.literal).see(window, lanes),
        };
        // All that is not taken in yet.
        let mut left = match length {
            BLOCK => u64::MAX,
            length => (1 << length) - 1,
        };
        let apart = seen.apart | self.those(seen.spaced & left, Self::is_apart_at);
        let literal = self.those(seen.literal & left, Self::is_literal_at);
        let mut line_feeds = seen.line_feeds & left;
        loop {
            let place = line_feeds.trailing_zeros();
            let here = left & 1_u64.checked_shl(place).map_or(u64::MAX, |bit| bit - 1);
            self.open += i64::from((seen.open & here).count_ones());
            self.open -= i64::from((seen.close & here).count_ones());
            self.is_apart |= apart & here != 0;
            self.escapes |= seen.escapes & here != 0;
            self.literally |= literal & here != 0;
            if line_feeds == 0 {
                break;
            }
            self.end_line(self.at + place as usize, found);
            line_feeds &= line_feeds - 1;
            left &= (u64::MAX << place) << 1;
        }
        self.at += length;
    }

    /// Those of the bits for which a test of the offset holds.
    #[inline]
    fn those(&self, mut bits: u64, test: impl Fn(&Self, usize) -> bool) -> u64 {
        let mut those = 0;
        while bits != 0 {
            let place = bits.trailing_zeros();
            those |= u64::from(test(self, self.at + place as usize)) << place;
            bits &= bits - 1;
        }
        those
    }

    /// Is the white space behind this closing brace something else than the one byte before the line's end?
    fn is_apart_at(&self, brace: usize) -> bool {
        self.text.get(brace + 2).is_some_and(|byte| *byte != b'\n')
    }

    fn is_literal_at(&self, at: usize) -> bool {
        self.text[at..].starts_with(self.literal)
    }

    #[inline(always)]
    fn end_line(&mut self, end: usize, found: &mut Vec<Line>) {
        found.push(Line {
            start: self.start,
            end,
            is_one: self.open == 0 && !self.is_apart,
            escapes: self.escapes,
            literal: self.literally,
        });
        self.start = end + 1;
        self.open = 0;
        self.is_apart = false;
        self.escapes = false;
        self.literally = self.literal.is_empty();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CHUNK, CloseLook, Line, Lines, Width};

    /// The lines of a text, byte by byte.
    fn naive(text: &[u8], literal: &[u8]) -> Vec<Line> {
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
                literal: literal.is_empty()
                    || line.windows(literal.len()).any(|part| part == literal),
            });
            start += line.len() + 1;
        }
        lines
    }

    fn check(text: &[u8]) -> Result<(), TestCaseError> {
        for literal in [&b""[..], b"u", b"ux", b"\\u{", b"uuxx", b"{}\\ux"] {
            let expect = naive(text, literal);
            for width in Width::all() {
                let lines = Lines::Close(CloseLook::new(text, literal, width));
                prop_assert_eq!(lines.collect::<Vec<_>>(), &expect[..], "{:?}", width);
            }
        }
        let ends = |line: Line| (line.start, line.end);
        let quick: Vec<_> = Lines::new(text, None).map(ends).collect();
        let expect: Vec<_> = naive(text, b"").into_iter().map(ends).collect();
        prop_assert_eq!(quick, expect);
        Ok(())
    }

    #[test]
    fn lines_are_found_across_chunks() {
        for length in [
            0,
            1,
            61,
            62,
            63,
            64,
            65,
            127,
            128,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            3 * CHUNK,
        ] {
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
