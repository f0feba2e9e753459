//! From elements with values to elements with slots, and to the values that go there.

use std::borrow::Cow;

use super::binxml::{Branch, Leaf, Slot, Tree};
use super::event::{Content, Element, Field, Node, Payload};
use super::signature::Signature;
use super::value::{Value, kind};

/// Turns elements with values into elements with slots, or with text.
pub(super) enum Lowering {
    Template { next: u16, all_text: bool },
    Literal,
}

impl Lowering {
    pub fn template(next: u16, all_text: bool) -> Self {
        Self::Template { next, all_text }
    }

    pub fn tree(&mut self, element: &Element) -> Tree {
        let mut tree = Tree::new(element.name.clone());
        for (name, contents) in &element.attributes {
            let leaves = contents
                .iter()
                .filter_map(|content| match self.content(content) {
                    Branch::Leaf(leaf) => Some(leaf),
                    Branch::Tree(_) => None,
                })
                .collect();
            tree.attributes.push((name.clone(), leaves));
        }
        for node in &element.children {
            let branch = match node {
                Node::Element(child) => Branch::Tree(self.tree(child)),
                Node::Content(content) => self.content(content),
            };
            // Empty text has no token of its own.
            if !matches!(&branch, Branch::Leaf(Leaf::Text(text)) if text.is_empty()) {
                tree.children.push(branch);
            }
        }
        tree
    }

    fn content(&mut self, content: &Content) -> Branch {
        Branch::Leaf(match content {
            Content::Text(text) => Leaf::Text(text.clone()),
            Content::CharacterData(text) => Leaf::CharacterData(text.clone()),
            Content::CharacterReference(unit) => Leaf::CharacterReference(*unit),
            Content::EntityReference(name) => Leaf::EntityReference(name.clone()),
            Content::Value(value) => return self.value(value, false),
            Content::OptionalValue(value) => return self.value(value, true),
        })
    }

    fn value(&mut self, value: &Value, optional: bool) -> Branch {
        match self {
            Self::Template { next, all_text } => {
                let index = *next;
                // More than 65,535 values are an error before this template is ever used.
                *next = next.saturating_add(1);
                let kind = match value {
                    Value::BinXml(_) => kind::BIN_XML,
                    _ if *all_text => kind::STRING,
                    value => value.declared_kind(),
                };
                Branch::Leaf(Leaf::Slot(Slot {
                    index,
                    kind,
                    // Windows never leaves out a value that a template demands.
                    optional: optional || value.is_null(),
                }))
            }
            Self::Literal => match value {
                Value::BinXml(element) => Branch::Tree(self.tree(element)),
                value => Branch::Leaf(Leaf::Text(value.to_text())),
            },
        }
    }
}

/// The values of an element in the order in which [`Lowering`] numbers them.
pub(super) fn collect_values<'a>(element: &'a Element, out: &mut Vec<Cow<'a, Value>>) {
    let contents = element.attributes.iter().flat_map(|(_, contents)| contents);
    for content in contents {
        if let Content::Value(value) | Content::OptionalValue(value) = content {
            out.push(Cow::Borrowed(value));
        }
    }
    for node in &element.children {
        match node {
            Node::Element(child) => collect_values(child, out),
            Node::Content(Content::Value(value) | Content::OptionalValue(value)) => {
                out.push(Cow::Borrowed(value));
            }
            Node::Content(_) => {}
        }
    }
}

impl Payload {
    /// The element of the payload; for `UserData`, the provider's own element within it.
    pub(super) fn to_element(&self) -> Option<Element> {
        match self {
            Self::None => None,
            Self::UserData(element) => Some(element.clone()),
            Self::EventData { name, fields } => {
                let mut element = Element::new("EventData");
                if let Some(name) = name {
                    element = element.attribute("Name", name.clone());
                }
                Some(
                    fields
                        .iter()
                        .fold(element, |element, field| element.child(field.to_element())),
                )
            }
            Self::Classic { .. } => {
                let [strings, binary] = self.classic_values().map(Content::OptionalValue);
                Some(
                    Element::new("EventData")
                        .child(Element::new("Data").content(strings))
                        .child(Element::new("Binary").content(binary)),
                )
            }
        }
    }

    /// The values in the order of their slots.
    pub(super) fn values(&self) -> Vec<Cow<'_, Value>> {
        match self {
            Self::None => Vec::new(),
            Self::EventData { fields, .. } => fields
                .iter()
                .map(|field| Cow::Borrowed(&field.value))
                .collect(),
            Self::Classic { .. } => self.classic_values().map(Cow::Owned).into(),
            Self::UserData(element) => {
                let mut values = Vec::new();
                collect_values(element, &mut values);
                values
            }
        }
    }

    fn classic_values(&self) -> [Value; 2] {
        let Self::Classic { strings, binary } = self else {
            return [Value::Null, Value::Null];
        };
        let strings = strings.iter().cloned().map(Value::Text).collect();
        let binary = if binary.is_empty() {
            Value::Declared {
                declared: kind::BINARY,
                value: Box::new(Value::Null),
            }
        } else {
            Value::Binary(binary.clone())
        };
        [Value::Array(strings), binary]
    }

    pub(super) fn sign(&self, signature: &mut Signature) {
        match self {
            Self::None => {}
            Self::UserData(element) => {
                signature.tag(b'u');
                signature.element(element);
            }
            Self::Classic { .. } => signature.tag(b'c'),
            Self::EventData { name, fields } => {
                signature.tag(b'e');
                signature.text(name.as_deref().unwrap_or_default());
                for field in fields {
                    signature.tag(if field.name.is_some() { b'1' } else { b'0' });
                    signature.text(field.name.as_deref().unwrap_or_default());
                    signature.value(&field.value, field.optional);
                }
            }
        }
    }
}

impl Field {
    fn to_element(&self) -> Element {
        let mut element = Element::new("Data");
        if let Some(name) = &self.name {
            element = element.attribute("Name", name.clone());
        }
        let value = self.value.clone();
        element.content(if self.optional {
            Content::OptionalValue(value)
        } else {
            Content::Value(value)
        })
    }
}
