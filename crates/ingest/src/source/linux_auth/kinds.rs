//! Hands events on to the consumer, whose answer for each kind is remembered.

use std::collections::HashMap;

use super::event::AuthEvent;
use crate::{Consumer, Place, Placed};

/// How many answers are at hand without a look into the table.
const RECENT: usize = 64;

/// The kinds of events met in one unit of reading. A consumer is asked for each of them once.
#[derive(Clone, Debug)]
pub struct AuthKinds {
    /// The consumer's answer for every kind met.
    answers: HashMap<u64, Option<u32>>,
    /// The answers for the kinds met last, each in the place that its number leads to.
    recent: [Option<(u64, Option<u32>)>; RECENT],
}

impl Default for AuthKinds {
    fn default() -> Self {
        Self {
            answers: HashMap::new(),
            recent: [None; RECENT],
        }
    }
}

impl AuthKinds {
    /// Hands an event on, if the consumer wants its kind.
    pub fn deliver(&mut self, event: &AuthEvent<'_>, place: &Place, consumer: &mut dyn Consumer) {
        if let Some(kind) = self.wanted(event, consumer) {
            consumer.event(kind, &Placed::new(event, place));
        }
    }

    fn wanted(&mut self, event: &AuthEvent<'_>, consumer: &mut dyn Consumer) -> Option<u32> {
        let number = event.kind_number();
        // Multiplying spreads the bits that tell kinds apart to the top.
        let slot = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize % RECENT;
        if let Some((recent, wanted)) = self.recent[slot]
            && recent == number
        {
            return wanted;
        }
        let wanted = *self
            .answers
            .entry(number)
            .or_insert_with(|| consumer.kind(&event.kind()));
        self.recent[slot] = Some((number, wanted));
        wanted
    }
}
