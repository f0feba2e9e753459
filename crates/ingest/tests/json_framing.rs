//! Every way in which a file can hold JSON records.

mod json_support;

use std::io::Cursor;

use gatewatch_ingest::ProblemKind;
use gatewatch_ingest::format::json::JsonReader;
use json_support::{Dribble, Keep, path, read, read_with};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Reads `text`; the records must be `{"a": N}` with these numbers at these offsets, and these offsets unreadable.
#[track_caller]
fn check(text: &[u8], expect: &[(u64, i64)], unreadable: &[u64]) {
    for piece in [1, 2, 7, 1 << 20] {
        let mut keep = Keep::default();
        let mut source = Dribble(Cursor::new(text), piece);
        let counts = JsonReader::new().read(&mut source, &path(), &mut keep);
        let found: Vec<(u64, i64)> = keep
            .events
            .iter()
            .map(|(offset, document)| (*offset, document["a"].as_i64().unwrap_or(-1)))
            .collect();
        let shown = String::from_utf8_lossy(text);
        assert_eq!(found, expect, "{shown} by {piece}: {:?}", keep.problems);
        let broken: Vec<u64> = keep
            .problems
            .iter()
            .filter(|problem| problem.kind == ProblemKind::Record)
            .map(|problem| problem.place.offset)
            .collect();
        assert_eq!(
            broken, unreadable,
            "{shown} by {piece}: {:?}",
            keep.problems
        );
        assert_eq!(counts.bytes, text.len() as u64, "{shown}");
        assert_eq!(counts.records, (expect.len() + unreadable.len()) as u64);
        assert_eq!(counts.unreadable, unreadable.len() as u64);
    }
}

#[test]
fn one_object_a_line() {
    check(b"", &[], &[]);
    check(b"{\"a\":1}", &[(0, 1)], &[]);
    check(b"{\"a\":1}\n{\"a\":2}\n", &[(0, 1), (8, 2)], &[]);
    check(
        b"{\"a\":1}\r\n\r\n\n  {\"a\":2} \r\n{\"a\":3}",
        &[(0, 1), (14, 2), (24, 3)],
        &[],
    );
    check(b"\xEF\xBB\xBF{\"a\":1}\n", &[(3, 1)], &[]);
    check(b"\n\n{}\n", &[(2, -1)], &[]);
    check(" \u{c}\n {\"a\":1}\n".as_bytes(), &[(4, 1)], &[]);
}

#[test]
fn an_array_in_any_layout() {
    check(b"[]", &[], &[]);
    check(b"[{\"a\":1},{\"a\":2}]", &[(1, 1), (9, 2)], &[]);
    check(b"[{\"a\":1}, {\"a\":2}]\n", &[(1, 1), (10, 2)], &[]);
    check(
        b" [\r\n  {\r\n    \"a\": 1\r\n  },\r\n  {\r\n    \"a\": 2\r\n  }\r\n]\r\n",
        &[(6, 1), (29, 2)],
        &[],
    );
    check(
        b"[\n{\"a\":1},\n{\"a\":2}\n]\n[{\"a\":3}]",
        &[(2, 1), (11, 2), (22, 3)],
        &[],
    );
    check(b"[[{\"a\":1}],[{\"a\":2}]]", &[(2, 1), (12, 2)], &[]);
    check(b"[{\"a\":1}] {\"a\":2}", &[(1, 1), (10, 2)], &[]);
}

#[test]
fn objects_one_after_another() {
    check(
        b"{\"a\":1}{\"a\":2} {\"a\":3}",
        &[(0, 1), (7, 2), (15, 3)],
        &[],
    );
    check(
        b"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n",
        &[(0, 1), (12, 2)],
        &[],
    );
    check(b"{\"a\":1},\n{\"a\":2},\n", &[(0, 1), (9, 2)], &[]);
    check(
        b"Record 1\n{\n \"a\": 1\n}\nRecord 2\r\n{\n \"a\": 2\n}\n",
        &[(9, 1), (31, 2)],
        &[],
    );
    check(
        b"{\"a\":1}\n{\n\"a\":\n2}\n{\"a\":3}\n",
        &[(0, 1), (8, 2), (18, 3)],
        &[],
    );
}

#[test]
fn objects_that_wrap_a_list() {
    check(
        b"{\"Records\":[{\"a\":1},{\"a\":2}]}",
        &[(12, 1), (20, 2)],
        &[],
    );
    check(
        b"{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}\n",
        &[(12, 1), (34, 2)],
        &[],
    );
    check(
        b"{\n \"Events\": [\n  {\"a\": 1},\n  {\"a\": 2}\n ],\n \"x\": [1]\n}\n",
        &[(17, 1), (29, 2)],
        &[],
    );
    check(
        b"{\"Events\":{\"Event\":[{\"a\":1}],\"n\":{\"o\":[2]}}}",
        &[(20, 1)],
        &[],
    );
    check(
        b"{\"kind\":\"EventList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[{\"a\":1}]}",
        &[(61, 1)],
        &[],
    );
    check(
        b"{\"took\":1,\"hits\":{\"total\":{\"value\":2},\"hits\":[{\"_index\":\"x\",\"_source\":{\"a\":1}},{\"_index\":\"x\",\"_source\":{\"a\":2}}]},\"aggregations\":{}}",
        &[(46, 1), (79, 2)],
        &[],
    );
}

#[test]
fn broken_lines_are_reported_and_survived() {
    check(
        b"{\"a\":1}\n{\"a\":2\n{\"a\":3}\n",
        &[(0, 1), (15, 3)],
        &[8],
    );
    check(
        b"{\"a\":1}\n{\"a\":\"x\n{\"a\":3}\n",
        &[(0, 1), (16, 3)],
        &[8],
    );
    check(b"{\"a\":\n{\"a\":3}\n", &[(6, 3)], &[0]);
    check(
        b"{\"a\":[\n{\"a\":3}\n{\"a\":4}\n",
        &[(7, 3), (15, 4)],
        &[0],
    );
    check(b"plain text\n{\"a\":3}\nmore\n", &[(11, 3)], &[0, 19]);
    check(b"{\"a\":1}}\n{\"a\":2}\n", &[(0, 1), (9, 2)], &[7]);
    check(b"{\"a\":tru}\n{\"a\":2}\n", &[(10, 2)], &[0]);
    check(b"{bad}\n{\"a\":2}\n", &[(6, 2)], &[0]);
    check(b"{\"a\":1}\n{\"a\":2,\"b\":\"cut of", &[(0, 1)], &[8]);
    check(b"{\"a\":1}\n{\"a\":2,\"b\":\n", &[(0, 1)], &[8]);
    check(b"]\n{\"a\":1}\n", &[(2, 1)], &[0]);
    check(b"\"text\"\n1\n{\"a\":1}\n", &[(9, 1)], &[0, 7]);
    check(b"{\"a\":1,\"b\":\"\\q\"}\n{\"a\":2}\n", &[(17, 2)], &[0]);
}

#[test]
fn broken_records_over_several_lines_are_one_problem() {
    check(
        b"{\n \"a\": 1,\n \"b\": oops,\n \"c\": {\n }\n}\n{\n \"a\": 2\n}\n",
        &[(36, 2)],
        &[0],
    );
    check(
        b"Record 1\n{\n \"a\": \"x\n}\nRecord 2\n{\n \"a\": 2\n}\n",
        &[(31, 2)],
        &[9],
    );
}

#[test]
fn broken_elements_of_a_list_are_survived() {
    check(b"[{\"a\":1},{\"a\":x},{\"a\":3}]", &[(1, 1), (17, 3)], &[9]);
    check(
        b"[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": x,\n    \"b\": {}\n  },\n  {\n    \"a\": 3\n  }\n]\n{\"a\":4}\n",
        &[(4, 1), (57, 3), (76, 4)],
        &[24],
    );
    check(
        b"[1,{\"a\":1},\"x\",null,{\"a\":2}]",
        &[(3, 1), (20, 2)],
        &[1, 11, 15],
    );
    check(b"[{\"a\":1},{\"a\":2", &[(1, 1)], &[9]);
}

#[test]
fn bytes_of_zero_are_passed_over_and_told() {
    check(
        b"{\"a\":1}\n\0\0\0\0{\"a\":2}\n\0\0",
        &[(0, 1), (12, 2)],
        &[],
    );
    let (keep, counts) = read(b"{\"a\":1}\n\0\0\0\0");
    assert_eq!(counts.records, 1);
    assert_eq!(keep.problems.len(), 1);
    assert_eq!(keep.problems[0].kind, ProblemKind::Damage);
    assert_eq!(keep.problems[0].place.offset, 8);
}

#[test]
fn bytes_that_are_no_utf8_are_replaced_and_told() {
    let (keep, counts) = read(b"{\"a\":\"x\xFFy\"}\n");
    assert_eq!((counts.records, counts.unreadable), (1, 0));
    assert_eq!(keep.events[0].1["a"], "x\u{FFFD}y");
    assert_eq!(keep.problems[0].kind, ProblemKind::Damage);
}

#[test]
fn utf16_is_read_with_the_offsets_of_the_file() {
    let text = "{\"a\":1,\"b\":\"\u{e9}\u{1F600}\"}\r\n {\"a\":2}\n[{\"a\":3},\n {\"a\":4}]\n";
    let expect = [(0u64, 1), (20, 2), (29, 3), (39, 4)];
    for big_endian in [false, true] {
        for mark in [true, false] {
            let units = mark
                .then_some(0xFEFF)
                .into_iter()
                .chain(text.encode_utf16());
            let bytes: Vec<u8> = units
                .flat_map(|unit| {
                    if big_endian {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect();
            let first = if mark { 2 } else { 0 };
            let expect: Vec<(u64, i64)> = expect
                .iter()
                .map(|(offset, number)| (first + 2 * offset, *number))
                .collect();
            check(&bytes, &expect, &[]);
        }
    }
}

#[test]
fn a_record_larger_than_the_limit_is_reported_and_passed_over() {
    let large = format!("{{\"a\":1,\"b\":\"{}\"}}", "x".repeat(300_000));
    for text in [
        format!("{{\"a\":0}}\n{large}\n{{\"a\":2}}\n"),
        format!("[{{\"a\":0}},{large},{{\"a\":2}}]"),
    ] {
        let mut keep = Keep::default();
        let reader = JsonReader::new().record_limit(200_000);
        let counts = read_with(reader, text.as_bytes(), &mut keep);
        assert_eq!(
            (counts.records, counts.unreadable),
            (3, 1),
            "{:?}",
            keep.problems
        );
        assert_eq!(keep.events.len(), 2);
        assert!(keep.problems[0].reason.contains("larger than 200000 bytes"));
    }
    let (keep, counts) = read(format!("{large}\n{large}").as_bytes());
    assert_eq!((counts.records, counts.unreadable), (2, 0));
    assert_eq!(keep.offsets(), [0, large.len() as u64 + 1]);
}

#[test]
fn a_source_that_fails_is_reported() {
    struct Fails(usize);
    impl std::io::Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => {
                    buffer[..1].copy_from_slice(b"{");
                    Ok(1)
                }
                2 => Err(std::io::ErrorKind::Interrupted.into()),
                3 => {
                    let rest = b"\"a\":1}\n";
                    let count = rest.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&rest[..count]);
                    Ok(count)
                }
                _ => Err(std::io::Error::other("the disk is gone")),
            }
        }
    }
    let mut keep = Keep::default();
    JsonReader::new().read(&mut Fails(0), &path(), &mut keep);
    assert_eq!(keep.problems.last().unwrap().kind, ProblemKind::File);
    assert!(
        keep.problems
            .last()
            .unwrap()
            .reason
            .contains("the disk is gone")
    );
}

#[test]
fn ranges_that_meet_read_every_line_once() {
    let text: String = (0..40)
        .map(|number| {
            format!(
                "{{\"a\":{number},\"b\":\"{}\"}}{}\n",
                "x".repeat(number % 7),
                if number % 3 == 0 { "\r" } else { "" }
            )
        })
        .collect();
    for text in [
        text.clone(),
        format!("\u{FEFF}{text}"),
        text.trim_end().to_owned(),
    ] {
        let (whole, counts) = read(text.as_bytes());
        assert_eq!(counts.records, 40);
        for size in [1u64, 2, 3, 10, 19, 50, 1000] {
            let mut keep = Keep::default();
            let mut total = gatewatch_ingest::Counts::default();
            let mut start = 0;
            let mut reader = JsonReader::new();
            let length = text.len() as u64;
            while start < length {
                let end = (start + size).min(length);
                total += reader.read_range(
                    &mut Cursor::new(text.as_bytes()),
                    start..end,
                    &path(),
                    &mut keep,
                );
                start = end;
            }
            assert_eq!(keep.offsets(), whole.offsets(), "{size}");
            assert!(keep.events == whole.events, "{size}");
            assert_eq!(total, counts, "{size}");
        }
    }
}

/// A file as it may be: records in a framing, with broken lines and filler in between.
fn file() -> impl Strategy<Value = (Vec<u8>, usize)> {
    let value = prop_oneof![
        (0i64..100).prop_map(|number| json!({"a": number})),
        "[a-z\\\\\"\u{e9}{},\\[\\]]{0,20}"
            .prop_map(|text| json!({"a": 1, "b": text, "c": [{"d": null}]})),
    ];
    let records = prop::collection::vec(value, 0..12);
    (records, 0..6u8).prop_map(|(records, framing)| {
        let count = records.len();
        let each = |separator: &str, pretty: bool| {
            records
                .iter()
                .map(|record| {
                    if pretty {
                        serde_json::to_string_pretty(record).unwrap_or_default()
                    } else {
                        record.to_string()
                    }
                })
                .collect::<Vec<_>>()
                .join(separator)
        };
        let text = match framing {
            0 => each("\n", false),
            1 => each("\r\n\n", false),
            2 => serde_json::to_string(&records).unwrap_or_default(),
            3 => serde_json::to_string_pretty(&records).unwrap_or_default(),
            4 => each("\n", true),
            _ => each("", false),
        };
        (text.into_bytes(), count)
    })
}

#[test]
fn half_a_unit_at_the_end_of_utf16_counts_as_one_byte() {
    for text in [
        &b"{\0:\0\n\0[ \0[:\0\0\"\0::a["[..],
        b"\xFF\xFE{\0}\0\n",
        b"\xFE\xFF\0{\0}\0",
    ] {
        let (_, counts) = read(text);
        assert_eq!(counts.bytes, text.len() as u64, "{text:?}");
    }
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same_records((bytes, count) in file(), piece in 1usize..40) {
        let (whole, counts) = read(&bytes);
        prop_assert_eq!(whole.events.len(), count);
        prop_assert_eq!(counts.records, count as u64);
        prop_assert!(whole.problems.is_empty());
        let mut keep = Keep::default();
        let again = JsonReader::new().read(&mut Dribble(Cursor::new(&bytes), piece), &path(), &mut keep);
        prop_assert_eq!(&keep.events, &whole.events);
        prop_assert_eq!(again, counts);
        for (offset, document) in &keep.events {
            let mut values = serde_json::Deserializer::from_slice(&bytes[usize::try_from(*offset).unwrap()..]).into_iter::<Json>();
            let value = values.next().unwrap().unwrap();
            prop_assert_eq!(&document["a"], &value["a"]);
        }
    }

    #[test]
    fn damage_is_the_same_in_pieces_of_any_size((bytes, _) in file(), damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), piece in 1usize..40) {
        let mut bytes = bytes;
        for (at, byte) in damage {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let (whole, counts) = read(&bytes);
        prop_assert_eq!(counts.bytes, bytes.len() as u64);
        prop_assert_eq!(counts.records, whole.events.len() as u64 + counts.unreadable);
        let mut keep = Keep::default();
        let again = JsonReader::new().read(&mut Dribble(Cursor::new(&bytes), piece), &path(), &mut keep);
        prop_assert_eq!(keep.events, whole.events);
        prop_assert_eq!(keep.problems, whole.problems);
        prop_assert_eq!(again, counts);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (keep, counts) = read(&bytes);
        prop_assert_eq!(counts.bytes, bytes.len() as u64);
        prop_assert_eq!(counts.records, keep.events.len() as u64 + counts.unreadable);
    }

    #[test]
    fn no_text_of_brackets_panics(text in "[\\[\\]{}:,\"\\\\ab1\n \u{0}]{0,60}") {
        let (keep, counts) = read(text.as_bytes());
        prop_assert_eq!(counts.bytes, text.len() as u64);
        prop_assert_eq!(counts.records, keep.events.len() as u64 + counts.unreadable);
        for prefix in 0..text.len() {
            read(&text.as_bytes()[..prefix]);
        }
    }
}
