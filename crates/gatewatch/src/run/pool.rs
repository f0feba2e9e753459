//! Spreads units of reading over threads. What a unit gives never depends on which thread read it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use gatewatch_ingest::{Consumer, Counts, Place, Problem, ProblemKind, ReadOptions, Unit};

use super::Progress;

/// What a thread does with events.
pub trait Task: Consumer + Send {
    /// A unit begins; `number` counts all units in their order.
    fn begin(&mut self, number: usize);
    /// The unit ended: gives the problems met in it and how many of its records matched.
    fn end(&mut self) -> (Vec<Problem>, u64);
    /// What made it impossible to go on, if anything did.
    fn failure(&mut self) -> Option<anyhow::Error>;
}

/// What came of one unit.
#[derive(Debug)]
pub struct TaskReport {
    /// What was read.
    pub counts: Counts,
    /// How many records matched.
    pub matched: u64,
    /// What was wrong.
    pub problems: Vec<Problem>,
}

/// A number for a thread's own things, different for each.
pub fn next_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Reads every unit, each with one of the tasks that `make` makes, one a thread. Gives the tasks and, in the order of
/// the units, what came of each.
///
/// # Errors
///
/// The first failure of a task; the units not yet begun are then left.
pub fn run<T: Task>(
    units: &[Unit],
    threads: usize,
    options: &ReadOptions,
    progress: &Progress,
    make: impl Fn() -> T + Sync,
) -> anyhow::Result<(Vec<T>, Vec<TaskReport>)> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let reports: Mutex<Vec<(usize, TaskReport)>> = Mutex::new(Vec::with_capacity(units.len()));
    let work = || {
        let mut task = make();
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(number) else {
                break;
            };
            let report = read_one(unit, number, options, &mut task);
            progress.unit(&report.counts, report.matched);
            if let Some(error) = task.failure() {
                stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
            reports
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((number, report));
        }
        Ok(task)
    };
    let threads = threads.clamp(1, units.len().max(1));
    let tasks: anyhow::Result<Vec<T>> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut tasks = vec![work()];
        tasks.extend(others.into_iter().map(|handle| {
            handle.join().unwrap_or_else(|_| {
                Err(anyhow::anyhow!(
                    "a reading thread crashed: this is a fault in gatewatch"
                ))
            })
        }));
        tasks.into_iter().collect()
    });
    let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.sort_by_key(|(number, _)| *number);
    Ok((
        tasks?,
        reports.into_iter().map(|(_, report)| report).collect(),
    ))
}

fn read_one<T: Task>(
    unit: &Unit,
    number: usize,
    options: &ReadOptions,
    task: &mut T,
) -> TaskReport {
    task.begin(number);
    let result =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unit.read(options, task)));
    let (mut problems, matched) = task.end();
    let counts = result.unwrap_or_else(|_| {
        // A reader must not panic; if one does all the same, the rest of the case is still read and the file is named.
        problems.push(Problem {
            place: Place {
                path: unit.path().clone(),
                offset: 0,
                record_id: None,
            },
            kind: ProblemKind::File,
            reason: "reading it crashed, the rest of it is unread: this is a fault in gatewatch, please report it".into(),
        });
        Counts::default()
    });
    TaskReport {
        counts,
        matched,
        problems,
    }
}
