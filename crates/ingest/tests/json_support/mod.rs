//! A consumer that keeps everything, and the ways to feed it.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use gatewatch_event::{Event, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Counts, Needles, Placed, Problem};
use serde_json::Value as Json;

/// Keeps the events it wants, and all problems.
#[derive(Default)]
pub struct Keep {
    /// Offset and document.
    pub events: Vec<(u64, Json)>,
    pub problems: Vec<Problem>,
    /// Events with these codes are wanted; without any, all.
    pub codes: Option<Vec<String>>,
    /// Are events wanted of which no code is known?
    pub without_code: bool,
    pub needles: Option<Needles>,
    /// Only fields of this name are kept of each event, in place of the document.
    pub field: Option<Field>,
}

impl Keep {
    /// Wants events with one of these codes.
    pub fn codes(codes: &[&str]) -> Self {
        Self {
            codes: Some(codes.iter().map(|code| (*code).to_owned()).collect()),
            ..Self::default()
        }
    }

    pub fn documents(&self) -> Vec<&Json> {
        self.events.iter().map(|(_, document)| document).collect()
    }

    pub fn offsets(&self) -> Vec<u64> {
        self.events.iter().map(|(offset, _)| *offset).collect()
    }
}

impl Consumer for Keep {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let Some(codes) = &self.codes else {
            return Some(0);
        };
        match known.known(Field::new("event.code")) {
            None => Some(0),
            Some([]) => self.without_code.then_some(0),
            Some(values) => values
                .iter()
                .any(|value| codes.contains(&value.text().into_owned()))
                .then_some(0),
        }
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        if let Some(codes) = &self.codes {
            let values = event.all(Field::new("event.code"));
            let wanted = if values.is_empty() {
                self.without_code
            } else {
                values
                    .iter()
                    .any(|value| codes.contains(&value.text().into_owned()))
            };
            if !wanted {
                return;
            }
        }
        let document = match self.field {
            Some(field) => event
                .first(field)
                .map_or(Json::Null, |value| value.to_json()),
            None => event.document().into_json(),
        };
        self.events.push((event.place().offset, document));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn needles(&self) -> Option<&Needles> {
        self.needles.as_ref()
    }
}

/// Gives at most so many bytes at a time.
pub struct Dribble<R>(pub R, pub usize);

impl<R: Read> Read for Dribble<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

pub fn path() -> Arc<str> {
    Arc::from("test.json")
}

pub fn read_with(reader: JsonReader, bytes: &[u8], consumer: &mut Keep) -> Counts {
    let mut reader = reader;
    reader.read(&mut Cursor::new(bytes), &path(), consumer)
}

pub fn read(bytes: &[u8]) -> (Keep, Counts) {
    let mut keep = Keep::default();
    let counts = read_with(JsonReader::new(), bytes, &mut keep);
    (keep, counts)
}

/// The folder of shared test data, or `None`, which is said, when it is not there.
#[expect(clippy::print_stdout, reason = "a test that skips must say so")]
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no shared test data at {}", folder.display());
    None
}
