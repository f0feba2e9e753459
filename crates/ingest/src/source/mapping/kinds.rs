//! Hands events on to the consumer, whose answer for each kind is remembered.

use gatewatch_event::Event;

use super::event::SourceEvent;
use super::kind::{Kind, KnownKind};
use super::record::Record;
use super::source::Source;
use crate::source::Claim;
use crate::{Consumer, Place, Placed};

/// The consumer's answers for the kinds met in one unit of reading, by number; two for each kind: without and with fields
/// beside the record.
#[derive(Debug, Default)]
pub(crate) struct SourceKinds {
    answers: Vec<Option<Option<u32>>>,
}

/// The kind of a record, and what the consumer says of it.
pub(crate) struct Asked {
    source: &'static dyn Source,
    kind: &'static Kind,
    number: Option<u32>,
}

impl Asked {
    /// Does the consumer want events of the kind?
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
        let number =
            *self.answers[at].get_or_insert_with(|| consumer.kind(&KnownKind::new(table, beside)));
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
