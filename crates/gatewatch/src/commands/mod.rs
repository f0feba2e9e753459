//! One file a command.

pub mod completions;
pub mod exceptions;
pub mod indicators;
pub mod load;
pub mod man;
pub mod normalize;
mod positions;
pub mod query;
pub mod rules;
pub mod scan;
pub mod simulate;
pub mod state;

use std::num::NonZero;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use gatewatch_event::{Field, Timestamp, ecs_type};
use gatewatch_ingest::{Found, ReadOptions, Unit, find, units};
use gatewatch_query::Condition;

use crate::commands::positions::POSITION_BITS;
use crate::exit::Ending;
use crate::flags::InputFlags;
use crate::output;
use crate::run::{Progress, ReadSummary, write_unreadable};

/// Finds the inputs and cuts them into units.
fn open(flags: &InputFlags) -> (Found, Vec<Unit>, ReadOptions, Progress) {
    let found = find(&flags.paths);
    let total = found.files.iter().filter_map(|file| file.size).sum();
    let progress = Progress::new(total, flags.quiet);
    let options = ReadOptions {
        time_zone: flags.timezone.clone().unwrap_or(jiff::tz::TimeZone::UTC),
        time_zone_assumed: flags.timezone.is_none(),
        year: flags.year,
        now: now(),
        bytes_read: progress.bytes(),
    };
    let units = units(&found.files);
    (found, units, options, progress)
}

/// The one place that reads a clock: it dates lines without a year that come through a pipe.
fn now() -> Option<Timestamp> {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(age.as_nanos())
        .ok()
        .map(Timestamp::from_nanos)
}

/// Do the raw bytes of an ECS document hold the values of this field as they are? Exact strings do; addresses, dates and
/// numbers have several ways to be written.
fn is_verbatim(field: Field) -> bool {
    ecs_type(field.name()).is_keyword()
}

/// Texts of which the `event.code` of every event that meets one of the conditions holds at least one; `None` where one of
/// them may be met without.
fn common_codes<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Option<Vec<String>> {
    let event_code = Field::new("event.code");
    let mut codes = Vec::new();
    for condition in conditions {
        codes.extend(condition.needles(&|field| field == event_code)?);
    }
    codes.sort();
    codes.dedup();
    Some(codes)
}

/// The number of threads to use.
fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Writes the file of unreadable records and, unless the results already say so, the closing line on stderr.
fn close(
    flags: &InputFlags,
    summary: &ReadSummary,
    say: bool,
    line: impl FnOnce() -> String,
) -> anyhow::Result<Ending> {
    if let Some(path) = &flags.unreadable {
        write_unreadable(path, &summary.problems)?;
    }
    if say && !flags.quiet {
        output::complain(&line());
    }
    Ok(summary.ending())
}
