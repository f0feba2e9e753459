//! Texts for patterns.

use crate::random::Random;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This text.
    Literal(String),
    /// Any one character.
    One,
    /// Any text.
    Many,
}

/// A pattern as pieces.
pub(crate) type Pieces = Vec<Piece>;

/// The pieces of a pattern of `*` and `?`. In an escaped one, `\` takes the meaning from the character after it.
pub(crate) fn pieces(pattern: &str, escaped: bool) -> Pieces {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        if escaped && c == '\\' {
            let literal = characters.next().unwrap_or(c);
            match pieces.last_mut() {
                Some(Piece::Literal(text)) => text.push(literal),
                _ => pieces.push(Piece::Literal(literal.into())),
            }
            continue;
        }
        match (c, pieces.last_mut()) {
            ('*', Some(Piece::Many)) => {}
            ('*', _) => pieces.push(Piece::Many),
            ('?', _) => pieces.push(Piece::One),
            (c, Some(Piece::Literal(text))) => text.push(c),
            (c, _) => pieces.push(Piece::Literal(c.into())),
        }
    }
    pieces
}

/// A text that the pattern matches, of at least `least` characters where a `*` allows it.
pub(crate) fn expand(pieces: &[Piece], least: usize, random: &mut Random) -> String {
    let mut text = String::new();
    let fixed: usize = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal.chars().count(),
            Piece::One => 1,
            Piece::Many => 0,
        })
        .sum();
    let stars = pieces.iter().filter(|piece| **piece == Piece::Many).count();
    let share = least.saturating_sub(fixed).div_ceil(stars.max(1));
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::One => {
                // A drive letter is what `?:\` stands for.
                let drive = matches!(pieces.get(at + 1), Some(Piece::Literal(next)) if next.starts_with(':'));
                if drive && text.is_empty() && !random.once_in(4) {
                    text.push('C');
                } else {
                    text.push_str(&random.word(1));
                }
            }
            Piece::Many => text.push_str(&filler(at, pieces, share, random)),
        }
    }
    text
}

fn filler(at: usize, pieces: &[Piece], share: usize, random: &mut Random) -> String {
    if share > 0 {
        return words(share, random);
    }
    // Beside a path separator stands a name; elsewhere a star often stands for nothing.
    let beside = |piece: Option<&Piece>, last: bool| match piece {
        Some(Piece::Literal(text)) => {
            let c = if last {
                text.chars().last()
            } else {
                text.chars().next()
            };
            c.is_some_and(|c| matches!(c, '\\' | '/' | '.' | ':' | '@' | '='))
        }
        _ => false,
    };
    let before = at.checked_sub(1).and_then(|before| pieces.get(before));
    let named = beside(before, true) || beside(pieces.get(at + 1), false);
    let length = 3 + random.below(6);
    if named {
        if random.once_in(12) {
            return String::new();
        }
        return random.word(length);
    }
    match random.below(4) {
        0 => String::new(),
        1 => format!(" {} ", random.word(length)),
        _ => random.word(length),
    }
}

/// Words of this many characters in all.
pub(crate) fn words(length: usize, random: &mut Random) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let left = length - text.len();
        let next = (3 + random.below(6)).min(left);
        text.push_str(&random.word(next));
        if left > next + 1 {
            text.push(' ');
        }
    }
    text
}

/// One pattern that matches only what all of these match, where it is plain how: those that begin with text first, those
/// that end with text last, stars between.
pub(crate) fn joined(mut patterns: Vec<Pieces>, random: &mut Random) -> Pieces {
    random.shuffle(&mut patterns);
    patterns.sort_by_key(|pieces| {
        let open_start = pieces.first() == Some(&Piece::Many);
        let open_end = pieces.last() == Some(&Piece::Many);
        match (open_start, open_end) {
            (false, true) => 0,
            (true, true) => 1,
            (true, false) => 2,
            (false, false) => 1,
        }
    });
    let mut joined = Pieces::new();
    for pieces in patterns {
        for piece in pieces {
            if piece == Piece::Many && joined.last() == Some(&Piece::Many) {
                continue;
            }
            joined.push(piece);
        }
    }
    joined
}

/// The text with the case of its letters changed somewhere, or none where there are none.
pub(crate) fn other_case(text: &str) -> String {
    let swapped = |c: char| {
        if c.is_ascii_uppercase() {
            c.to_ascii_lowercase()
        } else {
            c.to_ascii_uppercase()
        }
    };
    text.chars().map(swapped).collect()
}

#[cfg(test)]
mod tests {
    use super::{Piece, expand, joined, pieces};
    use crate::random::Random;

    #[test]
    fn patterns_become_texts() {
        let mut random = Random::new(1, &[], &[]);
        for _ in 0..50 {
            let text = expand(&pieces(r"?:\Users\*\x.exe", false), 40, &mut random);
            assert!(
                text.contains(r":\Users\") && text.ends_with(r"\x.exe"),
                "{text}"
            );
            assert!(text.chars().count() >= 40, "{text}");
        }
        assert_eq!(expand(&pieces("plain", false), 9, &mut random), "plain");
    }

    #[test]
    fn escapes_are_ordinary_characters() {
        assert_eq!(
            pieces(r"a\*b*\\", true),
            [
                Piece::Literal("a*b".into()),
                Piece::Many,
                Piece::Literal(r"\".into())
            ]
        );
    }

    #[test]
    fn patterns_join_in_a_sensible_order() {
        let mut random = Random::new(1, &[], &[]);
        let all = joined(
            vec![
                pieces("*.exe", false),
                pieces("*b*", false),
                pieces("C:*", false),
            ],
            &mut random,
        );
        assert_eq!(
            all,
            [
                Piece::Literal("C:".into()),
                Piece::Many,
                Piece::Literal("b".into()),
                Piece::Many,
                Piece::Literal(".exe".into())
            ]
        );
    }
}
