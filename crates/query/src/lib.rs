//! Checks a tree against ECS, plans it, and evaluates it over events.
//!
//! [`compile`] turns the tree of a query into a [`Plan`]: conditions over single events, join keys, and the order in
//! which the conditions must be met. What to do with the events that match is the business of the caller.
//!
//! * [`Condition::matches`] answers for one event; [`Condition::explain`] says why.
//! * [`Condition::specialise`] folds a condition with what is [`Known`](gatewatch_event::Known) of a kind of events,
//!   so that most events are decided before they are read.
//! * [`Condition::needles`] gives literals of which a matching event must hold one, for a search through raw bytes.
//! * [`Condition::fields`] gives the fields a condition may ask for.
//! * [`Keys::extract`] gives the join keys of an event.
//! * [`fold`] computes a constant expression.
//!
//! Problems in a query are [`Diagnostic`](gatewatch_diagnostic::Diagnostic)s, all of them at once, with the place, the
//! stage at which Elasticsearch would report them, and a hint. What can only fail over an event is a [`RuntimeError`].

mod compile;
mod condition;
mod constant;
mod error;
mod fold;
mod keys;
pub mod mapping;
mod plan;
mod schema;

pub use compile::{Options, compile};
pub use condition::{Condition, Explanation, Outcome, Specialised};
pub use constant::Constant;
pub use error::RuntimeError;
pub use fold::{Folded, fold};
pub use keys::{Key, KeyValue, Keys};
pub use plan::{Pipe, PipeKind, Plan, PlanBody, SamplePlan, SequencePlan, Step};
pub use schema::{EcsSchema, FieldInfo, Schema, SchemaType};
