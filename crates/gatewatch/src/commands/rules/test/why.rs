//! Which part of a query decided.

use std::fmt::Write as _;

use gatewatch_query::{Condition, PlanBody};
use gatewatch_rules::{CompiledRule, RuleCase};

use super::Events;
use crate::commands::rules::explain::{deciding, outline};

/// Events that are explained; more would say nothing new.
const SHOWN: usize = 3;

/// For each term of the query: how many events took it and, where none did or too many did, what decided over the first
/// events.
pub(super) fn told(compiled: &CompiledRule, case: &RuleCase, events: &Events) -> String {
    let mut out = String::new();
    let terms = terms(compiled);
    let several = terms.len() > 1;
    for (label, condition) in &terms {
        let took: Vec<usize> = (0..events.len())
            .filter(|at| condition.matches(&events[*at]) == Ok(true))
            .collect();
        let head = if several {
            format!("{label}: {} of {} events take it", took.len(), events.len())
        } else {
            format!("{} of {} events match", took.len(), events.len())
        };
        let _ = writeln!(out, "{head}");
        if took.is_empty() {
            // The events that came nearest say most.
            let mut nearest: Vec<(usize, usize)> = (0..events.len())
                .map(|at| (deciding(&condition.explain(&events[at]), false).len(), at))
                .collect();
            nearest.sort_unstable();
            for (_, at) in nearest.into_iter().take(SHOWN) {
                let _ = writeln!(out, "  event {}:", at + 1);
                for part in deciding(&condition.explain(&events[at]), false) {
                    let _ = writeln!(out, "    {part}");
                }
            }
        } else if case.alerts == 0 && !several {
            for at in took.into_iter().take(SHOWN) {
                let _ = writeln!(out, "  event {} matches:", at + 1);
                out.push_str(&outline(&condition.explain(&events[at]), 2));
            }
        }
    }
    if several
        && terms.iter().all(|(_, condition)| {
            events
                .iter()
                .any(|event| condition.matches(event) == Ok(true))
        })
    {
        out.push_str("every step is taken by some event: look at the join keys, the order of the events and maxspan\n");
    }
    out.trim_end().to_owned()
}

/// The conditions of a rule over single events, with a name for each.
pub(in crate::commands::rules) fn terms(compiled: &CompiledRule) -> Vec<(String, Condition)> {
    let steps = match &compiled.plan.body {
        PlanBody::Event(condition) => return vec![("the query".to_owned(), condition.clone())],
        PlanBody::Sequence(sequence) => sequence
            .steps
            .iter()
            .map(|step| (step, false))
            .chain(sequence.until.iter().map(|step| (step, true)))
            .collect::<Vec<_>>(),
        PlanBody::Sample(sample) => sample.steps.iter().map(|step| (step, false)).collect(),
    };
    let mut terms: Vec<(String, Condition)> = Vec::new();
    let mut last = None;
    for (step, until) in steps {
        // A step with `runs` stands several times in the plan.
        if !until && last == Some(step.term) {
            continue;
        }
        last = Some(step.term);
        let label = match (until, step.missing) {
            (true, _) => "until".to_owned(),
            (false, true) => format!("step {} (must not occur)", step.term + 1),
            (false, false) => format!("step {}", step.term + 1),
        };
        terms.push((label, step.condition.clone()));
    }
    terms
}
