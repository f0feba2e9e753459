//! `gatewatch normalize`

use std::io;

use gatewatch_event::{Event as _, Known};
use gatewatch_ingest::{Consumer, Placed, Problem};

use crate::exit::Ending;
use crate::flags::NormalizeFlags;
use crate::output;
use crate::report::text::count;
use crate::run::{self, InOrder, ReadSummary, Task};

/// Documents are handed on when there are this many bytes of them.
const CHUNK_BYTES: usize = 64 << 10;

/// Writes every event as an ECS document, in the order of the inputs.
pub fn run(flags: &NormalizeFlags) -> anyhow::Result<Ending> {
    let (found, units, options, progress) = super::open(&flags.input);
    let out = InOrder::new(output::results(flags.output.as_deref())?);
    let make = || Writer {
        out: &out,
        unit: 0,
        buffer: Vec::new(),
        offer_at: CHUNK_BYTES,
        written: 0,
        problems: Vec::new(),
        failure: None,
    };
    let threads = super::threads(flags.input.threads);
    let (_, reports) = run::run(&units, threads, &options, &progress, make)?;
    out.flush()?;
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
    })
}

/// What one thread does: turns events into lines.
struct Writer<'o, 'w> {
    out: &'o InOrder<'w>,
    unit: usize,
    buffer: Vec<u8>,
    /// The buffer's length at which it is offered next.
    offer_at: usize,
    written: u64,
    problems: Vec<Problem>,
    failure: Option<io::Error>,
}

impl Consumer for Writer<'_, '_> {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        // After a failure nothing more is wanted: readers then only count.
        self.failure.is_none().then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        if self.failure.is_some() {
            return;
        }
        event.write_json(&mut self.buffer);
        self.buffer.push(b'\n');
        let mut written = Ok(());
        if self.buffer.len() >= self.offer_at {
            written = self.out.offer(self.unit, &mut self.buffer);
            self.offer_at = self.buffer.len() + CHUNK_BYTES;
        }
        match written {
            Ok(()) => self.written += 1,
            Err(error) => self.failure = Some(error),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Task for Writer<'_, '_> {
    fn begin(&mut self, number: usize) {
        self.unit = number;
        self.offer_at = CHUNK_BYTES;
        self.written = 0;
    }

    fn end(&mut self) -> (Vec<Problem>, u64) {
        if let Err(error) = self.out.finish(self.unit, &mut self.buffer) {
            self.failure.get_or_insert(error);
        }
        (std::mem::take(&mut self.problems), self.written)
    }

    fn failure(&mut self) -> Option<anyhow::Error> {
        self.failure.take().map(Into::into)
    }
}
