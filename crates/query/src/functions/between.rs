//! `between(source, left, right[, greedy])`

use std::borrow::Cow;

use crate::RuntimeError;
use crate::text::Haystack;

/// The text after the first `left` up to the next `right`, or, greedy, up to the last `right` of the source. Empty when
/// either is not there; the whole source when either is empty.
pub(crate) fn between<'a>(
    source: &'a str,
    left: &str,
    right: &str,
    greedy: bool,
    insensitive: bool,
) -> Result<Cow<'a, str>, RuntimeError> {
    if source.is_empty() || left.is_empty() || right.is_empty() {
        return Ok(Cow::Borrowed(source));
    }
    let haystack = Haystack::new(source, insensitive);
    let Some(opening) = haystack.find(left, 0) else {
        return Ok(Cow::Borrowed(""));
    };
    let start = haystack.after(opening, left);
    let closing = if greedy {
        haystack.find_last(right)
    } else {
        haystack.find(right, start)
    };
    let Some(closing) = closing else {
        return Ok(Cow::Borrowed(""));
    };
    source
        .get(start..closing.byte)
        .map(Cow::Borrowed)
        .ok_or_else(|| {
            RuntimeError::new(
                "query-between-out-of-order",
                format!("the last [{right}] lies before the end of the first [{left}]"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn takes_the_text_between() {
        for (source, left, right, greedy, insensitive, expect) in [
            ("System Idle Process", "s", "e", false, false, "t"),
            (
                "System Idle Process",
                "s",
                "e",
                true,
                true,
                "ystem Idle Proc",
            ),
            (
                "welcome to the planet",
                "welcome",
                "village",
                false,
                false,
                "",
            ),
            (
                "welcome to the planet",
                "",
                "x",
                true,
                false,
                "welcome to the planet",
            ),
            ("", "a", "b", false, false, ""),
            ("aXbXc", "x", "x", false, true, "b"),
        ] {
            assert_eq!(
                between(source, left, right, greedy, insensitive).as_deref(),
                Ok(expect)
            );
        }
    }

    #[test]
    fn greedy_fails_when_the_end_comes_first() {
        assert!(between("e s", "s", "e", true, false).is_err());
        assert!(between("aa", "aa", "a", true, false).is_err());
    }
}
