//! What all events of one provider, channel and event id have in common.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use gatewatch_event::{Field, Known, Value};

use super::entry::{Entry, Extract, Group, Moved, Shape};
use super::event::CARRIER_FIRST;
use super::family::{Family, channel_name};
use super::tree::Tree;
use super::view::{Blank, Block};
use super::{base, powershell, remote, security, sysmon};
use crate::consumer::ADDED_FIELDS;

/// What to leave out of a mapping, and what the carrier brings beside the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Add the fields that Elastic's integrations do not have: see [`extension_fields`](super::extension_fields).
    pub extension: bool,
    /// Records may bring fields beside the event, see [`WindowsRecord::beside`](super::WindowsRecord::beside): a field
    /// that the mapping does not set is then not known to be absent.
    pub beside: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            extension: true,
            beside: false,
        }
    }
}

/// A field that has the same values in every event of the kind.
pub(super) struct Constant {
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    field: Field,
    values: Vec<Value<'static>>,
}

impl Constant {
    pub(super) fn values(&self) -> &[Value<'static>] {
        &self.values
    }
}

/// Where the values of a field come from.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    /// One of the kind's constants.
    Constant(usize),
    /// One of the kind's entries.
    Entry(usize),
    /// A member of the objects in one of the kind's entries: the rest of the path.
    Member(usize, &'static str),
    /// A value of `EventData` that no entry has.
    Data(&'static str),
    /// A value of `UserData`.
    UserData(&'static str),
    /// The tag of `UserData`'s child.
    UserDataName,
    /// Not in the mapping; the carrier may have it.
    Elsewhere,
    /// In no event of the kind.
    Nowhere,
}

/// A kind of Windows event: its constant fields, and the table that the others come from.
pub struct WindowsKind {
    table: Arc<Table>,
    /// The fields that were asked for, so that each is looked for once.
    asked: RefCell<Asked>,
}

/// Where the values of fields come from that were asked for. Bounded by what rules and mappings name.
#[derive(Default)]
struct Asked {
    /// By the number of the field, the place of its answer plus one; 0 for none.
    places: Vec<u16>,
    answers: Vec<Slot>,
}

impl Asked {
    fn get(&self, field: Field) -> Option<Slot> {
        let place = *self.places.get(field.number())?;
        self.answers
            .get(usize::from(place).checked_sub(1)?)
            .copied()
    }

    fn keep(&mut self, field: Field, slot: Slot) {
        let Ok(place) = u16::try_from(self.answers.len() + 1) else {
            return;
        };
        let number = field.number();
        if number >= self.places.len() {
            self.places.resize(number + 1, 0);
        }
        self.answers.push(slot);
        self.places[number] = place;
    }
}

/// What was worked out for a kind, for all threads.
struct Table {
    /// Provider, channel, event id and options in one text.
    identity: String,
    provider: String,
    options: Options,
    blank: Blank,
    block: Option<Block>,
    constants: Vec<Constant>,
    entries: Vec<&'static Entry>,
    moved: Vec<&'static Moved>,
    /// The members of `winlog.event_data` that entries set.
    set_data: Vec<&'static str>,
    /// Constants and entries by field, sorted.
    slots: Vec<(Field, Slot)>,
    /// How documents are written as text; `None` where that depends on more than the kind.
    tree: Option<Tree>,
}

/// Tables that were worked out before, by identity: each file of a log has the same kinds.
static TABLES: LazyLock<RwLock<HashMap<String, Arc<Table>>>> = LazyLock::new(RwLock::default);

/// How many tables are kept, and how long a name may be, so that no log can fill the memory.
const MOST_TABLES: usize = 1024;
const LONGEST_IDENTITY: usize = 512;

pub(super) const EVENT_DATA: &str = "winlog.event_data";
pub(super) const USER_DATA: &str = "winlog.user_data";
const USER_DATA_NAME: &str = "winlog.user_data.xml_name";

/// The rest of a path below an object.
fn below<'p>(path: &'p str, object: &str) -> Option<&'p str> {
    path.strip_prefix(object)?.strip_prefix('.')
}

impl WindowsKind {
    /// The kind of a provider's events in a channel with an event id; each may be unknown.
    pub fn new(
        provider: Option<&str>,
        channel: Option<&str>,
        event_id: Option<u32>,
        options: Options,
    ) -> Self {
        let channel = channel.map(channel_name);
        let identity = format!("windows {provider:?} {channel:?} {event_id:?} {options:?}");
        let known = TABLES
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&identity)
            .cloned();
        let table = known.unwrap_or_else(|| {
            let table = Table::new(identity.clone(), provider, channel, event_id, options);
            let table = Arc::new(table);
            let mut tables = TABLES.write().unwrap_or_else(PoisonError::into_inner);
            if tables.len() < MOST_TABLES && identity.len() <= LONGEST_IDENTITY {
                tables.insert(identity, Arc::clone(&table));
            }
            table
        });
        Self {
            table,
            asked: RefCell::default(),
        }
    }

    pub(super) fn provider(&self) -> &str {
        &self.table.provider
    }

    pub(super) fn blank(&self) -> Blank {
        self.table.blank
    }

    pub(super) fn block(&self) -> Option<Block> {
        self.table.block
    }

    pub(super) fn constants(&self) -> &[Constant] {
        &self.table.constants
    }

    pub(super) fn entries(&self) -> &[&'static Entry] {
        &self.table.entries
    }

    /// How documents of the kind are written as text, where that is known.
    pub(super) fn tree(&self) -> Option<&Tree> {
        self.table.tree.as_ref()
    }

    /// Did the mapping move this value of `EventData` elsewhere?
    pub(super) fn is_moved(&self, name: &str, text: &str) -> bool {
        self.table
            .moved
            .iter()
            .any(|moved| moved.name == name && moved.when.is_none_or(|test| test(text)))
    }

    /// Does an entry set this member of `winlog.event_data`?
    pub(super) fn sets_data(&self, name: &str) -> bool {
        self.table.set_data.contains(&name)
    }

    /// Where the values of a field come from.
    pub(super) fn slot(&self, field: Field) -> Slot {
        if let Some(slot) = self.asked.borrow().get(field) {
            return slot;
        }
        let slots = &self.table.slots;
        let slot = match slots.binary_search_by_key(&field, |(field, _)| *field) {
            Ok(at) => slots[at].1,
            Err(_) => self.slot_of_name(field.name()),
        };
        self.asked.borrow_mut().keep(field, slot);
        slot
    }

    fn slot_of_name(&self, name: &'static str) -> Slot {
        if let Some(data) = below(name, EVENT_DATA) {
            let gone = self
                .table
                .moved
                .iter()
                .any(|moved| moved.name == data && moved.when.is_none());
            return if gone {
                Slot::Nowhere
            } else {
                Slot::Data(data)
            };
        }
        if name == USER_DATA_NAME {
            return Slot::UserDataName;
        }
        if let Some(tag) = below(name, USER_DATA) {
            return Slot::UserData(tag);
        }
        for (at, entry) in self.table.entries.iter().enumerate() {
            if matches!(entry.from, Extract::Objects(_))
                && let Some(rest) = name.strip_prefix(entry.path)
                && let Some(rest) = rest.strip_prefix('.')
            {
                return Slot::Member(at, rest);
            }
        }
        // What the place of a record answers, the kind does not.
        if self.table.options.beside || ADDED_FIELDS.contains(&name) {
            Slot::Elsewhere
        } else {
            Slot::Nowhere
        }
    }
}

impl WindowsKind {
    /// Does the mapping never set this field, so that it is what the carrier says?
    pub(crate) fn is_left_to_carrier(&self, field: Field) -> bool {
        matches!(self.slot(field), Slot::Elsewhere) && !ADDED_FIELDS.contains(&field.name())
    }
}

impl Table {
    fn new(
        identity: String,
        provider: Option<&str>,
        channel: Option<&str>,
        event_id: Option<u32>,
        options: Options,
    ) -> Self {
        let family = Family::of(provider, channel);
        let mut builder = Builder::default();
        builder.group(&Group {
            entries: base::ENTRIES,
            moved: &[],
        });
        builder.names(provider, channel, event_id, family);
        let mut blank = Blank::Empty;
        let mut block = None;
        match family {
            Family::Security => security::build(event_id.unwrap_or(0), &mut builder),
            Family::Sysmon => {
                blank = Blank::Dashes;
                sysmon::build(event_id.unwrap_or(0), &mut builder);
            }
            Family::PowerShell | Family::PowerShellOperational => {
                blank = Blank::Dashes;
                block = powershell::build(family, event_id.unwrap_or(0), &mut builder);
            }
            Family::Generic => {}
        }
        if matches!(family, Family::Security | Family::Generic) {
            builder.group(&Group {
                entries: base::INTEGRATION,
                moved: &[],
            });
        }
        if options.extension {
            remote::build(family, provider, channel, event_id, &mut builder);
        }
        builder.finish(
            identity,
            provider.unwrap_or_default(),
            options,
            blank,
            block,
        )
    }
}

impl Known for WindowsKind {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        if self.table.options.beside && CARRIER_FIRST.contains(&field.name()) {
            return None;
        }
        match self.slot(field) {
            Slot::Constant(at) => Some(&self.table.constants[at].values),
            Slot::Nowhere => Some(&[]),
            _ => None,
        }
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.table.identity)
    }
}

/// Gathers the tables of a kind; a field that is set again replaces the one before.
#[derive(Default)]
pub(super) struct Builder {
    constants: Vec<(&'static str, Shape, Vec<Value<'static>>)>,
    entries: Vec<&'static Entry>,
    moved: Vec<&'static Moved>,
}

impl Builder {
    fn forget(&mut self, path: &str) {
        self.constants.retain(|(known, ..)| *known != path);
        self.entries.retain(|entry| entry.path != path);
    }

    /// Adds a table.
    pub(super) fn group(&mut self, group: &Group) {
        for entry in group.entries {
            if let Extract::Fixed(values) = entry.from {
                self.constant(entry.path, entry.shape, values);
            } else {
                self.forget(entry.path);
                self.entries.push(entry);
            }
        }
        self.moved.extend(group.moved);
    }

    /// Adds a constant field.
    pub(super) fn constant(
        &mut self,
        path: &'static str,
        shape: Shape,
        values: &'static [&'static str],
    ) {
        let values = values.iter().map(|value| Value::from(*value)).collect();
        self.forget(path);
        self.constants.push((path, shape, values));
    }

    fn text(&mut self, path: &'static str, text: &str) {
        self.forget(path);
        self.constants
            .push((path, Shape::One, vec![Value::from(text.to_owned())]));
    }

    /// The constants that name the kind. Where a part of the name is unknown, no event of the kind has the field.
    fn names(
        &mut self,
        provider: Option<&str>,
        channel: Option<&str>,
        event_id: Option<u32>,
        family: Family,
    ) {
        if let Some(id) = event_id {
            let id = id.to_string();
            self.text("event.code", &id);
            self.text("winlog.event_id", &id);
        }
        if let Some(provider) = provider {
            self.text("event.provider", provider);
            self.text("winlog.provider_name", provider);
        }
        if let Some(channel) = channel {
            self.text("winlog.channel", channel);
        }
        if let Some(module) = family.module() {
            self.text("event.module", module);
        }
        let dataset = family.dataset(channel);
        self.text("event.dataset", dataset);
        self.text("data_stream.dataset", dataset);
        self.text("data_stream.type", "logs");
        self.text("data_stream.namespace", "default");
    }

    fn finish(
        self,
        identity: String,
        provider: &str,
        options: Options,
        blank: Blank,
        block: Option<Block>,
    ) -> Table {
        let constants: Vec<Constant> = self
            .constants
            .into_iter()
            .map(|(path, shape, values)| Constant {
                path,
                shape,
                field: Field::new(path),
                values,
            })
            .collect();
        let mut slots: Vec<(Field, Slot)> = constants
            .iter()
            .enumerate()
            .map(|(at, constant)| (constant.field, Slot::Constant(at)))
            .collect();
        slots.extend(
            self.entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| !matches!(entry.from, Extract::Objects(_)))
                .map(|(at, entry)| (Field::new(entry.path), Slot::Entry(at))),
        );
        slots.sort_unstable_by_key(|(field, _)| *field);
        let set_data = self
            .entries
            .iter()
            .filter_map(|entry| below(entry.path, EVENT_DATA))
            .collect();
        let tree = (!options.beside)
            .then(|| Tree::new(&constants, &self.entries, &ADDED_FIELDS))
            .flatten();
        Table {
            tree,
            identity,
            provider: provider.to_owned(),
            options,
            blank,
            block,
            constants,
            entries: self.entries,
            moved: self.moved,
            set_data,
            slots,
        }
    }
}
