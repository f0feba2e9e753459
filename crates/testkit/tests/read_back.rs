//! What the writer writes, an independent reader reads.

use evtx::{EvtxParser, ParserSettings, SerializedEvtxRecord};
use gatewatch_testkit::evtx::{
    Content, Element, Event, EvtxFile, Field, FileTime, Guid, Nested, Payload, Shape, Sid, Style,
    Value, WriteError,
};
use serde_json::{Value as Json, json};

fn read(bytes: Vec<u8>) -> Vec<SerializedEvtxRecord<Json>> {
    let settings = ParserSettings::new().validate_checksums(true);
    EvtxParser::from_buffer(bytes)
        .expect("the file header is read")
        .with_configuration(settings)
        .records_json_value()
        .map(|record| record.expect("the record is read"))
        .collect()
}

fn read_xml(bytes: Vec<u8>) -> Vec<String> {
    EvtxParser::from_buffer(bytes)
        .expect("the file header is read")
        .records()
        .map(|record| record.expect("the record is read").data)
        .collect()
}

fn sample() -> Event {
    Event::new("Example-Provider", 4624)
        .guid(Guid::of("{54849625-5478-4994-a5ba-3e3b0328c30d}"))
        .kind(2, 4, 12544, 1, 0x8020_0000_0000_0000)
        .time(FileTime::at("2026-03-01T08:00:00.1234567Z"))
        .channel("Security")
        .computer("lab1.example.test")
        .process(516, 540)
        .user(Sid::of("S-1-5-18"))
        .activity(Guid::of("{11111111-2222-3333-4444-555555555555}"))
        .data([
            ("SubjectUserSid", Value::Sid(Sid::of("S-1-5-18"))),
            ("TargetUserName", "alice".into()),
            ("LogonType", Value::U32(10)),
            ("IpAddress", "203.0.113.9".into()),
            ("ProcessId", Value::pointer(0x1fc)),
        ])
}

fn styles() -> Vec<Style> {
    let mut styles = Vec::new();
    for shape in [
        Shape::Shared,
        Shape::PerProvider,
        Shape::Single,
        Shape::Literal,
    ] {
        for nested in [Nested::Fragment, Nested::Bare, Nested::Literal] {
            for all_text in [false, true] {
                styles.push(Style {
                    shape,
                    nested,
                    all_text,
                    nul_terminated: all_text,
                });
            }
        }
    }
    styles
}

/// The text of a JSON leaf, whatever its type.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Object(object) if object.contains_key("#text") => text(&object["#text"]),
        other => other.to_string(),
    }
}

#[test]
fn every_style_gives_the_same_event() {
    for style in styles() {
        let file = EvtxFile::new().style(style).events([sample(), sample()]);
        let records = read(file.finish().unwrap());
        assert_eq!(records.len(), 2, "{style:?}");
        for (index, record) in records.iter().enumerate() {
            let id = index as u64 + 1;
            assert_eq!(record.event_record_id, id, "{style:?}");
            assert_eq!(
                record.timestamp.to_string(),
                "2026-03-01T08:00:00.1234567Z",
                "{style:?}"
            );
            let system = &record.data["Event"]["System"];
            for (path, expected) in [
                ("/Provider/#attributes/Name", "Example-Provider"),
                ("/EventID", "4624"),
                ("/Version", "2"),
                ("/Level", "4"),
                ("/Task", "12544"),
                ("/Opcode", "1"),
                ("/Keywords", "0x8020000000000000"),
                ("/EventRecordID", &id.to_string()),
                ("/Channel", "Security"),
                ("/Computer", "lab1.example.test"),
                ("/Execution/#attributes/ProcessID", "516"),
                ("/Execution/#attributes/ThreadID", "540"),
                ("/Security/#attributes/UserID", "S-1-5-18"),
            ] {
                let value = system.pointer(path).unwrap_or(&Json::Null);
                assert_eq!(text(value), expected, "{style:?} {path}");
            }
            for (path, expected) in [
                (
                    "/Provider/#attributes/Guid",
                    "{54849625-5478-4994-A5BA-3E3B0328C30D}",
                ),
                (
                    "/Correlation/#attributes/ActivityID",
                    "{11111111-2222-3333-4444-555555555555}",
                ),
            ] {
                let value = text(system.pointer(path).unwrap_or(&Json::Null));
                let value = value.trim_matches(['{', '}']).to_uppercase();
                assert_eq!(value, expected.trim_matches(['{', '}']), "{style:?} {path}");
            }
            let time = text(&system["TimeCreated"]["#attributes"]["SystemTime"]);
            assert!(
                time.starts_with("2026-03-01T08:00:00.123456"),
                "{style:?} {time}"
            );
            let data = &record.data["Event"]["EventData"];
            for (name, expected) in [
                ("SubjectUserSid", "S-1-5-18"),
                ("TargetUserName", "alice"),
                ("LogonType", "10"),
                ("IpAddress", "203.0.113.9"),
                ("ProcessId", "0x1fc"),
            ] {
                assert_eq!(text(&data[name]), expected, "{style:?} {name}");
            }
        }
    }
}

#[test]
fn typed_values_keep_their_types() {
    let typed = read(EvtxFile::new().event(sample()).finish().unwrap());
    assert_eq!(typed[0].data["Event"]["System"]["EventID"], json!(4624));
    assert_eq!(typed[0].data["Event"]["EventData"]["LogonType"], json!(10));

    for style in [Style::default().all_text(), Style::of(Shape::Literal)] {
        let file = EvtxFile::new().style(style).event(sample());
        let texts = read(file.finish().unwrap());
        let event = &texts[0].data["Event"];
        assert_eq!(event["System"]["EventID"], json!("4624"), "{style:?}");
        assert_eq!(event["EventData"]["LogonType"], json!("10"), "{style:?}");
    }
}

#[test]
fn every_type_of_value_is_read_back() {
    let values = [
        (
            "Text",
            "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{1f600}".into(),
            json!("\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{1f600}"),
        ),
        ("Empty", "".into(), json!("")),
        ("Ansi", Value::Ansi(b"plain".to_vec()), json!("plain")),
        ("I8", Value::I8(-8), json!(-8)),
        ("U8", Value::U8(200), json!(200)),
        ("I16", Value::I16(-1600), json!(-1600)),
        ("U16", Value::U16(60_000), json!(60_000)),
        ("I32", Value::I32(-320_000), json!(-320_000)),
        ("U32", Value::U32(4_000_000_000), json!(4_000_000_000_u32)),
        (
            "I64",
            Value::I64(-64_000_000_000),
            json!(-64_000_000_000_i64),
        ),
        ("U64", Value::U64(u64::MAX), json!(u64::MAX)),
        ("F32", Value::F32(1.5), json!("1.5")),
        ("F64", Value::F64(-2.25), json!("-2.25")),
        ("True", Value::Bool(true), json!(true)),
        ("False", Value::Bool(false), json!(false)),
        (
            "Binary",
            Value::Binary(vec![0, 0xab, 0xff]),
            json!("00ABFF"),
        ),
        (
            "Guid",
            Guid::of("{01020304-0506-0708-090a-0b0c0d0e0f10}").into(),
            json!("{01020304-0506-0708-090a-0b0c0d0e0f10}"),
        ),
        ("Size32", Value::Size32(0x1234), json!("0x1234")),
        (
            "Size64",
            Value::Size64(0x12_3456_789a),
            json!("0x123456789a"),
        ),
        (
            "FileTime",
            FileTime::at("2026-03-01T08:00:00Z").into(),
            json!("2026-03-01T08:00:00.0000000Z"),
        ),
        (
            "SystemTime",
            Value::SystemTime([2026, 3, 0, 1, 8, 30, 15, 250]),
            json!("2026-03-01T08:30:15.2500000Z"),
        ),
        (
            "Sid",
            Sid::of("S-1-5-21-1-2-3-500").into(),
            json!("S-1-5-21-1-2-3-500"),
        ),
        ("Hex32", Value::Hex32(0xc000_006d), json!("0xc000006d")),
        ("Hex64", Value::Hex64(0x3e7), json!("0x3e7")),
    ];
    for style in [Style::default(), Style::of(Shape::Single)] {
        let event = Event::new("Example-Provider", 1)
            .computer("lab1")
            .data(values.iter().map(|(name, value, _)| (*name, value.clone())));
        let records = read(EvtxFile::new().style(style).event(event).finish().unwrap());
        let data = &records[0].data["Event"]["EventData"];
        for (name, _, expected) in &values {
            assert_eq!(&data[*name], expected, "{style:?} {name}");
        }
    }
}

#[test]
fn arrays_are_read_back() {
    let event = Event::new("Example-Provider", 1).data([
        ("Strings", Value::Array(vec!["one".into(), "two".into()])),
        ("Numbers", Value::Array(vec![Value::U32(7), Value::U32(9)])),
    ]);
    let xml = read_xml(EvtxFile::new().event(event).finish().unwrap());
    for part in ["one", "two", "7", "9"] {
        assert!(xml[0].contains(part), "{}", xml[0]);
    }
    let event = Event {
        payload: Payload::Classic {
            strings: vec!["6.01".into(), "".into(), "Service Pack 1".into()],
            binary: vec![1, 2],
        },
        qualifiers: Some(0x8000),
        ..Event::new("EventLog", 6009)
    };
    let xml = read_xml(EvtxFile::new().event(event).finish().unwrap());
    assert!(xml[0].contains("Service Pack 1"), "{}", xml[0]);
    assert!(xml[0].contains("<Binary>0102</Binary>"), "{}", xml[0]);
    assert!(xml[0].contains("Qualifiers=\"32768\""), "{}", xml[0]);
}

#[test]
fn user_data_is_read_back() {
    let event = Event::new(
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager",
        1149,
    )
    .computer("lab1")
    .user_data(
        Element::new("EventXML")
            .attribute("xmlns", "Event_NS")
            .with("Param1", "alice")
            .with("Param2", "LAB")
            .with("Param3", "203.0.113.9"),
    );
    for style in styles() {
        let file = EvtxFile::new().style(style).event(event.clone());
        let records = read(file.finish().unwrap());
        let event = &records[0].data["Event"];
        // In one template with the event, there is no value between UserData and its content.
        let data = event
            .pointer("/UserData/EventXML")
            .or(event.get("EventXML"));
        assert_eq!(data.unwrap()["Param3"], json!("203.0.113.9"), "{style:?}");
    }
}

#[test]
fn odd_content_is_read_back() {
    let inner = Element::new("Inner").with("Depth", Value::U8(2));
    let event = Event {
        payload: Payload::UserData(
            Element::new("Odd")
                .value_attribute("count", Value::U16(3))
                .content(Content::Text("a".into()))
                .content(Content::EntityReference("amp".into()))
                .content(Content::CharacterReference(66))
                .content(Content::CharacterData("<c>".into()))
                .child(Element::new("Xml").content(Content::Value(Value::BinXml(Box::new(inner))))),
        ),
        extra: vec![
            Element::new("RenderingInfo")
                .attribute("Culture", "en-US")
                .with("Message", "Forwarded."),
        ],
        ..sample()
    };
    for style in styles() {
        let file = EvtxFile::new().style(style).event(event.clone());
        let xml = read_xml(file.finish().unwrap());
        for part in [
            "count=\"3\"",
            "<Depth>2</Depth>",
            "Culture=\"en-US\"",
            "<Message>Forwarded.</Message>",
        ] {
            assert!(xml[0].contains(part), "{style:?} {part}\n{}", xml[0]);
        }
    }
}

#[test]
fn names_and_templates_are_shared_within_a_chunk_only() {
    let mut file = EvtxFile::new();
    let first = file.push(&sample()).unwrap();
    file.end_chunk();
    let second = file.push(&sample()).unwrap();
    assert_eq!((first.chunk, second.chunk), (0, 1));
    let bytes = file.finish().unwrap();
    assert_eq!(bytes.len(), 4096 + 2 * 65536);
    // Each chunk must define all that it uses.
    let sizes: Vec<u32> = [4096, 4096 + 65536]
        .map(|chunk| u32::from_le_bytes(bytes[chunk + 516..chunk + 520].try_into().unwrap()))
        .into();
    assert_eq!(sizes[0], sizes[1]);
    assert_eq!(read(bytes).len(), 2);

    let together = EvtxFile::new()
        .events([sample(), sample()])
        .finish()
        .unwrap();
    let second = 4096 + 512 + sizes[0] as usize;
    let size = u32::from_le_bytes(together[second + 4..second + 8].try_into().unwrap());
    assert!(size * 4 < sizes[0], "{size} {}", sizes[0]);
}

#[test]
fn chunks_fill_up_and_ids_go_on() {
    let mut file = EvtxFile::new().next_record_id(1000).max_chunks(3);
    let mut written = 0;
    let error = loop {
        match file.push(&sample()) {
            Ok(place) => {
                assert_eq!(place.record_id, 1000 + written);
                written += 1;
            }
            Err(error) => break error,
        }
    };
    assert_eq!(error, WriteError::FileFull);
    let bytes = file.finish().unwrap();
    assert_eq!(bytes.len(), 4096 + 3 * 65536);
    let records = read(bytes);
    let ids: Vec<u64> = records
        .iter()
        .map(|record| record.event_record_id)
        .collect();
    assert_eq!(ids, (1000..1000 + written).collect::<Vec<_>>());
    assert!(written > 300, "{written}");
}

#[test]
fn what_cannot_be_written_is_an_error_and_leaves_no_trace() {
    let big = |length| Event::new("Example-Provider", 1).data([("Text", "x".repeat(length))]);
    let mut file = EvtxFile::new();
    file.push(&sample()).unwrap();
    let value_too_long = file.push(&big(40_000)).unwrap_err();
    assert_eq!(value_too_long, WriteError::ValueTooLong { size: 80_000 });
    file.push(&big(31_000)).unwrap();
    let mut name_too_long = sample();
    name_too_long.payload = Payload::event_data([("n".repeat(70_000), "v")]);
    assert_eq!(
        file.push(&name_too_long).unwrap_err(),
        WriteError::TextTooLong { length: 70_000 }
    );
    let fields = (0..3)
        .map(|_| Field::new("Part", "x".repeat(20_000)))
        .collect();
    let mut record_too_large = sample();
    record_too_large.payload = Payload::EventData { name: None, fields };
    assert!(file.push(&record_too_large).is_err());
    file.push(&sample()).unwrap();
    assert_eq!(read(file.finish().unwrap()).len(), 3);
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    for style in styles() {
        let make = || {
            let events = (0..200).map(|index| sample().process(index, index + 1));
            EvtxFile::new()
                .style(style)
                .events(events)
                .finish()
                .unwrap()
        };
        assert!(make() == make(), "{style:?}");
    }
}
