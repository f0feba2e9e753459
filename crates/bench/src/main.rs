//! Makes the benchmark's files, runs gatewatch and its peers on them, prints the ratios.
//!
//! See CONTRIBUTING.md for the recipe.

#![expect(
    clippy::print_stdout,
    reason = "this is a tool of the project's own; it prints"
)]

mod compare;
mod make;
mod measure;
mod mix;
mod text;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The benchmark of gatewatch.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the files: EVTX logs of 20 MiB, and the same events as one NDJSON file.
    Make {
        /// Where the files go.
        directory: PathBuf,
        /// The size of all EVTX files together, such as 400m or 1g.
        #[arg(long, default_value = "1g")]
        size: String,
        /// The files of another seed hold other values, in the same proportions.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Run gatewatch and its peers side by side and print the ratios.
    Compare(compare::Options),
    /// Make text logs of every source, scan them with the whole pack, and print how fast that is.
    Text(text::Options),
    /// Run one job that comes over standard input; `compare` calls this.
    #[command(hide = true)]
    Measure,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Make {
            directory,
            size,
            seed,
        } => {
            let counts = make::make(&directory, make::parse_size(&size)?, seed)?;
            println!(
                "EVTX: {} bytes, {} records ({} of them all text), {} of them 4624, {} hits of the \
                 reference query",
                counts.bytes, counts.records, counts.text_records, counts.logons, counts.hits,
            );
            println!(
                "NDJSON: {} bytes, {} records, {} of them 4624, {} hits of the reference query",
                counts.ndjson_bytes,
                counts.ndjson_records,
                counts.ndjson_logons,
                counts.ndjson_hits,
            );
        }
        Command::Compare(options) => print!("{}", compare::compare(&options)?),
        Command::Text(options) => print!("{}", text::run(&options)?),
        Command::Measure => println!("{}", measure::Job::serve()?),
    }
    Ok(())
}
