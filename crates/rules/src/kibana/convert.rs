//! Rule files to Kibana's objects and back, without loss.
//!
//! A rule file holds what Kibana's object has no place for: `[metadata]`, `[transform]` and, rarely, values that JSON
//! cannot say. They travel in the object's `meta`, a key that Kibana keeps and does not read, under [`HOLDER`]. What
//! Kibana adds (ids of its own, who saved it and when) travels in the file's `[metadata.extended]`, which Elastic's tools
//! keep for the same purpose; JSON that TOML cannot say (null) stands there as text.

use std::fmt;

use gatewatch_diagnostic::Diagnostic;
use serde_json::{Map, Value as Json, json};

use super::guide;
use crate::toml_text::{TomlDocument, step};

/// The key of `meta` that holds the rest of a rule file.
const HOLDER: &str = "gatewatch";

/// The tables of `metadata.extended` that hold what Kibana added and what TOML cannot say.
const SERVER: &str = "kibana";
pub(super) const JSON_TEXT: &str = "kibana_json";

/// What Kibana computes or assigns: no part of a rule as its author writes it.
const SERVER_KEYS: &[&str] = &[
    "id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "immutable",
    "rule_source",
    "revision",
    "version",
    "execution_summary",
];

/// JSON deeper than this is kept as text: readers of TOML go no deeper than 80.
const MAX_DEPTH: usize = 48;

/// Why an object has no form as a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError(String);

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConvertError {}

/// The Kibana object of a rule file.
///
/// # Errors
///
/// Text that is no TOML or has no `[rule]` table, with the place.
pub fn to_kibana(text: &str) -> Result<Map<String, Json>, Vec<Diagnostic>> {
    let mut document = TomlDocument::parse(text)?;
    let Some(Json::Object(mut rule)) = document.tables.get_mut("rule").map(Json::take) else {
        return Err(vec![crate::read::no_rule_table()]);
    };
    let mut holder = Map::new();
    let mut kept: Vec<&str> = SERVER_KEYS.to_vec();
    kept.retain(|key| rule.contains_key(*key));
    if !kept.is_empty() {
        holder.insert("rule_keys".into(), json!(kept));
    }
    if let Some(flat) = flat_new_terms(&rule) {
        replace(&mut rule, "new_terms", flat);
    } else if rule.contains_key("new_terms_fields") {
        holder.insert("flat_new_terms".into(), json!(true));
    }
    if let Some(Json::String(note)) = rule.get("note") {
        let transform = document.tables.get("transform");
        let expanded = guide::expand(note, transform);
        if expanded != *note {
            if guide::collapse(&expanded, transform) != *note {
                holder.insert("note".into(), json!(note));
            }
            rule.insert("note".into(), json!(expanded));
        }
    }
    if !document.tokens.is_empty() {
        holder.insert("tokens".into(), json!(document.tokens));
    }
    restore_server(&mut document.tables, &mut rule);
    // `rule` marks its place among the tables; at their end it says nothing.
    if document
        .tables
        .keys()
        .next_back()
        .is_some_and(|last| last == "rule")
    {
        document.tables.shift_remove("rule");
    }
    if !document.tables.is_empty() {
        holder.insert("file".into(), Json::Object(document.tables));
    }
    if !holder.is_empty() {
        let meta = rule.entry("meta").or_insert_with(|| json!({}));
        match meta {
            Json::Object(meta) => {
                meta.insert(HOLDER.into(), Json::Object(holder));
            }
            other => {
                holder.insert("meta".into(), other.take());
                *other = json!({ HOLDER: holder });
            }
        }
    }
    Ok(rule)
}

/// Puts back what [`to_toml`] moved to `metadata.extended`. Metadata that holds nothing else is taken away: the rule came
/// from Kibana alone.
fn restore_server(tables: &mut Map<String, Json>, rule: &mut Map<String, Json>) {
    let Some(Json::Object(metadata)) = tables.get_mut("metadata") else {
        return;
    };
    let Some(Json::Object(extended)) = metadata.get_mut("extended") else {
        return;
    };
    let mut found = false;
    if let Some(Json::Object(server)) = extended.shift_remove(SERVER) {
        found = true;
        let made = made_metadata(&server);
        for (key, json) in server {
            rule.entry(key).or_insert(json);
        }
        if extended.is_empty() || (extended.len() == 1 && extended.contains_key(JSON_TEXT)) {
            for (key, json) in made {
                if metadata.get(&key) == Some(&json) {
                    metadata.shift_remove(&key);
                }
            }
        }
    }
    if let Some(Json::Object(extended)) = metadata.get_mut("extended") {
        if let Some(Json::Object(texts)) = extended.shift_remove(JSON_TEXT) {
            found = true;
            for (pointer, text) in texts {
                let json = text
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok());
                if let Some(pointer) = pointer.strip_prefix("/rule") {
                    set(rule, pointer, json.unwrap_or(text));
                }
            }
        }
        if extended.is_empty() {
            metadata.shift_remove("extended");
        }
    }
    if found && metadata.is_empty() {
        tables.shift_remove("metadata");
    }
}

/// The rule file of a Kibana object.
///
/// # Errors
///
/// When the object says that it came from a file and does not hold that file's parts as they were written there.
pub fn to_toml(object: &Map<String, Json>) -> Result<String, ConvertError> {
    let mut rule = object.clone();
    let holder = take_holder(&mut rule);
    let part = |key: &str| holder.as_ref().and_then(|holder| holder.get(key));
    if let Some(note) = part("note") {
        rule.insert("note".into(), note.clone());
    }
    let mut tables = match part("file") {
        None => Map::new(),
        Some(Json::Object(file)) => file.clone(),
        Some(_) => {
            return Err(ConvertError(format!(
                "`meta.{HOLDER}.file` is no object: it was not written by this program"
            )));
        }
    };
    if part("note").is_none()
        && let Some(Json::String(note)) = rule.get("note")
    {
        let note = guide::collapse(note, tables.get("transform"));
        rule.insert("note".into(), json!(note));
    }
    if part("flat_new_terms").is_none()
        && let Some(nested) = nested_new_terms(&rule)
    {
        rule.shift_remove("history_window_start");
        replace(&mut rule, "new_terms_fields", nested);
    }
    let mut document = TomlDocument::default();
    for (pointer, token) in part("tokens")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        let Some(token) = token.as_str() else {
            continue;
        };
        document.tokens.insert(pointer.clone(), token.to_owned());
    }
    let kept = part("rule_keys");
    move_server(&mut rule, kept, &mut tables);
    let texts = take_untold(&mut rule, "/rule", &document);
    if !texts.is_empty() {
        extended(&mut tables).insert(JSON_TEXT.into(), Json::Object(texts));
    }
    tables.insert("rule".into(), Json::Object(rule));
    document.tables = tables;
    document
        .tokens
        .retain(|pointer, token| is_token(pointer, token));
    Ok(document.write())
}

/// Only what TOML reads as one value may be written without quotes: the object may come from anywhere.
fn is_token(_pointer: &str, token: &str) -> bool {
    !token.contains(['\n', '\r', '#', '"', '\'', '[', '{', ','])
        && TomlDocument::parse(&format!("x = {token}\n")).is_ok()
}

fn take_holder(rule: &mut Map<String, Json>) -> Option<Map<String, Json>> {
    let Some(Json::Object(meta)) = rule.get_mut("meta") else {
        return None;
    };
    let Some(Json::Object(mut holder)) = meta.shift_remove(HOLDER) else {
        return None;
    };
    match holder.shift_remove("meta") {
        Some(original) => {
            rule.insert("meta".into(), original);
        }
        None if meta.is_empty() => {
            rule.shift_remove("meta");
        }
        None => {}
    }
    Some(holder)
}

/// Moves what the server added out of the rule, unless its author had written it.
fn move_server(rule: &mut Map<String, Json>, kept: Option<&Json>, tables: &mut Map<String, Json>) {
    let is_kept = |key: &str| {
        kept.and_then(Json::as_array)
            .is_some_and(|keys| keys.iter().any(|kept| kept == key))
    };
    let mut server = Map::new();
    for key in SERVER_KEYS.iter().filter(|key| !is_kept(key)) {
        let told = rule.get(*key).is_some_and(|json| is_told(json, 0));
        if told && let Some(json) = rule.shift_remove(*key) {
            server.insert((*key).to_owned(), json);
        }
    }
    if server.is_empty() {
        return;
    }
    let made = made_metadata(&server);
    extended(tables).insert(SERVER.into(), Json::Object(server));
    if let Some(Json::Object(metadata)) = tables.get_mut("metadata") {
        for (key, json) in made {
            metadata.entry(key).or_insert(json);
        }
    }
}

pub(super) fn extended(tables: &mut Map<String, Json>) -> &mut Map<String, Json> {
    fn inner<'a>(map: &'a mut Map<String, Json>, key: &str) -> &'a mut Map<String, Json> {
        let entry = map.entry(key).or_insert_with(|| json!({}));
        if !entry.is_object() {
            *entry = json!({});
        }
        entry
            .as_object_mut()
            .expect("it was made an object just before")
    }
    inner(inner(tables, "metadata"), "extended")
}

/// The metadata that Elastic's tools ask of a rule file, for a rule that comes from Kibana.
pub(super) fn made_metadata(server: &Map<String, Json>) -> Map<String, Json> {
    let day = |key: &str| {
        let text = server.get(key)?.as_str()?.get(..10)?;
        Some(json!(text.replace('-', "/")))
    };
    let mut made = Map::new();
    if let (Some(created), Some(updated)) = (day("created_at"), day("updated_at")) {
        made.insert("creation_date".into(), created);
        made.insert("maturity".into(), json!("production"));
        made.insert("updated_date".into(), updated);
    }
    made
}

/// Can TOML say it?
fn is_told(json: &Json, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match json {
        Json::Null => false,
        Json::Number(number) => !number.is_u64() || number.is_i64(),
        Json::Array(items) => items.iter().all(|item| is_told(item, depth + 1)),
        Json::Object(map) => map.values().all(|item| is_told(item, depth + 1)),
        Json::Bool(_) | Json::String(_) => true,
    }
}

/// Takes what TOML cannot say out of the tables at `root` of the document: JSON pointer and JSON text of each.
pub(super) fn take_untold(
    tables: &mut Map<String, Json>,
    root: &str,
    document: &TomlDocument,
) -> Map<String, Json> {
    fn walk(
        map: &mut Map<String, Json>,
        pointer: &str,
        document: &TomlDocument,
        depth: usize,
        texts: &mut Map<String, Json>,
    ) {
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            let at = step(pointer, &key);
            let Some(json) = map.get_mut(&key) else {
                continue;
            };
            // A value that JSON cannot say stands as null with its token beside it.
            if is_told(json, depth) || document.tokens.contains_key(&at) {
                continue;
            }
            match json {
                Json::Object(inner) if depth < MAX_DEPTH => {
                    walk(inner, &at, document, depth + 1, texts);
                }
                Json::Array(items) if depth < MAX_DEPTH && items.iter().all(Json::is_object) => {
                    for (number, item) in items.iter_mut().enumerate() {
                        if let Json::Object(inner) = item {
                            let at = step(&at, &number.to_string());
                            walk(inner, &at, document, depth + 1, texts);
                        }
                    }
                }
                other => {
                    texts.insert(at, json!(other.to_string()));
                    map.shift_remove(&key);
                }
            }
        }
    }
    let mut texts = Map::new();
    walk(tables, root, document, 0, &mut texts);
    texts
}

/// Sets the value at a JSON pointer of which all but the last step exist.
pub(super) fn set(rule: &mut Map<String, Json>, pointer: &str, json: Json) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    let mut root = Json::Object(std::mem::take(rule));
    if let Some(Json::Object(map)) = root.pointer_mut(parent) {
        map.insert(key, json);
    }
    if let Json::Object(map) = root {
        *rule = map;
    }
}

/// Puts other keys where one key stood.
fn replace(rule: &mut Map<String, Json>, key: &str, with: Map<String, Json>) {
    let old = std::mem::take(rule);
    let mut with = Some(with);
    for (name, json) in old {
        if name == key {
            rule.extend(with.take().unwrap_or_default());
        } else {
            rule.insert(name, json);
        }
    }
}

/// Kibana's two keys for the nested table of a rule file, if it is of exactly that form.
pub(crate) fn flat_new_terms(rule: &Map<String, Json>) -> Option<Map<String, Json>> {
    let table = rule.get("new_terms")?.as_object()?;
    let windows = table.get("history_window_start")?.as_array()?;
    let [Json::Object(window)] = windows.as_slice() else {
        return None;
    };
    let named = |map: &Map<String, Json>, name: &str| map.get("field") == Some(&json!(name));
    let exact = table.len() == 3
        && window.len() == 2
        && named(table, "new_terms_fields")
        && named(window, "history_window_start")
        && !rule.contains_key("new_terms_fields")
        && !rule.contains_key("history_window_start");
    let fields = table.get("value").filter(|value| value.is_array())?;
    let start = window.get("value").filter(|value| value.is_string())?;
    exact.then(|| {
        Map::from_iter([
            ("new_terms_fields".to_owned(), fields.clone()),
            ("history_window_start".to_owned(), start.clone()),
        ])
    })
}

fn nested_new_terms(rule: &Map<String, Json>) -> Option<Map<String, Json>> {
    let fields = rule
        .get("new_terms_fields")
        .filter(|json| json.is_array())?;
    let start = rule
        .get("history_window_start")
        .filter(|json| json.is_string())?;
    if rule.contains_key("new_terms") {
        return None;
    }
    let nested = json!({
        "field": "new_terms_fields",
        "value": fields,
        "history_window_start": [{"field": "history_window_start", "value": start}],
    });
    Some(Map::from_iter([("new_terms".to_owned(), nested)]))
}

#[cfg(test)]
mod tests {
    use super::{to_kibana, to_toml};
    use crate::toml_text::TomlDocument;
    use serde_json::{Map, Value as Json, json};

    #[track_caller]
    fn file_round(text: &str) -> Map<String, Json> {
        let object = to_kibana(text).expect("a rule file");
        // Through the text of a line, as a file would have it.
        let line = serde_json::to_string(&object).expect("JSON");
        let read: Map<String, Json> = serde_json::from_str(&line).expect("JSON");
        let back = to_toml(&read).expect("it came from a file");
        let document = |text: &str| TomlDocument::parse(text).expect(text);
        assert_eq!(document(&back), document(text), "{back}");
        object
    }

    #[track_caller]
    fn object_round(json: Json) -> String {
        let Json::Object(object) = json else {
            panic!("an object")
        };
        let text = to_toml(&object).expect("it can be written");
        assert_eq!(to_kibana(&text).expect(&text), object, "{text}");
        text
    }

    const RULE: &str = r#"
[metadata]
creation_date = "2026/01/05"
integration = ["system"]
maturity = "production"
odd = 2026-03-01

[transform]
[[transform.osquery]]
label = "Osquery"
query = "SELECT * FROM users"

[rule]
author = ["Lab"]
name = "New source"
rule_id = "00000000-0000-4000-8000-000000000001"
note = '''
## Triage
!{investigate}
${osquery_0}
'''
type = "new_terms"
query = '''
event.category : "authentication"
'''
version = 3
unknown_key = { a = [1, [2.5]], "b c" = nan }

[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0001"
name = "Initial Access"

[rule.new_terms]
field = "new_terms_fields"
value = ["source.ip"]
[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-7d"
"#;

    #[test]
    fn a_rule_file_comes_back_from_kibana() {
        let object = file_round(RULE);
        assert_eq!(object["new_terms_fields"], json!(["source.ip"]));
        assert_eq!(object["history_window_start"], "now-7d");
        assert!(!object.contains_key("new_terms"));
        assert!(
            object["note"]
                .as_str()
                .expect("text")
                .contains("!{osquery{\"label\":\"Osquery\"")
        );
        assert_eq!(object["version"], 3);
    }

    #[test]
    fn odd_files_come_back_too() {
        for text in [
            "[rule]\nname = \"x\"\n",
            "[rule]\nmeta = 3\n",
            "[rule]\n[rule.meta]\nfrom = \"now\"\n[zzz]\na = 1\n[metadata]\nb = 2\n",
            "[rule]\nnew_terms_fields = [\"a\"]\nhistory_window_start = \"now-1d\"\n",
            "[rule]\nnew_terms = \"odd\"\n",
            "[rule]\nnote = \"!{osquery{\\\"label\\\":\\\"a\\\"}} ${osquery_0}\"\n[[transform.osquery]]\nlabel = \"a\"\n",
            "[metadata]\n[metadata.extended]\nmine = 1\n[rule]\nid = \"x\"\nbig = 99999999999999999999\n",
        ] {
            file_round(text);
        }
    }

    #[test]
    fn a_kibana_object_comes_back_from_its_file() {
        let text = object_round(json!({
            "id": "7a", "updated_at": "2026-03-01T10:00:00.000Z", "updated_by": "lab", "created_at": "2026-02-01T10:00:00.000Z",
            "created_by": "lab", "name": "Lab", "tags": [], "interval": "5m", "enabled": false, "revision": 2, "version": 1,
            "risk_score": 21, "meta": {"from": "1m", "kibana_siem_app_url": ""}, "rule_source": {"type": "internal"},
            "type": "query", "language": "kuery", "query": "a : \"b\"\n",
            "actions": [{"id": "c", "params": {"message": "x"}, "frequency": {"summary": true, "throttle": null}}],
            "odd": [1, null], "deep/er": {"~": null}, "huge": 18_446_744_073_709_551_615_u64, "float": 1.0,
        }));
        assert!(text.contains("creation_date = \"2026/02/01\""), "{text}");
        assert!(!text.contains("meta.gatewatch"), "{text}");
        object_round(json!({"name": "x"}));
        object_round(json!({"throttle": null, "name": "x", "empty": {}, "list": [{}, {}]}));
    }

    #[test]
    fn deep_objects_are_kept_as_text() {
        let mut deep = json!(1);
        for _ in 0..90 {
            deep = json!([deep]);
        }
        object_round(json!({"name": "x", "deep": deep}));
    }

    #[test]
    fn a_file_that_went_through_kibana_keeps_its_parts() {
        let mut object = to_kibana(RULE).expect("a rule file");
        object.insert("id".into(), json!("assigned"));
        object.insert("revision".into(), json!(4));
        let text = to_toml(&object).expect("it can be written");
        let tables = TomlDocument::parse(&text).expect("valid").tables;
        assert_eq!(tables["metadata"]["integration"], json!(["system"]));
        assert_eq!(tables["metadata"]["extended"]["kibana"]["id"], "assigned");
        assert_eq!(tables["rule"]["version"], 3);
        assert_eq!(to_kibana(&text).expect(&text), object);
    }
}
