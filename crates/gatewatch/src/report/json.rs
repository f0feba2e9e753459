//! Alerts as JSON.

use std::io::Write;

use gatewatch_detect::{Alert, AlertDocument};
use gatewatch_event::Document;
use gatewatch_rules::Rule;
use serde_json::json;

use super::{Reporter, account::Context};

/// What is written for an alert.
pub enum Form {
    /// One document: of a sequence, the shell with its events inside.
    Findings,
    /// Every document that Elastic would store: of a sequence, its building blocks and the shell.
    Ecs,
    /// The same as lines of Elasticsearch's `_bulk` request, for this data stream or index.
    Bulk(String),
}

impl Form {
    /// Adds the line or lines of a document.
    fn add(&self, document: &mut AlertDocument, text: &mut Vec<u8>) -> anyhow::Result<()> {
        if let Self::Bulk(index) = self {
            let id = document.own().get("kibana.alert.uuid");
            let action = json!({"create": {"_index": index, "_id": id}});
            writeln!(text, "{action}")?;
            move_to(document.own_mut(), index);
        }
        serde_json::to_writer(&mut *text, document)?;
        text.push(b'\n');
        Ok(())
    }
}

/// Documents, one a line.
pub struct Lines {
    out: Box<dyn Write>,
}

impl Lines {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>) -> Self {
        Self { out }
    }
}

/// Names the data stream that a document is written to: Elasticsearch refuses one that names another.
fn move_to(document: &mut Document, index: &str) {
    document.remove("data_stream");
    let parts: Vec<&str> = index.splitn(3, '-').collect();
    if let [kind, dataset, namespace] = parts[..] {
        document.set(
            "data_stream",
            json!({"type": kind, "dataset": dataset, "namespace": namespace}),
        );
    }
}

impl Reporter for Lines {
    type Entry = Vec<u8>;
    type Form = Form;

    fn entry(form: &Form, _: &Rule, alert: &Alert) -> anyhow::Result<Vec<u8>> {
        let mut text = Vec::new();
        if matches!(form, Form::Findings) {
            serde_json::to_writer(&mut text, &alert.document)?;
            text.push(b'\n');
            return Ok(text);
        }
        for block in &alert.blocks {
            form.add(&mut block.clone(), &mut text)?;
        }
        let mut document = alert.document.clone();
        // The events are in the blocks.
        document.own_mut().remove("gatewatch.sequence.events");
        form.add(&mut document, &mut text)?;
        Ok(text)
    }

    fn take(&mut self, _: usize, lines: Option<Vec<u8>>) -> anyhow::Result<()> {
        self.out.write_all(&lines.unwrap_or_default())?;
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
    type Entry = Vec<u8>;
    type Form = ();

    fn entry((): &(), _: &Rule, alert: &Alert) -> anyhow::Result<Vec<u8>> {
        let document = alert.document.to_document();
        Ok(serde_json::to_vec_pretty(document.as_map())?)
    }

    fn take(&mut self, _: usize, document: Option<Vec<u8>>) -> anyhow::Result<()> {
        self.out
            .write_all(if self.empty { b"[\n" } else { b",\n" })?;
        self.empty = false;
        self.out.write_all(&document.unwrap_or_default())?;
        Ok(())
    }

    fn finish(&mut self, _: &Context<'_>) -> anyhow::Result<()> {
        self.out
            .write_all(if self.empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Document;
    use serde_json::json;

    use super::move_to;

    #[test]
    fn a_document_names_the_stream_it_is_written_to() {
        let moved = |index: &str| {
            let mut document = Document::new();
            document.set("data_stream.dataset", json!("system.security"));
            document.set("a", json!(1));
            move_to(&mut document, index);
            document.into_json()
        };
        assert_eq!(
            moved("logs-gatewatch.alerts-default"),
            json!({"a": 1, "data_stream": {"type": "logs", "dataset": "gatewatch.alerts", "namespace": "default"}})
        );
        assert_eq!(moved("alerts"), json!({"a": 1}));
    }
}
