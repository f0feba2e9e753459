//! Every rule there is fires over what is made for it, and does not over its near misses.

#![allow(clippy::print_stderr, reason = "the figures are worth reading")]

mod support;

use std::time::Instant;

use gatewatch_rules::{Rule, shipped_pack};
use support::{Tally, shared, shared_rules};

/// Rules of the public set for which no events are made, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn every_shipped_rule_is_simulated() {
    let mut tally = Tally::default();
    let mut count = 0;
    for (path, text) in shipped_pack() {
        tally.add(Rule::parse(path, text).expect("a sound rule"), 3);
        count += 1;
    }
    assert_eq!(tally.refused, []);
    assert_eq!(tally.fired, count);
    assert_eq!(tally.without_miss, Vec::<String>::new());
}

#[test]
fn every_public_rule_is_simulated_but_for_those_listed() {
    let Some(folder) = shared() else {
        return;
    };
    let (mut all_unlisted, mut without) = (Vec::new(), Vec::new());
    for name in ["eql", "query", "new_terms", "threshold", "threat_match"] {
        let rules = shared_rules(&folder, name);
        let count = rules.len();
        let mut tally = Tally::default();
        let start = Instant::now();
        for rule in rules {
            tally.add(rule, 2);
        }
        eprintln!(
            "{name}: {} of {count} rules fire; near misses: {:?}; {:?}",
            tally.fired,
            tally.misses,
            start.elapsed()
        );
        let unlisted: Vec<_> = tally
            .refused
            .iter()
            .filter(|(name, _)| !EXCEPTIONS.iter().any(|(listed, _)| listed == name))
            .collect();
        all_unlisted.extend(unlisted.into_iter().cloned());
        without.extend(tally.without_miss);
    }
    assert!(all_unlisted.is_empty(), "{all_unlisted:#?}");
    assert_eq!(without, Vec::<String>::new());
}
