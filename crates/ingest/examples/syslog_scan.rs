//! How fast syslog is read: `syslog_scan FILE [RULE]`, with RULE one of `none`, `accepted` (the default: successful logins from
//! outside), `all`. Prints bytes, records and hits, and the rate.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example is a program"
)]

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use gatewatch_event::{Event, Field, Known, Value};
use gatewatch_ingest::format::syslog::YearBasis;
use gatewatch_ingest::source::{TextOptions, read_text};
use gatewatch_ingest::{Consumer, Placed, Problem};

/// Asks what a rule for external logins asks.
struct Rule {
    name: String,
    outcome: Field,
    source: Field,
    hits: u64,
    problems: u64,
}

impl Consumer for Rule {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        let success = Value::from("success");
        let may_match = match self.name.as_str() {
            "none" => false,
            "all" => true,
            _ => {
                let may = |field: Field, value: Option<&Value<'static>>| match known.known(field) {
                    None => true,
                    Some(values) => {
                        value.map_or(!values.is_empty(), |value| values.contains(value))
                    }
                };
                may(self.outcome, Some(&success)) && may(self.source, None)
            }
        };
        may_match.then_some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        event.visit(self.source, &mut |value| {
            if let Value::Ip(address) = value {
                self.hits += u64::from(!address.is_loopback());
            }
            false
        });
    }

    fn problem(&mut self, _: Problem) {
        self.problems += 1;
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: syslog_scan FILE [none|accepted|all]");
        return ExitCode::from(2);
    };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    let mut rule = Rule {
        name: arguments.next().unwrap_or_else(|| "accepted".to_owned()),
        outcome: Field::new("event.outcome"),
        source: Field::new("source.ip"),
        hits: 0,
        problems: 0,
    };
    let options = TextOptions {
        year: YearBasis::Given(2024),
        ..TextOptions::default()
    };
    let started = Instant::now();
    let counts = read_text(file, Arc::from(path), &options, &mut rule);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} bytes, {} records, {} unreadable, {} hits, {} problems: {:.0} MB/s, {:.0} ns a record",
        counts.bytes,
        counts.records,
        counts.unreadable,
        rule.hits,
        rule.problems,
        counts.bytes as f64 / 1e6 / seconds,
        seconds * 1e9 / counts.records.max(1) as f64,
    );
    ExitCode::SUCCESS
}
