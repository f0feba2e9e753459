//! ArcSight's Common Event Format and IBM's Log Event Extended Format.

use std::borrow::Cow;

/// `CEF:0|vendor|product|version|class|name|severity|key=value key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cef<'a> {
    /// Who made the device.
    pub vendor: Cow<'a, str>,
    /// What the device is.
    pub product: Cow<'a, str>,
    /// Its version.
    pub version: Cow<'a, str>,
    /// The kind of event.
    pub class: Cow<'a, str>,
    /// The kind of event, for people.
    pub name: Cow<'a, str>,
    /// A number or a word.
    pub severity: Cow<'a, str>,
    /// The pairs, as written.
    pub extension: &'a str,
}

impl<'a> Cef<'a> {
    /// Is this a message of a device of this vendor? `vendor` may go on with the bar behind it and the product. `CEF:` may be missing: some
    /// relays take it for a program's name.
    pub fn is_of(message: &str, vendor: &str) -> bool {
        let rest = message.strip_prefix("CEF:").unwrap_or(message);
        rest.trim_start()
            .split_once('|')
            .is_some_and(|(version, rest)| version.len() == 1 && rest.starts_with(vendor))
    }

    /// Reads a message that begins with `CEF:` or with what should stand behind it; `None` when it is none.
    pub fn parse(message: &'a str) -> Option<Self> {
        let rest = message.strip_prefix("CEF:").unwrap_or(message);
        let mut heads = Heads { rest };
        heads.next()?;
        Some(Self {
            vendor: heads.next()?,
            product: heads.next()?,
            version: heads.next()?,
            class: heads.next()?,
            name: heads.next()?,
            severity: heads.next()?,
            extension: heads.rest,
        })
    }

    /// The pairs of the extension. A value goes on to the next word that has an unescaped `=` behind it.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        extension(self.extension)
    }
}

/// `LEEF:2.0|vendor|product|version|event|delimiter|key=value...`; version 1.0 has no delimiter and separates by tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leef<'a> {
    /// Who made the device.
    pub vendor: &'a str,
    /// What the device is.
    pub product: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The kind of event.
    pub event: &'a str,
    delimiter: char,
    attributes: &'a str,
}

impl<'a> Leef<'a> {
    /// Reads a message that begins with `LEEF:`; `None` when it is none.
    pub fn parse(message: &'a str) -> Option<Self> {
        let (format, rest) = message.strip_prefix("LEEF:")?.split_once('|')?;
        let mut parts = rest.splitn(5, '|');
        let (vendor, product, version, event) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let mut attributes = parts.next().unwrap_or_default();
        let mut delimiter = '\t';
        if format.starts_with('2')
            && let Some((given, rest)) = attributes.split_once('|')
            && given.chars().count() <= 6
            && !given.contains('=')
        {
            let hex = given
                .trim_start_matches(['0', '\\'])
                .strip_prefix(['x', 'X']);
            delimiter = hex
                .and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?))
                .or_else(|| given.chars().next())
                .unwrap_or('\t');
            attributes = rest;
        }
        Some(Self {
            vendor,
            product,
            version,
            event,
            delimiter,
            attributes,
        })
    }

    /// The attributes.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        self.attributes
            .split(self.delimiter)
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.trim(), Cow::Borrowed(value)))
    }
}

/// The parts between bars.
struct Heads<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Heads<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = unescaped(self.rest, b'|', 0)?;
        let head = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Some(unescape(head))
    }
}

/// The next `byte` from `start` on that no backslash stands before.
fn unescaped(text: &str, byte: u8, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            found if *found == byte => return Some(at),
            _ => at += 1,
        }
    }
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some(escaped @ ('\\' | '=' | '|')) => plain.push(escaped),
                // Paths are often written without their backslashes escaped.
                Some(other) => plain.extend(['\\', other]),
                None => plain.push('\\'),
            },
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

/// Where a value ends: at the space before the next key. Only a word of what keys are made of is one, so that the targets of requests keep
/// their queries.
fn value_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Where the word begins, if it is behind a space and may be a key.
    let mut key = None;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => {
                key = None;
                at += 1;
            }
            b' ' => key = Some(at + 1),
            b'=' => match key {
                Some(start) if start < at => return start - 1,
                _ => key = None,
            },
            byte if byte.is_ascii_alphanumeric() || b"_.-[]".contains(byte) => {}
            // A key may have any letters.
            byte if !byte.is_ascii() => {}
            _ => key = None,
        }
        at += 1;
    }
    text.len()
}

fn extension(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = text.trim_ascii();
    std::iter::from_fn(move || {
        let equals = unescaped(rest, b'=', 0)?;
        let (key, value) = (rest[..equals].trim_ascii(), &rest[equals + 1..]);
        let end = value_end(value);
        rest = value[end..].trim_ascii_start();
        Some((key, unescape(value[..end].trim_ascii_end())))
    })
}

#[cfg(test)]
mod tests {
    use super::{Cef, Leef};
    use proptest::prelude::{any, proptest};

    #[test]
    fn cef_is_taken_apart() {
        let cef = Cef::parse(
            r"CEF:0|Example\|Co|Gate|1.0|77|Login|5|src=192.0.2.7 msg=a \= b c=d cs1= cs2=x",
        )
        .expect("CEF");
        assert_eq!(
            (&*cef.vendor, &*cef.class, &*cef.severity),
            ("Example|Co", "77", "5")
        );
        let pairs: Vec<_> = cef.pairs().collect();
        let expect = [
            ("src", "192.0.2.7"),
            ("msg", "a = b"),
            ("c", "d"),
            ("cs1", ""),
            ("cs2", "x"),
        ];
        assert_eq!(pairs, expect.map(|(key, value)| (key, value.into())));
        assert_eq!(Cef::parse("CEF:0|a|b|c"), None);
        for (text, expect) in [
            ("CEF:0|Example|Gate|1|", true),
            ("CEF: 1|Example|Gate|1|", true),
            ("0|Example|Gate|1|", true),
            ("CEF:0|Examples|", false),
            ("x CEF:0|Example|", false),
            ("Example|", false),
        ] {
            assert_eq!(Cef::is_of(text, "Example|"), expect, "{text}");
        }
        let cef = Cef::parse(
            r"CEF:0|a|b|c|d|e|5|request=https://web.example/a?b=c&d=e%3D f=/x?y=z msg=a&b=c d\=e act=x = cs1=",
        )
        .expect("CEF");
        let pairs: Vec<_> = cef.pairs().collect();
        let expect = [
            ("request", "https://web.example/a?b=c&d=e%3D"),
            ("f", "/x?y=z"),
            ("msg", "a&b=c d=e"),
            ("act", "x ="),
            ("cs1", ""),
        ];
        assert_eq!(pairs, expect.map(|(key, value)| (key, value.into())));
    }

    #[test]
    fn leef_in_both_versions() {
        for text in [
            "LEEF:1.0|Example|Gate|1|77|src=192.0.2.7\tusrName=a b",
            "LEEF:2.0|Example|Gate|1|77|^|src=192.0.2.7^usrName=a b",
            "LEEF:2.0|Example|Gate|1|77|0x5E|src=192.0.2.7^usrName=a b",
            "LEEF:2.0|Example|Gate|1|77|src=192.0.2.7\tusrName=a b",
        ] {
            let leef = Leef::parse(text).expect(text);
            assert_eq!((leef.product, leef.event), ("Gate", "77"), "{text}");
            let pairs: Vec<_> = leef.pairs().collect();
            assert_eq!(
                pairs,
                [("src", "192.0.2.7".into()), ("usrName", "a b".into())],
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), tail in r"[a=|\\ ä]{0,40}") {
            for text in [format!("CEF:{text}"), format!("CEF:0|a|b|c|d|e|f|{tail}"), format!("CEF:{tail}")] {
                if let Some(cef) = Cef::parse(&text) {
                    let _ = cef.pairs().count();
                }
            }
            if let Some(leef) = Leef::parse(&format!("LEEF:2.0|{tail}|{text}")) {
                let _ = leef.pairs().count();
            }
        }
    }
}
