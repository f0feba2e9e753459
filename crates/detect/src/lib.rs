//! Runs compiled rules over events and yields alerts.
//!
//! Matching yields *hits*: an event met a step of a query. Hits are small, and what happens between them is decided
//! here: [`Engine`] runs many rules at once, [`sequence`] puts them in order, [`sample`] joins them without order, [`search`] answers a whole request.

mod alert;
mod cache;
mod dispatch;
mod engine;
mod finish;
mod hits;
mod index;
mod new_terms;
mod outcome;
pub mod sample;
pub mod search;
pub mod sequence;
mod shown;
mod store;
mod suppress;
mod threat;
mod threshold;
mod worker;

pub use alert::{Alert, AlertDocument};
pub use engine::{DEFAULT_MEMORY, Engine, EngineOptions};
pub use new_terms::KnownTerms;
pub use outcome::{Detail, EventRef, Match, Outcome};
pub use store::{DocumentRef, DocumentStore};
pub use suppress::Suppressed;
pub use threat::IndicatorStore;
pub use worker::{Again, Glimpse, RuleFailure, Sight, Worker};
