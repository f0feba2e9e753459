//! Reads everything there is to read in a log: for tests and fuzzing.

use std::hint::black_box;

use super::chunk::ChunkParser;
use super::damage::{Damage, Note};
use super::layout::SystemField;
use super::record::RecordRef;
use super::source::EvtxFile;

/// What reading everything in a log came to.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Account {
    /// Ids of the records that could be read, in order.
    pub records: Vec<u64>,
    /// What could not be read: records of which a part is damaged count as records as well.
    pub damages: Vec<Damage>,
    /// Remarks on the file and its chunks.
    pub notes: Vec<Note>,
}

/// Reads everything in a log, by every way there is, and tells what it came to.
///
/// ```
/// let account = gatewatch_ingest::format::evtx::check_bytes(b"no event log");
/// assert!(account.records.is_empty());
/// assert!(!account.notes.is_empty());
/// ```
pub fn check_bytes(bytes: &[u8]) -> Account {
    let mut account = Account::default();
    // Reading from memory does not fail.
    let Ok(file) = EvtxFile::open(bytes) else {
        return account;
    };
    account.notes.extend_from_slice(file.notes());
    let mut parser = ChunkParser::new();
    let mut reader = file.reader(0..file.chunk_count());
    while let Ok(Some(raw)) = reader.next_chunk() {
        let chunk = parser.open(raw);
        account.notes.extend(chunk.notes());
        for record in chunk.records() {
            match record {
                Ok(record) => {
                    read_record(&record);
                    account.records.push(record.record_id());
                    account.damages.extend(record.damage());
                }
                Err(damage) => account.damages.push(damage),
            }
        }
    }
    account.notes.extend(reader.take_notes());
    account
}

/// Reads everything in a record.
fn read_record(record: &RecordRef<'_>) {
    let mut text = String::new();
    for field in SystemField::ALL {
        record.system(field).push_to(&mut text);
    }
    black_box((record.time(), record.event_id(), record.origin()));
    if let Some(fields) = record.fields() {
        fields.for_each(|pair| {
            text.push_str(&pair.key());
            pair.value.push_to(&mut text);
            black_box((pair.value.as_u64(), pair.value.as_filetime()));
        });
        black_box((
            fields.shape(),
            fields.get("IpAddress"),
            fields.get("param1"),
        ));
    }
    black_box(record.rendering_info());
    if let Ok(tree) = record.tree() {
        text.push_str(&tree.to_xml());
    }
    black_box(text);
}
