//! Learns layouts from the tokens of templates.

use super::bytes::{array_at, slice_at, u16_at};
use super::damage::Reason;
use super::layout::{
    DataKind, EventLayout, Field, Part, SYSTEM_FIELDS, Section, Slot, Source, SystemField,
    name_hash,
};
use super::names::{Known, Names};
use super::text::Utf16;
use super::token::{MAX_DEPTH, NO_DEPENDENCY, Token, Tokens, name_at};
use super::value::kind;

/// More fields than this are not from Windows, whose events hold 128 at most.
const MAX_FIELDS: usize = 1024;

/// Learns layouts in one chunk.
pub(super) struct Learner<'c, 's> {
    pub chunk: &'c [u8],
    pub names: &'s mut Names,
    /// Where fields that are learnt go.
    pub fields: &'s mut Vec<Field>,
}

impl Learner<'_, '_> {
    fn known(&mut self, name: u32) -> Result<Known, Reason> {
        self.names.get(self.chunk, name)
    }

    /// Learns an `Event` from its tokens, up to the end of `System`.
    pub(super) fn event(&mut self, tokens: &mut Tokens<'_>) -> Result<EventLayout, Reason> {
        let mut layout = EventLayout {
            regular: false,
            system: [Slot::ABSENT; SYSTEM_FIELDS],
            rest: 0,
            end: tokens.end() as u32,
        };
        let Some((root, _)) = open_root(tokens)? else {
            return Ok(layout);
        };
        if self.known(root)? != Known::Event || !skip_attributes(tokens)? {
            return Ok(layout);
        }
        // Whatever comes before System makes the event irregular: nothing does in what Windows writes.
        let Token::OpenElement { name, dependency } = tokens.next()? else {
            return Ok(layout);
        };
        if dependency != NO_DEPENDENCY
            || self.known(name)? != Known::System
            || !skip_attributes(tokens)?
        {
            return Ok(layout);
        }
        while let Some((name, dependency)) = tokens.take_if_element()? {
            let element = self.known(name)?;
            if !self.system_element(tokens, element, dependency, &mut layout.system)? {
                return Ok(layout);
            }
        }
        if !matches!(tokens.next()?, Token::CloseElement) {
            return Ok(layout);
        }
        layout.regular = true;
        layout.rest = tokens.position() as u32;
        Ok(layout)
    }

    /// Learns one element of `System`; `false` if it has elements inside.
    fn system_element(
        &mut self,
        tokens: &mut Tokens<'_>,
        element: Known,
        dependency: u16,
        system: &mut [Slot; SYSTEM_FIELDS],
    ) -> Result<bool, Reason> {
        let mut set = |field: Option<SystemField>, source: Source| {
            let slot = field.and_then(|field| system.get_mut(field as usize));
            if let Some(slot) = slot.filter(|slot| slot.source == Source::Absent) {
                *slot = Slot::of_system(source, dependency);
            }
        };
        let has_content = walk_attributes(tokens, |attribute, source| {
            let attribute = self.names.get(self.chunk, attribute)?;
            set(element.system_field(Some(attribute)), source);
            Ok(())
        })?;
        if !has_content {
            return Ok(true);
        }
        let (source, nested) = read_content(tokens)?;
        set(element.system_field(None), source);
        Ok(!nested)
    }

    /// Learns what comes after `System`, up to the end of the event.
    pub(super) fn parts(
        &mut self,
        tokens: &mut Tokens<'_>,
        parts: &mut Vec<Part>,
    ) -> Result<(), Reason> {
        loop {
            match tokens.next()? {
                Token::OpenElement { name, dependency } => {
                    parts.push(Part::Section(self.section(tokens, name, dependency)?));
                }
                Token::Substitution { index, .. } => parts.push(Part::Splice(index)),
                Token::CloseElement => return Ok(()),
                Token::End => return Err(Reason::OpenElement),
                _ => parts.push(Part::Other),
            }
        }
    }

    /// Learns the section that is the root of the tokens; `None` if they do not start with an element.
    pub(super) fn root_section(
        &mut self,
        tokens: &mut Tokens<'_>,
    ) -> Result<Option<Section>, Reason> {
        let Some((name, _)) = open_root(tokens)? else {
            return Ok(None);
        };
        // A root has no parent that it could be left out of.
        self.section(tokens, name, NO_DEPENDENCY).map(Some)
    }

    /// Learns the section whose start was just read.
    fn section(
        &mut self,
        tokens: &mut Tokens<'_>,
        name: u32,
        dependency: u16,
    ) -> Result<Section, Reason> {
        let kind = match self.known(name)? {
            Known::EventData => Some(DataKind::EventData),
            Known::UserData => Some(DataKind::UserData),
            _ => None,
        };
        let first = self.fields.len() as u32;
        let mut section = Section {
            kind,
            regular: true,
            dependency,
            container: (kind != Some(DataKind::UserData)).then_some(name),
            splice: None,
            fields: (first, first),
        };
        if skip_attributes(tokens)? {
            if kind == Some(DataKind::UserData) {
                self.user_data(tokens, &mut section)?;
            } else {
                let splices = self.fields(tokens)?;
                section.splice = splices.first;
                section.regular = splices.regular;
            }
        }
        section.fields.1 = self.fields.len() as u32;
        Ok(section)
    }

    /// Learns the content of `UserData`: its first element is around the fields.
    fn user_data(&mut self, tokens: &mut Tokens<'_>, section: &mut Section) -> Result<(), Reason> {
        let mut splices = Splices::default();
        loop {
            let token = tokens.next()?;
            match token {
                Token::OpenElement { name, dependency } if section.container.is_none() => {
                    section.container = Some(name);
                    // An element that may be left out, or that comes after others, is not always the first.
                    section.regular &= dependency == NO_DEPENDENCY && splices.first.is_none();
                    if skip_attributes(tokens)? {
                        let inner = self.fields(tokens)?;
                        section.regular &= inner.regular && inner.first.is_none();
                    }
                }
                Token::OpenElement { .. } => skip_element(tokens)?,
                Token::CloseElement => break,
                Token::End => return Err(Reason::OpenElement),
                _ => splices.add(&token),
            }
        }
        section.splice = splices.first;
        section.regular &= splices.regular;
        Ok(())
    }

    /// Learns the fields of the element whose start was read, up to its end.
    fn fields(&mut self, tokens: &mut Tokens<'_>) -> Result<Splices, Reason> {
        let first = self.fields.len();
        let mut splices = Splices::default();
        loop {
            while let Some((name, dependency)) = tokens.take_if_element()? {
                let field = self.field(tokens, name, dependency)?;
                self.fields.push(field);
                if self.fields.len() - first > MAX_FIELDS {
                    return Err(Reason::Expansion);
                }
            }
            let token = tokens.next()?;
            match token {
                Token::CloseElement => return Ok(splices),
                Token::End => return Err(Reason::OpenElement),
                _ => splices.add(&token),
            }
        }
    }

    fn field(
        &mut self,
        tokens: &mut Tokens<'_>,
        element: u32,
        dependency: u16,
    ) -> Result<Field, Reason> {
        let mut name = Source::Absent;
        let has_content = walk_attributes(tokens, |attribute, source| {
            if name == Source::Absent && self.names.get(self.chunk, attribute)? == Known::Name {
                name = source;
            }
            Ok(())
        })?;
        let (source, nested) = if has_content {
            read_content(tokens)?
        } else {
            (Source::Absent, false)
        };
        if let Source::Text { start, length } = &mut name {
            let bytes = slice_at(self.chunk, *start as usize, *length as usize);
            let text = Utf16::until_nul(bytes.ok_or(Reason::Truncated)?);
            *length = text.as_bytes().len() as u32;
        }
        let own_name = match name {
            Source::Text { start, length } if length > 0 => {
                slice_at(self.chunk, start as usize, length as usize)
            }
            Source::Text { .. } | Source::Absent => Some(name_at(self.chunk, element)?.as_bytes()),
            Source::Substitution(_) | Source::Pieces { .. } => None,
        };
        Ok(Field {
            element,
            name,
            key: own_name.map_or(0, name_hash),
            value: Slot { source, dependency },
            nested,
            shape: None,
        })
    }
}

/// The values whose XML goes into an element.
struct Splices {
    first: Option<u16>,
    /// Whether there is no more than one, and nothing else that holds elements.
    regular: bool,
}

impl Default for Splices {
    fn default() -> Self {
        Self {
            first: None,
            regular: true,
        }
    }
}

impl Splices {
    fn add(&mut self, token: &Token<'_>) {
        match token {
            Token::Substitution { index, .. } if self.first.is_none() => self.first = Some(*index),
            Token::Substitution { .. } | Token::Instance(_) => self.regular = false,
            Token::Value { value_type, .. } if *value_type == kind::BINXML => self.regular = false,
            _ => {}
        }
    }
}

/// The name and dependency of the first element, if the tokens start with one.
fn open_root(tokens: &mut Tokens<'_>) -> Result<Option<(u32, u16)>, Reason> {
    loop {
        match tokens.next()? {
            Token::FragmentHeader => {}
            Token::OpenElement { name, dependency } => return Ok(Some((name, dependency))),
            _ => return Ok(None),
        }
    }
}

/// Pieces of text that stand one after the other.
#[derive(Default)]
struct Pieces {
    source: Source,
    /// Where the first piece starts, once there is one.
    start: Option<u32>,
}

impl Pieces {
    /// Takes in the token from `start` that was just read; `false` if it is none that can be part of a text.
    fn add(&mut self, token: &Token<'_>, start: u32, tokens: &Tokens<'_>) -> bool {
        let (end, in_template) = (tokens.position() as u32, tokens.in_template());
        let source = match token {
            Token::Value { value_type, bytes } if *value_type == kind::STRING => Source::Text {
                start: end - bytes.len() as u32,
                length: bytes.len() as u32,
            },
            Token::Substitution { index, .. } => Source::Substitution(*index),
            Token::Value { .. }
            | Token::Cdata(_)
            | Token::CharacterReference(_)
            | Token::EntityReference { .. }
            | Token::InstructionTarget { .. }
            | Token::InstructionData(_) => Source::Pieces {
                start,
                end,
                in_template,
            },
            _ => return false,
        };
        self.source = match self.start {
            None => source,
            Some(start) => Source::Pieces {
                start,
                end,
                in_template,
            },
        };
        self.start.get_or_insert(start);
        true
    }
}

/// Token bytes that end the value of an attribute: `>`, `/>`, another attribute.
const ATTRIBUTE_ENDS: [u8; 4] = [0x02, 0x03, 0x06, 0x46];
/// The token byte of an element's end.
const ELEMENT_END: u8 = 0x04;

/// Reads the one piece of text before one of the tokens in `ends`, if that is all there is: by far the most common form.
#[inline]
fn read_only_piece(tokens: &mut Tokens<'_>, ends: &[u8]) -> Option<Source> {
    let (bytes, at) = (tokens.bytes(), tokens.position());
    let (source, after) = match *array_at::<2>(bytes, at)? {
        [0x05 | 0x45, kind::STRING] => {
            let (start, length) = (at + 4, usize::from(u16_at(bytes, at + 2)?) * 2);
            let source = Source::Text {
                start: start as u32,
                length: length as u32,
            };
            (source, start + length)
        }
        [0x0d | 0x0e, _] => (Source::Substitution(u16_at(bytes, at + 1)?), at + 4),
        _ => return None,
    };
    if !ends.contains(bytes.get(after)?) {
        return None;
    }
    tokens.set_position(after);
    Some(source)
}

/// Reads the attributes of an element whose start was just read, and tells whether content follows.
#[inline]
fn walk_attributes(
    tokens: &mut Tokens<'_>,
    mut found: impl FnMut(u32, Source) -> Result<(), Reason>,
) -> Result<bool, Reason> {
    while let Some(name) = tokens.take_if_attribute()? {
        let source = match read_only_piece(tokens, &ATTRIBUTE_ENDS) {
            Some(source) => source,
            None => read_pieces(tokens)?,
        };
        found(name, source)?;
    }
    let start = tokens.position() as u32;
    match tokens.next()? {
        Token::CloseStart => Ok(true),
        Token::CloseEmpty => Ok(false),
        Token::End => Err(Reason::OpenElement),
        // Text before the first attribute belongs to none: it cannot be shown either.
        _ => Err(tokens.unexpected(start)),
    }
}

fn skip_attributes(tokens: &mut Tokens<'_>) -> Result<bool, Reason> {
    walk_attributes(tokens, |_, _| Ok(()))
}

/// Reads pieces of text up to another token.
#[cold]
fn read_pieces(tokens: &mut Tokens<'_>) -> Result<Source, Reason> {
    let mut pieces = Pieces::default();
    loop {
        let start = tokens.position();
        let token = tokens.next()?;
        if !pieces.add(&token, start as u32, tokens) {
            tokens.set_position(start);
            return Ok(pieces.source);
        }
    }
}

/// Reads the content of an element up to its end: its own text, and whether there are elements inside.
#[inline]
fn read_content(tokens: &mut Tokens<'_>) -> Result<(Source, bool), Reason> {
    match read_only_piece(tokens, &[ELEMENT_END]) {
        Some(source) => {
            tokens.set_position(tokens.position() + 1);
            Ok((source, false))
        }
        None => read_any_content(tokens),
    }
}

#[cold]
fn read_any_content(tokens: &mut Tokens<'_>) -> Result<(Source, bool), Reason> {
    let mut pieces = Pieces::default();
    let mut nested = false;
    loop {
        let start = tokens.position() as u32;
        let token = tokens.next()?;
        match token {
            Token::OpenElement { .. } => {
                nested = true;
                skip_element(tokens)?;
            }
            Token::Instance(_) => nested = true,
            Token::Value { value_type, .. } if value_type == kind::BINXML => nested = true,
            Token::CloseElement => return Ok((pieces.source, nested)),
            Token::End => return Err(Reason::OpenElement),
            _ if pieces.add(&token, start, tokens) => {}
            Token::FragmentHeader => {}
            _ => return Err(tokens.unexpected(start)),
        }
    }
}

/// Passes over the element whose start was just read.
fn skip_element(tokens: &mut Tokens<'_>) -> Result<(), Reason> {
    let mut depth = 1_usize;
    loop {
        match tokens.next()? {
            Token::OpenElement { .. } => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Reason::Nesting);
                }
            }
            Token::CloseEmpty | Token::CloseElement => {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
            Token::End => return Err(Reason::OpenElement),
            _ => {}
        }
    }
}
