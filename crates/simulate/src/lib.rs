//! Makes events that fire a rule, and near misses that do not.
//!
//! The checked tree of the rule's query says what an event needs; of alternatives one is drawn, values are made for each
//! field, functions are followed backwards, and sequences get their keys and times. Nothing is returned unproven: the
//! rule is run over every set.
//!
//! There is no clock: the same rule, seed and number give the same set, which begins at a fixed time.
//!
//! ```
//! use std::sync::Arc;
//!
//! use gatewatch_query::EcsSchema;
//! use gatewatch_rules::Rule;
//! use gatewatch_simulate::Simulator;
//!
//! let (path, text) = gatewatch_rules::shipped_pack().next().expect("the pack is not empty");
//! let rule = Rule::parse(path, text).expect("shipped rules are valid");
//! let simulator = Simulator::new(Arc::new(rule), &EcsSchema, 7).expect("its query is sound");
//! let firing = simulator.firing(0).expect("it can fire");
//! let near_misses = simulator.near_misses(0).expect("it can fire");
//! assert!(!firing.events.is_empty() && firing.broken.is_none());
//! assert!(near_misses.iter().all(|set| set.broken.is_some()));
//! ```

mod assign;
mod draft;
mod formula;
mod lower;
mod near_miss;
mod pattern;
mod plot;
mod random;
mod satisfy;
mod set;
mod simulator;
mod values;

pub use set::{Broken, BrokenKind, EventSet, Refusal};
pub use simulator::Simulator;
