//! Output of units in the order of the units, whichever thread is done first.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that a unit, or all finished ones together, may hold back while an earlier unit is not done.
const HELD_BYTES: usize = 16 << 20;

/// Takes the output of units that several threads read at once and writes it in their order. Units must be begun in
/// order, each must be [finished](InOrder::finish). A thread that is far ahead waits for the others, so memory is bounded by
/// [`HELD_BYTES`] a thread and once more for all.
pub struct InOrder<'w> {
    state: Mutex<State<'w>>,
    turn: Condvar,
}

struct State<'w> {
    out: Box<dyn Write + Send + 'w>,
    /// The unit whose output comes next.
    next: usize,
    /// What finished units behind it gave.
    held: BTreeMap<usize, Vec<u8>>,
    held_bytes: usize,
    /// The first failure, until somebody takes it. Nothing more is written then.
    failure: Option<io::Error>,
    failed: bool,
}

impl<'w> InOrder<'w> {
    /// Output to `out`; the first unit is number 0.
    pub fn new(out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            state: Mutex::new(State {
                out,
                next: 0,
                held: BTreeMap::new(),
                held_bytes: 0,
                failure: None,
                failed: false,
            }),
            turn: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'w>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers what a unit has written so far. It is written and `buffer` emptied if it is the unit's turn; otherwise the
    /// buffer stays, until it is too large to: then this waits for the turn.
    ///
    /// # Errors
    ///
    /// The failure to write.
    pub fn offer(&self, unit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let mut state = self.lock();
        if buffer.len() > HELD_BYTES {
            state = self.wait(state, unit);
        }
        if state.failed || state.next == unit {
            state.write(buffer);
            buffer.clear();
        }
        self.outcome(state)
    }

    /// Takes the last of a unit's output.
    ///
    /// # Errors
    ///
    /// The failure to write.
    pub fn finish(&self, unit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let mut state = self.lock();
        if state.held_bytes + buffer.len() > HELD_BYTES {
            state = self.wait(state, unit);
        }
        if state.next == unit {
            state.write(buffer);
            buffer.clear();
            state.next += 1;
            state.write_held();
        } else if !state.failed {
            state.held_bytes += buffer.len();
            state.held.insert(unit, std::mem::take(buffer));
        }
        self.outcome(state)
    }

    /// Writes through to the end.
    ///
    /// # Errors
    ///
    /// The failure to write.
    pub fn flush(&self) -> io::Result<()> {
        self.lock().out.flush()
    }

    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<'w>>,
        unit: usize,
    ) -> MutexGuard<'a, State<'w>> {
        while state.next != unit && !state.failed {
            state = self
                .turn
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    fn outcome(&self, mut state: MutexGuard<'_, State<'w>>) -> io::Result<()> {
        let failure = state.failure.take();
        drop(state);
        self.turn.notify_all();
        failure.map_or(Ok(()), Err)
    }
}

impl State<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if self.failed {
            return;
        }
        if let Err(error) = self.out.write_all(bytes) {
            self.failed = true;
            self.failure = Some(error);
        }
    }

    fn write_held(&mut self) {
        while let Some(bytes) = self.held.remove(&self.next) {
            self.held_bytes -= bytes.len();
            self.write(&bytes);
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::{HELD_BYTES, InOrder};

    fn write_all(order: &InOrder<'_>, units: usize, bytes: usize) {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let unit = next.fetch_add(1, Ordering::Relaxed);
                        if unit >= units {
                            break;
                        }
                        // The first units are the slowest, so that the others have to hold back.
                        if unit < 2 {
                            thread::sleep(std::time::Duration::from_millis(30));
                        }
                        let mut buffer = Vec::new();
                        for part in 0..3u8 {
                            buffer.extend(std::iter::repeat_n(part, bytes));
                            // A failure is told to one of the threads only.
                            order.offer(unit, &mut buffer).ok();
                        }
                        buffer.push(u8::try_from(unit).expect("few"));
                        order.finish(unit, &mut buffer).ok();
                    }
                });
            }
        });
    }

    #[test]
    fn units_come_out_in_their_order_however_much_they_hold() {
        for bytes in [0, 10, HELD_BYTES / 2] {
            let mut out = Vec::new();
            let order = InOrder::new(Box::new(&mut out));
            write_all(&order, 12, bytes);
            drop(order);
            let marks: Vec<u8> = out
                .chunks(3 * bytes + 1)
                .map(|unit| *unit.last().expect("not empty"))
                .collect();
            assert_eq!(marks, (0..12).collect::<Vec<u8>>(), "{bytes}");
        }
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_turn_that_will_not_come() {
        let order = InOrder::new(Box::new(Closed));
        write_all(&order, 12, HELD_BYTES / 2);
        assert!(order.lock().failed);
    }
}
