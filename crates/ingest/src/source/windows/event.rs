//! A Windows record as an ECS event.

use std::sync::LazyLock;

use gatewatch_event::{Document, Event, Field, Timestamp, Value, coerce, document_values};
use serde_json::{Map, Value as Json};

use super::WindowsRecord;
use super::entry::{Emit, Entry, Extract, Shape};
use super::kind::{EVENT_DATA, Slot, USER_DATA, WindowsKind};
use super::view::{DataCache, View};

/// A Windows record seen through the mapping of its kind: any field on demand, or the whole document, from one table.
#[derive(Clone, Copy)]
pub struct WindowsEvent<'a> {
    view: View<'a>,
}

/// Fields that a carrier which knows better overrules: what an agent on the host or a pipeline added.
pub(super) const CARRIER_FIRST: &[&str] = &[
    "data_stream.dataset",
    "data_stream.namespace",
    "data_stream.type",
    "ecs.version",
    "event.dataset",
    "event.module",
    "host.id",
    "host.name",
];

const TIMESTAMP: &str = "@timestamp";
static TIMESTAMP_FIELD: LazyLock<Field> = LazyLock::new(|| Field::new(TIMESTAMP));

impl<'a> WindowsEvent<'a> {
    /// Sees `record`, which must be of this kind.
    pub fn new(kind: &'a WindowsKind, record: &'a dyn WindowsRecord) -> Self {
        Self {
            view: View {
                record,
                kind,
                cache: None,
            },
        }
    }

    fn visit_mapped(&self, slot: Slot, emit: Emit<'_>) {
        let kind = self.view.kind;
        match slot {
            Slot::Constant(at) => {
                for value in kind.constants()[at].values() {
                    if !emit(value.clone()) {
                        return;
                    }
                }
            }
            Slot::Entry(at) => kind.entries()[at].visit(&self.view, emit),
            Slot::Member(at, path) => {
                if let Extract::Objects(objects) = kind.entries()[at].from {
                    for object in objects(&self.view) {
                        if !document_values(&object, path, emit) {
                            return;
                        }
                    }
                }
            }
            Slot::Data(name) => {
                if let Some(text) = self.view.data(name)
                    && !kind.is_moved(name, &text)
                {
                    emit(Value::Str(text));
                }
            }
            Slot::UserData(name) => {
                if let Some(text) = self.view.user_data(name) {
                    emit(Value::Str(text));
                }
            }
            Slot::UserDataName => {
                if let Some(name) = self.view.record.user_data_name() {
                    emit(Value::Str(name));
                }
            }
            Slot::Elsewhere | Slot::Nowhere => {}
        }
    }

    /// The whole event.
    fn whole(&self) -> Document {
        let mut document = Document::new();
        let kind = self.view.kind;
        for entry in kind.entries() {
            if entry.path == TIMESTAMP {
                self.add_entry(&mut document, entry);
            }
        }
        for constant in kind.constants() {
            let values = constant.values().iter().map(Value::to_json).collect();
            add(&mut document, constant.path, constant.shape, values);
        }
        for entry in kind.entries() {
            if entry.path != TIMESTAMP {
                self.add_entry(&mut document, entry);
            }
        }
        self.add_data(&mut document);
        self.add_beside(&mut document);
        document
    }

    fn add_entry(&self, document: &mut Document, entry: &Entry) {
        if let Extract::Objects(objects) = entry.from {
            let objects: Vec<Json> = objects(&self.view).into_iter().map(Json::Object).collect();
            if !objects.is_empty() {
                document.set(entry.path, Json::Array(objects));
            }
            return;
        }
        let (mut first, mut more) = (None, Vec::new());
        entry.visit(&self.view, &mut |value| {
            match &first {
                None => first = Some(value.to_json()),
                Some(_) => more.push(value.to_json()),
            }
            true
        });
        match (first, entry.shape) {
            (None, _) => {}
            (Some(only), Shape::One) if more.is_empty() => document.set(entry.path, only),
            (Some(first), _) => {
                more.insert(0, first);
                document.set(entry.path, Json::Array(more));
            }
        }
    }

    fn add_data(&self, document: &mut Document) {
        let mut members = Map::new();
        self.view.shown_data(&mut |name, text| {
            members.insert(name.to_owned(), Json::from(text));
        });
        // Names may hold dots, so the members go in as they are and not as paths.
        if let Some(Json::Object(set)) = document.remove(EVENT_DATA) {
            members.extend(set);
        }
        if !members.is_empty() {
            document.set(EVENT_DATA, Json::Object(members));
        }
        let mut members = Map::new();
        self.view.shown_user_data(&mut |name, text| {
            members.insert(name.to_owned(), Json::from(text));
        });
        if !members.is_empty() {
            document.set(USER_DATA, Json::Object(members));
        }
    }

    /// The carrier's own fields under those of the mapping.
    fn add_beside(&self, document: &mut Document) {
        let Some(beside) = self.view.record.beside() else {
            return;
        };
        let mut under = beside.document();
        for gone in [EVENT_DATA, USER_DATA] {
            under.remove(gone);
        }
        fill(document, under.as_map(), &mut String::new());
        for path in CARRIER_FIRST {
            if let Some(value) = under.get(path) {
                document.set(path, value.clone());
            }
        }
    }
}

/// Sets what the document does not have yet.
fn fill(document: &mut Document, map: &Map<String, Json>, path: &mut String) {
    for (key, value) in map {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        match value {
            Json::Object(inner) if matches!(document.get(path), Some(Json::Object(_))) => {
                fill(document, inner, path);
            }
            _ => document.set_if_absent(path, value.clone()),
        }
        path.truncate(length);
    }
}

fn add(document: &mut Document, path: &str, shape: Shape, mut values: Vec<Json>) {
    match (shape, values.len()) {
        (_, 0) => {}
        (Shape::One, 1) => document.set(path, values.remove(0)),
        _ => document.set(path, Json::Array(values)),
    }
}

impl Event for WindowsEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        let slot = self.view.kind.slot(field);
        let Some(beside) = self.view.record.beside() else {
            return self.visit_mapped(slot, visit);
        };
        let mut seen = false;
        let mut noting = |value: Value<'_>| {
            seen = true;
            visit(value)
        };
        if CARRIER_FIRST.contains(&field.name()) {
            beside.visit(field, &mut noting);
            if !seen {
                self.visit_mapped(slot, visit);
            }
            return;
        }
        self.visit_mapped(slot, &mut noting);
        let owned = matches!(slot, Slot::Data(_) | Slot::UserData(_) | Slot::UserDataName);
        let moved = matches!(slot, Slot::Nowhere) && field.name().starts_with("winlog.event_data.");
        if !seen && !owned && !moved {
            beside.visit(field, visit);
        }
    }

    fn document(&self) -> Document {
        let cache = DataCache::read(self.view.record);
        let view = View {
            cache: Some(&cache),
            ..self.view
        };
        WindowsEvent { view }.whole()
    }

    fn write_with(&self, added: &[(&str, Option<Json>)], out: &mut Vec<u8>) -> bool {
        let (Some(tree), None) = (self.view.kind.tree(), self.view.record.beside()) else {
            return false;
        };
        let cache = DataCache::read(self.view.record);
        let view = View {
            cache: Some(&cache),
            ..self.view
        };
        tree.write(&view, added, out);
        true
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let slot = self.view.kind.slot(*TIMESTAMP_FIELD);
        let mut found = None;
        self.visit_mapped(slot, &mut |value| {
            if let Ok(Value::Date(time)) = coerce(value, gatewatch_event::FieldType::DateNanos) {
                found = Some(time);
            }
            false
        });
        found
    }
}
