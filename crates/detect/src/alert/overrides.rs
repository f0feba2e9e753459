//! What an alert takes from its event rather than from its rule.

use gatewatch_event::{Document, FieldType, Value, coerce, document_values};
use gatewatch_rules::{Rule, RuleSeverity};
use serde_json::Value as Json;

/// Severity, risk score and name of an alert, and the sentence that says why it was made.
#[derive(Clone, Debug)]
pub(super) struct Overrides {
    pub(super) severity: RuleSeverity,
    pub(super) risk_score: Json,
    pub(super) name: String,
    pub(super) reason: String,
}

impl Overrides {
    /// What the rule says.
    pub(super) fn of_rule(rule: &Rule) -> Self {
        Self {
            severity: rule.severity,
            risk_score: Json::from(rule.risk_score),
            name: rule.name.clone(),
            reason: String::new(),
        }
    }

    /// Does the rule take nothing from events?
    pub(super) fn takes_nothing(rule: &Rule) -> bool {
        rule.severity_mapping.is_empty()
            && rule.risk_score_mapping.is_none()
            && rule.rule_name_override.is_none()
    }

    /// Is all of it what the rule says?
    pub(super) fn is_of(&self, rule: &Rule) -> bool {
        self.severity == rule.severity
            && self.name == rule.name
            && self.risk_score == rule.risk_score
    }

    /// What the rule takes from the event.
    pub(super) fn of_event(rule: &Rule, event: &Document) -> Self {
        let mut of = Self::of_rule(rule);
        // The gravest that matches decides: Kibana goes through them from low to critical.
        of.severity = rule
            .severity_mapping
            .iter()
            .filter(|mapping| has(event, &mapping.field, &mapping.value))
            .map(|mapping| mapping.severity)
            .max()
            .unwrap_or(rule.severity);
        if let Some(score) = rule
            .risk_score_mapping
            .as_deref()
            .and_then(|field| score(event, field))
        {
            of.risk_score = score;
        }
        if let Some(name) = rule
            .rule_name_override
            .as_deref()
            .and_then(|field| name(event, field))
        {
            of.name = name;
        }
        of
    }
}

/// Does the field hold the value? As text, but for `event.severity`, which is compared as a number.
fn has(event: &Document, field: &str, wanted: &str) -> bool {
    let number = if field == "event.severity" {
        wanted.trim().parse::<f64>().ok()
    } else {
        None
    };
    let mut found = false;
    document_values(event.as_map(), field, &mut |value| {
        found = match number {
            Some(number) => value.text().trim().parse::<f64>().ok() == Some(number),
            None => value.text() == wanted,
        };
        !found
    });
    found
}

/// The largest number from 0 to 100 in the field.
fn score(event: &Document, field: &str) -> Option<Json> {
    let mut largest: Option<f64> = None;
    document_values(event.as_map(), field, &mut |value| {
        if let Ok(Value::Double(score)) = coerce(value, FieldType::Double)
            && (0.0..=100.0).contains(&score)
        {
            largest = Some(largest.map_or(score, |before| before.max(score)));
        }
        true
    });
    largest.map(Json::from)
}

/// The first value of the field, if it is text.
fn name(event: &Document, field: &str) -> Option<String> {
    let mut found = None;
    document_values(event.as_map(), field, &mut |value| {
        found = value.as_str().map(str::to_owned);
        false
    });
    found.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{has, name, score};
    use gatewatch_event::Document;
    use serde_json::json;

    #[test]
    fn values_of_the_event() {
        let json = json!({"event": {"severity": 73, "risk_score": [12, "88.5", 200]}, "message": ["a", "b"], "n": 5});
        let document = match json {
            serde_json::Value::Object(map) => Document::from_map(map),
            _ => Document::new(),
        };
        assert!(has(&document, "event.severity", "73"));
        assert!(has(&document, "event.severity", "73.0"));
        assert!(!has(&document, "event.severity", "21"));
        assert!(has(&document, "n", "5") && !has(&document, "n", "5.0"));
        assert_eq!(score(&document, "event.risk_score"), Some(json!(88.5)));
        assert_eq!(score(&document, "message"), None);
        assert_eq!(name(&document, "message").as_deref(), Some("a"));
        assert_eq!(name(&document, "n"), None);
    }
}
