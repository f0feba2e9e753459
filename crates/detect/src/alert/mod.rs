//! The documents of alerts.

mod body;
mod document;
mod fields;
mod gaps;
mod identity;
mod overrides;
mod reason;

use std::io;
use std::sync::Arc;

use gatewatch_event::Document;
use gatewatch_query::KeyValue;
use gatewatch_rules::{Rule, RuleSeverity, RuleType};
use serde_json::{Map, Value as Json, json};

use crate::engine::Engine;
use crate::outcome::{Detail, Match, Outcome};

pub use document::AlertDocument;
pub(crate) use document::RuleFields;
use gaps::Gaps;
pub(crate) use identity::document_id;
use identity::{Identity, Known, digest};

/// An alert, ready to be written.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The rule's place in the engine.
    pub rule: usize,
    /// Its name: the rule's, or what the rule takes from the event.
    pub name: String,
    /// How grave it is: as the rule says, or as the rule takes it from the event.
    pub severity: RuleSeverity,
    /// The document: the event, or what the events of a sequence share, with the `kibana.alert.*` fields.
    pub document: AlertDocument,
    /// How many events it is made of.
    pub events: usize,
    /// Of several events or of a group, the last one; where there is one event, the document is that event.
    pub last: Option<Document>,
    /// For a sequence or sample, an alert for each of its events, as Kibana makes them; `document` is then their shell.
    pub blocks: Vec<AlertDocument>,
}

impl Engine {
    /// Builds the alert of a match.
    ///
    /// The id is a hash of the rule's id and the events' content and place in their files (not of the files' paths), so
    /// two runs over one log give one alert. `@timestamp` and `kibana.alert.original_time` are the time of the event, or
    /// of the last event of a sequence: detection reads no clock.
    ///
    /// # Errors
    ///
    /// When the temporary file that holds the events cannot be read.
    pub fn alert(&self, outcome: &Outcome, found: &Match) -> io::Result<Alert> {
        let compiled = &self.rules()[found.rule];
        let rule = &compiled.rule;
        let mut gaps = None;
        let mut known: Vec<Known> = Vec::new();
        let mut events = Vec::new();
        if let Some((event, of_event)) = self.split(outcome, found)? {
            known.push(Known::with(&event, of_event.without_place()));
            events.push(event);
            gaps = Some(of_event);
        } else {
            events = self.events_of(outcome, found)?;
            known.extend(events.iter().map(Known::of));
        }
        let id = alert_id(rule, found, &known);
        let several = found.events.len() > 1;
        let count = events.len();
        let (mut document, last) = if several || body::is_of_group(rule, found) {
            let body = body::body(rule, found, &events);
            (body, events.last().cloned())
        } else {
            (events.pop().map(body::own).unwrap_or_default(), None)
        };
        let mut wanted = if several {
            // Kibana takes none of the three from the events of a sequence.
            overrides::Overrides::of_rule(rule)
        } else {
            overrides::Overrides::of_event(rule, &document)
        };
        let rule_fields = self.rule_fields(found.rule, &wanted);
        let place = Place {
            id: &id,
            depth: 1,
            group: several.then_some(id.as_str()),
            number: None,
        };
        let mut blocks = Vec::new();
        let mut ancestors: Vec<Json> = Vec::new();
        if several {
            for (number, (event, known)) in events.iter().zip(known).enumerate() {
                let block_id = digest(&[id.as_bytes(), number.to_string().as_bytes()]);
                let of_block = known.ancestors;
                ancestors.push(json!({"id": block_id, "type": "signal", "index": "", "depth": 1, "rule": fields::rule_uuid(rule)}));
                ancestors.extend(of_block.iter().cloned());
                let place = Place {
                    id: &block_id,
                    depth: 1,
                    group: Some(&id),
                    number: Some(number),
                };
                let block = block(rule, event, &wanted, place, of_block);
                blocks.push(AlertDocument::new(block, Arc::clone(&rule_fields)));
            }
        } else if let Some(first) = known.into_iter().next() {
            ancestors = first.ancestors;
        }
        let depth = 1 + identity::depth(&ancestors);
        if let Detail::Threat(matches) = &found.detail
            && let Some(threat) = self.threat(found.rule)
        {
            // The body of a single event is the event.
            let enrichments =
                threat.enrichments(compiled, self.indicators(), &document, matches)?;
            document.set("threat.enrichments", Json::Array(enrichments));
        }
        body::copy_original(&mut document);
        set_time(&mut document, found);
        wanted.reason = reason::reason(&document, &wanted);
        fields::set(&mut document, rule, &wanted, Place { depth, ..place });
        document.set("kibana.alert.ancestors", Json::Array(ancestors));
        set_detail(&mut document, rule, &found.detail);
        set_suppression(&mut document, rule, found);
        if several {
            set_sequence(&mut document, found, &events);
        }
        Ok(Alert {
            rule: found.rule,
            name: wanted.name,
            severity: wanted.severity,
            document: AlertDocument::with_gaps(document, gaps, rule_fields),
            events: count,
            last,
            blocks,
        })
    }

    /// What the alerts of a rule say of it: made once, unless the rule takes something from the event.
    fn rule_fields(&self, number: usize, of: &overrides::Overrides) -> Arc<RuleFields> {
        let rule = &self.rules()[number].rule;
        let make = || Arc::new(RuleFields::new(fields::rule_object(rule, of)));
        if of.is_of(rule) {
            Arc::clone(self.rule_fields_slot(number).get_or_init(make))
        } else {
            make()
        }
    }

    /// The alert's document before any field of the alert is added.
    pub(crate) fn alert_body(&self, outcome: &Outcome, found: &Match) -> io::Result<Document> {
        let events = self.events_of(outcome, found)?;
        Ok(body::body(&self.rules()[found.rule].rule, found, &events))
    }

    /// The event of an alert that is one event as it stands, parsed no further than an alert looks at it.
    fn split(&self, outcome: &Outcome, found: &Match) -> io::Result<Option<(Document, Gaps)>> {
        let rule = &self.rules()[found.rule].rule;
        match (&found.detail, found.events.as_slice()) {
            (Detail::None | Detail::NewTerms(_), [Some(event)])
                if overrides::Overrides::takes_nothing(rule) =>
            {
                Gaps::split(&outcome.document(*event)?)
            }
            _ => Ok(None),
        }
    }

    fn events_of(&self, outcome: &Outcome, found: &Match) -> io::Result<Vec<Document>> {
        found
            .events
            .iter()
            .flatten()
            .map(|event| {
                let bytes = outcome.document(*event)?;
                let map: Map<String, Json> =
                    serde_json::from_slice(&bytes).map_err(io::Error::other)?;
                Ok(Document::from_map(map))
            })
            .collect()
    }
}

/// What tells an alert document from the others of its finding.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    id: &'a str,
    depth: i64,
    /// The id that the shell and the blocks of a sequence share.
    group: Option<&'a str>,
    /// Of a block, its number.
    number: Option<usize>,
}

/// The hash that identifies an alert over runs.
fn alert_id(rule: &Rule, found: &Match, events: &[Known]) -> String {
    let mut identity = Identity::new(&rule.id);
    for event in events {
        identity.add(&event.content);
    }
    let values = |values: &[KeyValue], identity: &mut Identity| {
        for value in values {
            identity.add(value.to_json().to_string().as_bytes());
        }
    };
    values(&found.join_keys, &mut identity);
    match &found.detail {
        Detail::Threshold { group, .. } => values(group, &mut identity),
        Detail::NewTerms(terms) => values(terms, &mut identity),
        Detail::None | Detail::Threat(_) => {}
    }
    if let Some(suppressed) = &found.suppressed {
        for (field, value) in &suppressed.terms {
            identity.add(field.as_bytes());
            identity.add(value.to_string().as_bytes());
        }
    }
    identity.finish()
}

/// The alert of one event of a sequence.
fn block(
    rule: &Rule,
    event: &Document,
    wanted: &overrides::Overrides,
    place: Place<'_>,
    ancestors: Vec<Json>,
) -> Document {
    let mut document = body::of_event(event);
    body::copy_original(&mut document);
    if let Some(time) = document.get("@timestamp").cloned() {
        document.set("kibana.alert.original_time", time);
    }
    document.set("event.kind", Json::from("signal"));
    let mut wanted = wanted.clone();
    wanted.reason = reason::reason(&document, &wanted);
    let depth = 1 + identity::depth(&ancestors);
    fields::set(&mut document, rule, &wanted, Place { depth, ..place });
    document.set("kibana.alert.building_block_type", Json::from("default"));
    document.set("kibana.alert.ancestors", Json::Array(ancestors));
    document
}

fn set_time(document: &mut Document, found: &Match) {
    if let Some(time) = found.time {
        document.set("@timestamp", Json::from(time.to_string()));
        document.set("kibana.alert.original_time", Json::from(time.to_string()));
    }
    document.set("event.kind", Json::from("signal"));
}

fn set_detail(document: &mut Document, rule: &Rule, detail: &Detail) {
    match (detail, &rule.rule_type) {
        (
            Detail::Threshold {
                group,
                from,
                count,
                distinct,
            },
            RuleType::Threshold(threshold),
        ) => {
            let terms: Vec<Json> = threshold
                .fields
                .iter()
                .zip(group)
                .map(|(field, value)| json!({"field": field, "value": value.to_json()}))
                .collect();
            let cardinality: Vec<Json> = threshold
                .cardinality
                .iter()
                .take(1)
                .map(|of| json!({"field": of.field, "value": distinct}))
                .collect();
            document.set(
                "kibana.alert.threshold_result",
                json!({"count": count, "from": from.to_string(), "terms": terms, "cardinality": cardinality}),
            );
        }
        (Detail::NewTerms(terms), _) => {
            let terms = terms.iter().map(KeyValue::to_json).collect();
            document.set("kibana.alert.new_terms", Json::Array(terms));
        }
        _ => {}
    }
}

fn set_suppression(document: &mut Document, rule: &Rule, found: &Match) {
    let Some(suppressed) = &found.suppressed else {
        return;
    };
    let terms: Vec<Json> = suppressed
        .terms
        .iter()
        .map(|(field, value)| json!({"field": field, "value": value}))
        .collect();
    let instance = digest(&[
        Json::from(terms.clone()).to_string().as_bytes(),
        rule.id.as_bytes(),
    ]);
    document.set("kibana.alert.suppression.terms", Json::Array(terms));
    for (name, time) in [("start", suppressed.start), ("end", suppressed.end)] {
        if let Some(time) = time {
            document.set(
                &format!("kibana.alert.suppression.{name}"),
                Json::from(time.to_string()),
            );
        }
    }
    document.set(
        "kibana.alert.suppression.docs_count",
        Json::from(suppressed.more),
    );
    document.set("kibana.alert.instance.id", Json::from(instance));
}

fn set_sequence(document: &mut Document, found: &Match, events: &[Document]) {
    let keys: Vec<Json> = found.join_keys.iter().map(KeyValue::to_json).collect();
    if !keys.is_empty() {
        document.set("gatewatch.sequence.join_keys", Json::Array(keys));
    }
    let mut events = events.iter();
    let with_gaps = found
        .events
        .iter()
        .map(|event| match event {
            Some(_) => events
                .next()
                .map_or(Json::Null, |document| document.clone().into_json()),
            None => Json::Null,
        })
        .collect();
    document.set("gatewatch.sequence.events", Json::Array(with_gaps));
}
