//! How an event becomes templates and values.

use std::borrow::Cow;

use super::binxml::{
    Leaf, Slot, Tree, write_element, write_end_of_fragment, write_fragment, write_fragment_header,
    write_template,
};
use super::chunk::Chunk;
use super::event::{Element, Event, Payload};
use super::lowering::{Lowering, collect_values};
use super::signature::Signature;
use super::value::kind;
use super::{Guid, Value, WriteError};

const EVENT_NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// How an event is laid out in its record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The templates.
    pub shape: Shape,
    /// The form of the BinXML value that holds `EventData` or the content of `UserData`.
    pub nested: Nested,
    /// Whether every value is a string, as some programs export events. [`Shape::Literal`] always
    /// is so.
    pub all_text: bool,
    /// Whether the texts of the payload end with NUL, as those of some providers do.
    pub nul_terminated: bool,
}

impl Style {
    /// The layout of this shape, else as Windows writes today.
    #[must_use]
    pub fn of(shape: Shape) -> Self {
        Self {
            shape,
            ..Self::default()
        }
    }

    /// The same layout with a NUL at the end of each text of the payload.
    #[must_use]
    pub fn nul_terminated(mut self) -> Self {
        self.nul_terminated = true;
        self
    }

    /// The same layout with every value as a string.
    #[must_use]
    pub fn all_text(mut self) -> Self {
        self.all_text = true;
        self
    }
}

/// Which parts of an event belong to a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// One template of `Event` for all providers, with provider and channel as values; the
    /// payload is a value of type BinXML with a template of its own. What Windows writes for
    /// nearly all providers.
    #[default]
    Shared,
    /// As [`Shape::Shared`], but each provider has its own template, with provider and channel as
    /// fixed text. What the event log service writes for its own events, such as 1102.
    PerProvider,
    /// One template for each kind of event, with the payload in it.
    Single,
    /// No template: the record holds all of the event's XML as text. What is written when events
    /// come from XML, as in some exports and in forwarded events.
    Literal,
}

/// The form of a BinXML value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nested {
    /// A fragment header, then a template instance.
    #[default]
    Fragment,
    /// A template instance with no fragment header before it.
    Bare,
    /// An element with its text, of no template.
    Literal,
}

/// A value of the outer template.
enum Outer<'a> {
    Value(Cow<'a, Value>),
    Payload(&'a Payload),
}

/// Puts the BinXML of an event.
pub(super) fn write_event(
    chunk: &mut Chunk,
    event: &Event,
    record_id: u64,
    style: Style,
) -> Result<(), WriteError> {
    if style.shape == Shape::Literal {
        return write_fragment(chunk, &literal_tree(event, record_id), false);
    }
    let mut values = system_values(event, record_id, style);
    match (style.shape, &event.payload) {
        (Shape::Single, payload) => {
            values.extend(payload.values().into_iter().map(Outer::Value));
        }
        (_, Payload::None) => {}
        (_, payload) => values.push(Outer::Payload(payload)),
    }
    for element in &event.extra {
        let mut extra = Vec::new();
        collect_values(element, &mut extra);
        values.extend(extra.into_iter().map(Outer::Value));
    }
    let guid = event_signature(event, style);
    write_fragment_header(chunk);
    write_template(chunk, guid, || event_tree(event, style))?;
    let nul_terminated = if style.shape == Shape::Single {
        payload_slot(style)
    } else {
        u16::MAX
    };
    write_values(chunk, &values, style, nul_terminated)?;
    write_end_of_fragment(chunk);
    Ok(())
}

/// Puts a template's values; the first that may end with NUL is given.
fn write_values(
    chunk: &mut Chunk,
    values: &[Outer<'_>],
    style: Style,
    nul_terminated: u16,
) -> Result<(), WriteError> {
    let count = u16::try_from(values.len()).map_err(|_| WriteError::TooManyValues)?;
    chunk.put(&u32::from(count).to_le_bytes());
    let descriptors = chunk.out().len();
    for _ in 0..count {
        chunk.put(&[0; 4]);
    }
    for (index, value) in values.iter().enumerate() {
        let start = chunk.out().len();
        let kind = match value {
            Outer::Payload(payload) => {
                write_nested_payload(chunk, payload, style)?;
                kind::BIN_XML
            }
            Outer::Value(value) => write_value(chunk, value, style)?,
        };
        if kind == kind::STRING && style.nul_terminated && index >= usize::from(nul_terminated) {
            chunk.put(&[0, 0]);
        }
        let size = chunk.out().len() - start;
        let length = u16::try_from(size).map_err(|_| WriteError::ValueTooLong { size })?;
        let [low, high] = length.to_le_bytes();
        chunk.patch(descriptors + 4 * index, &[low, high, kind]);
    }
    Ok(())
}

/// Puts the bytes of a value and gives its type.
fn write_value(chunk: &mut Chunk, value: &Value, style: Style) -> Result<u8, WriteError> {
    match value {
        Value::BinXml(element) => write_nested_element(chunk, element, style)?,
        Value::Null => {}
        value if style.all_text => {
            Value::Text(value.to_text()).write(chunk.out())?;
            return Ok(kind::STRING);
        }
        value => value.write(chunk.out())?,
    }
    Ok(value.kind())
}

fn write_nested_payload(
    chunk: &mut Chunk,
    payload: &Payload,
    style: Style,
) -> Result<(), WriteError> {
    if let Payload::UserData(element) = payload {
        return write_nested_element(chunk, element, style);
    }
    let mut signature = Signature::new("payload", style);
    payload.sign(&mut signature);
    let values = payload.values();
    write_nested(chunk, signature.guid(), values, style, |lowering| {
        payload
            .to_element()
            .map_or_else(Tree::default, |element| lowering.tree(&element))
    })
}

fn write_nested_element(
    chunk: &mut Chunk,
    element: &Element,
    style: Style,
) -> Result<(), WriteError> {
    let mut signature = Signature::new("element", style);
    signature.element(element);
    let mut values = Vec::new();
    collect_values(element, &mut values);
    write_nested(chunk, signature.guid(), values, style, |lowering| {
        lowering.tree(element)
    })
}

fn write_nested(
    chunk: &mut Chunk,
    guid: Guid,
    values: Vec<Cow<'_, Value>>,
    style: Style,
    tree: impl FnOnce(&mut Lowering) -> Tree,
) -> Result<(), WriteError> {
    chunk.position()?;
    if style.nested == Nested::Literal {
        write_element(chunk, &tree(&mut Lowering::Literal), false)?;
        write_end_of_fragment(chunk);
        return Ok(());
    }
    if style.nested == Nested::Fragment {
        write_fragment_header(chunk);
    }
    write_template(chunk, guid, || {
        tree(&mut Lowering::template(0, style.all_text))
    })?;
    let values: Vec<Outer<'_>> = values.into_iter().map(Outer::Value).collect();
    write_values(chunk, &values, style, 0)?;
    write_end_of_fragment(chunk);
    Ok(())
}

/// The values of the `System` part, in the order in which Windows numbers them.
fn system_values(event: &Event, record_id: u64, style: Style) -> Vec<Outer<'static>> {
    fn optional<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
        value.map_or(Value::Null, make)
    }
    let related = optional(event.related_activity_id, Value::Guid);
    let mut values = Vec::with_capacity(24);
    values.extend([
        Value::U8(event.level),
        Value::U8(event.opcode),
        Value::U16(event.task),
        Value::U16(event.event_id),
        optional(event.qualifiers, Value::U16),
        Value::Hex64(event.keywords),
        Value::FileTime(event.time),
        optional(event.activity_id, Value::Guid),
        Value::U32(event.process_id),
        Value::U32(event.thread_id),
        Value::U64(record_id),
        Value::U8(event.version),
        optional(event.user_id.clone(), Value::Sid),
    ]);
    if style.shape == Shape::PerProvider {
        values.extend(std::iter::repeat_n(Value::Null, 5));
        values.push(related);
    } else {
        values.push(related);
        values.push(Value::Text(event.provider.clone()));
        values.push(optional(event.provider_guid, Value::Guid));
        values.push(Value::Text(event.channel.clone()));
    }
    values
        .into_iter()
        .map(|value| Outer::Value(Cow::Owned(value)))
        .collect()
}

/// The number of the first value after those of the `System` part.
fn payload_slot(style: Style) -> u16 {
    if style.shape == Shape::PerProvider {
        19
    } else {
        17
    }
}

/// The template of an event.
fn event_tree(event: &Event, style: Style) -> Tree {
    let slot = |index, kind| {
        Leaf::Slot(Slot {
            index,
            kind: if style.all_text { kind::STRING } else { kind },
            optional: true,
        })
    };
    let per_provider = style.shape == Shape::PerProvider;
    let mut provider = Tree::new("Provider");
    let mut channel = Tree::new("Channel");
    if per_provider {
        provider = provider.attribute("Name", Leaf::Text(event.provider.clone()));
        if let Some(guid) = event.provider_guid {
            provider = provider.attribute("Guid", Leaf::Text(guid.to_string().into()));
        }
        channel = channel.leaf(Leaf::Text(event.channel.clone()));
    } else {
        provider = provider
            .attribute("Name", slot(14, kind::STRING))
            .attribute("Guid", slot(15, kind::GUID));
        channel = channel.leaf(slot(16, kind::STRING));
    }
    let related = if per_provider { 18 } else { 13 };
    let system = Tree::new("System")
        .child(provider)
        .child(
            Tree::new("EventID")
                .attribute("Qualifiers", slot(4, kind::U16))
                .leaf(slot(3, kind::U16)),
        )
        .child(Tree::new("Version").leaf(slot(11, kind::U8)))
        .child(Tree::new("Level").leaf(slot(0, kind::U8)))
        .child(Tree::new("Task").leaf(slot(2, kind::U16)))
        .child(Tree::new("Opcode").leaf(slot(1, kind::U8)))
        .child(Tree::new("Keywords").leaf(slot(5, kind::HEX64)))
        .child(Tree::new("TimeCreated").attribute("SystemTime", slot(6, kind::FILE_TIME)))
        .child(Tree::new("EventRecordID").leaf(slot(10, kind::U64)))
        .child(
            Tree::new("Correlation")
                .attribute("ActivityID", slot(7, kind::GUID))
                .attribute("RelatedActivityID", slot(related, kind::GUID)),
        )
        .child(
            Tree::new("Execution")
                .attribute("ProcessID", slot(8, kind::U32))
                .attribute("ThreadID", slot(9, kind::U32)),
        )
        .child(channel)
        .child(Tree::new("Computer").leaf(Leaf::Text(event.computer.clone())))
        .child(Tree::new("Security").attribute("UserID", slot(12, kind::SID)));

    let mut tree = event_root().child(system);
    let mut lowering = Lowering::template(payload_slot(style), style.all_text);
    if style.shape == Shape::Single {
        if let Some(element) = whole_payload(event) {
            tree = tree.child(lowering.tree(&element));
        }
    } else if event.payload != Payload::None {
        let nested = Leaf::Slot(Slot {
            index: payload_slot(style),
            kind: kind::BIN_XML,
            optional: true,
        });
        tree = if matches!(event.payload, Payload::UserData(_)) {
            tree.child(Tree::new("UserData").leaf(nested))
        } else {
            tree.leaf(nested)
        };
        lowering = Lowering::template(payload_slot(style) + 1, style.all_text);
    }
    for element in &event.extra {
        tree = tree.child(lowering.tree(element));
    }
    tree
}

/// All of an event as XML text.
fn literal_tree(event: &Event, record_id: u64) -> Tree {
    fn element(name: &'static str, text: impl ToString) -> Tree {
        Tree::new(name).leaf(Leaf::Text(text.to_string().into()))
    }
    fn attribute(tree: Tree, name: &'static str, value: Option<impl ToString>) -> Tree {
        match value {
            Some(value) => tree.attribute(name, Leaf::Text(value.to_string().into())),
            None => tree,
        }
    }
    let provider = Tree::new("Provider").attribute("Name", Leaf::Text(event.provider.clone()));
    let event_id = element("EventID", event.event_id);
    let correlation = attribute(Tree::new("Correlation"), "ActivityID", event.activity_id);
    let execution = Tree::new("Execution");
    let execution = attribute(execution, "ProcessID", Some(event.process_id));
    let system = Tree::new("System")
        .child(attribute(provider, "Guid", event.provider_guid))
        .child(attribute(event_id, "Qualifiers", event.qualifiers))
        .child(element("Version", event.version))
        .child(element("Level", event.level))
        .child(element("Task", event.task))
        .child(element("Opcode", event.opcode))
        .child(element("Keywords", format!("{:#x}", event.keywords)))
        .child(attribute(
            Tree::new("TimeCreated"),
            "SystemTime",
            Some(event.time),
        ))
        .child(element("EventRecordID", record_id))
        .child(attribute(
            correlation,
            "RelatedActivityID",
            event.related_activity_id,
        ))
        .child(attribute(execution, "ThreadID", Some(event.thread_id)))
        .child(element("Channel", &event.channel))
        .child(element("Computer", &event.computer))
        .child(attribute(
            Tree::new("Security"),
            "UserID",
            event.user_id.as_ref(),
        ));
    let mut tree = event_root().child(system);
    for element in whole_payload(event).iter().chain(&event.extra) {
        tree = tree.child(Lowering::Literal.tree(element));
    }
    tree
}

/// The element of the payload, within its `UserData` where it has one.
fn whole_payload(event: &Event) -> Option<Element> {
    match &event.payload {
        Payload::UserData(element) => Some(Element::new("UserData").child(element.clone())),
        payload => payload.to_element(),
    }
}

fn event_root() -> Tree {
    Tree::new("Event").attribute("xmlns", Leaf::Text(EVENT_NAMESPACE.into()))
}

fn event_signature(event: &Event, style: Style) -> Guid {
    let mut signature = Signature::new("event", style);
    signature.text(&event.computer);
    if style.shape == Shape::PerProvider {
        signature.text(&event.provider);
        signature.text(&event.channel);
        signature.bytes(&event.provider_guid.unwrap_or_default().0);
    }
    if style.shape == Shape::Single {
        event.payload.sign(&mut signature);
    } else {
        signature.tag(match event.payload {
            Payload::None => b'n',
            Payload::UserData(_) => b'u',
            _ => b'e',
        });
    }
    for element in &event.extra {
        signature.element(element);
    }
    signature.guid()
}
