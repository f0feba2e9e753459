//! Hits as bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gatewatch_event::{Event, Timestamp};
use gatewatch_query::{KeyRef, KeyValue, Keys, Rows};

use super::{Hit, NewHit};
use crate::store::DocumentRef;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const LONG: u8 = 3;
const UNSIGNED: u8 = 4;
const DOUBLE: u8 = 5;
const DATE: u8 = 6;
const IPV4: u8 = 7;
const IPV6: u8 = 8;
const TEXT: u8 = 9;

const HAS_TIME: u8 = 1;
const HAS_TIEBREAK: u8 = 2;
const HAS_DOCUMENT: u8 = 4;

/// The bytes of the length of a key.
const KEY_LENGTH: usize = size_of::<u32>();
/// And of what mostly stands before a key: the flags, a small term, the position, the time and the length of the key.
const FRONT: usize = 2 + 8 + 8 + KEY_LENGTH;

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn put_value(out: &mut Vec<u8>, value: KeyRef<'_>) {
    match value {
        KeyRef::Null => out.push(NULL),
        KeyRef::Boolean(flag) => out.push(if flag { TRUE } else { FALSE }),
        KeyRef::Long(number) => {
            out.push(LONG);
            out.extend_from_slice(&number.to_le_bytes());
        }
        KeyRef::Unsigned(number) => {
            out.push(UNSIGNED);
            out.extend_from_slice(&number.to_le_bytes());
        }
        KeyRef::Double(number) => {
            out.push(DOUBLE);
            out.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        KeyRef::Date(time) => {
            out.push(DATE);
            out.extend_from_slice(&time.nanos().to_le_bytes());
        }
        KeyRef::Ip(IpAddr::V4(address)) => {
            out.push(IPV4);
            out.extend_from_slice(&address.octets());
        }
        KeyRef::Ip(IpAddr::V6(address)) => {
            out.push(IPV6);
            out.extend_from_slice(&address.octets());
        }
        KeyRef::Text(text) => {
            out.push(TEXT);
            put_number(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// Values in a form in which equal lists have equal bytes.
pub(crate) fn encode_values(out: &mut Vec<u8>, values: &[KeyValue]) {
    put_number(out, values.len() as u64);
    for value in values {
        put_value(out, value.into());
    }
}

/// Appends the keys of an event as [`encode_values`] writes its one row; no keys are a row without values. Unless the answer is [`Rows::One`], nothing is there to be read.
pub(crate) fn encode_row(out: &mut Vec<u8>, keys: Option<&Keys>, event: &dyn Event) -> Rows {
    put_number(out, keys.map_or(0, Keys::len) as u64);
    keys.map_or(Rows::One, |keys| {
        keys.row(event, &mut |value| put_value(out, value))
    })
}

/// The values that [`encode_values`] wrote. `None` when they are damaged.
pub(crate) fn decode_values(bytes: &[u8]) -> Option<Vec<KeyValue>> {
    let mut input = Input(bytes);
    input.values().filter(|_| input.0.is_empty())
}

pub(super) fn encode(out: &mut Vec<u8>, hit: &NewHit<'_>) {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let flags =
        flag(hit.tiebreak.is_some(), HAS_TIEBREAK) | flag(hit.document.is_some(), HAS_DOCUMENT);
    let place = (hit.term, hit.time, hit.position);
    encode_front(out, flags, place, |out| out.extend_from_slice(hit.key));
    encode_values(out, hit.values);
    if let Some(tiebreak) = hit.tiebreak {
        put_value(out, tiebreak.into());
    }
    if let Some(document) = hit.document {
        put_number(out, document.offset);
        put_number(out, u64::from(document.length));
    }
}

/// A hit that has a key and a place - its term, time and position - and nothing else. The key is written by `put`.
pub(super) fn encode_bare<T>(
    out: &mut Vec<u8>,
    place: (u32, Option<Timestamp>, u64),
    put: impl FnOnce(&mut Vec<u8>) -> T,
) -> T {
    let put = encode_front(out, 0, place, put);
    encode_values(out, &[]);
    put
}

/// What stands before the values: the key behind its length, so that it is found at once.
#[inline]
fn encode_front<T>(
    out: &mut Vec<u8>,
    flags: u8,
    (term, time, position): (u32, Option<Timestamp>, u64),
    put: impl FnOnce(&mut Vec<u8>) -> T,
) -> T {
    match (u8::try_from(term), time) {
        // What nearly every hit is, in one go.
        (Ok(term @ ..0x80), Some(time)) => {
            let mut front = [0; FRONT];
            front[0] = flags | HAS_TIME;
            front[1] = term;
            front[2..10].copy_from_slice(&position.to_le_bytes());
            front[10..18].copy_from_slice(&time.nanos().to_le_bytes());
            out.extend_from_slice(&front);
        }
        _ => {
            out.push(if time.is_some() {
                flags | HAS_TIME
            } else {
                flags
            });
            put_number(out, u64::from(term));
            out.extend_from_slice(&position.to_le_bytes());
            if let Some(time) = time {
                out.extend_from_slice(&time.nanos().to_le_bytes());
            }
            out.extend_from_slice(&[0; KEY_LENGTH]);
        }
    }
    let start = out.len();
    let put = put(out);
    // A longer one makes the whole too long to be kept.
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    out[start - KEY_LENGTH..start].copy_from_slice(&length.to_le_bytes());
    put
}

/// `None` when the bytes are none that [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Option<Hit> {
    let Glance {
        term,
        time,
        position,
        flags,
        key,
        rest: mut input,
    } = Glance::of(bytes)?;
    let key = decode_values(key)?;
    let values = input.values()?;
    let tiebreak = if flags & HAS_TIEBREAK == 0 {
        None
    } else {
        Some(input.value()?)
    };
    let document = if flags & HAS_DOCUMENT == 0 {
        None
    } else {
        Some(DocumentRef {
            offset: input.number()?,
            length: u32::try_from(input.number()?).ok()?,
        })
    };
    Some(Hit {
        term,
        time,
        position,
        key,
        values,
        tiebreak,
        document,
    })
}

/// What an encoded hit says without being decoded.
pub(super) struct Glance<'a> {
    pub(super) term: u32,
    pub(super) time: Option<Timestamp>,
    pub(super) position: u64,
    flags: u8,
    /// The key, encoded: equal keys have equal bytes.
    pub(super) key: &'a [u8],
    /// From the values on.
    rest: Input<'a>,
}

impl<'a> Glance<'a> {
    /// `None` when the bytes are none that [`encode`] wrote.
    #[inline]
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let mut input = Input(bytes);
        let flags = input.byte()?;
        let term = u32::try_from(input.number()?).ok()?;
        let position = u64::from_le_bytes(input.take()?);
        let time = match flags & HAS_TIME {
            0 => None,
            _ => Some(Timestamp::from_nanos(i64::from_le_bytes(input.take()?))),
        };
        let length = u32::from_le_bytes(input.take::<KEY_LENGTH>()?) as usize;
        let (key, rest) = input.0.split_at_checked(length)?;
        Some(Self {
            term,
            time,
            position,
            flags,
            key,
            rest: Input(rest),
        })
    }

    pub(super) fn has_tiebreak(&self) -> bool {
        self.flags & HAS_TIEBREAK != 0
    }
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn values(&mut self) -> Option<Vec<KeyValue>> {
        let count = usize::try_from(self.number()?).ok()?;
        let mut values = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            values.push(self.value()?);
        }
        Some(values)
    }

    fn value(&mut self) -> Option<KeyValue> {
        Some(match self.byte()? {
            NULL => KeyValue::Null,
            FALSE => KeyValue::Boolean(false),
            TRUE => KeyValue::Boolean(true),
            LONG => KeyValue::Long(i64::from_le_bytes(self.take()?)),
            UNSIGNED => KeyValue::Unsigned(u64::from_le_bytes(self.take()?)),
            DOUBLE => KeyValue::Double(f64::from_bits(u64::from_le_bytes(self.take()?))),
            DATE => KeyValue::Date(Timestamp::from_nanos(i64::from_le_bytes(self.take()?))),
            IPV4 => KeyValue::Ip(Ipv4Addr::from(self.take::<4>()?).into()),
            IPV6 => KeyValue::Ip(Ipv6Addr::from(self.take::<16>()?).into()),
            TEXT => {
                let length = usize::try_from(self.number()?).ok()?;
                let text = self.0.get(..length)?;
                self.0 = &self.0[length..];
                KeyValue::Text(std::str::from_utf8(text).ok()?.into())
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Field, FieldType, JsonEvent, Timestamp};
    use gatewatch_query::{Key, KeyValue, Keys, Rows, SchemaType};
    use serde_json::json;

    use super::{Glance, decode, encode, encode_bare, encode_row, encode_values};
    use crate::hits::Hit;
    use crate::store::DocumentRef;

    #[test]
    fn a_row_is_encoded_as_its_values_are() {
        let key = |name: &str, optional| Key {
            name: name.to_owned(),
            optional,
            source: Some((Field::new(name), SchemaType::Declared(FieldType::Keyword))),
        };
        let keys = Keys::new(vec![key("user.name", false), key("host.name", true)]);
        let mut row = Vec::new();
        for (event, rows) in [
            (json!({"user.name": "u", "host.name": "h"}), Rows::One),
            (json!({"user.name": 7, "host.name": []}), Rows::One),
            (json!({"host.name": "h"}), Rows::None),
            (
                json!({"user.name": "u", "host.name": ["h", "h"]}),
                Rows::Any,
            ),
        ] {
            let event = JsonEvent::new(event);
            row.clear();
            assert_eq!(encode_row(&mut row, Some(&keys), &event), rows);
            if rows == Rows::One {
                let mut values = Vec::new();
                encode_values(&mut values, &keys.extract(&event).expect("few keys")[0]);
                assert_eq!(row, values);
            }
            row.clear();
            assert_eq!(encode_row(&mut row, None, &event), Rows::One);
            let mut none = Vec::new();
            encode_values(&mut none, &[]);
            assert_eq!(row, none);
        }
    }

    #[test]
    fn a_hit_comes_back() {
        let full = Hit {
            term: 300,
            time: Some(Timestamp::from_nanos(-5)),
            position: u64::MAX,
            key: vec![
                KeyValue::Null,
                KeyValue::Boolean(true),
                KeyValue::Boolean(false),
                KeyValue::Long(i64::MIN),
                KeyValue::Unsigned(u64::MAX),
                KeyValue::Double(-0.5),
                KeyValue::Date(Timestamp::from_nanos(7)),
                KeyValue::Ip("192.0.2.1".parse().expect("an address")),
                KeyValue::Ip("2001:db8::1".parse().expect("an address")),
                KeyValue::Text("größe".into()),
            ],
            values: vec![KeyValue::Text("x".repeat(200).into())],
            tiebreak: Some(KeyValue::Long(1)),
            document: Some(DocumentRef {
                offset: 1 << 40,
                length: 129,
            }),
        };
        let bare = Hit {
            term: 0,
            time: None,
            position: 0,
            key: Vec::new(),
            values: Vec::new(),
            tiebreak: None,
            document: None,
        };
        for hit in [full, bare] {
            let mut bytes = Vec::new();
            encode(&mut bytes, &hit.to_keep(&mut Vec::new()));
            assert_eq!(decode(&bytes).as_ref(), Some(&hit));
            let mut key = Vec::new();
            encode_values(&mut key, &hit.key);
            let glance = Glance::of(&bytes).expect("a hit");
            assert_eq!(
                (glance.term, glance.time, glance.position),
                (hit.term, hit.time, hit.position)
            );
            assert_eq!(glance.has_tiebreak(), hit.tiebreak.is_some());
            assert_eq!(glance.key, key);
            if hit.tiebreak.is_none() {
                let mut bare = Vec::new();
                encode_bare(&mut bare, (hit.term, hit.time, hit.position), |out| {
                    encode_values(out, &hit.key);
                });
                assert_eq!(bare, bytes);
            }
            for end in 0..bytes.len() {
                assert_eq!(decode(&bytes[..end]), None);
            }
        }
    }
}
