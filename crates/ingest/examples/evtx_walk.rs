//! Measures what reading event logs costs: `evtx_walk MODE FILE...`.
//!
//! | mode | what is done with each file |
//! |---|---|
//! | `read` | its bytes are read |
//! | `chunks` | and its chunks are opened: headers, checksums |
//! | `records` | and its records are walked |
//! | `ids` | and event id, provider and channel of every record are decided on |
//! | `seed` | and three values of each successful logon are read |
//! | `fields` | and every field of every record is looked at |
//! | `tree` | and every record is built as a tree |
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::fs::File;
use std::io;

use gatewatch_ingest::format::evtx::{ChunkParser, EvtxFile, RecordRef};

/// What was counted.
#[derive(Debug, Default)]
struct Counts {
    bytes: u64,
    chunks: u64,
    records: u64,
    damaged: u64,
    wanted: u64,
    logons: u64,
    hits: u64,
    units: u64,
    /// For each pair of provider and channel, whether its events are wanted.
    wanted_origins: Vec<Option<bool>>,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Mode {
    Read,
    Chunks,
    Records,
    Ids,
    Seed,
    Fields,
    Tree,
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mode = match arguments.next().as_deref().and_then(|mode| mode.to_str()) {
        Some("read") => Mode::Read,
        Some("chunks") => Mode::Chunks,
        Some("records") => Mode::Records,
        Some("ids") => Mode::Ids,
        Some("seed") => Mode::Seed,
        Some("fields") => Mode::Fields,
        Some("tree") => Mode::Tree,
        _ => {
            return Err(io::Error::other(
                "usage: evtx_walk read|chunks|records|ids|seed|fields|tree FILE...",
            ));
        }
    };
    let mut counts = Counts::default();
    let mut parser = ChunkParser::new();
    for path in arguments {
        let file = EvtxFile::open(File::open(path)?)?;
        let mut reader = file.reader(0..file.chunk_count());
        while let Some(raw) = reader.next_chunk()? {
            counts.bytes += raw.bytes.len() as u64;
            counts.chunks += 1;
            if mode == Mode::Read {
                continue;
            }
            let chunk = parser.open(raw);
            if mode == Mode::Chunks {
                continue;
            }
            for record in chunk.records() {
                match record {
                    Ok(record) => {
                        counts.records += 1;
                        look(mode, &record, &mut counts);
                        counts.damaged += u64::from(record.damage().is_some());
                    }
                    Err(_) => counts.damaged += 1,
                }
            }
        }
    }
    println!("{counts:?}");
    Ok(())
}

fn look(mode: Mode, record: &RecordRef<'_>, counts: &mut Counts) {
    if mode == Mode::Tree {
        counts.units += record
            .tree()
            .map_or(0, |tree| tree.elements().count() as u64);
        return;
    }
    if mode == Mode::Fields {
        if let Some(fields) = record.fields() {
            fields.for_each(|pair| {
                counts.units += pair.value.as_utf16().map_or(1, |text| text.units() as u64);
            });
        }
        return;
    }
    if mode < Mode::Ids {
        return;
    }
    let id = record.event_id();
    let wanted = is_wanted(record, &mut counts.wanted_origins);
    counts.wanted += u64::from(wanted);
    if mode < Mode::Seed || id != Some(4624) || !wanted {
        return;
    }
    counts.logons += 1;
    let Some(fields) = record.fields() else {
        return;
    };
    let kind = fields.get("LogonType").and_then(|kind| kind.as_u64());
    let address = fields.get("IpAddress");
    let user = fields.get("TargetUserName");
    let is_remote = matches!(kind, Some(3 | 10));
    let has_address = address.is_some_and(|address| !address.is_empty() && !address.eq_str("-"));
    if is_remote && has_address && user.is_some_and(|user| !user.is_empty()) {
        counts.hits += 1;
    }
}

fn is_wanted(record: &RecordRef<'_>, known: &mut Vec<Option<bool>>) -> bool {
    let decide = || {
        record
            .provider()
            .eq_str("Microsoft-Windows-Security-Auditing")
            && record.channel().eq_str("Security")
    };
    let Some(origin) = record.origin() else {
        return decide();
    };
    let place = origin.0 as usize;
    if known.len() <= place {
        known.resize(place + 1, None);
    }
    *known[place].get_or_insert_with(decide)
}
