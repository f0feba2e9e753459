//! Hands records on to the consumer as ECS events.

use std::collections::HashMap;

use gatewatch_event::{Event as _, Field, JsonEvent, Known, NothingKnown, Value};

use super::{JsonRecord, LazyJson, Shape};
use crate::source::linux_auth::{AuthKinds, JournalLine, from_filebeat};
use crate::source::windows::{Kinds, Options};
use crate::{Consumer, Place, Placed};

/// Fields by which ECS documents are told into kinds.
const KIND_FIELDS: [&str; 3] = ["event.category", "event.code", "event.dataset"];

/// Most kinds of ECS documents that are remembered.
const MOST_KINDS: usize = 4096;

/// Values of kinds are no longer than this in all.
const MOST_BYTES: usize = 512;

/// The kinds met in one unit of reading.
pub(super) struct Delivery {
    windows: Kinds,
    /// Windows events whose carrier brings ECS fields of its own.
    beats: Kinds,
    journal: AuthKinds,
    documents: Documents,
}

impl Delivery {
    pub(super) fn new() -> Self {
        Self {
            windows: Kinds::new(Options::default()),
            beats: Kinds::new(Options {
                beside: true,
                ..Options::default()
            }),
            journal: AuthKinds::default(),
            documents: Documents::new(),
        }
    }

    /// Hands a record on, if the consumer wants its kind.
    pub(super) fn deliver(&mut self, shape: Shape<'_>, place: &Place, consumer: &mut dyn Consumer) {
        match shape {
            Shape::Windows(event) => {
                let kinds = if event.has_beside() {
                    &mut self.beats
                } else {
                    &mut self.windows
                };
                kinds.deliver(&event, place, consumer);
            }
            Shape::Ecs(record) => self.documents.deliver(record, place, consumer),
            Shape::Journald(json) => match JournalLine::read(&json) {
                Some(line) => self.journal.deliver(&line.event(), place, consumer),
                None => self
                    .documents
                    .deliver(JsonRecord::new(json), place, consumer),
            },
            Shape::FilebeatJournal(record) => {
                // Half translated already: the rest is done on the document, as an ingest pipeline would.
                let event = JsonEvent::from(from_filebeat(record.document()));
                if let Some(number) = consumer.kind(&NothingKnown) {
                    consumer.event(number, &Placed::new(&event, place));
                }
            }
        }
    }
}

/// The kinds of ECS documents.
struct Documents {
    fields: [Field; KIND_FIELDS.len()],
    kinds: HashMap<Box<[u8]>, Option<u32>>,
    /// The kind of documents beyond the limits.
    any: Option<Option<u32>>,
    key: Vec<u8>,
}

/// What all documents of a kind have in common.
struct DocumentKind {
    known: Vec<(Field, Vec<Value<'static>>)>,
}

impl Known for DocumentKind {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        self.known
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, values)| values.as_slice())
    }
}

impl Documents {
    fn new() -> Self {
        Self {
            fields: KIND_FIELDS.map(Field::new),
            kinds: HashMap::new(),
            any: None,
            key: Vec::new(),
        }
    }

    fn deliver(&mut self, record: JsonRecord<'_>, place: &Place, consumer: &mut dyn Consumer) {
        if let Some(number) = self.kind(record, consumer) {
            consumer.event(number, &Placed::new(&record, place));
        }
    }

    fn kind(&mut self, record: JsonRecord<'_>, consumer: &mut dyn Consumer) -> Option<u32> {
        self.set_key(record.json());
        if let Some(wanted) = self.kinds.get(self.key.as_slice()) {
            return *wanted;
        }
        if self.kinds.len() == MOST_KINDS || self.key.len() > MOST_BYTES {
            return *self.any.get_or_insert_with(|| consumer.kind(&NothingKnown));
        }
        let known = self.fields.map(|field| (field, record.all(field)));
        let wanted = consumer.kind(&DocumentKind {
            known: known.into(),
        });
        self.kinds.insert(self.key.as_slice().into(), wanted);
        wanted
    }

    /// Writes down the values of the fields that make a kind, each behind a byte that says what it is.
    fn set_key(&mut self, record: LazyJson<'_>) {
        self.key.clear();
        for path in KIND_FIELDS {
            record.visit(path, &mut |value| {
                self.key.push(value.kind() as u8);
                self.key.extend_from_slice(value.raw().as_bytes());
                self.key.push(b'"');
                true
            });
            self.key.push(0xFF);
        }
    }
}
