//! What may stand on the command line.

mod rules;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use gatewatch_event::Timestamp;
use gatewatch_rules::RuleSeverity;

pub use rules::*;

/// Finds who came in through the doors that face the outside, by running Elastic Security rules straight on logs.
#[derive(Debug, Parser)]
#[command(
    name = "gatewatch",
    version,
    about,
    after_help = "Examples:\n  gatewatch scan /cases/host7/                  who came in, by every shipped rule\n  gatewatch query 'authentication where event.code == \"4625\"' Security.evtx\n  gatewatch normalize auth.log | jq .source.ip  logs as ECS documents\n\nExit codes: 0 done, 1 --fail-on was met, 2 an error."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run detection rules over logs and report what they find
    Scan(ScanFlags),
    /// Ask one EQL question of logs
    Query(QueryFlags),
    /// Write logs as ECS documents, one JSON object a line
    Normalize(NormalizeFlags),
    /// List, show and check rules
    Rules(RulesFlags),
    /// Make events that fire a rule, and near misses that do not
    Simulate(SimulateFlags),
    /// Write a completion script for a shell
    Completions(CompletionsFlags),
    /// Write the manual page (roff) to stdout
    Man,
}

/// What every command that reads logs takes.
#[derive(Debug, Args)]
pub struct InputFlags {
    /// Logs: files, directories (walked), or - for stdin. gzip, zstd, zip and tar are read through
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,

    /// Time zone of lines that name none, such as Europe/Berlin or +02:00 (default: UTC)
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, allow_hyphen_values = true)]
    pub timezone: Option<jiff::tz::TimeZone>,

    /// Year of the first line of logs that name none (default: from the time the file was last changed)
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=2261))]
    pub year: Option<i16>,

    /// Threads (default: one a core)
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,

    /// Write every record that could not be read to FILE, one JSON object a line: path, offset, reason
    #[arg(long, value_name = "FILE")]
    pub unreadable: Option<PathBuf>,

    /// No progress bar and no closing summary on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// Flags of `scan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch scan /cases/host7/\n  gatewatch scan Security.evtx auth.log.1.gz --from 2026-03-01 --severity high\n  gatewatch scan logs/ --format ndjson -o alerts.ndjson\n  gatewatch scan logs/ --rules my-rules/ --no-pack --fail-on high\n  journalctl -o json -t sshd | gatewatch scan -"
)]
pub struct ScanFlags {
    #[command(flatten)]
    pub input: InputFlags,

    /// Add rules: a TOML file, an export of Kibana (NDJSON), or a directory of them; may be given again
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Leave the shipped rules out
    #[arg(long)]
    pub no_pack: bool,

    /// Run every rule over every event, whatever index patterns the rule has
    #[arg(long)]
    pub ignore_index: bool,

    /// Look for these indicators with rules of type threat_match: NDJSON documents or a CSV file whose columns are fields; may be given again
    #[arg(long, value_name = "FILE")]
    pub indicators: Vec<PathBuf>,

    /// Leave out the events that these exceptions name: lists and items as Kibana exports them (NDJSON) or Elastic's repository keeps them
    /// (TOML), for the rules that link to them; may be given again. An export given with --rules brings its own
    #[arg(long, value_name = "PATH")]
    pub exceptions: Vec<PathBuf>,

    /// Value lists that exceptions look values up in: a file, or a directory of them, one value a line, named as the list; may be given again
    #[arg(long, value_name = "PATH")]
    pub lists: Vec<PathBuf>,

    /// Remember in FILE which values rules of type new_terms have seen, and read it first if it is there
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// What `now` means in queries and filters of rules, such as threat_query (default: the present time). Exceptions that expired
    /// before it are left out; without it each applies to events before it expires
    #[arg(long, value_name = "TIME", value_parser = parse_from)]
    pub now: Option<Timestamp>,

    /// Keep at most max_signals alerts of each rule in each of its runs, as Kibana does; without it no alert is dropped
    #[arg(long)]
    pub max_signals: bool,

    /// Memory for what rules keep between events, such as 256M; what is more goes to temporary files
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory: Option<usize>,

    /// How to write the alerts
    #[arg(long, value_enum, default_value_t = ScanFormat::Table)]
    pub format: ScanFormat,

    /// The data stream or index that --format bulk writes to
    #[arg(
        long,
        value_name = "NAME",
        default_value = "logs-gatewatch.alerts-default"
    )]
    pub bulk_index: String,

    /// Write the results to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Only events at or after this time (ISO 8601, UTC unless it names a zone)
    #[arg(long, value_name = "TIME", value_parser = parse_from)]
    pub from: Option<Timestamp>,

    /// Only events at or before this time; a day or less precise time counts whole
    #[arg(long, value_name = "TIME", value_parser = parse_to)]
    pub to: Option<Timestamp>,

    /// Only rules of this severity or graver
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<RuleSeverity>,

    /// Only alerts on this host; * and ? are wildcards, case does not matter; may be given again
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Only alerts about this user; * and ? are wildcards, case does not matter; may be given again
    #[arg(long, value_name = "NAME")]
    pub user: Vec<String>,

    /// Show at most this many alerts of each rule in the table; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,

    /// Exit with 1 when an alert of this severity or graver was found
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<RuleSeverity>,

    /// Colour in the table
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

/// How `scan` writes alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScanFormat {
    /// For reading
    Table,
    /// One JSON array of alert documents
    Json,
    /// One alert document a line
    Ndjson,
    /// One line an alert, the main fields in columns
    Csv,
    /// Every document that Elastic would store, one a line: of a sequence, its building blocks and the shell
    Ecs,
    /// The same as an Elasticsearch _bulk request, to be sent as it is
    Bulk,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Flags of `query`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch query 'authentication where event.code == \"4624\" and winlog.event_data.LogonType == \"10\"' logs/\n  gatewatch query 'sequence by source.ip with maxspan=10m\n    [authentication where event.outcome == \"failure\"] with runs=5\n    [authentication where event.outcome == \"success\"]' auth.log --format ndjson\n  gatewatch query 'any where true | head 3' Security.evtx --explain\n  gatewatch query --language kql 'event.code: 4625 and not source.ip: 10.0.0.0/8' logs/\n  gatewatch query --request body.json --mapping mapping.json --id-field _id docs.ndjson\n  gatewatch query --fold 'length(\"gate\") + 1'"
)]
pub struct QueryFlags {
    /// The query, then logs: files, directories, or - for stdin
    #[arg(value_name = "QUERY PATH", required_unless_present_any = ["fold", "request"])]
    pub words: Vec<String>,

    /// The language of the query
    #[arg(long, value_enum, default_value_t = QueryLanguage::Eql, conflicts_with_all = ["fold", "request"])]
    pub language: QueryLanguage,

    /// Print the value of a constant expression as JSON, and nothing else
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true, conflicts_with_all = ["words", "request"])]
    pub fold: Option<String>,

    /// Answer an Elasticsearch _eql/search request body (a file) over NDJSON documents
    #[arg(long, value_name = "BODY")]
    pub request: Option<PathBuf>,

    /// The index mapping for --request, in Elasticsearch's JSON shape
    #[arg(long, value_name = "MAPPING", requires = "request")]
    pub mapping: Option<PathBuf>,

    /// The field that stands for _id with --request
    #[arg(long, value_name = "NAME", default_value = "_id", requires = "request")]
    pub id_field: String,

    /// How to write the answer
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    pub format: QueryFormat,

    /// At most this many events or sequences, the last ones unless a pipe says otherwise
    #[arg(long, value_name = "N")]
    pub size: Option<u64>,

    /// Show the parsed, typed and planned query and what each part cost
    #[arg(long)]
    pub explain: bool,

    /// Write the results to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Time zone of lines that name none, such as Europe/Berlin or +02:00 (default: UTC)
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, allow_hyphen_values = true)]
    pub timezone: Option<jiff::tz::TimeZone>,

    /// Year of the first line of logs that name none (default: from the time the file was last changed)
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=2261))]
    pub year: Option<i16>,

    /// Threads (default: one a core)
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,

    /// No progress bar and no closing summary on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// The languages of `query`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QueryLanguage {
    /// Event Query Language
    Eql,
    /// Kibana Query Language
    Kql,
}

/// How `query` writes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// For reading
    Table,
    /// The matching ECS events, one a line; a sequence's events follow each other
    Ndjson,
    /// Elasticsearch's _eql/search response
    Es,
}

/// Flags of `normalize`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch normalize Security.evtx > security.ndjson\n  zcat auth.log.*.gz | gatewatch normalize - --year 2026"
)]
pub struct NormalizeFlags {
    #[command(flatten)]
    pub input: InputFlags,

    /// Write the documents to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Flags of `simulate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each event is an ECS document on a line of its own, with gatewatch.simulate.set (counted from 0), gatewatch.simulate.fires \
                  (true or false) and, in a near miss, gatewatch.simulate.broken. Sets are proven one by one: run a rule over one set \
                  at a time (--set), for events of several may add up to a match.\n\n\
                  Examples:\n  gatewatch simulate my-rule.toml | gatewatch scan - --rules my-rule.toml --no-pack\n  \
                  gatewatch simulate my-rule.toml --near-misses --seed 7 -o events.ndjson\n  \
                  gatewatch simulate my-rule.toml --near-misses --set 3"
)]
pub struct SimulateFlags {
    /// A rule file, or a shipped rule's id, name, or a part of them that only one rule has
    pub rule: String,

    /// The same seed gives the same events
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,

    /// How many sets that fire the rule
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub sets: u64,

    /// After each set, its near misses: sets with one thing broken, which do not fire
    #[arg(long)]
    pub near_misses: bool,

    /// Write only this set of them, counted from 0
    #[arg(long, value_name = "K")]
    pub set: Option<u64>,

    /// For a rule that looks for indicators: write those that the events hold to FILE, for scan --indicators
    #[arg(long, value_name = "FILE")]
    pub indicators: Option<PathBuf>,

    /// Write the events to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gatewatch completions bash > /etc/bash_completion.d/gatewatch")]
pub struct CompletionsFlags {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

fn parse_zone(text: &str) -> Result<jiff::tz::TimeZone, String> {
    if let Some(offset) = fixed_offset(text) {
        return Ok(jiff::tz::TimeZone::fixed(offset));
    }
    jiff::tz::TimeZone::get(text).map_err(|_| {
        "it is no time zone: give a name such as Europe/Berlin, or an offset such as +02:00".into()
    })
}

/// `+02:00`, `-0330`
fn fixed_offset(text: &str) -> Option<jiff::tz::Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits[2..].parse().ok()?;
    (minutes < 60)
        .then(|| jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())
        .flatten()
}

fn parse_threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1024) => Ok(number),
        _ => Err("give a number from 1 to 1024".into()),
    }
}

/// `512M`, `2G`, `1048576`; at least a megabyte.
fn parse_size(text: &str) -> Result<usize, String> {
    let text = text.trim().trim_end_matches(['B', 'b', 'i']);
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1usize),
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| *bytes >= 1 << 20)
        .ok_or_else(|| "give a size of at least 1M, such as 256M or 2G".into())
}

fn parse_from(text: &str) -> Result<Timestamp, String> {
    gatewatch_event::parse_iso(text)
        .ok_or_else(|| "it is no time: write 2026-03-01 or 2026-03-01T10:20:30Z".into())
}

fn parse_to(text: &str) -> Result<Timestamp, String> {
    const SECOND: i64 = 1_000_000_000;
    let start = parse_from(text)?;
    // What is left out is taken whole: a day to its end, a minute to its last second.
    let day_end = |days: i64| days * 86_400 * SECOND - 1;
    let rest = match text.split_once(['T', 't', ' ']) {
        None if text.len() == 4 => day_end(365),
        None if text.len() == 7 => day_end(28),
        None => day_end(1),
        Some((_, time)) => match time.split(['Z', 'z', '+', '-']).next().unwrap_or_default() {
            clock if clock.contains(['.', ',']) => 0,
            clock => match clock.matches(':').count() {
                0 => 3600 * SECOND - 1,
                1 => 60 * SECOND - 1,
                _ => SECOND - 1,
            },
        },
    };
    Ok(Timestamp::from_nanos(start.nanos().saturating_add(rest)))
}

#[cfg(test)]
mod tests {
    use super::{Cli, parse_size, parse_to, parse_zone};
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_zone_west_of_greenwich_is_a_value() {
        for command in [
            ["gatewatch", "scan", "logs", "--timezone", "-02:00"],
            ["gatewatch", "normalize", "logs", "--timezone", "-0330"],
            [
                "gatewatch",
                "query",
                "any where true",
                "--timezone",
                "-02:00",
            ],
        ] {
            Cli::try_parse_from(command).expect("a command line");
        }
    }

    #[test]
    fn an_end_time_is_taken_whole() {
        for (text, expect) in [
            ("2026-03-01", "2026-03-01T23:59:59.999999999Z"),
            ("2026-03-01T10:20", "2026-03-01T10:20:59.999999999Z"),
            ("2026-03-01T10:20:30Z", "2026-03-01T10:20:30.999999999Z"),
            ("2026-03-01T10:20:30.5Z", "2026-03-01T10:20:30.500Z"),
        ] {
            assert_eq!(parse_to(text).expect(text).to_string(), expect);
        }
        parse_to("yesterday").expect_err("no time");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("256M"), Ok(256 << 20));
        assert_eq!(parse_size("2GiB"), Ok(2 << 30));
        assert_eq!(parse_size("1048576"), Ok(1 << 20));
        for text in ["", "5", "M", "-1M", "99999999999999999999G"] {
            parse_size(text).expect_err(text);
        }
    }

    #[test]
    fn zones_are_names_or_offsets() {
        for text in ["UTC", "Europe/Berlin", "+02:00", "-0330"] {
            parse_zone(text).expect(text);
        }
        for text in ["Mars/Base", "+2", "+99:99", ""] {
            parse_zone(text).expect_err(text);
        }
    }
}
