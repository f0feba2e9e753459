//! Logs that are damaged, and those of which a part is left over from others: everything is read or named.
#![allow(clippy::unwrap_used, reason = "a test")]

mod evtx_support;

use std::collections::BTreeSet;
use std::io;
use std::thread;

use evtx_support::{Log, Read, file, logon};
use gatewatch_ingest::format::evtx::{
    CHUNK_SIZE, ChunkParser, EvtxFile, EvtxStream, NoteKind, Reason, is_evtx,
};
use gatewatch_testkit::evtx::{self as writer, Style, damage};

/// A log of three chunks with four logons each.
fn three_chunks() -> Vec<u8> {
    let mut log = writer::EvtxFile::new();
    for number in 0..12 {
        log.push(&logon(&format!("user{number}"), "192.0.2.1"))
            .unwrap();
        if number % 4 == 3 {
            log.end_chunk();
        }
    }
    log.finish().unwrap()
}

#[test]
fn an_intact_log_gives_no_remark() {
    let log = Log::read(&three_chunks());
    assert_eq!(log.ids(), (1..=12).collect::<Vec<_>>());
    assert_eq!((log.errors(), log.notes), (vec![], vec![]));
}

#[test]
fn headers_are_not_needed_to_find_chunks() {
    type Break = fn(&mut [u8]);
    let cases: [(Break, &[&str]); 6] = [
        (
            damage::break_file_magic,
            &["evtx-file-magic", "evtx-file-header-checksum"],
        ),
        (damage::break_file_checksum, &["evtx-file-header-checksum"]),
        (
            |bytes| damage::set_chunk_count(bytes, 1),
            &["evtx-file-header-checksum", "evtx-chunk-count"],
        ),
        (
            |bytes| damage::break_chunk_magic(bytes, 1),
            &["evtx-chunk-magic"],
        ),
        (
            |bytes| damage::break_events_checksum(bytes, 1),
            &["evtx-chunk-records-checksum"],
        ),
        (
            |bytes| damage::break_header_checksum(bytes, 1),
            &["evtx-chunk-header-checksum"],
        ),
    ];
    for (number, (break_it, codes)) in cases.into_iter().enumerate() {
        let mut bytes = three_chunks();
        break_it(&mut bytes);
        let log = Log::read(&bytes);
        assert_eq!(log.ids(), (1..=12).collect::<Vec<_>>(), "case {number}");
        assert_eq!(log.errors(), [], "case {number}");
        let found = log.codes();
        assert!(
            found.iter().all(|code| codes.contains(code)) && !found.is_empty(),
            "case {number}: {found:?}"
        );
    }
}

#[test]
fn a_damaged_checksum_costs_no_record() {
    let mut bytes = three_chunks();
    damage::break_events_checksum(&mut bytes, 0);
    let (damaged, intact) = (Log::read(&bytes), Log::read(&three_chunks()));
    assert_eq!(damaged.items, intact.items);
}

#[test]
fn a_chunk_of_zeros_is_a_loss_only_before_others() {
    let mut bytes = three_chunks();
    damage::zero_chunk(&mut bytes, 1);
    let log = Log::read(&bytes);
    assert_eq!(log.ids(), [1, 2, 3, 4, 9, 10, 11, 12]);
    let [note] = log.notes[..] else {
        panic!("{:?}", log.notes)
    };
    assert_eq!(
        (note.kind, note.offset),
        (NoteKind::ChunksBlank(1), 4096 + 65536)
    );
    assert!(note.kind.is_loss());

    let mut unused = writer::EvtxFile::new().unused_chunks(5);
    unused.push(&logon("alice", "192.0.2.1")).unwrap();
    assert_eq!(Log::read(&unused.finish().unwrap()).notes, []);
}

#[test]
fn a_log_that_is_cut_off_is_read_up_to_there() {
    let bytes = three_chunks();
    let starts: Vec<usize> = damage::records(&bytes, 2)
        .iter()
        .map(|record| record.start)
        .collect();
    for length in [0, 1, 511, 512, 700, 2000, 3000, CHUNK_SIZE - 1] {
        let mut cut = bytes.clone();
        damage::truncate_in_chunk(&mut cut, 2, length);
        let log = Log::read(&cut);
        let whole = starts
            .iter()
            .zip(starts.iter().skip(1))
            .filter(|(_, next)| **next <= cut.len())
            .count();
        let expected = if length == CHUNK_SIZE - 1 {
            12
        } else {
            8 + whole
        };
        assert_eq!(log.ids().len(), expected, "{length}");
        assert_eq!(
            log.records()
                .filter(|record| record.damage.is_some())
                .count(),
            0
        );
        let named = !log.notes.is_empty() && log.notes.iter().any(|note| note.kind.is_loss());
        assert!(named, "{length}: {:?}", log.notes);
    }
}

#[test]
fn what_is_appended_is_named_and_not_counted_as_a_chunk() {
    let mut bytes = three_chunks();
    damage::append_garbage(&mut bytes, 5000);
    let log = Log::read(&bytes);
    assert_eq!(log.ids().len(), 12);
    let [note] = log.notes[..] else {
        panic!("{:?}", log.notes)
    };
    assert_eq!(
        (note.kind, note.offset),
        (NoteKind::TrailingBytes(5000), 4096 + 3 * 65536)
    );
}

#[test]
fn files_that_are_no_logs_are_told_apart() {
    for (bytes, code) in [
        (&b""[..], "evtx-empty-file"),
        (b"no log", "evtx-file-magic"),
        (&[0; 5000], "evtx-file-magic"),
    ] {
        let log = Log::read(bytes);
        assert_eq!((log.items.len(), log.codes()), (0, vec![code]));
        assert!(!is_evtx(bytes));
    }
    let bytes = three_chunks();
    assert!(is_evtx(&bytes) && is_evtx(&bytes[4096..]));
    let header_only = Log::read(&bytes[..4096]);
    assert_eq!(header_only.codes(), ["evtx-chunk-count"]);
    assert!(header_only.notes[0].kind.is_loss());
    assert_eq!(
        Log::read(&bytes[..100]).codes(),
        ["evtx-file-header-truncated"]
    );
}

#[test]
fn chunks_without_a_file_header_are_read() {
    let bytes = three_chunks();
    let log = Log::read(&bytes[4096..]);
    assert_eq!(
        (log.ids().len(), log.codes()),
        (12, vec!["evtx-file-magic"])
    );
}

#[test]
fn the_walk_goes_on_behind_a_damaged_record() {
    let cases: [fn(&mut [u8]); 5] = [
        |bytes| damage::break_record_magic(bytes, 0, 1),
        |bytes| damage::set_record_size(bytes, 0, 1, 0),
        |bytes| damage::set_record_size(bytes, 0, 1, 70000),
        |bytes| damage::set_record_size(bytes, 0, 1, 100),
        |bytes| damage::overwrite_record(bytes, 0, 1, 0xff),
    ];
    for (number, break_it) in cases.into_iter().enumerate() {
        for repair in [false, true] {
            let mut bytes = three_chunks();
            let place = damage::records(&bytes, 0)[1].clone();
            break_it(&mut bytes);
            if repair {
                damage::repair_checksums(&mut bytes);
            }
            let log = Log::read(&bytes);
            let mut ids = log.ids();
            ids.retain(|id| *id != 2);
            assert_eq!(ids, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "case {number}");
            let partly = log.records().filter_map(|record| record.damage);
            let damages: Vec<_> = log.errors().into_iter().chain(partly).collect();
            let [damage] = damages[..] else {
                panic!("case {number}: {damages:?}")
            };
            assert_eq!(damage.offset, place.start as u64, "case {number}");
        }
    }
}

#[test]
fn a_damaged_copy_of_the_size_is_reported_and_the_record_read() {
    let mut bytes = three_chunks();
    damage::set_record_size_copy(&mut bytes, 0, 1, 7);
    let log = Log::read(&bytes);
    assert_eq!(log.ids().len(), 12);
    let damaged: Vec<&Read> = log
        .records()
        .filter(|record| record.damage.is_some())
        .collect();
    assert_eq!(damaged.len(), 1);
    assert_eq!(
        (damaged[0].id, damaged[0].field("TargetUserName")),
        (2, Some("user1"))
    );
    assert!(matches!(
        damaged[0].damage.unwrap().reason,
        Reason::RecordSizeCopy { copy: 7, .. }
    ));
}

#[test]
fn the_last_record_lost_to_zeros_is_named() {
    let mut bytes = three_chunks();
    let last = damage::records(&bytes, 0)[3].clone();
    bytes[last.clone()].fill(0);
    let log = Log::read(&bytes);
    assert_eq!(log.ids(), [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]);
    let [damage] = log.errors()[..] else {
        panic!("{:?}", log.errors())
    };
    assert_eq!(
        (damage.offset, damage.skipped as usize),
        (last.start as u64, last.len())
    );
}

/// Sets where the records of the first chunk end, and the id of the last.
fn set_end(bytes: &mut [u8], free_space: usize, last_id: u64) {
    bytes[4096 + 48..4096 + 52].copy_from_slice(&(free_space as u32).to_le_bytes());
    bytes[4096 + 32..4096 + 40].copy_from_slice(&last_id.to_le_bytes());
}

#[test]
fn records_behind_a_stale_header_are_read_if_they_go_on_without_a_gap() {
    let bytes = three_chunks();
    let third = damage::records(&bytes, 0)[2].start - 4096;
    let mut stale = bytes.clone();
    set_end(&mut stale, third, 2);
    damage::repair_checksums(&mut stale);
    let log = Log::read(&stale);
    assert_eq!(log.ids(), (1..=12).collect::<Vec<_>>());
    assert_eq!(log.codes(), ["evtx-records-past-free-space"]);
    assert_eq!(log.notes[0].kind, NoteKind::RecordsPastFreeSpace(2));

    // The same bytes under other ids are left over from another chunk.
    let mut slack = stale;
    damage::set_record_id(&mut slack, 0, 2, 700);
    damage::repair_checksums(&mut slack);
    let log = Log::read(&slack);
    assert_eq!(log.ids(), [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!((log.errors(), log.notes), (vec![], vec![]));
}

#[test]
fn an_end_that_cannot_be_is_not_believed() {
    let mut bytes = three_chunks();
    set_end(&mut bytes, 70_000, 4);
    let log = Log::read(&bytes);
    assert_eq!(log.ids().len(), 12);
    assert_eq!(log.errors(), []);
    assert!(log.codes().contains(&"evtx-free-space-offset"));

    // A wrong end in a header whose checksum tells: neither too early nor too late an end loses or adds records.
    for end in [600, 65_000] {
        let mut bytes = three_chunks();
        let start = 4096 + damage::records(&bytes, 0)[3].end - 4096;
        bytes[start + 64..start + 68].copy_from_slice(b"**\0\0");
        set_end(&mut bytes, end, 4);
        let log = Log::read(&bytes);
        assert_eq!(log.ids().len(), 12, "{end}");
        assert_eq!(log.errors(), []);
        assert!(log.codes().contains(&"evtx-chunk-header-checksum"));
    }
}

#[test]
fn a_template_of_another_pass_is_not_used() {
    let mut bytes = three_chunks();
    // The template of the first record starts 34 bytes into it, with the link to the next and its GUID.
    let template = damage::records(&bytes, 0)[0].start + 24 + 14;
    bytes[template + 4] ^= 0xff;
    let log = Log::read(&bytes);
    assert_eq!(log.ids(), (5..=12).collect::<Vec<_>>());
    let reasons: Vec<_> = log.errors().iter().map(|damage| damage.record_id).collect();
    assert_eq!(reasons, [Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn a_record_full_of_ones_in_a_bad_chunk_is_named() {
    let mut bytes = three_chunks();
    let place = damage::records(&bytes, 0)[2].clone();
    let text: Vec<u8> = "user2".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = bytes[place.clone()]
        .windows(text.len())
        .position(|window| window == text)
        .unwrap();
    bytes[place.start + at..place.start + at + text.len()].fill(0xff);
    let log = Log::read(&bytes);
    let damaged: Vec<_> = log
        .records()
        .filter_map(|record| Some((record.id, record.damage?.reason)))
        .collect();
    assert_eq!(damaged, [(3, Reason::Text)]);
}

/// Gives a few bytes at a time.
struct Slow<'a>(&'a [u8]);

impl io::Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1000);
        io::Read::read(&mut self.0, &mut buffer[..length])
    }
}

fn streamed(bytes: &[u8]) -> Log {
    let mut stream = EvtxStream::open(Slow(bytes)).unwrap();
    let mut log = Log::default();
    let mut parser = ChunkParser::new();
    log.notes.extend(stream.take_notes());
    while let Some(raw) = stream.next_chunk().unwrap() {
        let chunk = parser.open(raw);
        log.notes.extend(chunk.notes());
        log.items.extend(
            chunk
                .records()
                .map(|record| record.map(|record| Read::of(&record))),
        );
    }
    log.notes.extend(stream.take_notes());
    log
}

#[test]
fn a_stream_reads_the_same_as_a_file() {
    let intact = three_chunks();
    let mut variants = vec![
        intact.clone(),
        intact[4096..].to_vec(),
        intact[..100].to_vec(),
        vec![],
        intact[..4096].to_vec(),
    ];
    let mut zeroed = intact.clone();
    damage::zero_chunk(&mut zeroed, 1);
    variants.push(zeroed);
    let mut garbage = intact.clone();
    damage::append_garbage(&mut garbage, 5000);
    variants.push(garbage);
    let mut unused = writer::EvtxFile::new().unused_chunks(5);
    unused.push(&logon("alice", "192.0.2.1")).unwrap();
    variants.push(unused.finish().unwrap());
    for length in [511, 3000] {
        let mut cut = intact.clone();
        damage::truncate_in_chunk(&mut cut, 2, length);
        variants.push(cut);
    }
    for bytes in variants {
        let (file, stream) = (Log::read(&bytes), streamed(&bytes));
        assert_eq!(file.items, stream.items);
        let sorted =
            |log: &Log| -> BTreeSet<String> { log.notes.iter().map(ToString::to_string).collect() };
        assert_eq!(sorted(&file), sorted(&stream));
    }
}

#[test]
fn threads_share_a_file() {
    let bytes = three_chunks();
    let path = std::env::temp_dir().join(format!("gatewatch-evtx-{}.evtx", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let file = EvtxFile::open(std::fs::File::open(&path).unwrap()).unwrap();
    let ids: Vec<Vec<u64>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..file.chunk_count())
            .map(|number| {
                let file = &file;
                scope.spawn(move || {
                    let mut parser = ChunkParser::new();
                    let mut reader = file.reader(number..number + 1);
                    let mut ids = Vec::new();
                    while let Some(raw) = reader.next_chunk().unwrap() {
                        ids.extend(
                            parser
                                .open(raw)
                                .records()
                                .map(|record| record.unwrap().record_id()),
                        );
                    }
                    ids
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    std::fs::remove_file(&path).unwrap();
    assert_eq!(ids, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]);
}

#[test]
fn a_reader_can_be_sent_to_another_range() {
    let bytes = three_chunks();
    let file = EvtxFile::open(bytes.as_slice()).unwrap();
    let mut reader = file.reader(2..9);
    let mut offsets = Vec::new();
    while let Some(raw) = reader.next_chunk().unwrap() {
        offsets.push(raw.offset);
    }
    reader.seek(0..1);
    while let Some(raw) = reader.next_chunk().unwrap() {
        offsets.push(raw.offset);
    }
    assert_eq!(offsets, [4096 + 2 * 65536, 4096]);
}

#[test]
fn a_log_in_use_is_remarked_on() {
    let mut log = writer::EvtxFile::new().dirty();
    log.push(&logon("alice", "192.0.2.1")).unwrap();
    let log = Log::read(&log.finish().unwrap());
    assert_eq!(log.ids(), [1]);
    assert!(
        log.codes().contains(&"evtx-file-dirty"),
        "{:?}",
        log.codes()
    );
    assert!(log.notes.iter().all(|note| !note.kind.is_loss()));
    assert!(Log::read(&file(Style::default(), [])).ids().is_empty());
}
