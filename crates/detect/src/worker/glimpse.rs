//! Events of which a few fields are enough.
//!
//! Of a hit that is no alert by itself a rule needs its keys and its time: a threshold counts, a sequence joins. Where an event can
//! be read again if it comes to an alert, nothing else of it is kept, so that nothing else of it has to be read.

use std::io;

use gatewatch_event::{Anchor, Event};
use gatewatch_query::Condition;

use super::{Part, Prepared, Worker};
use crate::cache::CachedEvent;

/// What came of a glimpse of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glimpse {
    /// No rule matches it.
    Unwanted,
    /// All that rules need of it was taken.
    Taken,
    /// It must be read as a whole.
    Wanted,
}

/// How far an event can be seen.
pub struct Sight<'s> {
    /// May it have any of the [anchors](Worker::anchors_beyond_glimpse) of its kind?
    pub shows_anchors: bool,
    /// Had it the answer to all that was asked of it so far? If not, nothing follows from the answers.
    pub is_sure: &'s dyn Fn() -> bool,
}

impl Worker<'_> {
    /// Takes what rules need of an event, if that can be seen without reading it as a whole. Then it is a hit as if it
    /// had been given to [`event`](Self::event), which does nothing with one that is not wanted. It must be one that can be read
    /// [again](super::Again::Later).
    ///
    /// # Errors
    ///
    /// As for [`event`](Self::event).
    pub fn glimpse(
        &mut self,
        kind: u32,
        event: &dyn Event,
        position: u64,
        sight: &Sight<'_>,
    ) -> io::Result<Glimpse> {
        let place = kind as usize;
        let of_kind = &self.kinds[place];
        // Of whole events it is counted which name no index.
        if of_kind.index_unknown || of_kind.without_index {
            return Ok(Glimpse::Wanted);
        }
        let cached = CachedEvent::new(event);
        let mut matching = std::mem::take(&mut self.matching);
        matching.clear();
        let are_known = match sight.shows_anchors {
            true => self.find_matching(place, &cached, &mut matching),
            false => {
                matching.extend(of_kind.matched_by_all());
                true
            }
        };
        let seen = match are_known {
            true => self.take(place, &cached, (&matching, position), sight),
            false => Ok(Glimpse::Wanted),
        };
        self.matching = matching;
        seen
    }

    /// The questions of a kind that an event answers with yes. False when one of them needs the whole event, or fails.
    fn find_matching(
        &mut self,
        place: usize,
        event: &dyn Event,
        matching: &mut Vec<usize>,
    ) -> bool {
        self.dispatch_kind(place);
        self.kinds[place].make_near();
        let kind = &self.kinds[place];
        if let Some(dispatcher) = &kind.dispatcher {
            dispatcher.candidates(event, &mut self.candidates);
        }
        let mut from = 0;
        while let Some(entry) = kind.next(from, &self.candidates) {
            from = entry + 1;
            let condition = kind.near[entry].as_ref();
            match condition.map_or(Ok(true), |condition| condition.matches(event)) {
                Ok(false) => {}
                Ok(true) if kind.open[entry].needs_little => matching.push(entry),
                Ok(true) | Err(_) => return false,
            }
        }
        true
    }

    /// Keeps the hits of an event for these questions.
    fn take(
        &mut self,
        place: usize,
        event: &dyn Event,
        (matching, position): (&[usize], u64),
        sight: &Sight<'_>,
    ) -> io::Result<Glimpse> {
        let mut hits: Vec<(usize, Prepared)> = Vec::new();
        for &entry in matching {
            let open = &self.kinds[place].open[entry];
            let (index, needs_little) = (open.ask, open.needs_little);
            match self.prepare(index, event, Part::Whole) {
                Ok(None) => {}
                Ok(Some(hit)) if needs_little => hits.push((index, hit)),
                Ok(Some(_)) | Err(_) => return Ok(Glimpse::Wanted),
            }
        }
        if !(sight.is_sure)() {
            return Ok(Glimpse::Wanted);
        }
        if hits.is_empty() {
            return Ok(Glimpse::Unwanted);
        }
        for (index, hit) in hits {
            self.keep(index, hit, position, None)?;
        }
        Ok(Glimpse::Taken)
    }

    /// Does a [`glimpse`](Self::glimpse) take something of every event of this kind?
    pub fn glimpses_all(&self, kind: u32) -> bool {
        let kind = self.kinds.get(kind as usize);
        kind.is_some_and(|kind| kind.matched_by_all().next().is_some())
    }

    /// What an event of this kind has if any rule matches it or fails over it, those aside that match every event and need little of
    /// it: at least one of these. `None` when nothing of the kind can be said.
    pub fn anchors_beyond_glimpse(&self, kind: u32) -> Option<Vec<Anchor>> {
        let kind = self.kinds.get(usize::try_from(kind).ok()?)?;
        let mut all = Vec::new();
        for open in &kind.open {
            match &open.condition {
                Some(condition) => all.extend(condition.anchors()?),
                None if open.needs_little => {}
                None => return None,
            }
        }
        Some(all)
    }
}

impl super::Kind {
    /// The questions that every event answers with yes.
    fn matched_by_all(&self) -> impl Iterator<Item = usize> {
        let open = self.open.iter().enumerate();
        open.filter(|(_, open)| open.condition.is_none())
            .map(|(entry, _)| entry)
    }

    /// Makes the conditions that are put to events of which deep fields are dear.
    pub(super) fn make_near(&mut self) {
        if self.near.is_empty() {
            let conditions = self.open.iter().map(|open| open.condition.as_ref());
            self.near = conditions
                .map(|condition| condition.map(Condition::nearest_first))
                .collect();
        }
    }
}
