//! Runs compiled rules over events and yields alerts.
//!
//! Matching yields *hits*: an event met a step of a query. Hits are small, and what happens between them is decided
//! here: [`Engine`] runs many rules at once, [`sequence`] puts them in order, [`sample`] joins them without order, [`search`] answers a whole request.

mod alert;
mod cache;
mod dispatch;
mod engine;
mod outcome;
pub mod sample;
pub mod search;
pub mod sequence;
mod store;

pub use alert::Alert;
pub use engine::{Again, Engine, RuleFailure, Worker};
pub use outcome::{EventRef, Match, Outcome};
pub use store::{DocumentRef, DocumentStore};
