//! Hands events on to the consumer, whose answer for each kind is remembered.

use gatewatch_event::Event;

use super::event::SourceEvent;
use super::kind::KnownKind;
use super::record::Record;
use super::source::Source;
use crate::{Consumer, Place, Placed};

/// The consumer's answers for the kinds met in one unit of reading, by number; two for each kind: without and with fields
/// beside the record.
#[derive(Debug, Default)]
pub(crate) struct SourceKinds {
    answers: Vec<Option<Option<u32>>>,
}

impl SourceKinds {
    /// Hands a record on, if the consumer wants its kind.
    pub(crate) fn deliver(
        &mut self,
        source: &'static dyn Source,
        record: &Record<'_>,
        beside: Option<&dyn Event>,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let kind = source.kind(record);
        let table = kind.table(source);
        let at = table.number() * 2 + usize::from(beside.is_some());
        if self.answers.len() <= at {
            self.answers.resize(at + 1, None);
        }
        let answer = *self.answers[at]
            .get_or_insert_with(|| consumer.kind(&KnownKind::new(table, beside.is_some())));
        if let Some(number) = answer {
            let event = SourceEvent::new(source, kind, record).beside(beside);
            consumer.event(number, &Placed::new(&event, place));
        }
    }
}
