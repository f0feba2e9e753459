//! TOML text: values as JSON with what JSON cannot say kept beside them, and back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gatewatch_diagnostic::Diagnostic;
use serde_json::{Map, Value as Json};
use toml::de::{DeTable, DeValue};

use crate::read::{parse_toml, to_json};

/// Lines of arrays are kept to this width where that is possible.
const WIDTH: usize = 120;

/// A TOML document: its tables as JSON, keys in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TomlDocument {
    /// The tables.
    pub(crate) tables: Map<String, Json>,
    /// Values that JSON has no form for (dates, infinite numbers): JSON pointer and the token as TOML writes it.
    /// In `tables` stands the nearest JSON value.
    pub(crate) tokens: BTreeMap<String, String>,
}

impl TomlDocument {
    /// Reads TOML text.
    ///
    /// # Errors
    ///
    /// The syntax error, with its place.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let file = parse_toml(text)?;
        let mut document = Self::default();
        document.tables = table(file.get_ref(), "", &mut document.tokens);
        Ok(document)
    }

    /// The document as text: values of a table first, then its own tables; reading it gives the document again,
    /// but for that order.
    pub(crate) fn write(&self) -> String {
        let mut writer = Writer {
            out: String::new(),
            tokens: &self.tokens,
        };
        writer.table(&self.tables, "", &mut Vec::new());
        writer.out
    }
}

/// A step further along a JSON pointer.
pub(crate) fn step(pointer: &str, key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{escaped}")
}

fn table(
    from: &DeTable<'_>,
    pointer: &str,
    tokens: &mut BTreeMap<String, String>,
) -> Map<String, Json> {
    from.iter()
        .map(|(key, item)| {
            let key = key.get_ref().to_string();
            let json = value(item.get_ref(), &step(pointer, &key), tokens);
            (key, json)
        })
        .collect()
}

fn value(from: &DeValue<'_>, pointer: &str, tokens: &mut BTreeMap<String, String>) -> Json {
    match from {
        DeValue::Table(inner) => Json::Object(table(inner, pointer, tokens)),
        DeValue::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| value(item.get_ref(), &step(pointer, &at.to_string()), tokens))
            .collect(),
        DeValue::Datetime(time) => {
            tokens.insert(pointer.to_owned(), time.to_string());
            Json::from(time.to_string())
        }
        DeValue::Float(number) => {
            let json = to_json(from);
            if json.is_null() {
                tokens.insert(pointer.to_owned(), number.as_str().to_owned());
            }
            json
        }
        DeValue::Integer(number) => {
            let json = to_json(from);
            if json.is_string() {
                tokens.insert(pointer.to_owned(), number.as_str().to_owned());
            }
            json
        }
        DeValue::String(_) | DeValue::Boolean(_) => to_json(from),
    }
}

struct Writer<'a> {
    out: String,
    tokens: &'a BTreeMap<String, String>,
}

/// Is it written as `[[name]]`?
fn is_table_array(json: &Json) -> bool {
    json.as_array()
        .is_some_and(|items| !items.is_empty() && items.iter().all(Json::is_object))
}

impl Writer<'_> {
    fn table(&mut self, map: &Map<String, Json>, pointer: &str, path: &mut Vec<String>) {
        let is_table = |json: &Json| json.is_object() || is_table_array(json);
        for (name, json) in map.iter().filter(|(_, json)| !is_table(json)) {
            let at = step(pointer, name);
            let mut line = format!("{} = ", key(name));
            self.value(json, &at, &mut line, true);
            self.out.push_str(&line);
            self.out.push('\n');
        }
        for (name, json) in map.iter().filter(|(_, json)| is_table(json)) {
            let at = step(pointer, name);
            path.push(key(name));
            match json {
                Json::Object(inner) => {
                    // A table that only holds tables is named by their headers.
                    if inner.is_empty() || inner.values().any(|json| !is_table(json)) {
                        self.header("[", path, "]");
                    }
                    self.table(inner, &at, path);
                }
                Json::Array(items) => {
                    for (number, item) in items.iter().enumerate() {
                        self.header("[[", path, "]]");
                        if let Json::Object(inner) = item {
                            self.table(inner, &step(&at, &number.to_string()), path);
                        }
                    }
                }
                _ => {}
            }
            path.pop();
        }
    }

    fn header(&mut self, open: &str, path: &[String], close: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{open}{}{close}", path.join("."));
    }

    fn value(&self, json: &Json, pointer: &str, out: &mut String, may_break: bool) {
        if let Some(token) = self.tokens.get(pointer) {
            return out.push_str(token);
        }
        match json {
            // Callers keep nulls out, see `kibana::convert`; an empty string is the nearest thing.
            Json::Null => out.push_str("\"\""),
            Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Json::Number(number) => out.push_str(&number_token(number)),
            Json::String(text) => out.push_str(&string(text, may_break)),
            Json::Array(items) => self.array(items, pointer, out, may_break),
            Json::Object(map) => {
                let pieces: Vec<String> = map
                    .iter()
                    .map(|(name, json)| {
                        let mut piece = format!("{} = ", key(name));
                        self.value(json, &step(pointer, name), &mut piece, false);
                        piece
                    })
                    .collect();
                out.push_str(&match pieces.len() {
                    0 => "{}".to_owned(),
                    _ => format!("{{ {} }}", pieces.join(", ")),
                });
            }
        }
    }

    fn array(&self, items: &[Json], pointer: &str, out: &mut String, may_break: bool) {
        let pieces: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let mut piece = String::new();
                self.value(item, &step(pointer, &at.to_string()), &mut piece, false);
                piece
            })
            .collect();
        let width = out.len() + pieces.iter().map(|piece| piece.len() + 2).sum::<usize>();
        if may_break && width > WIDTH {
            out.push_str("[\n");
            for piece in pieces {
                let _ = writeln!(out, "    {piece},");
            }
            out.push(']');
        } else {
            let _ = write!(out, "[{}]", pieces.join(", "));
        }
    }
}

fn number_token(number: &serde_json::Number) -> String {
    let text = number.to_string();
    // TOML's floats need a digit on both sides of the point, and a point or an exponent.
    match number.is_f64() && !text.contains(['.', 'e', 'E']) {
        true => format!("{text}.0"),
        false => text,
    }
}

/// A key, quoted where it must be.
fn key(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(plain) {
        name.to_owned()
    } else {
        basic(name)
    }
}

/// A string in its most readable form: lines as they are where it has several.
pub(crate) fn string(text: &str, may_break: bool) -> String {
    let bare = |text: &str| {
        text.chars()
            .all(|character| !character.is_control() || character == '\t')
    };
    if may_break && text.contains('\n') {
        if text.split('\n').all(bare) {
            if !text.contains("'''") && !text.ends_with('\'') {
                return format!("'''\n{text}'''");
            }
            return format!("\"\"\"\n{}\"\"\"", escaped(text, true));
        }
        return basic(text);
    }
    let readable = text.contains(['"', '\\']) && !text.contains('\'') && bare(text);
    if readable {
        format!("'{text}'")
    } else {
        basic(text)
    }
}

fn basic(text: &str) -> String {
    format!("\"{}\"", escaped(text, false))
}

/// Text inside double quotes, single or triple.
pub(crate) fn escaped(text: &str, lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' if lines => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if character.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::TomlDocument;

    #[track_caller]
    fn round(text: &str) -> String {
        let document = TomlDocument::parse(text).expect("valid");
        let written = document.write();
        let again = TomlDocument::parse(&written).expect(&written);
        assert_eq!(again, document, "{written}");
        written
    }

    #[test]
    fn what_json_cannot_say_is_kept() {
        let text = "day = 2026-03-01\nat = 2026-03-01T10:00:00Z\nno = nan\nmuch = -inf\nbig = 1.0\n\n[a]\nd = [2026-03-01, 10:20:00]\n";
        assert_eq!(round(text), text);
    }

    #[test]
    fn tables_come_back_as_they_were() {
        let text = "x = 1\ntags = [\"a\", \"b\"]\n\n[rule]\nname = 'say \"x\"'\nquery = '''\nany where a == \"b\\\\c\"\n'''\nempty = []\n\n[rule.none]\n\n[[rule.threat]]\nframework = \"F\"\n\n[rule.threat.tactic]\nid = \"TA0001\"\n\n[[rule.threat]]\n\n[rule.\"odd key\"]\nmixed = [1, { a = [], \"b c\" = 'q\"' }]\n";
        assert_eq!(round(text), text);
    }

    #[test]
    fn every_kind_of_text_can_be_written() {
        for text in [
            "",
            "\n",
            "\n\n a'''b\n",
            "it's\n'",
            "a\"\"\"\nb\"",
            "tab\there\n",
            "\r\nx\r",
            "\u{7f}\u{0}\n\u{85}",
            "back\\slash\n",
            "'",
            "\\'\"",
        ] {
            let mut document = TomlDocument::default();
            document.tables.insert("s".into(), text.into());
            let written = document.write();
            assert_eq!(
                TomlDocument::parse(&written).expect(&written),
                document,
                "{written}"
            );
        }
    }
}
