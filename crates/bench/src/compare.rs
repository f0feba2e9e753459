//! Runs gatewatch and its peers side by side and prints the ratios.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value as Json, json};

use crate::make::{EVTX_DIRECTORY, EXPECTED_FILE, NDJSON_FILE};
use crate::measure::{Job, Usage};

const DUCKDB_SCRIPT: &str = include_str!("duckdb_seed.py");

/// What to compare.
#[derive(clap::Args)]
pub struct Options {
    /// The directory that `make` has filled.
    directory: PathBuf,
    /// The program to measure.
    #[arg(long)]
    gatewatch: PathBuf,
    /// evtx_dump of the evtx crate, for the ratios on EVTX.
    #[arg(long)]
    evtx_dump: Option<PathBuf>,
    /// A Python that has DuckDB, for the ratio on NDJSON.
    #[arg(long, value_name = "PYTHON")]
    duckdb: Option<PathBuf>,
    /// The reference query as a rule.
    #[arg(
        long,
        default_value = "rules/initial_access/external-remote-services-reference.toml"
    )]
    rule: PathBuf,
    /// A small file, for the time that a start takes.
    #[arg(long, default_value = "corpus/windows/fs01/Security.evtx")]
    small: PathBuf,
    /// How often everything is run after the warm-up.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Also write all measurements to a file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// The things that are measured. Their order is that of the runs within a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    EvtxDump,
    EvtxSeed,
    EvtxSeedTwoThreads,
    EvtxPack,
    Cat,
    DuckDb,
    NdjsonSeed,
    NdjsonSeedTwoThreads,
    NdjsonPack,
    Version,
    SmallFile,
}

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::EvtxDump => "evtx_dump -t 1, EVTX",
            Self::EvtxSeed => "gatewatch, reference query, EVTX, 1 thread",
            Self::EvtxSeedTwoThreads => "gatewatch, reference query, EVTX, 2 threads",
            Self::EvtxPack => "gatewatch, pack, EVTX, 1 thread",
            Self::Cat => "cat, NDJSON",
            Self::DuckDb => "DuckDB, 1 thread, NDJSON",
            Self::NdjsonSeed => "gatewatch, reference query, NDJSON, 1 thread",
            Self::NdjsonSeedTwoThreads => "gatewatch, reference query, NDJSON, 2 threads",
            Self::NdjsonPack => "gatewatch, pack, NDJSON, 1 thread",
            Self::Version => "gatewatch --version",
            Self::SmallFile => "gatewatch, pack, one small file",
        }
    }

    /// Which of the expected numbers the output's lines must be.
    fn expected(self) -> Option<&'static str> {
        match self {
            Self::EvtxDump => Some("/evtx/records"),
            Self::EvtxSeed | Self::EvtxSeedTwoThreads => Some("/evtx/hits"),
            Self::Cat => Some("/ndjson/records"),
            Self::NdjsonSeed | Self::NdjsonSeedTwoThreads => Some("/ndjson/hits"),
            _ => None,
        }
    }

    fn is_gatewatch(self) -> bool {
        !matches!(self, Self::EvtxDump | Self::Cat | Self::DuckDb)
    }
}

/// A number that is promised, and how it is computed.
struct Bar {
    text: &'static str,
    value: fn(&Medians) -> Option<f64>,
    limit: f64,
    unit: &'static str,
}

const BARS: [Bar; 10] = [
    Bar {
        text: "EVTX, reference query: CPU / evtx_dump",
        value: |all| all.cpu_ratio(Case::EvtxSeed, Case::EvtxDump),
        limit: 0.25,
        unit: "x",
    },
    Bar {
        text: "EVTX, reference query: wall on 2 threads / on 1",
        value: |all| all.wall_ratio(Case::EvtxSeedTwoThreads, Case::EvtxSeed),
        limit: 0.55,
        unit: "x",
    },
    Bar {
        text: "EVTX, whole pack: CPU / evtx_dump",
        value: |all| all.cpu_ratio(Case::EvtxPack, Case::EvtxDump),
        limit: 0.5,
        unit: "x",
    },
    Bar {
        text: "NDJSON, reference query: CPU / cat",
        value: |all| all.cpu_ratio(Case::NdjsonSeed, Case::Cat),
        limit: 2.5,
        unit: "x",
    },
    Bar {
        text: "NDJSON, reference query: CPU / DuckDB",
        value: |all| all.cpu_ratio(Case::NdjsonSeed, Case::DuckDb),
        limit: 0.3,
        unit: "x",
    },
    Bar {
        text: "NDJSON, whole pack: CPU / cat",
        value: |all| all.cpu_ratio(Case::NdjsonPack, Case::Cat),
        limit: 6.0,
        unit: "x",
    },
    Bar {
        text: "peak memory, EVTX",
        value: |all| all.peak(&[Case::EvtxSeed, Case::EvtxSeedTwoThreads, Case::EvtxPack]),
        limit: 150.0,
        unit: "MiB",
    },
    Bar {
        text: "peak memory, NDJSON",
        value: |all| {
            all.peak(&[
                Case::NdjsonSeed,
                Case::NdjsonSeedTwoThreads,
                Case::NdjsonPack,
            ])
        },
        limit: 150.0,
        unit: "MiB",
    },
    Bar {
        text: "start: --version",
        value: |all| all.milliseconds(Case::Version),
        limit: 10.0,
        unit: "ms",
    },
    Bar {
        text: "start: one small file, whole pack",
        value: |all| all.milliseconds(Case::SmallFile),
        limit: 50.0,
        unit: "ms",
    },
];

/// Runs everything and gives the report.
pub fn compare(options: &Options) -> anyhow::Result<String> {
    let jobs = jobs(options)?;
    let expected = expected(&options.directory)?;
    let mut report = String::new();
    // The warm-up fills the page cache and shows whether the answers are right.
    for (case, job) in &jobs {
        let usage = Job {
            count_lines: true,
            ..job.clone()
        }
        .run()
        .with_context(|| case.name())?;
        let Some(path) = case.expected() else {
            continue;
        };
        let wanted = expected.pointer(path).and_then(Json::as_u64);
        if wanted != Some(usage.lines) {
            report.push_str(&format!(
                "WRONG: {} wrote {} lines, expected are {wanted:?}\n",
                case.name(),
                usage.lines
            ));
        }
    }
    let mut runs: BTreeMap<Case, Vec<Usage>> = BTreeMap::new();
    for _ in 0..options.rounds.max(1) {
        for (case, job) in &jobs {
            let usage = job.run().with_context(|| case.name())?;
            runs.entry(*case).or_default().push(usage);
        }
    }
    let medians = Medians(
        runs.iter()
            .map(|(case, usages)| (*case, median(usages)))
            .collect(),
    );
    report.push_str(&medians.table());
    report.push_str(&medians.bars());
    if let Some(path) = &options.json {
        let json = measurements(&runs);
        std::fs::write(path, format!("{json:#}\n"))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(report)
}

/// The commands of each case; cases whose program is not given are left out.
fn jobs(options: &Options) -> anyhow::Result<Vec<(Case, Job)>> {
    let evtx = evtx_files(&options.directory)?;
    let ndjson = vec![path_text(&options.directory.join(NDJSON_FILE))?];
    let gatewatch = path_text(&options.gatewatch)?;
    let rule = path_text(&options.rule)?;
    let scan = |files: &[String], arguments: &[&str]| {
        let mut command = vec![gatewatch.clone(), "scan".to_owned()];
        command.extend_from_slice(files);
        command.extend(["--format", "ndjson"].map(str::to_owned));
        command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        vec![command]
    };
    let seed = ["--rules", &rule, "--no-pack", "--threads"];
    let seed_on = |threads| [&seed[..], &[threads]].concat();
    let pack = ["--threads", "1"];
    let mut jobs = Vec::new();
    if let Some(evtx_dump) = &options.evtx_dump {
        let program = path_text(evtx_dump)?;
        let dump = |file: &String| {
            let mut command = vec![program.clone()];
            command.extend(["-t", "1", "-o", "jsonl"].map(str::to_owned));
            command.push(file.clone());
            command
        };
        jobs.push((Case::EvtxDump, evtx.iter().map(dump).collect()));
    }
    jobs.push((Case::EvtxSeed, scan(&evtx, &seed_on("1"))));
    jobs.push((Case::EvtxSeedTwoThreads, scan(&evtx, &seed_on("2"))));
    jobs.push((Case::EvtxPack, scan(&evtx, &pack)));
    jobs.push((Case::Cat, vec![vec!["cat".to_owned(), ndjson[0].clone()]]));
    if let Some(python) = &options.duckdb {
        let command = vec![
            path_text(python)?,
            "-c".to_owned(),
            DUCKDB_SCRIPT.to_owned(),
            ndjson[0].clone(),
            "1".to_owned(),
        ];
        jobs.push((Case::DuckDb, vec![command]));
    }
    jobs.push((Case::NdjsonSeed, scan(&ndjson, &seed_on("1"))));
    jobs.push((Case::NdjsonSeedTwoThreads, scan(&ndjson, &seed_on("2"))));
    jobs.push((Case::NdjsonPack, scan(&ndjson, &pack)));
    jobs.push((
        Case::Version,
        vec![vec![gatewatch.clone(), "--version".to_owned()]],
    ));
    jobs.push((Case::SmallFile, scan(&[path_text(&options.small)?], &[])));
    Ok(jobs
        .into_iter()
        .map(|(case, commands)| {
            let count_lines = false;
            (
                case,
                Job {
                    commands,
                    count_lines,
                },
            )
        })
        .collect())
}

fn evtx_files(directory: &Path) -> anyhow::Result<Vec<String>> {
    let directory = directory.join(EVTX_DIRECTORY);
    let mut files = Vec::new();
    let entries = std::fs::read_dir(&directory)
        .with_context(|| format!("cannot read {}; run `make` first", directory.display()))?;
    for entry in entries {
        files.push(path_text(&entry?.path())?);
    }
    if files.is_empty() {
        bail!("no files in {}; run `make` first", directory.display());
    }
    files.sort();
    Ok(files)
}

fn expected(directory: &Path) -> anyhow::Result<Json> {
    let path = directory.join(EXPECTED_FILE);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}; run `make` first", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// A path as an argument.
pub fn path_text(path: &Path) -> anyhow::Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The middle of each measure, and the largest peak.
pub fn median(usages: &[Usage]) -> Usage {
    let middle = |measure: fn(&Usage) -> Duration| {
        let mut values: Vec<Duration> = usages.iter().map(measure).collect();
        values.sort();
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Usage {
        wall: middle(|usage| usage.wall),
        cpu: middle(|usage| usage.cpu),
        peak_kib: usages.iter().map(|usage| usage.peak_kib).max().unwrap_or(0),
        lines: 0,
    }
}

struct Medians(BTreeMap<Case, Usage>);

impl Medians {
    fn cpu_ratio(&self, case: Case, other: Case) -> Option<f64> {
        let cpu = |case| Some(self.0.get(&case)?.cpu.as_secs_f64());
        Some(cpu(case)? / cpu(other)?)
    }

    fn wall_ratio(&self, case: Case, other: Case) -> Option<f64> {
        let wall = |case| Some(self.0.get(&case)?.wall.as_secs_f64());
        Some(wall(case)? / wall(other)?)
    }

    fn peak(&self, cases: &[Case]) -> Option<f64> {
        let peaks = cases.iter().filter_map(|case| self.0.get(case));
        let peak = peaks.map(|usage| usage.peak_kib).max()?;
        Some(peak as f64 / 1024.0)
    }

    fn milliseconds(&self, case: Case) -> Option<f64> {
        Some(self.0.get(&case)?.wall.as_secs_f64() * 1000.0)
    }

    fn table(&self) -> String {
        let mut table = format!(
            "{:48} {:>9} {:>9} {:>9}\n",
            "", "wall s", "CPU s", "peak MiB"
        );
        for (case, usage) in &self.0 {
            table.push_str(&format!(
                "{:48} {:9.3} {:9.3} {:9.1}\n",
                case.name(),
                usage.wall.as_secs_f64(),
                usage.cpu.as_secs_f64(),
                usage.peak_kib as f64 / 1024.0
            ));
        }
        table
    }

    fn bars(&self) -> String {
        let mut text = format!("\n{:48} {:>9} {:>9}\n", "", "is", "at most");
        for bar in &BARS {
            let Some(value) = (bar.value)(self) else {
                text.push_str(&format!("{:48} not measured\n", bar.text));
                continue;
            };
            let verdict = if value <= bar.limit { "met" } else { "MISSED" };
            text.push_str(&format!(
                "{:48} {value:9.3} {:9.3} {:4} {verdict}\n",
                bar.text, bar.limit, bar.unit
            ));
        }
        text
    }
}

fn measurements(runs: &BTreeMap<Case, Vec<Usage>>) -> Json {
    runs.iter()
        .map(|(case, usages)| {
            let usages: Vec<Json> = usages
                .iter()
                .map(|usage| {
                    json!({
                        "wall": usage.wall.as_secs_f64(),
                        "cpu": usage.cpu.as_secs_f64(),
                        "peak_kib": usage.peak_kib,
                    })
                })
                .collect();
            json!({"case": case.name(), "gatewatch": case.is_gatewatch(), "runs": usages})
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BARS, Case, Medians, median};
    use crate::measure::Usage;

    fn usage(cpu: u64, peak_kib: u64) -> Usage {
        Usage {
            wall: Duration::from_millis(2 * cpu),
            cpu: Duration::from_millis(cpu),
            peak_kib,
            lines: 0,
        }
    }

    #[test]
    fn a_median_ignores_one_disturbed_run_but_not_its_memory() {
        let middle = median(&[usage(10, 5), usage(900, 7), usage(11, 6)]);
        assert_eq!(middle, usage(11, 7));
    }

    #[test]
    fn ratios_are_of_the_cases_that_ran() {
        let all = Medians(
            [
                (Case::EvtxDump, usage(1000, 9 * 1024)),
                (Case::EvtxSeed, usage(200, 40 * 1024)),
                (Case::EvtxPack, usage(600, 151 * 1024)),
            ]
            .into(),
        );
        assert_eq!((BARS[0].value)(&all), Some(0.2));
        assert_eq!((BARS[1].value)(&all), None);
        let bars = all.bars();
        let verdict = |start: &str| {
            let line = bars.lines().find(|line| line.starts_with(start)).unwrap();
            line.split_whitespace().last().unwrap().to_owned()
        };
        assert_eq!(verdict("EVTX, reference query: CPU"), "met");
        assert_eq!(verdict("EVTX, whole pack"), "MISSED");
        assert_eq!(verdict("peak memory, EVTX"), "MISSED");
        assert_eq!(verdict("NDJSON, reference query: CPU / cat"), "measured");
    }
}
