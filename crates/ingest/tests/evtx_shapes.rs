//! Records of every layout, and of those that are rare.
#![allow(clippy::unwrap_used, reason = "a test")]

mod evtx_support;

use evtx_support::{Log, Read, file, guid, logon, read_one, sid, styles};
use gatewatch_ingest::format::evtx::{ChunkParser, EvtxFile, Reason, SystemField, Value};
use gatewatch_testkit::evtx::{
    self as writer, Content, Element, Event, Field, FileTime, Payload, Shape, Style,
    Value as Written,
};

#[test]
fn an_event_reads_the_same_in_every_layout() {
    for style in styles() {
        let read = read_one(style, logon("alice", "203.0.113.7"));
        let system = |field| read.system(field);
        assert_eq!(read.id, 1);
        assert_eq!(read.event_id, Some(4624), "{style:?}");
        assert_eq!(
            system(SystemField::ProviderName),
            "Microsoft-Windows-Security-Auditing"
        );
        assert_eq!(
            system(SystemField::ProviderGuid).to_ascii_lowercase(),
            "{54849625-5478-4994-a5ba-3e3b0328c30d}"
        );
        assert_eq!(system(SystemField::EventId), "4624");
        assert_eq!(system(SystemField::Qualifiers), "");
        assert_eq!(system(SystemField::Version), "2");
        assert_eq!(system(SystemField::Level), "0");
        assert_eq!(system(SystemField::Task), "12544");
        assert_eq!(system(SystemField::Opcode), "1");
        assert_eq!(system(SystemField::Keywords), "0x8020000000000000");
        assert!(system(SystemField::TimeCreated).starts_with("2026-03-01T08:00:00.1234567"));
        assert_eq!(system(SystemField::EventRecordId), "1");
        assert_eq!(system(SystemField::ProcessId), "700");
        assert_eq!(system(SystemField::ThreadId), "704");
        assert_eq!(system(SystemField::Channel), "Security");
        assert_eq!(system(SystemField::Computer), "host.example.test");
        assert_eq!(
            system(SystemField::UserId),
            "S-1-5-21-1004336348-1177238915-682003330-512"
        );
        assert_eq!(read.kind.as_deref(), Some("EventData"));
        assert_eq!(read.container, "EventData");
        let names: Vec<&str> = read.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "TargetUserName",
                "TargetUserSid",
                "TargetLogonId",
                "LogonType",
                "LogonGuid",
                "IpAddress",
                "IpPort"
            ]
        );
        assert_eq!(read.field("TargetUserName"), Some("alice"), "{style:?}");
        assert_eq!(read.field("LogonType"), Some("10"));
        assert_eq!(read.field("TargetLogonId"), Some("0x12345678"));
        assert_eq!(
            read.field("TargetUserSid"),
            Some("S-1-5-21-1004336348-1177238915-682003330-512")
        );
        assert_eq!(read.damage, None);
    }
}

#[test]
fn numbers_and_times_are_typed_even_when_the_log_holds_text() {
    for style in styles() {
        let bytes = file(style, [logon("alice", "203.0.113.7")]);
        with_first(&bytes, |record| {
            assert_eq!(record.event_id(), Some(4624));
            assert_eq!(
                record.time(),
                FileTime::at("2026-03-01T08:00:00.1234567Z").0,
                "{style:?}"
            );
            assert_eq!(record.data("LogonType").unwrap().as_u64(), Some(10));
            assert_eq!(
                record.data("TargetLogonId").unwrap().as_u64(),
                Some(0x1234_5678)
            );
            assert!(record.data("IpAddress").unwrap().eq_str("203.0.113.7"));
            assert!(record.data("ipaddress").is_none());
            assert!(record.data("param1").is_none());
            assert!(record.user_data().is_none());
            assert!(record.rendering_info().is_none());
        });
    }
}

/// Calls `look` with the first record of a log.
fn with_first(bytes: &[u8], look: impl FnOnce(&gatewatch_ingest::format::evtx::RecordRef<'_>)) {
    let file = EvtxFile::open(bytes).unwrap();
    let mut parser = ChunkParser::new();
    let mut reader = file.reader(0..1);
    let chunk = parser.open(reader.next_chunk().unwrap().unwrap());
    let record = chunk.records().next().unwrap().unwrap();
    look(&record);
}

#[test]
fn user_data_is_the_one_element_inside() {
    let event = || {
        let element = Element::new("LogFileCleared")
            .attribute("xmlns", "http://manifests.example.test/eventlog")
            .with("SubjectUserName", Written::text("alice"))
            .with("SubjectLogonId", Written::Hex64(0x3e7))
            .child(Element::new("Deep").with("Inner", Written::text("below")));
        Event::new("Microsoft-Windows-Eventlog", 1102)
            .channel("Security")
            .user_data(element)
    };
    for style in styles() {
        let read = read_one(style, event());
        assert_eq!(read.kind.as_deref(), Some("UserData"), "{style:?}");
        assert_eq!(read.container, "LogFileCleared");
        let expected = [
            ("SubjectUserName", "alice"),
            ("SubjectLogonId", "0x3e7"),
            ("Deep", ""),
        ];
        let found: Vec<_> = read
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expected, "{style:?}");
        assert!(
            read.xml
                .unwrap()
                .contains("<Deep><Inner>below</Inner></Deep>")
        );
        with_first(&file(style, [event()]), |record| {
            let fields = record.user_data().unwrap();
            assert!(fields.get("SubjectUserName").unwrap().eq_str("alice"));
            assert!(fields.get("Inner").is_none());
            assert!(record.data("SubjectUserName").is_none());
            let mut nested = Vec::new();
            fields.for_each(|pair| nested.push(pair.nested));
            assert_eq!(nested, [false, false, true]);
        });
    }
}

#[test]
fn fields_without_a_name_go_by_their_position() {
    let fields = vec![
        Field::unnamed(Written::text("first")),
        Field::new("Named", Written::text("second")),
        Field::unnamed(Written::text("third")),
        Field::new("Data", Written::text("fourth")),
    ];
    let event = || {
        let mut event = Event::new("Example", 1);
        event.payload = Payload::EventData {
            name: None,
            fields: fields.clone(),
        };
        event
    };
    for style in styles() {
        let read = read_one(style, event());
        let expected = [
            ("param1", "first"),
            ("Named", "second"),
            ("param3", "third"),
            ("param4", "fourth"),
        ];
        let found: Vec<_> = read
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expected, "{style:?}");
        with_first(&file(style, [event()]), |record| {
            for (name, value) in expected {
                assert!(record.data(name).unwrap().eq_str(value), "{style:?} {name}");
            }
            for name in [
                "param0", "param2", "param01", "param+1", "param5", "param", "Data", "",
            ] {
                assert!(record.data(name).is_none(), "{style:?} {name}");
            }
        });
    }
}

#[test]
fn arrays_repeat_the_element() {
    let mut event = Event::new("PowerShell", 800);
    event.payload = Payload::Classic {
        strings: vec!["one".into(), "".into(), "three".into()],
        binary: vec![],
    };
    let read = read_one(Style::default(), event);
    let found: Vec<_> = read
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        found,
        [("param1", "one"), ("param2", ""), ("param3", "three")]
    );

    let numbers = Written::Array(vec![Written::U16(1), Written::U16(2), Written::U16(3)]);
    let event = || {
        Event::new("Example", 1).data([("Ports", numbers.clone()), ("After", Written::text("x"))])
    };
    for shape in [Shape::Shared, Shape::PerProvider, Shape::Single] {
        let style = Style::of(shape);
        let read = read_one(style, event());
        let found: Vec<_> = read
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("Ports", "1"),
                ("Ports", "2"),
                ("Ports", "3"),
                ("After", "x")
            ]
        );
        with_first(&file(style, [event()]), |record| {
            let fields = record.fields().unwrap();
            assert_eq!(fields.slots(), 2);
            assert!(matches!(fields.value(0), Some(Value::Array(ports)) if ports.len() == 3));
            assert!(fields.value(1).unwrap().eq_str("x"));
            assert!(fields.value(2).is_none());
            assert_eq!(fields.get("Ports").unwrap().as_u64(), Some(1));
        });
    }
}

#[test]
fn of_fields_with_one_name_the_first_that_is_not_empty_counts() {
    let data = [
        ("Name", ""),
        ("Name", "second"),
        ("Name", "third"),
        ("Empty", ""),
        ("Empty", ""),
    ];
    for style in styles() {
        let bytes =
            file(
                style,
                [Event::new("Example", 1)
                    .data(data.map(|(name, value)| (name, Written::text(value))))],
            );
        with_first(&bytes, |record| {
            assert!(record.data("Name").unwrap().eq_str("second"), "{style:?}");
            assert!(record.data("Empty").unwrap().is_empty());
        });
    }
}

#[test]
fn text_in_pieces_is_put_together() {
    let pieces = [
        Content::Text("from ".into()),
        Content::Value(Written::U32(22)),
        Content::EntityReference("amp".into()),
        Content::CharacterReference(0x41),
        Content::CharacterData("<b>".into()),
        Content::EntityReference("custom".into()),
    ];
    let element = pieces
        .into_iter()
        .fold(Element::new("Line"), Element::content);
    let outer = Element::new("EventXML")
        .child(element)
        .with("Other", Written::text("x"));
    for style in styles() {
        let read = read_one(style, Event::new("Example", 1).user_data(outer.clone()));
        assert_eq!(
            read.field("Line"),
            Some("from 22&A<b>&custom;"),
            "{style:?}"
        );
        assert_eq!(read.field("Other"), Some("x"));
        assert!(
            read.xml
                .unwrap()
                .contains("<Line>from 22&amp;&#65;<![CDATA[<b>]]>&custom;</Line>")
        );
    }
}

#[test]
fn every_type_shows_as_windows_shows_it() {
    let values = [
        Written::text("plain text"),
        Written::Utf16("caf\u{e9} \u{1f600}".encode_utf16().collect()),
        Written::Ansi(b"ansi".to_vec()),
        Written::I8(-5),
        Written::U8(200),
        Written::I16(-300),
        Written::U16(65000),
        Written::I32(-70000),
        Written::U32(4_000_000_000),
        Written::I64(-5_000_000_000),
        Written::U64(u64::MAX),
        Written::Bool(true),
        Written::Bool(false),
        Written::Binary(vec![0xde, 0xad, 0x0f]),
        Written::Guid(guid()),
        Written::Size32(0x10),
        Written::Size64(0xffff_ffff_ffff),
        Written::pointer(0x2c4),
        Written::FileTime(FileTime::at("2026-03-01T08:00:00.0000001Z")),
        Written::Sid(sid()),
        Written::Hex32(0xc000_006d),
        Written::Hex64(0),
    ];
    for shape in [Shape::Shared, Shape::Single] {
        for value in &values {
            let expected = value.to_text().to_string();
            let read = read_one(
                Style::of(shape),
                Event::new("Example", 1).data([("Value", value.clone())]),
            );
            assert_eq!(read.field("Value"), Some(expected.as_str()), "{value:?}");
            assert_eq!(read.damage, None, "{value:?}");
        }
    }
}

#[test]
fn a_system_time_shows_like_any_other_time() {
    let value = Written::SystemTime([2026, 3, 0, 1, 8, 30, 15, 250]);
    let read = read_one(
        Style::default(),
        Event::new("Example", 1).data([("Value", value)]),
    );
    assert_eq!(read.field("Value"), Some("2026-03-01T08:30:15.2500000Z"));
}

#[test]
fn text_that_is_no_utf_16_is_read_as_far_as_it_goes() {
    let raw = |kind: u8, bytes: &[u8]| Written::Raw {
        kind,
        bytes: bytes.to_vec(),
    };
    let cases: [(Written, &str); 5] = [
        // An odd last byte, a NUL in the middle, a lone surrogate, nothing, a NUL alone.
        (raw(1, b"a\0b\0c"), "ab"),
        (raw(1, b"a\0\0\0b\0"), "a"),
        (raw(1, b"a\0\x00\xd8b\0"), "a\u{fffd}b"),
        (raw(1, b""), ""),
        (raw(1, b"\0\0"), ""),
    ];
    for (value, expected) in cases {
        let event =
            Event::new("Example", 1).data([("Odd", value.clone()), ("After", Written::text("x"))]);
        let read = read_one(Style::default(), event);
        assert_eq!(read.field("Odd"), Some(expected), "{value:?}");
        assert_eq!(read.field("After"), Some("x"));
    }
}

#[test]
fn a_value_of_wrong_size_is_null_and_reported() {
    for (kind, size) in [
        (0x08, 2),
        (0x0a, 4),
        (0x0f, 15),
        (0x11, 1),
        (0x12, 8),
        (0x13, 5),
        (0x10, 3),
        (0x88, 6),
        (0x93, 9),
        (0x77, 1),
    ] {
        let bad = Written::Raw {
            kind,
            bytes: vec![1; size],
        };
        let event = Event::new("Example", 7).data([("Bad", bad), ("After", Written::text("x"))]);
        let log = Log::read(&file(
            Style::default(),
            [event, logon("alice", "192.0.2.1")],
        ));
        let [Ok(bad), Ok(good)] = log.items.as_slice() else {
            panic!("{:?}", log.items)
        };
        assert_eq!(bad.event_id, Some(7), "{kind:#x}");
        assert_eq!(bad.field("Bad"), Some(""), "{kind:#x}");
        assert_eq!(bad.field("After"), Some("x"));
        let reason = bad.damage.unwrap().reason;
        assert!(
            matches!(reason, Reason::ValueSize { .. } | Reason::ValueType(_)),
            "{kind:#x} {reason:?}"
        );
        assert!(bad.xml.is_err());
        assert_eq!(good.damage, None);
    }
}

#[test]
fn records_without_content_are_records() {
    let mut log = writer::EvtxFile::new();
    let time = FileTime::at("2026-03-01T08:00:00Z");
    log.push_raw(time, b"").unwrap();
    log.push_raw(time, &[0x0f, 1, 1, 0, 0]).unwrap();
    log.push(&logon("alice", "192.0.2.1")).unwrap();
    let log = Log::read(&log.finish().unwrap());
    assert_eq!(log.ids(), [1, 2, 3]);
    for record in log.records().take(2) {
        assert_eq!(
            (record.event_id, record.kind.as_deref(), record.damage),
            (None, None, None)
        );
        assert_eq!(record.xml, Ok("<Event/>".to_owned()));
    }
}

#[test]
fn what_is_no_binxml_is_an_error_with_its_place_and_id() {
    let mut log = writer::EvtxFile::new();
    log.push(&logon("alice", "192.0.2.1")).unwrap();
    log.push_raw(FileTime::default(), b"\x0f\x01\x01\x00\x99")
        .unwrap();
    log.push(&logon("bob", "192.0.2.1")).unwrap();
    let log = Log::read(&log.finish().unwrap());
    assert_eq!(log.ids(), [1, 3]);
    let [damage] = log.errors()[..] else {
        panic!("{:?}", log.errors())
    };
    assert_eq!(damage.record_id, Some(2));
    assert!(matches!(damage.reason, Reason::Token { token: 0x99, .. }));
    assert_eq!(damage.reason.code(), "evtx-token");
    assert!(damage.to_string().contains("record 2"), "{damage}");
}

#[test]
fn forwarded_events_keep_the_rendered_text() {
    let rendering = Element::new("RenderingInfo")
        .attribute("Culture", "en-US")
        .with(
            "Message",
            Written::text("An account was successfully logged on."),
        )
        .with("Level", Written::text("Information"));
    for shape in [
        Shape::Shared,
        Shape::PerProvider,
        Shape::Single,
        Shape::Literal,
    ] {
        let style = Style::of(shape);
        let mut event = logon("alice", "203.0.113.7");
        event.extra.push(rendering.clone());
        with_first(&file(style, [event]), |record| {
            assert!(
                record.data("IpAddress").unwrap().eq_str("203.0.113.7"),
                "{style:?}"
            );
            let info = record.rendering_info().unwrap();
            assert_eq!(info.attribute("Culture").as_deref(), Some("en-US"));
            assert_eq!(
                info.element("Message").unwrap().text(),
                "An account was successfully logged on."
            );
            assert!(record.section("ProcessingErrorData").is_none());
        });
    }
}

#[test]
fn records_are_read_whatever_their_ids() {
    let ids = [7, 3, 9, 9, 1, u64::MAX];
    let events = ids.map(|id| logon("alice", "192.0.2.1").record_id(id));
    let log = Log::read(&file(Style::default(), events));
    assert_eq!(log.ids(), ids);
    assert_eq!(log.errors(), []);
}

#[test]
fn origins_and_shapes_are_numbered_alike_across_chunks_and_layouts_of_names() {
    let other = || {
        Event::new("OpenSSH", 4)
            .channel("OpenSSH/Operational")
            .data([("process", Written::text("sshd"))])
    };
    for style in styles() {
        let mut log = writer::EvtxFile::new().style(style);
        for _ in 0..2 {
            log.push(&logon("alice", "192.0.2.1")).unwrap();
            log.push(&other()).unwrap();
            log.push(&logon("bob", "192.0.2.2")).unwrap();
            log.end_chunk();
        }
        let bytes = log.finish().unwrap();
        let file = EvtxFile::open(bytes.as_slice()).unwrap();
        let mut parser = ChunkParser::new();
        let mut reader = file.reader(0..2);
        let mut numbers = Vec::new();
        while let Some(raw) = reader.next_chunk().unwrap() {
            for record in parser.open(raw).records() {
                let record = record.unwrap();
                numbers.push((
                    record.origin().unwrap(),
                    record.fields().and_then(|fields| fields.shape()),
                ));
            }
        }
        let [logon, other, second, ..] = numbers[..] else {
            panic!("six records")
        };
        assert_eq!(logon, second, "{style:?}");
        assert_ne!(logon.0, other.0);
        assert_ne!(logon.1, other.1);
        assert_eq!(numbers[..3], numbers[3..]);
    }
}

#[test]
fn a_slot_is_the_place_in_the_list_of_names() {
    let bytes = file(Style::default(), [logon("alice", "203.0.113.7")]);
    with_first(&bytes, |record| {
        let fields = record.fields().unwrap();
        assert!(fields.shape().is_some());
        assert_eq!(fields.slots(), 7);
        let names: Vec<String> = (0..7)
            .map(|slot| fields.slot(slot).unwrap().key())
            .collect();
        let address = names.iter().position(|name| name == "IpAddress").unwrap();
        assert!(fields.value(address).unwrap().eq_str("203.0.113.7"));
        assert!(
            fields.slot(7).is_none()
                && fields.value(7).is_none()
                && fields.value(usize::MAX).is_none()
        );
    });
}

#[test]
fn text_shows_the_same_by_every_way() {
    let read = |style| -> Read { read_one(style, logon("alice", "203.0.113.7")) };
    let shared = read(Style::default());
    let single = read(Style::of(Shape::Single));
    assert_eq!(shared.fields, single.fields);
    assert_eq!(shared.system, single.system);
}
