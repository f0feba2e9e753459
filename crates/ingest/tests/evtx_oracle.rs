//! Reads every event log of the shared folder and compares each record with what the `evtx` crate makes of it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test"
)]

mod evtx_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evtx::{EvtxParser, ParserSettings};
use evtx_support::{file, logon, styles};
use gatewatch_ingest::format::evtx::{
    ChunkParser, DataKind, EvtxFile, Pair, RecordRef, SystemField, Value,
};

use gatewatch_testkit::evtx::{self as writer, Content, Event, Payload, Value as Written};

/// Records by their place in the file: id and XML, or why there is none.
type Records = BTreeMap<u64, (Option<u64>, Result<String, String>)>;

/// The shared folder, if this machine has it.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("GATEWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if folder.join("corpus/evtx").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no shared folder at {}", folder.display());
    None
}

fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        // A link would be followed around in circles.
        if entry.file_type().unwrap().is_dir() {
            logs(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "evtx")
        {
            found.push(path);
        }
    }
    found.sort();
}

fn theirs(bytes: &[u8]) -> Records {
    let mut records = Records::new();
    let Ok(parser) = EvtxParser::from_buffer(bytes.to_vec()) else {
        return records;
    };
    let settings = Arc::new(ParserSettings::new().indent(false));
    let mut parser = parser.with_configuration(ParserSettings::new().indent(false));
    for chunk in parser.chunks() {
        let Ok(mut chunk) = chunk else { continue };
        let start = 4096 + chunk.number.unwrap() * 65536;
        let Ok(mut chunk) = chunk.parse(Arc::clone(&settings)) else {
            continue;
        };
        for record in chunk.iter() {
            let Ok(record) = record else { continue };
            let place = start + record.binxml_offset - 24;
            let id = record.event_record_id;
            let xml = record
                .into_xml()
                .map(|record| record.data)
                .map_err(|error| error.to_string());
            records.insert(place, (Some(id), xml));
        }
    }
    records
}

fn ours(bytes: &[u8]) -> Records {
    let mut records = Records::new();
    let file = EvtxFile::open(bytes).unwrap();
    let mut parser = ChunkParser::new();
    let mut reader = file.reader(0..file.chunk_count());
    while let Some(raw) = reader.next_chunk().unwrap() {
        for record in parser.open(raw).records() {
            match record {
                Ok(record) => {
                    check_fast_against_tree(&record);
                    let xml = record.tree().map(|tree| comparable(&tree.to_xml()));
                    let xml = xml.map_err(|damage| damage.to_string());
                    records.insert(record.offset(), (Some(record.record_id()), xml));
                }
                Err(damage) => {
                    records.insert(damage.offset, (damage.record_id, Err(damage.to_string())));
                }
            }
        }
    }
    records
}

/// The XML of the `evtx` crate in our form: it writes a declaration, and an end tag for some elements without content.
fn comparable(xml: &str) -> String {
    let body = xml.split_once("?>").map_or(xml, |(_, body)| body).trim();
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find("></") {
        let (before, after) = rest.split_at(at);
        let tag = before.rsplit('<').next().unwrap_or_default();
        let name = tag.split(' ').next().unwrap_or_default();
        out.push_str(before);
        let end = format!("></{name}>");
        match after.strip_prefix(end.as_str()) {
            Some(after) if !tag.starts_with('/') && !tag.ends_with('/') => {
                out.push_str("/>");
                rest = after;
            }
            _ => {
                out.push_str(&after[..1]);
                rest = &after[1..];
            }
        }
    }
    out + rest
}

/// The short ways to a record's values give what its tree has.
fn check_fast_against_tree(record: &RecordRef<'_>) {
    let Ok(tree) = record.tree() else { return };
    for field in SystemField::ALL {
        let (element, attribute) = field.path();
        let element = tree
            .element("System")
            .and_then(|system| system.element(element));
        let expected = element.and_then(|element| match attribute {
            None => Some(element.text()),
            Some(name) => element.attribute(name),
        });
        let expected = expected.unwrap_or_default();
        assert_eq!(record.system(field).to_string(), expected, "{field:?}");
        assert!(record.system(field).eq_str(&expected), "{field:?}");
    }
    let mut data = tree
        .elements()
        .filter(|element| element.name.eq_str("EventData"));
    let mut user = tree
        .elements()
        .filter(|element| element.name.eq_str("UserData"));
    let (kind, container) = match (data.next(), user.next()) {
        (Some(data), _) => (DataKind::EventData, Some(data)),
        (None, Some(user)) => (DataKind::UserData, user.elements().next()),
        (None, None) => {
            assert!(record.fields().is_none());
            return;
        }
    };
    let (Some(fields), Some(container)) = (record.fields(), container) else {
        assert!(record.fields().is_none() && container.is_none());
        return;
    };
    assert_eq!(fields.kind(), kind);
    assert_eq!(fields.container(), container.name);
    let mut pairs = Vec::new();
    fields.for_each(|pair: Pair<'_>| {
        assert_eq!(pair.index, pairs.len());
        assert!(pair.has_key(&pair.key()), "{pair:?}");
        pairs.push((pair.key(), pair.value.to_string()));
    });
    let expected: Vec<(String, String)> = container
        .elements()
        .enumerate()
        .map(|(index, element)| {
            let name = element.attribute("Name").unwrap_or_default();
            let name = if name.is_empty() {
                element.name.to_string()
            } else {
                name
            };
            let name = match name.as_str() {
                "" | "Data" => format!("param{}", index + 1),
                _ => name,
            };
            (name, element.text())
        })
        .collect();
    assert_eq!(pairs, expected);
    for (name, _) in &expected {
        let named = || {
            expected
                .iter()
                .filter(|(other, _)| other == name)
                .map(|(_, text)| text)
        };
        let first = named()
            .find(|text| !text.is_empty())
            .or(named().next())
            .unwrap();
        let found = fields.get(name).as_ref().map(Value::to_string);
        assert_eq!(found.as_ref(), Some(first), "{name}");
    }
}

/// Every record that the crate reads is the same here.
fn compare(name: &str, ours: &Records, theirs: &Records) -> usize {
    for (place, (their_id, their)) in theirs {
        let Ok(their) = their else {
            panic!("{name} at {place}: the crate cannot show {their_id:?}")
        };
        let Some((our_id, Ok(our))) = ours.get(place) else {
            panic!(
                "{name} at {place}: only the crate reads {their_id:?}, we have {:?}",
                ours.get(place)
            )
        };
        assert_eq!(our_id, their_id, "{name} at {place}");
        assert_eq!(*our, comparable(their), "{name} at {place}");
    }
    theirs.len()
}

#[test]
#[allow(clippy::too_many_lines, reason = "one comparison, member by member")]
fn records_of_every_layout_are_what_the_evtx_crate_makes_of_them() {
    let text = |text: &str| Written::text(text.to_owned());
    let values = [
        Written::Null,
        text("a < b & \"c\" 'd' \t \u{1} \u{e9} \u{1f600}"),
        Written::Ansi(b"caf\xe9 \x80\0tail".to_vec()),
        Written::I8(-1),
        Written::U8(255),
        Written::I16(i16::MIN),
        Written::U16(u16::MAX),
        Written::I32(i32::MIN),
        Written::U32(u32::MAX),
        Written::I64(i64::MIN),
        Written::U64(u64::MAX),
        Written::F32(1.5),
        Written::F32(1e20),
        Written::F64(0.1),
        Written::F64(-3.0),
        Written::F64(1e300),
        Written::F64(1e-7),
        Written::F64(f64::INFINITY),
        Written::Bool(true),
        Written::Raw {
            kind: 0x0d,
            bytes: vec![16, 0, 0, 0],
        },
        Written::Binary((0..70).collect()),
        Written::Guid(evtx_support::guid()),
        Written::Size32(16),
        Written::Size64(0),
        Written::FileTime(writer::FileTime(0)),
        Written::FileTime(writer::FileTime(u64::MAX)),
        Written::FileTime(writer::FileTime(i64::MAX as u64)),
        Written::SystemTime([2026, 3, 0, 1, 8, 30, 15, 250]),
        Written::SystemTime([2026, 13, 0, 1, 8, 30, 15, 250]),
        Written::Sid(evtx_support::sid()),
        Written::Hex32(0xabc),
        Written::Hex64(u64::MAX),
        Written::Array(vec![text("one"), text(""), text("three")]),
        Written::Array(vec![text("only one")]),
        Written::Array(vec![Written::U16(1), Written::U16(2)]),
        Written::Array(vec![
            Written::Sid(evtx_support::sid()),
            Written::Sid(evtx_support::sid()),
        ]),
        Written::Array(vec![Written::Bool(true), Written::Bool(false)]),
        Written::Array(vec![Written::Guid(evtx_support::guid()); 2]),
        Written::Raw {
            kind: 0x82,
            bytes: b"a\0\0b".to_vec(),
        },
        Written::Raw {
            kind: 0x8d,
            bytes: vec![1, 0, 0, 0, 9, 0, 0, 0],
        },
        Written::Raw {
            kind: 0x81,
            bytes: vec![],
        },
    ];
    let each = values.iter().map(|value| {
        Event::new("Example", 1).data([("Value", value.clone()), ("After", text("x"))])
    });
    let pieces = [
        Content::Text("from ".into()),
        Content::Value(Written::U32(22)),
        Content::OptionalValue(Written::Null),
        Content::EntityReference("amp".into()),
        Content::CharacterReference(0x41),
        Content::CharacterData("<b>".into()),
    ];
    let line = pieces
        .into_iter()
        .fold(writer::Element::new("Line"), writer::Element::content);
    let nested = writer::Element::new("Inner").with("Xml", Written::BinXml(Box::new(line.clone())));
    let user_data = writer::Element::new("EventXML")
        .attribute("xmlns", "http://example.test/")
        .value_attribute("Kind", Written::U32(3))
        .child(line)
        .child(nested)
        .with(
            "Ports",
            Written::Array(vec![Written::U16(1), Written::U16(2)]),
        );
    let mut classic = Event::new("Classic", 800);
    classic.payload = Payload::Classic {
        strings: vec!["one".into(), "".into(), "three".into()],
        binary: vec![1, 2, 3],
    };
    let mut forwarded = logon("carol", "198.51.100.3");
    forwarded.extra.push(
        writer::Element::new("RenderingInfo")
            .attribute("Culture", "en-US")
            .with("Message", text("text")),
    );
    let others = [
        logon("alice", "203.0.113.7"),
        Event::new("Example", 2).user_data(user_data),
        classic,
        forwarded,
        Event::new("Empty", 3),
    ];
    let events: Vec<Event> = each.chain(others).collect();
    for style in styles() {
        let bytes = file(style, events.clone());
        let theirs = theirs(&bytes);
        assert!(!theirs.is_empty());
        let name = format!("{style:?}");
        assert_eq!(
            compare(&name, &ours(&bytes), &theirs),
            events.len(),
            "{name}"
        );
    }
}

/// Logs of which we read more than the `evtx` crate, or of which some records cannot be read: how many records are only
/// ours, and how many places cannot be read.
const EXCEPTIONS: [(&str, usize, usize); 5] = [
    // The second half of a chunk was never written: zeros where fourteen records should be.
    (
        "omerbenamram__Microsoft-Windows-HelloForBusiness%4Operational.evtx",
        0,
        1,
    ),
    // The crate refuses a file that does not start with `ElfFile`.
    ("bad__file_magic.evtx", 156, 0),
    // The crate leaves out a chunk that is cut off; the last record in it is cut off itself.
    ("bad__truncated_mid_chunk.evtx", 37, 1),
    // The crate leaves out chunks that do not start with `ElfChnk`. The records in these were once read with templates
    // that are zeros now, so all that can be said about them is their ids.
    ("omerbenamram__sample_with_a_bad_chunk_magic.evtx", 0, 87),
    // Two chunks hold records of another pass over the log. Those whose templates are still there can be read. The crate
    // leaves all of them out, their ids being outside of what the chunk header says.
    (
        "omerbenamram__2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx",
        41,
        26,
    ),
];

#[test]
fn every_record_is_what_the_evtx_crate_makes_of_it() {
    let Some(shared) = shared() else { return };
    let mut paths = Vec::new();
    logs(&shared, &mut paths);
    assert!(!paths.is_empty());
    let mut count = 0;
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (ours, theirs) = (ours(&bytes), theirs(&bytes));
        count += compare(&name, &ours, &theirs);
        let only_ours: Vec<_> = ours
            .iter()
            .filter(|(place, _)| !theirs.contains_key(place))
            .collect();
        let unreadable = only_ours
            .iter()
            .filter(|(_, (_, xml))| xml.is_err())
            .count();
        let exception = EXCEPTIONS.iter().find(|(log, ..)| *log == name);
        let expected = exception.map_or((0, 0), |(_, more, unreadable)| (*more, *unreadable));
        assert_eq!(
            (only_ours.len() - unreadable, unreadable),
            expected,
            "{name}: {only_ours:?}"
        );
    }
    println!("{} logs, {count} records", paths.len());
}
