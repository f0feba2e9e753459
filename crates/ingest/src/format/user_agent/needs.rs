//! The texts without which a pattern cannot fit.
//!
//! A pattern is read from the inside out. What it matches is either one of a few texts, or anything that holds one text of each of
//! several sets. Sets go up to the whole pattern from what must be there: from both sides of a sequence, from both branches of a choice at once.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Sets of one pattern.
pub(super) const MOST_SETS: usize = 8;
/// Texts of one set.
const MOST_TEXTS: usize = 512;
/// Texts that come from putting the texts of neighbours together.
const MOST_PRODUCTS: usize = 16;
/// Bytes of a class that is taken for so many texts.
const MOST_BYTES: usize = 4;
/// Shorter texts stand in most user agents.
const SHORTEST: usize = 2;

/// Texts in small letters.
type Texts = Vec<Vec<u8>>;

/// What a part of a pattern matches.
enum Matched {
    /// One of these texts, but for the size of its letters.
    One(Texts),
    /// What holds a text of each set.
    Holding(Vec<Texts>),
}

/// The sets of texts, in small letters, of each of which a text must hold one so that the pattern may fit.
pub(super) fn needs(pattern: &Hir) -> Vec<Texts> {
    let mut sets = matched(pattern).into_sets();
    // Long texts tell more.
    sets.sort_by_key(|set| std::cmp::Reverse(shortest(set)));
    sets.truncate(MOST_SETS);
    sets
}

fn shortest(set: &Texts) -> usize {
    set.iter().map(Vec::len).min().unwrap_or_default()
}

fn is_telling(set: &Texts) -> bool {
    shortest(set) >= SHORTEST
}

impl Matched {
    fn into_sets(self) -> Vec<Texts> {
        match self {
            Self::One(texts) => [texts].into_iter().filter(is_telling).collect(),
            Self::Holding(sets) => sets,
        }
    }

    fn anything() -> Self {
        Self::Holding(Vec::new())
    }
}

fn matched(pattern: &Hir) -> Matched {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => Matched::One(vec![Vec::new()]),
        HirKind::Literal(literal) => Matched::One(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => of_class(class).map_or_else(Matched::anything, Matched::One),
        HirKind::Capture(capture) => matched(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = || matched(&repetition.sub);
            match (repetition.min, repetition.max) {
                (0, Some(1)) => match sub() {
                    Matched::One(mut texts) if texts.len() < MOST_PRODUCTS => {
                        texts.push(Vec::new());
                        Matched::One(texts)
                    }
                    _ => Matched::anything(),
                },
                (0, _) => Matched::anything(),
                (1, Some(1)) => sub(),
                _ => Matched::Holding(sub().into_sets()),
            }
        }
        HirKind::Concat(parts) => of_sequence(parts),
        HirKind::Alternation(branches) => of_choice(branches),
    }
}

/// The bytes of a small class, each a text.
fn of_class(class: &Class) -> Option<Texts> {
    let Class::Bytes(class) = class else {
        return None;
    };
    let mut texts = Texts::new();
    for range in class.iter() {
        for byte in range.start()..=range.end() {
            let text = vec![byte.to_ascii_lowercase()];
            if !texts.contains(&text) {
                texts.push(text);
            }
            if texts.len() > MOST_BYTES {
                return None;
            }
        }
    }
    Some(texts)
}

fn of_sequence(parts: &[Hir]) -> Matched {
    let mut sets = Vec::new();
    // What the parts since the last that is not one of a few texts match.
    let mut texts = vec![Vec::new()];
    let mut is_whole = true;
    for part in parts {
        match matched(part) {
            Matched::One(next) if can_join(&texts, &next) => texts = joined(&texts, &next),
            Matched::One(next) => {
                sets.push(std::mem::replace(&mut texts, next));
                is_whole = false;
            }
            Matched::Holding(held) => {
                sets.push(std::mem::replace(&mut texts, vec![Vec::new()]));
                sets.extend(held);
                is_whole = false;
            }
        }
    }
    if is_whole {
        return Matched::One(texts);
    }
    sets.push(texts);
    sets.retain(is_telling);
    Matched::Holding(sets)
}

fn can_join(texts: &Texts, next: &Texts) -> bool {
    let product = texts.len() * next.len();
    let is_one = texts.len() == 1 || next.len() == 1;
    product <= if is_one { MOST_TEXTS } else { MOST_PRODUCTS }
}

fn joined(texts: &Texts, next: &Texts) -> Texts {
    let join = |text: &Vec<u8>| {
        let text = text.clone();
        next.iter().map(move |next| [&text[..], next].concat())
    };
    texts.iter().flat_map(join).collect()
}

fn of_choice(branches: &[Hir]) -> Matched {
    let branches: Vec<Matched> = branches.iter().map(matched).collect();
    let is_one = |branch: &Matched| matches!(branch, Matched::One(_));
    let is_whole = branches.iter().all(is_one);
    let mut all = Texts::new();
    for branch in branches {
        let set = match branch {
            Matched::One(texts) => Some(texts),
            Matched::Holding(sets) => sets.into_iter().max_by_key(shortest),
        };
        match set {
            Some(set) if all.len() + set.len() <= MOST_TEXTS => all.extend(set),
            _ => return Matched::anything(),
        }
    }
    match (is_whole, is_telling(&all)) {
        (true, _) => Matched::One(all),
        (false, true) => Matched::Holding(vec![all]),
        (false, false) => Matched::anything(),
    }
}

#[cfg(test)]
mod tests {
    use super::needs;

    #[track_caller]
    fn check(pattern: &str, expect: &[&[&str]]) {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .expect("a pattern");
        let found: Vec<Vec<String>> = needs(&hir)
            .into_iter()
            .map(|set| {
                let mut texts: Vec<String> = set
                    .into_iter()
                    .map(|text| String::from_utf8(text).expect("ASCII"))
                    .collect();
                texts.sort();
                texts
            })
            .collect();
        assert_eq!(found, expect, "{pattern}");
    }

    #[test]
    fn sets() {
        check("", &[]);
        check("Curl", &[&["curl"]]);
        check(r"^(curl)/(\d+)", &[&["curl/"]]);
        check("(Firefox|Opera)/x", &[&["firefox/x", "opera/x"]]);
        check("[Bb]ot", &[&["bot"]]);
        check("(?i)bot", &[&["bot"]]);
        check("Edge?/", &[&["edg/", "edge/"]]);
        check(r"Edge?/\d", &[&["edg/", "edge/"]]);
        check(r"ab\d+cde", &[&["cde"], &["ab"]]);
        check(r"a\d+b", &[]);
        check(r"(?:ab\d|cd[^x]e)+", &[&["ab", "cd"]]);
        check(r"(?:ab\d|c)", &[]);
        check(r"(?:ab\d|.*)", &[]);
        check("(?:ab)*cd", &[&["cd"]]);
        check("(?:ab)+cd", &[&["ab"], &["cd"]]);
        check("(?:ab)?cd", &[&["abcd", "cd"]]);
        check("(?:ab){2}", &[&["ab"]]);
        check("[a-z]bc", &[&["bc"]]);
    }
}
