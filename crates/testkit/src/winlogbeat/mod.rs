//! Events as Winlogbeat 8 puts them into Elasticsearch: ECS, after the module pipelines.
//!
//! Written by hand from what the pipelines do, and apart from gatewatch's own mapping, so that one
//! can be held against the other. There are no messages, since Windows' own texts are not ours
//! to copy.

mod security;
mod sysmon;

use std::net::IpAddr;

use serde_json::{Map, Value as Json, json};

use crate::evtx::{Element, Event, Node, Payload, Text};

/// An event as a document of a Winlogbeat index.
#[must_use]
pub fn document(event: &Event, record_id: u64) -> Json {
    let mut document = Document::new(event, record_id);
    match event.provider.as_ref() {
        "Microsoft-Windows-Security-Auditing" | "Microsoft-Windows-Eventlog" => {
            security::enrich(event, &mut document);
        }
        "Microsoft-Windows-Sysmon" => sysmon::enrich(event, &mut document),
        "Microsoft-Windows-PowerShell" => powershell(event, &mut document),
        _ => {}
    }
    document.finish()
}

/// A document in the making.
struct Document {
    root: Map<String, Json>,
    event: Map<String, Json>,
    winlog: Map<String, Json>,
    /// The values of the event, all of them text, as long as nothing has moved them elsewhere.
    data: Map<String, Json>,
    is_user_data: bool,
    related_ip: Vec<Json>,
    related_user: Vec<Json>,
    related_hash: Vec<Json>,
}

impl Document {
    fn new(event: &Event, record_id: u64) -> Self {
        let mut root = Map::new();
        let time = event.time.to_timestamp();
        root.insert("@timestamp".into(), format!("{time:.3}").into());
        let host = event.computer.as_ref();
        root.insert(
            "agent".into(),
            json!({"type": "winlogbeat", "version": "8.17.0"}),
        );
        root.insert("ecs".into(), json!({"version": "8.0.0"}));
        root.insert("host".into(), json!({"name": host}));
        root.insert("log".into(), json!({"level": level(event.level)}));

        let code = event.event_id.to_string();
        let mut about = Map::new();
        about.insert("code".into(), code.clone().into());
        about.insert("kind".into(), "event".into());
        about.insert("provider".into(), event.provider.as_ref().into());

        let mut winlog = Map::new();
        if let Some(activity) = event.activity_id {
            winlog.insert("activity_id".into(), activity.to_string().into());
        }
        winlog.insert("api".into(), "wineventlog".into());
        winlog.insert("channel".into(), event.channel.as_ref().into());
        winlog.insert("computer_name".into(), host.into());
        winlog.insert("event_id".into(), code.into());
        winlog.insert("opcode".into(), "Info".into());
        winlog.insert(
            "process".into(),
            json!({"pid": event.process_id, "thread": {"id": event.thread_id}}),
        );
        if let Some(guid) = event.provider_guid {
            winlog.insert("provider_guid".into(), guid.to_string().into());
        }
        winlog.insert("provider_name".into(), event.provider.as_ref().into());
        winlog.insert("record_id".into(), record_id.to_string().into());
        if let Some(user) = &event.user_id {
            winlog.insert("user".into(), json!({"identifier": user.to_string()}));
        }
        if event.version > 0 {
            winlog.insert("version".into(), event.version.into());
        }
        let (data, is_user_data) = data(event);
        Self {
            root,
            event: about,
            winlog,
            data,
            is_user_data,
            related_ip: Vec::new(),
            related_user: Vec::new(),
            related_hash: Vec::new(),
        }
    }

    fn set(&mut self, field: &str, value: Json) {
        self.root.insert(field.into(), value);
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Json::as_str)
    }

    /// Takes a value out of the event's data.
    fn take(&mut self, name: &str) -> Option<String> {
        match self.data.shift_remove(name) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    fn classify(&mut self, module: &str, categories: &[&str], types: &[&str], action: &str) {
        self.event.insert("module".into(), module.into());
        if !categories.is_empty() {
            self.event.insert("category".into(), categories.into());
            self.event.insert("type".into(), types.into());
        }
        if !action.is_empty() {
            self.event.insert("action".into(), action.into());
        }
    }

    fn finish(mut self) -> Json {
        let mut related = Map::new();
        for (name, values) in [
            ("hash", self.related_hash),
            ("ip", self.related_ip),
            ("user", self.related_user),
        ] {
            if !values.is_empty() {
                let mut distinct: Vec<Json> = Vec::with_capacity(values.len());
                for value in values {
                    if !distinct.contains(&value) {
                        distinct.push(value);
                    }
                }
                related.insert(name.into(), distinct.into());
            }
        }
        if !related.is_empty() {
            self.root.insert("related".into(), related.into());
        }
        if !self.data.is_empty() {
            let name = if self.is_user_data {
                "user_data"
            } else {
                "event_data"
            };
            self.winlog.insert(name.into(), self.data.into());
        }
        self.root.insert("event".into(), self.event.into());
        self.root.insert("winlog".into(), self.winlog.into());
        Json::Object(self.root)
    }
}

/// The values of the payload; empty ones are left out, as Winlogbeat leaves them out.
fn data(event: &Event) -> (Map<String, Json>, bool) {
    let mut data = Map::new();
    let mut insert = |name: String, text: Text| {
        if !text.is_empty() {
            let text = text.replace("\r\n", "\n");
            data.entry(name).or_insert(text.into());
        }
    };
    match &event.payload {
        Payload::None => {}
        Payload::EventData { fields, .. } => {
            for (index, field) in fields.iter().enumerate() {
                let name = field
                    .name
                    .as_ref()
                    .map_or_else(|| format!("param{}", index + 1), ToString::to_string);
                insert(name, field.value.to_text());
            }
        }
        Payload::Classic { strings, .. } => {
            for (index, text) in strings.iter().enumerate() {
                insert(format!("param{}", index + 1), text.clone());
            }
        }
        Payload::UserData(element) => {
            for child in elements(element) {
                insert(child.name.to_string(), child.to_text().into());
            }
            insert("xml_name".into(), element.name.clone());
            return (data, true);
        }
    }
    (data, false)
}

fn elements(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter_map(|node| match node {
        Node::Element(child) => Some(child),
        Node::Content(_) => None,
    })
}

fn powershell(event: &Event, document: &mut Document) {
    document.event.insert("module".into(), "powershell".into());
    document.event.insert("category".into(), "process".into());
    document.event.insert("type".into(), "info".into());
    if let Some(user) = &event.user_id {
        document.set("user", json!({"id": user.to_string()}));
    }
    if event.event_id != 4104 {
        return;
    }
    let number = |text: Option<String>| text.and_then(|text| text.parse::<i64>().ok());
    let id = document.take("ScriptBlockId");
    let text = document.take("ScriptBlockText");
    let sequence = number(document.take("MessageNumber"));
    let total = number(document.take("MessageTotal"));
    document.set(
        "powershell",
        json!({
            "file": {"script_block_id": id, "script_block_text": text},
            "sequence": sequence,
            "total": total,
        }),
    );
    if let Some(path) = document.take("Path") {
        document.set("file", file(&path));
    }
}

fn level(level: u8) -> &'static str {
    match level {
        1 => "critical",
        2 => "error",
        3 => "warning",
        5 => "verbose",
        _ => "information",
    }
}

/// The part of a path after its last backslash.
fn file_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

fn file(path: &str) -> Json {
    let name = file_name(path);
    let directory = path.strip_suffix(name).unwrap_or_default();
    let mut file = Map::new();
    file.insert("path".into(), path.into());
    file.insert("name".into(), name.into());
    file.insert("directory".into(), directory.trim_end_matches('\\').into());
    if let Some((_, extension)) = name.rsplit_once('.') {
        file.insert("extension".into(), extension.into());
    }
    file.into()
}

/// The address in its usual form, with a mapped IPv4 address unwrapped; nothing for other texts.
fn address(text: &str) -> Option<String> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical().to_string())
}

/// A command line cut at white space outside quotation marks.
fn arguments(command_line: &str) -> Vec<Json> {
    let mut arguments = Vec::new();
    let mut argument = String::new();
    let mut quoted = false;
    for letter in command_line.chars() {
        if letter == '"' {
            quoted = !quoted;
        }
        if letter.is_whitespace() && !quoted {
            if !argument.is_empty() {
                arguments.push(std::mem::take(&mut argument).into());
            }
        } else {
            argument.push(letter);
        }
    }
    if !argument.is_empty() {
        arguments.push(argument.into());
    }
    arguments
}
