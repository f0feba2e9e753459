//! A rule as its author wrote it.

use std::fmt;
use std::str::FromStr;

use gatewatch_diagnostic::Diagnostic;
use serde_json::{Map, Value as Json};

use crate::model::{ExceptionListRef, Language, RuleType, SeverityMapping, Suppression};
use crate::span::{before_now, duration};

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

/// `from` is `now-6m` unless the rule says otherwise.
pub(crate) const DEFAULT_FROM: &str = "now-6m";
/// `interval` is `5m` unless the rule says otherwise.
pub(crate) const DEFAULT_RUN_INTERVAL: &str = "5m";
const DEFAULT_LOOK_BACK: i64 = 6 * 60 * 1_000_000_000;
const DEFAULT_INTERVAL: i64 = 5 * 60 * 1_000_000_000;

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
    /// The language of the query; `None` for a type without a query, or a language of another name.
    pub language: Option<Language>,
    /// The query; empty for types without one.
    pub query: String,
    /// Where the query's text begins in `source`, when it stands there verbatim.
    pub query_offset: Option<usize>,
    /// Index patterns; none where the rule leaves the choice to the space it runs in.
    pub index: Vec<String>,
    /// More conditions on events, as Kibana stores them: `meta` and a query in Elasticsearch's DSL.
    pub filters: Vec<Json>,
    /// Links to lists of exceptions.
    pub exceptions_list: Vec<ExceptionListRef>,
    /// Start of the window that each run looks at, as date math; Elastic's default is `now-6m`.
    pub from: String,
    /// Time from one run to the next; Elastic's default is `5m`.
    pub interval: String,
    /// Another field than `@timestamp` to say in which window an event lies.
    pub timestamp_override: Option<String>,
    /// Events without that field are not looked at, rather than placed by `@timestamp`.
    pub timestamp_override_fallback_disabled: bool,
    /// Another field than `event.category`.
    pub event_category_override: Option<String>,
    /// Another field than `@timestamp` for ordering sequences.
    pub timestamp_field: Option<String>,
    /// The field that orders events of equal time.
    pub tiebreaker_field: Option<String>,
    /// At most this many alerts a run; Elastic's default is 100. Not applied by a scan: nothing is lost there.
    pub max_signals: Option<u64>,
    /// `building_block_type`: its alerts are building blocks for other rules, not for people. The only value is `default`.
    pub building_block_type: Option<String>,
    /// Which alerts are joined to one.
    pub alert_suppression: Option<Suppression>,
    /// Values of the event that decide the severity, in the order of the file.
    pub severity_mapping: Vec<SeverityMapping>,
    /// The field of the event that holds the risk score of its alert.
    pub risk_score_mapping: Option<String>,
    /// The field of the event that holds the name its alert is shown under.
    pub rule_name_override: Option<String>,
    /// ATT&CK tactics and techniques.
    pub threat: Vec<Tactic>,
    /// The whole `[rule]` table, or the whole object of the API.
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

    /// Reads a rule from the object that Kibana's API and exports hold. `path` names where it was found; problems have no
    /// spans, and [`source`](Self::source) is empty.
    ///
    /// # Errors
    ///
    /// Every problem found: missing or mistyped keys.
    pub fn from_json(path: &str, object: Map<String, Json>) -> Result<Self, Vec<Diagnostic>> {
        crate::read::read_object(path, "", object, &|_| None)
    }

    /// How far each run looks back, in nanoseconds: `from` before now.
    pub fn look_back(&self) -> i64 {
        before_now(&self.from).unwrap_or(DEFAULT_LOOK_BACK)
    }

    /// The nanoseconds from one run to the next.
    pub fn run_interval(&self) -> i64 {
        duration(&self.interval)
            .filter(|interval| *interval > 0)
            .unwrap_or(DEFAULT_INTERVAL)
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
