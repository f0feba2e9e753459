//! How alerts are written.

pub mod account;
pub mod csv;
pub mod json;
pub mod problems;
mod row;
pub mod text;

use gatewatch_detect::Alert;

pub use row::{AlertFilter, Row};

/// Writes alerts as they come, and the rest at the end.
pub trait Reporter {
    /// One alert.
    fn alert(&mut self, alert: &Alert, row: Row) -> anyhow::Result<()>;
    /// All alerts were given.
    fn finish(&mut self, context: &account::Context<'_>) -> anyhow::Result<()>;
}
