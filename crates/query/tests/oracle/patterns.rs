//! Patterns, by trying everything.

/// Equal, letter by letter, whatever the case.
pub fn equal_insensitive(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

fn same(left: char, right: char, insensitive: bool) -> bool {
    left == right || insensitive && left.to_lowercase().eq(right.to_lowercase())
}

/// `*` is any text, `?` any character.
pub fn wildcard(pattern: &str, text: &str, insensitive: bool) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    wildcard_from(&pattern, &text, insensitive)
}

fn wildcard_from(pattern: &[char], text: &[char], insensitive: bool) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            wildcard_from(&pattern[1..], text, insensitive)
                || !text.is_empty() && wildcard_from(pattern, &text[1..], insensitive)
        }
        (Some('?'), Some(_)) => wildcard_from(&pattern[1..], &text[1..], insensitive),
        (Some(wanted), Some(c)) => {
            same(*wanted, *c, insensitive) && wildcard_from(&pattern[1..], &text[1..], insensitive)
        }
        _ => false,
    }
}

/// Regular expressions of letters, `.`, `[..]`, `(..)`, `|`, `*`, `+`, `?`: what Lucene and Java agree on.
pub fn regex(pattern: &str, text: &str, insensitive: bool) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (alternatives, rest) = alternatives(&pattern);
    assert!(rest.is_empty(), "the generator writes balanced patterns");
    ends(&alternatives, &text, 0, insensitive).contains(&text.len())
}

enum Item {
    Chars(Vec<char>),
    Any,
    Group(Vec<Vec<(Item, char)>>),
}

type Alternatives = Vec<Vec<(Item, char)>>;

fn alternatives(mut rest: &[char]) -> (Alternatives, &[char]) {
    let mut all: Alternatives = vec![Vec::new()];
    while let Some(&c) = rest.first() {
        rest = &rest[1..];
        let item = match c {
            '|' => {
                all.push(Vec::new());
                continue;
            }
            ')' => return (all, rest),
            '(' => {
                let (inner, after) = alternatives(rest);
                rest = after;
                Item::Group(inner)
            }
            '[' => {
                let end = rest.iter().position(|c| *c == ']').expect("a closed class");
                let chars = rest[..end].to_vec();
                rest = &rest[end + 1..];
                Item::Chars(chars)
            }
            '.' => Item::Any,
            c => Item::Chars(vec![c]),
        };
        let times = match rest.first() {
            Some(&times @ ('*' | '+' | '?')) => {
                rest = &rest[1..];
                times
            }
            _ => '1',
        };
        all.last_mut().expect("never empty").push((item, times));
    }
    (all, rest)
}

/// Where a match that begins at `at` may end.
fn ends(alternatives: &Alternatives, text: &[char], at: usize, insensitive: bool) -> Vec<usize> {
    let mut all = Vec::new();
    for sequence in alternatives {
        let mut current = vec![at];
        for (item, times) in sequence {
            current = repeated(item, *times, text, &current, insensitive);
        }
        all.extend(current);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn once(item: &Item, text: &[char], at: usize, insensitive: bool) -> Vec<usize> {
    match item {
        Item::Group(inner) => ends(inner, text, at, insensitive),
        Item::Any => (at < text.len()).then_some(at + 1).into_iter().collect(),
        Item::Chars(chars) => {
            let fits = text
                .get(at)
                .is_some_and(|c| chars.iter().any(|wanted| same(*wanted, *c, insensitive)));
            fits.then_some(at + 1).into_iter().collect()
        }
    }
}

fn repeated(
    item: &Item,
    times: char,
    text: &[char],
    starts: &[usize],
    insensitive: bool,
) -> Vec<usize> {
    let mut reached: Vec<usize> = if matches!(times, '*' | '?') {
        starts.to_vec()
    } else {
        Vec::new()
    };
    let mut current = starts.to_vec();
    loop {
        let mut next: Vec<usize> = current
            .iter()
            .flat_map(|&at| once(item, text, at, insensitive))
            .collect();
        next.sort_unstable();
        next.dedup();
        next.retain(|at| !reached.contains(at));
        if next.is_empty() {
            return reached;
        }
        reached.extend(&next);
        if matches!(times, '?' | '1') {
            return reached;
        }
        current = next;
    }
}
