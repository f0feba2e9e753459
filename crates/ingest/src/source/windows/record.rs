//! A Windows event as any carrier holds it: EVTX, XML, or one of the JSON shapes.

use std::borrow::Cow;

use gatewatch_event::{Event, Timestamp};

/// A Windows event record. The ECS mapping is written once, over this trait; each carrier implements it lazily.
///
/// Texts are as Winlogbeat shows them: GUIDs in lower case and braces, SIDs as `S-1-...`, hexadecimal numbers with
/// `0x`, empty text as absent.
pub trait WindowsRecord {
    /// `System/Provider@Name`.
    fn provider(&self) -> Option<Cow<'_, str>>;
    /// `System/Provider@Guid`.
    fn provider_guid(&self) -> Option<Cow<'_, str>>;
    /// `System/EventID`, a number or numeric text.
    fn event_id(&self) -> Option<u32>;
    /// `System/Channel`.
    fn channel(&self) -> Option<Cow<'_, str>>;
    /// `System/Computer`.
    fn computer(&self) -> Option<Cow<'_, str>>;
    /// `System/EventRecordID`.
    fn record_id(&self) -> Option<u64>;
    /// `System/TimeCreated@SystemTime`, to 100 ns where the carrier has it.
    fn time_created(&self) -> Option<Timestamp>;
    /// `System/Keywords`, all 64 bits. `None` when the carrier has only names; see [`keyword_names`](Self::keyword_names).
    fn keywords(&self) -> Option<u64>;
    /// `System/Level` as a number.
    fn level(&self) -> Option<u8>;
    /// `System/Version`.
    fn version(&self) -> Option<u8>;
    /// `System/Task` as a number.
    fn task(&self) -> Option<u16>;
    /// `System/Opcode` as a number.
    fn opcode(&self) -> Option<u8>;
    /// `System/Execution@ProcessID`.
    fn process_id(&self) -> Option<u32>;
    /// `System/Execution@ThreadID`.
    fn thread_id(&self) -> Option<u32>;
    /// `System/Security@UserID`.
    fn user_id(&self) -> Option<Cow<'_, str>>;
    /// `System/Correlation@ActivityID`.
    fn activity_id(&self) -> Option<Cow<'_, str>>;
    /// `System/Correlation@RelatedActivityID`.
    fn related_activity_id(&self) -> Option<Cow<'_, str>>;

    /// One named value of `EventData`: the first that is not empty when the name is there twice. An unnamed value is
    /// `paramN`, N being its place among all values, from 1.
    fn data(&self, name: &str) -> Option<Cow<'_, str>>;
    /// Every value of `EventData` that is not empty, in order, until `visit` returns `false`.
    fn each_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool);
    /// The tag of the single child of `UserData` (`EventXML`, `EventInfo`, ...).
    fn user_data_name(&self) -> Option<Cow<'_, str>>;
    /// One value of `UserData`'s child, by tag; the first that is not empty when the tag is there twice.
    fn user_data(&self, name: &str) -> Option<Cow<'_, str>>;
    /// Every value of `UserData`'s child that is not empty, in order, until `visit` returns `false`.
    fn each_user_data(&self, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool);

    /// What the carrier brings beside the event, already as ECS fields: an agent's `host.*`, `agent.*`, `tags`. A field
    /// that the mapping sets wins, save a few of the host and of the data stream. Carriers that bring anything build their
    /// kinds with [`Options::beside`](super::Options::beside).
    fn beside(&self) -> Option<&dyn Event> {
        None
    }

    /// The rendered message, where the carrier brings it.
    fn message(&self) -> Option<Cow<'_, str>> {
        None
    }
    /// The rendered level name, where the carrier brings it.
    fn level_name(&self) -> Option<Cow<'_, str>> {
        None
    }
    /// The rendered task name, where the carrier brings it.
    fn task_name(&self) -> Option<Cow<'_, str>> {
        None
    }
    /// The rendered opcode name, where the carrier brings it.
    fn opcode_name(&self) -> Option<Cow<'_, str>> {
        None
    }
    /// The rendered keyword names, where the carrier brings them (`Audit Success`).
    fn keyword_names(&self) -> Vec<String> {
        Vec::new()
    }
    /// The outcome, where the carrier states it apart from the keywords (`success`, `failure`).
    fn stated_outcome(&self) -> Option<&'static str> {
        None
    }
}
