//! TOML to rule.

use std::ops::Range;

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rule::{Rule, RuleType, Tactic, Technique};

/// A rule file larger than this is refused: the largest published rule has 60 KiB.
const MAX_BYTES: usize = 4 << 20;

pub(crate) fn span_of(range: &Range<usize>) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(clamp(range.start), clamp(range.end))
}

fn problem(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Stage::Request, code, message)
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

fn table_to_json(table: &DeTable<'_>) -> Map<String, Json> {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
        .collect()
}

/// Takes typed keys out of the `[rule]` table and notes what is wrong with them.
struct Keys<'t, 'i> {
    table: &'t DeTable<'i>,
    place: Range<usize>,
    problems: Vec<Diagnostic>,
}

impl<'t, 'i> Keys<'t, 'i> {
    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.table.get(key)
    }

    fn wrong(&mut self, key: &str, value: &Spanned<DeValue<'_>>, want: &str) {
        self.problems.push(
            problem("rule-key-type", format!("`{key}` must be {want}"))
                .with_span(span_of(&value.span())),
        );
    }

    fn optional_text(&mut self, key: &str) -> Option<String> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong(key, value, "a string");
                None
            }
        }
    }

    fn text(&mut self, key: &str) -> String {
        if self.get(key).is_none() {
            let place = span_of(&self.place);
            self.problems.push(
                problem("rule-key-missing", format!("the rule has no `{key}`")).with_span(place),
            );
        }
        self.optional_text(key).unwrap_or_default()
    }

    fn number(&mut self, key: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.get(key)?;
        match to_json(value.get_ref()).as_i64() {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                self.wrong(
                    key,
                    value,
                    &format!("a whole number from {} to {}", range.start(), range.end()),
                );
                None
            }
        }
    }
}

pub(crate) fn read_rule(path: &str, text: &str) -> Result<Rule, Vec<Diagnostic>> {
    let file = parse_toml(text)?;
    let Some(section) = file.get_ref().get("rule") else {
        return Err(vec![
            problem("rule-table-missing", "the file has no [rule] table, so it is no detection rule")
                .with_hint("a rule file has a [metadata] and a [rule] table, as in Elastic's detection-rules repository"),
        ]);
    };
    let DeValue::Table(table) = section.get_ref() else {
        return Err(vec![
            problem("rule-table-missing", "`rule` must be a table")
                .with_span(span_of(&section.span())),
        ]);
    };
    let mut keys = Keys {
        table,
        place: section.span(),
        problems: Vec::new(),
    };
    let type_name = keys.text("type");
    let rule_type = if type_name == "eql" {
        RuleType::Eql
    } else {
        RuleType::Other(type_name)
    };
    let query = if rule_type == RuleType::Eql {
        keys.text("query")
    } else {
        keys.optional_text("query").unwrap_or_default()
    };
    let severity_text = keys.text("severity");
    let severity = severity_text.parse().unwrap_or_else(|message: String| {
        if let Some(value) = keys.get("severity") {
            keys.problems
                .push(problem("rule-severity", message).with_span(span_of(&value.span())));
        }
        crate::RuleSeverity::Low
    });
    let risk_score = keys.number("risk_score", 0..=100).unwrap_or(0);
    let rule = Rule {
        path: path.to_owned(),
        source: text.to_owned(),
        id: keys.text("rule_id"),
        name: keys.text("name"),
        description: keys.text("description"),
        rule_type,
        severity,
        risk_score: u8::try_from(risk_score).unwrap_or(0),
        query_offset: keys
            .get("query")
            .and_then(|value| verbatim(text, &value.span(), &query)),
        query,
        index: Vec::new(),
        event_category_override: keys.optional_text("event_category_override"),
        timestamp_field: keys.optional_text("timestamp_field"),
        tiebreaker_field: keys.optional_text("tiebreaker_field"),
        max_signals: keys
            .number("max_signals", 1..=i64::MAX)
            .and_then(|n| u64::try_from(n).ok()),
        building_block: table.contains_key("building_block_type"),
        threat: threat(table),
        parameters: table_to_json(table),
    };
    if keys.problems.is_empty() {
        let index = rule.list("index").into_iter().map(str::to_owned).collect();
        Ok(Rule { index, ..rule })
    } else {
        Err(keys.problems)
    }
}

/// Where `value` stands verbatim inside the TOML string at `range`.
fn verbatim(text: &str, range: &Range<usize>, value: &str) -> Option<usize> {
    let quoted = text.get(range.clone())?;
    quoted.find(value).map(|at| range.start + at)
}

fn threat(table: &DeTable<'_>) -> Vec<Tactic> {
    let entries = table.get("threat").map(|value| to_json(value.get_ref()));
    let items = entries.as_ref().and_then(Json::as_array);
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
