//! Windows events from EVTX: a record of the log as a [`WindowsRecord`], and reading logs for a consumer.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use gatewatch_event::Timestamp;

use super::kind::Options;
use super::kinds::{KindIndex, Kinds};
use super::record::WindowsRecord;
use crate::format::evtx::{
    ChunkParser, Damage, Element, EvtxFile, EvtxStream, Note, OriginId, RawChunk, ReadAt,
    RecordRef, SystemField, Value,
};
use crate::{Consumer, Counts, Place, Problem, ProblemKind};

/// A record of an EVTX log. Nothing is read from it before somebody asks.
#[derive(Clone, Copy)]
pub struct EvtxRecord<'r, 'a>(pub &'r RecordRef<'a>);

/// The text of a value; an empty one is absent.
fn text(value: &Value<'_>) -> Option<String> {
    let mut text = String::new();
    value.push_to(&mut text);
    (!text.is_empty()).then_some(text)
}

fn owned(value: &Value<'_>) -> Option<Cow<'static, str>> {
    text(value).map(Cow::Owned)
}

/// A GUID in lower case and braces, however the log wrote it.
fn guid(value: &Value<'_>) -> Option<Cow<'static, str>> {
    let text = text(value)?.to_ascii_lowercase();
    let text = if text.starts_with('{') {
        text
    } else {
        format!("{{{text}}}")
    };
    Some(Cow::Owned(text))
}

impl EvtxRecord<'_, '_> {
    fn system(&self, field: SystemField) -> Value<'_> {
        self.0.system(field)
    }

    fn number<T: TryFrom<u64>>(&self, field: SystemField) -> Option<T> {
        T::try_from(self.system(field).as_u64()?).ok()
    }

    /// A text of the rendering that a forwarding host added.
    fn rendered(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = self.0.rendering_info()?.element(name)?.text();
        (!text.is_empty()).then_some(Cow::Owned(text))
    }
}

impl WindowsRecord for EvtxRecord<'_, '_> {
    fn provider(&self) -> Option<Cow<'_, str>> {
        owned(&self.system(SystemField::ProviderName))
    }

    fn provider_guid(&self) -> Option<Cow<'_, str>> {
        guid(&self.system(SystemField::ProviderGuid))
    }

    fn event_id(&self) -> Option<u32> {
        self.0.event_id()
    }

    fn channel(&self) -> Option<Cow<'_, str>> {
        owned(&self.system(SystemField::Channel))
    }

    fn computer(&self) -> Option<Cow<'_, str>> {
        owned(&self.system(SystemField::Computer))
    }

    fn record_id(&self) -> Option<u64> {
        Some(record_id(self.0))
    }

    fn time_created(&self) -> Option<Timestamp> {
        Some(Timestamp::from_filetime(self.0.time()))
    }

    fn keywords(&self) -> Option<u64> {
        self.system(SystemField::Keywords).as_u64()
    }

    fn level(&self) -> Option<u8> {
        self.number(SystemField::Level)
    }

    fn version(&self) -> Option<u8> {
        self.number(SystemField::Version)
    }

    fn task(&self) -> Option<u16> {
        self.number(SystemField::Task)
    }

    fn opcode(&self) -> Option<u8> {
        self.number(SystemField::Opcode)
    }

    fn process_id(&self) -> Option<u32> {
        self.number(SystemField::ProcessId)
    }

    fn thread_id(&self) -> Option<u32> {
        self.number(SystemField::ThreadId)
    }

    fn user_id(&self) -> Option<Cow<'_, str>> {
        owned(&self.system(SystemField::UserId))
    }

    fn activity_id(&self) -> Option<Cow<'_, str>> {
        guid(&self.system(SystemField::ActivityId))
    }

    fn related_activity_id(&self) -> Option<Cow<'_, str>> {
        guid(&self.system(SystemField::RelatedActivityId))
    }

    fn data(&self, name: &str) -> Option<Cow<'_, str>> {
        owned(&self.0.data(name)?)
    }

    fn each_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        let mut going = true;
        self.0.for_each_data(|pair| {
            if going && let Some(text) = text(&pair.value) {
                going = visit(&pair.key(), Cow::Owned(text));
            }
        });
    }

    fn user_data_name(&self) -> Option<Cow<'_, str>> {
        let name = self.0.user_data()?.container().to_string();
        (!name.is_empty()).then_some(Cow::Owned(name))
    }

    fn user_data(&self, name: &str) -> Option<Cow<'_, str>> {
        owned(&self.0.user_data()?.get(name)?)
    }

    fn each_user_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        let Some(fields) = self.0.user_data() else {
            return;
        };
        let mut going = true;
        fields.for_each(|pair| {
            if going && let Some(text) = text(&pair.value) {
                going = visit(&pair.key(), Cow::Owned(text));
            }
        });
    }

    fn message(&self) -> Option<Cow<'_, str>> {
        self.rendered("Message")
    }

    fn level_name(&self) -> Option<Cow<'_, str>> {
        self.rendered("Level")
    }

    fn task_name(&self) -> Option<Cow<'_, str>> {
        self.rendered("Task")
    }

    fn opcode_name(&self) -> Option<Cow<'_, str>> {
        self.rendered("Opcode")
    }

    fn keyword_names(&self) -> Vec<String> {
        let keywords = self
            .0
            .rendering_info()
            .and_then(|info| info.element("Keywords"));
        keywords.map_or_else(Vec::new, |keywords| {
            keywords
                .elements()
                .map(Element::text)
                .filter(|name| !name.is_empty())
                .collect()
        })
    }
}

/// The event's own number: the one that its log gave it, which exports and forwarding keep; else that of this file.
fn record_id(record: &RecordRef<'_>) -> u64 {
    record
        .system(SystemField::EventRecordId)
        .as_u64()
        .unwrap_or_else(|| record.record_id())
}

/// Places of the table from origin and event id to kind. A log has far fewer kinds than that in use at a time.
const SLOTS: usize = 1 << 10;

/// Reads the chunks of one log for one consumer: finds the kind of each record without reading more than its id, and hands
/// over those that are wanted.
pub struct EvtxReading {
    path: Arc<str>,
    parser: ChunkParser,
    kinds: Kinds,
    /// Kinds by origin and event id. A slot that another pair took is looked up anew.
    slots: Vec<Option<(OriginId, u32, KindIndex)>>,
    counts: Counts,
}

impl EvtxReading {
    /// Starts to read a log that is called `path`.
    pub fn new(path: Arc<str>, options: Options) -> Self {
        Self {
            path,
            parser: ChunkParser::new(),
            kinds: Kinds::new(options),
            slots: vec![None; SLOTS],
            counts: Counts::default(),
        }
    }

    /// Reads a chunk.
    pub fn chunk(&mut self, raw: RawChunk<'_>, consumer: &mut dyn Consumer) {
        self.counts.bytes += raw.bytes.len() as u64;
        let Self {
            path,
            parser,
            kinds,
            slots,
            counts,
        } = self;
        let chunk = parser.open(raw);
        for note in chunk.notes() {
            consumer.problem(of_note(path, &note));
        }
        for record in chunk.records() {
            counts.records += 1;
            match record {
                Ok(record) => {
                    let readable = deliver(&record, path, kinds, slots, consumer);
                    counts.unreadable += u64::from(!readable);
                }
                Err(damage) => {
                    counts.unreadable += 1;
                    consumer.problem(of_damage(path, &damage, ProblemKind::Record));
                }
            }
        }
    }

    /// Reports remarks on the log as a whole.
    pub fn notes(&mut self, notes: &[Note], consumer: &mut dyn Consumer) {
        for note in notes {
            consumer.problem(of_note(&self.path, note));
        }
    }

    /// What was read.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn failed(&self, error: &io::Error, offset: u64, consumer: &mut dyn Consumer) {
        consumer.problem(Problem {
            place: place(&self.path, offset, None),
            kind: ProblemKind::File,
            reason: format!("the rest cannot be read: {error}"),
        });
    }
}

/// Hands a record to the consumer if its kind is wanted. False when the record cannot be read at all.
fn deliver(
    record: &RecordRef<'_>,
    path: &Arc<str>,
    kinds: &mut Kinds,
    slots: &mut [Option<(OriginId, u32, KindIndex)>],
    consumer: &mut dyn Consumer,
) -> bool {
    let event_id = record.event_id();
    let index = find(record, event_id, kinds, slots, consumer);
    if event_id.is_none()
        && let Some(damage) = record.damage()
    {
        // Without an id, what is there is no event that anybody could use.
        consumer.problem(of_damage(path, &damage, ProblemKind::Record));
        return false;
    }
    let wanted = index.is_none_or(|index| kinds.wanted(index).is_some());
    if wanted {
        let place = place(path, record.offset(), Some(record_id(record)));
        let carried = EvtxRecord(record);
        match index {
            Some(index) => kinds.deliver_as(index, &carried, &place, consumer),
            None => kinds.deliver(&carried, &place, consumer),
        }
    }
    if let Some(damage) = record.damage() {
        consumer.problem(of_damage(path, &damage, ProblemKind::Damage));
    }
    true
}

/// The kind of a record, by the numbers of provider, channel and event id where they were met before.
fn find(
    record: &RecordRef<'_>,
    event_id: Option<u32>,
    kinds: &mut Kinds,
    slots: &mut [Option<(OriginId, u32, KindIndex)>],
    consumer: &mut dyn Consumer,
) -> Option<KindIndex> {
    let key = record.origin().zip(event_id);
    let slot = key.map(|(origin, id)| {
        let hash = (origin.0.wrapping_mul(0x9e37_79b1) ^ id).wrapping_mul(0x85eb_ca6b);
        (hash >> 22) as usize % SLOTS
    });
    if let (Some((origin, id)), Some(slot)) = (key, slot)
        && let Some((known_origin, known_id, index)) = slots[slot]
        && (known_origin, known_id) == (origin, id)
    {
        return Some(index);
    }
    let provider = text(&record.provider());
    let channel = text(&record.channel());
    let index = kinds.find(provider.as_deref(), channel.as_deref(), event_id, consumer)?;
    if let (Some((origin, id)), Some(slot)) = (key, slot) {
        slots[slot] = Some((origin, id, index));
    }
    Some(index)
}

fn place(path: &Arc<str>, offset: u64, record_id: Option<u64>) -> Place {
    Place {
        path: Arc::clone(path),
        offset,
        record_id,
    }
}

fn of_note(path: &Arc<str>, note: &Note) -> Problem {
    Problem {
        place: place(path, note.offset, None),
        kind: ProblemKind::Damage,
        reason: note.kind.to_string(),
    }
}

fn of_damage(path: &Arc<str>, damage: &Damage, kind: ProblemKind) -> Problem {
    Problem {
        place: place(path, damage.offset, damage.record_id),
        kind,
        reason: damage.reason.to_string(),
    }
}

/// Reads a range of a log's chunks. The one that starts at the first chunk also reports what there is to say about the
/// file as a whole.
pub fn read_evtx<S: ReadAt>(
    path: &Arc<str>,
    file: &EvtxFile<S>,
    chunks: Range<u64>,
    options: Options,
    consumer: &mut dyn Consumer,
) -> Counts {
    let mut reading = EvtxReading::new(Arc::clone(path), options);
    if chunks.start == 0 {
        reading.notes(file.notes(), consumer);
    }
    let mut reader = file.reader(chunks);
    loop {
        match reader.next_chunk() {
            Ok(Some(raw)) => reading.chunk(raw, consumer),
            Ok(None) => break,
            Err(error) => {
                reading.failed(&error, reading.counts.bytes, consumer);
                break;
            }
        }
    }
    reading.notes(&reader.take_notes(), consumer);
    reading.counts
}

/// Reads a log that can only be read from start to end, such as a member of an archive.
pub fn read_evtx_stream(
    path: &Arc<str>,
    stream: impl Read,
    options: Options,
    consumer: &mut dyn Consumer,
) -> Counts {
    let mut reading = EvtxReading::new(Arc::clone(path), options);
    let mut stream = match EvtxStream::open(stream) {
        Ok(stream) => stream,
        Err(error) => {
            reading.failed(&error, 0, consumer);
            return reading.counts;
        }
    };
    loop {
        match stream.next_chunk() {
            Ok(Some(raw)) => reading.chunk(raw, consumer),
            Ok(None) => break,
            Err(error) => {
                reading.failed(&error, reading.counts.bytes, consumer);
                break;
            }
        }
    }
    reading.notes(&stream.take_notes(), consumer);
    reading.counts
}
