//! Reads logs and yields ECS events.
//!
//! `input` finds files and frames bytes, `format` reads the raw forms (EVTX, JSON, syslog), `source` maps them to ECS.

mod consumer;
pub mod format;
mod input;
pub mod source;

pub use consumer::{
    Consumer, Counts, Needles, Peek, Peeked, Place, Placed, PlacedKind, Problem, ProblemKind,
};
pub use format::json::{TraceStore, Traces, TracesByKind};
pub use format::text::TextTraces;
pub use input::{Found, InputFile, ReadOptions, Unit, find, units};
