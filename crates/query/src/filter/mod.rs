//! Kibana's filters: Elasticsearch's query DSL as rules carry it beside their query.

mod leaves;

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Severity};
use serde_json::{Map, Value as Json};

use crate::checked::Expression;
use crate::search::{Label, Searcher};
use crate::{Condition, Options, Schema};

/// Compiles one filter of a rule: an object with `meta` and `query`, or a bare query of the DSL.
///
/// A filter that is `disabled` matches everything, as Kibana leaves it out. The queries are `bool`, `constant_score`,
/// `exists`, `match`, `match_all`, `match_none`, `match_phrase`, `nested`, `prefix`, `range`, `regexp`, `term`, `terms` and
/// `wildcard`.
///
/// ```
/// use gatewatch_event::JsonEvent;
/// use gatewatch_query::{EcsSchema, Options, compile_filter};
/// use serde_json::json;
///
/// let filter = json!({
///     "meta": {"negate": true},
///     "query": {"wildcard": {"file.path": {"value": "?:\\\\Windows\\\\*", "case_insensitive": true}}},
/// });
/// let condition = compile_filter(&filter, &EcsSchema, &Options::default()).expect("it is sound");
/// let event = JsonEvent::new(json!({"file": {"path": "C:\\WINDOWS\\notepad.exe"}}));
/// assert_eq!(condition.matches(&event), Ok(false));
/// ```
///
/// # Errors
///
/// Every form that is not known or not supported, named by its path in the filter; nothing is left out silently.
pub fn compile_filter(
    filter: &Json,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Condition, Vec<Diagnostic>> {
    Condition::new(&check_filter(filter, schema, options)?, schema)
}

/// The typed tree of a filter, see [`compile_filter`].
///
/// # Errors
///
/// As [`compile_filter`].
pub fn check_filter(
    filter: &Json,
    schema: &dyn Schema,
    options: &Options,
) -> Result<Expression, Vec<Diagnostic>> {
    let mut reader = Reader {
        searcher: Searcher::new(schema, options.now),
        path: Vec::new(),
    };
    let expression = reader.filter(filter);
    match expression {
        Some(expression) if reader.searcher.problems.is_empty() => Ok(expression),
        _ => Err(reader.searcher.problems),
    }
}

/// Nesting of filters; JSON readers allow little more.
const DEPTH: usize = 100;

struct Reader<'a> {
    searcher: Searcher<'a>,
    /// Where in the filter we are.
    path: Vec<String>,
}

fn label_of(json: &Json) -> Label {
    Label {
        text: Arc::from(json.to_string()),
        span: None,
    }
}

impl Reader<'_> {
    /// Tells a problem with its path in the filter.
    fn refuse<T>(
        &mut self,
        code: &'static str,
        message: impl AsRef<str>,
        hint: Option<&str>,
    ) -> Option<T> {
        let place = if self.path.is_empty() {
            "the filter".to_owned()
        } else {
            format!("`{}`", self.path.join("."))
        };
        let label = Label {
            text: Arc::from(""),
            span: None,
        };
        let message = format!("{place}: {}", message.as_ref());
        self.searcher
            .report(Severity::Error, code, message, &label, hint);
        None
    }

    fn within<T>(
        &mut self,
        step: impl Into<String>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.path.len() >= DEPTH {
            return self.refuse("filter-too-deep", "it is nested too deep", None);
        }
        self.path.push(step.into());
        let read = read(self);
        self.path.pop();
        read
    }

    fn object<'j>(&mut self, json: &'j Json) -> Option<&'j Map<String, Json>> {
        match json {
            Json::Object(map) => Some(map),
            _ => self.refuse("filter-shape", "an object is expected here", None),
        }
    }

    fn flag(&mut self, map: &Map<String, Json>, key: &str) -> Option<bool> {
        match map.get(key) {
            None | Some(Json::Null) => Some(false),
            Some(Json::Bool(flag)) => Some(*flag),
            // TOML written by hand has it as text at times, and Elasticsearch takes it.
            Some(Json::String(text)) if text == "true" || text == "false" => Some(text == "true"),
            Some(_) => self.within(key, |reader| {
                reader.refuse("filter-shape", "true or false is expected here", None)
            }),
        }
    }

    /// A filter with or without `meta`.
    fn filter(&mut self, filter: &Json) -> Option<Expression> {
        let label = label_of(filter);
        let map = self.object(filter)?;
        let empty = Map::new();
        let meta = match map.get("meta") {
            None | Some(Json::Null) => &empty,
            Some(meta) => self.within("meta", |reader| reader.object(meta))?,
        };
        if self.within("meta", |reader| reader.flag(meta, "disabled"))? {
            return Some(label.constant(true));
        }
        let negate = self.within("meta", |reader| reader.flag(meta, "negate"))?;
        let condition = match map.get("query") {
            Some(query) if !query.is_null() => {
                self.no_others(map, &["meta", "query", "$state"])?;
                self.within("query", |reader| reader.query(query))?
            }
            _ if meta.get("type").and_then(Json::as_str) == Some("combined") => {
                self.no_others(map, &["meta", "query", "$state"])?;
                self.within("meta", |reader| reader.combined(meta, &label))?
            }
            // Old filters have the query beside `meta`, and a bare query has no `meta`.
            _ => {
                let rest: Map<String, Json> = map
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "meta" | "$state" | "query"))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                self.query(&Json::Object(rest))?
            }
        };
        Some(if negate {
            label.not(condition)
        } else {
            condition
        })
    }

    /// Filters joined by Kibana's filter editor.
    fn combined(&mut self, meta: &Map<String, Json>, label: &Label) -> Option<Expression> {
        let any = match meta.get("relation").and_then(Json::as_str) {
            Some("OR") => true,
            Some("AND") => false,
            _ => {
                return self.within("relation", |reader| {
                    reader.refuse("filter-shape", "AND or OR is expected here", None)
                });
            }
        };
        let filters = match meta.get("params") {
            Some(Json::Array(filters)) => filters.as_slice(),
            _ => {
                return self.within("params", |reader| {
                    reader.refuse("filter-shape", "a list of filters is expected here", None)
                });
            }
        };
        let parts = self.each("params", filters, Self::filter)?;
        Some(if any {
            label.any(parts)
        } else {
            label.all(parts)
        })
    }

    fn each(
        &mut self,
        step: &str,
        items: &[Json],
        read: fn(&mut Self, &Json) -> Option<Expression>,
    ) -> Option<Vec<Expression>> {
        let parts: Vec<Option<Expression>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                self.within(format!("{step}[{index}]"), |reader| read(reader, item))
            })
            .collect();
        parts.into_iter().collect()
    }

    /// Refuses every key that is not known here.
    fn no_others(&mut self, map: &Map<String, Json>, known: &[&str]) -> Option<()> {
        let mut sound = Some(());
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                sound = self.within(key.as_str(), |reader| {
                    reader.refuse("filter-unknown", "this is not known here", None)
                });
            }
        }
        sound
    }

    /// One query of the DSL: an object with one key.
    fn query(&mut self, query: &Json) -> Option<Expression> {
        let label = label_of(query);
        let map = self.object(query)?;
        let mut entries = map.iter();
        let (Some((name, body)), None) = (entries.next(), entries.next()) else {
            return self.refuse(
                "filter-shape",
                format!("one query is expected here, not {}", map.len()),
                None,
            );
        };
        let name = name.as_str();
        self.within(name, |reader| match name {
            "bool" => reader.bool(body, &label),
            "constant_score" => {
                let map = reader.object(body)?;
                reader.no_others(map, &["filter", "boost", "_name"])?;
                let inner = map.get("filter").unwrap_or(&Json::Null);
                reader.within("filter", |reader| reader.query(inner))
            }
            "match_all" => Some(label.constant(true)),
            "match_none" => Some(label.constant(false)),
            "nested" => reader.nested(body, &label),
            _ => reader.leaf(name, body, &label),
        })
    }

    fn nested(&mut self, body: &Json, label: &Label) -> Option<Expression> {
        let map = self.object(body)?;
        self.no_others(map, &["path", "query", "score_mode", "boost", "_name"])?;
        let (Some(Json::String(path)), Some(query)) = (map.get("path"), map.get("query")) else {
            return self.refuse("filter-shape", "`path` and `query` are needed here", None);
        };
        // The searcher lends itself to the body; the path in the filter goes along.
        let place = self.path.clone();
        self.searcher.nested(path, label, &mut |searcher| {
            let nested = searcher.nested.clone();
            let mut reader = Reader {
                searcher: searcher.sibling(),
                path: place.clone(),
            };
            reader.searcher.nested = nested;
            let inner = reader.within("query", |reader| reader.query(query));
            searcher.problems.append(&mut reader.searcher.problems);
            searcher.warnings.append(&mut reader.searcher.warnings);
            inner
        })
    }

    fn bool(&mut self, body: &Json, label: &Label) -> Option<Expression> {
        let map = self.object(body)?;
        self.no_others(
            map,
            &[
                "must",
                "filter",
                "should",
                "must_not",
                "minimum_should_match",
                "boost",
                "adjust_pure_negative",
                "_name",
            ],
        )?;
        let mut parts = Vec::new();
        let mut sound = true;
        for key in ["must", "filter", "must_not"] {
            match self.clauses(map, key) {
                Some(clauses) if key == "must_not" => {
                    parts.extend(clauses.into_iter().map(|clause| {
                        let text = Arc::from(format!("not {}", clause.text));
                        Label { text, span: None }.not(clause)
                    }));
                }
                Some(clauses) => parts.extend(clauses),
                None => sound = false,
            }
        }
        let has_required = ["must", "filter"].iter().any(|key| {
            map.get(*key)
                .is_some_and(|value| value != &Json::Array(Vec::new()))
        });
        match self.should(map, has_required, label) {
            Some(should) => parts.extend(should),
            None => sound = false,
        }
        sound.then(|| label.all(parts))
    }

    /// `should`: with nothing else required one of its clauses must match.
    fn should(
        &mut self,
        map: &Map<String, Json>,
        has_required: bool,
        label: &Label,
    ) -> Option<Option<Expression>> {
        let clauses = self.clauses(map, "should")?;
        let least = match map.get("minimum_should_match") {
            None | Some(Json::Null) => i64::from(!has_required && !clauses.is_empty()),
            Some(Json::Number(number)) if number.as_i64().is_some() => {
                number.as_i64().unwrap_or_default()
            }
            Some(Json::String(text)) if text.parse::<i64>().is_ok() => {
                text.parse().unwrap_or_default()
            }
            Some(_) => {
                return self.within("minimum_should_match", |reader| {
                    reader.refuse(
                        "filter-unsupported",
                        "only a whole number is supported",
                        None,
                    )
                });
            }
        };
        let count = i64::try_from(clauses.len()).unwrap_or(i64::MAX);
        // Below zero: so many clauses may fail.
        let least = if least < 0 {
            (count + least).max(0)
        } else {
            least
        };
        Some(match least {
            0 => None,
            1 => Some(label.any(clauses)),
            least if least == count => Some(label.all(clauses)),
            least if least > count => Some(label.constant(false)),
            _ => {
                return self.within("minimum_should_match", |reader| {
                    reader.refuse(
                        "filter-unsupported",
                        "only 0, 1 or all clauses are supported",
                        None,
                    )
                });
            }
        })
    }

    fn clauses(&mut self, map: &Map<String, Json>, key: &str) -> Option<Vec<Expression>> {
        match map.get(key) {
            None | Some(Json::Null) => Some(Vec::new()),
            Some(Json::Array(clauses)) => self.each(key, clauses, Self::query),
            Some(clause) => {
                let part = self.within(key, |reader| reader.query(clause))?;
                Some(vec![part])
            }
        }
    }
}
