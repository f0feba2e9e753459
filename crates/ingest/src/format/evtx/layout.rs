//! Where a template keeps what: learnt once, so that a record's value is found without reading its XML.
//!
//! A layout says for each wanted place of the XML whether it is literal text, the value with some index, or more than
//! that. Layouts are learnt per chunk and only as far as somebody asks: names in a template are offsets into the chunk,
//! so that a definition's bytes differ from chunk to chunk and cannot serve as the key of a longer-lived cache.

use super::state::ShapeId;
use super::token::NO_DEPENDENCY;

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
    /// Literal text: UTF-16 bytes from `start`; it ends at a NUL if there is one.
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

    /// A place whose value is null when the element around it is left out.
    pub(super) fn of_system(source: Source, dependency: u16) -> Self {
        // If that depends on the value itself, there is nothing to look at.
        let dependency = match source {
            Source::Substitution(index) if index == dependency => NO_DEPENDENCY,
            _ => dependency,
        };
        Self { source, dependency }
    }
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
    /// The `Name` attribute; a text has no NUL in it.
    pub name: Source,
    /// Hash of the name by which the field goes, see [`name_hash`]; 0 if that depends on the record.
    pub key: u32,
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

/// A hash of a name's UTF-16 bytes, never 0.
#[inline]
pub(super) fn name_hash(bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let hash = blocks.iter().fold(bytes.len() as u64, |hash, block| {
        mix(hash, u64::from_le_bytes(*block))
    });
    (mix(hash, u64::from_le_bytes(last)) >> 32) as u32 | 1
}

/// The same of an ASCII name, without its UTF-16 form.
#[inline]
pub(super) fn ascii_name_hash(name: &str) -> u32 {
    let (blocks, rest) = name.as_bytes().as_chunks::<4>();
    let mut last = [0; 4];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let hash = blocks.iter().fold(2 * name.len() as u64, |hash, block| {
        mix(hash, widened(*block))
    });
    (mix(hash, widened(last)) >> 32) as u32 | 1
}

#[inline]
fn mix(hash: u64, block: u64) -> u64 {
    (hash ^ block)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

/// Four ASCII characters as UTF-16LE.
#[inline]
fn widened(bytes: [u8; 4]) -> u64 {
    let spread = u64::from(u32::from_le_bytes(bytes));
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ascii_name_hash, name_hash};

    proptest! {
        #[test]
        fn a_name_has_one_hash(name in "[ -~]{0,40}") {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            prop_assert_eq!(ascii_name_hash(&name), name_hash(&wide));
        }
    }
}
