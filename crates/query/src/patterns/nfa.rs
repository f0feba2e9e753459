//! Nondeterministic automata.

use std::collections::HashMap;
use std::sync::Arc;

use super::PatternError;
use super::charset::CharSet;
use super::dfa::Dfa;
use super::regex::Regex;
use crate::limits;

/// A state of an [`Nfa`].
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Goes on to all of these without reading.
    Split(Vec<u32>),
    /// Reads a character of the set, then goes on.
    Chars { set: u32, next: u32 },
    /// The text may end here.
    Accept,
}

/// A nondeterministic automaton that reads characters.
#[derive(Clone, Debug)]
pub(crate) struct Nfa {
    states: Vec<State>,
    sets: Vec<CharSet>,
    start: u32,
}

impl Nfa {
    /// The automaton of a regular expression.
    ///
    /// # Errors
    ///
    /// When it would have too many states.
    pub(crate) fn new(regex: &Regex) -> Result<Self, PatternError> {
        Self::build(regex, &mut Inner::default())
    }

    fn build(regex: &Regex, inner: &mut Inner) -> Result<Self, PatternError> {
        let mut builder = Builder {
            states: vec![State::Accept],
            sets: Vec::new(),
            inner,
        };
        let start = builder.add(regex, 0)?;
        Ok(Self {
            states: builder.states,
            sets: builder.sets,
            start,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn state(&self, index: u32) -> &State {
        &self.states[index as usize]
    }

    pub(crate) fn sets(&self) -> &[CharSet] {
        &self.sets
    }

    /// The states where the automaton stands at the beginning.
    pub(crate) fn initial(&self) -> Vec<u32> {
        let mut walk = Walk::new(self);
        walk.reach(self.start);
        walk.take()
    }

    pub(crate) fn walk(&self) -> Walk<'_> {
        Walk::new(self)
    }

    /// Does it match the whole text? Costs the product of both lengths.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let mut current = self.initial();
        let mut walk = self.walk();
        for c in text.chars() {
            let code = u32::from(c);
            for &state in &current {
                if let State::Chars { set, next } = self.state(state)
                    && holds(&self.sets[*set as usize], code)
                {
                    walk.reach(*next);
                }
            }
            current = walk.take();
            if current.is_empty() {
                return false;
            }
        }
        current
            .iter()
            .any(|&state| matches!(self.state(state), State::Accept))
    }
}

fn holds(set: &CharSet, code: u32) -> bool {
    let ranges = set.ranges();
    let after = ranges.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= ranges[after - 1].1
}

/// Collects the states reached, each once, through splits.
pub(crate) struct Walk<'a> {
    nfa: &'a Nfa,
    seen: Vec<bool>,
    touched: Vec<u32>,
    reached: Vec<u32>,
    pending: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(nfa: &'a Nfa) -> Self {
        Self {
            nfa,
            seen: vec![false; nfa.states.len()],
            touched: Vec::new(),
            reached: Vec::new(),
            pending: Vec::new(),
        }
    }

    pub(crate) fn reach(&mut self, state: u32) {
        self.pending.push(state);
        while let Some(state) = self.pending.pop() {
            if std::mem::replace(&mut self.seen[state as usize], true) {
                continue;
            }
            self.touched.push(state);
            match self.nfa.state(state) {
                State::Split(targets) => self.pending.extend_from_slice(targets),
                State::Chars { .. } | State::Accept => self.reached.push(state),
            }
        }
    }

    /// The states reached since the last call, sorted.
    pub(crate) fn take(&mut self) -> Vec<u32> {
        for state in self.touched.drain(..) {
            self.seen[state as usize] = false;
        }
        let mut reached = std::mem::take(&mut self.reached);
        reached.sort_unstable();
        reached
    }
}

/// The deterministic automata of `~` and `&` within one pattern. A repetition adds the same expression many times over,
/// and within another repetition many times many: each is built once.
#[derive(Default)]
struct Inner {
    known: HashMap<*const Regex, Arc<Dfa>>,
    /// The sizes of all of them.
    spent: usize,
}

impl Inner {
    fn dfa(&mut self, regex: &Regex) -> Result<Arc<Dfa>, PatternError> {
        let key = std::ptr::from_ref(regex);
        if let Some(dfa) = self.known.get(&key) {
            return Ok(Arc::clone(dfa));
        }
        let dfa = match regex {
            Regex::Complement(inner) => self.build(inner)?.complement(),
            Regex::Intersection(parts) => {
                let mut product: Option<Dfa> = None;
                for part in parts {
                    let dfa = self.build(part)?;
                    product = Some(match product {
                        None => dfa,
                        Some(left) => left.intersection(&dfa)?,
                    });
                }
                match product {
                    Some(dfa) => dfa,
                    None => self.build(&Regex::Empty)?,
                }
            }
            plain => self.build(plain)?,
        };
        let dfa = Arc::new(dfa);
        self.known.insert(key, Arc::clone(&dfa));
        Ok(dfa)
    }

    fn build(&mut self, regex: &Regex) -> Result<Dfa, PatternError> {
        let nfa = Nfa::build(regex, self)?;
        let dfa = Dfa::needed(&nfa)?;
        self.spent += nfa.len() + dfa.len();
        if self.spent > limits::NFA_STATES {
            return Err(too_large());
        }
        Ok(dfa)
    }
}

pub(super) fn too_large() -> PatternError {
    PatternError::new(format!(
        "it needs an automaton of more than {} states",
        limits::NFA_STATES
    ))
}

struct Builder<'a> {
    states: Vec<State>,
    sets: Vec<CharSet>,
    inner: &'a mut Inner,
}

impl Builder<'_> {
    fn push(&mut self, state: State) -> Result<u32, PatternError> {
        if self.states.len() >= limits::NFA_STATES {
            return Err(too_large());
        }
        let index = u32::try_from(self.states.len()).expect("far fewer than 2^32 states");
        self.states.push(state);
        Ok(index)
    }

    fn set(&mut self, set: &CharSet) -> u32 {
        let index = match self.sets.iter().rposition(|known| known == set) {
            Some(index) => index,
            None => {
                self.sets.push(set.clone());
                self.sets.len() - 1
            }
        };
        u32::try_from(index).expect("far fewer than 2^32 sets")
    }

    /// Adds an expression that goes on to `next`, and returns where it begins.
    fn add(&mut self, regex: &Regex, next: u32) -> Result<u32, PatternError> {
        match regex {
            Regex::Nothing => self.push(State::Split(Vec::new())),
            Regex::Empty => Ok(next),
            Regex::Chars(set) => {
                let set = self.set(set);
                self.push(State::Chars { set, next })
            }
            Regex::Concat(parts) => parts
                .iter()
                .rev()
                .try_fold(next, |next, part| self.add(part, next)),
            Regex::Union(parts) => {
                let starts = parts
                    .iter()
                    .map(|part| self.add(part, next))
                    .collect::<Result<_, _>>()?;
                self.push(State::Split(starts))
            }
            Regex::Repeat { inner, least, most } => self.repeat(inner, *least, *most, next),
            Regex::Intersection(_) | Regex::Complement(_) => {
                let dfa = self.inner.dfa(regex)?;
                self.embed(&dfa, next)
            }
        }
    }

    fn repeat(
        &mut self,
        inner: &Regex,
        least: u32,
        most: Option<u32>,
        next: u32,
    ) -> Result<u32, PatternError> {
        let mut start = next;
        match most {
            None => {
                let hub = self.push(State::Split(Vec::new()))?;
                let body = self.add(inner, hub)?;
                self.states[hub as usize] = State::Split(vec![body, next]);
                start = hub;
            }
            Some(most) => {
                for _ in least..most {
                    let body = self.add(inner, start)?;
                    start = self.push(State::Split(vec![body, next]))?;
                }
            }
        }
        for _ in 0..least {
            let before = self.states.len();
            start = self.add(inner, start)?;
            if self.states.len() == before {
                // The inner expression is empty: once is as good as a billion times.
                break;
            }
        }
        Ok(start)
    }

    fn embed(&mut self, dfa: &Dfa, next: u32) -> Result<u32, PatternError> {
        let count = dfa.len();
        let base = self.states.len();
        for _ in 0..count {
            self.push(State::Split(Vec::new()))?;
        }
        let at = |state: usize| {
            u32::try_from(base + state).expect("the builder's limit is far below 2^32")
        };
        for state in 0..count {
            let mut targets = Vec::new();
            if dfa.accepts(state) {
                targets.push(next);
            }
            for (target, set) in dfa.moves(state) {
                let set = self.set(&set);
                targets.push(self.push(State::Chars {
                    set,
                    next: at(target),
                })?);
            }
            self.states[base + state] = State::Split(targets);
        }
        Ok(at(dfa.start()))
    }
}
