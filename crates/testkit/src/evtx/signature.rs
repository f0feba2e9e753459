//! What makes a template this one and no other: its GUID is a hash of that.

use super::event::{Content, Element, Node};
use super::{Guid, Shape, Style, Value};

/// Two FNV-1a hashes of 64 bits side by side, with different starts.
pub(super) struct Signature {
    low: u64,
    high: u64,
}

impl Signature {
    pub fn new(part: &str, style: Style) -> Self {
        let mut signature = Self {
            low: 0xcbf2_9ce4_8422_2325,
            high: 0x6c62_272e_07bb_0142,
        };
        signature.text(part);
        signature.tag(match style.shape {
            Shape::Shared => 0,
            Shape::PerProvider => 1,
            Shape::Single => 2,
            Shape::Literal => 3,
        });
        signature.tag(u8::from(style.all_text));
        signature
    }

    pub fn tag(&mut self, byte: u8) {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        self.low = (self.low ^ u64::from(byte)).wrapping_mul(PRIME);
        self.high = (self.high ^ u64::from(byte)).wrapping_mul(PRIME);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.tag(*byte);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.tag(0xff);
    }

    pub fn value(&mut self, value: &Value, optional: bool) {
        self.tag(if optional || value.is_null() {
            b'?'
        } else {
            b'!'
        });
        self.tag(value.declared_kind());
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Value(value) => self.value(value, false),
            Content::OptionalValue(value) => self.value(value, true),
            Content::Text(text) => {
                self.tag(b't');
                self.text(text);
            }
            Content::CharacterReference(unit) => {
                self.tag(b'c');
                self.bytes(&unit.to_le_bytes());
            }
            Content::EntityReference(name) => {
                self.tag(b'r');
                self.text(name);
            }
            Content::CharacterData(text) => {
                self.tag(b'd');
                self.text(text);
            }
        }
    }

    pub fn element(&mut self, element: &Element) {
        self.tag(b'<');
        self.text(&element.name);
        for (name, contents) in &element.attributes {
            self.tag(b'@');
            self.text(name);
            for content in contents {
                self.content(content);
            }
        }
        for node in &element.children {
            match node {
                Node::Element(child) => self.element(child),
                Node::Content(content) => self.content(content),
            }
        }
        self.tag(b'>');
    }

    pub fn guid(&self) -> Guid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.low.to_le_bytes());
        bytes[8..].copy_from_slice(&self.high.to_le_bytes());
        Guid(bytes)
    }
}
