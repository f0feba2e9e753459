//! The insides of JSON strings: where one ends, and what it says.

use std::borrow::Cow;

use super::JsonError;

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// What strings may hold beside text: backslashes.
pub(super) const WITH_ESCAPES: u8 = 1;
/// Backslashes and control characters.
pub(super) const WITH_CONTROLS: u8 = 2;

/// A bit in every byte of `word` that is a quote or a backslash, or a control character where those may be; the lowest set
/// bit is exact.
#[inline]
fn special<const MAY_HOLD: u8>(word: u64) -> u64 {
    let quote = word ^ (LOW_BITS * 0x22);
    let mut found = quote.wrapping_sub(LOW_BITS) & !quote;
    let backslash = word ^ (LOW_BITS * 0x5C);
    found |= backslash.wrapping_sub(LOW_BITS) & !backslash;
    if MAY_HOLD >= WITH_CONTROLS {
        found |= word.wrapping_sub(LOW_BITS * 0x20) & !word;
    }
    found & HIGH_BITS
}

/// The offset of the first quote, backslash or control character at or after `at`, or the length of `bytes`. What cannot be
/// there is not looked for.
#[inline]
pub(super) fn next_special<const MAY_HOLD: u8>(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let found = special::<MAY_HOLD>(u64::from_le_bytes(*chunk));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the string whose first byte after the quote is at `at` (the offset of its closing quote), and whether
/// it holds escapes.
#[inline]
pub(super) fn string_end<const MAY_HOLD: u8>(
    bytes: &[u8],
    at: usize,
) -> Result<(usize, bool), JsonError> {
    let end = next_special::<MAY_HOLD>(bytes, at);
    if bytes.get(end) == Some(&b'"') {
        Ok((end, false))
    } else {
        escaped_string_end::<MAY_HOLD>(bytes, end)
    }
}

/// The same for a string of which what comes before `at` is plain.
fn escaped_string_end<const MAY_HOLD: u8>(
    bytes: &[u8],
    mut at: usize,
) -> Result<(usize, bool), JsonError> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((at, true)),
            Some(b'\\') => at = next_special::<MAY_HOLD>(bytes, escape_end(bytes, at)?),
            Some(_) => return Err(JsonError::new(at, "a control character inside a string")),
            None => return Err(JsonError::new(at, "a string that does not end")),
        }
    }
}

/// The offset after the escape that begins at `at`.
fn escape_end(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match bytes.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            _ => Err(JsonError::new(
                at,
                "an escape without four hexadecimal digits",
            )),
        },
        Some(_) => Err(JsonError::new(at, "an unknown escape in a string")),
        None => Err(JsonError::new(at, "a string that does not end")),
    }
}

/// What a string says: the raw text itself, unless it holds escapes. Halves of surrogate pairs that stand alone become
/// U+FFFD, as in Elastic's Beats.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut text = String::with_capacity(raw.len());
    text.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(after) = rest.strip_prefix('\\') {
        // Mostly the letter stands for itself, and what follows it as well.
        if let [b'"' | b'\\' | b'/', behind @ ..] = after.as_bytes() {
            let end = memchr::memchr(b'\\', behind).map_or(after.len(), |at| at + 1);
            text.push_str(&after[..end]);
            rest = &after[end..];
            continue;
        }
        let mut letters = after.chars();
        let plain = match letters.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (letter, length) = unicode(after);
                text.push(letter);
                rest = copy_plain(&after[length..], &mut text);
                continue;
            }
            Some(other) => other,
            None => break,
        };
        text.push(plain);
        rest = copy_plain(letters.as_str(), &mut text);
    }
    Cow::Owned(text)
}

/// Copies up to the next backslash and gives what is left.
fn copy_plain<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let end = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
    text.push_str(&rest[..end]);
    &rest[end..]
}

/// The letter that `u` and its digits stand for, and how many bytes that took; two escapes where they form a pair.
fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        text.get(at..at + 4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(first) = unit(1) else {
        return (char::REPLACEMENT_CHARACTER, text.len().min(1));
    };
    if (0xD800..0xDC00).contains(&first)
        && text.get(5..7) == Some("\\u")
        && let Some(second @ 0xDC00..0xE000) = unit(7)
    {
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
            11,
        );
    }
    (
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
        5,
    )
}

#[cfg(test)]
mod tests {
    use super::{WITH_CONTROLS, string_end, unescape};

    #[test]
    fn strings_end_at_their_quote() {
        for (text, expect) in [
            (r#"abc""#, Some((3, false))),
            (r#"a\"bcdefghijklmnop""#, Some((18, true))),
            (r#"\\""#, Some((2, true))),
            ("", None),
            (r"abcdefghij\", None),
            ("a\nb\"", None),
            (r#"\x""#, None),
            (r#"\u12g4""#, None),
            (r#"\u12"#, None),
        ] {
            assert_eq!(
                string_end::<WITH_CONTROLS>(text.as_bytes(), 0).ok(),
                expect,
                "{text}"
            );
        }
    }

    #[test]
    fn escapes_become_letters() {
        for (raw, expect) in [
            ("plain", "plain"),
            (r#"C:\\a\/b\"c"#, "C:\\a/b\"c"),
            (r"\r\n\t\b\f", "\r\n\t\u{8}\u{c}"),
            (r"\u0041\u00e9x", "A\u{e9}x"),
            (r"\ud83d\ude00!", "\u{1F600}!"),
            (r"\ud83dx", "\u{FFFD}x"),
            (r"\ude00\ud83d\u0041", "\u{FFFD}\u{FFFD}A"),
        ] {
            assert_eq!(unescape(raw), expect, "{raw}");
        }
    }
}
