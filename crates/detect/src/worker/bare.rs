//! Kinds of events that are asked one question, whose answer follows from the event's keys: whoever has them is a hit. Failed logins, which
//! a sequence joins, are mostly such; of each the keys and the time go straight to where hits are kept.

use std::io;

use gatewatch_event::Event;
use gatewatch_query::Rows;

use super::{Kind, Worker, has_history, time};
use crate::engine::Engine;
use crate::hits::encode_row;

/// The only question that is put to events of a kind, if a hit is no more than keys and time.
pub(super) fn only_question(kind: &Kind, engine: &Engine) -> Option<usize> {
    let [open] = kind.open.as_slice() else {
        return None;
    };
    let ask = &engine.asks()[open.ask];
    let is_asked = open.condition.is_some() && !open.by_keys;
    // Of whole events it is counted which name no index; of new terms the earliest time is kept.
    let needs_more = kind.index_unknown
        || kind.without_index
        || !open.needs_little
        || ask.counted.is_some()
        || ask.tiebreaker.is_some()
        || engine.threat(ask.rule).is_some()
        || has_history(engine, ask.rule);
    (!is_asked && !needs_more).then_some(open.ask)
}

impl Worker<'_> {
    /// Keeps the hit of an event of such a kind that can be read again, and says whether it is one. `None` where nothing follows: the
    /// kind is another, or the event has several keys.
    #[inline]
    pub(super) fn keep_bare(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
    ) -> io::Result<Option<bool>> {
        let Some(ask) = self.kinds[kind as usize].bare else {
            return Ok(None);
        };
        let ask = &self.engine.asks()[ask];
        let place = (ask.term, time(ask.clock, event), position);
        let mut rows = Rows::Any;
        let terms = self.engine.terms(ask.rule);
        self.hits.push_bare(ask.rule, terms, place, |key| {
            rows = encode_row(key, ask.keys.as_ref(), event);
            rows == Rows::One
        })?;
        Ok(match rows {
            Rows::One => Some(true),
            Rows::None => Some(false),
            Rows::Any => None,
        })
    }
}
