//! What kind of thing a JSON record is.

use super::{JsonKind, JsonRecord, LazyJson};
use crate::source::windows::WindowsJson;

/// What a record is, told from itself alone.
pub enum Shape<'a> {
    /// An ECS document, or JSON that no mapping knows: its fields are where their names say.
    Ecs(JsonRecord<'a>),
    /// A Windows event that is not mapped to ECS yet.
    Windows(WindowsJson<'a>),
    /// An entry of the systemd journal.
    Journald(LazyJson<'a>),
    /// An entry of the systemd journal as Filebeat's journald input hands it on.
    FilebeatJournal(JsonRecord<'a>),
}

/// The keys of which every journal entry has one.
pub(crate) const JOURNAL_KEYS: [&str; 2] = ["__REALTIME_TIMESTAMP", "SYSLOG_IDENTIFIER"];

/// Without any of these texts, a record is no entry of the journal in any form.
pub(crate) const JOURNAL_MARKS: [&str; 3] = [JOURNAL_KEYS[0], JOURNAL_KEYS[1], "identifier"];

/// How many times one object may wrap another.
const MOST_WRAPPERS: usize = 4;

impl<'a> Shape<'a> {
    /// Tells what a record is. Documents exported from Elasticsearch are taken out of their `_source`, or out of `fields` where
    /// only those were exported.
    pub fn of(record: LazyJson<'a>) -> Self {
        let record = unwrap_export(record);
        if let Some(event) = WindowsJson::detect(record) {
            return Self::Windows(event);
        }
        let journal = record.get("MESSAGE").is_some()
            && JOURNAL_KEYS.iter().any(|key| record.get(key).is_some());
        if journal {
            return Self::Journald(record);
        }
        if record.has("syslog.identifier") && record.has("message") {
            return Self::FilebeatJournal(JsonRecord::new(record));
        }
        Self::Ecs(JsonRecord::new(record))
    }
}

/// The document inside what an export of Elasticsearch put around it.
pub(super) fn unwrap_export(mut record: LazyJson<'_>) -> LazyJson<'_> {
    let is_object = |inner: &LazyJson<'_>| inner.kind() == JsonKind::Object;
    for _ in 0..MOST_WRAPPERS {
        let inner = record.get("_source").filter(is_object).or_else(|| {
            let exported = record.get("_index").is_some() || record.get("_id").is_some();
            record
                .get("fields")
                .filter(|inner| exported && is_object(inner))
        });
        let Some(inner) = inner else {
            break;
        };
        record = inner;
    }
    record
}
