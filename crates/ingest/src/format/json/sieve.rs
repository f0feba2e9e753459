//! A search through raw lines for what cannot matter, so that most lines are never taken apart.
//!
//! A line is passed over only where that is proved; in doubt it is taken apart. There are these proofs.
//!
//! *By a given code.* The consumer may say that every event that can matter has one of some texts in its `event.code`, see
//! [`Consumer::codes`]. Whatever form a record has, its code stands in the line as it is.
//!
//! *By kind.* A [look](super::glance) at the first members of an ECS document, or of what Winlogbeat writes, tells its kind, and
//! the consumer says which kinds it wants.
//!
//! *By traces.* Of a kind that is wanted, the consumer may say what the raw text must show, see [`Consumer::traces`].
//!
//! *By peek.* The consumer may say of an event of which [few fields are read](super::peek), each where it stands, that it
//! cannot matter, see [`Consumer::may_matter`].
//!
//! The others serve records of which a look is not enough.
//!
//! *By the codes found.* `event.code` is the value of some key in the line that ends as one of [`CODE_KEYS`] does, or the
//! record has none. If the consumer wants no event with any of the codes found and none without a code, the line cannot matter.
//!
//! Records of the sources in [`SOURCES`] have their codes elsewhere; they are known by the sources'
//! marks, and the marks are not looked for where the consumer wants nothing but Windows events.
//!
//! *By needle.* The consumer's [`Needles`] hold for documents whose fields are written as they are. A line
//! without any key of a form that is mapped is such a document.
//!
//! All proofs but that by kind read the bytes as they stand, so they fail where letters that could be part of a key, a code or
//! a text are written as `\u` escapes. All other escapes of JSON stand for characters that none of these contains.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use gatewatch_event::{Field, Known, Value, is_plain_in_json};
use memchr::memmem::Finder;

use super::index::skip_space;
use super::lines::Line;
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

/// Nothing is known of an event but its code, or that it has none.
struct OnlyCode {
    name: String,
    field: Field,
    code: Vec<Value<'static>>,
}

impl OnlyCode {
    fn new(field: Field, code: Option<&str>) -> Self {
        Self {
            name: format!("code\u{2}{}", code.unwrap_or("\u{2}")),
            field,
            code: code
                .map(|code| Value::from(code.to_owned()))
                .into_iter()
                .collect(),
        }
    }
}

impl Known for OnlyCode {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        (field == self.field).then_some(self.code.as_slice())
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.name)
    }
}

impl Codes {
    pub(super) fn new(consumer: &mut dyn Consumer) -> Self {
        let event_code = Field::new("event.code");
        Self {
            wanted: HashMap::new(),
            recent: vec![(0, true); 256],
            without: consumer.kind(&OnlyCode::new(event_code, None)).is_some(),
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
                let text = String::from_utf8_lossy(digits);
                let only = OnlyCode::new(self.event_code, Some(&text));
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
    /// Can a record of one of the [`SOURCES`] matter?
    wants_sources: bool,
    /// Texts of which every event that can matter has one in its code.
    given: Option<Search>,
    needles: Option<Search>,
    /// For each character, whether it may be part of what is searched for, so that its escape hides something.
    hides: [bool; 128],
}

/// A search for any of some texts.
enum Search {
    /// There is nothing that could match.
    Nothing,
    One(Finder<'static>),
    Many(AhoCorasick),
}

impl Search {
    /// `None` when one of the texts might be written in more than one way.
    fn new(texts: &[String]) -> Option<Self> {
        let plain = |text: &String| {
            !text.is_empty()
                && text.bytes().all(|byte| {
                    (byte.is_ascii_graphic() || byte == b' ')
                        && !matches!(byte, b'"' | b'\\' | b'/')
                })
        };
        match texts {
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

/// An event without any field of `winlog`: one of the [`SOURCES`].
struct NoWinlog;

impl Known for NoWinlog {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        field.name().starts_with("winlog.").then_some(&[])
    }

    fn identity(&self) -> Option<&str> {
        Some("without winlog")
    }
}

/// The search for the marks of all sources, made when it is first needed; `None` when it cannot be made.
static SOURCE_MARKS: LazyLock<Option<SourceMarks>> = LazyLock::new(SourceMarks::new);

/// A search for the marks of all sources.
struct SourceMarks {
    all: AhoCorasick,
    each: Vec<Finder<'static>>,
}

impl SourceMarks {
    /// `None` when it cannot be made.
    fn new() -> Option<Self> {
        let marks = SOURCES.iter().flat_map(|source| source.marks());
        let marks: Vec<&str> = marks.copied().collect();
        // Records are many and marks few, so the largest automaton, which is the fastest, is soon worth its making.
        let all = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(&marks)
            .ok()?;
        let each = marks.iter().map(|mark| Finder::new(*mark)).collect();
        Some(Self { all, each })
    }
}

/// What was found of the sources' marks in one record after the other.
#[derive(Default)]
pub(super) struct Found {
    /// The mark that was found last: most records of a file have the same.
    last: usize,
    /// Had the last record in which one was looked for any?
    before: bool,
    /// Has this record any, if that was asked?
    here: Option<bool>,
}

impl Found {
    /// Goes on to the next record.
    pub(super) fn next_record(&mut self) {
        self.here = None;
    }

    /// Had the record before one?
    pub(super) fn was_sourced(&self) -> bool {
        self.before
    }

    /// Is it known that this record has a mark?
    pub(super) fn is_sourced(&self) -> bool {
        self.here == Some(true)
    }
}

impl Sieve {
    /// A search for what this consumer wants.
    pub(super) fn new(consumer: &mut dyn Consumer) -> Self {
        let has_marks = SOURCES.iter().any(|source| !source.marks().is_empty());
        let wants_sources = has_marks && consumer.kind(&NoWinlog).is_some();
        let given = consumer.codes();
        let needles = consumer
            .needles()
            .map(|needles: &Needles| needles.texts.as_slice());
        let mut hides = [false; 128];
        for (byte, hides) in (0u8..).zip(&mut hides) {
            *hides = is_plain_in_json(char::from(byte));
        }
        let texts = [given, needles].into_iter().flatten().flatten();
        for byte in texts.flat_map(|text| text.bytes()) {
            if let Some(hides) = hides.get_mut(usize::from(byte)) {
                *hides = true;
            }
        }
        let finder = |text: &str| Finder::new(text).into_owned();
        Self {
            escape: finder("\\u00"),
            code_keys: CODE_KEYS.map(finder),
            journal_marks: JOURNAL_MARKS.map(finder),
            wants_sources,
            given: given.and_then(Search::new),
            needles: needles.and_then(Search::new),
            hides,
        }
    }

    /// What lines are worth a close look for, see [`Lines`](super::lines::Lines): the only code that matters, or nothing if
    /// there are several. `None` where no line can be passed over for the lack of a code.
    pub(super) fn literal(&self) -> Option<&[u8]> {
        match self.given.as_ref()? {
            Search::One(finder) => Some(finder.needle()),
            Search::Nothing | Search::Many(_) => Some(b""),
        }
    }

    /// What the raw bytes of a line say at first. `object` is the line without white space around it.
    pub(super) fn first_look(&self, line: &Line, object: &[u8]) -> FirstLook {
        let given = match &self.given {
            None => true,
            Some(Search::One(_)) => line.literal,
            Some(search) => search.is_in(object),
        };
        FirstLook {
            escapes: line.escapes,
            code: given || (line.escapes && self.hides(object)),
        }
    }

    /// The same of a record that is no line.
    pub(super) fn first_look_at_record(&self, record: &[u8]) -> FirstLook {
        let given = self.given.as_ref();
        FirstLook {
            escapes: true,
            code: given.is_none_or(|search| search.is_in(record)) || self.hides(record),
        }
    }

    /// Do escapes in this text stand for letters that may be part of what is searched for?
    pub(super) fn hides(&self, text: &[u8]) -> bool {
        let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let mut escapes = self.escape.find_iter(text);
        escapes.any(|at| match (digit(at + 4), digit(at + 5)) {
            (Some(high), Some(low)) => self
                .hides
                .get((high * 16 + low) as usize)
                .is_some_and(|hides| *hides),
            _ => true,
        })
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

/// What the raw bytes of a line say at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstLook {
    /// Escapes may hide letters that could be part of what is searched for, see [`Sieve::hides`].
    pub escapes: bool,
    /// One of the codes that matter may be in it.
    pub code: bool,
}

impl Sieve {
    /// May it be a record of one of the [`SOURCES`]?
    pub(super) fn may_be_sourced(&self, record: &[u8], found: &mut Found) -> bool {
        if !self.wants_sources {
            return false;
        }
        if let Some(here) = found.here {
            return here;
        }
        let Some(marks) = SOURCE_MARKS.as_ref() else {
            return true;
        };
        let again = found.before
            && marks
                .each
                .get(found.last)
                .is_some_and(|mark| mark.find(record).is_some());
        let here = again || {
            let mark = marks.all.find(record);
            found.last = mark.map_or(found.last, |mark| mark.pattern().as_usize());
            mark.is_some()
        };
        found.before = here;
        found.here = Some(here);
        here
    }

    /// The proofs by the codes found and by needle, for a record without escapes that hide anything.
    pub(super) fn may_matter(
        &self,
        codes: &mut Codes,
        consumer: &mut dyn Consumer,
        record: &[u8],
    ) -> bool {
        let needles = match &self.needles {
            None if codes.without => return true,
            needles => needles,
        };
        let mut wanted = codes.without;
        // Keys other than `code` are those of Windows events, which are mapped.
        let mut mapped = false;
        for (number, finder) in self.code_keys.iter().enumerate() {
            for at in finder.find_iter(record) {
                // `opcode` is another key than `code`, and stands in every document of Winlogbeat.
                let whole = at > 0 && matches!(record[at - 1], b'"' | b'.');
                if number == 0 && !whole {
                    continue;
                }
                match code(record, at + CODE_KEYS[number].len()) {
                    Code::NoKey => continue,
                    Code::Digits(digits) => wanted = wanted || codes.wants(consumer, digits),
                    Code::Other => wanted = true,
                }
                mapped |= number > 0;
            }
        }
        if !wanted {
            return false;
        }
        let Some(needles) = needles else {
            return true;
        };
        let journal = || {
            self.journal_marks
                .iter()
                .any(|mark| mark.find(record).is_some())
        };
        mapped || needles.is_in(record) || journal()
    }
}

/// What stands after the text of a key that ends before `at`.
fn code(line: &[u8], at: usize) -> Code<'_> {
    let colon = skip_space(line, at);
    if line.get(colon) != Some(&b':') {
        return Code::NoKey;
    }
    let mut start = skip_space(line, colon + 1);
    let quoted = line.get(start) == Some(&b'"');
    start += usize::from(quoted);
    let digits = line[start.min(line.len())..]
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
