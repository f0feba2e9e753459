//! Deterministic automata: one table look-up a character.

use std::collections::HashMap;

use super::PatternError;
use super::charset::CharSet;
use super::nfa::{Nfa, State};
use crate::limits;

/// Steps of construction that one state is worth. Automata of rules take a few hundred; far more means that the table
/// is not worth its making.
const WORK: usize = 1_000;

/// Characters that no set of the automaton tells apart are one class.
#[derive(Clone, Debug)]
struct Classes {
    /// The class of each ASCII character.
    ascii: Box<[u16; 128]>,
    /// Where ranges of one class begin, and that class; the first begins at 0.
    ranges: Vec<(u32, u16)>,
    count: usize,
}

impl Classes {
    /// The coarsest classes that the sets do not split.
    fn new(sets: &[CharSet]) -> Self {
        let mut bounds: Vec<u32> = sets
            .iter()
            .flat_map(CharSet::ranges)
            .flat_map(|&(first, last)| [first, last.saturating_add(1)])
            .chain([0])
            .filter(|&bound| bound <= 0x10_ffff)
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        let mut signatures: Vec<Vec<u64>> = vec![vec![0; sets.len().div_ceil(64)]; bounds.len()];
        for (index, set) in sets.iter().enumerate() {
            for &(first, last) in set.ranges() {
                let from = bounds.partition_point(|&bound| bound < first);
                let to = bounds.partition_point(|&bound| bound <= last);
                for signature in &mut signatures[from..to] {
                    signature[index / 64] |= 1 << (index % 64);
                }
            }
        }
        let mut known: HashMap<Vec<u64>, u16> = HashMap::new();
        let mut ranges: Vec<(u32, u16)> = Vec::with_capacity(bounds.len());
        for (bound, signature) in bounds.into_iter().zip(signatures) {
            let next = u16::try_from(known.len()).unwrap_or(u16::MAX);
            let class = *known.entry(signature).or_insert(next);
            if ranges.last().is_none_or(|&(_, last)| last != class) {
                ranges.push((bound, class));
            }
        }
        let mut classes = Self {
            ascii: Box::new([0; 128]),
            count: known.len(),
            ranges,
        };
        for code in 0..128u8 {
            classes.ascii[usize::from(code)] = classes.look_up(code.into());
        }
        classes
    }

    fn look_up(&self, code: u32) -> u16 {
        let after = self.ranges.partition_point(|&(first, _)| first <= code);
        self.ranges[after - 1].1
    }

    /// One code point of every class.
    fn samples(&self) -> Vec<u32> {
        let mut samples = vec![0; self.count];
        for &(first, class) in &self.ranges {
            samples[usize::from(class)] = first;
        }
        samples
    }

    /// The characters of a class.
    fn set(&self, class: usize) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for (index, &(first, of)) in self.ranges.iter().enumerate() {
            if usize::from(of) == class {
                let end = self
                    .ranges
                    .get(index + 1)
                    .map_or(0x10_ffff, |&(next, _)| next - 1);
                found.push((first, end));
            }
        }
        found
    }
}

/// A deterministic automaton. Once in a state below `live`, the answer is known.
#[derive(Clone, Debug)]
pub(crate) struct Dfa {
    classes: Classes,
    /// The next state by state and class.
    table: Vec<u32>,
    accept: Vec<bool>,
    start: u32,
    /// States from here on can still turn either way.
    live: u32,
}

impl Dfa {
    /// The deterministic form of an automaton; `None` when it has more than `budget` states, or is too much work.
    pub(crate) fn new(nfa: &Nfa, budget: usize) -> Option<Self> {
        let mut work = budget * WORK;
        let classes = Classes::new(nfa.sets());
        // Which classes each set of the automaton holds.
        let samples = classes.samples();
        let members: Vec<Vec<usize>> = nfa
            .sets()
            .iter()
            .map(|set| {
                (0..classes.count)
                    .filter(|&class| {
                        let code = samples[class];
                        set.ranges()
                            .iter()
                            .any(|&(first, last)| (first..=last).contains(&code))
                    })
                    .collect()
            })
            .collect();
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let initial = nfa.initial();
        let mut pending = vec![initial.clone()];
        known.insert(initial, 0);
        let (mut table, mut accept) = (Vec::new(), Vec::new());
        let mut walk = nfa.walk();
        let mut by_class: Vec<Vec<u32>> = vec![Vec::new(); classes.count];
        let mut done = 0;
        while done < pending.len() {
            let states = std::mem::take(&mut pending[done]);
            done += 1;
            accept.push(
                states
                    .iter()
                    .any(|&state| matches!(nfa.state(state), State::Accept)),
            );
            for &state in &states {
                if let State::Chars { set, next } = nfa.state(state) {
                    for &class in &members[*set as usize] {
                        by_class[class].push(*next);
                    }
                }
            }
            for targets in &mut by_class {
                work = work.checked_sub(targets.len() + 1)?;
                for state in targets.drain(..) {
                    walk.reach(state);
                }
                let reached = walk.take();
                work = work.checked_sub(reached.len())?;
                let next = u32::try_from(known.len()).ok()?;
                let target = *known.entry(reached.clone()).or_insert(next);
                if target == next {
                    if known.len() > budget {
                        return None;
                    }
                    pending.push(reached);
                }
                table.push(target);
            }
        }
        Some(Self::arranged(classes, table, accept, 0))
    }

    /// The deterministic form, where the nondeterministic one will not do.
    pub(crate) fn needed(nfa: &Nfa) -> Result<Self, PatternError> {
        Self::new(nfa, limits::DFA_STATES_NEEDED).ok_or_else(|| {
            PatternError::new(format!(
                "`~` or `&` needs an automaton of more than {} states",
                limits::DFA_STATES_NEEDED
            ))
        })
    }

    /// Puts the states first that never change their answer.
    fn arranged(classes: Classes, table: Vec<u32>, accept: Vec<bool>, start: usize) -> Self {
        let count = accept.len();
        let stride = classes.count;
        let settled = |state: usize| {
            table[state * stride..(state + 1) * stride]
                .iter()
                .all(|&target| target as usize == state)
        };
        let mut order: Vec<usize> = (0..count).filter(|&state| settled(state)).collect();
        let live = order.len();
        order.extend((0..count).filter(|&state| !settled(state)));
        let mut place = vec![0u32; count];
        for (new, &old) in order.iter().enumerate() {
            place[old] = u32::try_from(new).expect("there are fewer than 2^32 states");
        }
        let mut arranged = Vec::with_capacity(table.len());
        for &old in &order {
            let row = &table[old * stride..(old + 1) * stride];
            arranged.extend(row.iter().map(|&target| place[target as usize]));
        }
        Self {
            classes,
            table: arranged,
            accept: order.iter().map(|&old| accept[old]).collect(),
            start: place[start],
            live: u32::try_from(live).expect("there are fewer than 2^32 states"),
        }
    }

    /// Does it match the whole text?
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let stride = self.classes.count;
        let mut state = self.start;
        for c in text.chars() {
            if state < self.live {
                break;
            }
            let code = u32::from(c);
            let class = match self.classes.ascii.get(code as usize) {
                Some(&class) => class,
                None => self.classes.look_up(code),
            };
            state = self.table[state as usize * stride + usize::from(class)];
        }
        self.accept[state as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.accept.len()
    }

    pub(crate) fn start(&self) -> usize {
        self.start as usize
    }

    pub(crate) fn accepts(&self, state: usize) -> bool {
        self.accept[state]
    }

    /// The states that follow, each with the characters that lead there.
    pub(crate) fn moves(&self, state: usize) -> Vec<(usize, CharSet)> {
        let stride = self.classes.count;
        let mut by_target: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for class in 0..stride {
            let target = self.table[state * stride + class];
            by_target
                .entry(target)
                .or_default()
                .extend(self.classes.set(class));
        }
        let mut moves: Vec<(usize, CharSet)> = by_target
            .into_iter()
            .map(|(target, ranges)| (target as usize, CharSet::from_ranges(ranges)))
            .collect();
        // The table is hashed: without order, two runs would number states differently.
        moves.sort_unstable_by_key(|&(target, _)| target);
        moves
    }

    /// Every text that this one does not match.
    pub(crate) fn complement(mut self) -> Self {
        for accept in &mut self.accept {
            *accept = !*accept;
        }
        self
    }

    /// The texts that both match.
    pub(crate) fn intersection(&self, other: &Self) -> Result<Self, PatternError> {
        let sets: Vec<CharSet> = [self, other]
            .iter()
            .flat_map(|dfa| (0..dfa.classes.count).map(|class| dfa.classes.set(class)))
            .map(CharSet::from_ranges)
            .collect();
        let classes = Classes::new(&sets);
        let pairs: Vec<(usize, usize)> = classes
            .samples()
            .into_iter()
            .map(|code| {
                (
                    usize::from(self.classes.look_up(code)),
                    usize::from(other.classes.look_up(code)),
                )
            })
            .collect();
        let mut known: HashMap<(u32, u32), u32> = HashMap::from([((self.start, other.start), 0)]);
        let mut pending = vec![(self.start, other.start)];
        let (mut table, mut accept) = (Vec::new(), Vec::new());
        let mut done = 0;
        while let Some(&(left, right)) = pending.get(done) {
            done += 1;
            accept.push(self.accepts(left as usize) && other.accepts(right as usize));
            for &(left_class, right_class) in &pairs {
                let target = (
                    self.table[left as usize * self.classes.count + left_class],
                    other.table[right as usize * other.classes.count + right_class],
                );
                let next = u32::try_from(known.len()).expect("the limit is far below 2^32");
                let state = *known.entry(target).or_insert(next);
                if state == next {
                    if known.len() > limits::DFA_STATES_NEEDED {
                        return Err(PatternError::new(format!(
                            "`&` needs an automaton of more than {} states",
                            limits::DFA_STATES_NEEDED
                        )));
                    }
                    pending.push(target);
                }
                table.push(state);
            }
        }
        Ok(Self::arranged(classes, table, accept, 0))
    }
}
