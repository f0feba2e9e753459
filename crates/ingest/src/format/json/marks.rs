//! A fast reading of a record by its brackets, colons and commas.
//!
//! What lies between two of these marks outside of strings is a key, a value or nothing, so that a record is read in steps
//! from mark to mark and not from byte to byte. It takes records that are sound; of all others it only says that they are not,
//! and the [builder](super::index) tells what is wrong with them.

use super::index::{DEPTH_LIMIT, JsonKind, Key, NODE_LIMIT, Node, narrow, read_scalar, span};
use super::masks::{BLOCK, Block};
use super::string::{WITH_ESCAPES, string_end};

/// Notes the nodes of the object that is all of `bytes`, white space around it aside. False when that cannot be done: then
/// `nodes` holds nothing of use. There must be no control character in `bytes`, and `blocks` must be what was
/// [seen](super::masks::look) in it.
pub(super) fn read(bytes: &[u8], blocks: &[Block], nodes: &mut Vec<Node>) -> bool {
    let reading = Reading {
        marks: Marks::new(bytes, blocks),
        nodes,
        open: [0; DEPTH_LIMIT],
        depth: 0,
        in_object: false,
        from: 0,
        strings: 0,
    };
    reading.all().is_some()
}

/// The marks of a record, one after the other.
struct Marks<'a> {
    bytes: &'a [u8],
    blocks: &'a [Block],
    /// The number of the current block.
    number: usize,
    /// The marks of it that are left.
    left: u64,
    /// The backslashes of it.
    backslash: u64,
    /// The offset after the last backslash of the blocks before.
    escapes_end: usize,
}

impl<'a> Marks<'a> {
    fn new(bytes: &'a [u8], blocks: &'a [Block]) -> Self {
        let first = blocks.first().copied().unwrap_or_default();
        Self {
            bytes,
            blocks,
            number: 0,
            left: first.marks(),
            backslash: first.backslash,
            escapes_end: 0,
        }
    }

    /// Where the current block starts.
    #[inline]
    fn start(&self) -> usize {
        self.number * BLOCK
    }

    /// The next mark.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            if let Some(end) = end_of_last(self.start(), self.backslash) {
                self.escapes_end = end;
            }
            let block = self.blocks.get(self.number + 1)?;
            self.number += 1;
            self.left = block.marks();
            self.backslash = block.backslash;
        }
        let place = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(self.start() + place)
    }

    /// The offset after the last backslash before the mark at `at`, which is the last one given.
    #[inline]
    fn escapes_before(&self, at: usize) -> usize {
        if self.backslash == 0 {
            return self.escapes_end;
        }
        let before = self.backslash & ((1 << (at - self.start())) - 1);
        end_of_last(self.start(), before).unwrap_or(self.escapes_end)
    }

    /// How many quotes begin or end strings.
    fn quotes(&self) -> usize {
        let of_blocks = self.blocks.iter().map(|block| block.quotes.count_ones());
        of_blocks.sum::<u32>() as usize
    }
}

/// The offset after the last byte that is set in the mask of the block at `start`; `None` if none is.
#[inline]
fn end_of_last(start: usize, mask: u64) -> Option<usize> {
    mask.checked_ilog2().map(|last| start + last as usize + 1)
}

struct Reading<'a, 'n> {
    marks: Marks<'a>,
    nodes: &'n mut Vec<Node>,
    /// The numbers of the nodes of the containers that are open.
    open: [u32; DEPTH_LIMIT],
    depth: usize,
    /// Is the innermost open container an object?
    in_object: bool,
    /// The offset after the last mark.
    from: usize,
    /// How many strings were met.
    strings: usize,
}

/// What a member or element ended with.
enum Ended {
    /// A comma: another follows.
    WithComma,
    /// The first bracket of a container that is its value.
    InContainer,
    /// The last bracket of the container that it was in.
    WithContainer,
}

impl<'a> Reading<'a, '_> {
    /// `None` when the record is not sound.
    fn all(mut self) -> Option<()> {
        let first = self.marks.next()?;
        if self.byte(first) != b'{' {
            return None;
        }
        self.begin(first, Key::default())?;
        let mut is_first = true;
        loop {
            let ended = if self.in_object {
                self.member(is_first)?
            } else {
                self.element(is_first)?
            };
            is_first = match ended {
                Ended::WithComma => false,
                Ended::InContainer => true,
                Ended::WithContainer => {
                    if !self.after_container()? {
                        return self.is_sound().then_some(());
                    }
                    false
                }
            };
        }
    }

    /// Reads what follows the end of a container. Is that another member or element, and not the end of the record?
    #[inline]
    fn after_container(&mut self) -> Option<bool> {
        while self.depth > 0 {
            let at = self.marks.next()?;
            self.blank_before(at)?;
            match self.byte(at) {
                b',' => {
                    self.from = at + 1;
                    return Some(true);
                }
                b'}' if self.in_object => self.end(at),
                b']' if !self.in_object => self.end(at),
                _ => return None,
            }
        }
        Some(false)
    }

    #[inline]
    fn member(&mut self, is_first: bool) -> Option<Ended> {
        let colon = self.marks.next()?;
        if self.byte(colon) != b':' {
            self.blank_before(colon)?;
            if !is_first || self.byte(colon) != b'}' {
                return None;
            }
            self.end(colon);
            return Some(Ended::WithContainer);
        }
        let (span, escaped) = self.string(colon)?;
        let key = Key { span, escaped };
        self.from = colon + 1;
        let at = self.marks.next()?;
        match self.byte(at) {
            bracket @ (b',' | b'}') => {
                self.value(at, key)?;
                if bracket == b',' {
                    self.from = at + 1;
                    return Some(Ended::WithComma);
                }
                self.end(at);
                Some(Ended::WithContainer)
            }
            b'{' | b'[' => {
                self.begin(at, key)?;
                Some(Ended::InContainer)
            }
            _ => None,
        }
    }

    #[inline]
    fn element(&mut self, is_first: bool) -> Option<Ended> {
        let at = self.marks.next()?;
        match self.byte(at) {
            b',' => {
                self.value(at, Key::default())?;
                self.from = at + 1;
                Some(Ended::WithComma)
            }
            b']' => {
                if !is_first || self.blank_before(at).is_none() {
                    self.value(at, Key::default())?;
                }
                self.end(at);
                Some(Ended::WithContainer)
            }
            b'{' | b'[' => {
                self.begin(at, Key::default())?;
                Some(Ended::InContainer)
            }
            _ => None,
        }
    }

    /// Does nothing but white space follow, and are there two quotes for each string? Then none stands where none belongs, nor
    /// between two that were taken for a string's.
    fn is_sound(&mut self) -> bool {
        self.marks.next().is_none()
            && self.blank_before(self.marks.bytes.len()).is_some()
            && self.marks.quotes() == 2 * self.strings
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.marks.bytes.get(at).copied().unwrap_or(0)
    }

    /// What lies between the last mark and the one at `end`.
    #[inline]
    fn between(&self, end: usize) -> &'a [u8] {
        self.marks.bytes.get(self.from..end).unwrap_or_default()
    }

    #[inline]
    fn blank_before(&self, end: usize) -> Option<()> {
        let text = self.between(end);
        (text.is_empty() || text.trim_ascii().is_empty()).then_some(())
    }

    /// Moves the last mark to before what comes next and gives the end of that before the mark at `end`. There are no control
    /// characters, so that white space is spaces.
    fn trim(&mut self, end: usize) -> usize {
        let text = self.between(end);
        self.from += text.len() - text.trim_ascii_start().len();
        self.from + text.trim_ascii().len()
    }

    /// The string before the mark at `end`, without its quotes, and whether it holds escapes.
    #[inline(always)]
    fn string(&mut self, end: usize) -> Option<((u32, u32), bool)> {
        let bytes = self.marks.bytes;
        let start = self.from + 1;
        // The usual string, without white space around it or escapes in it.
        if start < end
            && bytes.get(self.from) == Some(&b'"')
            && bytes.get(end - 1) == Some(&b'"')
            && self.marks.escapes_before(end) <= start
        {
            self.strings += 1;
            return Some((span(start, end - 1), false));
        }
        self.unusual_string(end)
    }

    /// The same for any string.
    #[inline(never)]
    fn unusual_string(&mut self, end: usize) -> Option<((u32, u32), bool)> {
        let escapes = self.marks.escapes_before(end);
        let end = self.trim(end);
        let [b'"', .., b'"'] = self.between(end) else {
            return None;
        };
        self.strings += 1;
        let start = self.from + 1;
        let escaped = escapes > start;
        if escaped && string_end::<WITH_ESCAPES>(self.marks.bytes, start).ok()?.0 != end - 1 {
            return None;
        }
        Some((span(start, end - 1), escaped))
    }

    /// Reads the string, number or word before the mark at `end`, and notes it if it is a member.
    #[inline(always)]
    fn value(&mut self, end: usize, key: Key) -> Option<()> {
        if self.byte(self.from) == b'"' {
            let (value, escaped) = self.string(end)?;
            if self.in_object {
                self.push(JsonKind::String, value, key, escaped)?;
            }
            return Some(());
        }
        self.other_value(end, key)
    }

    #[inline(never)]
    fn other_value(&mut self, end: usize, key: Key) -> Option<()> {
        let end = self.trim(end);
        let first = *self.between(end).first()?;
        if first == b'"' {
            let (value, escaped) = self.unusual_string(end)?;
            if self.in_object {
                self.push(JsonKind::String, value, key, escaped)?;
            }
            return Some(());
        }
        let scalar = read_scalar(self.marks.bytes, self.from, first).ok()?;
        if scalar.after != end {
            return None;
        }
        if self.in_object {
            self.push(scalar.kind, span(self.from, end), key, false)?;
        }
        Some(())
    }

    #[inline(always)]
    fn push(&mut self, kind: JsonKind, value: (u32, u32), key: Key, escaped: bool) -> Option<()> {
        let number = self.nodes.len();
        if number >= NODE_LIMIT {
            return None;
        }
        self.nodes.push(Node {
            key: key.span,
            value,
            after: narrow(number + 1),
            kind,
            key_escaped: key.escaped,
            escaped,
        });
        Some(())
    }

    /// Opens the object or array whose bracket is at `at`.
    #[inline]
    fn begin(&mut self, at: usize, key: Key) -> Option<()> {
        self.blank_before(at)?;
        *self.open.get_mut(self.depth)? = narrow(self.nodes.len());
        self.depth += 1;
        self.in_object = self.byte(at) == b'{';
        let kind = if self.in_object {
            JsonKind::Object
        } else {
            JsonKind::Array
        };
        self.from = at + 1;
        self.push(kind, span(at, at), key, false)
    }

    /// Closes the innermost container, whose last bracket is at `at`.
    #[inline]
    fn end(&mut self, at: usize) {
        self.from = at + 1;
        self.depth -= 1;
        let after = narrow(self.nodes.len());
        let node = &mut self.nodes[self.open[self.depth] as usize];
        node.value.1 = narrow(at + 1);
        node.after = after;
        self.in_object = self.depth > 0
            && self.nodes[self.open[self.depth - 1] as usize].kind == JsonKind::Object;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Index;
    use super::super::masks::look;
    use super::read;

    /// Reads both ways; where both can, they must agree, and what is sound must be read.
    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut slow = Index::new();
        let result = slow.build_slowly(text);
        if text.bytes().any(|byte| byte < 0x20) {
            return Ok(());
        }
        let (mut blocks, mut nodes) = (Vec::new(), Vec::new());
        look(text.as_bytes(), &mut blocks);
        let read = read(text.as_bytes(), &blocks, &mut nodes);
        prop_assert_eq!(read, result.is_ok(), "{} {:?}", text, result);
        if read {
            prop_assert_eq!(nodes, slow.nodes, "{}", text);
        }
        Ok(())
    }

    #[test]
    fn both_readings_agree() {
        for text in [
            "{}",
            " { } ",
            "[]",
            "[1]",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1 2}",
            "{\"a\":\"x\" \"y\"}",
            "{\"a\":[]}",
            "{\"a\":[ ]}",
            "{\"a\":[,]}",
            "{\"a\":[1,]}",
            "{\"a\":[{}]}",
            "{\"a\":[{},]}",
            "{\"a\":[[\"x\",{\"b\":null}],-1.5e+3,true]}",
            "{\"a\":{\"b\":\"c\\\"d\"},\"e\\u0041\":\"\\\\\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":tru}",
            "{\"a\":01}",
            "{\"a\":1}}",
            "{\"a\":1}{",
            "{\"a\":1} x",
            "{\"a\":1},",
            "{\"a\":1]",
            "{a:1}",
            "{\"a\" \"b\":1}",
            "{\"a\":\"b\"\"\"}",
            "{\"a\":1:2}",
            "{\"a\"\"\":1}",
            "",
            "\"",
        ] {
            check(text).expect("they agree");
        }
        for depth in 126..130 {
            let text = format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
            check(&text).expect("they agree");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn both_readings_agree_on_pieces(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "{", "}", "[", "]", ",", ":", "\"a\"", "\"\"", "\"", "\\", "1", "-0.5", "null", " ", "\"b,:{\"", "\"\\\\\"",
                    "\"\\u0041\"", "x", "{\"k\":", "\"k\":1,",
                ][..]),
                0..24,
            ),
        ) {
            check(&pieces.concat())?;
            check(&format!("{{{}}}", pieces.concat()))?;
        }

        #[test]
        fn both_readings_agree_on_json_with_a_byte_changed(
            json in json(),
            at in any::<prop::sample::Index>(),
            byte in prop::sample::select(&b"{}[],:\"\\ 1a"[..]),
        ) {
            let text = format!("{{\"root\":{json}}}");
            check(&text)?;
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                check(&text)?;
            }
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            "[a-z\"\\\\{}:, ]{0,70}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::vec(("[a-z\"]{0,9}", inner), 0..6).prop_map(|members| {
                    serde_json::Value::Object(members.into_iter().collect())
                }),
            ]
        })
    }
}
