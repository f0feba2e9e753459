//! What the start of a file tells about the rest.

use std::borrow::Cow;

use crate::format::syslog::{Framing, Header, looks_like_syslog};
use crate::format::text::Columns;
use crate::source::mapping::{Confidence, Record, Source};
use crate::source::{Claim, SOURCES, UTC, claim};

/// How many lines are looked at.
const LINES: usize = 200;

/// The claim on a line, by itself or below a header that names columns.
fn claim_line(line: &[u8], columns: Option<&Columns>) -> Option<Claim> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_start_matches('\0');
    if text.is_empty() {
        return None;
    }
    let record = match Header::parse(text) {
        Some(header) => Record::headed(text, header, &UTC),
        None => Record::line(text, &UTC),
    };
    claim(&Record { columns, ..record })
}

/// Does this line tell that it is one of a log of text lines?
pub(crate) fn is_known_line(line: &[u8]) -> bool {
    looks_like_syslog(line)
        || claim_line(line, None).is_some_and(|claim| claim.confidence > Confidence::Possible)
}

/// What the start of a file tells about the rest.
#[derive(Clone, Copy)]
pub(super) struct Start {
    /// The source that most lines are of; it may have lines that are only possibly its own.
    pub(super) main: Option<&'static dyn Source>,
    /// How lines become records: as the main source says. Where it says nothing of its own, a source whose records are gathered from
    /// several lines is listened to as well: others' lines are then read as before.
    pub(super) framing: Framing,
}

/// Looks at the start of a file.
pub(super) fn start(head: &[u8]) -> Start {
    let mut counts = vec![0usize; SOURCES.len()];
    let mut columns = Columns::default();
    let lines = head.split(|byte| *byte == b'\n');
    for line in lines.filter(|line| !line.is_empty()).take(LINES) {
        if line[0] == b'#' && columns.directive(&text_of(line)) {
            continue;
        }
        let known = columns.is_known().then_some(&columns);
        if let Some(claim) = claim_line(line, known)
            && claim.confidence > Confidence::Possible
            && let Some(at) = SOURCES
                .iter()
                .position(|source| source.name() == claim.source.name())
        {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let at = counts.iter().position(|count| *count == most && most > 0);
    let main = at.map(|at| SOURCES[at]);
    let mut framing = main.map_or(Framing::Indented, Source::framing);
    if matches!(framing, Framing::Indented | Framing::Lines) {
        let gathered = SOURCES.iter().zip(&counts).find_map(|(source, count)| {
            let gathered = source.framing();
            (*count > 0 && matches!(gathered, Framing::Gathered(_))).then_some(gathered)
        });
        framing = gathered.unwrap_or(framing);
    }
    Start { main, framing }
}

/// Bytes as text. What is no UTF-8 is replaced.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
    }
}
