//! How alerts are written.

pub mod account;
pub mod csv;
pub mod json;
pub mod problems;
mod row;
pub mod text;
mod write;

use gatewatch_detect::Alert;
use gatewatch_rules::Rule;
pub use row::{AlertFilter, Row};
pub use write::{Written, write};

/// Writes alerts: what is to be written of each is made on any thread, and then written in order.
pub trait Reporter {
    /// What is written of an alert.
    type Entry: Send;
    /// How it is made.
    type Form: Sync;

    /// Is anything written of an alert of a rule that comes after `before` others of it? If not, it is only counted.
    fn shows(_form: &Self::Form, _before: u64) -> bool {
        true
    }

    /// Makes what is written of an alert.
    fn entry(form: &Self::Form, rule: &Rule, alert: &Alert) -> anyhow::Result<Self::Entry>;

    /// Writes it; `None` of an alert that is only counted. `rule` is the place of the rule in the engine.
    fn take(&mut self, rule: usize, entry: Option<Self::Entry>) -> anyhow::Result<()>;

    /// All alerts were given.
    fn finish(&mut self, context: &account::Context<'_>) -> anyhow::Result<()>;
}
