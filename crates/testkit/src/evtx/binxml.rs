//! BinXML tokens: elements, attributes, text and substitutions.

use super::chunk::Chunk;
use super::value::{Text, write_utf16};
use super::{Guid, WriteError};

mod token {
    pub const END_OF_FRAGMENT: u8 = 0x00;
    pub const OPEN_START_ELEMENT: u8 = 0x01;
    pub const CLOSE_START_ELEMENT: u8 = 0x02;
    pub const CLOSE_EMPTY_ELEMENT: u8 = 0x03;
    pub const END_ELEMENT: u8 = 0x04;
    pub const VALUE_TEXT: u8 = 0x05;
    pub const ATTRIBUTE: u8 = 0x06;
    pub const CHARACTER_DATA: u8 = 0x07;
    pub const CHARACTER_REFERENCE: u8 = 0x08;
    pub const ENTITY_REFERENCE: u8 = 0x09;
    pub const TEMPLATE_INSTANCE: u8 = 0x0c;
    pub const SUBSTITUTION: u8 = 0x0d;
    pub const OPTIONAL_SUBSTITUTION: u8 = 0x0e;
    /// The flag of a token that more of its kind follow, or that an element has attributes.
    pub const MORE: u8 = 0x40;
}

const FRAGMENT_HEADER: [u8; 4] = [0x0f, 1, 1, 0];
const NO_DEPENDENCY: u16 = 0xffff;

/// An element as it stands in a template, or in a record without one.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub name: Text,
    pub attributes: Vec<(Text, Vec<Leaf>)>,
    pub children: Vec<Branch>,
}

#[derive(Clone, Debug)]
pub(super) enum Branch {
    Tree(Tree),
    Leaf(Leaf),
}

#[derive(Clone, Debug)]
pub(super) enum Leaf {
    Text(Text),
    Slot(Slot),
    CharacterReference(u16),
    EntityReference(Text),
    CharacterData(Text),
}

/// Where a template takes a value in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub index: u16,
    pub kind: u8,
    pub optional: bool,
}

impl Tree {
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    pub fn attribute(mut self, name: impl Into<Text>, leaf: Leaf) -> Self {
        self.attributes.push((name.into(), vec![leaf]));
        self
    }

    pub fn child(mut self, tree: Tree) -> Self {
        self.children.push(Branch::Tree(tree));
        self
    }

    pub fn leaf(mut self, leaf: Leaf) -> Self {
        self.children.push(Branch::Leaf(leaf));
        self
    }

    /// The value whose absence takes the element away: an optional one directly inside it.
    fn dependency(&self) -> u16 {
        self.children
            .iter()
            .find_map(|branch| match branch {
                Branch::Leaf(Leaf::Slot(slot)) if slot.optional => Some(slot.index),
                _ => None,
            })
            .unwrap_or(NO_DEPENDENCY)
    }
}

/// Puts a fragment: header, element, end.
pub(super) fn write_fragment(
    chunk: &mut Chunk,
    tree: &Tree,
    in_template: bool,
) -> Result<(), WriteError> {
    write_fragment_header(chunk);
    write_element(chunk, tree, in_template)?;
    write_end_of_fragment(chunk);
    Ok(())
}

pub(super) fn write_fragment_header(chunk: &mut Chunk) {
    chunk.put(&FRAGMENT_HEADER);
}

pub(super) fn write_end_of_fragment(chunk: &mut Chunk) {
    chunk.put(&[token::END_OF_FRAGMENT]);
}

/// Puts the start of a template instance; its values follow.
pub(super) fn write_template(
    chunk: &mut Chunk,
    guid: Guid,
    tree: impl FnOnce() -> Tree,
) -> Result<(), WriteError> {
    chunk.put(&[token::TEMPLATE_INSTANCE, 1]);
    chunk.template(guid, |chunk| write_fragment(chunk, &tree(), true))
}

/// Puts an element and all below it.
pub(super) fn write_element(
    chunk: &mut Chunk,
    tree: &Tree,
    in_template: bool,
) -> Result<(), WriteError> {
    chunk.position()?;
    let has_attributes = !tree.attributes.is_empty();
    chunk.put(&[token::OPEN_START_ELEMENT | more(has_attributes)]);
    if in_template {
        // Only the elements of templates can depend on a value.
        chunk.put(&tree.dependency().to_le_bytes());
    }
    let size = chunk.open_size();
    chunk.name(&tree.name)?;
    if has_attributes {
        let attributes = chunk.open_size();
        for (index, (name, leaves)) in tree.attributes.iter().enumerate() {
            let last = index + 1 == tree.attributes.len();
            chunk.put(&[token::ATTRIBUTE | more(!last)]);
            chunk.name(name)?;
            for (index, leaf) in leaves.iter().enumerate() {
                write_leaf(chunk, leaf, index + 1 < leaves.len())?;
            }
        }
        chunk.close_size(attributes)?;
    }
    // A template keeps the end tag of an element that has neither attributes nor content.
    if tree.children.is_empty() && (has_attributes || !in_template) {
        chunk.put(&[token::CLOSE_EMPTY_ELEMENT]);
    } else {
        chunk.put(&[token::CLOSE_START_ELEMENT]);
        for (index, branch) in tree.children.iter().enumerate() {
            match branch {
                Branch::Tree(tree) => write_element(chunk, tree, in_template)?,
                Branch::Leaf(leaf) => {
                    let next = tree.children.get(index + 1);
                    write_leaf(chunk, leaf, matches!(next, Some(Branch::Leaf(_))))?;
                }
            }
        }
        chunk.put(&[token::END_ELEMENT]);
    }
    chunk.close_size(size)
}

fn write_leaf(chunk: &mut Chunk, leaf: &Leaf, more_follows: bool) -> Result<(), WriteError> {
    let more = more(more_follows);
    match leaf {
        Leaf::Text(text) => {
            chunk.put(&[token::VALUE_TEXT | more, super::value::kind::STRING]);
            write_counted(chunk, text)
        }
        Leaf::CharacterData(text) => {
            chunk.put(&[token::CHARACTER_DATA | more]);
            write_counted(chunk, text)
        }
        Leaf::CharacterReference(unit) => {
            chunk.put(&[token::CHARACTER_REFERENCE | more]);
            chunk.put(&unit.to_le_bytes());
            Ok(())
        }
        Leaf::EntityReference(name) => {
            chunk.put(&[token::ENTITY_REFERENCE | more]);
            chunk.name(name)
        }
        Leaf::Slot(slot) => {
            let token = if slot.optional {
                token::OPTIONAL_SUBSTITUTION
            } else {
                token::SUBSTITUTION
            };
            chunk.put(&[token]);
            chunk.put(&slot.index.to_le_bytes());
            chunk.put(&[slot.kind]);
            Ok(())
        }
    }
}

fn write_counted(chunk: &mut Chunk, text: &str) -> Result<(), WriteError> {
    let length = text.encode_utf16().count();
    let count = u16::try_from(length).map_err(|_| WriteError::TextTooLong { length })?;
    chunk.put(&count.to_le_bytes());
    write_utf16(text, chunk.out());
    Ok(())
}

fn more(follows: bool) -> u8 {
    if follows { token::MORE } else { 0 }
}
