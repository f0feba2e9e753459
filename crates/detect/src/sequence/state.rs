//! What is kept for one join key.

use gatewatch_event::Timestamp;

use super::hit::Ordinal;

/// A sequence that has begun.
#[derive(Debug)]
pub(super) struct Partial<E> {
    pub(super) events: Vec<E>,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// Position of the last event, for a deterministic choice of what to drop.
    pub(super) position: u64,
    /// The latest event of a leading missing term before the first event.
    pub(super) lead: Option<Timestamp>,
    /// An event of a missing term lies between two of its events: it goes on, and is no answer in the end.
    pub(super) spoiled: bool,
}

impl<E> Partial<E> {
    pub(super) fn begin(
        event: E,
        time: Timestamp,
        position: u64,
        lead: Option<Timestamp>,
        stages: usize,
    ) -> Self {
        let mut events = Vec::with_capacity(stages.min(8));
        events.push(event);
        Self {
            events,
            first: time,
            last: time,
            position,
            lead,
            spoiled: false,
        }
    }

    /// What decides which is dropped first.
    pub(super) fn age(&self) -> (Timestamp, u64) {
        (self.last, self.position)
    }
}

/// A complete sequence that waits for what comes after it, because it ends in a missing event.
#[derive(Debug)]
pub(super) struct Waiting<E> {
    pub(super) partial: Partial<E>,
    pub(super) ordinal: Ordinal,
    /// An event of the trailing missing term later than this no longer matters.
    pub(super) deadline: Timestamp,
}

/// The two latest times at which something was seen: enough to know the latest one *before* the present time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recent {
    latest: Option<Timestamp>,
    earlier: Option<Timestamp>,
}

impl Recent {
    /// Times are recorded in order.
    pub(super) fn record(&mut self, time: Timestamp) {
        if self.latest.is_none_or(|latest| latest < time) {
            self.earlier = self.latest.replace(time);
        }
    }

    /// The latest recorded time strictly before `time`, which is not before any recorded time.
    pub(super) fn before(&self, time: Timestamp) -> Option<Timestamp> {
        self.latest
            .filter(|latest| *latest < time)
            .or(self.earlier.filter(|earlier| *earlier < time))
    }

    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.latest
    }
}

/// What missing terms need.
#[derive(Debug, Default)]
pub(super) struct Absences<E> {
    /// When a leading missing term was last met.
    pub(super) lead: Recent,
    /// When the missing terms of each gap were last met.
    pub(super) gaps: Vec<Recent>,
    pub(super) waiting: Vec<Waiting<E>>,
}

/// What is kept for one join key.
#[derive(Debug)]
pub(super) struct KeyState<E> {
    /// For each stage but the last, the sequence whose latest event took it. A later one takes the place of an
    /// earlier one, which could never be continued any more.
    pub(super) stages: Box<[Option<Partial<E>>]>,
    /// Only where the sequence has missing terms.
    pub(super) absences: Option<Box<Absences<E>>>,
}

impl<E> KeyState<E> {
    pub(super) fn new(stages: usize) -> Self {
        Self {
            stages: (1..stages).map(|_| None).collect(),
            absences: None,
        }
    }

    pub(super) fn absences(&mut self, gaps: usize) -> &mut Absences<E> {
        self.absences.get_or_insert_with(|| {
            Box::new(Absences {
                lead: Recent::default(),
                gaps: vec![Recent::default(); gaps],
                waiting: Vec::new(),
            })
        })
    }

    pub(super) fn has_partials(&self) -> bool {
        self.stages.iter().any(Option::is_some)
    }

    pub(super) fn partials(&self) -> usize {
        self.stages.iter().flatten().count()
    }

    /// How much it counts against the budget: every unfinished or waiting sequence, and a remembered leading event.
    pub(super) fn weight(&self) -> usize {
        let absences = self.absences.as_ref().map_or(0, |absences| {
            absences.waiting.len() + usize::from(absences.lead.latest().is_some())
        });
        self.partials() + absences
    }

    /// The age of everything that counts against the budget.
    pub(super) fn ages(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        let absences = self.absences.as_deref();
        self.stages
            .iter()
            .flatten()
            .map(Partial::age)
            .chain(
                absences
                    .into_iter()
                    .flat_map(|absences| &absences.waiting)
                    .map(|waiting| waiting.partial.age()),
            )
            .chain(
                absences
                    .and_then(|absences| absences.lead.latest())
                    .map(|latest| (latest, 0)),
            )
    }
}
