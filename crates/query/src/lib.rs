//! Checks a tree against ECS, plans it, and evaluates it over events.
//!
//! [`compile`] turns the tree of a query into a [`Plan`]: conditions over single events, join keys, and the order in
//! which the conditions must be met. What to do with the events that match is the business of the caller.
//!
//! * [`check`] gives the typed tree, for tools that show it; [`compile`] checks and compiles at once.
//! * [`Condition::matches`] answers for one event; [`Condition::explain`] says why, [`Condition::describe`] how.
//! * [`Condition::specialise`] folds a condition with what is [`Known`](gatewatch_event::Known) of a kind of events,
//!   so that most events are decided before they are read.
//! * [`Condition::needles`] gives literals of which a matching event must hold one, for a search through raw bytes.
//! * [`Condition::fields`] and [`Plan::fields`] give the fields that may be asked for.
//! * [`Keys::extract`] gives the join keys of an event.
//! * [`fold`] computes a constant expression, [`compute`] one over given values; [`regex_example`] makes a text that a
//!   regular expression matches.
//!
//! KQL and Kibana's filters become the same plans and conditions: [`compile_kql`] and [`compile_filter`], or [`check_kql`] and
//! [`check_filter`] for the typed tree.
//!
//! Problems in a query are [`Diagnostic`](gatewatch_diagnostic::Diagnostic)s, all of them at once, with the place, the
//! stage at which Elasticsearch would report them, and a hint. What can only fail over an event is a [`RuntimeError`].
//!
//! # Where the answer is not Elasticsearch's
//!
//! * A constant that is no number, compared with a numeric field, equals none of its values, with a warning; Elasticsearch
//!   lets the search fail. Other constants that do not fit their field (text against a date) fail over the first event
//!   that has a value to compare, not before.
//! * Which part fails never depends on the order of evaluation, see [`Condition::matches`].
//! * Regular expressions over the result of a function are Java's without look-around, back-references, atomic groups and
//!   possessive repetition: none of these runs in linear time.
//! * A slice that cuts a character outside the Basic Multilingual Plane in two has U+FFFD in place of the half.
//! * Letters are compared without case one by one, by the simple mappings of Unicode.
//! * Date math (`now-1d`) is no date in EQL; in KQL and filters it is one where [`Options::now`] says what `now` is: nothing
//!   here reads a clock.
//! * In KQL and filters, a constant that does not fit its field (text against a number, a pattern against an address) equals
//!   none of its values, with a warning; Elasticsearch lets the search fail.

mod analysis;
mod check;
pub mod checked;
mod compile;
mod compute;
mod condition;
mod constant;
mod date;
mod date_math;
mod error;
mod evaluate;
mod filter;
mod fold;
mod functions;
mod keys;
mod kql;
mod limits;
pub mod mapping;
mod number;
mod patterns;
mod plan;
mod schema;
mod search;
mod similar;
mod text;
mod value;
mod version;

pub use check::check;
pub use compile::{Options, compile, plan};
pub use compute::{compute, regex_example};
pub use condition::{Condition, Description, Explanation, Outcome, Specialised};
pub use constant::Constant;
pub use error::RuntimeError;
pub use filter::{check_filter, compile_filter};
pub use fold::{Folded, fold};
pub use keys::{Key, KeyRef, KeyValue, Keys, Rows};
pub use kql::{check_kql, compile_kql};
pub use number::Number;
pub use plan::{Pipe, PipeKind, Plan, PlanBody, SamplePlan, SequencePlan, Step};
pub use schema::{EcsSchema, FieldInfo, FieldKind, Schema, SchemaType, SearchedField};
pub use text::fold as without_case;
pub use version::version_key;
