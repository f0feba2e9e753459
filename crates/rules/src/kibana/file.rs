//! The lines of an export file.

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use serde_json::{Map, Value as Json, json};

/// A file larger than this is refused.
const MAX_BYTES: usize = 256 << 20;

/// The most objects that Kibana imports from one file.
pub const IMPORT_OBJECTS: usize = 10_000;
/// The most bytes that Kibana imports from one file.
pub const IMPORT_BYTES: usize = 10_485_760;

/// What a line of an export is. Kibana tells it from the keys, and so is it done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A detection rule.
    Rule,
    /// An exception list: the container of items.
    ExceptionList,
    /// An item of an exception list.
    ExceptionItem,
    /// A connector: a saved object with `attributes`.
    Connector,
    /// The last line: how many objects were exported, and what was missing.
    Summary,
}

impl EntryKind {
    /// The kind of an object, by its keys.
    pub fn of(object: &Map<String, Json>) -> Self {
        let has = |key: &str| object.contains_key(key);
        if has("exported_count")
            || has("exported_rules_count")
            || has("exported_exception_list_count")
        {
            Self::Summary
        } else if has("item_id") || has("entries") {
            Self::ExceptionItem
        } else if has("list_id") {
            Self::ExceptionList
        } else if has("attributes") {
            Self::Connector
        } else {
            Self::Rule
        }
    }
}

/// One object of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The object, keys in the order of the file.
    pub object: Map<String, Json>,
    /// Its place in the file, in bytes.
    pub span: Span,
    /// The line that it begins on, from 1.
    pub line: usize,
}

/// An export file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// The objects, in the order of the file.
    pub entries: Vec<Entry>,
    /// Lines that are no JSON object, with their places.
    pub problems: Vec<Diagnostic>,
}

impl Export {
    /// Reads the text of an export. Lines that cannot be read are problems; the others are still read. A single JSON
    /// object over several lines, or an array of objects, is read as well.
    pub fn parse(text: &str) -> Self {
        let mut export = Self::default();
        if text.len() > MAX_BYTES {
            export.problems.push(Diagnostic::error(
                Stage::Request,
                "export-too-large",
                format!(
                    "the file has {} bytes, more than can be read ({MAX_BYTES})",
                    text.len()
                ),
            ));
            return export;
        }
        if let Some(objects) = whole(text) {
            for object in objects {
                export.push(object, Span::new(0, narrow(text.len())), 1);
            }
            return export;
        }
        let mut at = 0;
        for (number, line) in text.split('\n').enumerate() {
            let start = at;
            at += line.len() + 1;
            let trimmed = line.trim();
            if trimmed.is_empty() {
                continue;
            }
            let lead = line.len() - line.trim_start().len();
            let span = Span::new(narrow(start + lead), narrow(start + lead + trimmed.len()));
            match serde_json::from_str::<Json>(trimmed) {
                Ok(Json::Object(object)) => export.push(object, span, number + 1),
                Ok(_) => export.problems.push(
                    Diagnostic::error(
                        Stage::Request,
                        "export-line",
                        "this line is no JSON object",
                    )
                    .with_span(Span::new(span.start, span.start.saturating_add(1)))
                    .with_hint("an export has one object a line: a rule, an exception list, an item, a connector or the summary"),
                ),
                Err(error) => {
                    let column = u32::try_from(error.column().saturating_sub(1)).unwrap_or(0);
                    let place = Span::at(span.start.saturating_add(column));
                    export.problems.push(
                        Diagnostic::error(
                            Stage::Request,
                            "export-line",
                            format!("this line is no JSON: {error}"),
                        )
                        .with_span(place),
                    );
                }
            }
        }
        export
    }

    fn push(&mut self, object: Map<String, Json>, span: Span, line: usize) {
        self.entries.push(Entry {
            kind: EntryKind::of(&object),
            object,
            span,
            line,
        });
    }

    /// The objects of one kind.
    pub fn of_kind(&self, kind: EntryKind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    /// The file as text: one object a line, in order, as compact as Kibana writes it.
    pub fn write(&self) -> String {
        let mut out = String::new();
        for entry in &self.entries {
            out.push_str(&line_of(&entry.object));
            out.push('\n');
        }
        out
    }

    /// Is the text an export rather than a TOML rule?
    pub fn is_export(path: &str, text: &str) -> bool {
        let extension = path.rsplit('.').next().unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "ndjson" | "json" | "jsonl" => true,
            "toml" => false,
            _ => text.trim_start().starts_with('{'),
        }
    }
}

/// An object as one line.
fn line_of(object: &Map<String, Json>) -> String {
    // A map of JSON values always has a JSON text: keys are strings and numbers are finite.
    serde_json::to_string(object).unwrap_or_default()
}

/// The objects of a text that is one JSON value over several lines: an object, an array of objects, or the answer of
/// a search (`{"data": [...]}`).
fn whole(text: &str) -> Option<Vec<Map<String, Json>>> {
    let trimmed = text.trim_start();
    let first = trimmed.lines().next()?;
    let is_line = first.starts_with('{') && serde_json::from_str::<Json>(first).is_ok();
    if is_line || !trimmed.starts_with(['{', '[']) {
        return None;
    }
    let objects = |items: Vec<Json>| -> Option<Vec<Map<String, Json>>> {
        items
            .into_iter()
            .map(|item| match item {
                Json::Object(object) => Some(object),
                _ => None,
            })
            .collect()
    };
    match serde_json::from_str(trimmed).ok()? {
        Json::Array(items) => objects(items),
        Json::Object(mut object) => match object.get_mut("data").map(Json::take) {
            Some(Json::Array(items)) if object.contains_key("total") => objects(items),
            _ => Some(vec![serde_json::from_str(trimmed).ok()?]),
        },
        _ => None,
    }
}

/// The summary line for the objects of an export, as Kibana writes it.
pub fn summary(entries: &[Entry]) -> Map<String, Json> {
    let count = |kind: EntryKind| entries.iter().filter(|entry| entry.kind == kind).count();
    let (rules, lists) = (count(EntryKind::Rule), count(EntryKind::ExceptionList));
    let (items, connectors) = (count(EntryKind::ExceptionItem), count(EntryKind::Connector));
    let json = json!({
        "exported_count": rules + lists + items + connectors,
        "exported_rules_count": rules,
        "missing_rules": [],
        "missing_rules_count": 0,
        "exported_exception_list_count": lists,
        "exported_exception_list_item_count": items,
        "missing_exception_list_item_count": 0,
        "missing_exception_list_items": [],
        "missing_exception_lists": [],
        "missing_exception_lists_count": 0,
        "exported_action_connector_count": connectors,
        "missing_action_connection_count": 0,
        "missing_action_connections": [],
        "excluded_action_connection_count": 0,
        "excluded_action_connections": [],
    });
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{EntryKind, Export, summary};

    const FILE: &str = concat!(
        "{\"rule_id\":\"lab-rdp\",\"type\":\"query\",\"query\":\"a : 1\",\"odd\":{\"z\":1,\"a\":null}}\n",
        "{\"list_id\":\"lab-x\",\"type\":\"detection\",\"name\":\"Lab\"}\r\n",
        "\n",
        "{\"item_id\":\"lab-x-1\",\"list_id\":\"lab-x\",\"entries\":[]}\n",
        "{\"id\":\"c\",\"type\":\"action\",\"attributes\":{\"name\":\"mail\"}}\n",
        "{\"exported_count\":4,\"exported_rules_count\":1}\n",
    );

    #[test]
    fn lines_are_told_by_their_keys() {
        let export = Export::parse(FILE);
        assert!(export.problems.is_empty());
        let kinds: Vec<EntryKind> = export.entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(
            kinds,
            [
                EntryKind::Rule,
                EntryKind::ExceptionList,
                EntryKind::ExceptionItem,
                EntryKind::Connector,
                EntryKind::Summary
            ]
        );
        assert_eq!(export.entries[2].line, 4);
        let counts = summary(&export.entries);
        assert_eq!(counts["exported_count"], 4);
        assert_eq!(counts["exported_exception_list_item_count"], 1);
    }

    #[test]
    fn a_file_is_written_as_it_was() {
        let plain = FILE.replace("\r\n\n", "\n");
        assert_eq!(Export::parse(&plain).write(), plain);
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_are_read() {
        let text = "{\"rule_id\":\"a\"}\n[1]\n{\"rule_id\": }\n{\"rule_id\":\"b\"}";
        let export = Export::parse(text);
        assert_eq!(export.entries.len(), 2);
        assert_eq!(export.problems.len(), 2);
        let places: Vec<_> = export
            .problems
            .iter()
            .filter_map(|problem| problem.span)
            .map(|span| span.start)
            .collect();
        assert_eq!(places, [16, 32]);
    }

    #[test]
    fn one_object_over_several_lines_is_a_rule() {
        for (text, count) in [
            ("{\n \"rule_id\": \"a\"\n}\n", 1),
            ("[{\"rule_id\":\"a\"},\n{\"rule_id\":\"b\"}]", 2),
            ("{\n\"total\":1,\"data\":[{\"rule_id\":\"a\"}]}", 1),
        ] {
            let export = Export::parse(text);
            assert_eq!(export.entries.len(), count, "{text}");
            assert!(export.problems.is_empty(), "{text}");
        }
    }
}
