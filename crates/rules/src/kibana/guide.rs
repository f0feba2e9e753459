//! Investigation guides: place-holders of rule files, plug-ins of Kibana.
//!
//! A rule file's `[transform]` table holds queries and investigations; its note names them as `${osquery_0}` and
//! `${investigate_1}`. In Kibana they stand in the note itself, as `!{osquery{...}}`.

use serde_json::{Map, Value as Json};

/// Place-holder and plug-in of everything that a `[transform]` table holds.
fn plugins(transform: Option<&Json>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let Some(tables) = transform.and_then(Json::as_object) else {
        return pairs;
    };
    for (name, items) in tables {
        for (number, item) in items.as_array().into_iter().flatten().enumerate() {
            let holder = format!("${{{name}_{number}}}");
            pairs.push((holder, format!("!{{{name}{}}}", sorted(item))));
        }
    }
    pairs
}

/// Compact JSON with sorted keys, as Elastic's tools write it.
fn sorted(json: &Json) -> String {
    fn order(json: &Json) -> Json {
        match json {
            Json::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort_unstable();
                let ordered: Map<String, Json> = keys
                    .into_iter()
                    .map(|key| (key.clone(), order(&map[key])))
                    .collect();
                Json::Object(ordered)
            }
            Json::Array(items) => items.iter().map(order).collect(),
            other => other.clone(),
        }
    }
    order(json).to_string()
}

/// The note with its plug-ins in place.
pub(super) fn expand(note: &str, transform: Option<&Json>) -> String {
    plugins(transform)
        .iter()
        .fold(note.to_owned(), |note, (holder, plugin)| {
            note.replace(holder, plugin)
        })
}

/// The note with place-holders for its plug-ins.
pub(super) fn collapse(note: &str, transform: Option<&Json>) -> String {
    plugins(transform)
        .iter()
        .rev()
        .fold(note.to_owned(), |note, (holder, plugin)| {
            note.replace(plugin, holder)
        })
}

#[cfg(test)]
mod tests {
    use super::{collapse, expand};
    use serde_json::json;

    #[test]
    fn place_holders_become_plugins_and_back() {
        let transform = json!({"osquery": [{"query": "SELECT 1", "label": "one"}], "investigate": [{"label": "l"}]});
        let note = "Look: ${osquery_0}\nand ${investigate_0}, ${osquery_1}";
        let expanded = expand(note, Some(&transform));
        assert_eq!(
            expanded,
            "Look: !{osquery{\"label\":\"one\",\"query\":\"SELECT 1\"}}\nand !{investigate{\"label\":\"l\"}}, ${osquery_1}"
        );
        assert_eq!(collapse(&expanded, Some(&transform)), note);
    }
}
