//! The options that rules of all types share.

use serde_json::Value as Json;

use super::keys::{Keys, text_at, texts_of, whole};
use crate::model::{ExceptionListRef, MissingFields, SeverityMapping, Suppression};
use crate::span::duration;

pub(super) fn suppression(keys: &mut Keys<'_>) -> Option<Suppression> {
    const WANT: &str = "a table with `group_by` (strings), `duration` (`value`, and `unit` s, m or h) and `missing_fields_strategy` (suppress or doNotSuppress), as far as they are given";
    let table = keys.get("alert_suppression")?;
    let read = || {
        Some(Suppression {
            group_by: match table.get("group_by") {
                None | Some(Json::Null) => Vec::new(),
                Some(fields) => texts_of(fields)?,
            },
            duration: match table.get("duration") {
                None | Some(Json::Null) => None,
                Some(span) => {
                    let value = whole(span.get("value")?).filter(|value| *value >= 1)?;
                    let unit = text_at(span, "unit")?;
                    Some(duration(&format!("{value}{unit}"))?)
                }
            },
            missing_fields: match table.get("missing_fields_strategy").and_then(Json::as_str) {
                None | Some("suppress") => MissingFields::Suppress,
                Some("doNotSuppress") => MissingFields::DoNotSuppress,
                Some(_) => return None,
            },
        })
    };
    let found = read();
    if found.is_none() {
        keys.wrong("alert_suppression", WANT);
    }
    found
}

pub(super) fn severity_mapping(keys: &mut Keys<'_>) -> Vec<SeverityMapping> {
    let items = keys.objects("severity_mapping");
    let read: Option<Vec<SeverityMapping>> = items
        .iter()
        .map(|item| {
            Some(SeverityMapping {
                field: text_at(item, "field")?,
                value: text_at(item, "value")?,
                severity: text_at(item, "severity")?.parse().ok()?,
            })
        })
        .collect();
    read.unwrap_or_else(|| {
        keys.wrong(
            "severity_mapping",
            "a list of tables with `field`, `operator` (\"equals\"), `value` and `severity`",
        );
        Vec::new()
    })
}

/// Kibana looks at the field of the first entry only.
pub(super) fn risk_score_mapping(keys: &mut Keys<'_>) -> Option<String> {
    let items = keys.objects("risk_score_mapping");
    let field = text_at(items.first()?, "field");
    if field.is_none() {
        keys.wrong(
            "risk_score_mapping",
            "a list of tables with `field`, `operator` (\"equals\") and `value`",
        );
    }
    field
}

pub(super) fn exceptions_list(keys: &mut Keys<'_>) -> Vec<ExceptionListRef> {
    let items = keys.objects("exceptions_list");
    let read: Option<Vec<ExceptionListRef>> = items
        .iter()
        .map(|item| {
            let list_id = text_at(item, "list_id")?;
            Some(ExceptionListRef {
                id: text_at(item, "id").unwrap_or_else(|| list_id.clone()),
                list_id,
                list_type: text_at(item, "type").unwrap_or_else(|| "detection".to_owned()),
                namespace_type: text_at(item, "namespace_type")
                    .unwrap_or_else(|| "single".to_owned()),
            })
        })
        .collect();
    read.unwrap_or_else(|| {
        keys.wrong(
            "exceptions_list",
            "a list of tables with `id`, `list_id`, `type` and `namespace_type`",
        );
        Vec::new()
    })
}
