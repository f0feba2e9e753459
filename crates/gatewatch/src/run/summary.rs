//! What was read, and what was not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use gatewatch_ingest::{Counts, Found, Problem, ProblemKind};
use serde_json::json;

use super::TaskReport;
use crate::exit::Ending;

/// What was read, and what was not.
#[derive(Debug, Default)]
pub struct ReadSummary {
    /// Files met.
    pub files: u64,
    /// Paths that could not be opened.
    pub unopened: usize,
    /// Records and bytes.
    pub counts: Counts,
    /// Records that at least one rule's condition matched.
    pub matched: u64,
    /// Every problem, in the order of the inputs.
    pub problems: Vec<Problem>,
}

impl ReadSummary {
    /// Joins what was found and what was read.
    pub fn new(found: Found, reports: Vec<TaskReport>) -> Self {
        let mut summary = Self {
            files: found.files.len() as u64,
            unopened: found.unopened,
            problems: found.problems,
            ..Self::default()
        };
        for report in reports {
            summary.counts += report.counts;
            summary.matched += report.matched;
            summary.problems.extend(report.problems);
        }
        summary.problems.sort();
        summary.problems.dedup();
        summary
    }

    /// How reading ended: somebody who mistyped a path must not be told that nothing was found there.
    pub fn ending(&self) -> Ending {
        if self.unopened == 0 {
            Ending::Done
        } else {
            Ending::Incomplete
        }
    }

    /// Readable records that no condition matched.
    pub fn unmatched(&self) -> u64 {
        self.counts
            .records
            .saturating_sub(self.matched)
            .saturating_sub(self.counts.unreadable)
    }

    /// Problems of one kind, by file, in order.
    pub fn by_file(&self, kind: ProblemKind) -> BTreeMap<&str, Vec<&Problem>> {
        let mut files: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
        for problem in self.problems.iter().filter(|problem| problem.kind == kind) {
            files
                .entry(problem.place.path.as_ref())
                .or_default()
                .push(problem);
        }
        files
    }
}

/// Writes every problem to a file, one JSON object a line.
pub fn write_unreadable(path: &Path, problems: &[Problem]) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    for problem in problems {
        let kind = match problem.kind {
            ProblemKind::Record => "record",
            ProblemKind::Damage => "damage",
            ProblemKind::File => "file",
            ProblemKind::NotALog => "not a log",
            ProblemKind::Assumption => "assumption",
        };
        let line = json!({
            "path": problem.place.path.as_ref(),
            "offset": problem.place.offset,
            "record_id": problem.place.record_id,
            "kind": kind,
            "reason": problem.reason,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}
