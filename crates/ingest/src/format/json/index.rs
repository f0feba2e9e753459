//! One pass over the bytes of a record: checks that they are JSON and notes where every key and value lies.

use super::masks::{self, Block};
use super::string::{WITH_CONTROLS, string_end};
use super::{JsonError, marks};

/// Objects and arrays may nest this deep.
pub const DEPTH_LIMIT: usize = 128;

/// A record may have this many members and containers in all.
pub(super) const NODE_LIMIT: usize = 1 << 18;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

impl JsonKind {
    /// Can there be other values in it?
    pub(super) fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

/// A member of an object, or an object or array inside an array. Scalars inside arrays have no node: arrays are walked
/// on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Where the key lies, without its quotes. Empty for what stands in an array, and for the root.
    pub key: (u32, u32),
    /// Where the value lies: a string without its quotes, a container with its brackets.
    pub value: (u32, u32),
    /// The number of the first node that is not inside this one.
    pub after: u32,
    pub kind: JsonKind,
    pub key_escaped: bool,
    pub escaped: bool,
}

/// The places of all keys and values of one record. Kept from record to record, so that it allocates only while it grows.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub(super) nodes: Vec<Node>,
    blocks: Vec<Block>,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Next {
    Key,
    Value,
    AfterValue,
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `text`, which must be one JSON object with nothing but white space around it.
    ///
    /// # Errors
    ///
    /// Where `text` is not that, with the offset and the reason. Nesting deeper than [`DEPTH_LIMIT`] is an error too, and so
    /// is a record with hundreds of thousands of members.
    pub fn build(&mut self, text: &str) -> Result<(), JsonError> {
        self.nodes.clear();
        let bytes = text.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return Err(JsonError::new(0, "a record of 4 GiB or more"));
        }
        let mut blocks = std::mem::take(&mut self.blocks);
        masks::look(bytes, &mut blocks);
        let built = self.build_from(text, &blocks);
        self.blocks = blocks;
        built
    }

    /// The same with what was [seen](masks::look) in `text`, which has less than 4 GiB.
    pub(super) fn build_from(&mut self, text: &str, blocks: &[Block]) -> Result<(), JsonError> {
        self.nodes.clear();
        let bytes = text.as_bytes();
        if !has_controls(bytes) && marks::read(bytes, blocks, &mut self.nodes) {
            return Ok(());
        }
        self.build_slowly(text)
    }

    /// The same byte by byte, for what has control characters in it, if only as white space, and to tell what is wrong.
    pub(super) fn build_slowly(&mut self, text: &str) -> Result<(), JsonError> {
        self.nodes.clear();
        let bytes = text.as_bytes();
        let start = skip_space(bytes, 0);
        if bytes.get(start) != Some(&b'{') {
            return Err(JsonError::new(start, "not an object"));
        }
        let end = Builder::new(bytes, &mut self.nodes).object(start)?;
        let rest = skip_space(bytes, end);
        if rest == bytes.len() {
            Ok(())
        } else {
            Err(JsonError::new(rest, "text after the end of the object"))
        }
    }
}

/// Is there any control character? One look at the whole record spares many at its parts.
fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20
}

/// Reads a record byte by byte.
struct Builder<'a> {
    bytes: &'a [u8],
    nodes: &'a mut Vec<Node>,
    /// The numbers of the nodes of the containers that are open.
    open: [u32; DEPTH_LIMIT],
    depth: usize,
    /// Is the innermost open container an object?
    in_object: bool,
}

/// A key: where it lies, and whether it holds escapes.
#[derive(Clone, Copy, Default)]
pub(super) struct Key {
    pub span: (u32, u32),
    pub escaped: bool,
}

impl<'a> Builder<'a> {
    fn new(bytes: &'a [u8], nodes: &'a mut Vec<Node>) -> Self {
        Self {
            bytes,
            nodes,
            open: [0; DEPTH_LIMIT],
            depth: 0,
            in_object: false,
        }
    }

    /// Reads the object at `start`; gives the offset after it.
    fn object(&mut self, start: usize) -> Result<usize, JsonError> {
        let bytes = self.bytes;
        let mut at = start;
        let mut next = Next::Value;
        // The key that the next value belongs to.
        let mut key = Key::default();
        loop {
            at = skip_space(bytes, at);
            let byte = bytes.get(at).copied().unwrap_or(0);
            next = match next {
                Next::Key => {
                    if byte != b'"' {
                        return Err(self.error(at, "no key where one must be"));
                    }
                    let (end, escaped) = string_end::<WITH_CONTROLS>(bytes, at + 1)?;
                    key = Key {
                        span: span(at + 1, end),
                        escaped,
                    };
                    at = skip_space(bytes, end + 1);
                    if bytes.get(at) != Some(&b':') {
                        return Err(self.error(at, "no colon after a key"));
                    }
                    at += 1;
                    Next::Value
                }
                Next::Value => match byte {
                    b'"' => {
                        let (end, escaped) = string_end::<WITH_CONTROLS>(bytes, at + 1)?;
                        if self.in_object {
                            self.push(JsonKind::String, span(at + 1, end), key, escaped)?;
                        }
                        at = end + 1;
                        Next::AfterValue
                    }
                    b'{' | b'[' => {
                        // What stands in an array has no key.
                        let key = if self.in_object { key } else { Key::default() };
                        self.open(at, byte, key)?;
                        at = skip_space(bytes, at + 1);
                        let empty = bytes.get(at) == Some(&(byte + 2));
                        match byte {
                            _ if empty => Next::AfterValue,
                            b'{' => Next::Key,
                            _ => Next::Value,
                        }
                    }
                    _ => {
                        let scalar = read_scalar(bytes, at, byte)?;
                        if self.in_object {
                            let value = span(scalar.start, scalar.end);
                            self.push(scalar.kind, value, key, false)?;
                        }
                        at = scalar.after;
                        Next::AfterValue
                    }
                },
                Next::AfterValue => match byte {
                    b',' => {
                        at += 1;
                        if self.in_object {
                            Next::Key
                        } else {
                            Next::Value
                        }
                    }
                    b'}' | b']' if (byte == b'}') == self.in_object => {
                        at += 1;
                        self.close(at);
                        if self.depth == 0 {
                            return Ok(at);
                        }
                        Next::AfterValue
                    }
                    b'}' | b']' => return Err(self.error(at, "a bracket that closes nothing")),
                    _ => return Err(self.error(at, "no comma between two values")),
                },
            };
        }
    }

    #[cold]
    fn error(&self, at: usize, reason: &'static str) -> JsonError {
        if at >= self.bytes.len() {
            JsonError::new(at, "the record ends inside a value")
        } else {
            JsonError::new(at, reason)
        }
    }

    fn push(
        &mut self,
        kind: JsonKind,
        value: (u32, u32),
        key: Key,
        escaped: bool,
    ) -> Result<(), JsonError> {
        let number = self.nodes.len();
        if number >= NODE_LIMIT {
            return Err(self.error(value.0 as usize, "a record with too many members"));
        }
        self.nodes.push(Node {
            key: key.span,
            value,
            after: narrow(number + 1),
            kind,
            key_escaped: key.escaped,
            escaped,
        });
        Ok(())
    }

    /// Opens the object or array whose bracket is at `at`.
    fn open(&mut self, at: usize, bracket: u8, key: Key) -> Result<(), JsonError> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(at, "nested deeper than 128 levels"));
        }
        self.in_object = bracket == b'{';
        let kind = if self.in_object {
            JsonKind::Object
        } else {
            JsonKind::Array
        };
        self.open[self.depth] = narrow(self.nodes.len());
        self.depth += 1;
        self.push(kind, span(at, at), key, false)
    }

    /// Closes the innermost container, which ends before `end`.
    fn close(&mut self, end: usize) {
        self.depth -= 1;
        let after = narrow(self.nodes.len());
        let node = &mut self.nodes[self.open[self.depth] as usize];
        node.value.1 = narrow(end);
        node.after = after;
        self.in_object = self.depth > 0
            && self.nodes[self.open[self.depth - 1] as usize].kind == JsonKind::Object;
    }
}

/// A string, number or word, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar {
    pub kind: JsonKind,
    pub start: usize,
    pub end: usize,
    pub after: usize,
    pub escaped: bool,
}

/// Reads the scalar that begins with `byte` at `at`.
pub(super) fn read_scalar(bytes: &[u8], at: usize, byte: u8) -> Result<Scalar, JsonError> {
    let word = |kind, text: &[u8]| {
        if bytes.get(at..at + text.len()) == Some(text) {
            Ok(Scalar {
                kind,
                start: at,
                end: at + text.len(),
                after: at + text.len(),
                escaped: false,
            })
        } else {
            Err(JsonError::new(at, "an unknown word"))
        }
    };
    match byte {
        b'"' => {
            let (end, escaped) = string_end::<WITH_CONTROLS>(bytes, at + 1)?;
            Ok(Scalar {
                kind: JsonKind::String,
                start: at + 1,
                end,
                after: end + 1,
                escaped,
            })
        }
        b't' => word(JsonKind::Bool, b"true"),
        b'f' => word(JsonKind::Bool, b"false"),
        b'n' => word(JsonKind::Null, b"null"),
        b'-' | b'0'..=b'9' => {
            let end = number_end(bytes, at)?;
            Ok(Scalar {
                kind: JsonKind::Number,
                start: at,
                end,
                after: end,
                escaped: false,
            })
        }
        _ => Err(JsonError::new(at, "no value where one must be")),
    }
}

/// The end of the number at `at`.
fn number_end(bytes: &[u8], start: usize) -> Result<usize, JsonError> {
    let digits = |mut at: usize| {
        let first = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if at == first {
            Err(JsonError::new(start, "a number without digits"))
        } else {
            Ok(at)
        }
    };
    let first = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = digits(first)?;
    if bytes.get(first) == Some(&b'0') && at > first + 1 {
        return Err(JsonError::new(start, "a number that begins with 0"));
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// The offset of the first byte at or after `at` that is no JSON white space.
#[inline]
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// An offset or number in a record, whose length was checked to fit.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked once for the whole record"
)]
pub(super) fn narrow(number: usize) -> u32 {
    number as u32
}

pub(super) fn span(start: usize, end: usize) -> (u32, u32) {
    (narrow(start), narrow(end))
}
