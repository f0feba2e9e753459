//! One pass over the bytes of a record: checks that they are JSON and notes where every key and value lies.

use super::JsonError;
use super::string::string_end;

/// Objects and arrays may nest this deep.
pub const DEPTH_LIMIT: usize = 128;

/// A record may have this many members and containers in all.
const NODE_LIMIT: usize = 1 << 18;

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

/// A member of an object, or an object or array inside an array. Scalars inside arrays have no node: arrays are walked
/// on demand.
#[derive(Clone, Copy, Debug)]
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
}

/// What may come next.
enum Next {
    FirstKey,
    Key,
    FirstElement,
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
        let start = skip_space(bytes, 0);
        if bytes.get(start) != Some(&b'{') {
            return Err(JsonError::new(start, "not an object"));
        }
        let end = Builder {
            bytes,
            nodes: &mut self.nodes,
            open: [0; DEPTH_LIMIT],
            depth: 0,
        }
        .object(start)?;
        let rest = skip_space(bytes, end);
        if rest == bytes.len() {
            Ok(())
        } else {
            Err(JsonError::new(rest, "text after the end of the object"))
        }
    }
}

struct Builder<'a> {
    bytes: &'a [u8],
    nodes: &'a mut Vec<Node>,
    /// The numbers of the nodes of the containers that are open.
    open: [u32; DEPTH_LIMIT],
    depth: usize,
}

impl Builder<'_> {
    /// Reads the object at `start`; gives the offset after it.
    fn object(&mut self, start: usize) -> Result<usize, JsonError> {
        let mut at = self.push_container(start, (0, 0), false)?;
        let mut next = Next::FirstKey;
        // The key that the next value belongs to.
        let mut key = ((0, 0), false);
        loop {
            at = skip_space(self.bytes, at);
            let byte = self.byte(at)?;
            next = match (next, byte) {
                (Next::FirstKey, b'}') | (Next::FirstElement, b']') => {
                    at = self.close(at);
                    Next::AfterValue
                }
                (Next::FirstKey | Next::Key, b'"') => {
                    let (end, escaped) = string_end(self.bytes, at + 1)?;
                    key = (span(at + 1, end), escaped);
                    at = skip_space(self.bytes, end + 1);
                    if self.byte(at)? != b':' {
                        return Err(JsonError::new(at, "no colon after a key"));
                    }
                    at += 1;
                    Next::Value
                }
                (Next::FirstKey | Next::Key, _) => {
                    return Err(JsonError::new(at, "no key where one must be"));
                }
                (Next::Value | Next::FirstElement, b'{' | b'[') => {
                    at = self.push_container(at, key.0, key.1)?;
                    if byte == b'{' {
                        Next::FirstKey
                    } else {
                        key = ((0, 0), false);
                        Next::FirstElement
                    }
                }
                (Next::Value | Next::FirstElement, _) => {
                    at = self.scalar(at, byte, key.0, key.1)?;
                    Next::AfterValue
                }
                (Next::AfterValue, b'}' | b']') => {
                    let expected = if self.in_object() { b'}' } else { b']' };
                    if byte != expected {
                        return Err(JsonError::new(at, "a bracket that closes nothing"));
                    }
                    at = self.close(at);
                    Next::AfterValue
                }
                (Next::AfterValue, b',') => {
                    at += 1;
                    if self.in_object() {
                        Next::Key
                    } else {
                        key = ((0, 0), false);
                        Next::Value
                    }
                }
                (Next::AfterValue, _) => {
                    return Err(JsonError::new(at, "no comma between two values"));
                }
            };
            if self.depth == 0 {
                return Ok(at);
            }
        }
    }

    fn byte(&self, at: usize) -> Result<u8, JsonError> {
        self.bytes
            .get(at)
            .copied()
            .ok_or(JsonError::new(at, "the record ends inside a value"))
    }

    fn in_object(&self) -> bool {
        self.nodes[self.open[self.depth - 1] as usize].kind == JsonKind::Object
    }

    fn push(&mut self, node: Node) -> Result<(), JsonError> {
        if self.nodes.len() >= NODE_LIMIT {
            return Err(JsonError::new(
                node.value.0 as usize,
                "a record with too many members",
            ));
        }
        self.nodes.push(node);
        Ok(())
    }

    /// Opens the object or array at `at`; gives the offset after its bracket.
    fn push_container(
        &mut self,
        at: usize,
        key: (u32, u32),
        key_escaped: bool,
    ) -> Result<usize, JsonError> {
        if self.depth == DEPTH_LIMIT {
            return Err(JsonError::new(at, "nested deeper than 128 levels"));
        }
        let kind = if self.bytes[at] == b'{' {
            JsonKind::Object
        } else {
            JsonKind::Array
        };
        let number = narrow(self.nodes.len());
        self.push(Node {
            key,
            value: span(at, at),
            after: number,
            kind,
            key_escaped,
            escaped: false,
        })?;
        self.open[self.depth] = number;
        self.depth += 1;
        Ok(at + 1)
    }

    /// Closes the innermost container with the bracket at `at`; gives the offset after it.
    fn close(&mut self, at: usize) -> usize {
        self.depth -= 1;
        let after = narrow(self.nodes.len());
        let node = &mut self.nodes[self.open[self.depth] as usize];
        node.value.1 = narrow(at + 1);
        node.after = after;
        at + 1
    }

    /// Reads the string, number or word at `at`; gives the offset after it.
    fn scalar(
        &mut self,
        at: usize,
        byte: u8,
        key: (u32, u32),
        key_escaped: bool,
    ) -> Result<usize, JsonError> {
        let scalar = read_scalar(self.bytes, at, byte)?;
        if self.in_object() {
            self.push(Node {
                key,
                value: span(scalar.start, scalar.end),
                after: narrow(self.nodes.len() + 1),
                kind: scalar.kind,
                key_escaped,
                escaped: scalar.escaped,
            })?;
        }
        Ok(scalar.after)
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
            let (end, escaped) = string_end(bytes, at + 1)?;
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
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("the length of the record was checked to fit")
}

fn span(start: usize, end: usize) -> (u32, u32) {
    (narrow(start), narrow(end))
}
