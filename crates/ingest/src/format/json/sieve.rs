//! A search through raw lines for what cannot matter, so that most lines are never taken apart.
//!
//! A line is passed over only where that is proved; in doubt it is taken apart. Two proofs are used.
//!
//! *By code.* Whatever form a record has, its `event.code` is the value of some key in the line that ends as one of
//! [`CODE_KEYS`] does, or it has none. If the consumer wants no event with any of the codes found and none without a code,
//! the line cannot matter.
//!
//! Records of the sources in [`SOURCES`](crate::source::SOURCES) have their codes elsewhere; they are known by the sources' marks.
//!
//! *By needle.* The consumer's [`Needles`](crate::Needles) hold for documents whose fields are written as they are. A line
//! without any key of a form that is mapped is such a document.
//!
//! Both proofs read the bytes as they stand, so they fail where letters that could be part of a key, a code or a needle are
//! written as `\u` escapes. All other escapes of JSON stand for characters that none of these contains.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use aho_corasick::{AhoCorasick, MatchKind};
use gatewatch_event::{Field, Known, Value};
use memchr::memmem::{FindIter, Finder};

use super::index::skip_space;
use super::shape::JOURNAL_MARKS;
use crate::source::SOURCES;
use crate::{Consumer, Needles};

/// How the keys end that hold an event's code: `code` and `event.code` (whole, not `opcode`), `event_id` and `winlog.event_id`, `EventID`, `EventId`.
const CODE_KEYS: [&str; 4] = ["code\"", "event_id\"", "EventID\"", "EventId\""];

/// Most codes that are remembered.
const MOST_CODES: usize = 4096;

/// The codes met so far, and whether the consumer wants events with them.
pub(super) struct Codes {
    wanted: HashMap<u64, bool>,
    /// The same for the codes met last, each at the place that it hashes to.
    recent: Vec<(u64, bool)>,
    /// Are events without a code wanted?
    without: bool,
    event_code: Field,
}

/// Nothing is known of an event but its code.
struct OnlyCode {
    field: Field,
    code: Vec<Value<'static>>,
}

impl Known for OnlyCode {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        (field == self.field).then_some(self.code.as_slice())
    }
}

impl Codes {
    fn new(consumer: &mut dyn Consumer) -> Self {
        let event_code = Field::new("event.code");
        let none = OnlyCode {
            field: event_code,
            code: Vec::new(),
        };
        Self {
            wanted: HashMap::new(),
            recent: vec![(0, true); 256],
            without: consumer.kind(&none).is_some(),
            event_code,
        }
    }

    /// Are events with this code, one to eight digits, wanted?
    fn wants(&mut self, consumer: &mut dyn Consumer, digits: &[u8]) -> bool {
        let mut packed = [0; 8];
        packed[..digits.len()].copy_from_slice(digits);
        let code = u64::from_le_bytes(packed);
        let place = (code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize;
        if self.recent[place].0 == code {
            return self.recent[place].1;
        }
        let wanted = match self.wanted.get(&code) {
            Some(wanted) => *wanted,
            None if self.wanted.len() == MOST_CODES => return true,
            None => {
                let text = String::from_utf8_lossy(digits).into_owned();
                let only = OnlyCode {
                    field: self.event_code,
                    code: vec![Value::from(text)],
                };
                let wanted = consumer.kind(&only).is_some();
                self.wanted.insert(code, wanted);
                wanted
            }
        };
        self.recent[place] = (code, wanted);
        wanted
    }
}

/// What is searched for, made once for a consumer.
pub(super) struct Sieve {
    escape: Finder<'static>,
    code_keys: [Finder<'static>; 4],
    journal_marks: [Finder<'static>; JOURNAL_MARKS.len()],
    /// Without any of these texts, a record is of none of the [`SOURCES`]. `None` when there are none.
    source_marks: Option<AhoCorasick>,
    needles: Option<Search>,
    /// For each character, whether it may be part of what is searched for, so that its escape hides something.
    hides: [bool; 128],
}

enum Search {
    /// There is nothing that could match.
    Nothing,
    One(Finder<'static>),
    Many(AhoCorasick),
}

impl Search {
    fn new(needles: &Needles) -> Option<Self> {
        let plain = |text: &String| {
            !text.is_empty()
                && text.bytes().all(|byte| {
                    (byte.is_ascii_graphic() || byte == b' ')
                        && !matches!(byte, b'"' | b'\\' | b'/')
                })
        };
        match needles.texts.as_slice() {
            texts if !texts.iter().all(plain) => None,
            [] => Some(Self::Nothing),
            [text] => Some(Self::One(Finder::new(text).into_owned())),
            texts => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(texts)
                .ok()
                .map(Self::Many),
        }
    }

    fn is_in(&self, line: &[u8]) -> bool {
        match self {
            Self::Nothing => false,
            Self::One(finder) => finder.find(line).is_some(),
            Self::Many(searcher) => searcher.is_match(line),
        }
    }
}

/// A search for the marks of all sources. `None` when it cannot be made: then nothing may be passed over.
#[expect(
    clippy::option_option,
    reason = "no marks and no search are two things"
)]
fn source_marks() -> Option<Option<AhoCorasick>> {
    let marks: Vec<&str> = SOURCES
        .iter()
        .flat_map(|source| source.marks())
        .copied()
        .collect();
    if marks.is_empty() {
        return Some(None);
    }
    AhoCorasick::new(marks).ok().map(Some)
}

impl Sieve {
    /// What this consumer makes of lines; `None` when it wants them all.
    pub(super) fn new(consumer: &mut dyn Consumer) -> Option<(Rc<Self>, Codes)> {
        let codes = Codes::new(consumer);
        let needles = consumer.needles().and_then(Search::new);
        if codes.without && needles.is_none() {
            return None;
        }
        let mut hides = [false; 128];
        for (byte, hides) in (0u8..).zip(&mut hides) {
            *hides = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        }
        let texts = consumer.needles().map(|needles| needles.texts.as_slice());
        for byte in texts
            .unwrap_or_default()
            .iter()
            .flat_map(|text| text.bytes())
        {
            if let Some(hides) = hides.get_mut(usize::from(byte)) {
                *hides = true;
            }
        }
        let finder = |text: &str| Finder::new(text).into_owned();
        let sieve = Self {
            escape: finder("\\u00"),
            code_keys: CODE_KEYS.map(finder),
            journal_marks: JOURNAL_MARKS.map(finder),
            source_marks: source_marks()?,
            needles,
            hides,
        };
        Some((Rc::new(sieve), codes))
    }

    /// A pass over the lines of a block, in order.
    pub(super) fn pass<'p>(&'p self, block: &'p [u8]) -> Pass<'p> {
        let cursor = |finder: &'p Finder<'static>| Cursor::new(finder.find_iter(block));
        Pass {
            sieve: self,
            block,
            escapes: cursor(&self.escape),
            codes: self.code_keys.each_ref().map(cursor),
        }
    }
}

/// The places at which a text stands, in order.
struct Cursor<'p> {
    places: FindIter<'p, 'p>,
    next: usize,
}

impl<'p> Cursor<'p> {
    fn new(mut places: FindIter<'p, 'p>) -> Self {
        let next = places.next().unwrap_or(usize::MAX);
        Self { places, next }
    }

    /// The next place before `end`.
    fn before(&mut self, end: usize) -> Option<usize> {
        if self.next >= end {
            return None;
        }
        let place = self.next;
        self.next = self.places.next().unwrap_or(usize::MAX);
        Some(place)
    }
}

/// What stands after the text of a key.
enum Code<'b> {
    /// It was no key.
    NoKey,
    /// The value is a number or a text, of digits and without zeros in front.
    Digits(&'b [u8]),
    /// Another value.
    Other,
}

pub(super) struct Pass<'p> {
    sieve: &'p Sieve,
    block: &'p [u8],
    escapes: Cursor<'p>,
    codes: [Cursor<'p>; 4],
}

impl Pass<'_> {
    /// Can the record in this line matter? Lines must come in order.
    pub(super) fn may_matter(
        &mut self,
        codes: &mut Codes,
        consumer: &mut dyn Consumer,
        line: Range<usize>,
    ) -> bool {
        let mut hidden = false;
        while let Some(at) = self.escapes.before(line.end) {
            hidden |= at >= line.start && self.hides(at);
        }
        let mut wanted = false;
        // Keys other than `code` are those of Windows events, which are mapped.
        let mut mapped = false;
        for (number, cursor) in self.codes.iter_mut().enumerate() {
            while let Some(at) = cursor.before(line.end) {
                if at < line.start {
                    continue;
                }
                // `opcode` is another key than `code`, and stands in every document of Winlogbeat.
                let whole = matches!(
                    at.checked_sub(1).map(|at| self.block[at]),
                    Some(b'"' | b'.')
                );
                if number == 0 && !whole {
                    continue;
                }
                let after = at + CODE_KEYS[number].len();
                match code(self.block, after, line.end) {
                    Code::NoKey => continue,
                    Code::Digits(digits) => wanted |= codes.wants(consumer, digits),
                    Code::Other => wanted = true,
                }
                mapped |= number > 0;
            }
        }
        if hidden {
            return true;
        }
        let line = &self.block[line];
        let sourced = |sieve: &Sieve| {
            let marks = sieve.source_marks.as_ref();
            marks.is_some_and(|marks| marks.is_match(line))
        };
        if !wanted && !codes.without {
            return sourced(self.sieve);
        }
        let Some(needles) = &self.sieve.needles else {
            return true;
        };
        mapped
            || self
                .sieve
                .journal_marks
                .iter()
                .any(|key| key.find(line).is_some())
            || needles.is_in(line)
            || sourced(self.sieve)
    }

    /// Does the escape at `at` stand for a character that may be part of what is searched for?
    fn hides(&self, at: usize) -> bool {
        let digit = |at: usize| {
            self.block
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        match (digit(at + 4), digit(at + 5)) {
            (Some(high), Some(low)) => self
                .sieve
                .hides
                .get((high * 16 + low) as usize)
                .is_some_and(|hides| *hides),
            _ => true,
        }
    }
}

/// What stands after the text of a key that ends before `at`.
fn code(block: &[u8], at: usize, end: usize) -> Code<'_> {
    let line = &block[..end];
    let colon = skip_space(line, at);
    if line.get(colon) != Some(&b':') {
        return Code::NoKey;
    }
    let mut start = skip_space(line, colon + 1);
    let quoted = line.get(start) == Some(&b'"');
    start += usize::from(quoted);
    let digits = line[start.min(end)..]
        .iter()
        .take(9)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let ends = match line.get(start + digits) {
        Some(b'"') => quoted,
        Some(b',' | b'}' | b' ' | b'\t' | b'\r') => !quoted,
        _ => false,
    };
    let leading_zero = digits > 1 && line[start] == b'0';
    if digits == 0 || digits > 8 || !ends || leading_zero {
        return Code::Other;
    }
    Code::Digits(&line[start..start + digits])
}
