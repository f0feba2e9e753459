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
    /// `None` when every record is taken apart.
    sieve: Option<Rc<Sieve>>,
    codes: Codes,
    delivery: Delivery,
    place: Place,
    counts: Counts,
}

impl<'c> Work<'c> {
    pub(super) fn new(path: &Arc<str>, consumer: &'c mut dyn Consumer, prefilter: bool) -> Self {
        let sieve = prefilter.then(|| Sieve::new(consumer)).flatten();
        let codes = Codes::new(consumer);
        Self {
            consumer,
            index: Index::new(),
            sieve: sieve.map(Rc::new),
            codes,
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

    /// Reads the lines of `block` up to `end`, each of which holds one object; the first lies at `offset`. Stops at a line that
    /// does not, or not in a way that can be told from the line alone, or is longer than `limit`; gives the number of bytes
    /// before it. A byte of white space takes `width` bytes of the file.
    pub(super) fn lines(
        &mut self,
        block: &[u8],
        end: usize,
        offset: u64,
        width: u64,
        limit: usize,
    ) -> usize {
        let sieve = self.sieve.clone();
        let mut pass = None;
        let mut start = 0;
        for line_end in memchr_iter(b'\n', &block[..end]).chain(std::iter::once(end)) {
            let line = start..line_end;
            let Some(text) = block.get(line.clone()) else {
                break;
            };
            let object = match text {
                // The usual line, without white space around the object.
                [b'{', .., b'}'] => text,
                _ => match text.trim_ascii() {
                    [] => {
                        start = line_end + 1;
                        continue;
                    }
                    object @ [b'{', .., b'}'] => object,
                    _ => return start,
                },
            };
            if object.len() > limit || wrapper::begins(object) {
                return start;
            }
            let may_matter = sieve.as_ref().is_none_or(|sieve| {
                // Made at the first line that needs it: it looks ahead over the whole block.
                let pass = pass.get_or_insert_with(|| sieve.pass(block, end));
                pass.may_matter(&mut self.codes, self.consumer, line.clone(), object)
                    || !pass.is_whole(&line)
            });
            if may_matter {
                let before = text.len() - text.trim_ascii_start().len();
                let offset = offset + start as u64 + before as u64 * width;
                if self.read(object, offset).is_err() {
                    return start;
                }
            }
            self.counts.records += 1;
            start = line_end + 1;
        }
        start.min(end)
    }

    /// Reads one record that was framed by its structure.
    pub(super) fn record(&mut self, bytes: &[u8], offset: u64) {
        let all = 0..bytes.len();
        if let Some(sieve) = &self.sieve
            && !sieve.pass(bytes, bytes.len()).may_matter(
                &mut self.codes,
                self.consumer,
                all,
                bytes,
            )
        {
            self.counts.records += 1;
            return;
        }
        match self.read(bytes, offset) {
            Ok(()) => self.counts.records += 1,
            Err(error) => self.unreadable(offset, &error.to_string()),
        }
    }

    /// Takes a record apart and hands it on.
    fn read(&mut self, bytes: &[u8], offset: u64) -> Result<(), JsonError> {
        // Bytes that are no UTF-8 are replaced, as Elastic's Beats do.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
        };
        self.index.build(&text)?;
        if matches!(text, Cow::Owned(_)) {
            self.damage(offset, "bytes that are no UTF-8, read as U+FFFD");
        }
        self.place.offset = offset;
        let json = LazyJson::new(&text, &self.index);
        match &self.sieve {
            Some(sieve) => {
                let may_be_sourced = || sieve.may_be_sourced(bytes);
                let place = &self.place;
                self.delivery
                    .deliver_at_a_glance(json, may_be_sourced, place, self.consumer);
            }
            None => self
                .delivery
                .deliver(Shape::of(json), &self.place, self.consumer),
        }
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
