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
    if let Some(program) = record.program() {
        // PAM's messages are the same whatever program calls it.
        if linux_auth::is_own_program(program) || record.message().starts_with("pam_") {
            return None;
        }
        if let Some(source) = PROGRAMS.get(program) {
            return Some(Claim {
                source: *source,
                confidence: Confidence::Certain,
                rival: None,
            });
        }
    }
    claim_by_content(record)
}

/// The same, told from the content alone.
pub fn claim_by_content(record: &Record<'_>) -> Option<Claim> {
    let mut best: Option<Claim> = None;
    for source in SOURCES {
        let Some(confidence) = source.detect(record) else {
            continue;
        };
        match &mut best {
            Some(best) if best.confidence > confidence => {}
            Some(best) if best.confidence == confidence => {
                best.rival = best.rival.or(Some(*source));
            }
            _ => {
                best = Some(Claim {
                    source: *source,
                    confidence,
                    rival: None,
                });
            }
        }
    }
    best
}
