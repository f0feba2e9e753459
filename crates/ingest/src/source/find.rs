//! Which source a record is of.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::mapping::{Confidence, Record, Source};
use super::{SOURCES, linux_auth};

/// The source that a record is of.
#[derive(Clone, Copy)]
pub struct Claim {
    /// The source.
    pub source: &'static dyn Source,
    /// How sure it is.
    pub confidence: Confidence,
    /// Another source that is as sure, and stands later in the table: a fault of one of the two.
    pub rival: Option<&'static dyn Source>,
}

/// The sources that own a syslog program, by its name.
static PROGRAMS: LazyLock<HashMap<&'static str, &'static dyn Source>> = LazyLock::new(|| {
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
            Self::Source(source) => Some(Some(Claim {
                source,
                confidence: Confidence::Certain,
                rival: None,
            })),
            Self::Nobody => None,
        }
    }
}

/// The same, told from the content alone.
pub fn claim_by_content(record: &Record<'_>) -> Option<Claim> {
    best(record).map(|(_, claim)| claim)
}

/// The surest source, and its place in the table.
fn best(record: &Record<'_>) -> Option<(usize, Claim)> {
    let is_object = record.json.is_some() && !record.has_header;
    let mut best: Option<(usize, Claim)> = None;
    for (at, source) in SOURCES.iter().enumerate() {
        if is_object && source.lines_only() {
            continue;
        }
        let Some(confidence) = source.detect(record) else {
            continue;
        };
        match &mut best {
            Some((_, best)) if best.confidence > confidence => {}
            Some((_, best)) if best.confidence == confidence => {
                best.rival = best.rival.or(Some(*source));
            }
            _ => {
                let claim = Claim {
                    source: *source,
                    confidence,
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
    /// The program of the last record that named one, and whose its messages are.
    program: Option<(String, Owner)>,
}

/// Longer names of programs are not remembered.
const MOST_NAME: usize = 64;

impl Claims {
    fn owner(&mut self, name: &str) -> Owner {
        if let Some((known, owner)) = &self.program
            && known == name
        {
            return *owner;
        }
        let owner = Owner::of(name);
        if name.len() <= MOST_NAME {
            let (known, last) = self.program.get_or_insert_with(|| (String::new(), owner));
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
        if self.proven[self.last] >= Some(PROVEN)
            && last.detect(record) == Some(Confidence::Certain)
        {
            return Some(Claim {
                source: last,
                confidence: Confidence::Certain,
                rival: None,
            });
        }
        let (at, claim) = best(record)?;
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
    use super::{Claims, PROVEN, claim};
    use crate::source::UTC;
    use crate::source::mapping::Record;

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
