//! When an event happened, and what orders it among events of the same time.

use gatewatch_event::{Event, Field, FieldType, Timestamp, Value};
use gatewatch_query::{Key, KeyValue, Keys, RuntimeError, Schema, SchemaType};

/// Where the order of events comes from.
#[derive(Clone, Debug, Default)]
pub struct EventOrder {
    /// The field with the time; without one it is what the event itself says.
    pub timestamp: Option<Field>,
    /// The field that orders events of the same time.
    pub tiebreaker: Option<(Field, SchemaType)>,
    /// For sequences, whether a time or tiebreaker with several values, or a time that is no date, lets the search fail
    /// as it does in Elasticsearch. If not, the first value counts.
    pub strict: bool,
}

/// The place of an event in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) time: Option<Timestamp>,
    pub(super) tiebreak: Option<KeyValue>,
}

/// The error code of a time that cannot be used.
pub(super) const UNUSABLE_TIME: &str = "search-unusable-timestamp";
/// The error code of a tiebreaker that cannot be used.
pub(super) const UNUSABLE_TIEBREAKER: &str = "search-unusable-tiebreaker";

impl EventOrder {
    /// The order that these fields of a schema give.
    pub fn of_schema(schema: &dyn Schema, timestamp: &str, tiebreaker: Option<&str>) -> Self {
        Self {
            timestamp: schema.field(timestamp).map(|info| info.field),
            tiebreaker: tiebreaker
                .and_then(|name| schema.field(name))
                .map(|info| (info.field, info.field_type)),
            strict: true,
        }
    }

    pub(super) fn moment(&self, event: &dyn Event, sequence: bool) -> Result<Moment, RuntimeError> {
        let strict = self.strict && sequence;
        Ok(Moment {
            time: match self.timestamp {
                None => event.timestamp(),
                Some(field) => time_of(event, field, strict)?,
            },
            tiebreak: match self.tiebreaker {
                None => None,
                Some((field, field_type)) => tiebreak_of(event, field, field_type, strict)?,
            },
        })
    }
}

fn time_of(
    event: &dyn Event,
    field: Field,
    strict: bool,
) -> Result<Option<Timestamp>, RuntimeError> {
    if !strict {
        return Ok(match event.first(field) {
            Some(value) => match gatewatch_event::coerce(value, FieldType::DateNanos) {
                Ok(Value::Date(time)) => Some(time),
                _ => None,
            },
            None => None,
        });
    }
    let values = event.all(field);
    match values.as_slice() {
        [] => Ok(None),
        [Value::Date(time)] => Ok(Some(*time)),
        _ => Err(RuntimeError::new(
            UNUSABLE_TIME,
            format!(
                "Expected timestamp field [{field}] to be mapped as [date] or [date_nanos] and to hold a single value but got [{}]",
                shown(&values)
            ),
        )),
    }
}

fn tiebreak_of(
    event: &dyn Event,
    field: Field,
    field_type: SchemaType,
    strict: bool,
) -> Result<Option<KeyValue>, RuntimeError> {
    let keys = Keys::new(vec![Key {
        name: String::new(),
        optional: false,
        source: Some((field, field_type)),
    }]);
    let mut rows = keys.extract(event)?;
    if strict && rows.len() > 1 {
        return Err(RuntimeError::new(
            UNUSABLE_TIEBREAKER,
            format!(
                "Expected tiebreaker field [{field}] to hold a single comparable value but got [{}]",
                shown(&event.all(field))
            ),
        ));
    }
    rows.truncate(1);
    Ok(rows.pop().and_then(|mut row| row.pop()))
}

/// Values as Java shows a list; dates as their number.
fn shown(values: &[Value<'_>]) -> String {
    let texts: Vec<String> = values
        .iter()
        .take(16)
        .map(|value| match value {
            Value::Date(time) => time.millis().to_string(),
            other => other.text().into_owned(),
        })
        .collect();
    match texts.as_slice() {
        [only] => only.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}
