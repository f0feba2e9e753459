//! Automata against the definition of a match.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::dfa::Dfa;
use super::globs::Globs;
use super::nfa::Nfa;
use super::{TextMatcher, lucene, wildcard};
use crate::checked::PatternLanguage;
use crate::text::fold_char;

/// A pattern in Lucene's syntax, with what it means.
#[derive(Clone, Debug)]
enum Meaning {
    Char(char),
    Class(Vec<char>, bool),
    AnyChar,
    AnyText,
    Nothing,
    Interval(u32, u32, usize),
    Concat(Vec<Meaning>),
    Union(Vec<Meaning>),
    Intersection(Vec<Meaning>),
    Complement(Box<Meaning>),
    Repeat(Box<Meaning>, u32, Option<u32>),
}

impl Meaning {
    fn write(&self) -> String {
        let each = |parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(Self::write).collect();
            format!("({})", parts.join(between))
        };
        match self {
            Self::Char(c) => format!("\\{c}"),
            Self::Class(chars, negated) => {
                let chars: String = chars.iter().collect();
                format!("[{}{chars}]", if *negated { "^" } else { "" })
            }
            Self::AnyChar => ".".into(),
            Self::AnyText => "@".into(),
            Self::Nothing => "#".into(),
            Self::Interval(from, to, 0) => format!("<{from}-{to}>"),
            Self::Interval(from, to, width) => format!("<{from:0width$}-{to:0width$}>"),
            Self::Concat(parts) => each(parts, ""),
            Self::Union(parts) => each(parts, "|"),
            Self::Intersection(parts) => each(parts, "&"),
            Self::Complement(inner) => format!("~({})", inner.write()),
            Self::Repeat(inner, 0, None) => format!("({})*", inner.write()),
            Self::Repeat(inner, 1, None) => format!("({})+", inner.write()),
            Self::Repeat(inner, 0, Some(1)) => format!("({})?", inner.write()),
            Self::Repeat(inner, least, None) => format!("({}){{{least},}}", inner.write()),
            Self::Repeat(inner, least, Some(most)) => {
                format!("({}){{{least},{most}}}", inner.write())
            }
        }
    }

    /// Where a match that begins at `at` may end.
    fn ends(&self, text: &[char], at: usize) -> BTreeSet<usize> {
        let one = |fits: bool| BTreeSet::from_iter(fits.then_some(at + 1));
        match self {
            Self::Char(wanted) => one(text.get(at) == Some(wanted)),
            Self::Class(chars, negated) => {
                one(text.get(at).is_some_and(|c| chars.contains(c) != *negated))
            }
            Self::AnyChar => one(at < text.len()),
            Self::AnyText => (at..=text.len()).collect(),
            Self::Nothing => BTreeSet::new(),
            Self::Interval(from, to, width) => (at + 1..=text.len())
                .filter(|&end| {
                    let digits: String = text[at..end].iter().collect();
                    let right_width = *width == 0 || digits.len() == *width;
                    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                    plain
                        && right_width
                        && digits
                            .parse()
                            .is_ok_and(|number: u32| (*from..=*to).contains(&number))
                })
                .collect(),
            Self::Concat(parts) => parts.iter().fold(BTreeSet::from([at]), |ends, part| {
                ends.into_iter()
                    .flat_map(|at| part.ends(text, at))
                    .collect()
            }),
            Self::Union(parts) => parts.iter().flat_map(|part| part.ends(text, at)).collect(),
            Self::Intersection(parts) => parts
                .iter()
                .map(|part| part.ends(text, at))
                .reduce(|a, b| a.intersection(&b).copied().collect())
                .unwrap_or_default(),
            Self::Complement(inner) => {
                let ends = inner.ends(text, at);
                (at..=text.len())
                    .filter(|end| !ends.contains(end))
                    .collect()
            }
            Self::Repeat(inner, least, most) => {
                let mut current = BTreeSet::from([at]);
                let mut all = BTreeSet::new();
                // Beyond this many times, a text so short gives nothing new.
                let enough = least + u32::try_from(text.len()).unwrap_or(0) + 1;
                for times in 0..=most.unwrap_or(enough).min(enough) {
                    if times >= *least {
                        all.extend(&current);
                    }
                    current = current
                        .into_iter()
                        .flat_map(|at| inner.ends(text, at))
                        .collect();
                }
                all
            }
        }
    }

    fn is_match(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        self.ends(&text, 0).contains(&text.len())
    }
}

fn meanings() -> impl Strategy<Value = Meaning> {
    let leaf = prop_oneof![
        5 => prop::sample::select(vec!['a', 'b', '1', '0', '*', 'ä', '.']).prop_map(Meaning::Char),
        2 => (prop::collection::vec(prop::sample::select(vec!['a', 'b', '1', 'ä']), 1..3), any::<bool>())
            .prop_map(|(chars, negated)| Meaning::Class(chars, negated)),
        1 => Just(Meaning::AnyChar),
        1 => Just(Meaning::AnyText),
        1 => Just(Meaning::Nothing),
        1 => (0u32..150, 0u32..150, prop::bool::ANY).prop_map(|(a, b, fixed)| {
            let (from, to) = (a.min(b), a.max(b));
            let same_width = from.to_string().len() == to.to_string().len();
            Meaning::Interval(from, to, if fixed || same_width { 3 } else { 0 })
        }),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Meaning::Concat),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(Meaning::Union),
            1 => prop::collection::vec(inner.clone(), 2..3).prop_map(Meaning::Intersection),
            1 => inner.clone().prop_map(|inner| Meaning::Complement(Box::new(inner))),
            2 => (inner, 0u32..3, prop::option::of(0u32..3)).prop_map(|(inner, least, more)| {
                Meaning::Repeat(Box::new(inner), least, more.map(|more| least + more))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn automata_match_what_the_pattern_means(
        meaning in meanings(),
        texts in prop::collection::vec("[ab01*ä.]{0,6}", 1..12),
    ) {
        let pattern = meaning.write();
        let regex = lucene::parse(&pattern);
        let regex = regex.unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
        let nfa = Nfa::new(&regex).expect("it is small");
        let dfa = Dfa::new(&nfa, 10_000).expect("it is small");
        let matcher = TextMatcher::patterns(&[&pattern], PatternLanguage::Regex, false, true).expect("it is small");
        let lazy = regex.pattern().map(|pattern| {
            regex_automata::meta::Regex::new(&format!(r"\A(?:{pattern})\z")).expect("it is well formed")
        });
        for text in &texts {
            let expect = meaning.is_match(text);
            prop_assert_eq!(nfa.is_match(text), expect, "nfa {} on {}", pattern, text);
            prop_assert_eq!(dfa.is_match(text), expect, "dfa {} on {}", pattern, text);
            prop_assert_eq!(matcher.is_match(text), expect, "matcher {} on {}", pattern, text);
            if let Some(lazy) = &lazy {
                prop_assert_eq!(lazy.is_match(text), expect, "lazy {} on {}", pattern, text);
            }
        }
        if let Some(exact) = regex.exact() {
            prop_assert!(meaning.is_match(&exact));
        }
        if regex.is_total() {
            prop_assert!(texts.iter().all(|text| meaning.is_match(text)));
        }
    }

    #[test]
    fn wildcards_match_what_they_mean(
        patterns in prop::collection::vec("[abAä*?]{0,5}", 1..14),
        texts in prop::collection::vec("[abABäÄK\u{212a}k]{0,7}", 1..12),
        insensitive: bool,
    ) {
        let all: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let matcher = TextMatcher::patterns(&all, PatternLanguage::Wildcard, insensitive, true).expect("they are small");
        let globs = Globs::new(&all, insensitive).expect("they are small");
        let joined = Globs::new(&all, insensitive).expect("they are small");
        joined.warm_up();
        let chars = |text: &str| -> Vec<char> {
            text.chars().map(|c| if insensitive { fold_char(c) } else { c }).collect()
        };
        for text in &texts {
            let expect = patterns.iter().any(|pattern| wildcard::naive_match(&chars(pattern), &chars(text)));
            prop_assert_eq!(matcher.is_match(text), expect, "{:?} on {}", patterns, text);
            prop_assert_eq!(globs.is_match(text), expect, "one by one, {:?} on {}", patterns, text);
            prop_assert_eq!(joined.is_match(text), expect, "joined, {:?} on {}", patterns, text);
            if let (true, Some(literals)) = (expect, matcher.literals()) {
                prop_assert!(literals.iter().any(|literal| text.contains(literal)));
            }
        }
    }

    #[test]
    fn nothing_panics(pattern in "\\PC{0,40}", operators in "[\\[\\]()|&~<>0-9@#\"{},*+?.\\\\^a-]{0,24}", text in "\\PC{0,20}") {
        for pattern in [&pattern, &operators] {
            for over_field in [true, false] {
                for insensitive in [true, false] {
                    let matcher = TextMatcher::patterns(&[pattern], PatternLanguage::Regex, insensitive, over_field);
                    if let Ok(matcher) = matcher {
                        matcher.is_match(&text);
                        matcher.is_match(pattern);
                    }
                }
            }
        }
    }
}

/// Patterns that are small to write and large to run are refused, or run in time that their length bounds.
#[test]
fn hostile_patterns_end_soon() {
    let long = "a".repeat(60_000);
    for pattern in [
        "((a{1,30}){1,30}){1,30}",
        "(((a{1,99}){1,99}){1,99}){1,99}",
        "(a*)*b",
        "(a|a)*b",
        ".*a.{1,100}",
        ".*(a|b){500}c",
        "~(.*a.{12}b.*)",
        "~((~((~(a{1,50})){1,50})){1,50})",
        "(~(.*a.{3})){200}",
        ".*a.{14}&.*b.{14}",
        "[ab]{1000}{1000}{1000}",
        "((){1000000}){1000000}",
        "(()*)*a",
        "<0-2147483647>",
    ] {
        for insensitive in [false, true] {
            let matcher =
                TextMatcher::patterns(&[pattern], PatternLanguage::Regex, insensitive, true);
            if let Ok(matcher) = matcher {
                matcher.is_match(&long);
            }
        }
    }
    let stars = "*a".repeat(1000) + "b";
    let questions = "*a".to_owned() + &"?".repeat(1000) + "*";
    for pattern in [stars, questions] {
        let matcher = TextMatcher::patterns(&[&pattern], PatternLanguage::Wildcard, true, true)
            .expect("allowed");
        matcher.is_match(&long);
    }
}
