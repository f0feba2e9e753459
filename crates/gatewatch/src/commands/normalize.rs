//! `gatewatch normalize`

use std::io::Write;

use gatewatch_event::{Event as _, Known};
use gatewatch_ingest::{Consumer, Counts, Placed, Problem};

use crate::exit::Ending;
use crate::flags::NormalizeFlags;
use crate::output;
use crate::report::text::count;
use crate::run::{ReadSummary, TaskReport};

/// Writes every event as an ECS document, in the order of the inputs.
pub fn run(flags: &NormalizeFlags) -> anyhow::Result<Ending> {
    let (found, units, options, progress) = super::open(&flags.input);
    let mut writer = Writer {
        out: output::results(flags.output.as_deref())?,
        written: 0,
        problems: Vec::new(),
        failure: None,
    };
    let mut reports = Vec::with_capacity(units.len());
    for unit in &units {
        let before = writer.written;
        let counts: Counts = unit.read(&options, &mut writer);
        if let Some(error) = writer.failure.take() {
            return Err(error);
        }
        let matched = writer.written - before;
        progress.unit(&counts, matched);
        reports.push(TaskReport {
            counts,
            matched,
            problems: std::mem::take(&mut writer.problems),
        });
    }
    writer.out.flush()?;
    progress.finish();
    let summary = ReadSummary::new(found, reports);
    super::close(&flags.input, &summary, !summary.problems.is_empty(), || {
        let mut line = format!(
            "Read {}: {} written, {} could not be read.",
            count(summary.files, "file", "files"),
            count(summary.matched, "document", "documents"),
            count(summary.counts.unreadable, "record", "records")
        );
        for problem in summary.problems.iter().take(20) {
            line.push_str(&format!("\n  {}: {}", problem.place, problem.reason));
        }
        if summary.problems.len() > 20 {
            line.push_str(&format!(
                "\n  … and {} more: all with --unreadable FILE",
                summary.problems.len() - 20
            ));
        }
        line
    })?;
    Ok(Ending::Done)
}

struct Writer {
    out: Box<dyn Write>,
    written: u64,
    problems: Vec<Problem>,
    failure: Option<anyhow::Error>,
}

impl Consumer for Writer {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        // After a failure nothing more is wanted: readers then only count.
        self.failure.is_none().then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        if self.failure.is_some() {
            return;
        }
        let written = serde_json::to_writer(&mut self.out, event.document().as_map())
            .map_err(anyhow::Error::from)
            .and_then(|()| self.out.write_all(b"\n").map_err(anyhow::Error::from));
        match written {
            Ok(()) => self.written += 1,
            Err(error) => self.failure = Some(error),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}
