use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Element, FileTime, Guid, Sid, WriteError};

/// A text that is either written in the source or made at run time.
pub type Text = Cow<'static, str>;

/// The bit that turns a value type into an array of it.
const ARRAY: u8 = 0x80;

/// The value types of BinXML, as the files number them.
pub(super) mod kind {
    pub const NULL: u8 = 0x00;
    pub const STRING: u8 = 0x01;
    pub const ANSI: u8 = 0x02;
    pub const I8: u8 = 0x03;
    pub const U8: u8 = 0x04;
    pub const I16: u8 = 0x05;
    pub const U16: u8 = 0x06;
    pub const I32: u8 = 0x07;
    pub const U32: u8 = 0x08;
    pub const I64: u8 = 0x09;
    pub const U64: u8 = 0x0a;
    pub const F32: u8 = 0x0b;
    pub const F64: u8 = 0x0c;
    pub const BOOL: u8 = 0x0d;
    pub const BINARY: u8 = 0x0e;
    pub const GUID: u8 = 0x0f;
    pub const SIZE: u8 = 0x10;
    pub const FILE_TIME: u8 = 0x11;
    pub const SYSTEM_TIME: u8 = 0x12;
    pub const SID: u8 = 0x13;
    pub const HEX32: u8 = 0x14;
    pub const HEX64: u8 = 0x15;
    pub const BIN_XML: u8 = 0x21;
}

/// A typed value of an event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// No value; an optional element or attribute that holds it disappears.
    Null,
    /// A UTF-16 string.
    Text(Text),
    /// UTF-16 code units that need not be valid UTF-16.
    Utf16(Vec<u16>),
    /// An 8-bit string in the code page of the machine.
    Ansi(Vec<u8>),
    /// A signed 8-bit number.
    I8(i8),
    /// An unsigned 8-bit number.
    U8(u8),
    /// A signed 16-bit number.
    I16(i16),
    /// An unsigned 16-bit number.
    U16(u16),
    /// A signed 32-bit number.
    I32(i32),
    /// An unsigned 32-bit number.
    U32(u32),
    /// A signed 64-bit number.
    I64(i64),
    /// An unsigned 64-bit number.
    U64(u64),
    /// A 32-bit floating-point number.
    F32(f32),
    /// A 64-bit floating-point number.
    F64(f64),
    /// A boolean, 32 bits wide.
    Bool(bool),
    /// Bytes.
    Binary(Vec<u8>),
    /// A GUID.
    Guid(Guid),
    /// A size or pointer of a 32-bit machine.
    Size32(u32),
    /// A size or pointer of a 64-bit machine.
    Size64(u64),
    /// A time as ticks.
    FileTime(FileTime),
    /// A time as the eight numbers year, month, day of week, day, hour, minute, second, millisecond.
    SystemTime([u16; 8]),
    /// A security identifier.
    Sid(Sid),
    /// A 32-bit number that prints as hexadecimal.
    Hex32(u32),
    /// A 64-bit number that prints as hexadecimal.
    Hex64(u64),
    /// XML inside the value, written as a template of its own.
    BinXml(Box<Element>),
    /// An array of values of one type.
    Array(Vec<Value>),
    /// A value whose type in the record is not the one that its template declares.
    Declared {
        /// The type number that the template declares.
        declared: u8,
        /// The value of the record.
        value: Box<Value>,
    },
    /// Any bytes under any type number: the door to damaged values.
    Raw {
        /// The type number, in the template and in the record.
        kind: u8,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

impl Value {
    /// A pointer as modern Windows writes it: declared as a size, written as [`Value::Hex64`].
    #[must_use]
    pub fn pointer(value: u64) -> Self {
        Self::Declared {
            declared: kind::SIZE,
            value: Box::new(Self::Hex64(value)),
        }
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// The value as Windows prints it in XML.
    #[must_use]
    pub fn to_text(&self) -> Text {
        match self {
            Self::Null => "".into(),
            Self::Text(text) => text.clone(),
            Self::Utf16(units) => String::from_utf16_lossy(units).into(),
            Self::Ansi(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
            Self::I8(number) => number.to_string().into(),
            Self::U8(number) => number.to_string().into(),
            Self::I16(number) => number.to_string().into(),
            Self::U16(number) => number.to_string().into(),
            Self::I32(number) => number.to_string().into(),
            Self::U32(number) => number.to_string().into(),
            Self::I64(number) => number.to_string().into(),
            Self::U64(number) => number.to_string().into(),
            Self::F32(number) => number.to_string().into(),
            Self::F64(number) => number.to_string().into(),
            Self::Bool(flag) => if *flag { "true" } else { "false" }.into(),
            Self::Binary(bytes) | Self::Raw { bytes, .. } => hexadecimal(bytes).into(),
            Self::Guid(guid) => guid.to_string().into(),
            Self::Size32(number) | Self::Hex32(number) => format!("{number:#x}").into(),
            Self::Size64(number) | Self::Hex64(number) => format!("{number:#x}").into(),
            Self::FileTime(time) => time.to_string().into(),
            Self::SystemTime([year, month, _, day, hour, minute, second, millisecond]) => format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"
            )
            .into(),
            Self::Sid(sid) => sid.to_string().into(),
            Self::BinXml(element) => element.to_text().into(),
            Self::Array(values) => {
                let texts: Vec<Text> = values.iter().map(Self::to_text).collect();
                texts.join(", ").into()
            }
            Self::Declared { value, .. } => value.to_text(),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The type number that a template declares for the value.
    pub(super) fn declared_kind(&self) -> u8 {
        match self {
            // A template must declare something, and most absent values are texts.
            Self::Null => kind::STRING,
            Self::Declared { declared, .. } => *declared,
            _ => self.kind(),
        }
    }

    /// The type number of the value in a record.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Null => kind::NULL,
            Self::Text(_) | Self::Utf16(_) => kind::STRING,
            Self::Ansi(_) => kind::ANSI,
            Self::I8(_) => kind::I8,
            Self::U8(_) => kind::U8,
            Self::I16(_) => kind::I16,
            Self::U16(_) => kind::U16,
            Self::I32(_) => kind::I32,
            Self::U32(_) => kind::U32,
            Self::I64(_) => kind::I64,
            Self::U64(_) => kind::U64,
            Self::F32(_) => kind::F32,
            Self::F64(_) => kind::F64,
            Self::Bool(_) => kind::BOOL,
            Self::Binary(_) => kind::BINARY,
            Self::Guid(_) => kind::GUID,
            Self::Size32(_) | Self::Size64(_) => kind::SIZE,
            Self::FileTime(_) => kind::FILE_TIME,
            Self::SystemTime(_) => kind::SYSTEM_TIME,
            Self::Sid(_) => kind::SID,
            Self::Hex32(_) => kind::HEX32,
            Self::Hex64(_) => kind::HEX64,
            Self::BinXml(_) => kind::BIN_XML,
            Self::Array(values) => ARRAY | values.first().map_or(kind::STRING, Self::kind),
            Self::Declared { value, .. } => value.kind(),
            Self::Raw { kind, .. } => *kind,
        }
    }

    /// Appends the bytes of any value but [`Value::BinXml`], which needs its place in the chunk.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match self {
            Self::Null => {}
            Self::Text(text) => write_utf16(text, out),
            Self::Utf16(units) => out.extend(units.iter().flat_map(|unit| unit.to_le_bytes())),
            Self::Ansi(bytes) | Self::Binary(bytes) | Self::Raw { bytes, .. } => {
                out.extend_from_slice(bytes);
            }
            Self::I8(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::U8(number) => out.push(*number),
            Self::I16(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::U16(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::I32(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::U32(number) | Self::Hex32(number) | Self::Size32(number) => {
                out.extend_from_slice(&number.to_le_bytes());
            }
            Self::I64(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::U64(number)
            | Self::Hex64(number)
            | Self::Size64(number)
            | Self::FileTime(FileTime(number)) => out.extend_from_slice(&number.to_le_bytes()),
            Self::F32(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::F64(number) => out.extend_from_slice(&number.to_le_bytes()),
            Self::Bool(flag) => out.extend_from_slice(&u32::from(*flag).to_le_bytes()),
            Self::Guid(guid) => out.extend_from_slice(&guid.0),
            Self::SystemTime(parts) => {
                out.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
            }
            Self::Sid(sid) => out.extend_from_slice(&sid.to_bytes()),
            Self::Array(values) => write_array(values, out)?,
            Self::Declared { value, .. } => value.write(out)?,
            Self::BinXml(_) => return Err(WriteError::BadArray),
        }
        Ok(())
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Sid> for Value {
    fn from(sid: Sid) -> Self {
        Self::Sid(sid)
    }
}

impl From<Guid> for Value {
    fn from(guid: Guid) -> Self {
        Self::Guid(guid)
    }
}

impl From<FileTime> for Value {
    fn from(time: FileTime) -> Self {
        Self::FileTime(time)
    }
}

/// Appends a text as UTF-16, little-endian, with no terminator.
pub(super) fn write_utf16(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() * 2);
    if text.is_ascii() {
        // Nearly all texts of a log are: this is the benchmark generator's hot path.
        out.extend(text.bytes().flat_map(|byte| [byte, 0]));
    } else {
        out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }
}

fn write_array(values: &[Value], out: &mut Vec<u8>) -> Result<(), WriteError> {
    let Some(first) = values.first() else {
        return Ok(());
    };
    for value in values {
        if value.kind() != first.kind() {
            return Err(WriteError::BadArray);
        }
        match value {
            Value::Null | Value::Binary(_) | Value::Array(_) | Value::BinXml(_) => {
                return Err(WriteError::BadArray);
            }
            _ => value.write(out)?,
        }
        // Strings of an array end with NUL; all other types know their own length.
        match value.kind() {
            kind::STRING => out.extend_from_slice(&[0, 0]),
            kind::ANSI => out.push(0),
            _ => {}
        }
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02X}").expect("a String takes every write");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Value, WriteError};

    fn bytes(value: &Value) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        value.write(&mut out)?;
        Ok(out)
    }

    #[test]
    fn string_arrays_end_each_string_with_nul() {
        let value = Value::Array(vec!["ab".into(), "".into(), "\u{e9}".into()]);
        assert_eq!(value.kind(), 0x81);
        assert_eq!(bytes(&value).unwrap(), b"a\0b\0\0\0\0\0\xe9\0\0\0");
    }

    #[test]
    fn arrays_hold_one_type() {
        let value = Value::Array(vec![Value::U8(1), Value::U16(2)]);
        assert_eq!(bytes(&value), Err(WriteError::BadArray));
    }

    #[test]
    fn a_pointer_is_declared_as_a_size_and_written_as_hexadecimal() {
        let value = Value::pointer(0x1fc);
        assert_eq!((value.declared_kind(), value.kind()), (0x10, 0x15));
        assert_eq!(value.to_text(), "0x1fc");
    }
}
