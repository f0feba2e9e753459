//! The `filter` of a request: Query DSL over single documents.
//!
//! A [`Filter`] is read from JSON without knowing the index; [`Filter::bind`] makes it ready for a mapping, which is when
//! values must fit the types of fields.

mod bind;
mod bound;
mod date_math;
mod parse;
mod text;

pub(super) use bound::Bound;

use gatewatch_event::Timestamp;
use gatewatch_query::mapping::Mapping;
use serde_json::Value as Json;

use super::error::SearchError;

/// A query over single documents, as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// Every document, or none.
    All(bool),
    /// Documents that meet these.
    Bool {
        /// All of them (`must` and `filter`).
        must: Vec<Filter>,
        should: Vec<Filter>,
        must_not: Vec<Filter>,
        /// How many of `should`.
        minimum: Option<i64>,
    },
    /// Documents with these ids.
    Ids(Vec<String>),
    /// Documents with any value.
    Exists(String),
    /// A field has one of these values.
    Terms {
        field: String,
        values: Vec<Json>,
        any_case: bool,
    },
    /// A field has a value between these.
    Range(Range),
    /// A field has words.
    Match {
        field: String,
        value: Json,
        how: Words,
    },
    /// A field has a text that fits a pattern.
    Pattern {
        field: String,
        pattern: String,
        kind: PatternKind,
        any_case: bool,
    },
}

/// How words are to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Any,
    All,
    /// One after the other, the last of them perhaps only begun.
    Phrase {
        prefix: bool,
    },
}

/// What kind of pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternKind {
    Wildcard,
    Prefix,
    Regexp,
}

/// `range`
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Range {
    pub(super) field: String,
    /// The value, and whether it is in the range itself.
    pub(super) lower: Option<(Json, bool)>,
    pub(super) upper: Option<(Json, bool)>,
    pub(super) format: Option<String>,
    pub(super) time_zone: Option<String>,
}

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilterError {
    pub(super) kind: &'static str,
    pub(super) reason: String,
}

impl Filter {
    /// Reads a filter.
    pub(super) fn from_json(json: &Json) -> Result<Self, FilterError> {
        parse::query(json, 0)
    }

    /// Makes the filter ready for documents of an index. `now` is what date math counts from.
    pub(super) fn bind<'m>(
        &self,
        mapping: &'m Mapping,
        now: Option<Timestamp>,
    ) -> Result<Bound<'m>, SearchError> {
        bind::bind(self, &bind::Context { mapping, now })
    }
}
