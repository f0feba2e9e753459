//! Texts cut at bytes, as the methods of `str` do it but quicker: those are asked of nearly every line.

use memchr::{memchr, memchr_iter};

/// Where this ASCII character stands first, if that is among so many bytes at the front.
pub(crate) fn find_near(text: &str, byte: u8, most: usize) -> Option<usize> {
    memchr(byte, &text.as_bytes()[..text.len().min(most)])
}

/// The text before and behind the first of these two ASCII characters in a row.
pub(crate) fn split_pair(text: &str, [first, second]: [u8; 2]) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let at = memchr_iter(second, bytes).find(|at| *at > 0 && bytes[at - 1] == first)?;
    Some((&text[..at - 1], &text[at + 1..]))
}

/// The lines of a text, as `text.lines()` gives them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = (!text.is_empty()).then_some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = memchr(b'\n', text.as_bytes()) else {
            rest = None;
            return Some(text);
        };
        rest = (at + 1 < text.len()).then_some(&text[at + 1..]);
        let line = &text[..at];
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

/// A text without white space in front, mostly none or a single space.
pub(crate) fn trim_front(text: &str) -> &str {
    match text.as_bytes() {
        [first, ..] if first.is_ascii_graphic() => text,
        [b' ', second, ..] if second.is_ascii_graphic() => &text[1..],
        _ => text.trim_start(),
    }
}

#[cfg(test)]
mod tests {
    use super::{find_near, lines, split_pair, trim_front};

    const TEXTS: [&str; 16] = [
        "", "a", " ", ": ", "a: b: c", "::  b", " :a", "é: ü", "\n", "a\n", "a\r\nb", "\r", "a\r",
        "\n\nb\n", " \u{a0}x", "  x",
    ];

    #[test]
    fn as_str_has_it() {
        for text in TEXTS {
            assert_eq!(split_pair(text, *b": "), text.split_once(": "), "{text:?}");
            assert_eq!(find_near(text, b':', 99), text.find(':'), "{text:?}");
            assert_eq!(trim_front(text), text.trim_start(), "{text:?}");
            let expect: Vec<&str> = text.lines().collect();
            assert_eq!(lines(text).collect::<Vec<_>>(), expect, "{text:?}");
        }
        assert_eq!(find_near("abc", b'c', 2), None);
        assert_eq!(find_near("é", b'x', 1), None);
    }
}
