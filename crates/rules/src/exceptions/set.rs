//! The exceptions of a run, and which of them belong to which rule.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_query::{Condition, Schema};
use serde_json::{Map, Value as Json};

use super::compile::compile_item;
use super::{ExceptionItem, Expiry, ValueLists, read_item};
use crate::kibana::EntryKind;
use crate::{Rule, RuleSource};

/// The most items that Kibana applies to one rule.
const MAX_ITEMS: usize = 10_000;

/// A list that Elastic's agent applies on the host; rules that link to it have no exceptions by that.
const ENDPOINT_LIST: &str = "endpoint_list";

/// An item, ready to be applied.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The item.
    pub item: ExceptionItem,
    /// The name of its list.
    pub list_name: String,
    /// An event that meets it is not seen by the rules that link to the list.
    pub condition: Condition,
}

/// All exceptions that were read.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// Items by namespace and id of their list.
    items: HashMap<(String, String), Vec<Arc<Exception>>>,
    /// Names of lists, by namespace and id; also of those without items.
    lists: HashMap<(String, String), String>,
    /// Lists that a file in TOML ties to rules: (list id, rule id).
    linked: Vec<(String, String)>,
    /// What is wrong with items and value lists: an item with an error is not applied.
    pub problems: Vec<Diagnostic>,
}

impl Exceptions {
    /// Reads the exceptions of files (of exports with rules, of exception lists alone, and of Elastic's TOML) and compiles
    /// their items.
    ///
    /// ```
    /// use gatewatch_query::EcsSchema;
    /// use gatewatch_rules::RuleSource;
    /// use gatewatch_rules::exceptions::{Exceptions, Expiry, ValueLists};
    ///
    /// let text = concat!(
    ///     r#"{"list_id":"vpn","type":"detection","name":"VPN"}"#, "\n",
    ///     r#"{"item_id":"i","list_id":"vpn","name":"gate","entries":[{"field":"source.ip","type":"match","operator":"included","value":"192.0.2.7"}]}"#,
    /// );
    /// let source = RuleSource::read("exceptions.ndjson", text);
    /// let exceptions = Exceptions::read([&source], &ValueLists::new(), &EcsSchema, Expiry::EventTime);
    /// assert!(exceptions.problems.is_empty());
    /// ```
    pub fn read<'a>(
        sources: impl IntoIterator<Item = &'a RuleSource>,
        lists: &ValueLists,
        schema: &dyn Schema,
        expiry: Expiry,
    ) -> Self {
        let mut all = Self::default();
        let mut items = Vec::new();
        for source in sources {
            all.linked.extend(source.linked.iter().cloned());
            for entry in &source.others {
                match entry.kind {
                    EntryKind::ExceptionList => {
                        let name = text(&entry.object, "name");
                        all.lists.insert(list_of(&entry.object), name);
                    }
                    EntryKind::ExceptionItem => items.push(&entry.object),
                    _ => {}
                }
            }
        }
        for object in items {
            let (item, problems) = read_item(object);
            let bad = problems.iter().any(Diagnostic::is_error);
            all.problems.extend(problems);
            if !bad {
                all.add(item, list_of(object), lists, schema, expiry);
            }
        }
        all
    }

    fn add(
        &mut self,
        item: ExceptionItem,
        list: (String, String),
        lists: &ValueLists,
        schema: &dyn Schema,
        expiry: Expiry,
    ) {
        let list_name = self
            .lists
            .get(&list)
            .cloned()
            .unwrap_or_else(|| list.1.clone());
        match compile_item(&item, lists, schema, expiry) {
            Ok((condition, warnings)) => {
                self.problems.extend(warnings);
                let members = self.items.entry(list).or_default();
                if let Some(condition) = condition {
                    members.push(Arc::new(Exception {
                        item,
                        list_name,
                        condition,
                    }));
                }
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.items.values().all(Vec::is_empty)
    }

    /// The live exceptions of a rule: those of the lists that it links to, and of those that a file in TOML ties to it. A link
    /// to a list that was not read is told.
    pub fn of_rule(&self, rule: &Rule) -> (Vec<Arc<Exception>>, Vec<Diagnostic>) {
        let mut lists: Vec<(String, String)> = Vec::new();
        let mut problems = Vec::new();
        for link in &rule.exceptions_list {
            let list = (link.namespace_type.clone(), link.list_id.clone());
            if link.list_id == ENDPOINT_LIST || lists.contains(&list) {
                continue;
            }
            if !self.lists.contains_key(&list) && !self.items.contains_key(&list) {
                problems.push(
                    Diagnostic::warning(
                        Stage::Request,
                        "exceptions-missing-list",
                        format!(
                            "the rule `{}` links to the exception list `{}`, which was not given: its exceptions are not applied",
                            rule.name, link.list_id
                        ),
                    )
                    .with_hint("give it with --exceptions"),
                );
                continue;
            }
            lists.push(list);
        }
        for (list_id, rule_id) in &self.linked {
            if *rule_id == rule.id {
                let tied = self.lists.keys().chain(self.items.keys());
                for list in tied.filter(|(_, id)| id == list_id) {
                    if !lists.contains(list) {
                        lists.push(list.clone());
                    }
                }
            }
        }
        let mut items: Vec<Arc<Exception>> = lists
            .iter()
            .filter_map(|list| self.items.get(list))
            .flatten()
            .cloned()
            .collect();
        if items.len() > MAX_ITEMS {
            problems.push(Diagnostic::warning(
                Stage::Request,
                "exceptions-too-many",
                format!(
                    "the rule `{}` has {} exceptions: the first {MAX_ITEMS} are applied, as in Elastic",
                    rule.name,
                    items.len()
                ),
            ));
            items.truncate(MAX_ITEMS);
        }
        (items, problems)
    }

    /// The lists that none of these rules uses, by name: their exceptions do nothing.
    pub fn unused<'a>(&self, rules: impl IntoIterator<Item = &'a Rule>) -> Vec<&str> {
        let mut used: Vec<(String, String)> = Vec::new();
        for rule in rules {
            for link in &rule.exceptions_list {
                used.push((link.namespace_type.clone(), link.list_id.clone()));
            }
            for (list_id, rule_id) in &self.linked {
                if *rule_id == rule.id {
                    used.extend(
                        ["single", "agnostic"].map(|space| (space.to_owned(), list_id.clone())),
                    );
                }
            }
        }
        let mut unused: Vec<&str> = self
            .items
            .keys()
            .filter(|list| !used.contains(list))
            .map(|list| self.lists.get(list).unwrap_or(&list.1).as_str())
            .collect();
        unused.sort_unstable();
        unused
    }
}

/// Namespace and id of the list that an object is or belongs to.
fn list_of(object: &Map<String, Json>) -> (String, String) {
    let namespace = match text(object, "namespace_type") {
        space if space.is_empty() => "single".to_owned(),
        space => space,
    };
    (namespace, text(object, "list_id"))
}

fn text(object: &Map<String, Json>, key: &str) -> String {
    object
        .get(key)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}
