//! Hands records on to the consumer as ECS events.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use gatewatch_event::{Event, Field, JsonEvent, Known, NothingKnown, Value, parse_iso};

use super::glance::{
    Beat, Glance, KIND_FIELDS, KeptBeat, RawBeat, RootKeys, Roots, close_field, push_value,
    write_key,
};
use super::peek::{BeatPeek, Paths, Peek};
use super::shape::{CarriedLine, ShapeClaims};
use super::sieve::{Found, Sieve};
use super::skim::Skimmed;
use super::{Index, JsonRecord, LazyJson, Shape, Traces};
use crate::source::index::DECIDING;
use crate::source::linux_auth::{AuthKinds, JournalLine, from_filebeat};
use crate::source::mapping::{Confidence, Record, SourceKinds};
use crate::source::windows::{KindIndex, Kinds, Options, WindowsEvent, WindowsJson, WindowsKind};
use crate::source::{Carried, UTC, route_carried, stamp_carried};
use crate::{Consumer, Peeked, Place, Placed};

/// Most kinds of ECS documents that are remembered.
const MOST_KINDS: usize = 4096;

/// Values of kinds are no longer than this in all.
const MOST_BYTES: usize = 512;

/// Nor the members that hold them than this.
const MOST_RAW_BYTES: usize = 1024;

/// The kinds met in one unit of reading.
pub(super) struct Delivery {
    windows: Kinds,
    /// Windows events whose carrier brings ECS fields of its own.
    beats: Kinds,
    /// The same as far as they say the same in the fields of a document's kind.
    beat_kinds: Vec<KnownBeat>,
    /// Their places by what a look told.
    beat_places: HashMap<Box<[u8]>, usize, RandomState>,
    journal: AuthKinds,
    documents: Documents,
    root_keys: RootKeys,
    /// Is what was looked at last [nested](Skimmed::nested)?
    is_nested: bool,
    /// What the last look told.
    key: Vec<u8>,
    /// What it looked at.
    raw: Vec<u8>,
    paths: Paths,
    sources: SourceKinds,
    claims: ShapeClaims,
    /// For JSON inside of text inside of JSON.
    index: Index,
}

/// A kind of what Winlogbeat writes, among those that say the same in the fields of the key.
#[derive(Clone, Copy, Debug)]
struct KnownBeat {
    index: KindIndex,
    /// The consumer's number.
    wanted: Option<u32>,
    peeks: Tally,
}

/// What a look at a record tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look<'b> {
    /// Nobody wants its kind.
    Unwanted,
    /// An ECS document of a kind that is wanted: its place among these.
    Wanted(usize),
    /// What Winlogbeat writes, of a kind that is wanted: its place among those met.
    Beat(usize),
    /// The record must be taken apart to be told into its kind. `None` where a look is not enough.
    New(Option<Glance<'b>>),
}

impl Delivery {
    pub(super) fn new() -> Self {
        Self {
            windows: Kinds::new(Options::default()),
            beats: Kinds::new(Options {
                beside: true,
                ..Options::default()
            }),
            beat_kinds: Vec::new(),
            beat_places: HashMap::default(),
            journal: AuthKinds::default(),
            documents: Documents::new(),
            root_keys: RootKeys::default(),
            is_nested: false,
            key: Vec::new(),
            raw: Vec::new(),
            paths: Paths::default(),
            sources: SourceKinds::default(),
            claims: ShapeClaims::default(),
            index: Index::new(),
        }
    }

    /// Looks at a record that is not taken apart yet.
    pub(super) fn look<'b>(&mut self, record: Skimmed<'_, 'b>) -> Look<'b> {
        self.try_look(record).unwrap_or(Look::New(None))
    }

    /// The same; `None` where a look is not enough.
    fn try_look<'b>(&mut self, record: Skimmed<'_, 'b>) -> Option<Look<'b>> {
        let roots = Roots::of(record, &mut self.root_keys)?;
        self.is_nested = roots.is_nested;
        let is_raw = roots.write_raw(record, &mut self.raw).is_some();
        let documents = &mut self.documents;
        let seen = documents.seen.get(self.raw.as_slice());
        let without = match seen.filter(|_| is_raw) {
            Some(Seen::Unwanted) => return Some(Look::Unwanted),
            Some(Seen::Wanted(place)) => return Some(Look::Wanted(*place)),
            Some(Seen::WithoutCategory(place)) => documents.without.get_mut(*place),
            None => {
                let has_category = write_key(record, &roots, &mut self.key)?;
                let raw = is_raw.then_some(self.raw.as_slice());
                if has_category {
                    return Some(documents.look(&self.key, raw));
                }
                documents.see_without_category(&self.key, raw);
                None
            }
        };
        if let Some(without) = &without {
            self.key.clear();
            self.key.extend_from_slice(&without.key);
        }
        if !roots.has_winlog() {
            return Some(Look::New(Some(Glance::Other)));
        }
        let raw = RawBeat::of(record, &roots)?;
        let before = without.as_ref().and_then(|without| without.beat.as_ref());
        let place = match before {
            Some((kept, place)) if raw.is(kept) => *place,
            _ => {
                let beat = raw.beat()?;
                beat.write(&mut self.key);
                let Some(place) = self.beat_places.get(self.key.as_slice()) else {
                    return Some(Look::New(Some(Glance::Beat(beat))));
                };
                if let Some(without) = without {
                    without.beat = Some((raw.to_kept(), *place));
                }
                *place
            }
        };
        Some(match self.beat_kinds.get(place)?.wanted {
            Some(_) => Look::Beat(place),
            None => Look::Unwanted,
        })
    }

    /// May a document matter, as far as its raw text and a peek at it tell? It must be what was looked at last, and `kind` what
    /// the look told of it. Said to be so of a kind's first documents.
    pub(super) fn may_matter(
        &mut self,
        kind: usize,
        record: Skimmed<'_, '_>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) -> bool {
        let record = record.nested(self.is_nested);
        let kind = self.documents.wanted.get_mut(kind);
        kind.is_none_or(|kind| kind.may_matter(record, &self.paths, place, consumer))
    }

    /// May what Winlogbeat writes matter, as far as a peek tells? It must be what was looked at last, and `kind` what the
    /// look told of it.
    pub(super) fn beat_may_matter(
        &mut self,
        kind: usize,
        record: Skimmed<'_, '_>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) -> bool {
        let Some(known) = self.beat_kinds.get_mut(kind) else {
            return true;
        };
        let kind = self.beats.kind(known.index);
        let Some(number) = known.wanted.filter(|_| known.peeks.is_worth()) else {
            return true;
        };
        let peek = BeatPeek::new(record.nested(self.is_nested), &self.paths);
        let event = WindowsEvent::new(kind, &peek);
        let is_sure = || !peek.is_unsure();
        let looked = crate::Peek::new(true, &is_sure);
        let peeked = consumer.peek(number, &Placed::new(&event, place), &looked);
        let matters = peeked == Peeked::Wanted;
        known.peeks.note(matters);
        matters
    }

    /// Hands a record on, if the consumer wants its kind, after a look that spares most of them more; it must be the last that
    /// was looked at. The sieve tells of the record's bytes whether it may be one of the [`SOURCES`](crate::source::SOURCES), whose
    /// fields are not where their names say.
    pub(super) fn deliver_looked_at(
        &mut self,
        look: Look<'_>,
        json: LazyJson<'_>,
        (sieve, found, bytes): (&Sieve, &mut Found, &[u8]),
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let record = JsonRecord::new(json);
        match look {
            Look::Unwanted => return,
            Look::Wanted(kind) => {
                if let Some(kind) = self.documents.wanted.get(kind) {
                    consumer.event(kind.number, &Placed::new(&record, place));
                }
                return;
            }
            Look::Beat(kind) => {
                if let Some(known) = self.beat_kinds.get(kind) {
                    deliver_beat(&mut self.beats, *known, json, place, consumer);
                }
                return;
            }
            Look::New(Some(Glance::Document)) => {
                if let Some(number) = self.documents.kind(&self.key, record, consumer) {
                    consumer.event(number, &Placed::new(&record, place));
                }
                return;
            }
            // Neither a document that is wanted nor a record of a source.
            Look::New(Some(Glance::Other))
                if !found.is_sourced()
                    && self.documents.kind(&self.key, record, consumer).is_none()
                    && !sieve.may_be_sourced(bytes, found) =>
            {
                return;
            }
            Look::New(Some(Glance::Beat(beat))) => {
                if let Some(known) = self.beat_kind(&beat, json, consumer) {
                    deliver_beat(&mut self.beats, known, json, place, consumer);
                    return;
                }
            }
            Look::New(Some(Glance::Other) | None) => {}
        }
        self.deliver_whole(json, place, consumer);
    }

    /// The same without the look.
    pub(super) fn deliver_whole(
        &mut self,
        json: LazyJson<'_>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let shape = Shape::among(json, &mut self.claims);
        self.deliver(shape, place, consumer);
    }

    /// The kind of what Winlogbeat writes, and the consumer's number for those that say the same in the fields of the key, which
    /// the last look told; `None` beyond the limits.
    fn beat_kind(
        &mut self,
        beat: &Beat<'_>,
        json: LazyJson<'_>,
        consumer: &mut dyn Consumer,
    ) -> Option<KnownBeat> {
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
        let told = KIND_FIELDS.into_iter().map(Field::new);
        let known = told
            .filter(|field| DECIDING.contains(&field.name()) || kind.is_left_to_carrier(*field))
            .map(|field| (field, event.all(field)))
            .collect();
        let wanted = self.beats.wanted(index).and_then(|_| {
            consumer.kind(&BeatKind {
                name: identity("beat", &self.key),
                kind,
                known,
            })
        });
        let known = KnownBeat {
            index,
            wanted,
            peeks: Tally::default(),
        };
        let of_key = self.beat_places.entry(self.key.as_slice().into());
        of_key.or_insert(self.beat_kinds.len());
        self.beat_kinds.push(known);
        Some(known)
    }

    /// Hands a record on, if the consumer wants its kind.
    fn deliver(&mut self, shape: Shape<'_>, place: &Place, consumer: &mut dyn Consumer) {
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
            Shape::Source(claim, json) => {
                let mut record = Record::json(json, &UTC);
                let asked = self.sources.ask(claim, &record, false, consumer);
                if asked.is_wanted() {
                    record.stamp = claim.source.stamp(&record);
                    asked.deliver(&record, None, place, consumer);
                }
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

/// Hands on what Winlogbeat writes, if the consumer wants its kind.
fn deliver_beat(
    beats: &mut Kinds,
    known: KnownBeat,
    json: LazyJson<'_>,
    place: &Place,
    consumer: &mut dyn Consumer,
) {
    if let Some(number) = known.wanted {
        let event = WindowsJson::winlogbeat(json);
        beats.deliver_wanted((known.index, number), &event, place, consumer);
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
            Some(claim) => self.sources.deliver(claim, &record, None, place, consumer),
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
        let Self {
            sources,
            index,
            journal,
            ..
        } = self;
        let time = || line.time.as_ref().and_then(|time| parse_iso(time));
        let beside = line.is_ecs.then_some(&line.around as &dyn Event);
        route_carried(
            (&line.text, line.sourced),
            time,
            &UTC,
            index,
            &mut |carried| match carried {
                Carried::Of(claim, record) => {
                    let asked = sources.ask(claim, record, beside.is_some(), consumer);
                    if asked.is_wanted() {
                        stamp_carried(claim.source, time(), record);
                        asked.deliver(record, beside, place, consumer);
                    }
                }
                Carried::Auth(event) => journal.deliver(event, place, consumer),
            },
        )
    }
}

/// The kinds of ECS documents.
struct Documents {
    fields: [Field; KIND_FIELDS.len()],
    /// The places among those that are wanted; `None` for kinds that nobody wants.
    kinds: HashMap<Box<[u8]>, Option<usize>>,
    /// The same by the members that told the kind, as they stood: spares taking these apart where they do not differ from
    /// record to record.
    seen: HashMap<Box<[u8]>, Seen, RandomState>,
    without: Vec<WithoutCategory>,
    wanted: Vec<WantedKind>,
    /// The kind of documents beyond the limits.
    any: Option<Option<u32>>,
    key: Vec<u8>,
}

/// What the members that tell a document's kind have told.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// Nobody wants its kind.
    Unwanted,
    /// Its place among the kinds that are wanted.
    Wanted(usize),
    /// It has no category: its place among those.
    WithoutCategory(usize),
}

/// What documents without a category have in common whose members that tell a kind stand alike.
#[derive(Debug)]
struct WithoutCategory {
    /// The key of their kind.
    key: Box<[u8]>,
    /// The last of them that Winlogbeat wrote: what tells its kind, and its place among those.
    beat: Option<(KeptBeat, usize)>,
}

/// A kind of ECS documents that is wanted.
#[derive(Debug)]
struct WantedKind {
    number: u32,
    /// How many were met, while that matters.
    met: u32,
    traces: Option<Arc<Traces>>,
    /// The consumer takes something of every one at a peek.
    takes_all: bool,
    /// How many the search for traces spared, and how many a peek.
    traced: Tally,
    peeks: Tally,
    /// The same of those that show no traces and are peeked at all the same.
    takes: Tally,
}

/// How many of a kind's events were looked at in some way, of the last ones, and how many of them need not be taken apart.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    made: u32,
    spared: u32,
}

impl Tally {
    /// So many are made before they are judged.
    const FIRST: u32 = 64;
    /// Of more than this only half are counted on.
    const MOST: u32 = 1024;

    /// Is one more worth its while? A look costs a quarter of what it may spare.
    fn is_worth(&self) -> bool {
        self.made < Self::FIRST || self.spared >= self.made / 4
    }

    /// Do few events have to be taken apart?
    fn spares_most(&self) -> bool {
        self.made >= Self::FIRST && self.spared >= self.made / 4 * 3
    }

    fn note(&mut self, matters: bool) {
        if self.made == Self::MOST {
            self.made /= 2;
            self.spared /= 2;
        }
        self.made += 1;
        self.spared += u32::from(!matters);
    }
}

/// A kind of fewer documents than this is not worth a search.
const MANY_DOCUMENTS: u32 = 16;

impl WantedKind {
    fn new(number: u32) -> Self {
        Self {
            number,
            met: 0,
            traces: None,
            takes_all: false,
            traced: Tally::default(),
            peeks: Tally::default(),
            takes: Tally::default(),
        }
    }

    fn may_matter(
        &mut self,
        record: Skimmed<'_, '_>,
        paths: &Paths,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) -> bool {
        if self.met < MANY_DOCUMENTS {
            self.met += 1;
            if self.met == MANY_DOCUMENTS {
                self.traces = consumer.traces(self.number);
                self.takes_all = consumer.takes_all(self.number);
            }
            return true;
        }
        // Traces that most events show are not worth a search if a peek tells more.
        let search = self.traced.spares_most() || !self.peeks.spares_most();
        let shown = !search || self.shows_traces(record);
        let (wanted, tally) = match (shown, self.takes_all) {
            (false, false) => return false,
            (false, true) => (false, &mut self.takes),
            (true, _) => (true, &mut self.peeks),
        };
        if !tally.is_worth() {
            return true;
        }
        let peek = Peek::new(record, paths);
        let is_sure = || !peek.is_unsure();
        let looked = crate::Peek::new(wanted, &is_sure);
        let peeked = consumer.peek(self.number, &Placed::new(&peek, place), &looked);
        let matters = peeked == Peeked::Wanted;
        tally.note(matters);
        matters
    }

    fn shows_traces(&mut self, record: Skimmed<'_, '_>) -> bool {
        let Some(traces) = &self.traces else {
            return true;
        };
        let shown = traces.are_in(record);
        self.traced.note(shown);
        shown
    }
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
    /// The fields that decide in which index an event lies, as carriers add to what the mapping sets, and others that the look
    /// has told and the mapping does not set.
    known: Vec<(Field, Vec<Value<'static>>)>,
}

impl Known for BeatKind<'_> {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        match self.known.iter().find(|(known, _)| *known == field) {
            Some((_, values)) => Some(values.as_slice()),
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
            seen: HashMap::default(),
            without: Vec::new(),
            wanted: Vec::new(),
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
            return wanted.map(|place| self.wanted[place].number);
        }
        if self.kinds.len() == MOST_KINDS || key.len() > MOST_BYTES {
            return *self.any.get_or_insert_with(|| consumer.kind(&NothingKnown));
        }
        let known = self.fields.map(|field| (field, record.all(field)));
        let wanted = consumer.kind(&DocumentKind {
            name: identity("document", key),
            known: known.into(),
        });
        let place = wanted.map(|number| {
            self.wanted.push(WantedKind::new(number));
            self.wanted.len() - 1
        });
        self.kinds.insert(key.into(), place);
        wanted
    }

    /// What a document with a category is, by its key; what its members say that stood like this is remembered.
    fn look(&mut self, key: &[u8], raw: Option<&[u8]>) -> Look<'static> {
        let (seen, look) = match self.kinds.get(key) {
            None => return Look::New(Some(Glance::Document)),
            Some(None) => (Seen::Unwanted, Look::Unwanted),
            Some(Some(place)) => (Seen::Wanted(*place), Look::Wanted(*place)),
        };
        if let Some(raw) = raw {
            self.see(raw, seen);
        }
        look
    }

    /// Remembers that members that stood like this have told of no category.
    fn see_without_category(&mut self, key: &[u8], raw: Option<&[u8]>) {
        if let Some(raw) = raw
            && self.see(raw, Seen::WithoutCategory(self.without.len()))
        {
            self.without.push(WithoutCategory {
                key: key.into(),
                beat: None,
            });
        }
    }

    /// Remembers what members that stood like this have told. Says whether there was room for it.
    fn see(&mut self, raw: &[u8], seen: Seen) -> bool {
        let has_room = self.seen.len() < MOST_KINDS && raw.len() <= MOST_RAW_BYTES;
        if has_room {
            self.seen.insert(raw.into(), seen);
        }
        has_room
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
