//! Kibana's export files: rules, exception lists and their items, connectors and the summary, one JSON object a line.

mod bundle;
mod convert;
mod file;
mod guide;

pub use bundle::{file_name, from_bundle, is_bundle, to_bundles};
pub use convert::{ConvertError, to_kibana, to_toml};
pub use file::{Entry, EntryKind, Export, IMPORT_BYTES, IMPORT_OBJECTS, summary};
