//! `gatewatch scan`

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use gatewatch_detect::{
    Again, DEFAULT_MEMORY, Engine, EngineOptions, Glimpse, KnownTerms, Outcome, Sight, Worker,
};
use gatewatch_event::{Event as _, Known, Timestamp};
use gatewatch_ingest::{
    Consumer, Needles, Peek, Peeked, Placed, PlacedKind, Problem, ReadOptions, TextTraces,
    TraceStore, Traces, TracesByKind, Unit,
};
use gatewatch_rules::{NotRun, Rule, RuleType};

use crate::commands::positions::Positions;
use crate::commands::{exceptions, indicators, load, state};
use crate::exit::Ending;
use crate::flags::{ScanFlags, ScanFormat};
use crate::output;
use crate::report::account::Limit;
use crate::report::text::printable;
use crate::report::{self, AlertFilter, Reporter, Written, account, csv, json};
use crate::run::{self, ReadSummary, Task};

/// Scans logs with rules.
pub fn run(flags: &ScanFlags) -> anyhow::Result<Ending> {
    if let (Some(from), Some(to)) = (flags.from, flags.to)
        && from > to
    {
        anyhow::bail!("--from is later than --to: no event can be in between");
    }
    let (engine, not_run, complete) = engine(flags)?;
    let mut known = match &flags.state {
        Some(path) => state::read(path)?,
        None => KnownTerms::default(),
    };
    let needles = verbatim_needles(&engine);
    let codes = super::common_codes(engine.conditions());
    let traces = Arc::new(TraceStore::default());
    let (found, units, options, progress) = super::open(&flags.input);
    let history = flags.from.is_some() && has_history(&engine);
    let make = || ScanTask {
        worker: engine.worker(),
        needles: needles.as_ref(),
        codes: codes.as_deref(),
        traces: TracesByKind::new(&traces),
        from: flags.from,
        to: flags.to,
        history,
        again: Again::Never,
        units: &units,
        positions: Positions::default(),
        matched: 0,
        problems: Vec::new(),
        failure: None,
    };
    let threads = super::threads(flags.input.threads);
    let (tasks, reports) = run::run(&units, threads, &options, &progress, make)?;
    progress.finish();
    let summary = ReadSummary::new(found, reports);
    let workers = tasks.into_iter().map(|task| task.worker).collect();
    let mut outcome = engine
        .finish(workers, &mut known)
        .context("cannot join the matched events")?;
    let search = (needles.as_ref(), codes.as_deref(), &traces);
    read_again(&engine, search, &units, &options, &mut outcome)?;
    engine.suppress(&mut outcome)?;
    if flags.max_signals {
        engine.limit_signals(&mut outcome);
    }
    let filter = AlertFilter::new(&flags.host, &flags.user);
    let ended = Ended {
        engine: &engine,
        outcome: &outcome,
        summary: &summary,
        not_run: &not_run,
        filter: &filter,
        limit: flags.limit,
    };
    let written = ended.report(flags)?;
    if let Some(path) = &flags.state {
        state::write(path, &known)?;
    }
    let end = super::close(
        &flags.input,
        &summary,
        flags.format != ScanFormat::Table,
        || account::closing_line(&ended.context(written.alerts)),
    )?;
    match (flags.fail_on, written.gravest) {
        (Some(least), Some(gravest)) if gravest >= least && end == Ending::Done && complete => {
            Ok(Ending::Found)
        }
        _ if end == Ending::Done && !complete => Ok(Ending::Incomplete),
        _ => Ok(end),
    }
}

/// Rules that do not run, with the reason.
type NotRunRules = Vec<(Arc<Rule>, NotRun)>;

/// The rules that run, ready, and those that do not.
///
/// Says too whether all exceptions can be used.
fn engine(flags: &ScanFlags) -> anyhow::Result<(Engine, NotRunRules, bool)> {
    let mut texts = load::texts(&[], !flags.no_pack)?;
    let given = load::source_files(&flags.rules)?;
    texts.extend(given.iter().cloned());
    let now = flags.now.or_else(super::now);
    let mut loaded = load::load(texts, flags.severity, now)?;
    let sources = exceptions::Sources {
        rules: &given,
        exceptions: &flags.exceptions,
        lists: &flags.lists,
        now: flags.now,
    };
    let complete = exceptions::apply(&mut loaded.rules, &sources)?;
    let indicators = indicators::read(&flags.indicators)?;
    if indicators.is_empty() {
        loaded.rules.retain(|compiled| {
            let runs = compiled.indicators.is_none();
            if !runs {
                let rule = Arc::clone(&compiled.rule);
                loaded.not_run.push((rule, NotRun::NoIndicators));
            }
            runs
        });
    }
    if loaded.rules.is_empty() {
        let reasons: Vec<String> = loaded
            .not_run
            .iter()
            .map(|(rule, reason)| format!("\n  {}: {reason}", printable(&rule.name)))
            .collect();
        anyhow::bail!(
            "no rule is left to run: {}{}",
            if reasons.is_empty() {
                "--no-pack, --rules and --severity leave none"
            } else {
                "of those that were asked for none can"
            },
            reasons.concat()
        );
    }
    let options = EngineOptions {
        ignore_index: flags.ignore_index,
        memory: flags.memory.unwrap_or(DEFAULT_MEMORY),
        workers: super::threads(flags.input.threads),
        shown: shown(flags),
    };
    Ok((
        Engine::with(loaded.rules, indicators, options),
        loaded.not_run,
        complete,
    ))
}

/// How many alerts of each rule are looked at, the first ones; `None` where all are.
fn shown(flags: &ScanFlags) -> Option<usize> {
    let is_chosen_later = flags.max_signals || !flags.host.is_empty() || !flags.user.is_empty();
    (flags.format == ScanFormat::Table && flags.limit > 0 && !is_chosen_later)
        .then_some(flags.limit)
}

/// Does any rule ask what was seen before the time that is looked at?
fn has_history(engine: &Engine) -> bool {
    engine
        .rules()
        .iter()
        .any(|compiled| matches!(compiled.rule.rule_type, RuleType::NewTerms(_)))
}

/// A scan of which nothing is left but to report it.
struct Ended<'a> {
    engine: &'a Engine,
    outcome: &'a Outcome,
    summary: &'a ReadSummary,
    not_run: &'a NotRunRules,
    filter: &'a AlertFilter,
    limit: usize,
}

impl Ended<'_> {
    fn context(&self, alerts: u64) -> account::Context<'_> {
        account::Context {
            engine: self.engine,
            outcome: self.outcome,
            summary: self.summary,
            not_run: self.not_run,
            alerts,
            limit: Limit(self.limit),
        }
    }

    /// Writes the alerts in the form that was asked for.
    fn report(&self, flags: &ScanFlags) -> anyhow::Result<Written> {
        let out = output::results(flags.output.as_deref())?;
        let threads = super::threads(flags.input.threads);
        match &flags.format {
            ScanFormat::Table => {
                let to_file = flags
                    .output
                    .as_deref()
                    .is_some_and(|path: &Path| !path.as_os_str().is_empty());
                let color = output::color(flags.color, to_file);
                let limit = Limit(self.limit);
                let account = account::Account::new(out, self.engine, limit, color);
                self.write(threads, &limit, account)
            }
            ScanFormat::Json => self.write(threads, &(), json::Array::new(out)),
            ScanFormat::Ndjson => self.write(threads, &json::Form::Findings, json::Lines::new(out)),
            ScanFormat::Ecs => self.write(threads, &json::Form::Ecs, json::Lines::new(out)),
            ScanFormat::Bulk => {
                let form = json::Form::Bulk(flags.bulk_index.clone());
                self.write(threads, &form, json::Lines::new(out))
            }
            ScanFormat::Csv => self.write(threads, &(), csv::Csv::new(out)),
        }
    }

    fn write<R: Reporter>(
        &self,
        threads: usize,
        form: &R::Form,
        mut reporter: R,
    ) -> anyhow::Result<Written> {
        let Self {
            engine,
            outcome,
            filter,
            ..
        } = self;
        let written = report::write(engine, outcome, filter, threads, form, &mut reporter)?;
        reporter.finish(&self.context(written.alerts))?;
        Ok(written)
    }
}

/// Literals for the raw search through JSON lines: every rule must have some, or the search can skip nothing.
fn verbatim_needles(engine: &Engine) -> Option<Needles> {
    let mut texts = Vec::new();
    for condition in engine.conditions() {
        texts.extend(condition.needles(&super::is_verbatim)?);
    }
    texts.sort();
    texts.dedup();
    Some(Needles { texts })
}

/// What one thread does: matches events, keeps hits.
struct ScanTask<'e> {
    worker: Worker<'e>,
    needles: Option<&'e Needles>,
    codes: Option<&'e [String]>,
    traces: TracesByKind,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Events before `from` are history for some rule.
    history: bool,
    units: &'e [Unit],
    again: Again,
    positions: Positions,
    matched: u64,
    problems: Vec<Problem>,
    failure: Option<anyhow::Error>,
}

impl Consumer for ScanTask<'_> {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        self.worker.kind(&PlacedKind::new(known))
    }

    fn peek(&mut self, kind: u32, event: &Placed<'_>, peek: &Peek<'_>) -> Peeked {
        let is_limited = self.from.is_some() || self.to.is_some();
        let place = event.place();
        if is_limited || self.again == Again::Never || !self.positions.tell(place) {
            return peek_by(&mut self.worker, kind, event, peek);
        }
        let sight = Sight {
            shows_anchors: peek.shows_traces,
            is_sure: &|| peek.is_sure(),
        };
        let position = self.positions.next(place);
        match self.worker.glimpse(kind, event, position, &sight) {
            Ok(Glimpse::Unwanted) => Peeked::Unwanted,
            Ok(Glimpse::Wanted) => Peeked::Wanted,
            Ok(Glimpse::Taken) => {
                self.positions.take(position);
                self.matched += 1;
                Peeked::Taken
            }
            Err(error) => {
                self.failed(error);
                Peeked::Unwanted
            }
        }
    }

    fn takes_all(&mut self, kind: u32) -> bool {
        self.worker.glimpses_all(kind)
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        let position = self.positions.next(event.place());
        self.positions.take(position);
        if (self.from.is_some() || self.to.is_some()) && !self.in_range(event.timestamp()) {
            let before = self.history && self.is_before(event.timestamp());
            if before && let Err(error) = self.worker.history(kind, event, position) {
                self.failed(error);
            }
            return;
        }
        match self.worker.event(kind, event, position, self.again) {
            Ok(matched) => self.matched += u64::from(matched),
            Err(error) => self.failed(error),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn needles(&self) -> Option<&Needles> {
        self.needles
    }

    fn codes(&self) -> Option<&[String]> {
        self.codes
    }

    fn traces(&mut self, kind: u32) -> Option<Arc<Traces>> {
        let worker = &self.worker;
        self.traces.of(kind, || worker.anchors_beyond_glimpse(kind))
    }

    fn text_traces(&mut self, kind: u32) -> Option<Arc<TextTraces>> {
        self.traces.of_text(kind, || self.worker.anchors(kind))
    }
}

impl ScanTask<'_> {
    fn failed(&mut self, error: std::io::Error) {
        self.failure = Some(anyhow::Error::new(error).context("cannot keep a matched event"));
    }

    fn is_before(&self, time: Option<Timestamp>) -> bool {
        time.zip(self.from).is_some_and(|(time, from)| time < from)
    }

    /// An event without a time is outside every range.
    fn in_range(&self, time: Option<Timestamp>) -> bool {
        time.is_some_and(|time| {
            self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time <= to)
        })
    }
}

impl Task for ScanTask<'_> {
    fn begin(&mut self, number: usize) {
        self.positions = Positions::new(number, &self.units[number]);
        self.again = if self.units[number].is_rereadable() {
            Again::Later
        } else {
            Again::Never
        };
        self.matched = 0;
    }

    fn end(&mut self) -> (Vec<Problem>, u64) {
        (std::mem::take(&mut self.problems), self.matched)
    }

    fn failure(&mut self) -> Option<anyhow::Error> {
        self.failure.take()
    }
}

/// What a peek tells where nothing is taken.
fn peek_by(worker: &mut Worker<'_>, kind: u32, event: &Placed<'_>, peek: &Peek<'_>) -> Peeked {
    let may_matter = if peek.shows_traces {
        worker.may_match(kind, event) || !peek.is_sure()
    } else {
        worker.glimpses_all(kind)
    };
    match may_matter {
        true => Peeked::Wanted,
        false => Peeked::Unwanted,
    }
}

/// Reads the events of completed sequences once more, from the units that hold them.
fn read_again(
    engine: &Engine,
    (needles, codes, traces): (Option<&Needles>, Option<&[String]>, &Arc<TraceStore>),
    units: &[Unit],
    options: &ReadOptions,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let wanted = engine.to_read_again(outcome);
    // One for all units: it remembers their kinds.
    let mut worker = engine.worker();
    for of_unit in wanted.chunk_by(|a, b| a >> super::POSITION_BITS == b >> super::POSITION_BITS) {
        let number = of_unit[0] >> super::POSITION_BITS;
        let Ok(place) = usize::try_from(number) else {
            continue;
        };
        let Some(unit) = units.get(place) else {
            continue;
        };
        let mut reader = Rereader {
            worker: &mut worker,
            needles,
            codes,
            traces: TracesByKind::new(traces),
            wanted: of_unit,
            positions: Positions::new(place, unit),
            outcome,
            failure: None,
        };
        unit.read(options, &mut reader);
        if let Some(error) = reader.failure {
            return Err(error.into());
        }
    }
    Ok(())
}

/// Meets the same events in the same order as [`ScanTask`] did, and gives those that are wanted.
struct Rereader<'r, 'e> {
    worker: &'r mut Worker<'e>,
    needles: Option<&'r Needles>,
    codes: Option<&'r [String]>,
    traces: TracesByKind,
    /// Positions still wanted, ascending.
    wanted: &'r [u64],
    positions: Positions,
    outcome: &'r mut Outcome,
    failure: Option<std::io::Error>,
}

impl Consumer for Rereader<'_, '_> {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        self.worker.kind(&PlacedKind::new(known))
    }

    fn peek(&mut self, kind: u32, event: &Placed<'_>, peek: &Peek<'_>) -> Peeked {
        let place = event.place();
        if !self.positions.tell(place) {
            return peek_by(self.worker, kind, event, peek);
        }
        match self.wanted.first() == Some(&self.positions.next(place)) {
            true => Peeked::Wanted,
            false => Peeked::Unwanted,
        }
    }

    fn takes_all(&mut self, kind: u32) -> bool {
        self.worker.glimpses_all(kind)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        let position = self.positions.next(event.place());
        self.positions.take(position);
        if self.wanted.first() == Some(&position) {
            self.wanted = &self.wanted[1..];
            if let Err(error) = self.outcome.give(position, event) {
                self.failure.get_or_insert(error);
            }
        }
    }

    fn problem(&mut self, _: Problem) {
        // Told when the unit was read first.
    }

    fn needles(&self) -> Option<&Needles> {
        self.needles
    }

    fn codes(&self) -> Option<&[String]> {
        self.codes
    }

    fn traces(&mut self, kind: u32) -> Option<Arc<Traces>> {
        let worker = &self.worker;
        self.traces.of(kind, || worker.anchors_beyond_glimpse(kind))
    }

    fn text_traces(&mut self, kind: u32) -> Option<Arc<TextTraces>> {
        self.traces.of_text(kind, || self.worker.anchors(kind))
    }
}
