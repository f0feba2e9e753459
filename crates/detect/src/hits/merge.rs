//! Gives the hits of one rule from all workers in their order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

use super::codec::{Glance, decode};
use super::keys::KeySet;
use super::records::Records;
use super::store::{HitStore, Kept, rule_of, slot};
use super::{Hit, rank};
use crate::sequence::missing_last;

/// The hits of all workers.
#[derive(Debug)]
pub(crate) struct HitFiles {
    workers: Vec<Kept>,
}

impl HitFiles {
    /// Takes over what the workers kept; their order gives them their numbers.
    pub(crate) fn new(stores: Vec<HitStore>) -> io::Result<Self> {
        let workers = stores
            .into_iter()
            .map(HitStore::close)
            .collect::<io::Result<_>>()?;
        Ok(Self { workers })
    }

    /// Which rules have hits, ascending.
    pub(crate) fn rules(&self) -> Vec<usize> {
        let mut rules: Vec<usize> = self
            .workers
            .iter()
            .flat_map(|kept| {
                let in_file = kept.runs.iter().flat_map(|run| &run.parts);
                let in_memory = kept.memory.iter().map(|(slot, _)| *slot);
                let slots = in_file.map(|(slot, _, _)| *slot).chain(in_memory);
                slots.map(|slot| rule_of(slot as usize))
            })
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The hits of a rule, in order. `until` is the term of its `until`.
    pub(crate) fn of_rule(&self, rule: usize, until: Option<u32>) -> io::Result<RuleHits<'_>> {
        self.among(rule, until, None)
    }

    /// The same, without the hits whose key is none of these; those without a time are kept.
    pub(crate) fn among<'a>(
        &'a self,
        rule: usize,
        until: Option<u32>,
        keys: Option<&'a KeySet>,
    ) -> io::Result<RuleHits<'a>> {
        let sources = self.sources(rule);
        let mut hits = RuleHits {
            sources,
            heads: BinaryHeap::new(),
            until,
            keys,
        };
        for (number, source) in hits.sources.iter_mut().enumerate() {
            if let Some(hit) = source.next(keys)? {
                hits.heads.push(Reverse(Head {
                    rank: rank(hit.term, until),
                    hit,
                    source: number,
                }));
            }
        }
        Ok(hits)
    }

    /// The keys of the hits of the last term of a rule; `None` when they take more memory than this.
    pub(crate) fn last_keys(&self, rule: usize, budget: usize) -> io::Result<Option<KeySet>> {
        let mut keys = KeySet::default();
        for mut source in self.in_slot(slot(rule, true)) {
            let key_of = |bytes: &[u8]| Some(Box::<[u8]>::from(Glance::of(bytes)?.key));
            while let Some(key) = source.from.next(key_of)? {
                keys.insert(key);
                if keys.bytes() > budget {
                    return Ok(None);
                }
            }
        }
        Ok(Some(keys))
    }

    /// Where the hits of a rule lie.
    fn sources(&self, rule: usize) -> Vec<Source<'_>> {
        let both = [slot(rule, false), slot(rule, true)];
        both.iter().flat_map(|slot| self.in_slot(*slot)).collect()
    }

    fn in_slot(&self, slot: usize) -> Vec<Source<'_>> {
        let mut sources = Vec::new();
        for (number, kept) in (0u32..).zip(&self.workers) {
            for run in &kept.runs {
                if let (Some((from, to)), Some(file)) = (part(&run.parts, slot), &kept.file) {
                    sources.push(Source {
                        worker: number,
                        from: Records::in_file(file, from, to),
                    });
                }
            }
            let in_memory = kept
                .memory
                .binary_search_by(|(of, _)| (*of as usize).cmp(&slot));
            if let Ok(at) = in_memory {
                sources.push(Source {
                    worker: number,
                    from: Records::Memory(&[], &kept.memory[at].1),
                });
            }
        }
        sources
    }
}

fn part(parts: &[(u32, u64, u64)], slot: usize) -> Option<(u64, u64)> {
    let at = parts
        .binary_search_by(|(of, _, _)| (*of as usize).cmp(&slot))
        .ok()?;
    Some((parts[at].1, parts[at].2))
}

/// An iterator over the hits of a rule with the number of the worker that kept each.
pub(crate) struct RuleHits<'a> {
    sources: Vec<Source<'a>>,
    heads: BinaryHeap<Reverse<Head>>,
    until: Option<u32>,
    keys: Option<&'a KeySet>,
}

struct Source<'a> {
    worker: u32,
    from: Records<'a>,
}

/// The next hit of a source.
struct Head {
    hit: Hit,
    rank: u32,
    source: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.hit, &other.hit);
        a.time
            .cmp(&b.time)
            .then_with(|| missing_last(a.tiebreak.as_ref(), b.tiebreak.as_ref()))
            .then_with(|| a.position.cmp(&b.position))
            .then_with(|| other.rank.cmp(&self.rank))
            // Hits of one event are of one worker; its runs are in the order in which they were kept.
            .then_with(|| self.source.cmp(&other.source))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl Source<'_> {
    /// The next hit, of those with one of these keys if there are any.
    fn next(&mut self, keys: Option<&KeySet>) -> io::Result<Option<Hit>> {
        let Some(keys) = keys else {
            return self.from.next(decode);
        };
        loop {
            self.from.skip(|bytes| keys.is_useless(bytes));
            match self.from.next(|bytes| keys.decode(bytes))? {
                Some(None) => {}
                found => return Ok(found.flatten()),
            }
        }
    }
}

impl RuleHits<'_> {
    /// The next hit, with the number of its worker.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u32, Hit)>> {
        let Some(mut head) = self.heads.peek_mut() else {
            return Ok(None);
        };
        let source = &mut self.sources[head.0.source];
        // The next one of the source takes its place, which is mostly where it belongs.
        let hit = match source.next(self.keys)? {
            Some(next) => {
                head.0.rank = rank(next.term, self.until);
                std::mem::replace(&mut head.0.hit, next)
            }
            None => PeekMut::pop(head).0.hit,
        };
        Ok(Some((source.worker, hit)))
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Timestamp;
    use gatewatch_query::KeyValue;
    use proptest::prelude::*;

    use super::HitFiles;
    use crate::hits::{Hit, HitStore, Terms};

    const TERMS: Terms = Terms {
        until: Some(2),
        last: Some(1),
    };

    fn hits() -> impl Strategy<Value = Vec<(usize, usize, Hit)>> {
        let hit = (
            0..3usize,
            0..4usize,
            0..3u32,
            prop::option::of(0..5i64),
            prop::option::of(0..3i64),
            "[a-z]{0,40}",
        );
        prop::collection::vec(hit, 0..200).prop_map(|hits| {
            (0u64..)
                .zip(hits)
                .map(|(position, (worker, rule, term, time, tiebreak, text))| {
                    let hit = Hit {
                        term,
                        time: time.map(Timestamp::from_nanos),
                        position,
                        key: vec![KeyValue::Text(text.into())],
                        values: Vec::new(),
                        tiebreak: tiebreak.map(KeyValue::Long),
                        document: None,
                    };
                    (worker, rule, hit)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_budget_or_workers(hits in hits(), budget in 100..4000usize) {
            let collect = |workers: usize, budget: usize| {
                let mut stores: Vec<HitStore> = (0..workers).map(|_| HitStore::new(budget)).collect();
                for (worker, rule, hit) in &hits {
                    stores[worker % workers].push(*rule, TERMS, &hit.to_keep(&mut Vec::new())).expect("kept");
                }
                let files = HitFiles::new(stores).expect("closed");
                let mut all = Vec::new();
                for rule in files.rules() {
                    let mut of_rule = files.of_rule(rule, Some(2)).expect("readable");
                    while let Some((_, hit)) = of_rule.next().expect("readable") {
                        all.push((rule, hit));
                    }
                }
                all
            };
            let one = collect(1, usize::MAX);
            prop_assert_eq!(one.len(), hits.len());
            prop_assert!(one.is_sorted_by_key(|(rule, hit)| (*rule, hit.time)));
            prop_assert_eq!(&one, &collect(3, budget));
        }

        #[test]
        fn hits_that_lead_nowhere_are_left_out(mut hits in hits(), budget in 100..4000usize) {
            for (_, _, hit) in &mut hits {
                // Few keys, so that some come again.
                if let [KeyValue::Text(text)] = hit.key.as_mut_slice() {
                    *text = text.get(..1).unwrap_or_default().into();
                }
            }
            let mut stores: Vec<HitStore> = (0..2).map(|_| HitStore::new(budget)).collect();
            for (worker, rule, hit) in &hits {
                stores[worker % 2].push(*rule, TERMS, &hit.to_keep(&mut Vec::new())).expect("kept");
            }
            let files = HitFiles::new(stores).expect("closed");
            for rule in files.rules() {
                let read = |keys| {
                    let mut of_rule = files.among(rule, Some(2), keys).expect("readable");
                    let mut all = Vec::new();
                    while let Some((_, hit)) = of_rule.next().expect("readable") {
                        all.push(hit);
                    }
                    all
                };
                let all = read(None);
                let keys = files.last_keys(rule, usize::MAX).expect("readable").expect("few");
                let leads = |hit: &Hit| all.iter().any(|last| last.term == 1 && last.key == hit.key);
                let expect: Vec<Hit> = all
                    .iter()
                    .filter(|hit| hit.time.is_none() || leads(hit))
                    .cloned()
                    .collect();
                prop_assert_eq!(read(Some(&keys)), expect);
                let has_last = all.iter().any(|hit| hit.term == 1);
                let too_many = files.last_keys(rule, 0).expect("readable").is_none();
                prop_assert_eq!(too_many, has_last);
            }
        }
    }
}
