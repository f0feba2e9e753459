//! Texts that a regular expression matches.

use super::charset::CharSet;
use super::regex::Regex;
use super::{PatternError, lucene};

/// The longest text made.
const LONGEST: usize = 4096;
/// How many times more than needed something is repeated at most.
const EXTRA: u32 = 4;
/// What is preferred of a set of characters, in this order.
const PREFERRED: [(char, char); 4] = [('a', 'z'), ('0', '9'), ('A', 'Z'), ('!', '~')];

/// A text of Lucene's expression, `None` when there is none or it would be too long.
pub(crate) fn example(
    pattern: &str,
    choose: &mut dyn FnMut(usize) -> usize,
) -> Result<Option<String>, PatternError> {
    let regex = lucene::parse(pattern)?;
    let mut text = String::new();
    Ok(append(&regex, choose, &mut text).then_some(text))
}

fn append(regex: &Regex, choose: &mut dyn FnMut(usize) -> usize, text: &mut String) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    match regex {
        Regex::Nothing => false,
        Regex::Empty => true,
        Regex::Chars(set) => match character(set, choose) {
            Some(c) => {
                text.push(c);
                true
            }
            None => false,
        },
        Regex::Concat(parts) => parts.iter().all(|part| append(part, choose, text)),
        Regex::Union(parts) if parts.is_empty() => false,
        Regex::Union(parts) => append(&parts[choose(parts.len()) % parts.len()], choose, text),
        Regex::Repeat { inner, least, most } => {
            let most = most.unwrap_or(u32::MAX).min(least.saturating_add(EXTRA));
            let ways = most.saturating_sub(*least) as usize + 1;
            let times = *least as usize + choose(ways) % ways;
            (0..times).all(|_| append(inner, choose, text))
        }
        // The first part is as good a guess as any.
        Regex::Intersection(parts) => parts
            .first()
            .is_some_and(|first| append(first, choose, text)),
        Regex::Complement(_) => append(
            &Regex::Chars(CharSet::from_ranges(vec![('a'.into(), 'z'.into())]))
                .repeated(3, Some(8)),
            choose,
            text,
        ),
    }
}

fn character(set: &CharSet, choose: &mut dyn FnMut(usize) -> usize) -> Option<char> {
    for (first, last) in PREFERRED {
        let within: Vec<char> = (first..=last)
            .filter(|&c| {
                set.ranges()
                    .iter()
                    .any(|range| (range.0..=range.1).contains(&u32::from(c)))
            })
            .collect();
        if !within.is_empty() {
            return Some(within[choose(within.len()) % within.len()]);
        }
    }
    set.ranges()
        .iter()
        .find_map(|&(first, last)| char::from_u32(first).or_else(|| char::from_u32(last)))
}

#[cfg(test)]
mod tests {
    use super::example;
    use crate::checked::PatternLanguage;
    use crate::patterns::TextMatcher;

    #[test]
    fn examples_match() {
        for pattern in [
            "abc",
            "a|b|cd",
            "[a-f0-9]{8}",
            ".*\\.exe",
            "[^a-zA-Z0-9 -~]+",
            "(ab?)+x{2,5}",
            "<1-20>",
            "\\\\\\\\[0-9]+",
        ] {
            let matcher = TextMatcher::patterns(&[pattern], PatternLanguage::Regex, false, true)
                .expect("it is well formed");
            for seed in 0..20usize {
                let mut state = seed;
                let text = example(pattern, &mut |ways| {
                    state = state.wrapping_mul(31).wrapping_add(7);
                    state % ways
                })
                .expect("it is well formed")
                .expect("it matches something");
                assert!(matcher.is_match(&text), "{pattern}: {text:?}");
            }
        }
    }

    #[test]
    fn what_matches_nothing_or_no_end_has_no_example() {
        assert_eq!(example("a{60000}", &mut |_| 0).expect("it is read"), None);
        assert!(example("(", &mut |_| 0).is_err());
    }
}
