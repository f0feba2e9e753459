//! Turns rule text into checked, compiled rules.
//!
//! Rules arrive as path and text; nothing here reads files. There are two forms: the TOML of Elastic's detection rules
//! ([`Rule::parse`]: `[metadata]` and `[rule]` tables) and the objects of Kibana's API ([`Rule::from_json`]). Keys that gatewatch does not use are kept in [`Rule::parameters`].
//!
//! ```
//! let (path, text) = gatewatch_rules::shipped_pack().next().expect("the pack is not empty");
//! let rule = gatewatch_rules::Rule::parse(path, text).expect("shipped rules are valid");
//! assert!(!rule.name.is_empty());
//! ```

mod case;
pub mod check;
mod compile;
pub mod exceptions;
mod format;
pub mod kibana;
mod model;
mod pack;
mod place;
mod read;
mod rule;
mod source;
mod span;
mod toml_text;

pub use case::{CaseEvent, RuleCase, case_start, parse_cases};
pub use compile::{
    CompiledRule, Exception, IndicatorEntry, Indicators, NotRun, compile, compile_at,
};
pub use format::format_rule;
pub use model::{
    Cardinality, ExceptionListRef, Language, MissingFields, NewTerms, RuleType, SeverityMapping,
    Suppression, ThreatEntry, ThreatMatch, Threshold,
};
pub use pack::{shipped_cases, shipped_pack};
pub use rule::{Rule, RuleSeverity, Tactic, Technique};
pub use source::{RuleSource, SourceRule};
pub use span::{before_now, duration};
