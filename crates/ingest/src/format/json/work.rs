//! What is done with each record: counted, looked through for what cannot matter, taken apart, handed on.

use std::borrow::Cow;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use memchr::memchr_iter;

use super::deliver::Delivery;
use super::sieve::{Codes, Sieve};
use super::{Index, JsonError, LazyJson, Shape, wrapper};
use crate::{Consumer, Counts, Place, Problem, ProblemKind};

/// One reading of one file or range.
pub(super) struct Work<'c> {
    consumer: &'c mut dyn Consumer,
    index: Index,
    sieve: Option<(Rc<Sieve>, Codes)>,
    delivery: Delivery,
    place: Place,
    counts: Counts,
}

impl<'c> Work<'c> {
    pub(super) fn new(path: &Arc<str>, consumer: &'c mut dyn Consumer, prefilter: bool) -> Self {
        let sieve = if prefilter {
            Sieve::new(consumer)
        } else {
            None
        };
        Self {
            consumer,
            index: Index::new(),
            sieve,
            delivery: Delivery::new(),
            place: Place {
                path: Arc::clone(path),
                offset: 0,
                record_id: None,
            },
            counts: Counts::default(),
        }
    }

    /// What was counted over `bytes` bytes.
    pub(super) fn finish(mut self, bytes: u64) -> Counts {
        self.counts.bytes = bytes;
        self.counts
    }

    /// Reads lines that hold one object each, the first of which lies at `offset`. Stops at a line that does not, or not in a
    /// way that can be told from the line alone; gives the number of bytes before it. A byte of white space takes `width`
    /// bytes of the file.
    pub(super) fn lines(&mut self, block: &[u8], offset: u64, width: u64) -> usize {
        let sieve = self.sieve.as_ref().map(|(sieve, _)| Rc::clone(sieve));
        let mut pass = None;
        let mut start = 0;
        for end in memchr_iter(b'\n', block).chain(std::iter::once(block.len())) {
            let Some(line) = block.get(start..end) else {
                break;
            };
            let object = match line {
                // The usual line, without white space around the object.
                [b'{', .., b'}'] => line,
                _ => match line.trim_ascii() {
                    [] => {
                        start = end + 1;
                        continue;
                    }
                    object @ [b'{', .., b'}'] => object,
                    _ => return start,
                },
            };
            if wrapper::begins(object) {
                return start;
            }
            let mut wanted = true;
            if let (Some(sieve), Some((_, codes))) = (&sieve, &mut self.sieve) {
                // Made at the first line that needs it: it looks ahead over the whole block.
                let pass = pass.get_or_insert_with(|| sieve.pass(block));
                wanted = pass.may_matter(codes, self.consumer, start..end);
            }
            // What is passed over is not taken apart, so that it is a whole record must show in what follows: another
            // record. Else, or where that is not known yet, it is taken apart all the same.
            wanted |= !is_followed_by_record(block, end);
            if wanted {
                let before = line.len() - line.trim_ascii_start().len();
                let offset = offset + start as u64 + before as u64 * width;
                if self.read(object, offset).is_err() {
                    return start;
                }
            }
            self.counts.records += 1;
            start = end + 1;
        }
        start.min(block.len())
    }

    /// Reads one record that was framed by its structure.
    pub(super) fn record(&mut self, bytes: &[u8], offset: u64) {
        if let Some((sieve, codes)) = &mut self.sieve {
            let wanted = sieve
                .pass(bytes)
                .may_matter(codes, self.consumer, 0..bytes.len());
            if !wanted {
                self.counts.records += 1;
                return;
            }
        }
        match self.read(bytes, offset) {
            Ok(()) => self.counts.records += 1,
            Err(error) => self.unreadable(offset, &error.to_string()),
        }
    }

    /// Takes a record apart and hands it on.
    fn read(&mut self, bytes: &[u8], offset: u64) -> Result<(), JsonError> {
        // Bytes that are no UTF-8 are replaced, as Elastic's Beats do.
        let text = String::from_utf8_lossy(bytes);
        self.index.build(&text)?;
        if matches!(text, Cow::Owned(_)) {
            self.damage(offset, "bytes that are no UTF-8, read as U+FFFD");
        }
        self.place.offset = offset;
        let shape = Shape::of(LazyJson::new(&text, &self.index));
        self.delivery.deliver(shape, &self.place, self.consumer);
        Ok(())
    }

    /// Counts a record that cannot be read, and says so.
    pub(super) fn unreadable(&mut self, offset: u64, reason: &str) {
        self.counts.records += 1;
        self.counts.unreadable += 1;
        self.problem(offset, ProblemKind::Record, reason);
    }

    /// Says that something around the records is damaged.
    pub(super) fn damage(&mut self, offset: u64, reason: &str) {
        self.problem(offset, ProblemKind::Damage, reason);
    }

    /// Says that the source cannot be read any further.
    pub(super) fn source_failed(&mut self, offset: u64, error: &io::Error) {
        let reason = format!("cannot be read any further: {error}");
        self.problem(offset, ProblemKind::File, &reason);
    }

    fn problem(&mut self, offset: u64, kind: ProblemKind, reason: &str) {
        self.consumer.problem(Problem {
            place: Place {
                offset,
                ..self.place.clone()
            },
            kind,
            reason: reason.to_owned(),
        });
    }
}

/// Does another object begin behind the line that ends at `end`?
fn is_followed_by_record(block: &[u8], end: usize) -> bool {
    block
        .get(end..)
        .and_then(|rest| rest.iter().find(|byte| !byte.is_ascii_whitespace()))
        == Some(&b'{')
}
