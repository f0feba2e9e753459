//! The test cases beside a rule: `NAME.test.toml` beside `NAME.toml`. The form is described in `docs/rule-tests.md`.
//!
//! ```toml
//! [[case]]
//! name = "eight failures and a success"
//! alerts = 1                      # how many alerts the rule must raise: 0 for a near miss
//!
//! [[case.event]]
//! repeat = 8                      # the same event again, `every` later each time (default 1 and "1s")
//! every = "5s"
//! document = '{"event.code": "4625"}'
//!
//! [[case.expect]]                 # an alert with these fields; each entry wants an alert of its own
//! "source.ip" = "192.0.2.7"
//!
//! [[case]]
//! name = "a log"
//! alerts = 0
//! file = "samples/auth.log"       # beside the test file; read as a scan reads it
//! filter = 'any where event.outcome == "failure"'
//! ```
//!
//! An event without `@timestamp` gets one, a second after the event before it.

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_event::Timestamp;
use serde_json::{Map, Value as Json};

use crate::duration;
use crate::place::Places;
use crate::read::{parse_toml, to_json};

/// The most events that one case may write out.
const MAX_EVENTS: u64 = 1_000_000;

/// One event of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEvent {
    /// The ECS document, nested or with dotted keys.
    pub document: Json,
    /// How many times it happens.
    pub repeat: u32,
    /// Milliseconds between repetitions.
    pub every_millis: i64,
}

/// One case: events, and the alerts that the rule must raise over them.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCase {
    /// What it shows.
    pub name: String,
    /// How many alerts are expected.
    pub alerts: u64,
    /// The events, in time order.
    pub events: Vec<CaseEvent>,
    /// A log to read, as a path from the folder of the test file.
    pub file: Option<String>,
    /// An EQL query over single events: only events of the log that it matches are taken.
    pub filter: Option<String>,
    /// Documents that a rule of type threat_match looks for.
    pub indicators: Vec<Json>,
    /// Fields of alerts, by dotted name. Each entry must be met by an alert of its own.
    pub expect: Vec<Map<String, Json>>,
}

/// The start of a case's time: events without `@timestamp` count from here.
const START_MILLIS: i64 = 1_767_225_600_000;

/// The start of a case's time, 2026-01-01T00:00:00Z, and what `now` means in the queries of a rule that is checked or tested.
pub fn case_start() -> Timestamp {
    Timestamp::from_millis(START_MILLIS)
}

impl RuleCase {
    /// The documents, repetitions written out, each with an `@timestamp`. Those of a log are not among them.
    pub fn documents(&self) -> Vec<Json> {
        let mut at = START_MILLIS;
        let mut documents = Vec::new();
        for event in &self.events {
            for _ in 0..event.repeat {
                let mut document = event.document.clone();
                if let Json::Object(map) = &mut document
                    && !map.contains_key("@timestamp")
                {
                    map.insert("@timestamp".into(), Json::from(at));
                }
                documents.push(document);
                at = at.saturating_add(event.every_millis);
            }
        }
        documents
    }
}

/// Reads the cases of a `.test.toml` file.
///
/// # Errors
///
/// Every problem found, with its place in the file.
pub fn parse_cases(text: &str) -> Result<Vec<RuleCase>, Vec<Diagnostic>> {
    let file = parse_toml(text)?;
    let places = Places::of_toml(file.get_ref());
    let list = file
        .get_ref()
        .get("case")
        .map(|list| to_json(list.get_ref()));
    let items = match &list {
        Some(Json::Array(items)) if !items.is_empty() => items,
        _ => {
            return Err(vec![
                Diagnostic::error(Stage::Request, "case-missing", "the file has no [[case]]")
                    .with_hint("each case is a table [[case]] with `name`, `alerts` and [[case.event]] or `file`"),
            ]);
        }
    };
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for (number, item) in items.iter().enumerate() {
        match read_case(item) {
            Ok(case) => cases.push(case),
            Err(Wrong { at, message }) => {
                let mut problem = Diagnostic::error(
                    Stage::Request,
                    "case-wrong",
                    format!("case {}: {message}", number + 1),
                );
                problem.span = places.span(&format!("/case/{number}{at}"));
                problems.push(problem);
            }
        }
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(problems)
    }
}

/// What is wrong with a case, and where in it, as a JSON pointer.
struct Wrong {
    at: String,
    message: String,
}

fn wrong(at: impl Into<String>, message: impl Into<String>) -> Wrong {
    Wrong {
        at: at.into(),
        message: message.into(),
    }
}

const CASE_KEYS: &[&str] = &[
    "name",
    "alerts",
    "event",
    "indicator",
    "file",
    "filter",
    "expect",
];
const EVENT_KEYS: &[&str] = &["document", "repeat", "every"];

/// A key that is none is a slip that would change what the case shows.
fn known(item: &Json, keys: &[&str], at: &str) -> Result<(), Wrong> {
    let unknown = item
        .as_object()
        .and_then(|map| map.keys().find(|key| !keys.contains(&key.as_str())));
    match unknown {
        Some(key) => Err(wrong(
            format!("{at}/{key}"),
            format!("there is no key `{key}`: use {}", keys.join(", ")),
        )),
        None => Ok(()),
    }
}

fn read_case(item: &Json) -> Result<RuleCase, Wrong> {
    known(item, CASE_KEYS, "")?;
    let text = |key: &str| match item.get(key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(
            format!("/{key}"),
            format!("`{key}` must be a string"),
        )),
    };
    let name = text("name")?.ok_or_else(|| wrong("", "it has no `name`"))?;
    let alerts = item.get("alerts").and_then(Json::as_u64).ok_or_else(|| {
        wrong(
            "/alerts",
            "it has no `alerts`, the number of alerts expected",
        )
    })?;
    let (file, filter) = (text("file")?, text("filter")?);
    if filter.is_some() && file.is_none() {
        return Err(wrong(
            "/filter",
            "a `filter` chooses among the events of a `file`, and there is none",
        ));
    }
    let events = match item.get("event") {
        None if file.is_some() => Vec::new(),
        events => events
            .and_then(Json::as_array)
            .ok_or_else(|| wrong("", "it has neither [[case.event]] nor a `file`"))?
            .iter()
            .enumerate()
            .map(|(number, event)| read_event(event, &format!("/event/{number}")))
            .collect::<Result<Vec<CaseEvent>, Wrong>>()?,
    };
    let written: u64 = events.iter().map(|event| u64::from(event.repeat)).sum();
    if written > MAX_EVENTS {
        return Err(wrong(
            "/event",
            format!("it writes out {written} events, more than the {MAX_EVENTS} allowed"),
        ));
    }
    let indicators = match item.get("indicator") {
        None => Vec::new(),
        Some(Json::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(number, item)| {
                let at = format!("/indicator/{number}");
                known(item, &["document"], &at)?;
                read_document(item, &at)
            })
            .collect::<Result<Vec<Json>, Wrong>>()?,
        Some(_) => {
            return Err(wrong(
                "/indicator",
                "`indicator` must be written as [[case.indicator]]",
            ));
        }
    };
    let expect = expect(item.get("expect"))?;
    if expect.len() as u64 > alerts {
        return Err(wrong(
            "/expect",
            format!("it describes {} alerts and expects {alerts}", expect.len()),
        ));
    }
    Ok(RuleCase {
        name,
        alerts,
        events,
        file,
        filter,
        indicators,
        expect,
    })
}

fn expect(json: Option<&Json>) -> Result<Vec<Map<String, Json>>, Wrong> {
    let items = match json {
        None => return Ok(Vec::new()),
        Some(Json::Array(items)) => items,
        Some(_) => {
            return Err(wrong(
                "/expect",
                "`expect` must be written as [[case.expect]]",
            ));
        }
    };
    items
        .iter()
        .enumerate()
        .map(|(number, item)| {
            let map = item.as_object().ok_or_else(|| {
                wrong(
                    format!("/expect/{number}"),
                    "an `expect` is no table of fields",
                )
            })?;
            let mut fields = Map::new();
            flatten(map, "", &mut fields);
            Ok(fields)
        })
        .collect()
}

/// `source.ip = "x"` and `"source.ip" = "x"` are the same.
fn flatten(map: &Map<String, Json>, prefix: &str, fields: &mut Map<String, Json>) {
    for (key, value) in map {
        match value {
            Json::Object(inner) => flatten(inner, &format!("{prefix}{key}."), fields),
            value => {
                fields.insert(format!("{prefix}{key}"), value.clone());
            }
        }
    }
}

/// The `document` of an event or indicator.
fn read_document(item: &Json, at: &str) -> Result<Json, Wrong> {
    let place = format!("{at}/document");
    let document: Json = match item.get("document") {
        Some(Json::String(text)) => serde_json::from_str(text)
            .map_err(|error| wrong(&place, format!("a document is not JSON: {error}")))?,
        Some(table @ Json::Object(_)) => table.clone(),
        _ => return Err(wrong(at, "it has no `document`")),
    };
    if document.is_object() {
        Ok(document)
    } else {
        Err(wrong(place, "a document is no JSON object"))
    }
}

fn read_event(item: &Json, at: &str) -> Result<CaseEvent, Wrong> {
    known(item, EVENT_KEYS, at)?;
    let document = read_document(item, at)?;
    let repeat = item.get("repeat").map_or(Some(1), Json::as_u64);
    let repeat = repeat
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| {
            wrong(
                format!("{at}/repeat"),
                "`repeat` must be a number from 1 to 10000",
            )
        })?;
    let every_millis = match item.get("every") {
        None => 1000,
        Some(value) => value
            .as_str()
            .and_then(duration)
            .map(|nanos| nanos / 1_000_000)
            .ok_or_else(|| {
                wrong(
                    format!("{at}/every"),
                    "`every` must be a number and ms, s, m, h or d, such as \"5s\"",
                )
            })?,
    };
    Ok(CaseEvent {
        document,
        repeat,
        every_millis,
    })
}

#[cfg(test)]
mod tests {
    use super::parse_cases;
    use crate::{shipped_cases, shipped_pack};

    #[test]
    fn every_shipped_rule_has_a_case_that_fires_and_one_that_does_not() {
        let cases: std::collections::HashMap<String, &str> = shipped_cases().collect();
        for (path, _) in shipped_pack() {
            let text = cases
                .get(path)
                .unwrap_or_else(|| panic!("{path} has no cases"));
            let cases = parse_cases(text).expect(path);
            assert!(cases.iter().any(|case| case.alerts > 0), "{path}");
            assert!(cases.iter().any(|case| case.alerts == 0), "{path}");
        }
    }

    #[test]
    fn repetitions_are_written_out_in_time() {
        let cases = parse_cases(
            "[[case]]\nname = 'x'\nalerts = 0\n[[case.event]]\nrepeat = 3\nevery = '5s'\ndocument = '{\"a\": 1}'\n",
        )
        .expect("valid");
        let times: Vec<i64> = cases[0]
            .documents()
            .iter()
            .map(|document| document["@timestamp"].as_i64().expect("a time"))
            .collect();
        assert_eq!(times[2] - times[0], 10_000);
    }

    #[test]
    fn faults_are_named() {
        for text in [
            "",
            "case = 1",
            "[[case]]\nname='x'",
            "[[case]]\nname='x'\nalerts=1\n[[case.event]]\ndocument='{'",
            "[[case]]\nname='x'\nalerts=1\nalert=1\nfile='x'",
            "[[case]]\nname='x'\nalerts=1\nfilter='any where true'\n[[case.event]]\ndocument='{}'",
            "[[case]]\nname='x'\nalerts=0\nfile='x'\n[[case.expect]]\n\"a.b\"=1",
            "[[case]]\nname='x'\nalerts=0\n[[case.event]]\ndocument='[]'",
            "[[case]]\nname='x'\nalerts=0\n[[case.event]]\nevery='5'\ndocument='{}'",
        ] {
            parse_cases(text).expect_err(text);
        }
    }

    #[test]
    fn a_case_may_read_a_log_and_describe_alerts() {
        let cases = parse_cases(
            "[[case]]\nname='x'\nalerts=1\nfile='a.log'\nfilter='any where true'\n[[case.expect]]\nsource.ip='192.0.2.7'\n\"kibana.alert.severity\"='low'\n",
        )
        .expect("valid");
        assert_eq!(cases[0].file.as_deref(), Some("a.log"));
        assert_eq!(cases[0].expect[0]["source.ip"], "192.0.2.7");
        assert_eq!(cases[0].expect[0]["kibana.alert.severity"], "low");
    }

    #[test]
    fn a_fault_has_its_place() {
        let text = "[[case]]\nname='x'\nalerts=0\n[[case.event]]\ndocument='{}'\nrepeat=0\n";
        let problems = parse_cases(text).expect_err("no repeat");
        assert_eq!(problems[0].span.expect("a place").text(text), "0");
    }
}
