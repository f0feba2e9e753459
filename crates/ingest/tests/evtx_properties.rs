//! Whatever happens to a log, reading it ends, does not panic, and accounts for every record.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod evtx_support;

use std::fs;
use std::path::{Path, PathBuf};

use evtx_support::{Log, file, logon, styles};
use gatewatch_ingest::format::evtx::{CHUNK_SIZE, check_bytes};
use gatewatch_testkit::evtx::{self as writer, Element, Event, Payload, Style, Value, damage};
use proptest::prelude::*;

/// Events of every kind of payload.
fn events() -> Vec<Event> {
    let user_data = Element::new("EventXML")
        .with("Param1", Value::text("alice"))
        .with("Param3", Value::text("192.0.2.9"));
    let mut classic = Event::new("Classic", 800);
    classic.payload = Payload::Classic {
        strings: vec!["one".into(), "two".into()],
        binary: vec![1, 2, 3],
    };
    let mut forwarded = logon("carol", "198.51.100.3");
    forwarded
        .extra
        .push(Element::new("RenderingInfo").with("Message", Value::text("text")));
    vec![
        logon("alice", "203.0.113.7"),
        Event::new("TerminalServices", 1149)
            .channel("Operational")
            .user_data(user_data),
        classic,
        forwarded,
        Event::new("Empty", 1),
        logon("bob", "203.0.113.8"),
    ]
}

/// A log in this layout: two chunks, the first with twice as many records as the second.
fn log(style: Style) -> Vec<u8> {
    let mut log = writer::EvtxFile::new().style(style);
    for event in events().iter().chain(&events()) {
        log.push(event).unwrap();
    }
    log.end_chunk();
    for event in &events() {
        log.push(event).unwrap();
    }
    log.finish().unwrap()
}

/// Places and sizes of all records.
fn records(bytes: &[u8]) -> Vec<(u64, u64)> {
    (0..damage::chunk_count(bytes))
        .flat_map(|chunk| damage::records(bytes, chunk))
        .map(|place| (place.start as u64, place.len() as u64))
        .collect()
}

/// Checks that each record is handed out, or lies where something was named as unreadable.
fn all_accounted_for(log: &Log, records: &[(u64, u64)]) -> Result<(), TestCaseError> {
    for (place, _) in records {
        let covered = log.items.iter().any(|item| match item {
            Ok(record) => (record.offset..record.offset + u64::from(record.size)).contains(place),
            Err(damage) => {
                damage.offset == *place
                    || (damage.offset..damage.offset + u64::from(damage.skipped)).contains(place)
            }
        });
        prop_assert!(
            covered,
            "record at {place} vanished: {:?} {:?}",
            log.notes,
            log.errors()
        );
    }
    Ok(())
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(styles())
}

proptest! {
    #[test]
    fn a_prefix_is_read_up_to_its_end(style in style(), cut in 0.0..1.0_f64) {
        let whole = log(style);
        let used = records(&whole);
        // Cuts are of interest where records are.
        let last = used.last().map_or(0, |(place, size)| place + size) as usize;
        let bytes = &whole[..(last as f64 * cut) as usize];
        let read = Log::read(bytes);
        let expected: Vec<u64> = used.iter().filter(|(place, size)| place + size <= bytes.len() as u64).map(|(place, _)| *place).collect();
        let found: Vec<u64> = read.records().map(|record| record.offset).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(read.records().all(|record| record.damage.is_none()));
        let cut_off: Vec<_> = used.into_iter().filter(|(place, _)| *place < bytes.len() as u64).collect();
        all_accounted_for(&read, &cut_off).or_else(|error| {
            // Of a record of which less than its header is left, and of a chunk's header, the remark on the chunk tells.
            if read.notes.iter().any(|note| note.kind.is_loss()) { Ok(()) } else { Err(error) }
        })?;
        check_bytes(bytes);
    }

    #[test]
    fn flipped_bits_lose_no_record(style in style(), flips in prop::collection::vec((0.0..1.0_f64, 0..8_u8), 1..24)) {
        let mut bytes = log(style);
        let used = records(&bytes);
        let last = used.last().map_or(0, |(place, size)| place + size);
        for (at, bit) in flips {
            let at = (last as f64 * at) as usize;
            bytes[at] ^= 1 << bit;
        }
        all_accounted_for(&Log::read(&bytes), &used)?;
        check_bytes(&bytes);
        // With checksums that match, only what is asked for is checked.
        damage::repair_checksums(&mut bytes);
        check_bytes(&bytes);
    }

    #[test]
    fn runs_of_other_bytes_lose_no_record(style in style(), start in 0.0..1.0_f64, run in prop::collection::vec(any::<u8>(), 1..600)) {
        let mut bytes = log(style);
        let used = records(&bytes);
        // Behind the header of a chunk: a header that is gone cannot tell where its records end.
        let place = used[(used.len() as f64 * start) as usize];
        let at = (place.0 + (place.1 as f64 * start) as u64) as usize;
        let end = (at + run.len()).min(bytes.len());
        let first_chunk = 4096 + CHUNK_SIZE;
        prop_assume!(at >= first_chunk || end < first_chunk);
        bytes[at..end].copy_from_slice(&run[..end - at]);
        all_accounted_for(&Log::read(&bytes), &used)?;
        check_bytes(&bytes);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..3000), magic: bool, chunk: bool, record: bool) {
        let mut log = vec![0; 4096];
        if magic {
            log[..8].copy_from_slice(b"ElfFile\0");
        }
        if chunk {
            log.extend_from_slice(b"ElfChnk\0");
            log.resize(4096 + 512, 0);
            log[4096 + 48..4096 + 52].copy_from_slice(&65536_u32.to_le_bytes());
        }
        if record {
            let size = (bytes.len() as u32 + 28).to_le_bytes();
            log.extend_from_slice(b"**\0\0");
            log.extend_from_slice(&size);
            log.extend_from_slice(&[0; 16]);
            log.extend_from_slice(&bytes);
            log.extend_from_slice(&size);
        } else {
            log.extend_from_slice(&bytes);
        }
        check_bytes(&log);
        check_bytes(&bytes);
    }

    #[test]
    fn any_binxml_is_read(tokens in prop::collection::vec(token(), 0..60)) {
        let mut log = writer::EvtxFile::new();
        let body: Vec<u8> = tokens.concat();
        log.push_raw(writer::FileTime::default(), &body).unwrap();
        log.push(&logon("alice", "192.0.2.1")).unwrap();
        let bytes = log.finish().unwrap();
        let read = Log::read(&bytes);
        prop_assert_eq!(read.items.len(), 2);
        check_bytes(&bytes);
    }
}

/// A token of BinXML, with names and templates at places where some may be.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let place = prop_oneof![0..1200_u32, Just(0), any::<u32>()];
    let name = place.prop_map(|place| place.to_le_bytes().to_vec());
    let joined = |parts: Vec<Vec<u8>>| parts.concat();
    prop_oneof![
        Just(vec![0x0f, 1, 1, 0]),
        Just(vec![0x02]),
        Just(vec![0x03]),
        Just(vec![0x04]),
        Just(vec![0x00]),
        name.clone()
            .prop_map(move |name| joined(vec![vec![0x01, 9, 0, 0, 0], name])),
        name.clone()
            .prop_map(move |name| joined(vec![vec![0x41, 9, 0, 0, 0], name, vec![0; 4]])),
        name.clone()
            .prop_map(move |name| joined(vec![vec![0x06], name])),
        name.clone().prop_map(move |name| joined(vec![
            vec![0x0c, 1, 0, 0, 0, 0],
            name,
            vec![2, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0x21, 0, 7]
        ])),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|text| {
            let mut token = vec![0x05, 0x01, (text.len() / 2) as u8, 0];
            token.extend_from_slice(&text[..text.len() / 2 * 2]);
            token
        }),
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(kind, value)| [
            vec![0x05, kind],
            value
        ]
        .concat()),
        (0..4_u16, prop::bool::ANY).prop_map(|(index, optional)| vec![
            if optional { 0x0e } else { 0x0d },
            index as u8,
            0,
            1
        ]),
        prop::collection::vec(any::<u8>(), 1..8),
    ]
}

#[test]
fn a_template_that_shows_itself_over_and_over_ends() {
    // Each element holds the next value several times, and that its own: without a bound this would be 40^10 elements.
    let mut element = Element::new("Leaf").with("Value", Value::text("x"));
    for _ in 0..10 {
        let mut outer = Element::new("Level");
        for _ in 0..2 {
            outer = outer.with("Again", Value::BinXml(Box::new(element.clone())));
        }
        element = outer;
        if writer::EvtxFile::new()
            .push(&Event::new("Deep", 1).user_data(element.clone()))
            .is_err()
        {
            break;
        }
        check_bytes(&file(
            Style::default(),
            [Event::new("Deep", 1).user_data(element.clone())],
        ));
    }
}

#[test]
fn elements_nested_without_end_are_an_error() {
    let mut element = Element::new("Bottom");
    for _ in 0..2000 {
        element = Element::new("E").child(element);
    }
    let event = Event::new("Deep", 1).user_data(element);
    for style in styles() {
        if writer::EvtxFile::new().style(style).push(&event).is_err() {
            continue;
        }
        let read = Log::read(&file(style, [event.clone(), logon("alice", "192.0.2.1")]));
        assert_eq!(read.items.len(), 2, "{style:?}");
        assert!(read.records().any(|record| record.event_id == Some(4624)));
    }
}

/// The logs of the shared folder, smaller ones first, if this machine has it.
fn shared_logs() -> Vec<PathBuf> {
    let folder = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let Ok(entries) = fs::read_dir(folder.join("corpus/evtx")) else {
        eprintln!("skipped: no shared folder at {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn real_logs_are_read_however_they_are_cut_or_damaged() {
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for path in shared_logs() {
        let mut bytes = fs::read(&path).unwrap();
        // One or two chunks show what all of them would.
        bytes.truncate(4096 + 2 * CHUNK_SIZE);
        for _ in 0..6 {
            check_bytes(&bytes[..random(bytes.len() + 1)]);
        }
        for _ in 0..6 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random(40) {
                let Some(at) = damaged.len().checked_sub(1).map(&mut random) else {
                    continue;
                };
                damaged[at] = random(256) as u8;
            }
            check_bytes(&damaged);
        }
    }
}
