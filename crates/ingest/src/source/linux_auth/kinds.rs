//! Hands events on to the consumer, whose answer for each kind is remembered.

use std::collections::HashMap;

use super::class::{AuthKind, Key};
use super::event::AuthEvent;
use super::program::{Program, Role};
use super::sentence;
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
    /// The program named last, by the bytes of its name.
    last_program: (Vec<u8>, Program),
    /// For each sentence, the program that was asked about last, and the answer.
    sentences: [Option<(Program, Told)>; sentence::COUNT],
}

/// What a consumer wants of the events that a sentence of sshd can become.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct Told {
    /// Any of them.
    pub(in crate::source) is_wanted: bool,
    /// Under which number, if at all, it wants the attempt to log in that the sentence is in its [usual](super::Attempt) words; `None`
    /// where that is no attempt.
    pub(in crate::source) attempt: Option<Option<u32>>,
}

impl Default for AuthKinds {
    fn default() -> Self {
        Self {
            answers: HashMap::new(),
            recent: [None; RECENT],
            last_program: (Vec::new(), Program::OTHER),
            sentences: [None; sentence::COUNT],
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

    /// What the consumer wants of the events that a line can be, as far as its program and the start of its message tell. `None` where
    /// they do not tell that the message is one of sshd's sentences.
    pub(in crate::source) fn tell(
        &mut self,
        program: &[u8],
        message: &[u8],
        consumer: &mut dyn Consumer,
    ) -> Option<Told> {
        let number = sentence::number(message)?;
        let program = self.program(program)?;
        if program.role != Role::Ssh {
            return None;
        }
        if let Some((asked, told)) = self.sentences[number]
            && asked == program
        {
            return Some(told);
        }
        let mut is_wanted = false;
        for key in sentence::kinds(program, number) {
            is_wanted |= self.answer(key, consumer).is_some();
        }
        let attempt = sentence::attempt(program, number);
        let told = Told {
            is_wanted,
            attempt: attempt.map(|key| self.answer(key, consumer)),
        };
        self.sentences[number] = Some((program, told));
        Some(told)
    }

    /// The program of this name: mostly that of the line before.
    fn program(&mut self, name: &[u8]) -> Option<Program> {
        if self.last_program.0 != name {
            let program = Program::named(std::str::from_utf8(name).ok()?);
            self.last_program.0.clear();
            self.last_program.0.extend_from_slice(name);
            self.last_program.1 = program;
        }
        Some(self.last_program.1)
    }

    fn wanted(&mut self, event: &AuthEvent<'_>, consumer: &mut dyn Consumer) -> Option<u32> {
        let key = event.key();
        let number = key.number();
        // Multiplying spreads the bits that tell kinds apart to the top.
        let slot = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize % RECENT;
        if let Some((recent, wanted)) = self.recent[slot]
            && recent == number
        {
            return wanted;
        }
        let wanted = self.answer(key, consumer);
        self.recent[slot] = Some((number, wanted));
        wanted
    }

    fn answer(&mut self, key: Key, consumer: &mut dyn Consumer) -> Option<u32> {
        *self
            .answers
            .entry(key.number())
            .or_insert_with(|| consumer.kind(&AuthKind::new(key)))
    }
}
