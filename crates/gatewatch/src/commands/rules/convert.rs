//! `gatewatch rules convert`

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use gatewatch_rules::RuleSource;
use gatewatch_rules::kibana::{
    Entry, EntryKind, Export, IMPORT_BYTES, IMPORT_OBJECTS, file_name, summary, to_bundles,
    to_kibana, to_toml,
};
use serde_json::Value as Json;

use crate::commands::load;
use crate::exit::Ending;
use crate::flags::{RuleForm, RulesConvertFlags};
use crate::output;
use crate::report::problems;
use crate::report::text::count;

/// Converts rules.
pub(super) fn run(flags: &RulesConvertFlags) -> anyhow::Result<Ending> {
    let entries = read(flags)?;
    match flags.to {
        RuleForm::Ndjson => to_ndjson(entries, flags),
        RuleForm::Toml => to_files(&entries, flags),
    }
}

/// Everything at the paths, in Kibana's form and Kibana's order.
fn read(flags: &RulesConvertFlags) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut faults = Vec::new();
    for (path, text) in load::source_files(&flags.paths)? {
        let source = RuleSource::read(&path, &text);
        faults.extend(
            source
                .problems
                .iter()
                .map(|problem| problems::in_file(&path, &text, problem)),
        );
        for rule in source.rules {
            let is_file = !Export::is_export(&path, &text);
            let object = if is_file {
                match to_kibana(&text) {
                    Ok(object) => object,
                    Err(found) => {
                        faults.extend(
                            found
                                .iter()
                                .map(|problem| problems::in_file(&path, &text, problem)),
                        );
                        continue;
                    }
                }
            } else {
                rule.object
            };
            entries.push(Entry {
                kind: EntryKind::Rule,
                object,
                span: Default::default(),
                line: 1,
            });
        }
        entries.extend(
            source
                .others
                .into_iter()
                .filter(|entry| entry.kind != EntryKind::Summary),
        );
    }
    if !faults.is_empty() {
        bail!(
            "{} in the files:\n\n{}",
            count(faults.len() as u64, "problem", "problems"),
            faults.join("\n")
        );
    }
    entries.sort_by_key(|entry| match entry.kind {
        EntryKind::Rule => 0,
        EntryKind::ExceptionList => 1,
        EntryKind::ExceptionItem => 2,
        EntryKind::Connector => 3,
        EntryKind::Summary => 4,
    });
    Ok(entries)
}

fn to_ndjson(mut entries: Vec<Entry>, flags: &RulesConvertFlags) -> anyhow::Result<Ending> {
    let objects = entries.len();
    entries.push(Entry {
        kind: EntryKind::Summary,
        object: summary(&entries),
        span: Default::default(),
        line: 1,
    });
    let export = Export {
        entries,
        problems: Vec::new(),
    };
    let text = export.write();
    if objects > IMPORT_OBJECTS || text.len() > IMPORT_BYTES {
        output::complain(&format!(
            "warning: {} and {} bytes are more than Kibana imports from one file ({IMPORT_OBJECTS} objects, {IMPORT_BYTES} bytes): convert fewer rules at a time",
            count(objects as u64, "object", "objects"),
            text.len()
        ));
    }
    match &flags.output {
        Some(path) => write_new(path, &text, flags.force)?,
        None => {
            let mut out = output::results(None)?;
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(Ending::Done)
}

fn to_files(entries: &[Entry], flags: &RulesConvertFlags) -> anyhow::Result<Ending> {
    let mut files = Vec::new();
    let mut names = HashSet::new();
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Rule) {
        let text = |key: &str| entry.object.get(key).and_then(Json::as_str);
        let name = text("name").or_else(|| text("rule_id")).unwrap_or_default();
        let toml = to_toml(&entry.object).with_context(|| format!("the rule `{name}`"))?;
        let stem = file_name(name);
        let mut file = format!("{stem}.toml");
        let mut number = 2;
        while !names.insert(file.clone()) {
            file = format!("{stem}_{number}.toml");
            number += 1;
        }
        files.push((file, toml));
    }
    files.extend(to_bundles(entries));
    let Some(folder) = &flags.output else {
        let [(_, text)] = files.as_slice() else {
            bail!(
                "{} would be written: name a directory with -o",
                count(files.len() as u64, "file", "files")
            );
        };
        let mut out = output::results(None)?;
        out.write_all(text.as_bytes())?;
        out.flush()?;
        return Ok(Ending::Done);
    };
    for (name, text) in &files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        write_new(&path, text, flags.force)?;
    }
    output::complain(&format!(
        "{} written to {}.",
        count(files.len() as u64, "file", "files"),
        folder.display()
    ));
    Ok(Ending::Done)
}

/// Writes a file that must not be there yet, unless told so.
fn write_new(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create(force)
        .truncate(force)
        .create_new(!force)
        .open(path);
    let mut file = match file {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!(
                "{} is there already: name another place, or use --force to write over it",
                path.display()
            );
        }
        other => other.with_context(|| format!("cannot write {}", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}
