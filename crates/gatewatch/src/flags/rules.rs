//! Flags of `rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Flags of `rules`.
#[derive(Debug, Args)]
pub struct RulesFlags {
    /// What to do with the rules.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List rules: severity, type, techniques, name
    List(RulesListFlags),
    /// Show one rule: what it finds, its query, how to investigate and respond
    Show(RulesShowFlags),
    /// Check rule files and run the test cases beside them; exit 2 when there are errors
    Check(RulesCheckFlags),
    /// Run the test cases beside rules
    Test(RulesTestFlags),
    /// Show what every part of a rule's query says of an event
    Explain(RulesExplainFlags),
    /// Print the EQL and KQL of rule files in one style
    Format(RulesFormatFlags),
    /// Turn rule files (TOML) into an import file for Kibana (NDJSON), or the other way round
    Convert(RulesConvertFlags),
}

/// Flags of `rules list`.
#[derive(Debug, Args)]
pub struct RulesListFlags {
    /// Also the rules in this file or directory; may be given again
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Leave the shipped rules out
    #[arg(long)]
    pub no_pack: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Flags of `rules show`.
#[derive(Debug, Args)]
pub struct RulesShowFlags {
    /// The rule's id, its name, its file name, or a part of them that only one rule has
    pub rule: String,
    /// Also look in this file or directory; may be given again
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// The rule as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `rules check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch rules check rules/                  every problem in place, and the test cases beside the rules\n  gatewatch rules check export.ndjson --strict   for CI: warnings fail as well\n  gatewatch rules check rules/ --json | jq -r .code | sort | uniq -c\n\nExit codes: 0 no errors, 1 warnings with --strict, 2 errors."
)]
pub struct RulesCheckFlags {
    /// Rule files (TOML), exports of Kibana (NDJSON) or directories of them; the shipped pack when none is given
    pub paths: Vec<PathBuf>,
    /// One JSON object a problem
    #[arg(long)]
    pub json: bool,
    /// Warnings fail too: exit with 1
    #[arg(long)]
    pub strict: bool,
    /// Notes are not shown: what is worth knowing and no fault
    #[arg(long)]
    pub no_notes: bool,
}

/// Flags of `rules test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch rules test rules/                         the cases of NAME.test.toml beside each NAME.toml\n  gatewatch rules test rules/ --format junit -o report.xml\n  gatewatch rules test my-rule.toml --case 'near miss'\n\nExit codes: 0 all cases pass, 1 a case fails, 2 an error (a rule or a test file cannot be read)."
)]
pub struct RulesTestFlags {
    /// Rule files or directories of them; the shipped pack when none is given
    pub paths: Vec<PathBuf>,
    /// Only cases whose name holds this text, whatever its case
    #[arg(long, value_name = "TEXT")]
    pub case: Option<String>,
    /// How to write the results
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Write the results to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How `rules test` writes results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For reading: failing cases, with the part of the query that decided
    Text,
    /// One JSON object a case
    Json,
    /// The XML that CI systems read
    Junit,
}

/// Flags of `rules explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch rules explain my-rule.toml event.json\n  gatewatch rules explain win-rdp-logon-external event.json      a shipped rule, by its file name\n  gatewatch normalize Security.evtx | head -1 | gatewatch rules explain my-rule.toml -"
)]
pub struct RulesExplainFlags {
    /// A rule file, or the name, id or file name of a shipped rule
    pub rule: String,
    /// An ECS document as JSON, or several, one a line; - for stdin
    #[arg(value_name = "EVENT.json")]
    pub event: PathBuf,
    /// Also look for the rule in this file or directory; may be given again
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// The explanation as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `rules format`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch rules format my-rule.toml          the file with its query in the style, on stdout\n  gatewatch rules format rules/ --check        for CI: names the files that differ, exit 1\n  gatewatch rules format rules/ --write        changes them\n\nComments stay, and so does everything outside the query. Exit codes: 0 done, 1 --check found files that differ,\n2 an error (a query cannot be read)."
)]
pub struct RulesFormatFlags {
    /// Rule files or directories of them; - for stdin
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only name the files that differ; exit with 1 if there are any
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// Change the files
    #[arg(long)]
    pub write: bool,
}

/// Flags of `rules convert`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gatewatch rules convert rules/ --to ndjson -o import.ndjson   for Kibana: Rules > Import\n  gatewatch rules convert export.ndjson --to toml -o my-rules/  one file a rule, exceptions in my-rules/exceptions/\n  gatewatch rules convert one.toml --to ndjson | jq .query\n\nNothing is lost either way: what the other form has no place for travels in `meta` (NDJSON) and in\n`[metadata.extended]` (TOML). Comments in TOML are not carried over."
)]
pub struct RulesConvertFlags {
    /// Rule files, exports of Kibana, or directories of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, value_name = "FORM")]
    pub to: RuleForm,
    /// NDJSON: the file to write. TOML: the directory for the files, which is made; needed for more than one rule
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
}

/// A form of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuleForm {
    /// Kibana's: one object a line, with exceptions, connectors and a summary
    Ndjson,
    /// That of Elastic's detection-rules repository: one file a rule
    Toml,
}
