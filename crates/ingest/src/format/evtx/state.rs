//! What a parser remembers: the layouts of the current chunk, and small numbers for names that come again and again.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::damage::Reason;
use super::layout::{EventLayout, Field, Part, Section, Source};
use super::learn::Learner;
use super::names::Names;
use super::record::Place;
use super::text::Utf16;
use super::token::{Tokens, name_at};
use super::value::Value;

/// Slots of the table from key to layout. A chunk has 10 to 100 layouts.
const SLOTS: usize = 512;
/// Layouts kept at a time; the rest of the slots keeps look-ups short.
const MAX_LAYOUTS: usize = 384;
/// Bytes of templates learnt per chunk before the chunk counts as hostile: 16 times what fits into one.
const LEARNING_BUDGET: usize = 1 << 20;
/// Nodes built per chunk before the chunk counts as hostile. All trees of a real chunk come to 50,000 or so.
const TREE_BUDGET: usize = 1 << 19;
/// Lists of names and pairs of names that get a number. A real log has some hundreds.
const MAX_NUMBERED: usize = 1 << 14;

/// What a layout is of: a template definition, or tokens in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u32);

/// No chunk reaches so far: marks tokens in place.
const IN_PLACE: u32 = 1 << 31;
/// Key of a record without content.
const EMPTY: u32 = u32::MAX;

impl Key {
    /// A record that has no content at all.
    pub(super) const EMPTY: Self = Self(EMPTY);

    /// The template defined at this offset.
    pub(super) fn template(definition: u32) -> Self {
        Self(definition & !IN_PLACE)
    }

    /// The tokens at this offset.
    pub(super) fn in_place(offset: u32) -> Self {
        Self(offset | IN_PLACE)
    }

    fn slot(self) -> usize {
        (self.0.wrapping_mul(0x9e37_79b1) >> 23) as usize % SLOTS
    }

    /// The tokens that the key stands for. Those in place end at `end` at the latest.
    fn tokens(self, chunk: &[u8], end: u32) -> Result<Tokens<'_>, Reason> {
        if self.0 & IN_PLACE == 0 {
            Tokens::of_definition(chunk, self.0)
        } else {
            let start = (self.0 & !IN_PLACE) as usize;
            Ok(Tokens::new(chunk, start, end as usize, false))
        }
    }
}

/// One layout, as far as it was asked for. What could not be learnt is not tried again: many records may need it.
#[derive(Debug)]
struct Layout {
    key: Key,
    event: Option<Result<EventLayout, Reason>>,
    /// A range of the parts.
    parts: Option<Result<(u32, u32), Reason>>,
    section: Option<Result<Option<Section>, Reason>>,
}

/// The layouts of the current chunk.
#[derive(Debug)]
pub(super) struct Layouts {
    /// From a key's hash to the number of its layout plus one, 0 for none.
    slots: Box<[u16; SLOTS]>,
    layouts: Vec<Layout>,
    parts: Vec<Part>,
    fields: Vec<Field>,
    names: Names,
    /// Counts how often the layouts were thrown away.
    generation: u32,
    learnt: usize,
}

impl Layouts {
    fn clear(&mut self) {
        self.slots.fill(0);
        self.layouts.clear();
        self.parts.clear();
        self.fields.clear();
        self.generation = self.generation.wrapping_add(1);
    }

    /// The number of the layout with this key, made if there is none.
    #[inline]
    fn find(&mut self, key: Key) -> usize {
        let mut slot = key.slot();
        // Ends: there are always fewer layouts than slots.
        while let Some(index) = usize::from(self.slots[slot]).checked_sub(1) {
            if self.layouts[index].key == key {
                return index;
            }
            slot = (slot + 1) % SLOTS;
        }
        self.add(key, slot)
    }

    #[cold]
    fn add(&mut self, key: Key, mut slot: usize) -> usize {
        if self.layouts.len() >= MAX_LAYOUTS {
            self.clear();
            slot = key.slot();
        }
        self.layouts.push(Layout {
            key,
            event: None,
            parts: None,
            section: None,
        });
        // At most MAX_LAYOUTS, which fits.
        self.slots[slot] = self.layouts.len() as u16;
        self.layouts.len() - 1
    }

    /// What learns from these tokens, if that is within the chunk's budget.
    fn learner<'c>(
        &mut self,
        chunk: &'c [u8],
        tokens: &Tokens<'_>,
    ) -> Result<Learner<'c, '_>, Reason> {
        self.learnt += tokens.end().saturating_sub(tokens.position());
        if self.learnt > LEARNING_BUDGET {
            return Err(Reason::Expansion);
        }
        Ok(Learner {
            chunk,
            names: &mut self.names,
            fields: &mut self.fields,
        })
    }

    #[cold]
    fn learn_event(&mut self, chunk: &[u8], key: Key, end: u32) -> Result<EventLayout, Reason> {
        let mut tokens = key.tokens(chunk, end)?;
        self.learner(chunk, &tokens)?.event(&mut tokens)
    }

    #[cold]
    fn learn_parts(&mut self, chunk: &[u8], mut tokens: Tokens<'_>) -> Result<(u32, u32), Reason> {
        let mut parts = std::mem::take(&mut self.parts);
        let first = parts.len() as u32;
        let learnt = self
            .learner(chunk, &tokens)
            .and_then(|mut learner| learner.parts(&mut tokens, &mut parts));
        self.parts = parts;
        learnt.map(|()| (first, self.parts.len() as u32))
    }

    #[cold]
    fn learn_section(
        &mut self,
        chunk: &[u8],
        key: Key,
        end: u32,
    ) -> Result<Option<Section>, Reason> {
        let mut tokens = key.tokens(chunk, end)?;
        self.learner(chunk, &tokens)?.root_section(&mut tokens)
    }
}

impl Default for Layouts {
    fn default() -> Self {
        Self {
            slots: Box::new([0; SLOTS]),
            layouts: Vec::new(),
            parts: Vec::new(),
            fields: Vec::new(),
            names: Names::default(),
            generation: 0,
            learnt: 0,
        }
    }
}

/// A number for the pair of provider and channel of a record: equal numbers of one parser mean equal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub u32);

/// A number for a list of field names: equal numbers of one parser mean the same names in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

/// Numbers for lists of byte strings.
#[derive(Debug, Default)]
struct Numbers {
    numbers: HashMap<Rc<[u8]>, u32>,
    lists: Vec<Rc<[u8]>>,
    scratch: Vec<u8>,
    last: u32,
}

impl Numbers {
    /// The number of the last list, if this is it.
    #[inline]
    fn last_if(&self, list: &[&[u8]]) -> Option<u32> {
        let last = self.lists.get(self.last as usize)?;
        is_list(last, list).then_some(self.last)
    }

    /// The number of a list.
    fn number(&mut self, list: &[&[u8]]) -> Option<u32> {
        if let Some(number) = self.last_if(list) {
            return Some(number);
        }
        self.scratch.clear();
        for item in list {
            self.scratch
                .extend_from_slice(&(item.len() as u32).to_le_bytes());
            self.scratch.extend_from_slice(item);
        }
        self.last = match self.numbers.get(self.scratch.as_slice()) {
            Some(number) => *number,
            None if self.lists.len() >= MAX_NUMBERED => return None,
            None => {
                let number = self.lists.len() as u32;
                let kept: Rc<[u8]> = self.scratch.as_slice().into();
                self.lists.push(Rc::clone(&kept));
                self.numbers.insert(kept, number);
                number
            }
        };
        Some(self.last)
    }
}

/// Whether `kept` is what was kept of `list`: for each item its length and its bytes, so that no two lists look alike.
fn is_list(mut kept: &[u8], list: &[&[u8]]) -> bool {
    list.iter().all(|item| {
        let Some((length, rest)) = kept.split_first_chunk::<4>() else {
            return false;
        };
        let Some((start, rest)) = rest.split_at_checked(item.len()) else {
            return false;
        };
        kept = rest;
        u32::from_le_bytes(*length) as usize == item.len() && start == *item
    }) && kept.is_empty()
}

/// Everything a parser remembers.
#[derive(Debug, Default)]
pub(super) struct State {
    layouts: RefCell<Layouts>,
    origins: RefCell<Numbers>,
    shapes: RefCell<Numbers>,
    nodes: Cell<usize>,
    texts: Texts,
    /// Offset of a record, and where its own data are.
    place: Cell<Option<(u32, Place)>>,
}

/// Texts put together for the current chunk. Each block is twice as long as the one before, and none ever moves, so that
/// a text can be handed out while more are added.
#[derive(Debug, Default)]
struct Texts {
    blocks: [OnceCell<Box<[OnceCell<String>]>>; TEXT_BLOCKS],
    count: Cell<usize>,
}

/// Blocks of texts: enough for 2^24 texts, more than the chunk's budget allows.
const TEXT_BLOCKS: usize = 24;

impl Texts {
    fn keep(&self, text: String) -> Option<&str> {
        let number = self.count.get() + 1;
        let block = number.ilog2() as usize;
        let cell = self.blocks.get(block)?;
        self.count.set(number);
        let texts = cell.get_or_init(|| (0..1_usize << block).map(|_| OnceCell::new()).collect());
        let slot = texts.get(number - (1 << block))?;
        Some(slot.get_or_init(|| text))
    }
}

impl State {
    /// Forgets what belongs to one chunk.
    pub(super) fn next_chunk(&mut self) {
        let layouts = self.layouts.get_mut();
        layouts.clear();
        layouts.names.clear();
        layouts.learnt = 0;
        self.nodes.set(0);
        self.place.set(None);
        if self.texts.count.get() > 0 {
            self.texts = Texts::default();
        }
    }

    /// Keeps a text for as long as the chunk is read.
    pub(super) fn keep_text(&self, text: String) -> Result<&str, Reason> {
        self.charge_nodes(1 + text.len() / 64)?;
        self.texts.keep(text).ok_or(Reason::Expansion)
    }

    /// Where the own data of the record at this offset are, if that was the last one looked at.
    #[inline]
    pub(super) fn known_place(&self, offset: u32) -> Option<Place> {
        let (record, place) = self.place.get()?;
        let is_current = match place {
            Place::Fields(fields) => fields.generation == self.generation(),
            _ => true,
        };
        (record == offset && is_current).then_some(place)
    }

    /// Keeps where the own data of the record at this offset are.
    pub(super) fn keep_place(&self, offset: u32, place: Place) {
        self.place.set(Some((offset, place)));
    }

    /// Looks at the layout of the event with this key, learning it first if need be. `look` is given the layout's number
    /// as well.
    #[inline]
    pub(super) fn event<T>(
        &self,
        chunk: &[u8],
        key: Key,
        end: u32,
        look: impl FnOnce(u32, &EventLayout) -> T,
    ) -> Result<T, Reason> {
        let layouts = &mut *self.layouts.borrow_mut();
        let index = layouts.find(key);
        if layouts.layouts[index].event.is_none() {
            let event = layouts.learn_event(chunk, key, end);
            layouts.layouts[index].event = Some(event);
        }
        match &layouts.layouts[index].event {
            Some(Ok(event)) => Ok(look(index as u32, event)),
            Some(Err(reason)) => Err(*reason),
            // It was learnt above.
            None => Err(Reason::Truncated),
        }
    }

    /// Looks at the layout with this number, if it still has this key.
    #[inline]
    pub(super) fn known_event<T>(
        &self,
        number: u32,
        key: Key,
        look: impl FnOnce(u32, &EventLayout) -> T,
    ) -> Option<T> {
        let layouts = self.layouts.borrow();
        let layout = layouts.layouts.get(number as usize)?;
        match &layout.event {
            Some(Ok(event)) if layout.key == key => Some(look(number, event)),
            _ => None,
        }
    }

    /// Part `number` after the `System` of the event with this key.
    pub(super) fn part(
        &self,
        chunk: &[u8],
        key: Key,
        end: u32,
        number: u32,
    ) -> Result<Option<Part>, Reason> {
        let tokens = self.event(chunk, key, end, |_, event| {
            let in_template = key.0 & IN_PLACE == 0;
            Tokens::new(chunk, event.rest as usize, event.end as usize, in_template)
        })?;
        let layouts = &mut *self.layouts.borrow_mut();
        let index = layouts.find(key);
        let (first, last) = match layouts.layouts[index].parts {
            Some(range) => range?,
            None => {
                let range = layouts.learn_parts(chunk, tokens);
                layouts.layouts[index].parts = Some(range);
                range?
            }
        };
        let wanted = first.saturating_add(number);
        Ok((wanted < last)
            .then(|| layouts.parts.get(wanted as usize).copied())
            .flatten())
    }

    /// The section that is the root of the tokens with this key.
    pub(super) fn section(
        &self,
        chunk: &[u8],
        key: Key,
        end: u32,
    ) -> Result<Option<Section>, Reason> {
        let layouts = &mut *self.layouts.borrow_mut();
        let index = layouts.find(key);
        if let Some(section) = layouts.layouts[index].section {
            return section;
        }
        let section = layouts.learn_section(chunk, key, end);
        layouts.layouts[index].section = Some(section);
        section
    }

    /// The current generation of fields: those of an older one are gone.
    pub(super) fn generation(&self) -> u32 {
        self.layouts.borrow().generation
    }

    /// A learnt field.
    #[inline]
    pub(super) fn field(&self, index: u32) -> Option<Field> {
        self.layouts.borrow().fields.get(index as usize).copied()
    }

    /// The first of the fields from `first` to `last` for which `wanted` holds, and its number.
    #[inline]
    pub(super) fn find_field(
        &self,
        (first, last): (u32, u32),
        mut wanted: impl FnMut(&Field) -> bool,
    ) -> Option<(u32, Field)> {
        let layouts = self.layouts.borrow();
        let fields = layouts.fields.get(first as usize..last as usize)?;
        let index = fields.iter().position(&mut wanted)?;
        Some((first + index as u32, *fields.get(index)?))
    }

    /// Takes `count` nodes off what the chunk's trees may have.
    pub(super) fn charge_nodes(&self, count: usize) -> Result<(), Reason> {
        let nodes = self.nodes.get().saturating_add(count);
        self.nodes.set(nodes);
        if nodes > TREE_BUDGET {
            return Err(Reason::Expansion);
        }
        Ok(())
    }

    /// The number for this provider and channel, UTF-16 up to a NUL.
    #[inline]
    pub(super) fn origin(&self, provider: &[u8], channel: &[u8]) -> Option<OriginId> {
        let mut origins = self.origins.borrow_mut();
        let trim = |bytes: &'_ [u8]| bytes.len() - 2 * usize::from(bytes.ends_with(&[0, 0]));
        let (trimmed, trimmed_channel) = (trim(provider), trim(channel));
        // Records of one kind come in runs, and a kept list has no NUL in it.
        origins
            .last_if(&[&provider[..trimmed], &channel[..trimmed_channel]])
            .or_else(|| {
                let text = |bytes| Utf16::until_nul(bytes).as_bytes();
                origins.number(&[text(provider), text(channel)])
            })
            .map(OriginId)
    }

    /// The number for this provider and channel.
    #[cold]
    pub(super) fn origin_of_text(
        &self,
        provider: &Value<'_>,
        channel: &Value<'_>,
    ) -> Option<OriginId> {
        let wide = |value: &Value<'_>| {
            let units = value.to_string().encode_utf16().collect::<Vec<_>>();
            units
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect::<Vec<_>>()
        };
        self.origin(&wide(provider), &wide(channel))
    }

    /// The number for the names of these fields; `None` if not all names are literal text.
    pub(super) fn shape(&self, chunk: &[u8], (first, last): (u32, u32)) -> Option<ShapeId> {
        let mut layouts = self.layouts.borrow_mut();
        let fields = layouts.fields.get_mut(first as usize..last as usize)?;
        if let Some(known) = fields.first().and_then(|field| field.shape) {
            return known;
        }
        let mut names: Vec<&[u8]> = Vec::with_capacity(fields.len() * 2);
        let named = fields.iter().try_for_each(|field| {
            let (mark, name) = field_name(chunk, field)?;
            names.extend_from_slice(&[mark, name.as_bytes()]);
            Some(())
        });
        let shape = named
            .and_then(|()| self.shapes.borrow_mut().number(&names))
            .map(ShapeId);
        if let Some(field) = fields.first_mut() {
            field.shape = Some(shape);
        }
        shape
    }
}

/// Whether a field is named by attribute or by element, as a mark, and the name; `None` if that depends on the record.
fn field_name<'a>(chunk: &'a [u8], field: &Field) -> Option<(&'static [u8], Utf16<'a>)> {
    match field.name {
        Source::Absent => Some((b"element", name_at(chunk, field.element).ok()?)),
        Source::Text { start, length } => {
            let bytes = super::bytes::slice_at(chunk, start as usize, length as usize)?;
            Some((b"attribute", Utf16::new(bytes)))
        }
        Source::Substitution(_) | Source::Pieces { .. } => None,
    }
}
