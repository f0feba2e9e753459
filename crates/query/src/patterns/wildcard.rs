//! Wildcards: `*` is any text, `?` one character, everything else itself.

use super::charset::CharSet;
use super::regex::Regex;

/// What a wildcard pattern comes down to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    /// No wildcard.
    Exact(&'a str),
    /// Stars only.
    Anything,
    /// `text*`
    Prefix(&'a str),
    /// `*text`
    Suffix(&'a str),
    /// `*text*`
    Contains(&'a str),
    /// `text*text`
    Ends(&'a str, &'a str),
    /// Anything else.
    Other,
}

/// The shape of a pattern.
pub(crate) fn shape(pattern: &str) -> Shape<'_> {
    if pattern.contains('?') {
        return Shape::Other;
    }
    if !pattern.contains('*') {
        return Shape::Exact(pattern);
    }
    let inner = pattern.trim_matches('*');
    if inner.is_empty() {
        return Shape::Anything;
    }
    match (
        pattern.starts_with('*'),
        pattern.ends_with('*'),
        inner.contains('*'),
    ) {
        (true, true, false) => Shape::Contains(inner),
        (true, false, false) => Shape::Suffix(inner),
        (false, true, false) => Shape::Prefix(inner),
        (false, false, _) => {
            let (head, tail) = inner.split_once('*').unwrap_or((inner, ""));
            let tail = tail.trim_start_matches('*');
            if tail.contains('*') {
                Shape::Other
            } else {
                Shape::Ends(head, tail)
            }
        }
        _ => Shape::Other,
    }
}

/// The pattern as a regular expression.
pub(crate) fn regex(pattern: &str) -> Regex {
    let mut parts = Vec::new();
    let mut after_star = false;
    for c in pattern.chars() {
        match c {
            '*' if after_star => {}
            '*' => parts.push(Regex::anything()),
            '?' => parts.push(Regex::Chars(CharSet::any())),
            c => parts.push(Regex::Chars(CharSet::single(c))),
        }
        after_star = c == '*';
    }
    Regex::Concat(parts)
}

/// What a pattern with escapes comes down to.
pub(crate) enum Unescaped {
    /// No wildcard is left: the text.
    Exact(String),
    /// The same pattern without escapes; all its `*` and `?` are wildcards.
    Pattern(String),
    /// Anything else.
    Regex(Regex),
}

/// Resolves the escapes of a pattern: a backslash takes the meaning from the character after it; at the end it is itself.
pub(crate) fn unescape(pattern: &str) -> Unescaped {
    let mut plain = String::with_capacity(pattern.len());
    let mut parts = Vec::new();
    let (mut wild, mut hidden) = (false, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let (c, escaped) = match c {
            '\\' => (chars.next().unwrap_or('\\'), true),
            c => (c, false),
        };
        let is_wildcard = matches!(c, '*' | '?');
        wild |= is_wildcard && !escaped;
        hidden |= is_wildcard && escaped;
        plain.push(c);
        parts.push(match c {
            '*' if !escaped => Regex::anything(),
            '?' if !escaped => Regex::Chars(CharSet::any()),
            c => Regex::Chars(CharSet::single(c)),
        });
    }
    match (wild, hidden) {
        (false, _) => Unescaped::Exact(plain),
        (true, false) => Unescaped::Pattern(plain),
        (true, true) => Unescaped::Regex(Regex::Concat(parts)),
    }
}

/// Writes a text so that no character in it is a wildcard.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The longest run of ordinary characters: every text that matches holds it.
pub(crate) fn longest_literal(pattern: &str) -> &str {
    pattern
        .split(['*', '?'])
        .max_by_key(|literal| literal.len())
        .unwrap_or("")
}

/// The definition of a match, taken literally.
#[cfg(test)]
pub(crate) fn naive_match(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            naive_match(&pattern[1..], text) || !text.is_empty() && naive_match(pattern, &text[1..])
        }
        (Some('?'), Some(_)) => naive_match(&pattern[1..], &text[1..]),
        (Some(wanted), Some(c)) => wanted == c && naive_match(&pattern[1..], &text[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, shape};

    #[test]
    fn shapes_are_recognised() {
        for (pattern, expect) in [
            ("abc", Shape::Exact("abc")),
            ("", Shape::Exact("")),
            ("**", Shape::Anything),
            ("abc*", Shape::Prefix("abc")),
            ("**abc", Shape::Suffix("abc")),
            ("*abc**", Shape::Contains("abc")),
            ("ab**c", Shape::Ends("ab", "c")),
            ("a*b*c", Shape::Other),
            ("*a*b", Shape::Other),
            ("a*b*", Shape::Other),
            ("a?", Shape::Other),
        ] {
            assert_eq!(shape(pattern), expect, "{pattern}");
        }
    }
}
