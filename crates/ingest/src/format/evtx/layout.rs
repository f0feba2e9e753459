//! Where a template keeps what: learnt once, so that a record's value is found without reading its XML.
//!
//! A layout says for each wanted place of the XML whether it is literal text, the value with some index, or more than
//! that. Layouts are learnt per chunk and only as far as somebody asks: names in a template are offsets into the chunk,
//! so that a definition's bytes differ from chunk to chunk and cannot serve as the key of a longer-lived cache.

use super::damage::Reason;
use super::state::ShapeId;
use super::text::Utf16;
use super::token::{MAX_DEPTH, NO_DEPENDENCY, Token, Tokens, name_at};
use super::value::kind;

/// More fields than this are not from Windows, whose events hold 128 at most.
const MAX_FIELDS: usize = 4096;

/// A place in an event's `System` element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SystemField {
    /// `Provider/@Name`.
    ProviderName,
    /// `Provider/@Guid`.
    ProviderGuid,
    /// `Provider/@EventSourceName`.
    EventSourceName,
    /// `EventID`.
    EventId,
    /// `EventID/@Qualifiers`.
    Qualifiers,
    /// `Version`.
    Version,
    /// `Level`.
    Level,
    /// `Task`.
    Task,
    /// `Opcode`.
    Opcode,
    /// `Keywords`.
    Keywords,
    /// `TimeCreated/@SystemTime`.
    TimeCreated,
    /// `EventRecordID`.
    EventRecordId,
    /// `Correlation/@ActivityID`.
    ActivityId,
    /// `Correlation/@RelatedActivityID`.
    RelatedActivityId,
    /// `Execution/@ProcessID`.
    ProcessId,
    /// `Execution/@ThreadID`.
    ThreadId,
    /// `Execution/@ProcessorID`.
    ProcessorId,
    /// `Execution/@SessionID`.
    SessionId,
    /// `Execution/@KernelTime`.
    KernelTime,
    /// `Execution/@UserTime`.
    UserTime,
    /// `Execution/@ProcessorTime`.
    ProcessorTime,
    /// `Channel`.
    Channel,
    /// `Computer`.
    Computer,
    /// `Security/@UserID`.
    UserId,
}

impl SystemField {
    /// Every field, in the order of the schema.
    pub const ALL: [Self; 24] = [
        Self::ProviderName,
        Self::ProviderGuid,
        Self::EventSourceName,
        Self::EventId,
        Self::Qualifiers,
        Self::Version,
        Self::Level,
        Self::Task,
        Self::Opcode,
        Self::Keywords,
        Self::TimeCreated,
        Self::EventRecordId,
        Self::ActivityId,
        Self::RelatedActivityId,
        Self::ProcessId,
        Self::ThreadId,
        Self::ProcessorId,
        Self::SessionId,
        Self::KernelTime,
        Self::UserTime,
        Self::ProcessorTime,
        Self::Channel,
        Self::Computer,
        Self::UserId,
    ];

    /// The element of `System` and, if the field is one, its attribute.
    #[must_use]
    pub fn path(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::ProviderName => ("Provider", Some("Name")),
            Self::ProviderGuid => ("Provider", Some("Guid")),
            Self::EventSourceName => ("Provider", Some("EventSourceName")),
            Self::EventId => ("EventID", None),
            Self::Qualifiers => ("EventID", Some("Qualifiers")),
            Self::Version => ("Version", None),
            Self::Level => ("Level", None),
            Self::Task => ("Task", None),
            Self::Opcode => ("Opcode", None),
            Self::Keywords => ("Keywords", None),
            Self::TimeCreated => ("TimeCreated", Some("SystemTime")),
            Self::EventRecordId => ("EventRecordID", None),
            Self::ActivityId => ("Correlation", Some("ActivityID")),
            Self::RelatedActivityId => ("Correlation", Some("RelatedActivityID")),
            Self::ProcessId => ("Execution", Some("ProcessID")),
            Self::ThreadId => ("Execution", Some("ThreadID")),
            Self::ProcessorId => ("Execution", Some("ProcessorID")),
            Self::SessionId => ("Execution", Some("SessionID")),
            Self::KernelTime => ("Execution", Some("KernelTime")),
            Self::UserTime => ("Execution", Some("UserTime")),
            Self::ProcessorTime => ("Execution", Some("ProcessorTime")),
            Self::Channel => ("Channel", None),
            Self::Computer => ("Computer", None),
            Self::UserId => ("Security", Some("UserID")),
        }
    }
}

/// How many fields there are.
pub(super) const SYSTEM_FIELDS: usize = SystemField::ALL.len();

/// What stands in one place of a template. Offsets are into the chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// Nothing.
    #[default]
    Absent,
    /// The value with this index.
    Substitution(u16),
    /// Literal text: UTF-16 bytes from `start`, without a NUL.
    Text { start: u32, length: u32 },
    /// More than that: the tokens from `start` to `end`.
    Pieces {
        start: u32,
        end: u32,
        in_template: bool,
    },
}

/// A place of a template and the value on which the element around it depends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub source: Source,
    pub dependency: u16,
}

impl Slot {
    pub(super) const ABSENT: Self = Self {
        source: Source::Absent,
        dependency: NO_DEPENDENCY,
    };
}

/// Where an `Event` keeps its `System` values.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventLayout {
    /// Whether the element has the usual shape. If not, only the tree has the answers.
    pub regular: bool,
    /// Places of the `System` element.
    pub system: [Slot; SYSTEM_FIELDS],
    /// Where the tokens after `System` start.
    pub rest: u32,
    /// Where the tokens end.
    pub end: u32,
}

/// One field in an `EventData` or `UserData` element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// The element's name.
    pub element: u32,
    /// The `Name` attribute.
    pub name: Source,
    /// The content.
    pub value: Slot,
    /// Whether there are elements in the content.
    pub nested: bool,
    /// In the first field of a section: the number of its list of names, once somebody asked and if it has one.
    pub shape: Option<Option<ShapeId>>,
}

/// What kind of element holds an event's own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataKind {
    /// `EventData`: `Data` elements with or without names.
    EventData,
    /// `UserData`: one element, with elements of the provider's choice in it.
    UserData,
}

/// An element after `System`, or the root of a template for one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// What it is, if it holds the event's own data.
    pub kind: Option<DataKind>,
    /// Whether it has the usual shape. If not, only the tree has the answers.
    pub regular: bool,
    /// The value on which the element depends.
    pub dependency: u16,
    /// The element around the fields: the section itself, or the first element in `UserData`.
    pub container: Option<u32>,
    /// The value whose XML goes into the element.
    pub splice: Option<u16>,
    /// The fields: a range of the learnt fields.
    pub fields: (u32, u32),
}

/// What comes after `System` on the level of the event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The XML of the value with this index.
    Splice(u16),
    /// An element in place.
    Section(Section),
    /// Something that only the tree knows.
    Other,
}

/// Learns an `Event` from its tokens, up to the end of `System`.
pub(super) fn learn_event(chunk: &[u8], tokens: &mut Tokens<'_>) -> Result<EventLayout, Reason> {
    let mut layout = EventLayout {
        regular: false,
        system: [Slot::ABSENT; SYSTEM_FIELDS],
        rest: 0,
        end: tokens.end() as u32,
    };
    let Some((root, _)) = open_root(tokens)? else {
        return Ok(layout);
    };
    if !name_at(chunk, root)?.eq_str("Event") || !skip_attributes(tokens)? {
        return Ok(layout);
    }
    // Whatever comes before System makes the event irregular: nothing does in what Windows writes.
    let Token::OpenElement { name, dependency } = tokens.next()? else {
        return Ok(layout);
    };
    if dependency != NO_DEPENDENCY
        || !name_at(chunk, name)?.eq_str("System")
        || !skip_attributes(tokens)?
    {
        return Ok(layout);
    }
    loop {
        match tokens.next()? {
            Token::OpenElement { name, dependency } => {
                let name = name_at(chunk, name)?;
                if !learn_system_element(chunk, tokens, name, dependency, &mut layout.system)? {
                    return Ok(layout);
                }
            }
            Token::CloseElement => break,
            _ => return Ok(layout),
        }
    }
    layout.regular = true;
    layout.rest = tokens.position() as u32;
    Ok(layout)
}

/// The name and dependency of the first element, if the tokens start with one.
fn open_root(tokens: &mut Tokens<'_>) -> Result<Option<(u32, u16)>, Reason> {
    loop {
        match tokens.next()? {
            Token::FragmentHeader => {}
            Token::OpenElement { name, dependency } => return Ok(Some((name, dependency))),
            _ => return Ok(None),
        }
    }
}

/// Learns one element of `System`; `false` if it has elements inside.
fn learn_system_element(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    name: Utf16<'_>,
    dependency: u16,
    system: &mut [Slot; SYSTEM_FIELDS],
) -> Result<bool, Reason> {
    let fields = system_fields(name);
    let mut set = |field: SystemField, source: Source| {
        let slot = &mut system[field as usize];
        if slot.source == Source::Absent {
            *slot = Slot { source, dependency };
        }
    };
    let mut failed = None;
    let has_content = walk_attributes(tokens, |attribute, source| {
        if fields.is_empty() {
            return;
        }
        match name_at(chunk, attribute) {
            Ok(attribute) => fields
                .iter()
                .filter(|field| field.path().1.is_some_and(|name| attribute.eq_str(name)))
                .for_each(|field| set(*field, source)),
            Err(reason) => failed = Some(reason),
        }
    })?;
    if let Some(reason) = failed {
        return Err(reason);
    }
    if !has_content {
        return Ok(true);
    }
    let (source, nested) = read_content(tokens)?;
    if let Some(field) = fields.iter().find(|field| field.path().1.is_none()) {
        set(*field, source);
    }
    Ok(!nested)
}

/// The fields that an element of `System` holds.
fn system_fields(name: Utf16<'_>) -> &'static [SystemField] {
    use SystemField as F;
    let (expected, fields): (&str, &'static [SystemField]) = match name.units() {
        4 => ("Task", &[F::Task]),
        5 => ("Level", &[F::Level]),
        6 => ("Opcode", &[F::Opcode]),
        7 => match name.as_bytes().first() {
            Some(b'E') => ("EventID", &[F::EventId, F::Qualifiers]),
            Some(b'V') => ("Version", &[F::Version]),
            _ => ("Channel", &[F::Channel]),
        },
        8 => match name.as_bytes().first() {
            Some(b'P') => (
                "Provider",
                &[F::ProviderName, F::ProviderGuid, F::EventSourceName],
            ),
            Some(b'K') => ("Keywords", &[F::Keywords]),
            Some(b'C') => ("Computer", &[F::Computer]),
            _ => ("Security", &[F::UserId]),
        },
        9 => (
            "Execution",
            &[
                F::ProcessId,
                F::ThreadId,
                F::ProcessorId,
                F::SessionId,
                F::KernelTime,
                F::UserTime,
                F::ProcessorTime,
            ],
        ),
        11 => match name.as_bytes().first() {
            Some(b'T') => ("TimeCreated", &[F::TimeCreated]),
            _ => ("Correlation", &[F::ActivityId, F::RelatedActivityId]),
        },
        13 => ("EventRecordID", &[F::EventRecordId]),
        _ => return &[],
    };
    if name.eq_str(expected) { fields } else { &[] }
}

/// Learns what comes after `System`, up to the end of the event.
pub(super) fn learn_parts(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    parts: &mut Vec<Part>,
    fields: &mut Vec<Field>,
) -> Result<(), Reason> {
    loop {
        match tokens.next()? {
            Token::OpenElement { name, dependency } => {
                let section = learn_section(chunk, tokens, name, dependency, fields)?;
                parts.push(Part::Section(section));
            }
            Token::Substitution { index, .. } => parts.push(Part::Splice(index)),
            Token::CloseElement => return Ok(()),
            Token::End => return Err(Reason::OpenElement),
            _ => parts.push(Part::Other),
        }
    }
}

/// Learns the section that is the root of the tokens; `None` if they do not start with an element.
pub(super) fn learn_root_section(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    fields: &mut Vec<Field>,
) -> Result<Option<Section>, Reason> {
    let Some((name, _)) = open_root(tokens)? else {
        return Ok(None);
    };
    // A root has no parent that it could be left out of.
    learn_section(chunk, tokens, name, NO_DEPENDENCY, fields).map(Some)
}

/// Learns the section whose start was just read.
fn learn_section(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    name: u32,
    dependency: u16,
    fields: &mut Vec<Field>,
) -> Result<Section, Reason> {
    let text = name_at(chunk, name)?;
    let kind = if text.eq_str("EventData") {
        Some(DataKind::EventData)
    } else if text.eq_str("UserData") {
        Some(DataKind::UserData)
    } else {
        None
    };
    let first = fields.len() as u32;
    let mut section = Section {
        kind,
        regular: true,
        dependency,
        container: (kind != Some(DataKind::UserData)).then_some(name),
        splice: None,
        fields: (first, first),
    };
    if skip_attributes(tokens)? {
        learn_section_content(chunk, tokens, &mut section, fields)?;
    }
    section.fields.1 = fields.len() as u32;
    Ok(section)
}

fn learn_section_content(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    section: &mut Section,
    fields: &mut Vec<Field>,
) -> Result<(), Reason> {
    loop {
        match tokens.next()? {
            Token::OpenElement { name, dependency } => match section.kind {
                Some(DataKind::UserData) if section.container.is_some() => skip_element(tokens)?,
                Some(DataKind::UserData) => {
                    section.container = Some(name);
                    // An element that may be left out is not always the first.
                    section.regular &= dependency == NO_DEPENDENCY && section.splice.is_none();
                    if skip_attributes(tokens)? {
                        section.regular &= learn_fields(chunk, tokens, fields)?;
                    }
                }
                _ => fields.push(learn_field(chunk, tokens, name, dependency)?),
            },
            Token::Substitution { index, .. } if section.splice.is_none() => {
                section.splice = Some(index);
            }
            Token::CloseElement => return Ok(()),
            Token::End => return Err(Reason::OpenElement),
            Token::Substitution { .. } | Token::Instance(_) => section.regular = false,
            Token::Value { value_type, .. } if value_type == kind::BINXML => {
                section.regular = false
            }
            _ => {}
        }
        if fields.len() - section.fields.0 as usize > MAX_FIELDS {
            return Err(Reason::Expansion);
        }
    }
}

/// Learns the fields of the element whose start was read, up to its end; `false` if there may be others.
fn learn_fields(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    fields: &mut Vec<Field>,
) -> Result<bool, Reason> {
    let first = fields.len();
    let mut regular = true;
    loop {
        match tokens.next()? {
            Token::OpenElement { name, dependency } => {
                fields.push(learn_field(chunk, tokens, name, dependency)?);
            }
            Token::CloseElement => return Ok(regular),
            Token::End => return Err(Reason::OpenElement),
            Token::Substitution { .. } | Token::Instance(_) => regular = false,
            Token::Value { value_type, .. } if value_type == kind::BINXML => regular = false,
            _ => {}
        }
        if fields.len() - first > MAX_FIELDS {
            return Err(Reason::Expansion);
        }
    }
}

fn learn_field(
    chunk: &[u8],
    tokens: &mut Tokens<'_>,
    element: u32,
    dependency: u16,
) -> Result<Field, Reason> {
    let mut name = Source::Absent;
    let mut failed = None;
    let has_content = walk_attributes(tokens, |attribute, source| {
        match name_at(chunk, attribute) {
            Ok(attribute) if name == Source::Absent && attribute.eq_str("Name") => name = source,
            Ok(_) => {}
            Err(reason) => failed = Some(reason),
        }
    })?;
    if let Some(reason) = failed {
        return Err(reason);
    }
    let (source, nested) = if has_content {
        read_content(tokens)?
    } else {
        (Source::Absent, false)
    };
    Ok(Field {
        element,
        name,
        value: Slot { source, dependency },
        nested,
        shape: None,
    })
}

/// Pieces of text that stand one after the other.
#[derive(Default)]
struct Pieces {
    source: Source,
    /// Where the first piece starts, once there is one.
    start: Option<u32>,
}

impl Pieces {
    /// Takes in the token from `start` that was just read; `false` if it is none that can be part of a text.
    fn add(&mut self, token: &Token<'_>, start: u32, tokens: &Tokens<'_>) -> bool {
        let (end, in_template) = (tokens.position() as u32, tokens.in_template());
        let source = match token {
            Token::Value { value_type, bytes } if *value_type == kind::STRING => Source::Text {
                start: end - bytes.len() as u32,
                length: Utf16::until_nul(bytes).as_bytes().len() as u32,
            },
            Token::Substitution { index, .. } => Source::Substitution(*index),
            Token::Value { .. }
            | Token::Cdata(_)
            | Token::CharacterReference(_)
            | Token::EntityReference { .. }
            | Token::InstructionTarget { .. }
            | Token::InstructionData(_) => Source::Pieces {
                start,
                end,
                in_template,
            },
            _ => return false,
        };
        self.source = match self.start {
            None => source,
            Some(start) => Source::Pieces {
                start,
                end,
                in_template,
            },
        };
        self.start.get_or_insert(start);
        true
    }
}

/// Reads the attributes of an element whose start was just read, and tells whether content follows.
fn walk_attributes(
    tokens: &mut Tokens<'_>,
    mut found: impl FnMut(u32, Source),
) -> Result<bool, Reason> {
    let mut current: Option<u32> = None;
    let mut pieces = Pieces::default();
    loop {
        let start = tokens.position() as u32;
        let token = tokens.next()?;
        if current.is_some() && pieces.add(&token, start, tokens) {
            continue;
        }
        if let Some(name) = current.take() {
            found(name, std::mem::take(&mut pieces).source);
        }
        match token {
            Token::Attribute { name } => current = Some(name),
            Token::CloseStart => return Ok(true),
            Token::CloseEmpty => return Ok(false),
            Token::End => return Err(Reason::OpenElement),
            // Text between attributes belongs to none: it cannot be shown either.
            _ => return Err(tokens.unexpected(start)),
        }
    }
}

fn skip_attributes(tokens: &mut Tokens<'_>) -> Result<bool, Reason> {
    walk_attributes(tokens, |_, _| {})
}

/// Reads the content of an element up to its end: its own text, and whether there are elements inside.
fn read_content(tokens: &mut Tokens<'_>) -> Result<(Source, bool), Reason> {
    let mut pieces = Pieces::default();
    let mut nested = false;
    loop {
        let start = tokens.position() as u32;
        let token = tokens.next()?;
        match token {
            Token::OpenElement { .. } => {
                nested = true;
                skip_element(tokens)?;
            }
            Token::Instance(_) => nested = true,
            Token::Value { value_type, .. } if value_type == kind::BINXML => nested = true,
            Token::CloseElement => return Ok((pieces.source, nested)),
            Token::End => return Err(Reason::OpenElement),
            _ if pieces.add(&token, start, tokens) => {}
            Token::FragmentHeader => {}
            _ => return Err(tokens.unexpected(start)),
        }
    }
}

/// Passes over the element whose start was just read.
fn skip_element(tokens: &mut Tokens<'_>) -> Result<(), Reason> {
    let mut depth = 1_usize;
    loop {
        match tokens.next()? {
            Token::OpenElement { .. } => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Reason::Nesting);
                }
            }
            Token::CloseEmpty | Token::CloseElement => {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
            Token::End => return Err(Reason::OpenElement),
            _ => {}
        }
    }
}
