//! `gatewatch rules test`

mod events;
mod report;
mod why;

use std::fs;
use std::path::Path;
use std::sync::Arc;

pub(super) use why::terms;

use anyhow::{Context as _, bail};
use gatewatch_detect::{Alert, Engine, EngineOptions, IndicatorStore};
use gatewatch_event::{Document, JsonEvent, Value, document_values};
use gatewatch_query::EcsSchema;
use gatewatch_rules::{
    CompiledRule, NotRun, Rule, RuleCase, case_start, compile_at, parse_cases, shipped_cases,
};
use serde_json::{Map, Value as Json};

use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesTestFlags;
use crate::report::problems;
use crate::report::text::count;

/// The extension of a rule and of the cases beside it.
const RULE: &str = ".toml";
const CASES: &str = ".test.toml";

/// What came of one case.
#[derive(Debug)]
pub struct CaseResult {
    /// The file of the rule.
    pub path: String,
    /// The name of the rule.
    pub rule: String,
    /// The name of the case.
    pub name: String,
    /// How many alerts were expected, and how many were raised.
    pub alerts: (u64, u64),
    /// Why it fails; `None` when it passes.
    pub failure: Option<Failure>,
}

/// Why a case fails.
#[derive(Debug)]
pub struct Failure {
    /// In one line.
    pub message: String,
    /// What every part of the query said of the events; empty where that explains nothing.
    pub details: String,
}

/// What came of all cases.
#[derive(Debug, Default)]
pub struct Tested {
    /// The cases, in the order of the files.
    pub cases: Vec<CaseResult>,
    /// Test files that cannot be read: path, and what is wrong.
    pub unreadable: Vec<(String, String)>,
    /// Rules with cases that are not run, with the reason.
    pub not_run: Vec<(String, String)>,
}

/// A fault for `rules check`.
pub struct Fault {
    /// The file.
    pub path: String,
    /// The rule.
    pub rule: Option<String>,
    /// A name for the kind of fault.
    pub code: &'static str,
    /// In one line.
    pub message: String,
    /// For a person.
    pub shown: String,
}

impl Tested {
    /// How many cases passed.
    pub fn passed(&self) -> u64 {
        let passed = |case: &&CaseResult| case.failure.is_none();
        self.cases.iter().filter(passed).count() as u64
    }

    /// How many cases failed or could not be read.
    pub fn failed(&self) -> u64 {
        self.cases.len() as u64 - self.passed() + self.unreadable.len() as u64
    }

    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let unreadable = self.unreadable.iter().map(|(path, shown)| Fault {
            path: path.clone(),
            rule: None,
            code: "case-wrong",
            message: shown.lines().next().unwrap_or_default().to_owned(),
            shown: shown.clone(),
        });
        let failed = self.cases.iter().filter_map(|case| {
            let failure = case.failure.as_ref()?;
            Some(Fault {
                path: case.path.clone(),
                rule: Some(case.rule.clone()),
                code: "case-failed",
                message: format!("case `{}`: {}", case.name, failure.message),
                shown: format!(
                    "error[case-failed]: {}: case `{}`: {}\n",
                    case.path, case.name, failure.message
                ),
            })
        });
        unreadable.chain(failed).collect()
    }
}

/// Runs the cases beside rules.
pub(super) fn run(flags: &RulesTestFlags) -> anyhow::Result<Ending> {
    let shipped = flags.paths.is_empty();
    let texts = load::texts(&flags.paths, shipped)?;
    let mut rules = Vec::new();
    let mut not_run = Vec::new();
    for rule in super::list::parsed(texts)? {
        let rule = Arc::new(rule);
        match compile_at(Arc::clone(&rule), &EcsSchema, Some(case_start())) {
            Ok(compiled) => rules.push(compiled),
            Err(NotRun::Query(found)) => {
                let all: Vec<String> = found
                    .iter()
                    .map(|problem| problems::in_query(&rule, problem))
                    .collect();
                bail!("{} cannot be run:\n\n{}", rule.path, all.join("\n"));
            }
            Err(reason) => not_run.push((rule.path.clone(), reason.to_string())),
        }
    }
    let mut tested = beside(&rules, shipped, flags.case.as_deref())?;
    not_run.retain(|(path, _)| has_cases(path));
    tested.not_run = not_run;
    report::write(&tested, flags)?;
    Ok(if !tested.unreadable.is_empty() {
        Ending::Refused
    } else if tested.failed() > 0 {
        Ending::Found
    } else {
        Ending::Done
    })
}

fn has_cases(path: &str) -> bool {
    cases_of(path).is_some_and(|path| fs::exists(path).unwrap_or(false))
}

/// The path of the cases beside a rule.
fn cases_of(path: &str) -> Option<String> {
    Some(format!("{}{CASES}", path.strip_suffix(RULE)?))
}

/// Runs the cases beside compiled rules: those of the pack, or the files beside the rules' files. `only`: cases with this
/// text in their name.
pub(super) fn beside(
    rules: &[CompiledRule],
    shipped: bool,
    only: Option<&str>,
) -> anyhow::Result<Tested> {
    let only = only.map(str::to_lowercase);
    let mut tested = Tested::default();
    for compiled in rules {
        let path = &compiled.rule.path;
        let Some(cases_path) = cases_of(path) else {
            continue;
        };
        let text = if shipped {
            match shipped_cases().find(|(rule, _)| rule == path) {
                Some((_, text)) => text.to_owned(),
                None => continue,
            }
        } else if has_cases(path) {
            fs::read_to_string(&cases_path).with_context(|| format!("cannot read {cases_path}"))?
        } else {
            continue;
        };
        let cases = match parse_cases(&text) {
            Ok(cases) => cases,
            Err(found) => {
                for problem in &found {
                    let shown = problems::in_file(&cases_path, &text, problem);
                    tested.unreadable.push((cases_path.clone(), shown));
                }
                continue;
            }
        };
        let folder = Path::new(&cases_path).parent().unwrap_or(Path::new(""));
        for case in cases {
            let wanted = only
                .as_ref()
                .is_none_or(|only| case.name.to_lowercase().contains(only));
            if wanted {
                tested.cases.push(run_case(compiled, &case, folder));
            }
        }
    }
    Ok(tested)
}

fn run_case(compiled: &CompiledRule, case: &RuleCase, folder: &Path) -> CaseResult {
    let rule: &Rule = &compiled.rule;
    let mut result = CaseResult {
        path: rule.path.clone(),
        rule: rule.name.clone(),
        name: case.name.clone(),
        alerts: (case.alerts, 0),
        failure: None,
    };
    let fail = |message: String, details: String| Some(Failure { message, details });
    let events = match events::of(case, folder) {
        Ok(events) => events,
        Err(error) => {
            result.failure = fail(format!("{error:#}"), String::new());
            return result;
        }
    };
    let mut indicators = IndicatorStore::default();
    for json in &case.indicators {
        let Json::Object(map) = json else { continue };
        if let Err(error) = indicators.push(&Document::from_map(map.clone())) {
            result.failure = fail(
                format!("its indicators cannot be kept: {error}"),
                String::new(),
            );
            return result;
        }
    }
    let options = EngineOptions {
        ignore_index: true,
        ..EngineOptions::default()
    };
    let engine = Engine::with(vec![compiled.clone()], indicators, options);
    let outcome = match engine.run(events.iter().cloned()) {
        Ok(outcome) => outcome,
        Err(error) => {
            result.failure = fail(format!("it cannot be run: {error}"), String::new());
            return result;
        }
    };
    result.alerts.1 = outcome.matches.len() as u64;
    if result.alerts.0 != result.alerts.1 {
        let message = format!(
            "{} expected, {} raised",
            count(result.alerts.0, "alert", "alerts"),
            result.alerts.1
        );
        result.failure = fail(message, why::told(compiled, case, &events));
        return result;
    }
    let alerts: Result<Vec<Alert>, _> = outcome
        .matches
        .iter()
        .map(|found| engine.alert(&outcome, found))
        .collect();
    match alerts {
        Ok(alerts) => {
            result.failure =
                described(case, &alerts).map(|(message, details)| Failure { message, details });
        }
        Err(error) => {
            result.failure = fail(format!("an alert cannot be made: {error}"), String::new())
        }
    }
    result
}

/// Gives each description an alert of its own; what is missing when that cannot be done. Few alerts are described, so that
/// trying in turn, with room made where another would do as well, is cheap.
fn described(case: &RuleCase, alerts: &[Alert]) -> Option<(String, String)> {
    let mut taken: Vec<Option<usize>> = vec![None; alerts.len()];
    for (number, expect) in case.expect.iter().enumerate() {
        let mut tried = vec![false; alerts.len()];
        if !give(number, case, alerts, &mut taken, &mut tried) {
            let nearest = alerts
                .iter()
                .min_by_key(|alert| differences(expect, &alert.document.to_document()).len());
            let details = nearest.map_or_else(String::new, |alert| {
                let lines = differences(expect, &alert.document.to_document());
                format!("the nearest alert differs:\n{}", lines.join("\n"))
            });
            return Some((
                format!("no alert is as [[case.expect]] number {} says", number + 1),
                details,
            ));
        }
    }
    None
}

/// Finds an alert for a description, moving others where that is needed.
fn give(
    number: usize,
    case: &RuleCase,
    alerts: &[Alert],
    taken: &mut Vec<Option<usize>>,
    tried: &mut Vec<bool>,
) -> bool {
    for at in 0..alerts.len() {
        if tried[at]
            || !differences(&case.expect[number], &alerts[at].document.to_document()).is_empty()
        {
            continue;
        }
        tried[at] = true;
        let free = match taken[at] {
            None => true,
            Some(other) => give(other, case, alerts, taken, tried),
        };
        if free {
            taken[at] = Some(number);
            return true;
        }
    }
    false
}

/// How an alert differs from its description, a line a field.
fn differences(expect: &Map<String, Json>, alert: &Document) -> Vec<String> {
    expect
        .iter()
        .filter_map(|(field, want)| {
            let mut values = Vec::new();
            document_values(alert.as_map(), field, &mut |value: Value<'_>| {
                values.push(value.to_json());
                true
            });
            let wanted: Vec<&Json> = match want {
                Json::Array(items) => items.iter().collect(),
                one => vec![one],
            };
            let all = wanted
                .iter()
                .all(|want| values.iter().any(|value| is_same(value, want)));
            let exact = !want.is_array() || values.len() == wanted.len();
            (!all || !exact)
                .then(|| format!("  {field}: expected {want}, found {}", Json::Array(values)))
        })
        .collect()
}

/// Equal, whatever form a number or a truth value is written in.
fn is_same(value: &Json, want: &Json) -> bool {
    let text = |json: &Json| match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    value == want || text(value) == text(want)
}

/// The events of a case: what a rule is asked about.
type Events = Vec<JsonEvent>;
