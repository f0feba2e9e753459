//! Distinguished names, as certificates hold them.

use std::borrow::Cow;

/// Reads the attributes of a distinguished name in its text form, in order: `CN=gate.example, O=Example\, Inc.,C=US`. A comma inside
/// a value may stand behind a backslash, or be followed by what is no attribute.
///
/// ```
/// use gatewatch_ingest::format::text::NameParts;
///
/// let parts: Vec<_> = NameParts::new(r"CN=gate.example, O=Example\, Inc., Ltd.,C=US").collect();
/// let plain: Vec<(&str, &str)> = parts.iter().map(|(key, value)| (*key, value.as_ref())).collect();
/// assert_eq!(plain, [("CN", "gate.example"), ("O", "Example, Inc., Ltd."), ("C", "US")]);
/// ```
#[derive(Clone, Debug)]
pub struct NameParts<'a> {
    rest: &'a str,
}

/// Attributes have no longer names.
const LONGEST_KEY: usize = 32;

impl<'a> NameParts<'a> {
    /// Reads a name.
    pub fn new(name: &'a str) -> Self {
        Self { rest: name }
    }
}

/// The key that a text begins with, and what stands behind its equals sign.
fn key(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let length = text
        .bytes()
        .take(LONGEST_KEY)
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        .count();
    let value = text[length..].strip_prefix('=')?;
    (length > 0).then_some((&text[..length], value))
}

impl<'a> Iterator for NameParts<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = key(self.rest)?;
        let bytes = value.as_bytes();
        let ends = |at: &usize| {
            (*at == 0 || bytes[at - 1] != b'\\')
                && key(value.get(at + 1..).unwrap_or_default()).is_some()
        };
        let end = memchr::memchr_iter(b',', bytes)
            .find(ends)
            .unwrap_or(bytes.len());
        self.rest = value.get(end + 1..).unwrap_or_default();
        let text = value[..end].trim_end_matches(' ');
        let text = if text.contains('\\') {
            Cow::Owned(text.replace("\\,", ","))
        } else {
            Cow::Borrowed(text)
        };
        Some((name, text))
    }
}

#[cfg(test)]
mod tests {
    use super::NameParts;
    use proptest::prelude::{any, proptest};

    #[test]
    fn odd_names() {
        for (name, expect) in [
            ("", &[][..]),
            ("no attributes", &[]),
            ("CN=", &[("CN", "")]),
            (
                "C=US, O=Example U.S.A., INC., CN=a",
                &[("C", "US"), ("O", "Example U.S.A., INC."), ("CN", "a")],
            ),
            ("2.5.4.5=1,CN=x=y", &[("2.5.4.5", "1"), ("CN", "x=y")]),
            ("CN=a,", &[("CN", "a,")]),
        ] {
            let parts: Vec<_> = NameParts::new(name).collect();
            let plain: Vec<(&str, &str)> = parts
                .iter()
                .map(|(key, value)| (*key, value.as_ref()))
                .collect();
            assert_eq!(plain, expect, "{name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), other in "[C=, \\\\ä]{0,30}") {
            let _ = NameParts::new(&text).count();
            let _ = NameParts::new(&other).count();
        }
    }
}
