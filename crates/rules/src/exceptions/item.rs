//! An exception item as Kibana stores it.

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_event::{Timestamp, parse_iso};
use serde_json::{Map, Value as Json};

/// The most entries that an item may have here: what people write has a handful.
const MAX_ENTRIES: usize = 10_000;

/// What an event must be like to be dropped: all entries hold.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptionItem {
    /// `item_id`.
    pub item_id: String,
    /// The list that it belongs to.
    pub list_id: String,
    /// `single` or `agnostic`, as that of its list.
    pub namespace_type: String,
    /// Its name.
    pub name: String,
    /// Only events of these systems (`windows`, `linux`, `macos`); none: of every.
    pub os_types: Vec<String>,
    /// What must hold, all of it.
    pub entries: Vec<ExceptionEntry>,
    /// From then on it does not apply.
    pub expires: Option<Timestamp>,
}

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptionEntry {
    /// The field; for a nested test the path of its objects.
    pub field: String,
    /// What is asked.
    pub test: EntryTest,
    /// `operator` is `excluded`: the test must not hold.
    pub excluded: bool,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryTest {
    /// `match`: a value equals this.
    Match(String),
    /// `match_any`: a value equals any of these.
    MatchAny(Vec<String>),
    /// `exists`: there is a value.
    Exists,
    /// `wildcard`: a value matches; `*` any run, `?` one character, case counts.
    Wildcard(String),
    /// `list`: a value is in a value list.
    List {
        /// The list's id.
        id: String,
        /// The type of its values: `ip`, `ip_range`, `keyword`, `text`, ...
        list_type: String,
    },
    /// `nested`: one object of the field meets all of these.
    Nested(Vec<ExceptionEntry>),
}

fn problem(code: &'static str, message: impl Into<String>, hint: &str) -> Diagnostic {
    let problem = Diagnostic::error(Stage::Request, code, message);
    if hint.is_empty() {
        problem
    } else {
        problem.with_hint(hint)
    }
}

fn text<'a>(object: &'a Map<String, Json>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Json::as_str)
}

/// Reads an exception item. Gives what could be read, and every problem; an item with an error is not applied.
pub fn read_item(object: &Map<String, Json>) -> (ExceptionItem, Vec<Diagnostic>) {
    let name = text(object, "name")
        .or_else(|| text(object, "item_id"))
        .unwrap_or_default()
        .to_owned();
    let mut reader = Reader {
        name: &name,
        problems: Vec::new(),
    };
    let entries = match object.get("entries").and_then(Json::as_array) {
        Some(entries) if entries.len() > MAX_ENTRIES => {
            reader.complain(
                "exceptions-entries",
                format!(
                    "it has {} entries, more than the {MAX_ENTRIES} allowed",
                    entries.len()
                ),
                "",
            );
            Vec::new()
        }
        Some(entries) if !entries.is_empty() => reader.entries(entries, false),
        _ => {
            reader.complain(
                "exceptions-entries",
                "it has no `entries`",
                "an item has one entry at least",
            );
            Vec::new()
        }
    };
    let lists = entries
        .iter()
        .filter(|entry| matches!(entry.test, EntryTest::List { .. }))
        .count();
    if lists > 0 && lists < entries.len() {
        reader.complain(
            "exceptions-mixed-list",
            "entries of type `list` stand beside others",
            "Kibana takes an item with lists only: make two items, or put the values into `match_any`",
        );
    }
    let expires = match object.get("expire_time") {
        None | Some(Json::Null) => None,
        Some(time) => {
            let parsed = time.as_str().and_then(parse_iso);
            if parsed.is_none() {
                reader.complain(
                    "exceptions-expire-time",
                    format!("`expire_time` is no time: {time}"),
                    "write 2026-03-01T10:00:00.000Z",
                );
            }
            parsed
        }
    };
    let os_types = reader.os_types(object.get("os_types"));
    let problems = reader.problems;
    let item = ExceptionItem {
        item_id: text(object, "item_id").unwrap_or_default().to_owned(),
        list_id: text(object, "list_id").unwrap_or_default().to_owned(),
        namespace_type: text(object, "namespace_type")
            .unwrap_or("single")
            .to_owned(),
        name,
        os_types,
        entries,
        expires,
    };
    (item, problems)
}

struct Reader<'a> {
    name: &'a str,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn complain(&mut self, code: &'static str, message: impl Into<String>, hint: &str) {
        let message = format!("exception `{}`: {}", self.name, message.into());
        self.problems.push(problem(code, message, hint));
    }

    fn os_types(&mut self, json: Option<&Json>) -> Vec<String> {
        let Some(items) = json.and_then(Json::as_array) else {
            return Vec::new();
        };
        let mut systems = Vec::new();
        for item in items {
            match item.as_str() {
                Some(system @ ("linux" | "macos" | "windows")) => systems.push(system.to_owned()),
                _ => self.complain(
                    "exceptions-os-type",
                    format!("{item} is no system"),
                    "use linux, macos or windows",
                ),
            }
        }
        systems
    }

    fn entries(&mut self, entries: &[Json], nested: bool) -> Vec<ExceptionEntry> {
        entries
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| self.entry(number + 1, entry, nested))
            .collect()
    }

    fn entry(&mut self, number: usize, entry: &Json, nested: bool) -> Option<ExceptionEntry> {
        let complain = |reader: &mut Self, message: String, hint: &str| {
            reader.complain(
                "exceptions-entry",
                format!("entry {number} {message}"),
                hint,
            );
        };
        let Some(object) = entry.as_object() else {
            complain(self, "is no object".into(), "");
            return None;
        };
        let Some(field) = text(object, "field").filter(|field| !field.is_empty()) else {
            complain(self, "has no `field`".into(), "");
            return None;
        };
        let kind = text(object, "type").unwrap_or_default();
        if nested && !matches!(kind, "match" | "match_any" | "exists") {
            complain(
                self,
                format!("of a nested one has the type `{kind}`"),
                "within nested there are match, match_any and exists",
            );
            return None;
        }
        let test = self.test(kind, object, &complain)?;
        let excluded = match (text(object, "operator"), &test) {
            (_, EntryTest::Nested(_)) => false,
            (Some("included"), _) => false,
            (Some("excluded"), _) => true,
            _ => {
                complain(self, "has no `operator`".into(), "use included or excluded");
                return None;
            }
        };
        Some(ExceptionEntry {
            field: field.to_owned(),
            test,
            excluded,
        })
    }

    fn test(
        &mut self,
        kind: &str,
        object: &Map<String, Json>,
        complain: &dyn Fn(&mut Self, String, &str),
    ) -> Option<EntryTest> {
        let value = object.get("value");
        match kind {
            "match" | "wildcard" => {
                let Some(value) = value.and_then(Json::as_str).map(str::to_owned) else {
                    complain(
                        self,
                        format!("of type {kind} has no `value`"),
                        "a value is a string, also for numbers and addresses",
                    );
                    return None;
                };
                Some(match kind {
                    "match" => EntryTest::Match(value),
                    _ => EntryTest::Wildcard(value),
                })
            }
            "match_any" => {
                let values: Option<Vec<String>> = value
                    .and_then(Json::as_array)
                    .filter(|values| !values.is_empty())
                    .and_then(|values| {
                        values
                            .iter()
                            .map(|value| value.as_str().map(str::to_owned))
                            .collect()
                    });
                if values.is_none() {
                    complain(
                        self,
                        "of type match_any has no list of strings as `value`".into(),
                        "",
                    );
                }
                values.map(EntryTest::MatchAny)
            }
            "exists" => Some(EntryTest::Exists),
            "list" => {
                let list = object.get("list").and_then(Json::as_object);
                let id = list.and_then(|list| text(list, "id"));
                let list_type = list.and_then(|list| text(list, "type"));
                match (id, list_type) {
                    (Some(id), Some(list_type)) => Some(EntryTest::List {
                        id: id.to_owned(),
                        list_type: list_type.to_owned(),
                    }),
                    _ => {
                        complain(
                            self,
                            "of type list has no `list` with `id` and `type`".into(),
                            "",
                        );
                        None
                    }
                }
            }
            "nested" => {
                let inner = object.get("entries").and_then(Json::as_array);
                let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
                    complain(self, "of type nested has no `entries`".into(), "");
                    return None;
                };
                let before = self.problems.len();
                let entries = self.entries(inner, true);
                (self.problems.len() == before).then_some(EntryTest::Nested(entries))
            }
            _ => {
                complain(
                    self,
                    format!("has the type `{kind}`"),
                    "use match, match_any, exists, wildcard, list or nested",
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryTest, read_item};
    use serde_json::{Map, Value as Json, json};

    fn object(json: Json) -> Map<String, Json> {
        match json {
            Json::Object(map) => map,
            _ => unreachable!("an object is written"),
        }
    }

    #[test]
    fn every_kind_of_entry_is_read() {
        let (item, problems) = read_item(&object(json!({
            "item_id": "i", "list_id": "l", "type": "simple", "name": "n", "os_types": ["linux"], "expire_time": "2026-03-01T10:00:00.000Z",
            "entries": [
                {"field": "a", "type": "match", "operator": "included", "value": "x"},
                {"field": "b", "type": "match_any", "operator": "excluded", "value": ["x", "y"]},
                {"field": "c", "type": "exists", "operator": "included"},
                {"field": "d", "type": "wildcard", "operator": "included", "value": "x*"},
                {"field": "e", "type": "nested", "entries": [{"field": "f", "type": "match", "operator": "included", "value": "x"}]},
            ],
        })));
        assert_eq!(problems, []);
        assert_eq!(item.entries.len(), 5);
        assert!(item.entries[1].excluded);
        assert!(item.expires.is_some());
        assert!(matches!(&item.entries[4].test, EntryTest::Nested(inner) if inner.len() == 1));
    }

    #[test]
    fn every_fault_is_named() {
        for (json, code) in [
            (json!({}), "exceptions-entries"),
            (json!({"entries": []}), "exceptions-entries"),
            (json!({"entries": [1]}), "exceptions-entry"),
            (
                json!({"entries": [{"field": "a", "type": "match", "operator": "included", "value": 3}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "match", "value": "x"}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "odd", "operator": "included"}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "match_any", "operator": "included", "value": []}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "list", "operator": "included", "list": {"id": "x"}}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "nested", "entries": [{"field": "b", "type": "wildcard", "operator": "included", "value": "x"}]}]}),
                "exceptions-entry",
            ),
            (
                json!({"entries": [{"field": "a", "type": "list", "operator": "included", "list": {"id": "x", "type": "ip"}}, {"field": "a", "type": "exists", "operator": "included"}]}),
                "exceptions-mixed-list",
            ),
            (
                json!({"expire_time": "soon", "entries": [{"field": "a", "type": "exists", "operator": "included"}]}),
                "exceptions-expire-time",
            ),
            (
                json!({"os_types": ["beos"], "entries": [{"field": "a", "type": "exists", "operator": "included"}]}),
                "exceptions-os-type",
            ),
        ] {
            let (_, problems) = read_item(&object(json.clone()));
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, [code], "{json}");
        }
    }
}
