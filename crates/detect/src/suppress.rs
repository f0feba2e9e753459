//! Joins alerts of a rule to one: alert suppression, and the limit of alerts a run.
//!
//! Kibana suppresses within one run of the rule, or over a span of time counted from the group's first alert. A scan has no
//! runs; where a rule asks for them, time is cut into spans of the rule's `interval`, counted from 1970-01-01, and each is a
//! run. The time of an alert is that of its event by the rule's clock (`timestamp_override`, else `@timestamp`).

use std::collections::HashMap;
use std::io;

use gatewatch_event::{Document, FieldType, Timestamp, Value, coerce, document_values};
use gatewatch_query::KeyValue;
use gatewatch_rules::{MissingFields, Rule, RuleType, Suppression};
use serde_json::Value as Json;

use crate::engine::Engine;
use crate::outcome::{Detail, Match, Outcome};

/// What was joined to an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// The fields of the group and their values, null for a missing one.
    pub terms: Vec<(String, Json)>,
    /// The first event.
    pub start: Option<Timestamp>,
    /// The last event.
    pub end: Option<Timestamp>,
    /// How many more events there are than the alert shows.
    pub more: u64,
}

/// Groups of one alert: more values are cut off, as Elasticsearch cuts off buckets.
const MOST_GROUPS: usize = 100;

impl Engine {
    /// Joins the alerts of rules that ask for it, and takes from `outcome` what was joined to others. To be called when all
    /// documents were [read again](Engine::to_read_again).
    ///
    /// # Errors
    ///
    /// When a document cannot be read.
    pub fn suppress(&self, outcome: &mut Outcome) -> io::Result<()> {
        let any = self
            .rules()
            .iter()
            .any(|compiled| compiled.rule.alert_suppression.is_some());
        if !any {
            return Ok(());
        }
        let matches = std::mem::take(&mut outcome.matches);
        let mut groups: HashMap<(usize, String), Group> = HashMap::new();
        let mut kept: Vec<Match> = Vec::new();
        let mut counts: HashMap<usize, u64> = HashMap::new();
        for found in matches {
            let rule = &self.rules()[found.rule].rule;
            let Some(suppression) = &rule.alert_suppression else {
                kept.push(found);
                continue;
            };
            let (time, rows) = self.rows(outcome, &found, rule, suppression)?;
            let extra = match found.detail {
                Detail::Threshold { count, .. } => count,
                _ => 1,
            };
            let begin = match found.detail {
                Detail::Threshold { from, .. } => Some(from),
                _ => time,
            };
            for terms in rows {
                let Some(terms) = terms else {
                    kept.push(found.clone());
                    continue;
                };
                let key = (
                    found.rule,
                    Json::from_iter(terms.iter().cloned()).to_string(),
                );
                let group = groups.get(&key).copied();
                let open = group.filter(|group| group.is_open(time, rule, suppression));
                match open.and_then(|group| kept[group.alert].suppressed.as_mut()) {
                    Some(first) => {
                        first.more += extra;
                        first.end = first.end.max(time);
                        *counts.entry(found.rule).or_default() += 1;
                    }
                    None => {
                        groups.insert(
                            key,
                            Group {
                                alert: kept.len(),
                                start: time,
                            },
                        );
                        kept.push(Match {
                            suppressed: Some(Suppressed {
                                terms,
                                start: begin,
                                end: time,
                                more: extra - 1,
                            }),
                            ..found.clone()
                        });
                    }
                }
            }
        }
        outcome.matches = kept;
        let mut counts: Vec<(usize, u64)> = counts.into_iter().collect();
        counts.sort_unstable();
        for (rule, count) in counts {
            let note = format!("{count} alerts were joined to others by its alert suppression");
            outcome.notes.push((rule, note));
        }
        Ok(())
    }

    /// Drops from `outcome` the alerts of each rule beyond its `max_signals` (100 unless it says otherwise) in each run,
    /// the latest first, as Kibana would; says how many in the notes.
    pub fn limit_signals(&self, outcome: &mut Outcome) {
        const DEFAULT: u64 = 100;
        let mut runs: HashMap<(usize, Option<i64>), u64> = HashMap::new();
        let mut dropped: HashMap<usize, u64> = HashMap::new();
        outcome.matches.retain(|found| {
            let rule = &self.rules()[found.rule].rule;
            let run = found.time.map(|time| run_of(time, rule));
            let signals = runs.entry((found.rule, run)).or_default();
            *signals += 1;
            let keep = *signals <= rule.max_signals.unwrap_or(DEFAULT);
            if !keep {
                *dropped.entry(found.rule).or_default() += 1;
            }
            keep
        });
        let mut dropped: Vec<(usize, u64)> = dropped.into_iter().collect();
        dropped.sort_unstable();
        for (rule, count) in dropped {
            let note = format!("{count} alerts were dropped for its max_signals");
            outcome.notes.push((rule, note));
        }
    }

    /// The time of a match by its rule's clock, and the terms of each group it belongs to; `None` for one that stands alone.
    #[expect(clippy::type_complexity, reason = "named where it is used")]
    fn rows(
        &self,
        outcome: &Outcome,
        found: &Match,
        rule: &Rule,
        suppression: &Suppression,
    ) -> io::Result<(Option<Timestamp>, Vec<Option<Vec<(String, Json)>>>)> {
        if let (RuleType::Threshold(threshold), Detail::Threshold { group, .. }) =
            (&rule.rule_type, &found.detail)
        {
            let terms = threshold
                .fields
                .iter()
                .cloned()
                .zip(group.iter().map(KeyValue::to_json))
                .collect();
            return Ok((found.time, vec![Some(terms)]));
        }
        let document = self.alert_body(outcome, found)?;
        let mut time = found.time;
        if found.events.len() == 1
            && let Some(field) = &rule.timestamp_override
        {
            time = date_in(&document, field).or(time);
        }
        // Only queries are grouped by Elasticsearch, which puts a document with several values into several groups.
        let splits = matches!(rule.rule_type, RuleType::Query | RuleType::SavedQuery);
        let mut rows: Vec<Vec<(String, Json)>> = vec![Vec::new()];
        for field in &suppression.group_by {
            let mut values: Vec<Json> = Vec::new();
            document_values(document.as_map(), field, &mut |value| {
                let value = value.to_json();
                if !values.contains(&value) {
                    values.push(value);
                }
                values.len() < MOST_GROUPS
            });
            if values.is_empty() {
                if suppression.missing_fields == MissingFields::DoNotSuppress {
                    return Ok((time, vec![None]));
                }
                values.push(Json::Null);
            }
            if !splits && values.len() > 1 {
                values.sort_by_key(Json::to_string);
                values = vec![Json::Array(values)];
            }
            rows = rows
                .into_iter()
                .flat_map(|row| {
                    values.iter().map(move |value| {
                        let mut row = row.clone();
                        row.push((field.clone(), value.clone()));
                        row
                    })
                })
                .take(MOST_GROUPS)
                .collect();
        }
        Ok((time, rows.into_iter().map(Some).collect()))
    }
}

/// A group that has an alert.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Where the alert stands among those kept.
    alert: usize,
    start: Option<Timestamp>,
}

impl Group {
    fn is_open(self, time: Option<Timestamp>, rule: &Rule, suppression: &Suppression) -> bool {
        match (self.start, time, suppression.duration) {
            (Some(start), Some(time), Some(duration)) => {
                time.nanos().saturating_sub(start.nanos()) <= duration
            }
            (Some(start), Some(time), None) => run_of(start, rule) == run_of(time, rule),
            (start, time, _) => start.is_none() && time.is_none(),
        }
    }
}

/// The number of the run that an instant belongs to.
fn run_of(time: Timestamp, rule: &Rule) -> i64 {
    time.nanos().div_euclid(rule.run_interval())
}

fn date_in(document: &Document, field: &str) -> Option<Timestamp> {
    let mut found = None;
    document_values(document.as_map(), field, &mut |value| {
        if let Ok(Value::Date(time)) = coerce(value, FieldType::DateNanos) {
            found = Some(time);
        }
        false
    });
    found
}
