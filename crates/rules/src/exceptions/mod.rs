//! Exceptions: events that a rule is not to see, as lists of items that Kibana keeps apart from rules.

mod item;

pub use item::{EntryTest, ExceptionEntry, ExceptionItem, read_item};
