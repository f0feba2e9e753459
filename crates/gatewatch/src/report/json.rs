//! Alerts as JSON.

use std::io::Write;

use gatewatch_detect::Alert;
use gatewatch_event::Document;
use serde_json::json;

use super::{Reporter, Row, account::Context};

/// What is written for an alert.
pub enum Form {
    /// One document: of a sequence, the shell with its events inside.
    Findings,
    /// Every document that Elastic would store: of a sequence, its building blocks and the shell.
    Ecs,
    /// The same as lines of Elasticsearch's `_bulk` request, for this data stream or index.
    Bulk(String),
}

/// Documents, one a line.
pub struct Lines {
    out: Box<dyn Write>,
    form: Form,
}

impl Lines {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>, form: Form) -> Self {
        Self { out, form }
    }

    fn line(&mut self, document: &Document) -> anyhow::Result<()> {
        if let Form::Bulk(index) = &self.form {
            let action =
                json!({"create": {"_index": index, "_id": document.get("kibana.alert.uuid")}});
            writeln!(self.out, "{action}")?;
            let document = moved(document, index);
            serde_json::to_writer(&mut self.out, document.as_map())?;
        } else {
            serde_json::to_writer(&mut self.out, document.as_map())?;
        }
        self.out.write_all(b"\n")?;
        Ok(())
    }
}

/// The document with the data stream it is written to: Elasticsearch refuses one that names another.
fn moved(document: &Document, index: &str) -> Document {
    let mut document = document.clone();
    document.remove("data_stream");
    let parts: Vec<&str> = index.splitn(3, '-').collect();
    if let [kind, dataset, namespace] = parts[..] {
        document.set(
            "data_stream",
            json!({"type": kind, "dataset": dataset, "namespace": namespace}),
        );
    }
    document
}

impl Reporter for Lines {
    fn alert(&mut self, alert: &Alert, _: Row) -> anyhow::Result<()> {
        if matches!(self.form, Form::Findings) {
            return self.line(&alert.document);
        }
        for block in &alert.blocks {
            self.line(block)?;
        }
        let mut document = alert.document.clone();
        // The events are in the blocks.
        document.remove("gatewatch.sequence.events");
        self.line(&document)
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

#[cfg(test)]
mod tests {
    use gatewatch_event::Document;
    use serde_json::{Value as Json, json};

    use super::moved;

    #[test]
    fn a_document_names_the_stream_it_is_written_to() {
        let document = match json!({"data_stream": {"dataset": "system.security"}, "a": 1}) {
            Json::Object(map) => Document::from_map(map),
            _ => Document::new(),
        };
        assert_eq!(
            moved(&document, "logs-gatewatch.alerts-default").into_json(),
            json!({"a": 1, "data_stream": {"type": "logs", "dataset": "gatewatch.alerts", "namespace": "default"}})
        );
        assert_eq!(moved(&document, "alerts").into_json(), json!({"a": 1}));
    }
}
