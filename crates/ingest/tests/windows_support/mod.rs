//! What the tests of the Windows mapping share: records made by hand or from Winlogbeat's raw form, and ways to compare.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatewatch_event::{
    Document, Event, Field, JsonEvent, Known, Timestamp, Value, document_values, parse_iso,
};
use gatewatch_ingest::source::windows::{Options, WindowsEvent, WindowsKind, WindowsRecord};
use gatewatch_ingest::{Consumer, Placed, Problem};
use serde_json::{Map, Value as Json};

/// The shared folder, if this machine has one. Says so when not, since the test then proves nothing.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
pub fn shared(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(below);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

/// Keeps everything that a reader hands out.
#[derive(Default)]
pub struct Keeper {
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
    pub kinds: u32,
}

impl Consumer for Keeper {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        self.kinds += 1;
        Some(self.kinds)
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        assert!((1..=self.kinds).contains(&kind));
        let document = event.document();
        assert_same(event, &document);
        self.documents.push(document);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// A record in memory.
#[derive(Clone, Debug, Default)]
pub struct TestRecord {
    pub provider: Option<String>,
    pub channel: Option<String>,
    pub event_id: Option<u32>,
    pub computer: Option<String>,
    pub keywords: Option<u64>,
    pub keyword_names: Vec<String>,
    pub level: Option<u8>,
    pub level_name: Option<String>,
    pub task: Option<u16>,
    pub task_name: Option<String>,
    pub opcode: Option<u8>,
    pub version: Option<u8>,
    pub record_id: Option<u64>,
    pub provider_guid: Option<String>,
    pub activity_id: Option<String>,
    pub user_id: Option<String>,
    pub process_id: Option<u32>,
    pub thread_id: Option<u32>,
    pub time: Option<Timestamp>,
    pub data: Vec<(String, String)>,
    pub user_data_name: Option<String>,
    pub user_data: Vec<(String, String)>,
    pub beside: Option<JsonEvent>,
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn first<'a>(values: &'a [(String, String)], name: &str) -> Option<Cow<'a, str>> {
    values
        .iter()
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| Cow::Borrowed(value.as_str()))
}

fn each(values: &[(String, String)], visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
    for (name, value) in values {
        if !value.is_empty() && !visit(name, Cow::Borrowed(value)) {
            return;
        }
    }
}

impl TestRecord {
    /// A record of a provider in a channel.
    pub fn new(provider: &str, channel: &str, event_id: u32) -> Self {
        Self {
            provider: Some(provider.to_owned()),
            channel: Some(channel.to_owned()),
            event_id: Some(event_id),
            computer: Some("SRV1.corp.example".to_owned()),
            time: parse_iso("2024-03-01T10:00:50.1234567Z"),
            ..Self::default()
        }
    }

    /// A record of the Security log.
    pub fn security(event_id: u32, data: &[(&str, &str)]) -> Self {
        Self::new("Microsoft-Windows-Security-Auditing", "Security", event_id).with_data(data)
    }

    pub fn with_data(mut self, data: &[(&str, &str)]) -> Self {
        self.data = pairs(data);
        self
    }

    pub fn with_user_data(mut self, name: &str, data: &[(&str, &str)]) -> Self {
        self.user_data_name = Some(name.to_owned());
        self.user_data = pairs(data);
        self
    }

    /// The record that Winlogbeat wrote as this document before any pipeline. What the original holds and that form
    /// does not (numbers of keywords, tasks and levels) comes as names.
    pub fn from_collected(document: &Json) -> Self {
        let text = |path: &str| {
            document
                .pointer(path)
                .and_then(Json::as_str)
                .map(str::to_owned)
        };
        let number = |path: &str| document.pointer(path).and_then(Json::as_u64);
        let values = |path: &str| {
            let members = document.pointer(path).and_then(Json::as_object);
            members.map_or_else(Vec::new, |members| {
                members
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                    .collect()
            })
        };
        let mut user_data: Vec<(String, String)> = values("/winlog/user_data");
        user_data.retain(|(name, _)| name != "xml_name");
        Self {
            provider: text("/winlog/provider_name"),
            channel: text("/winlog/channel"),
            event_id: text("/winlog/event_id").and_then(|id| id.parse().ok()),
            computer: text("/winlog/computer_name"),
            keyword_names: document
                .pointer("/winlog/keywords")
                .and_then(Json::as_array)
                .map_or_else(Vec::new, |names| {
                    names
                        .iter()
                        .filter_map(|name| name.as_str().map(str::to_owned))
                        .collect()
                }),
            level_name: text("/log/level"),
            task_name: text("/winlog/task"),
            opcode: Some(0),
            version: number("/winlog/version").and_then(|version| u8::try_from(version).ok()),
            record_id: number("/winlog/record_id"),
            provider_guid: text("/winlog/provider_guid"),
            activity_id: text("/winlog/activity_id"),
            user_id: text("/winlog/user/identifier"),
            process_id: number("/winlog/process/pid").and_then(|id| u32::try_from(id).ok()),
            thread_id: number("/winlog/process/thread/id").and_then(|id| u32::try_from(id).ok()),
            time: text("/@timestamp").and_then(|time| parse_iso(&time)),
            data: values("/winlog/event_data"),
            user_data_name: text("/winlog/user_data/xml_name"),
            user_data,
            ..Self::default()
        }
    }

    /// The kind of the record.
    pub fn kind(&self, options: Options) -> WindowsKind {
        WindowsKind::new(
            self.provider.as_deref(),
            self.channel.as_deref(),
            self.event_id,
            options,
        )
    }

    /// The document, after a proof that every field of it answers the same on demand.
    pub fn document(&self) -> Document {
        self.document_with(Options::default())
    }

    pub fn document_with(&self, options: Options) -> Document {
        let kind = self.kind(options);
        let event = WindowsEvent::new(&kind, self);
        let document = event.document();
        assert_same(&event, &document);
        document
    }

    /// The values of a field, as text.
    pub fn values(&self, field: &str) -> Vec<String> {
        let kind = self.kind(Options::default());
        let event = WindowsEvent::new(&kind, self);
        texts(&event, field)
    }
}

/// The values of a field, as text.
pub fn texts(event: &dyn Event, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    event.visit(Field::new(field), &mut |value| {
        found.push(value.text().into_owned());
        true
    });
    found
}

/// Asserts that each field of a document has the same values when the event is asked for it.
#[track_caller]
pub fn assert_same(event: &dyn Event, document: &Document) {
    let mut paths = Vec::new();
    leaves(&Json::Object(document.as_map().clone()), "", &mut paths);
    for path in paths {
        let mut expected = Vec::new();
        document_values(document.as_map(), &path, &mut |value: Value<'_>| {
            expected.push(value.text().into_owned());
            true
        });
        assert_eq!(texts(event, &path), expected, "{path}");
    }
    let mut text = Vec::new();
    event.write_json(&mut text);
    let written: Json = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(&written, &Json::Object(document.as_map().clone()));
    assert_eq!(
        event.timestamp().map(|time| time.millis()),
        document
            .get("@timestamp")
            .and_then(Json::as_str)
            .and_then(parse_iso)
            .map(Timestamp::millis)
    );
}

fn leaves(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                leaves(member, &path, found);
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for item in items {
                leaves(item, path, found);
            }
        }
        _ => {
            if !found.iter().any(|known| known == path) {
                found.push(path.to_owned());
            }
        }
    }
}

/// A document as dotted paths.
pub fn flat(map: &Map<String, Json>) -> BTreeMap<String, Json> {
    fn go(map: &Map<String, Json>, path: &str, found: &mut BTreeMap<String, Json>) {
        for (name, value) in map {
            let path = format!("{path}{name}");
            match value {
                Json::Object(inner) => go(inner, &format!("{path}."), found),
                other => {
                    found.insert(path, other.clone());
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    go(map, "", &mut found);
    found
}

/// A value for comparing: an array of one is its member, order does not count, numbers compare as text.
pub fn canonical(value: &Json) -> String {
    match value {
        Json::Array(items) if items.len() == 1 => canonical(&items[0]),
        Json::Array(items) => {
            let mut items: Vec<String> = items.iter().map(canonical).collect();
            items.sort();
            format!("{items:?}")
        }
        Json::String(text) => text.clone(),
        Json::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name}={}", canonical(value)))
                .collect();
            members.sort();
            format!("{members:?}")
        }
        other => other.to_string(),
    }
}

impl WindowsRecord for TestRecord {
    fn provider(&self) -> Option<Cow<'_, str>> {
        self.provider.as_deref().map(Cow::from)
    }
    fn provider_guid(&self) -> Option<Cow<'_, str>> {
        self.provider_guid.as_deref().map(Cow::from)
    }
    fn event_id(&self) -> Option<u32> {
        self.event_id
    }
    fn channel(&self) -> Option<Cow<'_, str>> {
        self.channel.as_deref().map(Cow::from)
    }
    fn computer(&self) -> Option<Cow<'_, str>> {
        self.computer.as_deref().map(Cow::from)
    }
    fn record_id(&self) -> Option<u64> {
        self.record_id
    }
    fn time_created(&self) -> Option<Timestamp> {
        self.time
    }
    fn keywords(&self) -> Option<u64> {
        self.keywords
    }
    fn level(&self) -> Option<u8> {
        self.level
    }
    fn version(&self) -> Option<u8> {
        self.version
    }
    fn task(&self) -> Option<u16> {
        self.task
    }
    fn opcode(&self) -> Option<u8> {
        self.opcode
    }
    fn process_id(&self) -> Option<u32> {
        self.process_id
    }
    fn thread_id(&self) -> Option<u32> {
        self.thread_id
    }
    fn user_id(&self) -> Option<Cow<'_, str>> {
        self.user_id.as_deref().map(Cow::from)
    }
    fn activity_id(&self) -> Option<Cow<'_, str>> {
        self.activity_id.as_deref().map(Cow::from)
    }
    fn related_activity_id(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn data(&self, name: &str) -> Option<Cow<'_, str>> {
        first(&self.data, name)
    }
    fn each_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        each(&self.data, visit);
    }
    fn user_data_name(&self) -> Option<Cow<'_, str>> {
        self.user_data_name.as_deref().map(Cow::from)
    }
    fn user_data(&self, name: &str) -> Option<Cow<'_, str>> {
        first(&self.user_data, name)
    }
    fn each_user_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        each(&self.user_data, visit);
    }
    fn beside(&self) -> Option<&dyn Event> {
        self.beside.as_ref().map(|event| event as &dyn Event)
    }
    fn level_name(&self) -> Option<Cow<'_, str>> {
        self.level_name.as_deref().map(Cow::from)
    }
    fn task_name(&self) -> Option<Cow<'_, str>> {
        self.task_name.as_deref().map(Cow::from)
    }
    fn keyword_names(&self) -> Vec<String> {
        self.keyword_names.clone()
    }
}
