//! Tests that every source runs, see CONTRIBUTING.md, "Adding a source".
//!
//! - [`samples`]: the source's own logs in `<source>/samples/NAME.log` against the documents in `NAME.ecs.ndjson` beside them
//!   (`GATEWATCH_BLESS=1` writes them anew: read the difference before committing it);
//! - [`golden`]: Elastic's expected documents in the shared test data, where they are at hand;
//! - [`claimed`]: that files of the shared test data are read as this source, line by line.
#![allow(clippy::print_stdout, reason = "tests say what they skip")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gatewatch_event::{Document, Event as _, Field, FieldType, Known, Value, document_values};
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::mapping::{ACCESS_FIELDS, Source};
use crate::{Consumer, Placed, Problem, ReadOptions, find, units};

/// How to read a file.
pub(crate) struct Reading {
    /// The year of lines without one.
    pub(crate) year: i16,
    /// The zone of times without one.
    pub(crate) zone: TimeZone,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            year: 2026,
            zone: TimeZone::UTC,
        }
    }
}

/// What came out of a file.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) documents: Vec<Document>,
    pub(crate) problems: Vec<Problem>,
    kinds: Vec<Vec<(&'static str, Vec<Value<'static>>)>>,
    paths: Vec<&'static str>,
}

impl Consumer for Collected {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let facts = self
            .paths
            .iter()
            .filter_map(|path| Some((*path, known.known(Field::new(path))?.to_vec())))
            .collect();
        self.kinds.push(facts);
        u32::try_from(self.kinds.len() - 1).ok()
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        let document = event.document();
        for path in leaves_of(document.as_map()) {
            let shown = shown(&document, &path);
            let seen: Vec<String> = event.all(Field::new(&path)).iter().map(text).collect();
            assert_eq!(
                seen, shown,
                "a rule sees other values of {path} than the document shows"
            );
        }
        for (path, known) in &self.kinds[kind as usize] {
            let known: Vec<String> = known.iter().map(text).collect();
            let shown = shown(&document, path);
            let placed = matches!(*path, "log.file.path" | "log.offset" | "host.id");
            assert!(
                placed || known == shown,
                "{path} was known to be {known:?} and is {shown:?}"
            );
        }
        for field in ACCESS_FIELDS {
            for text in self::shown(&document, field.name) {
                let fits = match field.field_type {
                    FieldType::Ip => text.parse::<std::net::IpAddr>().is_ok(),
                    FieldType::Long => text.parse::<i64>().is_ok(),
                    _ => !text.is_empty(),
                };
                assert!(fits, "{} is {text:?}", field.name);
            }
        }
        self.documents.push(document);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// As documents show it, times in one form.
fn text(value: &Value<'_>) -> String {
    let text = value.text();
    match (value, gatewatch_event::parse_iso(&text)) {
        (Value::Date(time), _) => time.to_iso(3),
        (_, Some(time)) if text.contains('T') => time.to_iso(3),
        _ => text.into_owned(),
    }
}

fn shown(document: &Document, path: &str) -> Vec<String> {
    let mut shown = Vec::new();
    document_values(document.as_map(), path, &mut |value| {
        shown.push(text(&value));
        true
    });
    shown
}

fn leaves_of(map: &Map<String, Json>) -> Vec<String> {
    let mut leaves = Vec::new();
    for (key, value) in map {
        match value {
            Json::Object(inner) => {
                leaves.extend(
                    leaves_of(inner)
                        .into_iter()
                        .map(|leaf| format!("{key}.{leaf}")),
                );
            }
            _ => leaves.push(key.clone()),
        }
    }
    leaves
}

/// Reads a file as `gatewatch scan` does.
pub(crate) fn read(path: &Path, reading: &Reading) -> Collected {
    let found = find(&[path.to_string_lossy().into_owned()]);
    let options = ReadOptions {
        time_zone: reading.zone.clone(),
        time_zone_assumed: false,
        year: Some(reading.year),
        ..ReadOptions::default()
    };
    let mut collected = Collected {
        paths: super::SOURCES
            .iter()
            .flat_map(|source| source.fields().iter().map(super::mapping::Entry::path))
            .chain([
                "event.code",
                "event.action",
                "event.category",
                "event.dataset",
            ])
            .collect(),
        ..Collected::default()
    };
    for unit in units(&found.files) {
        let before = collected.documents.len() as u64;
        let counts = unit.read(&options, &mut collected);
        let events = collected.documents.len() as u64 - before;
        assert_eq!(
            counts.records,
            events + counts.unreadable,
            "{}: a record was lost",
            path.display()
        );
    }
    collected
}

/// Is the document one of this source, by its dataset?
fn is_of(source: &dyn Source, document: &Document) -> bool {
    let dataset = document.get("event.dataset").and_then(Json::as_str);
    dataset == Some(source.dataset())
        || dataset.is_some_and(|dataset| source.more_datasets().contains(&dataset))
}

/// Reads lines of text as a file and gives the dataset of each record: for wrong lines among right ones.
pub(crate) fn datasets_of(text: &str) -> Vec<String> {
    let mut collected = Collected::default();
    let options = super::TextOptions {
        year: crate::format::syslog::YearBasis::Given(2026),
        ..super::TextOptions::default()
    };
    super::read_text(text.as_bytes(), "test".into(), &options, &mut collected);
    collected
        .documents
        .iter()
        .map(|document| shown(document, "event.dataset").concat())
        .collect()
}

fn folder(source: &dyn Source) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/source")
        .join(source.name())
}

/// The source's own logs give the documents beside them.
pub(crate) fn samples(source: &dyn Source) {
    let folder = folder(source).join("samples");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| !path.to_string_lossy().ends_with(".ecs.ndjson"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no samples", source.name());
    for path in files {
        let collected = read(&path, &Reading::default());
        let mut got = String::new();
        for document in &collected.documents {
            assert!(is_of(source, document), "{}: {document:?}", path.display());
            let mut shown = document.clone();
            for place in ["log.file.path", "gatewatch.input.path"] {
                shown.remove(place);
            }
            writeln!(got, "{}", shown.into_json()).expect("a String takes all");
        }
        for problem in &collected.problems {
            assert_ne!(
                problem.kind,
                crate::ProblemKind::NotALog,
                "{}: {problem:?}",
                path.display()
            );
        }
        let expected = path.with_extension("ecs.ndjson");
        if std::env::var_os("GATEWATCH_BLESS").is_some() {
            fs::write(&expected, &got).expect("the documents can be written");
        }
        let want = fs::read_to_string(&expected).unwrap_or_default();
        let same = want
            .lines()
            .zip(got.lines())
            .take_while(|(want, got)| want == got);
        let same = same.count();
        assert!(
            want == got,
            "{}: GATEWATCH_BLESS=1 writes it anew. The first difference is in line {}:\n{}\nnot\n{}",
            expected.display(),
            same + 1,
            got.lines().nth(same).unwrap_or("nothing"),
            want.lines().nth(same).unwrap_or("nothing"),
        );
    }
}

/// A file of the shared test data, or `None` after saying that it is not there.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("sources").join(part);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: {} is not there; set GATEWATCH_SHARED to the folder of shared test data",
        path.display()
    );
    None
}

/// Fields of Elastic's documents that come from the shipper or a database, or that name the source in their own way.
const IGNORED: &[&str] = &[
    "agent.",
    "event.ingested",
    "event.created",
    "log.offset",
    "input.type",
    "service.type",
    "fileset.",
    "tags",
    "event.original",
    "log.file.path",
    "ecs.version",
    "_tmp",
    "event.module",
    "event.dataset",
    "data_stream.",
    "observer.",
    "elastic_agent.",
    "message",
];

fn is_ignored(path: &str) -> bool {
    IGNORED.iter().any(|start| path.starts_with(start))
        || path.contains(".geo")
        || path.contains(".as.")
        || path.ends_with(".as")
}

/// Every leaf of a document, arrays as sorted texts.
fn leaves(prefix: &str, map: &Map<String, Json>, into: &mut Vec<(String, String)>) {
    for (key, value) in map {
        let path = format!("{prefix}{key}");
        match value {
            Json::Object(inner) => leaves(&format!("{path}."), inner, into),
            Json::Array(values) => {
                let mut texts: Vec<String> = values.iter().map(plain).collect();
                texts.sort_unstable();
                into.push((path, texts.join(" | ")));
            }
            other => into.push((path, plain(other))),
        }
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The expected fields that a document has not, or has otherwise; times are compared as moments.
pub(crate) fn differences(expected: &Map<String, Json>, document: &Document) -> Vec<String> {
    let (mut wanted, mut got) = (Vec::new(), Vec::new());
    leaves("", expected, &mut wanted);
    leaves("", document.as_map(), &mut got);
    // Elasticsearch's `date` has milliseconds, though a document may hold more digits.
    let moment = |text: &str| {
        let time = gatewatch_event::parse_iso(text).filter(|_| text.contains('T'))?;
        Some(time.to_iso(3))
    };
    wanted
        .into_iter()
        .filter(|(path, _)| !is_ignored(path))
        .filter_map(|(path, want)| {
            let have = got.iter().find(|(have, _)| *have == path);
            let have = have.map(|(_, value)| value.as_str());
            let same = have == Some(want.as_str())
                || have.is_some_and(|have| moment(have).is_some() && moment(have) == moment(&want));
            (!same).then(|| format!("{path}: {want:?}, not {have:?}"))
        })
        .collect()
}

/// The file beside `expected.NAME.json` gives those documents. `exceptions` are places where the expectation is wrong or of
/// another age: the number of the document (from 0; `usize::MAX` for any), the field, and why.
pub(crate) fn golden(
    folder: &str,
    name: &str,
    reading: &Reading,
    exceptions: &[(usize, &str, &str)],
) {
    let Some(directory) = shared(folder) else {
        return;
    };
    let text = fs::read_to_string(directory.join(format!("expected.{name}.json")))
        .expect("the expectation is there");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let expected = json
        .get("expected")
        .unwrap_or(&json)
        .as_array()
        .expect("a list of documents");
    let start = format!("input.{name}.");
    let input = fs::read_dir(&directory)
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            file.starts_with(&start)
        })
        .expect("the input is there");
    let mut found = read(&input, reading).documents;
    let is_open = !fs::read(&input)
        .expect("the input can be read")
        .ends_with(b"\n");
    if is_open && found.len() == expected.len() + 1 {
        // Filebeat waits for the end of a line.
        found.pop();
    }
    let mut wrong = Vec::new();
    let mut unused: Vec<&(usize, &str, &str)> = exceptions.iter().collect();
    // A null stands for a line that the pipeline drops.
    let wanted: Vec<&Map<String, Json>> = expected.iter().filter_map(Json::as_object).collect();
    if wanted.len() != found.len() && expected.len() != found.len() {
        wrong.push(format!("{} documents, not {}", found.len(), expected.len()));
    }
    let by_line = expected.len() == found.len();
    let mut next = 0;
    for (at, want) in expected.iter().enumerate() {
        let Some(want) = want.as_object() else {
            continue;
        };
        let document = if by_line {
            found.get(at)
        } else {
            found.get(next)
        };
        next += 1;
        let Some(document) = document else {
            continue;
        };
        for difference in differences(want, document) {
            let known = exceptions.iter().find(|(place, field, _)| {
                (*place == at || *place == usize::MAX) && difference.starts_with(field)
            });
            match known {
                Some(known) => unused.retain(|entry| *entry != known),
                None => wrong.push(format!("{at}: {difference}")),
            }
        }
    }
    wrong.extend(
        unused
            .iter()
            .map(|entry| format!("no difference any more: {entry:?}")),
    );
    assert!(wrong.is_empty(), "{folder} {name}\n{}", wrong.join("\n"));
}

/// Every record of these files of the shared test data is of this source, save `others` of them.
pub(crate) fn claimed(source: &dyn Source, folder: &str, files: &[(&str, usize)]) {
    let Some(directory) = shared(folder) else {
        return;
    };
    for (file, others) in files {
        let collected = read(&directory.join(file), &Reading::default());
        let foreign: Vec<String> = collected
            .documents
            .iter()
            .filter(|document| !is_of(source, document))
            .map(|document| document.clone().into_json().to_string())
            .collect();
        let unreadable: Vec<String> = collected
            .problems
            .iter()
            .map(|problem| problem.reason.clone())
            .collect();
        assert!(!collected.documents.is_empty(), "{file}: {unreadable:?}");
        assert_eq!(foreign.len(), *others, "{file}: {foreign:#?}");
    }
}

/// The access record of each line of the source's sample: `service outcome method user ip:port`, `-` for what is not said.
pub(crate) fn access(source: &dyn Source, sample: &str, expect: &[&str]) {
    let path = folder(source).join("samples").join(sample);
    let collected = read(&path, &Reading::default());
    let got: Vec<String> = collected
        .documents
        .iter()
        .map(|document| {
            let part = |name: &str| {
                let found = shown(document, &format!("gatewatch.remote.{name}"));
                found.into_iter().next().unwrap_or_else(|| "-".to_owned())
            };
            format!(
                "{} {} {} {} {}:{}",
                part("service"),
                part("outcome"),
                part("method"),
                part("user"),
                part("ip"),
                part("port")
            )
        })
        .collect();
    assert_eq!(got, expect, "{}", path.display());
}

/// The lines of `input.fail2ban-NAME.EXTENSION` that fail2ban takes for attacks have the remote address that it expects.
pub(crate) fn hosts(source: &dyn Source, folder: &str, name: &str, extension: &str) {
    let Some(directory) = shared(folder) else {
        return;
    };
    let input = directory.join(format!("input.fail2ban-{name}.{extension}"));
    let text = fs::read_to_string(directory.join(format!("fail2ban-{name}.match.json")))
        .expect("the truth is there");
    let truth: Json = serde_json::from_str(&text).expect("JSON");
    let documents = read(&input, &Reading::default()).documents;
    let truth = truth.as_array().expect("a list of lines");
    assert_eq!(documents.len(), truth.len(), "{}", input.display());
    let mut compared = 0;
    for (document, line) in documents.iter().zip(truth) {
        assert!(is_of(source, document), "{line}");
        if let Some(host) = line.pointer("/fail2ban/host").and_then(Json::as_str) {
            assert_eq!(shown(document, "gatewatch.remote.ip"), [host], "{line}");
            compared += 1;
        }
    }
    assert!(compared > 0, "{} says nothing", input.display());
}

/// The outcomes that these logs of `corpus/` show in the lines of an attempt are those of the attempts in `TRUTH.tsv`, and what is shown of
/// user and address is what was used.
pub(crate) fn corpus(source: &dyn Source, files: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let truth = fs::read_to_string(root.join("TRUTH.tsv")).expect("the truth is there");
    for file in files {
        let path = root.join(file);
        let bytes = fs::read(&path).expect("the log is there");
        let collected = read(&path, &Reading::default());
        let lines: Vec<(usize, &Document)> = collected
            .documents
            .iter()
            .map(|document| {
                let offset = document.get("log.offset").and_then(Json::as_u64);
                let offset = usize::try_from(offset.expect("a place")).expect("in memory");
                let line = bytes[..offset]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count()
                    + 1;
                (line, document)
            })
            .collect();
        let mut attempts = 0;
        for row in truth
            .lines()
            .filter(|row| row.starts_with(&format!("{file}\t")))
        {
            let cells: Vec<&str> = row.split('\t').collect();
            let number = |at: usize| cells[at].parse::<usize>().expect("a line");
            let (from, to, outcome) = (number(1), number(2), cells[5]);
            // Lines of the end of an earlier session may stand among those of an attempt.
            let of_attempt = lines.iter().filter(|(line, _)| (from..=to).contains(line));
            let mut outcomes = Vec::new();
            for (line, document) in of_attempt {
                assert!(is_of(source, document), "{file} {line}: {row}");
                let told = shown(document, "gatewatch.remote.outcome");
                let Some(told @ ("success" | "failure")) = told.first().map(String::as_str) else {
                    continue;
                };
                assert_eq!(told, outcome, "{file} {line}: {row}");
                outcomes.push(told.to_owned());
                for address in shown(document, "gatewatch.remote.ip") {
                    assert_eq!(address, cells[8], "{file} {line}: {row}");
                }
                for user in shown(document, "gatewatch.remote.user") {
                    assert_eq!(user, cells[7], "{file} {line}: {row}");
                }
            }
            let told = matches!(outcome, "success" | "failure");
            // A log need not tell of every attempt; where it does, the truth names the lines.
            assert_eq!(
                !outcomes.is_empty(),
                told && (cells[3] != "-" || !outcomes.is_empty()),
                "{row}"
            );
            attempts += usize::from(told && !outcomes.is_empty());
        }
        assert!(attempts > 0, "{file}: nobody tried anything");
    }
}

#[test]
fn every_source_has_a_page_and_samples() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sources");
    // The worked example of CONTRIBUTING.md has none.
    let sources = super::SOURCES.iter();
    for source in sources.filter(|source| source.name() != "gated") {
        let page = docs.join(format!("{}.md", source.name().replace('_', "-")));
        assert!(page.is_file(), "{} is missing", page.display());
        assert!(
            folder(*source).join("samples").is_dir(),
            "{}",
            source.name()
        );
        assert!(!source.title().is_empty() && source.dataset().contains('.'));
    }
}

/// Lines that are cut anywhere, or hold a character of several bytes there, are read without harm by every source.
#[test]
fn cut_lines_do_no_harm() {
    /// Every place of every line would take minutes.
    const STEP: usize = 31;
    let mut cut = Vec::new();
    for (start, source) in super::SOURCES.iter().enumerate() {
        let samples = folder(*source).join("samples");
        for entry in fs::read_dir(&samples).into_iter().flatten().flatten() {
            if entry.path().to_string_lossy().ends_with(".ecs.ndjson") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("a sample is UTF-8");
            for (number, line) in text.lines().enumerate() {
                let places = (0..line.len()).skip((start + number) % STEP);
                for at in places.step_by(STEP).filter(|at| line.is_char_boundary(*at)) {
                    cut.clear();
                    cut.extend_from_slice(&line.as_bytes()[..at]);
                    super::check_bytes(&cut);
                    cut.extend_from_slice("ä\"".as_bytes());
                    cut.extend_from_slice(&line.as_bytes()[at..]);
                    super::check_bytes(&cut);
                }
            }
        }
    }
}

/// No sample of one source is claimed as surely by another.
#[test]
fn sources_do_not_fight() {
    let mut wrong = Vec::new();
    for source in super::SOURCES {
        let folder = folder(*source).join("samples");
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.path().to_string_lossy().ends_with(".ecs.ndjson") {
                continue;
            }
            let collected = read(&entry.path(), &Reading::default());
            let ties = collected
                .problems
                .iter()
                .filter(|problem| problem.reason.contains("read as"));
            wrong.extend(ties.map(|problem| format!("{problem:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
