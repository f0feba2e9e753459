//! Exceptions: events that a rule is not to see, as lists of items that Kibana keeps apart from rules.

mod compile;
mod item;
mod lists;
mod set;

pub use compile::Expiry;
pub use item::{EntryTest, ExceptionEntry, ExceptionItem, read_item};
pub use lists::ValueLists;
pub use set::{Exception, Exceptions};
