//! Columns that a line at the head of the file names: W3C extended logs and Zeek's tables.

use std::borrow::Cow;

/// The names of a file's columns, as far as they are told. Feed it every line that begins with `#`.
///
/// ```
/// use gatewatch_ingest::format::text::Columns;
///
/// let mut columns = Columns::default();
/// assert!(columns.directive("#Fields: date time c-ip"));
/// let cells: Vec<_> = columns.cells("2026-01-02 03:04:05 192.0.2.7").collect();
/// assert_eq!(cells[2], ("c-ip", "192.0.2.7"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
    /// The places of the names, in the order of the names.
    order: Vec<usize>,
    /// The types of the columns, as `#types` of Zeek gives them.
    types: Vec<String>,
    tabs: bool,
    separator: Option<char>,
    /// What stands between the members of a set or vector.
    set_separator: Option<char>,
    unset: Option<String>,
    empty: Option<String>,
    /// What the table is of: `#path` of Zeek, `#Software` of W3C.
    path: Option<String>,
}

/// More columns than any log has, so that a header made up does not fill the memory.
const MOST: usize = 1024;

impl Columns {
    /// Takes a line of the header; false when it is no such line.
    pub fn directive(&mut self, line: &str) -> bool {
        let Some(rest) = line.strip_prefix('#') else {
            return false;
        };
        let separator = self.separator;
        let ends_word = |c: char| c == ':' || c.is_whitespace() || Some(c) == separator;
        let at = rest.find(ends_word).unwrap_or(rest.len());
        let word = &rest[..at];
        // What separates the cells stands once behind the word as well, save behind `#separator`.
        let value = match separator.and_then(|separator| rest[at..].strip_prefix(separator)) {
            Some(value) => value,
            None => rest[at..]
                .trim_start_matches([':', ' '])
                .trim_start_matches('\t'),
        };
        let value = value.trim_end_matches(['\r', '\n']);
        match word {
            "Fields" => {
                self.tabs = false;
                self.names = value
                    .split_ascii_whitespace()
                    .take(MOST)
                    .map(str::to_owned)
                    .collect();
            }
            "fields" => {
                self.tabs = true;
                self.types.clear();
                self.names = self.words(value);
                self.order = (0..self.names.len()).collect();
                let Self { names, order, .. } = self;
                order.sort_by_key(|at| names[*at].as_str());
            }
            "types" => self.types = self.words(value),
            // `#separator \x09` opens a table of Zeek's.
            "separator" => {
                let code = value
                    .strip_prefix("\\x")
                    .and_then(|hex| u32::from_str_radix(hex.trim_ascii(), 16).ok());
                *self = Self {
                    separator: code
                        .and_then(char::from_u32)
                        .or_else(|| value.chars().next()),
                    ..Self::default()
                };
            }
            "unset_field" => self.unset = Some(value.to_owned()),
            "empty_field" => self.empty = Some(value.to_owned()),
            "path" | "Software" => self.path = Some(value.to_owned()),
            "set_separator" => self.set_separator = value.chars().next(),
            "open" | "close" | "Version" | "Date" | "Remark" | "Start-Date" | "End-Date" => {}
            _ => return false,
        }
        true
    }

    /// The words of a line of a table's header.
    fn words(&self, value: &str) -> Vec<String> {
        value
            .split(self.separator.unwrap_or('\t'))
            .take(MOST)
            .map(str::to_owned)
            .collect()
    }

    /// Were columns named?
    pub fn is_known(&self) -> bool {
        !self.names.is_empty()
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Is there a column of this name?
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// What the table is of: `#path` of Zeek, `#Software` of W3C.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Were columns named by a line `#fields`, as in Zeek's tables?
    pub fn is_table(&self) -> bool {
        self.tabs && self.is_known()
    }

    /// The cells of these columns of a table, as they stand in the line; `None` for those that are not there or say nothing.
    pub fn find<'a, const N: usize>(
        &self,
        line: &'a str,
        columns: [&str; N],
    ) -> [Option<&'a str>; N] {
        let places = columns.map(|column| {
            let at = self
                .order
                .binary_search_by_key(&column, |at| self.names[*at].as_str());
            at.ok().map(|at| self.order[at])
        });
        let mut found = [None; N];
        let Some(last) = places.iter().flatten().max() else {
            return found;
        };
        let unset = self.unset.as_deref().unwrap_or("-");
        let empty = self.empty.as_deref().unwrap_or("(empty)");
        let cells = line.split(self.separator.unwrap_or('\t'));
        for (place, cell) in cells.take(last + 1).enumerate() {
            let Some(at) = places.iter().position(|wanted| *wanted == Some(place)) else {
                continue;
            };
            found[at] = Some(cell).filter(|cell| *cell != unset && *cell != empty);
        }
        found
    }

    /// The cells of a line of Zeek's that are set, with what the header says of their types. Sets and vectors without a member
    /// are among them.
    pub fn typed<'c, 'a: 'c>(&'c self, line: &'a str) -> impl Iterator<Item = Typed<'c, 'a>> {
        let unset = self.unset.as_deref().unwrap_or("-");
        let empty = self.empty.as_deref().unwrap_or("(empty)");
        self.names
            .iter()
            .zip(line.split(self.separator.unwrap_or('\t')))
            .enumerate()
            .filter(move |(_, (_, cell))| *cell != unset)
            .map(move |(at, (name, cell))| Typed {
                name,
                kind: self.types.get(at).map_or("string", String::as_str),
                text: if cell == empty { "" } else { cell },
                is_empty: cell == empty,
                separator: self.set_separator.unwrap_or(','),
            })
    }

    /// The cells of a line that say something, each with its column. A W3C log marks an absent value with `-`, Zeek as its header
    /// says.
    pub fn cells<'c, 'a: 'c>(&'c self, line: &'a str) -> impl Iterator<Item = (&'c str, &'a str)> {
        let separator = match self.separator {
            Some(separator) => separator,
            None if self.tabs => '\t',
            None => ' ',
        };
        let unset = self.unset.as_deref().unwrap_or("-");
        let empty = self.empty.as_deref().unwrap_or("(empty)");
        self.names
            .iter()
            .zip(line.split(separator))
            .filter(move |(_, cell)| *cell != unset && !(self.tabs && *cell == empty))
            .map(|(name, cell)| (name.as_str(), cell))
    }
}

/// A cell of a table whose header gives types.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'c, 'a> {
    /// The column.
    pub name: &'c str,
    kind: &'c str,
    text: &'a str,
    is_empty: bool,
    separator: char,
}

impl<'c, 'a> Typed<'c, 'a> {
    /// Is it a set or a vector?
    pub fn is_list(&self) -> bool {
        self.kind.ends_with(']')
    }

    /// The type; of a list that of its members: `count`, `addr`, `string`, ...
    pub fn kind(&self) -> &'c str {
        match self.kind.split_once('[') {
            Some((_, inner)) => inner.trim_end_matches(']'),
            None => self.kind,
        }
    }

    /// The members of a list, or the one value.
    pub fn values(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let is_list = self.is_list();
        let separator = self.separator;
        let mut rest = (!(is_list && self.is_empty)).then_some(self.text);
        std::iter::from_fn(move || {
            let text = rest?;
            let (value, tail) = match text.split_once(separator).filter(|_| is_list) {
                Some((value, tail)) => (value, Some(tail)),
                None => (text, None),
            };
            rest = tail;
            Some(unescape(value))
        })
    }
}

/// Undoes `\x09`, as Zeek writes what would break a table.
pub fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find("\\x") else {
        return Cow::Borrowed(text);
    };
    let mut bytes = Vec::with_capacity(text.len());
    bytes.extend_from_slice(&text.as_bytes()[..first]);
    let mut rest = &text.as_bytes()[first..];
    while let Some((byte, tail)) = rest.split_first() {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        if *byte == b'\\'
            && tail.first() == Some(&b'x')
            && let (Some(high), Some(low)) = (digit(1), digit(2))
            && let Ok(code) = u8::try_from(high * 16 + low)
        {
            bytes.push(code);
            rest = &tail[3..];
        } else {
            bytes.push(*byte);
            rest = tail;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Columns, unescape};
    use proptest::prelude::{any, proptest};

    #[test]
    fn zeek_says_how_it_separates() {
        let mut columns = Columns::default();
        for line in [
            "#separator \\x09",
            "#set_separator\t,",
            "#empty_field\t(empty)",
            "#unset_field\t-",
            "#path\tssh",
            "#open\t2026-01-02-03-04-05",
            "#fields\tts\tuid\tid.orig_h\tserver",
            "#types\ttime\tstring\taddr\tstring",
        ] {
            assert!(columns.directive(line), "{line}");
        }
        assert_eq!(columns.path(), Some("ssh"));
        let cells: Vec<_> = columns.cells("1.5\tC1\t-\tOpenSSH 9").collect();
        assert_eq!(
            cells,
            [("ts", "1.5"), ("uid", "C1"), ("server", "OpenSSH 9")]
        );
        // A new table forgets the old one, even where its lines follow at once.
        assert!(columns.directive("#separator \\x09"));
        assert!(!columns.is_known());
    }

    #[test]
    fn comments_are_no_header() {
        let mut columns = Columns::default();
        for line in ["# a comment", "#!/bin/sh", "#", "x"] {
            assert!(!columns.directive(line), "{line}");
        }
    }

    #[test]
    fn types_sets_and_escapes() {
        let mut columns = Columns::default();
        for line in [
            "#separator \\x09",
            "#set_separator\t,",
            "#empty_field\t(empty)",
            "#unset_field\t-",
            "#fields\tts\ttags\tname\tnone\tgone\tports",
            "#types\ttime\tset[enum]\tstring\tvector[string]\tstring\tset[count]",
        ] {
            assert!(columns.directive(line), "{line}");
        }
        let line = "1.5\ta,b\\x2cc\tx\\x09y\t(empty)\t-\t7";
        let cells: Vec<(&str, &str, bool, Vec<String>)> = columns
            .typed(line)
            .map(|cell| {
                let values = cell.values().map(|value| value.into_owned()).collect();
                (cell.name, cell.kind(), cell.is_list(), values)
            })
            .collect();
        let own = |values: &[&str]| -> Vec<String> {
            values.iter().map(|value| (*value).to_owned()).collect()
        };
        assert_eq!(
            cells,
            [
                ("ts", "time", false, own(&["1.5"])),
                ("tags", "enum", true, own(&["a", "b,c"])),
                ("name", "string", false, own(&["x\ty"])),
                ("none", "string", true, own(&[])),
                ("ports", "count", true, own(&["7"])),
            ]
        );
        assert_eq!(
            columns.find(line, ["ports", "gone", "x"]),
            [Some("7"), None, None]
        );
    }

    #[test]
    fn any_separator() {
        let mut columns = Columns::default();
        for line in [
            "#separator ,",
            "#set_separator,|",
            "#fields,ts,tags",
            "#types,time,set[string]",
        ] {
            assert!(columns.directive(line), "{line}");
        }
        let tags: Vec<String> = columns
            .typed("1,a|b")
            .filter(|cell| cell.name == "tags")
            .flat_map(|cell| cell.values().map(|value| value.into_owned()))
            .collect();
        assert_eq!(tags, ["a", "b"]);
    }

    #[test]
    fn escapes() {
        for (text, plain) in [
            ("a", "a"),
            ("\\x5c,", "\\,"),
            ("\\xc3\\xa4", "ä"),
            ("\\x", "\\x"),
            ("\\x4", "\\x4"),
            ("ä\\xzz", "ä\\xzz"),
        ] {
            assert_eq!(unescape(text), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(lines in proptest::collection::vec("[#a-z\\\\x0-9,\t -]{0,30}", 0..5), line in any::<String>()) {
            let mut columns = Columns::default();
            for line in &lines {
                columns.directive(line);
            }
            let _ = columns.typed(&line).map(|cell| cell.values().count()).sum::<usize>();
            let _ = unescape(&line);
        }
    }
}
