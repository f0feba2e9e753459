//! A query over anything readable.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use gatewatch_detect::search::{
    Direction, Found, Items, Limits, Search, SearchOptions, SearchWorker, response,
};
use gatewatch_detect::{DocumentRef, DocumentStore};
use gatewatch_event::{Document, Event as _, Known};
use gatewatch_ingest::{
    Consumer, Needles, Placed, PlacedKind, Problem, TextTraces, TraceStore, Traces, TracesByKind,
};
use gatewatch_query::{EcsSchema, Options, Plan, PlanBody, compile, compile_kql};
use gatewatch_syntax::eql::parse_query;
use serde_json::{Map, Value as Json, json};

use super::explain::{self, Costs};
use crate::exit::Ending;
use crate::flags::{InputFlags, QueryFlags, QueryFormat, QueryLanguage};
use crate::output;
use crate::report::text::{columns, count};
use crate::report::{Row, problems};
use crate::run::{self, ReadSummary, Task};

/// How many bytes of documents a thread holds before it uses a temporary file.
const STORE_BUDGET: usize = 16 << 20;
/// The number of items that Elasticsearch gives when a request does not say.
const ELASTIC_SIZE: u64 = 10;
/// The widest cell of the table.
const WIDEST: usize = 44;

/// Answers the query over the logs.
pub fn run(flags: &QueryFlags) -> anyhow::Result<Ending> {
    let Some((text, paths)) = flags.words.split_first() else {
        bail!("there is no query");
    };
    let Some(plan) = planned(text, flags.language) else {
        return Ok(Ending::Refused);
    };
    if paths.is_empty() {
        bail!("there is nothing to ask: give logs after the query, or - for stdin");
    }
    let size = match (flags.size, flags.format) {
        (Some(size), _) => size,
        (None, QueryFormat::Es) => ELASTIC_SIZE,
        (None, _) => u64::MAX,
    };
    let limits = Limits::new(
        usize::try_from(size).unwrap_or(usize::MAX),
        Direction::Tail,
        plan.pipes.clone(),
    );
    let search = Search::new(
        &plan,
        SearchOptions {
            limits,
            ..SearchOptions::unlimited(&plan)
        },
    );
    let needles = needles(&search);
    let codes = crate::commands::common_codes(search.conditions());
    let input = InputFlags {
        paths: paths.to_vec(),
        timezone: flags.timezone.clone(),
        year: flags.year,
        threads: flags.threads,
        unreadable: None,
        quiet: flags.quiet,
    };
    let (found_files, units, options, progress) = crate::commands::open(&input);
    let traces = Arc::new(TraceStore::default());
    let make = || QueryTask {
        worker: search.worker(),
        store: DocumentStore::new(STORE_BUDGET),
        needles: needles.as_ref(),
        codes: codes.as_deref(),
        traces: TracesByKind::new(&traces),
        costs: flags.explain.then(|| Costs::new(&search)),
        unit: 0,
        sequence: 0,
        matched: 0,
        problems: Vec::new(),
        failure: None,
        thread: run::next_thread(),
    };
    let threads = crate::commands::threads(flags.threads);
    let (tasks, reports) = run::run(&units, threads, &options, &progress, make)?;
    progress.finish();
    let summary = ReadSummary::new(found_files, reports);
    let mut stores = Vec::new();
    let mut workers = Vec::new();
    let mut costs: Option<Costs> = None;
    for task in tasks {
        stores.push((task.thread, task.store));
        workers.push(task.worker);
        if let Some(more) = task.costs {
            costs = Some(match costs {
                Some(so_far) => so_far.plus(more),
                None => more,
            });
        }
    }
    if let Some(costs) = &costs {
        output::complain(&explain::told(
            text,
            flags.language,
            &plan,
            needles.as_ref(),
            costs,
            &summary,
        ));
    }
    let found = match search.finish(workers) {
        Ok(found) => found,
        Err(error) => {
            output::complain(problems::in_text(text, &[error.into()]).trim_end());
            return Ok(Ending::Refused);
        }
    };
    write(flags, &plan, &found, &stores)?;
    if !flags.quiet {
        output::complain(&closing(&found, &summary));
    }
    Ok(summary.ending())
}

/// The plan of a query; its problems are told on stderr.
fn planned(text: &str, language: QueryLanguage) -> Option<Plan> {
    let options = Options {
        now: crate::commands::now(),
        ..Options::default()
    };
    let planned = match language {
        QueryLanguage::Eql => parse_query(text)
            .into_result()
            .and_then(|tree| compile(&tree, text, &EcsSchema, &options)),
        QueryLanguage::Kql => compile_kql(text, &EcsSchema, &options),
    };
    match planned {
        Ok(plan) => {
            if !plan.warnings.is_empty() {
                output::complain(problems::in_text(text, &plan.warnings).trim_end());
            }
            Some(plan)
        }
        Err(found) => {
            output::complain(problems::in_text(text, &found).trim_end());
            None
        }
    }
}

fn needles(search: &Search) -> Option<Needles> {
    let mut texts = Vec::new();
    for condition in search.conditions() {
        texts.extend(condition.needles(&crate::commands::is_verbatim)?);
    }
    texts.sort();
    texts.dedup();
    Some(Needles { texts })
}

/// A document of one of the threads.
type Kept = (usize, DocumentRef);

struct QueryTask<'s> {
    worker: SearchWorker<'s, Kept>,
    store: DocumentStore,
    needles: Option<&'s Needles>,
    codes: Option<&'s [String]>,
    traces: TracesByKind,
    costs: Option<Costs>,
    unit: u64,
    sequence: u64,
    matched: u64,
    problems: Vec<Problem>,
    failure: Option<anyhow::Error>,
    thread: usize,
}

impl Consumer for QueryTask<'_> {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let wanted = self.worker.kind(&PlacedKind::new(known));
        if let Some(costs) = &mut self.costs {
            costs.kind(wanted.is_some());
        }
        wanted
    }

    fn may_matter(&mut self, kind: u32, event: &Placed<'_>) -> bool {
        // Costs are counted over whole events.
        self.costs.is_some() || self.worker.may_match(kind, event)
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        self.sequence += 1;
        let position = (self.unit << crate::commands::POSITION_BITS) | self.sequence;
        let started = self.costs.as_ref().map(|_| std::time::Instant::now());
        let (store, thread) = (&mut self.store, self.thread);
        let matched = self
            .worker
            .event(kind, event, position, || -> anyhow::Result<Kept> {
                let mut bytes = Vec::new();
                event.write_json(&mut bytes);
                Ok((thread, store.push(&bytes)?))
            });
        match matched {
            Ok(matched) => self.matched += u64::from(matched),
            Err(error) => self.failure = Some(error.context("cannot keep a matched event")),
        }
        if let (Some(costs), Some(started)) = (&mut self.costs, started) {
            costs.event(event, started.elapsed());
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
        self.traces.of(kind, || self.worker.anchors(kind))
    }

    fn text_traces(&mut self, kind: u32) -> Option<Arc<TextTraces>> {
        self.traces.of_text(kind, || self.worker.anchors(kind))
    }
}

impl Task for QueryTask<'_> {
    fn begin(&mut self, number: usize) {
        self.unit = number as u64;
        self.sequence = 0;
        self.matched = 0;
    }

    fn end(&mut self) -> (Vec<Problem>, u64) {
        (std::mem::take(&mut self.problems), self.matched)
    }

    fn failure(&mut self) -> Option<anyhow::Error> {
        self.failure.take()
    }
}

fn document(stores: &[(usize, DocumentStore)], kept: Kept) -> anyhow::Result<Document> {
    let store = stores
        .iter()
        .find(|(thread, _)| *thread == kept.0)
        .map(|(_, store)| store);
    let Some(store) = store else {
        bail!("the thread that kept an event is gone");
    };
    let map: Map<String, Json> = serde_json::from_slice(&store.get(kept.1)?)?;
    Ok(Document::from_map(map))
}

/// The events of the answer, by item: one for a single event, several for a sequence or sample.
fn items(found: &Found<Kept>) -> Vec<(Vec<Json>, Vec<Option<Kept>>)> {
    match &found.items {
        Items::Events(events) => events
            .iter()
            .map(|kept| (Vec::new(), vec![Some(*kept)]))
            .collect(),
        Items::Sequences(sequences) => sequences
            .iter()
            .map(|sequence| {
                let keys = sequence
                    .key
                    .iter()
                    .map(gatewatch_query::KeyValue::to_json)
                    .collect();
                (keys, sequence.events.clone())
            })
            .collect(),
    }
}

fn write(
    flags: &QueryFlags,
    plan: &Plan,
    found: &Found<Kept>,
    stores: &[(usize, DocumentStore)],
) -> anyhow::Result<()> {
    let mut out = output::results(flags.output.as_deref())?;
    match flags.format {
        QueryFormat::Es => {
            let sample = matches!(plan.body, PlanBody::Sample(_));
            let mut failed = None;
            let json = response(found.clone(), sample, &mut |kept| {
                hit(stores, kept).unwrap_or_else(|error| {
                    failed.get_or_insert(error);
                    Json::Null
                })
            });
            if let Some(error) = failed {
                return Err(error);
            }
            serde_json::to_writer_pretty(&mut out, &json)?;
            writeln!(out)?;
        }
        QueryFormat::Ndjson => {
            for (_, events) in items(found) {
                for kept in events.into_iter().flatten() {
                    serde_json::to_writer(&mut out, document(stores, kept)?.as_map())?;
                    writeln!(out)?;
                }
            }
        }
        QueryFormat::Table => table(&mut out, found, stores)?,
    }
    out.flush()?;
    Ok(())
}

/// A document as a hit of Elasticsearch. Where it was read stands for its id.
fn hit(stores: &[(usize, DocumentStore)], kept: Kept) -> anyhow::Result<Json> {
    let document = document(stores, kept)?;
    let text = |path: &str| {
        document
            .get(path)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let path = document
        .get("gatewatch.input.path")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned();
    let id = text("gatewatch.input.offset");
    Ok(json!({"_index": path, "_id": id, "_source": document.into_json()}))
}

fn table(
    out: &mut dyn std::io::Write,
    found: &Found<Kept>,
    stores: &[(usize, DocumentStore)],
) -> anyhow::Result<()> {
    let sequences = matches!(found.items, Items::Sequences(_));
    let mut rows = Vec::new();
    for (number, (keys, events)) in (1..).zip(items(found)) {
        for kept in events {
            let mut cells = match kept {
                Some(kept) => Row::of_event(&document(stores, kept)?).cells(),
                None => vec![String::new(), "(no such event)".into()],
            };
            if sequences {
                let keys: Vec<String> = keys.iter().map(shown_key).collect();
                cells.insert(0, keys.join(", "));
                cells.insert(0, format!("{number}"));
            }
            rows.push(cells);
        }
    }
    let mut header = vec![
        "time", "host", "action", "user", "source", "outcome", "where",
    ];
    if sequences {
        header.insert(0, "join keys");
        header.insert(0, "no.");
    }
    for row in &mut rows {
        row.resize(header.len(), String::new());
    }
    if rows.is_empty() {
        return Ok(());
    }
    for line in columns(&header, &rows, WIDEST) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn shown_key(key: &Json) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

fn closing(found: &Found<Kept>, summary: &ReadSummary) -> String {
    let answer = match &found.items {
        Items::Events(events) => count(events.len() as u64, "event", "events"),
        Items::Sequences(sequences) => count(sequences.len() as u64, "sequence", "sequences"),
    };
    let mut line = format!(
        "{answer} of {} read, {} could not be read.",
        count(summary.counts.records, "record", "records"),
        count(summary.counts.unreadable, "record", "records"),
    );
    if found.timeless > 0 {
        line.push_str(&format!(
            "\n{} matched but have no time and were left out of sequences.",
            count(found.timeless, "event", "events")
        ));
    }
    let dropped = found.sequences.dropped_partials
        + found.sequences.dropped_waiting
        + found.sequences.dropped_leading;
    if dropped + found.refused > 0 {
        line.push_str(&format!(
            "\n{} dropped for the bound on memory: the answer may be incomplete.",
            count(
                dropped + found.refused,
                "unfinished match was",
                "unfinished matches were"
            )
        ));
    }
    for problem in summary.problems.iter().take(20) {
        line.push_str(&format!("\n  {}: {}", problem.place, problem.reason));
    }
    line
}

/// Shown beside a duration: never more digits than it deserves.
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
