//! From exception items to conditions.

use gatewatch_diagnostic::{Diagnostic, Stage, did_you_mean};
use gatewatch_event::{Timestamp, ecs_fields, known_ecs_type};
use gatewatch_query::{Condition, Options, Schema, compile_filter};
use serde_json::{Value as Json, json};

use super::lists::Values;
use super::{EntryTest, ExceptionEntry, ExceptionItem, ValueLists};

/// Kibana puts value lists of up to so many values into the query; larger ones it applies to the hits, for some types of rules.
const TERMS: usize = 65_536;

/// Which time decides whether an item has expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// The time of each event: what happened before the item expired is still excepted. Where rules run on time, that is what
    /// Kibana does.
    #[default]
    EventTime,
    /// This time for all events, as if all rules ran then.
    At(Timestamp),
}

/// The condition that an event meets if the item drops it. `None` for an item that has expired for all events.
///
/// The second part of the answer is what is allowed and probably not meant.
///
/// # Errors
///
/// Value lists that are not there, and values that the field cannot have: the item must not be applied.
pub(super) fn compile_item(
    item: &ExceptionItem,
    lists: &ValueLists,
    schema: &dyn Schema,
    expiry: Expiry,
) -> Result<(Option<Condition>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if let (Expiry::At(now), Some(expires)) = (expiry, item.expires)
        && expires <= now
    {
        return Ok((None, Vec::new()));
    }
    let mut compiler = Compiler {
        name: &item.name,
        lists,
        problems: Vec::new(),
    };
    let mut filters: Vec<Json> = item
        .entries
        .iter()
        .map(|entry| compiler.entry(entry, ""))
        .collect();
    if !item.os_types.is_empty() {
        filters.push(systems(&item.os_types));
    }
    if let (Expiry::EventTime, Some(expires)) = (expiry, item.expires) {
        filters.push(json!({"range": {"@timestamp": {"lt": expires.to_iso(9)}}}));
    }
    let mut problems = compiler.problems;
    if problems.iter().any(Diagnostic::is_error) {
        return Err(problems);
    }
    let filter = json!({"bool": {"filter": filters}});
    match compile_filter(&filter, schema, &Options::default()) {
        Ok(condition) => Ok((Some(condition), problems)),
        Err(found) => {
            problems.extend(found.into_iter().map(|mut problem| {
                problem.message = format!("exception `{}`: {}", item.name, problem.message);
                problem
            }));
            Err(problems)
        }
    }
}

/// Kibana looks at the type and at the name of the system, the latter without regard to case.
fn systems(systems: &[String]) -> Json {
    let tests: Vec<Json> = systems
        .iter()
        .flat_map(|system| {
            [
                json!({"term": {"host.os.type": {"value": system}}}),
                json!({"term": {"host.os.name": {"value": system, "case_insensitive": true}}}),
            ]
        })
        .collect();
    json!({"bool": {"should": tests, "minimum_should_match": 1}})
}

struct Compiler<'a> {
    name: &'a str,
    lists: &'a ValueLists,
    problems: Vec<Diagnostic>,
}

impl Compiler<'_> {
    fn warn(&mut self, code: &'static str, message: String, hint: &str) {
        let message = format!("exception `{}`: {message}", self.name);
        self.problems
            .push(Diagnostic::warning(Stage::Request, code, message).with_hint(hint));
    }

    /// The query of an entry; `prefix` is the nested field around it, with a dot.
    fn entry(&mut self, entry: &ExceptionEntry, prefix: &str) -> Json {
        let field = format!("{prefix}{}", entry.field);
        self.name_field(&field, entry);
        let query = match &entry.test {
            EntryTest::Match(value) => {
                self.literal_wildcard(&field, value);
                json!({"match_phrase": {field: value}})
            }
            EntryTest::MatchAny(values) => {
                for value in values {
                    self.literal_wildcard(&field, value);
                }
                any(values
                    .iter()
                    .map(|value| json!({"match_phrase": {field.clone(): value}})))
            }
            EntryTest::Exists => json!({"exists": {"field": field}}),
            EntryTest::Wildcard(value) => {
                if value.contains('\\') && !value.contains("\\\\") {
                    self.warn(
                        "exceptions-backslash",
                        format!("in the wildcard `{value}` a backslash takes the meaning of the next character away"),
                        "double the backslashes of a path",
                    );
                }
                json!({"wildcard": {field: {"value": value}}})
            }
            EntryTest::List { id, list_type } => self.list(&field, id, list_type),
            EntryTest::Nested(entries) => {
                let inner: Vec<Json> = entries
                    .iter()
                    .map(|inner| self.entry(inner, &format!("{field}.")))
                    .collect();
                json!({"nested": {"path": field, "query": {"bool": {"filter": inner}}}})
            }
        };
        if entry.excluded {
            json!({"bool": {"must_not": [query]}})
        } else {
            query
        }
    }

    fn list(&mut self, field: &str, id: &str, list_type: &str) -> Json {
        let Some((values, problems)) = self.lists.values(id, list_type) else {
            let message = format!("exception `{}`: there is no value list `{id}`", self.name);
            self.problems.push(
                Diagnostic::error(Stage::Request, "value-list-missing", message)
                    .with_hint("give the folder of the lists with --lists: a file's name is the list's id, with or without extension"),
            );
            return json!({"match_none": {}});
        };
        self.problems.extend(problems);
        let (Values::Terms(texts) | Values::Words(texts)) = &values;
        if texts.len() > TERMS {
            self.warn(
                "value-list-large",
                format!("the value list `{id}` has {} values: Elastic applies such lists to rules of the types query, threat_match and machine_learning only", texts.len()),
                "here it is applied to all",
            );
        }
        match values {
            Values::Terms(values) => json!({"terms": {field: values}}),
            Values::Words(values) => any(values
                .iter()
                .map(|value| json!({"match": {field: {"query": value, "operator": "and"}}}))),
        }
    }

    /// A name that no event has, most probably: such an entry never matches, or always when it is excluded.
    fn name_field(&mut self, field: &str, entry: &ExceptionEntry) {
        let set = field.split('.').next().unwrap_or_default();
        let is_ecs = ecs_fields().any(|(name, _)| name.split('.').next() == Some(set));
        let has_own = field
            .split('.')
            .any(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
        if known_ecs_type(field).is_some() || !is_ecs || has_own {
            return;
        }
        let near = did_you_mean(field, ecs_fields().map(|(name, _)| name));
        if let Some(near) = near.first() {
            let always = if entry.excluded { "always" } else { "never" };
            self.warn(
                "exceptions-field-unknown",
                format!("ECS has no field `{field}`: the entry {always} matches"),
                &format!("did you mean `{near}`?"),
            );
        }
    }

    fn literal_wildcard(&mut self, field: &str, value: &str) {
        if value.len() > 1 && (value.starts_with('*') || value.ends_with('*')) {
            self.warn(
                "exceptions-literal-wildcard",
                format!("`{value}` of `{field}` is compared as it is: the asterisk must be in the value itself"),
                "use the type wildcard",
            );
        }
    }
}

fn any(queries: impl Iterator<Item = Json>) -> Json {
    let queries: Vec<Json> = queries.collect();
    json!({"bool": {"should": queries, "minimum_should_match": 1}})
}
