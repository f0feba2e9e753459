//! JSON in all the ways logs hold it: one object a line, arrays, objects one after another, objects that wrap a list.
//!
//! [`JsonReader`] frames records out of a stream or a range of a file; [`LazyJson`] answers questions about a record from
//! its bytes. What a record means - an ECS document, a Windows event in one of many shapes, a line of the systemd
//! journal - is decided for every record by itself ([`Shape`]).

mod deliver;
mod frame;
mod glance;
mod index;
mod lanes;
mod lazy;
mod lines;
mod marks;
mod masks;
mod offsets;
mod peek;
mod reader;
mod record;
mod rewrite;
mod scan;
mod shape;
mod sieve;
mod skim;
mod split;
mod stream;
mod string;
mod traces;
mod work;
mod wrapper;

use std::fmt;

pub use index::{DEPTH_LIMIT, Index, JsonKind};
pub use lazy::{Elements, LazyJson};
pub use reader::{JsonReader, RECORD_LIMIT};
pub use record::JsonRecord;
pub(crate) use shape::Marks;
pub use shape::{CarriedLine, Shape};
pub use split::is_splittable;
pub use traces::{TraceStore, Traces, TracesByKind};

/// Why a text is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl JsonError {
    fn new(offset: usize, reason: &'static str) -> Self {
        Self { offset, reason }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {} of the record)", self.reason, self.offset)
    }
}

impl std::error::Error for JsonError {}
