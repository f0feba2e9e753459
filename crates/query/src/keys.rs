//! Join keys.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use gatewatch_event::{Event, Field, Timestamp};

use crate::{RuntimeError, SchemaType};

/// The join keys of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    keys: Vec<Key>,
}

/// One join key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name as written, without `?` and back-quotes.
    pub name: String,
    /// `?` stands before it: an event without a value has the key null.
    pub optional: bool,
    /// Where its values come from; `None` for an optional key that is not mapped, which is always null.
    pub source: Option<(Field, SchemaType)>,
}

/// The value of one join key. Values of different types differ; nulls are equal and come first in order.
#[derive(Clone, Debug)]
pub enum KeyValue {
    /// The event has no value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Long(i64),
    /// A whole number above `i64::MAX`.
    Unsigned(u64),
    /// A number with a fraction.
    Double(f64),
    /// A point in time.
    Date(Timestamp),
    /// An address.
    Ip(IpAddr),
    /// Text, or a version.
    Text(Box<str>),
}

impl Keys {
    /// The keys of a step, in order.
    pub fn new(keys: Vec<Key>) -> Self {
        Self { keys }
    }

    /// The keys in order.
    pub fn as_slice(&self) -> &[Key] {
        &self.keys
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is it a step without keys?
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The fields that [`extract`](Keys::extract) asks for.
    pub fn fields(&self) -> Vec<Field> {
        self.keys
            .iter()
            .filter_map(|key| key.source.map(|(field, _)| field))
            .collect()
    }

    /// The keys of an event: one row for every combination of distinct values, in the order of the document; one empty
    /// row without keys; no row when a mandatory key has no value.
    ///
    /// # Errors
    ///
    /// When there are more combinations than the limit.
    pub fn extract(&self, event: &dyn Event) -> Result<Vec<Vec<KeyValue>>, RuntimeError> {
        let _ = event;
        Ok(Vec::new())
    }
}

impl KeyValue {
    /// The value as JSON; a date as ISO text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(flag) => (*flag).into(),
            Self::Long(number) => (*number).into(),
            Self::Unsigned(number) => (*number).into(),
            Self::Double(number) => serde_json::Number::from_f64(*number)
                .map_or(serde_json::Value::Null, serde_json::Value::Number),
            Self::Date(time) => time.to_string().into(),
            Self::Ip(address) => address.to_string().into(),
            Self::Text(text) => text.as_ref().into(),
        }
    }

    /// Where the type stands in the order of all values.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Boolean(_) => 1,
            Self::Long(_) => 2,
            Self::Unsigned(_) => 3,
            Self::Double(_) => 4,
            Self::Date(_) => 5,
            Self::Ip(_) => 6,
            Self::Text(_) => 7,
        }
    }
}

impl Ord for KeyValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Long(a), Self::Long(b)) => a.cmp(b),
            (Self::Unsigned(a), Self::Unsigned(b)) => a.cmp(b),
            (Self::Double(a), Self::Double(b)) => a.total_cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Ip(a), Self::Ip(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for KeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for KeyValue {}

impl Hash for KeyValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(flag) => flag.hash(state),
            Self::Long(number) => number.hash(state),
            Self::Unsigned(number) => number.hash(state),
            Self::Double(number) => number.to_bits().hash(state),
            Self::Date(time) => time.hash(state),
            Self::Ip(address) => address.hash(state),
            Self::Text(text) => text.hash(state),
        }
    }
}
