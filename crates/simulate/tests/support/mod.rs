//! What the tests share.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::print_stderr,
    reason = "a skipped test, and its figures, must be said"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatewatch_detect::{Engine, EngineOptions, IndicatorStore};
use gatewatch_event::{Document, JsonEvent, parse_iso};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{Rule, compile_at};
use gatewatch_simulate::{BrokenKind, EventSet, Refusal, Simulator};
use serde_json::{Map, Value as Json, json};

/// The folder of shared data; says so when it is not there.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if folder.is_dir() {
        Some(folder)
    } else {
        eprintln!("SKIPPED: there is no shared folder at {}", folder.display());
        None
    }
}

/// A rule with these parameters.
pub fn rule(mut parameters: Json) -> Rule {
    let object = parameters.as_object_mut().expect("an object");
    for (key, value) in [
        ("rule_id", json!("00000000-0000-4000-8000-000000000003")),
        ("name", json!("A rule")),
        ("description", json!("What it finds.")),
        ("severity", json!("low")),
        ("risk_score", json!(21)),
    ] {
        object.entry(key).or_insert(value);
    }
    Rule::from_json("test", std::mem::take(object)).expect("a sound rule")
}

/// An EQL rule.
pub fn eql(query: &str) -> Rule {
    rule(json!({"type": "eql", "language": "eql", "query": query}))
}

/// A rule of KQL over single events.
pub fn kql(query: &str) -> Rule {
    rule(json!({"type": "query", "language": "kuery", "query": query}))
}

/// The rules of the shared file of this type.
pub fn shared_rules(folder: &Path, name: &str) -> Vec<Rule> {
    let text =
        std::fs::read_to_string(folder.join("elastic/rules.jsonl")).expect("the shared rules");
    text.lines()
        .map(|line| serde_json::from_str::<Map<String, Json>>(line).expect("JSON"))
        .filter(|object| object["type"] == name)
        .map(|object| rule(Json::Object(object)))
        .collect()
}

/// Runs the rule over a set alone, compiled anew: is there an alert?
pub fn fires(rule: &Arc<Rule>, set: &EventSet) -> bool {
    let now = parse_iso("2026-01-01").expect("a date");
    let compiled =
        compile_at(Arc::clone(rule), &EcsSchema, Some(now)).expect("it was compiled before");
    let mut indicators = IndicatorStore::default();
    for indicator in &set.indicators {
        indicators.push(indicator).expect("in memory");
    }
    // As a reader would see them: written and read again.
    let events = set.events.iter().map(|event| {
        let text = serde_json::to_string(event.as_map()).expect("JSON");
        JsonEvent::new(serde_json::from_str(&text).expect("JSON"))
    });
    let engine = Engine::with(vec![compiled], indicators, EngineOptions::default());
    let outcome = engine.run(events).expect("in memory");
    !outcome.matches.is_empty()
}

/// What came of a rule.
#[derive(Debug, Default)]
pub struct Tally {
    pub fired: usize,
    pub refused: Vec<(String, Refusal)>,
    pub misses: BTreeMap<BrokenKind, usize>,
    pub without_miss: Vec<String>,
}

impl Tally {
    /// Simulates a rule and checks every promise about what comes out.
    pub fn add(&mut self, rule: Rule, sets: u64) {
        let rule = Arc::new(rule);
        let name = rule.name.clone();
        let made = Simulator::new(Arc::clone(&rule), &EcsSchema, 7).and_then(|simulator| {
            let mut all: Vec<EventSet> = Vec::new();
            for number in 0..sets {
                all.push(simulator.firing(number)?);
                all.extend(simulator.near_misses(number)?);
            }
            Ok(all)
        });
        let made = match made {
            Ok(made) => made,
            Err(refusal) => return self.refused.push((name, refusal)),
        };
        self.fired += 1;
        if made.iter().all(|set| set.broken.is_none()) {
            self.without_miss.push(name.clone());
        }
        for set in &made {
            let shown = || {
                serde_json::to_string(&set.events.iter().map(Document::as_map).collect::<Vec<_>>())
            };
            assert!(!set.events.is_empty(), "{name}: an empty set");
            assert_eq!(
                fires(&rule, set),
                set.broken.is_none(),
                "{name}: {:?}: {}",
                set.broken,
                shown().expect("JSON")
            );
            if let Some(broken) = &set.broken {
                *self.misses.entry(broken.kind).or_default() += 1;
            }
        }
    }
}
