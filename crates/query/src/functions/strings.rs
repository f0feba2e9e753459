//! The smaller functions over text.

use std::borrow::Cow;

use crate::text::{
    Haystack, byte_of_utf16, ends_with_insensitive, starts_with_insensitive, utf16_len, utf16_slice,
};
use crate::{RuntimeError, limits};

/// The text forms joined.
pub(crate) fn concat<'a>(
    texts: impl Iterator<Item = Cow<'a, str>>,
) -> Result<String, RuntimeError> {
    let mut joined = String::new();
    for text in texts {
        if joined.len() + text.len() > limits::TEXT {
            return Err(RuntimeError::new(
                "query-text-too-long",
                format!("concat builds a text of more than {} bytes", limits::TEXT),
            ));
        }
        joined.push_str(&text);
    }
    Ok(joined)
}

/// Does `source` begin with `prefix`?
pub(crate) fn starts_with(source: &str, prefix: &str, insensitive: bool) -> bool {
    if insensitive {
        starts_with_insensitive(source, prefix)
    } else {
        source.starts_with(prefix)
    }
}

/// Does `source` end with `suffix`?
pub(crate) fn ends_with(source: &str, suffix: &str, insensitive: bool) -> bool {
    if insensitive {
        ends_with_insensitive(source, suffix)
    } else {
        source.ends_with(suffix)
    }
}

/// Does `source` hold `part`? Never when either is empty.
pub(crate) fn string_contains(source: &str, part: &str, insensitive: bool) -> bool {
    !source.is_empty()
        && !part.is_empty()
        && Haystack::new(source, insensitive).find(part, 0).is_some()
}

/// The first position at or after `start` where `part` begins, in UTF-16 code units.
pub(crate) fn index_of(source: &str, part: &str, start: i32, insensitive: bool) -> Option<i32> {
    let start = usize::try_from(start).unwrap_or(0);
    if start > utf16_len(source) {
        return None;
    }
    let from = byte_of_utf16(source, start);
    let place = Haystack::new(source, insensitive).find(part, from)?;
    i32::try_from(place.utf16).ok()
}

/// The length in UTF-16 code units.
pub(crate) fn length(text: &str) -> i32 {
    i32::try_from(utf16_len(text)).unwrap_or(i32::MAX)
}

/// A slice as in Python: negative positions count from the end, positions beyond the text are held at its ends. Without
/// an end, to the end; without a start, the whole text, whatever the end.
pub(crate) fn substring(source: &str, start: Option<i32>, end: Option<i32>) -> Cow<'_, str> {
    let Some(start) = start else {
        return Cow::Borrowed(source);
    };
    let length = i64::try_from(utf16_len(source)).unwrap_or(i64::MAX);
    let position = |at: i32| {
        let at = i64::from(at);
        let at = if at < 0 { at + length } else { at };
        usize::try_from(at.clamp(0, length)).unwrap_or(0)
    };
    let end = position(end.unwrap_or(i32::MAX));
    utf16_slice(source, position(start), end)
}

#[cfg(test)]
mod tests {
    use super::{index_of, string_contains, substring};

    #[test]
    fn positions_count_from_zero() {
        for (part, start, insensitive, expect) in [
            ("o", 0, false, Some(1)),
            ("o", 2, false, Some(2)),
            ("o", 3, false, None),
            ("o", -5, false, Some(1)),
            ("O", 0, true, Some(1)),
            ("", 9, false, Some(9)),
            ("", 10, false, None),
            ("z", i32::MAX, false, None),
        ] {
            assert_eq!(index_of("foobarbaz", part, start, insensitive), expect);
        }
    }

    #[test]
    fn slices_are_those_of_python() {
        for (start, end, expect) in [
            (Some(-5), Some(-1), "worl"),
            (Some(0), Some(500), "hello world"),
            (Some(5), Some(-1), " worl"),
            (Some(-500), Some(2), "he"),
            (Some(6), None, "world"),
            (Some(3), Some(3), ""),
            (Some(9), Some(3), ""),
            (Some(i32::MIN), Some(i32::MIN), ""),
            (None, Some(5), "hello world"),
        ] {
            assert_eq!(substring("hello world", start, end), expect);
        }
        assert_eq!(substring("", Some(1), None), "");
    }

    #[test]
    fn nothing_is_contained_in_nothing() {
        assert!(!string_contains("", "", false));
        assert!(!string_contains("a", "", false));
        assert!(string_contains("aBc", "Bc", false));
        assert!(!string_contains("aBc", "bC", false));
        assert!(string_contains("aBc", "bC", true));
    }
}
