use super::value::Text;
use super::{FileTime, Guid, Sid, Value};

/// An event, as a provider raises it.
///
/// ```
/// use gatewatch_testkit::evtx::Event;
///
/// let event = Event::new("OpenSSH", 4)
///     .channel("OpenSSH/Operational")
///     .data([("process", "sshd"), ("payload", "Server listening on 0.0.0.0 port 22.")]);
/// assert_eq!(event.value("process").unwrap().to_text(), "sshd");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// The provider's name.
    pub provider: Text,
    /// The provider's GUID.
    pub provider_guid: Option<Guid>,
    /// The event id.
    pub event_id: u16,
    /// The qualifiers of an event of a classic provider.
    pub qualifiers: Option<u16>,
    /// The version of the event's template.
    pub version: u8,
    /// The level: 1 critical, 2 error, 3 warning, 4 information, 5 verbose, 0 always.
    pub level: u8,
    /// The task.
    pub task: u16,
    /// The opcode.
    pub opcode: u8,
    /// The keywords, as a bit mask.
    pub keywords: u64,
    /// The time of the event and of its record.
    pub time: FileTime,
    /// The record id, if it is not to be the next one.
    pub record_id: Option<u64>,
    /// The activity that the event belongs to.
    pub activity_id: Option<Guid>,
    /// The activity that the event's own activity follows.
    pub related_activity_id: Option<Guid>,
    /// The process that raised the event.
    pub process_id: u32,
    /// The thread that raised the event.
    pub thread_id: u32,
    /// The channel.
    pub channel: Text,
    /// The computer.
    pub computer: Text,
    /// The account that raised the event.
    pub user_id: Option<Sid>,
    /// What the event says.
    pub payload: Payload,
    /// More elements of `Event`, such as the `RenderingInfo` of forwarded events.
    pub extra: Vec<Element>,
}

impl Event {
    /// An event with a provider and an id, of level "information", and nothing else.
    #[must_use]
    pub fn new(provider: impl Into<Text>, event_id: u16) -> Self {
        Self {
            provider: provider.into(),
            event_id,
            level: 4,
            ..Self::default()
        }
    }

    /// Sets the provider's GUID.
    #[must_use]
    pub fn guid(mut self, guid: Guid) -> Self {
        self.provider_guid = Some(guid);
        self
    }

    /// Sets the channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<Text>) -> Self {
        self.channel = channel.into();
        self
    }

    /// Sets the computer.
    #[must_use]
    pub fn computer(mut self, computer: impl Into<Text>) -> Self {
        self.computer = computer.into();
        self
    }

    /// Sets the time.
    #[must_use]
    pub fn time(mut self, time: FileTime) -> Self {
        self.time = time;
        self
    }

    /// Sets version, level, task, opcode and keywords.
    #[must_use]
    pub fn kind(mut self, version: u8, level: u8, task: u16, opcode: u8, keywords: u64) -> Self {
        self.version = version;
        self.level = level;
        self.task = task;
        self.opcode = opcode;
        self.keywords = keywords;
        self
    }

    /// Sets the process and the thread that raised the event.
    #[must_use]
    pub fn process(mut self, process_id: u32, thread_id: u32) -> Self {
        self.process_id = process_id;
        self.thread_id = thread_id;
        self
    }

    /// Sets the account that raised the event.
    #[must_use]
    pub fn user(mut self, user_id: Sid) -> Self {
        self.user_id = Some(user_id);
        self
    }

    /// Sets the activity.
    #[must_use]
    pub fn activity(mut self, activity_id: Guid) -> Self {
        self.activity_id = Some(activity_id);
        self
    }

    /// Sets the record id, which is else the next one.
    #[must_use]
    pub fn record_id(mut self, record_id: u64) -> Self {
        self.record_id = Some(record_id);
        self
    }

    /// Sets the payload to an `EventData` of named values.
    #[must_use]
    pub fn data<Name: Into<Text>, Item: Into<Value>>(
        mut self,
        data: impl IntoIterator<Item = (Name, Item)>,
    ) -> Self {
        self.payload = Payload::event_data(data);
        self
    }

    /// Sets the payload to a `UserData` that holds an element.
    #[must_use]
    pub fn user_data(mut self, element: Element) -> Self {
        self.payload = Payload::UserData(element);
        self
    }

    /// The value of a name in the `EventData`, or of an element of the `UserData`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        match &self.payload {
            Payload::EventData { fields, .. } => fields
                .iter()
                .find(|field| field.name.as_deref() == Some(name))
                .map(|field| &field.value),
            Payload::UserData(element) => element.value_of_child(name),
            Payload::None | Payload::Classic { .. } => None,
        }
    }
}

/// What an event says, beside its `System` part.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// `EventData` with a `Data` element for each field.
    EventData {
        /// The `Name` attribute of `EventData` itself, which some providers set.
        name: Option<Text>,
        /// The fields.
        fields: Vec<Field>,
    },
    /// `EventData` of a classic provider: one array of strings, and bytes.
    Classic {
        /// The strings.
        strings: Vec<Text>,
        /// The bytes of `Binary`, an element that is absent when there are none.
        binary: Vec<u8>,
    },
    /// `UserData` with an element of the provider's own.
    UserData(Element),
}

impl Payload {
    /// An `EventData` of named values.
    pub fn event_data<Name: Into<Text>, Item: Into<Value>>(
        data: impl IntoIterator<Item = (Name, Item)>,
    ) -> Self {
        Self::EventData {
            name: None,
            fields: data
                .into_iter()
                .map(|(name, value)| Field::new(name, value))
                .collect(),
        }
    }
}

/// One `Data` element.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The `Name` attribute, if it has one.
    pub name: Option<Text>,
    /// The value.
    pub value: Value,
    /// Whether the template says that the value may be absent.
    pub optional: bool,
}

impl Field {
    /// A field that the template demands, as most do.
    #[must_use]
    pub fn new(name: impl Into<Text>, value: impl Into<Value>) -> Self {
        Self {
            name: Some(name.into()),
            value: value.into(),
            optional: false,
        }
    }

    /// A field without a name.
    #[must_use]
    pub fn unnamed(value: impl Into<Value>) -> Self {
        Self {
            name: None,
            value: value.into(),
            optional: false,
        }
    }
}

/// An XML element with values in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// The name.
    pub name: Text,
    /// The attributes.
    pub attributes: Vec<(Text, Vec<Content>)>,
    /// The content.
    pub children: Vec<Node>,
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds an attribute that is a fixed part of the template.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Text>, text: impl Into<Text>) -> Self {
        self.attributes
            .push((name.into(), vec![Content::Text(text.into())]));
        self
    }

    /// Adds an attribute with a value.
    #[must_use]
    pub fn value_attribute(mut self, name: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.attributes
            .push((name.into(), vec![Content::Value(value.into())]));
        self
    }

    /// Adds an element inside this one.
    #[must_use]
    pub fn child(mut self, element: Element) -> Self {
        self.children.push(Node::Element(element));
        self
    }

    /// Adds an element that holds a value.
    #[must_use]
    pub fn with(self, name: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.child(Element::new(name).content(Content::Value(value.into())))
    }

    /// Adds content.
    #[must_use]
    pub fn content(mut self, content: Content) -> Self {
        self.children.push(Node::Content(content));
        self
    }

    /// All text in this element and below it.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A stack, not recursion: elements may be as deep as a test likes.
        let mut text = String::new();
        let mut pending: Vec<&Node> = self.children.iter().rev().collect();
        while let Some(node) = pending.pop() {
            match node {
                Node::Element(element) => pending.extend(element.children.iter().rev()),
                Node::Content(content) => text.push_str(&content.to_text()),
            }
        }
        text
    }

    fn value_of_child(&self, name: &str) -> Option<&Value> {
        self.children.iter().find_map(|node| match node {
            Node::Element(child) if child.name == name => {
                child.children.iter().find_map(|node| match node {
                    Node::Content(Content::Value(value) | Content::OptionalValue(value)) => {
                        Some(value)
                    }
                    _ => None,
                })
            }
            _ => None,
        })
    }
}

/// What stands inside an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Another element.
    Element(Element),
    /// Text or a value.
    Content(Content),
}

/// Text or a value, in an element or an attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text that is a fixed part of the template.
    Text(Text),
    /// A value that the template demands.
    Value(Value),
    /// A value that may be absent: [`Value::Null`] takes the element or attribute away.
    OptionalValue(Value),
    /// A character written as its number.
    CharacterReference(u16),
    /// A named entity, such as `amp`.
    EntityReference(Text),
    /// A CDATA section.
    CharacterData(Text),
}

impl Content {
    fn to_text(&self) -> Text {
        match self {
            Self::Text(text) | Self::CharacterData(text) => text.clone(),
            Self::Value(value) | Self::OptionalValue(value) => value.to_text(),
            Self::CharacterReference(unit) => String::from_utf16_lossy(&[*unit]).into(),
            Self::EntityReference(name) => match name.as_ref() {
                "amp" => "&".into(),
                "lt" => "<".into(),
                "gt" => ">".into(),
                "quot" => "\"".into(),
                "apos" => "'".into(),
                _ => "".into(),
            },
        }
    }
}
