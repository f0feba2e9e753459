//! Passing over lines must never change what is found.

mod json_support;

use gatewatch_ingest::Needles;
use gatewatch_ingest::format::json::JsonReader;
use json_support::{Keep, escaped, read_with};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// What wants events with some codes, and what may be said of it to the reader.
fn consumer(codes: &[&str], users: &[&str], without_code: bool, needles: bool) -> Keep {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    Keep {
        without_code,
        users: texts(users),
        // Only a consumer that wants nothing of which no code is known can name needles.
        needles: (needles && !without_code).then(|| Needles {
            texts: [texts(codes), texts(users)].concat(),
        }),
        ..Keep::codes(codes)
    }
}

/// Reads with and without the search; the events must be the same. Gives their number.
#[track_caller]
fn check(text: &[u8], codes: &[&str], users: &[&str]) -> usize {
    let mut found = 0;
    for without_code in [false, true] {
        for needles in [false, true] {
            let mut on = consumer(codes, users, without_code, needles);
            let mut off = consumer(codes, users, without_code, needles);
            let on_counts = read_with(JsonReader::new(), text, &mut on);
            let off_counts = read_with(JsonReader::new().prefilter(false), text, &mut off);
            if !without_code && users.is_empty() {
                let mut given = consumer(codes, users, without_code, needles);
                given.given = given.codes.clone();
                let counts = read_with(JsonReader::new(), text, &mut given);
                assert_eq!(
                    given.events,
                    off.events,
                    "{}",
                    String::from_utf8_lossy(text)
                );
                assert_eq!(counts, off_counts);
            }
            let shown = String::from_utf8_lossy(text);
            assert_eq!(
                on.events, off.events,
                "{codes:?} {users:?} {without_code} {needles} {shown}"
            );
            assert_eq!(on_counts, off_counts, "{shown}");
            if !without_code {
                found = on.events.len();
            }
        }
    }
    found
}

#[test]
fn codes_are_found_wherever_they_stand() {
    for line in [
        r#"{"event":{"code":"4624"}}"#,
        r#"{"event":{"code":4624}}"#,
        r#"{"event":{"code" : "4624" }}"#,
        r#"{"event":{"code":["1","4624"]}}"#,
        r#"{"event":[{"code":"1"},{"code":"4624"}]}"#,
        r#"{"event.code":"4624"}"#,
        r#"{"event":{"code":"1"},"event.code":"4624"}"#,
        r#"{"event.code":"4624","event":{"code":"1"}}"#,
        r#"{"event":{"code":"\u0034624"}}"#,
        r#"{"event":{"c\u006fde":"4624"}}"#,
        r#"{"event\u002ecode":"4624"}"#,
        r#"{"event":{"code":"1"},"\u0065vent.code":"4624"}"#,
        r#"{"winlog":{"event_id":4624}}"#,
        r#"{"winlog":{"event_id":"04624"}}"#,
        r#"{"winlog":{"event_id":"+4624"}}"#,
        r#"{"winlog.event_id":"4624","event":{"code":"1"}}"#,
        r#"{"event":{"code":"1"},"winlog":{"event_id":"4624"}}"#,
        r#"{"event_id":4624,"log_name":"Security"}"#,
        r#"{"EventID":"4624","Channel":"Security"}"#,
        r#"{"EventID":4624.0,"Channel":"Security"}"#,
        r#"{"EventId":4624,"Channel":"Security","Payload":"{}"}"#,
        r##"{"Event":{"System":{"EventID":{"#text":4624,"#attributes":{"Qualifiers":0}}}}}"##,
        r#"{"Event":{"System":{"EventID":4624}}}"#,
        r#"{"_source":{"event":{"code":"4624"}}}"#,
        "{\"event\":{\"code\":\t\"4624\"}}",
        "{\"event\":{\"code\"\r:\"4624\"}}",
    ] {
        for text in [
            format!("{line}\n"),
            format!("[{line}]"),
            line.replace(',', "\n,"),
        ] {
            // A number with a fraction is no event id, and a document may say one code twice.
            let expect = usize::from(
                !line.contains("4624.0") && !line.contains(r#""4624","event":{"code":"1"}}"#)
                    || line.contains("event.code"),
            );
            let expect = if line.starts_with(r#"{"winlog.event_id""#) {
                1
            } else {
                expect
            };
            assert_eq!(check(text.as_bytes(), &["4624"], &[]), expect, "{text}");
        }
    }
}

#[test]
fn lines_that_cannot_matter_are_counted() {
    let text = concat!(
        "{\"event\":{\"code\":\"1\"}}\n",
        "{\"message\":\"4624\"}\n",
        "{\"a\":{}}\r\n",
        "{\"event\":{\"code\":\"4624\"}}\n",
        "{\"error\":{\"code\":\"4624\"}}\n",
    );
    assert_eq!(check(text.as_bytes(), &["4624"], &[]), 1);
    assert_eq!(check(text.as_bytes(), &["4624", "1"], &["alice"]), 2);
}

#[test]
fn broken_lines_are_told_whether_they_matter_or_not() {
    let text = concat!(
        "{\"event\":{\"code\":\"1\"}}\n",
        "{\"event\":{\"code\":\"1\"}\n",
        "{\"a\":\n",
        "{}{}\n",
        "{\"event\":{\"code\":\"4624\"}}\n",
    );
    let mut keep = Keep::codes(&["4624"]);
    let counts = read_with(JsonReader::new(), text.as_bytes(), &mut keep);
    assert_eq!(
        (counts.records, counts.unreadable),
        (6, 2),
        "{:?}",
        keep.problems
    );
}

#[test]
fn several_records_may_share_a_line() {
    let wanted = r#"{"event":{"category":["x"],"code":"4624"}}"#;
    let other = r#"{"event":{"category":["x"],"code":"1"}}"#;
    for between in ["", " ", "\t", "\r", " \t \r"] {
        let line = format!("{other}{between}{wanted}{between}{other}\n{other}\n");
        // The kind of the first is known by the second line.
        let text = [line.as_str(), line.as_str(), "{}{}\n{}\n"].concat();
        assert_eq!(check(text.as_bytes(), &["4624"], &[]), 2, "{between:?}");
        let mut keep = Keep::codes(&["4624"]);
        let counts = read_with(JsonReader::new(), text.as_bytes(), &mut keep);
        assert_eq!((counts.records, counts.unreadable), (11, 0), "{between:?}");
    }
}

#[test]
fn a_record_may_go_on_after_a_line_that_ends_in_a_brace() {
    let text = "{\"event\":{\"code\":\"1\"}\n,\"event.code\":\"4624\"}\n{\"a\":{\"b\":{}\n},\"event\":{\"code\":\"4624\"}\n}\n";
    assert_eq!(check(text.as_bytes(), &["4624"], &[]), 2);
}

#[test]
fn a_look_sees_what_the_whole_record_says() {
    for text in [
        // The first of two counts, and what stands around the document is no export.
        r#"{"event":{"category":["x"],"code":"1"},"event":{"code":"4624"}}"#,
        r#"{"event":{"category":["x"],"code":"1"},"_source":{"event":{"code":"4624"}}}"#,
        r#"{"event":{"category":["x"],"code":"1","code":"4624"}}"#,
        r#"{"event":{"code":"4624"},"winlog":{"event_id":1}}"#,
        r#"{"winlog":{"event_id":1,"event_id":4624}}"#,
        r#"{"event":{"category":["x"],"code":"1"},"winlog":{"event_id":4624}}"#,
        r#"{"event":{"category":["x"],"code":"1"},"EventID":4624,"Channel":"x"}"#,
    ] {
        assert_eq!(
            check(format!("{text}\n{{}}\n").as_bytes(), &["4624"], &[]),
            0,
            "{text}"
        );
    }
    for text in [
        r#"{"event":{"category":["x"],"code":"1"},"event.code":"4624"}"#,
        r#"{"event":{"category":["x"],"code":"1"},"event\u002ecode":"4624"}"#,
        r#"{"event":{"category":[],"code":"1"},"winlog":{"event_id":4624}}"#,
        r#"{"event":{"category":null,"code":"1"},"EventID":4624,"Channel":"x"}"#,
        r#"{"event":{"code":"1"},"winlog":{"event_id":1},"winlog.event_id":"4624"}"#,
        r#"{"event":{"code":["1","4624"],"category":"x"}}"#,
        r#"{"event":{"category":"x","code":4624}}"#,
    ] {
        assert_eq!(
            check(format!("{text}\n{{}}\n").as_bytes(), &["4624"], &[]),
            1,
            "{text}"
        );
    }
}

const CODES: &[&str] = &["4624", "4625", "1", "46240", "04624", "USER_LOGIN"];
const USERS: &[&str] = &["alice", "bob", "alice@example.com", "-"];

fn text(choices: &'static [&'static str]) -> impl Strategy<Value = Json> {
    let choice = prop::sample::select(choices);
    let other = choice.clone().prop_map(|text| json!([text, "other"]));
    let number = choice
        .clone()
        .prop_map(|text| text.parse::<u64>().map_or(Json::Null, Json::from));
    prop_oneof![4 => choice.prop_map(Json::from), 2 => number, 1 => other, 1 => Just(json!({"#text": "4624"}))]
}

/// A record of any form, with values that some consumers want and others do not.
fn record() -> impl Strategy<Value = Json> {
    let noise = prop_oneof![
        Just(json!({})),
        Just(json!({"error": {"code": "4624"}})),
        Just(json!({"event.code": "4624"})),
        Just(json!({"message": "code\": \"4624\", event_id\": 4624"})),
        Just(json!({"event": {"category": ["authentication"], "code": "4625"}})),
        Just(json!({"user.name": "alice"})),
        Just(
            json!({"MESSAGE": "alice 4624", "__REALTIME_TIMESTAMP": "1704066600000000", "SYSLOG_IDENTIFIER": "sshd"})
        ),
    ];
    (0..9u8, text(CODES), text(USERS), noise).prop_map(|(form, code, user, noise)| {
        let data = json!({"TargetUserName": user, "LogonType": "3"});
        let auditing = "Microsoft-Windows-Security-Auditing";
        let mut record = match form {
            0 => json!({"event": {"code": code}, "user": {"name": user}}),
            1 => json!({"event.code": code, "user.name": user}),
            2 => json!({"winlog": {"event_id": code, "provider_name": auditing, "channel": "Security", "event_data": data}, "event": {"code": code}}),
            3 => json!({"winlog.event_id": code, "winlog.provider_name": auditing, "winlog.event_data.TargetUserName": user}),
            4 => json!({"event_id": code, "source_name": auditing, "log_name": "Security", "event_data": data}),
            5 => json!({"EventID": code, "SourceName": auditing, "Channel": "Security", "TargetUserName": user}),
            6 => json!({"Event": {"System": {"EventID": code, "Provider": {"#attributes": {"Name": auditing}}}, "EventData": data}}),
            7 => json!({"_index": "x", "_source": {"event": {"code": code}, "user": {"name": user}}}),
            _ => json!({"user": {"name": user}}),
        };
        for (key, value) in noise.as_object().expect("an object") {
            if record.get(key).is_none() {
                record[key] = value.clone();
            }
        }
        record
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_search_changes_nothing(
        records in prop::collection::vec((record(), 0usize..9), 1..12),
        codes in prop::sample::subsequence(CODES, 0..3),
        users in prop::sample::subsequence(USERS, 0..2),
        layout in 0u8..4,
    ) {
        let lines: Vec<String> = records
            .iter()
            .map(|(record, every)| {
                let text = if layout == 2 {
                    serde_json::to_string_pretty(record).expect("JSON is written")
                } else {
                    record.to_string()
                };
                // Most records have no escapes.
                escaped(&text, every.saturating_sub(5) * 3)
            })
            .collect();
        let text = match layout {
            1 => format!("[{}]", lines.join(",")),
            // Two a line.
            3 => lines.chunks(2).map(|pair| pair.join(" ")).collect::<Vec<_>>().join("\n"),
            _ => lines.join("\n"),
        };
        check(text.as_bytes(), &codes, &users);
    }
}
