//! Reads logs and yields ECS events.
//!
//! `input` finds files and frames bytes, `format` reads the raw forms (EVTX, JSON, syslog), `source` maps them to ECS.

mod consumer;
mod input;
pub mod format;
pub mod source;

pub use input::{Found, InputFile, ReadOptions, Unit, find, units};
pub use consumer::{Consumer, Counts, Needles, Place, Placed, PlacedKind, Problem, ProblemKind};
