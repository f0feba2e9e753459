//! Which source a record is of.

use std::sync::LazyLock;

use super::mapping::{Confidence, Kind, NameMap, Opening, Part, Recognised, Record, Source};
use super::{SOURCES, linux_auth};

/// The source that a record is of.
#[derive(Clone, Copy)]
pub struct Claim {
    /// The source.
    pub source: &'static dyn Source,
    /// How sure it is.
    pub confidence: Confidence,
    /// The kind of the record, where the source knows it already.
    pub kind: Option<&'static Kind>,
    /// Another source that is as sure, and stands later in the table: a fault of one of the two.
    pub rival: Option<&'static dyn Source>,
}

impl Claim {
    /// A record that is known to be of this source.
    pub(crate) fn certain(source: &'static dyn Source) -> Self {
        Self {
            source,
            confidence: Confidence::Certain,
            kind: None,
            rival: None,
        }
    }
}

/// The sources that own a syslog program, by its name.
static PROGRAMS: LazyLock<NameMap<&'static dyn Source>> = LazyLock::new(|| {
    SOURCES
        .iter()
        .flat_map(|source| source.programs().iter().map(|name| (*name, *source)))
        .collect()
});

/// The source with this name.
pub fn find_source(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

/// The source that a record is of, told from the program that wrote it and else from its content. `None` when no source in
/// the table knows it: it may still be one of Linux authentication.
pub fn claim(record: &Record<'_>) -> Option<Claim> {
    let told = record
        .program()
        .and_then(|name| Owner::of(name).tell(record));
    told.unwrap_or_else(|| claim_by_content(record))
}

/// Whose a program's messages are.
#[derive(Clone, Copy)]
enum Owner {
    /// Linux authentication's.
    LinuxAuth,
    /// All of this source.
    Source(&'static dyn Source),
    /// What they say decides.
    Nobody,
}

impl Owner {
    fn of(program: &str) -> Self {
        if linux_auth::is_own_program(program) {
            return Self::LinuxAuth;
        }
        PROGRAMS
            .get(program)
            .map_or(Self::Nobody, |source| Self::Source(*source))
    }

    /// The answer for a record of the program, if it does not depend on more of the record.
    fn tell(self, record: &Record<'_>) -> Option<Option<Claim>> {
        match self {
            Self::LinuxAuth => Some(None),
            // PAM's messages are the same whatever program calls it.
            _ if record.message().starts_with("pam_") => Some(None),
            Self::Source(source) => Some(Some(Claim::certain(source))),
            Self::Nobody => None,
        }
    }
}

/// The same, told from the content alone.
pub fn claim_by_content(record: &Record<'_>) -> Option<Claim> {
    best(record, None).map(|(_, claim)| claim)
}

/// Sources, one bit for each in the order of the table.
type Set = u64;

const _: () = assert!(SOURCES.len() <= Set::BITS as usize);

/// Which sources may have a record, by the openings of its parts.
struct Openers {
    /// By [`Part`] and [`Opening`].
    by_opening: [[Set; Opening::COUNT]; Part::ALL.len()],
    /// Those that have JSON objects of which nothing more is known.
    objects: Set,
    /// Those that have objects with such a key.
    by_key: NameMap<Set>,
    /// By their first byte, the lengths of these keys, one bit each.
    lengths: [u64; 256],
    all: Set,
}

static OPENERS: LazyLock<Openers> = LazyLock::new(|| {
    let set = |has: &dyn Fn(&dyn Source) -> bool| {
        let bits = SOURCES.iter().enumerate();
        bits.fold(0, |set: Set, (at, source)| {
            set | Set::from(has(*source)) << at
        })
    };
    let mut by_opening = [[0; Opening::COUNT]; Part::ALL.len()];
    for part in Part::ALL {
        for opening in Opening::all() {
            by_opening[part as usize][opening.number()] =
                set(&|source| source.may_open(part, opening));
        }
    }
    let mut by_key: NameMap<Set> = NameMap::default();
    let mut lengths = [0; 256];
    for source in SOURCES.iter().filter(|source| !source.lines_only()) {
        for key in source.object_keys().unwrap_or_default() {
            *by_key.entry(key).or_default() |= set(&|known| known.name() == source.name());
            lengths[first_byte(key)] |= length_bit(key);
        }
    }
    Openers {
        by_opening,
        objects: set(&|source| !source.lines_only() && source.object_keys().is_none()),
        by_key,
        lengths,
        all: set(&|_| true),
    }
});

fn first_byte(text: &str) -> usize {
    usize::from(text.as_bytes().first().copied().unwrap_or(0))
}

/// The bit of a text's length; long ones have the same.
fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

impl Openers {
    /// The sources that are asked about a record: no other can know it.
    fn of(&self, record: &Record<'_>) -> Set {
        let opened = |part: Part, text| self.by_opening[part as usize][Opening::of(text).number()];
        match (record.json, record.has_header) {
            (Some(_), true) => self.all,
            (Some(json), false) => json.members().fold(self.objects, |set, (key, _)| {
                match self.lengths[first_byte(&key)] & length_bit(&key) {
                    0 => set,
                    _ => set | self.by_key.get(key.as_ref()).copied().unwrap_or(0),
                }
            }),
            (None, false) => opened(Part::Bare, record.raw),
            (None, true) => {
                opened(Part::Line, record.raw)
                    | opened(Part::Program, record.program().unwrap_or_default())
                    | opened(Part::Message, record.message())
            }
        }
    }
}

/// The surest source, and its place in the table. One may be known to have answered already.
fn best(
    record: &Record<'_>,
    answered: Option<(usize, Option<Recognised>)>,
) -> Option<(usize, Claim)> {
    let mut asked = OPENERS.of(record);
    let mut best: Option<(usize, Claim)> = None;
    while asked != 0 {
        let at = asked.trailing_zeros() as usize;
        asked &= asked - 1;
        let source = SOURCES[at];
        let found = match answered {
            Some((known, found)) if known == at => found,
            _ => source.recognise(record),
        };
        let Some(found) = found else {
            continue;
        };
        match &mut best {
            Some((_, best)) if best.confidence > found.confidence => {}
            Some((_, best)) if best.confidence == found.confidence => {
                best.rival = best.rival.or(Some(source));
            }
            _ => {
                let claim = Claim {
                    source,
                    confidence: found.confidence,
                    kind: found.kind,
                    rival: None,
                };
                best = Some((at, claim));
            }
        }
    }
    best
}

/// After so many records of which a source alone was certain, the others are no longer asked about its records.
const PROVEN: u32 = 64;

/// Finds the sources of the records of one file, in order. Most records are of the same source as the one before, so that is asked first: once
/// it has proven itself its certainty is enough. A source that another has ever contested in the file has to be compared with all
/// others each time.
#[derive(Default)]
pub(crate) struct Claims {
    last: usize,
    /// For each source, how many records it had for certain; `None` once it was contested.
    proven: Vec<Option<u32>>,
    /// Programs met last, each at the place that its name leads to, and whose their messages are.
    programs: [Option<(String, Owner)>; PROGRAMS_KEPT],
}

/// Longer names of programs are not remembered.
const MOST_NAME: usize = 64;

/// How many programs are remembered at once.
const PROGRAMS_KEPT: usize = 16;

/// Where a program is remembered.
fn place_of(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
    (at(0) + 3 * at(bytes.len() / 2) + 5 * at(bytes.len().saturating_sub(1)) + bytes.len())
        % PROGRAMS_KEPT
}

impl Claims {
    fn owner(&mut self, name: &str) -> Owner {
        let place = &mut self.programs[place_of(name)];
        if let Some((known, owner)) = place
            && known == name
        {
            return *owner;
        }
        let owner = Owner::of(name);
        if name.len() <= MOST_NAME {
            let (known, last) = place.get_or_insert_with(|| (String::new(), owner));
            known.clear();
            known.push_str(name);
            *last = owner;
        }
        owner
    }

    /// As [`claim`] has it.
    pub(crate) fn claim(&mut self, record: &Record<'_>) -> Option<Claim> {
        if let Some(name) = record.program()
            && let Some(claim) = self.owner(name).tell(record)
        {
            return claim;
        }
        if self.proven.is_empty() {
            self.proven = vec![Some(0); SOURCES.len()];
        }
        let last = *SOURCES.get(self.last)?;
        let mut answered = None;
        if self.proven[self.last] >= Some(PROVEN) {
            let found = last.recognise(record);
            if let Some(found) = found.filter(|found| found.confidence == Confidence::Certain) {
                return Some(Claim {
                    source: last,
                    confidence: found.confidence,
                    kind: found.kind,
                    rival: None,
                });
            }
            answered = Some((self.last, found));
        }
        let (at, claim) = best(record, answered)?;
        if claim.confidence == Confidence::Certain {
            self.last = at;
            self.proven[at] = match (self.proven[at], claim.rival) {
                (Some(count), None) => Some(count.saturating_add(1)),
                _ => None,
            };
        }
        Some(claim)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Claims, PROVEN, SOURCES, claim, claim_by_content};
    use crate::format::json::{Index, LazyJson};
    use crate::format::syslog::Header;
    use crate::source::UTC;
    use crate::source::mapping::{Confidence, Record};

    /// The surest sources, each asked about the record.
    fn surest(record: &Record<'_>) -> Option<(Vec<&'static str>, Confidence)> {
        let is_object = record.json.is_some() && !record.has_header;
        let answers: Vec<_> = SOURCES
            .iter()
            .filter(|source| !(is_object && source.lines_only()))
            .filter_map(|source| Some((source.name(), source.detect(record)?)))
            .collect();
        let most = answers.iter().map(|(_, confidence)| *confidence).max()?;
        let names = answers.iter().filter(|(_, confidence)| *confidence == most);
        Some((names.map(|(name, _)| *name).collect(), most))
    }

    #[track_caller]
    fn check(record: &Record<'_>) {
        let claim = claim_by_content(record);
        let found = claim.map(|claim| {
            let names = std::iter::once(claim.source).chain(claim.rival);
            let names: Vec<&str> = names.map(|source| source.name()).collect();
            (names, claim.confidence)
        });
        let expect =
            surest(record).map(|(names, most)| (names.into_iter().take(2).collect(), most));
        assert_eq!(found, expect, "{:?}", record.raw);
        // What a source says at first sight is what it says when it is asked for both.
        if let Some(claim) = claim
            && let Some(kind) = claim.kind
        {
            let asked = claim.source.kind(record);
            assert_eq!(kind.name(), asked.name(), "{:?}", record.raw);
        }
    }

    /// A line by itself, below headers of syslog, and as an object.
    fn check_line(line: &str, index: &mut Index) {
        for front in [
            "",
            "<13>",
            "Jan  2 03:04:05 gw ",
            "Jan  2 03:04:05 gw kernel: ",
            "<13>Jan  2 03:04:05 gw x[7]: ",
            "<13>1 2026-01-02T03:04:05Z gw x 7 - - ",
            "2026-01-02 03:04:05 gw ",
            "gw x[7]: ",
        ] {
            let text = format!("{front}{line}");
            let record = match Header::parse(&text) {
                Some(header) => Record::headed(&text, header, &UTC),
                None => Record::line(&text, &UTC),
            };
            check(&record);
        }
        if index.build(line).is_ok() {
            check(&Record::json(LazyJson::new(line, index), &UTC));
        }
    }

    #[test]
    fn no_source_is_left_out() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
        let mut lines = 0;
        let mut index = Index::new();
        for folder in fs::read_dir(&sources).expect("there are sources").flatten() {
            let samples = fs::read_dir(folder.path().join("samples"));
            for sample in samples.into_iter().flatten().flatten() {
                let bytes = fs::read(sample.path()).expect("a sample can be read");
                for line in String::from_utf8_lossy(&bytes).lines() {
                    check_line(line, &mut index);
                    // What was cut, or something else stands in front of.
                    for cut in [1, 2, 5, 9, 20] {
                        check_line(line.get(cut..).unwrap_or_default(), &mut index);
                    }
                    lines += 1;
                }
            }
        }
        assert!(lines > 500, "only {lines} lines were found");
    }
    /// Who has this line, asked alone and among others.
    fn both(claims: &mut Claims, line: &str) -> [Option<&'static str>; 2] {
        let record = Record::line(line, &UTC);
        [claim(&record), claims.claim(&record)].map(|claim| Some(claim?.source.name()))
    }

    #[test]
    fn a_file_of_one_source_is_claimed_as_its_lines_are() {
        let ours = "1234567890\tx\t02-01-2026 03:04:05\t\tjoe\tMeeting\t{1}";
        let others = "Incoming    2026-01-02, 03:04    User    1    1";
        let nobodys = "hello";
        let mut claims = Claims::default();
        for _ in 0..=PROVEN {
            assert_eq!(both(&mut claims, ours), [Some("teamviewer"); 2]);
        }
        for _ in 0..3 {
            assert_eq!(both(&mut claims, others), [Some("anydesk"); 2]);
            assert_eq!(both(&mut claims, nobodys), [None; 2]);
            assert_eq!(both(&mut claims, ours), [Some("teamviewer"); 2]);
        }
    }
}
