//! A look at the first members of a record, enough to tell its kind, without asking for any field.

use super::JsonKind;
use super::index::narrow;
use super::shape::LINUX_CHANNEL;
use super::skim::{KEY_BYTES, RawObject, RawValue, RootPlace, Skimmed};

/// Fields by which ECS documents are told into kinds: those that most rules ask for, and those that say in which index a
/// document lies. In the order in which [`write_key`] writes their values.
pub(super) const KIND_FIELDS: [&str; 12] = [
    "event.category",
    "event.code",
    "event.dataset",
    "event.type",
    "event.action",
    "event.module",
    "event.kind",
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
pub(super) struct Roots {
    event: Option<RootPlace>,
    data_stream: Option<RootPlace>,
    agent: Option<RootPlace>,
    index: Option<RootPlace>,
    /// With `None` inside if it is no object.
    winlog: Option<Option<RawObject>>,
    /// See [`Skimmed::nested`].
    pub is_nested: bool,
}

/// What a key of the root says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RootKey {
    Event,
    Winlog,
    DataStream,
    Agent,
    Index,
    /// That a look is not enough.
    Refused,
    /// Nothing.
    Other,
}

impl RootKey {
    fn of(key: &[u8]) -> Self {
        match key {
            b"event" => Self::Event,
            b"winlog" => Self::Winlog,
            b"data_stream" => Self::DataStream,
            b"agent" => Self::Agent,
            b"_index" => Self::Index,
            b"_source" | b"fields" | b"Event" | b"System" | b"event_id" | b"EventID"
            | b"EventId" | b"MESSAGE" | b"syslog" => Self::Refused,
            // A field in two parts is spelled another way.
            key if is_dotted(key) => Self::Refused,
            _ => Self::Other,
        }
    }
}

/// The keys of the root that were met, told by the bytes before their colons: those of a file are few.
pub(super) struct RootKeys {
    /// The first is none.
    slots: Box<[Slot; MOST_SLOTS]>,
    /// How many are in use.
    count: usize,
    /// For each place that a key's bytes and its number in the record lead to, the number of its slot.
    places: Box<[u8; PLACES]>,
    /// The same for those that are so short that the bytes which lead others to their places reach into the value before.
    short: Box<[u8; SHORT_PLACES]>,
    /// The same for all that is in a slot.
    wholes: Box<[u8; PLACES]>,
}

/// When there would be more, all are forgotten.
const MOST_SLOTS: usize = 1 << u8::BITS;
const PLACES: usize = 1024;
const SHORT_PLACES: usize = 256;

/// The longest of the short keys.
const SHORT: usize = 4;

/// A key with its quotes and the comma or brace before it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Slot {
    bytes: u128,
    mask: u128,
    /// Of a longer key, what stands before these bytes.
    front: u128,
    front_mask: u128,
    is_long: bool,
    key: RootKey,
    has_dot: bool,
}

impl Slot {
    /// Nothing without any of its bits is one.
    const NONE: Self = Self {
        bytes: 1,
        mask: 0,
        front: 0,
        front_mask: 0,
        is_long: false,
        key: RootKey::Refused,
        has_dot: true,
    };

    /// Is it the key of a member before whose colon these bytes stand?
    #[inline]
    fn is(&self, before: u128, record: &Skimmed<'_, '_>, root: RootPlace) -> bool {
        before & self.mask == self.bytes
            && (!self.is_long || record.further_before(root) & self.front_mask == self.front)
    }
}

impl Default for RootKeys {
    fn default() -> Self {
        Self {
            slots: Box::new([Slot::NONE; MOST_SLOTS]),
            count: 1,
            places: Box::new([0; PLACES]),
            short: Box::new([0; SHORT_PLACES]),
            wholes: Box::new([0; PLACES]),
        }
    }
}

impl RootKeys {
    /// What the key of a member says, and whether it stands right before the colon and has no dot in it. `None` where there is
    /// no sound one, or one with escapes.
    #[inline]
    fn of(&mut self, record: &Skimmed<'_, '_>, root: RootPlace) -> Option<(RootKey, bool)> {
        let before = record.before(root);
        let place = Self::place(before, root);
        let slot = &self.slots[usize::from(self.places[place])];
        if slot.is(before, record, root) {
            return Some((slot.key, !slot.has_dot));
        }
        self.elsewhere(record, root, (before, place))
    }

    /// The same where the first place does not lead to it.
    #[inline(never)]
    fn elsewhere(
        &mut self,
        record: &Skimmed<'_, '_>,
        root: RootPlace,
        (before, place): (u128, usize),
    ) -> Option<(RootKey, bool)> {
        let short = Self::short_place(before, root);
        for number in [self.short[short], self.places[place ^ 1]] {
            let slot = &self.slots[usize::from(number)];
            if slot.is(before, record, root) {
                // Behind an object a short key mostly has the same bytes before it.
                if self.places[place] == 0 {
                    self.places[place] = number;
                }
                return Some((slot.key, !slot.has_dot));
            }
        }
        self.learn(record, root, before)
    }

    /// The place of a key, which follows from its last bytes - with its quotes and the comma before it, a key that is not short has
    /// as many - and its number, as keys of one record may end alike.
    #[inline]
    fn place(before: u128, root: RootPlace) -> usize {
        mix((before >> 64) as u64, root.number())
    }

    /// The place of a short key, which follows from fewer.
    #[inline]
    fn short_place(before: u128, root: RootPlace) -> usize {
        mix((before >> 96) as u64, root.number()) % SHORT_PLACES
    }

    /// Remembers what is in the slot, at the place that leads to it.
    fn remember(&mut self, slot: Slot, before: u128, root: RootPlace, is_short: bool) {
        let bytes = slot.bytes ^ slot.front.rotate_left(1);
        let whole = mix((bytes >> 64) as u64 ^ bytes as u64, 0);
        let mut number = self.wholes[whole];
        if self.slots[usize::from(number)] != slot {
            number = u8::try_from(self.count).unwrap_or_else(|_| {
                *self = Self::default();
                1
            });
            self.slots[usize::from(number)] = slot;
            self.count = usize::from(number) + 1;
            self.wholes[whole] = number;
        }
        if is_short {
            self.short[Self::short_place(before, root)] = number;
            return;
        }
        let place = Self::place(before, root);
        // One that was there already goes next to it.
        self.places[place ^ 1] = match (self.places[place], self.places[place ^ 1]) {
            (0, beside) => beside,
            (other, _) => other,
        };
        self.places[place] = number;
    }

    fn learn(
        &mut self,
        record: &Skimmed<'_, '_>,
        root: RootPlace,
        before: u128,
    ) -> Option<(RootKey, bool)> {
        let text = record.root(root)?.key?;
        let key = RootKey::of(text);
        let has_dot = text.contains(&b'.');
        let mut both = [0; 2 * KEY_BYTES];
        both[..KEY_BYTES].copy_from_slice(&record.further_before(root).to_le_bytes());
        both[KEY_BYTES..].copy_from_slice(&before.to_le_bytes());
        // What a quote follows that follows a comma or a brace begins there, and ends where the next quote is.
        let length = text.len() + 3;
        if let Some(start) = both.len().checked_sub(length)
            && let [b',' | b'{', b'"', rest @ .., b'"'] = &both[start..]
            && rest == text
        {
            let top = |bytes: usize| {
                let below = KEY_BYTES.saturating_sub(bytes);
                u128::MAX.checked_shl(8 * narrow(below)).unwrap_or(0)
            };
            let front_mask = top(length.saturating_sub(KEY_BYTES));
            let slot = Slot {
                bytes: before & top(length),
                mask: top(length),
                front: record.further_before(root) & front_mask,
                front_mask,
                is_long: length > KEY_BYTES,
                key,
                has_dot,
            };
            self.remember(slot, before, root, text.len() <= SHORT);
        }
        let last = both[both.len() - 1];
        Some((key, !has_dot && last == b'"'))
    }
}

/// One of the places for these bytes and this number.
#[inline]
fn mix(bytes: u64, number: usize) -> usize {
    let bytes = bytes.wrapping_add(number as u64);
    (bytes.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize % PLACES
}

impl Roots {
    /// Is it of the form that Winlogbeat writes?
    pub(super) fn has_winlog(&self) -> bool {
        self.winlog.is_some()
    }

    /// `None` where a look is not enough: where keys that matter are written in another way than nested, or the record is not
    /// sound.
    pub(super) fn of(record: Skimmed<'_, '_>, keys: &mut RootKeys) -> Option<Self> {
        let mut roots = Self {
            is_nested: true,
            ..Self::default()
        };
        for root in record.root_places() {
            let (key, is_nested) = keys.of(&record, root)?;
            roots.is_nested &= is_nested;
            if key == RootKey::Other {
                continue;
            }
            let slot = match key {
                RootKey::Other => continue,
                RootKey::Event => &mut roots.event,
                RootKey::DataStream => &mut roots.data_stream,
                RootKey::Agent => &mut roots.agent,
                RootKey::Index => &mut roots.index,
                RootKey::Winlog => {
                    roots.winlog.get_or_insert(record.root_object(root));
                    continue;
                }
                RootKey::Refused => return None,
            };
            // Of a key that stands twice the first counts.
            slot.get_or_insert(root);
        }
        Some(roots)
    }

    /// Writes down, as they stand, the members of which the values of [`KIND_FIELDS`] are taken. `None` where they do not
    /// stand in the root as members do.
    pub(super) fn write_raw(&self, record: Skimmed<'_, '_>, raw: &mut Vec<u8>) -> Option<()> {
        let mut texts: [&[u8]; 4] = [&[]; 4];
        // The lengths too, so that nothing that is in a text can be taken for where it ends.
        let mut lengths = [[0; 4]; 4];
        for (number, root) in [self.event, self.data_stream, self.agent, self.index]
            .iter()
            .enumerate()
        {
            if let Some(root) = root {
                texts[number] = record.root_text(*root)?;
                lengths[number] = narrow(texts[number].len()).to_le_bytes();
            }
        }
        raw.clear();
        raw.extend_from_slice(lengths.as_flattened());
        for text in texts {
            if !text.is_empty() {
                raw.extend_from_slice(text);
            }
        }
        Some(())
    }
}

/// Is it a key in two parts?
fn is_dotted(name: &[u8]) -> bool {
    const HEADS: [&[u8]; 5] = [
        b"event.",
        b"winlog.",
        b"syslog.",
        b"data_stream.",
        b"agent.",
    ];
    // Keys with dots are rare.
    let has_dot = |at: usize| name.get(at) == Some(&b'.');
    (has_dot(5) || has_dot(6) || has_dot(11)) && HEADS.iter().any(|head| name.starts_with(head))
}

/// Looks at a record and writes down the values that make its kind: those that `roots` hold, which are its own. Is there a
/// category? `None` where a look is not enough.
pub(super) fn write_key(record: Skimmed<'_, '_>, roots: &Roots, key: &mut Vec<u8>) -> Option<bool> {
    key.clear();
    let value = |root: Option<RootPlace>| match root {
        Some(root) => record.root_value(root).map(Some),
        None => Some(None),
    };
    let event = pick::<7>(record, value(roots.event)?, |name| {
        Some(match name {
            b"category" => 0,
            b"code" => 1,
            b"dataset" => 2,
            b"type" => 3,
            b"action" => 4,
            b"module" => 5,
            b"kind" => 6,
            _ => return None,
        })
    })?;
    write_values(record, &event, key)?;
    let has_category = key.first() != Some(&END);
    let stream = pick::<3>(record, value(roots.data_stream)?, |name| {
        Some(match name {
            b"dataset" => 0,
            b"type" => 1,
            b"namespace" => 2,
            _ => return None,
        })
    })?;
    write_values(record, &stream, key)?;
    let agent = pick::<1>(record, value(roots.agent)?, |name| {
        (name == b"type").then_some(0)
    })?;
    write_values(record, &agent, key)?;
    write_values(record, &[value(roots.index)?], key)?;
    Some(has_category)
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

/// The values that tell a Windows event's kind, as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawBeat<'b> {
    provider: Option<(JsonKind, &'b [u8])>,
    channel: Option<(JsonKind, &'b [u8])>,
    event_id: Option<(JsonKind, &'b [u8])>,
}

impl<'b> RawBeat<'b> {
    /// Finds provider, channel and event id, the first of each. `None` where they cannot be told.
    pub(super) fn of(record: Skimmed<'_, 'b>, roots: &Roots) -> Option<Self> {
        let mut found = Self {
            provider: None,
            channel: None,
            event_id: None,
        };
        let mut is_plain = true;
        record.members(roots.winlog??, |name, value| {
            let Some(name) = name else {
                is_plain = false;
                return false;
            };
            // Most names are told to be others by their length.
            let slot = match name.len() {
                7 if name == b"channel" => &mut found.channel,
                8 if name == b"event_id" => &mut found.event_id,
                13 if name == b"provider_name" => &mut found.provider,
                _ => return true,
            };
            slot.get_or_insert((value.kind, value.raw));
            found.provider.is_none() || found.channel.is_none() || found.event_id.is_none()
        })?;
        is_plain.then_some(found)
    }

    /// What they say. `None` where only the whole record tells.
    pub(super) fn beat(&self) -> Option<Beat<'b>> {
        let event_id = plain(self.event_id?)?;
        if !event_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let text = |value: Option<(JsonKind, &'b [u8])>| match value {
            Some(value) => plain(value).map(Some),
            None => Some(None),
        };
        let channel = text(self.channel)?;
        if channel == Some(LINUX_CHANNEL) {
            return None;
        }
        Some(Beat {
            provider: text(self.provider)?,
            channel,
            event_id: event_id.parse().ok()?,
        })
    }

    /// The same, to be kept.
    pub(super) fn to_kept(self) -> KeptBeat {
        [self.provider, self.channel, self.event_id]
            .map(|value| value.map(|(kind, raw)| (kind, raw.into())))
    }

    /// Is it what was kept?
    pub(super) fn is(&self, kept: &KeptBeat) -> bool {
        let values = [self.provider, self.channel, self.event_id];
        values
            .iter()
            .zip(kept)
            .all(|(value, kept)| match (value, kept) {
                (Some((kind, raw)), Some((kept_kind, kept))) => {
                    kind == kept_kind && **raw == **kept
                }
                (None, None) => true,
                _ => false,
            })
    }
}

/// A [`RawBeat`] to compare others with.
pub(super) type KeptBeat = [Option<(JsonKind, Box<[u8]>)>; 3];

/// A text or number that says what it is as it stands.
fn plain((kind, raw): (JsonKind, &[u8])) -> Option<&str> {
    let is_plain = matches!(kind, JsonKind::String | JsonKind::Number)
        && !raw.is_empty()
        && !raw.contains(&b'\\');
    std::str::from_utf8(raw).ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::super::skim::Skim;
    use super::{Beat, Glance, KEY_BYTES, RawBeat, RootKey, RootKeys, Roots, write_key};

    /// What a record is, and the key of its kind.
    fn look<'b>(skim: &mut Skim, text: &'b str) -> Option<(Glance<'b>, Vec<u8>)> {
        let record = skim.read(text.as_bytes()).expect("JSON");
        let mut key = Vec::new();
        let roots = Roots::of(record, &mut RootKeys::default())?;
        let glance = match write_key(record, &roots, &mut key)? {
            true => Glance::Document,
            false if roots.has_winlog() => {
                let raw = RawBeat::of(record, &roots)?;
                assert!(raw.is(&raw.to_kept()));
                Glance::Beat(raw.beat()?)
            }
            false => Glance::Other,
        };
        Some((glance, key))
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

    /// What keys that were met before say of a record's, and what its keys say.
    fn check_keys(keys: &mut RootKeys, text: &str) {
        let mut skim = Skim::default();
        let record = skim.read(text.as_bytes()).expect("JSON");
        for at in record.root_places() {
            let key = record.root(at).and_then(|root| root.key);
            let expect = key.map(|key| (RootKey::of(key), !key.contains(&b'.')));
            let found = keys.of(&record, at);
            // A key with white space before its colon is not known for plain.
            let is_near = record.before(at).to_le_bytes()[KEY_BYTES - 1] == b'"';
            let expect = expect.map(|(key, is_plain)| (key, is_plain && is_near));
            assert_eq!(found, expect, "{text}");
        }
    }

    #[test]
    fn keys_that_were_met_say_what_keys_say() {
        let keys = [
            "event",
            "Event",
            "event_id",
            "winlog",
            "agent",
            "data_stream",
            "_index",
            "_source",
            "fields",
            "event.code",
            "agent.type",
            "host.name",
            "",
            ",",
            "a,",
            "x\",\"event",
            "e\\u0076ent",
            "\\\"event",
            "twelve_chars",
            "thirteen_char",
            "fourteen_chars",
            "sixteen_chars_ab",
            "message",
            "ts",
            "uid",
            "four",
            "other_chars_xyzw_ab",
            "twenty_nine_chars_of_a_key_ab",
            "other_nine_chars_of_a_key_abc",
            "event.twenty_chars_of_a_key_ab",
            "winlog.nine_chars_of_a_key_ab",
            "thirty_characters_of_a_key_abc",
        ];
        let mut known = RootKeys::default();
        for _ in 0..2 {
            for first in keys {
                for second in keys {
                    let text = format!(
                        r#"{{"{}":1,"{second}":{{"event":"winlog"}} , "{first}" : "agent"}}"#,
                        first.replace("\",\"", "\":1,\""),
                        second = second.replace("\",\"", "\":1,\""),
                        first = first.replace("\",\"", "\":1,\""),
                    );
                    check_keys(&mut known, &text);
                }
            }
        }
    }

    #[test]
    fn any_number_of_keys_may_be_met() {
        let mut known = RootKeys::default();
        for number in (0..600).chain(0..600) {
            let text = format!(
                r#"{{"k{number}":1,"n":{number},"a.key{number}":2,"a_longer_key_{number}":3,"event":{{}}}}"#
            );
            check_keys(&mut known, &text);
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
