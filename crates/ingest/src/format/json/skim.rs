//! The members of objects inside a record that is not taken apart: found by the brackets, colons and quotes on the way.
//!
//! A skim says less than an [`Index`](super::Index): that the record is one object that ends where its text does, and where
//! the members of its root lie. Inside of what nobody asks for there may be anything.

use super::JsonKind;
use super::index::{DEPTH_LIMIT, narrow, read_scalar, skip_space};
use super::masks::{self, BLOCK, Block};

/// What was seen in a record. Kept from record to record, so that it allocates only while it grows.
#[derive(Debug, Default)]
pub(super) struct Skim {
    blocks: Vec<Block>,
    /// The offsets of the colons between the keys and values of the root.
    colons: Vec<u32>,
}

/// A member of an object or an element of an array, as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawValue<'b> {
    pub kind: JsonKind,
    /// A string without its quotes, a container with its brackets.
    pub raw: &'b [u8],
    /// Where it begins.
    at: usize,
}

impl RawValue<'_> {
    /// The object that it is.
    pub(super) fn object(&self) -> Option<RawObject> {
        (self.kind == JsonKind::Object).then_some(RawObject { at: self.at })
    }
}

/// An object inside a record, known by where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawObject {
    at: usize,
}

/// The key of a member of the root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root<'b> {
    /// The key as it stands; `None` for one with escapes.
    pub key: Option<&'b [u8]>,
    colon: usize,
}

/// A record that was skimmed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skimmed<'s, 'b> {
    skim: &'s Skim,
    bytes: &'b [u8],
}

impl Skim {
    /// What was seen, block by block.
    pub(super) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Looks through a record. `None` when it is not one object from its first byte to its last, as far as the number of opening
    /// and closing brackets tells, or is too long or too deep.
    pub(super) fn read<'s, 'b>(&'s mut self, bytes: &'b [u8]) -> Option<Skimmed<'s, 'b>> {
        self.colons.clear();
        if u32::try_from(bytes.len()).is_err() || !masks::look(bytes, &mut self.blocks) {
            return None;
        }
        self.roots(bytes)?;
        Some(Skimmed { skim: self, bytes })
    }

    /// Notes the colons of the root.
    fn roots(&mut self, bytes: &[u8]) -> Option<()> {
        if bytes.first() != Some(&b'{') {
            return None;
        }
        // Behind the first brace.
        let mut depth = 1;
        let mut left = !1;
        // Without branches but for what ends it: which bracket is next cannot be foretold.
        for (number, block) in self.blocks.iter().enumerate() {
            let start = number * BLOCK;
            let mut brackets = block.brackets() & left;
            left = u64::MAX;
            // What is in the root and no deeper, from the last bracket on.
            let mut in_root = if depth == 1 { u64::MAX } else { 0 };
            while brackets != 0 {
                let place = brackets.trailing_zeros();
                brackets &= brackets - 1;
                let after = depth + 2 * (block.open >> place & 1) - 1;
                if after == 0 {
                    let before = (1 << place) - 1;
                    note(&mut self.colons, start, block.colons & in_root & before);
                    return (start + place as usize + 1 == bytes.len()).then_some(());
                }
                if after > DEPTH_LIMIT as u64 {
                    return None;
                }
                // From the root into what is in it, or back.
                let changes = u64::from(depth + after == 3);
                in_root ^= (u64::MAX << place) & changes.wrapping_neg();
                depth = after;
            }
            note(&mut self.colons, start, block.colons & in_root);
        }
        None
    }

    /// The offset of the first bit at or after `at` of what `of` takes from the blocks.
    #[inline]
    fn next(&self, at: usize, of: impl Fn(&Block) -> u64) -> Option<usize> {
        let mut number = at / BLOCK;
        let mut bits = of(self.blocks.get(number)?) & (u64::MAX << (at % BLOCK));
        while bits == 0 {
            number += 1;
            bits = of(self.blocks.get(number)?);
        }
        Some(number * BLOCK + bits.trailing_zeros() as usize)
    }

    /// Is there a backslash from `start` on and before `end`?
    #[inline]
    fn has_escape(&self, start: usize, end: usize) -> bool {
        let (first, last) = (start / BLOCK, end / BLOCK);
        let after_start = u64::MAX << (start % BLOCK);
        let before_end = (1 << (end % BLOCK)) - 1;
        let backslash = |number: usize| self.blocks.get(number).map_or(0, |block| block.backslash);
        if first == last {
            return backslash(first) & after_start & before_end != 0;
        }
        backslash(first) & after_start != 0
            || (first + 1..last).any(|number| backslash(number) != 0)
            || backslash(last) & before_end != 0
    }

    /// The offset of the last quote before `at` that begins or ends a string.
    #[inline]
    fn last_quote(&self, at: usize) -> Option<usize> {
        let mut number = at / BLOCK;
        let mut bits = self.blocks.get(number)?.quotes & ((1 << (at % BLOCK)) - 1);
        while bits == 0 {
            number = number.checked_sub(1)?;
            bits = self.blocks.get(number)?.quotes;
        }
        Some(number * BLOCK + bits.ilog2() as usize)
    }
}

/// The quotes that begin or end strings, one after the other.
struct Quotes<'s> {
    blocks: &'s [Block],
    number: usize,
    /// Those of the current block that were not given yet.
    left: u64,
}

impl<'s> Quotes<'s> {
    /// Those at or after an offset.
    #[inline]
    fn from(blocks: &'s [Block], at: usize) -> Self {
        let number = at / BLOCK;
        let quotes = blocks.get(number).map_or(0, |block| block.quotes);
        Self {
            blocks,
            number,
            left: quotes & (u64::MAX << (at % BLOCK)),
        }
    }

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.number += 1;
            self.left = self.blocks.get(self.number)?.quotes;
        }
        let place = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(self.number * BLOCK + place)
    }
}

/// Notes the offsets of the bits that are set in the mask of the block at `start`.
#[inline]
fn note(offsets: &mut Vec<u32>, start: usize, mut mask: u64) {
    while mask != 0 {
        offsets.push(narrow(start + mask.trailing_zeros() as usize));
        mask &= mask - 1;
    }
}

impl<'b> Skimmed<'_, 'b> {
    /// The members of the root in order. Ends with `None` where there is no sound key.
    pub(super) fn roots(&self) -> impl Iterator<Item = Option<Root<'b>>> {
        let record = *self;
        let colons = record.skim.colons.iter();
        colons.map(move |colon| record.root(*colon as usize))
    }

    /// The key before a colon outside of strings.
    #[inline]
    fn root(&self, colon: usize) -> Option<Root<'b>> {
        let mut end = colon.checked_sub(1)?;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(end) {
            end = end.checked_sub(1)?;
        }
        if self.bytes.get(end) != Some(&b'"') {
            return None;
        }
        let start = self.skim.last_quote(end)? + 1;
        let key = self.bytes.get(start..end)?;
        let key = (!self.skim.has_escape(start, end)).then_some(key);
        Some(Root { key, colon })
    }

    /// The value of a member of the root.
    pub(super) fn root_value(&self, root: &Root<'b>) -> Option<RawValue<'b>> {
        self.value(skip_space(self.bytes, root.colon + 1))
            .map(|(value, _)| value)
    }

    /// The object that is a member of the root, without a look for its end; `None` where it is none.
    pub(super) fn root_object(&self, root: &Root<'b>) -> Option<RawObject> {
        let at = skip_space(self.bytes, root.colon + 1);
        (self.bytes.get(at) == Some(&b'{')).then_some(RawObject { at })
    }

    /// The value that begins at `at`, and the offset after it.
    #[inline]
    fn value(&self, at: usize) -> Option<(RawValue<'b>, usize)> {
        let (kind, raw, after) = match *self.bytes.get(at)? {
            b'"' => {
                let end = self.skim.next(at + 1, |block| block.quotes)?;
                (JsonKind::String, at + 1..end, end + 1)
            }
            bracket @ (b'{' | b'[') => {
                let end = self.container_end(at)?;
                let kind = match bracket {
                    b'{' => JsonKind::Object,
                    _ => JsonKind::Array,
                };
                (kind, at..end, end)
            }
            byte => {
                let scalar = read_scalar(self.bytes, at, byte).ok()?;
                (scalar.kind, scalar.start..scalar.end, scalar.after)
            }
        };
        let raw = self.bytes.get(raw)?;
        Some((RawValue { kind, raw, at }, after))
    }

    /// The offset after the container that begins at `at`.
    fn container_end(&self, at: usize) -> Option<usize> {
        let mut number = at / BLOCK;
        let mut block = self.skim.blocks.get(number)?;
        let mut brackets = block.brackets() & (u64::MAX << (at % BLOCK));
        let mut depth = 0_u64;
        loop {
            while brackets == 0 {
                number += 1;
                block = self.skim.blocks.get(number)?;
                brackets = block.brackets();
            }
            let place = brackets.trailing_zeros();
            brackets &= brackets - 1;
            depth = (depth + 2 * (block.open >> place & 1)).checked_sub(1)?;
            if depth == 0 {
                return Some(number * BLOCK + place as usize + 1);
            }
        }
    }

    /// Calls `visit` with each member of an object of this record in order, until it returns false: with the key as it stands,
    /// `None` for one with escapes. `None` where the object is not sound as far as it was read.
    pub(super) fn members(
        &self,
        object: RawObject,
        mut visit: impl FnMut(Option<&'b [u8]>, RawValue<'b>) -> bool,
    ) -> Option<()> {
        let bytes = self.bytes;
        let mut at = skip_space(bytes, object.at + 1);
        if bytes.get(at) == Some(&b'}') {
            return Some(());
        }
        let mut quotes = Quotes::from(&self.skim.blocks, at);
        loop {
            let (start, end) = (quotes.next()?, quotes.next()?);
            if start != at {
                return None;
            }
            let key = bytes.get(start + 1..end)?;
            let colon = skip_space(bytes, end + 1);
            if bytes.get(colon) != Some(&b':') {
                return None;
            }
            let begin = skip_space(bytes, colon + 1);
            let (value, after) = if bytes.get(begin) == Some(&b'"') {
                let (first, last) = (quotes.next()?, quotes.next()?);
                let raw = bytes.get(first + 1..last)?;
                let kind = JsonKind::String;
                (
                    RawValue {
                        kind,
                        raw,
                        at: begin,
                    },
                    last + 1,
                )
            } else {
                let (value, after) = self.value(begin)?;
                if value.kind.is_container() {
                    quotes = Quotes::from(&self.skim.blocks, after);
                }
                (value, after)
            };
            let key = (!self.skim.has_escape(start, end)).then_some(key);
            if !visit(key, value) {
                return Some(());
            }
            at = skip_space(bytes, after);
            match bytes.get(at)? {
                b',' => at = skip_space(bytes, at + 1),
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Calls `visit` with each element of an array of this record in order, until it gives `None`. `None` too where the array is
    /// not sound.
    pub(super) fn elements(
        &self,
        array: RawValue<'b>,
        mut visit: impl FnMut(RawValue<'b>) -> Option<()>,
    ) -> Option<()> {
        let bytes = self.bytes;
        let mut at = skip_space(bytes, array.at + 1);
        if bytes.get(at) == Some(&b']') {
            return Some(());
        }
        loop {
            let (value, after) = self.value(at)?;
            visit(value)?;
            at = skip_space(bytes, after);
            match bytes.get(at)? {
                b',' => at = skip_space(bytes, at + 1),
                b']' => return Some(()),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Index, JsonKind, LazyJson};
    use super::{RawValue, Skim, Skimmed};

    /// What is where, one line a value: from the skim...
    fn skimmed(record: &Skimmed<'_, '_>, value: RawValue<'_>, path: &str, out: &mut Vec<String>) {
        out.push(format!(
            "{path} {:?} {}",
            value.kind,
            String::from_utf8_lossy(value.raw)
        ));
        match value.kind {
            JsonKind::Object => record.members(value.object().expect("one"), |key, value| {
                let path = format!("{path}/{:?}", key.map(String::from_utf8_lossy));
                skimmed(record, value, &path, out);
                true
            }),
            JsonKind::Array => record.elements(value, |value| {
                skimmed(record, value, &format!("{path}/-"), out);
                Some(())
            }),
            _ => Some(()),
        }
        .expect("sound");
    }

    /// ...and from the index.
    fn indexed(value: LazyJson<'_>, path: &str, out: &mut Vec<String>) {
        out.push(format!("{path} {:?} {}", value.kind(), value.raw()));
        for (key, value) in value.raw_members() {
            indexed(value, &format!("{path}/{key:?}"), out);
        }
        for value in value.elements() {
            indexed(value, &format!("{path}/-"), out);
        }
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut index = Index::new();
        let sound = index.build(text).is_ok();
        let mut skim = Skim::default();
        let Some(record) = skim.read(text.as_bytes()) else {
            prop_assert!(!sound || text.trim() != text, "{}", text);
            return Ok(());
        };
        if !sound {
            // Whatever it says, it must come to an end.
            record.roots().flatten().for_each(|root| {
                assert!(
                    record
                        .root_value(&root)
                        .is_none_or(|value| value.at < text.len())
                )
            });
            return Ok(());
        }
        let (mut expect, mut found) = (Vec::new(), Vec::new());
        for (key, value) in LazyJson::new(text, &index).raw_members() {
            indexed(value, &format!("/{key:?}"), &mut expect);
        }
        for root in record.roots() {
            let root = root.expect("sound");
            let value = record.root_value(&root).expect("sound");
            let path = format!("/{:?}", root.key.map(String::from_utf8_lossy));
            skimmed(&record, value, &path, &mut found);
        }
        prop_assert_eq!(found, expect, "{}", text);
        Ok(())
    }

    #[test]
    fn a_skim_takes_one_whole_object_alone() {
        let mut skim = Skim::default();
        for text in ["{}", r#"{"a":"}{"}"#, r#"{"a":[{}]}"#] {
            assert!(skim.read(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "",
            "[]",
            "{",
            "}",
            "{}{}",
            "{}}",
            "{[}",
            r#"{"a":"}"#,
            r#"{"a":[]"#,
            " {}",
            "{} ",
        ] {
            assert!(skim.read(text.as_bytes()).is_none(), "{text}");
        }
        let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(skim.read(deep(127).as_bytes()).is_some());
        assert!(skim.read(deep(128).as_bytes()).is_none());
    }

    #[test]
    fn keys_with_escapes_are_told() {
        for text in [
            r#"{"a\"b":1,"c":{"d\\":2},"\"":3,"":4,"\\":5, "e" : [ 1 , "x" ] }"#,
            r#"{"long":"0123456789012345678901234567890123456789012345678901234567890123456789","b":{}}"#,
        ] {
            check(text).expect("they agree");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_skim_agrees_with_the_index(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "{", "}", "[", "]", ",", ":", "\"a\"", "\"\"", "\"", "\\", "1", "null", " ", "\"b,:{\"", "\"\\\\\"",
                    "\"k\\\"\":", "{\"k\":", "\"k\":1,", "\"k\":{\"l\":[1,\"x\"]},",
                ][..]),
                0..24,
            ),
        ) {
            check(&pieces.concat())?;
            check(&format!("{{{}}}", pieces.concat()))?;
            check(&format!("{{{}\"z\":0}}", pieces.concat()))?;
        }
    }
}
