//! How long KQL takes to compile: `kql_compile_time RULES`, with RULES a file of rules, one JSON object a line. Prints the
//! number of queries, their bytes, and the best of ten runs over all of them.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example is a program"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gatewatch_query::{EcsSchema, Options, compile_kql};
use serde_json::Value as Json;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("kql_compile_time RULES");
        return ExitCode::FAILURE;
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let queries: Vec<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok())
        .filter(|rule| rule["language"] == "kuery")
        .filter_map(|rule| rule["query"].as_str().map(str::to_owned))
        .collect();
    let mut best = Duration::MAX;
    let mut refused = 0;
    for _ in 0..10 {
        let start = Instant::now();
        refused = queries
            .iter()
            .filter(|query| compile_kql(query, &EcsSchema, &Options::default()).is_err())
            .count();
        best = best.min(start.elapsed());
    }
    println!(
        "{} queries of {} bytes, {refused} refused: {:.1} ms",
        queries.len(),
        queries.iter().map(String::len).sum::<usize>(),
        best.as_secs_f64() * 1000.0
    );
    ExitCode::SUCCESS
}
