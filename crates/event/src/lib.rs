//! An ECS event: typed values and the paths that reach them.
//!
//! A reader hands out [`Event`]s that answer "values of this field" from the raw record, without building a
//! document. What the values *mean* - an address, a date, a keyword - is the business of a [`FieldType`], which
//! comes from the Elastic Common Schema ([`ecs_type`]) or from an index mapping.
//!
//! ```
//! use gatewatch_event::{Event, Field, JsonEvent, Value};
//!
//! let event = JsonEvent::new(serde_json::json!({"source": {"ip": ["192.0.2.7", "::1"]}}));
//! assert_eq!(event.first(Field::new("source.ip")), Some(Value::from("192.0.2.7")));
//! ```

mod anchor;
mod coerce;
mod document;
mod ecs;
mod field;
mod ip;
mod json;
mod record;
mod time;
mod value;

pub use anchor::{Anchor, AnchorValue, DOTTED_I, is_plain_in_json};
pub use coerce::{CoerceError, coerce, double_text};
pub use document::{Document, document_fields, document_values};
pub use ecs::{FieldType, ecs_fields, ecs_is_array, ecs_type, known_ecs_type};
pub use field::Field;
pub use ip::{Cidr, CidrSet, leading_ipv4, parse_ip};
pub use json::JsonEvent;
pub use record::{Event, INDEX_FIELD, Known, NothingKnown};
pub use time::{Timestamp, offset_text, parse_iso};
pub use value::Value;
