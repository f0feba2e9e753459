//! What the text of a file holds: one rule (TOML), or the rules and exceptions of an export (NDJSON, TOML).

use std::ops::Range;

use gatewatch_diagnostic::{Diagnostic, Span};
use serde_json::{Map, Value as Json};
use toml::de::DeValue;

use crate::Rule;
use crate::kibana::{Entry, EntryKind, Export, from_bundle};
use crate::place::{Places, StringPlaces};
use crate::read::{no_rule_table, parse_toml, read_as_far_as_possible, read_object, table_to_json};

/// A rule as it stands in a file: its keys and their places, whether or not it is a valid rule.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRule {
    /// The file, and the line for a rule of an export: `export.ndjson:12`.
    pub path: String,
    /// The text that places count in: the file, or the line of an export.
    pub text: String,
    /// The line of the file that `text` begins on, from 1.
    pub line: u32,
    /// The `[rule]` table or the object.
    pub object: Map<String, Json>,
    /// `[metadata]`; empty for a rule of an export.
    pub metadata: Map<String, Json>,
    places: Places,
    root: &'static str,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSource {
    /// The rules.
    pub rules: Vec<SourceRule>,
    /// Exception lists, their items, connectors and the summary.
    pub others: Vec<Entry>,
    /// The rules that an exception file in TOML names for its lists: (list id, rule id).
    pub linked: Vec<(String, String)>,
    /// What could not be read, with places in the file.
    pub problems: Vec<Diagnostic>,
}

impl RuleSource {
    /// Reads the text of a file: Elastic's TOML for a rule or for exceptions, or an export of Kibana. Which of them it is is
    /// told by the extension, or by the text.
    pub fn read(path: &str, text: &str) -> Self {
        if Export::is_export(path, text) {
            return Self::export(path, text);
        }
        Self::toml(path, text).unwrap_or_else(|problems| Self {
            problems,
            ..Self::default()
        })
    }

    fn toml(path: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let file = parse_toml(text)?;
        let table = |key: &str| match file.get_ref().get(key).map(toml::Spanned::get_ref) {
            Some(DeValue::Table(table)) => Some(table_to_json(table)),
            _ => None,
        };
        let Some(object) = table("rule") else {
            let tables = file.get_ref();
            if !tables.contains_key("exceptions") && !tables.contains_key("action_connectors") {
                return Err(vec![no_rule_table()]);
            }
            let (others, rules) = from_bundle(text)?;
            let lists = others
                .iter()
                .filter(|entry| entry.kind != EntryKind::Connector)
                .filter_map(|entry| entry.object.get("list_id")?.as_str());
            let mut linked: Vec<(String, String)> = lists
                .flat_map(|list| {
                    rules
                        .iter()
                        .map(move |rule| (list.to_owned(), rule.clone()))
                })
                .collect();
            linked.sort();
            linked.dedup();
            return Ok(Self {
                others,
                linked,
                ..Self::default()
            });
        };
        let rule = SourceRule {
            path: path.to_owned(),
            text: text.to_owned(),
            line: 1,
            object,
            metadata: table("metadata").unwrap_or_default(),
            places: Places::of_toml(file.get_ref()),
            root: "/rule",
        };
        Ok(Self {
            rules: vec![rule],
            ..Self::default()
        })
    }

    fn export(path: &str, text: &str) -> Self {
        let export = Export::parse(text);
        let mut source = Self {
            problems: export.problems,
            ..Self::default()
        };
        for entry in export.entries {
            if entry.kind != EntryKind::Rule {
                source.others.push(entry);
                continue;
            }
            let line = entry.span.text(text).to_owned();
            let first = serde_json::from_str::<Json>(&line);
            // Of a file that is one JSON value, only a rule that stands alone has places.
            let places = match first {
                Ok(Json::Object(object)) if object == entry.object => Places::of_json(&line),
                _ => Places::default(),
            };
            source.rules.push(SourceRule {
                path: format!("{path}:{}", entry.line),
                text: line,
                line: u32::try_from(entry.line).unwrap_or(u32::MAX),
                object: entry.object,
                metadata: Map::new(),
                places,
                root: "",
            });
        }
        source
    }
}

impl SourceRule {
    /// The rule.
    ///
    /// # Errors
    ///
    /// Every problem found: missing or mistyped keys, with places in [`text`](Self::text).
    pub fn rule(&self) -> Result<Rule, Vec<Diagnostic>> {
        let place = |key: Option<&str>| self.range(key.unwrap_or_default());
        read_object(&self.path, &self.text, self.object.clone(), &place)
    }

    /// The rule as far as it can be read, and every problem found.
    pub(crate) fn rule_with_problems(&self) -> (Rule, Vec<Diagnostic>) {
        let place = |key: Option<&str>| self.range(key.unwrap_or_default());
        read_as_far_as_possible(&self.path, &self.text, self.object.clone(), &place)
    }

    /// The range of the value of a key, quotes of a string included; the whole rule for an empty key.
    pub(crate) fn range(&self, key: &str) -> Option<Range<usize>> {
        let pointer = match key {
            "" => self.root.to_owned(),
            key => crate::toml_text::step(self.root, key),
        };
        self.places.range(&pointer)
    }

    /// The place of the value at a JSON pointer below the rule, or of the nearest value around it.
    pub fn span(&self, pointer: &str) -> Option<Span> {
        self.places.span(&format!("{}{pointer}", self.root))
    }

    /// Moves a problem in the text of a query to its place in the file. `key` is the key of the query: `query` or
    /// `threat_query`. A place that cannot be told becomes that of the whole query.
    #[must_use]
    pub fn in_file(&self, key: &str, mut problem: Diagnostic) -> Diagnostic {
        let value = self.object.get(key).and_then(Json::as_str);
        let map = value
            .zip(self.range(key))
            .and_then(|(value, range)| StringPlaces::new(&self.text, range, value));
        let whole = self.span(&format!("/{key}"));
        let moved = |span: Option<Span>| match (&map, span) {
            (Some(map), Some(span)) => Some(map.span(span)),
            _ => whole,
        };
        problem.span = moved(problem.span);
        for note in &mut problem.notes {
            if note.span.is_some() {
                note.span = map.as_ref().and(moved(note.span));
            }
        }
        problem
    }

    /// The place of a value of the `[metadata]` table.
    pub(crate) fn metadata_span(&self, key: &str) -> Option<Span> {
        self.places.span(&crate::toml_text::step("/metadata", key))
    }

    /// The text of an object's string, such as its `name`.
    pub fn string(&self, key: &str) -> Option<&str> {
        self.object.get(key)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_diagnostic::{Diagnostic, Span, Stage};

    use super::RuleSource;

    #[test]
    fn a_problem_of_a_query_is_moved_to_its_file() {
        let toml = "[rule]\nname = \"x\"\nquery = '''\nany where a = 1\n'''\n";
        let ndjson = "\n{\"name\":\"x\",\"query\":\"any\\twhere a = 1\"}\n";
        for (path, text) in [("a.toml", toml), ("a.ndjson", ndjson)] {
            let source = RuleSource::read(path, text);
            let [rule] = source.rules.as_slice() else {
                panic!("{source:?}")
            };
            let problem = Diagnostic::error(Stage::Parse, "x", "x").with_span(Span::new(10, 15));
            let span = rule.in_file("query", problem).span.expect("a place");
            assert_eq!(span.text(&rule.text), "a = 1");
        }
        let source = RuleSource::read("a.ndjson", ndjson);
        assert_eq!(source.rules[0].path, "a.ndjson:2");
    }

    #[test]
    fn rules_of_an_export_are_read_with_what_belongs_to_them() {
        let text = concat!(
            "{\"rule_id\":\"r\",\"name\":\"n\",\"description\":\"d\",\"type\":\"query\",\"query\":\"a : 1\",\"severity\":\"low\",\"risk_score\":\"x\"}\n",
            "{\"list_id\":\"l\",\"type\":\"detection\"}\n{\"item_id\":\"i\",\"list_id\":\"l\",\"entries\":[]}\nno\n",
        );
        let source = RuleSource::read("export.ndjson", text);
        assert_eq!(source.others.len(), 2);
        assert_eq!(source.problems.len(), 1);
        let problems = source.rules[0].rule().expect_err("the score is text");
        let span = problems[0].span.expect("a place");
        assert_eq!(span.text(&source.rules[0].text), "\"x\"");
    }
}
