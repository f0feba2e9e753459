//! Windows events as the many writers of JSON hold them, told apart record by record.
//!
//! | form | who writes it | told by |
//! |---|---|---|
//! | Winlogbeat 7 and 8 before the ingest pipeline | Winlogbeat, Elastic Agent | `winlog.event_id`, and no `event.category` |
//! | Winlogbeat 6 and older | Winlogbeat | `event_id` with `log_name`, `source_name` or `event_data` |
//! | the event's XML as JSON | `evtx_dump`, `xmltodict` and their kind | `Event.System` or `System` with an `EventID` |
//! | flat | NXLog, OTRF Security-Datasets, Log Analytics and Sentinel rows, EvtxECmd | `EventID` with a channel, provider or host |
//!
//! A record that has `event.category` is an ECS document already, whatever else it holds.

mod beat;
mod embedded;
mod event_xml;
mod flat;
mod message;
mod text;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::str::FromStr;

use gatewatch_event::{Event, Timestamp};

use super::WindowsRecord;
use crate::format::json::{JsonKind, JsonRecord, LazyJson, Marks};
use beat::Names;
use embedded::Embedded;

/// A Windows event in one of the JSON forms.
pub struct WindowsJson<'a> {
    root: LazyJson<'a>,
    layout: Layout<'a>,
    /// The record as a document, where its other fields are ECS fields.
    beside: Option<JsonRecord<'a>>,
    /// What a text inside the record holds: `EventData` as XML or JSON, or the parameters of a message.
    embedded: OnceCell<Embedded>,
}

#[derive(Clone, Copy)]
enum Layout<'a> {
    Beat(&'static Names),
    Xml {
        event: LazyJson<'a>,
        system: LazyJson<'a>,
    },
    Flat,
}

impl<'a> WindowsJson<'a> {
    /// The Windows event that this record is, unless it is something else; it is no ECS document. `marks` are those of the
    /// record.
    pub(crate) fn detect(record: LazyJson<'a>, marks: &Marks) -> Option<Self> {
        let layout = Self::layout(record, marks)?;
        let beside = matches!(layout, Layout::Beat(names) if names.is_ecs);
        Some(Self {
            root: record,
            layout,
            beside: beside.then(|| JsonRecord::new(record)),
            embedded: OnceCell::new(),
        })
    }

    /// The Windows event that this record is, which is known to be what Winlogbeat writes: it has `winlog.event_id`, and no
    /// `event.category`.
    pub(crate) fn winlogbeat(record: LazyJson<'a>) -> Self {
        Self {
            root: record,
            layout: Layout::Beat(&beat::WINLOGBEAT),
            beside: Some(JsonRecord::new(record)),
            embedded: OnceCell::new(),
        }
    }

    /// Where Winlogbeat writes the name of the task.
    pub(crate) const TASK_OF_BEAT: &'static str = beat::WINLOGBEAT.task;

    /// Where it writes the name of the computer.
    pub(crate) const COMPUTER_OF_BEAT: &'static str = beat::WINLOGBEAT.computer;
    /// Where it writes the rendered message.
    pub(crate) const MESSAGE_OF_BEAT: &'static str = "message";

    /// A text as Winlogbeat writes it.
    pub(crate) fn text_of_beat(value: LazyJson<'_>) -> Option<Cow<'_, str>> {
        text::of(value)
    }

    /// A number as Winlogbeat writes it.
    pub(crate) fn number_of_beat<T: FromStr>(value: LazyJson<'_>) -> Option<T> {
        text::number(text::of(value))
    }

    /// A name as Winlogbeat writes it; what is none is a number.
    pub(crate) fn word_of_beat(value: LazyJson<'_>) -> Option<Cow<'_, str>> {
        text::of(value).filter(|name| text::is_word(name))
    }

    /// When an event happened that Winlogbeat wrote: what its `@timestamp` says.
    pub(crate) fn time_of_beat(value: LazyJson<'_>) -> Option<Timestamp> {
        text::time(value)
    }

    fn layout(record: LazyJson<'a>, marks: &Marks) -> Option<Layout<'a>> {
        if marks.winlog && is_number(record.find(beat::WINLOGBEAT.event_id)) {
            return Some(Layout::Beat(&beat::WINLOGBEAT));
        }
        if marks.xml {
            for event in [record.get("Event"), Some(record)].into_iter().flatten() {
                if let Some(system) = event.get("System")
                    && system.get("EventID").is_some()
                {
                    return Some(Layout::Xml { event, system });
                }
            }
        }
        let any = |keys: &[&str]| keys.iter().any(|key| record.get(key).is_some());
        if marks.event_id
            && is_number(record.get(beat::BEFORE_7.event_id))
            && any(beat::BEFORE_7_HINTS)
        {
            return Some(Layout::Beat(&beat::BEFORE_7));
        }
        let flat = marks.flat && flat::EVENT_ID.iter().any(|key| is_number(record.get(key)));
        (flat && any(flat::HINTS)).then_some(Layout::Flat)
    }

    /// Are this record's other fields ECS fields, so that they stand beside those of the mapping?
    pub fn has_beside(&self) -> bool {
        self.beside.is_some()
    }

    /// The record.
    pub fn json(&self) -> LazyJson<'a> {
        self.root
    }

    fn embedded(&self) -> &Embedded {
        self.embedded.get_or_init(|| match self.layout {
            Layout::Beat(_) => Embedded::default(),
            Layout::Xml { event, .. } => event_xml::embedded(event),
            Layout::Flat => flat::embedded(self.root),
        })
    }

    /// A value of the header: by path in a Beat's document, by element and attribute in XML, by key in a flat record.
    fn header(
        &self,
        beat: impl FnOnce(&Names) -> &'static str,
        xml: (&str, &str),
        flat: &[&str],
    ) -> Option<Cow<'_, str>> {
        let value = match self.layout {
            Layout::Beat(names) => {
                let path = beat(names);
                if path.is_empty() {
                    return None;
                }
                self.root.find(path)
            }
            Layout::Xml { system, .. } => event_xml::value(system, xml.0, xml.1),
            Layout::Flat => return text::first(self.root, flat),
        };
        text::of(value?)
    }
}

/// A number, or a text of digits.
fn is_number(value: Option<LazyJson<'_>>) -> bool {
    value
        .filter(|value| matches!(value.kind(), JsonKind::Number | JsonKind::String))
        .and_then(text::of)
        .is_some_and(|text| text.parse::<u32>().is_ok())
}

impl WindowsRecord for WindowsJson<'_> {
    fn provider(&self) -> Option<Cow<'_, str>> {
        self.header(|names| names.provider, ("Provider", "Name"), flat::PROVIDER)
    }

    fn provider_guid(&self) -> Option<Cow<'_, str>> {
        self.header(
            |names| names.provider_guid,
            ("Provider", "Guid"),
            &["ProviderGuid"],
        )
        .map(text::guid)
    }

    fn event_id(&self) -> Option<u32> {
        text::number(self.header(|names| names.event_id, ("EventID", ""), flat::EVENT_ID))
    }

    fn channel(&self) -> Option<Cow<'_, str>> {
        self.header(|names| names.channel, ("Channel", ""), flat::CHANNEL)
    }

    fn computer(&self) -> Option<Cow<'_, str>> {
        self.header(|names| names.computer, ("Computer", ""), flat::COMPUTER)
    }

    fn record_id(&self) -> Option<u64> {
        text::number(self.header(
            |names| names.record_id,
            ("EventRecordID", ""),
            flat::RECORD_ID,
        ))
    }

    fn time_created(&self) -> Option<Timestamp> {
        match self.layout {
            Layout::Beat(_) => Self::time_of_beat(self.root.find("@timestamp")?),
            Layout::Xml { system, .. } => {
                text::time(event_xml::value(system, "TimeCreated", "SystemTime")?)
            }
            Layout::Flat => flat::time(self.root),
        }
    }

    fn keywords(&self) -> Option<u64> {
        let text = self.header(|names| names.keywords, ("Keywords", ""), &["Keywords"])?;
        text::bits(&text)
    }

    fn level(&self) -> Option<u8> {
        if matches!(self.layout, Layout::Flat)
            && let Some(level) = flat::audit_level(self.root)
        {
            return Some(level);
        }
        text::number(self.header(|_| "", ("Level", ""), &["Level"]))
    }

    fn version(&self) -> Option<u8> {
        text::number(self.header(|names| names.version, ("Version", ""), &["Version"]))
    }

    fn task(&self) -> Option<u16> {
        text::number(self.header(|names| names.task, ("Task", ""), &["Task"]))
    }

    fn opcode(&self) -> Option<u8> {
        text::number(self.header(
            |names| names.opcode,
            ("Opcode", ""),
            &["OpcodeValue", "Opcode"],
        ))
    }

    fn process_id(&self) -> Option<u32> {
        if matches!(self.layout, Layout::Flat) {
            return flat::process_id(self.root);
        }
        text::number(self.header(|names| names.process_id, ("Execution", "ProcessID"), &[]))
    }

    fn thread_id(&self) -> Option<u32> {
        text::number(self.header(
            |names| names.thread_id,
            ("Execution", "ThreadID"),
            &["ThreadID", "ThreadId"],
        ))
    }

    fn user_id(&self) -> Option<Cow<'_, str>> {
        self.header(
            |names| names.user_id,
            ("Security", "UserID"),
            &["UserID", "UserId"],
        )
        .filter(|sid| sid.starts_with("S-1-"))
    }

    fn activity_id(&self) -> Option<Cow<'_, str>> {
        self.header(
            |names| names.activity_id,
            ("Correlation", "ActivityID"),
            &["ActivityID"],
        )
        .map(text::guid)
    }

    fn related_activity_id(&self) -> Option<Cow<'_, str>> {
        self.header(
            |names| names.related_activity_id,
            ("Correlation", "RelatedActivityID"),
            &["RelatedActivityID"],
        )
        .map(text::guid)
    }

    fn data(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut found = None;
        match self.layout {
            // One member of one object: no need to look at the others.
            Layout::Beat(names) => {
                let data = self.root.find(names.event_data);
                if let Some(value) = data.and_then(|data| data.get(name)) {
                    found = text::of(value);
                }
                if found.is_none() && data.is_none() {
                    found = beat::dotted(self.root, names.event_data, name);
                }
            }
            Layout::Flat if !flat::has_embedded(self.root) => {
                found = flat::data(self.root, name);
            }
            _ => {
                self.each_data(&mut |key, text| {
                    if key == name {
                        found = Some(Cow::Owned(text.into_owned()));
                    }
                    found.is_none()
                });
            }
        }
        found
    }

    fn each_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        match self.layout {
            Layout::Beat(names) => {
                beat::each(self.root, names.event_data, visit);
            }
            Layout::Xml { event, .. } => {
                if self.embedded().each_data(visit) {
                    event_xml::each_data(event, visit);
                }
            }
            Layout::Flat => {
                if self.embedded().each_data(visit) {
                    flat::each_data(self.root, visit);
                }
            }
        }
    }

    fn user_data_name(&self) -> Option<Cow<'_, str>> {
        match self.layout {
            Layout::Beat(names) => {
                let data = self.root.find(names.user_data)?;
                text::of(data.get(beat::XML_NAME)?)
            }
            Layout::Xml { event, .. } => event_xml::user_data_name(event),
            Layout::Flat => self.embedded().user_data_name().map(Cow::Borrowed),
        }
    }

    fn user_data(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut found = None;
        self.each_user_data(&mut |key, text| {
            if key == name {
                found = Some(Cow::Owned(text.into_owned()));
            }
            found.is_none()
        });
        found
    }

    fn each_user_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
        match self.layout {
            Layout::Beat(names) => {
                beat::each(self.root, names.user_data, &mut |name, text| {
                    name == beat::XML_NAME || visit(name, text)
                });
            }
            Layout::Xml { event, .. } => event_xml::each_user_data(event, visit),
            Layout::Flat => {
                self.embedded().each_user_data(visit);
            }
        }
    }

    fn beside(&self) -> Option<&dyn Event> {
        self.beside.as_ref().map(|record| record as &dyn Event)
    }

    fn message(&self) -> Option<Cow<'_, str>> {
        match self.layout {
            Layout::Beat(_) => text::of(self.root.find(Self::MESSAGE_OF_BEAT)?),
            Layout::Xml { event, .. } => text::of(event.get("RenderingInfo")?.get("Message")?),
            Layout::Flat => text::first(self.root, flat::MESSAGE),
        }
    }

    fn level_name(&self) -> Option<Cow<'_, str>> {
        match self.layout {
            Layout::Beat(names) => text::of(self.root.find(names.level)?),
            Layout::Xml { event, .. } => text::of(event.get("RenderingInfo")?.get("Level")?),
            Layout::Flat => flat::level_name(self.root).map(Cow::Borrowed),
        }
    }

    fn task_name(&self) -> Option<Cow<'_, str>> {
        let name = match self.layout {
            Layout::Beat(names) => return Self::word_of_beat(self.root.find(names.task)?),
            Layout::Xml { event, .. } => text::of(event.get("RenderingInfo")?.get("Task")?)?,
            Layout::Flat => text::of(self.root.get("Category")?)?,
        };
        text::is_word(&name).then_some(name)
    }

    fn opcode_name(&self) -> Option<Cow<'_, str>> {
        let name = match self.layout {
            Layout::Beat(names) => text::of(self.root.find(names.opcode)?)?,
            Layout::Xml { event, .. } => text::of(event.get("RenderingInfo")?.get("Opcode")?)?,
            Layout::Flat => text::of(self.root.get("Opcode")?)?,
        };
        text::is_word(&name).then_some(name)
    }

    fn keyword_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let value = match self.layout {
            Layout::Beat(beat) => self.root.find(beat.keywords),
            Layout::Xml { event, .. } => event
                .get("RenderingInfo")
                .and_then(|info| info.get("Keywords"))
                .and_then(|keywords| keywords.get("Keyword").or(Some(keywords))),
            Layout::Flat => self.root.get("Keywords"),
        };
        if let Some(value) = value {
            value.scalars(&mut |value| {
                if let Some(name) = text::of(value).filter(|name| text::is_word(name)) {
                    names.push(name.into_owned());
                }
                true
            });
        }
        names
    }

    fn stated_outcome(&self) -> Option<&'static str> {
        match self.layout {
            Layout::Beat(names) if names.is_ecs => {
                match text::of(self.root.find("event.outcome")?)?.as_ref() {
                    "success" => Some("success"),
                    "failure" => Some("failure"),
                    _ => None,
                }
            }
            Layout::Beat(_) | Layout::Xml { .. } => None,
            Layout::Flat => flat::outcome(self.root),
        }
    }
}
