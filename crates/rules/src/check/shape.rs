//! The keys of a rule: which there are, and what they may hold beyond what reading a rule asks.

use gatewatch_diagnostic::did_you_mean;
use serde_json::Value as Json;

use super::Found;
use crate::{Language, Rule, RuleSeverity, RuleType};

/// Every key that Kibana or Elastic's rule files know.
const KEYS: &[&str] = &[
    "actions",
    "alert_suppression",
    "anomaly_threshold",
    "author",
    "building_block_type",
    "concurrent_searches",
    "created_at",
    "created_by",
    "data_view_id",
    "description",
    "enabled",
    "event_category_override",
    "exceptions_list",
    "execution_summary",
    "false_positives",
    "filters",
    "from",
    "history_window_start",
    "id",
    "immutable",
    "index",
    "interval",
    "investigation_fields",
    "items_per_search",
    "language",
    "license",
    "machine_learning_job_id",
    "max_signals",
    "meta",
    "name",
    "namespace",
    "new_terms",
    "new_terms_fields",
    "note",
    "outcome",
    "output_index",
    "query",
    "references",
    "related_integrations",
    "required_fields",
    "response_actions",
    "revision",
    "risk_score",
    "risk_score_mapping",
    "rule_id",
    "rule_name_override",
    "rule_source",
    "saved_id",
    "setup",
    "severity",
    "severity_mapping",
    "tags",
    "threat",
    "threat_filters",
    "threat_index",
    "threat_indicator_path",
    "threat_language",
    "threat_mapping",
    "threat_mappings",
    "threat_query",
    "threshold",
    "throttle",
    "tiebreaker_field",
    "timeline_id",
    "timeline_title",
    "timestamp_field",
    "timestamp_override",
    "timestamp_override_fallback_disabled",
    "to",
    "type",
    "updated_at",
    "updated_by",
    "version",
];

/// Keys that hold a list of texts.
const TEXT_LISTS: &[&str] = &["author", "false_positives", "references", "tags"];
/// Keys that hold a text.
const TEXTS: &[&str] = &[
    "data_view_id",
    "license",
    "namespace",
    "note",
    "output_index",
    "saved_id",
    "setup",
    "timeline_id",
    "timeline_title",
    "to",
];
/// Keys that hold true or false.
const FLAGS: &[&str] = &["enabled"];

/// Rules with more group-by fields run on newer stacks only.
const GROUP_FIELDS: usize = 3;
/// More are refused by every stack.
const MOST_GROUP_FIELDS: usize = 5;

/// Checks what needs no more than the keys themselves.
pub(super) fn check(found: &mut Found<'_>) {
    let keys: Vec<String> = found.object().keys().cloned().collect();
    for key in keys.iter().filter(|key| !KEYS.contains(&key.as_str())) {
        let at = crate::toml_text::step("", key);
        let near = did_you_mean(key, KEYS.iter().copied());
        match near.first() {
            Some(near) => found.warning(
                &at,
                "rule-key-unknown",
                format!("no rule has a key `{key}`"),
                format!("did you mean `{near}`?"),
            ),
            None => found.info(
                &at,
                "rule-key-unknown",
                format!("no rule has a key `{key}`: Kibana drops it"),
                "",
            ),
        }
    }
    for (key, want, fits) in texts_and_flags() {
        if found.get(key).is_some_and(|value| !fits(value)) {
            found.error(
                &format!("/{key}"),
                "rule-key-type",
                format!("`{key}` must be {want}"),
                "",
            );
        }
    }
    for key in ["name", "description", "rule_id"] {
        if found
            .get(key)
            .and_then(Json::as_str)
            .is_some_and(|text| text.trim().is_empty())
        {
            found.error(
                &format!("/{key}"),
                "rule-key-empty",
                format!("`{key}` is empty"),
                "",
            );
        }
    }
    id(found);
    pairs(found);
    risk(found);
    metadata(found);
}

type Fits = fn(&Json) -> bool;

fn texts_and_flags() -> impl Iterator<Item = (&'static str, &'static str, Fits)> {
    let list: Fits = |value| {
        value
            .as_array()
            .is_some_and(|items| items.iter().all(Json::is_string))
    };
    let lists = TEXT_LISTS
        .iter()
        .map(move |key| (*key, "a list of strings", list));
    let texts = TEXTS
        .iter()
        .map(|key| (*key, "a string", Json::is_string as Fits));
    let flags = FLAGS
        .iter()
        .map(|key| (*key, "true or false", Json::is_boolean as Fits));
    lists.chain(texts).chain(flags)
}

fn id(found: &mut Found<'_>) {
    let Some(id) = found.get("rule_id").and_then(Json::as_str) else {
        return;
    };
    let is_uuid = id.len() == 36
        && id.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
        });
    if !is_uuid {
        found.info(
            "/rule_id",
            "rule-id-form",
            "the rule_id is no UUID in lower case, as Elastic's repository asks",
            "",
        );
    }
}

/// Keys that go together, or do not.
fn pairs(found: &mut Found<'_>) {
    let has = |found: &Found<'_>, key: &str| found.get(key).is_some();
    if has(found, "timeline_id") != has(found, "timeline_title") {
        let key = if has(found, "timeline_id") {
            "timeline_id"
        } else {
            "timeline_title"
        };
        found.error(
            &format!("/{key}"),
            "rule-timeline",
            "`timeline_id` and `timeline_title` must stand together",
            "",
        );
    }
    if has(found, "concurrent_searches") != has(found, "items_per_search") {
        let key = if has(found, "items_per_search") {
            "items_per_search"
        } else {
            "concurrent_searches"
        };
        found.error(
            &format!("/{key}"),
            "rule-searches",
            "`concurrent_searches` and `items_per_search` must stand together",
            "",
        );
    }
    let names_view = found
        .get("data_view_id")
        .and_then(Json::as_str)
        .is_some_and(|view| !view.is_empty());
    if names_view && has(found, "index") {
        found.warning(
            "/data_view_id",
            "rule-data-view",
            "the rule has both `index` and `data_view_id`: only the data view is used",
            "",
        );
    }
    let block = found.get("building_block_type").cloned();
    if block.is_some_and(|block| block != "default" && block != "") {
        found.error(
            "/building_block_type",
            "rule-building-block",
            "the only `building_block_type` is \"default\"",
            "",
        );
    }
}

/// The risk score that goes with a severity, as Elastic's rules and Kibana's form have it.
fn band(severity: RuleSeverity) -> std::ops::RangeInclusive<i64> {
    match severity {
        RuleSeverity::Low => 0..=21,
        RuleSeverity::Medium => 22..=47,
        RuleSeverity::High => 48..=73,
        RuleSeverity::Critical => 74..=100,
    }
}

fn risk(found: &mut Found<'_>) {
    let severity = found
        .get("severity")
        .and_then(Json::as_str)
        .and_then(|text| text.parse::<RuleSeverity>().ok());
    let score = found.get("risk_score").and_then(Json::as_i64);
    let (Some(severity), Some(score)) = (severity, score) else {
        return;
    };
    let band = band(severity);
    if (0..=100).contains(&score) && !band.contains(&score) {
        found.warning(
            "/risk_score",
            "rule-risk-severity",
            format!("a risk score of {score} does not go with the severity {severity}"),
            format!(
                "{severity} is {} to {}; Elastic's rules use 21, 47, 73 and 99",
                band.start(),
                band.end()
            ),
        );
    }
}

fn metadata(found: &mut Found<'_>) {
    const MATURITIES: &[&str] = &[
        "development",
        "experimental",
        "beta",
        "production",
        "deprecated",
    ];
    let metadata = found.source.metadata.clone();
    let text = |key: &str| metadata.get(key).and_then(Json::as_str);
    let is_day = |text: &str| {
        gatewatch_event::parse_iso(&text.replace('/', "-")).is_some() && text.len() == 10
    };
    for key in ["creation_date", "updated_date", "deprecation_date"] {
        if let Some(day) = text(key)
            && !is_day(day)
        {
            metadata_warning(
                found,
                key,
                format!("`{day}` is no date"),
                "write 2026/03/01",
            );
        }
    }
    if let Some(maturity) = text("maturity")
        && !MATURITIES.contains(&maturity)
    {
        metadata_warning(
            found,
            "maturity",
            format!("`{maturity}` is no maturity"),
            &format!("use {}", MATURITIES.join(", ")),
        );
    }
}

fn metadata_warning(found: &mut Found<'_>, key: &str, message: String, hint: &str) {
    let span = found.source.metadata_span(key);
    let mut problem = gatewatch_diagnostic::Diagnostic::warning(
        gatewatch_diagnostic::Stage::Request,
        "metadata-value",
        message,
    )
    .with_hint(hint);
    problem.span = span;
    found.problems.push(problem);
}

/// Checks what depends on the type of the rule.
pub(super) fn check_types(rule: &Rule, found: &mut Found<'_>) {
    if rule.language == Some(Language::Lucene) {
        found.warning(
            "/language",
            "rule-lucene",
            "a query in Lucene syntax is not looked at, and rules in it are not run",
            "write it in KQL: language = \"kuery\"",
        );
    }
    match &rule.rule_type {
        RuleType::Esql | RuleType::MachineLearning => {
            for key in ["index", "data_view_id", "filters"] {
                let given = match found.get(key) {
                    Some(Json::Array(items)) => !items.is_empty(),
                    other => other.is_some(),
                };
                if given {
                    found.warning(
                        &format!("/{key}"),
                        "rule-key-unused",
                        format!(
                            "a rule of type {} has no `{key}`: it is ignored",
                            rule.rule_type
                        ),
                        "",
                    );
                }
            }
            if rule.rule_type == RuleType::MachineLearning {
                machine_learning(found);
            } else if rule.query.trim().is_empty() {
                found.error("/query", "rule-key-missing", "the rule has no `query`", "");
            }
        }
        RuleType::SavedQuery if found.get("saved_id").is_none() => {
            found.error("", "rule-key-missing", "the rule has no `saved_id`", "");
        }
        RuleType::Query if rule.query.trim().is_empty() && rule.filters.is_empty() => found
            .warning(
                "/query",
                "rule-query-empty",
                "without a query every event of the index is an alert",
                "",
            ),
        RuleType::Threshold(threshold) => self::threshold(threshold, found),
        RuleType::NewTerms(terms) => {
            let mut fields = terms.fields.clone();
            fields.sort();
            fields.dedup();
            if fields.len() < terms.fields.len() {
                let at = if found.get("new_terms").is_some() {
                    "/new_terms/value"
                } else {
                    "/new_terms_fields"
                };
                found.warning(at, "rule-new-terms", "a field is there twice", "");
            }
        }
        RuleType::ThreatMatch(threat) => threat_match(threat, found),
        _ => {}
    }
    suppression(rule, found);
}

fn machine_learning(found: &mut Found<'_>) {
    let job = found
        .get("machine_learning_job_id")
        .is_some_and(|job| match job {
            Json::String(job) => !job.is_empty(),
            Json::Array(jobs) => !jobs.is_empty() && jobs.iter().all(Json::is_string),
            _ => false,
        });
    if !job {
        found.error(
            "/machine_learning_job_id",
            "rule-key-missing",
            "the rule has no `machine_learning_job_id`",
            "",
        );
    }
    let threshold = found.get("anomaly_threshold").and_then(Json::as_i64);
    if !threshold.is_some_and(|threshold| (0..=100).contains(&threshold)) {
        found.error(
            "/anomaly_threshold",
            "rule-key-type",
            "`anomaly_threshold` must be a whole number from 0 to 100",
            "",
        );
    }
}

fn threshold(threshold: &crate::Threshold, found: &mut Found<'_>) {
    group(
        threshold.fields.len(),
        "/threshold/field",
        "a threshold",
        found,
    );
    if threshold.cardinality.len() > 1 {
        found.warning(
            "/threshold/cardinality",
            "rule-threshold",
            "only the first `cardinality` is used",
            "",
        );
    }
    for counted in &threshold.cardinality {
        if threshold.fields.contains(&counted.field) {
            found.error(
                "/threshold/cardinality",
                "rule-threshold",
                format!(
                    "`{}` makes the groups: within one it has a single value to count",
                    counted.field
                ),
                "count another field",
            );
        }
    }
}

/// A number of group-by fields.
fn group(fields: usize, at: &str, what: &str, found: &mut Found<'_>) {
    if fields > MOST_GROUP_FIELDS {
        found.error(
            at,
            "rule-group-fields",
            format!("{what} has at most {MOST_GROUP_FIELDS} fields, not {fields}"),
            "",
        );
    } else if fields > GROUP_FIELDS {
        found.info(
            at,
            "rule-group-fields",
            format!("{what} of more than {GROUP_FIELDS} fields needs Elastic 9.2 or newer"),
            "",
        );
    }
}

fn threat_match(threat: &crate::ThreatMatch, found: &mut Found<'_>) {
    if threat.index.is_empty() {
        found.error(
            "/threat_index",
            "rule-key-missing",
            "the rule has no `threat_index`",
            "",
        );
    }
    if threat.mapping.is_empty() && found.get("threat_mapping").is_some() {
        found.error(
            "/threat_mapping",
            "rule-threat-mapping",
            "`threat_mapping` is empty",
            "",
        );
    }
    for (number, entries) in threat.mapping.iter().enumerate() {
        let at = format!("/threat_mapping/{number}");
        if !entries.is_empty() && entries.iter().all(|entry| entry.negate) {
            found.error(
                &at,
                "rule-threat-mapping",
                "an entry with `negate` needs one without beside it",
                "",
            );
        }
        let contradiction = entries.iter().find(|entry| {
            entry.negate
                && entries.iter().any(|other| {
                    !other.negate && other.field == entry.field && other.value == entry.value
                })
        });
        if let Some(entry) = contradiction {
            found.error(
                &at,
                "rule-threat-mapping",
                format!(
                    "`{}` must equal `{}` and must not: this is never true",
                    entry.field, entry.value
                ),
                "",
            );
        }
    }
}

fn suppression(rule: &Rule, found: &mut Found<'_>) {
    let Some(suppression) = &rule.alert_suppression else {
        return;
    };
    if matches!(rule.rule_type, RuleType::Threshold(_)) {
        if !suppression.group_by.is_empty() {
            found.error(
                "/alert_suppression/group_by",
                "rule-suppression",
                "a threshold rule suppresses by its own groups: it has no `group_by`",
                "",
            );
        }
        if suppression.duration.is_none() {
            found.error(
                "/alert_suppression",
                "rule-suppression",
                "a threshold rule suppresses for a time: `duration` is missing",
                "",
            );
        }
        return;
    }
    if suppression.group_by.is_empty() {
        found.error(
            "/alert_suppression",
            "rule-suppression",
            "`group_by` has no field to suppress by",
            "",
        );
    }
    group(
        suppression.group_by.len(),
        "/alert_suppression/group_by",
        "a suppression",
        found,
    );
}
