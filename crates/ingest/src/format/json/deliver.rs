//! Hands records on to the consumer as ECS events.

use std::collections::HashMap;

use gatewatch_event::{Event, Field, JsonEvent, Known, NothingKnown, Value, parse_iso};

use super::glance::Glance;
use super::shape::CarriedLine;
use super::{Index, JsonKind, JsonRecord, LazyJson, Shape};
use crate::source::linux_auth::{AuthKinds, JournalLine, from_filebeat};
use crate::source::mapping::{Confidence, Record, SourceKinds};
use crate::source::windows::{KindIndex, Kinds, Options, WindowsJson};
use crate::source::{UTC, route_carried};
use crate::{Consumer, Place, Placed};

/// Members of `event` that a look at a document tells; the first says whether it is mapped at all.
pub(super) const KIND_MEMBERS: [&str; 5] = ["category", "code", "dataset", "type", "action"];

/// The same with their whole path.
const LOOK_FIELDS: [&str; 5] = [
    "event.category",
    "event.code",
    "event.dataset",
    "event.type",
    "event.action",
];

/// Fields by which ECS documents are told into kinds: those that most rules ask for, and those that say in which index a
/// document lies. Fields of one object stand together.
const KIND_FIELDS: [&str; 11] = [
    "event.category",
    "event.code",
    "event.dataset",
    "event.type",
    "event.action",
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

/// What is known of a record before it is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// It cannot matter.
    Unwanted,
    /// Nothing.
    Unknown,
    /// A look told what no look did before: whether the consumer wants it is still to be asked.
    New,
    /// It is an ECS document, and may be wanted.
    Document,
    /// It is what Winlogbeat writes, of this kind, which is wanted.
    Beat(KindIndex),
}

/// The kinds met in one unit of reading.
pub(super) struct Delivery {
    windows: Kinds,
    /// Windows events whose carrier brings ECS fields of its own.
    beats: Kinds,
    journal: AuthKinds,
    documents: Documents,
    /// What looks told, and whether documents of which only that is known are wanted.
    looks: HashMap<Box<[u8]>, bool>,
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
            looks: HashMap::new(),
            sources: SourceKinds::default(),
            index: Index::new(),
        }
    }

    /// What is to be done with a record that a look took for this. `key` has what it told of a document.
    pub(super) fn ahead(
        &mut self,
        glance: Glance<'_>,
        key: &[u8],
        consumer: &mut dyn Consumer,
    ) -> Ahead {
        match glance {
            Glance::Document | Glance::Other => match self.looks.get(key) {
                Some(false) => Ahead::Unwanted,
                Some(true) if glance == Glance::Document => Ahead::Document,
                Some(true) => Ahead::Unknown,
                None => Ahead::New,
            },
            Glance::Beat {
                provider,
                channel,
                event_id,
            } => match self.beats.find(provider, channel, Some(event_id), consumer) {
                Some(index) if self.beats.wanted(index).is_none() => Ahead::Unwanted,
                Some(index) => Ahead::Beat(index),
                None => Ahead::Unknown,
            },
        }
    }

    /// Hands a record on, of which this was known before it was taken apart. `key` has what the last look told.
    pub(super) fn deliver_ahead(
        &mut self,
        (ahead, key): (Ahead, &[u8]),
        json: LazyJson<'_>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        match ahead {
            Ahead::Unknown | Ahead::Unwanted => self.deliver(Shape::of(json), place, consumer),
            Ahead::New => {
                self.learn_look(key, JsonRecord::new(json), consumer);
                self.deliver(Shape::of(json), place, consumer);
            }
            Ahead::Document => self
                .documents
                .deliver(JsonRecord::new(json), place, consumer),
            Ahead::Beat(index) => {
                let event = WindowsJson::winlogbeat(json);
                self.beats.deliver_as(index, &event, place, consumer);
            }
        }
    }

    /// Asks whether the consumer wants documents of which a look tells what it told of this one.
    fn learn_look(&mut self, key: &[u8], record: JsonRecord<'_>, consumer: &mut dyn Consumer) {
        if self.looks.len() == MOST_KINDS || key.len() > MOST_BYTES {
            return;
        }
        let known = LOOK_FIELDS.map(|name| {
            let field = Field::new(name);
            (field, record.all(field))
        });
        let wanted = consumer.kind(&DocumentKind {
            name: identity("look", key),
            known: known.into(),
        });
        self.looks.insert(key.into(), wanted.is_some());
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
        route_carried(
            (&line.text, line.sourced),
            time,
            &UTC,
            index,
            &mut |source, record| {
                sources.deliver(source, record, beside, place, consumer);
            },
        )
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
    name: Option<String>,
    known: Vec<(Field, Vec<Value<'static>>)>,
}

impl Known for DocumentKind {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        self.known
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, values)| values.as_slice())
    }

    fn identity(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// The name of a kind with this key.
fn identity(what: &str, key: &[u8]) -> Option<String> {
    let key = std::str::from_utf8(key).ok()?;
    Some(format!("{what}\u{2}{key}"))
}

/// Adds a value to the key of a kind. The raw text of JSON has no control characters, so these can part it.
pub(super) fn push_value(key: &mut Vec<u8>, kind: JsonKind, raw: &[u8]) {
    key.push(b'0' + kind as u8);
    key.extend_from_slice(raw);
    key.push(1);
}

/// Ends the values of one field in the key of a kind.
pub(super) fn close_field(key: &mut Vec<u8>) {
    key.push(2);
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
            name: identity("document", &self.key),
            known: known.into(),
        });
        self.kinds.insert(self.key.as_slice().into(), wanted);
        wanted
    }

    /// Writes down the values of the fields that make a kind.
    fn set_key(&mut self, record: LazyJson<'_>) {
        self.key.clear();
        // Without dots in keys, a field lies in one object, and fields that stand together lie in the same.
        let nested = record.members().all(|(key, _)| !key.contains('.'));
        let mut last: Option<(&str, Option<LazyJson<'_>>)> = None;
        for path in KIND_FIELDS {
            let mut push = |value: LazyJson<'_>| {
                push_value(&mut self.key, value.kind(), value.raw().as_bytes());
                true
            };
            match path.split_once('.') {
                Some((head, rest)) if nested => {
                    let object = match last {
                        Some((known, object)) if known == head => object,
                        _ => record.get(head),
                    };
                    last = Some((head, object));
                    if let Some(object) = object {
                        object.visit_inside(rest, &mut push);
                    }
                }
                _ => {
                    record.visit(path, &mut push);
                }
            }
            close_field(&mut self.key);
        }
    }
}
