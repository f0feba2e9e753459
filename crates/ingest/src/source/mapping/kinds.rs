//! Hands events on to the consumer, whose answer for each kind is remembered.

use std::sync::Arc;

use gatewatch_event::Event;

use super::event::SourceEvent;
use super::kind::{Kind, KnownKind};
use super::record::Record;
use super::source::Source;
use crate::source::Claim;
use crate::{Consumer, Place, Placed, TextTraces};

/// The consumer's answers for the kinds met in one unit of reading, by number; two for each kind: without and with fields
/// beside the record.
#[derive(Debug, Default)]
pub(crate) struct SourceKinds {
    answers: Vec<Option<Answer>>,
}

/// A consumer's answer for a kind.
#[derive(Clone, Debug)]
struct Answer {
    number: Option<u32>,
    /// How many records of a kind that is wanted were met, while that matters.
    met: u32,
    traces: Option<Arc<TextTraces>>,
}

/// A kind of fewer records than this is not worth a search.
const MANY_RECORDS: u32 = 16;

impl Answer {
    /// The number under which a record is wanted; `None` also for those whose text shows that they cannot matter.
    fn of(
        &mut self,
        (source, kind): (&'static dyn Source, &'static Kind),
        record: &Record<'_>,
        consumer: &mut dyn Consumer,
    ) -> Option<u32> {
        let number = self.number?;
        if self.met < MANY_RECORDS {
            self.met += 1;
            if self.met == MANY_RECORDS {
                let are_shown = |traces: &Arc<TextTraces>| {
                    let mut fields = traces.fields().iter();
                    fields.all(|field| kind.table(source).is_shown(*field, source))
                };
                self.traces = consumer.text_traces(number).filter(are_shown);
            }
            return Some(number);
        }
        let may_matter = match &self.traces {
            Some(traces) => source.shows(record, &mut |text| traces.are_in(text)),
            None => true,
        };
        may_matter.then_some(number)
    }
}

/// The kind of a record, and what the consumer says of it and of the record.
pub(crate) struct Asked {
    source: &'static dyn Source,
    kind: &'static Kind,
    number: Option<u32>,
}

impl Asked {
    /// Does the consumer want events of the kind, and may this be one that matters?
    pub(crate) fn is_wanted(&self) -> bool {
        self.number.is_some()
    }

    /// Hands the record on, if the consumer wants its kind.
    pub(crate) fn deliver(
        &self,
        record: &Record<'_>,
        beside: Option<&dyn Event>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        if let Some(number) = self.number {
            let event = SourceEvent::new(self.source, self.kind, record).beside(beside);
            consumer.event(number, &Placed::new(&event, place));
        }
    }
}

impl SourceKinds {
    /// Finds the kind of a record that was claimed, with or without fields beside it, and asks the consumer about it, once.
    pub(crate) fn ask(
        &mut self,
        claim: Claim,
        record: &Record<'_>,
        beside: bool,
        consumer: &mut dyn Consumer,
    ) -> Asked {
        let source = claim.source;
        let kind = claim.kind.unwrap_or_else(|| source.kind(record));
        let table = kind.table(source);
        let at = table.number() * 2 + usize::from(beside);
        if self.answers.len() <= at {
            self.answers.resize(at + 1, None);
        }
        let answer = self.answers[at].get_or_insert_with(|| Answer {
            number: consumer.kind(&KnownKind::new(table, beside)),
            met: 0,
            traces: None,
        });
        let number = match beside {
            // What came with the record stands elsewhere.
            true => answer.number,
            false => answer.of((source, kind), record, consumer),
        };
        Asked {
            source,
            kind,
            number,
        }
    }

    /// Hands a record on, if the consumer wants its kind.
    pub(crate) fn deliver(
        &mut self,
        claim: Claim,
        record: &Record<'_>,
        beside: Option<&dyn Event>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        self.ask(claim, record, beside.is_some(), consumer)
            .deliver(record, beside, place, consumer);
    }
}
