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
    /// Check rule files and run the test cases beside them; exit 1 when anything is wrong
    Check(RulesCheckFlags),
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
pub struct RulesCheckFlags {
    /// Rule files or directories; the shipped pack when none is given
    pub paths: Vec<PathBuf>,
    /// One JSON object a problem
    #[arg(long)]
    pub json: bool,
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
