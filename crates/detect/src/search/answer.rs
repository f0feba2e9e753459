//! Answers a whole request over documents in memory.

use std::convert::Infallible;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_event::Timestamp;
use gatewatch_query::mapping::{MappedEvent, Mapping};
use gatewatch_query::{KeyValue, Options, Plan, PlanBody, Schema, compile};
use gatewatch_syntax::eql::{QueryBody, parse_query};
use serde_json::{Map, Value as Json, json};

use super::collect::{Found, FoundSequence, Items, Search, SearchOptions};
use super::error::SearchError;
use super::fields::ShownFields;
use super::limits::Limits;
use super::moment::{EventOrder, UNUSABLE_TIEBREAKER, UNUSABLE_TIME};
use super::request::Request;
use crate::sample::SampleBounds;
use crate::sequence::Bounds;

/// The largest page a sample may fetch.
const MOST_SAMPLE_FETCH: usize = 1000;

/// What a request does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerOptions {
    /// The field that stands for the id of a document; `_id` is the metadata.
    pub id_field: String,
    /// The index of documents that name none.
    pub index: String,
    /// What `now` means in a query or a filter. Without it, one that says `now` is an error.
    pub now: Option<Timestamp>,
}

impl Default for AnswerOptions {
    fn default() -> Self {
        Self {
            id_field: "_id".into(),
            index: "documents".into(),
            now: None,
        }
    }
}

/// A document with its metadata.
#[derive(Debug)]
struct Stored {
    id: String,
    index: String,
    source: Map<String, Json>,
}

/// Answers an `_eql/search` request over documents in the order of their index: the response body, or the error.
///
/// `_id` and `_index` members of a document are metadata and no part of its source. Fields that the mapping does not declare
/// are mapped as dynamic mapping would do with these documents.
///
/// ```
/// use gatewatch_detect::search::{AnswerOptions, answer};
/// use gatewatch_query::mapping::Mapping;
/// use serde_json::json;
///
/// let body = json!({"query": "process where pid == 4"});
/// let documents = [
///     json!({"_id": "1", "@timestamp": "2024-03-01T10:00:00Z", "event": {"category": "process"}, "pid": 4}),
///     json!({"_id": "2", "@timestamp": "2024-03-01T10:00:01Z", "event": {"category": "process"}, "pid": 5}),
/// ];
/// let response = answer(&body, &Mapping::default(), documents, &AnswerOptions::default()).expect("an answer");
/// assert_eq!(response["hits"]["events"][0]["_id"], "1");
/// ```
///
/// # Errors
///
/// As Elasticsearch: when the request, its query or a document cannot be used. [`SearchError::to_json`] is the body to show.
pub fn answer(
    body: &Json,
    mapping: &Mapping,
    documents: impl IntoIterator<Item = Json>,
    options: &AnswerOptions,
) -> Result<Json, SearchError> {
    let request = Request::from_json(body)?;
    let mut mapping = mapping.clone();
    let mut stored = Vec::new();
    for document in documents {
        if let Some(document) = store(document, options) {
            mapping.observe(&document.source);
            stored.push(document);
        }
    }
    mapping.add_runtime(&request.runtime_mappings)?;
    let plan = plan(&request, &mapping, options.now)?;
    let found = search(&request, &plan, &mapping, &stored, options.now)?;
    let shown = ShownFields::new(&request.fields, &mapping)?;
    let mut event = |at: usize| {
        let document = &stored[at];
        let mut out = json!({"_index": document.index, "_id": document.id});
        out["_source"] = Json::Object(document.source.clone());
        let seen = MappedEvent::new(&mapping, &document.source, Some(&document.index));
        if let Some(fields) = shown.of_event(&document.id, &document.index, &seen) {
            out["fields"] = Json::Object(fields);
        }
        out
    };
    let sample = matches!(plan.body, PlanBody::Sample(_));
    Ok(response(found, sample, &mut event))
}

/// Takes a document apart. What is no object is no document.
fn store(document: Json, options: &AnswerOptions) -> Option<Stored> {
    let Json::Object(mut source) = document else {
        return None;
    };
    let meta_id = source.shift_remove("_id");
    let index = source.shift_remove("_index");
    // A hit of a search has its document below `_source`.
    if meta_id.is_some()
        && let Some(Json::Object(inner)) = source.get_mut("_source")
    {
        source = std::mem::take(inner);
    }
    let text = |json: &Json| match json {
        Json::String(text) => text.clone(),
        Json::Array(items) if items.len() == 1 => match &items[0] {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        },
        other => other.to_string(),
    };
    let id = if options.id_field == "_id" {
        meta_id.as_ref().map(text)
    } else {
        let document = gatewatch_event::Document::from_map(source);
        let id = document.get(&options.id_field).map(text);
        source = document.into_map();
        id.or_else(|| meta_id.as_ref().map(text))
    };
    Some(Stored {
        id: id.unwrap_or_default(),
        index: index.as_ref().map_or_else(|| options.index.clone(), text),
        source,
    })
}

/// Reads, checks and plans the query.
fn plan(request: &Request, mapping: &Mapping, now: Option<Timestamp>) -> Result<Plan, SearchError> {
    let text = request.query.as_str();
    let query = parse_query(text)
        .into_result()
        .map_err(|problems| SearchError::query(text, problems))?;
    let mut problems = Vec::new();
    if !matches!(query.body, QueryBody::Sample(_)) {
        let fields = std::iter::once(&request.timestamp_field).chain(&request.tiebreaker_field);
        problems.extend(fields.filter_map(|name| unknown_field(name, mapping)));
    } else if request.fetch_size > MOST_SAMPLE_FETCH {
        return Err(SearchError::unusable_value(format!(
            "Fetch size cannot be greater than [{MOST_SAMPLE_FETCH}]"
        )));
    }
    let options = Options {
        event_category_field: request.event_category_field.clone(),
        now,
    };
    match compile(&query, text, mapping, &options) {
        Ok(plan) if problems.is_empty() => Ok(plan),
        Ok(_) => Err(SearchError::query(text, problems)),
        Err(more) => {
            problems.extend(more);
            Err(SearchError::query(text, problems))
        }
    }
}

/// The problem of a field that the request names, if the mapping does not know it.
fn unknown_field(name: &str, mapping: &Mapping) -> Option<Diagnostic> {
    let message = match mapping.field(name) {
        None => format!("Unknown column [{name}]"),
        // Only what no query may name at all has a reason that says so.
        Some(info) => info
            .inexact
            .filter(|reason| reason.starts_with("Cannot use field"))?,
    };
    Some(Diagnostic::error(
        Stage::Verification,
        "search-unknown-field",
        message,
    ))
}

fn search(
    request: &Request,
    plan: &Plan,
    mapping: &Mapping,
    stored: &[Stored],
    now: Option<Timestamp>,
) -> Result<Found<usize>, SearchError> {
    let filter = match &request.filter {
        Some(filter) => Some(filter.bind(mapping, now)?),
        None => None,
    };
    let options = SearchOptions {
        limits: Limits::new(request.size, request.result_position, plan.pipes.clone()),
        max_samples_per_key: request.max_samples_per_key,
        order: EventOrder::of_schema(
            mapping,
            &request.timestamp_field,
            request.tiebreaker_field.as_deref(),
        ),
        // Everything is in memory already.
        sequence_bounds: Bounds {
            partials: usize::MAX,
            bytes: usize::MAX,
        },
        sample_bounds: SampleBounds {
            candidates: usize::MAX,
        },
    };
    let search = Search::new(plan, options);
    let mut worker = search.worker();
    for (at, document) in stored.iter().enumerate() {
        let event = MappedEvent::new(mapping, &document.source, Some(&document.index));
        if let Some(filter) = &filter
            && !filter.matches(&document.id, &document.index, &event)?
        {
            continue;
        }
        let keep = || Ok::<usize, Infallible>(at);
        let Ok(_) = worker.event(0, &event, at as u64, keep);
    }
    search.finish(vec![worker]).map_err(|error| {
        if matches!(error.code, UNUSABLE_TIME | UNUSABLE_TIEBREAKER) {
            SearchError::unusable_value(error.message)
        } else {
            error.into()
        }
    })
}

/// The body of a response: the items of an answer in Elasticsearch's shape, each event as `event` shows it. Join keys of a
/// sample show dates as numbers, those of a sequence as text.
pub fn response<E>(found: Found<E>, sample: bool, event: &mut dyn FnMut(E) -> Json) -> Json {
    let (name, items): (&str, Vec<Json>) = match found.items {
        Items::Events(events) => ("events", events.into_iter().map(event).collect()),
        Items::Sequences(sequences) => (
            "sequences",
            sequences
                .into_iter()
                .map(|sequence| sequence_json(sequence, sample, event))
                .collect(),
        ),
    };
    let mut hits = json!({"total": {"value": items.len(), "relation": "eq"}});
    hits[name] = Json::Array(items);
    json!({
        "is_partial": false,
        "is_running": false,
        "took": 0,
        "timed_out": false,
        "hits": hits,
    })
}

fn sequence_json<E>(
    sequence: FoundSequence<E>,
    sample: bool,
    event: &mut dyn FnMut(E) -> Json,
) -> Json {
    let mut out = Map::new();
    if !sequence.key.is_empty() {
        let keys = sequence
            .key
            .iter()
            .map(|key| join_key(key, sample))
            .collect();
        out.insert("join_keys".into(), Json::Array(keys));
    }
    let missing = || json!({"_index": "", "_id": "", "_source": {}, "missing": true});
    let events = sequence
        .events
        .into_iter()
        .map(|place| place.map_or_else(missing, &mut *event))
        .collect();
    out.insert("events".into(), Json::Array(events));
    Json::Object(out)
}

/// Samples are grouped by an aggregation, which shows dates as numbers.
fn join_key(key: &KeyValue, sample: bool) -> Json {
    match key {
        KeyValue::Date(time) if sample => Json::from(time.millis()),
        key => key.to_json(),
    }
}
