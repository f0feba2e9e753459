//! Many hits of a sequence over many keys: how long it takes and how much memory.
//!
//! `cargo run --release -p gatewatch-detect --example sequence_stress -- 10000000 1000000 [MEMORY_MIB]`

#![allow(clippy::print_stdout, reason = "it is a measurement for people")]

use std::sync::Arc;
use std::time::Instant;

use gatewatch_detect::{Again, Engine, EngineOptions, IndicatorStore, KnownTerms};
use gatewatch_event::{Document, Event, Field, NothingKnown, Timestamp, Value};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{Rule, compile};

struct Step {
    number: u64,
    keys: u64,
    fields: [Field; 2],
}

impl Event for Step {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        if field == self.fields[0] {
            // One in a thousand ends a sequence.
            let code = if self.number % 1000 == 999 {
                "end"
            } else {
                "begin"
            };
            visit(Value::from(code));
        } else if field == self.fields[1] {
            // Spread, so that no key is served twice in a row.
            let key = self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % self.keys;
            visit(Value::from(format!("S-1-5-21-{key:010}")));
        }
    }

    fn document(&self) -> Document {
        Document::new()
    }

    fn timestamp(&self) -> Option<Timestamp> {
        Some(Timestamp::from_millis(i64::try_from(self.number).ok()?))
    }
}

const RULE: &str = r#"
[rule]
rule_id = "00000000-0000-4000-8000-0000000000aa"
name = "Stress"
description = "Sequences under stress."
type = "eql"
severity = "low"
risk_score = 1
query = 'sequence by user.id [any where event.code == "begin"] [any where event.code == "end"]'
"#;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |otherwise| match arguments.next() {
        Some(Ok(number)) => number,
        _ => otherwise,
    };
    let (hits, keys, memory) = (next(10_000_000), next(1_000_000), next(192));
    let rule = Rule::parse("stress.toml", RULE).expect("the rule is valid");
    let compiled = compile(Arc::new(rule), &EcsSchema).expect("the rule runs");
    let options = EngineOptions {
        memory: usize::try_from(memory << 20).unwrap_or(usize::MAX),
        ..EngineOptions::default()
    };
    let engine = Engine::with(vec![compiled], IndicatorStore::default(), options);
    let start = Instant::now();
    let mut worker = engine.worker();
    let kind = worker.kind(&NothingKnown).expect("the rule wants events");
    for number in 0..hits {
        let event = Step {
            number,
            keys,
            fields: [Field::new("event.code"), Field::new("user.id")],
        };
        worker
            .event(kind, &event, number, Again::Later)
            .expect("kept");
    }
    let matched = start.elapsed();
    let outcome = engine
        .finish(vec![worker], &mut KnownTerms::default())
        .expect("joined");
    println!(
        "{hits} hits, {keys} keys, {memory} MiB: {:.2} s to match, {:.2} s to join, {} sequences, peak {}",
        matched.as_secs_f64(),
        (start.elapsed() - matched).as_secs_f64(),
        outcome.matches.len(),
        peak(),
    );
    for (_, note) in &outcome.notes {
        println!("  {note}");
    }
}

/// The greatest resident size so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}
