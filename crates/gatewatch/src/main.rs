//! The command line: load, read, detect, report.

mod commands;
mod exit;
mod flags;
mod output;
mod report;
mod run;

use std::process::ExitCode;

use clap::Parser as _;

use crate::flags::{Cli, Command};

/// A scan makes and drops many short texts. This allocator takes a tenth to a fifth less time for them than that of the C
/// library does (`cargo run --release -p gatewatch-bench -- compare`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Scan(flags) => commands::scan::run(&flags),
        Command::Query(flags) => commands::query::run(&flags),
        Command::Normalize(flags) => commands::normalize::run(&flags),
        Command::Rules(flags) => commands::rules::run(&flags),
        Command::Simulate(flags) => commands::simulate::run(&flags),
        Command::Completions(flags) => commands::completions::run(&flags),
        Command::Man => commands::man::run(),
    };
    exit::code(result)
}
