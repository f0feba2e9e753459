//! A request as Kibana's console sends it, over documents in files.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail};
use gatewatch_detect::search::{AnswerOptions, answer};
use gatewatch_query::mapping::Mapping;
use serde_json::Value as Json;

use crate::exit::Ending;
use crate::flags::QueryFlags;
use crate::output;

/// Prints the response, or the error, in Elasticsearch's JSON shape.
pub fn run(flags: &QueryFlags, body: &Path) -> anyhow::Result<Ending> {
    if flags.words.is_empty() {
        bail!("--request needs documents: give NDJSON files, or - for stdin");
    }
    let body = read_json(body)?;
    let options = AnswerOptions {
        id_field: flags.id_field.clone(),
        now: crate::commands::now(),
        ..AnswerOptions::default()
    };
    let mapping = match &flags.mapping {
        Some(path) => Mapping::from_json(&read_json(path)?)
            .map_err(gatewatch_detect::search::SearchError::from),
        None => Ok(Mapping::default()),
    };
    let mut documents = Vec::new();
    for path in &flags.words {
        read_documents(path, &mut documents)?;
    }
    let answered = mapping.and_then(|mapping| answer(&body, &mapping, documents, &options));
    let (json, ending) = match answered {
        Ok(response) => (response, Ending::Done),
        Err(error) => (error.to_json(), Ending::Refused),
    };
    let mut out = output::results(flags.output.as_deref())?;
    serde_json::to_writer_pretty(&mut out, &json)?;
    writeln!(out)?;
    out.flush()?;
    Ok(ending)
}

fn read_json(path: &Path) -> anyhow::Result<Json> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    serde_json::from_reader(BufReader::new(file))
        .with_context(|| format!("{} is not JSON", path.display()))
}

fn read_documents(path: &str, documents: &mut Vec<Json>) -> anyhow::Result<()> {
    let reader: Box<dyn Read> = if path == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot open {path}"))?)
    };
    for (number, document) in
        (1..).zip(serde_json::Deserializer::from_reader(BufReader::new(reader)).into_iter())
    {
        documents.push(document.with_context(|| format!("{path}: document {number} is not JSON"))?);
    }
    Ok(())
}
