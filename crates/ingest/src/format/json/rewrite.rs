//! A record as JSON text in the form of a [`Document`], without the maps of one in between.

use gatewatch_event::Document;
use serde_json::Value as Json;

use super::{JsonKind, LazyJson};

/// Objects with more members are left to documents: whether a key stands twice is told by comparing each with all before it.
const MOST_MEMBERS: usize = 64;

/// What gatewatch itself has written before is overruled, not kept: that is left to documents too.
const OWN: &str = "gatewatch";

/// A field to add where a record has none of its name, by the rest of its path.
type Added<'a> = (&'a str, &'a Json);

/// What has to be done with a document: some member is in the way of another.
struct Unusual;

/// Appends a record as its document would be written with these fields set where it has none. False where that takes the
/// document; then nothing is appended.
pub(super) fn write(
    record: LazyJson<'_>,
    added: &[(&str, Option<Json>)],
    out: &mut Vec<u8>,
) -> bool {
    let added: Vec<Added<'_>> = added
        .iter()
        .filter_map(|(path, value)| Some((*path, value.as_ref()?)))
        .collect();
    let is_own = |key: Option<&str>| key.is_some_and(|key| head(key) == OWN);
    if record.kind() != JsonKind::Object || record.raw_members().any(|(key, _)| is_own(key)) {
        return false;
    }
    let before = out.len();
    let written = object(record, added, out);
    if written.is_err() {
        out.truncate(before);
    }
    written.is_ok()
}

/// The first part of a dotted name.
fn head(name: &str) -> &str {
    name.split_once('.').map_or(name, |(head, _)| head)
}

fn object(
    record: LazyJson<'_>,
    mut added: Vec<Added<'_>>,
    out: &mut Vec<u8>,
) -> Result<(), Unusual> {
    let mut keys: Vec<&str> = Vec::with_capacity(MOST_MEMBERS);
    out.push(b'{');
    for (key, value) in record.raw_members() {
        let key = key.ok_or(Unusual)?;
        // Of a key that stands twice the first counts.
        if keys.contains(&key) {
            continue;
        }
        if keys.len() == MOST_MEMBERS {
            return Err(Unusual);
        }
        let inside = take_inside(&mut added, key, value.kind())?;
        member(key, keys.is_empty(), out);
        keys.push(key);
        self::value(value, inside, out)?;
    }
    let mut rest = Document::new();
    for (path, value) in added {
        rest.set(path, value.clone());
    }
    for (key, value) in rest.as_map() {
        member(key, keys.is_empty(), out);
        keys.push(key);
        write_json(value, out);
    }
    out.push(b'}');
    Ok(())
}

/// Takes what is to be added inside the member with this key out of what is to be added beside it.
fn take_inside<'a>(
    added: &mut Vec<Added<'a>>,
    key: &str,
    kind: JsonKind,
) -> Result<Vec<Added<'a>>, Unusual> {
    let mut inside = Vec::new();
    let first = head(key);
    if !added.iter().any(|(path, _)| head(path) == first) {
        return Ok(inside);
    }
    // A field in two parts, or something else in place of an object.
    if first != key {
        return Err(Unusual);
    }
    let mut usual = true;
    added.retain(|(path, value)| {
        if head(path) != key {
            return true;
        }
        if let Some(rest) = path.get(key.len() + 1..) {
            usual &= kind == JsonKind::Object;
            inside.push((rest, *value));
        }
        false
    });
    usual.then_some(inside).ok_or(Unusual)
}

fn member(key: &str, is_first: bool, out: &mut Vec<u8>) {
    if !is_first {
        out.push(b',');
    }
    string(key, out);
    out.push(b':');
}

fn value(json: LazyJson<'_>, added: Vec<Added<'_>>, out: &mut Vec<u8>) -> Result<(), Unusual> {
    match json.kind() {
        JsonKind::Object => return object(json, added, out),
        JsonKind::Array => {
            out.push(b'[');
            for (number, element) in json.elements().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                value(element, Vec::new(), out)?;
            }
            out.push(b']');
        }
        JsonKind::String => match json.as_str() {
            Some(text) => string(&text, out),
            None => return Err(Unusual),
        },
        JsonKind::Number if is_plain(json.raw()) => out.extend_from_slice(json.raw().as_bytes()),
        JsonKind::Number | JsonKind::Bool | JsonKind::Null => write_json(&json.to_json(), out),
    }
    Ok(())
}

/// Is a number written as every writer would?
fn is_plain(number: &str) -> bool {
    number.len() < 19
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (number.len() == 1 || !number.starts_with('0'))
}

fn string(text: &str, out: &mut Vec<u8>) {
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // Most texts are short: a loop without branches beats a search.
    if text
        .bytes()
        .fold(false, |found, byte| found | is_escaped(byte))
    {
        return write_json(&Json::from(text), out);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn write_json(value: &Json, out: &mut Vec<u8>) {
    // A vector takes everything, so this cannot fail.
    serde_json::to_writer(out, value).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gatewatch_event::Event;
    use proptest::prelude::*;

    use super::super::{Index, JsonRecord, LazyJson};
    use crate::{Place, Placed};

    /// Writes a record at a place in both ways.
    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut index = Index::new();
        if index.build(text).is_err() {
            return Ok(());
        }
        let record = JsonRecord::new(LazyJson::new(text, &index));
        let place = Place {
            path: Arc::from("a \"b\".ndjson"),
            offset: 7,
            record_id: None,
        };
        let placed = Placed::new(&record, &place);
        for event in [&placed as &dyn Event, &record] {
            let mut written = Vec::new();
            event.write_json(&mut written);
            let expect = serde_json::to_string(event.document().as_map()).expect("JSON");
            prop_assert_eq!(String::from_utf8_lossy(&written), expect, "{}", text);
        }
        Ok(())
    }

    #[test]
    fn usual_records_need_no_document() {
        for text in [
            "{}",
            r#"{"a":{"b":[1,{"c":null}, "\u00e4\n"]},"log":{"level":"x"},"host":{"name":"gw"},"n":-1.50}"#,
        ] {
            let mut index = Index::new();
            index.build(text).expect("JSON");
            let record = JsonRecord::new(LazyJson::new(text, &index));
            let added = [("log.offset", Some(7.into())), ("host.id", None)];
            assert!(record.write_with(&added, &mut Vec::new()), "{text}");
            check(text).expect("they agree");
        }
    }

    #[test]
    fn whatever_is_in_the_way_is_kept() {
        for text in [
            r#"{"log":1}"#,
            r#"{"log":null,"host":[]}"#,
            r#"{"log":{"file":"x"}}"#,
            r#"{"log":{"file":{"path":null},"offset":1}}"#,
            r#"{"log.offset":1,"log":{"x":1}}"#,
            r#"{"log":{"file.path":1}}"#,
            r#"{"host.name":"x"}"#,
            r#"{"host":{"name":"x"},"host":{"id":"y"}}"#,
            r#"{"gatewatch":{"input":{"path":"before"}}}"#,
            r#"{"gatewatch.input.offset":1}"#,
            r#"{"a":01,"b":-0,"c":1e400,"d":18446744073709551615,"e":1E2}"#,
            "{\"a\":\"tab\there\",\"b\\\"\":1,\"\u{7f}\":\"\u{7f}\"}",
        ] {
            check(text).expect("they agree");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn both_ways_write_the_same(
            members in prop::collection::vec(
                (
                    prop::sample::select(&["log", "host", "a", "log.file", "file", "offset", "id", "name", "path", "gatewatch"][..]),
                    prop::sample::select(&[
                        "1", "null", "\"x\"", "{}", "[]", "[{\"log\":1}, 2]", "{\"file\":{\"x\":1}}", "{\"file\":{\"path\":2}}",
                        "{\"id\":\"y\"}", "{\"name\":\"n\"}", "{\"offset\": 3.0}", "{\"a\":1,\"a\":2}",
                    ][..]),
                ),
                0..6,
            ),
        ) {
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("\"{key}\" : {value}"))
                .collect();
            check(&format!("{{{}}}", members.join(", ")))?;
        }
    }
}
