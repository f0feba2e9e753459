//! Where events stand among all that are read.

use std::sync::Arc;

use gatewatch_ingest::{Place, Unit};

/// Numbers the events of a unit: first the unit's own number, below it where in the file the event lies, so that one is found
/// again however many are passed over before it. Events that lie in one record count on from there: there are not more of
/// them than the record has bytes. Members of an archive begin anew each, so that their events are counted.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// The file; none before there is one.
    path: Option<Arc<str>>,
    /// Where in the file the unit begins.
    start: u64,
    /// The position of the event before, or what lies before the first.
    last: u64,
}

/// The bits below the number of a unit: more events, or bytes, than any unit has.
pub(super) const POSITION_BITS: u32 = 40;

impl Positions {
    /// For the unit of this number.
    pub(super) fn new(number: usize, unit: &Unit) -> Self {
        Self {
            path: Some(Arc::clone(unit.path())),
            start: unit.start(),
            last: (number as u64) << POSITION_BITS,
        }
    }

    /// Does it follow from the place of an event alone where the event stands, if it is the only one of its record?
    pub(super) fn tell(&self, place: &Place) -> bool {
        let is_own = |path: &Arc<str>| Arc::ptr_eq(path, &place.path) || *path == place.path;
        self.path.as_ref().is_some_and(is_own)
            && place.offset.saturating_sub(self.start) < (1 << POSITION_BITS) - 1
    }

    /// The position of the next event.
    pub(super) fn next(&self, place: &Place) -> u64 {
        let after = self.last + 1;
        if !self.tell(place) {
            return after;
        }
        let unit = self.last >> POSITION_BITS << POSITION_BITS;
        let own = unit + 1 + place.offset.saturating_sub(self.start);
        own.max(after)
    }

    /// The next event has this position.
    pub(super) fn take(&mut self, position: u64) {
        self.last = position;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gatewatch_ingest::Place;

    use super::{POSITION_BITS, Positions};

    const UNIT: u64 = 3 << POSITION_BITS;

    fn positions(start: u64) -> Positions {
        Positions {
            path: Some(Arc::from("a.log")),
            start,
            last: UNIT,
        }
    }

    fn place(path: &str, offset: u64) -> Place {
        Place {
            path: Arc::from(path),
            offset,
            record_id: None,
        }
    }

    fn all(positions: &mut Positions, places: &[(&str, u64)]) -> Vec<u64> {
        let next = |(path, offset): &(&str, u64)| {
            let position = positions.next(&place(path, *offset));
            positions.take(position);
            position - UNIT
        };
        places.iter().map(next).collect()
    }

    #[test]
    fn an_event_stands_where_it_lies_whatever_was_passed_over() {
        let events = [
            ("a.log", 100),
            ("a.log", 150),
            ("a.log", 150),
            ("a.log", 190),
        ];
        assert_eq!(all(&mut positions(100), &events), [1, 51, 52, 91]);
        assert_eq!(all(&mut positions(100), &events[3..]), [91]);
        assert!(positions(100).tell(&place("a.log", 190)));
    }

    #[test]
    fn events_of_members_and_beyond_all_bounds_are_counted() {
        let far = 1 << POSITION_BITS;
        let events = [
            ("a.log!x", 70),
            ("a.log!y", 3),
            ("a.log", far),
            ("a.log", far + 1),
        ];
        assert_eq!(all(&mut positions(0), &events), [1, 2, 3, 4]);
        assert!(!positions(0).tell(&place("a.log!x", 70)));
    }
}
