//! Records whose header and data lie side by side: NXLog and what OTRF made of it, rows of Log Analytics and Sentinel,
//! EvtxECmd.

use std::borrow::Cow;

use gatewatch_event::Timestamp;

use super::embedded::Embedded;
use super::{message, text};
use crate::format::json::{JsonKind, LazyJson};

pub(super) const EVENT_ID: &[&str] = &["EventID", "EventId"];
pub(super) const PROVIDER: &[&str] = &[
    "SourceName",
    "ProviderName",
    "Provider",
    "EventSourceName",
    "Source",
];
pub(super) const CHANNEL: &[&str] = &["Channel", "EventLog", "LogName"];
pub(super) const COMPUTER: &[&str] = &["Hostname", "Computer", "ComputerName", "MachineName"];
pub(super) const RECORD_ID: &[&str] = &[
    "RecordNumber",
    "EventRecordID",
    "EventRecordId",
    "RecordId",
    "RecordID",
];
pub(super) const MESSAGE: &[&str] = &["Message", "RenderedDescription"];

/// When the event happened. What NXLog calls `EventTime` is local time without a zone, so it comes last.
const TIME: &[&str] = &["@timestamp", "TimeCreated", "TimeGenerated", "EventTime"];

/// Of these a flat record has at least one beside its event id.
pub(super) const HINTS: &[&str] = &[
    "Channel",
    "SourceName",
    "ProviderGuid",
    "EventSourceName",
    "EventLog",
    "Hostname",
    "Provider",
];

/// Members that belong to the header or to the carrier in every flat record.
const HEADER: &[&str] = &[
    "ActivityID",
    "Category",
    "Channel",
    "ERROR_EVT_UNRESOLVED",
    "EventID",
    "EventId",
    "EventReceivedTime",
    "EventRecordID",
    "EventRecordId",
    "EventTime",
    "EventTypeOrignal",
    "ExecutionProcessID",
    "Hostname",
    "Keywords",
    "Level",
    "Message",
    "Opcode",
    "OpcodeValue",
    "ProviderGuid",
    "ProviderName",
    "RecordNumber",
    "RelatedActivityID",
    "Severity",
    "SeverityValue",
    "SourceModuleName",
    "SourceModuleType",
    "SourceName",
    "Task",
    "ThreadID",
    "TimeCreated",
    "host",
    "port",
    "tags",
];

/// Members that a row of Log Analytics has of its own.
const ROW_HEADER: &[&str] = &[
    "Account",
    "AccountType",
    "Activity",
    "AzureDeploymentID",
    "Computer",
    "Correlation",
    "EventCategory",
    "EventData",
    "EventLevel",
    "EventLevelName",
    "EventLog",
    "EventOriginId",
    "EventSourceName",
    "LogonTypeName",
    "MG",
    "ManagementGroupName",
    "ParameterXml",
    "Process",
    "Provider",
    "RenderedDescription",
    "Role",
    "Source",
    "SourceComputerId",
    "SourceSystem",
    "SubjectAccount",
    "SystemProcessId",
    "SystemThreadId",
    "SystemUserId",
    "TargetAccount",
    "TenantId",
    "TimeCollected",
    "TimeGenerated",
    "Type",
];

/// The text in which EvtxECmd keeps the data: such a record has no data beside it.
const PAYLOAD: &str = "Payload";

fn is_row(record: LazyJson<'_>) -> bool {
    record.get("TimeGenerated").is_some() || record.get("EventSourceName").is_some()
}

fn is_evtxecmd(record: LazyJson<'_>) -> bool {
    record.get("EventId").is_some() && record.get(PAYLOAD).is_some()
}

/// Is this member part of the header? Some names are so only in some records, since an event's own data may use them.
fn is_header(record: LazyJson<'_>, key: &str, value: LazyJson<'_>) -> bool {
    if HEADER.contains(&key) || key.starts_with(['@', '_']) || key.contains('.') {
        return true;
    }
    match key {
        "Version" => text::number::<u8>(text::of(value)).is_some(),
        "EventType" => text::of(value).is_some_and(|text| is_event_type(&text)),
        // NXLog once called the writing process so; data are always text there.
        "ProcessID" => {
            value.kind() == JsonKind::Number && record.get("ExecutionProcessID").is_none()
        }
        // The account that wrote the event comes with its type.
        "UserID" | "AccountName" | "AccountType" | "Domain" => record.get("AccountType").is_some(),
        _ => is_row(record) && ROW_HEADER.contains(&key),
    }
}

/// NXLog's word for the kind of an entry. The data of Sysmon's registry events have a member of the same name.
fn is_event_type(text: &str) -> bool {
    matches!(
        text,
        "AUDIT_SUCCESS"
            | "AUDIT_FAILURE"
            | "INFO"
            | "WARNING"
            | "ERROR"
            | "CRITICAL"
            | "DEBUG"
            | "VERBOSE"
    )
}

pub(super) fn time(record: LazyJson<'_>) -> Option<Timestamp> {
    TIME.iter().find_map(|key| text::time(record.get(key)?))
}

/// The process that wrote the event.
pub(super) fn process_id(record: LazyJson<'_>) -> Option<u32> {
    if let Some(value) = record.get("ExecutionProcessID") {
        return text::number(text::of(value));
    }
    if is_evtxecmd(record) {
        return text::number(text::of(record.get("ProcessId")?));
    }
    let value = record.get("ProcessID")?;
    is_header(record, "ProcessID", value).then(|| text::number(text::of(value)))?
}

/// Audit events have level 0, whatever severity NXLog gives them.
pub(super) fn audit_level(record: LazyJson<'_>) -> Option<u8> {
    outcome(record).map(|_| 0)
}

pub(super) fn level_name(record: LazyJson<'_>) -> Option<&'static str> {
    let severity = text::first(record, &["Severity", "EventLevelName"])?;
    Some(match severity.to_ascii_lowercase().as_str() {
        "info" | "information" | "informational" => "information",
        "warning" | "warn" => "warning",
        "error" => "error",
        "critical" => "critical",
        "debug" | "verbose" => "verbose",
        _ => return None,
    })
}

pub(super) fn outcome(record: LazyJson<'_>) -> Option<&'static str> {
    match text::of(record.get("EventType")?)?.as_ref() {
        "AUDIT_SUCCESS" => Some("success"),
        "AUDIT_FAILURE" => Some("failure"),
        _ => None,
    }
}

/// May a text or an object inside the record hold data?
pub(super) fn has_embedded(record: LazyJson<'_>) -> bool {
    record.get("EventData").is_some() || is_evtxecmd(record)
}

/// What the texts in the record hold: `EventData`, EvtxECmd's payload, or the parameters that only the message has.
pub(super) fn embedded(record: LazyJson<'_>) -> Embedded {
    let key = if is_evtxecmd(record) {
        PAYLOAD
    } else {
        "EventData"
    };
    if let Some(value) = record.get(key) {
        let text = match value.kind() {
            JsonKind::String => value.as_str().unwrap_or_default(),
            JsonKind::Object => Cow::Borrowed(value.raw()),
            _ => Cow::default(),
        };
        let embedded = Embedded::parse(&text);
        if !embedded.is_empty() {
            return embedded;
        }
    }
    let id = text::number::<u32>(text::first(record, EVENT_ID));
    let channel = text::first(record, CHANNEL);
    match (id, channel, text::first(record, MESSAGE)) {
        (Some(id), Some(channel), Some(message)) => message::parameters(&channel, id, &message),
        _ => Embedded::default(),
    }
}

/// One value that lies beside the header.
pub(super) fn data<'a>(record: LazyJson<'a>, name: &str) -> Option<Cow<'a, str>> {
    let value = record.get(name)?;
    if is_evtxecmd(record) || is_header(record, name, value) {
        return None;
    }
    text::of(value)
}

/// Every value that lies beside the header.
pub(super) fn each_data(record: LazyJson<'_>, visit: &mut dyn FnMut(&str, Cow<'_, str>) -> bool) {
    if is_evtxecmd(record) {
        return;
    }
    for (key, value) in record.members() {
        if is_header(record, &key, value) {
            continue;
        }
        if let Some(text) = text::of(value)
            && !visit(&key, text)
        {
            return;
        }
    }
}
