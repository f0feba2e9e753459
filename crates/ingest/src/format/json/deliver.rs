//! Hands records on to the consumer as ECS events.

use std::collections::HashMap;

use gatewatch_event::{Event, Field, JsonEvent, Known, NothingKnown, Value, parse_iso};

use super::shape::CarriedLine;
use super::{Index, JsonRecord, LazyJson, Shape};
use crate::source::linux_auth::{AuthKinds, JournalLine, from_filebeat};
use crate::source::mapping::{Confidence, Record, SourceKinds};
use crate::source::windows::{Kinds, Options};
use crate::source::{UTC, route_carried};
use crate::{Consumer, Place, Placed};

/// Fields by which ECS documents are told into kinds: those that most rules ask for, and those that say in which index a
/// document lies.
const KIND_FIELDS: [&str; 9] = [
    "event.category",
    "event.code",
    "event.dataset",
    "event.module",
    "data_stream.dataset",
    "data_stream.type",
    "data_stream.namespace",
    "agent.type",
    "_index",
];

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
    sources: SourceKinds,
    /// For JSON inside of text inside of JSON.
    index: Index,
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
            sources: SourceKinds::default(),
            index: Index::new(),
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
            Shape::Source(source, json) => {
                let mut record = Record::json(json, &UTC);
                record.stamp = source.stamp(&record);
                self.sources.deliver(source, &record, None, place, consumer);
            }
            Shape::Carried(line) => {
                if !self.carried(&line, place, consumer) {
                    self.documents.deliver(line.around, place, consumer);
                }
            }
            Shape::Journald(json) => match JournalLine::read(&json) {
                Some(line) => self.journal(&line, place, consumer),
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

impl Delivery {
    /// An entry of the journal: of the source that knows the program or the message, else an authentication message.
    fn journal(&mut self, line: &JournalLine<'_>, place: &Place, consumer: &mut dyn Consumer) {
        let header = line.header();
        let record = Record {
            carried: line.time(),
            ..Record::headed(header.message, header, &UTC)
        };
        match crate::source::claim(&record).filter(|claim| claim.confidence > Confidence::Possible)
        {
            Some(claim) => self
                .sources
                .deliver(claim.source, &record, None, place, consumer),
            None => self.journal.deliver(&line.event(), place, consumer),
        }
    }

    /// A line inside an object: true when a source has taken it.
    fn carried(
        &mut self,
        line: &CarriedLine<'_>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) -> bool {
        let Self { sources, index, .. } = self;
        let time = line.time.as_ref().and_then(|time| parse_iso(time));
        let beside = line.is_ecs.then_some(&line.around as &dyn Event);
        route_carried(&line.text, time, &UTC, index, &mut |source, record| {
            sources.deliver(source, record, beside, place, consumer);
        })
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
