//! What the types of rules, and the options that rules share, say.

use std::fmt;

use serde_json::Value as Json;

use crate::RuleSeverity;

/// The type of a rule, with what only that type has.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleType {
    /// `query`: single events, found by KQL or Lucene.
    Query,
    /// `saved_query`: the same, with the query stored in Kibana beside the rule.
    SavedQuery,
    /// `eql`: single events, sequences or samples.
    Eql,
    /// `threshold`: groups of events that grow large.
    Threshold(Threshold),
    /// `new_terms`: values not seen before.
    NewTerms(NewTerms),
    /// `threat_match`: events that hold an indicator.
    ThreatMatch(Box<ThreatMatch>),
    /// `esql`: a pipeline of ES|QL.
    Esql,
    /// `machine_learning`: anomalies that a job of Elasticsearch found.
    MachineLearning,
    /// Any other type, by its name.
    Other(String),
}

impl RuleType {
    /// The name that rules use.
    pub fn name(&self) -> &str {
        match self {
            Self::Query => "query",
            Self::SavedQuery => "saved_query",
            Self::Eql => "eql",
            Self::Threshold(_) => "threshold",
            Self::NewTerms(_) => "new_terms",
            Self::ThreatMatch(_) => "threat_match",
            Self::Esql => "esql",
            Self::MachineLearning => "machine_learning",
            Self::Other(name) => name,
        }
    }

    /// Kibana's name for the executor: `siem.eqlRule`.
    pub fn type_id(&self) -> &str {
        match self {
            Self::Query => "siem.queryRule",
            Self::SavedQuery => "siem.savedQueryRule",
            Self::Eql => "siem.eqlRule",
            Self::Threshold(_) => "siem.thresholdRule",
            Self::NewTerms(_) => "siem.newTermsRule",
            Self::ThreatMatch(_) => "siem.indicatorRule",
            Self::Esql => "siem.esqlRule",
            Self::MachineLearning => "siem.mlRule",
            Self::Other(name) => name,
        }
    }

    /// Kibana's title of the type, which alerts carry as `kibana.alert.rule.category`.
    pub fn category(&self) -> &str {
        match self {
            Self::Query => "Custom Query Rule",
            Self::SavedQuery => "Saved Query Rule",
            Self::Eql => "Event Correlation Rule",
            Self::Threshold(_) => "Threshold Rule",
            Self::NewTerms(_) => "New Terms Rule",
            Self::ThreatMatch(_) => "Indicator Match Rule",
            Self::Esql => "ES|QL Rule",
            Self::MachineLearning => "Machine Learning Rule",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for RuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The language of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// `kuery`: KQL.
    Kuery,
    /// `lucene`: Lucene's query syntax.
    Lucene,
    /// `eql`
    Eql,
    /// `esql`: ES|QL.
    Esql,
}

impl Language {
    /// The name that rules use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kuery => "kuery",
            Self::Lucene => "lucene",
            Self::Eql => "eql",
            Self::Esql => "esql",
        }
    }

    /// The language of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Kuery, Self::Lucene, Self::Eql, Self::Esql]
            .into_iter()
            .find(|language| language.as_str() == name)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// When a group of events is an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The fields whose values make a group; none: all events are one group.
    pub fields: Vec<String>,
    /// At least so many events.
    pub value: u64,
    /// And at least so many different values of a field. Kibana uses only the first.
    pub cardinality: Vec<Cardinality>,
}

/// At least so many different values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cardinality {
    /// The field.
    pub field: String,
    /// How many.
    pub value: u64,
}

/// Which combinations of values must be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTerms {
    /// One to three fields.
    pub fields: Vec<String>,
    /// Since when they must not have been seen, as date math: `now-7d`.
    pub history_window_start: String,
}

/// Which indicators are looked for where.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreatMatch {
    /// Which documents are indicators.
    pub query: String,
    /// The language of `query`.
    pub language: Language,
    /// The indices that hold indicators.
    pub index: Vec<String>,
    /// More conditions on indicators, as Kibana stores them.
    pub filters: Vec<Json>,
    /// Groups of entries: all entries of any group must hold.
    pub mapping: Vec<Vec<ThreatEntry>>,
    /// The object in an indicator that is copied to the alert.
    pub indicator_path: String,
}

/// A field of events that must hold what a field of an indicator holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreatEntry {
    /// The field of the event.
    pub field: String,
    /// The field of the indicator.
    pub value: String,
    /// They must differ instead.
    pub negate: bool,
}

/// Which alerts are joined to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The fields whose values make a group. None for threshold rules, whose own groups serve.
    pub group_by: Vec<String>,
    /// How long a group lasts, in nanoseconds; `None`: one run of the rule.
    pub duration: Option<i64>,
    /// What becomes of alerts that lack a field.
    pub missing_fields: MissingFields,
}

/// What becomes of alerts that lack a field of the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissingFields {
    /// `suppress`: missing is a value like others.
    #[default]
    Suppress,
    /// `doNotSuppress`: each is an alert.
    DoNotSuppress,
}

/// A value of the event that decides the severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityMapping {
    /// The field.
    pub field: String,
    /// Its value.
    pub value: String,
    /// The severity of such alerts.
    pub severity: RuleSeverity,
}

/// A link to a list of exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExceptionListRef {
    /// The list's own id in Kibana.
    pub id: String,
    /// The name that files use.
    pub list_id: String,
    /// `detection`, `rule_default`, `endpoint`, ...
    pub list_type: String,
    /// `single` or `agnostic`.
    pub namespace_type: String,
}
