//! TOML, and the objects of Kibana's API, to rules.

use std::ops::Range;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::RuleType;
use crate::rule::{DEFAULT_FROM, DEFAULT_RUN_INTERVAL, Rule, Tactic, Technique};

mod keys;
mod kinds;
mod options;

use keys::Keys;

/// A rule file larger than this is refused: the largest published rule has 60 KiB.
const MAX_BYTES: usize = 4 << 20;

pub(crate) fn span_of(range: &Range<usize>) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(clamp(range.start), clamp(range.end))
}

fn problem(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Stage::Request, code, message)
}

/// The file is no rule.
pub(crate) fn no_rule_table() -> Diagnostic {
    problem(
        "rule-table-missing",
        "the file has no [rule] table, so it is no detection rule",
    )
    .with_hint("a rule file has a [metadata] and a [rule] table, as in Elastic's detection-rules repository")
}

/// Parses TOML text; the syntax error, if any, with its place.
pub(crate) fn parse_toml(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<Diagnostic>> {
    if text.len() > MAX_BYTES {
        return Err(vec![problem(
            "rule-too-large",
            format!(
                "the file has {} bytes, more than a rule may have ({MAX_BYTES})",
                text.len()
            ),
        )]);
    }
    DeTable::parse(text).map_err(|error| {
        let mut found = problem(
            "toml-syntax",
            format!("this is not valid TOML: {}", error.message()),
        );
        if let Some(range) = error.span() {
            found = found.with_span(span_of(&range));
        }
        vec![found]
    })
}

/// A TOML value as JSON; dates as text.
pub(crate) fn to_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Json::from(number.as_str()), Json::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_or(Json::Null, Json::from),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Datetime(time) => Json::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => Json::Object(table_to_json(table)),
    }
}

pub(crate) fn table_to_json(table: &DeTable<'_>) -> Map<String, Json> {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
        .collect()
}

pub(crate) fn read_rule(path: &str, text: &str) -> Result<Rule, Vec<Diagnostic>> {
    let file = parse_toml(text)?;
    let Some(section) = file.get_ref().get("rule") else {
        return Err(vec![no_rule_table()]);
    };
    let DeValue::Table(table) = section.get_ref() else {
        return Err(vec![
            problem("rule-table-missing", "`rule` must be a table")
                .with_span(span_of(&section.span())),
        ]);
    };
    let place = |key: Option<&str>| match key {
        None => Some(section.span()),
        Some(key) => table.get(key).map(Spanned::span),
    };
    read_object(path, text, table_to_json(table), &place)
}

/// Reads the keys of a rule. `place` says where in `source` a key's value stands, or the whole rule for `None`.
pub(crate) fn read_object(
    path: &str,
    source: &str,
    parameters: Map<String, Json>,
    place: &dyn Fn(Option<&str>) -> Option<Range<usize>>,
) -> Result<Rule, Vec<Diagnostic>> {
    let (rule, problems) = read_as_far_as_possible(path, source, parameters, place);
    if problems.is_empty() {
        Ok(rule)
    } else {
        Err(problems)
    }
}

/// The same for a rule that is to be looked at though some of its keys are wrong: those have their default values, and the problems
/// say which.
pub(crate) fn read_as_far_as_possible(
    path: &str,
    source: &str,
    parameters: Map<String, Json>,
    place: &dyn Fn(Option<&str>) -> Option<Range<usize>>,
) -> (Rule, Vec<Diagnostic>) {
    let mut keys = Keys::new(&parameters, place);
    let type_name = keys.text("type");
    let rule_type = kinds::rule_type(&type_name, &mut keys);
    let query = match &rule_type {
        RuleType::Eql
        | RuleType::Threshold(_)
        | RuleType::NewTerms(_)
        | RuleType::ThreatMatch(_) => keys.text("query"),
        _ => keys.optional_text("query").unwrap_or_default(),
    };
    let severity_text = keys.text("severity");
    let severity = severity_text.parse().unwrap_or_else(|message: String| {
        // One that is missing or no text was complained of.
        if keys.get("severity").is_some_and(Json::is_string) {
            keys.complain("severity", "rule-severity", message);
        }
        crate::RuleSeverity::Low
    });
    let risk_score = keys.number("risk_score", 0..=100).unwrap_or(0);
    let language = kinds::language(&rule_type, &mut keys);
    let rule = Rule {
        path: path.to_owned(),
        source: source.to_owned(),
        id: keys.text("rule_id"),
        name: keys.text("name"),
        description: keys.text("description"),
        rule_type,
        severity,
        risk_score: u8::try_from(risk_score).unwrap_or(0),
        language,
        query_offset: place(Some("query")).and_then(|range| verbatim(source, &range, &query)),
        query,
        index: keys.texts("index"),
        filters: keys.objects("filters"),
        exceptions_list: options::exceptions_list(&mut keys),
        from: keys
            .optional_text("from")
            .unwrap_or_else(|| DEFAULT_FROM.to_owned()),
        interval: keys
            .optional_text("interval")
            .unwrap_or_else(|| DEFAULT_RUN_INTERVAL.to_owned()),
        timestamp_override: keys.name("timestamp_override"),
        timestamp_override_fallback_disabled: keys
            .flag("timestamp_override_fallback_disabled")
            .unwrap_or(false),
        event_category_override: keys.name("event_category_override"),
        timestamp_field: keys.name("timestamp_field"),
        tiebreaker_field: keys.name("tiebreaker_field"),
        max_signals: keys
            .number("max_signals", 1..=i64::MAX)
            .and_then(|n| u64::try_from(n).ok()),
        building_block_type: keys.name("building_block_type"),
        alert_suppression: options::suppression(&mut keys),
        severity_mapping: options::severity_mapping(&mut keys),
        risk_score_mapping: options::risk_score_mapping(&mut keys),
        rule_name_override: keys.name("rule_name_override"),
        threat: threat(&parameters),
        parameters: Map::new(),
    };
    let problems = keys.into_problems();
    (Rule { parameters, ..rule }, problems)
}

/// Where `value` stands verbatim inside the TOML string at `range`.
fn verbatim(text: &str, range: &Range<usize>, value: &str) -> Option<usize> {
    let quoted = text.get(range.clone())?;
    // A string of one line has escapes for line ends, which is told without a search for a long text.
    if value.contains('\n') && !quoted.contains('\n') {
        return None;
    }
    quoted.find(value).map(|at| range.start + at)
}

fn threat(parameters: &Map<String, Json>) -> Vec<Tactic> {
    let items = parameters.get("threat").and_then(Json::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let tactic = entry.get("tactic")?;
            let mut techniques = Vec::new();
            for technique in list(entry, "technique") {
                techniques.extend(named(technique));
                techniques.extend(list(technique, "subtechnique").filter_map(named));
            }
            let named = named(tactic)?;
            Some(Tactic {
                id: named.id,
                name: named.name,
                techniques,
            })
        })
        .collect()
}

fn list<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    json.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn named(json: &Json) -> Option<Technique> {
    Some(Technique {
        id: json.get("id")?.as_str()?.to_owned(),
        name: json.get("name")?.as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use crate::{Rule, RuleSeverity, RuleType, shipped_pack};

    const SMALL: &str = r#"
[metadata]
maturity = "production"

[rule]
rule_id = "00000000-0000-4000-8000-000000000001"
name = "A rule"
description = "What it finds."
type = "eql"
severity = "high"
risk_score = 73
index = ["winlogbeat-*"]
query = '''
any where true
'''
"#;

    #[test]
    fn a_rule_is_read() {
        let rule = Rule::parse("a.toml", SMALL).expect("valid");
        assert_eq!(rule.rule_type, RuleType::Eql);
        assert_eq!(rule.severity, RuleSeverity::High);
        assert_eq!(rule.index, ["winlogbeat-*"]);
        let at = rule.query_offset.expect("the query is verbatim");
        assert_eq!(&SMALL[at..at + 14], "any where true");
    }

    #[test]
    fn every_problem_is_found_at_once() {
        let text = SMALL
            .replace("severity = \"high\"", "severity = \"grave\"")
            .replace("risk_score = 73", "risk_score = 730")
            .replace("name = \"A rule\"\n", "");
        let problems = Rule::parse("a.toml", &text).expect_err("three faults");
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            ["rule-severity", "rule-key-type", "rule-key-missing"]
        );
        assert!(problems.iter().all(|problem| problem.span.is_some()));
    }

    #[test]
    fn text_that_is_no_rule_is_refused() {
        for text in [
            "",
            "[rule",
            "rule = 3",
            "[metadata]\nmaturity = \"production\"\n",
        ] {
            Rule::parse("a.toml", text).expect_err(text);
        }
    }

    #[test]
    fn the_shipped_pack_is_valid_and_its_ids_are_unique() {
        let rules: Vec<Rule> = shipped_pack()
            .map(|(path, text)| Rule::parse(path, text).expect(path))
            .collect();
        assert!(rules.len() >= 21, "{}", rules.len());
        let mut ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rules.len());
        for rule in &rules {
            assert!(!rule.threat.is_empty(), "{} names no tactic", rule.path);
        }
    }
}
