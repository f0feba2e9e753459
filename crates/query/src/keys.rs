//! Join keys.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use gatewatch_event::{Event, Field, FieldType, Timestamp, Value};

use crate::value::Computed;
use crate::{Number, RuntimeError, SchemaType, limits};

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
#[derive(Clone, Copy, Debug)]
pub enum KeyValue<T = Box<str>> {
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
    Text(T),
}

/// The same without a copy of its text.
pub type KeyRef<'a> = KeyValue<&'a str>;

/// How many rows of keys an event has, see [`Keys::row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// A mandatory key has no value.
    None,
    /// Every key has one value, or is null.
    One,
    /// A key has more values than one: [`Keys::extract`] tells how many rows that makes.
    Any,
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

    /// Calls `put` with the values of the one row that nearly every event has, in order. Unless the answer is [`Rows::One`],
    /// what was put is to be forgotten. This costs less than [`extract`](Keys::extract): nothing is copied.
    pub fn row(&self, event: &dyn Event, put: &mut dyn FnMut(KeyRef<'_>)) -> Rows {
        for key in &self.keys {
            match key.only(event, put) {
                Rows::None if !key.optional => return Rows::None,
                Rows::None => put(KeyRef::Null),
                Rows::One => {}
                Rows::Any => return Rows::Any,
            }
        }
        Rows::One
    }

    /// The keys of an event: one row for every combination of distinct values, in the order of the document; one empty
    /// row without keys; no row when a mandatory key has no value.
    ///
    /// # Errors
    ///
    /// When there are more combinations than the limit.
    pub fn extract(&self, event: &dyn Event) -> Result<Vec<Vec<KeyValue>>, RuntimeError> {
        let mut row = Vec::with_capacity(self.keys.len());
        match self.row(event, &mut |value| row.push(KeyValue::from(value))) {
            Rows::One => return Ok(vec![row]),
            Rows::None => return Ok(Vec::new()),
            Rows::Any => {}
        }
        let mut rows = vec![Vec::with_capacity(self.keys.len())];
        for key in &self.keys {
            let mut values = key.values(event);
            if values.is_empty() {
                if !key.optional {
                    return Ok(Vec::new());
                }
                values.push(KeyValue::Null);
            }
            if rows.len().saturating_mul(values.len()) > limits::KEYS {
                return Err(RuntimeError::new(
                    "query-too-many-keys",
                    format!("the event has more than {} join keys", limits::KEYS),
                ));
            }
            rows = combined(rows, values);
        }
        Ok(rows)
    }
}

/// Every row with every value at its end.
fn combined(mut rows: Vec<Vec<KeyValue>>, values: Vec<KeyValue>) -> Vec<Vec<KeyValue>> {
    if let [row] = rows.as_mut_slice()
        && values.len() == 1
    {
        row.extend(values);
        return rows;
    }
    let mut longer = Vec::with_capacity(rows.len() * values.len());
    for row in rows {
        for value in &values {
            let mut row = row.clone();
            row.push(value.clone());
            longer.push(row);
        }
    }
    longer
}

impl Key {
    /// Puts the one value that nearly every event has, if it has any. When there are several, the first was put.
    fn only(&self, event: &dyn Event, put: &mut dyn FnMut(KeyRef<'_>)) -> Rows {
        let Some((field, field_type)) = self.source else {
            return Rows::None;
        };
        let mut met = Rows::None;
        event.visit(field, &mut |value| {
            let mut meet = |value: KeyRef<'_>| {
                if met == Rows::None {
                    put(value);
                    met = Rows::One;
                } else {
                    met = Rows::Any;
                }
            };
            match (&value, field_type) {
                // What nearly every value is.
                (Value::Str(text), SchemaType::Declared(FieldType::Keyword)) => {
                    meet(KeyRef::Text(text));
                }
                _ => {
                    if let Some(value) = Computed::of_key(value, field_type) {
                        meet(KeyRef::of(&value));
                    }
                }
            }
            met != Rows::Any
        });
        met
    }

    /// The distinct values, in the order of the document.
    fn values(&self, event: &dyn Event) -> Vec<KeyValue> {
        let mut values = Vec::new();
        let Some((field, field_type)) = self.source else {
            return values;
        };
        let mut seen = HashSet::new();
        event.visit(field, &mut |value| {
            if let Some(value) = Computed::of_key(value, field_type) {
                let value = KeyValue::from(KeyRef::of(&value));
                // Hostile events may hold a million values: compare with all before only while they are few.
                let new = match values.len() {
                    0 => true,
                    1..FEW => !values.contains(&value),
                    FEW => {
                        seen.extend(values.iter().cloned());
                        seen.insert(value.clone())
                    }
                    _ => seen.insert(value.clone()),
                };
                if new {
                    values.push(value);
                }
            }
            values.len() <= limits::KEYS
        });
        values
    }
}

/// Up to so many values are compared one by one.
const FEW: usize = 8;

impl<'a> KeyRef<'a> {
    fn of(value: &'a Computed<'_>) -> Self {
        match value {
            Computed::Null => Self::Null,
            Computed::Boolean(flag) => Self::Boolean(*flag),
            Computed::Number(Number::Double(number)) => Self::Double(*number),
            Computed::Number(number) => match number.as_whole().map(i64::try_from) {
                Some(Ok(number)) => Self::Long(number),
                // A whole number that is no long is an unsigned one.
                _ => match number {
                    Number::UnsignedLong(number) => Self::Unsigned(*number),
                    _ => Self::Null,
                },
            },
            Computed::Text(text) => Self::Text(text),
            Computed::Date(time) => Self::Date(*time),
            Computed::Ip(address) => Self::Ip(*address),
        }
    }
}

impl<T> KeyValue<T> {
    /// The same value with its text, if it is one, held in another way.
    fn with_text<'a, U>(&'a self, hold: impl FnOnce(&'a T) -> U) -> KeyValue<U> {
        match self {
            Self::Null => KeyValue::Null,
            Self::Boolean(flag) => KeyValue::Boolean(*flag),
            Self::Long(number) => KeyValue::Long(*number),
            Self::Unsigned(number) => KeyValue::Unsigned(*number),
            Self::Double(number) => KeyValue::Double(*number),
            Self::Date(time) => KeyValue::Date(*time),
            Self::Ip(address) => KeyValue::Ip(*address),
            Self::Text(text) => KeyValue::Text(hold(text)),
        }
    }
}

impl From<KeyRef<'_>> for KeyValue {
    fn from(value: KeyRef<'_>) -> Self {
        value.with_text(|text| Box::from(*text))
    }
}

impl<'a> From<&'a KeyValue> for KeyRef<'a> {
    fn from(value: &'a KeyValue) -> Self {
        value.with_text(AsRef::as_ref)
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

#[cfg(test)]
mod tests {
    use gatewatch_event::{Field, FieldType, JsonEvent};
    use serde_json::json;

    use gatewatch_syntax::eql::parse_query;

    use super::{Key, Keys};
    use crate::{EcsSchema, Options, PlanBody, SchemaType, compile};

    fn key(name: &str, optional: bool, field_type: FieldType) -> Key {
        Key {
            name: name.to_owned(),
            optional,
            source: Some((Field::new(name), SchemaType::Declared(field_type))),
        }
    }

    #[track_caller]
    fn check(keys: Vec<Key>, event: serde_json::Value, expect: serde_json::Value) {
        let rows = Keys::new(keys)
            .extract(&JsonEvent::new(event))
            .expect("few keys");
        let rows: Vec<Vec<serde_json::Value>> = rows
            .iter()
            .map(|row| row.iter().map(super::KeyValue::to_json).collect())
            .collect();
        assert_eq!(json!(rows), expect);
    }

    #[test]
    fn a_condition_may_ask_for_no_more_than_the_keys() {
        let text = r#"sequence by user.name, ?host.id [any where true] by source.ip [any where process.name == "x"] by source.ip"#;
        let query = parse_query(text).into_result().expect("well formed");
        let plan = compile(&query, text, &EcsSchema, &Options::default()).expect("sound");
        let PlanBody::Sequence(sequence) = plan.body else {
            panic!("no sequence");
        };
        let [first, second] = sequence.steps.as_slice() else {
            panic!("not two steps");
        };
        assert!(first.condition.asks_for_keys(&first.keys));
        assert!(!second.condition.asks_for_keys(&second.keys));
        let user = Keys::new(vec![key("user.name", false, FieldType::Keyword)]);
        assert!(!first.condition.asks_for_keys(&user));
        let optional = |name, field_type| key(name, true, field_type);
        let optional = Keys::new(vec![
            optional("user.name", FieldType::Keyword),
            optional("source.ip", FieldType::Ip),
        ]);
        assert!(!first.condition.asks_for_keys(&optional));
    }

    #[test]
    fn several_values_give_every_combination() {
        check(
            vec![
                key("a", false, FieldType::Keyword),
                key("b", true, FieldType::Long),
            ],
            json!({"a": ["x", "y", "x", null], "b": [1, "2"]}),
            json!([["x", 1], ["x", 2], ["y", 1], ["y", 2]]),
        );
    }

    #[test]
    fn a_missing_value_is_null_only_where_it_may_be() {
        let event = json!({"b": [null], "c": "no address"});
        check(
            vec![key("b", false, FieldType::Keyword)],
            event.clone(),
            json!([]),
        );
        check(
            vec![key("b", true, FieldType::Keyword)],
            event.clone(),
            json!([[null]]),
        );
        check(
            vec![key("c", true, FieldType::Ip)],
            event.clone(),
            json!([[null]]),
        );
        check(Vec::new(), event.clone(), json!([[]]));
        let unmapped = Key {
            name: "z".to_owned(),
            optional: true,
            source: None,
        };
        check(vec![unmapped], event, json!([[null]]));
    }

    #[test]
    fn values_keep_their_types() {
        check(
            vec![
                key("ip", false, FieldType::Ip),
                key("date", false, FieldType::Date),
                key("flag", false, FieldType::Boolean),
                key("version", false, FieldType::Version),
                key("text", false, FieldType::Keyword),
            ],
            json!({"text": 4624, "ip": "::ffff:192.0.2.1", "date": 0, "flag": "true", "version": "1.5.0"}),
            json!([[
                "192.0.2.1",
                "1970-01-01T00:00:00.000Z",
                true,
                "1.5.0",
                "4624"
            ]]),
        );
    }

    #[test]
    fn hostile_events_cannot_multiply_without_end() {
        let many: Vec<u32> = (0..200).collect();
        let keys = Keys::new(vec![
            key("a", false, FieldType::Long),
            key("b", false, FieldType::Long),
        ]);
        let event = JsonEvent::new(json!({"a": many, "b": many}));
        assert!(keys.extract(&event).is_err());
    }
}
