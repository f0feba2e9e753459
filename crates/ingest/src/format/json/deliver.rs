//! Hands records on to the consumer as ECS events.

use std::collections::HashMap;

use gatewatch_event::{Event, Field, JsonEvent, Known, NothingKnown, Value, parse_iso};

use super::glance::{Beat, Glance, KIND_FIELDS, close_field, glance, push_value};
use super::shape::CarriedLine;
use super::{Index, JsonRecord, LazyJson, Shape};
use crate::source::index::DECIDING;
use crate::source::linux_auth::{AuthKinds, JournalLine, from_filebeat};
use crate::source::mapping::{Confidence, Record, SourceKinds};
use crate::source::windows::{KindIndex, Kinds, Options, WindowsEvent, WindowsJson, WindowsKind};
use crate::source::{UTC, route_carried};
use crate::{Consumer, Place, Placed};

/// Most kinds of ECS documents that are remembered.
const MOST_KINDS: usize = 4096;

/// Values of kinds are no longer than this in all.
const MOST_BYTES: usize = 512;

/// The kinds met in one unit of reading.
pub(super) struct Delivery {
    windows: Kinds,
    /// Windows events whose carrier brings ECS fields of its own.
    beats: Kinds,
    /// The same by what a look told, with the consumer's number.
    beat_kinds: HashMap<Box<[u8]>, (KindIndex, Option<u32>)>,
    journal: AuthKinds,
    documents: Documents,
    /// What the last look told.
    key: Vec<u8>,
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
            beat_kinds: HashMap::new(),
            journal: AuthKinds::default(),
            documents: Documents::new(),
            key: Vec::new(),
            sources: SourceKinds::default(),
            index: Index::new(),
        }
    }

    /// Hands a record on, if the consumer wants its kind, after a look that spares most of them more. `may_be_sourced` tells of
    /// a record whether it may be one of the [`SOURCES`](crate::source::SOURCES), whose fields are not where their names say.
    pub(super) fn deliver_at_a_glance(
        &mut self,
        json: LazyJson<'_>,
        may_be_sourced: impl FnOnce() -> bool,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let record = JsonRecord::new(json);
        let key = &mut self.key;
        match glance(json, key) {
            Some(Glance::Document) => {
                if let Some(number) = self.documents.kind(key, record, consumer) {
                    consumer.event(number, &Placed::new(&record, place));
                }
                return;
            }
            Some(Glance::Other) => {
                let wanted = self.documents.kind(key, record, consumer);
                if wanted.is_none() && !may_be_sourced() {
                    return;
                }
            }
            Some(Glance::Beat(beat)) => {
                if let Some((index, wanted)) = self.beat_kind(&beat, json, consumer) {
                    if let Some(number) = wanted {
                        let event = WindowsJson::winlogbeat(json);
                        self.beats
                            .deliver_wanted((index, number), &event, place, consumer);
                    }
                    return;
                }
            }
            None => {}
        }
        self.deliver(Shape::of(json), place, consumer);
    }

    /// The kind of what Winlogbeat writes, and the consumer's number for those that say the same in the fields of `key`; `None`
    /// beyond the limits.
    fn beat_kind(
        &mut self,
        beat: &Beat<'_>,
        json: LazyJson<'_>,
        consumer: &mut dyn Consumer,
    ) -> Option<(KindIndex, Option<u32>)> {
        beat.write(&mut self.key);
        if let Some(known) = self.beat_kinds.get(self.key.as_slice()) {
            return Some(*known);
        }
        if self.beat_kinds.len() == MOST_KINDS || self.key.len() > MOST_BYTES {
            return None;
        }
        let (provider, channel) = (beat.provider, beat.channel);
        let index = self
            .beats
            .find(provider, channel, Some(beat.event_id), consumer)?;
        let kind = self.beats.kind(index);
        let record = WindowsJson::winlogbeat(json);
        let event = WindowsEvent::new(kind, &record);
        let known = DECIDING.map(|name| {
            let field = Field::new(name);
            (field, event.all(field))
        });
        let wanted = self.beats.wanted(index).and_then(|_| {
            consumer.kind(&BeatKind {
                name: identity("beat", &self.key),
                kind,
                known,
            })
        });
        self.beat_kinds
            .insert(self.key.as_slice().into(), (index, wanted));
        Some((index, wanted))
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

/// What all that Winlogbeat writes of one Windows kind has in common, where it says the same of where it belongs.
struct BeatKind<'k> {
    name: Option<String>,
    kind: &'k WindowsKind,
    /// The fields that decide in which index an event lies: carriers add to what the mapping sets.
    known: [(Field, Vec<Value<'static>>); DECIDING.len()],
}

impl Known for BeatKind<'_> {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        match self.known.iter().find(|(known, _)| *known == field) {
            Some((_, values)) => Some(values),
            None => self.kind.known(field),
        }
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
        let mut key = std::mem::take(&mut self.key);
        set_key(record.json(), &mut key);
        if let Some(number) = self.kind(&key, record, consumer) {
            consumer.event(number, &Placed::new(&record, place));
        }
        self.key = key;
    }

    /// The consumer's number for documents with this key; `record` is one of them.
    fn kind(
        &mut self,
        key: &[u8],
        record: JsonRecord<'_>,
        consumer: &mut dyn Consumer,
    ) -> Option<u32> {
        if let Some(wanted) = self.kinds.get(key) {
            return *wanted;
        }
        if self.kinds.len() == MOST_KINDS || key.len() > MOST_BYTES {
            return *self.any.get_or_insert_with(|| consumer.kind(&NothingKnown));
        }
        let known = self.fields.map(|field| (field, record.all(field)));
        let wanted = consumer.kind(&DocumentKind {
            name: identity("document", key),
            known: known.into(),
        });
        self.kinds.insert(key.into(), wanted);
        wanted
    }
}

/// Writes down the values of the fields that make a kind, whichever way they are spelled.
fn set_key(record: LazyJson<'_>, key: &mut Vec<u8>) {
    key.clear();
    for path in KIND_FIELDS {
        record.visit(path, &mut |value| {
            push_value(key, value.kind(), value.raw().as_bytes());
            true
        });
        close_field(key);
    }
}
