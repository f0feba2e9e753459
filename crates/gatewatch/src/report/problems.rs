//! Problems in rules and queries, shown in place.

use gatewatch_diagnostic::{Diagnostic, Source};
use gatewatch_rules::Rule;

/// A problem in the text of a file.
pub fn in_file(path: &str, text: &str, problem: &Diagnostic) -> String {
    placed(path, problem, Source::new(text).named(path))
}

/// A problem without a place in the text still names the file.
fn placed(path: &str, problem: &Diagnostic, source: Source<'_>) -> String {
    let shown = source.render(problem);
    match problem.span {
        Some(_) => shown,
        None => format!("{path}: {shown}"),
    }
}

/// A problem in a rule's query: in its file where the query stands there as it is, else in the query alone.
pub fn in_query(rule: &Rule, problem: &Diagnostic) -> String {
    match rule.query_offset.and_then(|at| u32::try_from(at).ok()) {
        Some(offset) => placed(
            &rule.path,
            problem,
            Source::new(&rule.source)
                .named(&rule.path)
                .starting_at(offset),
        ),
        None => placed(
            &rule.path,
            problem,
            Source::new(&rule.query).named(&rule.path),
        ),
    }
}

/// Problems in a query given on the command line.
pub fn in_text(text: &str, problems: &[Diagnostic]) -> String {
    let shown: Vec<String> = problems
        .iter()
        .map(|problem| Source::new(text).named("query").render(problem))
        .collect();
    shown.join("\n")
}
