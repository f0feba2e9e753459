//! A record as a mapping sees it: cleaned texts, blank values gone, lines of `key=value` text as values of their own.

use std::borrow::Cow;
use std::collections::HashSet;

use super::WindowsRecord;
use super::kind::WindowsKind;

/// Which values of `EventData` say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// Only the empty text. Elastic's Security pipeline keeps `-`.
    Empty,
    /// Also `-` and the GUID of zeros.
    Dashes,
}

const NULL_GUID: &str = "{00000000-0000-0000-0000-000000000000}";

impl Blank {
    pub(super) fn holds(self, text: &str) -> bool {
        text.is_empty() || (self == Self::Dashes && (text == "-" || text == NULL_GUID))
    }
}

/// A value of `EventData` whose text is itself a list of `key=value` lines, as PowerShell writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The name of the value.
    pub(super) holder: &'static str,
    pub(super) style: BlockStyle,
}

/// How the lines of a [`Block`] are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockStyle {
    /// Each pair starts with a tab on a new line; a line without one continues the value above.
    Tabbed,
    /// `Some Key = value`, one pair a line; the blanks in keys do not count.
    Spaced,
}

impl BlockStyle {
    /// Calls `visit` with every pair whose value is not empty, until it returns `false`.
    fn pairs<'t>(self, text: &'t str, visit: &mut dyn FnMut(Cow<'t, str>, &'t str) -> bool) {
        let edges: &[char] = match self {
            Self::Tabbed => &['\n', '\t'],
            Self::Spaced => &[' ', '\n', '\t'],
        };
        for piece in self.pieces(text) {
            let Some((key, value)) = piece.split_once('=') else {
                continue;
            };
            let key = key.trim_matches(edges);
            let value = value.trim_matches(edges);
            let key = match self {
                Self::Spaced if key.contains(char::is_whitespace) => {
                    Cow::Owned(key.split_whitespace().collect())
                }
                _ => Cow::Borrowed(key),
            };
            if !value.is_empty() && !visit(key, value) {
                return;
            }
        }
    }

    /// The text cut where a pair may begin. Line ends are looked for: that takes less than to look for a text.
    fn pieces(self, text: &str) -> impl Iterator<Item = &str> {
        let mut rest = Some(text);
        std::iter::from_fn(move || {
            let text = rest?;
            for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
                let after = &text[at + 1..];
                let next = match self {
                    Self::Tabbed => after.strip_prefix('\t'),
                    Self::Spaced => Some(after),
                };
                if next.is_some() {
                    rest = next;
                    return Some(&text[..at]);
                }
            }
            rest = None;
            Some(text)
        })
    }

    fn find(self, text: &str, name: &str) -> Option<(usize, usize)> {
        let mut found = None;
        self.pairs(text, &mut |key, value| {
            if key == name {
                let start = value.as_ptr() as usize - text.as_ptr() as usize;
                found = Some((start, start + value.len()));
            }
            found.is_none()
        });
        found
    }
}

/// The values of `EventData`, read once: a document asks for each of them many times.
pub(super) struct DataCache {
    values: Vec<(String, String)>,
}

impl DataCache {
    pub(super) fn read(record: &dyn WindowsRecord) -> Self {
        let mut values = Vec::new();
        record.each_data(&mut |name, text| {
            values.push((name.to_owned(), text.into_owned()));
            true
        });
        Self { values }
    }

    /// The first value of a name. There are few, so looking through them beats a hash.
    fn first(&self, name: &str) -> Option<&str> {
        let mut values = self.values.iter();
        values
            .find(|(own, _)| own == name)
            .map(|(_, text)| text.as_str())
    }
}

/// A record and its kind.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) record: &'a dyn WindowsRecord,
    pub(super) kind: &'a WindowsKind,
    pub(super) cache: Option<&'a DataCache>,
}

impl<'a> View<'a> {
    /// A value of `EventData` as the record has it.
    fn raw_data(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.cache {
            Some(cache) => cache.first(name).map(Cow::Borrowed),
            None => self.record.data(name),
        }
    }

    /// A value of `EventData`; blank ones are absent.
    pub(super) fn data(&self, name: &str) -> Option<Cow<'a, str>> {
        let blank = self.kind.blank();
        let text = self.raw_data(name).map(clean);
        if let Some(text) = text {
            return (!blank.holds(&text)).then_some(text);
        }
        let block = self.kind.block()?;
        let text = clean(self.raw_data(block.holder)?);
        let (start, end) = block.style.find(&text, name)?;
        let value = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(start..end)?),
            Cow::Owned(text) => Cow::Owned(text.get(start..end)?.to_owned()),
        };
        (!blank.holds(&value)).then_some(value)
    }

    /// The first of these values of `EventData` that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        names.iter().find_map(|name| self.data(name))
    }

    /// Every value of `EventData` in order, blank ones as empty text.
    pub(super) fn each_data(&self, visit: &mut dyn FnMut(&str, &str)) {
        let blank = self.kind.blank();
        let mut one = |name: &str, text: Cow<'_, str>| {
            let text = clean(text);
            visit(name, if blank.holds(&text) { "" } else { &text });
            true
        };
        match self.cache {
            Some(cache) => {
                for (name, text) in &cache.values {
                    one(name, Cow::Borrowed(text));
                }
            }
            None => self.record.each_data(&mut one),
        }
        if let Some(block) = self.kind.block()
            && let Some(text) = self.raw_data(block.holder)
        {
            let text = clean(text);
            block.style.pairs(&text, &mut |name, value| {
                visit(&name, if blank.holds(value) { "" } else { value });
                true
            });
        }
    }

    /// A value of `UserData`.
    pub(super) fn user_data(&self, name: &str) -> Option<Cow<'a, str>> {
        self.record
            .user_data(name)
            .map(clean)
            .filter(|text| !text.is_empty())
    }

    /// Every value of `UserData` in order.
    pub(super) fn each_user_data(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.record.each_user_data(&mut |name, text| {
            visit(name, &clean(text));
            true
        });
    }
}

impl View<'_> {
    /// The members of `winlog.event_data` but for those that entries set. Of two of one name the first counts, even if it says
    /// nothing.
    pub(super) fn shown_data(&self, visit: &mut dyn FnMut(&str, &str)) {
        let kind = self.kind;
        let mut seen: HashSet<String> = HashSet::new();
        self.each_data(&mut |name, text| {
            let is_first = seen.insert(name.to_owned());
            if is_first && !text.is_empty() && !kind.is_moved(name, text) && !kind.sets_data(name) {
                visit(name, text);
            }
        });
    }

    /// The members of `winlog.user_data`, the name of its element before them; of two of one name the first.
    pub(super) fn shown_user_data(&self, visit: &mut dyn FnMut(&str, &str)) {
        let mut seen = HashSet::from(["xml_name".to_owned()]);
        if let Some(name) = self.record.user_data_name() {
            visit("xml_name", &name);
        }
        self.each_user_data(&mut |name, text| {
            if seen.insert(name.to_owned()) && !text.is_empty() {
                visit(name, text);
            }
        });
    }
}

/// Windows line ends become `\n`, and those at the end go, as Winlogbeat does it.
fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let text = with_line_feeds(&text).map_or(text, Cow::Owned);
    if !text.ends_with('\n') {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches('\n')),
        Cow::Owned(mut text) => {
            text.truncate(text.trim_end_matches('\n').len());
            Cow::Owned(text)
        }
    }
}

/// The text with `\n` for each `\r\n`; `None` if there is none. Most texts are of one line, and looking for a byte takes less than
/// looking for a text.
fn with_line_feeds(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut ends = memchr::memchr_iter(b'\r', bytes)
        .filter(|at| bytes.get(at + 1) == Some(&b'\n'))
        .peekable();
    ends.peek()?;
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in ends {
        out.push_str(&text[from..at]);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{BlockStyle, clean, with_line_feeds};
    use proptest::prelude::*;
    use std::borrow::Cow;

    proptest! {
        #[test]
        fn lines_are_those_of_a_search_for_their_ends(text in "[a\r\n\t\u{e9}]{0,24}") {
            let expect = text.contains("\r\n").then(|| text.replace("\r\n", "\n"));
            prop_assert_eq!(with_line_feeds(&text), expect);
            for (style, separator) in [(BlockStyle::Tabbed, "\n\t"), (BlockStyle::Spaced, "\n")] {
                let pieces: Vec<&str> = style.pieces(&text).collect();
                prop_assert_eq!(pieces, text.split(separator).collect::<Vec<_>>());
            }
        }
    }

    #[track_caller]
    fn pairs(style: BlockStyle, text: &str, expect: &[(&str, &str)]) {
        let mut found = Vec::new();
        style.pairs(text, &mut |key, value| {
            found.push((key.into_owned(), value.to_owned()));
            true
        });
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn tabbed_pairs_may_span_lines() {
        pairs(
            BlockStyle::Tabbed,
            "\tState=On\n\tEmpty=\n\n\tCommand=  a\nb=c\n\n\tnothing\n\tLast=x",
            &[("State", "On"), ("Command", "  a\nb=c"), ("Last", "x")],
        );
    }

    #[test]
    fn spaced_keys_lose_their_blanks() {
        pairs(
            BlockStyle::Spaced,
            "        Host Name = Console Host\n        Script Name = \n        Host ID = 7=8",
            &[("HostName", "Console Host"), ("HostID", "7=8")],
        );
        let text = "  Host ID = x\n  User = y";
        let (start, end) = BlockStyle::Spaced.find(text, "User").expect("it is there");
        assert_eq!(&text[start..end], "y");
        assert_eq!(BlockStyle::Spaced.find(text, "Host ID"), None);
    }

    #[test]
    fn line_ends_become_those_of_winlogbeat() {
        assert_eq!(clean(Cow::from("a\r\nb\r\n\r\n")), "a\nb");
        assert_eq!(clean(Cow::from("a\n")), "a");
        assert_eq!(clean(Cow::from("a ")), "a ");
        assert_eq!(clean(Cow::from("\r\n")), "");
    }
}
