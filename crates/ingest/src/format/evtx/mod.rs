//! Windows event logs (EVTX): records read straight from the chunk's bytes, as far as somebody asks and no further.
//!
//! A log is a header and 64 KiB chunks; a chunk is a header and records; a record is BinXML: a reference to a template
//! and a table of the values that go into it. What a template keeps where is learnt once per chunk, so that a value of a
//! record is found by adding up sizes in its table. No XML or JSON is built, nothing is copied, nothing is allocated for
//! a chunk like those before.
//!
//! # Reading
//!
//! [`EvtxFile`] gives the chunks of a file by place, also ranges of them to several threads; [`EvtxStream`] gives those of
//! something that can only be read once. A [`ChunkParser`] (one per thread, kept) opens a chunk:
//!
//! ```
//! use gatewatch_ingest::format::evtx::{ChunkParser, EvtxFile};
//!
//! fn failed_logons(log: std::fs::File) -> std::io::Result<()> {
//!     let file = EvtxFile::open(log)?;
//!     let mut parser = ChunkParser::new();
//!     let mut reader = file.reader(0..file.chunk_count());
//!     while let Some(raw) = reader.next_chunk()? {
//!         let chunk = parser.open(raw);
//!         let _remarks = chunk.notes();
//!         for record in chunk.records() {
//!             let record = match record {
//!                 Ok(record) => record,
//!                 Err(_damage) => continue, // where, which record, why: to be reported
//!             };
//!             if record.event_id() == Some(4625)
//!                 && record.provider().eq_str("Microsoft-Windows-Security-Auditing")
//!             {
//!                 let _from = record.data("IpAddress").map(|value| value.to_string());
//!             }
//!             let _partly = record.damage(); // what could not be read of what was asked for
//!         }
//!     }
//!     let _remarks = (file.notes(), reader.take_notes());
//!     Ok(())
//! }
//! ```
//!
//! # A record
//!
//! | what | how |
//! |---|---|
//! | frame | [`record_id`](RecordRef::record_id), [`written`](RecordRef::written), [`offset`](RecordRef::offset), [`size`](RecordRef::size) |
//! | `System` | [`event_id`](RecordRef::event_id), [`provider`](RecordRef::provider), [`channel`](RecordRef::channel), [`computer`](RecordRef::computer), [`time`](RecordRef::time); everything: [`system`](RecordRef::system) with a [`SystemField`] |
//! | `EventData` | [`data`](RecordRef::data), [`for_each_data`](RecordRef::for_each_data) |
//! | `UserData` | [`user_data`](RecordRef::user_data): [`container`](Fields::container), [`get`](Fields::get), [`for_each`](Fields::for_each) |
//! | either | [`fields`](RecordRef::fields) |
//! | anything else | [`rendering_info`](RecordRef::rendering_info), [`section`](RecordRef::section), [`tree`](RecordRef::tree) |
//! | decided once | [`origin`](RecordRef::origin) numbers provider and channel, [`shape`](Fields::shape) the list of field names, so that what was decided for a name can be kept in a table and [`value`](Fields::value) finds the value by its place in the list |
//!
//! Values borrow from the chunk ([`Value`]); text is UTF-16 until somebody wants it otherwise ([`Utf16`]).
//!
//! # What is damaged
//!
//! Nothing vanishes. A record that cannot be read is an error with its place and reason, and the next one follows; a
//! record that can be read in part is handed out and [`RecordRef::damage`] tells what is missing. Checksums, flags and
//! counts that do not match are remarks ([`Note`]), and what they cover is read all the same: chunks are found by their
//! place whatever the header says, records by walking from one to the next. Where the walk is broken, it goes on at the
//! next place that has the mark of a record and its size both before and behind it. The records of a chunk whose checksum
//! does not match are checked in full at once.
//!
//! Records end where the chunk header says. What lies behind is left over from other chunks, often of other logs, so it
//! is read only where it continues the chunk without a gap in place or id. Records inside the chunk's area are read
//! whatever their ids are.

mod bytes;
mod check;
mod chunk;
mod damage;
mod fields;
mod header;
mod layout;
mod learn;
mod names;
mod record;
mod source;
mod state;
mod text;
mod time;
mod token;
mod tree;
mod value;

pub use check::{Account, check_bytes};
pub use chunk::{
    CHUNK_HEADER_SIZE, CHUNK_SIZE, Chunk, ChunkHeader, ChunkParser, RawChunk, Records,
};
pub use damage::{Damage, Note, NoteKind, Reason};
pub use fields::{Fields, Pair};
pub use header::{FILE_HEADER_SIZE, FileHeader};
pub use layout::{DataKind, SystemField};
pub use record::RecordRef;
pub use source::{ChunkReader, EvtxFile, EvtxStream, ReadAt, is_evtx};
pub use state::{OriginId, ShapeId};
pub use text::Utf16;
pub use time::filetime_to_unix_nanoseconds;
pub use tree::{Attribute, Element, Node};
pub use value::{Array, ArrayItems, Value};
