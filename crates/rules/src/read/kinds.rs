//! The types of rules.

use serde_json::Value as Json;

use super::keys::{Keys, text_at, texts_of, whole};
use crate::model::{
    Cardinality, Language, NewTerms, RuleType, ThreatEntry, ThreatMatch, Threshold,
};

/// Elasticsearch's name for the object of an indicator, unless the rule names another.
const INDICATOR_PATH: &str = "threat.indicator";

pub(super) fn rule_type(name: &str, keys: &mut Keys<'_>) -> RuleType {
    match name {
        "query" => RuleType::Query,
        "saved_query" => RuleType::SavedQuery,
        "eql" => RuleType::Eql,
        "threshold" => RuleType::Threshold(threshold(keys)),
        "new_terms" => RuleType::NewTerms(new_terms(keys)),
        "threat_match" => RuleType::ThreatMatch(Box::new(threat_match(keys))),
        "esql" => RuleType::Esql,
        "machine_learning" => RuleType::MachineLearning,
        other => RuleType::Other(other.to_owned()),
    }
}

/// The language that the rule names, or that its type has by default.
pub(super) fn language(rule_type: &RuleType, keys: &mut Keys<'_>) -> Option<Language> {
    let fixed = match rule_type {
        RuleType::Eql => Some(Language::Eql),
        RuleType::Esql => Some(Language::Esql),
        RuleType::MachineLearning | RuleType::Other(_) => None,
        _ => Some(Language::Kuery),
    };
    let Some(name) = keys.optional_text("language") else {
        return fixed;
    };
    let named = Language::from_name(&name);
    let fits = match fixed {
        Some(Language::Kuery) => matches!(named, Some(Language::Kuery | Language::Lucene)),
        Some(language) => named == Some(language),
        None => true,
    };
    if !fits {
        let message = format!("a rule of type `{rule_type}` cannot have the language `{name}`");
        keys.complain("language", "rule-language", message);
        return fixed;
    }
    named
}

fn threshold(keys: &mut Keys<'_>) -> Threshold {
    const WANT: &str = "a table with `field` (strings), `value` (a whole number from 1) and, if at all, `cardinality` (`field`, `value`)";
    if keys.get("threshold").is_none() {
        keys.missing("threshold");
    }
    let table = keys.get("threshold");
    let read = || {
        let table = table?;
        let value = u64::try_from(whole(table.get("value")?)?).ok()?;
        let cardinality = match table.get("cardinality") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(items)) => {
                items.iter().map(cardinality).collect::<Option<Vec<_>>>()?
            }
            Some(one) => vec![cardinality(one)?],
        };
        Some(Threshold {
            fields: match table.get("field") {
                None | Some(Json::Null) => Vec::new(),
                // An empty name is how Kibana's form says "no field".
                Some(fields) => texts_of(fields)?
                    .into_iter()
                    .filter(|field| !field.is_empty())
                    .collect(),
            },
            value,
            cardinality,
        })
        .filter(|threshold| threshold.value >= 1)
    };
    let found = read();
    if found.is_none() && keys.get("threshold").is_some() {
        keys.wrong("threshold", WANT);
    }
    found.unwrap_or(Threshold {
        fields: Vec::new(),
        value: 1,
        cardinality: Vec::new(),
    })
}

fn cardinality(json: &Json) -> Option<Cardinality> {
    Some(Cardinality {
        field: text_at(json, "field")?,
        value: u64::try_from(whole(json.get("value")?)?).ok()?,
    })
}

fn new_terms(keys: &mut Keys<'_>) -> NewTerms {
    let (fields, start) = match keys.get("new_terms") {
        // The form of the detection-rules repository: each value in a table that also names its key.
        Some(table) => {
            let start = table
                .get("history_window_start")
                .and_then(|start| match start {
                    Json::Array(items) => items.first().and_then(|item| text_at(item, "value")),
                    Json::Object(_) => text_at(start, "value"),
                    Json::String(text) => Some(text.clone()),
                    _ => None,
                });
            let fields = table.get("value").and_then(texts_of);
            if fields.is_none() || start.is_none() {
                keys.wrong("new_terms", "a table with `field`, `value` (strings) and `history_window_start` (tables with `field`, `value`)");
            }
            (fields.unwrap_or_default(), start.unwrap_or_default())
        }
        None => {
            if keys.get("new_terms_fields").is_none() {
                keys.missing("new_terms_fields");
            }
            (
                keys.texts("new_terms_fields"),
                keys.text("history_window_start"),
            )
        }
    };
    if fields.len() > 3 || (fields.is_empty() && keys.get("new_terms").is_some()) {
        let key = if keys.get("new_terms").is_some() {
            "new_terms"
        } else {
            "new_terms_fields"
        };
        keys.complain(
            key,
            "rule-new-terms",
            format!("a new_terms rule has 1 to 3 fields, not {}", fields.len()),
        );
    }
    NewTerms {
        fields,
        history_window_start: start,
    }
}

fn threat_match(keys: &mut Keys<'_>) -> ThreatMatch {
    let language = match keys.optional_text("threat_language").as_deref() {
        None | Some("kuery") => Language::Kuery,
        Some("lucene") => Language::Lucene,
        Some(other) => {
            let message = format!("`{other}` is no language of a threat query");
            keys.complain("threat_language", "rule-language", message);
            Language::Kuery
        }
    };
    let groups = keys.objects("threat_mapping");
    let mapping: Option<Vec<Vec<ThreatEntry>>> = groups.iter().map(entries).collect();
    let mapping = mapping.unwrap_or_else(|| {
        keys.wrong("threat_mapping", "a list of `entries`, each a list of tables with `field`, `type` (\"mapping\") and `value`");
        Vec::new()
    });
    if keys.get("threat_mapping").is_none() {
        keys.missing("threat_mapping");
    }
    ThreatMatch {
        query: keys.text("threat_query"),
        language,
        index: keys.texts("threat_index"),
        filters: keys.objects("threat_filters"),
        mapping,
        indicator_path: keys
            .name("threat_indicator_path")
            .unwrap_or_else(|| INDICATOR_PATH.to_owned()),
    }
}

/// The entries of a group: one at least.
fn entries(group: &Json) -> Option<Vec<ThreatEntry>> {
    let entries = group.get("entries")?.as_array()?;
    let entries: Option<Vec<ThreatEntry>> = entries
        .iter()
        .map(|entry| {
            Some(ThreatEntry {
                field: text_at(entry, "field")?,
                value: text_at(entry, "value")?,
                negate: entry
                    .get("negate")
                    .and_then(Json::as_bool)
                    .unwrap_or_default(),
            })
        })
        .collect();
    entries.filter(|entries| !entries.is_empty())
}
