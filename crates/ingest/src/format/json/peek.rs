//! Fields of records that are not taken apart.
//!
//! A [`Skim`](super::skim::Skim) tells where the members of an object lie, so a few fields can be read without an index of
//! everything. A peek answers what it is sure of; of the rest it says that it is not.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use gatewatch_event::{
    Document, Event, Field, FieldType, Timestamp, Value, coerce, is_plain_in_json,
};
use memchr::memmem::Finder;

use super::lazy::begins;
use super::skim::{RawObject, RawValue, RootName, Skimmed, Unsure};
use super::{JsonKind, LazyJson};
use crate::source::windows::{WindowsJson, WindowsRecord};

static TIMESTAMP: LazyLock<Field> = LazyLock::new(|| Field::new("@timestamp"));

/// Most paths that are remembered.
const MOST_PATHS: usize = 1024;

/// A dotted path.
struct Path {
    /// Its first part.
    root: RootName,
    /// A search for each of the others, with the quote before it; `None` if one of them may be written in several ways.
    inner: Option<Box<[Finder<'static>]>>,
}

impl Path {
    fn new(path: &str) -> Self {
        let mut parts = path.split('.');
        let search = |part: &str| Finder::new(&format!("\"{part}")).into_owned();
        let is_plain = path.chars().all(|c| c == '.' || is_plain_in_json(c));
        Self {
            root: RootName::new(parts.next().unwrap_or_default()),
            inner: is_plain.then(|| parts.map(search).collect()),
        }
    }
}

/// The paths that were asked for.
#[derive(Default)]
pub(super) struct Paths {
    known: RefCell<HashMap<Box<str>, Rc<Path>, RandomState>>,
}

impl Paths {
    fn of(&self, path: &str) -> Rc<Path> {
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(path) {
            return Rc::clone(known);
        }
        let made = Rc::new(Path::new(path));
        if known.len() < MOST_PATHS {
            known.insert(path.into(), Rc::clone(&made));
        }
        made
    }
}

/// A record seen as an ECS document.
pub(super) struct Peek<'s, 'b> {
    record: Skimmed<'s, 'b>,
    paths: &'s Paths,
    /// Are keys written as they are?
    is_plain: OnceCell<bool>,
    unsure: Cell<bool>,
}

/// How a key relates to a dotted path.
enum Step<'p> {
    /// It does not lead there.
    Other,
    /// It leads there, with what is left of the path.
    Leads(Option<&'p str>),
    /// It does so by more than one part of the path, so that another key may do so too.
    Dotted,
}

impl<'p> Step<'p> {
    #[inline]
    fn of(key: &[u8], path: &'p str) -> Self {
        let Some(length) = begins(key, path) else {
            return Self::Other;
        };
        let rest = path.get(length + 1..);
        match key.contains(&b'.') {
            true => Self::Dotted,
            false => Self::Leads(rest),
        }
    }
}

impl<'s, 'b> Peek<'s, 'b> {
    pub(super) fn new(record: Skimmed<'s, 'b>, paths: &'s Paths) -> Self {
        Self {
            record,
            paths,
            is_plain: OnceCell::new(),
            unsure: Cell::new(false),
        }
    }

    /// Was anything asked that could not be answered?
    pub(super) fn is_unsure(&self) -> bool {
        self.unsure.get()
    }

    fn or_unsure<T>(&self, answer: Result<T, Unsure>) -> Option<T> {
        if answer.is_err() {
            self.unsure.set(true);
        }
        answer.ok()
    }

    /// The searches of a path, if its parts are written as they are in this record.
    fn searches<'p>(&self, path: &'p Path) -> Option<&'p [Finder<'static>]> {
        let inner = path.inner.as_deref()?;
        let is_plain = self.is_plain.get_or_init(|| !self.record.has_unicode());
        is_plain.then_some(inner)
    }

    /// The value at a dotted path through nested objects.
    fn find(&self, path: &str) -> Result<Option<RawValue<'b>>, Unsure> {
        let known = self.paths.of(path);
        let mut found = None;
        for root in self.record.roots_named(std::slice::from_ref(&known.root)) {
            let root = root.ok_or(Unsure)?;
            match Step::of(root.key.ok_or(Unsure)?, path) {
                Step::Other => {}
                // Of a key that stands twice the first counts.
                Step::Leads(rest) => drop(found.get_or_insert((root, rest))),
                Step::Dotted => return Err(Unsure),
            }
        }
        let Some((root, rest)) = found else {
            return Ok(None);
        };
        let value = match (rest, self.record.root_object(root.at)) {
            (Some(rest), Some(object)) => {
                return match self.searches(&known) {
                    Some(path) => self.search_in(object, path),
                    None => self.find_in(object, rest),
                };
            }
            _ => self.record.root_value(root.at).ok_or(Unsure)?,
        };
        Self::at_end(value, rest.is_some())
    }

    /// The same in an object inside the record, by a search for what is left of the path.
    fn search_in(
        &self,
        mut object: RawObject,
        path: &[Finder<'_>],
    ) -> Result<Option<RawValue<'b>>, Unsure> {
        let mut parts = path.iter().peekable();
        while let Some(key) = parts.next() {
            let is_last = parts.peek().is_none();
            let Some(value) = self.record.find(object, key, !is_last)? else {
                return Ok(None);
            };
            match value.object() {
                Some(inner) if !is_last => object = inner,
                _ => return Self::at_end(value, !is_last),
            }
        }
        Ok(None)
    }

    /// The same step by step, where keys may be written in several ways.
    fn find_in(&self, mut object: RawObject, path: &str) -> Result<Option<RawValue<'b>>, Unsure> {
        let mut path = path;
        loop {
            // Only a path of several parts may stand in other keys too.
            let is_last = !path.contains('.');
            let mut found = None;
            let mut sure = true;
            let walked = self.record.members(object, |key, value| {
                match key.map(|key| Step::of(key, path)) {
                    Some(Step::Other) => {}
                    Some(Step::Leads(rest)) => drop(found.get_or_insert((value, rest))),
                    Some(Step::Dotted) | None => sure = false,
                }
                sure && !(is_last && found.is_some())
            });
            if walked.is_none() || !sure {
                return Err(Unsure);
            }
            match found {
                None => return Ok(None),
                Some((value, rest)) => match (rest, value.object()) {
                    (Some(rest), Some(inner)) => (object, path) = (inner, rest),
                    _ => return Self::at_end(value, rest.is_some()),
                },
            }
        }
    }

    /// What is found where the path leads no further through objects, though there may be more of it.
    fn at_end(value: RawValue<'b>, is_more: bool) -> Result<Option<RawValue<'b>>, Unsure> {
        match is_more {
            false => Ok(Some(value)),
            // There may be objects in it.
            true if value.kind == JsonKind::Array => Err(Unsure),
            true => Ok(None),
        }
    }

    /// Calls `visit` with a scalar, or with every scalar in an array, until it returns false; gives false then.
    fn scalars(
        &self,
        value: RawValue<'b>,
        visit: &mut dyn FnMut(Value<'_>) -> bool,
    ) -> Result<bool, Unsure> {
        match value.kind {
            JsonKind::Object => Ok(true),
            JsonKind::Array => {
                let mut more = Ok(true);
                let walked = self.record.elements(value, |element| {
                    more = self.scalars(element, visit);
                    matches!(more, Ok(true)).then_some(())
                });
                match more {
                    Ok(true) if walked.is_none() => Err(Unsure),
                    more => more,
                }
            }
            _ => {
                let value = scalar(value)?.value();
                Ok(value.is_none_or(visit))
            }
        }
    }
}

/// A scalar as it stands in a record that was taken apart.
fn scalar(value: RawValue<'_>) -> Result<LazyJson<'_>, Unsure> {
    if value.kind.is_container() {
        return Err(Unsure);
    }
    let raw = std::str::from_utf8(value.raw).map_err(|_| Unsure)?;
    Ok(LazyJson::scalar(raw, value.kind))
}

impl Event for Peek<'_, '_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        let found = self.find(field.name());
        if let Some(Some(value)) = self.or_unsure(found) {
            let visited = self.scalars(value, visit);
            self.or_unsure(visited);
        }
    }

    fn document(&self) -> Document {
        self.unsure.set(true);
        Document::new()
    }

    fn visit_all(&self, _: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        self.unsure.set(true);
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let mut time = None;
        self.visit(*TIMESTAMP, &mut |value| {
            if let Ok(Value::Date(found)) = coerce(value, FieldType::DateNanos) {
                time = Some(found);
            }
            false
        });
        time
    }

    fn has(&self, field: Field) -> bool {
        let found = self.find(field.name());
        match self.or_unsure(found).flatten().map(|value| value.kind) {
            None | Some(JsonKind::Null) => false,
            Some(JsonKind::Object | JsonKind::Array) => {
                self.unsure.set(true);
                true
            }
            Some(_) => true,
        }
    }
}

/// Where Winlogbeat keeps the values of `EventData`.
const EVENT_DATA: &str = "winlog.event_data";

/// A record seen as what Winlogbeat writes: its values of `EventData`, and its other fields as those of a document.
pub(super) struct BeatPeek<'s, 'b> {
    record: Peek<'s, 'b>,
    /// The values of `EventData`, once they were asked for; none if there are none.
    data: OnceCell<Option<RawValue<'b>>>,
}

impl<'s, 'b> BeatPeek<'s, 'b> {
    pub(super) fn new(record: Skimmed<'s, 'b>, paths: &'s Paths) -> Self {
        Self {
            record: Peek::new(record, paths),
            data: OnceCell::new(),
        }
    }

    /// Was anything asked that could not be answered?
    pub(super) fn is_unsure(&self) -> bool {
        self.record.is_unsure()
    }

    fn unsure<T>(&self) -> Option<T> {
        self.record.unsure.set(true);
        None
    }

    /// The scalar at a path.
    fn scalar(&self, path: &str) -> Option<LazyJson<'b>> {
        let value = self.record.find(path);
        let value = value.and_then(|value| value.map(scalar).transpose());
        self.record.or_unsure(value).flatten()
    }

    fn data_value(&self, name: &str) -> Result<Option<Cow<'_, str>>, Unsure> {
        let data = match self.data.get() {
            Some(data) => *data,
            None => {
                let data = self.record.find(EVENT_DATA)?;
                *self.data.get_or_init(|| data)
            }
        };
        let Some(data) = data else {
            return match self.record.find(&format!("{EVENT_DATA}.{name}"))? {
                Some(_) => Err(Unsure),
                None => Ok(None),
            };
        };
        let object = data.object().ok_or(Unsure)?;
        let path = self.record.paths.of(&format!("{EVENT_DATA}.{name}"));
        let found = match self.record.searches(&path) {
            Some([_, search]) => self.record.record.find(object, search, false)?,
            _ => self.data_step_by_step(object, name)?,
        };
        match found {
            None => Ok(None),
            Some(value) if value.kind.is_container() => Err(Unsure),
            Some(value) => {
                let text = scalar(value)?.scalar_text();
                Ok(text.filter(|text| !text.is_empty()))
            }
        }
    }

    /// A value of `EventData` where names may be written in several ways.
    fn data_step_by_step(
        &self,
        object: RawObject,
        name: &str,
    ) -> Result<Option<RawValue<'b>>, Unsure> {
        let (mut found, mut sure) = (None, true);
        let walked = self.record.record.members(object, |key, value| {
            sure = key.is_some();
            if key == Some(name.as_bytes()) {
                found = Some(value);
            }
            sure && found.is_none()
        });
        match walked {
            Some(()) if sure => Ok(found),
            _ => Err(Unsure),
        }
    }
}

impl WindowsRecord for BeatPeek<'_, '_> {
    fn provider(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn provider_guid(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn event_id(&self) -> Option<u32> {
        self.unsure()
    }

    fn channel(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn computer(&self) -> Option<Cow<'_, str>> {
        WindowsJson::text_of_beat(self.scalar(WindowsJson::COMPUTER_OF_BEAT)?)
    }

    fn record_id(&self) -> Option<u64> {
        self.unsure()
    }

    fn time_created(&self) -> Option<Timestamp> {
        WindowsJson::time_of_beat(self.scalar(TIMESTAMP.name())?)
    }

    fn keywords(&self) -> Option<u64> {
        self.unsure()
    }

    fn level(&self) -> Option<u8> {
        self.unsure()
    }

    fn version(&self) -> Option<u8> {
        self.unsure()
    }

    fn task(&self) -> Option<u16> {
        WindowsJson::number_of_beat(self.scalar(WindowsJson::TASK_OF_BEAT)?)
    }

    fn opcode(&self) -> Option<u8> {
        self.unsure()
    }

    fn process_id(&self) -> Option<u32> {
        self.unsure()
    }

    fn thread_id(&self) -> Option<u32> {
        self.unsure()
    }

    fn user_id(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn activity_id(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn related_activity_id(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn data(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.data_value(name);
        self.record.or_unsure(found).flatten()
    }

    fn each_data(&self, _: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        self.record.unsure.set(true);
    }

    fn user_data_name(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn user_data(&self, _: &str) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn each_user_data(&self, _: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        self.record.unsure.set(true);
    }

    fn beside(&self) -> Option<&dyn Event> {
        Some(&self.record)
    }

    fn message(&self) -> Option<Cow<'_, str>> {
        WindowsJson::text_of_beat(self.scalar(WindowsJson::MESSAGE_OF_BEAT)?)
    }

    fn level_name(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn task_name(&self) -> Option<Cow<'_, str>> {
        WindowsJson::word_of_beat(self.scalar(WindowsJson::TASK_OF_BEAT)?)
    }

    fn opcode_name(&self) -> Option<Cow<'_, str>> {
        self.unsure()
    }

    fn keyword_names(&self) -> Vec<String> {
        self.record.unsure.set(true);
        Vec::new()
    }

    fn stated_outcome(&self) -> Option<&'static str> {
        self.unsure()
    }
}
