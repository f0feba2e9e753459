//! An event's own data: the fields of `EventData` or `UserData`.

use super::bytes::slice_at;
use super::damage::Reason;
use super::layout::{DataKind, Field, Source, ascii_name_hash};
use super::record::{FieldPlace, Place, RecordRef};
use super::state::ShapeId;
use super::text::Utf16;
use super::token::{Values, name_at};
use super::tree::Element;
use super::value::Value;

/// An event's own data.
#[derive(Clone, Copy)]
pub struct Fields<'r, 'a> {
    pub(super) record: &'r RecordRef<'a>,
    pub(super) place: FieldsIn<'r, 'a>,
}

/// Where fields are.
#[derive(Clone, Copy)]
pub(super) enum FieldsIn<'r, 'a> {
    Learnt(FieldPlace),
    Tree(DataKind, &'r Element<'a>),
}

/// One field of an event's own data.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The position among all fields, from 0.
    pub index: usize,
    /// The element's name; `Data` in most of `EventData`.
    pub element: Utf16<'a>,
    /// The `Name` attribute: null where there is none.
    pub name: Value<'a>,
    /// The value; never an array.
    pub value: Value<'a>,
    /// Whether there are elements in it, which only the tree shows.
    pub nested: bool,
}

impl Pair<'_> {
    /// The name that Winlogbeat gives the field: that of the attribute, else of the element, else `param` and the
    /// position counted from 1.
    #[must_use]
    pub fn key(&self) -> String {
        let mut key = String::new();
        self.name.push_to(&mut key);
        if key.is_empty() {
            self.element.push_to(&mut key);
        }
        if key.is_empty() || key == "Data" {
            key = format!("param{}", self.index + 1);
        }
        key
    }

    /// Whether [`Pair::key`] is `name`.
    #[must_use]
    pub fn has_key(&self, name: &str) -> bool {
        if !self.name.is_empty() {
            return self.name.eq_str(name) && name != "Data" || self.is_numbered(name);
        }
        !self.element.eq_str("Data") && self.element.eq_str(name) || self.is_numbered(name)
    }

    /// Whether the field goes by its position and `name` is what it is called then.
    fn is_numbered(&self, name: &str) -> bool {
        let own = if self.name.is_empty() {
            self.element.eq_str("Data") || self.element.is_empty()
        } else {
            self.name.eq_str("Data")
        };
        own && name
            .strip_prefix("param")
            .filter(|number| !number.starts_with(['0', '+']))
            .and_then(|number| number.parse::<usize>().ok())
            == Some(self.index + 1)
    }
}

impl<'r, 'a> Fields<'r, 'a> {
    /// Which element it is.
    #[must_use]
    pub fn kind(&self) -> DataKind {
        match self.place {
            FieldsIn::Learnt(place) => place.kind,
            FieldsIn::Tree(kind, _) => kind,
        }
    }

    /// The name of the element around the fields: `EventData`, or that of the one element in `UserData`.
    #[must_use]
    pub fn container(&self) -> Utf16<'a> {
        match self.place {
            FieldsIn::Learnt(place) => place
                .container
                .and_then(|name| name_at(self.record.chunk, name).ok())
                .unwrap_or_default(),
            FieldsIn::Tree(_, container) => container.name,
        }
    }

    /// A number for the list of names, to keep what was found out about them: the same number from one
    /// [`ChunkParser`](super::ChunkParser) means the same names in the same order, see [`Fields::slot`]. `None` if the
    /// names are not the same for each record of the template.
    #[must_use]
    pub fn shape(&self) -> Option<ShapeId> {
        match self.place {
            FieldsIn::Learnt(place) => self.record.state.shape(self.record.chunk, place.range),
            FieldsIn::Tree(..) => None,
        }
    }

    /// How many slots there are: fields with arrays counted once.
    #[must_use]
    pub fn slots(&self) -> usize {
        match self.place {
            FieldsIn::Learnt(place) => (place.range.1 - place.range.0) as usize,
            FieldsIn::Tree(_, container) => container.elements().count(),
        }
    }

    /// The field in slot `slot`, whose value may be an array; `None` when it is left out of this record.
    #[must_use]
    pub fn slot(&self, slot: usize) -> Option<Pair<'a>> {
        match self.place {
            FieldsIn::Learnt(place) => {
                let index = place.range.0.checked_add(u32::try_from(slot).ok()?)?;
                if index >= place.range.1 {
                    return None;
                }
                self.learnt_pair(&place, index, slot)
            }
            FieldsIn::Tree(_, container) => container
                .elements()
                .nth(slot)
                .map(|element| self.record.pair_of_tree(element, slot)),
        }
    }

    /// The value in slot `slot`, which may be an array; `None` when it is left out of this record.
    #[must_use]
    pub fn value(&self, slot: usize) -> Option<Value<'a>> {
        let FieldsIn::Learnt(place) = self.place else {
            return self.slot(slot).map(|pair| pair.value);
        };
        let place = self.renewed(&place)?;
        let index = place.range.0.checked_add(u32::try_from(slot).ok()?)?;
        let field = self
            .record
            .state
            .field(index)
            .filter(|_| index < place.range.1)?;
        let values = self.record.values(place.values);
        (!values.leaves_out(field.value.dependency))
            .then(|| self.record.source(field.value.source, &values))
    }

    /// The value of the field with this name, or, if that is an array, its first item. Of several fields with the name it
    /// is the first that is not empty, as in Winlogbeat, or the first if all are.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        if let FieldsIn::Learnt(place) = self.place
            && names_itself(name)
        {
            return self.learnt_value(&place, name);
        }
        let mut found = None;
        self.visit(|pair| {
            if pair.has_key(name) {
                prefer(&mut found, pair.value)
            } else {
                true
            }
        });
        found
    }

    /// Calls `visit` with each field, in order; arrays give a field for each item.
    pub fn for_each(&self, mut visit: impl FnMut(Pair<'a>)) {
        self.visit(|pair| {
            visit(pair);
            true
        });
    }

    /// The short way to the value with a name that stands for no position: only names are looked at until one matches.
    fn learnt_value(&self, place: &FieldPlace, name: &str) -> Option<Value<'a>> {
        let record = self.record;
        let place = self.renewed(place)?;
        let values = record.values(place.values);
        let mut found = None;
        let mut range = place.range;
        let key = ascii_name_hash(name);
        while let Some((index, field)) = record
            .state
            .find_field(range, |field| field.key == key || field.key == 0)
        {
            range.0 = index + 1;
            if values.leaves_out(field.value.dependency) {
                continue;
            }
            let is_named = match field.name {
                Source::Text { start, length } if length > 0 => {
                    slice_at(record.chunk, start as usize, length as usize)
                        .is_some_and(|own| Utf16::new(own).eq_str(name))
                }
                Source::Text { .. } | Source::Absent => {
                    name_at(record.chunk, field.element).is_ok_and(|own| own.eq_str(name))
                }
                // Depends on the record.
                _ => self.pair(&field, &values, 0).has_key(name),
            };
            if !is_named {
                continue;
            }
            let look_on = match record.source(field.value.source, &values) {
                Value::Array(array) if !array.is_empty() => {
                    array.iter().all(|item| prefer(&mut found, item))
                }
                Value::Array(_) => prefer(&mut found, Value::Null),
                value => prefer(&mut found, value),
            };
            if !look_on {
                break;
            }
        }
        found
    }

    /// Calls `visit` with each field as [`Fields::for_each`] does, until it returns `false`.
    pub fn visit(&self, mut visit: impl FnMut(Pair<'a>) -> bool) {
        let mut index = 0;
        let mut units = 0;
        for slot in 0..self.slots() {
            let Some(pair) = self.slot(slot) else {
                continue;
            };
            let mut each = |value: Value<'a>| {
                units += value.as_utf16().map_or(1, |text| text.units());
                if index >= MAX_PAIRS || units > MAX_UNITS {
                    self.record.note(Reason::Expansion);
                    return false;
                }
                let item = Pair {
                    index,
                    value,
                    ..pair
                };
                index += 1;
                visit(item)
            };
            let go_on = match pair.value {
                Value::Array(array) if !array.is_empty() => array.iter().all(each),
                Value::Array(_) => each(Value::Null),
                value => each(value),
            };
            if !go_on {
                return;
            }
        }
    }

    /// The fields, found again if the layouts were thrown away since.
    fn renewed(&self, place: &FieldPlace) -> Option<FieldPlace> {
        if place.generation == self.record.state.generation() {
            return Some(*place);
        }
        match self.record.place() {
            Place::Fields(place) => Some(place),
            _ => None,
        }
    }

    fn learnt_pair(&self, place: &FieldPlace, index: u32, position: usize) -> Option<Pair<'a>> {
        let renewed = self.renewed(place)?;
        let index = index - place.range.0 + renewed.range.0;
        if index >= renewed.range.1 {
            return None;
        }
        let field = self.record.state.field(index)?;
        let values = self.record.values(renewed.values);
        if values.leaves_out(field.value.dependency) {
            return None;
        }
        Some(self.pair(&field, &values, position))
    }

    fn pair(&self, field: &Field, values: &Values<'a>, index: usize) -> Pair<'a> {
        let element = name_at(self.record.chunk, field.element).unwrap_or_else(|reason| {
            self.record.note(reason);
            Utf16::default()
        });
        Pair {
            index,
            element,
            name: self.record.source(field.name, values),
            value: self.record.source(field.value.source, values),
            nested: field.nested,
        }
    }
}

/// The element that holds the fields, if this is one of those around them.
pub(super) fn data_of_tree<'r, 'a>(
    element: &'r Element<'a>,
) -> Option<(DataKind, &'r Element<'a>)> {
    if element.name.eq_str("EventData") {
        return Some((DataKind::EventData, element));
    }
    if element.name.eq_str("UserData") {
        return Some((DataKind::UserData, element.elements().next()?));
    }
    None
}

/// More fields than this, counting items of arrays, do not fit into a record: a template shows some many times.
const MAX_PAIRS: usize = 1 << 15;
/// Likewise for the units of their texts.
const MAX_UNITS: usize = 1 << 23;

/// Is the name one of ASCII letters that names itself: not a position, and not `Data`, which is no name?
fn names_itself(name: &str) -> bool {
    !name.is_empty() && name.is_ascii() && !name.starts_with("param") && name != "Data"
}

/// Keeps the first value, and the first that is not empty rather than one that is; tells whether to look on.
fn prefer<'a>(found: &mut Option<Value<'a>>, value: Value<'a>) -> bool {
    let is_empty = value.is_empty();
    if found.is_none() || !is_empty {
        *found = Some(value);
    }
    is_empty
}
