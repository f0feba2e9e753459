//! The names that layouts look for, told apart once per chunk.

use super::damage::Reason;
use super::layout::SystemField;
use super::text::Utf16;
use super::token::name_at;

/// Places of the table. A chunk has some fifty names, of which few fall into one place.
const PLACES: usize = 256;

/// How many places are tried for a name.
const NEARBY: usize = 4;

/// A name that layouts look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Known {
    /// Any other.
    #[default]
    Other,
    Event,
    System,
    EventData,
    UserData,
    Provider,
    EventId,
    Version,
    Level,
    Task,
    Opcode,
    Keywords,
    TimeCreated,
    EventRecordId,
    Correlation,
    Execution,
    Channel,
    Computer,
    Security,
    Name,
    Guid,
    EventSourceName,
    Qualifiers,
    SystemTime,
    ActivityId,
    RelatedActivityId,
    ProcessId,
    ThreadId,
    ProcessorId,
    SessionId,
    KernelTime,
    UserTime,
    ProcessorTime,
    UserId,
}

use Known as K;

/// By number of characters.
const KNOWN: [&[(&str, Known)]; 18] = [
    &[],
    &[],
    &[],
    &[],
    &[("Name", K::Name), ("Guid", K::Guid), ("Task", K::Task)],
    &[("Event", K::Event), ("Level", K::Level)],
    &[
        ("System", K::System),
        ("Opcode", K::Opcode),
        ("UserID", K::UserId),
    ],
    &[
        ("EventID", K::EventId),
        ("Version", K::Version),
        ("Channel", K::Channel),
    ],
    &[
        ("Provider", K::Provider),
        ("Keywords", K::Keywords),
        ("Computer", K::Computer),
        ("Security", K::Security),
        ("ThreadID", K::ThreadId),
        ("UserData", K::UserData),
        ("UserTime", K::UserTime),
    ],
    &[
        ("EventData", K::EventData),
        ("Execution", K::Execution),
        ("ProcessID", K::ProcessId),
        ("SessionID", K::SessionId),
    ],
    &[
        ("Qualifiers", K::Qualifiers),
        ("SystemTime", K::SystemTime),
        ("ActivityID", K::ActivityId),
        ("KernelTime", K::KernelTime),
    ],
    &[
        ("TimeCreated", K::TimeCreated),
        ("Correlation", K::Correlation),
        ("ProcessorID", K::ProcessorId),
    ],
    &[],
    &[
        ("EventRecordID", K::EventRecordId),
        ("ProcessorTime", K::ProcessorTime),
    ],
    &[],
    &[("EventSourceName", K::EventSourceName)],
    &[],
    &[("RelatedActivityID", K::RelatedActivityId)],
];

impl Known {
    fn of(name: Utf16<'_>) -> Self {
        let candidates = KNOWN.get(name.units()).copied().unwrap_or_default();
        let found = candidates.iter().find(|(text, _)| name.eq_str(text));
        found.map_or(Self::Other, |(_, known)| *known)
    }

    /// The field of `System` that this element or its attribute is.
    pub(super) fn system_field(self, attribute: Option<Self>) -> Option<SystemField> {
        use SystemField as F;
        Some(match (self, attribute) {
            (K::Provider, Some(K::Name)) => F::ProviderName,
            (K::Provider, Some(K::Guid)) => F::ProviderGuid,
            (K::Provider, Some(K::EventSourceName)) => F::EventSourceName,
            (K::EventId, None) => F::EventId,
            (K::EventId, Some(K::Qualifiers)) => F::Qualifiers,
            (K::Version, None) => F::Version,
            (K::Level, None) => F::Level,
            (K::Task, None) => F::Task,
            (K::Opcode, None) => F::Opcode,
            (K::Keywords, None) => F::Keywords,
            (K::TimeCreated, Some(K::SystemTime)) => F::TimeCreated,
            (K::EventRecordId, None) => F::EventRecordId,
            (K::Correlation, Some(K::ActivityId)) => F::ActivityId,
            (K::Correlation, Some(K::RelatedActivityId)) => F::RelatedActivityId,
            (K::Execution, Some(K::ProcessId)) => F::ProcessId,
            (K::Execution, Some(K::ThreadId)) => F::ThreadId,
            (K::Execution, Some(K::ProcessorId)) => F::ProcessorId,
            (K::Execution, Some(K::SessionId)) => F::SessionId,
            (K::Execution, Some(K::KernelTime)) => F::KernelTime,
            (K::Execution, Some(K::UserTime)) => F::UserTime,
            (K::Execution, Some(K::ProcessorTime)) => F::ProcessorTime,
            (K::Channel, None) => F::Channel,
            (K::Computer, None) => F::Computer,
            (K::Security, Some(K::UserId)) => F::UserId,
            _ => return None,
        })
    }
}

/// Names of the current chunk by their offset. Each is written once per chunk and referred to from then on.
#[derive(Debug)]
pub(super) struct Names {
    places: [(u32, Known); PLACES],
}

impl Default for Names {
    fn default() -> Self {
        // Offset 0 is in the chunk's header, where no name is.
        Self {
            places: [(0, Known::Other); PLACES],
        }
    }
}

impl Names {
    /// Forgets all names.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What the name at `offset` is.
    #[inline]
    pub(super) fn get(&mut self, chunk: &[u8], offset: u32) -> Result<Known, Reason> {
        let first = (offset.wrapping_mul(0x9e37_79b1) >> 24) as usize;
        let nearby = (first..first + NEARBY).map(|place| place % PLACES);
        for place in nearby {
            let (kept, known) = self.places[place];
            if kept == offset && offset > 0 {
                return Ok(known);
            }
            if kept == 0 {
                return self.learn(chunk, offset, place);
            }
        }
        self.learn(chunk, offset, first % PLACES)
    }

    #[cold]
    fn learn(&mut self, chunk: &[u8], offset: u32, place: usize) -> Result<Known, Reason> {
        let known = Known::of(name_at(chunk, offset)?);
        self.places[place] = (offset, known);
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_field_is_known() {
        let known = |name: &str| {
            let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            Known::of(Utf16::new(&bytes))
        };
        for field in SystemField::ALL {
            let (element, attribute) = field.path();
            assert_eq!(
                known(element).system_field(attribute.map(known)),
                Some(field)
            );
        }
        assert_eq!(known("Data"), Known::Other);
        assert_eq!(known(""), Known::Other);
    }
}
