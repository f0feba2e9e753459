//! Comma-separated cells.

use std::borrow::Cow;

/// Reads the cells of one line, in order. A cell may stand in double quotes, in which a doubled quote, or one behind a
/// backslash, is a quote.
///
/// ```
/// use gatewatch_ingest::format::text::Cells;
///
/// let cells: Vec<_> = Cells::new(r#"1,"a, ""b""",,c"#).collect();
/// assert_eq!(cells, ["1", r#"a, "b""#, "", "c"]);
/// ```
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Cells<'a> {
    /// Cells separated by commas.
    pub fn new(line: &'a str) -> Self {
        Self::separated_by(line, b',')
    }

    /// Cells separated by another character of one byte.
    pub fn separated_by(line: &'a str, separator: u8) -> Self {
        Self {
            rest: Some(line),
            separator,
        }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        if !rest.starts_with('"') {
            return Some(Cow::Borrowed(
                match memchr::memchr(self.separator, rest.as_bytes()) {
                    Some(at) => {
                        self.rest = Some(&rest[at + 1..]);
                        &rest[..at]
                    }
                    None => {
                        self.rest = None;
                        rest
                    }
                },
            ));
        }
        let bytes = rest.as_bytes();
        let mut cell = Cow::Borrowed("");
        let mut from = 1;
        let mut at = 1;
        let end = loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) => break bytes.len(),
                (Some(b'"' | b'\\'), Some(b'"')) => {
                    cell += &rest[from..at];
                    from = at + 1;
                    at += 2;
                }
                (Some(b'"'), _) => break at,
                _ => at += 1,
            }
        };
        cell += &rest[from..end];
        // What stands between the quote and the separator belongs to the cell, though nobody writes it.
        let tail = rest.get(end + 1..).unwrap_or_default();
        match memchr::memchr(self.separator, tail.as_bytes()) {
            Some(0) => self.rest = Some(&tail[1..]),
            Some(at) => {
                cell += &tail[..at];
                self.rest = Some(&tail[at + 1..]);
            }
            None => {
                cell += tail;
                self.rest = None;
            }
        }
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn cells_of_a_line() {
        for (line, expect) in [
            ("", &[""][..]),
            ("a,b", &["a", "b"]),
            (",", &["", ""]),
            (r#""a,b",c"#, &["a,b", "c"]),
            (r#""a\"b""#, &["a\"b"]),
            (r#""""#, &[""]),
            (r#""ends not,x"#, &["ends not,x"]),
            (r#""a"b,c"#, &["ab", "c"]),
            (r#"a"b,"c"#, &["a\"b", "c"]),
        ] {
            assert_eq!(Cells::new(line).collect::<Vec<_>>(), expect, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_was_quoted_comes_back(cells in prop::collection::vec("[a-c,\" ä]{0,6}", 1..6)) {
            let line: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let line = line.join(",");
            assert_eq!(Cells::new(&line).collect::<Vec<_>>(), cells);
        }

        #[test]
        fn never_panics(line in any::<String>()) {
            let _ = Cells::new(&line).count();
        }
    }
}
