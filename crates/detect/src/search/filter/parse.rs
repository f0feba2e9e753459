//! From JSON to a filter.

use gatewatch_diagnostic::did_you_mean;
use serde_json::{Map, Value as Json};

use super::{Filter, FilterError, PatternKind, Range, Words};

/// Queries may be nested so deep, as in Elasticsearch.
const MAX_DEPTH: usize = 30;

/// So many terms may be listed, as in Elasticsearch.
const MAX_TERMS: usize = 65_536;

/// The queries that are understood.
const QUERIES: [&str; 15] = [
    "bool",
    "constant_score",
    "exists",
    "ids",
    "match",
    "match_all",
    "match_none",
    "match_phrase",
    "match_phrase_prefix",
    "prefix",
    "range",
    "regexp",
    "term",
    "terms",
    "wildcard",
];

/// Queries that Elasticsearch knows besides.
const OTHERS: [&str; 24] = [
    "boosting",
    "combined_fields",
    "dis_max",
    "distance_feature",
    "function_score",
    "fuzzy",
    "geo_bounding_box",
    "geo_distance",
    "geo_polygon",
    "geo_shape",
    "has_child",
    "has_parent",
    "intervals",
    "match_bool_prefix",
    "more_like_this",
    "multi_match",
    "nested",
    "parent_id",
    "percolate",
    "query_string",
    "script",
    "script_score",
    "simple_query_string",
    "terms_set",
];

type Parsed<T> = Result<T, FilterError>;

fn malformed(reason: impl Into<String>) -> FilterError {
    FilterError {
        kind: "parsing_exception",
        reason: reason.into(),
    }
}

pub(super) fn query(json: &Json, depth: usize) -> Parsed<Filter> {
    if depth > MAX_DEPTH {
        return Err(FilterError {
            kind: "illegal_argument_exception",
            reason: format!(
                "The nested depth of the query exceeds the maximum nested depth for queries set in [indices.query.bool.max_nested_depth] ({MAX_DEPTH})"
            ),
        });
    }
    let Json::Object(outer) = json else {
        return Err(malformed(
            "[_na] query malformed, must start with start_object",
        ));
    };
    let mut members = outer.iter();
    let Some((name, body)) = members.next() else {
        return Err(FilterError {
            kind: "illegal_argument_exception",
            reason: "query malformed, empty clause found".into(),
        });
    };
    if let Some((other, _)) = members.next() {
        return Err(malformed(format!(
            "[{name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME] (`{other}`)"
        )));
    }
    if !QUERIES.contains(&name.as_str()) {
        return Err(unknown(name));
    }
    let Json::Object(body) = body else {
        return Err(malformed(format!(
            "[{name}] query malformed, no start_object after query name"
        )));
    };
    match name.as_str() {
        "match_all" => Ok(Filter::All(true)),
        "match_none" => Ok(Filter::All(false)),
        "bool" => bool_query(body, depth),
        "constant_score" => match body.get("filter") {
            Some(filter) => query(filter, depth + 1),
            None => Err(malformed("[constant_score] requires a 'filter' element")),
        },
        "ids" => ids(body),
        "exists" => exists(body),
        "terms" => terms(body),
        "term" => term(body),
        "range" => range(body),
        "match" | "match_phrase" | "match_phrase_prefix" => words(name, body),
        "prefix" => pattern(name, body, PatternKind::Prefix),
        "wildcard" => pattern(name, body, PatternKind::Wildcard),
        _ => pattern(name, body, PatternKind::Regexp),
    }
}

fn unknown(name: &str) -> FilterError {
    if OTHERS.contains(&name) {
        return malformed(format!(
            "[{name}] query is not supported here; supported are [{}]",
            QUERIES.join(", ")
        ));
    }
    let mut reason = format!("unknown query [{name}]");
    if let [nearest, ..] = did_you_mean(name, QUERIES).as_slice() {
        reason.push_str(&format!(" did you mean [{nearest}]?"));
    }
    malformed(reason)
}

fn bool_query(body: &Map<String, Json>, depth: usize) -> Parsed<Filter> {
    let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
    let mut minimum = None;
    for (name, value) in body {
        let list = match name.as_str() {
            "must" | "filter" => &mut must,
            "should" => &mut should,
            "must_not" | "mustNot" => &mut must_not,
            "minimum_should_match" => {
                minimum = Some(whole(value).ok_or_else(|| {
                    malformed("[bool] minimum_should_match must be a whole number here")
                })?);
                continue;
            }
            "boost" | "_name" | "adjust_pure_negative" => continue,
            other => {
                return Err(malformed(format!(
                    "[bool] query does not support [{other}]"
                )));
            }
        };
        match value {
            Json::Array(items) => {
                for item in items {
                    list.push(query(item, depth + 1)?);
                }
            }
            other => list.push(query(other, depth + 1)?),
        }
    }
    Ok(Filter::Bool {
        must,
        should,
        must_not,
        minimum,
    })
}

fn ids(body: &Map<String, Json>) -> Parsed<Filter> {
    let values = match body.get("values") {
        Some(Json::Array(values)) => values.iter().map(plain).collect(),
        Some(other) => vec![plain(other)],
        None => return Err(malformed("[ids] requires providing a values array of ids")),
    };
    Ok(Filter::Ids(values))
}

fn exists(body: &Map<String, Json>) -> Parsed<Filter> {
    for name in body.keys() {
        if !matches!(name.as_str(), "field" | "boost" | "_name") {
            return Err(malformed(format!(
                "[exists] query does not support [{name}]"
            )));
        }
    }
    match body.get("field") {
        Some(Json::String(field)) if !field.is_empty() => Ok(Filter::Exists(field.clone())),
        _ => Err(malformed("[exists] must be provided with a [field]")),
    }
}

fn terms(body: &Map<String, Json>) -> Parsed<Filter> {
    let mut found = None;
    for (name, value) in body {
        match (name.as_str(), value) {
            ("boost" | "_name", _) => {}
            (field, Json::Array(values)) if found.is_none() => {
                if values.len() > MAX_TERMS {
                    return Err(malformed(format!(
                        "The number of terms [{}] used in the Terms Query request has exceeded the allowed maximum of [{MAX_TERMS}].",
                        values.len()
                    )));
                }
                if values.iter().any(|value| value.is_null()) {
                    return Err(malformed("No value specified for terms query"));
                }
                found = Some((field.to_owned(), values.clone()));
            }
            (field, Json::Object(_)) => {
                return Err(malformed(format!(
                    "[terms] lookup of [{field}] in another document is not supported here"
                )));
            }
            (field, _) => {
                return Err(malformed(format!(
                    "[terms] query does not support [{field}]"
                )));
            }
        }
    }
    let (field, values) = found.ok_or_else(|| {
        malformed("[terms] query requires a field name, followed by array of terms")
    })?;
    Ok(Filter::Terms {
        field,
        values,
        any_case: false,
    })
}

/// `{"FIELD": VALUE}` or `{"FIELD": {NAME: VALUE, ..}}`, where the value stands under one of `names`; what else the object
/// says, is handed over.
fn one_field<'a>(
    query: &str,
    body: &'a Map<String, Json>,
    names: &[&str],
) -> Parsed<(&'a str, Json, Map<String, Json>)> {
    let mut members = body
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "boost" | "_name") || value.is_object());
    let Some((field, value)) = members.next() else {
        return Err(malformed(format!("[{query}] query requires a field name")));
    };
    if let Some((other, _)) = members.next() {
        return Err(malformed(format!(
            "[{query}] query doesn't support multiple fields, found [{field}] and [{other}]"
        )));
    }
    match value {
        Json::Object(options) => {
            let mut rest = options.clone();
            let value = names.iter().find_map(|name| rest.shift_remove(*name));
            match value {
                Some(value) if !value.is_object() && !value.is_array() && !value.is_null() => {
                    Ok((field, value, rest))
                }
                Some(_) => Err(malformed(format!(
                    "[{query}] query does not support such a value for [{field}]"
                ))),
                None => Err(malformed(format!(
                    "[{query}] query needs a value for [{field}]"
                ))),
            }
        }
        Json::Array(_) => Err(malformed(format!(
            "[{query}] query does not support array of values"
        ))),
        Json::Null => Err(malformed(format!(
            "[{query}] query needs a value for [{field}]"
        ))),
        value => Ok((field, value.clone(), Map::new())),
    }
}

/// Refuses options that are not among the ones known.
fn only(query: &str, options: &Map<String, Json>, known: &[&str]) -> Parsed<()> {
    match options
        .keys()
        .find(|name| !known.contains(&name.as_str()) && !matches!(name.as_str(), "boost" | "_name"))
    {
        Some(name) => Err(malformed(format!(
            "[{query}] query does not support [{name}]"
        ))),
        None => Ok(()),
    }
}

fn flag(options: &Map<String, Json>, name: &str) -> bool {
    match options.get(name) {
        Some(Json::Bool(flag)) => *flag,
        Some(Json::String(text)) => text == "true",
        _ => false,
    }
}

fn term(body: &Map<String, Json>) -> Parsed<Filter> {
    let (field, value, options) = one_field("term", body, &["value", "term"])?;
    only("term", &options, &["case_insensitive"])?;
    Ok(Filter::Terms {
        field: field.to_owned(),
        values: vec![value],
        any_case: flag(&options, "case_insensitive"),
    })
}

fn pattern(query: &str, body: &Map<String, Json>, kind: PatternKind) -> Parsed<Filter> {
    let (field, value, options) = one_field(query, body, &["value", query])?;
    only(
        query,
        &options,
        &[
            "case_insensitive",
            "rewrite",
            "flags",
            "max_determinized_states",
        ],
    )?;
    Ok(Filter::Pattern {
        field: field.to_owned(),
        pattern: plain(&value),
        kind,
        any_case: flag(&options, "case_insensitive"),
    })
}

fn words(query: &str, body: &Map<String, Json>) -> Parsed<Filter> {
    let (field, value, options) = one_field(query, body, &["query"])?;
    only(
        query,
        &options,
        &[
            "operator",
            "lenient",
            "zero_terms_query",
            "analyzer",
            "slop",
            "max_expansions",
            "minimum_should_match",
        ],
    )?;
    for name in ["slop", "minimum_should_match", "analyzer"] {
        if options
            .get(name)
            .is_some_and(|value| whole(value) != Some(0))
        {
            return Err(malformed(format!(
                "[{query}] with [{name}] is not supported here"
            )));
        }
    }
    let how = match query {
        "match_phrase" => Words::Phrase { prefix: false },
        "match_phrase_prefix" => Words::Phrase { prefix: true },
        _ => match options.get("operator").map(plain) {
            None => Words::Any,
            Some(operator) if operator.eq_ignore_ascii_case("or") => Words::Any,
            Some(operator) if operator.eq_ignore_ascii_case("and") => Words::All,
            Some(operator) => {
                return Err(malformed(format!(
                    "operator needs to be either or or and, but not [{operator}]"
                )));
            }
        },
    };
    Ok(Filter::Match {
        field: field.to_owned(),
        value,
        how,
    })
}

fn range(body: &Map<String, Json>) -> Parsed<Filter> {
    let mut members = body
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "boost" | "_name") || value.is_object());
    let Some((field, Json::Object(options))) = members.next() else {
        return Err(malformed(
            "[range] query malformed, no start_object after field name",
        ));
    };
    if let Some((other, _)) = members.next() {
        return Err(malformed(format!(
            "[range] query doesn't support multiple fields, found [{field}] and [{other}]"
        )));
    }
    let mut range = Range {
        field: field.clone(),
        ..Range::default()
    };
    let (mut include_lower, mut include_upper) = (None, None);
    for (name, value) in options {
        let bound = |inclusive: bool| (!value.is_null()).then(|| (value.clone(), inclusive));
        match name.as_str() {
            "gt" => range.lower = bound(false),
            "gte" | "ge" | "from" => range.lower = bound(true),
            "lt" => range.upper = bound(false),
            "lte" | "le" | "to" => range.upper = bound(true),
            "include_lower" => include_lower = Some(flag(options, "include_lower")),
            "include_upper" => include_upper = Some(flag(options, "include_upper")),
            "format" => range.format = Some(plain(value)),
            "time_zone" => range.time_zone = Some(plain(value)),
            "boost" | "_name" | "relation" => {}
            other => {
                return Err(malformed(format!(
                    "[range] query does not support [{other}]"
                )));
            }
        }
    }
    if let (Some((_, inclusive)), Some(wanted)) = (&mut range.lower, include_lower) {
        *inclusive = wanted;
    }
    if let (Some((_, inclusive)), Some(wanted)) = (&mut range.upper, include_upper) {
        *inclusive = wanted;
    }
    Ok(Filter::Range(range))
}

fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// The text of a scalar.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
