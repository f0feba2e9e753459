//! One record, read as far as somebody asks.

use std::cell::{Cell, OnceCell};
use std::fmt;

use super::bytes::slice_at;
use super::damage::{Damage, Reason};
use super::fields::{Fields, FieldsIn, Pair, data_of_tree};
use super::layout::{DataKind, EventLayout, Part, Section, Slot, Source, SystemField};
use super::state::{Key, OriginId, State};
use super::text::Utf16;
use super::token::{Token, Tokens, Values, push_pieces};
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
    pub(super) chunk_offset: u64,
    pub(super) offset: u32,
    pub(super) size: u32,
    pub(super) id: u64,
    pub(super) written: u64,
    key: Key,
    /// The number that the layout had when it was last looked for.
    layout: u32,
    /// Whether the layout has the answers. If not, the tree does.
    regular: bool,
    values: Values<'a>,
    data: Cell<Option<Place<'a>>>,
    damage: Cell<Option<Reason>>,
    tree: OnceCell<Option<Box<Element<'a>>>>,
}

/// Where an event's own data are.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// There are none.
    Nowhere,
    /// In fields that were learnt.
    Fields(FieldPlace<'a>),
    /// Only the tree knows.
    Tree,
}

/// Fields that were learnt, and the values that go into them.
#[derive(Clone, Copy)]
pub(super) struct FieldPlace<'a> {
    pub kind: DataKind,
    /// The name of the element around the fields.
    pub container: Option<u32>,
    /// The range of learnt fields.
    pub range: (u32, u32),
    /// The generation of layouts in which the range holds.
    pub generation: u32,
    pub values: Values<'a>,
}

impl<'a> RecordRef<'a> {
    /// A record whose frame was checked.
    #[inline]
    pub(super) fn open(
        chunk: &'a [u8],
        state: &'a State,
        chunk_offset: u64,
        (offset, size): (u32, u32),
        (id, written): (u64, u64),
    ) -> Result<Self, Reason> {
        let start = (offset + RECORD_HEADER) as usize;
        let end = offset + size - 4;
        let mut tokens = Tokens::new(chunk, start, end as usize, false);
        // Nearly every record starts like this.
        let (key, values) = if tokens.skip_instance_start() {
            let instance = tokens.take_instance()?;
            (Key::template(instance.definition), instance.values)
        } else {
            open_root(&mut tokens)?
        };
        let (layout, regular) = if key == Key::EMPTY {
            (0, false)
        } else {
            state.event(chunk, key, end, |layout, event| (layout, event.regular))?
        };
        Ok(Self {
            chunk,
            state,
            chunk_offset,
            offset,
            size,
            id,
            written,
            key,
            layout,
            regular,
            values,
            data: Cell::new(None),
            damage: Cell::new(None),
            tree: OnceCell::new(),
        })
    }

    /// The record's id in this log, from the record's header. Ids are unique in an intact log and need not be in order.
    #[inline]
    #[must_use]
    pub fn record_id(&self) -> u64 {
        self.id
    }

    /// When the record was written into this log, as FILETIME, from the record's header.
    #[inline]
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Where the record starts in the file.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.chunk_offset + u64::from(self.offset)
    }

    /// How many bytes the record takes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// A value of the `System` element; null when the event has none there.
    #[inline]
    #[must_use]
    pub fn system(&self, field: SystemField) -> Value<'a> {
        if !self.regular {
            return self.system_of_tree(field);
        }
        let look = |_, event: &EventLayout| event.system[field as usize];
        let known = self.state.known_event(self.layout, self.key, look);
        let slot = known.map_or_else(
            || self.state.event(self.chunk, self.key, self.end(), look),
            Ok,
        );
        match slot {
            Ok(slot) => self.resolve(slot, &self.values),
            Err(reason) => self.note(reason),
        }
    }

    /// The event id: `4624`. It is a number also where the log holds it as text.
    #[inline]
    #[must_use]
    pub fn event_id(&self) -> Option<u32> {
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
            .unwrap_or(self.written)
    }

    /// A number for provider and channel, to index what was decided for both: the same number from one
    /// [`ChunkParser`](super::ChunkParser) means the same names. `None` when there are more of them than any real log
    /// has; then compare the names.
    #[must_use]
    pub fn origin(&self) -> Option<OriginId> {
        if self.regular
            && let Some(known) = self.state.known_origin(self.key)
        {
            return Some(known);
        }
        let origin = self.state.origin(&self.provider(), &self.channel())?;
        let is_literal = |field: SystemField| {
            let look = |_, event: &EventLayout| {
                matches!(event.system[field as usize].source, Source::Text { .. })
            };
            self.state.event(self.chunk, self.key, self.end(), look) == Ok(true)
        };
        if self.regular && is_literal(SystemField::ProviderName) && is_literal(SystemField::Channel)
        {
            self.state.keep_origin(self.key, origin);
        }
        Some(origin)
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
        let tree = self.tree.get_or_init(|| match self.build() {
            Ok(tree) => Some(Box::new(tree)),
            Err(reason) => {
                self.note(reason);
                None
            }
        });
        tree.as_deref()
            .ok_or_else(|| self.damage().unwrap_or(self.damage_for(Reason::Truncated)))
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
            record_id: Some(self.id),
            skipped: 0,
            reason,
        }
    }

    /// Where the record's content ends in the chunk.
    fn end(&self) -> u32 {
        self.offset + self.size - 4
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
                .map(|bytes| Value::String(Utf16::new(bytes)))
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
        let start = (self.offset + RECORD_HEADER) as usize;
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

    /// Finds the event's own data, once.
    pub(super) fn place(&self) -> Place<'a> {
        match self.data.get() {
            Some(Place::Fields(fields)) if fields.generation != self.state.generation() => {}
            Some(place) => return place,
            None => {}
        }
        let place = self.find_place().unwrap_or_else(|reason| {
            self.note(reason);
            Place::Nowhere
        });
        self.data.set(Some(place));
        place
    }

    fn find_place(&self) -> Result<Place<'a>, Reason> {
        if self.key == Key::EMPTY {
            return Ok(Place::Nowhere);
        }
        if !self.regular {
            return Ok(Place::Tree);
        }
        for number in 0.. {
            match self.state.part(self.chunk, self.key, self.end(), number)? {
                None => break,
                Some(Part::Other) => return Ok(Place::Tree),
                Some(Part::Section(section)) => {
                    if section.kind.is_none() || self.values.leaves_out(section.dependency) {
                        continue;
                    }
                    return self.place_of_section(&section, &self.values);
                }
                Some(Part::Splice(index)) => {
                    if let Some(place) = self.place_of_splice(index, &self.values)? {
                        return Ok(place);
                    }
                }
            }
        }
        Ok(Place::Nowhere)
    }

    fn place_of_section(
        &self,
        section: &Section,
        values: &Values<'a>,
    ) -> Result<Place<'a>, Reason> {
        let Some(kind) = section.kind else {
            return Ok(Place::Tree);
        };
        if !section.regular {
            return Ok(Place::Tree);
        }
        let spliced = section
            .splice
            .and_then(|index| values.place(index))
            .filter(|(value_type, _, size)| *value_type != kind::NULL && *size > 0);
        let Some((value_type, start, size)) = spliced else {
            return Ok(match section.container {
                None => Place::Nowhere,
                Some(_) => self.learnt(kind, section, *values),
            });
        };
        if kind == DataKind::EventData || value_type != kind::BINXML || section.container.is_some()
        {
            return Ok(Place::Tree);
        }
        // UserData whose one element is the root of a template of its own.
        let Some((key, inner, _)) = self.nested_root(start, size)? else {
            return Ok(Place::Tree);
        };
        let end = (start + size) as u32;
        Ok(match self.state.section(self.chunk, key, end)? {
            Some(container)
                if container.regular
                    && container.splice.is_none()
                    && container.container.is_some() =>
            {
                self.learnt(kind, &container, inner)
            }
            _ => Place::Tree,
        })
    }

    fn place_of_splice(
        &self,
        index: u16,
        values: &Values<'a>,
    ) -> Result<Option<Place<'a>>, Reason> {
        let Some((value_type, start, size)) = values.place(index) else {
            return Ok(None);
        };
        if value_type != kind::BINXML || size == 0 {
            return Ok(None);
        }
        let Some((key, inner, _)) = self.nested_root(start, size)? else {
            return Ok(Some(Place::Tree));
        };
        let end = (start + size) as u32;
        match self.state.section(self.chunk, key, end)? {
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
        size: usize,
    ) -> Result<Option<(Key, Values<'a>, Option<usize>)>, Reason> {
        let mut tokens = Tokens::new(self.chunk, start, start + size, false);
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

    fn learnt(&self, kind: DataKind, section: &Section, values: Values<'a>) -> Place<'a> {
        Place::Fields(FieldPlace {
            kind,
            container: section.container,
            range: section.fields,
            generation: self.state.generation(),
            values,
        })
    }

    /// Whether there may be elements besides `System`, `EventData` and `UserData`.
    fn has_other_sections(&self) -> bool {
        if !self.regular {
            return self.key != Key::EMPTY;
        }
        for number in 0.. {
            let splice = match self.state.part(self.chunk, self.key, self.end(), number) {
                Ok(None) | Err(_) => return false,
                Ok(Some(Part::Other)) => return true,
                Ok(Some(Part::Section(section))) if section.kind.is_none() => return true,
                Ok(Some(Part::Section(_))) => continue,
                Ok(Some(Part::Splice(index))) => index,
            };
            let Some((kind::BINXML, start, size)) = self.values.place(splice) else {
                continue;
            };
            match self.nested_root(start, size) {
                Ok(Some((key, _, Some(after)))) => {
                    let mut rest = Tokens::new(self.chunk, after, start + size, false);
                    let section = self.state.section(self.chunk, key, (start + size) as u32);
                    let is_data = matches!(section, Ok(Some(Section { kind: Some(_), .. })));
                    if !is_data || !matches!(rest.next(), Ok(Token::End)) {
                        return true;
                    }
                }
                _ => return true,
            }
        }
        false
    }
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordRef")
            .field("record_id", &self.id)
            .field("offset", &self.offset())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// The key and values of a record that does not start like most.
#[cold]
fn open_root<'a>(tokens: &mut Tokens<'a>) -> Result<(Key, Values<'a>), Reason> {
    loop {
        let at = tokens.position() as u32;
        return match tokens.next()? {
            Token::FragmentHeader => continue,
            Token::Instance(instance) => Ok((Key::template(instance.definition), instance.values)),
            Token::OpenElement { .. } => Ok((Key::in_place(at), Values::default())),
            Token::End => Ok((Key::EMPTY, Values::default())),
            _ => Err(tokens.unexpected(at)),
        };
    }
}
