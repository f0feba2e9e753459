//! The parts of a file that readers may skip: tables, numbers, checksums; and damage to them.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use evtx::{EvtxParser, ParserSettings};
use gatewatch_testkit::evtx::{Event, EvtxFile, FileTime, Shape, Style, Value, damage};
use proptest::prelude::*;

fn u16_at(bytes: &[u8], place: usize) -> u16 {
    u16::from_le_bytes(bytes[place..place + 2].try_into().unwrap())
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], place: usize) -> u64 {
    u64::from_le_bytes(bytes[place..place + 8].try_into().unwrap())
}

fn event(index: u32) -> Event {
    Event::new("Example-Provider", 1)
        .computer("lab1")
        .time(FileTime::at("2026-03-01T08:00:00Z").plus_seconds(index.into()))
        .data([
            (format!("Name{}", index % 50), Value::U32(index)),
            ("Address".to_owned(), "203.0.113.9".into()),
        ])
}

fn file(events: u32) -> Vec<u8> {
    EvtxFile::new()
        .events((0..events).map(event))
        .finish()
        .unwrap()
}

/// How many records a reader that demands right checksums gives, and how many errors.
fn read(bytes: &[u8]) -> (usize, usize) {
    let settings = ParserSettings::new().validate_checksums(true);
    let Ok(parser) = EvtxParser::from_buffer(bytes.to_vec()) else {
        return (0, 1);
    };
    let mut parser = parser.with_configuration(settings);
    let (good, bad): (Vec<_>, Vec<_>) = parser.records_json().partition(Result::is_ok);
    (good.len(), bad.len())
}

/// The hash of the file format, written out once more.
fn hash(bytes: &[u8]) -> u64 {
    let hash = bytes.chunks_exact(2).fold(0_u64, |hash, unit| {
        (hash * 65_599 + u64::from(u16_at(unit, 0))) & 0xffff_ffff
    });
    hash & 0xffff
}

#[test]
fn every_name_and_template_hangs_in_its_bucket() {
    let bytes = file(1000);
    let chunks = damage::chunk_count(&bytes);
    assert!(chunks > 2);
    for index in 0..chunks {
        let chunk = &bytes[damage::chunk(index)];
        let free = u32_at(chunk, 48) as usize;
        let mut names = Vec::new();
        for bucket in 0..64 {
            let mut place = u32_at(chunk, 128 + 4 * bucket) as usize;
            let mut newer = free;
            while place != 0 {
                assert!((512..newer).contains(&place), "names point back only");
                let length = 2 * usize::from(u16_at(chunk, place + 6));
                let name = &chunk[place + 8..place + 8 + length];
                assert_eq!(u64::from(u16_at(chunk, place + 4)), hash(name));
                assert_eq!(hash(name) % 64, bucket as u64);
                assert_eq!(u16_at(chunk, place + 8 + length), 0);
                names.push(name);
                newer = place;
                place = u32_at(chunk, place) as usize;
            }
        }
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        // Those of the System part, `EventData`, `Data`; the names of fields are not of this table.
        assert_eq!(names.len(), 28, "chunk {index}");

        let mut templates = 0;
        for bucket in 0..32 {
            let mut place = u32_at(chunk, 384 + 4 * bucket) as usize;
            while place != 0 {
                assert_eq!(hash(&chunk[place + 4..place + 20]) % 32, bucket as u64);
                templates += 1;
                place = u32_at(chunk, place) as usize;
            }
        }
        let records = damage::records(&bytes, index).len();
        assert_eq!(templates, 1 + records.min(50), "chunk {index}");
    }
}

#[test]
fn headers_tell_the_truth() {
    let bytes = EvtxFile::new()
        .next_record_id(77)
        .events((0..1000).map(event))
        .unused_chunks(2)
        .finish()
        .unwrap();
    let chunks = damage::chunk_count(&bytes) - 2;
    assert_eq!(u64_at(&bytes, 16), chunks as u64 - 1);
    assert_eq!(u64_at(&bytes, 24), 1077);
    assert_eq!(usize::from(u16_at(&bytes, 42)), chunks);
    let mut number = 1;
    for index in 0..chunks {
        let chunk = &bytes[damage::chunk(index)];
        let records = damage::records(&bytes, index);
        let count = records.len() as u64;
        let last = records.last().unwrap();
        let start = damage::chunk(index).start;
        assert_eq!(u64_at(chunk, 8), number);
        assert_eq!(u64_at(chunk, 16), number + count - 1);
        assert_eq!(u64_at(chunk, 24), number + 76);
        assert_eq!(u64_at(chunk, 32), number + count + 75);
        assert_eq!(u32_at(chunk, 44) as usize, last.start - start);
        assert_eq!(u32_at(chunk, 48) as usize, last.end - start);
        for record in records {
            assert_eq!(record.start % 8, 0);
            assert_eq!(u32_at(&bytes, record.end - 4) as usize, record.len());
        }
        number += count;
    }
    assert_eq!(number, 1001);
    assert_eq!(read(&bytes), (1000, 0));
}

#[test]
fn an_empty_file_is_a_header() {
    let bytes = EvtxFile::new().finish().unwrap();
    assert_eq!(bytes.len(), 4096);
    assert_eq!(read(&bytes), (0, 0));
}

#[test]
fn damage_is_seen_by_a_reader() {
    let sound = file(1000);
    assert_eq!(read(&sound), (1000, 0));
    let in_second = damage::records(&sound, 1).len();
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage); 8] = [
        ("events checksum", |bytes| {
            damage::break_events_checksum(bytes, 1)
        }),
        ("header checksum", |bytes| {
            damage::break_header_checksum(bytes, 1)
        }),
        ("chunk magic", |bytes| damage::break_chunk_magic(bytes, 1)),
        ("zero chunk", |bytes| damage::zero_chunk(bytes, 1)),
        ("overwritten", |bytes| {
            damage::overwrite_record(bytes, 1, 3, 0xff);
            damage::repair_checksums(bytes);
        }),
        ("record size", |bytes| {
            damage::set_record_size(bytes, 1, 3, 0x00ff_ffff);
            damage::repair_checksums(bytes);
        }),
        ("record magic", |bytes| {
            damage::break_record_magic(bytes, 1, 3);
            damage::repair_checksums(bytes);
        }),
        ("truncated", |bytes| {
            damage::truncate_in_chunk(bytes, 1, 30_000)
        }),
    ];
    for (name, damage) in cases {
        let mut bytes = sound.clone();
        damage(&mut bytes);
        let (good, _) = read(&bytes);
        assert!(good < 1000, "{name}: {good}");
        if name != "truncated" {
            assert!(good >= 1000 - in_second, "{name}: {good}");
        }
    }
}

#[test]
fn damage_that_harms_no_record() {
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage); 4] = [
        ("garbage", |bytes| damage::append_garbage(bytes, 5000)),
        ("size copy", |bytes| {
            damage::set_record_size_copy(bytes, 1, 3, 7);
            damage::repair_checksums(bytes);
        }),
        ("record id", |bytes| {
            damage::set_record_id(bytes, 1, 3, 5);
            damage::repair_checksums(bytes);
        }),
        ("nothing", damage_nothing),
    ];
    for (name, damage) in cases {
        let mut bytes = file(1000);
        damage(&mut bytes);
        assert_eq!(read(&bytes).0, 1000, "{name}");
    }
}

fn damage_nothing(bytes: &mut Vec<u8>) {
    let sound = bytes.clone();
    damage::repair_checksums(bytes);
    assert!(*bytes == sound, "checksums were right before");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the texts, numbers and lengths: each comes back, in order.
    #[test]
    fn any_texts_are_read_back(
        texts in prop::collection::vec("[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,300}", 1..60),
        shape in prop::sample::select(vec![
            Shape::Shared, Shape::PerProvider, Shape::Single, Shape::Literal,
        ]),
        all_text: bool,
    ) {
        let style = Style { shape, all_text, ..Style::default() };
        let events = texts.iter().enumerate().map(|(index, text)| {
            let number = Value::U64(index as u64);
            Event::new("Example-Provider", 1)
                .data([("Text", Value::text(text.clone())), ("Number", number)])
        });
        let bytes = EvtxFile::new().style(style).events(events).finish().unwrap();
        let records: Vec<_> = EvtxParser::from_buffer(bytes)
            .unwrap()
            .with_configuration(ParserSettings::new().validate_checksums(true))
            .records_json_value()
            .map(|record| record.unwrap().data)
            .collect();
        prop_assert_eq!(records.len(), texts.len());
        for (index, (record, text)) in records.iter().zip(&texts).enumerate() {
            let data = &record["Event"]["EventData"];
            let number = data["Number"].to_string();
            prop_assert_eq!(number.trim_matches('"'), index.to_string());
            let read = data["Text"].as_str().unwrap_or_default();
            prop_assert_eq!(read, text.as_str());
        }
    }
}
