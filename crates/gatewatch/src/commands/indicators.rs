//! Reads the files that hold indicators: NDJSON or CSV.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use gatewatch_detect::IndicatorStore;
use gatewatch_event::Document;
use serde_json::Value as Json;

/// A line longer than this is no indicator.
const LONGEST_LINE: u64 = 16 << 20;

/// All indicators of these files. An NDJSON file holds one document a line, as an export from Elasticsearch does
/// (`_source` is looked through); a CSV file names fields in its first line (`threat.indicator.ip,threat.feed.name`).
pub fn read(paths: &[PathBuf]) -> anyhow::Result<IndicatorStore> {
    let mut store = IndicatorStore::default();
    for path in paths {
        let file = File::open(path)
            .with_context(|| format!("cannot open the indicators at {}", path.display()))?;
        let before = store.len();
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let read = if is_csv {
            csv(file, &mut store)
        } else {
            ndjson(file, &mut store)
        };
        read.with_context(|| format!("cannot read the indicators of {}", path.display()))?;
        if store.len() == before {
            bail!("there is no indicator in {}", path.display());
        }
    }
    Ok(store)
}

fn ndjson(file: File, store: &mut IndicatorStore) -> anyhow::Result<()> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let read = reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let json: Json = serde_json::from_slice(text)
            .with_context(|| format!("line {number} is no JSON object"))?;
        store.push(&document(json).with_context(|| format!("line {number} is no JSON object"))?)?;
    }
    Ok(())
}

/// The document of a line; of a hit of a search, its source with its `_id` and `_index`.
fn document(json: Json) -> Option<Document> {
    let Json::Object(mut object) = json else {
        return None;
    };
    if let Some(Json::Object(_)) = object.get("_source") {
        let Some(Json::Object(mut source)) = object.remove("_source") else {
            return None;
        };
        for key in ["_id", "_index"] {
            if let Some(value) = object.remove(key) {
                source.insert(key.to_owned(), value);
            }
        }
        object = source;
    }
    Some(Document::from_map(object))
}

fn csv(file: File, store: &mut IndicatorStore) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(file);
    let headers = reader.headers()?.clone();
    for row in reader.records() {
        let row = row?;
        let mut document = Document::new();
        for (field, value) in headers.iter().zip(&row) {
            if !value.is_empty() && !field.is_empty() {
                document.set(field, Json::from(value));
            }
        }
        store.push(&document)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::read;

    fn file(name: &str, text: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("gatewatch-{}-{name}", std::process::id()));
        std::fs::File::create(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .expect("writable");
        path
    }

    #[test]
    fn both_forms_are_read() {
        let json = file(
            "indicators.ndjson",
            "{\"threat\":{\"indicator\":{\"ip\":\"192.0.2.1\"}}}\n\n{\"_id\":\"a\",\"_source\":{\"x\":1}}\n",
        );
        let csv = file(
            "indicators.csv",
            "threat.indicator.ip, threat.feed.name\n192.0.2.2,lab\n\"192.0.2.3\",\n",
        );
        assert_eq!(read(&[json.clone(), csv.clone()]).expect("valid").len(), 4);
        let bad = file("bad.ndjson", "{\"a\":1}\n[1]\n");
        let message = format!(
            "{:#}",
            read(std::slice::from_ref(&bad)).expect_err("no object")
        );
        assert!(message.contains("line 2"), "{message}");
        let empty = file("empty.csv", "a,b\n");
        read(std::slice::from_ref(&empty)).expect_err("no indicator");
        for path in [json, csv, bad, empty] {
            std::fs::remove_file(path).expect("removable");
        }
    }
}
