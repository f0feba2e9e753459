//! Regular expressions that are run.

use std::sync::OnceLock;

use regex_automata::{Anchored, Input, meta};

use super::PatternError;
use super::dfa::Dfa;
use super::nfa::{Nfa, too_large};
use super::regex::Regex;
use crate::limits;

/// Expressions of which any may match. Their automata are made when they are first asked.
#[derive(Debug)]
pub(crate) struct Automaton {
    regexes: Vec<Regex>,
    machines: OnceLock<Vec<Machine>>,
}

/// Something that runs one or several expressions.
#[derive(Debug)]
enum Machine {
    /// One table look-up a character.
    Dfa(Dfa),
    /// A table made while it is used, and thrown away when it grows too large.
    Lazy(meta::Regex),
    /// All possibilities side by side.
    Nfa(Nfa),
}

impl Automaton {
    /// # Errors
    ///
    /// When an expression would need too large an automaton.
    pub(crate) fn new(regexes: Vec<Regex>) -> Result<Self, PatternError> {
        let machines = OnceLock::new();
        if regexes.iter().any(Regex::needs_dfa) {
            // Elasticsearch refuses these, too, when they grow too large.
            let made = regexes
                .iter()
                .map(|regex| Dfa::needed(&Nfa::new(regex)?).map(Machine::Dfa))
                .collect::<Result<_, _>>()?;
            machines.get_or_init(|| made);
        } else {
            for regex in &regexes {
                // Two states more: the end, and the union it may stand in.
                if regex.size() + 2 > limits::NFA_STATES {
                    return Err(too_large());
                }
            }
        }
        Ok(Self { regexes, machines })
    }

    /// Have its machines been made?
    pub(crate) fn is_ready(&self) -> bool {
        self.machines.get().is_some()
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        let machines = self.machines.get_or_init(|| {
            let mut machines = Vec::new();
            make(&self.regexes, &mut machines);
            machines
        });
        machines.iter().any(|machine| machine.is_match(text))
    }

    /// How many expressions it stands for.
    pub(crate) fn len(&self) -> usize {
        self.regexes.len()
    }
}

/// Makes one machine of all the expressions if that stays small, else of each half. Together, expressions with several
/// stars each multiply; expressions with one star add up.
fn make(regexes: &[Regex], machines: &mut Vec<Machine>) {
    match regexes {
        [] => {}
        [only] => machines.extend(alone(only)),
        several => {
            let union = Regex::Union(several.to_vec());
            let joined = Nfa::new(&union)
                .ok()
                .and_then(|nfa| Dfa::new(&nfa, 2 * nfa.len() + 64));
            match joined {
                Some(dfa) => machines.push(Machine::Dfa(dfa)),
                None => {
                    let (first, second) = several.split_at(several.len() / 2);
                    make(first, machines);
                    make(second, machines);
                }
            }
        }
    }
}

/// A machine for one expression. It was found small enough when it was read.
fn alone(regex: &Regex) -> Option<Machine> {
    let nfa = Nfa::new(regex).ok()?;
    if let Some(dfa) = Dfa::new(&nfa, limits::DFA_STATES) {
        return Some(Machine::Dfa(dfa));
    }
    let lazy = regex.pattern().and_then(|pattern| {
        meta::Builder::new()
            .configure(meta::Config::new().nfa_size_limit(Some(1 << 24)))
            .build(&format!(r"\A(?:{pattern})\z"))
            .ok()
    });
    Some(lazy.map_or(Machine::Nfa(nfa), Machine::Lazy))
}

impl Machine {
    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Dfa(dfa) => dfa.is_match(text),
            Self::Lazy(regex) => regex.is_match(Input::new(text).anchored(Anchored::Yes)),
            Self::Nfa(nfa) => nfa.is_match(text),
        }
    }
}
