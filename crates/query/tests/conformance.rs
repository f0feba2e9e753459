//! Queries are accepted and refused as Elasticsearch does, and event queries find the same events.

mod support;

use std::collections::HashMap;

use gatewatch_event::{Event, Field};
use gatewatch_query::mapping::MappedEvent;
use gatewatch_query::{Condition, Options, Pipe, PipeKind, Plan, PlanBody, compile};
use gatewatch_syntax::eql::parse_query;
use serde_json::{Value as Json, json};
use support::Dataset;

/// A plan, or the stage that refused the query and what it said.
fn planned(case: &Json, dataset: &Dataset) -> Result<Plan, (String, String)> {
    let text = case["query"].as_str().expect("a query");
    let query = parse_query(text)
        .into_result()
        .map_err(|problems| ("parse".to_owned(), format!("{problems:?}")))?;
    let mut options = Options::default();
    if let Some(field) = dataset.name("event_category_field") {
        options.event_category_field = field.to_owned();
    }
    compile(&query, text, &dataset.mapping, &options).map_err(|problems| {
        let stages: Vec<&str> = problems
            .iter()
            .map(|problem| problem.stage.as_str())
            .collect();
        let order = ["parse", "verification", "planning", "runtime"];
        let stage = order
            .iter()
            .find(|stage| stages.contains(stage))
            .unwrap_or(&"none");
        let messages: Vec<&str> = problems
            .iter()
            .map(|problem| problem.message.as_str())
            .collect();
        ((*stage).to_owned(), messages.join("; "))
    })
}

#[test]
fn queries_are_accepted_and_refused_as_elasticsearch_does() {
    let mut known: HashMap<String, Dataset> = HashMap::new();
    let mut failures = Vec::new();
    let mut count = 0;
    for case in support::query_cases() {
        let expect = &case["expect"];
        let error = expect["error"].as_str();
        if error == Some("request") {
            continue;
        }
        count += 1;
        let dataset = known
            .entry(case["dataset"].to_string() + &case["mapping"].to_string())
            .or_insert_with(|| Dataset::of(&case));
        let found = planned(&case, dataset);
        let holds = match (error, &found) {
            (None, Ok(_)) => true,
            (Some("any"), Err(_)) => true,
            (Some(stage), Err((found, message))) => {
                stage == found
                    && match expect["message"].as_str() {
                        // The last part of the message, without the position, must be ours, too.
                        Some(wanted) if stage != "parse" => {
                            let wanted = wanted.trim_start_matches("line ");
                            let wanted = wanted.split_once(": ").map_or(wanted, |(place, rest)| {
                                if place.contains(':') { rest } else { wanted }
                            });
                            // The schema has followed a text field to its exact form already.
                            message.contains(&wanted.replace("[TEXT]", "[KEYWORD]"))
                        }
                        _ => true,
                    }
            }
            _ => false,
        };
        if !holds {
            failures.push(format!(
                "{}: {} gives {:?}, not {expect}",
                case["id"],
                case["query"],
                found.map(|_| "a plan")
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} of {count}",
        failures.join("\n"),
        failures.len()
    );
}

#[test]
fn event_queries_find_the_same_events() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in support::query_cases() {
        let Some(expect) = case["expect"]["events"].as_array() else {
            continue;
        };
        if case["options"].get("filter").is_some()
            || case["options"].get("runtime_mappings").is_some()
        {
            continue;
        }
        count += 1;
        let dataset = Dataset::of(&case);
        let found = match planned(&case, &dataset) {
            Ok(plan) => found(&case, &dataset, &plan),
            Err(problem) => {
                failures.push(format!("{}: {problem:?}", case["id"]));
                continue;
            }
        };
        let text = |id: &Json| match id {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let expect: Vec<String> = expect.iter().map(text).collect();
        let found: Vec<String> = found.iter().map(text).collect();
        if expect != found {
            failures.push(format!(
                "{}: {}\n  finds {found:?}\n  not   {expect:?}",
                case["id"], case["query"]
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} of {count}",
        failures.join("\n"),
        failures.len()
    );
}

fn found(case: &Json, dataset: &Dataset, plan: &Plan) -> Vec<Json> {
    let PlanBody::Event(condition) = &plan.body else {
        panic!("the case expects events");
    };
    let options = &case["options"];
    let id_field = case["id_field"]
        .as_str()
        .or_else(|| dataset.name("id_field"))
        .unwrap_or("_id");
    let timestamp = Field::new(dataset.name("timestamp_field").unwrap_or("@timestamp"));
    let tiebreaker = options["tiebreaker_field"].as_str().map(Field::new);
    let mut matched = Vec::new();
    for document in &dataset.documents {
        let mut source = document.clone();
        source.remove("_id");
        let index = source.remove("_index");
        let event = MappedEvent::new(
            &dataset.mapping,
            &source,
            index.as_ref().and_then(Json::as_str),
        );
        if matches(condition, &event) {
            let time = event
                .first(timestamp)
                .map(|value| value.text().into_owned());
            let tiebreak = tiebreaker.and_then(|field| event.first(field));
            let tiebreak = tiebreak.and_then(|value| value.to_json().as_i64());
            matched.push((
                time,
                tiebreak.unwrap_or(i64::MAX),
                document[id_field].clone(),
            ));
        }
    }
    matched.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let ids: Vec<Json> = matched.into_iter().map(|(_, _, id)| id).collect();
    limited(ids, options, &plan.pipes)
}

/// Explanations, specialisations and answers agree on every event of every case.
fn matches(condition: &Condition, event: &dyn Event) -> bool {
    let answer = condition.matches(event).expect("no case fails");
    let explained = condition.explain(event);
    assert_eq!(
        explained.outcome,
        gatewatch_query::Outcome::Decided(answer),
        "{explained:#?}"
    );
    answer
}

fn limited(ids: Vec<Json>, options: &Json, pipes: &[Pipe]) -> Vec<Json> {
    let size = options["size"].as_u64().unwrap_or(10);
    let from_tail = match pipes.first() {
        Some(pipe) => pipe.kind == PipeKind::Tail,
        None => options["result_position"] != json!("head"),
    };
    let mut ids = ids;
    let keep = |ids: &mut Vec<Json>, count: u64, tail: bool| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count < ids.len() {
            if tail {
                ids.drain(..ids.len() - count);
            } else {
                ids.truncate(count);
            }
        }
    };
    keep(&mut ids, size, from_tail);
    for pipe in pipes {
        keep(&mut ids, pipe.count.into(), pipe.kind == PipeKind::Tail);
    }
    ids
}
