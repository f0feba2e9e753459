//! Turns rule text into checked, compiled rules.
//!
//! Rules arrive as path and text; nothing here reads files. The form is the TOML of Elastic's detection rules:
//! `[metadata]` and `[rule]` tables. Keys that gatewatch does not use are kept in [`Rule::parameters`].
//!
//! ```
//! let (path, text) = gatewatch_rules::shipped_pack().next().expect("the pack is not empty");
//! let rule = gatewatch_rules::Rule::parse(path, text).expect("shipped rules are valid");
//! assert!(!rule.name.is_empty());
//! ```

mod case;
mod compile;
mod pack;
mod read;
mod rule;

pub use case::{CaseEvent, RuleCase, parse_cases};
pub use compile::{CompiledRule, NotRun, compile};
pub use pack::{shipped_cases, shipped_pack};
pub use rule::{Rule, RuleSeverity, RuleType, Tactic, Technique};
