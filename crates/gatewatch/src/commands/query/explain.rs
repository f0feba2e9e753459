//! What a query became, and what its parts cost.

use std::fmt::Write as _;
use std::time::Duration;

use gatewatch_detect::search::Search;
use gatewatch_event::{Event, Field};
use gatewatch_ingest::Needles;
use gatewatch_query::{
    Condition, Description, EcsSchema, Explanation, Outcome, Plan, PlanBody, Schema as _,
    SchemaType,
};
use gatewatch_syntax::{eql, kql};

use super::logs::milliseconds;
use crate::flags::QueryLanguage;
use crate::report::text::thousands;
use crate::run::ReadSummary;

/// Events whose every part is looked at; the shares of all events are estimated from them.
const SAMPLED: u64 = 1000;

/// What one thread counts for `--explain`.
pub struct Costs {
    conditions: Vec<Condition>,
    /// For each condition, for each of its parts in the order of [`Condition::explain`]: how often it was true.
    parts: Vec<Vec<Part>>,
    sampled: u64,
    events: u64,
    time: Duration,
    kinds: u64,
    kinds_wanted: u64,
}

#[derive(Clone, Default)]
struct Part {
    text: String,
    depth: usize,
    held: u64,
    failed: u64,
}

impl Costs {
    /// Nothing counted yet.
    pub fn new(search: &Search) -> Self {
        let conditions: Vec<Condition> = search.conditions().cloned().collect();
        Self {
            parts: vec![Vec::new(); conditions.len()],
            conditions,
            sampled: 0,
            events: 0,
            time: Duration::ZERO,
            kinds: 0,
            kinds_wanted: 0,
        }
    }

    /// A kind of events was asked about.
    pub fn kind(&mut self, wanted: bool) {
        self.kinds += 1;
        self.kinds_wanted += u64::from(wanted);
    }

    /// An event was asked, which took `time`.
    pub fn event(&mut self, event: &dyn Event, time: Duration) {
        self.events += 1;
        self.time += time;
        if self.sampled < SAMPLED {
            self.sampled += 1;
            for (condition, parts) in self.conditions.iter().zip(&mut self.parts) {
                let mut at = 0;
                take(&condition.explain(event), 0, parts, &mut at);
            }
        }
    }

    /// Both together.
    pub fn plus(mut self, other: Self) -> Self {
        self.events += other.events;
        self.time += other.time;
        self.kinds += other.kinds;
        self.kinds_wanted += other.kinds_wanted;
        self.sampled += other.sampled;
        for (ours, theirs) in self.parts.iter_mut().zip(other.parts) {
            if ours.is_empty() {
                *ours = theirs;
                continue;
            }
            for (our, their) in ours.iter_mut().zip(theirs) {
                our.held += their.held;
                our.failed += their.failed;
            }
        }
        self
    }
}

fn take(explanation: &Explanation, depth: usize, parts: &mut Vec<Part>, at: &mut usize) {
    if parts.len() == *at {
        parts.push(Part {
            text: explanation.text.clone(),
            depth,
            ..Part::default()
        });
    }
    if let Some(part) = parts.get_mut(*at) {
        match explanation.outcome {
            Outcome::Decided(true) => part.held += 1,
            Outcome::Decided(false) | Outcome::Value(_) => {}
            Outcome::Failed(_) => part.failed += 1,
        }
    }
    *at += 1;
    for inner in &explanation.parts {
        take(inner, depth + 1, parts, at);
    }
}

/// The query as parsed, typed and planned, and the costs.
pub fn told(
    text: &str,
    language: QueryLanguage,
    plan: &Plan,
    needles: Option<&Needles>,
    costs: &Costs,
    summary: &ReadSummary,
) -> String {
    let mut out = String::from("As parsed\n");
    let printed = match language {
        QueryLanguage::Eql => eql::parse_query(text).tree.map(|tree| eql::print(&tree)),
        QueryLanguage::Kql => kql::parse_query(text).tree.map(|tree| kql::print(&tree)),
    };
    for line in printed.unwrap_or_default().lines() {
        let _ = writeln!(out, "  {line}");
    }
    out.push_str("\nFields and their types\n");
    let mut fields: Vec<Field> = plan
        .conditions()
        .iter()
        .flat_map(|condition| condition.fields())
        .collect();
    fields.sort_by_key(|field| field.name());
    fields.dedup();
    for field in fields {
        let field_type = match language {
            QueryLanguage::Eql => EcsSchema.field(field.name()).map(|info| info.field_type),
            QueryLanguage::Kql => EcsSchema
                .searched(field.name())
                .map(|searched| searched.kind.field_type),
        };
        let type_name = match field_type {
            Some(SchemaType::Declared(declared)) => declared.name(),
            _ => "outside ECS: typed value by value",
        };
        let _ = writeln!(out, "  {field}: {type_name}");
    }
    out.push_str("\nPlan: parts of a group are asked from the cheapest on\n");
    plan_text(plan, &mut out);
    out.push_str("\nBefore an event is looked at\n");
    match needles {
        Some(needles) => {
            let _ = writeln!(
                out,
                "  JSON lines of ECS documents are looked through for one of: {}",
                needles.texts.join(", ")
            );
        }
        None => out.push_str("  no literal decides on a JSON line: every line is taken apart\n"),
    }
    let _ = writeln!(
        out,
        "  {} kinds of records met, {} of them can match",
        thousands(costs.kinds),
        thousands(costs.kinds_wanted)
    );
    let _ = writeln!(
        out,
        "\nCost\n  {} of {} records were asked, in {}",
        thousands(costs.events),
        thousands(summary.counts.records),
        milliseconds(costs.time)
    );
    let _ = writeln!(
        out,
        "  over the first {} of them each part was true so often:",
        thousands(costs.sampled)
    );
    for parts in &costs.parts {
        for part in parts {
            let failed = if part.failed > 0 {
                format!(", failed {}", thousands(part.failed))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "  {:>7}{failed}  {}{}",
                thousands(part.held),
                "  ".repeat(part.depth),
                one_line(&part.text)
            );
        }
    }
    out.trim_end().to_owned()
}

fn plan_text(plan: &Plan, out: &mut String) {
    let steps = match &plan.body {
        PlanBody::Event(condition) => {
            describe(&condition.describe(), 1, out);
            return;
        }
        PlanBody::Sequence(sequence) => {
            if let Some(maxspan) = sequence.maxspan {
                let _ = writeln!(out, "  within {maxspan} ms");
            }
            sequence
                .steps
                .iter()
                .chain(&sequence.until)
                .collect::<Vec<_>>()
        }
        PlanBody::Sample(sample) => sample.steps.iter().collect(),
    };
    let mut last = None;
    for step in steps {
        if last == Some(step.term) {
            continue;
        }
        last = Some(step.term);
        let keys: Vec<&str> = step
            .keys
            .as_slice()
            .iter()
            .map(|key| key.name.as_str())
            .collect();
        let missing = if step.missing { ", must not occur" } else { "" };
        let by = if keys.is_empty() {
            String::new()
        } else {
            format!(", by {}", keys.join(", "))
        };
        let _ = writeln!(out, "  term {}{by}{missing}", step.term + 1);
        describe(&step.condition.describe(), 2, out);
    }
}

fn describe(part: &Description, depth: usize, out: &mut String) {
    let _ = writeln!(
        out,
        "{}{}  [{}, cost {}]",
        "  ".repeat(depth),
        one_line(&part.text),
        part.method,
        part.cost
    );
    for inner in &part.parts {
        describe(inner, depth + 1, out);
    }
}

/// A part of a query on one line, cut where it is long.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    crate::report::text::cut(&words.join(" "), 120)
}
