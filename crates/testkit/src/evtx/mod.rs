//! A writer of Windows event logs (`.evtx`).
//!
//! [`EvtxFile`] takes [`Event`]s and gives the bytes of a file. How an event is laid out is a
//! [`Style`]: real logs hold at least four layouts, and readers go wrong on the rarer ones.
//! [`damage`] breaks a finished file in the ways that real files are broken.
//!
//! Everything is deterministic: the same calls give the same bytes.

mod binxml;
mod chunk;
pub mod damage;
mod error;
mod event;
mod file;
mod layout;
mod lowering;
mod signature;
mod types;
mod value;

pub use error::WriteError;
pub use event::{Content, Element, Event, Field, Node, Payload};
pub use file::{EvtxFile, RecordPlace};
pub use layout::{Nested, Shape, Style};
pub use types::{FileTime, Guid, ParseError, Sid};
pub use value::{Text, Value};
