//! When a rule runs and what it looks at.

use super::Found;
use crate::{Rule, RuleType, before_now, duration};

/// Elastic's cap on the alerts of one run, unless the deployment changes it.
const ALERTS_A_RUN: u64 = 1000;

/// A time span for a person, from nanoseconds.
fn spoken(nanos: i64) -> String {
    let seconds = nanos / 1_000_000_000;
    match seconds {
        0 => format!("{} ms", nanos / 1_000_000),
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// Checks the schedule.
pub(super) fn check(rule: &Rule, found: &mut Found<'_>) {
    if matches!(duration(&rule.interval), None | Some(0)) || !has_run_unit(&rule.interval) {
        found.error(
            "/interval",
            "rule-interval",
            format!("`{}` is no interval", rule.interval),
            "write a number and s, m, h or d, such as 5m",
        );
    }
    let to = found
        .get("to")
        .and_then(|to| to.as_str())
        .unwrap_or("now")
        .to_owned();
    let (Some(from), Some(until)) = (before_now(&rule.from), before_now(&to)) else {
        for (key, text) in [("/from", rule.from.as_str()), ("/to", to.as_str())] {
            if before_now(text).is_none() && gatewatch_event::parse_iso(text).is_none() {
                found.error(
                    key,
                    "rule-date-math",
                    format!("`{text}` is no time before now"),
                    "write now, or now- with a number and s, m, h or d, such as now-9m",
                );
            }
        }
        return;
    };
    let interval = rule.run_interval();
    if from <= until {
        found.error(
            "/from",
            "rule-window",
            format!(
                "the rule looks at nothing: `from` ({}) is not before `to` ({to})",
                rule.from
            ),
            "",
        );
    } else if from - until < interval && found.get("type") != Some(&"machine_learning".into()) {
        found.warning(
            "/from",
            "rule-gap",
            format!(
                "each run looks at {}, and the next one starts {} later: what happens between is never looked at",
                spoken(from - until),
                spoken(interval)
            ),
            format!("let the window be longer than the interval, such as from = \"now-{}s\"", (interval / 1_000_000_000).saturating_add(60)),
        );
    }
    if let RuleType::NewTerms(terms) = &rule.rule_type {
        check_history(&terms.history_window_start, from, found);
    }
    if rule.max_signals.is_some_and(|most| most > ALERTS_A_RUN) {
        found.warning(
            "/max_signals",
            "rule-max-signals",
            format!("Elastic makes at most {ALERTS_A_RUN} alerts a run, whatever the rule says, unless the deployment is set up for more"),
            "",
        );
    }
}

fn has_run_unit(interval: &str) -> bool {
    interval.ends_with(['s', 'm', 'h', 'd']) && !interval.ends_with("ms")
}

fn check_history(start: &str, from: i64, found: &mut Found<'_>) {
    let place = if found.get("new_terms").is_some() {
        "/new_terms/history_window_start"
    } else {
        "/history_window_start"
    };
    match before_now(start) {
        None if gatewatch_event::parse_iso(start).is_some() => {}
        None => found.error(
            place,
            "rule-date-math",
            format!("`{start}` is no time before now"),
            "write now- with a number and h or d, such as now-7d",
        ),
        Some(history) if history <= from => found.error(
            place,
            "rule-history",
            format!(
                "the history must begin before the window of a run: `{start}` is not before it"
            ),
            "such as now-7d",
        ),
        Some(_) => {}
    }
}

/// Checks a sequence's `maxspan`, in milliseconds, against the window.
pub(super) fn check_sequence(rule: &Rule, maxspan: Option<i64>, found: &mut Found<'_>) {
    let window = rule.look_back();
    let Some(span) = maxspan.map(|span| span.saturating_mul(1_000_000)) else {
        return;
    };
    if span > window {
        let wanted = span.saturating_add(rule.run_interval()) / 60_000_000_000;
        found.warning(
            if found.get("from").is_some() { "/from" } else { "/query" },
            "rule-maxspan",
            format!(
                "a sequence may take {} (maxspan), and each run looks back {} only: longer ones are never found",
                spoken(span),
                spoken(window)
            ),
            format!("look back over maxspan and one interval: from = \"now-{wanted}m\""),
        );
    }
}
