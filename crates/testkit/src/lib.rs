//! Logs made to order: the fixtures of the tests, of `corpus/` and of the benchmarks.
//!
//! [`evtx`] writes Windows event logs as Windows does: real BinXML, with template definitions that
//! later records of the same 64 KiB chunk refer to, string tables, bucket tables and checksums.
//! [`windows`] makes the events that matter to gatewatch, [`winlogbeat`] gives the same events as ECS
//! documents, [`oracle`] says what a scan should find in them, and [`corpus`] is the scenario behind
//! the logs of the repository.
//!
//! ```
//! use gatewatch_testkit::evtx::{Event, EvtxFile, FileTime, Value};
//!
//! let bytes = EvtxFile::new()
//!     .event(
//!         Event::new("Example-Provider", 7)
//!             .channel("Application")
//!             .computer("lab1.example.test")
//!             .time(FileTime::at("2026-03-01T08:00:00Z"))
//!             .data([("Address", Value::from("203.0.113.9")), ("Port", Value::U16(3389))]),
//!     )
//!     .finish()?;
//! assert!(bytes.starts_with(b"ElfFile\0"));
//! # Ok::<(), gatewatch_testkit::evtx::WriteError>(())
//! ```

pub mod corpus;
pub mod evtx;
pub mod oracle;
pub mod random;
pub mod windows;
pub mod winlogbeat;
