//! The members of objects inside a record that is not taken apart: found by the brackets, colons and quotes on the way.
//!
//! A skim says less than an [`Index`](super::Index): that the record is one object that ends where its text does, and where
//! the members of its root lie. Inside of what nobody asks for there may be anything.

use memchr::memmem::Finder;

use super::JsonKind;
use super::index::{DEPTH_LIMIT, narrow, read_scalar, skip_space};
use super::masks::{self, BLOCK, Block};
use super::offsets::{Depth, has_escape, is_set, key};

/// So many bytes before a colon are looked at together.
pub(super) const KEY_BYTES: usize = 16;

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

/// A member of the root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root<'b> {
    /// The key as it stands; `None` for one with escapes.
    pub key: Option<&'b [u8]>,
    pub at: RootPlace,
}

/// Where a member of the root lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RootPlace {
    /// Its place among the others.
    number: usize,
    /// The offset of the colon behind its key.
    colon: usize,
}

impl RootPlace {
    /// Its place among the others.
    #[inline]
    pub(super) fn number(self) -> usize {
        self.number
    }
}

/// A record that was skimmed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skimmed<'s, 'b> {
    skim: &'s Skim,
    bytes: &'b [u8],
    is_nested: bool,
}

/// A key that members of the root are looked for by.
#[derive(Clone, Debug)]
pub(super) struct RootName {
    /// The key with its quotes, as it stands before a colon. Without a mask if it is too long.
    bytes: u128,
    mask: u128,
}

impl RootName {
    pub(super) fn new(name: &str) -> Self {
        let length = name.len() + 2;
        if length > KEY_BYTES {
            return Self { bytes: 0, mask: 0 };
        }
        let mut bytes = [0; KEY_BYTES];
        let quoted = [b"\"", name.as_bytes(), b"\""].concat();
        bytes[KEY_BYTES - length..].copy_from_slice(&quoted);
        Self {
            bytes: u128::from_le_bytes(bytes),
            mask: u128::MAX << (8 * (KEY_BYTES - length)),
        }
    }

    /// May it be the key before a colon, the [bytes before which](Skimmed::before) are these?
    #[inline]
    fn may_be(&self, before: u128) -> bool {
        before & self.mask == self.bytes
    }
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
        Some(Skimmed {
            skim: self,
            bytes,
            is_nested: false,
        })
    }

    /// Notes the colons of the root.
    fn roots(&mut self, bytes: &[u8]) -> Option<()> {
        if bytes.first() != Some(&b'{') {
            return None;
        }
        let Self { blocks, colons } = self;
        // Behind the first brace.
        let mut depth = 1_u64;
        let mut left = !1;
        for (number, block) in blocks.iter().enumerate() {
            let start = number * BLOCK;
            let mut brackets = block.brackets() & left;
            left = u64::MAX;
            // What is in the root and no deeper, from the last bracket on.
            let mut in_root = if depth == 1 { u64::MAX } else { 0 };
            // Without branches but for what ends it: which bracket is next cannot be foretold.
            while brackets != 0 {
                let place = brackets.trailing_zeros();
                brackets &= brackets - 1;
                let after = depth + 2 * (block.open >> place & 1) - 1;
                // From the root into what is in it, or back.
                let changes = u64::from(depth + after == 3);
                in_root ^= (u64::MAX << place) & changes.wrapping_neg();
                depth = after;
                if after.wrapping_sub(1) >= DEPTH_LIMIT as u64 {
                    if after > 0 || start + place as usize + 1 != bytes.len() {
                        return None;
                    }
                    note(colons, start, block.colons & in_root);
                    return Some(());
                }
            }
            note(colons, start, block.colons & in_root);
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
        has_escape(&self.blocks, start, end)
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
#[inline(always)]
fn note(offsets: &mut Vec<u32>, start: usize, mut mask: u64) {
    while mask != 0 {
        offsets.push(narrow(start + mask.trailing_zeros() as usize));
        mask &= mask - 1;
    }
}

/// What there is no telling without the whole record.
pub(super) struct Unsure;

impl<'b> Skimmed<'_, 'b> {
    /// Stands `\u` in it, so that keys and texts may be written in another way?
    pub(super) fn has_unicode(&self) -> bool {
        self.skim.blocks.iter().enumerate().any(|(number, block)| {
            // The last of each row: paths are full of pairs.
            let mut last = block.backslash & !(block.backslash >> 1);
            while last != 0 {
                let place = last.trailing_zeros() as usize;
                if self.bytes.get(number * BLOCK + place + 1) == Some(&b'u') {
                    return true;
                }
                last &= last - 1;
            }
            false
        })
    }

    /// The value of the first member of this name, which stands behind a quote in `key`, of an object in a record without `\u`.
    /// `or_dotted` asks for a doubt if there is another member whose name goes on with a dot.
    pub(super) fn find(
        &self,
        object: RawObject,
        key: &Finder<'_>,
        or_dotted: bool,
    ) -> Result<Option<RawValue<'b>>, Unsure> {
        let text = self.bytes.get(object.at..).unwrap_or_default();
        let mut depth = Depth::new(&self.skim.blocks, object.at);
        let mut found = None;
        for at in key.find_iter(text) {
            let open = object.at + at;
            // All quotes in strings have a backslash before them.
            if !is_set(&self.skim.blocks, open, |block| block.quotes) {
                continue;
            }
            let close = open + key.needle().len();
            let after = match self.bytes.get(close) {
                Some(b'"') => skip_space(self.bytes, close + 1),
                Some(b'.') if or_dotted => close,
                _ => continue,
            };
            let is_key = self.bytes.get(after) == Some(&b':');
            if !is_key && after != close {
                continue;
            }
            match depth.at(open) {
                None => break,
                Some(1) if !is_key => return Err(Unsure),
                Some(1) if found.is_none() => {
                    let value = self.value(skip_space(self.bytes, after + 1));
                    found = Some(value.ok_or(Unsure)?.0);
                    if !or_dotted {
                        break;
                    }
                }
                Some(_) => {}
            }
        }
        Ok(found)
    }

    /// Where the members of the root are, in order.
    #[inline]
    pub(super) fn root_places(&self) -> impl Iterator<Item = RootPlace> + use<'_> {
        let colons = self.skim.colons.iter().enumerate();
        colons.map(|(number, colon)| RootPlace {
            number,
            colon: *colon as usize,
        })
    }

    /// The members of the root in order. `None` for one without a sound key.
    #[cfg(test)]
    pub(super) fn roots(&self) -> impl Iterator<Item = Option<Root<'b>>> {
        self.root_places().map(|at| self.root(at))
    }

    /// The same record, of which it is known that all keys of the root stand right before their colons, without a dot or an escape
    /// in them.
    pub(super) fn nested(self, is_nested: bool) -> Self {
        Self { is_nested, ..self }
    }

    /// The members of the root whose keys may be one of these, or begin with one and a dot; others may be among them. `None` for
    /// one without a sound key.
    #[inline]
    pub(super) fn roots_named<'n>(
        &self,
        names: &'n [RootName],
    ) -> impl Iterator<Item = Option<Root<'b>>> + use<'_, 'n, 'b> {
        let may_be = |root: &RootPlace| {
            let before = self.before(*root);
            !self.is_nested || names.iter().any(|name| name.may_be(before))
        };
        self.root_places().filter(may_be).map(|at| self.root(at))
    }

    /// A member of the root. `None` where it has no sound key.
    #[inline]
    pub(super) fn root(&self, at: RootPlace) -> Option<Root<'b>> {
        let (open, close) = key(&self.skim.blocks, self.bytes, at.colon)?;
        let text = self.bytes.get(open + 1..close)?;
        let key = (!self.skim.has_escape(open, close)).then_some(text);
        Some(Root { key, at })
    }

    /// The sixteen bytes before the colon of a member of the root, the last one highest, filled up with zeros.
    #[inline]
    pub(super) fn before(&self, root: RootPlace) -> u128 {
        if root.colon >= KEY_BYTES
            && let Some(bytes) = self.bytes.get(root.colon - KEY_BYTES..root.colon)
            && let Some(bytes) = bytes.first_chunk()
        {
            return u128::from_le_bytes(*bytes);
        }
        self.before_first(root)
    }

    /// The same of the bytes before those.
    #[inline]
    pub(super) fn further_before(&self, root: RootPlace) -> u128 {
        let colon = root.colon.saturating_sub(KEY_BYTES);
        self.before(RootPlace { colon, ..root })
    }

    /// The same where less stands before the colon.
    #[inline(never)]
    fn before_first(&self, root: RootPlace) -> u128 {
        let mut word = [0; KEY_BYTES];
        let length = root.colon.min(KEY_BYTES);
        if let Some(bytes) = self.bytes.get(..length) {
            word[KEY_BYTES - length..].copy_from_slice(bytes);
        }
        u128::from_le_bytes(word)
    }

    /// What stands behind the colon of a member of the root up to the comma behind its value, or the end of the record. Members
    /// with equal texts have equal values. `None` where something else than another member follows.
    #[inline]
    pub(super) fn root_text(&self, root: RootPlace) -> Option<&'b [u8]> {
        let from = root.colon + 1;
        let Some(next) = self.skim.colons.get(root.number + 1) else {
            return self.bytes.get(from..);
        };
        let (open, _) = key(&self.skim.blocks, self.bytes, *next as usize)?;
        let text = self.bytes.get(from..open)?;
        let is_whole = text.ends_with(b",") || text.trim_ascii_end().ends_with(b",");
        is_whole.then_some(text)
    }

    /// The value of a member of the root.
    pub(super) fn root_value(&self, root: RootPlace) -> Option<RawValue<'b>> {
        self.value(skip_space(self.bytes, root.colon + 1))
            .map(|(value, _)| value)
    }

    /// The object that is a member of the root, without a look for its end; `None` where it is none.
    pub(super) fn root_object(&self, root: RootPlace) -> Option<RawObject> {
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
    use super::{Finder, RawValue, Skim, Skimmed};

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
                        .root_value(root.at)
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
            let value = record.root_value(root.at).expect("sound");
            let path = format!("/{:?}", root.key.map(String::from_utf8_lossy));
            skimmed(&record, value, &path, &mut found);
        }
        prop_assert_eq!(found, expect, "{}", text);
        for root in record.roots() {
            let root = root.expect("sound");
            let whole = record.root_text(root.at).expect("sound");
            let last = whole.len() - 1;
            let around = &text[text.len() - whole.len()..];
            prop_assert!(matches!(whole[last], b',' | b'}' | b' '), "{}", around);
            let value = record.root_value(root.at).expect("sound");
            let trimmed = std::str::from_utf8(whole).expect("ASCII").trim();
            let trimmed = trimmed.strip_suffix([',', '}']).unwrap_or(trimmed).trim();
            let raw = std::str::from_utf8(value.raw).expect("ASCII");
            prop_assert!(
                trimmed == raw || trimmed == format!("\"{raw}\""),
                "{}",
                text
            );
            check_searches(&record, value)?;
        }
        Ok(())
    }

    /// A search for a member says what a walk over all of them does.
    fn check_searches(record: &Skimmed<'_, '_>, value: RawValue<'_>) -> Result<(), TestCaseError> {
        let Some(object) = value.object().filter(|_| !record.has_unicode()) else {
            return Ok(());
        };
        let mut members = Vec::new();
        let walked = record.members(object, |key, value| {
            members.push((key, value));
            true
        });
        walked.expect("sound");
        for name in ["a", "k", "l", "e", "", "b,:{"] {
            let first = members
                .iter()
                .find(|(key, _)| *key == Some(name.as_bytes()));
            let first = first.map(|(_, value)| *value);
            let dotted = format!("{name}.");
            let is_dotted =
                |key: Option<&[u8]>| key.is_some_and(|key| key.starts_with(dotted.as_bytes()));
            let search = Finder::new(&format!("\"{name}")).into_owned();
            prop_assert_eq!(record.find(object, &search, false).ok().flatten(), first);
            match record.find(object, &search, true) {
                Ok(found) => {
                    prop_assert_eq!(found, first);
                    prop_assert!(!members.iter().any(|(key, _)| is_dotted(*key)));
                }
                // A key with escapes may begin like one without.
                Err(_) => prop_assert!(
                    members
                        .iter()
                        .any(|(key, _)| key.is_none() || is_dotted(*key))
                ),
            }
        }
        members
            .into_iter()
            .try_for_each(|(_, value)| check_searches(record, value))
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

    #[test]
    fn escapes_of_any_letter_are_told() {
        let mut skim = Skim::default();
        for length in 0..140 {
            let around = |escape: &str| format!("{{\"a\":\"{}{escape}\"}}", "x".repeat(length));
            for escape in ["", "u", r"\\", r"\n", r"\\n", r"u\\", r"\\\\x"] {
                let text = around(escape);
                let record = skim.read(text.as_bytes()).expect("JSON");
                assert!(!record.has_unicode(), "{text}");
            }
            for escape in [r"\u0041", r"\\\u0041", r"\\x\u0041"] {
                let text = around(escape);
                let record = skim.read(text.as_bytes()).expect("JSON");
                assert!(record.has_unicode(), "{text}");
            }
        }
    }

    #[test]
    fn members_are_found_by_their_names() {
        for text in [
            r#"{"a":{"k":{"a":1},"x":"a","y":"\"a","a":[{"a":2}],"l":3,"a":4}}"#,
            r#"{"a":{"k.a":{"l":1},"k":{"a.l":[],"k":2},"l":{"a":{"k.l":1}}},"k":{"a":"\\","l":"x"}}"#,
            r#"{"a":{"x":{"k":1}},"k":{"k":2}}"#,
            r#"{"a":{"e":{}},"e":{"\u0061":1,"a":2}}"#,
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
                    "\"k\\\"\":", "{\"k.a\":", "\"k.l\":[],", "\"a\" : ", "\"\\u006b\":1,", "{\"k\":", "\"k\":1,", "\"k\":{\"l\":[1,\"x\"]},",
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
