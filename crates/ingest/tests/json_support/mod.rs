//! A consumer that keeps everything, and the ways to feed it.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use gatewatch_event::{Event, Field, Known, Value};
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
    /// What is said of the codes of all events that are wanted.
    pub given: Option<Vec<String>>,
    /// Events of these users are wanted too, whatever their code.
    pub users: Vec<String>,
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

    fn names(&self, values: &[Value<'_>], texts: &[String]) -> bool {
        values
            .iter()
            .any(|value| texts.iter().any(|text| *text == value.text()))
    }

    fn wants(&self, event: &Placed<'_>) -> bool {
        let Some(codes) = &self.codes else {
            return true;
        };
        let values = event.all(Field::new("event.code"));
        (values.is_empty() && self.without_code)
            || self.names(&values, codes)
            || self.names(&event.all(Field::new("user.name")), &self.users)
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
        let user = known.known(Field::new("user.name"));
        if !self.users.is_empty() && user.is_none_or(|values| self.names(values, &self.users)) {
            return Some(0);
        }
        match known.known(Field::new("event.code")) {
            None => Some(0),
            Some([]) => self.without_code.then_some(0),
            Some(values) => self.names(values, codes).then_some(0),
        }
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        if !self.wants(event) {
            return;
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

    fn codes(&self) -> Option<&[String]> {
        self.given.as_deref()
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

/// Writes some of the letters inside strings as `\u` escapes, as a JSON writer may: those whose number is a multiple of
/// `every`, none if that is 0.
pub fn escaped(text: &str, every: usize) -> String {
    let mut inside = false;
    let mut after_backslash = false;
    let mut out = String::new();
    for (number, letter) in text.chars().enumerate() {
        let plain =
            inside && !after_backslash && !matches!(letter, '"' | '\\') && letter.is_ascii();
        if plain && every > 0 && number % every == 0 {
            out.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            out.push(letter);
        }
        if letter == '"' && !after_backslash {
            inside = !inside;
        }
        after_backslash = inside && letter == '\\' && !after_backslash;
    }
    out
}
