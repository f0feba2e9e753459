//! Passing over documents by what their raw text shows must never lose one that matters.

use std::sync::Arc;

use gatewatch_event::{Anchor, AnchorValue, Event as _, Field, Known, Value};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::{Consumer, Placed, Problem, Traces, TracesByKind};
use proptest::prelude::*;
use serde_json::json;

/// Wants documents that have one of the anchors.
struct Wants {
    anchors: Vec<Anchor>,
    traces: TracesByKind,
    has_traces: bool,
    met: usize,
    found: Vec<u64>,
}

impl Wants {
    fn new(anchors: &[Anchor]) -> Self {
        Self {
            anchors: anchors.to_vec(),
            traces: TracesByKind::default(),
            has_traces: true,
            met: 0,
            found: Vec::new(),
        }
    }
}

impl Wants {
    fn wants(&self, event: &Placed<'_>) -> bool {
        self.anchors.iter().any(|anchor| {
            let values = event.all(anchor.field);
            values.iter().any(|value| has(anchor, value))
        })
    }
}

/// A text without case, letter by letter.
fn fold(text: &str) -> String {
    let single = |mut letters: Box<dyn Iterator<Item = char>>| {
        let first = letters.next();
        first.filter(|_| letters.next().is_none())
    };
    let fold = |letter: char| {
        let upper = single(Box::new(letter.to_uppercase())).unwrap_or(letter);
        single(Box::new(upper.to_lowercase())).unwrap_or(upper)
    };
    text.chars().map(fold).collect()
}

fn has(anchor: &Anchor, value: &Value<'_>) -> bool {
    let is_text = matches!(value, Value::Str(_) | Value::Long(_) | Value::Unsigned(_));
    let text = fold(&value.text());
    match &anchor.value {
        AnchorValue::Present => true,
        // Other values may be written in several ways, but not with other letters than these.
        AnchorValue::Equal(wanted) | AnchorValue::Holds(wanted) if !is_text => {
            let letters = "0123456789.+-e true false";
            wanted.chars().all(|letter| letters.contains(letter))
        }
        AnchorValue::Equal(wanted) => text == **wanted,
        AnchorValue::Holds(wanted) => text.contains(&**wanted),
    }
}

impl Consumer for Wants {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn may_matter(&mut self, _: u32, event: &Placed<'_>) -> bool {
        self.wants(event)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.met += 1;
        if self.wants(event) {
            self.found.push(event.place().offset);
        }
    }

    fn problem(&mut self, problem: Problem) {
        panic!("{problem:?}");
    }

    fn traces(&mut self, kind: u32) -> Option<Arc<Traces>> {
        let traces = self.traces.of(kind, || Some(self.anchors.clone()));
        traces.filter(|_| self.has_traces)
    }
}

/// So many documents of a kind are read before its traces are asked for, and more.
const BEFORE: usize = 70;

/// Reads documents, after others of their kind, with and without the search. Gives how many were handed out of those.
fn check(documents: &[String], anchors: &[Anchor]) -> Result<usize, TestCaseError> {
    let mut text = "{\"event\":{\"category\":\"x\"}}\n".repeat(BEFORE);
    for document in documents {
        text.push_str(document);
        text.push('\n');
    }
    let read = |reader: JsonReader, has_traces: bool| {
        let mut reader = reader;
        let mut wants = Wants {
            has_traces,
            ..Wants::new(anchors)
        };
        let path = Arc::from("x.ndjson");
        let counts = reader.read(&mut text.as_bytes(), &path, &mut wants);
        assert_eq!(counts.records as usize, BEFORE + documents.len());
        wants
    };
    let with = read(JsonReader::new(), true);
    let peeks = read(JsonReader::new(), false);
    let without = read(JsonReader::new().prefilter(false), true);
    prop_assert_eq!(&with.found, &without.found, "{}", text);
    prop_assert_eq!(peeks.found, without.found, "{}", text);
    Ok(with.met)
}

fn anchor(field: &str, value: AnchorValue) -> Anchor {
    Anchor {
        field: Field::new(field),
        value,
    }
}

#[test]
fn documents_without_traces_are_not_handed_out() {
    let document = |name: &str| {
        json!({"event": {"category": "x"}, "process": {"name": name, "command_line": name}})
            .to_string()
    };
    let documents = ["a.exe", "b.exe", "xnc -L", "B.EXE", "x"].map(document);
    let anchors = [
        anchor("process.name", AnchorValue::Equal("b.exe".into())),
        anchor("process.command_line", AnchorValue::Holds("nc -l".into())),
    ];
    let met = check(&documents, &anchors).expect("they agree");
    assert!((2..2 + BEFORE).contains(&met), "{met}");
}

#[test]
fn beats_are_not_handed_out_for_what_a_peek_rules_out() {
    let beat = |address: &str| {
        json!({"winlog": {
            "event_id": "4624", "channel": "Security", "provider_name": "Microsoft-Windows-Security-Auditing",
            "event_data": {"LogonType": "3", "IpAddress": address},
        }})
        .to_string()
    };
    let documents = ["192.0.2.1", "192.0.2.2", "-", "198.51.100.7", "192.0.2.4"].map(beat);
    let anchors = [anchor(
        "source.ip",
        AnchorValue::Equal("198.51.100.7".into()),
    )];
    let met = check(&documents, &anchors).expect("they agree");
    // The first of each kind, and the one that matters.
    assert!((2..2 + BEFORE / 2).contains(&met), "{met}");
    let alone = check(&documents[..1], &anchors).expect("they agree");
    assert_eq!(met, alone + 1);
}

/// The values of one member, as text of JSON.
fn value() -> impl Strategy<Value = String> + Clone {
    let scalar = prop::sample::select(
        &[
            r#""tor.exe""#,
            r#""TOR.exe""#,
            r#""x tor.exe -k""#,
            r#""t\u006Fr.exe""#,
            r#""-\u212a-""#,
            "\"x tor.exe -\u{212a}\"",
            "\"10\"",
            "10",
            "10.0",
            "1e1",
            "true",
            "null",
            "\"null\"",
            "\"\"",
            "\"k\"",
            r#""a\"b\\""#,
            "{}",
            r#"{"name":"tor.exe","b":{"name":10}}"#,
            r#"{"b.name":"10"}"#,
        ][..],
    );
    prop_oneof![
        4 => scalar.clone().prop_map(str::to_owned),
        1 => prop::collection::vec(scalar, 0..3).prop_map(|values| format!("[{}]", values.join(" , "))),
    ]
}

fn document() -> impl Strategy<Value = String> {
    let key = prop::sample::select(
        &[
            "a", "name", "b", "a.name", "a.b", "b.name", "a.b.name", r"\u0061", "c",
        ][..],
    );
    let member = (key, value()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
    let nested = prop::collection::vec(member.clone(), 0..3)
        .prop_map(|members| format!("\"a\": {{{}}}", members.join(",")));
    prop::collection::vec(prop_oneof![member, nested], 0..4).prop_map(|members| {
        let mut all = vec!["\"event\":{\"category\":\"x\"}".to_owned()];
        all.extend(members);
        format!("{{{}}}", all.join(","))
    })
}

fn anchors() -> impl Strategy<Value = Vec<Anchor>> {
    let field = prop::sample::select(&["a", "name", "a.name", "a.b.name", "a.b", "c"][..]);
    let value = prop::sample::select(vec![
        AnchorValue::Present,
        AnchorValue::Equal("tor.exe".into()),
        AnchorValue::Equal("10".into()),
        AnchorValue::Equal("k".into()),
        AnchorValue::Equal("-k-".into()),
        AnchorValue::Equal("null".into()),
        AnchorValue::Holds("tor.exe".into()),
        AnchorValue::Holds(".exe -k".into()),
        AnchorValue::Holds("a\"b\\".into()),
    ]);
    let one = (field, value).prop_map(|(field, value)| anchor(field, value));
    prop::collection::vec(one, 1..4)
}

/// What Winlogbeat writes, with members of such keys in `winlog` and beside it.
fn beat() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&["IpAddress", "TargetUserName", "LogonType", "X", "a.b"][..]);
    let datum = (name, value()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let key = prop::sample::select(
        &[
            "\"source.ip\"",
            "\"source\":{\"ip\":\"10\"},\"z\"",
            "\"user\"",
            "\"winlog.event_data.X\"",
            "\"winlog.event_data\"",
        ][..],
    );
    let beside = (key, value()).prop_map(|(key, value)| format!("{key}:{value}"));
    let data = prop::collection::vec(datum, 0..4);
    let place = prop::sample::select(
        &[
            "event_data",
            "user_data",
            "event_data.x",
            r"event\u005fdata",
        ][..],
    );
    (data, place, prop::collection::vec(beside, 0..2)).prop_map(|(data, place, beside)| {
        let mut members = beside;
        members.push(format!(
            "\"winlog\":{{\"event_id\":4624,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\
             \"channel\":\"Security\",\"{place}\":{{{}}}}}",
            data.join(",")
        ));
        format!("{{{}}}", members.join(","))
    })
}

fn beat_anchors() -> impl Strategy<Value = Vec<Anchor>> {
    let field = prop::sample::select(
        &[
            "source.ip",
            "user.name",
            "winlog.event_data.LogonType",
            "winlog.event_data.X",
            "winlog.event_data.x.X",
            "winlog.event_data.a.b",
            "winlog.logon.type",
        ][..],
    );
    let value = prop::sample::select(vec![
        AnchorValue::Present,
        AnchorValue::Equal("tor.exe".into()),
        AnchorValue::Equal("10".into()),
        AnchorValue::Equal("k".into()),
    ]);
    let one = (field, value).prop_map(|(field, value)| anchor(field, value));
    prop::collection::vec(one, 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn beats_that_matter_are_found(
        documents in prop::collection::vec(beat(), 1..20),
        anchors in beat_anchors(),
    ) {
        check(&documents, &anchors)?;
    }

    #[test]
    fn documents_that_matter_are_found(
        documents in prop::collection::vec(document(), 1..20),
        anchors in anchors(),
    ) {
        check(&documents, &anchors)?;
    }
}
