//! Where the values of a rule file stand in its text.

use std::collections::HashMap;
use std::ops::Range;

use gatewatch_diagnostic::Span;
use toml::de::{DeTable, DeValue};

use crate::read::span_of;
use crate::toml_text::step;

/// The deepest value that has a place of its own.
const MAX_DEPTH: usize = 100;

/// The place of every value, by JSON pointer from the root of the file (TOML) or of the object (JSON).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Places {
    ranges: HashMap<String, Range<usize>>,
}

impl Places {
    /// The places in a TOML file.
    pub(crate) fn of_toml(table: &DeTable<'_>) -> Self {
        let mut places = Self::default();
        places.toml_table(table, "", 0);
        places
    }

    fn toml_table(&mut self, table: &DeTable<'_>, pointer: &str, depth: usize) {
        for (key, value) in table.iter() {
            let at = step(pointer, key.get_ref());
            self.toml_value(value.get_ref(), value.span(), at, depth);
        }
    }

    fn toml_value(
        &mut self,
        value: &DeValue<'_>,
        range: Range<usize>,
        pointer: String,
        depth: usize,
    ) {
        if depth < MAX_DEPTH {
            match value {
                DeValue::Table(table) => self.toml_table(table, &pointer, depth + 1),
                DeValue::Array(items) => {
                    for (number, item) in items.iter().enumerate() {
                        let at = step(&pointer, &number.to_string());
                        self.toml_value(item.get_ref(), item.span(), at, depth + 1);
                    }
                }
                _ => {}
            }
        }
        self.ranges.insert(pointer, range);
    }

    /// The places in a JSON text that is known to be valid.
    pub(crate) fn of_json(text: &str) -> Self {
        let mut places = Self::default();
        let mut scan = Scan { text, at: 0 };
        scan.value(String::new(), 0, &mut places.ranges);
        places
    }

    /// The range of a value, quotes of a string included.
    pub(crate) fn range(&self, pointer: &str) -> Option<Range<usize>> {
        self.ranges.get(pointer).cloned()
    }

    /// The place of a value, or of the nearest value around it.
    pub(crate) fn span(&self, pointer: &str) -> Option<Span> {
        let mut pointer = pointer;
        loop {
            if let Some(range) = self.ranges.get(pointer) {
                return Some(span_of(range));
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}

/// Walks through JSON text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn value(&mut self, pointer: String, depth: usize, ranges: &mut HashMap<String, Range<usize>>) {
        let Some(first) = self.peek() else { return };
        let start = self.at;
        match first {
            b'{' | b'[' => self.members(first == b'{', &pointer, depth, ranges),
            b'"' => self.string(),
            _ => {
                let rest = &self.text.as_bytes()[self.at..];
                let length = rest.iter().position(|byte| {
                    matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()
                });
                self.at += length.unwrap_or(rest.len());
            }
        }
        if depth <= MAX_DEPTH {
            ranges.insert(pointer, start..self.at);
        }
    }

    fn members(
        &mut self,
        keyed: bool,
        pointer: &str,
        depth: usize,
        ranges: &mut HashMap<String, Range<usize>>,
    ) {
        self.at += 1;
        let mut number = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'}' | b']' => {
                    self.at += 1;
                    return;
                }
                b',' => self.at += 1,
                _ => {
                    let before = self.at;
                    let key = if keyed {
                        self.string();
                        let key = serde_json::from_str(&self.text[before..self.at]);
                        if self.peek() == Some(b':') {
                            self.at += 1;
                        }
                        key.unwrap_or_default()
                    } else {
                        number += 1;
                        (number - 1).to_string()
                    };
                    self.value(step(pointer, &key), depth + 1, ranges);
                    if self.at == before {
                        return;
                    }
                }
            }
        }
    }

    /// Past a string; past nothing if there is none.
    fn string(&mut self) {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return;
        }
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => 2,
                _ => 1,
            };
        }
        self.at = self.at.min(bytes.len());
    }
}

/// A run of a string's value and of the text that it is written as.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    value: usize,
    text: usize,
    value_length: usize,
    text_length: usize,
}

/// Where each part of a string's value stands in the text that it is written in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StringPlaces {
    runs: Vec<Run>,
}

impl StringPlaces {
    /// For a string of TOML or JSON at `range` of `text`, quotes included. `None` when the text there does not say `value`.
    pub(crate) fn new(text: &str, range: Range<usize>, value: &str) -> Option<Self> {
        let quoted = text.get(range.clone())?;
        let mut reader = Reader {
            text: quoted,
            base: range.start,
            at: 0,
            value: String::with_capacity(value.len()),
            runs: Vec::new(),
        };
        reader.read()?;
        (reader.value == value).then_some(Self { runs: reader.runs })
    }

    /// The place in the text of a part of the value.
    pub(crate) fn span(&self, span: Span) -> Span {
        let start = self.start(span.start as usize);
        let end = if span.is_empty() {
            start
        } else {
            self.end(span.end as usize)
        };
        span_of(&(start..end.max(start)))
    }

    fn start(&self, at: usize) -> usize {
        let after = self.runs.partition_point(|run| run.value <= at);
        let Some(run) = self.runs.get(after.saturating_sub(1)) else {
            return 0;
        };
        let within = at.saturating_sub(run.value);
        if within >= run.value_length {
            run.text + run.text_length
        } else if run.value_length == run.text_length {
            run.text + within
        } else {
            run.text
        }
    }

    fn end(&self, at: usize) -> usize {
        let after = self.runs.partition_point(|run| run.value < at);
        let Some(run) = self.runs.get(after.saturating_sub(1)) else {
            return 0;
        };
        let within = at.saturating_sub(run.value);
        if run.value_length == run.text_length && within < run.value_length {
            run.text + within
        } else {
            run.text + run.text_length
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    base: usize,
    at: usize,
    value: String,
    runs: Vec<Run>,
}

impl Reader<'_> {
    fn read(&mut self) -> Option<()> {
        let text = self.text;
        let quote = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quote| text.starts_with(quote) && text.len() >= 2 * quote.len())?;
        let body_end = text.len() - quote.len();
        if !text.ends_with(quote) {
            return None;
        }
        self.at = quote.len();
        if quote.len() == 3 {
            let rest = &text[self.at..body_end];
            self.at += ["\r\n", "\n"]
                .into_iter()
                .find(|end| rest.starts_with(end))
                .map_or(0, str::len);
        }
        // An empty string still has a place.
        self.push("", 0);
        if quote.starts_with('\'') {
            let body = text[self.at..body_end].to_owned();
            self.push(&body, body.len());
            return Some(());
        }
        while self.at < body_end {
            let rest = &text[self.at..body_end];
            let plain = rest.find('\\').unwrap_or(rest.len());
            if plain > 0 {
                let run = rest[..plain].to_owned();
                self.push(&run, plain);
            } else {
                self.escape(rest)?;
            }
        }
        Some(())
    }

    fn push(&mut self, value: &str, text_length: usize) {
        self.runs.push(Run {
            value: self.value.len(),
            text: self.base + self.at,
            value_length: value.len(),
            text_length,
        });
        self.value.push_str(value);
        self.at += text_length;
    }

    fn escape(&mut self, rest: &str) -> Option<()> {
        let mut characters = rest.chars();
        characters.next();
        let mark = characters.next()?;
        let simple = match mark {
            'b' => Some('\u{8}'),
            't' => Some('\t'),
            'n' => Some('\n'),
            'f' => Some('\u{c}'),
            'r' => Some('\r'),
            'e' => Some('\u{1b}'),
            '"' | '\\' | '/' => Some(mark),
            _ => None,
        };
        if let Some(character) = simple {
            self.push(character.encode_utf8(&mut [0; 4]), 2);
            return Some(());
        }
        let digits = match mark {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                // A backslash at the end of a line: white space up to the next character is left out.
                let skipped = rest.len() - rest[1..].trim_start().len();
                (skipped > 1).then(|| self.push("", skipped))?;
                return Some(());
            }
        };
        let code = |at: usize| u32::from_str_radix(rest.get(at..at + digits)?, 16).ok();
        let first = code(2)?;
        // JSON writes a character outside the basic plane as two.
        if (0xd800..0xdc00).contains(&first) && rest.get(6..8) == Some("\\u") {
            let second = code(8)?.checked_sub(0xdc00)?;
            let both = 0x10000 + ((first - 0xd800) << 10) + second;
            self.push(char::from_u32(both)?.encode_utf8(&mut [0; 4]), 12);
            return Some(());
        }
        self.push(char::from_u32(first)?.encode_utf8(&mut [0; 4]), 2 + digits);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_diagnostic::Span;

    use super::{Places, StringPlaces};
    use crate::read::parse_toml;

    /// The text under the part `want` of the value of `s`.
    #[track_caller]
    fn toml(text: &str, want: &str) -> String {
        let file = parse_toml(text).expect("valid");
        let places = Places::of_toml(file.get_ref());
        let value = file.get_ref()["s"].get_ref().as_str().expect("a string");
        let range = places.range("/s").expect("it has a place");
        let map = StringPlaces::new(text, range, value).expect("it is read alike");
        part(&map, value, want).text(text).to_owned()
    }

    fn part(map: &StringPlaces, value: &str, want: &str) -> Span {
        let at = value.find(want).expect("the part is there");
        let at = u32::try_from(at).expect("small");
        map.span(Span::new(
            at,
            at + u32::try_from(want.len()).expect("small"),
        ))
    }

    #[test]
    fn parts_of_strings_are_found_in_every_form() {
        for text in [
            "s = 'one = two'",
            "s = '''\none = two\n'''",
            "s = '''one = two'''",
            "s = \"\"\"\r\none = two\"\"\"",
            "s = \"a\\tb\\\"\\u00e9 one = two\"",
            "x = 1\ns = \"\"\"a \\\n   one = two \\u0041\"\"\"",
        ] {
            assert_eq!(toml(text, "one = two"), "one = two", "{text}");
        }
        assert_eq!(toml("s = \"a\\tb\"", "\t"), "\\t");
        assert_eq!(toml("s = \"\\U0001D11E\"", "𝄞"), "\\U0001D11E");
        assert_eq!(toml("s = ''", ""), "");
    }

    #[test]
    fn parts_of_json_strings_are_found() {
        let text = r#"{"a":{"b":[1,"x"]}, "q" : "p\n\ud834\udd1e = \"two\" ", "z":"\/"}"#;
        let places = Places::of_json(text);
        let value = "p\n𝄞 = \"two\" ";
        let map =
            StringPlaces::new(text, places.range("/q").expect("there"), value).expect("alike");
        assert_eq!(part(&map, value, "= \"two\"").text(text), "= \\\"two\\\"");
        assert_eq!(part(&map, value, "𝄞").text(text), "\\ud834\\udd1e");
        assert_eq!(places.span("/a/b/1").expect("there").text(text), "\"x\"");
        // What is missing is shown where it should be.
        assert_eq!(
            places.span("/a/c/d").expect("near").text(text),
            "{\"b\":[1,\"x\"]}"
        );
    }
}
