//! Sequences: hits in order of time, joined by their keys.
//!
//! A [`SequenceMachine`] takes [`Hit`]s in order and gives [`Finished`] sequences as Elasticsearch does. It keeps, for
//! every join key, at most one unfinished sequence for every step: of several that wait for the same step only the
//! latest is ever continued, and continuing it discards the earlier ones. So the state grows with the number of keys,
//! not with the number of hits, and [`Bounds`] hold it.
//!
//! ```
//! use gatewatch_detect::sequence::{Bounds, Hit, SequenceMachine, Shape, TermShape};
//! use gatewatch_event::Timestamp;
//!
//! // sequence [a] [b]
//! let shape = Shape::new(vec![TermShape::once(), TermShape::once()], None);
//! let mut machine = SequenceMachine::new(shape, Bounds::default());
//! for (position, term) in [(1, 0), (2, 0), (3, 1)] {
//!     machine.push(Hit {
//!         time: Timestamp::from_millis(1000),
//!         tiebreak: None,
//!         position,
//!         term,
//!         key: [].into(),
//!         event: position,
//!     });
//! }
//! let (finished, _) = machine.finish();
//! assert_eq!(finished[0].events, [Some(2), Some(3)]);
//! ```

mod hit;
mod machine;
mod shape;
mod state;

pub(crate) use hit::missing_last;
pub use hit::{Finished, Hit, JoinKey, Ordinal};
pub use machine::{Bounds, SequenceCounts, SequenceMachine};
pub use shape::{Shape, TermShape};
