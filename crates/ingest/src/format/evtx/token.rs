//! The tokens of BinXML, read one by one without building anything.

use super::bytes::{array_at, slice_at, u8_at, u16_at, u32_at};
use super::damage::Reason;
use super::text::Utf16;
use super::value::{Value, kind};

/// Elements and fragments nested deeper than this are not from Windows.
pub(super) const MAX_DEPTH: usize = 128;
/// A text put together from pieces that is longer than this is not from Windows.
const MAX_TEXT: usize = 1 << 20;
/// Bytes of a template definition before its tokens: link to the next one, GUID, size.
pub(super) const DEFINITION_HEADER: usize = 24;
/// The dependency of an element that depends on no value.
pub(super) const NO_DEPENDENCY: u16 = 0xffff;

/// One token. Names are offsets into the chunk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    /// The end of the tokens.
    End,
    /// `<name`, in templates with the value that the element depends on.
    OpenElement { name: u32, dependency: u16 },
    /// `>` after the attributes.
    CloseStart,
    /// `/>`.
    CloseEmpty,
    /// `</name>`.
    CloseElement,
    /// ` name=`, the value follows.
    Attribute { name: u32 },
    /// A value in place.
    Value { value_type: u8, bytes: &'a [u8] },
    /// `<![CDATA[...]]>`.
    Cdata(Utf16<'a>),
    /// `&#n;`.
    CharacterReference(u16),
    /// `&name;`.
    EntityReference { name: u32 },
    /// `<?name`.
    InstructionTarget { name: u32 },
    /// ` data?>`.
    InstructionData(Utf16<'a>),
    /// A template with its values.
    Instance(Instance<'a>),
    /// A place for the value with this index.
    Substitution { index: u16, optional: bool },
    /// The start of a fragment.
    FragmentHeader,
}

/// A template and the values that go into it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance<'a> {
    /// Where in the chunk the template is defined.
    pub definition: u32,
    /// The values.
    pub values: Values<'a>,
}

/// The values of a template instance: a table of sizes and types, and the bytes after it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'a> {
    /// The chunk up to the end of what holds the values.
    bytes: &'a [u8],
    table: u32,
    count: u32,
}

/// Where in a chunk the values of a template instance are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ValuesAt {
    /// Where the table starts. Four bytes for each value: size (2), type (1), padding (1).
    table: u32,
    /// How many values there are.
    count: u32,
    /// Where the record or fragment ends in which they are.
    end: u32,
}

impl<'a> Values<'a> {
    /// The values at this place of a chunk.
    #[inline]
    pub(super) fn new(chunk: &'a [u8], at: ValuesAt) -> Self {
        Self {
            bytes: chunk.get(..at.end as usize).unwrap_or_default(),
            table: at.table,
            count: at.count,
        }
    }

    /// Where they are.
    pub(super) fn at(&self) -> ValuesAt {
        ValuesAt {
            table: self.table,
            count: self.count,
            end: self.bytes.len() as u32,
        }
    }

    /// The type, place and size of value `index`, if there is one.
    #[inline]
    fn find(&self, index: u16) -> Option<(u8, usize, usize)> {
        let (start, count) = (self.table as usize, self.count as usize);
        let table = slice_at(self.bytes, start, count * 4)?.as_chunks::<4>().0;
        let (before, rest) = table.split_at_checked(usize::from(index))?;
        let [low, high, value_type, _] = *rest.first()?;
        let place = start + count * 4 + total_size(before);
        Some((
            value_type,
            place,
            usize::from(u16::from_le_bytes([low, high])),
        ))
    }

    /// The type and the bytes of value `index`, if there is one.
    #[inline]
    pub(super) fn get(&self, index: u16) -> Result<Option<(u8, &'a [u8])>, Reason> {
        let Some((value_type, start, size)) = self.find(index) else {
            return Ok(None);
        };
        let bytes = slice_at(self.bytes, start, size).ok_or(Reason::ValueTable(self.count))?;
        Ok(Some((value_type, bytes)))
    }

    /// The type of value `index` and where it starts and ends, if there is one.
    pub(super) fn place(&self, index: u16) -> Result<Option<(u8, usize, usize)>, Reason> {
        let Some((value_type, start, size)) = self.find(index) else {
            return Ok(None);
        };
        let end = start + size;
        if end > self.bytes.len() {
            return Err(Reason::ValueTable(self.count));
        }
        Ok(Some((value_type, start, end)))
    }

    /// Value `index` if it is a number of 16 bits.
    #[inline]
    pub(super) fn get_u16(&self, index: u16) -> Option<u16> {
        let (kind::UINT16, start, 2) = self.find(index)? else {
            return None;
        };
        u16_at(self.bytes, start)
    }

    /// The type of value `index`, if there is one.
    #[inline]
    pub(super) fn value_type(&self, index: u16) -> Option<u8> {
        if u32::from(index) >= self.count {
            return None;
        }
        u8_at(self.bytes, self.table as usize + usize::from(index) * 4 + 2)
    }

    /// Value `index`; null when there is none.
    #[inline]
    pub(super) fn decode(&self, index: u16) -> Result<Value<'a>, Reason> {
        self.get(index)?
            .map_or(Ok(Value::Null), |(value_type, bytes)| {
                Value::decode(value_type, bytes)
            })
    }

    /// Where the values end.
    fn end(&self) -> Result<usize, Reason> {
        let (start, length) = (self.table as usize, self.count as usize * 4);
        let table = slice_at(self.bytes, start, length).unwrap_or_default();
        let end = start + length + total_size(table.as_chunks::<4>().0);
        if end > self.bytes.len() {
            return Err(Reason::ValueTable(self.count));
        }
        Ok(end)
    }

    /// Whether an element with this dependency is left out: the value it depends on is null.
    #[inline]
    pub(super) fn leaves_out(&self, dependency: u16) -> bool {
        dependency != NO_DEPENDENCY && self.value_type(dependency) == Some(kind::NULL)
    }
}

/// The bytes that the values described by `table` take. A chunk has room for 16,384 of them: the sum fits.
#[inline]
fn total_size(table: &[[u8; 4]]) -> usize {
    // In this form the compiler adds up several at a time.
    let sizes = table
        .iter()
        .map(|descriptor| u32::from_le_bytes(*descriptor) & 0xffff);
    sizes.sum::<u32>() as usize
}

/// The name at `offset` of the chunk.
#[inline]
pub(super) fn name_at(chunk: &[u8], offset: u32) -> Result<Utf16<'_>, Reason> {
    name_bytes(chunk, offset as usize)
        .map(Utf16::new)
        .ok_or(Reason::Name(offset))
}

#[inline]
fn name_bytes(chunk: &[u8], offset: usize) -> Option<&[u8]> {
    // Link to the next name in its bucket (4), hash (2), units (2), text, NUL.
    let units = usize::from(u16_at(chunk, offset.checked_add(6)?)?);
    slice_at(chunk, offset.checked_add(8)?, units * 2)
}

/// The tokens of a template definition: where they start and end.
pub(super) fn definition_body(chunk: &[u8], definition: u32) -> Result<(usize, usize), Reason> {
    let start = (definition as usize).checked_add(DEFINITION_HEADER);
    let size = u32_at(chunk, (definition as usize).saturating_add(20));
    start
        .zip(size)
        .and_then(|(start, size)| Some((start, start.checked_add(size as usize)?)))
        .filter(|(_, end)| *end <= chunk.len())
        .ok_or(Reason::Template(definition))
}

/// Reads tokens from a range of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens<'a> {
    chunk: &'a [u8],
    /// The chunk up to where the tokens end at the latest.
    bytes: &'a [u8],
    at: usize,
    /// Whether elements have a dependency: they do in template definitions only.
    in_template: bool,
}

impl<'a> Tokens<'a> {
    /// Reads from `start` to `end` of the chunk.
    #[inline]
    pub(super) fn new(chunk: &'a [u8], start: usize, end: usize, in_template: bool) -> Self {
        Self {
            chunk,
            bytes: chunk.get(..end).unwrap_or(chunk),
            at: start,
            in_template,
        }
    }

    /// Reads the tokens of a template definition.
    pub(super) fn of_definition(chunk: &'a [u8], definition: u32) -> Result<Self, Reason> {
        let (start, end) = definition_body(chunk, definition)?;
        Ok(Self::new(chunk, start, end, true))
    }

    /// Where the next token starts.
    #[inline]
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes to another place.
    #[inline]
    pub(super) fn set_position(&mut self, position: usize) {
        self.at = position;
    }

    /// The chunk up to where the tokens end at the latest.
    #[inline]
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the tokens end at the latest.
    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    /// Whether these are the tokens of a template definition.
    pub(super) fn in_template(&self) -> bool {
        self.in_template
    }

    /// The error for the token at `offset`, which cannot stand there.
    pub(super) fn unexpected(&self, offset: u32) -> Reason {
        Reason::Token {
            token: u8_at(self.chunk, offset as usize).unwrap_or_default(),
            offset,
        }
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], Reason> {
        let raw = array_at::<N>(self.bytes, self.at).ok_or(Reason::Truncated)?;
        self.at += N;
        Ok(raw)
    }

    #[inline]
    fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], Reason> {
        let bytes = slice_at(self.bytes, self.at, length).ok_or(Reason::Truncated)?;
        self.at += length;
        Ok(bytes)
    }

    #[inline]
    fn take_u16(&mut self) -> Result<u16, Reason> {
        self.take::<2>().map(|raw| u16::from_le_bytes(*raw))
    }

    #[inline]
    fn take_u32(&mut self) -> Result<u32, Reason> {
        self.take::<4>().map(|raw| u32::from_le_bytes(*raw))
    }

    /// A reference to a name. The first use of a name in a chunk has it in place, to be passed over.
    #[inline]
    fn take_name(&mut self) -> Result<u32, Reason> {
        let name = self.take_u32()?;
        if name as usize == self.at {
            let units = u16_at(self.bytes, self.at + 6).ok_or(Reason::Truncated)?;
            self.take_bytes(10 + usize::from(units) * 2)?;
        }
        Ok(name)
    }

    fn take_text(&mut self) -> Result<Utf16<'a>, Reason> {
        let units = usize::from(self.take_u16()?);
        self.take_bytes(units * 2).map(Utf16::new)
    }

    /// The rest of an element's start, after its token: name and dependency.
    #[inline]
    fn take_element(&mut self, token: u8) -> Result<(u32, u16), Reason> {
        let dependency = if self.in_template {
            self.take_u16()?
        } else {
            NO_DEPENDENCY
        };
        self.take::<4>()?;
        let name = self.take_name()?;
        if token == 0x41 {
            self.take::<4>()?;
        }
        Ok((name, dependency))
    }

    /// Name and dependency of an element, if one starts here.
    #[inline]
    pub(super) fn take_if_element(&mut self) -> Result<Option<(u32, u16)>, Reason> {
        match u8_at(self.bytes, self.at) {
            Some(token @ (0x01 | 0x41)) => {
                self.at += 1;
                self.take_element(token).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Name of an attribute, if one starts here.
    #[inline]
    pub(super) fn take_if_attribute(&mut self) -> Result<Option<u32>, Reason> {
        match u8_at(self.bytes, self.at) {
            Some(0x06 | 0x46) => {
                self.at += 1;
                self.take_name().map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Reason> {
        let start = self.at;
        let Some(token) = u8_at(self.bytes, start) else {
            return Ok(Token::End);
        };
        self.at += 1;
        Ok(match token {
            0x00 => Token::End,
            0x01 | 0x41 => {
                let (name, dependency) = self.take_element(token)?;
                Token::OpenElement { name, dependency }
            }
            0x02 => Token::CloseStart,
            0x03 => Token::CloseEmpty,
            0x04 => Token::CloseElement,
            0x05 | 0x45 => self.take_value()?,
            0x06 | 0x46 => Token::Attribute {
                name: self.take_name()?,
            },
            0x07 | 0x47 => Token::Cdata(self.take_text()?),
            0x08 | 0x48 => Token::CharacterReference(self.take_u16()?),
            0x09 | 0x49 => Token::EntityReference {
                name: self.take_name()?,
            },
            0x0a => Token::InstructionTarget {
                name: self.take_name()?,
            },
            0x0b => Token::InstructionData(self.take_text()?),
            0x0c => {
                let instance = self.take_instance()?;
                self.at = instance.values.end()?;
                Token::Instance(instance)
            }
            0x0d | 0x0e => {
                let [low, high, _] = *self.take::<3>()?;
                Token::Substitution {
                    index: u16::from_le_bytes([low, high]),
                    optional: token == 0x0e,
                }
            }
            0x0f => {
                self.take::<3>()?;
                Token::FragmentHeader
            }
            _ => {
                return Err(Reason::Token {
                    token,
                    offset: start as u32,
                });
            }
        })
    }

    fn take_value(&mut self) -> Result<Token<'a>, Reason> {
        let [value_type] = *self.take::<1>()?;
        let length = match value_type {
            kind::NULL => 0,
            kind::STRING => usize::from(self.take_u16()?) * 2,
            kind::BINXML => usize::from(self.take_u16()?),
            kind::INT8 | kind::UINT8 => 1,
            kind::INT16 | kind::UINT16 => 2,
            kind::INT32 | kind::UINT32 | kind::FLOAT32 | kind::BOOL | kind::HEX_INT32 => 4,
            kind::INT64 | kind::UINT64 | kind::FLOAT64 | kind::FILETIME | kind::HEX_INT64 => 8,
            kind::GUID | kind::SYSTEMTIME => 16,
            kind::SID => {
                let count = u8_at(self.chunk, self.at + 1).ok_or(Reason::Truncated)?;
                8 + 4 * usize::from(count)
            }
            _ => return Err(Reason::ValueType(value_type)),
        };
        Ok(Token::Value {
            value_type,
            bytes: self.take_bytes(length)?,
        })
    }

    /// Passes over a fragment header and the token of a template instance, if that is what follows.
    #[inline]
    pub(super) fn skip_instance_start(&mut self) -> bool {
        let is_start = matches!(array_at(self.bytes, self.at), Some([0x0f, _, _, _, 0x0c]));
        if is_start {
            self.at += 5;
        }
        is_start
    }

    /// A template instance, after its token and up to its values.
    #[inline]
    pub(super) fn take_instance(&mut self) -> Result<Instance<'a>, Reason> {
        // An unknown byte and the first four bytes of the GUID come before the offset of the definition.
        let raw = *self.take::<9>()?;
        let guid = u32::from_le_bytes([raw[1], raw[2], raw[3], raw[4]]);
        let definition = u32::from_le_bytes([raw[5], raw[6], raw[7], raw[8]]);
        // What lies there may be of another pass over the chunk, with other values in other places.
        if u32_at(self.chunk, (definition as usize).saturating_add(4)) != Some(guid) {
            return Err(Reason::Template(definition));
        }
        if definition as usize == self.at {
            (_, self.at) = definition_body(self.bytes, definition)?;
        }
        let count = self.take_u32()?;
        let table = self.at as u32;
        // Checked so that the values can be looked for without doing so each time.
        let length = (count as usize).checked_mul(4);
        length
            .and_then(|length| slice_at(self.bytes, self.at, length))
            .ok_or(Reason::ValueTable(count))?;
        Ok(Instance {
            definition,
            values: Values {
                bytes: self.bytes,
                table,
                count,
            },
        })
    }
}

/// Appends the text of the pieces that `tokens` are, without that of elements among them.
pub(super) fn push_pieces(
    mut tokens: Tokens<'_>,
    values: &Values<'_>,
    out: &mut String,
) -> Result<(), Reason> {
    let mut depth = 0_usize;
    loop {
        let token = tokens.next()?;
        match token {
            Token::End => return Ok(()),
            Token::OpenElement { .. } => depth += 1,
            Token::CloseEmpty | Token::CloseElement => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Token::Value { value_type, bytes } => Value::decode(value_type, bytes)?.push_to(out),
            Token::Substitution { index, .. } => values.decode(index)?.push_to(out),
            Token::Cdata(text) => text.push_to(out),
            Token::CharacterReference(unit) => out.push(character(unit)),
            Token::EntityReference { name } => push_entity(name_at(tokens.chunk, name)?, out),
            _ => {}
        }
        if out.len() > MAX_TEXT {
            return Err(Reason::Expansion);
        }
    }
}

/// The character of a character reference.
pub(super) fn character(unit: u16) -> char {
    char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Appends what an entity stands for: one of XML's five, or the reference itself.
pub(super) fn push_entity(name: Utf16<'_>, out: &mut String) {
    const ENTITIES: [(&str, char); 5] = [
        ("lt", '<'),
        ("gt", '>'),
        ("amp", '&'),
        ("quot", '"'),
        ("apos", '\''),
    ];
    match ENTITIES.iter().find(|(entity, _)| name.eq_str(entity)) {
        Some((_, character)) => out.push(*character),
        None => {
            out.push('&');
            name.push_to(out);
            out.push(';');
        }
    }
}
