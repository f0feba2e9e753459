//! Runs compiled rules over events and yields alerts.
//!
//! Matching yields *hits*: an event met a step of a query. Hits are small, and what happens between them is decided
//! here: [`sequence`] puts them in order, [`sample`] joins them without order, [`search`] answers a whole request.

pub mod sample;
pub mod search;
pub mod sequence;
