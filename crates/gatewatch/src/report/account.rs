//! The readable account: what was read, the alerts by rule, what could not be read.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::Arc;

use gatewatch_detect::{Alert, Engine, Outcome};
use gatewatch_ingest::{Problem, ProblemKind};
use gatewatch_rules::{NotRun, Rule, RuleSeverity};

use super::text::{bytes, columns, count, printable};
use super::{Reporter, Row};
use crate::run::ReadSummary;

/// What the end of a report needs to know.
pub struct Context<'a> {
    /// The rules that ran.
    pub engine: &'a Engine,
    /// What they found.
    pub outcome: &'a Outcome,
    /// What was read.
    pub summary: &'a ReadSummary,
    /// Rules that did not run.
    pub not_run: &'a [(Arc<Rule>, NotRun)],
    /// Alerts after the filters.
    pub alerts: u64,
    /// How many of each group of rules that did not run are named.
    pub limit: Limit,
}

/// Alerts of one rule: the first ones in full, and how many there are.
#[derive(Default)]
struct Group {
    rows: Vec<Row>,
    total: u64,
}

/// Collects alerts by rule and writes them at the end, the gravest first.
pub struct Account<'a> {
    out: Box<dyn Write>,
    engine: &'a Engine,
    limit: Limit,
    color: bool,
    groups: BTreeMap<usize, Group>,
}

/// How many alerts of each rule are shown; 0 stands for all.
#[derive(Clone, Copy, Debug)]
pub struct Limit(pub usize);

impl Limit {
    /// Is an alert shown that comes after `before` others?
    fn allows(self, before: u64) -> bool {
        self.0 == 0 || before < self.0 as u64
    }
}

/// The widest cell of the table.
const WIDEST: usize = 44;
/// Problems of one file that are named one by one; the rest is counted.
const PROBLEMS_SHOWN: usize = 5;
/// Files that are named one by one in each section; the rest is counted.
const FILES_SHOWN: usize = 20;
/// Files that are named of those of which the same is said.
const FILES_NAMED: usize = 5;

impl<'a> Account<'a> {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>, engine: &'a Engine, limit: Limit, color: bool) -> Self {
        Self {
            out,
            engine,
            limit,
            color,
            groups: BTreeMap::new(),
        }
    }

    fn paint(&self, severity: RuleSeverity, text: &str) -> String {
        let code = match severity {
            RuleSeverity::Critical => "1;35",
            RuleSeverity::High => "1;31",
            RuleSeverity::Medium => "33",
            RuleSeverity::Low => "36",
        };
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn group(&mut self, index: usize, group: &Group) -> anyhow::Result<()> {
        let rule = Arc::clone(&self.engine.rules()[index].rule);
        let mut heading = format!(
            "{}  {}  ({}{})",
            self.paint(rule.severity, rule.severity.as_str()),
            printable(&rule.name),
            count(group.total, "alert", "alerts"),
            match rule.building_block_type {
                Some(_) => ", building blocks",
                None => "",
            },
        );
        if let Some(row) = group.rows.first()
            && !row.techniques.is_empty()
        {
            heading.push_str("  ");
            heading.push_str(&row.techniques);
        }
        writeln!(self.out, "\n{heading}")?;
        let rows: Vec<Vec<String>> = group.rows.iter().map(cells).collect();
        for line in columns(
            &["time", "host", "user", "source", "outcome", "where"],
            &rows,
            WIDEST,
        ) {
            writeln!(self.out, "  {line}")?;
        }
        let hidden = group.total.saturating_sub(group.rows.len() as u64);
        if hidden > 0 {
            writeln!(
                self.out,
                "  … and {} more: show all with --limit 0, or take --format csv",
                count(hidden, "alert", "alerts")
            )?;
        }
        Ok(())
    }
}

fn cells(row: &Row) -> Vec<String> {
    let mut place = row.place();
    if row.events > 1 {
        place = format!("{place} (the last of {} events)", row.events);
    }
    vec![
        row.time.clone(),
        row.host.clone(),
        row.user.clone(),
        row.source.clone(),
        row.outcome.clone(),
        place,
    ]
}

impl Reporter for Account<'_> {
    type Entry = Row;
    /// The number of alerts of each rule that are shown, counted after the filters.
    type Form = Limit;

    fn shows(limit: &Limit, before: u64) -> bool {
        limit.allows(before)
    }

    fn entry(_: &Limit, rule: &Rule, alert: &Alert) -> anyhow::Result<Row> {
        Ok(Row::of(rule, alert))
    }

    fn take(&mut self, rule: usize, row: Option<Row>) -> anyhow::Result<()> {
        let group = self.groups.entry(rule).or_default();
        group
            .rows
            .extend(row.filter(|_| self.limit.allows(group.total)));
        group.total += 1;
        Ok(())
    }

    fn finish(&mut self, context: &Context<'_>) -> anyhow::Result<()> {
        writeln!(self.out, "{}", reading(context.summary))?;
        let groups = std::mem::take(&mut self.groups);
        writeln!(
            self.out,
            "{}; {} in {}.",
            count(context.engine.rules().len() as u64, "rule ran", "rules ran"),
            count(context.alerts, "alert", "alerts"),
            count(groups.len() as u64, "rule", "rules"),
        )?;
        let mut order: Vec<usize> = groups.keys().copied().collect();
        order.sort_by_key(|&index| {
            let rule = &self.engine.rules()[index].rule;
            (std::cmp::Reverse(rule.severity), rule.name.clone())
        });
        for index in order {
            if let Some(group) = groups.get(&index) {
                self.group(index, group)?;
            }
        }
        for line in remarks(context) {
            writeln!(self.out, "{line}")?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// `Read 3 files, 1.2 MB: 8,213 records, 12 matched, 8,199 did not, 2 could not be read.`
fn reading(summary: &ReadSummary) -> String {
    format!(
        "Read {}, {}: {}, {} matched, {} did not, {} could not be read.",
        count(summary.files, "file", "files"),
        bytes(summary.counts.bytes),
        count(summary.counts.records, "record", "records"),
        super::text::thousands(summary.matched),
        super::text::thousands(summary.unmatched()),
        super::text::thousands(summary.counts.unreadable),
    )
}

/// The one line that stands on stderr when the results are for a program.
pub fn closing_line(context: &Context<'_>) -> String {
    let mut line = format!(
        "{} {} from {}.",
        reading(context.summary),
        count(context.alerts, "alert", "alerts"),
        count(context.engine.rules().len() as u64, "rule", "rules")
    );
    for remark in remarks(context) {
        line.push('\n');
        line.push_str(&remark);
    }
    line
}

/// What the reader should know: rules that did not run or failed, files and records that were not read, assumptions.
fn remarks(context: &Context<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if !context.not_run.is_empty() {
        lines.push("\nRules that did not run".to_owned());
        let reasons = context
            .not_run
            .iter()
            .map(|(rule, reason)| (printable(&reason.to_string()), printable(&rule.name)));
        by_reason(reasons, ("rule", "rules"), context.limit, &mut lines);
    }
    let named = |index: usize| printable(&context.engine.rules()[index].rule.name);
    if !context.outcome.excepted.is_empty() {
        lines.push("\nEvents removed by exceptions".to_owned());
        for (rule, number, events) in &context.outcome.excepted {
            let exception = context.engine.rules()[*rule].exceptions.get(*number);
            lines.push(format!(
                "  {}: {} by `{}`",
                named(*rule),
                count(*events, "event", "events"),
                printable(exception.map_or("?", |exception| &exception.name)),
            ));
        }
    }
    if context.outcome.without_index > 0 {
        lines.push(format!(
            "\nOf the events that rules were asked about, {} no index (`_index`, `data_stream.*`, `event.dataset`, `event.module`): every rule saw them, whatever its index patterns.",
            count(
                context.outcome.without_index,
                "names",
                "name"
            ),
        ));
    }
    if !context.outcome.failures.is_empty() || !context.outcome.notes.is_empty() {
        lines.push("\nRules with trouble".to_owned());
        for failure in &context.outcome.failures {
            lines.push(format!(
                "  {}: its query failed over {}, first with: {}",
                named(failure.rule),
                count(failure.events, "event", "events"),
                failure.first
            ));
        }
        for (rule, note) in &context.outcome.notes {
            lines.push(format!("  {}: {note}", named(*rule)));
        }
    }
    for (kind, heading) in [
        (
            ProblemKind::File,
            "Files that could not be read, or not to their end",
        ),
        (ProblemKind::Record, "Records that could not be read"),
        (ProblemKind::Damage, "Damage that cost no record"),
    ] {
        section(context.summary, kind, heading, &mut lines);
    }
    // The same is mostly said of many files.
    for (kind, heading) in [
        (ProblemKind::Assumption, "Assumptions"),
        (ProblemKind::NotALog, "Files that are no logs"),
    ] {
        let mut reasons = context
            .summary
            .problems
            .iter()
            .filter(|problem| problem.kind == kind)
            .map(|problem| (printable(&problem.reason), printable(&problem.place.path)))
            .peekable();
        if reasons.peek().is_some() {
            lines.push(format!("\n{heading}"));
            by_reason(reasons, ("file", "files"), Limit(FILES_NAMED), &mut lines);
        }
    }
    lines
}

/// Names what shares a reason below it, in the order in which they come. `what` is one of them, and several.
fn by_reason(
    all: impl Iterator<Item = (String, String)>,
    what: (&str, &str),
    limit: Limit,
    lines: &mut Vec<String>,
) {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (reason, name) in all {
        let place = *places.entry(reason.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, names)) => names.push(name),
            None => groups.push((reason, vec![name])),
        }
    }
    for (reason, names) in groups {
        if let [only] = &names[..] {
            lines.push(format!("  {only}: {reason}"));
            continue;
        }
        let total = names.len() as u64;
        lines.push(format!("  {}: {reason}", count(total, what.0, what.1)));
        let shown = (0..)
            .zip(&names)
            .take_while(|(number, _)| limit.allows(*number));
        lines.extend(shown.map(|(_, name)| format!("    {name}")));
        let hidden = total.saturating_sub(limit.0 as u64);
        if limit.0 > 0 && hidden > 0 {
            lines.push(format!("    … and {}", count(hidden, "more", "more")));
        }
    }
}

fn section(summary: &ReadSummary, kind: ProblemKind, heading: &str, lines: &mut Vec<String>) {
    let files = summary.by_file(kind);
    if files.is_empty() {
        return;
    }
    lines.push(format!("\n{heading}"));
    for (file, problems) in files.iter().take(FILES_SHOWN) {
        let file = printable(file);
        if let [only] = problems[..] {
            lines.push(format!("  {file}: {}", said(only)));
            continue;
        }
        lines.push(format!(
            "  {file}: {}",
            count(problems.len() as u64, "problem", "problems")
        ));
        for problem in problems.iter().take(PROBLEMS_SHOWN) {
            lines.push(format!("    {}", said(problem)));
        }
        if problems.len() > PROBLEMS_SHOWN {
            let more = (problems.len() - PROBLEMS_SHOWN) as u64;
            lines.push(format!(
                "    … and {} more: all with --unreadable FILE",
                super::text::thousands(more)
            ));
        }
    }
    if files.len() > FILES_SHOWN {
        let more = (files.len() - FILES_SHOWN) as u64;
        lines.push(format!(
            "  … and {}: all with --unreadable FILE",
            count(more, "more file", "more files")
        ));
    }
}

fn said(problem: &Problem) -> String {
    let reason = printable(&problem.reason);
    match (problem.kind, problem.place.record_id) {
        (ProblemKind::Record | ProblemKind::Damage, Some(id)) => {
            format!("record {id} at offset {}: {reason}", problem.place.offset)
        }
        (ProblemKind::Record | ProblemKind::Damage, None) => {
            format!("offset {}: {reason}", problem.place.offset)
        }
        _ => reason,
    }
}
