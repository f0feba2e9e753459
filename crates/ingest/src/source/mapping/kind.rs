//! A kind of events: its table, and what that makes known beforehand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use gatewatch_event::{Field, Known, Value};

use super::access;
use super::entry::{Emit, Entry, From};
use super::source::Source;
use super::view::View;

/// A kind of events of one source. Make it a `static`: what is worked out for it is kept in it.
pub struct Kind {
    name: &'static str,
    groups: &'static [&'static [Entry]],
    table: OnceLock<Table>,
}

impl Kind {
    /// A kind. Of several entries for one field the last counts, and any of them goes before those of
    /// [`Source::fields`].
    pub const fn new(name: &'static str, groups: &'static [&'static [Entry]]) -> Self {
        Self {
            name,
            groups,
            table: OnceLock::new(),
        }
    }

    /// The name, unique within the source.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is worked out for the kind, which must be of this source.
    pub fn table(&'static self, source: &dyn Source) -> &'static Table {
        self.table.get_or_init(|| Table::new(self, source))
    }
}

/// A table of kinds that a constant field tells apart: `kinds! { static CODES by "event.code" { "1" => [GROUP], ... } }`, in the order
/// of their keys, for [`find_kind`].
macro_rules! kinds {
    ($(#[$about:meta])* static $table:ident by $field:literal { $($key:literal => [$($group:expr),* $(,)?]),* $(,)? }) => {
        $(#[$about])*
        static $table: [(&str, $crate::source::mapping::Kind); [$($key),*].len()] = [$((
            $key,
            $crate::source::mapping::Kind::new(
                concat!($field, " ", $key),
                &[&[$crate::source::mapping::Entry::fixed($field, &[$key])] $(, $group)*],
            ),
        )),*];
        const _: () = $crate::source::mapping::assert_in_order(&[$($key),*]);
    };
}
pub(crate) use kinds;

/// The kind with this key in a table that `kinds!` made.
pub fn find_kind(table: &'static [(&'static str, Kind)], key: &str) -> Option<&'static Kind> {
    let at = table.binary_search_by_key(&key, |(known, _)| known).ok()?;
    Some(&table[at].1)
}

/// Fails to compile when a key is out of order.
pub(crate) const fn assert_in_order(keys: &[&str]) {
    let mut at = 1;
    while at < keys.len() {
        let (low, high) = (keys[at - 1].as_bytes(), keys[at].as_bytes());
        let mut byte = 0;
        while byte < low.len() && byte < high.len() && low[byte] == high[byte] {
            byte += 1;
        }
        let in_order = match (byte < low.len(), byte < high.len()) {
            (false, true) => true,
            (true, true) => low[byte] < high[byte],
            _ => false,
        };
        assert!(in_order, "the keys of a table of kinds are not in order");
        at += 1;
    }
}

/// What is worked out for a kind, for all threads and files.
pub struct Table {
    number: usize,
    identity: String,
    /// In the order of a document.
    slots: Vec<Slot>,
    /// The places of the slots by field, sorted.
    by_field: Vec<(Field, usize)>,
    /// The places of the objects whose members are not known beforehand, with their path and a dot.
    open: Vec<(String, usize)>,
    indices: Vec<Value<'static>>,
}

/// A field of the kind.
pub(super) struct Slot {
    pub(super) entry: Entry,
    pub(super) array: bool,
    /// The values, where they are the same in every event of the kind.
    pub(super) constant: Option<Vec<Value<'static>>>,
}

/// The index of an event, which is no part of its document.
static INDEX: LazyLock<Field> = LazyLock::new(|| Field::new("_index"));

static NUMBERS: AtomicUsize = AtomicUsize::new(0);

impl Table {
    fn new(kind: &Kind, source: &dyn Source) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let mut set = |entry: Entry, constant: Option<Vec<Value<'static>>>| {
            let slot = Slot {
                array: entry.is_array(),
                constant: constant.or_else(|| constants(entry.from)),
                entry,
            };
            match slots.iter_mut().find(|slot| slot.entry.path == entry.path) {
                Some(known) => *known = slot,
                None => slots.push(slot),
            }
        };
        set(Entry::new("@timestamp", From::Time), None);
        for (path, value) in of_source(source) {
            set(
                Entry::new(path, From::Fixed(&[])),
                Some(vec![Value::from(value)]),
            );
        }
        let groups = kind.groups.iter().copied();
        for entry in std::iter::once(source.fields()).chain(groups).flatten() {
            set(*entry, None);
        }
        slots.retain(|slot| !matches!(slot.entry.from, From::Nothing));
        access::complete(&mut slots);
        let mut by_field: Vec<(Field, usize)> = slots
            .iter()
            .enumerate()
            .map(|(at, slot)| (Field::new(slot.entry.path), at))
            .collect();
        by_field.sort_unstable_by_key(|(field, _)| *field);
        let is_open = |slot: &Slot| matches!(slot.entry.from, From::Open(_) | From::Object(_));
        let open = slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| is_open(slot))
            .map(|(at, slot)| (format!("{}.", slot.entry.path), at))
            .collect();
        Self {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            identity: format!("{} {}", source.name(), kind.name),
            slots,
            by_field,
            open,
            indices: source.indices().iter().copied().map(Value::from).collect(),
        }
    }

    /// A number for the kind, small, for tables of them.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Every field that events of the kind may have; the names of open objects among them.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.slots.iter().map(|slot| slot.entry.path)
    }

    pub(super) fn slot(&self, field: Field) -> Option<&Slot> {
        let at = self
            .by_field
            .binary_search_by_key(&field, |(field, _)| *field)
            .ok()?;
        Some(&self.slots[self.by_field[at].1])
    }

    /// Are the values of the field parts of each record's text, as the source says of them?
    pub(super) fn is_shown(&self, field: Field, source: &dyn Source) -> bool {
        let is_part = |slot: &Slot| matches!(slot.entry.from, From::Part(_));
        source.shown().contains(&field.name()) && self.slot(field).is_some_and(is_part)
    }

    pub(super) fn indices(&self, field: Field) -> Option<&[Value<'static>]> {
        (field == *INDEX && !self.indices.is_empty()).then_some(self.indices.as_slice())
    }

    /// The object with members of its own that a field lies in, and the rest of the field's name.
    pub(super) fn open(&self, field: Field) -> Option<(&Slot, &'static str)> {
        if self.open.is_empty() {
            return None;
        }
        let name = field.name();
        self.open
            .iter()
            .find_map(|(prefix, at)| Some((&self.slots[*at], name.strip_prefix(prefix.as_str())?)))
    }

    /// Calls `emit` with the values of a field, unless they come from other fields.
    pub(super) fn visit_path(&self, path: &str, view: &View<'_>, emit: Emit<'_>) {
        let slot = self.slots.iter().find(|slot| slot.entry.path == path);
        if let Some(slot) = slot.filter(|slot| !matches!(slot.entry.from, From::Fields(_))) {
            slot.visit(view, emit);
        }
    }

    /// What is known of a field in every event of the kind; see [`Known`].
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        if let Some(slot) = self.slot(field) {
            return slot.constant.as_deref();
        }
        if let Some(indices) = self.indices(field) {
            return Some(indices);
        }
        self.open(field).is_none().then_some(&[])
    }
}

/// The fields that say which source an event is of.
fn of_source(source: &dyn Source) -> [(&'static str, &'static str); 7] {
    let dataset = source.dataset();
    let module = dataset
        .split_once('.')
        .map_or(dataset, |(module, _)| module);
    [
        ("ecs.version", "8.17.0"),
        ("event.kind", "event"),
        ("event.module", module),
        ("event.dataset", dataset),
        ("data_stream.type", "logs"),
        ("data_stream.dataset", dataset),
        ("data_stream.namespace", "default"),
    ]
}

fn constants(from: From) -> Option<Vec<Value<'static>>> {
    match from {
        From::Fixed(values) => Some(values.iter().copied().map(Value::from).collect()),
        From::Number(number) => Some(vec![Value::Long(number)]),
        From::Flag(flag) => Some(vec![Value::Bool(flag)]),
        _ => None,
    }
}

/// A kind as the consumer of events is asked about it.
pub(super) struct KnownKind<'k> {
    table: &'k Table,
    beside: bool,
    identity: String,
}

impl<'k> KnownKind<'k> {
    /// With `beside`, its events also have fields that came with the record.
    pub(super) fn new(table: &'k Table, beside: bool) -> Self {
        Self {
            table,
            beside,
            identity: format!("{}{}", table.identity, if beside { " beside" } else { "" }),
        }
    }
}

impl Known for KnownKind<'_> {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        let known = self.table.known(field);
        // What came with the record may have what the table lacks.
        known.filter(|values| !(self.beside && values.is_empty()))
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.identity)
    }
}
