//! A look at the first members of a record, enough to tell its kind, without asking for any field.

use super::shape::LINUX_CHANNEL;
use super::{JsonKind, LazyJson};

/// Fields by which ECS documents are told into kinds: those that most rules ask for, and those that say in which index a
/// document lies. In the order of [`Members`].
pub(super) const KIND_FIELDS: [&str; 11] = [
    "event.category",
    "event.code",
    "event.dataset",
    "event.type",
    "event.action",
    "event.module",
    "data_stream.dataset",
    "data_stream.type",
    "data_stream.namespace",
    "agent.type",
    "_index",
];

/// What a record is, as far as its kind goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glance<'b> {
    /// An ECS document; the values that make its kind are in the key.
    Document,
    /// JSON without a category, in the key likewise: it may be of any form that has no `winlog.event_id`.
    Other,
    /// What Winlogbeat writes; the key has the same values.
    Beat(Beat<'b>),
}

/// What tells a Windows event's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beat<'b> {
    pub provider: Option<&'b str>,
    pub channel: Option<&'b str>,
    pub event_id: u32,
}

impl Beat<'_> {
    /// Adds it to a key.
    pub(super) fn write(&self, key: &mut Vec<u8>) {
        for name in [self.provider, self.channel] {
            if let Some(name) = name {
                push_value(key, JsonKind::String, name.as_bytes());
            }
            close_field(key);
        }
        push_value(key, JsonKind::Number, self.event_id.to_string().as_bytes());
    }
}

/// The values of the fields of a kind: `event.*`, `data_stream.*`, `agent.type` and `_index`.
#[derive(Default)]
struct Members<'b> {
    event: [Option<LazyJson<'b>>; 6],
    data_stream: [Option<LazyJson<'b>>; 3],
    agent: [Option<LazyJson<'b>>; 1],
    index: Option<LazyJson<'b>>,
}

const EVENT: [&str; 6] = ["category", "code", "dataset", "type", "action", "module"];
const DATA_STREAM: [&str; 3] = ["dataset", "type", "namespace"];
const AGENT: [&str; 1] = ["type"];

/// Looks at a record and writes down the values that make its kind. `None` where a look is not enough: where keys that
/// matter are written in another way than nested, or twice.
pub(super) fn glance<'b>(record: LazyJson<'b>, key: &mut Vec<u8>) -> Option<Glance<'b>> {
    let mut members = Members::default();
    let (mut event, mut winlog, mut data_stream, mut agent) = (None, None, None, None);
    for (name, value) in record.raw_members() {
        let slot = match name? {
            "event" => &mut event,
            "winlog" => &mut winlog,
            "data_stream" => &mut data_stream,
            "agent" => &mut agent,
            "_index" => &mut members.index,
            "_source" | "fields" | "Event" | "System" | "event_id" | "EventID" | "EventId"
            | "MESSAGE" | "syslog" => return None,
            // A field in two parts is spelled another way.
            name if is_dotted(name) => return None,
            _ => continue,
        };
        // Of a key that stands twice the first counts.
        slot.get_or_insert(value);
    }
    pick(event, &EVENT, &mut members.event)?;
    pick(data_stream, &DATA_STREAM, &mut members.data_stream)?;
    pick(agent, &AGENT, &mut members.agent)?;
    let is_mapped = write_key(&members, key)?;
    match winlog {
        _ if is_mapped => Some(Glance::Document),
        Some(winlog) => beat(winlog),
        None => Some(Glance::Other),
    }
}

fn is_dotted(name: &str) -> bool {
    const HEADS: [&str; 5] = ["event.", "winlog.", "syslog.", "data_stream.", "agent."];
    // Keys with dots are rare.
    name.contains('.') && HEADS.iter().any(|head| name.starts_with(head))
}

/// Finds members of an object by name; nothing else may be there.
fn pick<'b, const N: usize>(
    object: Option<LazyJson<'b>>,
    names: &[&str; N],
    found: &mut [Option<LazyJson<'b>>; N],
) -> Option<()> {
    let Some(object) = object else {
        return Some(());
    };
    if object.kind() != JsonKind::Object {
        return None;
    }
    for (name, value) in object.raw_members() {
        let name = name?;
        match names.iter().position(|wanted| *wanted == name) {
            Some(number) => {
                found[number].get_or_insert(value);
            }
            None if name.contains('.') => return None,
            None => {}
        }
    }
    Some(())
}

/// Writes down the values. Is there a category?
fn write_key(members: &Members<'_>, key: &mut Vec<u8>) -> Option<bool> {
    key.clear();
    let mut is_mapped = false;
    let all = members
        .event
        .iter()
        .chain(&members.data_stream)
        .chain(&members.agent)
        .chain([&members.index]);
    for (number, value) in all.enumerate() {
        let before = key.len();
        if let Some(value) = value {
            push_scalars(value, key)?;
        }
        is_mapped |= number == 0 && key.len() > before;
        close_field(key);
    }
    Some(is_mapped)
}

/// Writes down a scalar, or those of an array of scalars; nulls are no values.
fn push_scalars(value: &LazyJson<'_>, key: &mut Vec<u8>) -> Option<()> {
    match value.kind() {
        JsonKind::Object => None,
        JsonKind::Array => value.elements().try_for_each(|element| {
            let is_scalar = !matches!(element.kind(), JsonKind::Object | JsonKind::Array);
            is_scalar.then(|| push_scalar(&element, key))
        }),
        _ => {
            push_scalar(value, key);
            Some(())
        }
    }
}

fn push_scalar(value: &LazyJson<'_>, key: &mut Vec<u8>) {
    if value.kind() != JsonKind::Null {
        push_value(key, value.kind(), value.raw().as_bytes());
    }
}

/// Adds a value to the key of a kind. The raw text of JSON has no control characters, so these can part it.
pub(super) fn push_value(key: &mut Vec<u8>, kind: JsonKind, raw: &[u8]) {
    key.push(b'0' + kind as u8);
    key.extend_from_slice(raw);
    key.push(1);
}

/// Ends the values of one field in the key of a kind.
pub(super) fn close_field(key: &mut Vec<u8>) {
    key.push(2);
}

/// Reads provider, channel and event id, the first of each.
fn beat<'b>(winlog: LazyJson<'b>) -> Option<Glance<'b>> {
    if winlog.kind() != JsonKind::Object {
        return None;
    }
    let (mut provider, mut channel, mut event_id) = (None, None, None);
    for (name, value) in winlog.raw_members() {
        let slot = match name? {
            "provider_name" => &mut provider,
            "channel" => &mut channel,
            "event_id" => &mut event_id,
            _ => continue,
        };
        slot.get_or_insert(value);
        if provider.is_some() && channel.is_some() && event_id.is_some() {
            break;
        }
    }
    let event_id = plain(event_id?)?;
    if !event_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = |value: Option<LazyJson<'b>>| match value {
        Some(value) => plain(value).map(Some),
        None => Some(None),
    };
    let channel = text(channel)?;
    // Only the whole record tells more.
    if channel == Some(LINUX_CHANNEL) {
        return None;
    }
    Some(Glance::Beat(Beat {
        provider: text(provider)?,
        channel,
        event_id: event_id.parse().ok()?,
    }))
}

/// A text or number that says what it is as it stands.
fn plain(value: LazyJson<'_>) -> Option<&str> {
    let raw = value.raw();
    let is_plain = matches!(value.kind(), JsonKind::String | JsonKind::Number)
        && !raw.is_empty()
        && !raw.contains('\\');
    is_plain.then_some(raw)
}

#[cfg(test)]
mod tests {
    use super::super::{Index, LazyJson};
    use super::{Beat, Glance, glance};

    #[track_caller]
    fn check(text: &str, expect: Option<Glance<'_>>) {
        let mut index = Index::new();
        index.build(text).expect("JSON");
        let found = glance(LazyJson::new(text, &index), &mut Vec::new());
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_look_tells_documents_and_beats() {
        let beat = Some(Glance::Beat(Beat {
            provider: Some("p"),
            channel: None,
            event_id: 4624,
        }));
        check(r#"{"a":1}"#, Some(Glance::Other));
        check(r#"{"event":{}}"#, Some(Glance::Other));
        check(r#"{"agent":{"type":"x"},"a.b":1}"#, Some(Glance::Other));
        check(
            r#"{"a":{"b":["}",{}]},"event":{"category":["x"]}}"#,
            Some(Glance::Document),
        );
        check(
            r#"{"event":{"category":[]},"winlog":{"event_id":"4624","x":{},"provider_name":"p"}}"#,
            beat,
        );
        check(
            r#"{"winlog":{"provider_name":"p","event_id":4624},"a":[1],"event":{"code":"1"}}"#,
            beat,
        );
        check(r#"{"winlog":{"provider_name":"p","event_id":4624}}"#, beat);
        check(
            r#"{"winlog":{"event_id":1,"event_id":2}}"#,
            Some(Glance::Beat(Beat {
                provider: None,
                channel: None,
                event_id: 1,
            })),
        );
    }

    #[test]
    fn a_look_is_not_enough_for_the_rest() {
        for text in [
            r#"{"event":[{"code":"1"}]}"#,
            r#"{"event":{"code":{"x":1}}}"#,
            r#"{"event":{"code":[[1]]}}"#,
            r#"{"event":{"a.b":1}}"#,
            r#"{"event.code":"1"}"#,
            r#"{"agent.type":"x"}"#,
            r#"{"winlog":{"channel":"x"}}"#,
            r#"{"winlog":{"event_id":"x"}}"#,
            r#"{"winlog":{"event_id":"+1"}}"#,
            r#"{"_source":{"event":{}}}"#,
            r#"{"EventID":1}"#,
            r#"{"\u0065vent":{"category":"x"}}"#,
            r#"{"event":{"\u0063ategory":"x"}}"#,
        ] {
            check(text, None);
        }
    }

    #[test]
    fn the_key_tells_kinds_apart() {
        let key = |text: &str| {
            let mut index = Index::new();
            index.build(text).expect("JSON");
            let mut key = Vec::new();
            glance(LazyJson::new(text, &index), &mut key);
            key
        };
        let one = key(r#"{"event":{"category":"a","code":1},"agent":{"type":"b"}}"#);
        assert_eq!(
            one,
            key(r#"{"agent":{"type":"b","x":2},"event":{"code":1,"category":["a",null]}}"#)
        );
        for other in [
            r#"{"event":{"category":"a","code":"1"},"agent":{"type":"b"}}"#,
            r#"{"event":{"category":"a","code":1},"agent":{"name":"b"}}"#,
            r#"{"event":{"category":"a","code":1},"agent":{"type":"b"},"_index":"i"}"#,
            r#"{"event":{"category":"a","code":1},"data_stream":{"type":"b"}}"#,
        ] {
            assert_ne!(one, key(other), "{other}");
        }
    }
}
