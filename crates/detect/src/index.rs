//! Which rules see an event, by the names of the indices it would lie in.
//!
//! A source gives for each kind of event, under [`INDEX_FIELD`], the names of all indices that Elastic's tools might put
//! it into: a Windows logon lies in `logs-system.security-default`, in `winlogbeat-8.0.0`, or, forwarded, in
//! `logs-windows.forwarded-default`. A name may hold `*` where a part of it is not known. A rule sees the event if any of its
//! patterns can match any of the names. An event without a name is seen by every rule.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_event::{Event, Field, INDEX_FIELD, Known};
use gatewatch_rules::CompiledRule;

/// Answers remembered by one worker; a log made to name endless indices is answered anew each time.
const MOST_ANSWERS: usize = 4096;

/// The patterns of all rules.
#[derive(Debug, Default)]
pub(crate) struct IndexTable {
    /// The lists of patterns, each once: many rules have the same.
    lists: Vec<Patterns>,
    /// For each rule, its list; `None` for a rule without patterns.
    of_rule: Vec<Option<usize>>,
}

/// The patterns of a rule: what it sees, and what of that it does not see.
#[derive(Debug, PartialEq, Eq, Hash, Clone)]
struct Patterns {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Patterns {
    fn new(index: &[String]) -> Self {
        let mut patterns = Self {
            include: Vec::new(),
            exclude: Vec::new(),
        };
        for name in index.iter().flat_map(|text| text.split(',')) {
            // Another cluster's indices hold the same kinds of events.
            let name = name.trim();
            let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
            match name.strip_prefix('-') {
                Some(_) => patterns
                    .exclude
                    .push(local.trim_start_matches('-').to_owned()),
                None => patterns.include.push(local.to_owned()),
            }
        }
        patterns
    }

    fn can_match(&self, names: &[String]) -> bool {
        names.iter().any(|name| {
            self.include.iter().any(|pattern| overlap(pattern, name))
                && !self.exclude.iter().any(|pattern| covers(pattern, name))
        })
    }
}

impl IndexTable {
    pub(crate) fn new(rules: &[CompiledRule]) -> Self {
        let mut numbers: HashMap<Patterns, usize> = HashMap::new();
        let mut table = Self::default();
        for compiled in rules {
            let list = (!compiled.rule.index.is_empty()).then(|| {
                let patterns = Patterns::new(&compiled.rule.index);
                *numbers.entry(patterns.clone()).or_insert_with(|| {
                    table.lists.push(patterns);
                    table.lists.len() - 1
                })
            });
            table.of_rule.push(list);
        }
        table
    }

    /// Every rule sees every event.
    pub(crate) fn open(rules: usize) -> Self {
        Self {
            lists: Vec::new(),
            of_rule: vec![None; rules],
        }
    }

    fn is_open(&self) -> bool {
        self.lists.is_empty()
    }

    /// For each rule, whether it sees events in indices of these names.
    fn seen_by(&self, names: &[String]) -> Box<[bool]> {
        if names.is_empty() {
            return vec![true; self.of_rule.len()].into();
        }
        let lists: Vec<bool> = self
            .lists
            .iter()
            .map(|patterns| patterns.can_match(names))
            .collect();
        self.of_rule
            .iter()
            .map(|list| list.is_none_or(|list| lists[list]))
            .collect()
    }
}

/// The answers of one worker.
#[derive(Debug)]
pub(crate) struct Indices<'e> {
    table: &'e IndexTable,
    field: Field,
    answers: RefCell<HashMap<Vec<String>, Arc<[bool]>>>,
}

impl<'e> Indices<'e> {
    pub(crate) fn new(table: &'e IndexTable) -> Self {
        Self {
            table,
            field: Field::new(INDEX_FIELD),
            answers: RefCell::new(HashMap::new()),
        }
    }

    /// For each rule, whether it sees events of a kind; `None` when that depends on the event.
    pub(crate) fn of_kind(&self, known: &dyn Known) -> Option<Arc<[bool]>> {
        if self.table.is_open() {
            return Some(self.answer(Vec::new()));
        }
        let names = known.known(self.field)?;
        Some(self.answer(names.iter().map(|name| name.text().into_owned()).collect()))
    }

    /// Is it known that events of the kind are in no index that has a name, though some rule asks for one?
    pub(crate) fn is_unnamed(&self, known: &dyn Known) -> bool {
        !self.table.is_open() && known.known(self.field).is_some_and(<[_]>::is_empty)
    }

    /// For each rule, whether it sees an event; and whether the event names an index, or none is asked for.
    pub(crate) fn of_event(&self, event: &dyn Event) -> (Arc<[bool]>, bool) {
        if self.table.is_open() {
            return (self.answer(Vec::new()), true);
        }
        let mut names = Vec::new();
        event.visit(self.field, &mut |name| {
            names.push(name.text().into_owned());
            true
        });
        let named = !names.is_empty();
        (self.answer(names), named)
    }

    fn answer(&self, names: Vec<String>) -> Arc<[bool]> {
        let mut answers = self.answers.borrow_mut();
        if let Some(answer) = answers.get(&names) {
            return Arc::clone(answer);
        }
        let answer: Arc<[bool]> = Arc::from(self.table.seen_by(&names));
        if answers.len() < MOST_ANSWERS {
            answers.insert(names, Arc::clone(&answer));
        }
        answer
    }
}

/// Can the two patterns, in which `*` stands for any text, match the same text?
fn overlap(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    // Most patterns differ before their first `*`.
    let begins_alike = left
        .iter()
        .zip(right)
        .take_while(|(a, b)| **a != b'*' && **b != b'*')
        .all(|(a, b)| a == b);
    if !begins_alike {
        return false;
    }
    // reached[j]: the part of `left` looked at so far and the first `j` bytes of `right` have a text in common.
    let mut reached = vec![false; right.len() + 1];
    reached[0] = true;
    for j in 0..right.len() {
        reached[j + 1] = reached[j] && right[j] == b'*';
    }
    for &byte in left {
        let before = reached.clone();
        reached[0] = before[0] && byte == b'*';
        for j in 0..right.len() {
            let other = right[j];
            let same = before[j] && byte == other;
            let left_goes_on = byte == b'*' && (reached[j] || before[j]);
            let right_goes_on = other == b'*' && (before[j + 1] || before[j]);
            let left_is_empty = byte == b'*' && before[j + 1];
            let right_is_empty = other == b'*' && reached[j];
            reached[j + 1] =
                same || left_goes_on || right_goes_on || left_is_empty || right_is_empty;
        }
    }
    reached[right.len()]
}

/// Does the pattern match every text that `name` can be? A `*` in `name` is matched by a `*` of the pattern only.
fn covers(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == name[n] && byte != b'*' => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Patterns, covers, overlap};

    #[test]
    fn patterns_and_names() {
        let security = [
            "logs-system.security-default".to_owned(),
            "winlogbeat-*".to_owned(),
            "logs-windows.forwarded-default".to_owned(),
        ];
        let okta = ["logs-okta.*-*".to_owned()];
        let can = |patterns: &[&str], names: &[String]| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            Patterns::new(&patterns).can_match(names)
        };
        for pattern in [
            "winlogbeat-*",
            "logs-system.security*",
            "logs-system.security-*",
            "logs-windows.*",
            "logs-*",
            "*",
            "other:logs-system.*",
            "filebeat-*,logs-*",
        ] {
            assert!(can(&[pattern], &security), "{pattern}");
        }
        for pattern in [
            "logs-okta*",
            "filebeat-*",
            "logs-system.auth-*",
            "logs-system.security",
        ] {
            assert!(!can(&[pattern], &security), "{pattern}");
        }
        assert!(can(&["logs-okta.system-*"], &okta));
        assert!(!can(&["logs-system.*"], &okta));
        assert!(!can(&["logs-*", "-logs-okta.*"], &okta));
        assert!(can(&["logs-*", "-logs-okta.system-*"], &okta));
        assert!(can(&["logs-*", "-*elastic-cloud-logs-*"], &security));
    }

    /// All texts over two letters up to a length, by brute force.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..6 {
            last = last
                .iter()
                .flat_map(|text| [format!("{text}a"), format!("{text}b")])
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #[test]
        fn overlap_is_what_brute_force_finds(left in "[ab*]{0,4}", right in "[ab*]{0,4}") {
            // A shortest common text has no more letters than both patterns together have.
            let texts = texts();
            let letters = left.len() + right.len() <= 6;
            let found = texts.iter().any(|text| covers(&left, text) && covers(&right, text));
            if letters || found {
                prop_assert_eq!(overlap(&left, &right), found);
            }
        }
    }
}
