//! The progress bar.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatewatch_ingest::Counts;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Shows on stderr, when it is a terminal, how far reading has come.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    bytes: Arc<AtomicU64>,
    records: AtomicU64,
    matched: AtomicU64,
}

impl Progress {
    /// A bar over this many bytes on disk; none when `quiet` or when stderr is no terminal.
    pub fn new(total: u64, quiet: bool) -> Self {
        let bar = (!quiet && output::is_terminal_stderr()).then(|| {
            let bar = ProgressBar::new(total);
            let style = ProgressStyle::with_template(
                "{bar:24} {bytes} of {total_bytes}  {bytes_per_sec}  {msg}",
            )
            .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            bar,
            bytes: Arc::new(AtomicU64::new(0)),
            records: AtomicU64::new(0),
            matched: AtomicU64::new(0),
        }
    }

    /// The count of bytes that readers add to.
    pub fn bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes)
    }

    /// A unit is done.
    pub fn unit(&self, counts: &Counts, matched: u64) {
        let records = self.records.fetch_add(counts.records, Ordering::Relaxed) + counts.records;
        let matched = self.matched.fetch_add(matched, Ordering::Relaxed) + matched;
        if let Some(bar) = &self.bar {
            bar.set_position(self.bytes.load(Ordering::Relaxed));
            bar.set_message(format!("{records} events, {matched} matched"));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
