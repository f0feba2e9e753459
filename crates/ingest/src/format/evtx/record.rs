//! One record, read as far as somebody asks.

use std::cell::{Cell, OnceCell};
use std::fmt;

use super::bytes::slice_at;
use super::damage::{Damage, Reason};
use super::fields::{Fields, FieldsIn, Pair, data_of_tree};
use super::layout::{DataKind, EventLayout, Part, Section, Slot, Source, SystemField};
use super::state::{Key, OriginId, State};
use super::text::Utf16;
use super::token::{NO_DEPENDENCY, Token, Tokens, Values, ValuesAt, push_pieces};
use super::tree::{Builder, Element, Node, value_of};
use super::value::{Value, kind};

/// Bytes of a record's header.
pub(super) const RECORD_HEADER: u32 = 24;
/// Bytes of a record besides its content: the header and the copy of its size at the end.
pub(super) const RECORD_FRAME: u32 = RECORD_HEADER + 4;

/// One record of a chunk.
///
/// Nothing but the record's frame is read before somebody asks for it. The accessors do not fail: what cannot be read
/// is null or absent, and [`RecordRef::damage`] then says why. Ask for it when done with the record.
pub struct RecordRef<'a> {
    pub(super) chunk: &'a [u8],
    pub(super) state: &'a State,
    /// Where the chunk starts in the file.
    chunk_offset: u64,
    frame: Frame,
    opened: Opened,
    damage: Cell<Option<Reason>>,
    tree: OnceCell<Result<Box<Element<'a>>, Reason>>,
}

/// What the frame of a record says.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// Where in the chunk the record starts.
    pub offset: u32,
    pub size: u32,
    pub id: u64,
    pub written: u64,
}

impl Frame {
    /// Where in the chunk the record's content ends.
    fn content_end(&self) -> u32 {
        self.offset + self.size - 4
    }
}

/// How a record's content starts.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    key: Key,
    /// The number that the layout had when it was last looked for.
    layout: u32,
    values: ValuesAt,
    /// Whether the layout has the answers. If not, the tree does.
    regular: bool,
}

/// Where an event's own data are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// There are none.
    Nowhere,
    /// In fields that were learnt.
    Fields(FieldPlace),
    /// Only the tree knows.
    Tree,
}

/// Fields that were learnt, and the values that go into them.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldPlace {
    pub kind: DataKind,
    /// The name of the element around the fields.
    pub container: Option<u32>,
    /// The range of learnt fields.
    pub range: (u32, u32),
    /// The generation of layouts in which the range holds.
    pub generation: u32,
    pub values: ValuesAt,
}

impl Opened {
    /// Reads how the content of the record with this frame starts.
    #[inline]
    pub(super) fn read(chunk: &[u8], state: &State, frame: &Frame) -> Result<Self, Reason> {
        let start = (frame.offset + RECORD_HEADER) as usize;
        let end = frame.content_end();
        let mut tokens = Tokens::new(chunk, start, end as usize, false);
        // Nearly every record starts like this.
        if !tokens.skip_instance_start() {
            return Self::read_other(chunk, state, &mut tokens);
        }
        let instance = tokens.take_instance()?;
        let key = Key::template(instance.definition);
        let look = |layout, event: &EventLayout| (layout, event.regular);
        let (layout, regular) = state.event(chunk, key, end, look)?;
        Ok(Self {
            key,
            layout,
            values: instance.values.at(),
            regular,
        })
    }

    #[cold]
    fn read_other(chunk: &[u8], state: &State, tokens: &mut Tokens<'_>) -> Result<Self, Reason> {
        let mut opened = Self {
            key: Key::EMPTY,
            layout: 0,
            values: ValuesAt::default(),
            regular: false,
        };
        loop {
            let at = tokens.position() as u32;
            match tokens.next()? {
                Token::FragmentHeader => continue,
                Token::Instance(instance) => {
                    opened.key = Key::template(instance.definition);
                    opened.values = instance.values.at();
                }
                Token::OpenElement { .. } => opened.key = Key::in_place(at),
                Token::End => return Ok(opened),
                _ => return Err(tokens.unexpected(at)),
            }
            break;
        }
        let look = |layout, event: &EventLayout| (layout, event.regular);
        (opened.layout, opened.regular) =
            state.event(chunk, opened.key, tokens.end() as u32, look)?;
        Ok(opened)
    }
}

impl<'a> RecordRef<'a> {
    /// A record whose content starts like this.
    #[inline(always)]
    pub(super) fn new(
        chunk: &'a [u8],
        state: &'a State,
        chunk_offset: u64,
        frame: Frame,
        opened: Opened,
    ) -> Self {
        Self {
            chunk,
            state,
            chunk_offset,
            frame,
            opened,
            damage: Cell::new(None),
            tree: OnceCell::new(),
        }
    }

    /// The record's id in this log, from the record's header. Ids are unique in an intact log and need not be in order.
    #[inline]
    #[must_use]
    pub fn record_id(&self) -> u64 {
        self.frame.id
    }

    /// When the record was written into this log, as FILETIME, from the record's header.
    #[inline]
    #[must_use]
    pub fn written(&self) -> u64 {
        self.frame.written
    }

    /// Where the record starts in the file.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.chunk_offset + u64::from(self.frame.offset)
    }

    /// How many bytes the record takes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> u32 {
        self.frame.size
    }

    /// A value of the `System` element; null when the event has none there.
    #[inline]
    #[must_use]
    pub fn system(&self, field: SystemField) -> Value<'a> {
        if !self.opened.regular {
            return self.system_of_tree(field);
        }
        let look = |_, event: &EventLayout| event.system[field as usize];
        let known = self
            .state
            .known_event(self.opened.layout, self.opened.key, look);
        let slot = known.map_or_else(
            || {
                self.state
                    .event(self.chunk, self.opened.key, self.end(), look)
            },
            Ok,
        );
        match slot {
            Ok(slot) => self.resolve(slot, &self.values(self.opened.values)),
            Err(reason) => self.note(reason),
        }
    }

    /// The event id: `4624`. It is a number also where the log holds it as text.
    #[inline]
    #[must_use]
    pub fn event_id(&self) -> Option<u32> {
        let look = |_, event: &EventLayout| event.system[SystemField::EventId as usize];
        if self.opened.regular
            && let Some(slot) = self
                .state
                .known_event(self.opened.layout, self.opened.key, look)
            && let Slot {
                source: Source::Substitution(index),
                dependency: NO_DEPENDENCY,
            } = slot
            && let Some(id) = self.values(self.opened.values).get_u16(index)
        {
            return Some(u32::from(id));
        }
        self.system(SystemField::EventId)
            .as_u64()
            .and_then(|id| u32::try_from(id).ok())
    }

    /// The provider's name: `Microsoft-Windows-Security-Auditing`.
    #[inline]
    #[must_use]
    pub fn provider(&self) -> Value<'a> {
        self.system(SystemField::ProviderName)
    }

    /// The channel: `Security`. In a log of forwarded events, the channel of the event's origin.
    #[inline]
    #[must_use]
    pub fn channel(&self) -> Value<'a> {
        self.system(SystemField::Channel)
    }

    /// The computer on which the event happened.
    #[inline]
    #[must_use]
    pub fn computer(&self) -> Value<'a> {
        self.system(SystemField::Computer)
    }

    /// When the event happened, as FILETIME: `TimeCreated`, or when the record was written if that is missing.
    #[inline]
    #[must_use]
    pub fn time(&self) -> u64 {
        self.system(SystemField::TimeCreated)
            .as_filetime()
            .unwrap_or(self.frame.written)
    }

    /// A number for provider and channel, to index what was decided for both: the same number from one
    /// [`ChunkParser`](super::ChunkParser) means the same names. `None` when there are more of them than any real log
    /// has; then compare the names.
    #[must_use]
    pub fn origin(&self) -> Option<OriginId> {
        let look = |_, event: &EventLayout| {
            let slot = |field: SystemField| event.system[field as usize];
            (slot(SystemField::ProviderName), slot(SystemField::Channel))
        };
        let slots = self
            .state
            .known_event(self.opened.layout, self.opened.key, look);
        if self.opened.regular
            && let Some((provider, channel)) = slots
            && let (Some(provider), Some(channel)) = (self.raw(provider), self.raw(channel))
        {
            return self.state.origin(provider, channel);
        }
        self.state.origin_of_text(&self.provider(), &self.channel())
    }

    /// The bytes of a text in `System`, if they lie in the chunk; what follows a NUL is still part of them.
    #[inline]
    fn raw(&self, slot: Slot) -> Option<&'a [u8]> {
        match slot.source {
            Source::Text { start, length } if slot.dependency == NO_DEPENDENCY => {
                slice_at(self.chunk, start as usize, length as usize)
            }
            Source::Substitution(index) if slot.dependency == NO_DEPENDENCY => {
                let value = self.values(self.opened.values).get(index);
                match value {
                    Ok(Some((kind::STRING, bytes))) => Some(bytes),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The value of the field of `EventData` with this name; the first one if there are several, and its first item if
    /// it is an array. Fields without a name are called `param1`, `param2`... by their position, as Winlogbeat does.
    #[must_use]
    pub fn data(&self, name: &str) -> Option<Value<'a>> {
        self.fields()
            .filter(|fields| fields.kind() == DataKind::EventData)?
            .get(name)
    }

    /// Calls `visit` with each field of `EventData`, in order; arrays give a field for each item.
    pub fn for_each_data(&self, visit: impl FnMut(Pair<'a>)) {
        if let Some(fields) = self
            .fields()
            .filter(|fields| fields.kind() == DataKind::EventData)
        {
            fields.for_each(visit);
        }
    }

    /// The event's `UserData`, if it has some.
    #[must_use]
    pub fn user_data(&self) -> Option<Fields<'_, 'a>> {
        self.fields()
            .filter(|fields| fields.kind() == DataKind::UserData)
    }

    /// The event's own data: `EventData` or `UserData`, whichever it has.
    #[must_use]
    pub fn fields(&self) -> Option<Fields<'_, 'a>> {
        match self.place() {
            Place::Nowhere => None,
            Place::Fields(fields) => Some(Fields {
                record: self,
                place: FieldsIn::Learnt(fields),
            }),
            Place::Tree => {
                let event = self.tree().ok()?;
                let (kind, container) = event.elements().find_map(data_of_tree)?;
                Some(Fields {
                    record: self,
                    place: FieldsIn::Tree(kind, container),
                })
            }
        }
    }

    /// The element that Windows or the forwarding host added with the rendered message and the names of level, task,
    /// opcode and keywords: `RenderingInfo`.
    #[must_use]
    pub fn rendering_info(&self) -> Option<&Element<'a>> {
        self.section("RenderingInfo")
    }

    /// An element of the event besides `System`, `EventData` and `UserData`, such as `ProcessingErrorData`.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Element<'a>> {
        if !self.has_other_sections() {
            return None;
        }
        self.tree().ok()?.element(name)
    }

    /// The whole event as a tree. Built when first asked for.
    pub fn tree(&self) -> Result<&Element<'a>, Damage> {
        match self.tree.get_or_init(|| self.build().map(Box::new)) {
            Ok(tree) => Ok(tree),
            Err(reason) => {
                self.note(*reason);
                Err(self.damage_for(*reason))
            }
        }
    }

    /// What could not be read of the record so far.
    #[must_use]
    pub fn damage(&self) -> Option<Damage> {
        self.damage.get().map(|reason| self.damage_for(reason))
    }

    /// Reads everything in the record, so that [`RecordRef::damage`] covers all of it.
    pub fn check(&self) -> Result<(), Damage> {
        if let Err(reason) = self.check_content() {
            self.note(reason);
        }
        self.damage().map_or(Ok(()), Err)
    }

    /// Reads everything in a record for which no checksum vouches. The record keeps what it finds; it is handed out for
    /// what can be read of it.
    pub(super) fn check_suspect(&self) {
        match self.build() {
            Err(reason) => {
                self.note(reason);
            }
            // Overwritten flash and disk areas are full of ones, which no text has in it.
            Ok(tree) if tree.has_text_of_ones() => {
                self.note(Reason::Text);
            }
            Ok(_) => {}
        }
    }

    /// Reads everything between the record's header and its end.
    pub(super) fn check_content(&self) -> Result<(), Reason> {
        self.build().map(drop)
    }

    /// Remembers the first damage.
    pub(super) fn note(&self, reason: Reason) -> Value<'a> {
        if self.damage.get().is_none() {
            self.damage.set(Some(reason));
        }
        Value::Null
    }

    fn damage_for(&self, reason: Reason) -> Damage {
        Damage {
            offset: self.offset(),
            record_id: Some(self.frame.id),
            skipped: 0,
            reason,
        }
    }

    /// Where the record's content ends in the chunk.
    fn end(&self) -> u32 {
        self.frame.content_end()
    }

    #[inline]
    fn resolve(&self, slot: Slot, values: &Values<'a>) -> Value<'a> {
        if values.leaves_out(slot.dependency) {
            return Value::Null;
        }
        self.source(slot.source, values)
    }

    #[inline]
    pub(super) fn source(&self, source: Source, values: &Values<'a>) -> Value<'a> {
        let value = match source {
            Source::Absent => Ok(Value::Null),
            Source::Substitution(index) => values.decode(index),
            Source::Text { start, length } => slice_at(self.chunk, start as usize, length as usize)
                .map(|bytes| Value::String(Utf16::until_nul(bytes)))
                .ok_or(Reason::Truncated),
            Source::Pieces {
                start,
                end,
                in_template,
            } => {
                let tokens = Tokens::new(self.chunk, start as usize, end as usize, in_template);
                let mut text = String::new();
                push_pieces(tokens, values, &mut text)
                    .and_then(|()| self.state.keep_text(text))
                    .map(Value::Text)
            }
        };
        value.unwrap_or_else(|reason| self.note(reason))
    }

    fn build(&self) -> Result<Element<'a>, Reason> {
        let start = (self.frame.offset + RECORD_HEADER) as usize;
        let mut tokens = Tokens::new(self.chunk, start, self.end() as usize, false);
        let mut nodes = Vec::new();
        Builder::new(self.chunk, self.state).fragment(&mut tokens, 0, &mut nodes)?;
        let root = nodes.into_iter().find_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        });
        // A record without content is an event about which nothing is known.
        Ok(root.unwrap_or(Element {
            name: Utf16::new(b"E\0v\0e\0n\0t\0"),
            attributes: Vec::new(),
            children: Vec::new(),
        }))
    }

    fn system_of_tree(&self, field: SystemField) -> Value<'a> {
        let Ok(event) = self.tree() else {
            return Value::Null;
        };
        let (element, attribute) = field.path();
        let Some(element) = event
            .element("System")
            .and_then(|system| system.element(element))
        else {
            return Value::Null;
        };
        let nodes = match attribute {
            None => &element.children,
            Some(name) => {
                let mut attributes = element.attributes.iter();
                match attributes.find(|attribute| attribute.name.eq_str(name)) {
                    Some(attribute) => &attribute.value,
                    None => return Value::Null,
                }
            }
        };
        self.value_of(nodes)
    }

    fn value_of(&self, nodes: &[Node<'a>]) -> Value<'a> {
        value_of(nodes, self.state).unwrap_or_else(|reason| self.note(reason))
    }

    pub(super) fn pair_of_tree(&self, element: &Element<'a>, index: usize) -> Pair<'a> {
        let mut attributes = element.attributes.iter();
        let name = attributes.find(|attribute| attribute.name.eq_str("Name"));
        Pair {
            index,
            element: element.name,
            name: name.map_or(Value::Null, |name| self.value_of(&name.value)),
            value: self.value_of(&element.children),
            nested: element.elements().next().is_some(),
        }
    }

    /// The values with this table.
    #[inline]
    pub(super) fn values(&self, at: ValuesAt) -> Values<'a> {
        Values::new(self.chunk, at)
    }

    /// Finds the event's own data. The last answer is kept, since several fields of one record are asked for in a row.
    #[inline]
    pub(super) fn place(&self) -> Place {
        if let Some(place) = self.state.known_place(self.frame.offset) {
            return place;
        }
        self.look_for_place()
    }

    fn look_for_place(&self) -> Place {
        let place = self.find_place().unwrap_or_else(|reason| {
            self.note(reason);
            Place::Nowhere
        });
        self.state.keep_place(self.frame.offset, place);
        place
    }

    fn find_place(&self) -> Result<Place, Reason> {
        if self.opened.key == Key::EMPTY {
            return Ok(Place::Nowhere);
        }
        if !self.opened.regular {
            return Ok(Place::Tree);
        }
        let values = self.values(self.opened.values);
        for number in 0.. {
            match self
                .state
                .part(self.chunk, self.opened.key, self.end(), number)?
            {
                None => break,
                Some(Part::Other) => return Ok(Place::Tree),
                Some(Part::Section(section)) => {
                    if section.kind.is_none() || values.leaves_out(section.dependency) {
                        continue;
                    }
                    return self.place_of_section(&section, &values);
                }
                Some(Part::Splice(index)) => {
                    if let Some(place) = self.place_of_splice(index, &values)? {
                        return Ok(place);
                    }
                }
            }
        }
        Ok(Place::Nowhere)
    }

    fn place_of_section(&self, section: &Section, values: &Values<'a>) -> Result<Place, Reason> {
        let Some(kind) = section.kind else {
            return Ok(Place::Tree);
        };
        if !section.regular {
            return Ok(Place::Tree);
        }
        let spliced = section
            .splice
            .map(|index| values.place(index))
            .transpose()?
            .flatten()
            .filter(|(value_type, start, end)| *value_type != kind::NULL && start < end);
        let Some((value_type, start, end)) = spliced else {
            return Ok(match section.container {
                None => Place::Nowhere,
                Some(_) => self.learnt(kind, section, values),
            });
        };
        if kind == DataKind::EventData || value_type != kind::BINXML || section.container.is_some()
        {
            return Ok(Place::Tree);
        }
        // UserData whose one element is the root of a template of its own.
        let Some((key, inner, _)) = self.nested_root(start, end)? else {
            return Ok(Place::Tree);
        };
        Ok(match self.state.section(self.chunk, key, end as u32)? {
            Some(container)
                if container.regular
                    && container.splice.is_none()
                    && container.container.is_some() =>
            {
                self.learnt(kind, &container, &inner)
            }
            _ => Place::Tree,
        })
    }

    fn place_of_splice(&self, index: u16, values: &Values<'a>) -> Result<Option<Place>, Reason> {
        let Some((value_type, start, end)) = values.place(index)? else {
            return Ok(None);
        };
        if value_type != kind::BINXML || start == end {
            return Ok(None);
        }
        let Some((key, inner, _)) = self.nested_root(start, end)? else {
            return Ok(Some(Place::Tree));
        };
        match self.state.section(self.chunk, key, end as u32)? {
            Some(section) if section.kind.is_some() => {
                self.place_of_section(&section, &inner).map(Some)
            }
            _ => Ok(Some(Place::Tree)),
        }
    }

    /// The first root of the XML in a value: its layout's key, its values, and where it ends (if that is known without
    /// reading it).
    fn nested_root(
        &self,
        start: usize,
        end: usize,
    ) -> Result<Option<(Key, Values<'a>, Option<usize>)>, Reason> {
        let mut tokens = Tokens::new(self.chunk, start, end, false);
        loop {
            let at = tokens.position() as u32;
            return Ok(match tokens.next()? {
                Token::FragmentHeader => continue,
                Token::Instance(instance) => Some((
                    Key::template(instance.definition),
                    instance.values,
                    Some(tokens.position()),
                )),
                Token::OpenElement { .. } => Some((Key::in_place(at), Values::default(), None)),
                _ => None,
            });
        }
    }

    fn learnt(&self, kind: DataKind, section: &Section, values: &Values<'a>) -> Place {
        Place::Fields(FieldPlace {
            kind,
            container: section.container,
            range: section.fields,
            generation: self.state.generation(),
            values: values.at(),
        })
    }

    /// Whether there may be elements besides `System`, `EventData` and `UserData`.
    fn has_other_sections(&self) -> bool {
        if !self.opened.regular {
            return self.opened.key != Key::EMPTY;
        }
        (0..)
            .map_while(|number| {
                let part = self
                    .state
                    .part(self.chunk, self.opened.key, self.end(), number);
                part.transpose()
            })
            .any(|part| match part {
                Ok(Part::Section(section)) => section.kind.is_none(),
                Ok(Part::Splice(index)) => self.splices_others(index).unwrap_or(true),
                // The tree tells what is wrong.
                Ok(Part::Other) | Err(_) => true,
            })
    }

    /// Whether the XML in a value may hold others than `EventData` and `UserData`.
    fn splices_others(&self, index: u16) -> Result<bool, Reason> {
        let place = self.values(self.opened.values).place(index)?;
        let Some((kind::BINXML, start, end)) = place.filter(|(_, start, end)| start < end) else {
            return Ok(false);
        };
        let Some((key, _, Some(after))) = self.nested_root(start, end)? else {
            return Ok(true);
        };
        let section = self.state.section(self.chunk, key, end as u32)?;
        let is_data = section.is_some_and(|section| section.kind.is_some());
        let rest = Tokens::new(self.chunk, after, end, false).next()?;
        Ok(!is_data || !matches!(rest, Token::End))
    }
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordRef")
            .field("record_id", &self.frame.id)
            .field("offset", &self.offset())
            .field("size", &self.frame.size)
            .finish_non_exhaustive()
    }
}
