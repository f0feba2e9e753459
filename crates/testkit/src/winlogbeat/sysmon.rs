//! What the pipeline of Sysmon does.

use serde_json::{Map, Value as Json, json};

use super::{Document, address, arguments, file, file_name};
use crate::evtx::Event;

pub(super) fn enrich(event: &Event, document: &mut Document) {
    // The pipeline drops values that say nothing, and the time that is now the document's.
    document.data.retain(|_, value| value != "-");
    document.take("UtcTime");
    let (categories, types): (&[&str], &[&str]) = match event.event_id {
        1 => (&["process"], &["start"]),
        3 => (&["network"], &["start", "connection", "protocol"]),
        5 => (&["process"], &["end"]),
        7 => (&["process"], &["change"]),
        10 => (&["process"], &["access"]),
        11 => (&["file"], &["creation"]),
        13 => (&["configuration", "registry"], &["change"]),
        _ => (&[], &[]),
    };
    document.classify("sysmon", categories, types, "");
    process(event, document);
    user(event, document);
    match event.event_id {
        3 => network(document),
        7 => library(document),
        11 => {
            if let Some(path) = document.take("TargetFilename") {
                document.set("file", file(&path));
            }
        }
        13 => registry(document),
        _ => {}
    }
}

fn process(event: &Event, document: &mut Document) {
    let names = if event.event_id == 10 {
        ["SourceProcessGUID", "SourceProcessId", "SourceImage"]
    } else {
        ["ProcessGuid", "ProcessId", "Image"]
    };
    let mut process = described(document, names);
    if let Some(command_line) = document.take("CommandLine") {
        set_command_line(&mut process, &command_line);
    }
    if let Some(directory) = document.take("CurrentDirectory") {
        process.insert("working_directory".into(), directory.into());
    }
    if event.event_id == 1 {
        if let Some(hash) = hashes(document) {
            process.insert("hash".into(), hash);
        }
        let mut pe = Map::new();
        for (field, name) in [
            ("company", "Company"),
            ("description", "Description"),
            ("file_version", "FileVersion"),
            ("product", "Product"),
        ] {
            if let Some(text) = document.text(name) {
                pe.insert(field.into(), text.into());
            }
        }
        if let Some(name) = document.take("OriginalFileName") {
            pe.insert("original_file_name".into(), name.into());
        }
        process.insert("pe".into(), pe.into());
        let mut parent = described(
            document,
            ["ParentProcessGuid", "ParentProcessId", "ParentImage"],
        );
        if let Some(command_line) = document.take("ParentCommandLine") {
            set_command_line(&mut parent, &command_line);
        }
        process.insert("parent".into(), parent.into());
    }
    document.set("process", process.into());
}

fn described(document: &mut Document, [guid, id, image]: [&str; 3]) -> Map<String, Json> {
    let mut process = Map::new();
    if let Some(guid) = document.take(guid) {
        process.insert("entity_id".into(), guid.into());
    }
    if let Some(pid) = document.take(id).and_then(|text| text.parse::<u64>().ok()) {
        process.insert("pid".into(), pid.into());
    }
    if let Some(image) = document.take(image) {
        process.insert("name".into(), file_name(&image).into());
        process.insert("executable".into(), image.into());
    }
    process
}

fn set_command_line(process: &mut Map<String, Json>, command_line: &str) {
    let arguments = arguments(command_line);
    process.insert("args_count".into(), arguments.len().into());
    process.insert("args".into(), arguments.into());
    process.insert("command_line".into(), command_line.into());
}

/// `SHA256=...,IMPHASH=...` by the names of ECS.
fn hashes(document: &mut Document) -> Option<Json> {
    let text = document.take("Hashes")?;
    let mut hash = Map::new();
    for (name, digest) in text.split(',').filter_map(|part| part.split_once('=')) {
        let digest = digest.to_lowercase();
        document.related_hash.push(digest.clone().into());
        hash.insert(name.to_lowercase(), digest.into());
    }
    Some(hash.into())
}

fn user(event: &Event, document: &mut Document) {
    let mut user = Map::new();
    if let Some(id) = &event.user_id {
        user.insert("id".into(), id.to_string().into());
    }
    if let Some(full_name) = document.take("User")
        && let Some((domain, name)) = full_name.split_once('\\')
    {
        user.insert("domain".into(), domain.into());
        user.insert("name".into(), name.into());
        document.related_user.push(name.into());
    }
    document.set("user", user.into());
}

fn network(document: &mut Document) {
    let outbound = document.take("Initiated").as_deref() == Some("true");
    let is_v6 = document.take("SourceIsIpv6").as_deref() == Some("true");
    document.take("DestinationIsIpv6");
    document.set(
        "network",
        json!({
            "direction": if outbound { "egress" } else { "ingress" },
            "transport": document.text("Protocol"),
            "type": if is_v6 { "ipv6" } else { "ipv4" },
        }),
    );
    document.take("Protocol");
    for (field, ip, port) in [
        ("source", "SourceIp", "SourcePort"),
        ("destination", "DestinationIp", "DestinationPort"),
    ] {
        let mut end = Map::new();
        if let Some(ip) = document.take(ip).as_deref().and_then(address) {
            document.related_ip.push(ip.clone().into());
            end.insert("ip".into(), ip.into());
        }
        if let Some(port) = document
            .take(port)
            .and_then(|text| text.parse::<u16>().ok())
        {
            end.insert("port".into(), port.into());
        }
        document.set(field, end.into());
    }
}

fn library(document: &mut Document) {
    let Some(path) = document.take("ImageLoaded") else {
        return;
    };
    let hash = hashes(document);
    document.set("file", file(&path));
    document.set(
        "dll",
        json!({"name": file_name(&path), "path": path, "hash": hash}),
    );
}

fn registry(document: &mut Document) {
    let Some(path) = document.take("TargetObject") else {
        return;
    };
    document.take("EventType");
    let details = document.take("Details");
    let (hive, rest) = path.split_once('\\').unwrap_or(("", &path));
    let (key, value) = rest.rsplit_once('\\').unwrap_or((rest, ""));
    let registry = json!({
        "hive": hive,
        "key": key,
        "value": value,
        "path": path,
        "data": {"strings": [details]},
    });
    document.set("registry", registry);
}
