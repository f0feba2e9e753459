//! An event of which only those members are parsed that an alert looks at: the others go into the alert as they stand.

use std::fmt;
use std::io;

use gatewatch_event::Document;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::identity::PLACE_FIELDS;

/// Members that are parsed: what is told apart, overwritten, copied, or named in the reason. Those that begin with one of these
/// and a dot are as well.
const LOOKED_AT: &[&str] = &[
    "@timestamp",
    "_id",
    "_index",
    "data_stream",
    "destination",
    "event",
    "file",
    "host",
    "kibana",
    "process",
    "source",
    "user",
];

/// The members of an event as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    text: Box<RawValue>,
    /// It stands in the document as null.
    is_gap: bool,
}

impl Gaps {
    /// Makes a document of the text of an event, with null in place of what is not parsed. `None` if a name comes twice: then
    /// parse all of it.
    pub(super) fn split(text: &[u8]) -> io::Result<Option<(Document, Self)>> {
        let text = std::str::from_utf8(text).map_err(io::Error::other)?;
        let parsed: Members = serde_json::from_str(text).map_err(io::Error::other)?;
        let mut map = Map::with_capacity(parsed.0.len() + 1);
        let mut members = Vec::with_capacity(parsed.0.len());
        for (name, text) in parsed.0 {
            let is_gap = !is_looked_at(&name);
            let value = if is_gap {
                Json::Null
            } else {
                serde_json::from_str(text.get()).map_err(io::Error::other)?
            };
            if map.insert(name.clone(), value).is_some() {
                return Ok(None);
            }
            members.push(Member { name, text, is_gap });
        }
        Ok(Some((Document::from_map(map), Self { members })))
    }

    /// The text of a member that is not parsed.
    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        let member = self.members.iter().find(|member| member.name == name)?;
        member.is_gap.then_some(&*member.text)
    }

    /// A document with its gaps filled.
    pub(super) fn filled(&self, document: &Document) -> Document {
        let mut map = document.as_map().clone();
        for (name, value) in &mut map {
            if let Some(text) = self.get(name) {
                // It was read as JSON before.
                *value = serde_json::from_str(text.get()).unwrap_or_default();
            }
        }
        Document::from_map(map)
    }

    /// The text of the event without the fields that say where it was read, as
    /// [`to_json_without`](Document::to_json_without) gives it.
    pub(super) fn without_place(&self) -> Vec<u8> {
        let length = |member: &Member| member.name.len() + member.text.get().len() + 4;
        let mut out = Vec::with_capacity(self.members.iter().map(length).sum());
        out.push(b'{');
        let mut add = |name: &str, value: &str| {
            if out.len() > 1 {
                out.push(b',');
            }
            // Writing into memory cannot fail.
            serde_json::to_writer(&mut out, name).unwrap_or_default();
            out.push(b':');
            out.extend_from_slice(value.as_bytes());
        };
        for Member { name, text, .. } in &self.members {
            let holds_place = |field: &&str| {
                field
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if PLACE_FIELDS.iter().any(holds_place) {
                add_without_place(name, text, &mut add);
            } else {
                add(name, text.get());
            }
        }
        out.push(b'}');
        out
    }
}

/// Adds a member without the fields that say where the event was read, if anything is left of it.
fn add_without_place(name: &str, text: &RawValue, add: &mut impl FnMut(&str, &str)) {
    let value = serde_json::from_str(text.get()).unwrap_or_default();
    let alone = Document::from_map(Map::from_iter([(name.to_owned(), value)]));
    let rest = alone.to_json_without(PLACE_FIELDS);
    let members: Members = serde_json::from_slice(&rest).unwrap_or_default();
    for (name, text) in members.0 {
        add(&name, text.get());
    }
}

fn is_looked_at(name: &str) -> bool {
    let head = name.split_once('.').map_or(name, |(head, _)| head);
    LOOKED_AT.contains(&head)
}

/// The members of an object, each with the text of its value.
#[derive(Default)]
struct Members(Vec<(String, Box<RawValue>)>);

impl<'t> Deserialize<'t> for Members {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Gathering;
        impl<'t> Visitor<'t> for Gathering {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Gathering)
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Document;
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json, json};

    use super::{Gaps, PLACE_FIELDS};

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<i32>().prop_map(Json::from),
            any::<bool>().prop_map(Json::from),
            "[ -~\u{e9}\u{1f600}\"\\\\\n]{0,8}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                prop::collection::vec((key(), inner), 0..4)
                    .prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    fn key() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "event",
            "log",
            "file",
            "path",
            "gatewatch",
            "input",
            "winlog",
            "message",
            "log.file",
            "log.file.path",
            "file.path",
            "input.path",
            "gatewatch.input.path",
            "logs",
            "user.name",
        ])
        .prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn nothing_is_lost(members in prop::collection::vec((key(), value()), 0..8)) {
            let whole = Document::from_map(members.into_iter().collect::<Map<_, _>>());
            let text = serde_json::to_vec(whole.as_map()).expect("written");
            let (document, gaps) = Gaps::split(&text).expect("JSON").expect("no name twice");
            prop_assert_eq!(gaps.filled(&document), whole.clone());
            prop_assert_eq!(
                String::from_utf8(gaps.without_place()),
                String::from_utf8(whole.to_json_without(PLACE_FIELDS))
            );
        }
    }

    #[test]
    fn a_name_that_comes_twice_is_left_to_others() {
        let split = |text: &str| Gaps::split(text.as_bytes());
        assert!(split(r#"{"a":1,"a":2}"#).expect("JSON").is_none());
        assert!(split(r#"{"a":1,"b":2}"#).expect("JSON").is_some());
        assert!(split("[1]").is_err());
    }
}
