//! Queries of the DSL about one field.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Reader;
use crate::checked::{Comparison, Expression, PatternLanguage};
use crate::patterns::escape;
use crate::search::{Label, MatchMode, Wanted};
use crate::{Constant, Number};

/// Keys that only rank or name an answer.
const RANKING: &[&str] = &["boost", "_name"];

/// Queries that are known and not run here, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    (
        "query_string",
        "it is Lucene's query syntax: write the condition in the rule's KQL",
    ),
    (
        "simple_query_string",
        "it is a query syntax of its own: write the condition in the rule's KQL",
    ),
    ("multi_match", "ask each field with `match`"),
    ("fuzzy", "near words are not supported"),
    ("script", "scripts are not run"),
    ("script_score", "scripts are not run"),
    ("ids", "events from logs have no document ids"),
    ("geo_bounding_box", "places on the map are not supported"),
    ("geo_distance", "places on the map are not supported"),
    ("geo_shape", "places on the map are not supported"),
    ("more_like_this", "similar documents are not supported"),
    ("has_child", "joined documents are not supported"),
    ("has_parent", "joined documents are not supported"),
    ("percolate", "stored queries are not supported"),
    ("terms_set", "write a `bool` of `term` queries"),
    ("span_term", "write `match_phrase`"),
    ("intervals", "write `match_phrase`"),
    ("match_phrase_prefix", "write `prefix` or `match_phrase`"),
    ("match_bool_prefix", "write `prefix` or `match`"),
    ("dis_max", "write a `bool` with `should`"),
    ("boosting", "write a `bool`"),
    ("function_score", "write the query inside it"),
];

impl Reader<'_> {
    pub(super) fn leaf(&mut self, name: &str, body: &Json, label: &Label) -> Option<Expression> {
        match name {
            "exists" => {
                let map = self.object(body)?;
                self.no_others(map, &["field", "boost", "_name"])?;
                let Some(field) = map.get("field").and_then(Json::as_str) else {
                    return self.refuse("filter-shape", "`field` must be a name", None);
                };
                if field.contains('*') {
                    // An asterisk is a wildcard here, whatever stands before it.
                    return Some(
                        self.searcher
                            .any_field(field, label, &mut |searcher, target| {
                                searcher.exists(target, label)
                            }),
                    );
                }
                let target = self.searcher.target(field, label);
                Some(match target {
                    Some(target) => self.searcher.exists(&target, label),
                    None => label.constant(false),
                })
            }
            "term" => self.of_field(body, label, |reader, value| {
                let (value, options) =
                    reader.value_and_options(value, &["value"], &["case_insensitive"])?;
                let insensitive = reader.flag(options, "case_insensitive")?;
                Some(vec![Wanted::Term { value, insensitive }])
            }),
            "terms" => self.of_field(body, label, Self::terms),
            "match" => self.of_field(body, label, Self::match_words),
            "match_phrase" => self.of_field(body, label, |reader, value| {
                let (value, options) = reader.value_and_options(value, &["query"], &["slop"])?;
                if options.get("slop").is_some_and(|slop| slop != 0) {
                    return reader.within("slop", |reader| {
                        reader.refuse("filter-unsupported", "only 0 is supported", None)
                    });
                }
                let mode = MatchMode::Phrase;
                Some(vec![Wanted::Match { value, mode }])
            }),
            "wildcard" => self.pattern(
                body,
                label,
                PatternLanguage::Escaped,
                &["value", "wildcard"],
            ),
            "prefix" => self.pattern(body, label, PatternLanguage::Wildcard, &["value", "prefix"]),
            "regexp" => self.pattern(body, label, PatternLanguage::Regex, &["value"]),
            "range" => self.range(body, label),
            _ => {
                let (message, hint) = match REFUSED.iter().find(|(known, _)| *known == name) {
                    Some((_, hint)) => ("this query is not supported", Some(*hint)),
                    None => ("this is no query that is known here", None),
                };
                self.refuse("filter-unsupported", message, hint)
            }
        }
    }

    /// `{field: body}`
    fn of_field(
        &mut self,
        json: &Json,
        label: &Label,
        read: impl FnOnce(&mut Self, &Json) -> Option<Vec<Wanted>>,
    ) -> Option<Expression> {
        let (field, body) = self.field(json)?;
        let wanted = self.within(field, |reader| read(reader, body))?;
        let target = self.searcher.target(field, label);
        Some(match target {
            Some(target) if !wanted.is_empty() => self.searcher.any_value(&target, &wanted, label),
            _ => label.constant(false),
        })
    }

    fn field<'j>(&mut self, json: &'j Json) -> Option<(&'j str, &'j Json)> {
        let map = self.object(json)?;
        let mut fields = map
            .iter()
            .filter(|(key, _)| !RANKING.contains(&key.as_str()));
        match (fields.next(), fields.next()) {
            (Some((field, body)), None) => Some((field.as_str(), body)),
            _ => self.refuse("filter-shape", "one field is expected here", None),
        }
    }

    /// A value that stands alone or beside options.
    fn value_and_options<'j>(
        &mut self,
        json: &'j Json,
        names: &[&str],
        options: &[&str],
    ) -> Option<(Constant, &'j Map<String, Json>)> {
        static NONE: std::sync::LazyLock<Map<String, Json>> = std::sync::LazyLock::new(Map::new);
        let Json::Object(map) = json else {
            return Some((self.constant(json)?, &NONE));
        };
        let known: Vec<&str> = names
            .iter()
            .chain(options)
            .chain(RANKING)
            .copied()
            .collect();
        self.no_others(map, &known)?;
        let Some((name, value)) = names.iter().find_map(|name| Some((*name, map.get(*name)?)))
        else {
            return self.refuse("filter-shape", format!("`{}` is missing", names[0]), None);
        };
        let value = self.within(name, |reader| reader.constant(value))?;
        Some((value, map))
    }

    fn constant(&mut self, json: &Json) -> Option<Constant> {
        match json {
            Json::String(text) => Some(Constant::from(text.as_str())),
            Json::Bool(flag) => Some(Constant::from(*flag)),
            Json::Number(number) => {
                let whole = number
                    .as_i64()
                    .map(Number::Long)
                    .or_else(|| number.as_u64().map(Number::UnsignedLong));
                let number = whole.or_else(|| number.as_f64().map(Number::Double))?;
                Some(Constant::from(number))
            }
            _ => self.refuse("filter-shape", "a single value is expected here", None),
        }
    }

    fn terms(&mut self, json: &Json) -> Option<Vec<Wanted>> {
        let Json::Array(values) = json else {
            return self.refuse(
                "filter-unsupported",
                "a list of values is expected here; values from other indices are not looked up",
                None,
            );
        };
        if values.len() > crate::limits::LIST {
            return self.refuse("filter-too-many", "the list is too long", None);
        }
        let wanted: Vec<Option<Wanted>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let value = self.within(format!("[{index}]"), |reader| reader.constant(value))?;
                Some(Wanted::Term {
                    value,
                    insensitive: false,
                })
            })
            .collect();
        wanted.into_iter().collect()
    }

    fn match_words(&mut self, json: &Json) -> Option<Vec<Wanted>> {
        let (value, options) =
            self.value_and_options(json, &["query"], &["operator", "type", "lenient"])?;
        let text = |key: &str| options.get(key).map(|value| value.as_str().unwrap_or("?"));
        let mode = match (text("type"), text("operator")) {
            (Some("phrase"), _) => MatchMode::Phrase,
            (None | Some("boolean"), None | Some("or" | "OR")) => MatchMode::Any,
            (None | Some("boolean"), Some("and" | "AND")) => MatchMode::All,
            _ => {
                return self.refuse(
                    "filter-unsupported",
                    "`operator` is `or` or `and`, and `type` is `boolean` or `phrase`",
                    None,
                );
            }
        };
        Some(vec![Wanted::Match { value, mode }])
    }

    fn pattern(
        &mut self,
        json: &Json,
        label: &Label,
        language: PatternLanguage,
        names: &[&str],
    ) -> Option<Expression> {
        let is_prefix = names.contains(&"prefix");
        let is_regex = language == PatternLanguage::Regex;
        self.of_field(json, label, |reader, body| {
            let options: &[&str] = if is_regex {
                &[
                    "case_insensitive",
                    "flags",
                    "max_determinized_states",
                    "rewrite",
                ]
            } else {
                &["case_insensitive", "rewrite"]
            };
            let (value, options) = reader.value_and_options(body, names, options)?;
            let insensitive = reader.flag(options, "case_insensitive")?;
            if options.get("flags").is_some_and(|flags| flags != "ALL") {
                return reader.within("flags", |reader| {
                    reader.refuse("filter-unsupported", "only ALL is supported", None)
                });
            }
            let text = value.text()?;
            let (language, pattern) = if is_prefix {
                let pattern = format!("{}*", escape(&text));
                (PatternLanguage::Escaped, Arc::from(pattern))
            } else {
                (language, Arc::from(text.as_ref()))
            };
            Some(vec![Wanted::Pattern {
                language,
                pattern,
                insensitive,
            }])
        })
    }

    fn range(&mut self, json: &Json, label: &Label) -> Option<Expression> {
        let (field, body) = self.field(json)?;
        let bounds = self.within(field, |reader| reader.bounds(body))?;
        let target = self.searcher.target(field, label);
        Some(match target {
            Some(target) => self.searcher.range(&target, &bounds, label),
            None => label.constant(false),
        })
    }

    fn bounds(&mut self, json: &Json) -> Option<Vec<(Comparison, Constant)>> {
        const OPERATORS: &[(&str, Comparison)] = &[
            ("gt", Comparison::Greater),
            ("gte", Comparison::GreaterOrEqual),
            ("lt", Comparison::Less),
            ("lte", Comparison::LessOrEqual),
            ("from", Comparison::GreaterOrEqual),
            ("to", Comparison::LessOrEqual),
        ];
        /// Formats that read the dates which this program reads.
        const FORMATS: &[&str] = &[
            "strict_date_optional_time",
            "date_optional_time",
            "strict_date_optional_time_nanos",
            "epoch_millis",
            "strict_date_optional_time||epoch_millis",
        ];
        let map = self.object(json)?;
        let mut bounds = Vec::new();
        let mut sound = true;
        for (key, value) in map {
            let operator = OPERATORS.iter().find(|(name, _)| name == key);
            let bound = self.within(key.as_str(), |reader| match (operator, key.as_str()) {
                (Some(_), _) if value.is_null() => Some(None),
                (Some((_, comparison)), _) => {
                    let value = reader.constant(value)?;
                    Some(Some((*comparison, value)))
                }
                (None, "format") if value.as_str().is_some_and(|text| FORMATS.contains(&text)) => {
                    Some(None)
                }
                (None, "time_zone") if matches!(value.as_str(), Some("UTC" | "Z" | "+00:00")) => {
                    Some(None)
                }
                (None, "boost" | "_name") => Some(None),
                (None, "include_lower" | "include_upper") if *value == true => Some(None),
                _ => reader.refuse("filter-unsupported", "this is not supported here", None),
            });
            match bound {
                Some(bound) => bounds.extend(bound),
                None => sound = false,
            }
        }
        sound.then_some(bounds)
    }
}
