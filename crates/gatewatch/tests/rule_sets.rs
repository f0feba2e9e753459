//! Every published rule against event sets that must raise it, and sets that must not, read as a scan reads them.

#![allow(clippy::print_stdout, reason = "what was compared must be said")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gatewatch_detect::{Again, Engine, EngineOptions, IndicatorStore, KnownTerms, Worker};
use gatewatch_event::Known;
use gatewatch_ingest::{Consumer, Placed, PlacedKind, Problem, ReadOptions, find, units};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{Rule, compile};
use serde_json::{Map, Value as Json, json};

mod support;
use support::shared;

/// The engine of each rule, or why it does not run.
type Engines = HashMap<String, (String, Result<Engine, String>)>;

fn engines(folder: &Path) -> Engines {
    let text = fs::read_to_string(folder.join("rules.jsonl")).expect("readable");
    let mut engines = HashMap::new();
    for line in text.lines() {
        let mut object: Map<String, Json> = serde_json::from_str(line).expect("JSON");
        let id = object["rule_id"].as_str().expect("an id").to_owned();
        let name = object["name"].as_str().unwrap_or_default().to_owned();
        // The shared file leaves it out.
        object.insert("description".into(), json!("-"));
        let engine = Rule::from_json("rules.jsonl", object)
            .map_err(|problems| format!("{problems:?}"))
            .and_then(|rule| {
                compile(Arc::new(rule), &EcsSchema).map_err(|reason| reason.to_string())
            })
            .map(|compiled| {
                let options = EngineOptions {
                    ignore_index: true,
                    ..EngineOptions::default()
                };
                Engine::with(vec![compiled], IndicatorStore::default(), options)
            });
        engines.insert(id, (name, engine));
    }
    engines
}

/// Hands the events of a reader to a worker, as a scan does.
struct Feed<'e> {
    worker: Worker<'e>,
    position: u64,
    problems: u64,
}

impl Consumer for Feed<'_> {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        self.worker.kind(&PlacedKind::new(known))
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        self.position += 1;
        self.worker
            .event(kind, event, self.position, Again::Never)
            .expect("kept");
    }

    fn problem(&mut self, _: Problem) {
        self.problems += 1;
    }
}

/// How many alerts the events in a file raise.
fn alerts(engine: &Engine, file: &Path) -> Result<usize, String> {
    let found = find(&[file.display().to_string()]);
    let mut feed = Feed {
        worker: engine.worker(),
        position: 0,
        problems: 0,
    };
    for unit in units(&found.files) {
        unit.read(&ReadOptions::default(), &mut feed);
    }
    if feed.problems > 0 {
        return Err("the events cannot be read".into());
    }
    let mut outcome = engine
        .finish(vec![feed.worker], &mut KnownTerms::default())
        .map_err(|error| error.to_string())?;
    engine
        .suppress(&mut outcome)
        .map_err(|error| error.to_string())?;
    if let Some(failure) = outcome.failures.first() {
        return Err(format!("its query failed: {}", failure.first));
    }
    for found in &outcome.matches {
        engine
            .alert(&outcome, found)
            .map_err(|error| error.to_string())?;
    }
    Ok(outcome.matches.len())
}

#[test]
fn every_set_raises_its_rule_or_does_not_as_is_stated() {
    let Some(folder) = shared("elastic") else {
        return;
    };
    let engines = engines(&folder);
    let file = std::env::temp_dir().join(format!("gatewatch-sets-{}.ndjson", std::process::id()));
    let mut failures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut passed, mut total) = (0, 0);
    for name in [
        "positives.jsonl",
        "near_misses.jsonl",
        "case_variants.jsonl",
    ] {
        for line in fs::read_to_string(folder.join(name))
            .expect("readable")
            .lines()
        {
            let set: Json = serde_json::from_str(line).expect("JSON");
            let id = set["rule_id"].as_str().expect("an id");
            let Some((rule, engine)) = engines.get(id) else {
                continue;
            };
            total += 1;
            let events: Vec<String> = set["events"]
                .as_array()
                .expect("events")
                .iter()
                .map(|event| format!("{event}\n"))
                .collect();
            fs::write(&file, events.concat()).expect("writable");
            let want = set["expect"].as_u64().unwrap_or(1) > 0;
            let got = engine
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|engine| alerts(engine, &file));
            if got == Ok(0) && !want || got.as_ref().is_ok_and(|got| *got > 0) && want {
                passed += 1;
            } else {
                let said = format!("{name} set {} want {want} got {got:?}", set["set"]);
                failures
                    .entry(format!("{id} {rule}"))
                    .or_default()
                    .push(said);
            }
        }
    }
    fs::remove_file(&file).expect("removable");
    for (rule, said) in &failures {
        println!("{rule}\n  {}", said.join("\n  "));
    }
    println!("{passed}/{total} sets as expected");
    assert!(total > 10_000, "{total}");
    assert!(failures.is_empty(), "{} rules disagree", failures.len());
}
