//! The shared conformance cases, where they are there.

#![allow(dead_code, reason = "not every test file uses all of it")]

use std::fs;
use std::path::PathBuf;

use gatewatch_query::mapping::Mapping;
use serde_json::{Map, Value as Json, json};

/// A folder of shared cases; says so when there is none.
#[allow(clippy::print_stdout, reason = "a test that skips must say so")]
pub fn shared_folder(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folder = std::env::var_os("GATEWATCH_SHARED").map_or(root.join("shared"), PathBuf::from);
    let wanted = folder.join(name);
    if wanted.is_dir() {
        return Some(wanted);
    }
    println!(
        "SKIPPED: no conformance cases at {}; set GATEWATCH_SHARED",
        wanted.display()
    );
    None
}

/// The folder of EQL cases.
pub fn shared() -> Option<PathBuf> {
    shared_folder("eql")
}

/// The lines of a file of Elastic's rules or of events for them.
pub fn elastic(file: &str) -> Vec<Json> {
    let Some(folder) = shared_folder("elastic") else {
        return Vec::new();
    };
    let text = fs::read_to_string(folder.join(file)).expect("the file is readable");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a value a line"))
        .collect()
}

/// The cases of one file; an empty list when there is no shared folder.
pub fn cases(file: &str) -> Vec<Json> {
    let Some(folder) = shared() else {
        return Vec::new();
    };
    let text =
        fs::read_to_string(folder.join("cases").join(file)).expect("the file of cases is readable");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("every line is a case"))
        .collect()
}

/// All cases with a query.
pub fn query_cases() -> Vec<Json> {
    let Some(folder) = shared() else {
        return Vec::new();
    };
    let mut files: Vec<String> = fs::read_dir(folder.join("cases"))
        .expect("the folder is readable")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".jsonl") && name != "folding.jsonl")
        .collect();
    files.sort();
    files.iter().flat_map(|file| cases(file)).collect()
}

/// What a data set says of itself, its mapping, and its documents.
pub struct Dataset {
    pub about: Json,
    pub mapping: Mapping,
    pub documents: Vec<Map<String, Json>>,
}

impl Dataset {
    /// The data set of a case.
    pub fn of(case: &Json) -> Self {
        let folder = shared().expect("there are cases, so there is a folder");
        let (about, lines) = match case["dataset"].as_str() {
            Some(name) => {
                let read = |end: &str| {
                    fs::read_to_string(folder.join("datasets").join(format!("{name}.{end}")))
                        .expect("the data set is readable")
                };
                let documents = read("ndjson")
                    .lines()
                    .map(|line| serde_json::from_str(line).expect("a document a line"))
                    .collect();
                (
                    serde_json::from_str(&read("mapping.json")).expect("a mapping"),
                    documents,
                )
            }
            None => (
                case["mapping"].clone(),
                case["documents"].as_array().cloned().unwrap_or_default(),
            ),
        };
        let documents: Vec<Map<String, Json>> = lines
            .into_iter()
            .filter_map(|document| match document {
                Json::Object(map) => Some(map),
                _ => None,
            })
            .collect();
        let mut mapping = Mapping::from_json(&nested(&about)).expect("the mapping is sound");
        for document in &documents {
            let mut source = document.clone();
            source.remove("_id");
            source.remove("_index");
            mapping.observe(&source);
        }
        Self {
            about,
            mapping,
            documents,
        }
    }

    pub fn name<'a>(&'a self, key: &str) -> Option<&'a str> {
        self.about[key].as_str()
    }
}

/// A flat mapping (path to type) in the shape of Elasticsearch.
fn nested(about: &Json) -> Json {
    let fields = about.get("fields").unwrap_or(about);
    let mut root = json!({});
    for (path, spec) in fields.as_object().into_iter().flatten() {
        let mut at = &mut root;
        for part in path.split('.') {
            at = &mut at["properties"][part];
        }
        match (at.as_object_mut(), spec.as_object()) {
            (Some(known), Some(spec)) => known.extend(spec.clone()),
            _ => *at = spec.clone(),
        }
    }
    json!({ "mappings": root })
}
