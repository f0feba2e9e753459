//! XML as events are written in it: a few elements, no documents.

use std::borrow::Cow;

/// An element without elements inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf<'a> {
    /// Its name.
    pub(crate) tag: &'a str,
    /// Its attributes, as they stand.
    pub(crate) attributes: &'a str,
    /// Its text, without entities.
    pub(crate) text: Cow<'a, str>,
}

/// The elements without elements inside, in order. What is cut is left out.
#[derive(Clone, Debug)]
pub(crate) struct Leaves<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Leaves<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Leaves<'a> {
    type Item = Leaf<'a>;

    fn next(&mut self) -> Option<Leaf<'a>> {
        let mut open: Option<(&'a str, &'a str, usize)> = None;
        loop {
            let start = self.at + memchr::memchr(b'<', &self.text.as_bytes()[self.at..])?;
            let end = tag_end(self.text, start)?;
            let inside = &self.text[start + 1..end];
            self.at = end + 1;
            if let Some(closed) = inside.strip_prefix('/') {
                if let Some((tag, attributes, from)) = open.take()
                    && tag == closed.trim()
                {
                    return Some(Leaf {
                        tag,
                        attributes,
                        text: unescape(&self.text[from..start]),
                    });
                }
                continue;
            }
            if inside.starts_with(['?', '!']) {
                continue;
            }
            let body = inside.strip_suffix('/').unwrap_or(inside);
            let (tag, attributes) = body
                .split_once(|letter: char| letter.is_ascii_whitespace())
                .unwrap_or((body, ""));
            if inside.ends_with('/') {
                return Some(Leaf {
                    tag,
                    attributes,
                    text: Cow::Borrowed(""),
                });
            }
            open = Some((tag, attributes, self.at));
        }
    }
}

/// The offset of the `>` that ends the tag at `start`; quoted text may hold others.
pub(crate) fn tag_end(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The value of an attribute.
pub(crate) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after
            .chars()
            .next()
            .filter(|letter| matches!(letter, '"' | '\''))?;
        let (value, next) = after[1..].split_once(quote)?;
        if key.trim() == name {
            return Some(unescape(value));
        }
        rest = next;
    }
    None
}

/// An entity with its ampersand and semicolon has no more bytes than this.
const LONGEST_ENTITY: usize = 12;

/// Text with its entities replaced; what is no entity stays.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // No entity is longer, and a text of ampersands must not be searched to its end for each.
        let near = &rest.as_bytes()[..rest.len().min(LONGEST_ENTITY)];
        let letter = memchr::memchr(b';', near).and_then(|end| {
            let entity = &rest[1..end];
            let letter = match entity {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let digits = entity.strip_prefix('#')?;
                    let code = match digits.strip_prefix(['x', 'X']) {
                        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                        None => digits.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((letter, end + 1))
        });
        let (letter, length) = letter.unwrap_or(('&', 1));
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{Leaves, attribute, unescape};

    #[test]
    fn entities() {
        for (text, plain) in [
            ("a &lt;b&gt; &amp;&#65;&#x42; &c", "a <b> &AB &c"),
            ("&#x110000; &; &ä;", "&#x110000; &; &ä;"),
        ] {
            assert_eq!(unescape(text), plain, "{text}");
        }
        assert_eq!(unescape(&"&".repeat(1 << 20)).len(), 1 << 20);
    }

    #[test]
    fn leaves() {
        let text = "<?xml?><E><S><P Name=\"a &amp; b\" Guid='{1}'/><C>x &lt; y</C></S><D><Data Name=\"n\">v</Data><Data></Data></D></E><Cut";
        let found: Vec<String> = Leaves::new(text)
            .map(|leaf| {
                format!(
                    "{} {} {}",
                    leaf.tag,
                    attribute(leaf.attributes, "Name").unwrap_or_default(),
                    leaf.text
                )
            })
            .collect();
        assert_eq!(found, ["P a & b ", "C  x < y", "Data n v", "Data  "]);
        for text in [
            "",
            "<",
            "<a",
            "<a>",
            "<a>x",
            "</a>",
            "<a/",
            "<a b=\"",
            "<\u{e4}>\u{e4}</\u{e4}>",
        ] {
            let _ = Leaves::new(text).count();
        }
    }
}
