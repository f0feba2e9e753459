//! Alerts as JSON.

use std::io::Write;

use gatewatch_detect::Alert;

use super::{Reporter, Row, account::Context};

/// One alert document a line.
pub struct Lines {
    out: Box<dyn Write>,
}

impl Lines {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>) -> Self {
        Self { out }
    }
}

impl Reporter for Lines {
    fn alert(&mut self, alert: &Alert, _: Row) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.out, alert.document.as_map())?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(&mut self, _: &Context<'_>) -> anyhow::Result<()> {
        self.out.flush()?;
        Ok(())
    }
}

/// One array of alert documents.
pub struct Array {
    out: Box<dyn Write>,
    empty: bool,
}

impl Array {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>) -> Self {
        Self { out, empty: true }
    }
}

impl Reporter for Array {
    fn alert(&mut self, alert: &Alert, _: Row) -> anyhow::Result<()> {
        self.out
            .write_all(if self.empty { b"[\n" } else { b",\n" })?;
        self.empty = false;
        serde_json::to_writer_pretty(&mut self.out, alert.document.as_map())?;
        Ok(())
    }

    fn finish(&mut self, _: &Context<'_>) -> anyhow::Result<()> {
        self.out
            .write_all(if self.empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()?;
        Ok(())
    }
}
