//! Makes text logs of every source, and measures how fast the whole pack is run over them.
//!
//! A source's log is its own samples over and over. They are denser than a real log: nearly every line tells of a login or a
//! connection. Those of sshd are made, since they vary in what a reader might be tempted to remember: names, addresses, times.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;

use crate::compare::{median, path_text};
use crate::make::parse_size;
use crate::measure::{Job, Usage};

/// MB of text logs that one core should scan in a second, at least.
const BAR: f64 = 150.0;
/// The same of sshd's lines, of which there are most.
const SSHD_BAR: f64 = 400.0;

/// The source whose lines are made.
const LINUX_AUTH: &str = "linux_auth";

/// The worked example of CONTRIBUTING.md, which only tests know.
const EXAMPLE: &str = "gated";

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Where the logs go; each is removed when it is measured.
    directory: PathBuf,
    /// The program to measure.
    #[arg(long)]
    gatewatch: PathBuf,
    /// The size of each log, such as 200m.
    #[arg(long, default_value = "200m")]
    size: String,
    /// Only this source, by the name of its folder; may be given several times.
    #[arg(long)]
    source: Vec<String>,
    /// Where the sources lie.
    #[arg(long, default_value = "crates/ingest/src/source")]
    sources: PathBuf,
    /// How often every log is scanned after the warm-up.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Leave the logs where they are, for a profiler.
    #[arg(long)]
    keep: bool,
    /// Also write the measurements to a file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A log to make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Log {
    source: String,
    /// The sample that is repeated; `None` for lines that are made.
    sample: Option<PathBuf>,
}

/// What was measured of a log.
struct Row {
    name: String,
    bytes: u64,
    usage: Usage,
    alerts: usize,
    bar: f64,
}

/// Makes and measures the logs, and gives the report.
pub fn run(options: &Options) -> anyhow::Result<String> {
    let size = parse_size(&options.size)?;
    let mut logs = logs(&options.sources)?;
    if !options.source.is_empty() {
        logs.retain(|log| options.source.contains(&log.source));
    }
    if logs.is_empty() {
        bail!("no such source in {}", options.sources.display());
    }
    let directory = &options.directory;
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let mut rows = Vec::new();
    for log in &logs {
        rows.push(measure(log, size, options)?);
    }
    if let Some(path) = &options.json {
        let json = measurements(&rows);
        std::fs::write(path, format!("{json:#}\n"))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(table(&rows))
}

/// Every sample of every source, and sshd's lines.
fn logs(sources: &Path) -> anyhow::Result<Vec<Log>> {
    let mut logs = vec![Log {
        source: LINUX_AUTH.to_owned(),
        sample: None,
    }];
    let folders =
        std::fs::read_dir(sources).with_context(|| format!("cannot read {}", sources.display()))?;
    for folder in folders {
        let folder = folder?;
        let samples = folder.path().join("samples");
        if !samples.is_dir() || folder.file_name() == EXAMPLE {
            continue;
        }
        for sample in std::fs::read_dir(&samples)? {
            let path = sample?.path();
            // The documents that the sample gives lie beside it.
            if !path_text(&path)?.ends_with(".ecs.ndjson") {
                logs.push(Log {
                    source: folder.file_name().to_string_lossy().into_owned(),
                    sample: Some(path),
                });
            }
        }
    }
    logs.sort();
    Ok(logs)
}

impl Log {
    fn name(&self) -> String {
        let sample = self.sample.as_ref().and_then(|path| path.file_name());
        let sample = sample.map_or("sshd".into(), |name| name.to_string_lossy());
        format!("{}/{sample}", self.source)
    }

    /// Writes at least so many bytes, and says how many.
    fn write(&self, size: u64, into: &mut impl Write) -> anyhow::Result<u64> {
        let Some(path) = &self.sample else {
            return write_sshd(size, into);
        };
        let mut sample =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if sample.is_empty() {
            bail!("{} is empty", path.display());
        }
        if !sample.ends_with(b"\n") {
            sample.push(b'\n');
        }
        let mut written = 0;
        while written < size {
            into.write_all(&sample)?;
            written += sample.len() as u64;
        }
        Ok(written)
    }
}

fn measure(log: &Log, size: u64, options: &Options) -> anyhow::Result<Row> {
    let name = log.name();
    let path = options.directory.join(name.replace('/', "-"));
    let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let bytes = log.write(size, &mut file)?;
    file.flush()?;
    drop(file);
    let command = [
        path_text(&options.gatewatch)?,
        "scan".to_owned(),
        path_text(&path)?,
    ];
    let arguments = ["--format", "ndjson", "--threads", "1"].map(str::to_owned);
    let command: Vec<String> = command.into_iter().chain(arguments).collect();
    // The warm-up fills the page cache, and shows whether the log is one.
    let alerts = alerts(&command).with_context(|| name.clone())?;
    let job = Job {
        commands: vec![command],
        count_lines: false,
    };
    let usages = (0..options.rounds.max(1))
        .map(|_| job.run())
        .collect::<anyhow::Result<Vec<Usage>>>()?;
    if !options.keep {
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    let bar = if log.sample.is_none() { SSHD_BAR } else { BAR };
    Ok(Row {
        name,
        bytes,
        usage: median(&usages),
        alerts,
        bar,
    })
}

/// Scans once, and gives how many alerts there were. A log that is not read would be the fastest of all.
fn alerts(command: &[String]) -> anyhow::Result<usize> {
    let (program, arguments) = command.split_first().context("an empty command")?;
    let output = Command::new(program).args(arguments).output()?;
    let account = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || account.contains(": 0 records") {
        bail!("was not read: {account}");
    }
    Ok(output.stdout.iter().filter(|byte| **byte == b'\n').count())
}

impl Row {
    /// MB of the log for a second of the processor's time.
    fn speed(&self) -> f64 {
        let seconds = self.usage.cpu.max(Duration::from_micros(1)).as_secs_f64();
        self.bytes as f64 / 1e6 / seconds
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "{:40} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}\n",
        "", "MB", "CPU s", "peak MiB", "alerts", "MB/s", "at least"
    );
    for row in rows {
        let speed = row.speed();
        let verdict = if speed >= row.bar { "met" } else { "MISSED" };
        table.push_str(&format!(
            "{:40} {:8.1} {:8.3} {:9.1} {:9} {speed:9.1} {:9.1} {verdict}\n",
            row.name,
            row.bytes as f64 / 1e6,
            row.usage.cpu.as_secs_f64(),
            row.usage.peak_kib as f64 / 1024.0,
            row.alerts,
            row.bar,
        ));
    }
    table
}

fn measurements(rows: &[Row]) -> serde_json::Value {
    rows.iter()
        .map(|row| {
            json!({
                "log": row.name,
                "bytes": row.bytes,
                "cpu": row.usage.cpu.as_secs_f64(),
                "peak_kib": row.usage.peak_kib,
                "alerts": row.alerts,
                "mb_per_second": row.speed(),
                "bar": row.bar,
            })
        })
        .collect()
}

/// Numbers that look drawn, the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

const NAMES: [&str; 12] = [
    "root", "admin", "ubuntu", "oracle", "test", "postgres", "git", "pi", "deploy", "guest",
    "hadoop", "www-data",
];

/// A server on the internet: most lines are of guesses, a few of people who work there.
fn write_sshd(size: u64, into: &mut impl Write) -> anyhow::Result<u64> {
    const PER_SECOND: u64 = 4;
    let mut draw = Draw(0x5eed);
    let mut written = 0;
    let mut number = 0;
    let mut line = Vec::with_capacity(256);
    while written < size {
        let second = number / PER_SECOND;
        number += 1;
        let mut day = second / 86_400 % 365;
        let month = MONTHS.iter().find(|(_, days)| {
            let inside = day < *days;
            if !inside {
                day -= days;
            }
            inside
        });
        let (month, _) = month.context("a year has twelve months")?;
        let (hour, minute, second) = (second / 3600 % 24, second / 60 % 60, second % 60);
        let net = ["192.0.2", "198.51.100", "203.0.113"][draw.below(3) as usize];
        let (host, port) = (1 + draw.below(254), 1024 + draw.below(64_000));
        let (pid, name) = (300 + draw.below(60_000), NAMES[draw.below(12) as usize]);
        line.clear();
        write!(
            line,
            "{month} {:2} {hour:02}:{minute:02}:{second:02} web1 sshd[{pid}]: ",
            day + 1
        )?;
        match draw.below(100) {
            0..40 => writeln!(
                line,
                "Failed password for invalid user {name}{} from {net}.{host} port {port} ssh2",
                draw.below(1000)
            )?,
            40..60 => writeln!(
                line,
                "Failed password for {name} from {net}.{host} port {port} ssh2"
            )?,
            60..75 => writeln!(
                line,
                "Invalid user {name}{} from {net}.{host} port {port}",
                draw.below(1000)
            )?,
            75..90 => writeln!(
                line,
                "Connection closed by authenticating user {name} {net}.{host} port {port} [preauth]"
            )?,
            90..95 => writeln!(
                line,
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={net}.{host}  user={name}"
            )?,
            95..99 => writeln!(
                line,
                "Received disconnect from {net}.{host} port {port}:11: Bye Bye [preauth]"
            )?,
            _ => writeln!(
                line,
                "Accepted publickey for deploy from 10.0.0.{host} port {port} ssh2: ED25519 SHA256:3v1"
            )?,
        }
        into.write_all(&line)?;
        written += line.len() as u64;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{Log, Row, logs, table, write_sshd};
    use crate::measure::Usage;

    #[test]
    fn every_sample_is_a_log() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ingest/src/source");
        let logs = logs(&sources).unwrap();
        let names: Vec<String> = logs.iter().map(Log::name).collect();
        assert!(names.contains(&"linux_auth/sshd".to_owned()), "{names:?}");
        assert!(
            names.contains(&"wireguard/kernel.log".to_owned()),
            "{names:?}"
        );
        assert!(!names.iter().any(|name| name.ends_with(".ecs.ndjson")));
        for log in logs {
            let mut bytes = Vec::new();
            let written = log.write(10_000, &mut bytes).unwrap();
            assert!(written >= 10_000 && written == bytes.len() as u64);
            assert!(bytes.ends_with(b"\n"), "{}", log.name());
        }
    }

    #[test]
    fn lines_of_sshd_are_the_same_every_time_and_differ_from_each_other() {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        write_sshd(100_000, &mut one).unwrap();
        write_sshd(100_000, &mut two).unwrap();
        assert_eq!(one, two);
        let text = String::from_utf8(one).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let count = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), count);
        assert!(lines.iter().all(|line| line.starts_with("Jan  1 ")));
    }

    #[test]
    fn the_bar_is_that_of_the_log() {
        let row = |bytes, bar| Row {
            name: "a/b".to_owned(),
            bytes,
            usage: Usage {
                wall: Duration::ZERO,
                cpu: Duration::from_secs(1),
                peak_kib: 1024,
                lines: 0,
            },
            alerts: 0,
            bar,
        };
        let table = table(&[row(200_000_000, 150.0), row(200_000_000, 400.0)]);
        let verdicts: Vec<&str> = table
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().last())
            .collect();
        assert_eq!(verdicts, ["met", "MISSED"]);
    }
}
