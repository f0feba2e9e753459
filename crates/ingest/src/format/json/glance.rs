//! A look at the first members of a record, enough to tell its kind, without asking for any field.

use super::JsonKind;
use super::shape::LINUX_CHANNEL;
use super::skim::{RawObject, RawValue, Skimmed};

/// Fields by which ECS documents are told into kinds: those that most rules ask for, and those that say in which index a
/// document lies. In the order in which [`write_key`] writes their values.
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

/// The members of the root that tell a record's kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roots<'b> {
    event: Option<RawValue<'b>>,
    data_stream: Option<RawValue<'b>>,
    agent: Option<RawValue<'b>>,
    index: Option<RawValue<'b>>,
    /// With `None` inside if it is no object.
    winlog: Option<Option<RawObject>>,
}

impl<'b> Roots<'b> {
    /// `None` where a look is not enough: where keys that matter are written in another way than nested, or the record is not
    /// sound.
    pub(super) fn of(record: Skimmed<'_, 'b>) -> Option<Self> {
        let mut roots = Self::default();
        for root in record.roots() {
            let root = root?;
            let key = root.key?;
            // Most keys are told to be others by their first letter.
            let Some(b'e' | b'w' | b'd' | b'a' | b'_' | b'f' | b'E' | b'S' | b'M' | b's') =
                key.first()
            else {
                continue;
            };
            let slot = match key {
                b"event" => &mut roots.event,
                b"winlog" => {
                    roots.winlog.get_or_insert(record.root_object(&root));
                    continue;
                }
                b"data_stream" => &mut roots.data_stream,
                b"agent" => &mut roots.agent,
                b"_index" => &mut roots.index,
                b"_source" | b"fields" | b"Event" | b"System" | b"event_id" | b"EventID"
                | b"EventId" | b"MESSAGE" | b"syslog" => return None,
                // A field in two parts is spelled another way.
                key if is_dotted(key) => return None,
                _ => continue,
            };
            // Of a key that stands twice the first counts.
            if slot.is_none() {
                *slot = Some(record.root_value(&root)?);
            }
        }
        Some(roots)
    }

    /// Writes down, as they stand, the members of which the values of [`KIND_FIELDS`] are taken.
    pub(super) fn write_raw(&self, raw: &mut Vec<u8>) {
        raw.clear();
        for value in [self.event, self.data_stream, self.agent, self.index] {
            if let Some(value) = value {
                push_value(raw, value.kind, value.raw);
            }
            close_field(raw);
        }
    }
}

fn is_dotted(name: &[u8]) -> bool {
    const HEADS: [&[u8]; 5] = [
        b"event.",
        b"winlog.",
        b"syslog.",
        b"data_stream.",
        b"agent.",
    ];
    // Keys with dots are rare.
    name.contains(&b'.') && HEADS.iter().any(|head| name.starts_with(head))
}

/// Looks at a record and writes down the values that make its kind: those that `roots` hold, which are its own. Is there a
/// category? `None` where a look is not enough.
pub(super) fn write_key(
    record: Skimmed<'_, '_>,
    roots: &Roots<'_>,
    key: &mut Vec<u8>,
) -> Option<bool> {
    key.clear();
    let event = pick::<6>(record, roots.event, |name| {
        Some(match name {
            b"category" => 0,
            b"code" => 1,
            b"dataset" => 2,
            b"type" => 3,
            b"action" => 4,
            b"module" => 5,
            _ => return None,
        })
    })?;
    write_values(record, &event, key)?;
    let has_category = key.first() != Some(&END);
    let stream = pick::<3>(record, roots.data_stream, |name| {
        Some(match name {
            b"dataset" => 0,
            b"type" => 1,
            b"namespace" => 2,
            _ => return None,
        })
    })?;
    write_values(record, &stream, key)?;
    let agent = pick::<1>(record, roots.agent, |name| (name == b"type").then_some(0))?;
    write_values(record, &agent, key)?;
    write_values(record, &[roots.index], key)?;
    Some(has_category)
}

/// What a record is of which [`write_key`] said whether it has a category.
pub(super) fn glance<'b>(
    record: Skimmed<'_, 'b>,
    roots: &Roots<'b>,
    has_category: bool,
) -> Option<Glance<'b>> {
    match roots.winlog {
        _ if has_category => Some(Glance::Document),
        Some(winlog) => beat(record, winlog?),
        None => Some(Glance::Other),
    }
}

/// Finds members of an object by name; `place` gives the place among those found. No other kind of value may stand for the
/// object, and no key may be spelled in another way.
fn pick<'b, const N: usize>(
    record: Skimmed<'_, 'b>,
    object: Option<RawValue<'b>>,
    place: impl Fn(&[u8]) -> Option<usize>,
) -> Option<[Option<RawValue<'b>>; N]> {
    let mut found = [None; N];
    let Some(object) = object else {
        return Some(found);
    };
    let mut is_plain = true;
    record.members(object.object()?, |name, value| {
        match name.map(|name| (name, place(name))) {
            Some((_, Some(number))) => {
                found[number].get_or_insert(value);
            }
            Some((name, None)) => is_plain = !name.contains(&b'.'),
            None => is_plain = false,
        }
        is_plain
    })?;
    is_plain.then_some(found)
}

fn write_values<const N: usize>(
    record: Skimmed<'_, '_>,
    values: &[Option<RawValue<'_>>; N],
    key: &mut Vec<u8>,
) -> Option<()> {
    for value in values {
        if let Some(value) = value {
            push_scalars(record, *value, key)?;
        }
        close_field(key);
    }
    Some(())
}

/// Writes down a scalar, or those of an array of scalars; nulls are no values.
fn push_scalars<'b>(record: Skimmed<'_, 'b>, value: RawValue<'b>, key: &mut Vec<u8>) -> Option<()> {
    match value.kind {
        JsonKind::Object => None,
        JsonKind::Array => record.elements(value, |element| {
            let is_scalar = !element.kind.is_container();
            is_scalar.then(|| push_scalar(element, key))
        }),
        _ => {
            push_scalar(value, key);
            Some(())
        }
    }
}

fn push_scalar(value: RawValue<'_>, key: &mut Vec<u8>) {
    if value.kind != JsonKind::Null {
        push_value(key, value.kind, value.raw);
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
    key.push(END);
}

const END: u8 = 2;

/// Reads provider, channel and event id, the first of each.
fn beat<'b>(record: Skimmed<'_, 'b>, winlog: RawObject) -> Option<Glance<'b>> {
    let (mut provider, mut channel, mut event_id) = (None, None, None);
    let mut is_plain = true;
    record.members(winlog, |name, value| {
        let slot = match name {
            Some(b"provider_name") => &mut provider,
            Some(b"channel") => &mut channel,
            Some(b"event_id") => &mut event_id,
            Some(_) => return true,
            None => {
                is_plain = false;
                return false;
            }
        };
        slot.get_or_insert(value);
        provider.is_none() || channel.is_none() || event_id.is_none()
    })?;
    if !is_plain {
        return None;
    }
    let event_id = plain(event_id?)?;
    if !event_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = |value: Option<RawValue<'b>>| match value {
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
fn plain(value: RawValue<'_>) -> Option<&str> {
    let is_plain = matches!(value.kind, JsonKind::String | JsonKind::Number)
        && !value.raw.is_empty()
        && !value.raw.contains(&b'\\');
    std::str::from_utf8(value.raw).ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::super::skim::Skim;
    use super::{Beat, Glance, Roots, glance, write_key};

    /// What a record is, and the key of its kind.
    fn look<'b>(skim: &mut Skim, text: &'b str) -> Option<(Glance<'b>, Vec<u8>)> {
        let record = skim.read(text.as_bytes()).expect("JSON");
        let mut key = Vec::new();
        let roots = Roots::of(record)?;
        let has_category = write_key(record, &roots, &mut key)?;
        Some((glance(record, &roots, has_category)?, key))
    }

    #[track_caller]
    fn check(text: &str, expect: Option<Glance<'_>>) {
        let mut skim = Skim::default();
        let found = look(&mut skim, text).map(|(glance, _)| glance);
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
            let mut skim = Skim::default();
            look(&mut skim, text).map(|(_, key)| key)
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
