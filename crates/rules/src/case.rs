//! The test cases beside a rule: `NAME.test.toml` beside `NAME.toml`.
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
//! ```
//!
//! An event without `@timestamp` gets one, a second after the event before it.

use gatewatch_diagnostic::{Diagnostic, Stage};
use serde_json::Value as Json;

use crate::read::{parse_toml, span_of, to_json};

/// One event of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEvent {
    /// The ECS document, nested or with dotted keys.
    pub document: Json,
    /// How many times it happens.
    pub repeat: u32,
    /// Seconds between repetitions.
    pub every_seconds: u32,
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
}

/// The start of a case's time: events without `@timestamp` count from here.
const START_MILLIS: i64 = 1_767_225_600_000;

impl RuleCase {
    /// The documents, repetitions written out, each with an `@timestamp`.
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
                at += i64::from(event.every_seconds) * 1000;
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
    let Some(list) = file.get_ref().get("case") else {
        return Err(vec![Diagnostic::error(
            Stage::Request,
            "case-missing",
            "the file has no [[case]]",
        )]);
    };
    let place = span_of(&list.span());
    let json = to_json(list.get_ref());
    let wrong = |message: String| {
        vec![Diagnostic::error(Stage::Request, "case-wrong", message).with_span(place)]
    };
    let items = json
        .as_array()
        .ok_or_else(|| wrong("`case` must be written as [[case]]".into()))?;
    items
        .iter()
        .enumerate()
        .map(|(number, item)| {
            read_case(item).map_err(|message| wrong(format!("case {}: {message}", number + 1)))
        })
        .collect()
}

fn read_case(item: &Json) -> Result<RuleCase, String> {
    let name = item
        .get("name")
        .and_then(Json::as_str)
        .ok_or("it has no `name`")?
        .to_owned();
    let alerts = item
        .get("alerts")
        .and_then(Json::as_u64)
        .ok_or("it has no `alerts`, the number of alerts expected")?;
    let events = item
        .get("event")
        .and_then(Json::as_array)
        .ok_or("it has no [[case.event]]")?
        .iter()
        .map(read_event)
        .collect::<Result<_, _>>()?;
    Ok(RuleCase {
        name,
        alerts,
        events,
    })
}

fn read_event(item: &Json) -> Result<CaseEvent, String> {
    let text = item
        .get("document")
        .and_then(Json::as_str)
        .ok_or("an event has no `document`")?;
    let document: Json =
        serde_json::from_str(text).map_err(|error| format!("a document is not JSON: {error}"))?;
    let repeat = item.get("repeat").map_or(Some(1), Json::as_u64);
    let repeat = repeat
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (1..=10_000).contains(number))
        .ok_or("`repeat` must be a number from 1 to 10000")?;
    let every_seconds = match item
        .get("every")
        .map(|value| value.as_str().unwrap_or_default())
    {
        None => 1,
        Some(text) => text
            .strip_suffix('s')
            .and_then(|digits| digits.parse().ok())
            .ok_or("`every` must be a number of seconds such as \"5s\"")?,
    };
    Ok(CaseEvent {
        document,
        repeat,
        every_seconds,
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
        ] {
            parse_cases(text).expect_err(text);
        }
    }
}
