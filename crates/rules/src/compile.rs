//! Rule to runnable plan.

use std::fmt;
use std::sync::Arc;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::{Field, Timestamp};
use gatewatch_query::{Condition, Key, Keys, Options, Plan, PlanBody, Schema};
use gatewatch_syntax::eql::parse_query;
use serde_json::{Value as Json, json};

use crate::{Language, Rule, RuleType, ThreatEntry, ThreatMatch};

/// A rule and the plan of its query.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its query, checked and compiled, with its filters.
    pub plan: Plan,
    /// The fields that make groups (threshold) or that must be new (new_terms); all must have a value.
    pub keys: Keys,
    /// The field whose different values are counted (threshold).
    pub counted: Keys,
    /// Which documents are indicators (threat_match).
    pub indicators: Option<Indicators>,
    /// Events that the rule is not to see.
    pub exceptions: Vec<Exception>,
}

/// Which documents are indicators, and what is compared.
#[derive(Clone, Debug)]
pub struct Indicators {
    /// The threat query, with its filters.
    pub condition: Condition,
    /// For each group of the mapping, its entries.
    pub groups: Vec<Vec<IndicatorEntry>>,
}

/// A field of events and the field of indicators it is compared with.
#[derive(Clone, Debug)]
pub struct IndicatorEntry {
    /// The values of the event.
    pub event: Keys,
    /// The values of the indicator, read as the event's field is.
    pub indicator: Keys,
    /// They must differ.
    pub negate: bool,
}

/// An exception: events that meet its condition are not seen by the rule.
#[derive(Clone, Debug)]
pub struct Exception {
    /// How it is named in reports.
    pub name: String,
    /// The condition.
    pub condition: Condition,
}

/// Why a rule does not run.
#[derive(Clone, Debug, PartialEq)]
pub enum NotRun {
    /// Its type is none that gatewatch runs.
    Type(String),
    /// Its query is in a language that gatewatch does not read.
    Language(String),
    /// A rule of type threat_match, and no indicators were given.
    NoIndicators,
    /// Its query has problems; their spans lie in the query's text.
    Query(Vec<Diagnostic>),
    /// A filter, or another part of it than the query, cannot be used.
    Part(String),
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => match name.as_str() {
                "esql" => f.write_str("ES|QL is not run yet: it needs Elasticsearch"),
                "machine_learning" => f.write_str(
                    "machine learning rules read the anomalies that a job of Elasticsearch finds; logs hold none",
                ),
                name => write!(f, "rules of type `{name}` are not run"),
            },
            Self::Language(name) => write!(f, "queries in `{name}` are not run"),
            Self::NoIndicators => {
                f.write_str("it looks for indicators, and none were given: use --indicators FILE")
            }
            Self::Query(problems) => match problems.first() {
                Some(first) => write!(f, "{first}"),
                None => f.write_str("its query cannot be run"),
            },
            Self::Part(reason) => f.write_str(reason),
        }
    }
}

/// Compiles a rule's query against `schema`. Date math that needs a clock (`now-30d`) is refused.
///
/// # Errors
///
/// When the type is not run or the query has problems.
pub fn compile(rule: Arc<Rule>, schema: &dyn Schema) -> Result<CompiledRule, NotRun> {
    compile_at(rule, schema, None)
}

/// The same, where it is known what `now` means in queries.
///
/// # Errors
///
/// As for [`compile`].
pub fn compile_at(
    rule: Arc<Rule>,
    schema: &dyn Schema,
    now: Option<Timestamp>,
) -> Result<CompiledRule, NotRun> {
    let mut options = Options {
        now,
        ..Options::default()
    };
    if let Some(field) = &rule.event_category_override {
        options.event_category_field.clone_from(field);
    }
    Compiler { schema, options }.rule(rule)
}

struct Compiler<'a> {
    schema: &'a dyn Schema,
    options: Options,
}

impl Compiler<'_> {
    fn rule(&self, rule: Arc<Rule>) -> Result<CompiledRule, NotRun> {
        if matches!(
            rule.rule_type,
            RuleType::Esql | RuleType::MachineLearning | RuleType::Other(_)
        ) {
            return Err(NotRun::Type(rule.rule_type.to_string()));
        }
        if rule.rule_type == RuleType::SavedQuery && rule.query.trim().is_empty() {
            // An empty query would match every event.
            return Err(NotRun::Part(
                "its query is stored in Kibana beside the rule: put its text into `query`".into(),
            ));
        }
        let mut plan = if rule.rule_type == RuleType::Eql {
            self.eql(&rule)?
        } else {
            self.plan(&rule.query, rule.language)
                .map_err(|refused| match refused {
                    Refused::Text(problems) => NotRun::Query(problems),
                    Refused::Reason(reason) => reason,
                })?
        };
        let mut more = self.filters("filters", &rule.filters)?;
        if let Some(name) = &rule.timestamp_override
            && rule.timestamp_override_fallback_disabled
        {
            more.push(self.exists(name)?);
        }
        for condition in &more {
            narrow(&mut plan.body, condition);
        }
        let (mut keys, mut counted, mut indicators) = (Keys::default(), Keys::default(), None);
        match &rule.rule_type {
            RuleType::Threshold(threshold) => {
                keys = Keys::new(self.fields(&threshold.fields, false));
                let first = threshold.cardinality.first().map(|of| of.field.clone());
                counted = Keys::new(self.fields(first.as_slice(), true));
            }
            RuleType::NewTerms(terms) => keys = Keys::new(self.fields(&terms.fields, false)),
            RuleType::ThreatMatch(threat) => indicators = Some(self.threat_match(threat)?),
            _ => {}
        }
        Ok(CompiledRule {
            rule,
            plan,
            keys,
            counted,
            indicators,
            exceptions: Vec::new(),
        })
    }

    fn eql(&self, rule: &Rule) -> Result<Plan, NotRun> {
        let parsed = parse_query(&rule.query);
        let tree = parsed.into_result().map_err(NotRun::Query)?;
        gatewatch_query::compile(&tree, &rule.query, self.schema, &self.options)
            .map_err(NotRun::Query)
    }

    /// The plan of a query over single events; a problem in its text as it is, anything else as a reason.
    fn plan(&self, query: &str, language: Option<Language>) -> Result<Plan, Refused> {
        match language {
            Some(Language::Kuery) | None => {
                gatewatch_query::compile_kql(query, self.schema, &self.options)
                    .map_err(Refused::Text)
            }
            Some(other) => Err(Refused::Reason(NotRun::Language(other.to_string()))),
        }
    }

    fn filters(&self, key: &str, filters: &[Json]) -> Result<Vec<Condition>, NotRun> {
        filters
            .iter()
            .enumerate()
            .map(|(number, filter)| {
                gatewatch_query::compile_filter(filter, self.schema, &self.options)
                    .map_err(|problems| part(&format!("{key}[{number}]"), &problems))
            })
            .collect()
    }

    fn exists(&self, name: &str) -> Result<Condition, NotRun> {
        let filter = json!({"query": {"exists": {"field": name}}});
        gatewatch_query::compile_filter(&filter, self.schema, &self.options)
            .map_err(|problems| part("timestamp_override", &problems))
    }

    /// Keys over fields of these names.
    fn fields(&self, names: &[String], optional: bool) -> Vec<Key> {
        names
            .iter()
            .map(|name| Key {
                name: name.clone(),
                optional,
                source: self
                    .schema
                    .field(name)
                    .map(|info| (info.field, info.field_type)),
            })
            .collect()
    }

    fn threat_match(&self, threat: &ThreatMatch) -> Result<Indicators, NotRun> {
        let plan =
            self.plan(&threat.query, Some(threat.language))
                .map_err(|refused| match refused {
                    Refused::Text(problems) => part("threat_query", &problems),
                    Refused::Reason(reason) => reason,
                })?;
        let PlanBody::Event(mut condition) = plan.body else {
            return Err(NotRun::Part(
                "`threat_query` asks for no single documents".into(),
            ));
        };
        for filter in self.filters("threat_filters", &threat.filters)? {
            condition = condition.and(&filter);
        }
        let groups = threat
            .mapping
            .iter()
            .map(|entries| entries.iter().map(|entry| self.entry(entry)).collect())
            .collect();
        Ok(Indicators { condition, groups })
    }

    fn entry(&self, entry: &ThreatEntry) -> IndicatorEntry {
        let event = self.fields(std::slice::from_ref(&entry.field), false);
        // Kibana puts the indicator's text into a query on the event's field, whose type decides.
        let indicator = event
            .iter()
            .map(|key| Key {
                name: entry.value.clone(),
                optional: false,
                source: key
                    .source
                    .map(|(_, field_type)| (Field::new(&entry.value), field_type)),
            })
            .collect();
        IndicatorEntry {
            event: Keys::new(event),
            indicator: Keys::new(indicator),
            negate: entry.negate,
        }
    }
}

/// Why a query over single events does not run.
enum Refused {
    /// Problems in its text.
    Text(Vec<Diagnostic>),
    /// Something else.
    Reason(NotRun),
}

/// A part of a rule other than its query that cannot be used.
fn part(name: &str, problems: &[Diagnostic]) -> NotRun {
    let first = problems.first().map(ToString::to_string);
    NotRun::Part(format!("`{name}`: {}", first.unwrap_or_default()))
}

/// Every condition of a plan holds only together with another.
fn narrow(body: &mut PlanBody, condition: &Condition) {
    match body {
        PlanBody::Event(event) => *event = event.and(condition),
        PlanBody::Sequence(sequence) => {
            for step in sequence.steps.iter_mut().chain(&mut sequence.until) {
                step.condition = step.condition.and(condition);
            }
        }
        PlanBody::Sample(sample) => {
            for step in &mut sample.steps {
                step.condition = step.condition.and(condition);
            }
        }
    }
}
