//! A rule as its author wrote it.

use std::fmt;
use std::str::FromStr;

use gatewatch_diagnostic::Diagnostic;
use serde_json::{Map, Value as Json};

/// How grave an alert of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSeverity {
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// `critical`
    Critical,
}

impl RuleSeverity {
    /// The word that rules and alerts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for RuleSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RuleSeverity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no severity: use low, medium, high or critical"))
    }
}

/// The type of a rule, as Elastic names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RuleType {
    /// `eql`: the type that runs.
    Eql,
    /// Any other type, by its name.
    Other(String),
}

impl fmt::Display for RuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eql => f.write_str("eql"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// A MITRE ATT&CK technique or sub-technique that a rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1133`, `T1021.001`.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A MITRE ATT&CK tactic that a rule names, with its techniques.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0001`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Techniques and sub-techniques, in the order of the file.
    pub techniques: Vec<Technique>,
}

/// A detection rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it came from.
    pub path: String,
    /// The whole file, for showing problems in place.
    pub source: String,
    /// `rule_id`: stable over versions.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it detects.
    pub description: String,
    /// Its type.
    pub rule_type: RuleType,
    /// How grave its alerts are.
    pub severity: RuleSeverity,
    /// 0 to 100.
    pub risk_score: u8,
    /// The query; empty for types without one.
    pub query: String,
    /// Where the query's text begins in `source`, when it stands there verbatim.
    pub query_offset: Option<usize>,
    /// Index patterns.
    pub index: Vec<String>,
    /// Another field than `event.category`.
    pub event_category_override: Option<String>,
    /// Another field than `@timestamp` for ordering sequences.
    pub timestamp_field: Option<String>,
    /// The field that orders events of equal time.
    pub tiebreaker_field: Option<String>,
    /// At most this many alerts a run; Elastic's default is 100. Not applied by a scan: nothing is lost there.
    pub max_signals: Option<u64>,
    /// Its alerts are building blocks for other rules, not for people.
    pub building_block: bool,
    /// ATT&CK tactics and techniques.
    pub threat: Vec<Tactic>,
    /// The whole `[rule]` table.
    pub parameters: Map<String, Json>,
}

impl Rule {
    /// Reads a rule from the text of a TOML file.
    ///
    /// # Errors
    ///
    /// Every problem found: bad TOML, missing or mistyped keys; each with its place in the file.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        crate::read::read_rule(path, text)
    }

    /// A string parameter of the rule, such as `note`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.parameters.get(key).and_then(Json::as_str)
    }

    /// A list-of-strings parameter of the rule, such as `tags`; a single string counts as a list of one.
    pub fn list(&self, key: &str) -> Vec<&str> {
        match self.parameters.get(key) {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
