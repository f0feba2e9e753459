//! Typed values as they lie in the chunk, and their text.

use std::fmt;

use super::bytes::{array_at, u8_at, u32_at};
use super::damage::Reason;
use super::text::Utf16;
use super::time::{filetime_text, parse_time, systemtime_text};

/// Value type bytes of BinXML.
pub(super) mod kind {
    pub(crate) const NULL: u8 = 0x00;
    pub(crate) const STRING: u8 = 0x01;
    pub(crate) const ANSI: u8 = 0x02;
    pub(crate) const INT8: u8 = 0x03;
    pub(crate) const UINT8: u8 = 0x04;
    pub(crate) const INT16: u8 = 0x05;
    pub(crate) const UINT16: u8 = 0x06;
    pub(crate) const INT32: u8 = 0x07;
    pub(crate) const UINT32: u8 = 0x08;
    pub(crate) const INT64: u8 = 0x09;
    pub(crate) const UINT64: u8 = 0x0a;
    pub(crate) const FLOAT32: u8 = 0x0b;
    pub(crate) const FLOAT64: u8 = 0x0c;
    pub(crate) const BOOL: u8 = 0x0d;
    pub(crate) const BINARY: u8 = 0x0e;
    pub(crate) const GUID: u8 = 0x0f;
    pub(crate) const SIZE: u8 = 0x10;
    pub(crate) const FILETIME: u8 = 0x11;
    pub(crate) const SYSTEMTIME: u8 = 0x12;
    pub(crate) const SID: u8 = 0x13;
    pub(crate) const HEX_INT32: u8 = 0x14;
    pub(crate) const HEX_INT64: u8 = 0x15;
    pub(crate) const HANDLE: u8 = 0x20;
    pub(crate) const BINXML: u8 = 0x21;
    pub(crate) const XML: u8 = 0x23;
    pub(crate) const ARRAY: u8 = 0x80;
}

/// One value of a record, borrowed from the chunk.
///
/// [`Display`](fmt::Display) and [`Value::push_to`] give the text that Windows and Winlogbeat show; the comparisons do
/// not allocate.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Present, but without a value: empty text.
    Null,
    /// UTF-16 text, up to its first NUL.
    String(Utf16<'a>),
    /// Text in the ANSI code page; shown as Windows-1252, NULs left out.
    Ansi(&'a [u8]),
    /// A signed number of 1, 2, 4 or 8 bytes.
    Int(i64),
    /// An unsigned number of 1, 2, 4 or 8 bytes.
    UInt(u64),
    /// A single-precision number.
    Float32(f32),
    /// A double-precision number.
    Float64(f64),
    /// `true` or `false`. Windows keeps numbers other than 0 and 1 in some of its booleans: those are [`Value::Int`].
    Bool(bool),
    /// Bytes, shown as upper-case hexadecimal digits.
    Binary(&'a [u8]),
    /// A GUID as stored, shown in lower case with braces.
    Guid(&'a [u8; 16]),
    /// A number shown as `0x` and lower-case hexadecimal digits (also pointers and sizes).
    Hex(u64),
    /// 100 ns ticks since 1601-01-01 UTC, shown as ISO 8601 with seven fractional digits and `Z`.
    FileTime(u64),
    /// A SYSTEMTIME as stored, shown like a FILETIME.
    SystemTime(&'a [u8; 16]),
    /// A security identifier as stored, shown as `S-1-...`.
    Sid(&'a [u8]),
    /// Several values of one type. In an element, Windows repeats the element for each.
    Array(Array<'a>),
    /// Text put together from several pieces: literal text around a value, character and entity references.
    Text(&'a str),
    /// XML below this place, as BinXML: it has no text of its own, see `RecordRef::tree`.
    Fragment(&'a [u8]),
}

/// Several values of one type.
#[derive(Clone, Copy, Debug)]
pub struct Array<'a> {
    item: u8,
    bytes: &'a [u8],
}

impl<'a> Value<'a> {
    /// The value of type `value_type` in `bytes`.
    #[inline]
    pub(super) fn decode(value_type: u8, bytes: &'a [u8]) -> Result<Self, Reason> {
        // The two that most values of a log have.
        match value_type {
            kind::STRING => Ok(Self::String(Utf16::until_nul(bytes))),
            kind::NULL => Ok(Self::Null),
            _ => Self::decode_other(value_type, bytes),
        }
    }

    fn decode_other(value_type: u8, bytes: &'a [u8]) -> Result<Self, Reason> {
        let wrong_size = || Reason::ValueSize {
            value_type,
            size: bytes.len() as u32,
        };
        if bytes.is_empty() && value_type & kind::ARRAY == 0 {
            // A slot that the provider left out: Windows shows nothing.
            return match value_type {
                kind::ANSI..=kind::HEX_INT64 | kind::HANDLE | kind::BINXML | kind::XML => {
                    Ok(Self::Null)
                }
                _ => Err(Reason::ValueType(value_type)),
            };
        }
        let one = || exactly(bytes).map(|[byte]| *byte).ok_or_else(wrong_size);
        let two = || {
            exactly(bytes)
                .map(|raw| u16::from_le_bytes(*raw))
                .ok_or_else(wrong_size)
        };
        let four = || {
            exactly(bytes)
                .map(|raw| u32::from_le_bytes(*raw))
                .ok_or_else(wrong_size)
        };
        let eight = || {
            exactly(bytes)
                .map(|raw| u64::from_le_bytes(*raw))
                .ok_or_else(wrong_size)
        };
        Ok(match value_type {
            kind::ANSI => Self::Ansi(bytes),
            kind::INT8 => Self::Int(i64::from(one()?.cast_signed())),
            kind::UINT8 => Self::UInt(u64::from(one()?)),
            kind::INT16 => Self::Int(i64::from(two()?.cast_signed())),
            kind::UINT16 => Self::UInt(u64::from(two()?)),
            kind::INT32 => Self::Int(i64::from(four()?.cast_signed())),
            kind::UINT32 => Self::UInt(u64::from(four()?)),
            kind::INT64 => Self::Int(eight()?.cast_signed()),
            kind::UINT64 => Self::UInt(eight()?),
            kind::FLOAT32 => Self::Float32(f32::from_bits(four()?)),
            kind::FLOAT64 => Self::Float64(f64::from_bits(eight()?)),
            kind::BOOL => match four()? {
                0 => Self::Bool(false),
                1 => Self::Bool(true),
                other => Self::Int(i64::from(other.cast_signed())),
            },
            kind::BINARY | kind::HANDLE => Self::Binary(bytes),
            kind::GUID => Self::Guid(exactly(bytes).ok_or_else(wrong_size)?),
            kind::SIZE if bytes.len() == 4 => Self::Hex(u64::from(four()?)),
            kind::SIZE | kind::HEX_INT64 => Self::Hex(eight()?),
            kind::FILETIME => Self::FileTime(eight()?),
            kind::SYSTEMTIME => Self::SystemTime(exactly(bytes).ok_or_else(wrong_size)?),
            kind::SID => Self::Sid(sid_prefix(bytes).ok_or_else(wrong_size)?),
            kind::HEX_INT32 => Self::Hex(u64::from(four()?)),
            kind::BINXML => Self::Fragment(bytes),
            kind::XML => Self::String(Utf16::until_nul(bytes)),
            _ => return Array::decode(value_type, bytes).map(Self::Array),
        })
    }

    /// Whether this is [`Value::Null`].
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null | Self::Fragment(_) => true,
            Self::String(text) => text.is_empty(),
            Self::Ansi(bytes) => bytes.iter().all(|byte| *byte == 0),
            Self::Binary(bytes) => bytes.is_empty(),
            Self::Text(text) => text.is_empty(),
            Self::Array(_) => self.eq_str(""),
            _ => false,
        }
    }

    /// The text, when it lies in the chunk as UTF-16 and needs no conversion.
    #[inline]
    #[must_use]
    pub fn as_utf16(&self) -> Option<Utf16<'a>> {
        match self {
            Self::String(text) => Some(*text),
            Self::Null => Some(Utf16::default()),
            _ => None,
        }
    }

    /// The number, when the value is one that is not negative, or text that holds nothing else: decimal, or `0x` and
    /// hexadecimal digits. Some exports hold every number as text, and some templates declare numbers as text.
    #[inline]
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::UInt(number) | Self::Hex(number) | Self::FileTime(number) => Some(*number),
            Self::Int(number) => u64::try_from(*number).ok(),
            Self::String(text) => number_of(text.code_units()),
            Self::Ansi(bytes) => number_of(bytes.iter().map(|byte| u16::from(*byte))),
            Self::Text(text) => number_of(text.encode_utf16()),
            _ => None,
        }
    }

    /// The FILETIME, when the value is a time or text that Windows wrote for one.
    #[must_use]
    pub fn as_filetime(&self) -> Option<u64> {
        match self {
            Self::FileTime(ticks) => Some(*ticks),
            Self::SystemTime(raw) => parse_time(&systemtime_text(raw)),
            Self::String(text) => {
                let mut raw = [0; 40];
                let mut length = 0;
                for (unit, slot) in text.code_units().zip(raw.iter_mut()) {
                    *slot = u8::try_from(unit).ok()?;
                    length += 1;
                }
                (length == text.units()).then(|| parse_time(&raw[..length]))?
            }
            Self::Text(text) => parse_time(text.as_bytes()),
            Self::Ansi(bytes) => parse_time(bytes),
            _ => None,
        }
    }

    /// Whether the text is exactly `other`.
    #[inline]
    #[must_use]
    pub fn eq_str(&self, other: &str) -> bool {
        match self {
            Self::String(text) => text.eq_str(other),
            Self::Null | Self::Fragment(_) => other.is_empty(),
            _ => {
                let mut rest = Comparison(Some(other));
                fmt::write(&mut rest, format_args!("{self}")).is_ok() && rest.0 == Some("")
            }
        }
    }

    /// Whether the text is `other`, with ASCII letters compared without case.
    #[must_use]
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        match self {
            Self::String(text) => text.eq_ignore_ascii_case(other),
            Self::Null | Self::Fragment(_) => other.is_empty(),
            _ => self.to_string().eq_ignore_ascii_case(other),
        }
    }

    /// Appends the text to `out`.
    pub fn push_to(&self, out: &mut String) {
        use fmt::Write as _;
        match self {
            Self::String(text) => text.push_to(out),
            // Writing into a String cannot fail.
            _ => write!(out, "{self}").unwrap_or_default(),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        match self {
            Self::Null | Self::Fragment(_) => Ok(()),
            Self::String(text) => fmt::Display::fmt(text, formatter),
            Self::Ansi(bytes) => bytes
                .iter()
                .filter(|byte| **byte != 0)
                .try_for_each(|byte| formatter.write_char(windows_1252(*byte))),
            Self::Int(number) => write!(formatter, "{number}"),
            Self::UInt(number) => write!(formatter, "{number}"),
            Self::Float32(number) => write_float(&format!("{number:?}"), formatter),
            Self::Float64(number) => write_float(&format!("{number:?}"), formatter),
            Self::Bool(truth) => write!(formatter, "{truth}"),
            Self::Binary(bytes) => bytes
                .iter()
                .try_for_each(|byte| write!(formatter, "{byte:02X}")),
            Self::Guid(raw) => write_guid(raw, formatter),
            Self::Hex(number) => write!(formatter, "{number:#x}"),
            Self::FileTime(ticks) => write_ascii(&filetime_text(*ticks), formatter),
            Self::SystemTime(raw) => write_ascii(&systemtime_text(raw), formatter),
            Self::Sid(raw) => write_sid(raw, formatter),
            Self::Array(array) => array.iter().enumerate().try_for_each(|(index, item)| {
                let separator = if index == 0 { "" } else { "," };
                write!(formatter, "{separator}{item}")
            }),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

impl<'a> Array<'a> {
    fn decode(value_type: u8, bytes: &'a [u8]) -> Result<Self, Reason> {
        let item = value_type & !kind::ARRAY;
        let supported = value_type & kind::ARRAY != 0
            && matches!(item, kind::STRING..=kind::HEX_INT64)
            && !matches!(item, kind::BINARY | kind::SIZE);
        if !supported {
            return Err(Reason::ValueType(value_type));
        }
        let mut array = Self { item, bytes };
        // Windows keeps bit masks in some of its booleans: then all of them are numbers.
        if item == kind::BOOL
            && bytes
                .chunks_exact(4)
                .any(|raw| !matches!(raw, [0 | 1, 0, 0, 0]))
        {
            array.item = kind::INT32;
        }
        let mut items = array.iter();
        items.by_ref().for_each(drop);
        if items.bytes.is_empty() {
            Ok(array)
        } else {
            Err(Reason::ValueSize {
                value_type,
                size: bytes.len() as u32,
            })
        }
    }

    /// The items, in order.
    #[must_use]
    pub fn iter(&self) -> ArrayItems<'a> {
        ArrayItems {
            item: self.item,
            bytes: self.bytes,
        }
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// The items of an [`Array`].
#[derive(Clone, Debug)]
pub struct ArrayItems<'a> {
    item: u8,
    bytes: &'a [u8],
}

impl<'a> Iterator for ArrayItems<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.bytes.is_empty() {
            return None;
        }
        // `length` is the item, `taken` the item with its terminator.
        let (length, taken) = match self.item {
            kind::STRING => {
                let units = self.bytes.chunks_exact(2).position(|unit| unit == [0, 0]);
                units.map_or((self.bytes.len(), self.bytes.len()), |units| {
                    (units * 2, units * 2 + 2)
                })
            }
            kind::ANSI => memchr::memchr(0, self.bytes)
                .map_or((self.bytes.len(), self.bytes.len()), |at| (at, at + 1)),
            kind::SID => {
                let length = sid_prefix(self.bytes)?.len();
                (length, length)
            }
            kind::INT8 | kind::UINT8 => (1, 1),
            kind::INT16 | kind::UINT16 => (2, 2),
            kind::INT32 | kind::UINT32 | kind::FLOAT32 | kind::BOOL | kind::HEX_INT32 => (4, 4),
            kind::GUID | kind::SYSTEMTIME => (16, 16),
            _ => (8, 8),
        };
        let value = Value::decode(self.item, self.bytes.get(..length)?).ok()?;
        self.bytes = self.bytes.get(taken..)?;
        Some(value)
    }
}

/// The bytes, if there are exactly `N`.
fn exactly<const N: usize>(bytes: &[u8]) -> Option<&[u8; N]> {
    bytes.try_into().ok()
}

/// The part of `bytes` that the security identifier at its start takes.
fn sid_prefix(bytes: &[u8]) -> Option<&[u8]> {
    let count = usize::from(u8_at(bytes, 1)?);
    bytes.get(..8 + 4 * count)
}

fn write_sid(raw: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some([revision, count, authority @ ..]) = array_at::<8>(raw, 0) else {
        return Ok(());
    };
    let authority = authority
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    write!(formatter, "S-{revision}-{authority}")?;
    (0..usize::from(*count))
        .map_while(|index| u32_at(raw, 8 + 4 * index))
        .try_for_each(|part| write!(formatter, "-{part}"))
}

fn write_guid(raw: &[u8; 16], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = *b"{00000000-0000-0000-0000-000000000000}";
    let mut place = 1;
    for byte in ORDER.map(|index| raw[index]) {
        if text[place] == b'-' {
            place += 1;
        }
        text[place] = DIGITS[usize::from(byte >> 4)];
        text[place + 1] = DIGITS[usize::from(byte & 15)];
        place += 2;
    }
    write_ascii(&text, formatter)
}

/// Writes the shortest digits that give the number, with a sign in the exponent as C does it.
fn write_float(digits: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match digits.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => {
            write!(formatter, "{digits}e+{exponent}")
        }
        _ => formatter.write_str(digits),
    }
}

fn write_ascii(text: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(std::str::from_utf8(text).unwrap_or_default())
}

/// What is left of a text after those pieces that were written so far.
struct Comparison<'a>(Option<&'a str>);

impl fmt::Write for Comparison<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.and_then(|rest| rest.strip_prefix(piece));
        self.0.map(drop).ok_or(fmt::Error)
    }
}

/// The number that the text is: decimal, or `0x` and hexadecimal digits.
fn number_of(mut units: impl Iterator<Item = u16> + Clone) -> Option<u64> {
    let mut ahead = units.clone();
    let mut radix = 10;
    if ahead.next() == Some(u16::from(b'0'))
        && ahead
            .next()
            .is_some_and(|unit| unit | 0x20 == u16::from(b'x'))
    {
        radix = 16;
        units = ahead;
    }
    let mut number = None;
    for unit in units {
        let digit = char::from(u8::try_from(unit).ok()?).to_digit(radix)?;
        let so_far = number.unwrap_or(0_u64).checked_mul(u64::from(radix))?;
        number = Some(so_far.checked_add(u64::from(digit))?);
    }
    number
}

/// The character that Windows-1252 gives `byte`.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}',
        '\u{2021}', '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}',
        '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}',
        '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}',
        '\u{178}',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
