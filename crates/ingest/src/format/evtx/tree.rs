//! A record's XML as a tree: for everything that the layouts do not cover, and for whoever wants all of it.

use std::fmt;

use super::bytes::slice_at;
use super::damage::Reason;
use super::state::State;
use super::text::Utf16;
use super::token::{Instance, MAX_DEPTH, Token, Tokens, Values, character, name_at, push_entity};
use super::value::{Value, kind};

/// An element of a record's XML.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    /// The name, without a namespace prefix (event logs use none).
    pub name: Utf16<'a>,
    /// The attributes, in order.
    pub attributes: Vec<Attribute<'a>>,
    /// The content, in order.
    pub children: Vec<Node<'a>>,
}

/// An attribute of an [`Element`].
#[derive(Clone, Debug)]
pub struct Attribute<'a> {
    /// The name.
    pub name: Utf16<'a>,
    /// The pieces of the value; nearly always one.
    pub value: Vec<Node<'a>>,
}

/// A piece of content.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Node<'a> {
    /// An element.
    Element(Element<'a>),
    /// A value.
    Value(Value<'a>),
    /// A CDATA section.
    Cdata(Utf16<'a>),
    /// A character by number.
    Character(char),
    /// A reference to an entity.
    Entity(Utf16<'a>),
    /// The target of a processing instruction.
    InstructionTarget(Utf16<'a>),
    /// The data of a processing instruction.
    InstructionData(Utf16<'a>),
}

impl<'a> Element<'a> {
    /// The elements inside, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first element inside with this name.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|element| element.name.eq_str(name))
    }

    /// The text of the first attribute with this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self
            .attributes
            .iter()
            .find(|attribute| attribute.name.eq_str(name))?;
        Some(text_of(&attribute.value))
    }

    /// The element as XML, without indentation.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Xml(self).to_string()
    }

    /// Whether U+FFFF, which is no character, stands in a text anywhere in the element.
    pub(super) fn has_text_of_ones(&self) -> bool {
        let in_node = |node: &Node<'a>| match node {
            Node::Element(element) => element.has_text_of_ones(),
            Node::Value(Value::String(text)) | Node::Cdata(text) => {
                text.code_units().any(|unit| unit == u16::MAX)
            }
            _ => false,
        };
        let attributes = self
            .attributes
            .iter()
            .flat_map(|attribute| &attribute.value);
        self.children.iter().chain(attributes).any(in_node)
    }

    /// The element's own text, without that of elements inside.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.children)
    }
}

/// The text of pieces of content, without that of elements.
pub(super) fn text_of(nodes: &[Node<'_>]) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Value(value) => value.push_to(&mut text),
            Node::Cdata(cdata) => cdata.push_to(&mut text),
            Node::Character(character) => text.push(*character),
            Node::Entity(name) => push_entity(*name, &mut text),
            Node::Element(_) | Node::InstructionTarget(_) | Node::InstructionData(_) => {}
        }
    }
    text
}

/// Pieces of content as a value, as they are if there is one, else as text.
pub(super) fn value_of<'a>(nodes: &[Node<'a>], state: &'a State) -> Result<Value<'a>, Reason> {
    match nodes {
        [] => Ok(Value::Null),
        [Node::Value(value)] => Ok(*value),
        _ => state.keep_text(text_of(nodes)).map(Value::Text),
    }
}

/// Builds trees within what the chunk may still build.
pub(super) struct Builder<'a> {
    chunk: &'a [u8],
    state: &'a State,
}

/// What a run of tokens hands back to the one around it.
enum Ended {
    /// The element was closed.
    Closed,
    /// The tokens ended.
    Tokens,
}

impl<'a> Builder<'a> {
    pub(super) fn new(chunk: &'a [u8], state: &'a State) -> Self {
        Self { chunk, state }
    }

    /// Everything on the top level of a fragment.
    pub(super) fn fragment(
        &self,
        tokens: &mut Tokens<'a>,
        depth: usize,
        out: &mut Vec<Node<'a>>,
    ) -> Result<(), Reason> {
        match self.content(tokens, None, depth, out)? {
            Ended::Tokens => Ok(()),
            Ended::Closed => Err(Reason::OpenElement),
        }
    }

    /// Reads content up to the end of the element around it, or of the tokens.
    fn content(
        &self,
        tokens: &mut Tokens<'a>,
        values: Option<&Values<'a>>,
        depth: usize,
        out: &mut Vec<Node<'a>>,
    ) -> Result<Ended, Reason> {
        if depth > MAX_DEPTH {
            return Err(Reason::Nesting);
        }
        loop {
            let start = tokens.position() as u32;
            let token = tokens.next()?;
            self.state.charge_nodes(1)?;
            match token {
                Token::OpenElement { name, dependency } => {
                    let element = self.element(tokens, values, name, depth)?;
                    if !values.is_some_and(|values| values.leaves_out(dependency)) {
                        self.repeat(element, values.is_some(), out)?;
                    }
                }
                Token::CloseElement => return Ok(Ended::Closed),
                Token::End => return Ok(Ended::Tokens),
                Token::FragmentHeader => {}
                Token::Instance(instance) if values.is_none() => {
                    out.push(Node::Element(self.instance(&instance, depth + 1)?));
                }
                Token::Value { value_type, bytes } if value_type == kind::BINXML => {
                    let end = tokens.position();
                    self.nested(end - bytes.len(), end, depth + 1, out)?;
                }
                Token::Substitution { index, optional } => {
                    let values = values.ok_or_else(|| tokens.unexpected(start))?;
                    self.substitution(values, index, optional, depth, out)?;
                }
                _ => out.push(
                    self.piece(&token)
                        .ok_or_else(|| tokens.unexpected(start))??,
                ),
            }
        }
    }

    /// Reads the element whose start was just read, up to its end.
    fn element(
        &self,
        tokens: &mut Tokens<'a>,
        values: Option<&Values<'a>>,
        name: u32,
        depth: usize,
    ) -> Result<Element<'a>, Reason> {
        let mut element = Element {
            name: name_at(self.chunk, name)?,
            attributes: Vec::new(),
            children: Vec::new(),
        };
        loop {
            let start = tokens.position() as u32;
            let token = tokens.next()?;
            self.state.charge_nodes(1)?;
            match token {
                Token::Attribute { name } => element.attributes.push(Attribute {
                    name: name_at(self.chunk, name)?,
                    value: Vec::new(),
                }),
                Token::CloseStart => break,
                Token::CloseEmpty => {
                    element
                        .attributes
                        .retain(|attribute| !attribute.value.is_empty());
                    return Ok(element);
                }
                Token::End => return Err(Reason::OpenElement),
                _ => {
                    let Some(attribute) = element.attributes.last_mut() else {
                        return Err(tokens.unexpected(start));
                    };
                    match token {
                        Token::Substitution { index, optional } => {
                            let values = values.ok_or_else(|| tokens.unexpected(start))?;
                            self.substitution(
                                values,
                                index,
                                optional,
                                depth,
                                &mut attribute.value,
                            )?;
                        }
                        _ => {
                            let piece = self
                                .piece(&token)
                                .ok_or_else(|| tokens.unexpected(start))??;
                            attribute.value.push(piece);
                        }
                    }
                }
            }
        }
        // An attribute for which there is no value is not shown.
        element
            .attributes
            .retain(|attribute| !attribute.value.is_empty());
        match self.content(tokens, values, depth + 1, &mut element.children)? {
            Ended::Closed => Ok(element),
            Ended::Tokens => Err(Reason::OpenElement),
        }
    }

    /// A piece of text.
    fn piece(&self, token: &Token<'a>) -> Option<Result<Node<'a>, Reason>> {
        Some(match token {
            Token::Value { value_type, bytes } => {
                Value::decode(*value_type, bytes).map(Node::Value)
            }
            Token::Cdata(text) => Ok(Node::Cdata(*text)),
            Token::CharacterReference(unit) => Ok(Node::Character(character(*unit))),
            Token::EntityReference { name } => name_at(self.chunk, *name).map(Node::Entity),
            Token::InstructionTarget { name } => {
                name_at(self.chunk, *name).map(Node::InstructionTarget)
            }
            Token::InstructionData(text) => Ok(Node::InstructionData(*text)),
            _ => return None,
        })
    }

    /// The element of a template with its values.
    fn instance(&self, instance: &Instance<'a>, depth: usize) -> Result<Element<'a>, Reason> {
        if depth > MAX_DEPTH {
            return Err(Reason::Nesting);
        }
        let mut tokens = Tokens::of_definition(self.chunk, instance.definition)?;
        loop {
            let start = tokens.position() as u32;
            match tokens.next()? {
                Token::FragmentHeader => {}
                Token::OpenElement { name, .. } => {
                    return self.element(&mut tokens, Some(&instance.values), name, depth);
                }
                _ => return Err(tokens.unexpected(start)),
            }
        }
    }

    /// The XML in a value from `start` to `end`.
    fn nested(
        &self,
        start: usize,
        end: usize,
        depth: usize,
        out: &mut Vec<Node<'a>>,
    ) -> Result<(), Reason> {
        let mut tokens = Tokens::new(self.chunk, start, end, false);
        self.fragment(&mut tokens, depth, out)
    }

    fn substitution(
        &self,
        values: &Values<'a>,
        index: u16,
        optional: bool,
        depth: usize,
        out: &mut Vec<Node<'a>>,
    ) -> Result<(), Reason> {
        let Some((value_type, start, end)) = values.place(index)? else {
            return Ok(());
        };
        let bytes = slice_at(self.chunk, start, end - start).ok_or(Reason::Truncated)?;
        // A template may show one long value many times.
        self.state.charge_nodes(bytes.len() / 64)?;
        match Value::decode(value_type, bytes)? {
            Value::Fragment(_) => self.nested(start, end, depth + 1, out),
            value if optional && is_left_out(&value) => Ok(()),
            value => {
                out.push(Node::Value(value));
                Ok(())
            }
        }
    }

    /// Puts an element out, once for each item if there is an array in it.
    fn repeat(
        &self,
        element: Element<'a>,
        in_template: bool,
        out: &mut Vec<Node<'a>>,
    ) -> Result<(), Reason> {
        let array = in_template.then(|| find_array(&element)).flatten();
        let Some((place, items)) = array else {
            out.push(Node::Element(element));
            return Ok(());
        };
        let size = size_of_tree(&element);
        for item in items {
            self.state.charge_nodes(size)?;
            let mut copy = element.clone();
            let (list, at) = match place {
                Place::Child(at) => (&mut copy.children, at),
                Place::Attribute(attribute, at) => (&mut copy.attributes[attribute].value, at),
            };
            if matches!(&item, Value::String(text) if text.is_empty()) || item.is_null() {
                list.remove(at);
            } else {
                list[at] = Node::Value(item);
            }
            copy.attributes
                .retain(|attribute| !attribute.value.is_empty());
            self.repeat(copy, true, out)?;
        }
        Ok(())
    }
}

/// Where in an element a piece stands.
#[derive(Clone, Copy)]
enum Place {
    Child(usize),
    Attribute(usize, usize),
}

/// The first array of more than one item among an element's own pieces.
fn find_array<'a>(element: &Element<'a>) -> Option<(Place, Vec<Value<'a>>)> {
    let items = |node: &Node<'a>| match node {
        Node::Value(Value::Array(array)) => {
            let items = array.iter().collect::<Vec<_>>();
            (items.len() > 1).then_some(items)
        }
        _ => None,
    };
    let children = element.children.iter().enumerate();
    let attributes = element.attributes.iter().enumerate();
    children
        .filter_map(|(at, node)| Some((Place::Child(at), items(node)?)))
        .next()
        .or_else(|| {
            attributes
                .flat_map(|(index, attribute)| {
                    let pieces = attribute.value.iter().enumerate();
                    pieces.map(move |(at, node)| (Place::Attribute(index, at), node))
                })
                .find_map(|(place, node)| Some((place, items(node)?)))
        })
}

/// Whether an optional substitution with this value shows nothing, not even an empty text.
fn is_left_out(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Ansi(bytes) | Value::Binary(bytes) => bytes.is_empty(),
        Value::Array(array) => array.is_empty(),
        _ => false,
    }
}

fn size_of_tree(element: &Element<'_>) -> usize {
    let attributes: usize = element
        .attributes
        .iter()
        .map(|attribute| 1 + attribute.value.len())
        .sum();
    let children: usize = element
        .children
        .iter()
        .map(|child| match child {
            Node::Element(element) => size_of_tree(element),
            _ => 1,
        })
        .sum();
    1 + attributes + children
}

/// An element as XML, without indentation.
#[derive(Clone, Copy, Debug)]
struct Xml<'t, 'a>(&'t Element<'a>);

impl fmt::Display for Xml<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = self.0;
        write!(formatter, "<{}", element.name)?;
        for attribute in &element.attributes {
            write!(formatter, " {}=\"", attribute.name)?;
            attribute
                .value
                .iter()
                .try_for_each(|node| write_node(node, true, formatter))?;
            write!(formatter, "\"")?;
        }
        if element.children.is_empty() {
            return write!(formatter, "/>");
        }
        write!(formatter, ">")?;
        element
            .children
            .iter()
            .try_for_each(|node| write_node(node, false, formatter))?;
        write!(formatter, "</{}>", element.name)
    }
}

fn write_node(
    node: &Node<'_>,
    in_attribute: bool,
    formatter: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match node {
        Node::Element(element) => write!(formatter, "{}", Xml(element)),
        Node::Value(value) => fmt::write(
            &mut Escaped {
                formatter,
                in_attribute,
            },
            format_args!("{value}"),
        ),
        Node::Cdata(text) => write!(formatter, "<![CDATA[{text}]]>"),
        Node::Character(character) => write!(formatter, "&#{};", u32::from(*character)),
        Node::Entity(name) => write!(formatter, "&{name};"),
        Node::InstructionTarget(name) => write!(formatter, "<?{name} "),
        Node::InstructionData(text) => write!(formatter, "{text}?>"),
    }
}

/// Writes text with XML's special characters escaped, and `_` for characters that XML does not allow.
struct Escaped<'f, 'b> {
    formatter: &'f mut fmt::Formatter<'b>,
    in_attribute: bool,
}

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars()
            .try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match character {
            '&' => self.formatter.write_str("&amp;"),
            '<' => self.formatter.write_str("&lt;"),
            '>' => self.formatter.write_str("&gt;"),
            '"' if self.in_attribute => self.formatter.write_str("&quot;"),
            '\'' if self.in_attribute => self.formatter.write_str("&apos;"),
            '\t' | '\n' | '\r' => self.formatter.write_char(character),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => self.formatter.write_char('_'),
            _ => self.formatter.write_char(character),
        }
    }
}
