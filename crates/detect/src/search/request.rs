//! The body of a search request.

use gatewatch_diagnostic::did_you_mean;
use serde_json::{Map, Value as Json};

use super::error::SearchError;
use super::filter::Filter;
use super::limits::Direction;

/// The members a request may have.
const MEMBERS: [&str; 16] = [
    "allow_partial_search_results",
    "allow_partial_sequence_results",
    "event_category_field",
    "fetch_size",
    "fields",
    "filter",
    "keep_alive",
    "keep_on_completion",
    "max_samples_per_key",
    "query",
    "result_position",
    "runtime_mappings",
    "size",
    "tiebreaker_field",
    "timestamp_field",
    "wait_for_completion_timeout",
];

/// The shortest time for which an answer may be kept, in milliseconds.
const LEAST_KEEP_ALIVE: u64 = 60_000;

/// The body of an `_eql/search` request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The EQL text.
    pub query: String,
    /// The field with the event category.
    pub event_category_field: String,
    /// The field with the time.
    pub timestamp_field: String,
    /// The field that orders events of the same time.
    pub tiebreaker_field: Option<String>,
    /// How many events, sequences or samples the answer may have.
    pub size: usize,
    /// How many events a search fetches at a time; it never changes an answer.
    pub fetch_size: usize,
    /// Which end of the matches is answered when the query does not say.
    pub result_position: Direction,
    /// How many samples one join key may have.
    pub max_samples_per_key: usize,
    /// Which fields each event is shown with.
    pub(super) fields: Vec<FieldRequest>,
    /// What every event must meet besides.
    pub(super) filter: Option<Filter>,
    /// Fields for this search only.
    pub(super) runtime_mappings: Map<String, Json>,
}

/// One entry of `fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldRequest {
    pub(super) pattern: String,
    pub(super) format: Option<String>,
    pub(super) include_unmapped: bool,
}

impl Request {
    /// Reads a request body.
    ///
    /// # Errors
    ///
    /// As Elasticsearch does: on members that are unknown, of the wrong type, or not allowed.
    pub fn from_json(body: &Json) -> Result<Self, SearchError> {
        let Json::Object(body) = body else {
            return Err(SearchError::content(
                "[eql/search] Expected START_OBJECT but was: VALUE",
            ));
        };
        for name in body.keys() {
            if !MEMBERS.contains(&name.as_str()) {
                return Err(unknown_member(name));
            }
        }
        let reader = Reader { body };
        let mut problems = Vec::new();
        let request = Self {
            query: reader.text("query")?.unwrap_or_default(),
            event_category_field: reader
                .text("event_category_field")?
                .unwrap_or_else(|| "event.category".into()),
            timestamp_field: reader
                .text("timestamp_field")?
                .unwrap_or_else(|| "@timestamp".into()),
            tiebreaker_field: reader.text("tiebreaker_field")?,
            size: reader.count(
                "size",
                10,
                0,
                "size must be greater than or equal to 0",
                &mut problems,
            )?,
            fetch_size: reader.count(
                "fetch_size",
                1000,
                2,
                "fetch size must be greater than 1",
                &mut problems,
            )?,
            result_position: result_position(&reader)?,
            max_samples_per_key: reader.count(
                "max_samples_per_key",
                1,
                1,
                "max_samples_per_key must be greater than 0",
                &mut problems,
            )?,
            fields: reader.fields()?,
            filter: reader.filter()?,
            runtime_mappings: reader.runtime_mappings()?,
        };
        reader.flag("keep_on_completion")?;
        reader.flag("allow_partial_search_results")?;
        reader.flag("allow_partial_sequence_results")?;
        reader.time("wait_for_completion_timeout")?;
        let keep_alive = reader.time("keep_alive")?;
        request.validate(keep_alive, problems)?;
        Ok(request)
    }

    fn validate(&self, keep_alive: Option<u64>, counts: Vec<String>) -> Result<(), SearchError> {
        let mut problems = Vec::new();
        if self.query.is_empty() {
            problems.push("query is null or empty".to_owned());
        }
        if self.timestamp_field.is_empty() {
            problems.push("@timestamp field is null or empty".to_owned());
        }
        if self.event_category_field.is_empty() {
            problems.push("event category field is null or empty".to_owned());
        }
        problems.extend(counts);
        if let Some(keep_alive) = keep_alive
            && keep_alive < LEAST_KEEP_ALIVE
        {
            problems.push(format!(
                "[keep_alive] must be greater than 1 minute, got:{keep_alive}ms"
            ));
        }
        problems.extend(self.runtime_problem());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(SearchError::validation(&problems))
        }
    }

    /// The first runtime field that is none; Elasticsearch looks no further.
    fn runtime_problem(&self) -> Option<String> {
        self.runtime_mappings.iter().find_map(|(name, definition)| {
            match definition {
                Json::Object(definition) => definition
                    .get("type")
                    .is_none_or(Json::is_null)
                    .then(|| format!("No type specified for runtime field [{name}]")),
                // The class is that of the name, in Elasticsearch too.
                _ => Some(format!(
                    "Expected map for runtime field [{name}] definition but got [String]"
                )),
            }
        })
    }
}

fn unknown_member(name: &str) -> SearchError {
    let mut reason = format!("[eql/search] unknown field [{name}]");
    match did_you_mean(name, MEMBERS).as_slice() {
        [] => {}
        [only] => reason.push_str(&format!(" did you mean [{only}]?")),
        several => reason.push_str(&format!(" did you mean any of [{}]?", several.join(", "))),
    }
    SearchError::content(reason)
}

fn result_position(reader: &Reader<'_>) -> Result<Direction, SearchError> {
    match reader.text("result_position")?.as_deref() {
        None | Some("tail") => Ok(Direction::Tail),
        Some("head") => Ok(Direction::Head),
        Some(other) => Err(SearchError::failed_member(
            "result_position",
            "illegal_argument_exception",
            format!("result position needs to be 'head' or 'tail', received '{other}'"),
        )),
    }
}

/// Takes members out of the body as Elasticsearch's parser does.
struct Reader<'a> {
    body: &'a Map<String, Json>,
}

impl Reader<'_> {
    fn unsupported(&self, member: &str, value: &Json) -> SearchError {
        SearchError::content(format!(
            "[eql/search] {member} doesn't support values of type: {}",
            token(value)
        ))
    }

    fn text(&self, member: &str) -> Result<Option<String>, SearchError> {
        match self.body.get(member) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.unsupported(member, other)),
        }
    }

    /// A whole number, which may be written as text or with a fraction of zero.
    fn count(
        &self,
        member: &str,
        default: usize,
        least: i64,
        problem: &str,
        problems: &mut Vec<String>,
    ) -> Result<usize, SearchError> {
        let Some(value) = self.body.get(member) else {
            return Ok(default);
        };
        let number = match value {
            Json::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
            Json::String(text) => text.parse().ok(),
            other => return Err(self.unsupported(member, other)),
        };
        let number = number
            .filter(|number| i32::try_from(*number).is_ok())
            .ok_or_else(|| {
                SearchError::failed_member(
                    member,
                    "illegal_argument_exception",
                    format!("[{value}] is not a whole number of 32 bits"),
                )
            })?;
        if number < least {
            problems.push(problem.to_owned());
        }
        Ok(usize::try_from(number).unwrap_or(0))
    }

    fn flag(&self, member: &str) -> Result<Option<bool>, SearchError> {
        match self.body.get(member) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(Json::String(text)) if text == "true" || text == "false" => {
                Ok(Some(text == "true"))
            }
            Some(other) => Err(self.unsupported(member, other)),
        }
    }

    /// A time such as `5d` or `500ms`, in milliseconds.
    fn time(&self, member: &str) -> Result<Option<u64>, SearchError> {
        let text = match self.body.get(member) {
            None => return Ok(None),
            Some(Json::String(text)) => text.trim(),
            Some(other) => return Err(self.unsupported(member, other)),
        };
        match time_value(text) {
            Some(time) => Ok(Some(time)),
            None => Err(SearchError::failed_member(
                member,
                "illegal_argument_exception",
                format!(
                    "failed to parse setting [{member}] with value [{text}] as a time value: unit is missing or unrecognized"
                ),
            )),
        }
    }

    fn fields(&self) -> Result<Vec<FieldRequest>, SearchError> {
        let entries = match self.body.get("fields") {
            None => return Ok(Vec::new()),
            Some(Json::Array(entries)) => entries,
            Some(other) => return Err(self.unsupported("fields", other)),
        };
        entries.iter().map(field_request).collect()
    }

    fn filter(&self) -> Result<Option<Filter>, SearchError> {
        match self.body.get("filter") {
            None => Ok(None),
            Some(filter @ Json::Object(_)) => {
                let filter = Filter::from_json(filter).map_err(|problem| {
                    SearchError::failed_member("filter", problem.kind, problem.reason)
                })?;
                Ok(Some(filter))
            }
            Some(other) => Err(self.unsupported("filter", other)),
        }
    }

    fn runtime_mappings(&self) -> Result<Map<String, Json>, SearchError> {
        match self.body.get("runtime_mappings") {
            None => Ok(Map::new()),
            Some(Json::Object(fields)) => Ok(fields.clone()),
            Some(other) => Err(self.unsupported("runtime_mappings", other)),
        }
    }
}

fn field_request(entry: &Json) -> Result<FieldRequest, SearchError> {
    let failed =
        |reason: String| SearchError::failed_member("fields", "x_content_parse_exception", reason);
    match entry {
        Json::String(pattern) => Ok(FieldRequest {
            pattern: pattern.clone(),
            format: None,
            include_unmapped: false,
        }),
        Json::Object(entry) => {
            if let Some(name) = entry
                .keys()
                .find(|name| !matches!(name.as_str(), "field" | "format" | "include_unmapped"))
            {
                return Err(failed(format!("[field_and_format] unknown field [{name}]")));
            }
            let pattern = entry
                .get("field")
                .and_then(Json::as_str)
                .ok_or_else(|| failed("Required [field]".into()))?;
            Ok(FieldRequest {
                pattern: pattern.to_owned(),
                format: entry
                    .get("format")
                    .and_then(Json::as_str)
                    .map(str::to_owned),
                include_unmapped: entry.get("include_unmapped") == Some(&Json::Bool(true)),
            })
        }
        other => Err(failed(format!(
            "Expected [FIELD_NAME] or [START_OBJECT] but got [{}]",
            token(other)
        ))),
    }
}

fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and is small"
    )]
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

fn time_value(text: &str) -> Option<u64> {
    if text == "0" || text == "-1" {
        return Some(0);
    }
    let units: [(&str, u64); 7] = [
        ("nanos", 0),
        ("micros", 0),
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];
    let (unit, length) = units.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    Some(number.saturating_mul(*length))
}

/// The name of Elasticsearch's token for a value.
pub(super) fn token(value: &Json) -> &'static str {
    match value {
        Json::Null => "VALUE_NULL",
        Json::Bool(_) => "VALUE_BOOLEAN",
        Json::Number(_) => "VALUE_NUMBER",
        Json::String(_) => "VALUE_STRING",
        Json::Array(_) => "START_ARRAY",
        Json::Object(_) => "START_OBJECT",
    }
}
