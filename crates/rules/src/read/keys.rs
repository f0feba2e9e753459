//! Takes typed keys out of a rule and notes what is wrong with them.

use std::ops::{Range, RangeInclusive};

use gatewatch_diagnostic::Diagnostic;
use serde_json::{Map, Value as Json};

use super::{problem, span_of};

/// Where the value of a key stands in the file, or the whole rule for `None`.
pub(super) type Place<'a> = dyn Fn(Option<&str>) -> Option<Range<usize>> + 'a;

/// The keys of a rule.
pub(super) struct Keys<'a> {
    object: &'a Map<String, Json>,
    place: &'a Place<'a>,
    problems: Vec<Diagnostic>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(object: &'a Map<String, Json>, place: &'a Place<'a>) -> Self {
        Self {
            object,
            place,
            problems: Vec::new(),
        }
    }

    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    /// The value of a key; null counts as absent, as it does for Kibana.
    pub(super) fn get(&self, key: &str) -> Option<&'a Json> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Notes a problem at the place of a key, or of the whole rule where the key is absent.
    pub(super) fn complain(&mut self, key: &str, code: &'static str, message: impl Into<String>) {
        let place = (self.place)(Some(key)).or_else(|| (self.place)(None));
        let found = problem(code, message);
        self.problems.push(match place {
            Some(range) => found.with_span(span_of(&range)),
            None => found,
        });
    }

    /// Notes that a key, or a part of it, has the wrong type.
    pub(super) fn wrong(&mut self, key: &str, want: &str) {
        self.complain(key, "rule-key-type", format!("`{key}` must be {want}"));
    }

    pub(super) fn missing(&mut self, key: &str) {
        let message = format!("the rule has no `{key}`");
        self.complain(key, "rule-key-missing", message);
    }

    pub(super) fn optional_text(&mut self, key: &str) -> Option<String> {
        match self.get(key)? {
            Json::String(text) => Some(text.clone()),
            _ => {
                self.wrong(key, "a string");
                None
            }
        }
    }

    pub(super) fn text(&mut self, key: &str) -> String {
        if self.get(key).is_none() {
            self.missing(key);
        }
        self.optional_text(key).unwrap_or_default()
    }

    /// The name of a field or the like: Kibana stores an empty one where none is meant.
    pub(super) fn name(&mut self, key: &str) -> Option<String> {
        self.optional_text(key).filter(|name| !name.is_empty())
    }

    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        match whole(self.get(key)?) {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                let want = format!("a whole number from {} to {}", range.start(), range.end());
                self.wrong(key, &want);
                None
            }
        }
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let flag = self.get(key)?.as_bool();
        if flag.is_none() {
            self.wrong(key, "true or false");
        }
        flag
    }

    /// A list of strings; a single string counts as a list of one.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        texts_of(value).unwrap_or_else(|| {
            self.wrong(key, "a list of strings");
            Vec::new()
        })
    }

    /// A list of objects.
    pub(super) fn objects(&mut self, key: &str) -> Vec<Json> {
        match self.get(key) {
            None => Vec::new(),
            Some(Json::Array(items)) if items.iter().all(Json::is_object) => items.clone(),
            Some(_) => {
                self.wrong(key, "a list of objects");
                Vec::new()
            }
        }
    }
}

/// The strings of a list, or a single string; `None` when anything else is in it.
pub(super) fn texts_of(value: &Json) -> Option<Vec<String>> {
    match value {
        Json::String(one) => Some(vec![one.clone()]),
        Json::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// A whole number, also one written `5.0`, as some writers of TOML and JSON do.
pub(super) fn whole(value: &Json) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and below 2^53"
        )]
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}

/// The text at a key of an object.
pub(super) fn text_at(object: &Json, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(str::to_owned)
}
