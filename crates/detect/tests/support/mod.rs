//! The shared conformance cases, put to the same door as a request from the command line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gatewatch_detect::search::{AnswerOptions, answer};
use gatewatch_query::mapping::Mapping;
use serde_json::{Map, Value as Json, json};

/// The folder with shared test data, if it is there: `GATEWATCH_SHARED`, or beside the workspace.
pub fn shared() -> Option<PathBuf> {
    let folder = match std::env::var_os("GATEWATCH_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    folder.join("eql/cases").is_dir().then_some(folder)
}

/// The JSON values of a file with one in each line.
pub fn lines(path: &Path) -> Vec<Json> {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// What a case runs over.
struct Dataset {
    documents: Vec<Json>,
    description: Json,
}

/// Data sets are read once.
#[derive(Default)]
pub struct Datasets(HashMap<String, Dataset>);

impl Datasets {
    /// Puts a case to the door: the response, or the error body.
    pub fn run(&mut self, shared: &Path, case: &Json) -> Json {
        let inline;
        let dataset = match case["dataset"].as_str() {
            Some(name) => self.0.entry(name.to_owned()).or_insert_with(|| {
                let folder = shared.join("eql/datasets");
                let mapping = folder.join(format!("{name}.mapping.json"));
                let text = std::fs::read_to_string(mapping).expect("a mapping file");
                Dataset {
                    documents: lines(&folder.join(format!("{name}.ndjson"))),
                    description: serde_json::from_str(&text).expect("JSON"),
                }
            }),
            None => {
                inline = Dataset {
                    documents: case["documents"].as_array().cloned().unwrap_or_default(),
                    description: case["mapping"].clone(),
                };
                &inline
            }
        };
        let mut body = json!({"query": case["query"]});
        for member in ["event_category_field", "timestamp_field"] {
            if let Some(name) = dataset.description[member].as_str() {
                body[member] = name.into();
            }
        }
        for (name, value) in case["options"].as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let id_field = case["id_field"]
            .as_str()
            .or(dataset.description["id_field"].as_str())
            .unwrap_or("_id");
        let options = AnswerOptions {
            id_field: id_field.to_owned(),
            ..AnswerOptions::default()
        };
        let mapping = index_mapping(&dataset.description);
        let mapping = match Mapping::from_json(&mapping) {
            Ok(mapping) => mapping,
            Err(error) => panic!("{}: {error}", case["id"]),
        };
        match answer(&body, &mapping, dataset.documents.iter().cloned(), &options) {
            Ok(response) => response,
            Err(error) => error.to_json(),
        }
    }
}

/// The mapping of a data set, which goes by full names, as an index mapping.
fn index_mapping(description: &Json) -> Json {
    let fields = description.get("fields").unwrap_or(description);
    let mut root = json!({});
    for (path, definition) in fields.as_object().into_iter().flatten() {
        let mut at = &mut root;
        for part in path.split('.') {
            at = &mut at["properties"][part];
            if at.is_null() {
                *at = Json::Object(Map::new());
            }
        }
        for (name, value) in definition.as_object().into_iter().flatten() {
            at[name] = value.clone();
        }
    }
    json!({"mappings": root})
}

/// A value as the cases compare ids and keys: as text.
pub fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
