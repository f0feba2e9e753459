//! TOML files of exception lists and connectors, as Elastic's tools for custom rules lay them out.

use std::collections::BTreeMap;

use gatewatch_diagnostic::Diagnostic;
use gatewatch_diagnostic::{Span, Stage};
use serde_json::{Map, Value as Json, json};

use super::convert::{JSON_TEXT, extended, set, take_untold};
use super::{Entry, EntryKind};
use crate::toml_text::TomlDocument;

const EXCEPTIONS: &str = "exceptions";
const CONNECTORS: &str = "action_connectors";

/// Is it such a file, by its tables? A rule file is none.
pub fn is_bundle(text: &str) -> bool {
    TomlDocument::parse(text).is_ok_and(|document| {
        let has = |key: &str| document.tables.contains_key(key);
        !has("rule") && (has(EXCEPTIONS) || has(CONNECTORS))
    })
}

/// The exception lists, items and connectors of a TOML file, and the ids of the rules that its metadata names.
///
/// # Errors
///
/// Text that is no TOML, or holds neither `[[exceptions]]` nor `[[action_connectors]]`.
pub fn from_bundle(text: &str) -> Result<(Vec<Entry>, Vec<String>), Vec<Diagnostic>> {
    let mut tables = TomlDocument::parse(text)?.tables;
    let texts = tables
        .get_mut("metadata")
        .and_then(|metadata| metadata.get_mut("extended"))
        .and_then(|extended| extended.get_mut(JSON_TEXT))
        .map(Json::take);
    if let Some(Json::Object(texts)) = texts {
        for (pointer, text) in texts {
            let json = text
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok());
            set(&mut tables, &pointer, json.unwrap_or(text));
        }
    }
    let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let entry = |object: Map<String, Json>| Entry {
        kind: EntryKind::of(&object),
        object,
        span,
        line: 1,
    };
    let mut entries = Vec::new();
    for bundle in objects(tables.get(EXCEPTIONS)) {
        if let Some(Json::Object(container)) = bundle.get("container") {
            entries.push(entry(container.clone()));
        }
        entries.extend(objects(bundle.get("items")).cloned().map(entry));
    }
    entries.extend(objects(tables.get(CONNECTORS)).cloned().map(entry));
    if entries.is_empty() {
        return Err(vec![
            Diagnostic::error(
                Stage::Request,
                "exceptions-missing",
                "the file has neither [[exceptions]] with a container or items nor [[action_connectors]]",
            )
            .with_hint("a file of exceptions has [exceptions.container] and [[exceptions.items]] below [[exceptions]]"),
        ]);
    }
    let rules = tables
        .get("metadata")
        .and_then(|metadata| metadata.get("rule_ids"))
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect();
    Ok((entries, rules))
}

fn objects(json: Option<&Json>) -> impl Iterator<Item = &Map<String, Json>> {
    json.and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_object)
}

/// Exception lists with their items, and connectors, as TOML files: the name of each file (below the folder of the rules) and
/// its text. Entries of other kinds are passed over; `rules` tells which rules a list belongs to.
pub fn to_bundles(entries: &[Entry]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut lists: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        if matches!(
            entry.kind,
            EntryKind::ExceptionList | EntryKind::ExceptionItem
        ) {
            lists
                .entry(text(&entry.object, "list_id"))
                .or_default()
                .push(entry);
        }
    }
    for (list_id, members) in lists {
        let container = members
            .iter()
            .find(|entry| entry.kind == EntryKind::ExceptionList);
        let items: Vec<&Map<String, Json>> = members
            .iter()
            .filter(|entry| entry.kind == EntryKind::ExceptionItem)
            .map(|entry| &entry.object)
            .collect();
        let mut metadata = Map::new();
        let mut bundle = Map::new();
        if let Some(container) = container {
            metadata = super::convert::made_metadata(&container.object);
            metadata.shift_remove("maturity");
            metadata.insert("list_name".into(), json!(text(&container.object, "name")));
            bundle.insert("container".into(), json!(container.object));
        }
        let linked = entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Rule && links(&entry.object, &list_id));
        let linked: Vec<&Map<String, Json>> = linked.map(|entry| &entry.object).collect();
        for (key, of) in [("rule_ids", "rule_id"), ("rule_names", "name")] {
            let values: Vec<String> = linked.iter().map(|rule| text(rule, of)).collect();
            metadata.insert(key.into(), json!(values));
        }
        if !items.is_empty() {
            bundle.insert("items".into(), json!(items));
        }
        let tables = Map::from_iter([
            ("metadata".to_owned(), Json::Object(metadata)),
            (EXCEPTIONS.to_owned(), json!([bundle])),
        ]);
        files.push((
            format!("exceptions/{}.toml", file_name(&list_id)),
            written(tables),
        ));
    }
    for entry in entries {
        if entry.kind == EntryKind::Connector {
            let tables = Map::from_iter([
                ("metadata".to_owned(), json!({})),
                (CONNECTORS.to_owned(), json!([entry.object])),
            ]);
            let name = file_name(&text(&entry.object, "id"));
            files.push((format!("action_connectors/{name}.toml"), written(tables)));
        }
    }
    files
}

fn written(mut tables: Map<String, Json>) -> String {
    let mut document = TomlDocument::default();
    let texts = take_untold(&mut tables, "", &document);
    if !texts.is_empty() {
        extended(&mut tables).insert(JSON_TEXT.into(), Json::Object(texts));
    }
    document.tables = tables;
    document.write()
}

fn links(rule: &Map<String, Json>, list_id: &str) -> bool {
    objects(rule.get("exceptions_list")).any(|link| text(link, "list_id") == list_id)
}

fn text(object: &Map<String, Json>, key: &str) -> String {
    object
        .get(key)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A name as a file name: lower case, anything but letters and digits an underscore, at most 100 characters.
pub fn file_name(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars().take(100) {
        if character.is_alphanumeric() || character == '-' {
            out.extend(character.to_lowercase());
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_matches('_');
    if out.is_empty() { "unnamed" } else { out }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{file_name, from_bundle, is_bundle, to_bundles};
    use crate::kibana::Export;

    const EXPORT: &str = r#"{"rule_id":"lab-rdp","name":"Lab","type":"query","exceptions_list":[{"id":"1","list_id":"lab/x","type":"detection","namespace_type":"single"}]}
{"list_id":"lab/x","type":"detection","name":"Lab list","created_at":"2026-02-01T10:00:00.000Z","updated_at":"2026-03-01T10:00:00.000Z","namespace_type":"single","_version":null}
{"item_id":"i1","list_id":"lab/x","type":"simple","name":"vpn","namespace_type":"single","entries":[{"field":"source.ip","type":"list","operator":"included","list":{"id":"ips.txt","type":"ip"}}],"meta":null}
{"item_id":"i2","list_id":"other","type":"simple","name":"lone","entries":[{"field":"a","type":"match_any","operator":"excluded","value":["b","c"]}]}
{"id":"mail","type":"action","attributes":{"name":"mail","secrets":null,"config":{}},"references":[]}
"#;

    #[test]
    fn lists_and_connectors_come_back_from_their_files() {
        let export = Export::parse(EXPORT);
        let files = to_bundles(&export.entries);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "exceptions/lab_x.toml",
                "exceptions/other.toml",
                "action_connectors/mail.toml"
            ]
        );
        let mut back = Vec::new();
        for (_, text) in &files {
            assert!(is_bundle(text), "{text}");
            let (entries, rules) = from_bundle(text).expect(text);
            if text.contains("Lab list") {
                assert_eq!(rules, ["lab-rdp"]);
            }
            back.extend(entries.into_iter().map(|entry| (entry.kind, entry.object)));
        }
        let expect: Vec<_> = export
            .entries
            .into_iter()
            .skip(1)
            .map(|entry| (entry.kind, entry.object))
            .collect();
        assert_eq!(back, expect);
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(
            file_name("RDP (Remote) from  the Internet!"),
            "rdp_remote_from_the_internet"
        );
        assert_eq!(file_name("../../etc/passwd"), "etc_passwd");
        assert_eq!(file_name("///"), "unnamed");
    }
}
