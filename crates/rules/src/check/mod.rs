//! Checks rules as the real API does, and for what it lets pass and should not be there.

mod attack;
mod clock;
mod eql;
mod fields;
mod kql;
mod set;
mod shape;

use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Severity, Span, Stage};
use gatewatch_query::{EcsSchema, PlanBody};
use serde_json::{Map, Value as Json};

use crate::{NotRun, Rule, RuleSource, RuleType, SourceRule, case_start, compile_at};

/// A problem of a rule, at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The file, without the line of an export.
    pub path: String,
    /// The text that the place counts in, see [`SourceRule::text`]; empty for a problem without one.
    pub text: Arc<str>,
    /// The line of the file that `text` begins on, from 1.
    pub line: u32,
    /// The rule's id, as far as there is one.
    pub rule_id: Option<String>,
    /// The rule's name, as far as there is one.
    pub name: Option<String>,
    /// What, where and how to fix it.
    pub problem: Diagnostic,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The problems, in the order of the files and of their places.
    pub findings: Vec<Finding>,
    /// How many rules were looked at.
    pub rules: u64,
    /// The rules that can be run, in the order of the files.
    pub runnable: Vec<crate::CompiledRule>,
}

impl Checked {
    /// How many problems are of this severity.
    pub fn count(&self, severity: Severity) -> u64 {
        let of = |finding: &&Finding| finding.problem.severity == severity;
        self.findings.iter().filter(of).count() as u64
    }
}

/// Checks the rules of files: path and text of each.
///
/// ```
/// let text = "[rule]\nname = \"x\"\n";
/// let checked = gatewatch_rules::check::check([("x.toml", text)]);
/// assert!(checked.findings.iter().any(|finding| finding.problem.code == "rule-key-missing"));
/// ```
pub fn check<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Checked {
    let mut checked = Checked::default();
    let mut set = set::Set::default();
    for (path, text) in files {
        let source = RuleSource::read(path, text);
        let shared: Arc<str> = if source.problems.is_empty() {
            "".into()
        } else {
            text.into()
        };
        for problem in &source.problems {
            checked.findings.push(Finding {
                path: path.to_owned(),
                text: Arc::clone(&shared),
                line: 1,
                rule_id: None,
                name: None,
                problem: problem.clone(),
            });
        }
        for rule in &source.rules {
            checked.rules += 1;
            check_rule(path, rule, &mut checked, &mut set);
        }
        set.others(path, &source);
    }
    checked.findings.extend(set.findings());
    checked
}

fn check_rule(path: &str, source: &SourceRule, checked: &mut Checked, set: &mut set::Set) {
    let mut found = Found {
        source,
        problems: Vec::new(),
    };
    shape::check(&mut found);
    attack::check(&mut found);
    let (rule, problems) = source.rule_with_problems();
    let rule = Arc::new(rule);
    let is_whole = problems.is_empty();
    found.problems.extend(problems);
    if is_whole {
        clock::check(&rule, &mut found);
        shape::check_types(&rule, &mut found);
    }
    // A wrong score is no reason to say nothing of the query; without a type or a query there is nothing to say.
    let is_told =
        is_whole || !rule.query.is_empty() && !matches!(rule.rule_type, RuleType::Other(_));
    if is_told && let Some(compiled) = query(&rule, &mut found) {
        checked.runnable.extend(is_whole.then_some(compiled));
    }
    let mut problems = found.problems;
    problems.sort_by_key(|problem| problem.span);
    problems.dedup();
    leave_one(&mut problems, "query-almost-ecs", "field-unknown");
    leave_one(
        &mut problems,
        "kql-quoted-wildcard",
        "query-quoted-wildcard",
    );
    let text: Arc<str> = source.text.as_str().into();
    for problem in problems {
        checked
            .findings
            .push(finding(path, source, Arc::clone(&text), problem));
    }
    set.rule(path, source, text);
}

/// Of two problems that say the same of one place, the first is enough.
fn leave_one(problems: &mut Vec<Diagnostic>, kept: &str, dropped: &str) {
    let told: Vec<Option<Span>> = problems
        .iter()
        .filter(|problem| problem.code == kept)
        .map(|problem| problem.span)
        .collect();
    problems.retain(|problem| problem.code != dropped || !told.contains(&problem.span));
}

fn finding(path: &str, source: &SourceRule, text: Arc<str>, problem: Diagnostic) -> Finding {
    Finding {
        path: path.to_owned(),
        text,
        line: source.line,
        rule_id: source.string("rule_id").map(str::to_owned),
        name: source.string("name").map(str::to_owned),
        problem,
    }
}

/// The query: what the language says, what ECS says, and what is valid and cannot be meant.
fn query(rule: &Arc<Rule>, found: &mut Found<'_>) -> Option<crate::CompiledRule> {
    if let RuleType::Other(name) = &rule.rule_type {
        found.error(
            "/type",
            "rule-type",
            format!("there is no rule type `{name}`"),
            "use eql, query, saved_query, threshold, new_terms, threat_match, esql or machine_learning",
        );
        return None;
    }
    let mut runnable = None;
    match compile_at(Arc::clone(rule), &EcsSchema, Some(case_start())) {
        Ok(compiled) => {
            for problem in &compiled.plan.warnings {
                found.query(problem.clone());
            }
            if let PlanBody::Sequence(sequence) = &compiled.plan.body {
                clock::check_sequence(rule, sequence.maxspan, found);
            }
            runnable = Some(compiled);
        }
        Err(NotRun::Query(problems)) => {
            for problem in problems {
                found.query(problem);
            }
        }
        Err(NotRun::Part(reason)) => found.warning(
            "",
            "rule-not-run",
            format!("gatewatch does not run this rule: {reason}"),
            "",
        ),
        // What is not run is said where rules are run; Lucene is told of with its key.
        Err(NotRun::Type(_) | NotRun::Language(_) | NotRun::NoIndicators) => {}
    }
    eql::check(rule, found);
    kql::check(rule, found);
    runnable
}

/// Where problems of one rule are noted.
struct Found<'a> {
    source: &'a SourceRule,
    problems: Vec<Diagnostic>,
}

impl Found<'_> {
    fn object(&self) -> &Map<String, Json> {
        &self.source.object
    }

    /// The value of a key; null counts as absent, as it does for Kibana.
    fn get(&self, key: &str) -> Option<&Json> {
        self.object().get(key).filter(|value| !value.is_null())
    }

    fn note(
        &mut self,
        severity: Severity,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let mut problem = Diagnostic::new(severity, Stage::Request, code, message);
        problem.span = self.source.span(pointer).map(start_of_tables(self.source));
        let hint = hint.into();
        if !hint.is_empty() {
            problem.hint = Some(hint);
        }
        self.problems.push(problem);
    }

    fn error(
        &mut self,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.note(Severity::Error, pointer, code, message, hint);
    }

    fn warning(
        &mut self,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.note(Severity::Warning, pointer, code, message, hint);
    }

    fn info(
        &mut self,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.note(Severity::Note, pointer, code, message, hint);
    }

    /// A problem with a place in the text of the query.
    fn query(&mut self, problem: Diagnostic) {
        let moved = self.source.in_file("query", problem);
        self.problems.push(moved);
    }

    /// The same for the query of indicators.
    fn threat_query(&mut self, problem: Diagnostic) {
        let moved = self.source.in_file("threat_query", problem);
        self.problems.push(moved);
    }
}

/// A place that runs over many lines is its first line: a table is shown by its header.
fn start_of_tables(source: &SourceRule) -> impl Fn(Span) -> Span + '_ {
    |span| {
        let text = span.text(&source.text);
        match text.find('\n') {
            Some(end) => Span::new(
                span.start,
                span.start
                    .saturating_add(u32::try_from(end).unwrap_or(u32::MAX)),
            ),
            None => span,
        }
    }
}
