//! Columns that a line at the head of the file names: W3C extended logs and Zeek's tables.

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
    tabs: bool,
    separator: Option<char>,
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
        let at = rest
            .find(|c: char| c == ':' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (word, value) = (&rest[..at], rest[at..].trim_start_matches([':', ' ']));
        let value = value
            .trim_start_matches('\t')
            .trim_end_matches(['\r', '\n']);
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
                let separator = self.separator.unwrap_or('\t');
                self.names = value
                    .split(separator)
                    .take(MOST)
                    .map(str::to_owned)
                    .collect();
            }
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
            "set_separator" | "open" | "close" | "types" | "Version" | "Date" | "Remark"
            | "Start-Date" | "End-Date" => {}
            _ => return false,
        }
        true
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

#[cfg(test)]
mod tests {
    use super::Columns;

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
        // A new table forgets the old one.
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
}
