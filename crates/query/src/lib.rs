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

mod check;
pub mod checked;
mod compile;
mod condition;
mod constant;
mod date;
mod error;
mod evaluate;
mod fold;
mod functions;
mod keys;
mod limits;
pub mod mapping;
mod number;
mod patterns;
mod plan;
mod schema;
mod similar;
mod text;
mod value;
mod version;

pub use check::check;
pub use compile::{Options, compile, plan};
pub use condition::{Condition, Description, Explanation, Outcome, Specialised};
pub use constant::Constant;
pub use error::RuntimeError;
pub use fold::{Folded, fold};
pub use keys::{Key, KeyValue, Keys};
pub use number::Number;
pub use plan::{Pipe, PipeKind, Plan, PlanBody, SamplePlan, SequencePlan, Step};
pub use schema::{EcsSchema, FieldInfo, Schema, SchemaType};
pub use version::version_key;
