//! What only shows among several rules and the exceptions beside them.

use std::collections::HashMap;
use std::sync::Arc;

use gatewatch_diagnostic::{Diagnostic, Severity, Stage};
use serde_json::{Map, Value as Json};

use super::Finding;
use crate::kibana::EntryKind;
use crate::{RuleSource, SourceRule};

/// The list that the endpoint applies itself.
const ENDPOINT_LIST: &str = "endpoint_list";

/// What is known of the rules so far.
#[derive(Default)]
pub(super) struct Set {
    ids: HashMap<String, String>,
    names: HashMap<String, String>,
    /// Exception lists that are there: (namespace, list).
    lists: HashMap<(String, String), usize>,
    /// Links of rules to lists.
    links: Vec<Link>,
    /// Items and their lists.
    items: Vec<(Finding, (String, String))>,
    item_ids: HashMap<(String, String), String>,
    findings: Vec<Finding>,
}

struct Link {
    list: (String, String),
    finding: Finding,
}

impl Set {
    /// A rule.
    pub(super) fn rule(&mut self, path: &str, source: &SourceRule, text: Arc<str>) {
        let found = |severity, code, message: String, pointer: &str| {
            let mut problem = Diagnostic::new(severity, Stage::Request, code, message);
            problem.span = source.span(pointer);
            super::finding(path, source, Arc::clone(&text), problem)
        };
        if let Some(id) = source.string("rule_id") {
            if let Some(first) = self.ids.get(id) {
                let message = format!("{first} has the same rule_id {id}");
                self.findings
                    .push(found(Severity::Error, "rule-id-twice", message, "/rule_id"));
            } else {
                self.ids.insert(id.to_owned(), source.path.clone());
            }
        }
        if let Some(name) = source.string("name") {
            if let Some(first) = self.names.get(name) {
                let message = format!("{first} has the same name");
                self.findings.push(found(
                    Severity::Warning,
                    "rule-name-twice",
                    message,
                    "/name",
                ));
            } else {
                self.names.insert(name.to_owned(), source.path.clone());
            }
        }
        let links = source
            .object
            .get("exceptions_list")
            .and_then(Json::as_array);
        for (number, link) in links.into_iter().flatten().enumerate() {
            let Some(list) = link.as_object().map(list_of) else {
                continue;
            };
            let at = format!("/exceptions_list/{number}");
            if list.1 != ENDPOINT_LIST {
                let message = format!(
                    "the exception list `{}` is not among the files: its exceptions are not applied",
                    list.1
                );
                self.links.push(Link {
                    finding: found(Severity::Note, "exceptions-missing-list", message, &at),
                    list,
                });
            }
        }
    }

    /// The exceptions of a file.
    pub(super) fn others(&mut self, path: &str, source: &RuleSource) {
        for entry in &source.others {
            let list = list_of(&entry.object);
            let finding = |severity, code, message: String| Finding {
                path: path.to_owned(),
                text: "".into(),
                line: u32::try_from(entry.line).unwrap_or(u32::MAX),
                rule_id: None,
                name: text(&entry.object, "name"),
                problem: Diagnostic::new(severity, Stage::Request, code, message),
            };
            match entry.kind {
                EntryKind::ExceptionList => {
                    let count = self.lists.entry(list.clone()).or_default();
                    *count += 1;
                    if *count == 2 {
                        let message = format!("the exception list `{}` is there twice", list.1);
                        self.findings.push(finding(
                            Severity::Warning,
                            "exceptions-list-twice",
                            message,
                        ));
                    }
                }
                EntryKind::ExceptionItem => {
                    let name = text(&entry.object, "name").unwrap_or_default();
                    if let Some(id) = text(&entry.object, "item_id")
                        && let Some(first) = self
                            .item_ids
                            .insert((list.0.clone(), id.clone()), name.clone())
                    {
                        let message =
                            format!("the exception item `{first}` has the same item_id {id}");
                        self.findings.push(finding(
                            Severity::Error,
                            "exceptions-item-twice",
                            message,
                        ));
                    }
                    let message = format!(
                        "the exception `{name}` belongs to the list `{}`, which is not among the files",
                        list.1
                    );
                    let lost = finding(Severity::Warning, "exceptions-no-list", message);
                    self.items.push((lost, list));
                    let (_, problems) = crate::exceptions::read_item(&entry.object);
                    for problem in problems {
                        let mut told = finding(Severity::Error, problem.code, String::new());
                        told.problem = problem;
                        self.findings.push(told);
                    }
                }
                _ => {}
            }
        }
    }

    /// Everything found.
    pub(super) fn findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        let lists = self.lists;
        findings.extend(
            self.links
                .into_iter()
                .filter(|link| !lists.contains_key(&link.list))
                .map(|link| link.finding),
        );
        findings.extend(
            self.items
                .into_iter()
                .filter(|(_, list)| !lists.contains_key(list))
                .map(|(finding, _)| finding),
        );
        findings
    }
}

/// Namespace and id of the list that an object is, belongs to or links to.
fn list_of(object: &Map<String, Json>) -> (String, String) {
    (
        text(object, "namespace_type").unwrap_or_else(|| "single".to_owned()),
        text(object, "list_id").unwrap_or_default(),
    )
}

fn text(object: &Map<String, Json>, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn what_is_there_twice_or_missing_is_told() {
        let rule = |id: &str, name: &str| {
            format!(
                "{{\"rule_id\":\"{id}\",\"name\":\"{name}\",\"description\":\"d\",\"type\":\"eql\",\"language\":\"eql\",\"query\":\"any where true\",\"severity\":\"low\",\"risk_score\":21,\"exceptions_list\":[{{\"list_id\":\"a\",\"id\":\"1\",\"type\":\"detection\",\"namespace_type\":\"single\"}},{{\"list_id\":\"b\",\"id\":\"2\",\"type\":\"detection\",\"namespace_type\":\"single\"}}]}}"
            )
        };
        let text = [
            rule("x", "one"),
            rule("x", "one"),
            "{\"list_id\":\"a\",\"type\":\"detection\",\"name\":\"A\"}".to_owned(),
            "{\"item_id\":\"i\",\"list_id\":\"c\",\"name\":\"lost\",\"type\":\"simple\",\"entries\":[{\"field\":\"a\",\"type\":\"exists\",\"operator\":\"included\"}]}".to_owned(),
        ]
        .join("\n");
        let checked = check([("export.ndjson", text.as_str())]);
        let codes: Vec<&str> = checked
            .findings
            .iter()
            .map(|finding| finding.problem.code)
            .filter(|code| *code != "rule-id-form")
            .collect();
        assert_eq!(
            codes,
            [
                "rule-id-twice",
                "rule-name-twice",
                "exceptions-missing-list",
                "exceptions-missing-list",
                "exceptions-no-list"
            ]
        );
        assert_eq!(checked.findings.last().map(|finding| finding.line), Some(4));
    }
}
