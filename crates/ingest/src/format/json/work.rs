//! What is done with each record: counted, looked through for what cannot matter, taken apart, handed on.

use std::borrow::Cow;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::deliver::{Delivery, Look};
use super::glance::Glance;
use super::lines::Lines;
use super::sieve::{Codes, FirstLook, Found, Sieve};
use super::skim::Skim;
use super::{Index, JsonError, LazyJson, wrapper};
use crate::{Consumer, Counts, Place, Problem, ProblemKind};

/// What was judged of a record before it is taken apart.
enum Judged<'b> {
    /// It cannot matter, and is one whole record.
    PassedOver,
    /// It was looked at, and may matter.
    LookedAt(Look<'b>),
    /// Nothing is known of it.
    Unknown,
}

/// One reading of one file or range.
pub(super) struct Work<'c> {
    consumer: &'c mut dyn Consumer,
    index: Index,
    /// `None` when every record is taken apart.
    sieve: Option<Rc<Sieve>>,
    codes: Codes,
    found: Found,
    skim: Skim,
    delivery: Delivery,
    place: Place,
    counts: Counts,
}

impl<'c> Work<'c> {
    pub(super) fn new(path: &Arc<str>, consumer: &'c mut dyn Consumer, prefilter: bool) -> Self {
        let sieve = prefilter.then(|| Sieve::new(consumer));
        let codes = Codes::new(consumer);
        Self {
            consumer,
            index: Index::new(),
            sieve: sieve.map(Rc::new),
            codes,
            found: Found::default(),
            skim: Skim::default(),
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
        let mut start = 0;
        let literal = sieve.as_ref().and_then(|sieve| sieve.literal());
        for line in Lines::new(&block[..end], literal) {
            start = line.start;
            let Some(text) = block.get(line.start..line.end) else {
                break;
            };
            let object = match text {
                // The usual line, without white space around the object.
                [b'{', .., b'}'] => text,
                _ => match text.trim_ascii() {
                    [] => {
                        start = line.end + 1;
                        continue;
                    }
                    object @ [b'{', .., b'}'] => object,
                    _ => return start,
                },
            };
            if object.len() > limit || wrapper::begins(object) {
                return start;
            }
            // What follows the line must begin another: nothing else can follow a brace that closes a record.
            let is_whole = line.is_one && block.get(line.end + 1) == Some(&b'{');
            self.found.next_record();
            let before = text.len() - text.trim_ascii_start().len();
            self.place.offset = offset + start as u64 + before as u64 * width;
            let judged = match &sieve {
                Some(sieve) => {
                    let first = sieve.first_look(&line, object);
                    self.judge(sieve, first, is_whole, object)
                }
                None => Judged::Unknown,
            };
            if !matches!(judged, Judged::PassedOver) && self.read(object, judged).is_err() {
                return start;
            }
            self.counts.records += 1;
            start = line.end + 1;
        }
        start.min(end)
    }

    /// Reads one record that was framed by its structure.
    pub(super) fn record(&mut self, bytes: &[u8], offset: u64) {
        self.found.next_record();
        self.place.offset = offset;
        let judged = match self.sieve.clone() {
            Some(sieve) => {
                let first = sieve.first_look_at_record(bytes);
                self.judge(&sieve, first, true, bytes)
            }
            None => Judged::Unknown,
        };
        if matches!(judged, Judged::PassedOver) {
            self.counts.records += 1;
            return;
        }
        match self.read(bytes, judged) {
            Ok(()) => self.counts.records += 1,
            Err(error) => self.unreadable(offset, &error.to_string()),
        }
    }

    /// Looks at a record for whether it can matter. `is_whole` says that it is surely one whole record, as far as that can be
    /// told without taking it apart.
    fn judge<'b>(
        &mut self,
        sieve: &Sieve,
        first: FirstLook,
        is_whole: bool,
        object: &'b [u8],
    ) -> Judged<'b> {
        let found = &mut self.found;
        if !first.code && is_whole && !sieve.may_be_sourced(object, found) {
            return Judged::PassedOver;
        }
        let Some(record) = self.skim.read(object) else {
            return Judged::Unknown;
        };
        let look = self.delivery.look(record);
        let hidden = || first.escapes && record.has_unicode() && sieve.hides(object);
        let matters = match look {
            Look::Unwanted => false,
            Look::Wanted(kind) => {
                hidden()
                    || self
                        .delivery
                        .may_matter(kind, record, &self.place, self.consumer)
            }
            Look::Beat(kind) => {
                self.delivery
                    .beat_may_matter(kind, record, &self.place, self.consumer)
            }
            Look::New(Some(Glance::Document | Glance::Beat(_))) => true,
            Look::New(Some(Glance::Other) | None) => {
                // What the record before had is looked for first.
                hidden()
                    || (found.was_sourced() && sieve.may_be_sourced(object, found))
                    || (first.code && sieve.may_matter(&mut self.codes, self.consumer, object))
                    || sieve.may_be_sourced(object, found)
            }
        };
        if matters {
            Judged::LookedAt(look)
        } else {
            Judged::PassedOver
        }
    }

    /// Takes the record at the current place apart and hands it on.
    fn read(&mut self, bytes: &[u8], judged: Judged<'_>) -> Result<(), JsonError> {
        // Bytes that are no UTF-8 are replaced, as Elastic's Beats do.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
        };
        match (&text, &judged) {
            (Cow::Borrowed(text), Judged::LookedAt(_)) => {
                self.index.build_from(text, self.skim.blocks())?;
            }
            _ => self.index.build(&text)?,
        }
        if matches!(text, Cow::Owned(_)) {
            self.damage(self.place.offset, "bytes that are no UTF-8, read as U+FFFD");
        }
        let json = LazyJson::new(&text, &self.index);
        let place = &self.place;
        match (judged, &self.sieve) {
            (Judged::LookedAt(look), Some(sieve)) => {
                let sourced = (sieve.as_ref(), &mut self.found, bytes);
                self.delivery
                    .deliver_looked_at(look, json, sourced, place, self.consumer);
            }
            _ => self.delivery.deliver_whole(json, place, self.consumer),
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
