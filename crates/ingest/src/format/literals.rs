//! A search for many literals without case, of which any may show that a record matters.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// More literals than this make an automaton that costs more than it saves.
const MOST_LITERALS: usize = 1_000;
/// Up to so many bytes of literals a table of all states stays small: some 256 bytes for each.
const SMALL_BYTES: usize = 1_000;

/// Letters beside ASCII that are ASCII letters once their case is taken away, and [`DOTTED_I`](gatewatch_event::DOTTED_I), as
/// they stand and as they are escaped: where one of them is, a search for letters of ASCII alone says nothing.
pub(super) const FOLDED_TO_ASCII: [&str; 8] = [
    "\u{130}", "\u{131}", "\u{17F}", "\u{212A}", "\\u0130", "\\u0131", "\\u017f", "\\u212a",
];

/// A search for these literals and for [`FOLDED_TO_ASCII`]. `None` when there are too many.
pub(super) fn search<'l>(
    literals: impl ExactSizeIterator<Item = &'l str> + Clone,
) -> Option<AhoCorasick> {
    if literals.len() > MOST_LITERALS {
        return None;
    }
    let bytes: usize = literals.clone().map(str::len).sum();
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind((bytes <= SMALL_BYTES).then_some(AhoCorasickKind::DFA))
        .build(literals.chain(FOLDED_TO_ASCII))
        .ok()
}

#[cfg(test)]
mod tests {
    use gatewatch_event::DOTTED_I;

    use super::FOLDED_TO_ASCII;

    #[test]
    fn no_other_letter_folds_to_ascii() {
        for letter in '\u{80}'..=char::MAX {
            let mut upper = letter.to_uppercase();
            let upper = match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => letter,
            };
            let mut lower = upper.to_lowercase();
            let folded = match (lower.next(), lower.next()) {
                (Some(lower), None) => lower,
                _ => upper,
            };
            let is_known = FOLDED_TO_ASCII.contains(&letter.to_string().as_str());
            let folds = folded.is_ascii() || letter == DOTTED_I;
            assert_eq!(folds, is_known, "{letter:?}");
        }
    }
}
